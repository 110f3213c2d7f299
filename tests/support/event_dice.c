// SPDX-License-Identifier: Apache-2.0
#include "tests/support/event_dice.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "model/agent.h"

uint32_t dice_roll(struct event_dice *dice, uint32_t n)
{
	dice->state += UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(hash_mix(dice->state) % n);
}

const char *dice_text(struct event_dice *dice)
{
	static const char *const texts[] = {
		"",
		"WowCache",
		"a \"quoted\" \\ text",
		"gr\xc3\xbc\xc3\x9f dich",
		"\xe6\x97\xa5\xe6\x9c\xac",
		"<U+202E>",
		"^[[31m",
		"x",
	};

	return texts[dice_roll(dice, sizeof texts / sizeof texts[0])];
}

static bool flip(struct event_dice *dice)
{
	return dice_roll(dice, 2);
}

static char *text(struct event_dice *dice)
{
	char *copy = mem_strdup(dice_text(dice));

	ck_assert_ptr_nonnull(copy);
	return copy;
}

static char *maybe(struct event_dice *dice)
{
	return flip(dice) ? text(dice) : NULL;
}

static char *named(const char *before, unsigned no, const char *after)
{
	char name[64], *copy;

	snprintf(name, sizeof name, "%s%u%s", before, no, after);
	copy = mem_strdup(name);
	ck_assert_ptr_nonnull(copy);
	return copy;
}

static void *zeroed(size_t n, size_t size)
{
	void *memory = mem_calloc(n ? n : 1, size);

	ck_assert_ptr_nonnull(memory);
	return memory;
}

static int64_t around(struct event_dice *dice, int64_t at_ms)
{
	return flip(dice) ? 0 : at_ms - dice_roll(dice, 100000);
}

static double value(struct event_dice *dice)
{
	static const double odd[] = { NAN, 0, -1.5, 1e300, 0.1, 100 };

	return flip(dice) ? dice_roll(dice, 1000) / 8.0 : odd[dice_roll(dice, sizeof odd / sizeof odd[0])];
}

static uint32_t some_agent(struct event_dice *dice)
{
	return 1 + dice_roll(dice, DICE_AGENTS);
}

// ---- agents

static struct agent *roll_agent(struct event_dice *dice, uint32_t id)
{
	static const char *const tiers[] = { "", "guardian", "scale" };
	struct agent *agent = zeroed(1, sizeof *agent);
	const char *tier = tiers[dice_roll(dice, 3)];

	agent->refs = 1;
	agent->id = id;
	agent->key = named("http://10.0.0.", id, ":9100");
	agent->name = named("agent", id, "");
	agent->url = named("http://10.0.0.", id, ":9100");
	agent->health_url = flip(dice) ? named("http://10.0.0.", id, ":9100/health") : NULL;
	agent->metrics_url = maybe(dice);
	agent->driver = maybe(dice);
	agent->control_url = maybe(dice);
	agent->control_target = maybe(dice);
	agent->source = text(dice);
	agent->dialect = (enum agent_dialect)dice_roll(dice, DIALECT_COUNT);
	agent->is_discovering = flip(dice);
	agent->is_paused = dice_roll(dice, 8) == 0;
	agent->interval_ms = dice_roll(dice, 60000);
	agent->timeout_ms = dice_roll(dice, 5000);
	agent->slow_ms = dice_roll(dice, 3000);
	agent->fall = (uint16_t)dice_roll(dice, 5);
	agent->rise = (uint16_t)dice_roll(dice, 5);
	agent->tls.is_insecure = flip(dice);
	if (*tier)
		ck_assert_int_eq(labels_set(&agent->labels, "tier", tier), 0);
	ck_assert_int_eq(labels_set(&agent->labels, "note", dice_text(dice)), 0);
	return agent;
}

