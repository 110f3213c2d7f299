// SPDX-License-Identifier: Apache-2.0
#include "tests/support/ws_server.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "wire/handshake.h"

struct ws_client {
	uv_tcp_t peer;
	struct ws_server *server;
	struct ws_client *prev, *next; // ws_server::clients
	struct websocket *ws;          // NULL before the upgrade
	char head[8192], bytes[16384];
	size_t n_head, n_messages;
};

static void closed_cb(uv_handle_t *handle)
{
	struct ws_client *client = handle->data;

	websocket_destroy(client->ws);
	free(client);
}

static void client_close(struct ws_client *client)
{
	if (uv_is_closing((uv_handle_t *)&client->peer))
		return;
	DL_DELETE(client->server->clients, client);
	uv_close((uv_handle_t *)&client->peer, closed_cb);
}

static void written_cb(uv_write_t *write, int status)
{
	(void)status;
	free(write->data);
	free(write);
}

static void write_bytes(struct ws_client *client, const void *bytes, size_t n)
{
	uv_write_t *write = malloc(sizeof *write);
	uv_buf_t buffer;

	ck_assert_ptr_nonnull(write);
	write->data = malloc(n + 1);
	ck_assert_ptr_nonnull(write->data);
	memcpy(write->data, bytes, n);
	buffer = uv_buf_init(write->data, (unsigned)n);
	if (uv_write(write, (uv_stream_t *)&client->peer, &buffer, 1, written_cb) < 0)
		written_cb(write, 0);
}

static void flush(struct ws_client *client)
{
	struct iovec part;

	while (client->ws && websocket_output(client->ws, &part, 1)) {
		write_bytes(client, part.iov_base, part.iov_len);
		websocket_written(client->ws, part.iov_len);
	}
}

static void message_cb(void *ctx, const char *bytes, size_t n, bool is_text)
{
	struct ws_client *client = ctx;
	struct ws_server *server = client->server;

	ck_assert(is_text);
	ck_assert_uint_lt(server->n_said + n + 1, sizeof server->said);
	memcpy(server->said + server->n_said, bytes, n);
	server->said[server->n_said + n] = '\n';
	server->n_said += n + 1;
	server->said[server->n_said] = '\0';
	server->n_messages++;
	if (client->n_messages++ == 0)
		for (size_t i = 0; server->welcome && server->welcome[i]; i++)
			websocket_send(client->ws, server->welcome[i], strlen(server->welcome[i]));
}

static const char *header(const char *head, const char *name, char *out, size_t size)
{
	const char *at = strcasestr(head, name);

	snprintf(out, size, "%.*s", at ? (int)strcspn(at + strlen(name), "\r\n") : 0, at ? at + strlen(name) : "");
	return out;
}

static void upgrade(struct ws_client *client)
{
	static const struct websocket_class class = { .message = message_cb };
	const struct websocket_options options = {
		.role = WEBSOCKET_SERVER, .message_bytes_max = 1 << 20, .class = &class, .ctx = client
	};
	char key[64], accept[HANDSHAKE_ACCEPT_SIZE], answer[512];

	ck_assert_int_eq(handshake_accept(header(client->head, "Sec-WebSocket-Key: ", key, sizeof key), accept), 0);
	if (client->server->has_wrong_accept)
		accept[0] = accept[0] == 'A' ? 'B' : 'A';
	snprintf(answer, sizeof answer,
		 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		 "Sec-WebSocket-Accept: %s\r\n\r\n",
		 accept);
	write_bytes(client, answer, strlen(answer));
	ck_assert_int_eq(websocket_create(&options, &client->ws), 0);
	client->server->n_upgraded++;
}

static void shut_cb(uv_shutdown_t *shutdown, int status)
{
	struct ws_client *client = shutdown->handle->data;

	free(shutdown);
	if (status == 0)
		client_close(client);
}

// Everything that was written goes first.
static void finish(struct ws_client *client)
{
	uv_shutdown_t *shutdown = malloc(sizeof *shutdown);

	ck_assert_ptr_nonnull(shutdown);
	if (uv_shutdown(shutdown, (uv_stream_t *)&client->peer, shut_cb) < 0)
		free(shutdown);
}

