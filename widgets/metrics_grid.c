// SPDX-License-Identifier: Apache-2.0
#include "widgets/metrics_grid.h"
#include "widgets/window.h"

#include <stdio.h>

#include "widgets/chart.h"
#include "widgets/heading.h"

enum { BETWEEN_COLUMNS = 2, WIDEST_PANEL = 64, WIDEST_ALONE = 100, TALLEST_PANEL = 8, LINE_CELLS = 38 };

// What a size would give, whether or not all panels then fit.
static void try_size(enum panel_size size, int spacing, int width, int height, struct grid_layout *out)
{
	out->size = size;
	out->spacing = spacing;
	out->n_columns = (width + BETWEEN_COLUMNS) / (panel_min_width(size) + BETWEEN_COLUMNS);
	if (size == PANEL_LINE) // lines want length before company
		out->n_columns = (width + BETWEEN_COLUMNS) / (LINE_CELLS + BETWEEN_COLUMNS);
	out->n_columns = out->n_columns < 1 ? 1 : out->n_columns;
	out->n_rows = (height + spacing) / (panel_height(size) + spacing);
}

static bool fits(const struct grid_layout *layout, size_t n, int width)
{
	return width >= panel_min_width(layout->size) && (size_t)layout->n_columns * (size_t)layout->n_rows >= n;
}

// Gives the rows in use what room is left, up to where a sparkline is no better for it.
static void grow(struct grid_layout *out, int rows_needed, int height)
{
	int rows = rows_needed < out->n_rows ? rows_needed : out->n_rows;

	out->row_height = panel_height(out->size);
	if (out->size == PANEL_LINE || rows < 1)
		return;
	height = (height + out->spacing) / rows - out->spacing;
	height = height > TALLEST_PANEL ? TALLEST_PANEL : height;
	out->row_height = height > out->row_height ? height : out->row_height;
}

void grid_layout(size_t n, int width, int height, size_t focused, struct grid_layout *out)
{
	static const struct {
		enum panel_size size;
		int spacing; // blank rows between rows of panels
	} sizes[] = { { PANEL_LG, 1 }, { PANEL_MD, 1 }, { PANEL_SM, 1 }, { PANEL_SM, 0 }, { PANEL_LINE, 0 } };
	size_t per_row, rows_needed;
	int widest;

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		try_size(sizes[i].size, sizes[i].spacing, width, height, out);
		if (fits(out, n, width))
			break;
	}
	// No more columns than panels, and no row fuller than it must be.
	rows_needed = n ? (n + (size_t)out->n_columns - 1) / (size_t)out->n_columns : 1;
	if (out->n_rows > 0 && rows_needed <= (size_t)out->n_rows && n)
		out->n_columns = (int)((n + rows_needed - 1) / rows_needed);
	out->column_width = (width - BETWEEN_COLUMNS * (out->n_columns - 1)) / out->n_columns;
	widest = out->n_columns > 1 ? WIDEST_PANEL : WIDEST_ALONE;
	out->column_width = out->column_width > widest ? widest : out->column_width;
	grow(out, (int)(n ? (n + (size_t)out->n_columns - 1) / (size_t)out->n_columns : 1), height);
	per_row = (size_t)out->n_columns;
	out->first = 0;
	if (out->n_rows > 0 && focused < n && focused / per_row >= (size_t)out->n_rows)
		out->first = (focused / per_row - (size_t)out->n_rows + 1) * per_row;
}

int metrics_grid_rows(size_t n, int width, int most)
{
	struct grid_layout layout;
	int rows;

	grid_layout(n, width, most - 1, 0, &layout);
	rows = (int)((n + (size_t)layout.n_columns - 1) / (size_t)layout.n_columns);
	rows = 1 + rows * (layout.row_height + layout.spacing) - layout.spacing;
	return n == 0 || rows > most ? most : rows;
}

