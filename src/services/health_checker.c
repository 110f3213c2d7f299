// SPDX-License-Identifier: Apache-2.0
#include "services/health_checker.h"

#include <errno.h>
#include <string.h>

#include "base/table.h"
#include "services/deadlines.h"
#include "services/flapping.h"
#include "services/hysteresis.h"
#include "services/mass_outage.h"

// What a run of failures began from, to go back to when they turn out to be our own.
struct before {
	enum observed observed;
	int64_t since_ms, last_failure_ms;
	struct hysteresis run;
	struct flapping flapping;
	uint8_t flap_percent;
	uint64_t recent;
};

struct watched {
	uint32_t id;
	uint32_t interval_ms, timeout_ms;
	uint16_t fall, rise;
	bool is_judged, is_counted; // among mass_outage::n_agents
	struct health health;
	enum health_state state;  // as counted
	bool has_freshness;       // counted in health_checker::by_freshness, ...
	enum freshness freshness; // ... as this
	struct hysteresis run;
	struct flapping flapping;
	struct before before;
	struct health_standing resumed; // how it stood before a restart
	int64_t judged_ms;              // mono: the last judged result, or when it was added
	int64_t maintenance_until_ms;   // mono
	struct deadline deadline;       // health_checker::deadlines
	struct mass_member mass;        // mass_outage::members
	UT_hash_handle hh;              // health_checker::agents
};

struct health_checker {
	struct health_options options;
	struct event_sink sink;
	struct watched *agents; // owned
	size_t by_state[HEALTH_STATE_COUNT];
	size_t by_freshness[3]; // enum freshness
	struct deadlines deadlines;
	struct mass_outage outage;
};

static uint32_t or_default(uint32_t value, uint32_t fallback)
{
	return value ? value : fallback;
}

int health_checker_create(const struct health_options *options, const struct event_sink *sink,
			  struct health_checker **out)
{
	struct health_checker *checker = mem_calloc(1, sizeof *checker);

	if (!checker)
		return -ENOMEM;
	if (options)
		checker->options = *options;
	checker->options.interval_ms = or_default(checker->options.interval_ms, HEALTH_INTERVAL_DEFAULT_MS);
	checker->options.timeout_ms = or_default(checker->options.timeout_ms, HEALTH_TIMEOUT_DEFAULT_MS);
	checker->options.fall = (uint16_t)or_default(checker->options.fall, HEALTH_FALL_DEFAULT);
	checker->options.rise = (uint16_t)or_default(checker->options.rise, HEALTH_RISE_DEFAULT);
	checker->outage.interval_ms = checker->options.interval_ms;
	checker->sink = *sink;
	*out = checker;
	return 0;
}

static void free_watched(struct health_checker *checker, struct watched *agent)
{
	mass_outage_leave(&checker->outage, &agent->mass);
	checker->outage.n_agents -= agent->is_counted;
	checker->by_state[agent->state]--;
	if (agent->has_freshness)
		checker->by_freshness[agent->freshness]--;
	deadlines_set(&checker->deadlines, &agent->deadline, DEADLINE_NEVER);
	HASH_DEL(checker->agents, agent);
	mem_free(agent);
}

void health_checker_destroy(struct health_checker *checker)
{
	struct watched *agent, *next;

	if (!checker)
		return;
	HASH_ITER(hh, checker->agents, agent, next)
		free_watched(checker, agent);
	deadlines_finish(&checker->deadlines);
	mem_free(checker);
}

static struct watched *find(const struct health_checker *checker, uint32_t id)
{
	struct watched *agent;

	HASH_FIND(hh, checker->agents, &id, sizeof id, agent);
	return agent;
}

static bool is_paused(const struct watched *agent)
{
	return (agent->health.overlays & OVERLAY_PAUSED) != 0;
}

