#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A health checker on a bench: a clock that the test moves, verdicts by letter, and what was told. */
#include "services/health_checker.h"

struct health_bench {
	struct health_checker *checker;
	struct instant now;
	struct health told; // by the last event
	size_t n_told;
};

void health_bench_take(void *ctx, struct event *event); // the sink
void health_bench_begin(struct health_bench *bench);
void health_bench_add(struct health_bench *bench, uint32_t id);

// One verdict now.
struct health_outcome health_bench_judge(struct health_bench *bench, uint32_t id, enum verdict_level level,
					 enum reason reason, int http_status);

// 'P' pass, 'W' warn, 'F' fail, 'T' timeout, 'N' no judgement; each an interval after the one before.
struct health_outcome health_bench_judge_letter(struct health_bench *bench, uint32_t id, char letter);
struct health_outcome health_bench_judge_all(struct health_bench *bench, uint32_t id, const char *letters);
