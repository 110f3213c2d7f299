// SPDX-License-Identifier: Apache-2.0
#include "tests/support/operation_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/suite.h"

static const char *dup(const char *text)
{
	const char *copy = mem_strdup(text ? text : "");

	ck_assert_ptr_nonnull(copy);
	return copy;
}

void plan_fixture_text(const char **field, const char *text)
{
	mem_free((char *)*field);
	*field = dup(text);
}

static struct plan_step *make_steps(const struct plan_step *from, size_t n)
{
	struct plan_step *steps = mem_calloc(n, sizeof *steps);

	ck_assert_ptr_nonnull(steps);
	for (size_t i = 0; i < n; i++) {
		steps[i] = from[i];
		steps[i].label = dup(from[i].label);
		steps[i].precondition = dup(from[i].precondition);
		steps[i].action = dup(from[i].action);
		steps[i].postcondition = dup(from[i].postcondition);
	}
	return steps;
}

static void add_steps(struct plan_target *target, bool has_undo)
{
	static const struct plan_step steps[] = {
		{ .label = "Look", .action = "GET /control", .timeout_ms = 5000, .primitive = PRIMITIVE_OBSERVE },
		{ .label = "Stop",
		  .action = "POST /control/stop",
		  .timeout_ms = 30000,
		  .primitive = PRIMITIVE_DRIVER,
		  .is_mutating = true },
		{ .label = "Start",
		  .action = "POST /control/start",
		  .timeout_ms = 30000,
		  .primitive = PRIMITIVE_DRIVER + 1,
		  .is_mutating = true },
		{ .label = "Verify", .action = "up for 10s", .timeout_ms = 300000, .primitive = PRIMITIVE_VERIFY },
	};

	target->n_steps = 4;
	target->steps = make_steps(steps, 4);
	target->n_undo = has_undo ? 1 : 0;
	target->undo = has_undo ? make_steps(steps + 2, 1) : NULL;
}

static void add_target(struct fleet_fixture *f, const struct plan_wish *wish, struct plan *plan, size_t i)
{
	const struct fleet_agent *agent = fleet_agent(f->fleet, wish->agents[i]);
	struct plan_target *target = &plan->targets[i];

	ck_assert_ptr_nonnull(agent);
	target->agent = wish->agents[i];
	target->key = dup(agent->agent->key);
	target->name = dup(agent->agent->name);
	target->environment = dup(agent_label(agent->agent, "env"));
	target->service = dup(agent_label(agent->agent, "service"));
	target->driver = dup("http");
	target->health = agent->state;
	target->is_lifecycle_known = true;
	target->lifecycle = LIFECYCLE_RUNNING;
	target->version = dup("0.4.2");
	target->previous = dup("0.4.1");
	target->instance = dup("i1");
	target->refusal = dup("");
	target->is_hidden = wish->is_hidden && wish->is_hidden[i];
	target->wave = (uint16_t)(wish->batch ? i / wish->batch : 0);
	add_steps(target, wish->verb != VERB_DELETE);
}

struct plan *plan_fixture(struct fleet_fixture *f, const struct plan_wish *wish)
{
	struct plan *plan = mem_calloc(1, sizeof *plan);

	ck_assert_ptr_nonnull(plan);
	plan->refs = 1;
	plan->no = wish->no;
	plan->token = wish->token;
	plan->who = dup("maria");
	plan->at_ms = FIXTURE_NOW_MS;
	plan->params = (struct operation_params){ .verb = wish->verb,
						  .version = dup(wish->version),
						  .patch = dup(wish->patch),
						  .reason = dup(wish->reason),
						  .is_forced = wish->is_forced,
						  .rollout = { .kind = wish->kind,
							       .batch = wish->batch,
							       .canary_percent = { 10, 50, 100 },
							       .rolls_back = true } };
	plan->guard = wish->guard;
	plan->typed = dup(wish->typed);
	plan->refusal = dup(wish->refusal);
	plan->targets = mem_calloc(wish->n, sizeof *plan->targets);
	ck_assert_ptr_nonnull(plan->targets);
	plan->n_targets = wish->n;
	plan->n_waves = (uint16_t)(wish->batch ? (wish->n + wish->batch - 1) / wish->batch : 1);
	for (size_t i = 0; i < wish->n; i++)
		add_target(f, wish, plan, i);
	snprintf(plan->hash, sizeof plan->hash, "%064x", wish->no);
	return plan;
}

