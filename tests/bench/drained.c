// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/drained.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READ_MAX = 65536 };

const struct frame_pattern frame_patterns[] = {
	{ "0", 0, 1 },           { "10", 10, 1 },     { "100", 100, 1 },
	{ "100_runs", 100, 20 }, { "1000", 1000, 1 }, { "all", FRAME_CELLS, FRAME_CELLS },
};
const size_t frame_n_patterns = sizeof frame_patterns / sizeof frame_patterns[0];

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static void drain(int fd, volatile uint64_t *n_bytes)
{
	static char bytes[READ_MAX];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		*n_bytes += (uint64_t)n;
	_exit(0);
}

void drained_open(struct drained *drained)
{
	struct winsize size = { .ws_row = FRAME_ROWS, .ws_col = FRAME_COLUMNS };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		fail("pty");
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0 || ioctl(slave, TIOCSWINSZ, &size) < 0)
		fail("pty");
	drained->n_bytes =
		mmap(NULL, sizeof *drained->n_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (drained->n_bytes == MAP_FAILED)
		fail("mmap");
	drained->reader = fork();
	if (drained->reader < 0)
		fail("fork");
	if (drained->reader == 0) {
		close(slave);
		drain(master, drained->n_bytes);
	}
	close(master);
	drained->tty = fdopen(slave, "r+");
	if (!drained->tty)
		fail("tty");
}

void drained_close(struct drained *drained)
{
	fclose(drained->tty);
	waitpid(drained->reader, NULL, 0);
}

uint64_t drained_bytes(const struct drained *drained)
{
	struct timespec pause = { .tv_nsec = 1000000 };
	int unread = 1;

	// What the terminal still holds for the reader, which then has to write it down.
	while (ioctl(fileno(drained->tty), TIOCOUTQ, &unread) == 0 && unread > 0)
		nanosleep(&pause, NULL);
	for (uint64_t last = ~UINT64_C(0); last != *drained->n_bytes;) {
		last = *drained->n_bytes;
		for (int i = 0; i < 20; i++)
			nanosleep(&pause, NULL);
	}
	return *drained->n_bytes;
}

size_t frame_cell(const struct frame_pattern *pattern, size_t i)
{
	const size_t stride = 7919; // a prime: the runs lie all over the screen
	size_t run = i / pattern->run, at = i % pattern->run;

	if (pattern->run == FRAME_CELLS)
		return i;
	if (pattern->run == 1)
		return run * stride % FRAME_CELLS;
	return run * stride % FRAME_ROWS * FRAME_COLUMNS + run * 37 % (FRAME_COLUMNS - pattern->run) + at;
}

double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}
