// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "operations/journal_line.h"
#include "operations/plan_internal.h"
#include "tests/support/suite.h"
#include "tests/unit/operations/journal_bench.h"

static void assert_steps(const struct plan_step *a, const struct plan_step *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ck_assert_str_eq(a[i].label, b[i].label);
		ck_assert_str_eq(a[i].precondition, b[i].precondition);
		ck_assert_str_eq(a[i].action, b[i].action);
		ck_assert_str_eq(a[i].postcondition, b[i].postcondition);
		ck_assert_uint_eq(a[i].timeout_ms, b[i].timeout_ms);
		ck_assert_uint_eq(a[i].primitive, b[i].primitive);
		ck_assert(a[i].is_mutating == b[i].is_mutating);
	}
}

// The hash is of all that makes the plan, but for numbers, which are of one process.
START_TEST(the_plan_is_there_whole)
{
	struct journal_bench bench;
	struct journal_story story;
	struct plan *plan;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 0);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 9, &story), 0);
	ck_assert_str_eq(story.trouble, "");
	plan = (struct plan *)story.operation->plan;
	ck_assert_uint_eq(plan->no, 9);
	ck_assert_uint_eq(story.operation->no, 9);
	ck_assert_str_eq(plan->hash, bench.plan->hash);
	ck_assert_uint_eq(plan->n_targets, JOURNAL_BENCH_TARGETS);
	for (size_t i = 0; i < plan->n_targets; i++) {
		struct plan_target *read = &plan->targets[i];
		const struct plan_target *made = &bench.plan->targets[i];

		ck_assert_uint_eq(read->agent, 0);
		read->agent = made->agent;
		ck_assert_uint_eq(read->n_steps, made->n_steps);
		ck_assert_uint_eq(read->n_undo, made->n_undo);
		assert_steps(read->steps, made->steps, made->n_steps);
		assert_steps(read->undo, made->undo, made->n_undo);
		ck_assert_uint_eq(made->n_dependents, i);
		ck_assert_uint_eq(read->n_dependents, i);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_eq(read->dependents[k], made->dependents[k]);
	}
	ck_assert_int_eq(plan_hash(plan), 0);
	ck_assert_str_eq(plan->hash, bench.plan->hash);
	journal_story_finish(&story);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(the_operation_is_shown_from_its_journal_alone)
{
	struct journal_bench bench;
	struct journal_story story;
	const struct operation *operation;
	const struct script_row *rows;
	size_t n = journal_script(&rows);

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, n);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	operation = story.operation;
	ck_assert_str_eq(operation->id, JOURNAL_BENCH_ID);
	ck_assert_str_eq(operation->holder, "alice, pid 4711");
	ck_assert_str_eq(operation->why, "web-3 failed");
	ck_assert_str_eq(operation->output, "");
	ck_assert_int_eq(operation->state, OPERATION_ROLLED_BACK);
	ck_assert_int_eq(operation->started_ms, journal_bench_now);
	ck_assert_int_eq(operation->ended_ms, journal_bench_now + 35000);
	ck_assert_int_eq(operation->estimated_ms, 90000);
	ck_assert_int_eq(story.idle_ms, 1000);
	ck_assert_int_eq(story.idle_since_ms, 0);
	ck_assert_uint_eq(operation->wave, 2);
	ck_assert_uint_eq(operation->n_by_state[TARGET_DONE], 2);
	ck_assert_uint_eq(operation->n_by_state[TARGET_ROLLED_BACK], 1);
	ck_assert_uint_eq(operation->n_by_state[TARGET_PENDING], 0);
	ck_assert_int_eq(operation->targets[0].state, TARGET_DONE);
	ck_assert_str_eq(operation->targets[0].version, "1.4.2"); // as the target's own record said
	ck_assert_str_eq(operation->targets[1].version, "1.4.1"); // as it was seen
	ck_assert_ptr_null(operation->targets[0].error);
	ck_assert_int_eq(operation->targets[0].started_ms, journal_bench_now + 1000);
	ck_assert_int_eq(operation->targets[0].ended_ms, journal_bench_now + 10000);
	ck_assert_int_eq(operation->targets[0].steps[1].state, STEP_COMPLETED);
	ck_assert_int_eq(operation->targets[0].steps[1].started_ms, journal_bench_now + 3000);
	ck_assert_int_eq(operation->targets[0].steps[1].ended_ms, journal_bench_now + 4000);
	ck_assert_int_eq(operation->targets[2].steps[1].state, STEP_ERROR);
	ck_assert_int_eq(operation->targets[2].steps[2].state, STEP_PENDING);
	ck_assert_int_eq(operation->targets[2].steps[4].state, STEP_COMPLETED);
	ck_assert_str_eq(story.targets[2].idempotency_key, "k-24");
	ck_assert_uint_eq(story.targets[2].attempt, 1);
	ck_assert_str_eq(story.targets[2].answer.detail, "200 OK");
	ck_assert_str_eq(story.targets[2].answer.sight.instance, "9c1b");
	ck_assert(story.has_control && story.control == JOURNAL_PAUSE);
	ck_assert_int_eq(story.before_pause, OPERATION_ROLLED_BACK);
	ck_assert_uint_eq(story.n_records, 1 + JOURNAL_BENCH_TARGETS + n);
	ck_assert_int_eq(story.at_ms, journal_bench_now + 35000);
	ck_assert(!story.is_held);
	journal_story_finish(&story);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(while_nobody_runs_it_it_is_idle)
{
	struct journal_bench bench;
	struct journal_story *story;
	struct journal *journal;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 12);
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_resume(&bench, JOURNAL_BENCH_ID, &journal, &story), 0);
	ck_assert_int_eq(story->idle_ms, 0);
	ck_assert_int_eq(story->idle_since_ms, journal_bench_now + 11000); // the last that was heard of it
	ck_assert_int_eq(story->at_ms, journal_bench_now + 60000);
	journal_bench_free_story(story);
	journal_close(journal);
	journal_bench_stop(&bench);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(a_torn_end_is_left_out_wherever_it_is_torn)
{
	struct journal_bench bench;
	struct journal_story story;
	size_t n, n_before;
	char *data;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 6);
	data = journal_bench_load(&bench, &n);
	n_before = (size_t)((char *)memrchr(data, '\n', n - 1) - data) + 1;
	for (size_t kept = n_before; kept < n; kept++) {
		journal_bench_store(&bench, data, kept);
		ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
		ck_assert_uint_eq(story.n_torn, kept - n_before);
		ck_assert_uint_eq(story.n_records, 4 + 5);
		ck_assert(!story.targets[0].is_intent_open);
		journal_story_finish(&story);
	}
	// Blocks that did not get to the disk are zeros, maybe with the end of a line behind them.
	memset(data + n_before + 10, 0, 40);
	journal_bench_store(&bench, data, n);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	ck_assert_uint_eq(story.n_torn, n - n_before);
	journal_story_finish(&story);
	free(data);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(every_byte_that_was_changed_is_found)
{
	struct journal_bench bench;
	struct journal_story story;
	size_t n;
	char *data;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 4);
	data = journal_bench_load(&bench, &n);
	for (size_t i = 0; i + 1 < n; i++) {
		unsigned line = 1;

		for (size_t k = 0; k < i; k++)
			line += data[k] == '\n';
		data[i] ^= 1;
		journal_bench_store(&bench, data, n);
		data[i] ^= 1;
		ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), -EBADMSG);
		ck_assert_uint_eq(story.n_records, line - 1);
		ck_assert_ptr_nonnull(strstr(story.trouble, "is not as it was written"));
		ck_assert((story.operation != NULL) == (line > 4));
		journal_story_finish(&story);
	}
	free(data);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(zeros_before_something_good_are_damage)
{
	struct journal_bench bench;
	struct journal_story story;
	size_t n;
	char *data, *line;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 6);
	data = line = journal_bench_load(&bench, &n);
	for (int i = 0; i < 6; i++)
		line = strchr(line, '\n') + 1;
	line[150] = '\0';
	journal_bench_store(&bench, data, n);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), -EBADMSG);
	ck_assert_str_eq(story.trouble, JOURNAL_BENCH_ID ": record 7 is not as it was written");
	ck_assert_uint_eq(story.n_torn, 0);
	journal_story_finish(&story);
	free(data);
	journal_bench_finish(&bench);
}
END_TEST

