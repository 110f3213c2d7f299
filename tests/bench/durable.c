// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TURNS = 200, PLAIN_MAX = 4096 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;
static unsigned long n_wakes;

double durable_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

_Noreturn void durable_fail(const char *what, int error)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(-error));
	exit(1);
}

void durable_wake(void *ctx)
{
	(void)ctx;
	pthread_mutex_lock(&mutex);
	n_wakes++;
	pthread_mutex_unlock(&mutex);
	pthread_cond_signal(&woken);
}

void durable_sleep(unsigned long *seen)
{
	pthread_mutex_lock(&mutex);
	while (n_wakes == *seen)
		pthread_cond_wait(&woken, &mutex);
	*seen = n_wakes;
	pthread_mutex_unlock(&mutex);
}

size_t durable_bytes(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		durable_fail(path, -errno);
	return (size_t)status.st_size;
}

static void append_plainly(int fd, size_t n)
{
	char text[PLAIN_MAX];

	memset(text, 'x', sizeof text);
	for (int i = 0; i < DURABLE_EACH; i++)
		if (write(fd, text, n) != (ssize_t)n || fdatasync(fd) < 0)
			durable_fail("the plain file", -errno);
}

void durable_bench(const char *key, const char *dir, size_t n, void (*ours)(void *ctx), void *ctx)
{
	double begin, middle, ours_s = 0, theirs_s = 0;
	char path[1024];
	int fd;

	if (n == 0 || n > PLAIN_MAX)
		durable_fail("the length of a record", -ERANGE);
	snprintf(path, sizeof path, "%s.plain", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		durable_fail(path, -errno);
	for (int i = 0; i < TURNS; i++) {
		begin = durable_now_s();
		append_plainly(fd, n);
		middle = durable_now_s();
		ours(ctx);
		theirs_s += middle - begin;
		ours_s += durable_now_s() - middle;
	}
	close(fd);
	unlink(path);
	printf("%s %.1f %.1f\n", key, TURNS * DURABLE_EACH / ours_s, TURNS * DURABLE_EACH / theirs_s);
}