static void draw_panels(const struct fleet *fleet, const struct view *view, const uint16_t *series, size_t n,
			const struct grid_layout *layout, struct canvas *canvas)
{
	struct metric_point points[PANEL_POINTS_MAX];
	size_t end = layout->first + (size_t)layout->n_columns * (size_t)layout->n_rows;

	for (size_t i = layout->first; i < n && i < end; i++) {
		int place = (int)(i - layout->first);
		struct canvas part =
			canvas_part(canvas, place % layout->n_columns * (layout->column_width + BETWEEN_COLUMNS),
				    place / layout->n_columns * (layout->row_height + layout->spacing),
				    layout->column_width, layout->row_height);
		const struct series_def *def = fleet_series_def(fleet, series[i]);
		struct panel panel;

		if (!def)
			continue;
		panel_read(fleet, view, panels_agent(view), def, points, &panel);
		panel.is_selected = view->focus == PANE_PANELS && i == view->focused_series;
		panel_draw(&panel, &part);
	}
}

// Whether any of them has a value now, or had one that the window still shows.
static bool has_something(const struct fleet *fleet, const struct view *view, const uint16_t *series, size_t n)
{
	uint32_t agent = panels_agent(view);
	struct series_summary summary;

	for (size_t i = 0; i < n; i++)
		if (fleet_totals(fleet, agent, series[i], view->now.wall_ms - time_range_ms(view->range),
				 view->now.wall_ms, &summary) == 0 &&
		    summary.count)
			return true;
	return false;
}

// An empty pane is a question; this is the answer to it.
static void draw_without(const struct fleet *fleet, const struct view *view, const struct series_def *first,
			 struct canvas *canvas)
{
	struct provenance provenance;

	if (!panels_agent(view)) {
		canvas_text(canvas, 1, 0, canvas->width - 1, STYLE_FAINT, "no agent selected");
		return;
	}
	if (first)
		provenance_read(fleet, view, panels_agent(view), first, &provenance);
	else
		provenance_read_agent(fleet, view, panels_agent(view), &provenance);
	canvas_textf(canvas, 1, 0, canvas->width - 1, STYLE_UNKNOWN, "no data: %s", provenance.text);
}

// Whose numbers these are is said here once, so that no panel has to.
static void draw_heading(const struct fleet *fleet, const struct fleet_agent *agent, const struct view *view,
			 size_t n_left_out, struct canvas *canvas, struct canvas *rest)
{
	struct heading heading = { .title = "Metrics", .is_focused = view->focus == PANE_PANELS };
	char detail[600], note[64] = "", window[64];

	if (agent)
		snprintf(detail, sizeof detail, "%.500s, %s", agent->agent->name,
			 window_words(fleet, view, agent->agent->id, window));
	if (n_left_out)
		snprintf(note, sizeof note, "%zu more", n_left_out);
	heading.detail = agent ? detail : "";
	heading.note = note;
	*rest = heading_draw(canvas, &heading);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct fleet_agent *agent = fleet_agent(fleet, panels_agent(view));
	uint16_t series[SERIES_MAX];
	size_t n = fleet_agent_series(fleet, panels_agent(view), series, SERIES_MAX), in_sight;
	struct grid_layout layout;
	struct canvas rest;

	(void)widget;
	if (view->is_chart_open && view->focused_series < n) {
		chart_draw_series(fleet, view, panels_agent(view), series[view->focused_series], canvas);
		return;
	}
	grid_layout(n, canvas->width, canvas->height - 1, view->focus == PANE_PANELS ? view->focused_series : 0,
		    &layout);
	in_sight = (size_t)layout.n_columns * (size_t)(layout.n_rows < 0 ? 0 : layout.n_rows);
	draw_heading(fleet, agent, view, n > in_sight ? n - in_sight : 0, canvas, &rest);
	if (n && (view->focus == PANE_PANELS || has_something(fleet, view, series, n)))
		draw_panels(fleet, view, series, n, &layout, &rest);
	else
		draw_without(fleet, view, n ? fleet_series_def(fleet, series[0]) : NULL, &rest);
}

const struct widget_class metrics_grid_class = {
	.name = "metrics_grid",
	.min_width = 20,
	.min_height = 2,
	.draw = draw,
};
