// SPDX-License-Identifier: Apache-2.0
#include "widgets/agent_columns.h"

#include <math.h>
#include <string.h>

#include "base/human.h"
#include "widgets/metric_text.h"
#include "widgets/metrics_panel.h"
#include "widgets/state_face.h"

enum { GAP = 2, STEP = 4, GLYPH = 1 };

struct column_spec {
	const char *title;
	int least, most; // cells; the same: the column does not grow
	bool is_right;
	bool is_kept;                          // even where it is empty
	const char *series[COLUMN_SERIES_MAX]; // ids of kept series, NULL: none
};

static const struct column_spec specs[COLUMN_COUNT] = {
	[COLUMN_STATE] = { "STATE", 14, 16, false, true, { NULL } },
	[COLUMN_NAME] = { "NAME", 12, 36, false, true, { NULL } },
	[COLUMN_TIER] = { "TIER", 8, 16, false, false, { NULL } },
	[COLUMN_ENV] = { "ENV", 4, 10, false, false, { NULL } },
	[COLUMN_REASON] = { "REASON", 14, 60, false, true, { NULL } },
	[COLUMN_SINCE] = { "SINCE", 5, 5, true, true, { NULL } },
	[COLUMN_LATENCY] = { "LATENCY", 7, 7, true, true, { NULL } },
	[COLUMN_TREND] = { "TREND", 10, 24, false, false, { NULL } },
	[COLUMN_CPU] = { "CPU", 6, 6, true, false, { "cpu", "process_cpu" } },
	[COLUMN_MEMORY] = { "MEM", 8, 8, true, false, { "memory", "rss" } },
	[COLUMN_RATE] = { "RATE", 7, 7, true, false, { "http_rate", "prom_requests" } },
	[COLUMN_ERRORS] = { "ERR", 6, 6, true, false, { "http_errors" } },
	[COLUMN_URL] = { "URL", 16, 48, false, false, { NULL } },
};

// The most important first: what is left out goes from the end.
static const enum agent_column importance[] = {
	COLUMN_NAME, COLUMN_STATE,  COLUMN_SINCE, COLUMN_REASON, COLUMN_LATENCY, COLUMN_CPU, COLUMN_MEMORY,
	COLUMN_RATE, COLUMN_ERRORS, COLUMN_TIER,  COLUMN_TREND,  COLUMN_ENV,     COLUMN_URL,
};

// From left to right.
static const enum agent_column reading[] = {
	COLUMN_STATE, COLUMN_NAME, COLUMN_TIER,   COLUMN_ENV,  COLUMN_REASON, COLUMN_SINCE, COLUMN_LATENCY,
	COLUMN_TREND, COLUMN_CPU,  COLUMN_MEMORY, COLUMN_RATE, COLUMN_ERRORS, COLUMN_URL,
};

// Who gets the room that is left, in turn.
static const enum agent_column growing[] = { COLUMN_STATE, COLUMN_NAME, COLUMN_REASON, COLUMN_TIER,
					     COLUMN_ENV,   COLUMN_URL,  COLUMN_TREND };

_Static_assert(sizeof importance == sizeof reading, "each column stands once in both orders");

bool agent_column_is_fixed(enum agent_column column)
{
	return (unsigned)column < COLUMN_COUNT && specs[column].least == specs[column].most;
}

bool agent_column_is_kept(enum agent_column column)
{
	return (unsigned)column < COLUMN_COUNT && specs[column].is_kept;
}

const char *agent_column_title(enum agent_column column)
{
	return (unsigned)column < COLUMN_COUNT ? specs[column].title : "";
}

bool agent_column_is_right(enum agent_column column)
{
	return (unsigned)column < COLUMN_COUNT && specs[column].is_right;
}

// What a column should have before columns of less importance come in.
static int comfortable(enum agent_column column, int width, int wanted)
{
	int reason = width >= 100 ? width / 3 : 18; // where there is room, why comes before how much
	int most = column == COLUMN_NAME ? 18 : column == COLUMN_REASON ? reason : specs[column].least;

	if (wanted > most)
		wanted = most;
	return wanted > specs[column].least ? wanted : specs[column].least;
}

// The column that the rows are sorted by comes next after who and how, so that the order can be understood.
static enum agent_column by_importance(size_t i, enum agent_column sort)
{
	size_t at = 0;

	while (importance[at] != sort)
		at++;
	if (at <= 2 || i < 2 || i > at)
		return importance[i];
	return i == 2 ? sort : importance[i - 1];
}

// Gives room to the columns in order of importance; returns what is left. The name leaves the state its glyph.
static int choose(int width, const int wanted[COLUMN_COUNT], enum agent_column sort, int widths[COLUMN_COUNT])
{
	int left = width;

	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		enum agent_column column = by_importance(i, sort);
		int gap = left < width ? GAP : 0, least = specs[column].least + gap;
		int needed = comfortable(column, width, wanted[column]) + gap;

		if (!specs[column].is_kept && wanted[column] == 0)
			continue;
		if (column == COLUMN_STATE && least > left)
			least = needed = GLYPH + gap; // the colour and the glyph say it too
		if (least > left && i > 0)
			break;
		if (needed > left)
			needed = left;
		if (column == COLUMN_NAME && needed > left - GLYPH - GAP && left > GLYPH + GAP)
			needed = left - GLYPH - GAP;
		widths[column] = needed - gap;
		left -= needed;
	}
	return left;
}

