// SPDX-License-Identifier: Apache-2.0
/* The audit trail's figures: audit_trail durable|grouped DIR prints `KEY OURS THEIRS`; audit_trail make DIR N writes a
 * trail of N records for others to verify.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/identity.h"
#include "audit/record.h"
#include "audit/writer.h"

enum { TURNS = 200, EACH = 5, GROUPED = 60000, PLAIN_MAX = 4096 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;
static unsigned long n_wakes;
static uint64_t n_done;
static int first_error;

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what, int error)
{
	fprintf(stderr, "audit_trail: %s: %s\n", what, strerror(-error));
	exit(1);
}

static void wake(void *ctx)
{
	(void)ctx;
	pthread_mutex_lock(&mutex);
	n_wakes++;
	pthread_mutex_unlock(&mutex);
	pthread_cond_signal(&woken);
}

static void on_done(void *ctx, uint64_t ticket, int error)
{
	(void)ctx;
	n_done = ticket;
	if (error && !first_error)
		first_error = error;
}

// As a loop would: sleeps until it is woken, then takes what is done.
static void wait_for(struct audit_writer *writer, uint64_t ticket)
{
	unsigned long seen = 0;

	for (;;) {
		audit_writer_take(writer);
		if (first_error)
			fail("a record", first_error);
		if (n_done >= ticket)
			return;
		pthread_mutex_lock(&mutex);
		while (n_wakes == seen)
			pthread_cond_wait(&woken, &mutex);
		seen = n_wakes;
		pthread_mutex_unlock(&mutex);
	}
}

static const struct audit_field before[] = { { "state", { .kind = AUDIT_TEXT, .u.text = "active" } } };
static const struct audit_field after[] = { { "state", { .kind = AUDIT_TEXT, .u.text = "acknowledged" } } };
static const struct audit_record record = {
	.phase = AUDIT_EVENT,
	.action = AUDIT_UPDATE,
	.result = AUDIT_SUCCESS,
	.resource_kind = "alert",
	.resource_id = "agent_down",
	.reason = "looking into it",
	.before = { before, 1 },
	.after = { after, 1 },
};

static struct audit_writer *open_writer(const char *dir)
{
	struct audit_writer *writer;
	struct audit_identity who;
	struct audit_writer_options options = {
		.store = { .dir = dir, .holder = "bench", .key_name = "bench", .segment_bytes = 16 << 20 },
		.who = &who,
		.wake = wake,
	};
	int r;

	audit_identity_here(&who);
	r = audit_writer_create(&options, INT64_C(1764100000000), &writer);
	if (r < 0)
		fail(dir, r);
	return writer;
}

static uint64_t put(struct audit_writer *writer)
{
	uint64_t ticket = 0;
	int r;

	while ((r = audit_writer_put(writer, &record, INT64_C(1764100000000), on_done, NULL, &ticket)) == -ENOBUFS)
		wait_for(writer, n_done + 1);
	if (r < 0)
		fail("a record", r);
	return ticket;
}

static double plain_s(int fd, size_t n)
{
	char text[PLAIN_MAX];
	double begin = now_s();

	memset(text, 'x', sizeof text);
	for (int i = 0; i < EACH; i++)
		if (write(fd, text, n) != (ssize_t)n || fdatasync(fd) < 0)
			fail("the plain file", -errno);
	return now_s() - begin;
}

static size_t trail_bytes(const char *dir)
{
	char path[1024];
	struct stat status;

	snprintf(path, sizeof path, "%s/audit-000001.jsonl", dir);
	if (stat(path, &status) < 0)
		fail(path, -errno);
	return (size_t)status.st_size;
}

// What the trail takes for one record: the bare calls append as much.
static size_t line_bytes(struct audit_writer *writer, const char *dir)
{
	size_t had;

	wait_for(writer, put(writer)); // after the line that begins a segment
	had = trail_bytes(dir);
	wait_for(writer, put(writer));
	return trail_bytes(dir) - had;
}

static double durable_s(struct audit_writer *writer)
{
	double begin = now_s();

	for (int i = 0; i < EACH; i++)
		wait_for(writer, put(writer));
	return now_s() - begin;
}

// One after another, each waited for; in turn with the bare calls on a file beside it.
static void bench_durable(const char *dir)
{
	struct audit_writer *writer = open_writer(dir);
	double ours = 0, theirs = 0;
	size_t n = line_bytes(writer, dir);
	char path[1024];
	int fd;

	if (n == 0 || n > PLAIN_MAX)
		fail("the length of a record", -ERANGE);
	snprintf(path, sizeof path, "%s.plain", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		fail(path, -errno);
	for (int i = 0; i < TURNS; i++) {
		theirs += plain_s(fd, n);
		ours += durable_s(writer);
	}
	close(fd);
	unlink(path);
	audit_writer_destroy(writer, 60000);
	printf("audit_durable %.1f %.1f\n", TURNS * EACH / ours, TURNS * EACH / theirs);
}

// As fast as they come: one sync covers all that came meanwhile.
static void bench_grouped(const char *dir)
{
	struct audit_writer *writer = open_writer(dir);
	uint64_t ticket = put(writer);
	double begin;

	wait_for(writer, ticket);
	begin = now_s();
	for (int i = 0; i < GROUPED; i++)
		ticket = put(writer);
	wait_for(writer, ticket);
	printf("audit_grouped %.0f 0\n", GROUPED / (now_s() - begin));
	audit_writer_destroy(writer, 60000);
}

static void make(const char *dir, long n)
{
	struct audit_writer *writer = open_writer(dir);
	uint64_t ticket = 0;

	for (long i = 0; i < n; i++)
		ticket = put(writer);
	wait_for(writer, ticket);
	audit_writer_destroy(writer, 60000);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "durable") == 0)
		bench_durable(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "grouped") == 0)
		bench_grouped(argv[2]);
	else if (argc == 4 && strcmp(argv[1], "make") == 0)
		make(argv[2], atol(argv[3]));
	else
		return 2;
	return 0;
}
