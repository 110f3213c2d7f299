// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tcp_proxy.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

enum { PIECE_MAX = 16384, DRIP_MS = 20 };

// Bytes on their way back to the client, in order.
struct piece {
	struct piece *prev, *next; // proxy_link::pieces
	uint64_t due_ms;           // of the loop
	size_t n, n_sent;
	char bytes[];
};

struct proxy_link {
	struct tcp_proxy *proxy;
	struct proxy_link *prev, *next; // tcp_proxy::links
	uv_tcp_t client, server;
	uv_connect_t connect;
	uv_timer_t timer;
	struct piece *pieces; // owned
	size_t n_returned;
	int n_handles;
	bool is_connected, has_ended, is_closing;
	char early[PIECE_MAX]; // from the client, before the server was reached
	size_t n_early;
	char block[PIECE_MAX];
};

static void closed_cb(uv_handle_t *handle)
{
	struct proxy_link *link = handle->data;
	struct piece *piece, *next;

	if (--link->n_handles)
		return;
	DL_FOREACH_SAFE(link->pieces, piece, next)
		free(piece);
	free(link);
}

static void link_close(struct proxy_link *link, bool is_reset)
{
	if (link->is_closing)
		return;
	link->is_closing = true;
	DL_DELETE(link->proxy->links, link);
	uv_close((uv_handle_t *)&link->timer, closed_cb);
	uv_close((uv_handle_t *)&link->server, closed_cb);
	if (!is_reset || uv_tcp_close_reset(&link->client, closed_cb) < 0)
		uv_close((uv_handle_t *)&link->client, closed_cb);
}

static void written_cb(uv_write_t *write, int status)
{
	(void)status;
	free(write->data);
	free(write);
}

static void send_copy(uv_tcp_t *to, const char *bytes, size_t n)
{
	uv_write_t *write = malloc(sizeof *write);
	char *copy = malloc(n);
	uv_buf_t buffer = uv_buf_init(copy, (unsigned)n);

	ck_assert(write && copy);
	memcpy(copy, bytes, n);
	write->data = copy;
	if (uv_write(write, (uv_stream_t *)to, &buffer, 1, written_cb) < 0) {
		free(copy);
		free(write);
	}
}

static void pass(struct proxy_link *link);

static void timer_cb(uv_timer_t *timer)
{
	pass(timer->data);
}

// How much of the piece may go now; the connection may end after it.
static size_t allowed(const struct proxy_link *link, size_t n)
{
	const struct proxy_faults *faults = &link->proxy->faults;

	if (faults->drips)
		n = 1;
	if (faults->cut_after && link->n_returned + n > faults->cut_after)
		n = faults->cut_after > link->n_returned ? faults->cut_after - link->n_returned : 0;
	return n;
}

// Sends what is due, and comes back for the rest.
static void pass(struct proxy_link *link)
{
	const struct proxy_faults *faults = &link->proxy->faults;
	struct piece *piece;

	while ((piece = link->pieces) && piece->due_ms <= uv_now(link->timer.loop)) {
		size_t n = allowed(link, piece->n - piece->n_sent);

		if (n)
			send_copy(&link->client, piece->bytes + piece->n_sent, n);
		link->n_returned += n;
		piece->n_sent += n;
		if (faults->cut_after && link->n_returned >= faults->cut_after) {
			link_close(link, faults->is_reset);
			return;
		}
		if (piece->n_sent == piece->n) {
			DL_DELETE(link->pieces, piece);
			free(piece);
		}
		if (faults->drips)
			break;
	}
	if (link->pieces)
		uv_timer_start(&link->timer, timer_cb,
			       faults->drips || link->pieces->due_ms <= uv_now(link->timer.loop)
				       ? DRIP_MS
				       : link->pieces->due_ms - uv_now(link->timer.loop),
			       0);
	else if (link->has_ended)
		link_close(link, false);
}

static void alloc_cb(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct proxy_link *link = handle->data;

	(void)suggested;
	*out = uv_buf_init(link->block, sizeof link->block);
}

