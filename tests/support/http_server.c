// SPDX-License-Identifier: Apache-2.0
#include "tests/support/http_server.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { DRIP_MS = 20, REQUEST_MAX = 4096, GUARD_MS = 5, GUARD_TICKS = 2000 };

struct server_connection {
	union server_stream peer;
	uv_timer_t timer;
	struct http_server *server;
	struct server_connection *prev, *next; // http_server::connections
	const struct server_rule *rule;
	size_t n_sent, n_request;
	int n_handles;
	char request[REQUEST_MAX];
};

static void connection_closed_cb(uv_handle_t *handle)
{
	struct server_connection *connection = handle->data;

	if (--connection->n_handles == 0)
		free(connection);
}

static void connection_close(struct server_connection *connection, bool is_reset)
{
	if (uv_is_closing((uv_handle_t *)&connection->timer))
		return;
	DL_DELETE(connection->server->connections, connection);
	uv_close((uv_handle_t *)&connection->timer, connection_closed_cb);
	if (!is_reset || !connection->server->port ||
	    uv_tcp_close_reset(&connection->peer.tcp, connection_closed_cb) < 0)
		uv_close(&connection->peer.handle, connection_closed_cb);
}

static size_t rule_length(const struct server_rule *rule)
{
	return rule->n_bytes ? rule->n_bytes : strlen(rule->bytes);
}

static void answer(struct server_connection *connection);

static void timer_cb(uv_timer_t *timer)
{
	answer(timer->data);
}

static void written_cb(uv_write_t *write, int status)
{
	struct server_connection *connection = write->handle->data;

	free(write);
	if (status == 0 && !uv_is_closing(&connection->peer.handle))
		answer(connection);
}

static void send_bytes(struct server_connection *connection, const char *bytes, size_t n)
{
	uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)n);
	uv_write_t *write = malloc(sizeof *write);

	ck_assert_ptr_nonnull(write);
	connection->n_sent += n;
	if (uv_write(write, &connection->peer.stream, &buffer, 1, written_cb) < 0)
		free(write);
}

// Sends what comes next, or does what the rule says at the end.
static void answer(struct server_connection *connection)
{
	const struct server_rule *rule = connection->rule;
	size_t n = rule_length(rule), n_left = connection->n_sent < n ? n - connection->n_sent : 0;

	if (connection->n_sent < rule->n_prompt) {
		send_bytes(connection, rule->bytes, rule->n_prompt);
	} else if (rule->then == SERVER_DRIP && n_left) {
		uv_timer_start(&connection->timer, timer_cb, DRIP_MS, 0);
		uv_try_write(&connection->peer.stream,
			     &(uv_buf_t){ .base = (char *)rule->bytes + connection->n_sent, .len = 1 }, 1);
		connection->n_sent++;
	} else if (n_left) {
		send_bytes(connection, rule->bytes + connection->n_sent, n_left);
	} else if (rule->then == SERVER_FLOOD) {
		const char *filler = rule->filler ? rule->filler : rule->bytes;

		send_bytes(connection, filler, rule->n_filler ? rule->n_filler : strlen(filler));
	} else if (rule->then == SERVER_CLOSE || rule->then == SERVER_RESET) {
		connection_close(connection, rule->then == SERVER_RESET);
	}
}

static bool request_is_whole(const struct server_connection *connection)
{
	const char *end = strstr(connection->request, "\r\n\r\n");
	const char *length = strstr(connection->request, "Content-Length: ");
	size_t n_body = length ? strtoul(length + 16, NULL, 10) : 0;

	return end && connection->n_request >= (size_t)(end + 4 - connection->request) + n_body;
}

static const struct server_rule *find_rule(const struct http_server *server, const char *request)
{
	char path[256] = "";

	if (server->choose)
		return server->choose(server->choose_ctx, request);
	sscanf(request, "%*s %255s", path);
	for (size_t i = 0; i < server->n_rules; i++)
		if (!server->rules[i].path[0] || strcmp(path, server->rules[i].path) == 0)
			return &server->rules[i];
	ck_abort_msg("no rule for %s", path);
	return NULL;
}

static void begin_answer(struct server_connection *connection)
{
	struct http_server *server = connection->server;

	memcpy(server->last_request, connection->request, connection->n_request + 1);
	connection->n_request = connection->n_sent = 0;
	server->n_requests++;
	connection->rule = find_rule(server, server->last_request);
	if (connection->rule->delay_ms)
		uv_timer_start(&connection->timer, timer_cb, connection->rule->delay_ms, 0);
	else
		answer(connection);
}

static void alloc_cb(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct server_connection *connection = handle->data;

	(void)suggested;
	*out = uv_buf_init(connection->request + connection->n_request,
			   (unsigned)(REQUEST_MAX - 1 - connection->n_request));
}

