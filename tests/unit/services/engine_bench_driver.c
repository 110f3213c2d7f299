// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/services/engine_bench.h"

struct driver_run {
	struct driver_run *next;
	struct bench_driver *driver;
	struct bench_agent *agent;
	struct driver_listener listener;
	struct bench_row row;
	enum verb verb;
	char version[DRIVER_VERSION_MAX];
	int64_t at_ms; // mono: when it answers
};

static unsigned fake_verbs(const struct driver *driver, const struct agent *agent)
{
	(void)driver, (void)agent;
	return (1u << VERB_COUNT) - 1u - (1u << VERB_SUSPEND);
}

static void add(struct driver_recipe *out, const char *label, unsigned primitive)
{
	driver_recipe_add(out, &(struct plan_step){
				       .label = label,
				       .precondition = "",
				       .action = label,
				       .postcondition = "",
				       .timeout_ms = 5000,
				       .primitive = (uint16_t)primitive,
				       .is_mutating = true,
			       });
}

static int fake_recipe(const struct driver *driver, const struct agent *agent, const struct operation_params *params,
		       const struct driver_sight *sight, bool is_undo, struct driver_recipe *out)
{
	(void)driver, (void)agent, (void)sight;
	if (is_undo && params->verb != VERB_UPGRADE)
		return -ENOTSUP;
	if (is_undo) {
		add(out, "Restore", BENCH_UNDO);
		return 0;
	}
	add(out, params->verb == VERB_RESTART ? "Stop" : params->verb == VERB_UPGRADE ? "Install" : "Do", BENCH_FIRST);
	if (params->verb == VERB_RESTART || params->verb == VERB_UPGRADE)
		add(out, "Start", BENCH_SECOND);
	return 0;
}

void bench_agent_start(struct bench_agent *agent)
{
	agent->sight.exists = true;
	agent->sight.state = LIFECYCLE_RUNNING;
	snprintf(agent->sight.instance, sizeof agent->sight.instance, "%s-%u", agent->name, ++agent->n_started);
}

static void install(struct bench_agent *agent, const char *version)
{
	memcpy(agent->sight.previous, agent->sight.version, sizeof agent->sight.previous);
	snprintf(agent->sight.version, sizeof agent->sight.version, "%s", version);
}

static void restore(struct bench_agent *agent)
{
	char version[DRIVER_VERSION_MAX];

	memcpy(version, agent->sight.previous, sizeof version);
	install(agent, version);
	bench_agent_start(agent);
}

static void do_first(struct bench_agent *agent, const struct driver_run *run)
{
	switch (run->verb) {
	case VERB_CREATE:
		agent->sight.exists = true;
		agent->sight.state = LIFECYCLE_DEPLOYED;
		break;
	case VERB_START:
	case VERB_RESUME:
		bench_agent_start(agent);
		break;
	case VERB_STOP:
	case VERB_RESTART:
		agent->sight.state = LIFECYCLE_STOPPED;
		break;
	case VERB_UPGRADE:
		agent->sight.state = LIFECYCLE_STOPPED;
		install(agent, run->version);
		break;
	case VERB_ROLLBACK:
		restore(agent);
		break;
	case VERB_DELETE:
		agent->sight = (struct driver_sight){ 0 };
		break;
	default:
		break;
	}
}

static void mirror_agent(const struct engine_bench *b, const struct bench_agent *agent)
{
	size_t i = agent->agent.id - 1;

	if (!b->mirror)
		return;
	b->mirror->sights[i] = agent->sight;
	b->mirror->n_started[i] = agent->n_started;
}

static void happen(const struct driver_run *run)
{
	if (run->row.step == BENCH_FIRST)
		do_first(run->agent, run);
	else if (run->row.step == BENCH_SECOND)
		bench_agent_start(run->agent);
	else if (run->row.step == BENCH_UNDO)
		restore(run->agent);
	mirror_agent(run->driver->bench, run->agent);
}

