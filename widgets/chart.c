// SPDX-License-Identifier: Apache-2.0
#include "widgets/chart.h"
#include "widgets/window.h"

#include <math.h>
#include <stdio.h>

#include "text/text.h"
#include "widgets/chart_axis.h"
#include "widgets/heading.h"
#include "widgets/metrics_panel.h"

enum {
	ROWS_PER_TICK = 3,
	N_FACTS = 6, // of a window
	FACT_FROM = 4,
	FACT_WIDTH = 11,
	WINDOWS_FROM_HEIGHT = 20, // below this the picture is worth more
	TIME_LABEL_CELLS = 12,
	MIN_PLOT_HEIGHT = 4, // below this the axes go
	MIN_PLOT_WIDTH = 30,
	MAX_CELLS = SPARKLINE_COLUMNS_MAX / 2,
};

// What one drawing needs everywhere.
struct chart {
	const struct series_def *def; // borrowed
	const struct view *view;      // borrowed
	struct series_summary summary;
	struct panel panel;
	struct chart_ticks ticks;
	struct sparkline_picture picture; // of columns
	double columns[SPARKLINE_COLUMNS_MAX];
	int gutter;         // cells left of the plot, axis included; 0 without axes
	struct canvas plot; // where the line goes
};

static style_t style_of_level(enum panel_level level)
{
	static const style_t styles[] = { STYLE_CHART, STYLE_WARN, STYLE_BAD };

	return styles[level];
}

// A threshold that is less than twice as far as the values takes part in the scale.
static void take_in(const struct series_summary *values, double threshold, double *low, double *high)
{
	if (!isfinite(threshold))
		return;
	if (threshold > values->max && threshold <= 2 * fabs(values->max))
		*high = fmax(*high, threshold);
	if (threshold < values->min && threshold >= values->min / 2)
		*low = fmin(*low, threshold);
}

static void set_scale(struct chart *chart, int height)
{
	double low = chart->summary.min, high = chart->summary.max;
	int n_max = height / ROWS_PER_TICK + 1;

	take_in(&chart->summary, chart->def->warn, &low, &high);
	take_in(&chart->summary, chart->def->critical, &low, &high);
	chart_ticks(low, high, chart->def->unit, n_max < 2 ? 2 : n_max, &chart->ticks);
	chart->picture.scale = (struct sparkline_scale){ chart->ticks.low, chart->ticks.high };
	chart->picture.height = height;
}

// The cell row of a value: thresholds and marks go through the same rounding as the line, so they meet it.
static int row_of(const struct chart *chart, double value)
{
	int per_cell = chart->picture.mode == SPARKLINE_BRAILLE ? 4 : 1, height = chart->plot.height;

	return height - 1 - (sparkline_level(value, &chart->picture.scale, height * per_cell) - 1) / per_cell;
}

static double tick_at(const struct chart *chart, int i)
{
	return chart->ticks.low + chart->ticks.step * i;
}

// As wide as the widest label, so that no mark is ever cut, and the axis with a cell of air.
static int gutter_width(const struct chart *chart)
{
	char text[HUMAN_MAX];
	int width = 0;

	for (int i = 0; i < chart->ticks.n; i++) {
		int label = text_width(chart_tick_text(tick_at(chart, i), chart->ticks.step, chart->def->unit, text));

		width = label > width ? label : width;
	}
	return width + 2;
}

// A mark can share a row with its neighbour when the plot is low; the upper label then wins.
static void draw_y_axis(const struct chart *chart, struct canvas *canvas)
{
	char text[HUMAN_MAX];

	canvas_fill(canvas, chart->gutter - 1, 0, 1, chart->plot.height, 0x2502, STYLE_BORDER);
	for (int i = 0; i < chart->ticks.n; i++) {
		int row = row_of(chart, tick_at(chart, i));

		chart_tick_text(tick_at(chart, i), chart->ticks.step, chart->def->unit, text);
		canvas_text_right(canvas, 0, row, chart->gutter - 2, STYLE_MUTED, text);
		canvas_glyph(canvas, chart->gutter - 1, row, 0x2524, STYLE_BORDER);
	}
}

// Labels stand centred under their marks. One that would touch its neighbour or the edge is left out with its mark:
// an unlabelled mark says nothing.
static void draw_x_axis(const struct chart *chart, struct canvas *canvas)
{
	const struct panel *panel = &chart->panel;
	int32_t offset_s = chart->view->utc_offset_s;
	int y = chart->plot.height, per_cell = sparkline_dots_per_cell(chart->picture.mode), free_x = 0;
	int64_t step_ms = chart_time_step(panel->to_ms - panel->from_ms, chart->plot.width / TIME_LABEL_CELLS);
	char text[HUMAN_MAX];

	canvas_glyph(canvas, chart->gutter - 1, y, 0x2514, STYLE_BORDER);
	canvas_hline(canvas, chart->gutter, y, chart->plot.width, STYLE_BORDER);
	for (int64_t at_ms = chart_time_first(panel->from_ms, step_ms, offset_s); at_ms <= panel->to_ms;
	     at_ms += step_ms) {
		int64_t column =
			sparkline_column_of(at_ms, panel->from_ms, panel->to_ms, chart->picture.n_columns, per_cell);
		int x = chart->gutter + (int)(column / per_cell), width, left;

		if (column < 0 || column >= (int64_t)chart->picture.n_columns)
			continue;
		width = text_width(chart_time_text(at_ms, step_ms, offset_s, text));
		left = x - width / 2;
		if (left < free_x || left + width > canvas->width)
			continue;
		canvas_glyph(canvas, x, y, 0x252c, STYLE_BORDER);
		canvas_text(canvas, left, y + 1, width, STYLE_MUTED, text);
		free_x = left + width + 1;
	}
}

