// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/services/health_bench.h"

#include <check.h>

void health_bench_take(void *ctx, struct event *event)
{
	struct health_bench *bench = ctx;

	ck_assert_int_eq(event->type, EVENT_AGENT_HEALTH);
	bench->told = event->u.health;
	bench->n_told++;
	event_unref(event);
}

void health_bench_begin(struct health_bench *bench)
{
	struct event_sink sink = { .emit = health_bench_take, .ctx = bench };

	*bench = (struct health_bench){ .now = { .mono_ms = 1000, .wall_ms = 1700000000000 } };
	ck_assert_int_eq(health_checker_create(NULL, &sink, &bench->checker), 0);
}

void health_bench_add(struct health_bench *bench, uint32_t id)
{
	struct agent agent = { .id = id };

	ck_assert_int_eq(health_checker_add(bench->checker, &agent, bench->now), 0);
}

struct health_outcome health_bench_judge(struct health_bench *bench, uint32_t id, enum verdict_level level,
					 enum reason reason, int http_status)
{
	struct verdict verdict = { .level = level, .reason = reason };
	struct sample sample = { .http_status = http_status, .timing.total_us = 1500 };

	return health_checker_judge(bench->checker, id, &verdict, &sample, bench->now);
}

// 'P' pass, 'W' warn, 'F' fail, 'T' timeout, 'N' no judgement; one interval apart.
struct health_outcome health_bench_judge_letter(struct health_bench *bench, uint32_t id, char letter)
{
	bench->now = instant_add(bench->now, 60000);
	switch (letter) {
	case 'P':
		return health_bench_judge(bench, id, VERDICT_PASS, REASON_NONE, 200);
	case 'W':
		return health_bench_judge(bench, id, VERDICT_WARN, REASON_WARN, 200);
	case 'F':
		return health_bench_judge(bench, id, VERDICT_FAIL, REASON_HTTP_STATUS, 500);
	case 'T':
		return health_bench_judge(bench, id, VERDICT_FAIL, REASON_TIMEOUT_HEADERS, 0);
	default:
		return health_bench_judge(bench, id, VERDICT_NONE, REASON_PROBER_OVERLOAD, 0);
	}
}

struct health_outcome health_bench_judge_all(struct health_bench *bench, uint32_t id, const char *letters)
{
	struct health_outcome outcome = { 0 };

	for (; *letters; letters++)
		outcome = health_bench_judge_letter(bench, id, *letters);
	return outcome;
}
