// SPDX-License-Identifier: Apache-2.0
/* What is polled: a small HTTP/1.1 server with kept-alive connections, on every address of loopback at one port.
 *
 *   GET /health    60 bytes of application/health+json
 *   GET /metrics   an exposition whose values move every 100 ms
 *   GET /count     how many of both were served: "HEALTH METRICS\n"
 *   POST           taken and thrown away (a remote write)
 *
 * target EXPOSITION prints its port and serves until its standard input ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/moving.h"

enum { EVENTS = 256, REQUEST_MAX = 4096, MOVE_MS = 100, HEAD_MAX = 256 };

static const char health_body[] = "{\"status\":\"pass\",\"version\":\"3\",\"notes\":[\"nothing to tell.\"]}";

struct connection {
	int fd;
	size_t n_in, skip; // read; bytes of a request's body still to come
	char in[REQUEST_MAX];
	char *out; // owned: what the socket did not take
	size_t n_out, at_out;
};

struct target {
	int listener, epoll;
	struct moving *moving;
	char *metrics; // owned: head and body
	size_t n_metrics;
	int64_t step;
	uint64_t n_health, n_scrapes;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void watch(const struct target *target, int fd, void *data, uint32_t events, int operation)
{
	struct epoll_event event = { .events = events, .data.ptr = data };

	if (epoll_ctl(target->epoll, operation, fd, &event) < 0)
		perror("epoll_ctl");
}

static void drop(struct connection *connection)
{
	close(connection->fd);
	free(connection->out);
	free(connection);
}

// False: the connection is gone.
static bool flush(const struct target *target, struct connection *connection)
{
	ssize_t n = send(connection->fd, connection->out + connection->at_out, connection->n_out - connection->at_out,
			 MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN)
		return false;
	connection->at_out += n > 0 ? (size_t)n : 0;
	if (connection->at_out < connection->n_out)
		return true;
	free(connection->out);
	connection->out = NULL;
	watch(target, connection->fd, connection, EPOLLIN, EPOLL_CTL_MOD);
	return true;
}

static bool answer(const struct target *target, struct connection *connection, const char *data, size_t n)
{
	ssize_t sent = send(connection->fd, data, n, MSG_NOSIGNAL);

	if (sent < 0 && errno != EAGAIN)
		return false;
	if (sent == (ssize_t)n)
		return true;
	connection->at_out = 0;
	connection->n_out = n - (sent > 0 ? (size_t)sent : 0);
	connection->out = malloc(connection->n_out);
	memcpy(connection->out, data + n - connection->n_out, connection->n_out);
	watch(target, connection->fd, connection, EPOLLOUT, EPOLL_CTL_MOD);
	return true;
}

static int head(char *out, const char *status, const char *type, size_t n_body)
{
	return snprintf(out, HEAD_MAX, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", status, type,
			n_body);
}

static void move_metrics(struct target *target)
{
	int64_t step = now_ms() / MOVE_MS;
	const char *body;
	size_t n;

	if (step == target->step)
		return;
	target->step = step;
	body = moving_render(target->moving, (uint64_t)step, &n);
	target->metrics = realloc(target->metrics, n + HEAD_MAX);
	target->n_metrics = (size_t)head(target->metrics, "200 OK", "text/plain; version=0.0.4; charset=utf-8", n);
	memcpy(target->metrics + target->n_metrics, body, n);
	target->n_metrics += n;
}

static bool is_for(const struct connection *connection, const char *what)
{
	return strncmp(connection->in, what, strlen(what)) == 0;
}

static bool serve(struct target *target, struct connection *connection)
{
	char out[HEAD_MAX * 2], body[64];
	int n;

	if (is_for(connection, "GET /health ")) {
		target->n_health++;
		n = head(out, "200 OK", "application/health+json", sizeof health_body - 1);
		memcpy(out + n, health_body, sizeof health_body - 1);
		return answer(target, connection, out, (size_t)n + sizeof health_body - 1);
	}
	if (is_for(connection, "GET /metrics ")) {
		target->n_scrapes++;
		move_metrics(target);
		return answer(target, connection, target->metrics, target->n_metrics);
	}
	if (is_for(connection, "GET /count ")) {
		int n_body = snprintf(body, sizeof body, "%llu %llu\n", (unsigned long long)target->n_health,
				      (unsigned long long)target->n_scrapes);

		n = head(out, "200 OK", "text/plain", (size_t)n_body);
		memcpy(out + n, body, (size_t)n_body);
		return answer(target, connection, out, (size_t)(n + n_body));
	}
	n = head(out, is_for(connection, "POST ") ? "200 OK" : "404 Not Found", "text/plain", 0);
	return answer(target, connection, out, (size_t)n);
}

// Whole requests at the front of what was read. False: the connection is gone.
static bool take_requests(struct target *target, struct connection *connection)
{
	char *end, *length;

	while (!connection->out && connection->n_in) {
		size_t n_skipped = connection->skip < connection->n_in ? connection->skip : connection->n_in;
		size_t n_taken = n_skipped;

		connection->skip -= n_skipped;
		connection->in[connection->n_in] = '\0';
		if (n_skipped == 0) {
			end = strstr(connection->in, "\r\n\r\n");
			if (!end)
				return connection->n_in < REQUEST_MAX - 1;
			length = strcasestr(connection->in, "\r\nContent-Length:");
			connection->skip = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
			n_taken = (size_t)(end + 4 - connection->in);
			if (!serve(target, connection))
				return false;
		}
		connection->n_in -= n_taken;
		memmove(connection->in, connection->in + n_taken, connection->n_in);
	}
	return true;
}

static void take(struct target *target, struct connection *connection)
{
	ssize_t n;
	bool is_well = true;

	if (connection->out) {
		is_well = flush(target, connection);
	} else {
		n = recv(connection->fd, connection->in + connection->n_in, REQUEST_MAX - 1 - connection->n_in, 0);
		is_well = n > 0 || (n < 0 && errno == EAGAIN);
		connection->n_in += n > 0 ? (size_t)n : 0;
	}
	if (!is_well || !take_requests(target, connection))
		drop(connection);
}

static void take_connections(const struct target *target)
{
	static const int on = 1;
	struct connection *connection;
	int fd;

	while ((fd = accept4(target->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		connection = calloc(1, sizeof *connection);
		connection->fd = fd;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		watch(target, fd, connection, EPOLLIN, EPOLL_CTL_ADD);
	}
}

// Bound to the loopback device: every 127.x.y.z, and nobody from outside.
static int listen_on_loopback(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4096) < 0) {
		perror("target");
		exit(1);
	}
	return fd;
}

static void say_port(int fd)
{
	struct sockaddr_in address;
	socklen_t n = sizeof address;

	getsockname(fd, (struct sockaddr *)&address, &n);
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct target target = { .listener = listen_on_loopback(), .epoll = epoll_create1(EPOLL_CLOEXEC) };
	struct epoll_event events[EVENTS];
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	target.moving = argc == 2 ? moving_create(argv[1]) : NULL;
	if (!target.moving)
		return 2;
	watch(&target, target.listener, &target.listener, EPOLLIN, EPOLL_CTL_ADD);
	watch(&target, STDIN_FILENO, &target.epoll, EPOLLIN, EPOLL_CTL_ADD);
	say_port(target.listener);
	for (;;) {
		int n = epoll_wait(target.epoll, events, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == &target.epoll)
				return 0;
			if (events[i].data.ptr == &target.listener)
				take_connections(&target);
			else
				take(&target, events[i].data.ptr);
		}
	}
}
