// SPDX-License-Identifier: Apache-2.0
#include "simulator/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/table.h"

struct raw_conn {
	uv_poll_t poll;
	struct sim_agent *agent;
	struct raw_conn *prev, *next; // sim_agent::raw_conns
	struct raw_conn *drip_prev, *drip_next;
	enum simulator_fault fault; // as it was when the connection came
	int fd;
	bool is_dripping;
	uint64_t due_ms;
	size_t n_dripped;
};

static const char drip_headers[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000000\r\n\r\n";
static const char drip_body[] = "# one byte at a time\n";

bool raw_is_for(const struct sim_agent *agent)
{
	enum simulator_fault fault = agent->fault;

	if (agent->life.state != LIFE_RUNNING)
		return false;
	return fault == SIMULATOR_FAULT_HANG || fault == SIMULATOR_FAULT_RESET || fault == SIMULATOR_FAULT_DRIP ||
	       fault == SIMULATOR_FAULT_GARBAGE;
}

// Whether it is for /control, which answers whatever is wrong with the agent; what was looked at stays to be read.
static bool is_for_control(int fd)
{
	char line[64] = "";
	ssize_t n = recv(fd, line, sizeof line - 1, MSG_PEEK);
	const char *space = n > 0 ? memchr(line, ' ', (size_t)n) : NULL;

	return space && strncmp(space, " /control", 9) == 0;
}

static void closed_cb(uv_handle_t *handle)
{
	struct raw_conn *conn = handle->data;
	struct simulator *sim = conn->agent->sim;

	mem_free(conn);
	simulator_handle_closed(sim);
}

// Lets go of it; the descriptor is the caller's.
static void forget(struct raw_conn *conn)
{
	struct simulator *sim = conn->agent->sim;

	if (conn->is_dripping)
		DL_DELETE2(sim->drips, conn, drip_prev, drip_next);
	DL_DELETE(conn->agent->raw_conns, conn);
	sim->n_conns--;
	uv_close((uv_handle_t *)&conn->poll, closed_cb);
}

static void end(struct raw_conn *conn)
{
	int fd = conn->fd;

	forget(conn);
	close(fd);
}

static void hand_over(struct raw_conn *conn)
{
	struct sockaddr_in peer = { .sin_family = AF_INET };
	socklen_t size = sizeof peer;

	(void)getpeername(conn->fd, (struct sockaddr *)&peer, &size);
	forget(conn);
	(void)http_take(conn->agent, conn->fd, &peer);
}

static void send_reset(struct raw_conn *conn)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	end(conn);
}

// Nothing in it looks like a status line; there are controls, escapes and broken UTF-8 for the reader to survive.
static void send_garbage(struct raw_conn *conn)
{
	static const char begin[] = { '\x1b', ']', '0', ';', '\xc3', '(' };
	char bytes[512];
	uint64_t random = conn->agent->model.key;

	for (size_t i = 0; i < sizeof bytes; i++) {
		random = hash_mix(random + i);
		bytes[i] = (char)(random & 0xff);
	}
	memcpy(bytes, begin, sizeof begin);
	(void)send(conn->fd, bytes, sizeof bytes, MSG_NOSIGNAL);
	end(conn);
}

// The connection must not be in the list of drips; it is put there again.
static void drip(struct raw_conn *conn, uint64_t now_ms)
{
	struct simulator *sim = conn->agent->sim;
	char c = drip_body[conn->n_dripped++ % (sizeof drip_body - 1)];

	conn->is_dripping = true;
	conn->due_ms = now_ms + sim->drip_ms;
	DL_APPEND2(sim->drips, conn, drip_prev, drip_next);
	if (send(conn->fd, &c, 1, MSG_NOSIGNAL) < 0 && errno != EAGAIN)
		end(conn);
}

uint64_t raw_drip_due(struct simulator *sim, uint64_t now_ms)
{
	while (sim->drips && sim->drips->due_ms <= now_ms) {
		struct raw_conn *conn = sim->drips;

		DL_DELETE2(sim->drips, conn, drip_prev, drip_next);
		drip(conn, now_ms);
	}
	return sim->drips ? sim->drips->due_ms : UINT64_MAX;
}

static void start_drip(struct raw_conn *conn)
{
	struct simulator *sim = conn->agent->sim;
	uint64_t now_ms = uv_now(sim->loop);

	if (conn->is_dripping)
		return;
	(void)send(conn->fd, drip_headers, sizeof drip_headers - 1, MSG_NOSIGNAL);
	drip(conn, now_ms);
	simulator_wake_at(sim, now_ms + sim->drip_ms);
}

static void readable_cb(uv_poll_t *handle, int status, int events)
{
	struct raw_conn *conn = handle->data;
	char request[4096];
	ssize_t n;

	(void)events;
	if (status == 0 && is_for_control(conn->fd)) {
		hand_over(conn);
		return;
	}
	n = status < 0 ? 0 : recv(conn->fd, request, sizeof request, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		end(conn);
	else if (conn->fault == SIMULATOR_FAULT_RESET)
		send_reset(conn);
	else if (conn->fault == SIMULATOR_FAULT_GARBAGE)
		send_garbage(conn);
	else if (conn->fault == SIMULATOR_FAULT_DRIP)
		start_drip(conn);
}

int raw_take(struct sim_agent *agent, int fd)
{
	struct raw_conn *conn = mem_calloc(1, sizeof *conn);
	int r = conn ? uv_poll_init(agent->sim->loop, &conn->poll, fd) : -ENOMEM;

	if (r < 0) {
		mem_free(conn);
		close(fd);
		return r;
	}
	conn->agent = agent;
	conn->fault = agent->fault;
	conn->fd = fd;
	conn->poll.data = conn;
	agent->sim->n_handles++;
	agent->sim->n_conns++;
	DL_APPEND(agent->raw_conns, conn);
	r = uv_poll_start(&conn->poll, UV_READABLE, readable_cb);
	if (r < 0)
		end(conn);
	return r;
}

void raw_end_all(struct sim_agent *agent)
{
	while (agent->raw_conns)
		end(agent->raw_conns);
}