static void roll_health(struct event_dice *dice, struct health *health, int64_t at_ms)
{
	*health = (struct health){
		.observed = (enum observed)dice_roll(dice, 4),
		.attempt_n = (uint16_t)dice_roll(dice, 3),
		.attempt_of = 3,
		.freshness = dice_roll(dice, 5) ? FRESHNESS_FRESH : (enum freshness)dice_roll(dice, 3),
		.quality = dice_roll(dice, 5) ? PROBE_OK : (enum probe_quality)dice_roll(dice, 3),
		.is_flapping = dice_roll(dice, 6) == 0,
		.flap_percent = (uint8_t)dice_roll(dice, 100),
		.overlays = dice_roll(dice, 5) ? 0 : (uint8_t)dice_roll(dice, 64),
		.reason = (enum reason)dice_roll(dice, REASON_COUNT),
		.http_status = (int)dice_roll(dice, 600),
		.consecutive_failures = dice_roll(dice, 9),
		.since_ms = around(dice, at_ms),
		.last_probe_ms = at_ms,
		.last_success_ms = around(dice, at_ms),
		.last_failure_ms = around(dice, at_ms),
	};
	health->toward = health->attempt_n ? (enum observed)dice_roll(dice, 4) : health->observed;
	snprintf(health->detail, sizeof health->detail, "%s", dice_text(dice));
	for (uint32_t n = dice_roll(dice, HEALTH_RECENT + 4); n; n--)
		health_recent_push(health, (enum observed)(OBSERVED_UP + dice_roll(dice, 3)));
}

static void roll_probed(struct event_dice *dice, struct event_probed *probed, int64_t at_ms)
{
	probed->kind = (enum probe_kind)dice_roll(dice, 2);
	probed->reason = (enum reason)dice_roll(dice, REASON_COUNT);
	probed->http_status = (int)dice_roll(dice, 600);
	probed->timing =
		(struct probe_timing){ (int32_t)dice_roll(dice, 9), 0, -1, 7, (int32_t)dice_roll(dice, 99999) };
	probed->wire_bytes = dice_roll(dice, 5000);
	probed->body_bytes = dice_roll(dice, 5000);
	probed->next_due_ms = around(dice, at_ms);
	probed->dialect = (enum agent_dialect)dice_roll(dice, DIALECT_COUNT);
	probed->excerpt = flip(dice) ? text(dice) : mem_strdup("two\nlines");
	probed->n_checks = dice_roll(dice, 4);
	probed->checks = zeroed(probed->n_checks, sizeof *probed->checks);
	for (size_t i = 0; i < probed->n_checks; i++)
		probed->checks[i] = (struct health_check){ text(dice), text(dice),
							   (enum health_state)dice_roll(dice, HEALTH_STATE_COUNT) };
	probed->n_bad_lines = dice_roll(dice, 3);
	probed->first_bad_line = dice_roll(dice, 3);
	roll_health(dice, &probed->health, at_ms);
}

// ---- numbers

static void roll_series(struct event_dice *dice, struct series_def *def)
{
	uint16_t no = (uint16_t)dice_roll(dice, DICE_SERIES);

	*def = (struct series_def){ .no = no,
				    .id = named("series", no, ""),
				    .title = text(dice),
				    .unit = (enum metric_unit)dice_roll(dice, UNIT_COUNT),
				    .better = (enum metric_better)dice_roll(dice, 3),
				    .warn = value(dice),
				    .critical = value(dice),
				    .expr = text(dice),
				    .is_dropped = dice_roll(dice, 6) == 0 };
}

static void roll_metrics(struct event_dice *dice, struct event *event)
{
	size_t n = dice_roll(dice, DICE_SERIES + 1);

	event->u.metrics.items = zeroed(n, sizeof *event->u.metrics.items);
	event->u.metrics.n = n;
	for (size_t i = 0; i < n; i++)
		event->u.metrics.items[i] = (struct metric_reading){ (uint16_t)i, value(dice) };
}

static void roll_scrape(struct event_dice *dice, struct scrape *scrape)
{
	static const char *const types[] = { "counter", "gauge", "untyped" };

	scrape->n_rows = dice_roll(dice, 5);
	scrape->rows = zeroed(scrape->n_rows, sizeof *scrape->rows);
	for (size_t i = 0; i < scrape->n_rows; i++)
		scrape->rows[i] = (struct scrape_row){ text(dice), types[dice_roll(dice, 3)],
						       flip(dice) ? value(dice) : -INFINITY };
	scrape->n_bad_lines = dice_roll(dice, 4);
	scrape->first_bad_line = dice_roll(dice, 4);
	scrape->is_truncated = flip(dice);
}

static void roll_points(struct event_dice *dice, struct event *event, int64_t at_ms)
{
	size_t n = dice_roll(dice, 6);

	event->u.points.series = (uint16_t)dice_roll(dice, DICE_SERIES);
	event->u.points.items = zeroed(n, sizeof *event->u.points.items);
	event->u.points.n = n;
	for (size_t i = 0; i < n; i++)
		event->u.points.items[i] = (struct metric_point){ at_ms - 5000 * (int64_t)(n - i), value(dice) };
}

