// SPDX-License-Identifier: Apache-2.0
#include "services/alerts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "services/alert_book.h"
#include "services/alert_resume.h"
#include "services/state_rules.h"
#include "text/text.h"

enum {
	GROUP_BACK_MS = 60 * 1000, // agents that went down so shortly before belong to the outage
	GROUP_TELL_MS = 1000,      // the group's number is told at most that often
};

struct agent_rule {
	struct rule_state state;
	struct alert_entry *entry; // alert_book::entries; NULL: none open
	bool applies;
};

struct subject {
	uint32_t id;
	const struct agent *agent; // a reference
	struct health health;
	struct alert_entry *open[STATE_RULE_COUNT]; // alert_book::entries
	struct agent_rule *rules;                   // owned, alerts::n_rules; NULL when there are none
	struct deadline deadline;                   // alerts::deadlines
	bool is_held, is_in_group;
	struct alert_resume *resumes; // owned
	UT_hash_handle hh;            // alerts::subjects
};

struct alerts {
	struct alert_book book;
	struct rule *rules; // owned
	size_t n_rules;
	struct subject *subjects; // owned
	struct deadlines deadlines;
	enum health_outage outage;
	struct alert_entry *group;
	struct alert_resume *group_resumes; // owned
	uint32_t n_group;
	int64_t group_tell_ms; // mono; DEADLINE_NEVER
};

static bool is_muted(const struct health *health)
{
	return (health->overlays & (OVERLAY_PAUSED | OVERLAY_MAINTENANCE | OVERLAY_OPERATION)) != 0;
}

static const char *name_of(const struct subject *subject)
{
	return subject->agent->name ? subject->agent->name : "agent";
}

// As the one of before a restart, if there was one.
static void raise_alert(struct alerts *alerts, struct alert_terms *terms, struct alert_resume **resumes,
			struct alert_entry **slot, struct instant now)
{
	struct alert_resume *before = alert_resume_take(resumes, terms->rule, now);

	terms->before = before ? &before->alert : NULL;
	alert_book_raise(&alerts->book, terms, slot, now);
	alert_resume_free(before);
}

static void raise_state(struct alerts *alerts, struct subject *subject, enum state_rule rule, struct instant now)
{
	const struct health *health = &subject->health;
	bool has_reason = rule == RULE_DOWN || rule == RULE_DEGRADED;
	char summary[600];
	struct alert_terms terms = {
		.agent = subject->id,
		.n_agents = 1,
		.rule = state_rules[rule].name,
		.summary = summary,
		.severity = state_rules[rule].severity,
		.value = NAN,
	};

	snprintf(summary, sizeof summary, "%s %s%s%s%s%s", name_of(subject), state_rules[rule].words,
		 has_reason ? ": " : "", has_reason ? reason_text(health->reason) : "",
		 has_reason && *health->detail ? ", " : "", has_reason ? health->detail : "");
	text_trim(summary);
	raise_alert(alerts, &terms, &subject->resumes, &subject->open[rule], now);
}

// ---- the group

static void resolve(struct alerts *alerts, struct alert_entry **entry, struct instant now)
{
	struct alert_entry *open = *entry;

	if (!open)
		return;
	*entry = NULL; // first, for telling may lead back here
	alert_book_resolve(&alerts->book, open, now);
}

static void group_changed(struct alerts *alerts, struct instant now)
{
	if (alerts->group_tell_ms == DEADLINE_NEVER)
		alerts->group_tell_ms = now.mono_ms + GROUP_TELL_MS;
}

static void group_summary(const struct alerts *alerts, char *out, size_t size)
{
	if (alerts->n_group == 1)
		snprintf(out, size, "1 agent is down, others are failing");
	else
		snprintf(out, size, "%u agents went down together", alerts->n_group);
}

// Told a moment later, the first time as well: nobody who joins meanwhile is left out of the number.
static void join_group(struct alerts *alerts, struct subject *subject, struct instant now)
{
	subject->is_held = false;
	if (subject->is_in_group)
		return;
	subject->is_in_group = true;
	alerts->n_group++;
	group_changed(alerts, now);
}

static void leave_group(struct alerts *alerts, struct subject *subject, struct instant now)
{
	if (!subject->is_in_group)
		return;
	subject->is_in_group = false;
	alerts->n_group--;
	if (alerts->n_group) {
		group_changed(alerts, now);
		return;
	}
	alerts->group_tell_ms = DEADLINE_NEVER;
	resolve(alerts, &alerts->group, now);
}