// Behind the line and dim: it is a ruler, not a reading.
static void draw_threshold(const struct chart *chart, struct canvas *plot, double threshold, style_t style)
{
	if (!isfinite(threshold) || threshold < chart->ticks.low || threshold > chart->ticks.high)
		return;
	canvas_fill(plot, 0, row_of(chart, threshold), plot->width, 1, 0x254c, style | STYLE_DIM);
}

// The worse of the columns in a cell gives its colour.
static style_t style_at(const struct chart *chart, int x)
{
	int per_cell = sparkline_dots_per_cell(chart->picture.mode);
	enum panel_level worst = PANEL_LEVEL_OK;

	for (int i = 0; i < per_cell; i++) {
		enum panel_level level = panel_level_of(chart->picture.columns[x * per_cell + i], chart->def);

		worst = level > worst ? level : worst;
	}
	return style_of_level(worst);
}

// Blank cells are left alone, so that the thresholds show through gaps.
static void draw_line(const struct chart *chart, struct canvas *plot)
{
	for (int x = 0; x < plot->width; x++)
		for (int y = 0; y < plot->height; y++) {
			uint32_t glyph = sparkline_cell(&chart->picture, x, y);

			if (glyph != ' ')
				canvas_glyph(plot, x, y, glyph, style_at(chart, x));
		}
}

// One "name value" of the caption; nothing when it does not fit whole.
static int draw_fact(struct canvas *canvas, int x, const char *name, double value, enum metric_unit unit, style_t style)
{
	char text[HUMAN_MAX];
	int width;

	if (isnan(value))
		return x;
	metric_text_whole(value, unit, text);
	width = text_width(name) + 1 + text_width(text);
	if (x + width > canvas->width)
		return x;
	canvas_text(canvas, x, 0, -1, STYLE_MUTED, name);
	canvas_text(canvas, x + text_width(name) + 1, 0, -1, style, text);
	return x + width + 3;
}

// In order of use; what does not fit is left out from the right. The last value is coloured only while it is known to
// be true.
static void draw_caption(const struct chart *chart, struct canvas *canvas)
{
	const struct series_summary *s = &chart->summary;
	const struct series_def *def = chart->def;
	bool is_known = chart->panel.provenance.state < PROVENANCE_STALE;
	style_t last = is_known ? style_of_level(panel_level_of(s->last, def)) | STYLE_BOLD : STYLE_UNKNOWN;
	int x = 1;

	if (style_role(last) == STYLE_CHART)
		last = STYLE_TEXT | STYLE_BOLD;
	x = draw_fact(canvas, x, "last", s->last, def->unit, last);
	x = draw_fact(canvas, x, "min", s->min, def->unit, STYLE_TEXT);
	x = draw_fact(canvas, x, "max", s->max, def->unit, STYLE_TEXT);
	x = draw_fact(canvas, x, "p95", s->p95, def->unit, STYLE_TEXT);
	x = draw_fact(canvas, x, "warn", def->warn, def->unit, STYLE_WARN);
	draw_fact(canvas, x, "critical", def->critical, def->unit, STYLE_BAD);
}

static void draw_window(const struct chart *chart, enum metrics_window window, const struct series_summary *s,
			struct canvas *canvas, int y)
{
	const double values[N_FACTS] = { s->min, s->avg, s->max, s->p50, s->p95, s->p99 };
	char text[HUMAN_MAX];

	canvas_text(canvas, 1, y, FACT_WIDTH, STYLE_MUTED, metrics_window_name(window));
	for (size_t i = 0; i < N_FACTS; i++) {
		bool is_known = s->count && !isnan(values[i]);

		canvas_text_right(canvas, FACT_FROM + (int)i * FACT_WIDTH, y, FACT_WIDTH - 1,
				  is_known ? STYLE_TEXT : STYLE_FAINT,
				  is_known ? metric_text_whole(values[i], chart->def->unit, text) : "-");
	}
}