// ---- operations

static void roll_steps(struct event_dice *dice, struct plan_step **steps, size_t *n)
{
	*n = dice_roll(dice, 4);
	*steps = zeroed(*n, sizeof **steps);
	for (size_t i = 0; i < *n; i++)
		(*steps)[i] = (struct plan_step){ .label = text(dice),
						  .precondition = text(dice),
						  .action = text(dice),
						  .postcondition = text(dice),
						  .timeout_ms = 1000 * dice_roll(dice, 3),
						  .primitive = (uint16_t)dice_roll(dice, 3),
						  .is_mutating = flip(dice) };
}

static void roll_params(struct event_dice *dice, struct operation_params *params)
{
	*params = (struct operation_params){
		.verb = (enum verb)dice_roll(dice, VERB_COUNT),
		.version = text(dice),
		.patch = text(dice),
		.reason = text(dice),
		.is_forced = flip(dice),
		.rollout = { .kind = (enum rollout_kind)dice_roll(dice, ROLLOUT_KIND_COUNT),
			     .batch = 1,
			     .max_unavailable = (uint16_t)dice_roll(dice, 3),
			     .wait_ms = dice_roll(dice, 60000),
			     .canary_percent = { 10, 50, (uint8_t)(flip(dice) ? 100 : 0) },
			     .max_error_share = 0.05,
			     .rolls_back = flip(dice) },
		.unsaid = dice_roll(dice, ROLLOUT_FIGURES_ALL + 1),
	};
}

static void roll_target(struct event_dice *dice, struct plan_target *target)
{
	*target = (struct plan_target){
		.agent = some_agent(dice),
		.name = text(dice),
		.environment = text(dice),
		.service = text(dice),
		.driver = text(dice),
		.health = (enum health_state)dice_roll(dice, HEALTH_STATE_COUNT),
		.is_lifecycle_known = flip(dice),
		.lifecycle = (enum lifecycle)dice_roll(dice, LIFECYCLE_COUNT),
		.version = text(dice),
		.previous = text(dice),
		.instance = text(dice),
		.n_dependents = dice_roll(dice, 3),
		.is_hidden = flip(dice),
		.is_last_healthy = flip(dice),
		.refusal = text(dice),
		.wave = (uint16_t)dice_roll(dice, 3),
	};
	target->key = named("http://10.0.0.", target->agent, ":9100");
	target->dependents = zeroed(target->n_dependents, sizeof *target->dependents);
	for (size_t i = 0; i < target->n_dependents; i++)
		target->dependents[i] = text(dice);
	roll_steps(dice, &target->steps, &target->n_steps);
	roll_steps(dice, &target->undo, &target->n_undo);
}

struct plan *dice_plan(struct event_dice *dice, uint32_t no, int64_t at_ms)
{
	struct plan *plan = zeroed(1, sizeof *plan);

	plan->refs = 1;
	plan->no = no;
	plan->token = dice_roll(dice, 9);
	plan->who = text(dice);
	plan->at_ms = at_ms;
	roll_params(dice, &plan->params);
	plan->n_targets = 1 + dice_roll(dice, 3);
	plan->targets = zeroed(plan->n_targets, sizeof *plan->targets);
	for (size_t i = 0; i < plan->n_targets; i++)
		roll_target(dice, &plan->targets[i]);
	plan->n_waves = 1;
	plan->guard = (enum guard)dice_roll(dice, GUARD_COUNT);
	plan->typed = text(dice);
	plan->refusal = text(dice);
	snprintf(plan->hash, sizeof plan->hash, "%064x", no);
	return plan;
}

// "box-0017......": n bytes.
static const char *long_text(size_t i, size_t n)
{
	char *out = zeroed(1, n + 1);

	snprintf(out, n + 1, "box-%04zu", i);
	memset(out + 8, '.', n - 8);
	return out;
}

struct plan *dice_large_plan(uint32_t no, size_t n_targets, size_t n_step_bytes, size_t n_name_bytes)
{
	struct plan *plan = zeroed(1, sizeof *plan);

