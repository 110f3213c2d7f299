// SPDX-License-Identifier: Apache-2.0
#include "console/alert_filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

// ---- which one the cursor is on

static void mark(const struct alert_filter *filter, uint32_t id, struct alert_mark *out)
{
	const struct alert *alert = fleet_alert(filter->fleet, id);

	*out = (struct alert_mark){ .id = alert ? id : 0 };
	if (!alert)
		return;
	out->agent = alert->agent;
	snprintf(out->rule, sizeof out->rule, "%s", alert->rule);
}

// An agent's number stays over a hub's restart, an alert's does not.
static bool is_same(const struct alert_filter *filter, uint32_t id, const struct alert_mark *marked)
{
	const struct alert *alert = fleet_alert(filter->fleet, id);

	return id == marked->id || (alert && alert->agent == marked->agent &&
				    strncmp(alert->rule, marked->rule, sizeof marked->rule - 1) == 0);
}

static bool find(const struct alert_filter *filter, const struct alert_mark *marked, size_t *row)
{
	for (size_t i = 0; i < filter->n; i++)
		if (filter->ids[i] == marked->id) {
			*row = i;
			return true;
		}
	for (size_t i = 0; i < filter->n; i++)
		if (is_same(filter, filter->ids[i], marked)) {
			*row = i;
			return true;
		}
	return false;
}

// What was held keeps what it is known by while it is not listed: it may come back.
static void settle_cursor(struct alert_filter *filter)
{
	size_t row = filter->held.id ? filter->row : 0;

	if (filter->held.id && find(filter, &filter->held, &row))
		mark(filter, filter->ids[row], &filter->held);
	filter->row = row < filter->n ? row : filter->n ? filter->n - 1 : 0;
	if (filter->top > filter->row)
		filter->top = filter->row;
	if (!filter->n)
		return;
	filter->has_slipped |= filter->at.id && !is_same(filter, filter->ids[filter->row], &filter->at);
	mark(filter, filter->ids[filter->row], &filter->at);
}

void alert_filter_hold(struct alert_filter *filter, uint32_t alert)
{
	mark(filter, alert, &filter->held);
}

void alert_filter_refresh(struct alert_filter *filter)
{
	filter->is_stale = true;
	filter->at.id = 0;
}

// ---- what is listed

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
	mark(filter, filter->ids[filter->row], &filter->at);
	filter->held = filter->row ? filter->at : (struct alert_mark){ 0 };
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
	alert_filter_refresh(filter);
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