static void tell_group(struct alerts *alerts, struct instant now)
{
	char summary[80];
	struct alert_terms terms = {
		.n_agents = alerts->n_group,
		.rule = "fleet_outage",
		.summary = summary,
		.severity = SEVERITY_CRITICAL,
		.value = NAN,
	};

	alerts->group_tell_ms = DEADLINE_NEVER;
	group_summary(alerts, summary, sizeof summary);
	if (alerts->group)
		alert_book_update(&alerts->book, alerts->group, summary, alerts->n_group, now);
	else
		raise_alert(alerts, &terms, &alerts->group_resumes, &alerts->group, now);
}

// ---- state

static bool is_bad(const struct health *health)
{
	return health->observed == OBSERVED_DOWN || health->observed == OBSERVED_DEGRADED;
}

// How a state that holds is told: by an alert of its own, or later, or by that of the group.
static void tell_state(struct alerts *alerts, struct subject *subject, enum state_rule rule, struct instant now)
{
	bool is_of_outage = rule == RULE_DOWN || rule == RULE_DEGRADED;

	if (subject->open[rule] || is_muted(&subject->health) || (is_of_outage && subject->is_in_group))
		return;
	if (is_of_outage && alerts->outage == OUTAGE_TESTING)
		subject->is_held = true;
	else if (is_of_outage && alerts->outage == OUTAGE_GROUPED)
		join_group(alerts, subject, now);
	else
		raise_state(alerts, subject, rule, now);
}

static void follow_state(struct alerts *alerts, struct subject *subject, struct instant now)
{
	if (!is_bad(&subject->health)) {
		subject->is_held = false;
		leave_group(alerts, subject, now);
	}
	for (int rule = 0; rule < STATE_RULE_COUNT; rule++)
		if (state_rules[rule].is_over(&subject->health)) {
			resolve(alerts, &subject->open[rule], now);
			if (subject->health.observed != OBSERVED_NEVER)
				alert_resume_drop(&subject->resumes, state_rules[rule].name);
		}
	for (int rule = 0; rule < STATE_RULE_COUNT; rule++)
		if (state_rules[rule].holds(&subject->health))
			tell_state(alerts, subject, (enum state_rule)rule, now);
}

// ---- metric rules

static void raise_rule(struct alerts *alerts, struct subject *subject, size_t i, struct instant now)
{
	const struct rule *rule = &alerts->rules[i];
	char summary[600];
	struct alert_terms terms = {
		.agent = subject->id,
		.n_agents = 1,
		.rule = rule->name,
		.summary = summary,
		.severity = rule->severity,
		.value = subject->rules[i].state.value,
	};

	snprintf(summary, sizeof summary, "%s: %s", name_of(subject), rule->summary);
	text_trim(summary);
	raise_alert(alerts, &terms, &subject->resumes, &subject->rules[i].entry, now);
}

// A rule that fires unheard, because the agent is in maintenance or operated on, is heard at the first reading after
// it.
static void follow_rule(struct alerts *alerts, struct subject *subject, size_t i, enum rule_change change,
			struct instant now)
{
	struct agent_rule *state = &subject->rules[i];

	if (change == RULE_CLEARS)
		resolve(alerts, &state->entry, now);
	if (state->state.phase != RULE_FIRING)
		return;
	if (state->entry)
		state->entry->alert.value = state->state.value; // told with the next change
	else if (!is_muted(&subject->health))
		raise_rule(alerts, subject, i, now);
}

static void rearm(struct alerts *alerts, struct subject *subject)
{
	int64_t next = DEADLINE_NEVER;

	for (size_t i = 0; i < alerts->n_rules; i++) {
		int64_t at = rule_deadline(&alerts->rules[i], &subject->rules[i].state);

		if (at < next)
			next = at;
	}
	deadlines_set(&alerts->deadlines, &subject->deadline, next);
}

// ---- life

int alerts_create(struct rule *rules, size_t n_rules, const struct event_sink *sink, struct alerts **out)
{
	struct alerts *alerts = mem_calloc(1, sizeof *alerts);

	if (alerts && n_rules)
		alerts->rules = mem_calloc(n_rules, sizeof *alerts->rules);
	if (!alerts || (n_rules && !alerts->rules)) {
		mem_free(alerts);
		return -ENOMEM;
	}
	if (n_rules)
		memcpy(alerts->rules, rules, n_rules * sizeof *rules);
	alerts->n_rules = n_rules;
	alerts->book.sink = *sink;
	alerts->group_tell_ms = DEADLINE_NEVER;
	*out = alerts;
	return 0;
}

static void free_subject(struct alerts *alerts, struct subject *subject)
{
	deadlines_set(&alerts->deadlines, &subject->deadline, DEADLINE_NEVER);
	HASH_DEL(alerts->subjects, subject);
	agent_unref((struct agent *)subject->agent);
	alert_resume_finish(&subject->resumes);
	mem_free(subject->rules);
	mem_free(subject);
}

