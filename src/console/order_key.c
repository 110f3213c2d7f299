// SPDX-License-Identifier: Apache-2.0
#include "console/order_key.h"

#include <math.h>
#include <string.h>

#include "console/agent_order.h"
#include "text/text.h"

static const struct {
	const char *name;
	bool is_descending;                   // when first chosen
	const char *series[ORDER_SERIES_MAX]; // ids of series that stand in the column, the best first
} columns[COLUMN_COUNT] = {
	[COLUMN_STATE] = { "state", false, { NULL } },
	[COLUMN_NAME] = { "name", false, { NULL } },
	[COLUMN_TIER] = { "tier", false, { NULL } },
	[COLUMN_ENV] = { "env", false, { NULL } },
	[COLUMN_REASON] = { "reason", false, { NULL } },
	[COLUMN_SINCE] = { "since", true, { NULL } },
	[COLUMN_LATENCY] = { "latency", true, { NULL } },
	[COLUMN_TREND] = { "trend", true, { NULL } },
	[COLUMN_CPU] = { "cpu", true, { "cpu", "process_cpu", NULL } },
	[COLUMN_MEMORY] = { "memory", true, { "memory", "rss", NULL } },
	[COLUMN_RATE] = { "rate", true, { "http_rate", "prom_requests", NULL } },
	[COLUMN_ERRORS] = { "errors", true, { "http_errors", NULL } },
	[COLUMN_URL] = { "url", false, { NULL } },
};

bool agent_column_is_descending(enum agent_column column)
{
	return columns[column].is_descending;
}

const char *agent_column_name(enum agent_column column)
{
	return (size_t)column < COLUMN_COUNT ? columns[column].name : "?";
}

static int find_series(const struct fleet *fleet, const char *id)
{
	for (size_t no = 0; no < fleet_n_series_defs(fleet); no++) {
		const struct series_def *def = fleet_series_def(fleet, (uint16_t)no);

		if (def && strcmp(def->id, id) == 0)
			return (int)no;
	}
	return -1;
}

void order_choice_settle(struct order_choice *choice, const struct fleet *fleet)
{
	size_t n = 0;

	for (size_t i = 0; i < ORDER_SERIES_MAX && columns[choice->column].series[i]; i++) {
		int no = find_series(fleet, columns[choice->column].series[i]);

		if (no >= 0)
			choice->series[n++] = no;
	}
	if (n < ORDER_SERIES_MAX)
		choice->series[n] = -1;
}

// The first of the column's series that the agent has, as the table shows it.
static double reading(const struct fleet *fleet, uint32_t agent, const struct order_choice *choice)
{
	for (size_t i = 0; i < ORDER_SERIES_MAX && choice->series[i] >= 0; i++) {
		double value = fleet_last(fleet, agent, (uint16_t)choice->series[i]);

		if (!isnan(value))
			return value;
	}
	return NAN;
}

static double latency(const struct fleet_agent *agent)
{
	int32_t latency_us = fleet_agent_latency_us(agent);

	return latency_us < 0 ? (double)NAN : (double)latency_us;
}

// Who flaps stands still between those that are down and those that are degraded: a list that jumps with every turn
// cannot be read.
static void rank_by_state(struct order_key *key, const struct fleet_agent *agent)
{
	static const double ranks[HEALTH_STATE_COUNT] = {
		[HEALTH_DOWN] = 0, [HEALTH_DEGRADED] = 2, [HEALTH_UNKNOWN] = 3, [HEALTH_UP] = 4
	};
	bool is_bad = agent->state == HEALTH_DOWN || agent->state == HEALTH_DEGRADED;

	if (is_bad && agent->health.is_flapping) {
		key->number = 1;
		return;
	}
	key->number = ranks[agent->state];
	key->then = agent->state_since_ms;
}

void order_key_make(struct order_key *key, const struct fleet *fleet, const struct fleet_agent *agent,
		    const struct order_choice *choice)
{
	*key = (struct order_key){ .text = "", .agent = agent_ref(agent->agent) };
	switch (choice->column) {
	case COLUMN_STATE:
		rank_by_state(key, agent);
		break;
	case COLUMN_TIER:
		key->text = agent_label(agent->agent, "tier");
		break;
	case COLUMN_ENV:
		key->text = agent_label(agent->agent, "env");
		break;
	case COLUMN_REASON:
		key->text =
			agent->health.reason ? reason_text(agent->health.reason) : "\x7f"; // what is well comes last
		break;
	case COLUMN_SINCE:
		key->number = (double)agent->state_since_ms;
		break;
	case COLUMN_LATENCY:
	case COLUMN_TREND:
		key->number = latency(agent);
		break;
	case COLUMN_CPU:
	case COLUMN_MEMORY:
	case COLUMN_RATE:
	case COLUMN_ERRORS:
		key->number = reading(fleet, agent->agent->id, choice);
		break;
	case COLUMN_URL:
		key->text = agent->agent->url;
		break;
	case COLUMN_NAME:
	case COLUMN_COUNT:
		key->text = agent->agent->name;
		break;
	}
}

void order_key_finish(struct order_key *key)
{
	agent_unref(key->agent);
	key->agent = NULL;
}

static int compare_values(const struct order_key *a, const struct order_key *b)
{
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->then != b->then)
		return a->then > b->then ? -1 : 1;
	return text_compare(a->text, b->text);
}

int order_key_compare(const struct order_key *a, const struct order_key *b, bool is_descending)
{
	bool a_unknown = isnan(a->number), b_unknown = isnan(b->number);
	int order = 0;

	if (a_unknown != b_unknown)
		return a_unknown ? 1 : -1;
	if (!a_unknown)
		order = compare_values(a, b);
	if (order)
		return is_descending ? -order : order;
	order = text_compare(a->agent->name, b->agent->name);
	if (order)
		return order;
	return a->agent->id < b->agent->id ? -1 : a->agent->id > b->agent->id;
}
