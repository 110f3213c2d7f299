// SPDX-License-Identifier: Apache-2.0
#include "widgets/alert_list.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "text/text.h"
#include "widgets/heading.h"
#include "widgets/list.h"
#include "widgets/status_badge.h"
#include "widgets/wrap.h"

enum {
	MARK = 2,
	GAP = 2,
	SEVERITY_WIDTH = 10,
	STATE_WIDTH = 12,
	AGE_WIDTH = 4,
	AGENT_MIN = 9,
	AGENT_MAX = 24,
	WIDE = 72
};
// Rows: below, no line for the note; and no room for what is cut in the list.
enum { DETAIL_FROM = 6, SUMMARY_FROM = 14, SUMMARY_ROWS = 2 };

static int detail_rows(int height)
{
	if (height < DETAIL_FROM)
		return 0;
	return height < SUMMARY_FROM ? 1 : 1 + SUMMARY_ROWS;
}

int alert_list_rows(int height)
{
	int rows = height - 1 - detail_rows(height);

	return rows < 1 ? height > 0 : rows;
}

static enum status status_of_severity(enum severity severity)
{
	if (severity == SEVERITY_CRITICAL)
		return STATUS_CRITICAL;
	return severity == SEVERITY_WARNING ? STATUS_WARNING : STATUS_INFO;
}

static style_t style_of_state(enum alert_state state)
{
	switch (state) {
	case ALERT_ACTIVE:
		return STYLE_TITLE;
	case ALERT_ACKNOWLEDGED:
	case ALERT_SNOOZED:
		return STYLE_MUTED;
	case ALERT_RESOLVED:
	case ALERT_STATE_COUNT:
		break;
	}
	return STYLE_FAINT;
}

// What it is about: an agent's name, several, or the fleet.
static void about(const struct fleet *fleet, const struct alert *alert, char *out, size_t size)
{
	const struct fleet_agent *agent = fleet_agent(fleet, alert->agent);

	if (agent)
		snprintf(out, size, "%s", agent->agent->name);
	else if (alert->agent)
		snprintf(out, size, "gone");
	else if (alert->n_agents > 1)
		snprintf(out, size, "%u agents", alert->n_agents);
	else
		snprintf(out, size, "the fleet");
}

// Of the alerts in sight.
static int about_width(const struct fleet *fleet, const struct alerts_view *alerts, size_t first, size_t rows)
{
	int widest = AGENT_MIN;
	char text[512];

	for (size_t i = first; i < first + rows && i < alerts->n_ids; i++) {
		const struct alert *alert = fleet_alert(fleet, alerts->ids[i]);
		int width;

		if (!alert)
			continue;
		about(fleet, alert, text, sizeof text);
		width = text_width(text);
		widest = width > widest ? width : widest;
	}
	return widest > AGENT_MAX ? AGENT_MAX : widest;
}

// What is said of it, without the name that stands whole in the column before: "is down: connection refused".
static const char *summary_after(const struct alert *alert, const char *name, int name_cells)
{
	size_t n = strlen(name);

	if (text_width(name) > name_cells || strncmp(alert->summary, name, n) != 0)
		return alert->summary;
	if (strncmp(alert->summary + n, ": ", 2) == 0)
		return alert->summary + n + 2;
	return alert->summary[n] == ' ' ? alert->summary + n + 1 : alert->summary;
}

static void draw_row(struct canvas *canvas, int y, const struct fleet *fleet, const struct view *view,
		     const struct alert *alert, int about_cells)
{
	bool is_resolved = alert->state == ALERT_RESOLVED, is_wide = canvas->width >= WIDE;
	bool is_muted = *fleet_alert_muted(fleet, alert);
	const char *summary = alert->summary;
	char text[512];
	int x = MARK;

	status_badge_draw(canvas, x, y, is_wide ? SEVERITY_WIDTH : 1,
			  is_resolved ? STATUS_STOPPED : status_of_severity(alert->severity),
			  severity_name(alert->severity), is_wide ? BADGE_MD : BADGE_SM, 0);
	x += (is_wide ? SEVERITY_WIDTH : 1) + GAP;
	human_column_age(view->now.wall_ms - alert->since_ms, text);
	canvas_text_right(canvas, x, y, AGE_WIDTH, STYLE_MUTED, text);
	x += AGE_WIDTH + GAP;
	if (is_wide) {
		canvas_text(canvas, x, y, STATE_WIDTH, is_muted ? (style_t)STYLE_MUTED : style_of_state(alert->state),
			    is_muted ? "muted" : alert_state_name(alert->state));
		x += STATE_WIDTH + GAP;
		about(fleet, alert, text, sizeof text);
		canvas_text(canvas, x, y, about_cells, is_resolved ? STYLE_FAINT : STYLE_TEXT, text);
		x += about_cells + GAP;
		summary = summary_after(alert, text, about_cells);
	}
	canvas_text(canvas, x, y, -1, is_resolved ? STYLE_FAINT : STYLE_TEXT, summary);
}