void alerts_destroy(struct alerts *alerts)
{
	struct subject *subject, *next;

	if (!alerts)
		return;
	HASH_ITER(hh, alerts->subjects, subject, next)
		free_subject(alerts, subject);
	for (size_t i = 0; i < alerts->n_rules; i++)
		rule_finish(&alerts->rules[i]);
	mem_free(alerts->rules);
	alert_resume_finish(&alerts->group_resumes);
	deadlines_finish(&alerts->deadlines);
	alert_book_finish(&alerts->book);
	mem_free(alerts);
}

static struct subject *find(const struct alerts *alerts, uint32_t id)
{
	struct subject *subject;

	HASH_FIND(hh, alerts->subjects, &id, sizeof id, subject);
	return subject;
}

static struct subject *add(struct alerts *alerts, const struct agent *agent)
{
	struct subject *subject = mem_calloc(1, sizeof *subject);

	if (!subject)
		return NULL;
	if (alerts->n_rules)
		subject->rules = mem_calloc(alerts->n_rules, sizeof *subject->rules);
	if ((alerts->n_rules && !subject->rules) ||
	    deadlines_reserve(&alerts->deadlines, HASH_COUNT(alerts->subjects) + 1) < 0)
		goto err;
	subject->id = agent->id;
	subject->deadline.owner = subject;
	HASH_ADD(hh, alerts->subjects, id, sizeof subject->id, subject);
	if (TABLE_ADD_FAILED(subject))
		goto err;
	subject->agent = agent_ref(agent);
	return subject;
err:
	mem_free(subject->rules);
	mem_free(subject);
	return NULL;
}

int alerts_agent(struct alerts *alerts, const struct agent *agent, struct instant now)
{
	struct subject *subject = find(alerts, agent->id);
	const struct agent *before = subject ? subject->agent : NULL;

	if (!subject)
		subject = add(alerts, agent);
	if (!subject)
		return -ENOMEM;
	if (before) {
		subject->agent = agent_ref(agent);
		agent_unref((struct agent *)before);
	}
	for (size_t i = 0; i < alerts->n_rules; i++) {
		struct agent_rule *rule = &subject->rules[i];

		rule->applies = selector_matches(alerts->rules[i].selector, agent);
		if (rule->applies)
			continue;
		rule->state = (struct rule_state){ 0 };
		resolve(alerts, &rule->entry, now);
		alert_resume_drop(&subject->resumes, alerts->rules[i].name);
	}
	return 0;
}

void alerts_agent_removed(struct alerts *alerts, uint32_t id, struct instant now)
{
	struct subject *subject = find(alerts, id);

	if (!subject)
		return;
	leave_group(alerts, subject, now);
	for (int rule = 0; rule < STATE_RULE_COUNT; rule++)
		resolve(alerts, &subject->open[rule], now);
	for (size_t i = 0; i < alerts->n_rules; i++)
		resolve(alerts, &subject->rules[i].entry, now);
	free_subject(alerts, subject);
}

void alerts_health(struct alerts *alerts, uint32_t id, const struct health *health, struct instant now)
{
	struct subject *subject = find(alerts, id);

	if (!subject)
		return;
	subject->health = *health;
	follow_state(alerts, subject, now);
}

void alerts_readings(struct alerts *alerts, uint32_t id, const struct metric_reading *readings, size_t n,
		     struct instant now)
{
	struct subject *subject = find(alerts, id);

	if (!subject || !alerts->n_rules)
		return;
	for (size_t r = 0; r < n; r++)
		for (size_t i = 0; i < alerts->n_rules; i++) {
			const struct rule *rule = &alerts->rules[i];
			struct agent_rule *state = &subject->rules[i];

			if (!state->applies || rule->series != readings[r].series)
				continue;
			follow_rule(alerts, subject, i, rule_reading(rule, &state->state, readings[r].value, now), now);
			if (state->state.phase == RULE_QUIET && !isnan(readings[r].value))
				alert_resume_drop(&subject->resumes, rule->name);
		}
	rearm(alerts, subject);
}

void alerts_observe(struct alerts *alerts, const struct event *event, struct instant now)
{
	switch (event->type) {
	case EVENT_AGENT_ADDED:
	case EVENT_AGENT_CHANGED:
		alerts_agent(alerts, event->u.agent, now);
		break;
	case EVENT_AGENT_REMOVED:
		alerts_agent_removed(alerts, event->agent, now);
		break;
	case EVENT_AGENT_HEALTH:
		alerts_health(alerts, event->agent, &event->u.health, now);
		break;
	case EVENT_METRICS:
		alerts_readings(alerts, event->agent, event->u.metrics.items, event->u.metrics.n, now);
		break;
	default:
		break;
	}
}

