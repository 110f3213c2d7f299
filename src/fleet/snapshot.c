// SPDX-License-Identifier: Apache-2.0
/* The cursor over a fleet. It holds no place that could move: agents are passed in order of their arrival, alerts and
 * the like by numbers that were listed when their turn came, items of the timeline by when they were told.
 *
 * Newly bad agents come once more at the end of the agents, those that turned first: whoever hears it has them in the
 * same order. Whoever turns meanwhile is told anyway, and again after those. Items of the timeline that change while
 * the others are told are told again.
 */
#include "fleet/snapshot.h"

#include <errno.h>
#include <stddef.h>

#include "fleet/snapshot_parts.h"
#include "services/metrics_aggregator.h"

// ---- lists

static int list_ids(struct fleet_snapshot *s, size_t n)
{
	mem_free(s->ids);
	s->n = s->at = 0;
	s->ids = mem_alloc((n + 1) * sizeof *s->ids);
	return s->ids ? 0 : -ENOMEM;
}

// ---- begin and end

static int next_begin(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	if (s->is_started)
		return 0;
	*out = event_new(EVENT_SNAPSHOT, at_ms, 0);
	s->is_started = *out;
	return *out ? 0 : -ENOMEM;
}

// Of all origins the one that told last: to whoever hears this, they are one.
static struct timeline_fold newest_fold(const struct fleet *fleet, size_t kind)
{
	struct timeline_fold newest = fleet->folded[0][kind];

	for (size_t i = 1; i <= FLEET_HUBS_MAX; i++)
		if (fleet->folded[i][kind].second > newest.second)
			newest = fleet->folded[i][kind];
	return newest;
}

static int next_end(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	struct event *event = event_new(EVENT_SNAPSHOT, at_ms, 0);

	if (!event) {
		s->part--; // by the time that there is memory, more may have been told
		return -ENOMEM;
	}
	event->u.snapshot.is_end = true;
	event->u.snapshot.overall_since_ms = s->fleet->overall_since_ms;
	for (size_t kind = 0; kind < TIMELINE_KIND_COUNT; kind++)
		event->u.snapshot.folds[kind] = newest_fold(s->fleet, kind);
	*out = event;
	return 0;
}

// ---- series

static int next_series(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	(void)at_ms;
	while (s->at < s->fleet->n_defs && !s->fleet->defs[s->at])
		s->at++;
	if (s->at >= s->fleet->n_defs)
		return 0;
	*out = event_restate(s->fleet->defs[s->at], s->fleet->defs[s->at]->at_ms);
	if (!*out)
		return -ENOMEM;
	s->at++;
	return 0;
}

// ---- those that are newly bad

// Turned since the last list, those that turned first at its beginning.
static int list_bad(struct fleet_snapshot *s)
{
	uint64_t listed = s->turns;
	int r = list_ids(s, s->fleet->n_bad);

	if (r < 0)
		return r;
	for (const struct fleet_entry *entry = s->fleet->bad; entry && entry->turned > listed; entry = entry->bad_next)
		s->n++;
	s->at = s->n;
	for (const struct fleet_entry *entry = s->fleet->bad; s->at; entry = entry->bad_next)
		s->ids[--s->at] = entry->id;
	s->turns = s->fleet->n_turns;
	return 0;
}

static int next_bad(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	(void)at_ms;
	for (;;) {
		const struct fleet_entry *entry;

		if (s->at == s->n) {
			if (s->is_listed && s->turns == s->fleet->n_turns)
				return 0;
			if (list_bad(s) < 0)
				return -ENOMEM;
			s->is_listed = true;
			continue;
		}
		entry = fleet_entry(s->fleet, s->ids[s->at]);
		if (!entry || entry->turned > s->turns) { // gone, or its turn comes with the next list
			s->at++;
			continue;
		}
		*out = snapshot_health(entry);
		s->at += *out != NULL;
		return *out ? 0 : -ENOMEM;
	}
}

// ---- whatever has numbers of its own

struct listed {
	size_t (*count)(const struct fleet *fleet);
	// Writes as many numbers as count() said, in the order in which they are to be told.
	void (*list)(const struct fleet *fleet, uint32_t *ids);
	// The event of one: 0 and *out, NULL when it is gone; -ENOMEM.
	int (*make)(const struct fleet *fleet, uint32_t id, int64_t at_ms, struct event **out);
	size_t came; // offset in struct fleet: how many came ever; 0: their order is not that of their coming
};

