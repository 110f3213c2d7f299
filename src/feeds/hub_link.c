// SPDX-License-Identifier: Apache-2.0
#include "feeds/hub_link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "formats/json.h"
#include "poll/byte_stream.h"
#include "text/text.h"
#include "wire/handshake.h"
#include "wire/message.h"
#include "wire/websocket.h"

enum {
	READ_BYTES = 16 * 1024,
	TURN_BYTES = 256 * 1024, // of one turn of the loop: keys and the screen have theirs between
	CALL_BYTES_MAX = 8192,
	AUTHORIZATION_MAX = 600,
	TLS_ALERT = 0x15, // the first byte of what TLS makes of something else
};

enum link_part { PART_CONNECTING, PART_CALLING, PART_REFUSAL, PART_OPEN, PART_OVER };

struct hub_link {
	const struct hub_link_class *class;
	void *ctx;
	struct byte_stream *stream; // owned
	struct websocket *ws;       // owned
	uv_timer_t again;           // more is there to be read
	enum link_part part;
	struct handshake_answer answer;
	struct bytes call; // what is sent to begin; n_sent of it has left
	size_t n_sent;
	struct bytes head; // of the answer; behind it the body of a refusal
	char key[HANDSHAKE_KEY_SIZE];
	int n_open;    // handles, and the stream
	bool is_local; // over a socket of this machine
	bool is_tls;
	bool has_token, has_token_file; // as given
	bool is_closing;
	void (*closed_cb)(void *ctx);
	void *closed_ctx;
};

// ---- the end of it

static void fail(struct hub_link *link, enum hub_trouble trouble, const char *why)
{
	char clean[HUB_STATE_WHY_MAX];

	if (link->is_closing || link->part == PART_OVER)
		return;
	link->part = PART_OVER;
	text_clean(why, strlen(why), TEXT_ONE_LINE, clean, sizeof clean, NULL);
	link->class->failed(link->ctx, trouble, clean);
}

static void part_closed(struct hub_link *link)
{
	void (*closed_cb)(void *ctx) = link->closed_cb;
	void *closed_ctx = link->closed_ctx;

	if (--link->n_open)
		return;
	websocket_destroy(link->ws);
	bytes_finish(&link->call);
	bytes_finish(&link->head);
	mem_free(link);
	if (closed_cb)
		closed_cb(closed_ctx);
}

static void on_stream_closed(void *ctx)
{
	part_closed(ctx);
}

static void on_timer_closed(uv_handle_t *handle)
{
	part_closed(handle->data);
}

// ---- what goes out

static ssize_t write_call(struct hub_link *link)
{
	ssize_t n = 0;

	while (link->n_sent < link->call.len && n >= 0) {
		n = byte_stream_write(link->stream, link->call.data + link->n_sent, link->call.len - link->n_sent);
		link->n_sent += n > 0 ? (size_t)n : 0;
	}
	return n;
}

static ssize_t write_frames(struct hub_link *link)
{
	struct iovec part;
	ssize_t n = 0;

	while (n >= 0 && websocket_output(link->ws, &part, 1)) {
		n = byte_stream_write(link->stream, part.iov_base, part.iov_len);
		if (n > 0)
			websocket_written(link->ws, (size_t)n);
	}
	return n;
}

// A broken connection is found out by reading, which knows what was said before it broke.
static void flush(struct hub_link *link)
{
	ssize_t n = link->part == PART_CALLING ? write_call(link) : link->part == PART_OPEN ? write_frames(link) : 0;

	if (n == -EAGAIN)
		byte_stream_await_room(link->stream);
}

// ---- what comes in

static void on_message(void *ctx, const char *bytes, size_t n, bool is_text)
{
	struct hub_link *link = ctx;

	if (link->is_closing || link->part != PART_OPEN)
		return;
	if (is_text)
		link->class->message(link->ctx, bytes, n);
	else
		websocket_close(link->ws, WEBSOCKET_UNSUPPORTED, "text is expected");
}

static void on_pong(void *ctx)
{
	struct hub_link *link = ctx;

	if (!link->is_closing)
		link->class->answered(link->ctx);
}

static void fill_random(void *out, size_t n)
{
	if (getrandom(out, n, 0) != (ssize_t)n)
		memset(out, 0, n); // before the kernel has any: masks guard caches between, not us
}

