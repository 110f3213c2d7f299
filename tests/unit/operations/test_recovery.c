// SPDX-License-Identifier: Apache-2.0
#include "operations/recovery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/suite.h"
#include "tests/unit/operations/journal_bench.h"

static void assert_row(const struct journal_story *story, const struct script_row *row, size_t n)
{
	struct recovery recovery;
	size_t n_in_doubt = 0;

	recovery_decide(story, &recovery);
	ck_assert_msg(recovery.kind == row->kind, "after %zu records: %d", n, recovery.kind);
	for (size_t i = 0; i < JOURNAL_BENCH_TARGETS; i++) {
		uint16_t next_step = 0;
		enum recovery_target is = recovery_of_target(story, i, &next_step);

		ck_assert_msg(is == row->targets[i].is, "after %zu records, target %zu: %d", n, i, is);
		ck_assert_msg(next_step == row->targets[i].next_step, "after %zu records, target %zu: step %d", n, i,
			      next_step);
		n_in_doubt += is == RECOVERY_DOUBT;
	}
	ck_assert_uint_eq(recovery.n_in_doubt, n_in_doubt);
	ck_assert(operation_is_over(story->operation->state) || recovery.state == OPERATION_PAUSED);
}

START_TEST(after_every_record_it_is_known_what_to_do)
{
	const struct script_row *rows;
	size_t n_rows = journal_script(&rows);

	for (size_t n = 0; n <= n_rows; n++) {
		struct journal_bench bench;
		struct journal_story story;
		static const struct script_row none = { .kind = RECOVERY_ASK };

		journal_bench_init(&bench);
		journal_bench_write(&bench, JOURNAL_BENCH_ID, n);
		ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
		assert_row(&story, n ? &rows[n - 1] : &none, n);
		journal_story_finish(&story);
		journal_bench_finish(&bench);
	}
}
END_TEST

// Writes down what is to be done, as whoever takes the journal does; how many records that took.
static size_t write_down(struct journal_bench *bench)
{
	struct journal_story *story;
	struct journal_record record;
	struct recovery recovery;
	struct journal *journal;
	size_t at = 0, n = 0;

	journal_bench_start(bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_resume(bench, JOURNAL_BENCH_ID, &journal, &story), 0);
	recovery_decide(story, &recovery);
	for (; recovery_next_record(story, &recovery, &at, 1, &record); n++)
		ck_assert_int_eq(journal_bench_append(bench, journal, &record), 0);
	ck_assert(!recovery_next_record(story, &recovery, &at, 1, &record));
	journal_bench_free_story(story);
	journal_close(journal);
	journal_bench_stop(bench);
	return n;
}

START_TEST(what_is_written_down_then_says_it_once)
{
	const struct script_row *rows;
	size_t n_rows = journal_script(&rows);

	for (size_t n = 1; n <= n_rows; n++) {
		bool is_over = n == n_rows;
		struct journal_bench bench;
		struct journal_story story;

		journal_bench_init(&bench);
		journal_bench_write(&bench, JOURNAL_BENCH_ID, n);
		ck_assert((write_down(&bench) == 0) == (is_over || n == 24)); // it is over, or paused already
		ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
		ck_assert(is_over || story.operation->state == OPERATION_PAUSED);
		for (size_t i = 0; i < JOURNAL_BENCH_TARGETS; i++) {
			const struct operation_target *target = &story.operation->targets[i];

			switch (rows[n - 1].targets[i].is) {
			case RECOVERY_DOUBT:
				ck_assert_int_eq(target->state, TARGET_INDETERMINATE);
				ck_assert(n == 18 || n == 20 || target->error); // the script said so itself
				ck_assert_int_eq(recovery_of_target(&story, i, NULL), RECOVERY_DOUBT);
				break;
			case RECOVERY_FAILED:
				ck_assert_int_eq(target->state, TARGET_FAILED);
				ck_assert_str_eq(target->error, "500: cannot bind");
				break;
			case RECOVERY_RESET:
				ck_assert_int_eq(target->state, TARGET_PENDING);
				break;
			default:
				break;
			}
		}
		journal_story_finish(&story);
		ck_assert_uint_eq(write_down(&bench), 0); // the second time there is nothing to say
		journal_bench_finish(&bench);
	}
}
END_TEST

static void assert_applied(const struct journal_story *story, const struct script_row *row)
{
	static const enum target_state states[] = {
		[RECOVERY_RESET] = TARGET_PENDING,
		[RECOVERY_FAILED] = TARGET_FAILED,
		[RECOVERY_DOUBT] = TARGET_INDETERMINATE,
	};
	size_t n[TARGET_STATE_COUNT] = { 0 };

	ck_assert(operation_is_over(story->operation->state) || story->operation->state == OPERATION_PAUSED);
	for (size_t i = 0; i < JOURNAL_BENCH_TARGETS; i++) {
		enum recovery_target is = row->targets[i].is;
		enum target_state state = story->operation->targets[i].state;

		n[state]++;
		ck_assert(is == RECOVERY_KEEP || is == RECOVERY_GO_ON || state == states[is]);
	}
	ck_assert_mem_eq(n, story->operation->n_by_state, sizeof n);
}

