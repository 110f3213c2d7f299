// SPDX-License-Identifier: Apache-2.0
/* What goes out stands in a list of segments, each a whole frame. A server's messages are framed here, since their
 * text is shared by many and must not be copied for each; everything else (control frames, and what a client sends,
 * which is masked) is written by wslay into a buffer that becomes a segment.
 */
#include "wire/websocket.h"

#include <errno.h>
#include <string.h>

#include <wslay/wslay.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "text/codepoint.h"

struct segment {
	struct segment *next;     // websocket::first
	struct shared_text *rest; // a reference; NULL: none
	size_t n_head;
	char head[];
};

enum { CONTROL_MAX = 125 }; // bytes of a control frame's payload

// Where in a frame the bytes are that come.
struct framing {
	uint8_t head[14];
	size_t n_head;   // of head, until it is whole
	uint64_t n_left; // of the payload
	bool is_held;    // a close frame
};

struct websocket {
	struct framing framing;
	char held[CONTROL_MAX + 14]; // a close frame that is not whole
	size_t n_held;
	wslay_event_context_ptr wslay;
	const struct websocket_class *class; // borrowed
	void *ctx;                           // borrowed
	enum websocket_role role;
	const uint8_t *in; // borrowed during websocket_take()
	size_t n_in;
	struct bytes frame;           // what wslay is writing
	struct segment *first, *last; // owned
	size_t n_written;             // bytes of the first segment that are gone
	size_t n_pending;             // bytes of all
	uint16_t sent_code;
	bool is_closing, is_broken;
	char close[WEBSOCKET_REASON_MAX + 2]; // what has come of their close frame
	size_t n_close;
	bool is_close_frame;                   // that is being read
	size_t n_fragments;                    // so far, of the message that is being read
	char reason[WEBSOCKET_REASON_MAX + 1]; // theirs
};

// ---- what wslay asks for