static int begin_frames(struct hub_link *link)
{
	static const struct websocket_class class = { on_message, on_pong, fill_random };
	const struct websocket_options options = {
		.role = WEBSOCKET_CLIENT, .message_bytes_max = WIRE_HUB_MESSAGE_MAX, .class = &class, .ctx = link
	};

	return websocket_create(&options, &link->ws);
}

// The close frame of the hub, in words.
static void end_of_frames(struct hub_link *link)
{
	const char *reason = websocket_close_reason(link->ws);
	uint16_t code = websocket_close_code(link->ws), sent = websocket_sent_code(link->ws);
	char why[HUB_STATE_WHY_MAX];

	if (sent == WEBSOCKET_TOO_BIG || sent == WEBSOCKET_PROTOCOL || sent == WEBSOCKET_BAD_DATA)
		snprintf(why, sizeof why, "%s",
			 sent == WEBSOCKET_TOO_BIG ? "a message over any bound" : "what came was no WebSocket");
	else if (*reason)
		snprintf(why, sizeof why, "%.*s", (int)(sizeof why - 1), reason);
	else if (code == WEBSOCKET_GOING_AWAY || code == WEBSOCKET_NORMAL)
		snprintf(why, sizeof why, "the hub has ended");
	else if (code == WEBSOCKET_ABNORMAL)
		snprintf(why, sizeof why, "the connection was closed");
	else
		snprintf(why, sizeof why, "the hub has closed it (code %u)", code);
	fail(link, code == WEBSOCKET_POLICY ? HUB_REFUSED : HUB_LOST, why);
}

static void take_frames(struct hub_link *link, const char *bytes, size_t n)
{
	int r = websocket_take(link->ws, bytes, n);

	if (link->is_closing)
		return;
	flush(link); // pongs, and the farewell to who broke a rule
	if (r == -ENOMEM)
		fail(link, HUB_LOST, "out of memory");
	else if (r < 0 || websocket_is_over(link->ws) || websocket_is_closing(link->ws))
		end_of_frames(link);
}

static void open_frames(struct hub_link *link)
{
	struct bytes head = link->head;
	size_t n_head = link->answer.n_head;

	if (begin_frames(link) < 0) {
		fail(link, HUB_LOST, "out of memory");
		return;
	}
	link->part = PART_OPEN;
	bytes_init(&link->head, 0);
	link->class->opened(link->ctx);
	if (!link->is_closing && head.len > n_head)
		take_frames(link, head.data + n_head, head.len - n_head);
	bytes_finish(&head);
}

// ---- a refusal

static enum hub_trouble trouble_of(unsigned status)
{
	return status == 401 || status == 403 || status == 426 || status == 429 ? HUB_REFUSED : HUB_BLOCKED;
}

static const char *words_of(unsigned status)
{
	switch (status) {
	case 401:
		return "it wants a token that it knows";
	case 403:
		return "denied";
	case 429:
		return "too many";
	case 426:
		return "it speaks another version";
	default:
		return NULL;
	}
}

// What the body of a refusal says in words: a line of text, or the `error` of a hub's answer. "" none.
static void read_body(const struct hub_link *link, char *out, size_t size)
{
	const char *body = link->head.data + link->answer.n_head, *type = link->answer.content_type;
	size_t n = link->head.len - link->answer.n_head;
	struct json_text text = { body, 0 };
	struct json_value *answer = NULL;

	if (strncasecmp(type, "text/plain", 10) == 0)
		text.n = n;
	else if (strncasecmp(type, "application/json", 16) == 0 && json_parse(body, n, &answer, NULL) == 0)
		json_read_text(json_member(answer, "error"), &text);
	for (size_t i = 0; i < text.n; i++)
		if (text.bytes[i] == '\r' || text.bytes[i] == '\n')
			text.n = i;
	text_clean(text.bytes, text.n, TEXT_ONE_LINE, out, size, NULL);
	json_free(answer);
}