static uint64_t n_came(const struct fleet *fleet, const struct listed *kind)
{
	return kind->came ? *(const uint64_t *)(const void *)((const char *)fleet + kind->came) : 0;
}

static int restate(const struct event *event, struct event **out)
{
	*out = event ? event_restate(event, event->at_ms) : NULL;
	return *out || !event ? 0 : -ENOMEM;
}

static void list_alerts(const struct fleet *fleet, uint32_t *ids)
{
	size_t n = 0;

	for (const struct fleet_alert *alert = fleet->resolved; alert; alert = alert->next)
		ids[n++] = alert->public.id;
	for (size_t i = 0; i < fleet->n_alerts; i++)
		if (fleet->alerts[i]->public.state != ALERT_RESOLVED)
			ids[n++] = fleet->alerts[i]->public.id;
}

static int make_alert(const struct fleet *fleet, uint32_t id, int64_t at_ms, struct event **out)
{
	const struct fleet_alert *alert;

	(void)at_ms;
	HASH_FIND(hh, fleet->alerts_by_id, &id, sizeof id, alert);
	return restate(alert ? alert->event : NULL, out);
}

static void list_progress(const struct fleet *fleet, uint32_t *ids)
{
	for (size_t i = 0; i < fleet->n_progress; i++)
		ids[fleet->n_progress - 1 - i] = fleet->progress[i].event->u.progress.id;
}

static int make_progress(const struct fleet *fleet, uint32_t id, int64_t at_ms, struct event **out)
{
	(void)at_ms;
	for (size_t i = 0; i < fleet->n_progress; i++)
		if (fleet->progress[i].event->u.progress.id == id)
			return restate(fleet->progress[i].event, out);
	return 0;
}

static void list_operations(const struct fleet *fleet, uint32_t *ids)
{
	for (size_t i = 0; i < fleet->n_operations; i++)
		ids[i] = fleet->operations[i].operation->no;
}

static int make_operation(const struct fleet *fleet, uint32_t id, int64_t at_ms, struct event **out)
{
	const struct operation *operation = fleet_operation(fleet, id);

	if (!operation)
		return 0;
	*out = event_new(EVENT_OPERATION, at_ms, 0);
	if (!*out)
		return -ENOMEM;
	(*out)->is_restated = true;
	(*out)->u.operation = operation_ref(operation);
	return 0;
}

static void list_presence(const struct fleet *fleet, uint32_t *ids)
{
	for (size_t i = 0; i < fleet->n_presence; i++)
		ids[i] = fleet->presence[i].public.session;
}

static int make_presence(const struct fleet *fleet, uint32_t id, int64_t at_ms, struct event **out)
{
	(void)at_ms;
	for (size_t i = 0; i < fleet->n_presence; i++)
		if (fleet->presence[i].public.session == id)
			return restate(fleet->presence[i].event, out);
	return 0;
}

static void list_approvals(const struct fleet *fleet, uint32_t *ids)
{
	for (size_t i = 0; i < fleet->n_approvals; i++)
		ids[fleet->n_approvals - 1 - i] = fleet->approvals[i].public.plan;
}

static int make_approval(const struct fleet *fleet, uint32_t id, int64_t at_ms, struct event **out)
{
	(void)at_ms;
	for (size_t i = 0; i < fleet->n_approvals; i++)
		if (fleet->approvals[i].public.plan == id)
			return restate(fleet->approvals[i].event, out);
	return 0;
}

static int next_listed(struct fleet_snapshot *s, const struct listed *kind, int64_t at_ms, struct event **out)
{
	if (!s->is_listed) {
		size_t n = kind->count(s->fleet);
		int r = list_ids(s, n);

		if (r < 0)
			return r;
		kind->list(s->fleet, s->ids);
		s->n = n;
		s->came = n_came(s->fleet, kind);
		s->is_listed = true;
	}
	while (s->at < s->n) {
		int r = kind->make(s->fleet, s->ids[s->at], at_ms, out);

		if (r < 0)
			return r;
		s->at++;
		if (*out)
			return 0;
	}
	if (s->came == n_came(s->fleet, kind))
		return 0;
	s->is_listed = false; // who came meanwhile stands before some that were told after it: all of them once more
	return next_listed(s, kind, at_ms, out);
}

static int next_alert(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	static const struct listed alerts = { fleet_n_alerts, list_alerts, make_alert, 0 };

	return next_listed(s, &alerts, at_ms, out);
}

