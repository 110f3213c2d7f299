#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Agents, a driver on paper and a question about them, for tests of plans and what is made from them. */
#include "operations/plan.h"

enum { BENCH_AGENTS_MAX = 64 };

struct bench_driver {
	struct driver base;
	int recipe_result, undo_result; // 0, or what it answers instead
	bool has_blue_green, is_wordy;
	bool is_short;      // blue-green has as many steps as rolling
	const char *action; // of its second step
	const char *undo_action;
	const char *why; // there is no recipe; NULL: it does not say
};

struct bench_agent {
	struct agent agent;
	struct label labels[2]; // env, service
	struct agent_lifecycle lifecycle;
	char key[32], name[32];
};

struct plan_bench {
	struct operations_config config;
	struct operation_params params;
	struct bench_driver driver;
	struct bench_agent agents[BENCH_AGENTS_MAX];
	struct plan_subject subjects[BENCH_AGENTS_MAX];
	size_t n;
};

// A restart of nobody yet, rolling, by the usual policy.
void plan_bench_init(struct plan_bench *bench);

// Takes one more agent: up, running version 1.4, instance 3f2a, probed. Returns its subject, to be changed at will.
struct plan_subject *plan_bench_add(struct plan_bench *bench, const char *name, const char *environment,
				    const char *service);
struct agent_lifecycle *plan_bench_life(struct plan_bench *bench, size_t i);
struct plan *plan_bench_make(const struct plan_bench *bench); // fails the test when it cannot
int plan_bench_try(const struct plan_bench *bench, struct plan **out, char why[128]);
