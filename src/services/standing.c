// SPDX-License-Identifier: Apache-2.0
#include "services/standing.h"

#include <string.h>

#include "base/memory.h"
#include "services/standing_file.h"

static void texts_free(struct alert *alert)
{
	mem_free((char *)alert->rule);
	mem_free((char *)alert->by);
	mem_free((char *)alert->note);
}

void standing_agent_free(struct standing_agent *agent)
{
	if (!agent)
		return;
	for (size_t i = 0; i < agent->n_alerts; i++)
		texts_free(&agent->alerts[i]);
	mem_free(agent->alerts);
	mem_free((char *)agent->key);
	mem_free(agent);
}

void standing_forget(struct standing *standing, struct standing_agent *agent)
{
	HASH_DEL(standing->agents, agent);
	standing_agent_free(agent);
}

void standing_finish(struct standing *standing)
{
	struct standing_agent *agent, *next;

	HASH_ITER(hh, standing->agents, agent, next)
		standing_forget(standing, agent);
}

struct standing_agent *standing_get(const struct standing *standing, const char *key)
{
	struct standing_agent *agent;

	HASH_FIND(hh, standing->agents, key, strlen(key), agent);
	return agent;
}

void standing_count(const struct standing *standing, struct standing_counts *out)
{
	*out = (struct standing_counts){ 0 };
	for (const struct standing_agent *agent = standing->agents; agent; agent = agent->hh.next) {
		out->n_maintained += agent->health.maintenance_until_ms != 0;
		for (size_t i = 0; i < agent->n_alerts; i++) {
			out->n_acknowledged += agent->alerts[i].state == ALERT_ACKNOWLEDGED;
			out->n_snoozed += agent->alerts[i].state == ALERT_SNOOZED;
			out->n_noted += agent->alerts[i].state == ALERT_ACTIVE && *agent->alerts[i].note;
		}
	}
}

// ---- age

// One whose clock was set back meanwhile was seen now, and began no later.
static void set_right(struct standing_agent *agent, int64_t now_ms)
{
	if (agent->seen_ms > now_ms)
		agent->seen_ms = now_ms;
	if (agent->health.since_ms > now_ms)
		agent->health.since_ms = now_ms;
	for (size_t i = 0; i < agent->n_alerts; i++)
		if (agent->alerts[i].since_ms > now_ms)
			agent->alerts[i].since_ms = now_ms;
}

static bool holds(struct alert *alert, bool is_recent, int64_t now_ms)
{
	bool is_snoozed = alert->state == ALERT_SNOOZED && alert->snoozed_until_ms > now_ms;

	if (alert->state == ALERT_SNOOZED && !is_snoozed) {
		alert->state = ALERT_ACTIVE;
		alert->snoozed_until_ms = 0;
	}
	return is_recent || is_snoozed;
}

void standing_age(struct standing_agent *agent, int64_t now_ms)
{
	bool is_recent;
	size_t n = 0;

	set_right(agent, now_ms);
	is_recent = now_ms - agent->seen_ms <= STANDING_TRUST_MS;
	if (!is_recent)
		agent->health.observed = OBSERVED_NEVER;
	if (agent->health.observed == OBSERVED_NEVER)
		agent->health.since_ms = 0;
	if (agent->health.maintenance_until_ms <= now_ms)
		agent->health.maintenance_until_ms = 0;
	for (size_t i = 0; i < agent->n_alerts; i++) {
		if (holds(&agent->alerts[i], is_recent, now_ms))
			agent->alerts[n++] = agent->alerts[i];
		else
			texts_free(&agent->alerts[i]);
	}
	agent->n_alerts = n;
}

bool standing_is_empty(const struct standing_agent *agent)
{
	return agent->health.observed == OBSERVED_NEVER && !agent->health.maintenance_until_ms && !agent->n_alerts;
}