// Everything but the times of the last probe, and what changes with every one: counts, percents, wording.
static bool is_news(const struct health *a, const struct health *b)
{
	return a->observed != b->observed || a->toward != b->toward || a->attempt_n != b->attempt_n ||
	       a->attempt_of != b->attempt_of || a->freshness != b->freshness || a->quality != b->quality ||
	       a->is_flapping != b->is_flapping || a->overlays != b->overlays || a->reason != b->reason ||
	       a->http_status != b->http_status || a->since_ms != b->since_ms;
}

static void tell(struct health_checker *checker, struct watched *agent, const struct health *before, struct instant now)
{
	enum health_state state = health_state(&agent->health);
	struct event *event;

	checker->by_state[agent->state]--;
	checker->by_state[state]++;
	agent->state = state;
	if (!is_news(before, &agent->health))
		return;
	event = event_new(EVENT_AGENT_HEALTH, now.wall_ms, agent->id);
	if (event)
		event->u.health = agent->health;
	event_emit(&checker->sink, event);
}

// ---- freshness

static int64_t late_after_ms(const struct watched *agent)
{
	return health_late_after_ms(&agent->health, agent->interval_ms, agent->timeout_ms);
}

static int64_t stale_after_ms(const struct watched *agent)
{
	return health_stale_after_ms(&agent->health, agent->interval_ms, agent->timeout_ms);
}

static void refresh(struct health_checker *checker, struct watched *agent, struct instant now)
{
	int64_t age = now.mono_ms - agent->judged_ms;
	int64_t next = DEADLINE_NEVER;

	if (now.mono_ms >= agent->maintenance_until_ms) {
		agent->health.overlays &= (uint8_t)~OVERLAY_MAINTENANCE;
		agent->maintenance_until_ms = DEADLINE_NEVER;
	}
	if (age > stale_after_ms(agent)) {
		agent->health.freshness = FRESHNESS_STALE;
	} else if (age > late_after_ms(agent)) {
		agent->health.freshness = FRESHNESS_LATE;
		next = agent->judged_ms + stale_after_ms(agent) + 1;
	} else {
		agent->health.freshness = FRESHNESS_FRESH;
		next = agent->judged_ms +
		       (late_after_ms(agent) < stale_after_ms(agent) ? late_after_ms(agent) : stale_after_ms(agent)) +
		       1;
	}
	if (!agent->is_judged && age <= agent->interval_ms)
		next = agent->judged_ms + agent->interval_ms + 1;
	if (agent->maintenance_until_ms < next || is_paused(agent))
		next = agent->maintenance_until_ms;
	deadlines_set(&checker->deadlines, &agent->deadline, next);
}

// A paused agent is not expected to be heard from, nor is one whose first result is still due.
static void recount_freshness(struct health_checker *checker, struct watched *agent)
{
	if (agent->has_freshness)
		checker->by_freshness[agent->freshness]--;
	agent->freshness = agent->health.freshness;
	agent->has_freshness = !is_paused(agent) && (agent->is_judged || agent->freshness == FRESHNESS_STALE);
	if (agent->has_freshness)
		checker->by_freshness[agent->freshness]++;
}

// Among whom a mass outage is counted: the judged, and those who have not had an interval's time to be.
static void recount(struct health_checker *checker, struct watched *agent, struct instant now)
{
	bool is_young = now.mono_ms - agent->judged_ms <= agent->interval_ms;
	bool is_counted = !is_paused(agent) && (agent->is_judged || is_young);

	checker->outage.n_agents -= agent->is_counted;
	checker->outage.n_agents += is_counted;
	agent->is_counted = is_counted;
}

static void update(struct health_checker *checker, struct watched *agent, const struct health *before,
		   struct instant now)
{
	refresh(checker, agent, now);
	recount_freshness(checker, agent);
	recount(checker, agent, now);
	tell(checker, agent, before, now);
}

// ---- agents

static struct watched *watch(struct health_checker *checker, uint32_t id, struct instant now)
{
	struct watched *agent = mem_calloc(1, sizeof *agent);

