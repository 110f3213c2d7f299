// SPDX-License-Identifier: Apache-2.0
#include "tests/support/hub_caller.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "fleet/snapshot.h"
#include "wire/handshake.h"

int64_t hub_caller_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// ---- connections

int hub_caller_connect_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_uint_lt(strlen(path), sizeof address.sun_path);
	memcpy(address.sun_path, path, strlen(path));
	ck_assert_msg(connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "%s: %s", path, strerror(errno));
	return fd;
}

int hub_caller_connect_tcp(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_msg(connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "port %d: %s", port,
		      strerror(errno));
	return fd;
}

static void write_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);

		if (sent < 0)
			return; // the other side has closed: what it said is still to be read
		bytes += sent;
		n -= (size_t)sent;
	}
}

static bool await(int fd, int timeout_ms)
{
	struct pollfd waits = { .fd = fd, .events = POLLIN };

	return poll(&waits, 1, timeout_ms) > 0;
}

unsigned hub_caller_ask(int fd, const char *request, char *out, size_t size)
{
	struct handshake_answer answer = { 0 };
	size_t n = 0;
	ssize_t got = 1;

	write_all(fd, request, strlen(request));
	while (got > 0 && n < size - 1 && await(fd, HUB_CALLER_MS)) {
		got = recv(fd, out + n, size - 1 - n, 0);
		n += got > 0 ? (size_t)got : 0;
		if (handshake_answer_read(out, n, "", &answer) == 1 &&
		    (answer.content_length < 0 || n >= answer.n_head + (size_t)answer.content_length))
			break;
	}
	out[n] = '\0';
	close(fd);
	return answer.http_status;
}

// ---- what comes

static void keep(struct hub_caller *peer, struct event *event)
{
	event_unref(peer->newest[event->type]);
	peer->newest[event->type] = event_ref(event);
	peer->n_by_type[event->type]++;
	peer->n_snapshots += event->type == EVENT_SNAPSHOT && event->u.snapshot.is_end;
	ck_assert_int_eq(fleet_apply(peer->fleet, event), 0);
}

static void take_event(struct hub_caller *peer, struct wire_event *event)
{
	if (event->seq) {
		peer->n_gaps += event->prev != peer->last[event->channel];
		peer->n_doubled += event->seq <= peer->last[event->channel];
		peer->last[event->channel] = event->seq;
	}
	ck_assert_int_ne(event->outcome, EVENT_JSON_NO_PLAN);
	if (event->outcome == EVENT_JSON_TAKEN)
		keep(peer, event->event);
}

// "prod! eu=red "
static void note_environments(struct hub_caller *peer, const struct wire_welcome *welcome)
{
	size_t used = 0;

	peer->environments[0] = '\0';
	for (size_t i = 0; i < welcome->n_environments && used < sizeof peer->environments; i++) {
		const struct wire_environment *item = &welcome->environments[i];

		used += (size_t)snprintf(peer->environments + used, sizeof peer->environments - used, "%s%s%s ",
					 item->name, item->is_production ? "!" : "=", item->colour);
	}
}

static void take_message(struct hub_caller *peer, struct wire_message *message)
{
	switch (message->type) {
	case WIRE_HELLO:
		peer->welcome = message->u.welcome;
		peer->welcome.environments = NULL; // which go with the message
		note_environments(peer, &message->u.welcome);
		peer->is_welcome = true;
		break;
	case WIRE_EVENT:
		take_event(peer, &message->u.event);
		break;
	case WIRE_ANSWER:
		peer->answered = message->id;
		peer->answer = message->u.answer;
		peer->n_answers++;
		break;
	case WIRE_RESYNC:
		peer->n_resyncs++;
		snprintf(peer->resync_why, sizeof peer->resync_why, "%s", message->u.why);
		break;
	case WIRE_LIMITS:
		peer->limits = message->u.limits;
		peer->n_limits++;
		break;
	case WIRE_ERROR:
		peer->error = message->u.error.code;
		snprintf(peer->error_why, sizeof peer->error_why, "%s", message->u.error.why);
		break;
	default:
		peer->n_pongs += message->type == WIRE_PONG;
		break;
	}
}

static void on_message(void *ctx, const char *bytes, size_t n, bool is_text)
{
	struct hub_caller *peer = ctx;
	struct wire_message message = { 0 };
	char why[EVENT_JSON_WHY_MAX] = "";

	ck_assert(is_text);
	ck_assert_msg(wire_message_read(WIRE_HUB, &peer->reader, bytes, n, &message, why) == 0, "%s: %.*s", why, (int)n,
		      bytes);
	take_message(peer, &message);
	wire_message_finish(&message);
}

static void take_mask(void *out, size_t n)
{
	memset(out, 0x55, n);
}

static void flush(struct hub_caller *peer)
{
	struct iovec part;

	while (peer->fd >= 0 && websocket_output(peer->ws, &part, 1)) {
		write_all(peer->fd, part.iov_base, part.iov_len);
		websocket_written(peer->ws, part.iov_len);
	}
}

bool hub_caller_turn(struct hub_caller *peer, int timeout_ms)
{
	char bytes[65536];
	ssize_t n;

	if (peer->is_closed || !await(peer->fd, timeout_ms))
		return false;
	n = recv(peer->fd, bytes, sizeof bytes, 0);
	if (n <= 0) {
		peer->is_closed = true;
		return true;
	}
	ck_assert_int_eq(websocket_take(peer->ws, bytes, (size_t)n), 0);
	flush(peer);
	return true;
}