void plan_fixture_send(struct fleet_fixture *f, struct plan *plan)
{
	struct event *event = event_new(EVENT_PLAN, FIXTURE_NOW_MS, 0);

	ck_assert_ptr_nonnull(event);
	event->u.plan = plan;
	fleet_fixture_apply(f, event);
}

struct operation *operation_fixture(const struct plan *plan, enum operation_state state)
{
	struct operation *operation = mem_calloc(1, sizeof *operation);

	ck_assert_ptr_nonnull(operation);
	operation->refs = 1;
	operation->no = plan->no;
	snprintf(operation->id, sizeof operation->id, "20261123-150305-%04x", plan->no);
	operation->plan = plan_ref(plan);
	operation->state = state;
	operation->why = dup("");
	operation->holder = dup("maria, pid 4711");
	operation->output = dup("");
	operation->started_ms = state == OPERATION_QUEUED ? 0 : FIXTURE_NOW_MS - MINUTE_MS;
	operation->ended_ms = operation_is_over(state) ? FIXTURE_NOW_MS - 10 * SECOND_MS : 0;
	operation->estimated_ms = 2 * MINUTE_MS;
	operation->targets = mem_calloc(plan->n_targets, sizeof *operation->targets);
	ck_assert_ptr_nonnull(operation->targets);
	for (size_t i = 0; i < plan->n_targets; i++) {
		size_t n = plan->targets[i].n_steps + plan->targets[i].n_undo;

		operation->targets[i].steps = mem_calloc(n, sizeof *operation->targets[i].steps);
		ck_assert_ptr_nonnull(operation->targets[i].steps);
	}
	operation->n_by_state[TARGET_PENDING] = plan->n_targets;
	return operation;
}

void operation_fixture_target(struct operation *operation, size_t i, enum target_state state, size_t n_done,
			      const char *error)
{
	struct operation_target *target = &operation->targets[i];
	size_t n = operation->plan->targets[i].n_steps;

	operation->n_by_state[target->state]--;
	operation->n_by_state[state]++;
	target->state = state;
	target->started_ms = FIXTURE_NOW_MS - 40 * SECOND_MS;
	target->ended_ms = n_done >= n || state == TARGET_FAILED ? FIXTURE_NOW_MS - 20 * SECOND_MS : 0;
	for (size_t no = 0; no < n_done && no < n; no++)
		target->steps[no] = (struct operation_step){ STEP_COMPLETED, FIXTURE_NOW_MS - 40 * SECOND_MS,
							     FIXTURE_NOW_MS - 35 * SECOND_MS };
	if (n_done < n && state != TARGET_PENDING)
		target->steps[n_done] = (struct operation_step){ state == TARGET_FAILED ? STEP_ERROR : STEP_CURRENT,
								 FIXTURE_NOW_MS - 12 * SECOND_MS, 0 };
	if (error)
		target->error = dup(error);
}

void operation_fixture_send(struct fleet_fixture *f, struct operation *operation)
{
	struct event *event = event_new(EVENT_OPERATION, FIXTURE_NOW_MS, 0);

	ck_assert_ptr_nonnull(event);
	event->u.operation = operation;
	fleet_fixture_apply(f, event);
}

void lifecycle_fixture_send(struct fleet_fixture *f, uint32_t agent, const struct agent_lifecycle *lifecycle)
{
	struct event *event = event_new(EVENT_LIFECYCLE, FIXTURE_NOW_MS, agent);

	ck_assert_ptr_nonnull(event);
	event->u.lifecycle = *lifecycle;
	event->u.lifecycle.driver = dup(lifecycle->driver);
	event->u.lifecycle.version = dup(lifecycle->version);
	event->u.lifecycle.previous = dup(lifecycle->previous);
	event->u.lifecycle.instance = dup(lifecycle->instance);
	event->u.lifecycle.holder = dup(lifecycle->holder);
	fleet_fixture_apply(f, event);
}
