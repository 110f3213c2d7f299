// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "tests/support/recalled.h"

enum { BODY_MAX = 1 << 20 };

static const uint64_t nothing_wanted = ~UINT64_C(0);

static struct prom_recall *recall;

static void begin(void)
{
	ck_assert_int_eq(prom_recall_create(&recall), 0);
}

static void end(void)
{
	prom_recall_destroy(recall);
}

static void same_as(const char *body, size_t n, enum prom_format format, uint64_t unwanted)
{
	const char *what = recalled_differs(recall, body, n, format, unwanted);

	ck_assert_msg(what == NULL, "%s is not the same in \"%.200s\"", what, body);
}

static void same(const char *body, uint64_t unwanted)
{
	same_as(body, strlen(body), PROM_TEXT, unwanted);
}

static size_t read_corpus(const char *name, char body[BODY_MAX])
{
	char path[600];
	FILE *file;
	size_t n;

	snprintf(path, sizeof path, "%s/tests/corpus/metrics/%s.prom", TEST_SOURCE_ROOT, name);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	n = fread(body, 1, BODY_MAX - 1, file);
	fclose(file);
	body[n] = '\0';
	return n;
}

static const char *const exporters[] = { "node_exporter", "prometheus", "alertmanager", "redis_exporter",
					 "blackbox_probe_failed" };
enum { N_EXPORTERS = sizeof exporters / sizeof exporters[0] };

// A stream of numbers that is the same at every run.
static uint64_t draw(uint64_t *state)
{
	return hash_mix((*state)++);
}

// One small harm, as a bad exporter or a bad line would do it.
static size_t harm(char *body, size_t n, uint64_t *state)
{
	static const char bytes[] = "0123456789.eE+- \t\n\r#{}\",=_aN\\\xff";
	size_t at = draw(state) % n, length = 1 + draw(state) % 80;

	if (length > n - at)
		length = n - at;
	switch (draw(state) % 5) {
	case 0: // a byte is another
		body[at] = bytes[draw(state) % (sizeof bytes - 1)];
		break;
	case 1: // a NUL
		body[at] = '\0';
		break;
	case 2: // a piece is missing
		memmove(body + at, body + at + length, n - at - length);
		n -= length;
		break;
	case 3: // a piece is there twice
		if (n + length < BODY_MAX) {
			memmove(body + at + length, body + at, n - at);
			n += length;
		}
		break;
	default: // the end is missing
		n = at ? at : n;
		break;
	}
	return n;
}

START_TEST(known_exporters_are_read_the_same_with_and_without_series_passed_over)
{
	static char body[BODY_MAX];

	for (uint64_t unwanted = 0; unwanted < 4; unwanted++) {
		begin();
		for (int round = 0; round < 3; round++)
			for (size_t i = 0; i < N_EXPORTERS; i++) {
				size_t n = read_corpus(exporters[i], body);

				same_as(body, n, PROM_TEXT, unwanted);
				for (size_t at = 0; at < n; at++) // values move
					if (at && body[at - 1] == ' ' && body[at] >= '1' && body[at] <= '8')
						body[at]++;
				same_as(body, n, PROM_TEXT, unwanted);
				same_as(body, n, PROM_OPENMETRICS, unwanted);
			}
		end();
	}
}
END_TEST

START_TEST(harmed_bodies_are_read_the_same)
{
	static char good[BODY_MAX], body[BODY_MAX];
	uint64_t state = 1;

	begin();
	for (int i = 0; i < 2000; i++) {
		size_t n_good = read_corpus(exporters[i % N_EXPORTERS], good), n = n_good;

		memcpy(body, good, n);
		for (uint64_t harms = 1 + draw(&state) % 4; harms && n; harms--)
			n = harm(body, n, &state);
		same_as(body, n, PROM_TEXT, 1);
		same_as(good, n_good, PROM_TEXT, 1);
	}
	end();
}
END_TEST