static ssize_t on_recv(wslay_event_context_ptr wslay, uint8_t *out, size_t size, int flags, void *ctx)
{
	struct websocket *ws = ctx;
	size_t n = ws->n_in < size ? ws->n_in : size;

	(void)flags;
	if (n == 0) {
		wslay_event_set_error(wslay, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	memcpy(out, ws->in, n);
	ws->in += n;
	ws->n_in -= n;
	return (ssize_t)n;
}

static ssize_t on_send(wslay_event_context_ptr wslay, const uint8_t *data, size_t n, int flags, void *ctx)
{
	struct websocket *ws = ctx;

	(void)flags;
	if (bytes_add(&ws->frame, data, n) < 0) {
		wslay_event_set_error(wslay, WSLAY_ERR_CALLBACK_FAILURE);
		return -1;
	}
	return (ssize_t)n;
}

static int on_mask(wslay_event_context_ptr wslay, uint8_t *out, size_t n, void *ctx)
{
	struct websocket *ws = ctx;

	(void)wslay;
	ws->class->random(out, n);
	return 0;
}

static int flush(struct websocket *ws);

static bool is_utf_8(const char *text, size_t n)
{
	uint32_t codepoint;

	while (n) {
		int used = codepoint_decode(text, n, &codepoint);

		if (used < 0)
			return false;
		text += used;
		n -= (size_t)used;
	}
	return true;
}

// Closes before wslay answers to a frame that is wrong in a way it does not look at.
static void refuse_close(struct websocket *ws, uint16_t code)
{
	if (ws->is_closing)
		return;
	ws->is_closing = true;
	ws->sent_code = code;
	(void)wslay_event_queue_close(ws->wslay, code, NULL, 0);
}

static void on_frame(wslay_event_context_ptr wslay, const struct wslay_event_on_frame_recv_start_arg *arg, void *ctx)
{
	struct websocket *ws = ctx;

	ws->is_close_frame = arg->opcode == WSLAY_CONNECTION_CLOSE;
	if (ws->is_close_frame && arg->payload_length == 1)
		refuse_close(ws, WEBSOCKET_PROTOCOL);
	if (arg->opcode == WSLAY_TEXT_FRAME || arg->opcode == WSLAY_BINARY_FRAME)
		ws->n_fragments = 0;
	if (arg->opcode > WSLAY_BINARY_FRAME || ++ws->n_fragments <= WEBSOCKET_FRAGMENTS_MAX)
		return;
	refuse_close(ws, WEBSOCKET_TOO_BIG);
	wslay_event_shutdown_read(wslay);
}

static void on_chunk(wslay_event_context_ptr wslay, const struct wslay_event_on_frame_recv_chunk_arg *arg, void *ctx)
{
	struct websocket *ws = ctx;
	size_t room = sizeof ws->close - ws->n_close, n = arg->data_length < room ? arg->data_length : room;

	(void)wslay;
	if (!ws->is_close_frame || !n)
		return;
	memcpy(ws->close + ws->n_close, arg->data, n);
	ws->n_close += n;
}

// The payload of a close frame: two bytes of code, then the reason.
static void on_frame_end(wslay_event_context_ptr wslay, void *ctx)
{
	struct websocket *ws = ctx;

	(void)wslay;
	if (!ws->is_close_frame || ws->n_close <= 2)
		return;
	if (is_utf_8(ws->close + 2, ws->n_close - 2))
		memcpy(ws->reason, ws->close + 2, ws->n_close - 2);
	else
		refuse_close(ws, WEBSOCKET_BAD_DATA);
}

static void on_message(wslay_event_context_ptr wslay, const struct wslay_event_on_msg_recv_arg *arg, void *ctx)
{
	struct websocket *ws = ctx;

	(void)wslay;
	(void)flush(ws); // what came before is answered before
	if (arg->opcode == WSLAY_CONNECTION_CLOSE) {
		if (!ws->is_closing)
			ws->sent_code = arg->status_code ? arg->status_code : WEBSOCKET_NO_CODE;
		ws->is_closing = true;
	} else if (arg->opcode == WSLAY_PONG) {
		if (ws->class->pong)
			ws->class->pong(ws->ctx);
	} else if (arg->opcode != WSLAY_PING && !ws->is_closing) {
		ws->class->message(ws->ctx, arg->msg_length ? (const char *)arg->msg : "", arg->msg_length,
				   arg->opcode == WSLAY_TEXT_FRAME);
	}
}

// ---- what goes out

static void append(struct websocket *ws, struct segment *segment)
{
	segment->next = NULL;
	if (ws->last)
		ws->last->next = segment;
	else
		ws->first = segment;
	ws->last = segment;
	ws->n_pending += segment->n_head + (segment->rest ? segment->rest->n : 0);
}

static struct segment *segment_new(size_t n_head, struct shared_text *rest)
{
	struct segment *segment = mem_alloc(sizeof *segment + n_head);

	if (segment) {
		segment->n_head = n_head;
		segment->rest = rest ? shared_text_ref(rest) : NULL;
	}
	return segment;
}

static void drop_first(struct websocket *ws)
{
	struct segment *segment = ws->first;

	ws->first = segment->next;
	if (!ws->first)
		ws->last = NULL;
	shared_text_unref(segment->rest);
	mem_free(segment);
}

// Moves what wslay has queued into a segment. 0 or -ENOMEM, and then the connection is not fit for anything more.
static int flush(struct websocket *ws)
{
	struct segment *segment = NULL;
	int r = wslay_event_send(ws->wslay);

	if (r == 0 && ws->frame.len == 0)
		return 0;
	if (r == 0)
		segment = segment_new(ws->frame.len, NULL);
	if (segment) {
		memcpy(segment->head, ws->frame.data, ws->frame.len);
		append(ws, segment);
	}
	bytes_finish(&ws->frame); // control frames are rare, and there are many sockets
	bytes_init(&ws->frame, WEBSOCKET_PENDING_MAX);
	ws->is_broken |= !segment;
	return segment ? 0 : -ENOMEM;
}

// RFC 6455, 5.2: final, text, not masked.
static size_t write_header(char *out, size_t n)
{
	size_t n_length = n > UINT16_MAX ? 8 : n > 125 ? 2 : 0;

	out[0] = (char)0x81;
	out[1] = n_length == 8 ? 127 : n_length == 2 ? 126 : (char)n;
	for (size_t i = 0; i < n_length; i++)
		out[2 + i] = (char)((uint64_t)n >> 8 * (n_length - 1 - i) & 0xff);
	return 2 + n_length;
}

static bool is_full(const struct websocket *ws, size_t n)
{
	return n > WEBSOCKET_PENDING_MAX || ws->n_pending > WEBSOCKET_PENDING_MAX - n;
}

int websocket_send_shared(struct websocket *ws, const char *head, size_t n_head, struct shared_text *rest)
{
	char header[WEBSOCKET_HEAD_MAX];
	size_t n = n_head + (rest ? rest->n : 0), n_header = write_header(header, n);
	struct segment *segment;

	if (ws->is_closing || ws->is_broken)
		return -EPIPE;
	if (is_full(ws, n))
		return -ENOBUFS;
	segment = segment_new(n_header + n_head, rest);
	if (!segment)
		return -ENOMEM;
	memcpy(segment->head, header, n_header);
	if (n_head)
		memcpy(segment->head + n_header, head, n_head);
	append(ws, segment);
	return 0;
}

static int queue(struct websocket *ws, uint8_t opcode, const char *text, size_t n)
{
	const struct wslay_event_msg message = { opcode, (const uint8_t *)text, n };

	if (ws->is_closing || ws->is_broken)
		return -EPIPE;
	if (is_full(ws, n))
		return -ENOBUFS;
	if (wslay_event_queue_msg(ws->wslay, &message) < 0)
		return -ENOMEM;
	return flush(ws);
}

int websocket_send(struct websocket *ws, const char *text, size_t n)
{
	return ws->role == WEBSOCKET_SERVER ? websocket_send_shared(ws, text, n, NULL)
					    : queue(ws, WSLAY_TEXT_FRAME, text, n);
}

int websocket_ping(struct websocket *ws)
{
	return queue(ws, WSLAY_PING, "", 0);
}

// The bytes of a text that fit, without a part of a character.
static size_t cut(const char *text, size_t max)
{
	size_t n = strlen(text);

	if (n <= max)
		return n;
	for (n = max; n && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
		;
	return n;
}

int websocket_close(struct websocket *ws, uint16_t code, const char *reason)
{
	reason = reason ? reason : "";
	if (ws->is_closing || ws->is_broken)
		return 0;
	if (wslay_event_queue_close(ws->wslay, code, (const uint8_t *)reason, cut(reason, WEBSOCKET_REASON_MAX)) < 0)
		return -ENOMEM;
	ws->is_closing = true;
	ws->sent_code = code;
	return flush(ws);
}

size_t websocket_output(const struct websocket *ws, struct iovec *parts, size_t n_parts)
{
	size_t n = 0, skip = ws->n_written;

	for (const struct segment *segment = ws->first; segment; segment = segment->next) {
		const struct iovec both[] = {
			{ (void *)segment->head, segment->n_head },
			{ segment->rest ? segment->rest->text : NULL, segment->rest ? segment->rest->n : 0 },
		};

		for (size_t i = 0; i < 2; i++) {
			size_t gone = skip < both[i].iov_len ? skip : both[i].iov_len;

			skip -= gone;
			if (gone == both[i].iov_len)
				continue;
			if (n == n_parts)
				return n;
			parts[n++] = (struct iovec){ (char *)both[i].iov_base + gone, both[i].iov_len - gone };
		}
	}
	return n;
}

void websocket_written(struct websocket *ws, size_t n_bytes)
{
	ws->n_pending -= n_bytes;
	ws->n_written += n_bytes;
	while (ws->first) {
		size_t n = ws->first->n_head + (ws->first->rest ? ws->first->rest->n : 0);

		if (ws->n_written < n)
			break;
		ws->n_written -= n;
		drop_first(ws);
	}
}

size_t websocket_pending(const struct websocket *ws)
{
	return ws->n_pending;
}

// ---- what comes in

/* Ends it for a broken rule of framing: wslay would close without saying why. A close frame with a code is two bytes of
 * header, the mask of a client, and the code.
 */
static int fail(struct websocket *ws)
{
	bool is_masked = ws->role == WEBSOCKET_CLIENT;
	uint8_t frame[8] = { 0x88, is_masked ? 0x82 : 2 }, *payload = frame + (is_masked ? 6 : 2);
	struct segment *segment = segment_new(is_masked ? 8 : 4, NULL);

	ws->is_closing = ws->is_broken = true;
	if (!segment)
		return -ENOMEM;
	if (is_masked)
		ws->class->random(frame + 2, 4);
	payload[0] = (WEBSOCKET_PROTOCOL >> 8) ^ (is_masked ? frame[2] : 0);
	payload[1] = (WEBSOCKET_PROTOCOL & 0xff) ^ (is_masked ? frame[3] : 0);
	memcpy(segment->head, frame, segment->n_head);
	append(ws, segment);
	ws->sent_code = WEBSOCKET_PROTOCOL;
	return -EPROTO;
}

static int give(struct websocket *ws, const void *bytes, size_t n)
{
	int r;

	if (!n || ws->is_broken || !wslay_event_get_read_enabled(ws->wslay))
		return 0;
	ws->in = bytes;
	ws->n_in = n;
	r = wslay_event_recv(ws->wslay);
	ws->in = NULL;
	ws->n_in = 0;
	if (r < 0 || ws->is_broken) {
		ws->is_broken = true;
		if (r == 0 || r == WSLAY_ERR_NOMEM)
			return -ENOMEM;
		return ws->is_closing ? -EPROTO : fail(ws);
	}
	if (wslay_event_get_read_enabled(ws->wslay) || wslay_event_get_close_received(ws->wslay))
		return flush(ws);
	// It has stopped reading, and not for a close frame: that is a rule broken, and its close frame is queued.
	r = flush(ws);
	if (!ws->is_closing)
		ws->sent_code = wslay_event_get_status_code_sent(ws->wslay);
	ws->is_closing = ws->is_broken = true;
	return r < 0 ? r : -EPROTO;
}

// Bytes of a frame's head, as far as its first two say.
static size_t head_bytes(const uint8_t *head, size_t n)
{
	uint8_t length = n < 2 ? 0 : head[1] & 0x7f;

	return n < 2 ? 2 : 2 + (length == 127 ? 8U : length == 126 ? 2U : 0) + (head[1] & 0x80 ? 4U : 0);
}

// The next bytes of one kind: of a head one, of a payload what there is of it. How many that is.
static size_t advance(struct framing *framing, const uint8_t *bytes, size_t n)
{
	size_t n_length;

	if (framing->n_left) {
		n = framing->n_left < n ? (size_t)framing->n_left : n;
		framing->n_left -= n;
		return n;
	}
	framing->head[framing->n_head++] = *bytes;
	if (framing->n_head < head_bytes(framing->head, framing->n_head))
		return 1;
	n_length = (framing->head[1] & 0x7f) == 127 ? 8 : (framing->head[1] & 0x7f) == 126 ? 2 : 0;
	framing->n_left = n_length ? 0 : framing->head[1] & 0x7f;
	for (size_t i = 0; i < n_length; i++)
		framing->n_left = framing->n_left << 8 | framing->head[2 + i];
	framing->n_head = 0;
	return 1;
}

/* A close frame is given whole: of each piece of one, wslay takes two bytes for its code, and so finds bad UTF-8 in a
 * reason that is well, and none in one that is not.
 */
int websocket_take(struct websocket *ws, const void *bytes, size_t n)
{
	const uint8_t *at = bytes, *end = at + n, *from = at; // of what is to be given
	struct framing *framing = &ws->framing;
	int r = 0;

	while (r == 0 && at < end) {
		bool begins = !framing->n_head && !framing->n_left;
		size_t some;

		if (begins && (*at & 15) == WSLAY_CONNECTION_CLOSE) {
			r = give(ws, from, (size_t)(at - from));
			framing->is_held = true;
		}
		some = advance(framing, at, (size_t)(end - at));
		if (framing->is_held) {
			// No longer than there is room for: it is given at once when its head says that it is.
			memcpy(ws->held + ws->n_held, at, some);
			ws->n_held += some;
			from = at + some;
			if (r == 0 && !framing->n_head && (!framing->n_left || framing->n_left > CONTROL_MAX)) {
				r = give(ws, ws->held, ws->n_held);
				ws->n_held = 0;
				framing->is_held = false;
			}
		}
		at += some;
	}
	return r < 0 ? r : give(ws, from, (size_t)(end - from));
}

// ---- how it stands

bool websocket_is_closing(const struct websocket *ws)
{
	return ws->is_closing || ws->is_broken;
}

bool websocket_is_over(const struct websocket *ws)
{
	return ws->n_pending == 0 &&
	       (ws->is_broken || (wslay_event_get_close_received(ws->wslay) && wslay_event_get_close_sent(ws->wslay)));
}

uint16_t websocket_close_code(const struct websocket *ws)
{
	return wslay_event_get_status_code_received(ws->wslay);
}

const char *websocket_close_reason(const struct websocket *ws)
{
	return ws->reason;
}

uint16_t websocket_sent_code(const struct websocket *ws)
{
	return ws->sent_code;
}

// ---- lifetimes

void websocket_limit(struct websocket *ws, size_t message_bytes_max)
{
	wslay_event_config_set_max_recv_msg_length(ws->wslay, message_bytes_max);
}

int websocket_create(const struct websocket_options *options, struct websocket **out)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_recv,
		.send_callback = on_send,
		.genmask_callback = on_mask,
		.on_frame_recv_start_callback = on_frame,
		.on_frame_recv_chunk_callback = on_chunk,
		.on_frame_recv_end_callback = on_frame_end,
		.on_msg_recv_callback = on_message,
	};
	struct websocket *ws = mem_calloc(1, sizeof *ws);
	int r;

	if (!ws)
		return -ENOMEM;
	ws->role = options->role;
	ws->class = options->class;
	ws->ctx = options->ctx;
	ws->sent_code = WEBSOCKET_ABNORMAL;
	bytes_init(&ws->frame, WEBSOCKET_PENDING_MAX);
	r = ws->role == WEBSOCKET_SERVER ? wslay_event_context_server_init(&ws->wslay, &callbacks, ws)
					 : wslay_event_context_client_init(&ws->wslay, &callbacks, ws);
	if (r < 0) {
		mem_free(ws);
		return -ENOMEM;
	}
	websocket_limit(ws, options->message_bytes_max);
	*out = ws;
	return 0;
}

void websocket_destroy(struct websocket *ws)
{
	if (!ws)
		return;
	while (ws->first)
		drop_first(ws);
	bytes_finish(&ws->frame);
	wslay_event_context_free(ws->wslay);
	mem_free(ws);
}