static int next_progress(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	static const struct listed progress = { fleet_n_progress, list_progress, make_progress,
						offsetof(struct fleet, n_progress_came) };

	return next_listed(s, &progress, at_ms, out);
}

static int next_operation(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	static const struct listed operations = { fleet_n_operations, list_operations, make_operation,
						  offsetof(struct fleet, n_operations_came) };

	return next_listed(s, &operations, at_ms, out);
}

static int next_presence(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	static const struct listed presence = { fleet_n_presence, list_presence, make_presence,
						offsetof(struct fleet, n_presence_came) };

	return next_listed(s, &presence, at_ms, out);
}

static int next_approval(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	static const struct listed approvals = { fleet_n_approvals, list_approvals, make_approval,
						 offsetof(struct fleet, n_approvals_came) };

	return next_listed(s, &approvals, at_ms, out);
}

// ---- sources, the open question, the feed

// Few and without numbers: when their list has changed they are all told again, which does no harm.
static int next_source(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	const struct fleet *fleet = s->fleet;

	(void)at_ms;
	if (s->sources != fleet->n_sources_changed) {
		s->sources = fleet->n_sources_changed;
		s->at = 0;
	}
	if (s->at >= fleet->n_sources)
		return 0;
	*out = event_restate(fleet->sources[s->at].event, fleet->sources[s->at].since_ms);
	s->at += *out != NULL;
	return *out ? 0 : -ENOMEM;
}

static int next_question(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	(void)at_ms;
	if (s->at || !s->fleet->question_event)
		return 0;
	s->at = restate(s->fleet->question_event, out) == 0;
	return s->at ? 0 : -ENOMEM;
}

static int next_feed(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	const struct fleet_feed *feed = &s->fleet->feed;
	struct event *event;

	if (s->at)
		return 0;
	event = event_new(EVENT_FEED, at_ms, 0);
	if (!event)
		return -ENOMEM;
	event->is_restated = true;
	event->u.feed.state = feed->state;
	event->u.feed.since_ms = feed->since_ms;
	event->u.feed.last_answer_ms = feed->last_answer_ms;
	event->u.feed.retry_ms = feed->retry_ms;
	event->u.feed.lag_ms = feed->lag_ms;
	event->u.feed.n_in_flight = feed->n_in_flight;
	event->u.feed.n_waiting = feed->n_waiting;
	event->u.feed.detail = mem_strdup(feed->detail);
	if (!event->u.feed.detail) {
		event_unref(event);
		return -ENOMEM;
	}
	*out = event;
	s->at = 1;
	return 0;
}

// ---- all of it

static int (*const parts[])(struct fleet_snapshot *s, int64_t at_ms, struct event **out) = {
	next_begin,  next_series,   next_agent,    next_bad,      next_alert, next_progress, next_operation,
	next_source, next_presence, next_approval, next_question, next_feed,  next_item,     next_end,
};

enum { N_PARTS = sizeof parts / sizeof parts[0] };

int fleet_snapshot_create(const struct fleet *fleet, struct fleet_snapshot **out)
{
	struct fleet_snapshot *s = mem_calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->fleet = fleet;
	s->after_ms = INT64_MIN;
	*out = s;
	return 0;
}

void fleet_snapshot_destroy(struct fleet_snapshot *s)
{
	if (!s)
		return;
	mem_free(s->ids);
	mem_free(s);
}

int fleet_snapshot_next(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	*out = NULL;
	while (s->part < N_PARTS) {
		int r = parts[s->part](s, at_ms, out);

		if (r < 0)
			return r;
		if (*out) {
			(*out)->origin = 0; // whoever reads it knows where it came from
			if (s->part == N_PARTS - 1)
				s->part++;
			return 0;
		}
		s->part++;
		s->at = s->n = 0;
		s->is_listed = false;
	}
	return 0;
}

int fleet_points_event(const struct fleet *fleet, uint32_t agent, uint16_t series, int64_t at_ms, struct event **out)
{
	size_t n = metrics_count(fleet->points, agent, series);
	struct event *event;

	*out = NULL;
	if (!n)
		return 0;
	event = event_new(EVENT_POINTS, at_ms, agent);
	if (!event)
		return -ENOMEM;
	event->u.points.series = series;
	event->u.points.items = mem_alloc(n * sizeof *event->u.points.items);
	if (!event->u.points.items) {
		event_unref(event);
		return -ENOMEM;
	}
	event->u.points.n = metrics_range(fleet->points, agent, series, INT64_MIN, INT64_MAX, event->u.points.items, n);
	*out = event;
	return 0;
}