static void take_head(struct ws_client *client)
{
	static const char not_found[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
	struct ws_server *server = client->server;
	const char *answer;

	snprintf(server->last_request, sizeof server->last_request, "%.4000s", client->head);
	if (strstr(client->head, " /v1/events ")) {
		if (server->is_mute)
			return;
		if (!server->refusal) {
			upgrade(client);
			return;
		}
		answer = server->refusal;
	} else {
		server->n_status++;
		answer = server->status ? server->status : not_found;
	}
	write_bytes(client, answer, strlen(answer));
	finish(client);
}

static void alloc_cb(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct ws_client *client = handle->data;

	(void)suggested;
	*out = uv_buf_init(client->bytes, sizeof client->bytes);
}

static void read_cb(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct ws_client *client = stream->data;

	if (n < 0) {
		client_close(client);
		return;
	}
	if (client->ws) {
		websocket_take(client->ws, buffer->base, (size_t)n);
		flush(client);
		return;
	}
	ck_assert_uint_lt(client->n_head + (size_t)n, sizeof client->head);
	memcpy(client->head + client->n_head, buffer->base, (size_t)n);
	client->n_head += (size_t)n;
	client->head[client->n_head] = '\0';
	if (strstr(client->head, "\r\n\r\n"))
		take_head(client);
}

static void accept_cb(uv_stream_t *listener, int status)
{
	struct ws_server *server = listener->data;
	struct ws_client *client = calloc(1, sizeof *client);

	ck_assert(status == 0 && client);
	client->server = server;
	uv_tcp_init(listener->loop, &client->peer);
	client->peer.data = client;
	server->n_accepted++;
	DL_APPEND(server->clients, client);
	ck_assert_int_eq(uv_accept(listener, (uv_stream_t *)&client->peer), 0);
	uv_read_start((uv_stream_t *)&client->peer, alloc_cb, read_cb);
}

void ws_server_start(struct ws_server *server, uv_loop_t *loop)
{
	struct sockaddr_in address;
	int n = sizeof address;

	signal(SIGPIPE, SIG_IGN);
	*server = (struct ws_server){ 0 };
	ck_assert_int_eq(uv_tcp_init(loop, &server->listener), 0);
	server->listener.data = server;
	uv_ip4_addr("127.0.0.1", 0, &address);
	ck_assert_int_eq(uv_tcp_bind(&server->listener, (struct sockaddr *)&address, 0), 0);
	ck_assert_int_eq(uv_listen((uv_stream_t *)&server->listener, 64, accept_cb), 0);
	uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &n);
	server->port = ntohs(address.sin_port);
}

void ws_server_say(struct ws_server *server, const char *text)
{
	struct ws_client *client;

	DL_FOREACH(server->clients, client)
		if (client->ws) {
			ck_assert_int_eq(websocket_send(client->ws, text, strlen(text)), 0);
			flush(client);
		}
}

void ws_server_say_raw(struct ws_server *server, const void *bytes, size_t n)
{
	struct ws_client *client;

	DL_FOREACH(server->clients, client)
		write_bytes(client, bytes, n);
}

void ws_server_close_all(struct ws_server *server, uint16_t code, const char *reason)
{
	struct ws_client *client;

	DL_FOREACH(server->clients, client)
		if (client->ws) {
			websocket_close(client->ws, code, reason);
			flush(client);
		}
}

void ws_server_hold_all(struct ws_server *server)
{
	struct ws_client *client;

	DL_FOREACH(server->clients, client)
		uv_read_stop((uv_stream_t *)&client->peer);
}

void ws_server_finish_all(struct ws_server *server)
{
	struct ws_client *client;

	DL_FOREACH(server->clients, client)
		finish(client);
}

void ws_server_drop_all(struct ws_server *server)
{
	while (server->clients)
		client_close(server->clients);
}

void ws_server_stop(struct ws_server *server)
{
	ws_server_drop_all(server);
	if (!server->is_closing)
		uv_close((uv_handle_t *)&server->listener, NULL);
	server->is_closing = true;
}
