// SPDX-License-Identifier: Apache-2.0
/* The floor of polling: epoll, one kept connection a target, the request as a constant, and of the answer only its
 * length looked at. poll_floor PORT TARGETS INTERVAL_MS SECONDS PATH
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/pace.h"

enum { EVENTS = 256, ANSWER_MAX = 65536, REQUEST_MAX = 256 };

struct polled {
	int fd;
	bool is_out; // a request is
	size_t n_in, n_whole;
	char head[512];
	char request[REQUEST_MAX];
	size_t n_request;
};

struct floor {
	struct pace_options options;
	struct rounds rounds;
	struct window window;
	struct polled *polled; // owned
	int epoll;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void dial(struct floor *floor, struct polled *polled, size_t i)
{
	static const int on = 1;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(floor->options.port) };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = polled };
	char address[32];

	pace_address(&floor->options, i, address, sizeof address);
	inet_pton(AF_INET, address, &to.sin_addr);
	polled->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (polled->fd < 0 || connect(polled->fd, (struct sockaddr *)&to, sizeof to) < 0)
		die(address);
	setsockopt(polled->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (epoll_ctl(floor->epoll, EPOLL_CTL_ADD, polled->fd, &event) < 0)
		die("epoll_ctl");
	polled->n_request = (size_t)snprintf(polled->request, sizeof polled->request,
					     "GET /%s HTTP/1.1\r\nHost: %s:%u\r\nAccept: */*\r\n\r\n",
					     floor->options.path, address, floor->options.port);
}

static void ask(struct polled *polled)
{
	if (polled->is_out)
		return;
	polled->is_out = true;
	polled->n_in = polled->n_whole = 0;
	if (send(polled->fd, polled->request, polled->n_request, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		die("send");
}

// How long the answer is as a whole, once its head is there; 0 before.
static size_t whole_length(struct polled *polled, const char *data, size_t n)
{
	size_t room = sizeof polled->head - 1 - polled->n_in, n_copied = n < room ? n : room;
	char *end, *length;

	memcpy(polled->head + polled->n_in, data, n_copied);
	polled->head[polled->n_in + n_copied] = '\0';
	end = strstr(polled->head, "\r\n\r\n");
	length = end ? strstr(polled->head, "Content-Length: ") : NULL;
	return length ? (size_t)(end + 4 - polled->head) + strtoul(length + 16, NULL, 10) : 0;
}

static void take(struct floor *floor, struct polled *polled)
{
	static char data[ANSWER_MAX];
	ssize_t n = recv(polled->fd, data, sizeof data, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("recv");
	if (!polled->n_whole)
		polled->n_whole = whole_length(polled, data, (size_t)n);
	polled->n_in += (size_t)n;
	if (!polled->n_whole || polled->n_in < polled->n_whole)
		return;
	polled->is_out = false;
	floor->window.n_polls++;
}

int main(int argc, char **argv)
{
	struct floor floor = { .options = pace_options_read(argc, argv), .epoll = epoll_create1(EPOLL_CLOEXEC) };
	struct epoll_event events[EVENTS];
	ptrdiff_t i;

	floor.polled = calloc(floor.options.n, sizeof *floor.polled);
	for (size_t k = 0; k < floor.options.n; k++)
		dial(&floor, &floor.polled[k], k);
	rounds_start(&floor.rounds, &floor.options, pace_now_ms());
	window_start(&floor.window, &floor.options);
	floor.window.n_answered = floor.options.n; // who does not is noticed below
	while (!window_is_over(&floor.window)) {
		int64_t wait_ms;
		int n;

		while ((i = rounds_take(&floor.rounds, pace_now_ms())) >= 0)
			ask(&floor.polled[i]);
		wait_ms = rounds_due_ms(&floor.rounds) - pace_now_ms();
		n = epoll_wait(floor.epoll, events, EVENTS, wait_ms > 0 ? (int)wait_ms : 0);
		for (int k = 0; k < n; k++)
			take(&floor, events[k].data.ptr);
	}
	rounds_finish(&floor.rounds);
	free(floor.polled);
	return 0;
}