	*plan = (struct plan){ .refs = 1,
			       .no = no,
			       .token = 1,
			       .who = mem_strdup("alice"),
			       .at_ms = 1764100000000,
			       .params = { .verb = VERB_RESTART,
					   .version = mem_strdup(""),
					   .patch = mem_strdup(""),
					   .reason = mem_strdup("") },
			       .targets = zeroed(n_targets, sizeof *plan->targets),
			       .n_targets = n_targets,
			       .n_waves = 1,
			       .guard = GUARD_CONFIRM,
			       .typed = mem_strdup(""),
			       .refusal = mem_strdup("") };
	snprintf(plan->hash, sizeof plan->hash, "%064x", no);
	for (size_t i = 0; i < n_targets; i++) {
		struct plan_step *step = zeroed(1, sizeof *step);

		*step = (struct plan_step){ .label = mem_strdup("Restart"),
					    .precondition = mem_strdup(""),
					    .action = long_text(i, n_step_bytes),
					    .postcondition = mem_strdup(""),
					    .timeout_ms = 1000,
					    .primitive = PRIMITIVE_DRIVER,
					    .is_mutating = true };
		plan->targets[i] = (struct plan_target){ .agent = (uint32_t)i + 1,
							 .key = long_text(i, n_name_bytes),
							 .name = long_text(i, n_name_bytes),
							 .environment = mem_strdup(""),
							 .service = mem_strdup(""),
							 .driver = mem_strdup("docker"),
							 .version = mem_strdup(""),
							 .previous = mem_strdup(""),
							 .instance = mem_strdup(""),
							 .refusal = mem_strdup(""),
							 .steps = step,
							 .n_steps = 1 };
	}
	return plan;
}

struct operation *dice_large_operation(const struct plan *plan)
{
	struct operation *operation = zeroed(1, sizeof *operation);

	*operation = (struct operation){ .refs = 1,
					 .no = plan->no,
					 .plan = plan_ref(plan),
					 .state = OPERATION_RUNNING,
					 .why = mem_strdup(""),
					 .holder = mem_strdup("alice"),
					 .started_ms = plan->at_ms,
					 .targets = zeroed(plan->n_targets, sizeof *operation->targets),
					 .output = mem_strdup("") };
	snprintf(operation->id, sizeof operation->id, "20261125-225130-restart-%08x", plan->no);
	for (size_t i = 0; i < plan->n_targets; i++)
		operation->targets[i].steps = zeroed(plan->targets[i].n_steps, sizeof *operation->targets[i].steps);
	operation->targets[0].state = TARGET_RUNNING;
	operation->targets[0].steps[0].state = STEP_CURRENT;
	operation->n_by_state[TARGET_RUNNING] = 1;
	operation->n_by_state[TARGET_PENDING] = plan->n_targets - 1;
	return operation;
}

static void roll_operation_target(struct event_dice *dice, const struct plan_target *planned,
				  struct operation_target *target, int64_t at_ms)
{
	size_t n = planned->n_steps + planned->n_undo;

	target->state = (enum target_state)dice_roll(dice, TARGET_STATE_COUNT);
	target->started_ms = around(dice, at_ms);
	target->ended_ms = around(dice, at_ms);
	target->error = maybe(dice);
	target->version = maybe(dice);
	target->steps = zeroed(n, sizeof *target->steps);
	for (size_t i = 0; i < n && flip(dice); i++)
		target->steps[i] = (struct operation_step){ (enum step_state)dice_roll(dice, STEP_STATE_COUNT),
							    around(dice, at_ms), around(dice, at_ms) };
}

static struct operation *roll_operation(struct event_dice *dice, int64_t at_ms)
{
	struct operation *operation = zeroed(1, sizeof *operation);
	uint32_t no = 1 + dice_roll(dice, DICE_OPERATIONS);

	if (!dice->plans[no])
		dice->plans[no] = dice_plan(dice, no, at_ms);
	operation->refs = 1;
	operation->no = no;
	snprintf(operation->id, sizeof operation->id, "20261125-225130-restart-%08x", no);
	operation->plan = plan_ref(dice->plans[no]);
	operation->state = (enum operation_state)dice_roll(dice, OPERATION_STATE_COUNT);
	operation->why = text(dice);
	operation->holder = text(dice);
	operation->started_ms = around(dice, at_ms);
	operation->ended_ms = around(dice, at_ms);
	operation->estimated_ms = dice_roll(dice, 10000);
	operation->wave = (uint16_t)dice_roll(dice, 3);
	operation->output = flip(dice) ? text(dice) : mem_strdup("one\ntwo");
	operation->targets = zeroed(operation->plan->n_targets, sizeof *operation->targets);
	for (size_t i = 0; i < operation->plan->n_targets; i++) {
		roll_operation_target(dice, &operation->plan->targets[i], &operation->targets[i], at_ms);
		operation->n_by_state[operation->targets[i].state]++;
	}
	return operation;
}