// The body of a refusal says more than its status.
static void refused(struct hub_link *link)
{
	const struct handshake_answer *answer = &link->answer;
	const char *words = words_of(answer->http_status);
	char why[HUB_STATE_WHY_MAX * 2], more[HUB_STATE_WHY_MAX] = "";

	if (answer->why) {
		snprintf(why, sizeof why, "its answer is no WebSocket's: %s", answer->why);
	} else if (answer->http_status == 401 && !link->has_token) {
		snprintf(why, sizeof why, "401 %s",
			 link->has_token_file ? "it wants a token, and the token file cannot be read"
					      : "no token was given: --token-file FILE");
	} else {
		read_body(link, more, sizeof more);
		snprintf(why, sizeof why, "%u %.100s%s%s", answer->http_status, words ? words : answer->phrase,
			 *more ? ": " : "", more);
	}
	fail(link, trouble_of(answer->http_status), why);
}

static bool has_whole_body(const struct hub_link *link)
{
	int64_t length = link->answer.content_length;
	size_t n_body = link->head.len - link->answer.n_head;

	return length == 0 || n_body >= HUB_LINK_REFUSAL_MAX || (length > 0 && n_body >= (uint64_t)length);
}

static void take_answer(struct hub_link *link, const char *bytes, size_t n)
{
	int r = bytes_add(&link->head, bytes, n);

	if (r < 0) {
		fail(link, r == -ENOMEM ? HUB_LOST : HUB_BLOCKED, "its answer has no end");
		return;
	}
	if (link->part == PART_CALLING && link->head.data[0] == TLS_ALERT && !link->is_tls) {
		fail(link, HUB_LOST, "it speaks TLS; expected wss://");
		return;
	}
	if (link->part == PART_CALLING) {
		r = handshake_answer_read(link->head.data, link->head.len, link->key, &link->answer);
		if (r < 0)
			fail(link, HUB_BLOCKED, "what came was no answer of HTTP");
		if (r <= 0)
			return;
		link->part = PART_REFUSAL;
	}
	if (link->answer.is_upgraded)
		open_frames(link);
	else if (link->answer.http_status == 101 || has_whole_body(link))
		refused(link);
}

static void take(struct hub_link *link, const char *bytes, size_t n)
{
	if (link->part == PART_CALLING || link->part == PART_REFUSAL)
		take_answer(link, bytes, n);
	else if (link->part == PART_OPEN)
		take_frames(link, bytes, n);
}

static void ended(struct hub_link *link, ssize_t error)
{
	if (link->part == PART_REFUSAL)
		refused(link);
	else if (link->part == PART_CALLING && !link->head.len)
		fail(link, HUB_BLOCKED,
		     link->is_tls || link->is_local ? "closed instead of an answer"
						    : "closed instead of an answer; a port that speaks TLS is wss://");
	else if (link->part == PART_OPEN && websocket_is_closing(link->ws))
		end_of_frames(link);
	else
		fail(link, HUB_LOST, error == -EPIPE ? "the connection was closed" : "the connection broke");
}

static void on_readable(void *ctx);

static void on_again(uv_timer_t *timer)
{
	on_readable(timer->data);
}

static void on_readable(void *ctx)
{
	struct hub_link *link = ctx;
	char bytes[READ_BYTES];
	size_t n_taken = 0;

	while (!link->is_closing && link->part != PART_OVER) {
		ssize_t n = byte_stream_read(link->stream, bytes, sizeof bytes);

		if (n == -EAGAIN)
			return;
		if (n < 0) {
			ended(link, n);
			return;
		}
		link->class->heard(link->ctx);
		take(link, bytes, (size_t)n);
		n_taken += (size_t)n;
		if (n_taken >= TURN_BYTES && !link->is_closing) {
			uv_timer_start(&link->again, on_again, 0, 0);
			return;
		}
	}
}

static void on_writable(void *ctx)
{
	flush(ctx);
}

// ---- the beginning

static bool is_of_tls(enum reason reason)
{
	return reason == REASON_TLS_EXPIRED || reason == REASON_TLS_NAME || reason == REASON_TLS_UNTRUSTED ||
	       reason == REASON_TLS_PROTO;
}

// What somebody who speaks in the clear makes of our first words is no more than a guess.
static bool may_be_plain(const struct hub_link *link, enum reason reason)
{
	return link->is_tls && (reason == REASON_TLS_PROTO || reason == REASON_RESET);
}

// Without the blanks at the end.
static int length(const char *text)
{
	size_t n = strlen(text);

	while (n && text[n - 1] == ' ')
		n--;
	return (int)n;
}