// Leaves one line out, or gives two in the other order.
START_TEST(lines_that_are_missing_or_moved_are_found)
{
	struct journal_bench bench;
	struct journal_story story;
	char *data, *line[8], *changed;
	size_t n, len;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 3);
	data = line[0] = journal_bench_load(&bench, &n);
	for (int i = 1; i < 8; i++)
		line[i] = strchr(line[i - 1], '\n') + 1;
	changed = malloc(n);
	len = (size_t)(line[4] - data);
	memcpy(changed, data, len);
	memcpy(changed + len, line[5], n - (size_t)(line[5] - data));
	journal_bench_store(&bench, changed, len + n - (size_t)(line[5] - data));
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), -EBADMSG);
	ck_assert_uint_eq(story.n_records, 4);
	journal_story_finish(&story);
	free(changed);
	free(data);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(without_a_whole_plan_nothing_was_begun)
{
	struct journal_bench bench;
	struct journal_story story;
	size_t n;
	char *data, *second;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 0);
	data = journal_bench_load(&bench, &n);
	second = strchr(data, '\n') + 1;
	for (size_t kept = 0; kept < n; kept += kept == 0 ? (size_t)(second - data) : 500) {
		journal_bench_store(&bench, data, kept);
		ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), -ENODATA);
		ck_assert_str_eq(story.trouble,
				 JOURNAL_BENCH_ID ": opscon ended before its plan was written: nothing was begun");
		ck_assert_ptr_null(story.operation);
		ck_assert_int_gt(story.at_ms, 0);
		journal_story_finish(&story);
	}
	free(data);
	journal_bench_finish(&bench);
}
END_TEST

