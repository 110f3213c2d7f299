// SPDX-License-Identifier: Apache-2.0
/* The figures of an operation's journal: operation_journal durable|grouped DIR prints `KEY OURS THEIRS`. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "operations/journal.h"

enum { TURNS = 200, EACH = 5, GROUPED = 60000, PLAIN_MAX = 4096 };

static const char id[] = "20261125-225130-restart-1a2b3c4d";
static const int64_t now_ms = INT64_C(1764100000000);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;
static unsigned long n_wakes;
static unsigned long n_put, n_done;

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what, int error)
{
	fprintf(stderr, "operation_journal: %s: %s\n", what, strerror(-error));
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

static void on_done(void *ctx, int error)
{
	(void)ctx;
	if (error < 0)
		fail("a record", error);
	n_done++;
}

// As a loop would: sleeps until it is woken, then takes what is done.
static void wait_for(struct journal_writer *writer, unsigned long n)
{
	unsigned long seen = 0;

	for (;;) {
		journal_dispatch(writer);
		if (n_done >= n)
			return;
		pthread_mutex_lock(&mutex);
		while (n_wakes == seen)
			pthread_cond_wait(&woken, &mutex);
		seen = n_wakes;
		pthread_mutex_unlock(&mutex);
	}
}

static struct plan_step steps[] = {
	{ "Observe", "", "GET /control", "", 5000, PRIMITIVE_OBSERVE, false },
	{ "Restart", "", "POST /control/restart", "", 30000, PRIMITIVE_DRIVER, true },
	{ "Verify", "", "probe its health", "", 300000, PRIMITIVE_VERIFY, false },
};
static struct plan_target target = {
	.key = "http://web-1.example:9100",
	.name = "web-1",
	.environment = "prod",
	.service = "web",
	.driver = "http",
	.version = "",
	.previous = "",
	.instance = "",
	.refusal = "",
	.steps = steps,
	.n_steps = 3,
};
static const struct plan plan = {
	.refs = 1,
	.no = 1,
	.who = "bench",
	.params = { .verb = VERB_RESTART, .version = "", .patch = "", .reason = "" },
	.targets = &target,
	.n_targets = 1,
	.n_waves = 1,
	.typed = "",
	.refusal = "",
};
static const struct journal_record record = {
	.kind = JOURNAL_INTENT,
	.at_ms = INT64_C(1764100000000),
	.u.intent = { .target = 0,
		      .step = 1,
		      .attempt = 1,
		      .idempotency_key = "20261125-225130-restart-1a2b3c4d-0-1-1" },
};

static struct journal *open_journal(const char *dir, struct journal_writer **writer)
{
	const struct journal_writer_options options = { .wake = wake };
	const struct journal_start start = {
		.dir = dir,
		.id = id,
		.plan = &plan,
		.holder = "bench",
		.at_ms = now_ms,
	};
	struct journal *journal;
	int r = journal_writer_create(&options, writer);

	if (r == 0)
		r = journal_create(*writer, &start, on_done, NULL, &journal);
	if (r < 0)
		fail(dir, r);
	wait_for(*writer, ++n_put);
	return journal;
}

static void put(struct journal_writer *writer, struct journal *journal)
{
	int r;

	while ((r = journal_append(journal, &record, on_done, NULL)) == -ENOBUFS)
		wait_for(writer, n_done + 1);
	if (r < 0)
		fail("a record", r);
	n_put++;
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

static size_t journal_bytes(const char *dir)
{
	char path[1024];
	struct stat status;

	snprintf(path, sizeof path, "%s/%s.journal", dir, id);
	if (stat(path, &status) < 0)
		fail(path, -errno);
	return (size_t)status.st_size;
}

// What the journal takes for one record: the bare calls append as much.
static size_t line_bytes(struct journal_writer *writer, struct journal *journal, const char *dir)
{
	size_t before = journal_bytes(dir);

	put(writer, journal);
	wait_for(writer, n_put);
	return journal_bytes(dir) - before;
}

static double durable_s(struct journal_writer *writer, struct journal *journal)
{
	double begin = now_s();

	for (int i = 0; i < EACH; i++) {
		put(writer, journal);
		wait_for(writer, n_put);
	}
	return now_s() - begin;
}

// One after another, each waited for; in turn with the bare calls on a file beside it.
static void bench_durable(const char *dir)
{
	struct journal_writer *writer;
	struct journal *journal = open_journal(dir, &writer);
	size_t n = line_bytes(writer, journal, dir);
	double ours = 0, theirs = 0;
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
		ours += durable_s(writer, journal);
	}
	close(fd);
	unlink(path);
	journal_writer_destroy(writer, 60000);
	printf("journal_durable %.1f %.1f\n", TURNS * EACH / ours, TURNS * EACH / theirs);
}

// As fast as they come: one sync covers all that came meanwhile.
static void bench_grouped(const char *dir)
{
	struct journal_writer *writer;
	struct journal *journal = open_journal(dir, &writer);
	double begin = now_s();

	for (int i = 0; i < GROUPED; i++)
		put(writer, journal);
	wait_for(writer, n_put);
	printf("journal_grouped %.0f 0\n", GROUPED / (now_s() - begin));
	journal_writer_destroy(writer, 60000);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "durable") == 0)
		bench_durable(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "grouped") == 0)
		bench_grouped(argv[2]);
	else
		return 2;
	return 0;
}