static uint64_t due_ms(struct proxy_link *link)
{
	struct tcp_proxy *proxy = link->proxy;
	uint64_t due = uv_now(link->timer.loop) + proxy->faults.delay_ms;

	proxy->random = proxy->random * 1664525u + 1013904223u;
	if (proxy->faults.jitter_ms)
		due += (proxy->random >> 8) % proxy->faults.jitter_ms;
	return link->pieces && link->pieces->prev->due_ms > due ? link->pieces->prev->due_ms : due; // in order
}

static void server_read_cb(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct proxy_link *link = stream->data;
	struct piece *piece;

	if (n > 0 && !link->proxy->faults.is_mute) {
		piece = calloc(1, sizeof *piece + (size_t)n);
		ck_assert_ptr_nonnull(piece);
		piece->n = (size_t)n;
		piece->due_ms = due_ms(link);
		memcpy(piece->bytes, buffer->base, piece->n);
		DL_APPEND(link->pieces, piece);
	}
	link->has_ended |= n < 0;
	if (n < 0)
		uv_read_stop(stream);
	if (!link->proxy->faults.is_mute)
		pass(link);
}

static void client_read_cb(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct proxy_link *link = stream->data;

	if (n < 0) {
		link_close(link, false);
	} else if (link->proxy->faults.is_mute) {
		return;
	} else if (link->is_connected) {
		send_copy(&link->server, buffer->base, (size_t)n);
	} else {
		ck_assert_uint_le(link->n_early + (size_t)n, sizeof link->early);
		memcpy(link->early + link->n_early, buffer->base, (size_t)n);
		link->n_early += (size_t)n;
	}
}

static void connected_cb(uv_connect_t *connect, int status)
{
	struct proxy_link *link = connect->data;

	if (link->is_closing)
		return;
	if (status < 0) {
		link_close(link, true);
		return;
	}
	link->is_connected = true;
	if (link->n_early)
		send_copy(&link->server, link->early, link->n_early);
	uv_read_start((uv_stream_t *)&link->server, alloc_cb, server_read_cb);
}

static void accept_cb(uv_stream_t *listener, int status)
{
	struct tcp_proxy *proxy = listener->data;
	struct proxy_link *link = calloc(1, sizeof *link);
	struct sockaddr_in address;

	ck_assert(status == 0 && link);
	link->proxy = proxy;
	link->n_handles = 3;
	uv_tcp_init(listener->loop, &link->client);
	uv_tcp_init(listener->loop, &link->server);
	uv_timer_init(listener->loop, &link->timer);
	link->client.data = link->server.data = link->timer.data = link->connect.data = link;
	proxy->n_accepted++;
	DL_APPEND(proxy->links, link);
	ck_assert_int_eq(uv_accept(listener, (uv_stream_t *)&link->client), 0);
	uv_read_start((uv_stream_t *)&link->client, alloc_cb, client_read_cb);
	uv_ip4_addr(proxy->host, proxy->upstream_port, &address);
	ck_assert_int_eq(uv_tcp_connect(&link->connect, &link->server, (struct sockaddr *)&address, connected_cb), 0);
}

void tcp_proxy_start(struct tcp_proxy *proxy, uv_loop_t *loop, const char *host, int upstream_port)
{
	struct sockaddr_in address;
	int n = sizeof address;

	*proxy = (struct tcp_proxy){ .upstream_port = upstream_port, .random = 1 };
	snprintf(proxy->host, sizeof proxy->host, "%s", host);
	ck_assert_int_eq(uv_tcp_init(loop, &proxy->listener), 0);
	proxy->listener.data = proxy;
	uv_ip4_addr("127.0.0.1", 0, &address);
	ck_assert_int_eq(uv_tcp_bind(&proxy->listener, (struct sockaddr *)&address, 0), 0);
	ck_assert_int_eq(uv_listen((uv_stream_t *)&proxy->listener, 64, accept_cb), 0);
	uv_tcp_getsockname(&proxy->listener, (struct sockaddr *)&address, &n);
	proxy->port = ntohs(address.sin_port);
}

void tcp_proxy_reset_all(struct tcp_proxy *proxy)
{
	while (proxy->links)
		link_close(proxy->links, true);
}

void tcp_proxy_stop(struct tcp_proxy *proxy)
{
	tcp_proxy_reset_all(proxy);
	if (!proxy->is_closing)
		uv_close((uv_handle_t *)&proxy->listener, NULL);
	proxy->is_closing = true;
}