START_TEST(it_is_shown_as_it_would_be_written_down)
{
	const struct script_row *rows;
	size_t n_rows = journal_script(&rows);

	for (size_t n = 1; n <= n_rows; n++) {
		struct journal_bench bench;
		struct journal_story story;
		long n_before_failure = 0;
		int r;

		journal_bench_init(&bench);
		journal_bench_write(&bench, JOURNAL_BENCH_ID, n);
		do { // each allocation fails in turn
			ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
			mem_fail_once(n_before_failure++);
			r = recovery_apply(&story, journal_bench_now);
			mem_fail_after(-1);
			ck_assert(r == 0 || r == -ENOMEM);
			if (r == 0)
				assert_applied(&story, &rows[n - 1]);
			journal_story_finish(&story);
		} while (r < 0);
		ck_assert(n == 24 || n == n_rows || n_before_failure > 1);
		journal_bench_finish(&bench);
	}
}
END_TEST

START_TEST(its_words_are_those_of_what_it_did)
{
	static const struct {
		size_t n;
		const char *why;
		bool was_rolling_back;
	} rows[] = {
		{ 0, "opscon ended before it began", false },
		{ 4, "opscon ended before an answer came", false },
		{ 5, "opscon ended while it ran", false },
		{ 24, "bob paused it", false },
		{ 30, "opscon ended while it was rolled back", true },
		{ 36, "", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct journal_bench bench;
		struct journal_story story;
		struct recovery recovery;

		journal_bench_init(&bench);
		journal_bench_write(&bench, JOURNAL_BENCH_ID, rows[i].n);
		ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
		recovery_decide(&story, &recovery);
		ck_assert_str_eq(recovery.why, rows[i].why);
		ck_assert(recovery.was_rolling_back == rows[i].was_rolling_back);
		journal_story_finish(&story);
		journal_bench_finish(&bench);
	}
}
END_TEST

START_TEST(what_is_held_or_not_there_is_left_alone)
{
	struct journal_record record;
	struct journal_story story = { .error = -ENODATA };
	struct recovery recovery;
	struct journal_bench bench;
	struct journal *journal;
	size_t at = 0;

	recovery_decide(&story, &recovery);
	ck_assert_int_eq(recovery.kind, RECOVERY_NOTHING);
	ck_assert_str_eq(recovery.why, "");
	journal_bench_init(&bench);
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_create(&bench, JOURNAL_BENCH_ID, &journal), 0);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	ck_assert(story.is_held);
	recovery_decide(&story, &recovery);
	ck_assert_int_eq(recovery.kind, RECOVERY_NOTHING);
	ck_assert(!recovery_next_record(&story, &recovery, &at, 1, &record));
	journal_story_finish(&story);
	journal_bench_finish(&bench);
}
END_TEST

// Changes a byte within line `no` (from 1), and reads it.
static void read_damaged(struct journal_bench *bench, size_t n_records, int no, struct journal_story *story)
{
	char *data, *line;
	size_t n;

	journal_bench_write(bench, JOURNAL_BENCH_ID, n_records);
	data = line = journal_bench_load(bench, &n);
	for (int i = 1; i < no; i++)
		line = strchr(line, '\n') + 1;
	line[100] ^= 1;
	journal_bench_store(bench, data, n);
	free(data);
	ck_assert_int_eq(journal_read(bench->dir, JOURNAL_BENCH_ID, 1, story), -EBADMSG);
}

START_TEST(what_is_damaged_is_shown_and_not_touched)
{
	struct journal_record record;
	struct journal_bench bench;
	struct journal_story story;
	struct recovery recovery;
	size_t at = 0;

	journal_bench_init(&bench);
	read_damaged(&bench, 20, 9, &story);
	recovery_decide(&story, &recovery);
	ck_assert_int_eq(recovery.kind, RECOVERY_DAMAGED);
	ck_assert_int_eq(recovery.state, OPERATION_INDETERMINATE);
	ck_assert_str_eq(recovery.why, "its journal is damaged");
	ck_assert(!recovery_next_record(&story, &recovery, &at, 1, &record));
	journal_story_finish(&story);
	journal_bench_finish(&bench);
}
END_TEST

SUITE("recovery", after_every_record_it_is_known_what_to_do, what_is_written_down_then_says_it_once,
      it_is_shown_as_it_would_be_written_down, its_words_are_those_of_what_it_did,
      what_is_held_or_not_there_is_left_alone, what_is_damaged_is_shown_and_not_touched)
