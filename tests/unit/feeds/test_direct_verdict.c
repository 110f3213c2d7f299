// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "base/memory.h"
#include "feeds/direct_internal.h"
#include "opscon/health.h"

#define JSON "application/json"

struct answered {
	enum probe_kind kind;
	int http_status;
	const char *type, *body, *detail;
	int32_t total_us;
	enum reason reason;
	bool is_forced; // by the agent that has a dialect of its own
};

struct fixture {
	struct config config;
	struct direct_feed feed;
	struct watched watched;
	struct agent *agents[2];
};

static void set_up(struct fixture *f)
{
	*f = (struct fixture){ 0 };
	config_defaults(&f->config);
	f->config.probe.slow_ms = 500;
	f->feed.config = &f->config;
	for (int i = 0; i < 2; i++) {
		f->agents[i] = mem_calloc(1, sizeof **f->agents);
		f->agents[i]->refs = 1;
		f->agents[i]->dialect = i ? DIALECT_ACTUATOR : DIALECT_AUTO;
	}
}

static void tear_down(struct fixture *f)
{
	direct_verdict_forget(&f->watched);
	agent_unref(f->agents[0]);
	agent_unref(f->agents[1]);
	config_finish(&f->config);
}

static struct sample sample_of(const struct fixture *f, const struct answered *answered)
{
	struct sample sample = {
		.agent = f->agents[answered->is_forced],
		.kind = answered->kind,
		.reason = answered->reason,
		.http_status = answered->http_status,
		.content_type = answered->type,
		.body = answered->body,
		.body_len = answered->body ? strlen(answered->body) : 0,
		.timing.total_us = answered->total_us,
	};

	if (answered->detail)
		strcpy(sample.detail, answered->detail);
	return sample;
}

static void check(struct fixture *f, const struct answered *answered)
{
	struct sample sample = sample_of(f, answered);
	struct verdict read, recalled;

	verdict_read(&sample, f->config.probe.slow_ms, &read);
	direct_verdict(&f->feed, &f->watched, &sample, &recalled);
	ck_assert_int_eq(recalled.level, read.level);
	ck_assert_int_eq(recalled.reason, read.reason);
	ck_assert_int_eq(recalled.dialect, read.dialect);
	ck_assert_str_eq(recalled.detail, read.detail);
	ck_assert_uint_eq(recalled.n_checks, read.n_checks);
	verdict_finish(&read);
	verdict_finish(&recalled);
}

START_TEST(an_answer_means_the_same_whatever_came_before_it)
{
	static const struct answered rows[] = {
		{ PROBE_HEALTH, 200, JSON, "{\"status\":\"UP\"}", NULL, 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 200, JSON, "{\"status\":\"UQ\"}", NULL, 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 200, JSON, "{\"status\":\"DOWN\"}", NULL, 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 503, JSON, "{\"status\":\"UP\"}", NULL, 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 200, "text/html", "{\"status\":\"UP\"}", NULL, 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 200, NULL, "{\"status\":\"UP\"}", NULL, 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 200, JSON, "{\"status\":\"UP\"}", NULL, 600000, REASON_NONE, false },
		{ PROBE_HEALTH, 200, JSON, "{\"status\":\"UP\"}", NULL, 1000, REASON_NONE, true },
		{ PROBE_HEALTH, 200, JSON, "{\"ok\":true}", NULL, 1000, REASON_NONE, true },
		{ PROBE_HEALTH, 200, JSON, "{\"ok\":true}", NULL, 1000, REASON_NONE, false },
		{ PROBE_METRICS, 200, "text/plain", "a 1\n", NULL, 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 200, "text/plain", "a 1\n", NULL, 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 200, "text/plain", NULL, NULL, 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 0, NULL, NULL, "refused", 1000, REASON_CONNECT_REFUSED, false },
		{ PROBE_HEALTH, 302, NULL, NULL, "/login", 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 302, NULL, NULL, "/elsewhere", 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 401, NULL, NULL, NULL, 1000, REASON_NONE, false },
		{ PROBE_HEALTH, 200, "application/health+json",
		  "{\"status\":\"warn\",\"checks\":{\"disk\":[{\"status\":\"warn\"}]}}", NULL, 1000, REASON_NONE,
		  false },
	};
	enum { N = sizeof rows / sizeof rows[0] };
	struct fixture f;

	set_up(&f);
	for (size_t before = 0; before < N; before++) {
		for (size_t i = 0; i < N; i++) {
			check(&f, &rows[before]);
			check(&f, &rows[before]);
			check(&f, &rows[i]);
		}
	}
	tear_down(&f);
}
END_TEST

START_TEST(the_same_answer_is_read_once)
{
	static const struct answered answered = { PROBE_HEALTH, 200, JSON,        "{\"status\":\"UP\"}",
						  NULL,         1,   REASON_NONE, false };
	struct fixture f;
	const struct verdict_memo *memo;
	struct sample sample;
	struct verdict verdict;

	set_up(&f);
	check(&f, &answered);
	memo = f.watched.memo;
	ck_assert_ptr_nonnull(memo);
	sample = sample_of(&f, &answered);
	mem_fail_after(0); // reading it again would want memory
	direct_verdict(&f.feed, &f.watched, &sample, &verdict);
	mem_fail_after(-1);
	ck_assert_int_eq(verdict.level, VERDICT_PASS);
	ck_assert_ptr_eq(f.watched.memo, memo);
	tear_down(&f);
}
END_TEST

START_TEST(without_memory_nothing_is_remembered)
{
	static const struct answered answered = { PROBE_HEALTH, 200, "text/plain", "ok", NULL, 1, REASON_NONE, false };
	struct fixture f;
	struct sample sample;
	struct verdict verdict;

	set_up(&f);
	sample = sample_of(&f, &answered);
	mem_fail_after(0);
	direct_verdict(&f.feed, &f.watched, &sample, &verdict);
	mem_fail_after(-1);
	ck_assert_ptr_null(f.watched.memo);
	ck_assert_int_eq(verdict.level, VERDICT_PASS);
	verdict_finish(&verdict);
	tear_down(&f);
}
END_TEST

SUITE("direct_verdict", an_answer_means_the_same_whatever_came_before_it, the_same_answer_is_read_once,
      without_memory_nothing_is_remembered)
