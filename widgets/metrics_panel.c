// SPDX-License-Identifier: Apache-2.0
#include "widgets/metrics_panel.h"
#include "widgets/window.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "text/text.h"
#include "widgets/wrap.h"

static const double NEUTRAL_SHARE = 0.05;

static const struct {
	int width, height;
} sizes[PANEL_SIZE_COUNT] = {
	[PANEL_LINE] = { 20, 1 },
	[PANEL_SM] = { 20, 3 },
	[PANEL_MD] = { 28, 4 },
	[PANEL_LG] = { 36, 6 },
};

enum panel_size panel_size_from_name(const char *name)
{
	if (name && strcmp(name, "sm") == 0)
		return PANEL_SM;
	return name && strcmp(name, "lg") == 0 ? PANEL_LG : PANEL_MD;
}

int panel_min_width(enum panel_size size)
{
	return sizes[size].width;
}

int panel_height(enum panel_size size)
{
	return sizes[size].height;
}

enum trend trend_of(double delta, double baseline)
{
	if (!isfinite(delta) || delta == 0 || fabs(delta) < NEUTRAL_SHARE * fabs(baseline))
		return TREND_NEUTRAL;
	return delta > 0 ? TREND_UP : TREND_DOWN;
}

style_t style_of_trend(enum trend trend, enum metric_better better)
{
	if (trend == TREND_NEUTRAL || better == BETTER_NEITHER)
		return STYLE_MUTED;
	return (trend == TREND_UP) == (better == BETTER_HIGHER) ? STYLE_OK : STYLE_BAD;
}

enum panel_level panel_level_of(double value, const struct series_def *def)
{
	bool is_higher = def->better == BETTER_HIGHER;

	if (is_higher ? value < def->critical : value >= def->critical)
		return PANEL_LEVEL_CRITICAL;
	return (is_higher ? value < def->warn : value >= def->warn) ? PANEL_LEVEL_WARN : PANEL_LEVEL_OK;
}

uint32_t panels_agent(const struct view *view)
{
	return view->screen == SCREEN_AGENT || view->screen == SCREEN_METRICS ? view->agent : view->selected;
}

// The mean before the last value comes from the sum, so no point is walked twice. Huge sums may cancel to an infinity,
// and then there is no delta.
static void read_delta(const struct series_summary *summary, double last, const struct series_def *def,
		       struct panel *out)
{
	double baseline, delta;

	if (summary->count < 2)
		return;
	baseline = (summary->avg * (double)summary->count - last) / (double)(summary->count - 1);
	delta = last - baseline;
	if (!isfinite(delta))
		return;
	out->trend = trend_of(delta, baseline);
	metric_text_signed(delta, def->unit, out->delta);
}

void panel_read(const struct fleet *fleet, const struct view *view, uint32_t agent, const struct series_def *def,
		struct metric_point *points, struct panel *out)
{
	double last = fleet_last(fleet, agent, def->no);
	struct series_summary summary;

	*out = (struct panel){ .label = def->title,
			       .better = def->better,
			       .points = points,
			       .from_ms = view->now.wall_ms - window_of_series(fleet, view, agent, def->no),
			       .to_ms = view->now.wall_ms,
			       .keep = def->better == BETTER_HIGHER ? SPARKLINE_MIN : SPARKLINE_MAX };
	provenance_read(fleet, view, agent, def, &out->provenance);
	out->n_points = fleet_points(fleet, agent, def->no, out->from_ms, out->to_ms, points, PANEL_POINTS_MAX);
	if (out->provenance.state == PROVENANCE_UNAVAILABLE)
		return;
	metric_text(last, def->unit, &out->value);
	out->level = panel_level_of(last, def);
	if (fleet_totals(fleet, agent, def->no, out->from_ms, out->to_ms, &summary) == 0)
		read_delta(&summary, last, def, out);
}

// A stale value keeps its number but not its colour: it is not known to be well or unwell now.
static style_t value_style(const struct panel *panel)
{
	static const style_t by_level[] = { STYLE_TEXT | STYLE_BOLD, STYLE_WARN | STYLE_BOLD, STYLE_BAD | STYLE_BOLD };

	return panel->provenance.state == PROVENANCE_STALE ? STYLE_UNKNOWN : by_level[panel->level];
}

// Whether it rises or falls is seen, and the chip says whether that is good: a line is coloured where its value is bad.
static style_t line_style(const struct panel *panel)
{
	static const style_t by_level[] = { STYLE_CHART, STYLE_WARN, STYLE_BAD };

	return panel->provenance.state >= PROVENANCE_STALE ? STYLE_UNKNOWN : by_level[panel->level];
}

// The chip at the right end of row y, if it leaves `taken` cells alone. Returns the cells it took.
static int draw_chip(const struct panel *panel, struct canvas *canvas, int right, int y, int taken)
{
	static const enum glyph arrows[] = { GLYPH_FLAT, GLYPH_UP, GLYPH_DOWN };
	style_t style = style_of_trend(panel->trend, panel->better);
	int width = text_width(panel->delta) + 2;

	if (!*panel->delta || panel->provenance.state >= PROVENANCE_STALE || right - width < taken ||
	    right > canvas->width)
		return 0;
	canvas_glyph(canvas, right - width, y, canvas_named_glyph(canvas, arrows[panel->trend]), style);
	canvas_text(canvas, right - width + 2, y, width - 2, style, panel->delta);
	return width;
}

// The unit follows at a distance and muted, so that digits stand out and line up.
static int draw_value(const struct panel *panel, struct canvas *canvas, int x, int y, int width)
{
	int used;

	if (!*panel->value.number)
		return canvas_text(canvas, x, y, width, STYLE_UNKNOWN, "no data");
	used = canvas_text(canvas, x, y, width, value_style(panel), panel->value.number);
	if (*panel->value.unit && width - used > 2)
		used += 1 + canvas_text(canvas, x + used + 1, y, width - used - 1, STYLE_MUTED, panel->value.unit);
	return used;
}

