// SPDX-License-Identifier: Apache-2.0
#include "widgets/metrics_list.h"

#include <stdio.h>

#include "base/human.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "text/text.h"
#include "widgets/heading.h"
#include "widgets/list.h"

enum { MARK = 2, GAP = 2, TYPE_WIDTH = 9, VALUE_WIDTH = 16, NARROW = 50 };

int metrics_list_rows(int height)
{
	return height > 1 ? height - 1 : height;
}

// The part of a text that is at most `cells` wide and ends where the text ends.
static const char *tail_of(const char *text, int cells)
{
	int width = text_width(text);
	struct text_cluster cluster;

	while (width > cells && text_next(&text, &cluster))
		width -= cluster.width;
	return text;
}

// Series of one metric differ at their end, in the labels: one that is too long loses its middle.
static void draw_series(struct canvas *canvas, int y, int width, const char *series)
{
	int head = width / 2, used;

	if (text_width(series) <= width || width < 8) {
		canvas_text(canvas, MARK, y, width, STYLE_TEXT, series);
		return;
	}
	used = canvas_text(canvas, MARK, y, head, STYLE_TEXT, series);
	canvas_text(canvas, MARK + used, y, width - used, STYLE_TEXT, tail_of(series, width - used));
}

static void draw_row(struct canvas *canvas, int y, const struct scrape_row *row)
{
	bool is_narrow = canvas->width < NARROW;
	int value = is_narrow ? 10 : VALUE_WIDTH, type = is_narrow ? 0 : TYPE_WIDTH + GAP;
	int name = canvas->width - MARK - GAP - value - type;
	char text[64];

	number_format(row->value, text, sizeof text);
	if (text_width(text) > value)
		human_si(row->value, text);
	draw_series(canvas, y, name, row->series);
	if (type)
		canvas_text(canvas, MARK + name + GAP, y, TYPE_WIDTH, STYLE_FAINT, row->type);
	canvas_text_right(canvas, canvas->width - value, y, value, STYLE_TITLE, text);
}

static void heading_texts(const struct view *view, const struct scrape *scrape, int64_t at_ms, struct strbuf *detail,
			  struct strbuf *note)
{
	char age[HUMAN_MAX];

	if (view->metrics.text && *view->metrics.text)
		strbuf_addf(detail, "\"%s\"", view->metrics.text);
	if (scrape && scrape->n_bad_lines)
		strbuf_addf(detail, "%s%zu bad lines, the first is line %zu", detail->len ? ", " : "",
			    scrape->n_bad_lines, scrape->first_bad_line);
	if (scrape && scrape->is_truncated)
		strbuf_addf(detail, "%scut at the limit", detail->len ? ", " : "");
	if (!scrape)
		return;
	if (view->metrics.n_rows < scrape->n_rows)
		strbuf_addf(note, "%zu of ", view->metrics.n_rows);
	strbuf_addf(note, "%zu series", scrape->n_rows);
	if (at_ms)
		strbuf_addf(note, ", %s old", human_duration(view->now.wall_ms - at_ms, age));
}

static struct canvas draw_heading(struct canvas *canvas, const struct view *view, const struct fleet_agent *agent,
				  const struct scrape *scrape, int64_t at_ms)
{
	char title[300], detail_text[300], note_text[128];
	struct strbuf detail, note;

	strbuf_init(&detail, detail_text, sizeof detail_text);
	strbuf_init(&note, note_text, sizeof note_text);
	heading_texts(view, scrape, at_ms, &detail, &note);
	snprintf(title, sizeof title, "Metrics of %.200s", agent ? agent->agent->name : "an agent that is gone");
	return heading_draw(canvas, &(struct heading){ .title = title,
						       .detail = detail_text,
						       .note = note_text,
						       .is_focused = view->focus == PANE_TABLE });
}

static const char *why_nothing(const struct fleet_agent *agent, const struct scrape *scrape)
{
	if (!agent)
		return "The agent is gone.";
	if (scrape && scrape->n_rows > 0)
		return "No series passes the filter.";
	if (scrape)
		return "The last scrape had no series.";
	if (agent->agent->metrics_url)
		return "Waiting for the next scrape.";
	return agent->agent->is_discovering ? "Looking for a metrics endpoint." : "The agent has no metrics endpoint.";
}

static void draw_nothing(struct canvas *canvas, const struct fleet_agent *agent, const struct scrape *scrape)
{
	enum reason reason = agent ? agent->probed[PROBE_METRICS]->reason : REASON_NONE;

	if (!scrape && reason != REASON_NONE)
		canvas_textf(canvas, MARK, 0, -1, STYLE_MUTED, "The last scrape failed: %s.", reason_text(reason));
	else
		canvas_text(canvas, MARK, 0, -1, STYLE_MUTED, why_nothing(agent, scrape));
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct metrics_view *metrics = &view->metrics;
	const struct fleet_agent *agent = fleet_agent(fleet, view->agent);
	int64_t at_ms = 0;
	const struct scrape *scrape = fleet_scrape(fleet, view->agent, &at_ms);
	size_t rows = (size_t)metrics_list_rows(canvas->height);
	size_t first = list_first_shown(metrics->top, metrics->cursor, metrics->n_rows, rows);
	struct canvas body = *canvas;

	(void)widget;
	if (canvas->height > 1)
		body = draw_heading(canvas, view, agent, scrape, at_ms);
	if (!scrape || metrics->n_rows == 0)
		draw_nothing(&body, agent, scrape);
	for (size_t i = 0; scrape && i < rows && first + i < metrics->n_rows; i++) {
		uint32_t row = metrics->rows[first + i];

		if (row < scrape->n_rows)
			draw_row(&body, (int)i, &scrape->rows[row]);
		if (first + i == metrics->cursor)
			list_mark_cursor(&body, (int)i, view->focus == PANE_TABLE);
	}
}

const struct widget_class metrics_list_class = {
	.name = "metrics_list",
	.min_width = 16,
	.min_height = 1,
	.draw = draw,
};
