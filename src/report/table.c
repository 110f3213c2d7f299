// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "report/report.h"
#include "text/text.h"

enum { COLUMN_GAP = 2, NAME_CELLS_MAX = 32, TIER_CELLS_MAX = 16 };

static const struct {
	const char *glyph, *ascii, *colour;
} marks[HEALTH_STATE_COUNT] = {
	[HEALTH_UP] = { "●", "o", "\033[32m" },
	[HEALTH_DEGRADED] = { "▲", "!", "\033[33m" },
	[HEALTH_DOWN] = { "✖", "X", "\033[31m" },
	[HEALTH_UNKNOWN] = { "○", "?", "\033[90m" },
};

struct table {
	const struct report *report;
	struct bytes *out;
	int name_cells, tier_cells, word_cells;
	int error;
};

static int wider(int cells, const char *text, int max)
{
	int width = text_width(text);

	return width > max ? max : width > cells ? width : cells;
}

static void measure(struct table *t)
{
	const struct fleet_agent *agent;

	t->name_cells = 5;
	t->word_cells = 5;
	for (size_t at = 0; (agent = report_next(t->report, &at));) {
		t->name_cells = wider(t->name_cells, agent->agent->name, NAME_CELLS_MAX);
		t->tier_cells = wider(t->tier_cells, agent_label(agent->agent, "tier"), TIER_CELLS_MAX);
		t->word_cells = wider(t->word_cells, health_word(&agent->health), NAME_CELLS_MAX);
	}
	if (t->tier_cells && t->tier_cells < 4)
		t->tier_cells = 4; // its heading
}

static void put(struct table *t, const char *text)
{
	if (!t->error)
		t->error = bytes_addf(t->out, "%s", text);
}

// One cell of the table: cut with an ellipsis or padded to its width.
static void put_cell(struct table *t, const char *text, int cells)
{
	const char *ellipsis = t->report->has_unicode ? "…" : "~";
	int used = text_width(text);

	if (cells == 0 || t->error)
		return;
	if (used > cells) {
		size_t n = text_prefix(text, cells - 1, &used);

		t->error = bytes_addf(t->out, "%.*s%s", (int)n, text, ellipsis);
		used++;
	} else {
		put(t, text);
	}
	if (!t->error)
		t->error = bytes_addf(t->out, "%*s", cells - used + COLUMN_GAP, "");
}

static void put_agent(struct table *t, const struct fleet_agent *agent)
{
	char latency[HUMAN_MAX] = "-", since[HUMAN_MAX] = "-";
	double ms = report_latency_ms(agent);
	bool has_colour = t->report->has_colour;

	if (!isnan(ms))
		human_latency((int64_t)(ms * 1000), latency);
	if (agent->state_since_ms)
		human_duration(t->report->at_ms - agent->state_since_ms, since);
	if (has_colour)
		put(t, marks[agent->state].colour);
	put_cell(t, t->report->has_unicode ? marks[agent->state].glyph : marks[agent->state].ascii, 1);
	put_cell(t, health_word(&agent->health), t->word_cells);
	if (has_colour)
		put(t, "\033[0m");
	put_cell(t, agent->agent->name, t->name_cells);
	put_cell(t, agent_label(agent->agent, "tier"), t->tier_cells);
	put_cell(t, latency, 8);
	put_cell(t, since, 8);
	if (agent->health.reason != REASON_NONE) {
		put(t, report_reason(agent));
		put(t, ": ");
		put(t, report_detail(agent));
	} else {
		put(t, report_url(agent));
	}
	put(t, "\n");
}

static void put_summary(struct table *t)
{
	struct fleet_counts c;
	char aside[80], unread[REPORT_UNREAD_MAX], checking[48];

	report_count(t->report, &c);
	report_unread(t->report, unread, sizeof unread);
	if (!t->error)
		t->error = bytes_addf(t->out, "\n%s: %zu up, %zu degraded, %zu down, %zu unknown%s%s; %zu in all%s%s\n",
				      health_state_name(report_overall(t->report, &c)), c.by_state[HEALTH_UP],
				      c.by_state[HEALTH_DEGRADED], c.by_state[HEALTH_DOWN], c.by_state[HEALTH_UNKNOWN],
				      report_checking(&c, checking, sizeof checking),
				      report_aside(&c, ", ", aside, sizeof aside), c.total,
				      *unread ? "; incomplete: " : "", unread);
}

int report_table(const struct report *report, struct bytes *out)
{
	struct table t = { .report = report, .out = out };
	const struct fleet_agent *agent;

	measure(&t);
	put_cell(&t, " ", 1);
	put_cell(&t, "STATE", t.word_cells);
	put_cell(&t, "AGENT", t.name_cells);
	put_cell(&t, "TIER", t.tier_cells);
	put_cell(&t, "LATENCY", 8);
	put_cell(&t, "SINCE", 8);
	put(&t, "WHY OR WHERE\n");
	for (size_t at = 0; (agent = report_next(report, &at));)
		put_agent(&t, agent);
	put_summary(&t);
	return t.error;
}