static struct bench_row next_row(struct bench_agent *agent, unsigned step)
{
	for (size_t i = 0; i < BENCH_SCRIPT_MAX && agent->script[i].step; i++) {
		struct bench_row row = agent->script[i];

		if (row.step != step)
			continue;
		if (!row.is_lasting) {
			memmove(&agent->script[i], &agent->script[i + 1], (BENCH_SCRIPT_MAX - 1 - i) * sizeof row);
			agent->script[BENCH_SCRIPT_MAX - 1].step = 0;
		}
		return row;
	}
	return (struct bench_row){ .step = step, .outcome = DRIVER_DONE };
}

static void check_intent(struct engine_bench *b, const char *key)
{
	if (!b->is_demo && bench_count(b, ".journal", key) == 0)
		b->n_undispatched++;
}

static void take_out(struct driver_run *run)
{
	struct driver_run **at = &run->driver->runs;

	while (*at != run)
		at = &(*at)->next;
	*at = run->next;
}

static void answer(struct driver_run *run)
{
	struct driver_answer said = { .outcome = run->row.outcome };

	take_out(run);
	if (run->row.outcome == DRIVER_DONE || run->row.happens)
		happen(run);
	if (run->row.outcome != DRIVER_DONE)
		snprintf(said.detail, sizeof said.detail, "as told");
	said.has_sight = run->row.outcome == DRIVER_DONE && !run->agent->is_unseen;
	said.sight = run->agent->sight;
	if (run->agent->is_nameless)
		said.sight.version[0] = '\0';
	run->listener.output(run->listener.ctx, "a line");
	run->listener.done(run->listener.ctx, &said);
	free(run);
}

static int fake_begin(struct driver *base, const struct driver_request *request, const struct driver_listener *listener,
		      struct driver_run **out)
{
	struct bench_driver *driver = (struct bench_driver *)base;
	struct bench_agent *agent = bench_agent_of(driver->bench, request->agent->id);
	struct bench_row row = next_row(agent, request->step->primitive);
	struct driver_run *run;

	if (request->step->is_mutating) {
		check_intent(driver->bench, request->idempotency_key);
		agent->n_changes++;
		if (driver->bench->mirror)
			driver->bench->mirror->n_sent[agent->agent.id - 1][request->step->primitive - BENCH_FIRST]++;
	}
	if (row.begin_error)
		return row.begin_error;
	run = calloc(1, sizeof *run);
	run->driver = driver;
	run->agent = agent;
	run->listener = *listener;
	run->row = row;
	run->verb = request->params->verb;
	snprintf(run->version, sizeof run->version, "%s", request->params->version);
	run->at_ms = row.is_silent ? INT64_MAX : driver->bench->now.mono_ms + (row.delay_ms ? row.delay_ms : 10);
	run->next = driver->runs;
	driver->runs = run;
	*out = run;
	if (row.is_early)
		answer(run);
	return 0;
}

static void fake_cancel(struct driver_run *run)
{
	take_out(run);
	free(run);
}

static void fake_close(struct driver *driver, void (*closed)(void *ctx), void *ctx)
{
	(void)driver;
	if (closed)
		closed(ctx);
}

const struct driver_class bench_driver_class = {
	.name = "fake",
	.verbs = fake_verbs,
	.recipe = fake_recipe,
	.begin = fake_begin,
	.cancel = fake_cancel,
	.close = fake_close,
};

int64_t bench_next_answer(const struct engine_bench *b)
{
	int64_t at_ms = INT64_MAX;

	for (const struct driver_run *run = b->driver.runs; run; run = run->next)
		at_ms = run->at_ms < at_ms ? run->at_ms : at_ms;
	return at_ms;
}

void bench_answer_due(struct engine_bench *b)
{
	struct driver_run *run = b->driver.runs;

	while (run) {
		if (run->at_ms <= b->now.mono_ms) {
			answer(run);
			run = b->driver.runs; // they may have changed
		} else {
			run = run->next;
		}
	}
}
