// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <math.h>

#include "fleet/snapshot_parts.h"
#include "services/metrics_aggregator.h"

struct event *snapshot_health(const struct fleet_entry *entry)
{
	struct event *event = event_new(EVENT_AGENT_HEALTH, entry->public.state_since_ms, entry->id);

	if (!event)
		return NULL;
	event->is_restated = true;
	event->was_known = entry->was_known;
	event->u.health = entry->public.health;
	return event;
}

static struct event *described(const struct fleet_entry *entry)
{
	struct event *event = event_new(EVENT_AGENT_ADDED, entry->public.state_since_ms, entry->id);

	if (!event)
		return NULL;
	event->is_restated = true;
	event->u.agent = agent_ref(entry->public.agent);
	return event;
}

// ---- readings

// The first time after `after_ms` at which a series was read last, and how many were; INT64_MAX: none.
static int64_t next_time(const struct fleet *fleet, uint32_t agent, const uint16_t *nos, size_t n, int64_t after_ms,
			 size_t *n_then)
{
	int64_t then_ms = INT64_MAX;

	*n_then = 0;
	for (size_t i = 0; i < n; i++) {
		struct metric_point newest;

		if (metrics_newest(fleet->points, agent, nos[i], &newest) < 0 || isnan(newest.value) ||
		    newest.at_ms <= after_ms || newest.at_ms > then_ms)
			continue;
		*n_then = newest.at_ms < then_ms ? 1 : *n_then + 1;
		then_ms = newest.at_ms;
	}
	return then_ms;
}

// The newest reading of each series; those of one time in one event.
static int next_readings(struct fleet_snapshot *s, uint32_t agent, struct event **out)
{
	uint16_t nos[SERIES_MAX];
	size_t n = metrics_series(s->fleet->points, agent, nos, SERIES_MAX), n_then, n_put = 0;
	int64_t then_ms;
	struct event *event;

	n = n < SERIES_MAX ? n : SERIES_MAX;
	then_ms = next_time(s->fleet, agent, nos, n, s->after_ms, &n_then);
	if (!n_then)
		return 0;
	event = event_new(EVENT_METRICS, then_ms, agent);
	if (event)
		event->u.metrics.items = mem_calloc(n_then, sizeof *event->u.metrics.items);
	if (!event || !event->u.metrics.items) {
		event_unref(event);
		return -ENOMEM;
	}
	event->is_restated = true;
	for (size_t i = 0; i < n && n_put < n_then; i++) {
		struct metric_point newest;

		if (metrics_newest(s->fleet->points, agent, nos[i], &newest) == 0 && newest.at_ms == then_ms &&
		    !isnan(newest.value))
			event->u.metrics.items[n_put++] = (struct metric_reading){ nos[i], newest.value };
	}
	event->u.metrics.n = n_put;
	s->after_ms = then_ms;
	*out = event;
	return 0;
}

// ---- one agent after another

enum step {
	STEP_DESCRIBED,
	STEP_PROBED,
	STEP_SCRAPED,
	STEP_HEALTH,
	STEP_READINGS,
	STEP_LIFECYCLE,
	STEP_LEASE,
	STEP_OVER
};

static int restate(const struct event *event, struct event **out)
{
	*out = event ? event_restate(event, event->at_ms) : NULL;
	return *out || !event ? 0 : -ENOMEM;
}

static int made(struct event *event, struct event **out)
{
	*out = event;
	return event ? 0 : -ENOMEM;
}

// Nothing in *out: there is no such thing.
static int step(struct fleet_snapshot *s, const struct fleet_entry *entry, struct event **out)
{
	switch ((enum step)s->step) {
	case STEP_DESCRIBED:
		return made(described(entry), out);
	case STEP_PROBED:
		return restate(entry->probed[PROBE_HEALTH], out);
	case STEP_SCRAPED:
		return restate(entry->probed[PROBE_METRICS], out);
	case STEP_HEALTH:
		return made(snapshot_health(entry), out);
	case STEP_READINGS:
		return next_readings(s, entry->id, out);
	case STEP_LIFECYCLE:
		return restate(entry->lifecycle, out);
	case STEP_LEASE:
		return restate(entry->lease_event, out);
	case STEP_OVER:
		break;
	}
	return 0;
}

// The first that came at that time or after it; NULL: there is none.
static const struct fleet_entry *arrived(const struct fleet *fleet, uint64_t arrival)
{
	size_t low = 0, high = fleet->n_agents;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (fleet->agents[mid]->arrival < arrival)
			low = mid + 1;
		else
			high = mid;
	}
	return low < fleet->n_agents ? fleet->agents[low] : NULL;
}

int next_agent(struct fleet_snapshot *s, int64_t at_ms, struct event **out)
{
	const struct fleet_entry *entry;

	(void)at_ms;
	while ((entry = arrived(s->fleet, s->arrival))) {
		if (entry->arrival != s->arrival) { // the one under way is gone
			s->arrival = entry->arrival;
			s->step = STEP_DESCRIBED;
			s->after_ms = INT64_MIN;
		}
		while (s->step < STEP_OVER) {
			int r = step(s, entry, out);

			if (r < 0)
				return r;
			if (!*out || s->step != STEP_READINGS) // of which there may be more
				s->step++;
			if (*out)
				return 0;
		}
		s->arrival++;
		s->step = STEP_DESCRIBED;
		s->after_ms = INT64_MIN;
	}
	return 0;
}
