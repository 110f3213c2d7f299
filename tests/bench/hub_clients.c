// SPDX-License-Identifier: Apache-2.0
/* Clients of a WebSocket server on a unix socket, and how late one event comes to all of them.
 *
 * hub_clients hub|floor SOCKET CLIENTS STALLED ROUNDS: prints `p50_us`, `p99_us`, `n` of receipts and `lost`.
 *
 * The first STALLED clients say hello and never read. In each round another one of the rest says something that the
 * server tells all of them: that it looks elsewhere (a hub), or any text (the floor, which sends it on as it is). A
 * receipt is as late as the kernel gives the last byte of its frame after the request was written. The next round
 * begins when all have it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	READ_BYTES = 256 << 10,
	TEXT_MAX = 512,
	FRAME_MAX = TEXT_MAX + 14,
	EVENT_BYTES = 420, // about what a hub says of one who looks elsewhere
	TURNS_MAX = 1024,
	APART_MS = 20,
	LOOK_MS = 600, // a hub tells whom one looks at twice a second
	READY_MS = 60000,
	LOST_MS = 3000,
};

static const char marker[] = "\"presence\"";
static const char end_of_snapshot[] = "\"is_end\":true";

struct client {
	int fd;
	char *bytes; // owned: what came and is no whole frame yet
	size_t n, cap;
	unsigned seen; // the round whose event it has
	unsigned n_looks;
	int is_ready;
};

struct bench {
	struct client *clients; // owned
	size_t n, n_stalled;
	int epoll_fd;
	int is_hub;
	unsigned round;
	size_t n_waiting; // clients that do not have its event yet
	size_t n_unready;
	double sent_us;
	double *delays; // owned
	size_t n_delays;
};

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "hub_clients: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *must(void *memory)
{
	if (!memory)
		fail("memory");
	return memory;
}

// ---- frames

// As a client must: masked, with a mask of zeros, which is one.
static void send_text(const struct client *client, const char *text, size_t n)
{
	unsigned char frame[FRAME_MAX] = { 0x81, (unsigned char)(0x80 | (n < 126 ? n : 126)) };
	size_t at = 2;

	if (n >= 126) {
		frame[at++] = (unsigned char)(n >> 8);
		frame[at++] = (unsigned char)n;
	}
	at += 4;
	memcpy(frame + at, text, n);
	if (write(client->fd, frame, at + n) != (ssize_t)(at + n))
		fail("a message");
}

// The length of the frame at `bytes` with its header; 0 while that is not all there.
static size_t frame_length(const unsigned char *bytes, size_t n, size_t *n_head)
{
	size_t length, n_more;

	if (n < 2)
		return 0;
	length = bytes[1] & 0x7f;
	n_more = length == 126 ? 2 : length == 127 ? 8 : 0;
	*n_head = 2 + n_more;
	if (n < *n_head)
		return 0;
	if (n_more)
		length = 0;
	for (size_t i = 0; i < n_more; i++)
		length = length << 8 | bytes[2 + i];
	return *n_head + length;
}

static void take_frame(struct bench *bench, struct client *client, const char *text, size_t n)
{
	if (!client->is_ready && memmem(text, n, end_of_snapshot, sizeof end_of_snapshot - 1)) {
		client->is_ready = 1;
		bench->n_unready--;
	}
	if (!bench->round || client->seen == bench->round || !memmem(text, n, marker, sizeof marker - 1))
		return;
	client->seen = bench->round;
	bench->n_waiting--;
	bench->delays[bench->n_delays++] = now_us() - bench->sent_us;
}

static void take_frames(struct bench *bench, struct client *client)
{
	size_t at = 0, n_head = 0, length;

	while ((length = frame_length((unsigned char *)client->bytes + at, client->n - at, &n_head)) &&
	       length <= client->n - at) {
		take_frame(bench, client, client->bytes + at + n_head, length - n_head);
		at += length;
	}
	client->n -= at;
	memmove(client->bytes, client->bytes + at, client->n);
}

static void on_readable(struct bench *bench, struct client *client)
{
	ssize_t n;

	if (client->cap - client->n < READ_BYTES) {
		client->cap += READ_BYTES;
		client->bytes = must(realloc(client->bytes, client->cap));
	}
	n = read(client->fd, client->bytes + client->n, client->cap - client->n);
	if (n == 0 || (n < 0 && errno != EAGAIN))
		fail("the server hung up");
	if (n > 0)
		client->n += (size_t)n;
	take_frames(bench, client);
}

// False when nothing came for so long.
static int turn(struct bench *bench, int wait_ms)
{
	struct epoll_event events[TURNS_MAX];
	int n = epoll_wait(bench->epoll_fd, events, TURNS_MAX, wait_ms);

	for (int i = 0; i < n; i++)
		on_readable(bench, events[i].data.ptr);
	return n > 0;
}

// ---- connecting

static void connect_to(struct client *client, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		fail(path);
	}
	strcpy(address.sun_path, path);
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0 || connect(client->fd, (struct sockaddr *)&address, sizeof address) < 0)
		fail(path);
}

static void shake_hands(struct client *client)
{
	static const char request[] = "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
				      "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
				      "Sec-WebSocket-Version: 13\r\n\r\n";
	char answer[4096];
	size_t n = 0;

	if (write(client->fd, request, sizeof request - 1) != sizeof request - 1)
		fail("the handshake");
	do { // byte by byte: what follows are frames
		if (n == sizeof answer - 1 || read(client->fd, answer + n, 1) != 1)
			fail("the handshake's answer");
		answer[++n] = '\0';
	} while (n < 4 || memcmp(answer + n - 4, "\r\n\r\n", 4) != 0);
	if (!strstr(answer, " 101 ")) {
		fprintf(stderr, "hub_clients: refused: %s", answer);
		exit(1);
	}
}

static void open_client(struct bench *bench, size_t i, const char *path)
{
	static const char hello[] = "{\"type\":\"hello\",\"protocol\":1,\"client\":\"bench\",\"version\":\"1\"}";
	struct client *client = &bench->clients[i];
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
	int is_stalled = i < bench->n_stalled;

	connect_to(client, path);
	shake_hands(client);
	if (bench->is_hub)
		send_text(client, hello, sizeof hello - 1);
	fcntl(client->fd, F_SETFL, O_NONBLOCK);
	client->is_ready = !bench->is_hub || is_stalled;
	bench->n_unready += !client->is_ready;
	if (!is_stalled && epoll_ctl(bench->epoll_fd, EPOLL_CTL_ADD, client->fd, &event) < 0)
		fail("epoll");
	while (turn(bench, 0)) // so that nobody who reads falls behind meanwhile
		;
}

// ---- rounds

static void say_something(struct bench *bench, struct client *client)
{
	char text[TEXT_MAX];
	int n;

	client->n_looks++;
	if (bench->is_hub)
		n = snprintf(text, sizeof text,
			     "{\"type\":\"request\",\"id\":%u,\"request\":{\"type\":\"look\",\"agent\":%u}}",
			     client->n_looks, client->n_looks % 2 + 1);
	else
		n = snprintf(text, sizeof text, "{%s:%*s}", marker, (int)(EVENT_BYTES - sizeof marker), "1");
	bench->sent_us = now_us();
	send_text(client, text, (size_t)n);
}

static void rest(struct bench *bench, int ms)
{
	double until_us = now_us() + ms * 1e3;

	for (double left_us; (left_us = until_us - now_us()) > 0;)
		turn(bench, (int)(left_us / 1e3) + 1);
}

static size_t run_round(struct bench *bench, int apart_ms)
{
	size_t n_readers = bench->n - bench->n_stalled;
	double until_us;

	rest(bench, apart_ms);
	bench->n_waiting = n_readers;
	bench->round++;
	say_something(bench, &bench->clients[bench->n_stalled + bench->round % n_readers]);
	until_us = now_us() + LOST_MS * 1e3;
	while (bench->n_waiting && now_us() < until_us)
		turn(bench, APART_MS);
	return bench->n_waiting;
}

static int by_delay(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double percentile(const struct bench *bench, size_t percent)
{
	size_t rank = (bench->n_delays * percent + 99) / 100;

	return bench->delays[rank ? rank - 1 : 0];
}

static void run(struct bench *bench, unsigned n_rounds)
{
	size_t n_readers = bench->n - bench->n_stalled, n_lost = 0;
	int apart_ms = (int)(LOOK_MS / n_readers) > APART_MS ? (int)(LOOK_MS / n_readers) : APART_MS;
	double until_us = now_us() + READY_MS * 1e3;

	while (bench->n_unready && now_us() < until_us)
		turn(bench, APART_MS);
	if (bench->n_unready) {
		errno = ETIMEDOUT;
		fail("the snapshots");
	}
	rest(bench, LOOK_MS); // who has just come has just been told of
	bench->delays = must(calloc(n_readers * n_rounds, sizeof *bench->delays));
	for (unsigned i = 0; i < n_rounds; i++)
		n_lost += run_round(bench, apart_ms);
	if (!bench->n_delays) {
		errno = ENODATA;
		fail("no event came");
	}
	qsort(bench->delays, bench->n_delays, sizeof *bench->delays, by_delay);
	printf("p50_us %.1f\np99_us %.1f\nn %zu\nlost %zu\n", percentile(bench, 50), percentile(bench, 99),
	       bench->n_delays, n_lost);
}

static void allow_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		fail("the limit of open files");
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct bench bench = { 0 };

	if (argc != 6) {
		fprintf(stderr, "usage: %s hub|floor SOCKET CLIENTS STALLED ROUNDS\n", argv[0]);
		return 2;
	}
	bench.is_hub = strcmp(argv[1], "hub") == 0;
	bench.n = strtoul(argv[3], NULL, 10);
	bench.n_stalled = strtoul(argv[4], NULL, 10);
	if (bench.n <= bench.n_stalled)
		return 2;
	allow_files();
	bench.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	bench.clients = must(calloc(bench.n, sizeof *bench.clients));
	for (size_t i = 0; i < bench.n; i++)
		open_client(&bench, i, argv[2]);
	run(&bench, (unsigned)strtoul(argv[5], NULL, 10));
	return 0;
}