// One line for each window: is what the picture shows the usual, or new? Up to the first that holds all there is: the
// longer ones would only repeat it. Returns the rows used.
static int draw_windows(const struct fleet *fleet, const struct chart *chart, uint32_t agent, struct canvas *canvas)
{
	static const char *const titles[N_FACTS] = { "min", "avg", "max", "p50", "p95", "p99" };
	size_t n_before = 0;
	int y = 1;

	for (size_t i = 0; i < N_FACTS; i++)
		canvas_text_right(canvas, FACT_FROM + (int)i * FACT_WIDTH, 0, FACT_WIDTH - 1, STYLE_MUTED, titles[i]);
	for (int window = 0; window < WINDOW_COUNT; window++) {
		struct series_summary s = { 0 };

		fleet_window(fleet, agent, chart->def->no, (enum metrics_window)window, chart->view->now.wall_ms, &s);
		if (s.count && s.count == n_before)
			break;
		n_before = s.count;
		draw_window(chart, (enum metrics_window)window, &s, canvas, y++);
	}
	return y;
}

static struct canvas draw_heading(const struct fleet *fleet, const struct chart *chart, uint32_t agent,
				  struct canvas *canvas)
{
	const struct fleet_agent *entry = fleet_agent(fleet, agent);
	char detail[600] = "", window[64];
	struct heading heading = { .title = chart->def->title,
				   .detail = detail,
				   .note = chart->panel.provenance.text,
				   .note_style = style_of_provenance(chart->panel.provenance.state),
				   .is_focused = chart->view->focus == PANE_PANELS };

	if (entry)
		snprintf(detail, sizeof detail, "%.500s, %s", entry->agent->name,
			 window_words(fleet, chart->view, agent, window));
	return heading_draw(canvas, &heading);
}

// Too low or too narrow for axes, the line alone still shows the shape.
static void draw_plot(struct chart *chart, struct canvas *canvas)
{
	bool has_axes = canvas->height - 2 >= MIN_PLOT_HEIGHT && canvas->width >= MIN_PLOT_WIDTH;
	int height = canvas->height - (has_axes ? 2 : 0), width;

	chart->picture.mode = sparkline_mode_for(canvas);
	chart->picture.is_line = true;
	set_scale(chart, height);
	chart->gutter = has_axes ? gutter_width(chart) : 0;
	width = canvas->width - chart->gutter;
	chart->plot = canvas_part(canvas, chart->gutter, 0, width > MAX_CELLS ? MAX_CELLS : width, height);
	chart->picture.columns = chart->columns;
	chart->picture.n_columns = (size_t)(chart->plot.width * sparkline_dots_per_cell(chart->picture.mode));
	sparkline_columns(chart->panel.points, chart->panel.n_points, chart->panel.from_ms, chart->panel.to_ms,
			  chart->panel.keep, chart->columns, chart->picture.n_columns,
			  sparkline_dots_per_cell(chart->picture.mode));
	if (has_axes) {
		draw_y_axis(chart, canvas);
		draw_x_axis(chart, canvas);
	}
	draw_threshold(chart, &chart->plot, chart->def->warn, STYLE_WARN);
	draw_threshold(chart, &chart->plot, chart->def->critical, STYLE_BAD);
	draw_line(chart, &chart->plot);
}

void chart_draw_series(const struct fleet *fleet, const struct view *view, uint32_t agent, uint16_t series,
		       struct canvas *canvas)
{
	struct metric_point points[PANEL_POINTS_MAX];
	struct chart chart = { .def = fleet_series_def(fleet, series), .view = view };
	struct canvas rest;

	if (!chart.def)
		return;
	panel_read(fleet, view, agent, chart.def, points, &chart.panel);
	fleet_summary(fleet, agent, series, chart.panel.from_ms, chart.panel.to_ms, &chart.summary);
	rest = draw_heading(fleet, &chart, agent, canvas);
	if (chart.summary.count < 2) {
		canvas_textf(&rest, 1, 0, rest.width - 1, STYLE_UNKNOWN, "no data in the last %s: %s",
			     time_range_name(view->range),
			     chart.summary.count ? "a line needs two values" : chart.panel.provenance.text);
		return;
	}
	if (rest.height > 1) {
		draw_caption(&chart, &rest);
		rest = canvas_part(&rest, 0, 1, rest.width, rest.height - 1);
	}
	if (rest.height >= WINDOWS_FROM_HEIGHT && rest.width >= FACT_FROM + N_FACTS * FACT_WIDTH) {
		int used = draw_windows(fleet, &chart, agent, &rest);

		rest = canvas_part(&rest, 0, used, rest.width, rest.height - used);
	}
	if (rest.height > 0)
		draw_plot(&chart, &rest);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct chart_options *options = widget->options;
	uint32_t agent = panels_agent(view);
	uint16_t series[SERIES_MAX];
	size_t n = fleet_agent_series(fleet, agent, series, SERIES_MAX);

	if (options)
		chart_draw_series(fleet, view, agent, options->series, canvas);
	else if (view->focused_series < n)
		chart_draw_series(fleet, view, agent, series[view->focused_series], canvas);
}

const struct widget_class chart_class = {
	.name = "chart",
	.min_width = 20,
	.min_height = 3,
	.draw = draw,
};
