// SPDX-License-Identifier: Apache-2.0
/* The floor of a fan-out: wslay on libuv, and nothing else. hub_floor SOCKET: each text message of a client is sent to
 * all of them as it is. Prints a line when it listens, and ends when its standard input does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>
#include <wslay/wslay.h>

enum { READ_BYTES = 64 << 10, BACKLOG = 1024, AGAIN_MS = 1 };

struct connection {
	uv_pipe_t pipe; // first
	wslay_event_context_ptr wslay;
	struct connection *next; // server::connections
	const char *came;        // what wslay takes of this turn
	size_t n_came;
	char head[4]; // the last bytes of the handshake, while it lasts
	int is_open, is_blocked;
};

static struct {
	uv_loop_t loop;
	uv_pipe_t listener, input;
	uv_timer_t again; // sends on what was blocked
	struct connection *connections;
	char read[READ_BYTES];
} server;

static _Noreturn void fail(const char *what, int error)
{
	fprintf(stderr, "hub_floor: %s: %s\n", what, uv_strerror(error));
	exit(1);
}

static ssize_t recv_cb(wslay_event_context_ptr wslay, uint8_t *out, size_t n, int flags, void *ctx)
{
	struct connection *connection = ctx;
	size_t taken = n < connection->n_came ? n : connection->n_came;

	(void)flags;
	if (taken == 0) {
		wslay_event_set_error(wslay, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	memcpy(out, connection->came, taken);
	connection->came += taken;
	connection->n_came -= taken;
	return (ssize_t)taken;
}

static ssize_t send_cb(wslay_event_context_ptr wslay, const uint8_t *bytes, size_t n, int flags, void *ctx)
{
	struct connection *connection = ctx;
	uv_buf_t part = uv_buf_init((char *)(uintptr_t)bytes, (unsigned)n);
	int written = uv_try_write((uv_stream_t *)&connection->pipe, &part, 1);

	(void)flags;
	if (written >= 0)
		return written;
	connection->is_blocked = written == UV_EAGAIN;
	wslay_event_set_error(wslay, written == UV_EAGAIN ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static void again_cb(uv_timer_t *timer)
{
	int is_blocked = 0;

	for (struct connection *at = server.connections; at; at = at->next) {
		if (!at->is_blocked)
			continue;
		at->is_blocked = 0;
		wslay_event_send(at->wslay);
		is_blocked |= at->is_blocked;
	}
	if (!is_blocked)
		uv_timer_stop(timer);
}

static void message_cb(wslay_event_context_ptr wslay, const struct wslay_event_on_msg_recv_arg *arg, void *ctx)
{
	struct wslay_event_msg message = { .opcode = WSLAY_TEXT_FRAME, .msg = arg->msg, .msg_length = arg->msg_length };
	int is_blocked = 0;

	(void)wslay;
	(void)ctx;
	if (arg->opcode != WSLAY_TEXT_FRAME)
		return;
	for (struct connection *to = server.connections; to; to = to->next) {
		if (!to->is_open)
			continue;
		wslay_event_queue_msg(to->wslay, &message);
		wslay_event_send(to->wslay);
		is_blocked |= to->is_blocked;
	}
	if (is_blocked)
		uv_timer_start(&server.again, again_cb, AGAIN_MS, AGAIN_MS);
}

// Up to the blank line; the answer is the one to the bench's own key.
static void take_handshake(struct connection *connection)
{
	static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
				     "Connection: Upgrade\r\n"
				     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
	uv_buf_t part = uv_buf_init((char *)(uintptr_t)answer, sizeof answer - 1);

	while (!connection->is_open && connection->n_came) {
		memmove(connection->head, connection->head + 1, 3);
		connection->head[3] = *connection->came++;
		connection->n_came--;
		connection->is_open = memcmp(connection->head, "\r\n\r\n", 4) == 0;
	}
	if (connection->is_open && uv_try_write((uv_stream_t *)&connection->pipe, &part, 1) != (int)part.len)
		fail("the handshake", UV_EIO);
}

static void alloc_cb(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
	(void)handle;
	(void)size;
	*out = uv_buf_init(server.read, sizeof server.read);
}

static void closed_cb(uv_handle_t *handle)
{
	struct connection *connection = (struct connection *)handle;
	struct connection **at = &server.connections;

	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	wslay_event_context_free(connection->wslay);
	free(connection);
}

static void read_cb(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct connection *connection = (struct connection *)stream;

	if (n < 0) {
		connection->is_open = 0;
		uv_close((uv_handle_t *)stream, closed_cb);
		return;
	}
	connection->came = buf->base;
	connection->n_came = (size_t)n;
	if (!connection->is_open)
		take_handshake(connection);
	if (connection->n_came)
		wslay_event_recv(connection->wslay);
}

static void connection_cb(uv_stream_t *listener, int status)
{
	static const struct wslay_event_callbacks callbacks = { .recv_callback = recv_cb,
								.send_callback = send_cb,
								.on_msg_recv_callback = message_cb };
	struct connection *connection = calloc(1, sizeof *connection);

	if (status < 0 || !connection)
		fail("a connection", status < 0 ? status : UV_ENOMEM);
	uv_pipe_init(&server.loop, &connection->pipe, 0);
	status = uv_accept(listener, (uv_stream_t *)&connection->pipe);
	if (status < 0 || wslay_event_context_server_init(&connection->wslay, &callbacks, connection) != 0)
		fail("a connection", status < 0 ? status : UV_ENOMEM);
	connection->next = server.connections;
	server.connections = connection;
	uv_read_start((uv_stream_t *)&connection->pipe, alloc_cb, read_cb);
}

static void input_cb(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	(void)stream;
	(void)buf;
	if (n < 0)
		_Exit(0);
}

static void allow_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		fail("the limit of open files", -errno);
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	int r;

	if (argc != 2)
		return 2;
	allow_files();
	uv_loop_init(&server.loop);
	uv_timer_init(&server.loop, &server.again);
	uv_pipe_init(&server.loop, &server.listener, 0);
	uv_pipe_init(&server.loop, &server.input, 0);
	r = uv_pipe_bind(&server.listener, argv[1]);
	r = r ? r : uv_listen((uv_stream_t *)&server.listener, BACKLOG, connection_cb);
	r = r ? r : uv_pipe_open(&server.input, STDIN_FILENO);
	r = r ? r : uv_read_start((uv_stream_t *)&server.input, alloc_cb, input_cb);
	if (r < 0)
		fail(argv[1], r);
	puts("ready");
	fflush(stdout);
	return uv_run(&server.loop, UV_RUN_DEFAULT);
}
