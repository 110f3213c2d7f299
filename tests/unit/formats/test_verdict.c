// SPDX-License-Identifier: Apache-2.0
/* What is the same in every dialect: transport, status line, body against status, time, memory. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "opscon/health.h"
#include "text/text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char health_json[] = "application/health+json";

static struct verdict judge(int status, const char *type, const char *body)
{
	struct agent agent = { .name = "a" };
	struct sample sample = {
		.agent = &agent,
		.http_status = status,
		.content_type = type,
		.body = body,
		.body_len = body ? strlen(body) : 0,
	};
	struct verdict v;

	verdict_read(&sample, 0, &v);
	ck_assert(text_is_clean(v.detail));
	return v;
}

static void check(struct verdict v, enum verdict_level level, enum reason reason, const char *detail)
{
	ck_assert_msg(v.level == level, "level %d: %s", (int)v.level, v.detail);
	ck_assert_msg(v.reason == reason, "%s: %s", reason_name(v.reason), v.detail);
	ck_assert_str_eq(v.detail, detail);
	verdict_finish(&v);
}

START_TEST(the_transport_comes_first)
{
	struct agent agent = { .name = "a" };
	struct sample sample = { .agent = &agent, .reason = REASON_CONNECT_REFUSED, .body = "OK", .body_len = 2 };
	struct verdict v;

	verdict_read(&sample, 0, &v);
	check(v, VERDICT_FAIL, REASON_CONNECT_REFUSED, "");
	snprintf(sample.detail, sizeof sample.detail, "port 9100: refused");
	verdict_read(&sample, 0, &v);
	check(v, VERDICT_FAIL, REASON_CONNECT_REFUSED, "port 9100: refused");
	for (int r = 1; r < REASON_COUNT; r++) {
		sample.reason = (enum reason)r;
		verdict_read(&sample, 0, &v);
		ck_assert_int_eq(v.level, reason_is_ours(sample.reason) ? VERDICT_NONE : VERDICT_FAIL);
		ck_assert_int_eq(v.reason, sample.reason);
		verdict_finish(&v);
	}
}
END_TEST

START_TEST(an_answer_that_says_nothing_is_not_well)
{
	static const char *const types[] = { "application/json", "text/plain", "" };
	static const char *const bodies[] = { "[]", " [ ]\n", "null", "null\n" };

	for (size_t i = 0; i < COUNT(types); i++)
		for (size_t k = 0; k < COUNT(bodies); k++)
			check(judge(200, types[i], bodies[k]), VERDICT_WARN, REASON_BAD_BODY,
			      "the answer says nothing");
}
END_TEST

START_TEST(the_status_line_alone_gives_a_verdict)
{
	static const struct {
		int status;
		enum verdict_level level;
		enum reason reason;
		const char *detail;
	} rows[] = {
		{ 200, VERDICT_PASS, REASON_NONE, "" },
		{ 204, VERDICT_PASS, REASON_NONE, "" },
		{ 301, VERDICT_FAIL, REASON_REDIRECT, "HTTP 301" },
		{ 308, VERDICT_FAIL, REASON_REDIRECT, "HTTP 308" },
		{ 401, VERDICT_WARN, REASON_AUTH_REQUIRED, "HTTP 401: the agent answers, and refuses our credentials" },
		{ 403, VERDICT_WARN, REASON_AUTH_REQUIRED, "HTTP 403: the agent answers, and refuses our credentials" },
		{ 404, VERDICT_FAIL, REASON_HTTP_STATUS, "HTTP 404" },
		{ 429, VERDICT_WARN, REASON_HTTP_STATUS, "HTTP 429" },
		{ 500, VERDICT_FAIL, REASON_HTTP_STATUS, "HTTP 500" },
		{ 503, VERDICT_FAIL, REASON_HTTP_STATUS, "HTTP 503" },
		{ 101, VERDICT_FAIL, REASON_HTTP_STATUS, "HTTP 101" },
		{ 0, VERDICT_FAIL, REASON_HTTP_STATUS, "HTTP 0" },
		{ 999, VERDICT_FAIL, REASON_HTTP_STATUS, "HTTP 999" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		check(judge(rows[i].status, NULL, NULL), rows[i].level, rows[i].reason, rows[i].detail);
		check(judge(rows[i].status, "text/plain", " \r\n"), rows[i].level, rows[i].reason, rows[i].detail);
	}
}
END_TEST

START_TEST(a_redirect_says_where_to)
{
	struct agent agent = { .name = "a" };
	struct sample sample = { .agent = &agent, .http_status = 302, .detail = "to http://169.254.169.254/" };
	struct verdict v;

	verdict_read(&sample, 0, &v);
	check(v, VERDICT_FAIL, REASON_REDIRECT, "HTTP 302: to http://169.254.169.254/");
}
END_TEST

// Fault 29, and every other pair of status line and body.
START_TEST(the_body_can_only_make_it_worse)
{
	static const struct {
		int status;
		const char *body;
		enum verdict_level level;
		enum reason reason;
		const char *detail;
	} rows[] = {
		{ 200, "{\"status\":\"pass\"}", VERDICT_PASS, REASON_NONE, "" },
		{ 200, "{\"status\":\"warn\"}", VERDICT_WARN, REASON_WARN, "says warn" },
		{ 200, "{\"status\":\"fail\"}", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "says fail" },
		{ 503, "{\"status\":\"pass\"}", VERDICT_FAIL, REASON_HTTP_STATUS,
		  "HTTP 503, though the body says pass" },
		{ 503, "{\"status\":\"warn\"}", VERDICT_FAIL, REASON_HTTP_STATUS, "HTTP 503: says warn" },
		{ 503, "{\"status\":\"fail\",\"output\":\"disk full\"}", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN,
		  "HTTP 503: disk full" },
		{ 500, "{\"status\":\"starting\"}", VERDICT_FAIL, REASON_NOT_READY, "HTTP 500: says starting" },
		{ 404, "{\"status\":\"fail\"}", VERDICT_FAIL, REASON_HTTP_STATUS, "HTTP 404: says fail" },
		{ 429, "{\"status\":\"pass\"}", VERDICT_WARN, REASON_HTTP_STATUS,
		  "HTTP 429, though the body says pass" },
		{ 429, "{\"status\":\"fail\"}", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "HTTP 429: says fail" },
		{ 401, "{\"status\":\"fail\"}", VERDICT_WARN, REASON_AUTH_REQUIRED,
		  "HTTP 401: the agent answers, and refuses our credentials" },
		{ 503, "{broken", VERDICT_FAIL, REASON_HTTP_STATUS, "HTTP 503: {broken" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		check(judge(rows[i].status, health_json, rows[i].body), rows[i].level, rows[i].reason, rows[i].detail);
}
END_TEST

// Fault 18 and what the corpus has for it.
START_TEST(a_page_is_not_a_health_answer)
{
	static const char page[] = "<!DOCTYPE html><html><head><title>\n Log \033[2Jin </title></head>";
	char body[1024];
	FILE *file = fopen(TEST_SOURCE_ROOT "/tests/corpus/health/node_exporter_root.html", "r");
	size_t n;

	ck_assert_ptr_nonnull(file);
	n = fread(body, 1, sizeof body - 1, file);
	fclose(file);
	body[n] = '\0';
	check(judge(200, "text/html; charset=utf-8", body), VERDICT_FAIL, REASON_BAD_TYPE,
	      "a web page: Node Exporter, not a health answer");
	check(judge(200, NULL, page), VERDICT_FAIL, REASON_BAD_TYPE, "a web page: Log ^[[2Jin, not a health answer");
	check(judge(200, "application/json", "<html>"), VERDICT_FAIL, REASON_BAD_TYPE,
	      "a web page, not a health answer");
	check(judge(200, "text/html", "Welcome"), VERDICT_FAIL, REASON_BAD_TYPE,
	      "a web page: Welcome, not a health answer");
	check(judge(200, "text/html", "OK"), VERDICT_PASS, REASON_NONE, "");
	check(judge(502, "text/html", "<html><title>502 Bad Gateway</title>"), VERDICT_FAIL, REASON_HTTP_STATUS,
	      "HTTP 502: 502 Bad Gateway");
}
END_TEST

START_TEST(what_cannot_be_read_is_a_reason)
{
	static char huge[(1 << 20) + 2];
	struct verdict v;

	check(judge(200, "application/json", "{\"status\":\"ok\"} x"), VERDICT_FAIL, REASON_PARSE,
	      "bad JSON at byte 16: trailing text");
	check(judge(200, "application/json; charset=utf-8", "OK"), VERDICT_PASS, REASON_NONE, "");
	check(judge(200, "application/json", "nonsense"), VERDICT_FAIL, REASON_PARSE, "bad JSON at byte 0: not JSON");
	check(judge(200, "text/plain", "\x01\xff\xfe"), VERDICT_FAIL, REASON_BAD_BODY, "the answer is no text");
	v = judge(200, "text/plain", "Welcome to the machine");
	ck_assert_int_eq(v.dialect, DIALECT_STATUS);
	check(v, VERDICT_PASS, REASON_NONE, "");
	check(judge(200, "application/json", "{\"version\":\"1.2\"}"), VERDICT_PASS, REASON_NONE, "");
	check(judge(503, "text/plain", "Service Unavailable\nmore"), VERDICT_FAIL, REASON_HTTP_STATUS,
	      "HTTP 503: Service Unavailable");
	check(judge(200, health_json, "\xef\xbb\xbf{\"status\":\"pass\"}"), VERDICT_PASS, REASON_NONE, "");
	memset(huge, 'x', sizeof huge - 1);
	check(judge(200, NULL, huge), VERDICT_FAIL, REASON_TOO_LARGE, "over 1 MiB of health answer");
}
END_TEST

START_TEST(a_forced_dialect_is_held_to)
{
	static const struct {
		enum agent_dialect dialect;
		const char *body;
		enum verdict_level level;
		enum reason reason;
	} rows[] = {
		{ DIALECT_STATUS, "{\"status\":\"fail\"}", VERDICT_PASS, REASON_NONE },
		{ DIALECT_STATUS, "<html>", VERDICT_PASS, REASON_NONE },
		{ DIALECT_ACTUATOR, "{\"status\":\"down\"}", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN },
		{ DIALECT_ACTUATOR, "{\"a\":1}", VERDICT_FAIL, REASON_BAD_BODY },
		{ DIALECT_ACTUATOR, "OK", VERDICT_FAIL, REASON_PARSE },
		{ DIALECT_ACTUATOR, "<html>", VERDICT_FAIL, REASON_BAD_TYPE },
		{ DIALECT_ACTUATOR, "", VERDICT_PASS, REASON_NONE },
		{ DIALECT_CONSUL, "{}", VERDICT_WARN, REASON_BAD_BODY },
		{ DIALECT_KUBERNETES, "OK", VERDICT_FAIL, REASON_BAD_BODY },
		{ DIALECT_ASPNET, "Fine", VERDICT_FAIL, REASON_BAD_BODY },
		{ DIALECT_SIMPLE, "Fine weather", VERDICT_FAIL, REASON_BAD_BODY },
		{ DIALECT_SIMPLE, "[]", VERDICT_FAIL, REASON_BAD_BODY },
		{ DIALECT_PROMETHEUS, "Fine", VERDICT_FAIL, REASON_BAD_BODY },
		{ DIALECT_PROMETHEUS, "OK", VERDICT_PASS, REASON_NONE },
		{ DIALECT_METRICS, "", VERDICT_FAIL, REASON_BAD_BODY },
		{ DIALECT_METRICS, "<html>", VERDICT_FAIL, REASON_BAD_TYPE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct agent agent = { .dialect = rows[i].dialect };
		struct sample sample = { .agent = &agent, .http_status = 200, .body = rows[i].body };
		struct verdict v;

		sample.body_len = strlen(rows[i].body);
		verdict_read(&sample, 0, &v);
		ck_assert_msg(v.level == rows[i].level && v.reason == rows[i].reason, "%s as %s: %s", rows[i].body,
			      dialect_name(rows[i].dialect), v.detail);
		verdict_finish(&v);
	}
}
END_TEST

START_TEST(a_scrape_is_judged_as_metrics)
{
	struct agent agent = { .dialect = DIALECT_ACTUATOR };
	struct sample sample = {
		.agent = &agent, .kind = PROBE_METRICS, .http_status = 200, .body = "up 0\n", .body_len = 5
	};
	struct verdict v;

	verdict_read(&sample, 0, &v);
	ck_assert_int_eq(v.dialect, DIALECT_METRICS);
	check(v, VERDICT_PASS, REASON_NONE, "");
}
END_TEST

START_TEST(a_scrape_that_was_read_is_judged_by_its_counts)
{
	static const struct {
		const char *body;
		int status;
		struct scrape_counts counts; // as a reader of the body has them
	} rows[] = {
		{ "a 1\nb 2\n", 200, { 2, 0, 0, false } },
		{ "# nothing\n", 200, { 0, 0, 0, false } },
		{ "x\n{}{}\n", 200, { 0, 2, 1, false } },
		{ "a 1\nx\n", 200, { 1, 1, 2, false } },
		{ "probe_success 0\n", 200, { 1, 0, 0, false } },
		{ "probe_success 1\n", 200, { 1, 0, 0, false } },
		{ "a{b=\"probe_success 0\"} 1\n", 200, { 1, 0, 0, false } },
		{ "a 1\n", 500, { 1, 0, 0, false } },
		{ "a 1\n", 403, { 1, 0, 0, false } },
	};
	struct agent agent = { .name = "a" };
	struct verdict read, counted;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct sample sample = { .agent = &agent, .kind = PROBE_METRICS, .http_status = rows[i].status };

		sample.content_type = "text/plain; version=0.0.4";
		sample.body = rows[i].body;
		sample.body_len = strlen(rows[i].body);
		verdict_read(&sample, 0, &read);
		verdict_read_scraped(&sample, &rows[i].counts, 0, &counted);
		ck_assert_int_eq(counted.dialect, read.dialect);
		check(counted, read.level, read.reason, read.detail);
		verdict_finish(&read);
	}
}
END_TEST

START_TEST(a_slow_answer_is_a_warning)
{
	static const struct {
		uint32_t slow_ms;
		int32_t total_us;
		const char *body;
		enum reason reason;
	} rows[] = {
		{ 0, 5000000, "OK", REASON_NONE },      { 1000, 1000000, "OK", REASON_NONE },
		{ 1000, 1000001, "OK", REASON_SLOW },   { 1000, 5000000, "fail", REASON_AGENT_SAYS_DOWN },
		{ 1000, 5000000, "warn", REASON_WARN },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct agent agent = { .slow_ms = rows[i].slow_ms };
		struct sample sample = { .agent = &agent, .http_status = 200, .body = rows[i].body };
		struct verdict v;

		sample.body_len = strlen(rows[i].body);
		sample.timing.total_us = rows[i].total_us;
		verdict_read(&sample, 0, &v);
		ck_assert_int_eq(v.reason, rows[i].reason);
		if (v.reason == REASON_SLOW) {
			ck_assert_int_eq(v.level, VERDICT_WARN);
			ck_assert_str_eq(v.detail, "answered in 1.00s, over the limit of 1.00s");
		}
		verdict_finish(&v);
	}
}
END_TEST

// Fault 31.
START_TEST(words_from_outside_are_cleaned_and_cut)
{
	char body[1200];
	struct verdict v;

	snprintf(body, sizeof body,
		 "{\"status\":\"fail\",\"output\":\"\\u001b[2J\\u202e%0600d\","
		 "\"checks\":{\"d\\u001bb\":[{\"status\":\"pass\",\"output\":\"\\u009b%0400d\"}]}}",
		 1, 2);
	v = judge(503, health_json, body);
	ck_assert_uint_le(strlen(v.detail), REASON_DETAIL_MAX - 1);
	ck_assert_int_eq(strncmp(v.detail, "HTTP 503: ^[[2J<U+202E>000", 26), 0);
	ck_assert_uint_eq(v.n_checks, 1);
	ck_assert_str_eq(v.checks[0].name, "d^[b");
	ck_assert(text_is_clean(v.checks[0].detail));
	verdict_finish(&v);
	verdict_finish(&v);
}
END_TEST

// Fault 33: the verdict stands, and what checks found memory.
START_TEST(want_of_memory_leaves_checks_out)
{
	static const char body[] = "{\"status\":\"fail\",\"checks\":{\"a\":\"ok\",\"b\":\"fail\"}}";

	for (long n = 0; n < 6; n++) {
		struct verdict v;

		mem_fail_after(n);
		v = judge(200, health_json, body);
		mem_fail_after(-1);
		ck_assert_int_eq(v.level, VERDICT_FAIL);
		ck_assert_str_eq(v.detail, "b: fail");
		ck_assert_uint_eq(v.n_checks, n < 3 ? 0 : n < 5 ? 1 : 2);
		verdict_finish(&v);
	}
}
END_TEST

SUITE("verdict", the_transport_comes_first, an_answer_that_says_nothing_is_not_well,
      the_status_line_alone_gives_a_verdict, a_redirect_says_where_to, the_body_can_only_make_it_worse,
      a_page_is_not_a_health_answer, what_cannot_be_read_is_a_reason, a_forced_dialect_is_held_to,
      a_scrape_is_judged_as_metrics, a_scrape_that_was_read_is_judged_by_its_counts, a_slow_answer_is_a_warning,
      words_from_outside_are_cleaned_and_cut, want_of_memory_leaves_checks_out)