static void roll_lifecycle(struct event_dice *dice, struct agent_lifecycle *life, int64_t at_ms)
{
	*life = (struct agent_lifecycle){ .is_recorded = flip(dice),
					  .is_observed = flip(dice),
					  .recorded = (enum lifecycle)dice_roll(dice, LIFECYCLE_COUNT),
					  .observed = (enum lifecycle)dice_roll(dice, LIFECYCLE_COUNT),
					  .observed_at_ms = around(dice, at_ms),
					  .provisioning = (enum provisioning)dice_roll(dice, PROVISIONING_COUNT),
					  .driver = text(dice),
					  .verbs = dice_roll(dice, 1U << VERB_COUNT),
					  .version = text(dice),
					  .previous = text(dice),
					  .instance = text(dice),
					  .holder = text(dice),
					  .operation = dice_roll(dice, DICE_OPERATIONS),
					  .is_interrupted = flip(dice) };
}

static void roll_approval(struct event_dice *dice, struct event *event, int64_t at_ms)
{
	event->u.approval.plan = 1 + dice_roll(dice, DICE_OPERATIONS);
	event->u.approval.state = (enum approval_state)dice_roll(dice, APPROVAL_STATE_COUNT);
	event->u.approval.asker = text(dice);
	event->u.approval.by = text(dice);
	event->u.approval.what = text(dice);
	event->u.approval.reason = text(dice);
	event->u.approval.is_unasked = flip(dice);
	event->u.approval.until_ms = at_ms;
	snprintf(event->u.approval.hash, sizeof event->u.approval.hash, "%064x", event->u.approval.plan);
	if (flip(dice))
		event->u.approval.whole = dice_plan(dice, event->u.approval.plan, at_ms);
}

// ---- what is told

static void roll_alert(struct event_dice *dice, struct alert *alert, int64_t at_ms)
{
	static const char *const rules[] = { "agent_down", "cpu", "agent_flapping" };

	*alert = (struct alert){ .id = 1 + dice_roll(dice, DICE_ALERTS),
				 .agent = dice_roll(dice, 5) ? some_agent(dice) : 0,
				 .n_agents = 1,
				 .rule = mem_strdup(rules[dice_roll(dice, 3)]),
				 .summary = text(dice),
				 .severity = (enum severity)dice_roll(dice, SEVERITY_COUNT),
				 .state = (enum alert_state)dice_roll(dice, ALERT_STATE_COUNT),
				 .value = value(dice),
				 .since_ms = at_ms - dice_roll(dice, 5000),
				 .updated_ms = at_ms,
				 .resolved_ms = around(dice, at_ms),
				 .snoozed_until_ms = around(dice, at_ms),
				 .by = text(dice),
				 .note = text(dice) };
}

static void roll_progress(struct event_dice *dice, struct progress *progress, int64_t at_ms)
{
	*progress = (struct progress){ .id = 1 + dice_roll(dice, 40),
				       .title = text(dice),
				       .n_steps = (uint16_t)dice_roll(dice, 4),
				       .percent = (uint16_t)dice_roll(dice, 101),
				       .started_ms = at_ms,
				       .ended_ms = around(dice, at_ms),
				       .estimated_ms = dice_roll(dice, 5000),
				       .is_paused = flip(dice) };
	progress->steps = zeroed(progress->n_steps, sizeof *progress->steps);
	for (size_t i = 0; i < progress->n_steps; i++)
		progress->steps[i] =
			(struct progress_step){ .label = text(dice),
						.description = text(dice),
						.error = text(dice),
						.state = (enum step_state)dice_roll(dice, STEP_STATE_COUNT),
						.started_ms = around(dice, at_ms),
						.ended_ms = around(dice, at_ms) };
}

static void roll_said(struct event_dice *dice, struct event *event)
{
	if (event->type == EVENT_ACTION) {
		event->u.action.type = (enum action_type)dice_roll(dice, ACTION_TYPE_COUNT);
		event->u.action.alert = dice_roll(dice, DICE_ALERTS);
		event->u.action.who = text(dice);
		event->u.action.title = text(dice);
		event->u.action.text = text(dice);
		event->u.action.is_answer = dice_roll(dice, 4) == 0;
		return;
	}
	event->u.notice.severity = (enum severity)dice_roll(dice, SEVERITY_COUNT);
	event->u.notice.type = (enum action_type)dice_roll(dice, ACTION_TYPE_COUNT);
	event->u.notice.title = text(dice);
	event->u.notice.text = text(dice);
	event->u.notice.needs_answer = dice_roll(dice, 4) == 0;
}