// ---- lines that are right about their sums, and say what cannot be

static void store_lines(const struct journal_bench *bench, const char *const *bodies, size_t n_before, const char *more)
{
	struct journal_chain chain = { .n = 0 };
	struct bytes out;

	bytes_init(&out, 1 << 20);
	for (size_t i = 0; i < n_before; i++)
		ck_assert_int_eq(journal_line_seal(&chain, bodies[i], strlen(bodies[i]), &out), 0);
	ck_assert_int_eq(journal_line_seal(&chain, more, strlen(more), &out), 0);
	journal_bench_store(bench, out.data, out.len);
	bytes_finish(&out);
}

// The bodies of a journal's lines, in place.
static size_t split(char *data, const char *bodies[32])
{
	size_t n = 0;

	for (char *line = strtok(data, "\n"); line; line = strtok(NULL, "\n"))
		bodies[n++] = strchr(strstr(line, "\"seq\":"), ',') + 1;
	return n;
}

START_TEST(what_cannot_be_is_not_understood)
{
	static const struct {
		size_t n_before;
		const char *line;
		int error;
		const char *trouble;
	} rows[] = {
		{ 0, "x}", -EBADMSG, "record 1 cannot be understood" },
		{ 0, "\"kind\":\"state\",\"at_ms\":1,\"state\":\"running\",\"wave\":0,\"why\":\"\"}", -EBADMSG,
		  "record 1 cannot be understood" },
		{ 0, "\"kind\":\"plan\",\"at_ms\":1,\"format\":2}", -EPROTO, "a newer version of opscon wrote it" },
		{ 0, "\"kind\":\"plan\",\"at_ms\":1,\"format\":0}", -EBADMSG, "record 1 cannot be understood" },
		{ 0, "\"kind\":\"plan\",\"at_ms\":1}", -EBADMSG, "record 1 cannot be understood" },
		{ 0, "\"kind\":\"plan\",\"at_ms\":1,\"format\":1}", -EBADMSG, "record 1 cannot be understood" },
		{ 0, "\"kind\":\"ship\",\"at_ms\":1}", -EBADMSG, "record 1 cannot be understood" },
		{ 0, "\"kind\":\"plan\",\"at_ms\":0.5}", -EBADMSG, "record 1 cannot be understood" },
		{ 1, "\"kind\":\"plan\",\"at_ms\":1}", -EBADMSG, "record 2 cannot be understood" },
		{ 1, "\"kind\":\"member\",\"at_ms\":1}", -EBADMSG, "record 2 cannot be understood" },
		{ 4, "\"kind\":\"member\",\"at_ms\":1}", -EBADMSG, "record 5 cannot be understood" },
		{ 4, "\"kind\":\"target\",\"at_ms\":1,\"target\":3,\"state\":\"done\"}", -EBADMSG, "record 5" },
		{ 4, "\"kind\":\"target\",\"at_ms\":1,\"target\":2,\"state\":\"fine\"}", -EBADMSG, "record 5" },
		{ 4, "\"kind\":\"target\",\"at_ms\":1,\"target\":-1,\"state\":\"done\"}", -EBADMSG, "record 5" },
		{ 4, "\"kind\":\"target\",\"at_ms\":1,\"target\":2,\"state\":\"done\",\"error\":5}", -EBADMSG, "" },
		{ 4, "\"kind\":\"intent\",\"at_ms\":1,\"target\":2,\"step\":6,\"attempt\":1}", -EBADMSG, "record 5" },
		{ 4, "\"kind\":\"intent\",\"at_ms\":1,\"target\":9,\"step\":1,\"attempt\":1}", -EBADMSG, "record 5" },
		{ 4, "\"kind\":\"result\",\"at_ms\":1,\"target\":2,\"step\":6,\"outcome\":\"done\",\"detail\":\"\"}",
		  -EBADMSG, "record 5" },
		{ 4, "\"kind\":\"result\",\"at_ms\":1,\"target\":2,\"step\":1,\"outcome\":\"?\",\"detail\":\"\"}",
		  -EBADMSG, "record 5" },
		{ 4, "\"kind\":\"result\",\"at_ms\":1,\"target\":2,\"step\":1,\"outcome\":\"done\"}", -EBADMSG, "" },
		{ 4,
		  "\"kind\":\"result\",\"at_ms\":1,\"target\":2,\"step\":1,\"outcome\":\"done\",\"detail\":\"\","
		  "\"sight\":{}}",
		  -EBADMSG, "record 5" },
		{ 4, "\"kind\":\"control\",\"at_ms\":1,\"what\":\"fly\",\"who\":\"x\"}", -EBADMSG, "record 5" },
		{ 4, "\"kind\":\"taken\",\"at_ms\":1,\"holder\":\"x\",\"torn_bytes\":0}", 0, "" },
		{ 4, "\"kind\":\"intent\",\"at_ms\":1,\"target\":2,\"step\":5,\"attempt\":1}", 0, "" },
	};
	struct journal_bench bench;
	const char *bodies[32];
	size_t n;
	char *data;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 0);
	data = journal_bench_load(&bench, &n);
	data[n] = '\0';
	ck_assert_uint_eq(split(data, bodies), 4);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct journal_story story;

		store_lines(&bench, bodies, rows[i].n_before, rows[i].line);
		ck_assert_msg(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story) == rows[i].error, "%zu: %s", i,
			      story.trouble);
		ck_assert_msg(strstr(story.trouble, rows[i].trouble) != NULL, "%zu: %s", i, story.trouble);
		ck_assert((*story.trouble == '\0') == (rows[i].error == 0));
		journal_story_finish(&story);
	}
	free(data);
	journal_bench_finish(&bench);
}
END_TEST