static void read_cb(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct server_connection *connection = stream->data;

	(void)buffer;
	if (n < 0) {
		connection_close(connection, false);
		return;
	}
	connection->n_request += (size_t)n;
	connection->request[connection->n_request] = '\0';
	if (request_is_whole(connection))
		begin_answer(connection);
}

static void accept_cb(uv_stream_t *listener, int status)
{
	struct http_server *server = listener->data;
	struct server_connection *connection = calloc(1, sizeof *connection);

	ck_assert(status == 0 && connection);
	*connection = (struct server_connection){ .server = server, .n_handles = 2 };
	if (server->port)
		uv_tcp_init(listener->loop, &connection->peer.tcp);
	else
		uv_pipe_init(listener->loop, &connection->peer.pipe, 0);
	uv_timer_init(listener->loop, &connection->timer);
	connection->peer.handle.data = connection->timer.data = connection;
	server->n_accepted++;
	DL_APPEND(server->connections, connection);
	ck_assert_int_eq(uv_accept(listener, &connection->peer.stream), 0);
	uv_read_start(&connection->peer.stream, alloc_cb, read_cb);
}

void http_server_say(struct http_server *server, const char *bytes)
{
	uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)strlen(bytes));
	struct server_connection *connection;

	DL_FOREACH(server->connections, connection)
		ck_assert_int_eq(uv_try_write(&connection->peer.stream, &buffer, 1), (int)buffer.len);
}

void http_server_start(struct http_server *server, uv_loop_t *loop, const struct server_rule *rules, size_t n_rules)
{
	struct sockaddr_in address;
	int n = sizeof address;

	signal(SIGPIPE, SIG_IGN); // as the program does: a peer that goes away must not end us
	*server = (struct http_server){ .rules = rules, .n_rules = n_rules };
	ck_assert_int_eq(uv_tcp_init(loop, &server->listener.tcp), 0);
	server->listener.handle.data = server;
	uv_ip4_addr("127.0.0.1", 0, &address);
	ck_assert_int_eq(uv_tcp_bind(&server->listener.tcp, (struct sockaddr *)&address, 0), 0);
	ck_assert_int_eq(uv_listen(&server->listener.stream, 512, accept_cb), 0);
	uv_tcp_getsockname(&server->listener.tcp, (struct sockaddr *)&address, &n);
	server->port = ntohs(address.sin_port);
}

void http_server_start_at(struct http_server *server, uv_loop_t *loop, const char *path,
			  const struct server_rule *rules, size_t n_rules)
{
	signal(SIGPIPE, SIG_IGN);
	*server = (struct http_server){ .rules = rules, .n_rules = n_rules };
	ck_assert_int_eq(uv_pipe_init(loop, &server->listener.pipe, 0), 0);
	server->listener.handle.data = server;
	ck_assert_int_eq(uv_pipe_bind(&server->listener.pipe, path), 0);
	ck_assert_int_eq(uv_listen(&server->listener.stream, 512, accept_cb), 0);
}

void http_server_drop_all(struct http_server *server)
{
	while (server->connections)
		connection_close(server->connections, false);
}

void http_server_stop(struct http_server *server)
{
	http_server_drop_all(server);
	if (!server->is_closing)
		uv_close(&server->listener.handle, NULL);
	server->is_closing = true;
}

const char *http_server_url(const struct http_server *server, const char *path, char *out, size_t size)
{
	snprintf(out, size, "http://127.0.0.1:%d%s", server->port, path);
	return out;
}

static void guard_cb(uv_timer_t *timer)
{
	++*(int *)timer->data;
}

static void guard_closed_cb(uv_handle_t *handle)
{
	handle->data = NULL;
}

void loop_run_until(uv_loop_t *loop, const bool *is_done)
{
	int n_ticks = 0;
	uv_timer_t guard;

	uv_timer_init(loop, &guard);
	guard.data = &n_ticks;
	// It ticks, because one turn of the loop runs timers first and then sleeps: what they did would be seen late.
	uv_timer_start(&guard, guard_cb, GUARD_MS, GUARD_MS);
	while (!*is_done && n_ticks < GUARD_TICKS)
		uv_run(loop, UV_RUN_ONCE);
	ck_assert_msg(*is_done, "ten seconds and not done");
	uv_close((uv_handle_t *)&guard, guard_closed_cb);
	while (guard.data) // it lives on this stack: it must be gone before we return
		uv_run(loop, UV_RUN_NOWAIT);
}

void loop_finish(uv_loop_t *loop)
{
	ck_assert_int_eq(uv_run(loop, UV_RUN_DEFAULT), 0);
	ck_assert_int_eq(uv_loop_close(loop), 0);
}