static void roll_feed(struct event_dice *dice, struct event *event, int64_t at_ms)
{
	event->u.feed.state = (enum feed_state)dice_roll(dice, FEED_REFUSED + 1);
	event->u.feed.since_ms = at_ms;
	event->u.feed.last_answer_ms = around(dice, at_ms);
	event->u.feed.retry_ms = around(dice, at_ms);
	event->u.feed.detail = text(dice);
	event->u.feed.lag_ms = dice_roll(dice, 500);
	event->u.feed.n_in_flight = dice_roll(dice, 500);
	event->u.feed.n_waiting = dice_roll(dice, 500);
}

static void roll_audit_list(struct event_dice *dice, struct audit_list *list, int64_t at_ms)
{
	static const char texts[] = "decision\0restart\0";

	list->n = dice_roll(dice, 4);
	list->entries = zeroed(list->n, sizeof *list->entries);
	list->texts = mem_alloc(sizeof texts);
	ck_assert_ptr_nonnull(list->texts);
	memcpy(list->texts, texts, sizeof texts);
	for (size_t i = 0; i < list->n; i++) {
		const char *one = list->texts, *two = list->texts + 9, *none = list->texts + 17;

		list->entries[i] = (struct audit_entry){ 1 + i, at_ms, one,  two,  none, none, none, two,
							 none,  none,  none, none, two,  none, none, none };
	}
	list->n_unreadable = dice_roll(dice, 3);
	list->why = text(dice);
	list->dir = text(dice);
	list->n_signed = dice_roll(dice, 9);
}

static void roll_timeline(struct event_dice *dice, struct event *event)
{
	event->u.timeline.type = (enum action_type)dice_roll(dice, ACTION_TYPE_COUNT);
	event->u.timeline.severity = (enum severity)dice_roll(dice, SEVERITY_COUNT);
	event->u.timeline.source = (enum event_type)dice_roll(dice, EVENT_TYPE_COUNT);
	event->u.timeline.agent_name = text(dice);
	event->u.timeline.who = text(dice);
	event->u.timeline.title = text(dice);
	event->u.timeline.description = text(dice);
	event->u.timeline.no = 1 + dice_roll(dice, 99);
	event->u.timeline.kind = (enum timeline_kind)dice_roll(dice, TIMELINE_KIND_COUNT);
	event->u.timeline.n_agents = dice_roll(dice, 4);
	event->u.timeline.agents = zeroed(event->u.timeline.n_agents, sizeof(uint32_t));
	for (size_t i = 0; i < event->u.timeline.n_agents; i++)
		event->u.timeline.agents[i] = some_agent(dice);
}

static void roll_together(struct event_dice *dice, struct event *event, int64_t at_ms)
{
	if (event->type == EVENT_LEASE) {
		event->u.lease.epoch = 1 + dice_roll(dice, 9);
		event->u.lease.holder = text(dice);
		event->u.lease.doing = text(dice);
		event->u.lease.session = dice_roll(dice, 4);
		event->u.lease.until_ms = around(dice, at_ms);
		return;
	}
	event->u.presence.session = 1 + dice_roll(dice, 4);
	event->u.presence.who = text(dice);
	event->u.presence.origin = text(dice);
	event->u.presence.role = text(dice);
	event->u.presence.doing = text(dice);
	event->u.presence.since_ms = at_ms;
	event->u.presence.is_gone = dice_roll(dice, 3) == 0;
}

static void roll_snapshot(struct event_dice *dice, struct event *event, int64_t at_ms)
{
	event->u.snapshot.is_end = flip(dice);
	if (!event->u.snapshot.is_end)
		return;
	event->u.snapshot.overall_since_ms = at_ms;
	for (size_t kind = 1; kind < TIMELINE_KIND_COUNT; kind++)
		event->u.snapshot.folds[kind] = (struct timeline_fold){ dice_roll(dice, 9), at_ms / 1000, 3 };
}