// The first body with one part of it replaced, from a plan with all there is.
START_TEST(a_plan_that_cannot_be_is_not_understood)
{
	static const struct {
		int line; // 0 the plan, 1 a member
		const char *part, *instead;
	} rows[] = {
		{ 0, "\"targets\":3", "\"targets\":0" },
		{ 0, "\"targets\":3", "\"targets\":10001" },
		{ 0, "\"targets\":3", "\"targets\":null" },
		{ 0, "\"verb\":\"restart\"", "\"verb\":\"destroy\"" },
		{ 0, "\"holder\":\"alice, pid 4711\"", "\"holder\":[]" },
		{ 0, "\"is_forced\":false", "\"is_forced\":0" },
		{ 0, "\"who\":", "\"who\":{},\"whom\":" },
		{ 0, "\"canary_percent\":[", "\"canary_percent\":[1,2,3,4,5,6,7" },
		{ 0, "\"canary_percent\":[", "\"canary_percent\":[256" },
		{ 0, "\"batch\":1", "\"batch\":65536" },
		{ 0, "\"batch\":1", "\"batch\":1.5" },
		{ 0, "\"max_error_share\":", "\"max_error_share\":1e999,\"a\":" },
		{ 0, "\"max_error_share\":", "\"max_error_share\":\"\",\"a\":" },
		{ 1, "\"dependents\":[", "\"dependents\":[5" },
		{ 1, "\"steps\":[", "\"steps\":[5," },
		{ 1, "\"undo\":[", "\"undo\":[5," },
		{ 1, "\"key\":", "\"key\":7,\"a\":" },
		{ 1, "\"health\":\"up\"", "\"health\":\"well\"" },
	};
	struct journal_bench bench;
	const char *bodies[32];
	size_t n;
	char *data;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 0);
	data = journal_bench_load(&bench, &n);
	data[n] = '\0';
	split(data, bodies);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *body = bodies[rows[i].line], *at = strstr(body, rows[i].part);
		struct journal_story story;
		char changed[8192];

		ck_assert_msg(at != NULL, "%s", rows[i].part);
		snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - body), body, rows[i].instead,
			 at + strlen(rows[i].part));
		store_lines(&bench, bodies, (size_t)rows[i].line, changed);
		ck_assert_msg(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story) == -EBADMSG, "%s", rows[i].instead);
		ck_assert_ptr_nonnull(strstr(story.trouble, "cannot be understood"));
		journal_story_finish(&story);
	}
	free(data);
	journal_bench_finish(&bench);
}
END_TEST