// "agent_down, acknowledged by maria: rack move"
static void draw_rule(struct canvas *canvas, int y, const struct fleet *fleet, const struct view *view,
		      const struct alert *alert)
{
	const char *muted = fleet_alert_muted(fleet, alert);
	char text[TEXT_FIELD_MAX], time[HUMAN_MAX];
	struct strbuf line;

	strbuf_init(&line, text, sizeof text);
	strbuf_addf(&line, "%s, %s", alert->rule, alert_state_name(alert->state));
	if (*muted)
		strbuf_addf(&line, ", muted: %s", muted);
	if (alert->by && *alert->by)
		strbuf_addf(&line, " by %s", alert->by);
	if (alert->state == ALERT_SNOOZED && alert->snoozed_until_ms)
		strbuf_addf(&line, " until %s", human_time_of_day(alert->snoozed_until_ms, view->utc_offset_s, time));
	if (alert->state == ALERT_RESOLVED && alert->resolved_ms)
		strbuf_addf(&line, " at %s", human_time_of_day(alert->resolved_ms, view->utc_offset_s, time));
	if (alert->note && *alert->note)
		strbuf_addf(&line, ": %s", alert->note);
	canvas_text(canvas, MARK, y, -1, STYLE_MUTED, text);
}

// What the row of the alert had no room for, in the last rows.
static void draw_detail(struct canvas *canvas, int rows, const struct fleet *fleet, const struct view *view,
			const struct alert *alert)
{
	int width = canvas->width - MARK, n = rows > 1 ? wrap_count(alert->summary, width, rows - 1) : 0;

	wrap_draw(canvas, MARK, canvas->height - 1 - n, width, n, STYLE_TEXT, alert->summary);
	if (rows > 0)
		draw_rule(canvas, canvas->height - 1, fleet, view, alert);
}

// Where a narrow list is short, what it leaves free is for what its rows have no room for.
static int detail_rows_of(const struct canvas *canvas, size_t rows, size_t n_alerts)
{
	int n = detail_rows(canvas->height), most = 1 + SUMMARY_ROWS;

	if (n == 0 || n_alerts >= rows || canvas->width >= WIDE)
		return n;
	n += (int)(rows - n_alerts);
	return n < most ? n : most;
}

static struct canvas draw_heading(struct canvas *canvas, const struct view *view)
{
	const size_t *counts = view->scope.alerts;
	char note[128];

	snprintf(note, sizeof note, "%zu active, %zu acknowledged, %zu snoozed", counts[ALERT_ACTIVE],
		 counts[ALERT_ACKNOWLEDGED], counts[ALERT_SNOOZED]);
	if (view->scope.n_muted) // by maintenance, or while they are operated on
		snprintf(note + strlen(note), sizeof note - strlen(note), ", %zu muted", view->scope.n_muted);
	return heading_draw(
		canvas, &(struct heading){ .title = "Alerts", .note = note, .is_focused = view->focus == PANE_TABLE });
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct alerts_view *alerts = &view->alerts;
	size_t rows = (size_t)alert_list_rows(canvas->height);
	size_t first = list_first_shown(alerts->top, alerts->cursor, alerts->n_ids, rows);
	int about_cells = about_width(fleet, alerts, first, rows);
	struct canvas body = *canvas;

	(void)widget;
	if (canvas->height > 1)
		body = draw_heading(canvas, view);
	if (alerts->n_ids == 0)
		canvas_text(&body, MARK, 0, -1, STYLE_MUTED,
			    fleet_n_alerts(fleet) ? "No alert passes the filter." : "No alerts.");
	for (size_t i = 0; i < rows && first + i < alerts->n_ids; i++) {
		const struct alert *alert = fleet_alert(fleet, alerts->ids[first + i]);

		if (!alert)
			continue;
		draw_row(&body, (int)i, fleet, view, alert, about_cells);
		if (first + i != alerts->cursor)
			continue;
		list_mark_cursor(&body, (int)i, true);
		draw_detail(&body, detail_rows_of(canvas, rows, alerts->n_ids), fleet, view, alert);
	}
}

const struct widget_class alert_list_class = { .name = "alert_list", .min_width = 16, .min_height = 1, .draw = draw };