static void roll_small(struct event_dice *dice, struct event *event, int64_t at_ms)
{
	if (event->type == EVENT_SOURCE) {
		event->u.source.name = named("file_sd:", dice_roll(dice, 4), "");
		event->u.source.why = text(dice);
		event->u.source.is_empty = flip(dice);
		event->u.source.was_read = flip(dice);
		event->u.source.is_recording = dice_roll(dice, 4) == 0;
	} else if (event->type == EVENT_AUDIT_CHECK) {
		event->u.audit_check =
			(struct audit_check){ .state = (enum audit_check_state)dice_roll(dice, AUDIT_CHECK_STATE_COUNT),
					      .n_checked = dice_roll(dice, 99),
					      .n_signed = dice_roll(dice, 99),
					      .n_records = dice_roll(dice, 99),
					      .at_ms = around(dice, at_ms),
					      .why = text(dice) };
	} else if (event->type == EVENT_AUDIT_HEAD) {
		event->u.audit_head.seq = dice_roll(dice, 99);
		event->u.audit_head.why = text(dice);
		event->u.audit_head.is_newest = flip(dice);
		snprintf(event->u.audit_head.hash, sizeof event->u.audit_head.hash, "%064x", dice_roll(dice, 99));
	}
}

static void roll_payload(struct event_dice *dice, struct event *event, int64_t at_ms)
{
	switch (event->type) {
	case EVENT_AGENT_ADDED:
	case EVENT_AGENT_CHANGED:
		event->u.agent = roll_agent(dice, event->agent);
		break;
	case EVENT_AGENT_HEALTH:
		roll_health(dice, &event->u.health, at_ms);
		break;
	case EVENT_AGENT_PROBED:
		roll_probed(dice, &event->u.probed, at_ms);
		break;
	case EVENT_SERIES_DEFINED:
		roll_series(dice, &event->u.series);
		break;
	case EVENT_METRICS:
		roll_metrics(dice, event);
		break;
	case EVENT_SCRAPE:
		roll_scrape(dice, &event->u.scrape);
		break;
	case EVENT_POINTS:
		roll_points(dice, event, at_ms);
		break;
	case EVENT_ALERT:
		roll_alert(dice, &event->u.alert, at_ms);
		break;
	case EVENT_PROGRESS:
		roll_progress(dice, &event->u.progress, at_ms);
		break;
	case EVENT_LIFECYCLE:
		roll_lifecycle(dice, &event->u.lifecycle, at_ms);
		break;
	case EVENT_PLAN:
		event->u.plan = dice_plan(dice, 100 + dice_roll(dice, 9), at_ms);
		break;
	case EVENT_OPERATION:
		event->u.operation = roll_operation(dice, at_ms);
		break;
	case EVENT_ACTION:
	case EVENT_NOTICE:
		roll_said(dice, event);
		break;
	case EVENT_FEED:
		roll_feed(dice, event, at_ms);
		break;
	case EVENT_AUDIT_LIST:
		roll_audit_list(dice, &event->u.audit_list, at_ms);
		break;
	case EVENT_SNAPSHOT:
		roll_snapshot(dice, event, at_ms);
		break;
	case EVENT_TIMELINE:
		roll_timeline(dice, event);
		break;
	case EVENT_PRESENCE:
	case EVENT_LEASE:
		roll_together(dice, event, at_ms);
		break;
	case EVENT_APPROVAL:
		roll_approval(dice, event, at_ms);
		break;
	default:
		roll_small(dice, event, at_ms);
	}
}

// Nobody is meant by these.
static bool is_of_all(enum event_type type)
{
	return type == EVENT_SERIES_DEFINED || type == EVENT_PLAN || type == EVENT_OPERATION || type == EVENT_FEED ||
	       type == EVENT_SOURCE || type == EVENT_AUDIT_LIST || type == EVENT_AUDIT_CHECK ||
	       type == EVENT_SNAPSHOT || type == EVENT_APPROVAL || type == EVENT_AUDIT_HEAD;
}

struct event *dice_event(struct event_dice *dice, enum event_type type, int64_t at_ms)
{
	struct event *event = event_new(type, at_ms, is_of_all(type) ? 0 : some_agent(dice));

	ck_assert_ptr_nonnull(event);
	roll_payload(dice, event, at_ms);
	return event;
}

void event_dice_finish(struct event_dice *dice)
{
	for (size_t i = 0; i <= DICE_OPERATIONS; i++)
		plan_unref((struct plan *)dice->plans[i]);
}