// So many elements of an array, in place of what it has.
static void widen(const char *body, const char *key, size_t n, const char *element, char **out)
{
	const char *at = strstr(body, key) + strlen(key);
	struct bytes text;

	bytes_init(&text, 1 << 20);
	ck_assert_int_eq(bytes_add(&text, body, (size_t)(at - body)), 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(bytes_addf(&text, "%s,", element), 0);
	ck_assert_int_eq(bytes_addf(&text, "%s", *at == ']' ? "1" : ""), 0);
	ck_assert_int_eq(bytes_addf(&text, "%s", at), 0);
	*out = text.data;
}

START_TEST(lists_are_bounded)
{
	struct journal_bench bench;
	const char *bodies[32];
	size_t n;
	char *data;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 0);
	data = journal_bench_load(&bench, &n);
	data[n] = '\0';
	split(data, bodies);
	for (int i = 0; i < 2; i++) {
		struct journal_story story;
		char *wide;

		widen(bodies[1], i ? "\"dependents\":[" : "\"steps\":[", i ? 10001 : 70, i ? "\"a\"" : "{}", &wide);
		store_lines(&bench, bodies, 1, wide);
		mem_free(wide);
		ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), -EBADMSG);
		journal_story_finish(&story);
	}
	free(data);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(a_line_beyond_the_limit_is_no_line)
{
	struct journal_bench bench;
	struct journal_story story;
	char *line = malloc(JOURNAL_LINE_MAX + 3);

	memset(line, 'x', JOURNAL_LINE_MAX + 2);
	line[JOURNAL_LINE_MAX + 1] = '\n';
	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 0);
	journal_bench_store(&bench, line, JOURNAL_LINE_MAX + 2);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), -EBADMSG);
	journal_story_finish(&story);
	free(line);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(texts_are_cleaned_when_they_are_read)
{
	struct journal_bench bench;
	struct journal_story story;
	const char *bodies[32];
	size_t n;
	char *data;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 0);
	data = journal_bench_load(&bench, &n);
	data[n] = '\0';
	split(data, bodies);
	store_lines(&bench, bodies, 4,
		    "\"kind\":\"state\",\"at_ms\":1,\"state\":\"paused\",\"wave\":0,\"why\":\"a\\u001b[2Jb\"}");
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), 0);
	ck_assert_str_eq(story.operation->why, "a^[[2Jb");
	journal_story_finish(&story);
	free(data);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(a_line_that_does_not_fit_changes_nothing)
{
	struct journal_chain chain = { .n = 0 };
	struct bytes out;

	for (size_t max = 0; max < 2; max++) {
		bytes_init(&out, max ? 100 : 2);
		ck_assert_int_eq(journal_line_seal(&chain, "\"kind\":\"a kind that is too long\"}", 34, &out),
				 -EMSGSIZE);
		ck_assert_uint_eq(out.len, 0);
		ck_assert_uint_eq(chain.n, 0);
		bytes_finish(&out);
	}
	bytes_init(&out, 1000);
	ck_assert_int_eq(journal_line_seal(&chain, "\"a\":1}", 6, &out), 0);
	ck_assert_uint_le(out.len, 6 + JOURNAL_LINE_EXTRA);
	bytes_finish(&out);
}
END_TEST

