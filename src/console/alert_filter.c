// SPDX-License-Identifier: Apache-2.0
#include "console/alert_filter.h"

#include <errno.h>

#include "base/memory.h"
#include "text/text.h"

static const struct {
	unsigned states;
	const char *words;
} choices[] = {
	{ ALERTS_OPEN, "open alerts" },
	{ 1U << ALERT_ACTIVE, "active alerts" },
	{ 1U << ALERT_RESOLVED, "resolved alerts" },
	{ ALERTS_OPEN | 1U << ALERT_RESOLVED, "all alerts" },
};

void alert_filter_init(struct alert_filter *filter, const struct fleet *fleet, const struct scope *scope)
{
	*filter = (struct alert_filter){ .fleet = fleet, .scope = scope, .states = ALERTS_OPEN, .is_stale = true };
}

void alert_filter_finish(struct alert_filter *filter)
{
	mem_free(filter->ids);
}

static bool passes(const struct alert_filter *filter, const struct alert *alert)
{
	const struct fleet_agent *agent = fleet_agent(filter->fleet, alert->agent);

	if (alert->agent && !context_is_empty(filter->scope->context) && !scope_has(filter->scope, alert->agent))
		return false;
	return !filter->text[0] || text_find(alert->rule, filter->text) || text_find(alert->summary, filter->text) ||
	       (agent && text_find(agent->agent->name, filter->text));
}

static int reserve(struct alert_filter *filter, size_t n)
{
	uint32_t *ids;

	if (n <= filter->cap)
		return 0;
	ids = mem_realloc(filter->ids, n * 2 * sizeof *ids);
	if (!ids)
		return -ENOMEM;
	filter->ids = ids;
	filter->cap = n * 2;
	return 0;
}

static void settle_cursor(struct alert_filter *filter)
{
	size_t row = filter->held ? filter->row : 0;

	for (size_t i = 0; i < filter->n && filter->held; i++)
		if (filter->ids[i] == filter->held)
			row = i;
	filter->row = row < filter->n ? row : filter->n ? filter->n - 1 : 0;
	if (filter->top > filter->row)
		filter->top = filter->row;
}

static void list(struct alert_filter *filter, enum alert_state state, enum severity least, enum severity most)
{
	for (size_t i = 0; i < fleet_n_alerts(filter->fleet); i++) {
		const struct alert *alert = fleet_alert_at(filter->fleet, i);

		if (alert->state == state && alert->severity >= least && alert->severity <= most &&
		    passes(filter, alert))
			filter->ids[filter->n++] = alert->id;
	}
}

// The worst first, and of those the latest; what is over, by its time alone.
static void list_state(struct alert_filter *filter, enum alert_state state)
{
	if (state == ALERT_RESOLVED) {
		list(filter, state, SEVERITY_INFO, SEVERITY_CRITICAL);
		return;
	}
	for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_INFO; severity--)
		list(filter, state, (enum severity)severity, (enum severity)severity);
}

int alert_filter_settle(struct alert_filter *filter)
{
	if (!filter->is_stale)
		return 0;
	filter->n = 0;
	if (reserve(filter, fleet_n_alerts(filter->fleet)) < 0)
		return -ENOMEM;
	for (int state = 0; state < ALERT_STATE_COUNT; state++)
		if (filter->states & 1U << state)
			list_state(filter, (enum alert_state)state);
	filter->is_stale = false;
	settle_cursor(filter);
	return 0;
}

void alert_filter_move(struct alert_filter *filter, int64_t by, size_t rows)
{
	int64_t to = (int64_t)filter->row + by, last = (int64_t)filter->n - 1;

	if (last < 0)
		return;
	to = to > last ? last : to;
	filter->row = to < 0 ? 0 : (size_t)to;
	filter->held = filter->row ? filter->ids[filter->row] : 0;
	if (filter->top > filter->row)
		filter->top = filter->row;
	if (rows && filter->row >= filter->top + rows)
		filter->top = filter->row - rows + 1;
}

static size_t choice(const struct alert_filter *filter)
{
	size_t i = 0;

	while (choices[i].states != filter->states)
		i++;
	return i;
}

void alert_filter_cycle(struct alert_filter *filter)
{
	filter->states = choices[(choice(filter) + 1) % (sizeof choices / sizeof choices[0])].states;
	filter->is_stale = true;
}

const char *alert_filter_words(const struct alert_filter *filter)
{
	return choices[choice(filter)].words;
}

void alert_filter_show(const struct alert_filter *filter, struct alerts_view *out)
{
	*out = (struct alerts_view){ .ids = filter->ids,
				     .n_ids = filter->n,
				     .top = filter->top,
				     .cursor = filter->row,
				     .states = filter->states };
}