// In steps, so that a row that comes into sight seldom moves the columns.
static int grown(enum agent_column column, int wanted)
{
	int width = column == COLUMN_STATE ? wanted : (wanted + STEP - 1) / STEP * STEP;

	return width > specs[column].most ? specs[column].most : width;
}

void agent_columns_place(int width, const int wanted[COLUMN_COUNT], enum agent_column sort, struct column_layout *out)
{
	int widths[COLUMN_COUNT] = { 0 };
	int left = choose(width, wanted, sort, widths), x = 0;

	for (size_t i = 0; i < sizeof growing / sizeof growing[0]; i++) {
		enum agent_column column = growing[i];
		int more = widths[column] ? grown(column, wanted[column]) - widths[column] : 0;

		if (widths[column] < specs[column].least) // a glyph alone stays one
			continue;
		if (more > left)
			more = left;
		if (more > 0) {
			widths[column] += more;
			left -= more;
		}
	}
	if (widths[COLUMN_REASON]) // the numbers stand at the right edge
		widths[COLUMN_REASON] += left;
	out->n = 0;
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		if (widths[reading[i]] <= 0)
			continue;
		out->places[out->n++] = (struct column_place){ reading[i], x, widths[reading[i]] };
		x += widths[reading[i]] + GAP;
	}
}

static const struct series_def *series_named(const struct fleet *fleet, const char *id)
{
	for (size_t no = 0; no < fleet_n_series_defs(fleet); no++) {
		const struct series_def *def = fleet_series_def(fleet, (uint16_t)no);

		if (def && strcmp(def->id, id) == 0)
			return def;
	}
	return NULL;
}

void agent_columns_series(const struct fleet *fleet, struct column_series *out)
{
	for (int column = 0; column < COLUMN_COUNT; column++)
		for (int i = 0; i < COLUMN_SERIES_MAX; i++) {
			const char *id = specs[column].series[i];

			out->defs[column][i] = id ? series_named(fleet, id) : NULL;
		}
}

static style_t copy_text(const char *text, style_t style, char *out)
{
	size_t n = strnlen(text, COLUMN_TEXT_MAX - 1);

	memcpy(out, text, n);
	out[n] = '\0';
	return style;
}

static style_t number_text(enum agent_column column, const struct column_source *source, uint32_t agent, char *out)
{
	static const style_t styles[] = {
		[PANEL_LEVEL_OK] = STYLE_TEXT,
		[PANEL_LEVEL_WARN] = STYLE_WARN,
		[PANEL_LEVEL_CRITICAL] = STYLE_BAD,
	};

	for (int i = 0; i < COLUMN_SERIES_MAX; i++) {
		const struct series_def *def = source->series.defs[column][i];
		double value;

		if (!def)
			continue;
		value = fleet_last(source->fleet, agent, def->no);
		if (isnan(value))
			continue;
		metric_text_whole(value, def->unit, out);
		return styles[panel_level_of(value, def)];
	}
	return copy_text("-", STYLE_FAINT, out);
}

static style_t latency_text(const struct fleet_agent *agent, char *out)
{
	int32_t latency_us = fleet_agent_latency_us(agent);

	if (latency_us < 0)
		return copy_text("-", STYLE_FAINT, out);
	human_latency(latency_us, out);
	return agent->health.reason == REASON_SLOW ? STYLE_WARN : STYLE_TEXT;
}

static style_t since_text(const struct fleet_agent *agent, const struct view *view, char *out)
{
	if (agent->state_since_ms <= 0)
		return copy_text("-", STYLE_MUTED, out);
	human_column_age(view->now.wall_ms - agent->state_since_ms, out);
	return STYLE_MUTED;
}

style_t agent_column_text(enum agent_column column, const struct column_source *source, const struct fleet_agent *agent,
			  char out[COLUMN_TEXT_MAX])
{
	const char *text = "";
	style_t style = STYLE_MUTED;

	switch (column) {
	case COLUMN_STATE:
		text = health_word(&agent->health);
		style = style_of_status(health_status(&agent->health));
		break;
	case COLUMN_NAME:
		text = agent->agent->name;
		style = STYLE_TEXT;
		break;
	case COLUMN_TIER:
		text = agent_label(agent->agent, "tier");
		break;
	case COLUMN_ENV:
		text = agent_label(agent->agent, "env");
		break;
	case COLUMN_URL:
		text = agent->agent->url;
		break;
	case COLUMN_REASON:
		agent_reason(agent, out, COLUMN_TEXT_MAX);
		return STYLE_TEXT;
	case COLUMN_SINCE:
		return since_text(agent, source->view, out);
	case COLUMN_LATENCY:
		return latency_text(agent, out);
	case COLUMN_CPU:
	case COLUMN_MEMORY:
	case COLUMN_RATE:
	case COLUMN_ERRORS:
		return number_text(column, source, agent->agent->id, out);
	case COLUMN_TREND:
	case COLUMN_COUNT:
		break;
	}
	return copy_text(text, style, out);
}
