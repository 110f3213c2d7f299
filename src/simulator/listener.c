// SPDX-License-Identifier: Apache-2.0
#include "simulator/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"

enum { HOSTS_A_BLOCK = 254, PORT_TRIES = 8, BACKLOG = 128, ACCEPTS_A_TURN = 64 };

int listener_parse(const char *text, struct sockaddr_in *out)
{
	const char *colon = strchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : strlen(text);
	char host[INET_ADDRSTRLEN];
	uint64_t port = 0;

	*out = (struct sockaddr_in){ .sin_family = AF_INET };
	if (n >= sizeof host)
		return -EINVAL;
	memcpy(host, text, n);
	host[n] = 0;
	if (inet_pton(AF_INET, host, &out->sin_addr) != 1 || ntohl(out->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
		return -EINVAL;
	if (colon && number_parse_u64(colon + 1, strlen(colon + 1), UINT16_MAX, &port) < 0)
		return -EINVAL;
	out->sin_port = htons((uint16_t)port);
	return 0;
}

// Counts on in the last octet from 1 to 254, so that no address looks like a network's or a broadcast's.
struct sockaddr_in listener_address(const struct sockaddr_in *first, size_t i)
{
	struct sockaddr_in address = *first;
	uint32_t host = ntohl(first->sin_addr.s_addr) & 0xffffff;
	size_t last = (host & 0xff) ? (host & 0xff) - 1 : 0;
	size_t at = (host >> 8) * (size_t)HOSTS_A_BLOCK + last + i;

	host = (uint32_t)((at / HOSTS_A_BLOCK & 0xffff) << 8 | (at % HOSTS_A_BLOCK + 1));
	address.sin_addr.s_addr = htonl((uint32_t)IN_LOOPBACKNET << 24 | host);
	return address;
}

static void set_option(int fd, int level, int option)
{
	int on = 1;

	(void)setsockopt(fd, level, option, &on, sizeof on); // a refusal costs speed, nothing else
}

static int open_socket(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	set_option(fd, SOL_SOCKET, SO_REUSEADDR);
	if (bind(fd, (const struct sockaddr *)address, sizeof *address) < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	return fd;
}

// A port that is free on the first address now.
static int find_port(const struct sockaddr_in *first, in_port_t *port)
{
	struct sockaddr_in got = { 0 };
	socklen_t size = sizeof got;
	int fd = open_socket(first), r = 0;

	if (fd < 0)
		return fd;
	if (getsockname(fd, (struct sockaddr *)&got, &size) < 0)
		r = -errno;
	else
		*port = got.sin_port;
	close(fd);
	return r;
}

// No descriptor left: one is set aside for this moment, so that the peer is told instead of left waiting.
static void refuse_one(struct sim_agent *agent)
{
	struct simulator *sim = agent->sim;
	int fd;

	if (sim->spare_fd < 0)
		return;
	close(sim->spare_fd);
	// cppcheck-suppress nullPointer ; who calls is not asked for
	fd = accept4(agent->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	sim->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void accept_cb(uv_poll_t *handle, int status, int events)
{
	struct sim_agent *agent = handle->data;
	struct sockaddr_in peer;

	(void)events;
	for (int i = 0; i < ACCEPTS_A_TURN && status == 0; i++) {
		socklen_t size = sizeof peer;
		int fd = accept4(agent->fd, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE)
				refuse_one(agent);
			return;
		}
		set_option(fd, IPPROTO_TCP, TCP_NODELAY);
		if (raw_is_for(agent))
			(void)raw_take(agent, fd);
		else
			(void)http_take(agent, fd, &peer);
	}
}

static int start_listening(struct sim_agent *agent)
{
	if (listen(agent->fd, BACKLOG) < 0)
		return -errno;
	return uv_poll_start(&agent->listener, UV_READABLE, accept_cb);
}

/* On Linux shutdown() makes a listening socket a bound one again: connections are refused and nobody else gets the
 * address.
 */
void listener_set_refusing(struct sim_agent *agent, bool is_refusing)
{
	if (agent->fd < 0 || agent->is_refusing == is_refusing)
		return;
	agent->is_refusing = is_refusing;
	if (is_refusing) {
		uv_poll_stop(&agent->listener);
		shutdown(agent->fd, SHUT_RD);
	} else {
		(void)start_listening(agent);
	}
}

static int open_one(struct sim_agent *agent, const struct sockaddr_in *address)
{
	char host[INET_ADDRSTRLEN];
	int fd = open_socket(address), r;

	if (fd < 0)
		return fd;
	r = uv_poll_init(agent->sim->loop, &agent->listener, fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	agent->sim->n_handles++;
	agent->listener.data = agent;
	agent->fd = fd;
	inet_ntop(AF_INET, &address->sin_addr, host, sizeof host);
	snprintf(agent->url, sizeof agent->url, "http://%s:%u", host, (unsigned)ntohs(address->sin_port));
	return start_listening(agent);
}

static void closed_cb(uv_handle_t *handle)
{
	struct sim_agent *agent = handle->data;

	simulator_handle_closed(agent->sim);
}

void listener_close(struct sim_agent *agent)
{
	if (agent->fd < 0)
		return;
	uv_close((uv_handle_t *)&agent->listener, closed_cb);
	close(agent->fd);
	agent->fd = -1;
}

static int try_port(struct simulator *sim, const struct sockaddr_in *first)
{
	for (size_t i = 0; i < sim->n_agents; i++) {
		struct sockaddr_in address = listener_address(first, i);
		int r = open_one(&sim->agents[i], &address);

		if (r < 0)
			return r;
	}
	return 0;
}

// Whether every agent's address is free on the port: asked before any handle is made, for handles close late.
static int probe_port(const struct simulator *sim, const struct sockaddr_in *first)
{
	for (size_t i = 0; i < sim->n_agents; i++) {
		struct sockaddr_in address = listener_address(first, i);
		int fd = open_socket(&address);

		if (fd < 0)
			return fd;
		close(fd);
	}
	return 0;
}

int listener_open_all(struct simulator *sim, const struct sockaddr_in *first)
{
	struct sockaddr_in base = *first;
	int r = -EADDRINUSE;

	if (first->sin_port)
		return try_port(sim, first);
	for (int i = 0; i < PORT_TRIES && r == -EADDRINUSE; i++) {
		r = find_port(first, &base.sin_port);
		if (!r)
			r = probe_port(sim, &base);
	}
	return r ? r : try_port(sim, &base);
}