	if (!agent || deadlines_reserve(&checker->deadlines, HASH_COUNT(checker->agents) + 1) < 0)
		goto err;
	agent->id = id;
	agent->judged_ms = now.mono_ms;
	agent->maintenance_until_ms = DEADLINE_NEVER;
	agent->deadline.owner = agent;
	agent->mass.owner = agent;
	agent->state = HEALTH_UNKNOWN;
	HASH_ADD(hh, checker->agents, id, sizeof agent->id, agent);
	if (TABLE_ADD_FAILED(agent))
		goto err;
	checker->by_state[HEALTH_UNKNOWN]++;
	return agent;
err:
	mem_free(agent);
	return NULL;
}

int health_checker_add(struct health_checker *checker, const struct agent *description, struct instant now)
{
	struct watched *agent = find(checker, description->id);
	struct health before;

	if (!agent)
		agent = watch(checker, description->id, now);
	if (!agent)
		return -ENOMEM;
	before = agent->health;
	agent->interval_ms = or_default(description->interval_ms, checker->options.interval_ms);
	agent->timeout_ms = or_default(description->timeout_ms, checker->options.timeout_ms);
	agent->fall = (uint16_t)or_default(description->fall, checker->options.fall);
	agent->rise = (uint16_t)or_default(description->rise, checker->options.rise);
	agent->health.overlays &= (uint8_t)~OVERLAY_PAUSED;
	if (description->is_paused)
		agent->health.overlays |= OVERLAY_PAUSED;
	if (!agent->health.attempt_n)
		agent->health.attempt_of = agent->health.observed > OBSERVED_UP ? agent->rise : agent->fall;
	if (!before.attempt_of)
		before.attempt_of = agent->health.attempt_of; // new, and that alone is no news
	update(checker, agent, &before, now);
	return 0;
}

void health_checker_remove(struct health_checker *checker, uint32_t id, struct instant now)
{
	struct watched *agent = find(checker, id);

	if (agent)
		free_watched(checker, agent);
	mass_outage_tick(&checker->outage, now.mono_ms); // without it there may be no outage any more
}

// ---- judging

static void save_before(struct watched *agent)
{
	agent->before = (struct before){
		.observed = agent->health.observed,
		.since_ms = agent->health.since_ms,
		.last_failure_ms = agent->health.last_failure_ms,
		.run = agent->run,
		.flapping = agent->flapping,
		.flap_percent = agent->health.flap_percent,
		.recent = agent->health.recent,
	};
}

static void take_result(struct watched *agent, enum observed result, struct instant now)
{
	struct health *health = &agent->health;
	struct hysteresis_step step = hysteresis_push(&agent->run, health->observed, result, agent->fall, agent->rise);
	bool is_change = step.observed != health->observed;
	bool is_resumed = health->observed == OBSERVED_NEVER && step.observed == agent->resumed.observed;

	health->flap_percent = flapping_push(&agent->flapping, is_change && health->observed != OBSERVED_NEVER);
	health->is_flapping = agent->flapping.is_on;
	health->observed = step.observed;
	health->toward = step.toward;
	health->attempt_n = step.attempt_n;
	health->attempt_of = step.attempt_of;
	if (is_change)
		health->since_ms = is_resumed ? agent->resumed.since_ms : now.wall_ms;
}

static void take_verdict(struct watched *agent, const struct verdict *verdict, const struct sample *sample,
			 struct instant now)
{
	static const enum observed results[] = { OBSERVED_UP, OBSERVED_DEGRADED, OBSERVED_DOWN };
	struct health *health = &agent->health;

	take_result(agent, results[verdict->level], now);
	health_recent_push(health, results[verdict->level]);
	health->quality = PROBE_OK;
	health->reason = verdict->reason;
	memcpy(health->detail, verdict->detail, sizeof health->detail);
	health->http_status = sample->http_status;
	health->last_probe_ms = now.wall_ms;
	if (verdict->level == VERDICT_PASS)
		health->last_success_ms = now.wall_ms;
	if (verdict->level == VERDICT_FAIL)
		health->last_failure_ms = now.wall_ms;
	health->consecutive_failures = verdict->level == VERDICT_FAIL ? health->consecutive_failures + 1 : 0;
	agent->judged_ms = now.mono_ms;
	agent->is_judged = true;
}

