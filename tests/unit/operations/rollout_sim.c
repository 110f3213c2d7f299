// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/operations/rollout_sim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/suite.h"

enum { START_MS = 1000000, DAY_S = 86400 };

void sim_init(struct sim *sim, size_t n)
{
	*sim = (struct sim){
		.plan = {
			.targets = sim->targets,
			.n_targets = n,
			.params.rollout = {
				.batch = 1,
				.max_unavailable = 1,
				.wait_ms = 60000,
				.min_healthy_ms = 10000,
				.verify_ms = 300000,
				.max_error_share = 0.05,
				.max_latency_growth = 0.5,
				.rolls_back = true,
			},
		},
		.now_ms = START_MS,
	};
	for (size_t i = 0; i < n; i++) {
		sim->names[i][0] = (char)('a' + i);
		sim->actors[i] = (struct sim_actor){ .runs = 2, .up_after = 1 };
		sim->due_ms[i] = -1;
		sim->targets[i] = (struct plan_target){
			.name = sim->names[i],
			.refusal = "",
			.undo = &sim->undo_step,
			.n_undo = 1,
			.wave = (uint16_t)i,
		};
	}
}

void sim_start(struct sim *sim, uint16_t n_concurrent)
{
	ck_assert_int_eq(rollout_create(&sim->plan, n_concurrent, &sim->run), 0);
}

static void note(struct sim *sim, char what, size_t i)
{
	size_t len = strlen(sim->log);

	snprintf(sim->log + len, sizeof sim->log - len, "%s%d%c%s", len ? " " : "",
		 (int)(sim->now_ms - START_MS) / 1000, what, what == 'T' ? "" : sim->names[i]);
}

static void begin(struct sim *sim, size_t i)
{
	sim->due_ms[i] = sim->now_ms + 1000 * sim->actors[i].runs;
}

static void act(struct sim *sim, const struct rollout_next *next)
{
	static const char marks[] = {
		[ROLLOUT_DO_BEGIN] = '+', [ROLLOUT_DO_FINISH] = '=', [ROLLOUT_DO_FAIL] = '!',
		[ROLLOUT_DO_TRIP] = 'T',  [ROLLOUT_DO_UNDO] = '<',   [ROLLOUT_DO_SKIP] = '-',
	};

	note(sim, marks[next->what], next->target);
	if (next->what == ROLLOUT_DO_FAIL)
		snprintf(sim->failed_why, sizeof sim->failed_why, "%s", next->why);
	if (next->what == ROLLOUT_DO_BEGIN || next->what == ROLLOUT_DO_UNDO)
		begin(sim, next->target);
}

static void ask(struct sim *sim)
{
	for (;;) {
		sim->last = rollout_ask(sim->run, sim->now_ms);
		if (sim->last.what == ROLLOUT_DO_WAIT || sim->last.what == ROLLOUT_DO_END)
			return;
		act(sim, &sim->last);
	}
}

// The steps of a target are through: what it is told.
static void settle(struct sim *sim, size_t i)
{
	const struct sim_actor *actor = &sim->actors[i];
	bool is_undo = rollout_target_state(sim->run, i) == TARGET_ROLLING_BACK;
	enum target_state state = is_undo ? actor->undo : actor->then;

	if (state == TARGET_PENDING)
		state = is_undo ? TARGET_ROLLED_BACK : TARGET_VERIFYING;
	sim->due_ms[i] = -1;
	sim->verify_ms[i] = sim->now_ms;
	rollout_tell(sim->run, i, state, sim->now_ms);
}

static void measure(struct sim *sim, size_t i)
{
	const struct sim_actor *actor = &sim->actors[i];
	int64_t up_ms = sim->verify_ms[i] + 1000 * actor->up_after;
	int64_t since_start_ms = sim->now_ms - START_MS;
	bool is_down = actor->down_at && since_start_ms >= 1000 * actor->down_at;
	int64_t trouble_ms = since_start_ms - 1000 * actor->trouble_at;
	bool has_trouble = trouble_ms >= 0 && (!actor->trouble_for || trouble_ms < 1000 * actor->trouble_for);
	struct rollout_measure measure = {
		.up_since_ms = actor->up_after < 0 || is_down || sim->now_ms < up_ms ? -1 : up_ms,
		.error_share = has_trouble ? actor->errors : NAN,
		.latency_before_ms = 10,
		.latency_floor_ms = actor->floor_ms,
		.latency_ms = has_trouble && actor->latency_ms > 0 ? actor->latency_ms : 10,
	};

	rollout_measured(sim->run, i, &measure);
}

static void tick(struct sim *sim)
{
	sim->now_ms += 1000;
	for (size_t i = 0; i < sim->plan.n_targets; i++) {
		if (sim->due_ms[i] >= 0 && sim->now_ms >= sim->due_ms[i])
			settle(sim, i);
		if (sim->verify_ms[i])
			measure(sim, i);
	}
}

void sim_until(struct sim *sim, int seconds)
{
	ask(sim);
	while (sim->last.what != ROLLOUT_DO_END && sim->now_ms < START_MS + 1000 * (int64_t)seconds) {
		tick(sim);
		ask(sim);
	}
}

const char *sim_finish(struct sim *sim)
{
	size_t len;

	sim_until(sim, DAY_S);
	ck_assert_msg(sim->last.what == ROLLOUT_DO_END, "it is not over: %s", sim->log);
	ck_assert_int_eq(rollout_state(sim->run), sim->last.state);
	len = strlen(sim->log);
	snprintf(sim->log + len, sizeof sim->log - len, " %dE %s", (int)(sim->now_ms - START_MS) / 1000,
		 operation_state_name(sim->last.state));
	return sim->log;
}

void sim_free(struct sim *sim)
{
	rollout_destroy(sim->run);
	sim->run = NULL;
}
