// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/operations/plan_bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/suite.h"

static const char *const production[] = { "prod", "production" };

static void add_step(struct driver_recipe *out, uint16_t primitive, const char *label, const char *action)
{
	driver_recipe_add(out, &(struct plan_step){
				       .label = label,
				       .precondition = "",
				       .action = action,
				       .postcondition = "",
				       .timeout_ms = 30000,
				       .primitive = (uint16_t)(PRIMITIVE_DRIVER + primitive),
				       .is_mutating = true,
			       });
}

// Two steps that stop and start it, and one back; a long-winded one has more than there is room for.
static int recipe(const struct driver *driver, const struct agent *agent, const struct operation_params *params,
		  const struct driver_sight *sight, bool is_undo, struct driver_recipe *out)
{
	const struct bench_driver *own = (const struct bench_driver *)driver;
	bool is_blue_green = own->has_blue_green && params->rollout.kind == ROLLOUT_BLUE_GREEN;
	int result = is_undo ? own->undo_result : own->recipe_result;

	(void)agent;
	(void)sight;
	if (result < 0) {
		snprintf(out->why, sizeof out->why, "%s", own->why ? own->why : "");
		return result;
	}
	if (is_undo) {
		add_step(out, 2, "Back", own->undo_action);
		return 0;
	}
	add_step(out, 0, "Stop", "POST /control/stop");
	add_step(out, 1, "Start", is_blue_green ? "POST /control/start?beside" : own->action);
	if (is_blue_green && !own->is_short)
		add_step(out, 3, "Swap", "POST /control/swap");
	for (int i = 0; own->is_wordy && i < DRIVER_STEPS_MAX; i++)
		add_step(out, 0, "Stop", "POST /control/stop");
	return 0;
}

static const struct driver_class paper_class = { .name = "paper", .recipe = recipe };

void plan_bench_init(struct plan_bench *bench)
{
	*bench = (struct plan_bench){
		.config = {
			.n_concurrent = 10,
			.production = production,
			.n_production = 2,
		},
		.params = {
			.verb = VERB_RESTART,
			.version = "",
			.patch = "",
			.reason = "",
			.rollout = {
				.kind = ROLLOUT_ROLLING,
				.batch = 1,
				.max_unavailable = 1,
				.wait_ms = 60000,
				.min_healthy_ms = 10000,
				.verify_ms = 300000,
				.canary_percent = { 10, 50, 100 },
				.max_error_share = 0.05,
				.max_latency_growth = 0.5,
				.rolls_back = true,
			},
		},
		.driver = { .base.class = &paper_class, .action = "POST /control/start", .undo_action = "POST /control/rollback" },
	};
}

struct plan_subject *plan_bench_add(struct plan_bench *bench, const char *name, const char *environment,
				    const char *service)
{
	struct plan_subject *subject = &bench->subjects[bench->n];
	struct bench_agent *own = &bench->agents[bench->n++];

	snprintf(own->name, sizeof own->name, "%s", name);
	snprintf(own->key, sizeof own->key, "key-of-%s", name);
	own->labels[0] = (struct label){ "env", environment };
	own->labels[1] = (struct label){ "service", service };
	own->agent = (struct agent){
		.id = (uint32_t)bench->n,
		.refs = 1,
		.key = own->key,
		.name = own->name,
		.url = "http://127.0.0.1:9100",
		.health_url = "http://127.0.0.1:9100/health",
		.labels = { own->labels, 2 },
	};
	own->lifecycle = (struct agent_lifecycle){
		.is_observed = true,
		.observed = LIFECYCLE_RUNNING,
		.driver = "paper",
		.verbs = ~0u,
		.version = "1.4",
		.previous = "1.3",
		.instance = "3f2a",
		.holder = "",
	};
	*subject = (struct plan_subject){
		.agent = &own->agent,
		.health = HEALTH_UP,
		.lifecycle = &own->lifecycle,
		.driver = &bench->driver.base,
	};
	return subject;
}

struct agent_lifecycle *plan_bench_life(struct plan_bench *bench, size_t i)
{
	return &bench->agents[i].lifecycle;
}

int plan_bench_try(const struct plan_bench *bench, struct plan **out, char why[128])
{
	const struct plan_question question = {
		.no = 3,
		.token = 7,
		.who = "alice",
		.at_ms = INT64_C(1795446245000),
		.params = &bench->params,
		.subjects = bench->subjects,
		.n_subjects = bench->n,
		.config = &bench->config,
	};

	why[0] = '\0';
	return plan_make(&question, out, why, 128);
}

struct plan *plan_bench_make(const struct plan_bench *bench)
{
	struct plan *plan;
	char why[128];

	ck_assert_msg(plan_bench_try(bench, &plan, why) == 0, "%s", why);
	return plan;
}