START_TEST(what_follows_a_known_series_decides_as_ever)
{
	static const char *const values[] = {
		"1",
		"-1",
		"+1",
		"1.5",
		".5",
		"5.",
		".",
		"",
		" 1",
		"1 ",
		"1e5",
		"1e",
		"1e+",
		"NaN",
		"nan",
		"NaNs",
		"Inf",
		"-Inf",
		"+inf",
		"0x1",
		"1_0",
		"1 2",
		"1 2.5",
		"1 x",
		"1 2 3",
		"1\r",
		"\r",
		"1 1000\r",
		"1 -1000",
		"1 9999999999999999",
		"1 999999999999999",
		"1.2.3",
		"1-2",
		"--1",
		"{a=\"b\"} 1",
		"{a=\"b\"}",
		"# 1",
		"1 # x",
		"1234567890",
		"12345678901234567890",
		"0.00000000000001",
		"123456789012345",
		"1234567890.12345",
		"1700000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
	};
	char body[400];

	for (int is_passed = 0; is_passed < 2; is_passed++)
		for (int format = PROM_TEXT; format <= PROM_OPENMETRICS; format++) {
			begin();
			for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
				for (int has_more = 0; has_more < 2; has_more++) {
					snprintf(body, sizeof body, "# TYPE a counter\na 1\nb{c=\"d\"} %s\nz %s%s",
						 values[i], values[i], has_more ? "\ne_total 1\n# x\n" : "");
					same_as("# TYPE a counter\na 1\nb{c=\"d\"} 1\nz 1\n", 36,
						(enum prom_format)format, is_passed ? nothing_wanted : 0);
					same_as(body, strlen(body), (enum prom_format)format,
						is_passed ? nothing_wanted : 0);
				}
			end();
		}
}
END_TEST

START_TEST(a_value_right_behind_the_braces_is_not_taken_for_part_of_them)
{
	begin();
	for (int i = 0; i < 2; i++) {
		same("a{b=\"c\"}5\n", 0);
		same("a{b=\"c\"}57\n", 0);
		same("a{b=\"c\"} 57\n", 0);
	}
	end();
}
END_TEST

START_TEST(what_was_learnt_in_one_format_is_not_believed_in_the_other)
{
	static const char body[] = "x 1\n# EOF\ny 1\nz 1 5.5\n";

	for (int is_passed = 0; is_passed < 2; is_passed++) {
		begin();
		for (int i = 0; i < 4; i++)
			same_as(body, sizeof body - 1, i % 2 ? PROM_OPENMETRICS : PROM_TEXT,
				is_passed ? nothing_wanted : 0);
		end();
	}
}
END_TEST

START_TEST(a_type_holds_on_where_comments_were_only_compared)
{
	static const char body[] = "# TYPE a counter\na 1\na{b=\"c\"} 1\n# TYPE d gauge\nd 1\n";

	begin();
	same(body, 0);
	same(body, 0);
	same("# TYPE a counter\na 1\na{b=\"new\"} 1\n# TYPE d gauge\nd 1\nd{e=\"new\"} 1\n", 0);
	same("# TYPE a gauge\na 1\na{b=\"c\"} 1\n# TYPE d gauge\nd 1\n", 0);
	same("a 1\na{b=\"c\"} 1\n# TYPE d what\nd 1\n", 0);
	end();
}
END_TEST

static size_t many(char *body, size_t n_samples)
{
	size_t n = 0;

	for (size_t i = 0; i < n_samples; i++)
		n += (size_t)sprintf(body + n, "m%zu 1\n", i);
	return n;
}

START_TEST(limits_are_the_same_for_what_is_known)
{
	static char body[BODY_MAX + 2 * PROM_LINE_MAX];
	size_t n;

	for (int is_passed = 0; is_passed < 2; is_passed++) {
		uint64_t unwanted = is_passed ? nothing_wanted : 0;

		begin();
		n = many(body, PROM_SAMPLES_MAX);
		same_as(body, n, PROM_TEXT, unwanted);
		same_as(body, n, PROM_TEXT, unwanted);
		n = many(body, PROM_SAMPLES_MAX + 1);
		same_as(body, n, PROM_TEXT, unwanted);
		same_as(body, n, PROM_TEXT, unwanted);
		same("m49999 1\nm0 1\n", unwanted); // now it is foreseen what comes past the limit
		n = many(body, PROM_SAMPLES_MAX);
		n += (size_t)sprintf(body + n, "m0 1\n");
		same_as(body, n, PROM_TEXT, unwanted);
		for (size_t blanks = PROM_LINE_MAX - 4; blanks < PROM_LINE_MAX + 4; blanks++) {
			n = (size_t)sprintf(body, "m1 %*d\nm2 1\n", (int)blanks, 7);
			same_as(body, n, PROM_TEXT, unwanted);
		}
		end();
	}
}
END_TEST