// ---- what goes

void hub_caller_write(struct hub_caller *peer, const void *bytes, size_t n)
{
	write_all(peer->fd, bytes, n);
}

void hub_caller_send(struct hub_caller *peer, const char *text)
{
	ck_assert_int_eq(websocket_send(peer->ws, text, strlen(text)), 0);
	flush(peer);
}

static void send_bytes(struct hub_caller *peer, struct bytes *message)
{
	hub_caller_send(peer, message->data);
	bytes_finish(message);
}

void hub_caller_hello(struct hub_caller *peer, const char *boot, const uint64_t last[CHANNEL_COUNT], unsigned channels)
{
	struct wire_hello hello = { .protocol = WIRE_PROTOCOL,
				    .client = "test",
				    .version = "1",
				    .who = "somebody",
				    .host = "ops1",
				    .tty = "pts/3",
				    .channels = channels };
	struct bytes message;

	snprintf(hello.boot, sizeof hello.boot, "%s", boot ? boot : "");
	if (last) {
		memcpy(hello.last, last, sizeof hello.last);
		memcpy(peer->last, last, sizeof peer->last);
	}
	bytes_init(&message, WIRE_CLIENT_MESSAGE_MAX);
	ck_assert_int_eq(wire_hello_write(&hello, &message), 0);
	send_bytes(peer, &message);
}

void hub_caller_request(struct hub_caller *peer, uint64_t id, const struct request *request)
{
	struct bytes message;

	bytes_init(&message, WIRE_CLIENT_MESSAGE_MAX);
	ck_assert_int_eq(wire_request_write(id, request, NULL, &message), 0);
	send_bytes(peer, &message);
}

// ---- lifetimes

// Where it is connected to, as a URL has it.
static void name_host(int fd, char *out, size_t size)
{
	struct sockaddr_in address = { 0 };
	socklen_t n = sizeof address;

	snprintf(out, size, "localhost");
	if (getpeername(fd, (struct sockaddr *)&address, &n) == 0 && address.sin_family == AF_INET)
		snprintf(out, size, "localhost:%u", ntohs(address.sin_port));
}

void hub_caller_begin(struct hub_caller *peer, int fd, const char *token)
{
	static const struct websocket_class class = { .message = on_message, .random = take_mask };
	const struct websocket_options options = {
		.role = WEBSOCKET_CLIENT, .message_bytes_max = WIRE_HUB_MESSAGE_MAX, .class = &class, .ctx = peer
	};
	char authorization[200], host[64];
	struct handshake_call call = { .host = host, .path = "/v1/events", .key = peer->key };
	struct bytes request;

	*peer = (struct hub_caller){ .fd = fd, .error = WIRE_ERROR_COUNT };
	handshake_key((const uint8_t *)"0123456789abcdef", peer->key);
	snprintf(authorization, sizeof authorization, "Bearer %s", token ? token : "");
	name_host(fd, host, sizeof host);
	call.authorization = token ? authorization : NULL;
	event_reader_init(&peer->reader, 1);
	ck_assert_int_eq(fleet_create(NULL, &peer->fleet), 0);
	ck_assert_int_eq(websocket_create(&options, &peer->ws), 0);
	bytes_init(&request, 4096);
	ck_assert_int_eq(handshake_call_write(&call, &request), 0);
	write_all(fd, request.data, request.len);
	bytes_finish(&request);
}

bool hub_caller_answered(struct hub_caller *peer)
{
	struct handshake_answer answer = { 0 };
	ssize_t n;

	if (peer->http_status || !await(peer->fd, 0))
		return peer->http_status;
	n = recv(peer->fd, peer->http + peer->n_http, sizeof peer->http - 1 - peer->n_http, 0);
	ck_assert_msg(n > 0, "the connection ended before it was answered");
	peer->n_http += (size_t)n;
	if (handshake_answer_read(peer->http, peer->n_http, peer->key, &answer) != 1)
		return false;
	peer->http_status = answer.http_status;
	if (answer.is_upgraded && peer->n_http > answer.n_head) // frames came along
		ck_assert_int_eq(websocket_take(peer->ws, peer->http + answer.n_head, peer->n_http - answer.n_head), 0);
	return true;
}

unsigned hub_caller_open(struct hub_caller *peer, int fd, const char *token)
{
	hub_caller_begin(peer, fd, token);
	while (await(fd, HUB_CALLER_MS) && !hub_caller_answered(peer))
		;
	return peer->http_status;
}

void hub_caller_close(struct hub_caller *peer)
{
	if (peer->fd >= 0)
		close(peer->fd);
	for (int i = 0; i < EVENT_TYPE_COUNT; i++)
		event_unref(peer->newest[i]);
	websocket_destroy(peer->ws);
	event_reader_finish(&peer->reader);
	fleet_destroy(peer->fleet);
	*peer = (struct hub_caller){ .fd = -1 };
}

char *hub_caller_dump(const struct hub_caller *peer)
{
	struct bytes out;

	bytes_init(&out, 64 << 20);
	ck_assert_int_eq(fleet_dump(peer->fleet, FLEET_DUMP_NO_FEED, &out), 0);
	return out.data;
}