static enum health_pace pace_of(const struct watched *agent)
{
	if (agent->health.quality != PROBE_OK)
		return HEALTH_PACE_NORMAL;
	if (agent->health.attempt_n)
		return HEALTH_PACE_FAST;
	return health_is_backed_off(&agent->health) ? HEALTH_PACE_BACKOFF : HEALTH_PACE_NORMAL;
}

// Whether the result says something of the agent: not when the fault is ours, nor a silence while we are offline.
static bool is_judgement(const struct health_checker *checker, const struct verdict *verdict,
			 const struct sample *sample)
{
	if (verdict->level == VERDICT_NONE)
		return false;
	return checker->outage.state != OUTAGE_OFFLINE || verdict->level != VERDICT_FAIL || sample->http_status != 0;
}

// An agent that could not be reached because of us answers: we are back.
static void notice_return(struct health_checker *checker, const struct watched *agent, const struct sample *sample)
{
	bool is_back = agent->health.quality == PROBE_OFFLINE && sample->http_status != 0;

	if (checker->outage.state == OUTAGE_OFFLINE && is_back)
		checker->outage.state = OUTAGE_NONE;
}

static bool judge(struct health_checker *checker, struct watched *agent, const struct verdict *verdict,
		  const struct sample *sample, struct instant now)
{
	bool turns_bad = verdict->level == VERDICT_FAIL && !agent->run.n_down;

	if (turns_bad)
		save_before(agent);
	take_verdict(agent, verdict, sample, now);
	recount(checker, agent, now);
	if (turns_bad)
		return mass_outage_turned_bad(&checker->outage, &agent->mass, now.mono_ms);
	if (verdict->level != VERDICT_FAIL)
		mass_outage_leave(&checker->outage, &agent->mass);
	return false;
}

struct health_outcome health_checker_judge(struct health_checker *checker, uint32_t id, const struct verdict *verdict,
					   const struct sample *sample, struct instant now)
{
	struct watched *agent = find(checker, id);
	struct health_outcome outcome = { 0 };
	struct health before;

	if (!agent)
		return outcome;
	before = agent->health;
	notice_return(checker, agent, sample);
	if (is_judgement(checker, verdict, sample))
		outcome.wants_link_test = judge(checker, agent, verdict, sample, now);
	else if (checker->outage.state == OUTAGE_OFFLINE || verdict->reason == REASON_OFFLINE)
		agent->health.quality = PROBE_OFFLINE;
	else
		agent->health.quality = PROBE_SUSPECT;
	outcome.wants_link_test |= mass_outage_retest(&checker->outage, now.mono_ms);
	update(checker, agent, &before, now);
	outcome.pace = pace_of(agent);
	outcome.health = &agent->health;
	return outcome;
}

// ---- mass outage

static void take_back(struct health_checker *checker, struct watched *agent, struct instant now)
{
	struct health before = agent->health;
	struct health *health = &agent->health;

	agent->run = agent->before.run;
	agent->flapping = agent->before.flapping;
	health->observed = health->toward = agent->before.observed;
	health->since_ms = agent->before.since_ms;
	health->last_failure_ms = agent->before.last_failure_ms;
	health->flap_percent = agent->before.flap_percent;
	health->recent = agent->before.recent;
	health->is_flapping = agent->flapping.is_on;
	health->attempt_n = 0;
	health->attempt_of = health->observed > OBSERVED_UP ? agent->rise : agent->fall;
	health->consecutive_failures = 0;
	health->quality = PROBE_OFFLINE;
	health->reason = REASON_OFFLINE;
	health->detail[0] = '\0';
	health->http_status = 0;
	update(checker, agent, &before, now);
}

