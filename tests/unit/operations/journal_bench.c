// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/operations/journal_bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/suite.h"
#include "tests/unit/operations/plan_bench.h"

void journal_bench_init(struct journal_bench *bench)
{
	static struct plan_bench plan;

	*bench = (struct journal_bench){ .error = 0 };
	// In memory where there is such a place: a file cut to nothing and written anew waits for the disk each time.
	snprintf(bench->root, sizeof bench->root, "%s/opscon-journal-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(bench->root));
	snprintf(bench->dir, sizeof bench->dir, "%s/operations", bench->root);
	snprintf(bench->path, sizeof bench->path, "%s/%s.journal", bench->dir, JOURNAL_BENCH_ID);
	pthread_mutex_init(&bench->mutex, NULL);
	pthread_cond_init(&bench->woken, NULL);
	plan_bench_init(&plan);
	plan.params.reason = "it leaks \"memory\"";
	for (int i = 0; i < JOURNAL_BENCH_TARGETS; i++) {
		static const char *const names[] = { "web-1", "web-2", "wéb-3" };

		struct plan_subject *subject = plan_bench_add(&plan, names[i], "prod", "web");

		subject->dependents = names;
		subject->n_dependents = (size_t)i; // those before it
	}
	bench->plan = plan_bench_make(&plan);
	ck_assert_uint_eq(bench->plan->n_targets, JOURNAL_BENCH_TARGETS);
}

void journal_bench_finish(struct journal_bench *bench)
{
	char command[128];

	journal_bench_stop(bench);
	plan_unref(bench->plan);
	pthread_cond_destroy(&bench->woken);
	pthread_mutex_destroy(&bench->mutex);
	snprintf(command, sizeof command, "rm -rf %s", bench->root);
	ck_assert_int_eq(system(command), 0);
}

// ---- the writer

void journal_bench_wake(void *ctx)
{
	struct journal_bench *bench = ctx;

	pthread_mutex_lock(&bench->mutex);
	bench->n_wakes++;
	pthread_cond_signal(&bench->woken);
	pthread_mutex_unlock(&bench->mutex);
}

void journal_bench_start(struct journal_bench *bench, void (*after_record)(void *ctx), void *ctx)
{
	const struct journal_writer_options options = {
		.wake = journal_bench_wake,
		.ctx = bench,
		.after_record = after_record,
		.after_ctx = ctx,
	};

	ck_assert_int_eq(journal_writer_create(&options, &bench->writer), 0);
}

void journal_bench_stop(struct journal_bench *bench)
{
	ck_assert_int_eq(journal_writer_destroy(bench->writer, 60000), 0);
	bench->writer = NULL;
}

void journal_bench_done(void *ctx, int error)
{
	struct journal_bench *bench = ctx;

	ck_assert(!bench->is_done);
	bench->is_done = true;
	bench->error = error;
}

static void on_resumed(void *ctx, int error, struct journal_story *story)
{
	struct journal_bench *bench = ctx;

	ck_assert((error == 0) == (story != NULL));
	bench->story = NULL;
	if (story) { // is kept
		bench->story = malloc(sizeof *story);
		*bench->story = *story;
		*story = (struct journal_story){ .error = 0 };
	}
	journal_bench_done(ctx, error);
}

// As a loop would: sleeps until it is woken, then takes what is done.
void journal_bench_wait(struct journal_bench *bench)
{
	unsigned long seen = 0;

	for (;;) {
		journal_dispatch(bench->writer);
		if (bench->is_done)
			break;
		pthread_mutex_lock(&bench->mutex);
		while (bench->n_wakes == seen)
			pthread_cond_wait(&bench->woken, &bench->mutex);
		seen = bench->n_wakes;
		pthread_mutex_unlock(&bench->mutex);
	}
	bench->is_done = false;
}

int journal_bench_create(struct journal_bench *bench, const char *id, struct journal **out)
{
	const struct journal_start start = {
		.dir = bench->dir,
		.id = id,
		.plan = bench->plan,
		.holder = "alice, pid 4711",
		.at_ms = journal_bench_now,
		.estimated_ms = 90000,
	};
	int r = journal_create(bench->writer, &start, journal_bench_done, bench, out);

	if (r < 0)
		return r;
	journal_bench_wait(bench);
	return bench->error;
}

int journal_bench_append(struct journal_bench *bench, struct journal *journal, const struct journal_record *record)
{
	int r = journal_append(journal, record, journal_bench_done, bench);

	if (r < 0)
		return r;
	journal_bench_wait(bench);
	return bench->error;
}

int journal_bench_resume(struct journal_bench *bench, const char *id, struct journal **out,
			 struct journal_story **story)
{
	const struct journal_resume resume = {
		.dir = bench->dir,
		.id = id,
		.holder = "bob, pid 4712",
		.at_ms = journal_bench_now + 60000,
		.no = 7,
	};
	int r = journal_resume(bench->writer, &resume, on_resumed, bench, out);

	*story = NULL;
	if (r < 0)
		return r;
	journal_bench_wait(bench);
	*story = bench->story;
	return bench->error;
}

void journal_bench_free_story(struct journal_story *story)
{
	if (story)
		journal_story_finish(story);
	free(story);
}

// ---- files

void journal_bench_write(struct journal_bench *bench, const char *id, size_t n)
{
	const struct script_row *rows;
	struct journal *journal;
	bool was_started = bench->writer != NULL;

	ck_assert_uint_le(n, journal_script(&rows));
	if (!was_started)
		journal_bench_start(bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_create(bench, id, &journal), 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(journal_bench_append(bench, journal, &rows[i].record), 0);
	journal_close(journal);
	if (!was_started)
		journal_bench_stop(bench);
}

char *journal_bench_load(const struct journal_bench *bench, size_t *n)
{
	FILE *file = fopen(bench->path, "r");
	char *data = malloc(1 << 20);

	ck_assert_ptr_nonnull(file);
	*n = fread(data, 1, 1 << 20, file);
	fclose(file);
	return data;
}

void journal_bench_store(const struct journal_bench *bench, const char *data, size_t n)
{
	FILE *file = fopen(bench->path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(data, 1, n, file), n);
	ck_assert_int_eq(fclose(file), 0);
}

// ---- the script

static const struct driver_answer done = {
	.outcome = DRIVER_DONE,
	.detail = "200 OK",
	.has_sight = true,
	.sight = { true, LIFECYCLE_RUNNING, "1.4.1", "1.4", "9c1b" },
};
static const struct driver_answer unknown = { .outcome = DRIVER_UNKNOWN, .detail = "no answer within 30 s" };
static const struct driver_answer failed = { .outcome = DRIVER_FAILED, .detail = "500: cannot bind" };

#define AT(n) .at_ms = journal_bench_now + (n)*1000
#define OPERATION(n, is, because, its_wave)                                                                            \
	.record = { JOURNAL_STATE, AT(n), .u.state = { .state = (is), .why = (because), .wave = (its_wave) } }
#define TARGET(n, i, is) .record = { JOURNAL_TARGET, AT(n), .u.target = { .target = (i), .state = (is) } }
#define INTENT(n, i, number)                                                                                           \
	.record = { JOURNAL_INTENT, AT(n),                                                                             \
		    .u.intent = {                                                                                      \
			    .target = (i), .step = (number), .attempt = 1, .idempotency_key = "k-" #i #number } }
#define RESULT(n, i, number, said)                                                                                     \
	.record = { JOURNAL_RESULT, AT(n), .u.result = { .target = (i), .step = (number), .answer = &(said) } }
#define KEEP                                                                                                           \
	{                                                                                                              \
		RECOVERY_KEEP, 0                                                                                       \
	}
#define RESET                                                                                                          \
	{                                                                                                              \
		RECOVERY_RESET, 0                                                                                      \
	}
#define FAILED                                                                                                         \
	{                                                                                                              \
		RECOVERY_FAILED, 0                                                                                     \
	}
#define DOUBT                                                                                                          \
	{                                                                                                              \
		RECOVERY_DOUBT, 0                                                                                      \
	}
#define GO_ON(next)                                                                                                    \
	{                                                                                                              \
		RECOVERY_GO_ON, (next)                                                                                 \
	}

// Steps: 0 observe, 1 stop, 2 start, 3 verify, 4 back.
static const struct script_row script[] = {
	{ OPERATION(0, OPERATION_RUNNING, "", 0), RECOVERY_ASK, { KEEP, KEEP, KEEP } },
	{ TARGET(1, 0, TARGET_RUNNING), RECOVERY_ASK, { RESET, KEEP, KEEP } },
	{ RESULT(2, 0, 0, done), RECOVERY_ASK, { RESET, KEEP, KEEP } },
	{ INTENT(3, 0, 1), RECOVERY_LOOK, { DOUBT, KEEP, KEEP } },
	{ RESULT(4, 0, 1, done), RECOVERY_PAUSE, { GO_ON(2), KEEP, KEEP } },
	{ INTENT(5, 0, 2), RECOVERY_LOOK, { DOUBT, KEEP, KEEP } },
	{ RESULT(6, 0, 2, done), RECOVERY_PAUSE, { GO_ON(3), KEEP, KEEP } },
	{ TARGET(7, 0, TARGET_VERIFYING), RECOVERY_PAUSE, { GO_ON(3), KEEP, KEEP } },
	{ INTENT(8, 0, 3), RECOVERY_PAUSE, { GO_ON(3), KEEP, KEEP } },
	{ RESULT(9, 0, 3, done), RECOVERY_PAUSE, { GO_ON(4), KEEP, KEEP } },
	{ .record = { JOURNAL_TARGET, AT(10), .u.target = { .target = 0, .state = TARGET_DONE, .version = "1.4.2" } },
	  RECOVERY_PAUSE,
	  { KEEP, KEEP, KEEP } },
	{ OPERATION(11, OPERATION_RUNNING, "", 1), RECOVERY_PAUSE, { KEEP, KEEP, KEEP } },
	{ TARGET(12, 1, TARGET_RUNNING), RECOVERY_PAUSE, { KEEP, RESET, KEEP } },
	{ INTENT(13, 1, 1), RECOVERY_LOOK, { KEEP, DOUBT, KEEP } },
	{ RESULT(14, 1, 1, unknown), RECOVERY_LOOK, { KEEP, DOUBT, KEEP } },
	{ INTENT(15, 1, 0), RECOVERY_LOOK, { KEEP, DOUBT, KEEP } }, // the look
	{ RESULT(16, 1, 0, done), RECOVERY_LOOK, { KEEP, DOUBT, KEEP } },
	{ TARGET(17, 1, TARGET_INDETERMINATE), RECOVERY_LOOK, { KEEP, DOUBT, KEEP } },
	{ RESULT(18, 1, 1, done), RECOVERY_PAUSE, { KEEP, GO_ON(2), KEEP } }, // what it found
	{ INTENT(19, 1, 2), RECOVERY_LOOK, { KEEP, DOUBT, KEEP } },
	{ RESULT(20, 1, 2, done), RECOVERY_PAUSE, { KEEP, GO_ON(3), KEEP } },
	{ TARGET(21, 1, TARGET_DONE), RECOVERY_PAUSE, { KEEP, KEEP, KEEP } },
	{ .record = { JOURNAL_CONTROL, AT(22), .u.control = { JOURNAL_PAUSE, "bob" } },
	  RECOVERY_PAUSE,
	  { KEEP, KEEP, KEEP } },
	{ OPERATION(23, OPERATION_PAUSED, "bob paused it", 1), RECOVERY_PAUSE, { KEEP, KEEP, KEEP } },
	{ OPERATION(24, OPERATION_RUNNING, "", 2), RECOVERY_PAUSE, { KEEP, KEEP, KEEP } },
	{ TARGET(25, 2, TARGET_RUNNING), RECOVERY_PAUSE, { KEEP, KEEP, RESET } },
	{ INTENT(26, 2, 1), RECOVERY_LOOK, { KEEP, KEEP, DOUBT } },
	{ RESULT(27, 2, 1, failed), RECOVERY_PAUSE, { KEEP, KEEP, FAILED } },
	{ OPERATION(28, OPERATION_ROLLING_BACK, "web-3 failed", 2), RECOVERY_PAUSE, { KEEP, KEEP, FAILED } },
	{ TARGET(29, 2, TARGET_ROLLING_BACK), RECOVERY_PAUSE, { KEEP, KEEP, GO_ON(4) } },
	{ INTENT(30, 2, 4), RECOVERY_LOOK, { KEEP, KEEP, DOUBT } },
	{ RESULT(31, 2, 4, failed), RECOVERY_PAUSE, { KEEP, KEEP, FAILED } },
	{ INTENT(32, 2, 4), RECOVERY_LOOK, { KEEP, KEEP, DOUBT } },
	{ RESULT(33, 2, 4, done), RECOVERY_PAUSE, { KEEP, KEEP, GO_ON(5) } },
	{ TARGET(34, 2, TARGET_ROLLED_BACK), RECOVERY_PAUSE, { KEEP, KEEP, KEEP } },
	{ OPERATION(35, OPERATION_ROLLED_BACK, "web-3 failed", 2), RECOVERY_NOTHING, { KEEP, KEEP, KEEP } },
};

size_t journal_script(const struct script_row **rows)
{
	*rows = script;
	return sizeof script / sizeof script[0];
}
