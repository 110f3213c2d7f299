// SPDX-License-Identifier: Apache-2.0
/* Alerts by id and by time. What people do about them is told by their actions; the alert itself tells when it fires,
 * comes back from a snooze, or resolves.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fleet/fleet.h"
#include "text/text.h"

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void take(struct fleet_alert *alert, const struct event *event)
{
	event_unref(alert->event);
	alert->event = fleet_keep(event);
	alert->public = event->u.alert;
	alert->public.rule = or_empty(event->u.alert.rule);
	alert->public.summary = or_empty(event->u.alert.summary);
	alert->public.by = or_empty(event->u.alert.by);
	alert->public.note = or_empty(event->u.alert.note);
}

// The place after the last one that is not younger; ties go by id, so the order does not hang on arrival.
static size_t position(const struct fleet *fleet, const struct alert *alert)
{
	size_t low = 0, high = fleet->n_alerts;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct alert *other = &fleet->alerts[mid]->public;

		if (other->since_ms < alert->since_ms || (other->since_ms == alert->since_ms && other->id < alert->id))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int reserve(struct fleet *fleet)
{
	size_t cap = fleet->cap_alerts ? fleet->cap_alerts * 2 : 32;
	struct fleet_alert **alerts;

	if (fleet->n_alerts < fleet->cap_alerts)
		return 0;
	alerts = mem_realloc(fleet->alerts, cap * sizeof(struct fleet_alert *));
	if (!alerts)
		return -ENOMEM;
	fleet->alerts = alerts;
	fleet->cap_alerts = cap;
	return 0;
}

static void order_insert(struct fleet *fleet, struct fleet_alert *alert)
{
	size_t at = position(fleet, &alert->public);

	memmove(fleet->alerts + at + 1, fleet->alerts + at, (fleet->n_alerts - at) * sizeof(struct fleet_alert *));
	fleet->alerts[at] = alert;
	fleet->n_alerts++;
}

static void order_remove(struct fleet *fleet, const struct fleet_alert *alert)
{
	size_t at = position(fleet, &alert->public);

	fleet->n_alerts--;
	memmove(fleet->alerts + at, fleet->alerts + at + 1, (fleet->n_alerts - at) * sizeof(struct fleet_alert *));
}

static void count(struct fleet *fleet, struct fleet_alert *alert, int step)
{
	struct fleet_entry *entry = fleet_entry(fleet, alert->public.agent);

	fleet->n_alerts_in[alert->public.state] += (size_t)step;
	if (alert->public.state == ALERT_RESOLVED) {
		if (step > 0)
			DL_APPEND(fleet->resolved, alert);
		else
			DL_DELETE(fleet->resolved, alert);
	} else if (entry) {
		entry->public.n_alerts += (uint32_t)step;
	}
}

uint32_t fleet_count_alerts(const struct fleet *fleet, uint32_t agent)
{
	uint32_t n = 0;

	for (size_t i = 0; i < fleet->n_alerts; i++)
		n += fleet->alerts[i]->public.agent == agent && fleet->alerts[i]->public.state != ALERT_RESOLVED;
	return n;
}

static void alert_free(struct fleet_alert *alert)
{
	event_unref(alert->event);
	mem_free(alert);
}

static void drop(struct fleet *fleet, struct fleet_alert *alert)
{
	count(fleet, alert, -1);
	order_remove(fleet, alert);
	HASH_DELETE(hh, fleet->alerts_by_id, alert);
	alert_free(alert);
}

static void drop_oldest_resolved(struct fleet *fleet)
{
	if (fleet->n_alerts_in[ALERT_RESOLVED] > FLEET_RESOLVED_MAX)
		drop(fleet, fleet->resolved);
}

void fleet_alerts_settle(struct fleet *fleet, const struct fleet_restore *restore)
{
	for (size_t i = fleet->n_alerts; i-- > 0;) {
		struct fleet_alert *alert = fleet->alerts[i];
		uint32_t agent = alert->public.agent;

		if (alert->event->origin != restore->origin || alert->restated == restore->number)
			continue;
		drop(fleet, alert);
		fleet_notify(fleet, FLEET_ALERTS, agent);
	}
}

// The built-in rules follow the agent's state: the timeline has the transition itself, in better words.
static bool repeats_transition(const struct alert *alert)
{
	static const char *const rules[] = { "agent_degraded", "agent_down", "agent_flapping", "agent_stale" };

	for (size_t i = 0; alert->agent && i < sizeof rules / sizeof rules[0]; i++)
		if (strcmp(alert->rule, rules[i]) == 0)
			return true;
	return false;
}

// `was`: the state before, or ALERT_STATE_COUNT for a new one.
static void tell(struct fleet *fleet, const struct alert *alert, enum alert_state was, int64_t at_ms)
{
	const struct fleet_entry *entry = fleet_entry(fleet, alert->agent);
	bool is_resolved = alert->state == ALERT_RESOLVED;
	const char *name = entry ? entry->public.agent->name : "";
	char title[512];

	if (alert->state == was || alert->state == ALERT_ACKNOWLEDGED || alert->state == ALERT_SNOOZED)
		return;
	if (repeats_transition(alert) && (was == ALERT_STATE_COUNT || is_resolved))
		return;
	if (is_resolved && was == ALERT_STATE_COUNT) // history, replayed
		at_ms = alert->resolved_ms;
	snprintf(title, sizeof title, "alert %.*s%s%.*s %s", text_fit(alert->rule, 150), alert->rule,
		 *name ? " on " : "", text_fit(name, 200), name,
		 is_resolved                ? "resolved"
		 : was == ALERT_STATE_COUNT ? "fired"
		 : was == ALERT_RESOLVED    ? "fired again"
					    : "is active again");
	fleet_tell(fleet, &(struct fleet_news){ .at_ms = at_ms,
						.type = is_resolved ? ACTION_START : ACTION_ERROR,
						.severity = is_resolved ? SEVERITY_INFO : alert->severity,
						.source = EVENT_ALERT,
						.agent = entry ? entry->public.agent : NULL,
						.title = title,
						.description = alert->summary });
}

static struct fleet_alert *alert_new(struct fleet *fleet, const struct event *event)
{
	struct fleet_alert *alert;

	if (reserve(fleet) < 0)
		return NULL;
	alert = mem_calloc(1, sizeof *alert);
	if (!alert)
		return NULL;
	take(alert, event);
	HASH_ADD(hh, fleet->alerts_by_id, public.id, sizeof alert->public.id, alert);
	if (!TABLE_ADD_FAILED(alert))
		return alert;
	alert_free(alert);
	return NULL;
}

static struct fleet_alert *find(const struct fleet *fleet, uint32_t id)
{
	struct fleet_alert *alert;

	HASH_FIND(hh, fleet->alerts_by_id, &id, sizeof id, alert);
	return alert;
}

int fleet_alert_changed(struct fleet *fleet, const struct event *event)
{
	struct fleet_alert *alert = find(fleet, event->u.alert.id);
	enum alert_state was = alert ? alert->public.state : ALERT_STATE_COUNT;
	uint32_t agent = event->u.alert.agent;

	if ((size_t)event->u.alert.state >= ALERT_STATE_COUNT)
		return 0;
	if (alert) {
		count(fleet, alert, -1);
		order_remove(fleet, alert);
		take(alert, event);
	} else {
		alert = alert_new(fleet, event);
		if (!alert)
			return -ENOMEM;
	}
	alert->restated = fleet_restore_number(fleet);
	order_insert(fleet, alert);
	count(fleet, alert, 1);
	tell(fleet, &alert->public, was, event->at_ms);
	drop_oldest_resolved(fleet);
	fleet_notify(fleet, FLEET_ALERTS, agent);
	return 0;
}

void fleet_alerts_finish(struct fleet *fleet)
{
	HASH_CLEAR(hh, fleet->alerts_by_id);
	for (size_t i = 0; i < fleet->n_alerts; i++)
		alert_free(fleet->alerts[i]);
	mem_free(fleet->alerts);
}

size_t fleet_n_alerts(const struct fleet *fleet)
{
	return fleet->n_alerts;
}

const struct alert *fleet_alert_at(const struct fleet *fleet, size_t i)
{
	return &fleet->alerts[fleet->n_alerts - 1 - i]->public;
}

const struct alert *fleet_alert(const struct fleet *fleet, uint32_t id)
{
	const struct fleet_alert *alert = find(fleet, id);

	return alert ? &alert->public : NULL;
}

size_t fleet_n_alerts_in(const struct fleet *fleet, enum alert_state state)
{
	return (size_t)state < ALERT_STATE_COUNT ? fleet->n_alerts_in[state] : 0;
}

const char *fleet_alert_muted(const struct fleet *fleet, const struct alert *alert)
{
	const struct fleet_entry *entry = alert->state == ALERT_ACTIVE ? fleet_entry(fleet, alert->agent) : NULL;

	if (entry && health_is_in_maintenance(&entry->public.health))
		return "in maintenance";
	return entry && health_is_operated(&entry->public.health) ? "operation in progress" : "";
}