// Those who went down a moment ago have alerts of their own, which the group's replaces.
static void gather(struct alerts *alerts, struct subject *subject, struct instant now)
{
	const struct alert_entry *down = subject->open[RULE_DOWN];
	bool is_recent =
		down && down->alert.state == ALERT_ACTIVE && now.wall_ms - down->alert.since_ms <= GROUP_BACK_MS;

	if (!subject->is_held && !is_recent)
		return;
	resolve(alerts, &subject->open[RULE_DOWN], now);
	join_group(alerts, subject, now);
}

void alerts_outage(struct alerts *alerts, enum health_outage outage, struct instant now)
{
	struct subject *subject, *next;
	enum health_outage before = alerts->outage;

	alerts->outage = outage;
	if (outage == before || outage == OUTAGE_TESTING)
		return;
	HASH_ITER(hh, alerts->subjects, subject, next) {
		if (outage == OUTAGE_GROUPED) {
			gather(alerts, subject, now);
		} else if (subject->is_held) {
			subject->is_held = false;
			follow_state(alerts, subject, now);
		}
	}
	if (outage == OUTAGE_GROUPED && alerts->n_group)
		tell_group(alerts, now); // whoever is known to be of it has just been counted
}

int alerts_request(struct alerts *alerts, const struct request *request, struct instant now)
{
	return alert_book_request(&alerts->book, request, now);
}

int64_t alerts_tick(struct alerts *alerts, struct instant now)
{
	struct deadline *due;

	alert_book_tick(&alerts->book, now);
	if (now.mono_ms >= alerts->group_tell_ms)
		tell_group(alerts, now);
	while ((due = deadlines_pop(&alerts->deadlines, now.mono_ms))) {
		struct subject *subject = due->owner;

		for (size_t i = 0; i < alerts->n_rules; i++)
			follow_rule(alerts, subject, i, rule_tick(&alerts->rules[i], &subject->rules[i].state, now),
				    now);
		rearm(alerts, subject);
	}
	return alerts_deadline(alerts);
}

int64_t alerts_deadline(const struct alerts *alerts)
{
	int64_t next = deadlines_next(&alerts->deadlines);
	int64_t snooze = deadlines_next(&alerts->book.snoozes);

	if (snooze < next)
		next = snooze;
	return alerts->group_tell_ms < next ? alerts->group_tell_ms : next;
}

size_t alerts_n_open(const struct alerts *alerts)
{
	return alerts->book.n_open;
}

const struct alert *alerts_get(const struct alerts *alerts, uint32_t id)
{
	const struct alert_entry *entry = alert_book_get(&alerts->book, id);

	return entry ? &entry->alert : NULL;
}

static void count_open(const struct alert_entry *entry, size_t *n, size_t *n_acknowledged, size_t *n_snoozed)
{
	if (!entry)
		return;
	(*n)++;
	*n_acknowledged += entry->alert.state == ALERT_ACKNOWLEDGED;
	*n_snoozed += entry->alert.state == ALERT_SNOOZED;
}

unsigned alerts_overlays(const struct alerts *alerts, uint32_t id)
{
	const struct subject *subject = find(alerts, id);
	size_t n = 0;
	size_t n_acknowledged = 0;
	size_t n_snoozed = 0;

	if (!subject)
		return 0;
	for (int rule = 0; rule < STATE_RULE_COUNT; rule++)
		count_open(subject->open[rule], &n, &n_acknowledged, &n_snoozed);
	for (size_t i = 0; i < alerts->n_rules; i++)
		count_open(subject->rules[i].entry, &n, &n_acknowledged, &n_snoozed);
	if (n && n == n_snoozed)
		return OVERLAY_SILENCED;
	return n && n == n_acknowledged + n_snoozed ? OVERLAY_ACKNOWLEDGED : 0;
}

// ---- over a restart

int alerts_resume(struct alerts *alerts, uint32_t id, const struct alert *before, int64_t until_ms)
{
	struct subject *subject = id ? find(alerts, id) : NULL;

	if (id && !subject)
		return -ENOENT;
	return alert_resume_add(subject ? &subject->resumes : &alerts->group_resumes, before, until_ms);
}

void alerts_each(const struct alerts *alerts, uint32_t id, struct instant now,
		 void (*visit)(void *ctx, const struct alert *alert), void *ctx)
{
	const struct subject *subject = id ? find(alerts, id) : NULL;
	const struct alert_resume *resume = id ? NULL : alerts->group_resumes;

	if (!id && alerts->group)
		visit(ctx, &alerts->group->alert);
	for (int rule = 0; subject && rule < STATE_RULE_COUNT; rule++)
		if (subject->open[rule])
			visit(ctx, &subject->open[rule]->alert);
	for (size_t i = 0; subject && i < alerts->n_rules; i++)
		if (subject->rules[i].entry)
			visit(ctx, &subject->rules[i].entry->alert);
	for (resume = subject ? subject->resumes : resume; resume; resume = resume->next)
		if (resume->until_ms >= now.wall_ms)
			visit(ctx, &resume->alert);
}