static void on_opened(void *ctx, enum reason reason, const char *detail)
{
	struct hub_link *link = ctx;
	char why[HUB_STATE_WHY_MAX];

	if (reason == REASON_NONE) {
		link->part = PART_CALLING;
		flush(link);
		return;
	}
	if (link->is_local && *detail)
		snprintf(why, sizeof why, "no hub is there: %s", detail);
	else
		snprintf(why, sizeof why, "%s%s%.*s%s", reason_text(reason), *detail ? ": " : "", length(detail),
			 detail, may_be_plain(link, reason) ? "; a port that speaks no TLS is ws://" : "");
	fail(link, is_of_tls(reason) && !may_be_plain(link, reason) ? HUB_REFUSED : HUB_LOST, why);
}

// What stands between the scheme and the path.
static void split_url(const char *url, char *host, size_t host_size, char *path, size_t path_size)
{
	const char *at = strstr(url, "://");
	size_t n;

	at = at ? at + 3 : url;
	n = strcspn(at, "/");
	snprintf(host, host_size, "%.*s", (int)n, at);
	snprintf(path, path_size, "%s/v1/events", at + n);
}

static int write_request(struct hub_link *link, const struct hub_link_options *options)
{
	char host[HUB_ADDRESS_MAX], path[HUB_ADDRESS_MAX + 16], authorization[AUTHORIZATION_MAX];
	uint8_t nonce[HANDSHAKE_NONCE_BYTES];
	const struct handshake_call call = { .host = host,
					     .path = path,
					     .key = link->key,
					     .authorization = options->token && *options->token ? authorization : NULL,
					     .user_agent = "opscon/" OPSCON_VERSION };

	fill_random(nonce, sizeof nonce);
	handshake_key(nonce, link->key);
	split_url(options->address->url, host, sizeof host, path, sizeof path);
	snprintf(authorization, sizeof authorization, "Bearer %s", options->token ? options->token : "");
	return handshake_call_write(&call, &link->call);
}

int hub_link_open(struct http_client *client, uv_loop_t *loop, const struct hub_link_options *options,
		  const struct hub_link_class *class, void *ctx, struct hub_link **out)
{
	static const struct byte_stream_class stream_class = { on_opened, on_readable, on_writable };
	const struct byte_stream_options stream = { .url = options->address->url,
						    .unix_socket = options->address->socket[0]
									   ? options->address->socket
									   : NULL,
						    .tls = options->tls,
						    .timeout_ms = options->timeout_ms };
	struct hub_link *link = mem_calloc(1, sizeof *link);
	int r;

	*out = NULL;
	if (!link)
		return -ENOMEM;
	link->class = class;
	link->has_token = options->token && *options->token;
	link->has_token_file = options->has_token_file;
	link->ctx = ctx;
	link->is_local = options->address->socket[0] != '\0';
	link->is_tls = options->address->is_tls;
	bytes_init(&link->call, CALL_BYTES_MAX);
	bytes_init(&link->head, HANDSHAKE_HEAD_BYTES_MAX + HUB_LINK_REFUSAL_MAX + READ_BYTES);
	uv_timer_init(loop, &link->again);
	link->again.data = link;
	link->n_open = 1;
	r = write_request(link, options);
	if (r == 0)
		r = byte_stream_open(client, &stream, &stream_class, link, &link->stream);
	if (r < 0) {
		hub_link_close(link, NULL, NULL);
		return r;
	}
	link->n_open = 2;
	*out = link;
	return 0;
}

int hub_link_send(struct hub_link *link, const char *text, size_t n)
{
	int r = link->part == PART_OPEN && !link->is_closing ? websocket_send(link->ws, text, n) : -EPIPE;

	if (r == 0)
		flush(link);
	return r;
}

int hub_link_ping(struct hub_link *link)
{
	int r = link->part == PART_OPEN && !link->is_closing ? websocket_ping(link->ws) : -EPIPE;

	if (r == 0)
		flush(link);
	return r;
}

void hub_link_close(struct hub_link *link, void (*closed_cb)(void *ctx), void *ctx)
{
	if (!link || link->is_closing)
		return;
	if (link->part == PART_OPEN && websocket_close(link->ws, WEBSOCKET_GOING_AWAY, "") == 0)
		flush(link);
	link->is_closing = true;
	link->closed_cb = closed_cb;
	link->closed_ctx = ctx;
	byte_stream_close(link->stream, on_stream_closed, link);
	uv_close((uv_handle_t *)&link->again, on_timer_closed);
}