// ---- files

START_TEST(what_is_no_journal_is_said)
{
	struct journal_bench bench;
	struct journal_story story;
	char path[200];

	journal_bench_init(&bench);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), -ENOENT); // no directory
	ck_assert_ptr_nonnull(strstr(story.trouble, "No such file or directory"));
	ck_assert_int_eq(journal_read(bench.dir, "../key", 1, &story), -EINVAL);
	ck_assert_str_eq(story.trouble, "../key is no operation's name");
	ck_assert_int_eq(journal_read(bench.dir, "", 1, &story), -EINVAL);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 0);
	ck_assert_int_eq(journal_read(bench.dir, "other", 1, &story), -ENOENT);
	ck_assert_str_eq(story.trouble, "other.journal: No such file or directory");
	snprintf(path, sizeof path, "%s/a-folder.journal", bench.dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(journal_read(bench.dir, "a-folder", 1, &story), -EISDIR);
	ck_assert_int_eq(truncate(bench.path, (off_t)JOURNAL_BYTES_MAX + 1), 0);
	ck_assert_int_eq(journal_read(bench.dir, JOURNAL_BENCH_ID, 1, &story), -EFBIG);
	journal_story_finish(&story);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(the_journal_of_another_operation_is_said)
{
	struct journal_bench bench;
	struct journal_story story;
	char path[200];

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 0);
	snprintf(path, sizeof path, "%s/other.journal", bench.dir);
	ck_assert_int_eq(rename(bench.path, path), 0);
	ck_assert_int_eq(journal_read(bench.dir, "other", 1, &story), -EBADMSG);
	ck_assert_str_eq(story.trouble, "other: it is the journal of another operation, " JOURNAL_BENCH_ID);
	journal_story_finish(&story);
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(a_directory_is_listed_newest_first_with_what_cannot_be_read)
{
	struct journal_bench bench;
	struct journal_list list;
	char path[200];

	journal_bench_init(&bench);
	ck_assert_int_eq(journal_list(bench.dir, JOURNAL_LIST_MAX, 1, &list), 0); // there is none yet
	ck_assert_uint_eq(list.n, 0);
	journal_bench_write(&bench, "20261125-000000-stop-00000001", 4);
	journal_bench_write(&bench, "20261125-000002-stop-00000001", 36);
	journal_bench_write(&bench, "20261125-000001-stop-00000001", 0);
	snprintf(path, sizeof path, "%s/20261125-000003-stop-00000001.journal", bench.dir);
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	snprintf(path, sizeof path, "%s/20261125-000004-stop-00000001.journal.new", bench.dir);
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	ck_assert_int_eq(journal_list(bench.dir, JOURNAL_LIST_MAX, 10, &list), 0);
	ck_assert_uint_eq(list.n, 4);
	ck_assert_str_eq(list.stories[0].id, "20261125-000003-stop-00000001");
	ck_assert_int_eq(list.stories[0].error, -ELOOP);
	ck_assert_ptr_nonnull(strstr(list.stories[0].trouble, "20261125-000003-stop-00000001.journal: "));
	ck_assert_int_eq(list.stories[1].operation->state, OPERATION_ROLLED_BACK);
	ck_assert_uint_eq(list.stories[1].operation->no, 11);
	ck_assert_int_eq(list.stories[2].operation->state, OPERATION_QUEUED);
	ck_assert_str_eq(list.stories[3].id, "20261125-000000-stop-00000001");
	ck_assert_uint_eq(list.n_left_out, 0);
	journal_list_finish(&list);
	ck_assert_int_eq(journal_list(bench.dir, 2, 1, &list), 0);
	ck_assert_uint_eq(list.n, 2);
	ck_assert_uint_eq(list.n_left_out, 2);
	journal_list_finish(&list);
	snprintf(path, sizeof path, "%s/20261125-000003-stop-00000001.journal", bench.dir);
	ck_assert_int_eq(journal_list(path, 2, 1, &list), -ENOTDIR);
	journal_bench_finish(&bench);
}
END_TEST

static size_t n_after_pruning(const struct journal_bench *bench, size_t keep, int64_t before_ms)
{
	struct journal_list list;
	size_t was, n_removed, n;

	ck_assert_int_eq(journal_list(bench->dir, JOURNAL_LIST_MAX, 1, &list), 0);
	was = list.n;
	ck_assert_int_eq(journal_prune(bench->dir, &list, keep, before_ms, &n_removed), 0);
	journal_list_finish(&list);
	ck_assert_int_eq(journal_list(bench->dir, JOURNAL_LIST_MAX, 1, &list), 0);
	n = list.n;
	ck_assert_uint_eq(n, was - n_removed);
	journal_list_finish(&list);
	return n;
}

START_TEST(old_ones_that_are_over_go)
{
	struct journal_bench bench;
	struct journal *held;
	char id[OPERATION_ID_MAX];

	journal_bench_init(&bench);
	for (int i = 0; i < 5; i++) {
		snprintf(id, sizeof id, "2026-over-%d", i);
		journal_bench_write(&bench, id, 36);
	}
	journal_bench_write(&bench, "2020-open", 10);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 0);
	journal_bench_store(&bench, "x", 1); // it never began
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_create(&bench, "2020-held", &held), 0);
	ck_assert_uint_eq(n_after_pruning(&bench, 6, 0), 8);
	ck_assert_uint_eq(n_after_pruning(&bench, 3, 0), 5);
	ck_assert_uint_eq(n_after_pruning(&bench, 3, journal_bench_now + 35000), 5);
	ck_assert_uint_eq(n_after_pruning(&bench, 3, journal_bench_now + 35001),
			  3); // that which never began is of today
	journal_bench_finish(&bench);
}
END_TEST