// Column 0 belongs to the cursor in every form, so nothing moves when it comes.
static void draw_label(const struct panel *panel, struct canvas *canvas, int y, int width)
{
	if (panel->is_selected)
		canvas_glyph(canvas, 0, y, canvas_named_glyph(canvas, GLYPH_CURSOR), STYLE_PRIMARY);
	canvas_text(canvas, 1, y, width - 1, panel->is_selected ? STYLE_PRIMARY | STYLE_BOLD : STYLE_MUTED,
		    panel->label);
}

static void draw_sparkline(const struct panel *panel, struct canvas *canvas, int x, int y, int width, int height)
{
	sparkline_draw_keeping(canvas, x, y, width, height, panel->points, panel->n_points, panel->from_ms,
			       panel->to_ms, line_style(panel), sparkline_mode_for(canvas), panel->keep);
}

// "CPU busy      43.2 %  ↑ +12%  ⣀⣤⣶": columns that stand under each other from panel to panel.
static void draw_line(const struct panel *panel, struct canvas *canvas)
{
	enum { VALUE_WIDTH = 11, CHIP_WIDTH = 12 };
	int label = canvas->width >= 38 ? 18 : canvas->width - VALUE_WIDTH - 1;
	int x = label + 1 + VALUE_WIDTH;

	draw_label(panel, canvas, 0, label);
	if (!*panel->value.number) {
		label = text_width(panel->label) + 2 < label ? text_width(panel->label) + 2 : label;
		canvas_textf(canvas, label + 1, 0, canvas->width - label - 1, STYLE_UNKNOWN, "no data: %s",
			     panel->provenance.text);
		return;
	}
	draw_value(panel, canvas, label + 1, 0, VALUE_WIDTH);
	if (panel->provenance.state != PROVENANCE_LIVE)
		canvas_text(canvas, x, 0, canvas->width - x, style_of_provenance(panel->provenance.state),
			    panel->provenance.text);
	else {
		struct canvas chip = canvas_part(canvas, x, 0, CHIP_WIDTH, 1);

		draw_chip(panel, &chip, text_width(panel->delta) + 2, 0, 0);
		draw_sparkline(panel, canvas, x + CHIP_WIDTH, 0, canvas->width - x - CHIP_WIDTH, 1);
	}
}

// Live is what one expects and needs no word; every other state does.
static void draw_title(const struct panel *panel, struct canvas *canvas)
{
	int tag = 0;

	if (panel->provenance.state == PROVENANCE_LATE || panel->provenance.state == PROVENANCE_STALE) {
		tag = text_width(panel->provenance.text) + 1;
		// Narrow: the label gives way, never the age.
		canvas_text_right(canvas, canvas->width - tag + 1 < 0 ? 0 : canvas->width - tag + 1, 0, tag - 1,
				  style_of_provenance(panel->provenance.state), panel->provenance.text);
	}
	draw_label(panel, canvas, 0, canvas->width - tag);
}

// What led to the silence is what one wants to see of it.
static void draw_unavailable(const struct panel *panel, struct canvas *canvas)
{
	const char *why;
	size_t n_values = 0;

	for (size_t i = 0; i < panel->n_points; i++)
		n_values += isfinite(panel->points[i].value) != 0;
	if (n_values < 2) {
		draw_value(panel, canvas, 1, 1, canvas->width - 1);
		wrap_draw(canvas, 1, 2, canvas->width - 1, canvas->height - 2, STYLE_FAINT, panel->provenance.text);
		return;
	}
	why = strstr(panel->provenance.text, ": "); // since when is seen
	canvas_textf(canvas, 1, 1, canvas->width - 1, STYLE_UNKNOWN, "no data: %s",
		     why ? why + 2 : panel->provenance.text);
	draw_sparkline(panel, canvas, 1, 2, canvas->width - 1, canvas->height - 2);
}

void panel_draw(const struct panel *panel, struct canvas *canvas)
{
	int used;

	if (canvas->height < 3) {
		draw_line(panel, canvas);
		return;
	}
	draw_title(panel, canvas);
	if (panel->provenance.state == PROVENANCE_UNAVAILABLE) {
		draw_unavailable(panel, canvas);
		return;
	}
	used = draw_value(panel, canvas, 1, 1, canvas->width - 1);
	draw_chip(panel, canvas, canvas->width, 1, used + 2);
	draw_sparkline(panel, canvas, 1, 2, canvas->width - 1, canvas->height - 2);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct metrics_panel_options *options = widget->options;
	uint16_t nos[SERIES_MAX];
	size_t n = fleet_agent_series(fleet, panels_agent(view), nos, SERIES_MAX);
	const struct series_def *def = NULL;
	struct metric_point points[PANEL_POINTS_MAX];
	struct panel panel;
	struct canvas part = *canvas;

	if (options)
		def = fleet_series_def(fleet, options->series);
	else if (view->focused_series < n)
		def = fleet_series_def(fleet, nos[view->focused_series]);
	if (!def)
		return;
	if (options && options->size) {
		enum panel_size size = panel_size_from_name(options->size);

		part = canvas_part(canvas, 0, 0, canvas->width < sizes[size].width ? canvas->width : sizes[size].width,
				   canvas->height < sizes[size].height ? canvas->height : sizes[size].height);
	}
	panel_read(fleet, view, panels_agent(view), def, points, &panel);
	panel_draw(&panel, &part);
}

const struct widget_class metrics_panel_class = {
	.name = "metrics_panel",
	.min_width = 20,
	.min_height = 1,
	.draw = draw,
};