void health_checker_link_result(struct health_checker *checker, bool is_offline, struct instant now)
{
	struct mass_outage *outage = &checker->outage;

	if (outage->state != OUTAGE_TESTING && outage->state != OUTAGE_OFFLINE)
		return;
	if (!is_offline) {
		outage->state = outage->state == OUTAGE_TESTING ? OUTAGE_GROUPED : OUTAGE_NONE;
		return;
	}
	outage->state = OUTAGE_OFFLINE;
	outage->test_at_ms = now.mono_ms + outage->interval_ms;
	while (outage->members) {
		struct watched *agent = outage->members->owner;

		mass_outage_leave(outage, &agent->mass);
		take_back(checker, agent, now);
	}
}

enum health_outage health_checker_outage(const struct health_checker *checker)
{
	return checker->outage.state;
}

// ---- time

void health_checker_slept(struct health_checker *checker, int64_t slept_ms, struct instant now)
{
	struct watched *agent, *next;

	HASH_ITER(hh, checker->agents, agent, next) {
		int64_t age_ms = now.mono_ms - agent->judged_ms;

		if (age_ms > stale_after_ms(agent))
			continue;
		agent->judged_ms += slept_ms < age_ms ? slept_ms : age_ms;
	}
}

int64_t health_checker_tick(struct health_checker *checker, struct instant now)
{
	struct deadline *due;

	mass_outage_tick(&checker->outage, now.mono_ms);
	while ((due = deadlines_pop(&checker->deadlines, now.mono_ms))) {
		struct watched *agent = due->owner;
		struct health before = agent->health;

		update(checker, agent, &before, now);
	}
	return health_checker_deadline(checker);
}

int64_t health_checker_deadline(const struct health_checker *checker)
{
	int64_t outage = mass_outage_deadline(&checker->outage);
	int64_t agents = deadlines_next(&checker->deadlines);

	return outage < agents ? outage : agents;
}

int health_checker_overlay(struct health_checker *checker, uint32_t id, enum overlay overlay, bool is_set,
			   int64_t until_ms, struct instant now)
{
	struct watched *agent = find(checker, id);
	struct health before;

	if (!agent)
		return -ENOENT;
	before = agent->health;
	if (is_set)
		agent->health.overlays |= (uint8_t)overlay;
	else
		agent->health.overlays &= (uint8_t)~overlay;
	if (overlay == OVERLAY_MAINTENANCE)
		agent->maintenance_until_ms =
			is_set && until_ms ? now.mono_ms + (until_ms - now.wall_ms) : DEADLINE_NEVER;
	update(checker, agent, &before, now);
	return 0;
}

// ---- over a restart

int health_checker_resume(struct health_checker *checker, uint32_t id, const struct health_standing *before,
			  struct instant now)
{
	struct watched *agent = find(checker, id);

	if (!agent)
		return -ENOENT;
	agent->resumed = *before;
	if (before->maintenance_until_ms <= now.wall_ms)
		return 0;
	return health_checker_overlay(checker, id, OVERLAY_MAINTENANCE, true, before->maintenance_until_ms, now);
}

bool health_checker_standing(const struct health_checker *checker, uint32_t id, struct health_standing *out,
			     struct instant now)
{
	const struct watched *agent = find(checker, id);

	if (!agent)
		return false;
	*out = agent->resumed;
	if (agent->health.observed != OBSERVED_NEVER) {
		out->observed = agent->health.observed;
		out->since_ms = agent->health.since_ms;
	}
	out->maintenance_until_ms = 0;
	if (agent->maintenance_until_ms != DEADLINE_NEVER)
		out->maintenance_until_ms = now.wall_ms + (agent->maintenance_until_ms - now.mono_ms);
	return true;
}

// ---- reading

const struct health *health_checker_health(const struct health_checker *checker, uint32_t id)
{
	const struct watched *agent = find(checker, id);

	return agent ? &agent->health : NULL;
}

void health_checker_stats(const struct health_checker *checker, struct health_stats *out)
{
	*out = (struct health_stats){ .total = HASH_COUNT(checker->agents) };
	memcpy(out->by_state, checker->by_state, sizeof out->by_state);
	memcpy(out->by_freshness, checker->by_freshness, sizeof out->by_freshness);
	out->overall = health_overall(out->by_state);
}