START_TEST(what_was_taken_up_meanwhile_stays)
{
	struct journal_bench bench;
	struct journal_story *story;
	struct journal_list list;
	struct journal *held;
	size_t n;

	journal_bench_init(&bench);
	journal_bench_write(&bench, JOURNAL_BENCH_ID, 36);
	journal_bench_write(&bench, "gone", 36);
	journal_bench_write(&bench, "link", 36);
	ck_assert_int_eq(journal_list(bench.dir, JOURNAL_LIST_MAX, 1, &list), 0);
	journal_bench_start(&bench, NULL, NULL);
	ck_assert_int_eq(journal_bench_resume(&bench, JOURNAL_BENCH_ID, &held, &story), 0);
	journal_bench_free_story(story);
	snprintf(bench.path, sizeof bench.path, "%s/gone.journal", bench.dir);
	ck_assert_int_eq(unlink(bench.path), 0);
	snprintf(bench.path, sizeof bench.path, "%s/link.journal", bench.dir);
	ck_assert_int_eq(unlink(bench.path), 0);
	ck_assert_int_eq(symlink("/etc/passwd", bench.path), 0);
	ck_assert_int_eq(journal_prune(bench.dir, &list, 0, 0, &n), -ELOOP);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(journal_prune("/nowhere", &list, 0, 0, NULL), -ENOENT);
	journal_list_finish(&list);
	ck_assert_int_eq(journal_prune("/nowhere", &list, 0, 0, NULL), 0); // there is nothing to remove
	journal_bench_finish(&bench);
}
END_TEST

SUITE("journal read", the_plan_is_there_whole, the_operation_is_shown_from_its_journal_alone,
      while_nobody_runs_it_it_is_idle, a_torn_end_is_left_out_wherever_it_is_torn, every_byte_that_was_changed_is_found,
      zeros_before_something_good_are_damage, lines_that_are_missing_or_moved_are_found,
      without_a_whole_plan_nothing_was_begun, what_cannot_be_is_not_understood, a_plan_that_cannot_be_is_not_understood,
      lists_are_bounded, a_line_that_does_not_fit_changes_nothing, a_line_beyond_the_limit_is_no_line,
      texts_are_cleaned_when_they_are_read, what_is_no_journal_is_said, the_journal_of_another_operation_is_said,
      a_directory_is_listed_newest_first_with_what_cannot_be_read, old_ones_that_are_over_go,
      what_was_taken_up_meanwhile_stays)