START_TEST(memory_belongs_to_the_text_and_is_bounded)
{
	static char body[BODY_MAX];
	size_t n = read_corpus("node_exporter", body), memory;

	begin();
	same_as(body, n, PROM_TEXT, 1);
	memory = prom_recall_memory(recall);
	ck_assert_uint_lt(memory, 256 * 1024);
	for (int agent = 0; agent < 100; agent++)
		same_as(body, n, PROM_TEXT, 1);
	ck_assert_uint_eq(prom_recall_memory(recall), memory);
	for (int agent = 0; agent < 3000; agent++) { // all of them with labels of their own
		n = 0;
		for (int i = 0; i < 100; i++)
			n += (size_t)sprintf(body + n, "metric_of_some_length_%d{instance=\"host-%d\"} %d\n", i, agent,
					     i);
		same_as(body, n, PROM_TEXT, 0);
	}
	ck_assert_uint_lt(prom_recall_memory(recall), PROM_RECALL_BYTES_MAX + PROM_RECALL_BYTES_MAX / 8);
	ck_assert_uint_gt(prom_recall_memory(recall), PROM_RECALL_BYTES_MAX / 2);
	prom_recall_forget(recall);
	ck_assert_uint_lt(prom_recall_memory(recall), 1024);
	same_as(body, n, PROM_TEXT, 0);
	end();
}
END_TEST

START_TEST(when_little_is_recognised_all_is_forgotten_and_learnt_anew)
{
	static char body[BODY_MAX];
	size_t full = 0, n, memory;
	bool was_forgotten = false;

	begin();
	for (int agent = 0; agent < 60000 && !was_forgotten; agent++) {
		n = 0;
		for (int i = 0; i < 100; i++)
			n += (size_t)sprintf(body + n, "metric_of_some_length_%d{instance=\"host-%d\"} %d\n", i, agent,
					     i);
		same_as(body, n, PROM_TEXT, 0);
		memory = prom_recall_memory(recall);
		was_forgotten = memory < full / 2;
		full = memory > full ? memory : full;
	}
	ck_assert(was_forgotten);
	end();
}
END_TEST

START_TEST(a_known_body_is_read_without_memory)
{
	static char body[BODY_MAX];
	size_t n = read_corpus("node_exporter", body);
	unsigned long before;

	begin();
	same_as(body, n, PROM_TEXT, 1);
	before = mem_n_allocated();
	same_as(body, n, PROM_TEXT, 1);
	ck_assert_uint_eq(mem_n_allocated(), before);
	end();
}
END_TEST

START_TEST(without_memory_all_is_read_and_nothing_kept)
{
	static char body[BODY_MAX];
	size_t n = read_corpus("node_exporter", body);

	mem_fail_after(0);
	ck_assert_int_lt(prom_recall_create(&recall), 0);
	mem_fail_after(-1);
	for (long after = 0; after < 12; after++) {
		begin();
		mem_fail_after(after);
		same_as(body, n, PROM_TEXT, 1);
		mem_fail_after(-1);
		same_as(body, n, PROM_TEXT, 1);
		end();
	}
	prom_recall_destroy(NULL);
}
END_TEST

SUITE("prom_recall", known_exporters_are_read_the_same_with_and_without_series_passed_over,
      harmed_bodies_are_read_the_same, what_follows_a_known_series_decides_as_ever,
      a_value_right_behind_the_braces_is_not_taken_for_part_of_them,
      what_was_learnt_in_one_format_is_not_believed_in_the_other, a_type_holds_on_where_comments_were_only_compared,
      limits_are_the_same_for_what_is_known, memory_belongs_to_the_text_and_is_bounded,
      when_little_is_recognised_all_is_forgotten_and_learnt_anew, a_known_body_is_read_without_memory,
      without_memory_all_is_read_and_nothing_kept)
