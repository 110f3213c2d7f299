// SPDX-License-Identifier: Apache-2.0
#include "widgets/agent_table.h"
#include "widgets/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/human.h"
#include "text/text.h"
#include "widgets/agent_columns.h"
#include "widgets/heading.h"
#include "widgets/list.h"
#include "widgets/row_cache.h"
#include "widgets/sparkline.h"
#include "widgets/state_face.h"
#include "widgets/status_badge.h"
#include "widgets/together_words.h"

// Cells left of the row: the cursor's mark and who else is at it, and who is marked.
enum { OTHERS = 1, MARK = 2, MARKED = 2, POINTS_MAX = 512 };

static bool has_heading(int height)
{
	return height >= 4;
}

int agent_table_rows(int height)
{
	int rows = height - (has_heading(height) ? 1 : 0) - (height >= 3 ? 1 : 0);

	return rows < 0 ? 0 : rows;
}

struct table {
	struct column_source source;
	struct row_cache *cache;        // borrowed, may be NULL
	const struct series_def *trend; // of COLUMN_TREND; NULL: the fleet has none
	struct column_layout columns;
	size_t first, n_rows;
	int left; // where the columns begin
};

// While anybody is marked there is a column that says who.
static int left_of(const struct view *view)
{
	return view->table.n_marks ? MARK + MARKED : MARK;
}

static int by_id(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return left < right ? -1 : left > right;
}

static bool is_marked(const struct view *view, uint32_t id)
{
	return view->table.n_marks && bsearch(&id, view->table.marks, view->table.n_marks, sizeof id, by_id) != NULL;
}

static const struct series_def *trend_series(const struct fleet *fleet)
{
	for (size_t no = 0; no < fleet_n_series_defs(fleet); no++) {
		const struct series_def *def = fleet_series_def(fleet, (uint16_t)no);

		if (def && strcmp(def->id, "latency") == 0)
			return def;
	}
	return NULL;
}

// A number's column is as wide as it is; whether there is any number may matter.
static bool is_settled(enum agent_column column, const int wanted[COLUMN_COUNT])
{
	if (column == COLUMN_TREND)
		return true;
	return agent_column_is_fixed(column) && (agent_column_is_kept(column) || wanted[column]);
}

static int measure_text(enum agent_column column, const struct table *table, const struct fleet_agent *agent)
{
	char text[COLUMN_TEXT_MAX];

	agent_column_text(column, &table->source, agent, text);
	return strcmp(text, "-") != 0 ? text_width(text) + (column == COLUMN_STATE ? 2 : 0) : 0;
}

static struct cached_row *cached_row(const struct table *table, size_t place, const struct fleet_agent *agent)
{
	return table->cache ? row_cache_row(table->cache, place, table->source.fleet, agent) : NULL;
}

// What a row would like, as far as it is not known.
static void measure_row(const struct table *table, const struct fleet_agent *agent, struct cached_row *row,
			int wanted[COLUMN_COUNT])
{
	for (int column = 0; column < COLUMN_COUNT; column++) {
		int width = row ? row->wanted[column] : ROW_UNMEASURED;

		if (is_settled((enum agent_column)column, wanted))
			continue;
		if (width == ROW_UNMEASURED)
			width = measure_text((enum agent_column)column, table, agent);
		if (row)
			row->wanted[column] = width;
		if (width > wanted[column])
			wanted[column] = width;
	}
}

// How wide each column would like to be for the rows in sight.
static void measure(const struct table *table, int wanted[COLUMN_COUNT])
{
	for (size_t i = table->first; i < table->first + table->n_rows; i++) {
		const struct fleet_agent *agent = fleet_agent(table->source.fleet, table->source.view->table.ids[i]);

		if (agent)
			measure_row(table, agent, cached_row(table, i, agent), wanted);
	}
	wanted[COLUMN_TREND] = table->trend ? COLUMN_TEXT_MAX : 0;
}

static void draw_title(struct canvas *canvas, int y, int left, const struct column_place *place,
		       const struct view *view)
{
	const char *title = agent_column_title(place->column);
	bool is_sorted = view->table.sort == place->column, is_right = agent_column_is_right(place->column);
	style_t style = is_sorted ? STYLE_TITLE : STYLE_FAINT;
	enum glyph mark = view->table.is_descending ? GLYPH_SORT_DESC : GLYPH_SORT_ASC;
	int x = left + place->x, width = text_width(title);

	if (place->width < 2) { // the state's glyph alone
		if (is_sorted)
			canvas_glyph(canvas, x, y, canvas_named_glyph(canvas, mark), style);
		return;
	}
	if (is_right) {
		canvas_text_right(canvas, x, y, place->width, style, title);
		if (is_sorted)
			canvas_glyph(canvas, x + place->width - width - 1, y, canvas_named_glyph(canvas, mark), style);
		return;
	}
	canvas_text(canvas, x, y, place->width, style, title);
	if (is_sorted && width < place->width)
		canvas_glyph(canvas, x + width, y, canvas_named_glyph(canvas, mark), style);
}

// Between now and then nothing in a cell changes by itself.
static void lasts(int64_t *until_ms, int64_t now_ms, int64_t for_ms)
{
	if (until_ms && for_ms < INT64_MAX && now_ms + for_ms < *until_ms)
		*until_ms = now_ms + for_ms;
}

// Points of a time to come, from before the clock was set back, come into the picture one by one.
static bool has_points_ahead(const struct table *table, uint32_t agent, int64_t now_ms)
{
	struct metric_point point;

	return fleet_points(table->source.fleet, agent, table->trend->no, now_ms + 1, INT64_MAX, &point, 1) > 0;
}

static void draw_trend(struct canvas *canvas, int x, int y, int width, const struct table *table, uint32_t agent,
		       int64_t *until_ms)
{
	enum sparkline_mode mode = sparkline_mode_for(canvas);
	enum time_range range = table->source.view->range;
	int per_cell = sparkline_dots_per_cell(mode);
	struct metric_point points[POINTS_MAX];
	int64_t to_ms = table->source.view->now.wall_ms, span_ms = time_range_ms(range), lasts_ms;
	size_t n =
		fleet_points(table->source.fleet, agent, table->trend->no, to_ms - span_ms, to_ms, points, POINTS_MAX);

	if (until_ms && has_points_ahead(table, agent, to_ms))
		lasts(until_ms, to_ms, 0);
	if (!n)
		return;
	lasts(until_ms, to_ms, points[0].at_ms + span_ms + 1 - to_ms); // then it is out of the range
	if (n == POINTS_MAX) { // more than a cell could show: the newest part of the range
		span_ms = window_within_ms(to_ms - points[0].at_ms, &lasts_ms);
	} else {
		span_ms = window_span_ms(points[0].at_ms, to_ms, range);
		lasts_ms = window_lasts_ms(points[0].at_ms, to_ms, range);
	}
	lasts(until_ms, to_ms, lasts_ms);
	lasts(until_ms, to_ms, sparkline_lasts_ms(to_ms - span_ms, to_ms, (size_t)(width * per_cell), per_cell));
	sparkline_draw(canvas, x, y, width, 1, points, n, to_ms - span_ms, to_ms, STYLE_CHART, mode);
}

// That nobody verifies the certificate is told in red, whatever else is the matter.
static void draw_reason(struct canvas *canvas, int x, int y, int width, style_t style, const char *text)
{
	static const char mark[] = STATE_INSECURE;
	struct canvas cell = canvas_part(canvas, x, y, width, 1);

	canvas_text(&cell, 0, 0, -1, style, text);
	if (strncmp(text, mark, sizeof mark - 1) == 0 && width >= text_width(mark))
		canvas_text(&cell, 0, 0, text_width(mark), STYLE_BAD, mark);
}

static void draw_cell(struct canvas *canvas, int y, const struct column_place *place, const struct table *table,
		      const struct fleet_agent *agent, int64_t *until_ms)
{
	char text[COLUMN_TEXT_MAX];
	int64_t now_ms = table->source.view->now.wall_ms;
	style_t style;
	int x = table->left + place->x;

	if (place->column == COLUMN_TREND) {
		draw_trend(canvas, x, y, place->width, table, agent->agent->id, until_ms);
		return;
	}
	if (place->column == COLUMN_SINCE && agent->state_since_ms > 0)
		lasts(until_ms, now_ms, human_column_age_lasts_ms(now_ms - agent->state_since_ms));
	style = agent_column_text(place->column, &table->source, agent, text);
	if (place->column == COLUMN_STATE)
		status_badge_draw(canvas, x, y, place->width, health_status(&agent->health), text, BADGE_MD, 0);
	else if (place->column == COLUMN_REASON)
		draw_reason(canvas, x, y, place->width, style, text);
	else if (agent_column_is_right(place->column))
		canvas_text_right(canvas, x, y, place->width, style, text);
	else
		canvas_text(canvas, x, y, place->width, style, text);
}

static void draw_mark(struct canvas *canvas, int y, bool is_marked)
{
	canvas_glyph(canvas, MARK, y, canvas_named_glyph(canvas, is_marked ? GLYPH_CHECKED : GLYPH_UNCHECKED),
		     is_marked ? STYLE_PRIMARY | STYLE_BOLD : STYLE_FAINT);
}

// Somebody else is about to operate on it; or looks at it.
static void draw_others(struct canvas *canvas, int y, const struct fleet *fleet, uint32_t agent)
{
	if (together_is_held(fleet, agent))
		canvas_glyph(canvas, OTHERS, y, canvas_named_glyph(canvas, GLYPH_CURRENT), STYLE_WARN);
	else if (together_is_looked_at(fleet, agent))
		canvas_glyph(canvas, OTHERS, y, canvas_named_glyph(canvas, GLYPH_BULLET), STYLE_PRIMARY);
}

// The cells of all columns: as they were drawn last, if they are the same.
static void draw_cells(struct canvas *canvas, int y, const struct table *table, size_t i,
		       const struct fleet_agent *agent)
{
	struct cached_row *row = cached_row(table, i, agent);
	int64_t now_ms = table->source.view->now.wall_ms;
	int width = canvas->width - table->left;

	if (y < 0 || y >= canvas->height || width <= 0 || (row && !row->cells))
		row = NULL;
	if (row && cached_row_is_good(row, now_ms)) {
		canvas_put_cells(canvas, table->left, y, width, row->cells);
		return;
	}
	if (row) {
		row->from_ms = now_ms;
		row->until_ms = INT64_MAX;
	}
	for (size_t c = 0; c < table->columns.n; c++)
		draw_cell(canvas, y, &table->columns.places[c], table, agent, row ? &row->until_ms : NULL);
	if (row)
		row->has_cells = canvas_take_cells(canvas, table->left, y, width, row->cells);
}

static void draw_row(struct canvas *canvas, int y, const struct table *table, size_t i)
{
	const struct fleet_agent *agent = fleet_agent(table->source.fleet, table->source.view->table.ids[i]);

	if (!agent)
		canvas_text(canvas, table->left, y, -1, STYLE_FAINT, "gone");
	if (fleet_n_presence(table->source.fleet))
		draw_others(canvas, y, table->source.fleet, table->source.view->table.ids[i]);
	if (table->left > MARK)
		draw_mark(canvas, y, is_marked(table->source.view, table->source.view->table.ids[i]));
	if (agent)
		draw_cells(canvas, y, table, i, agent);
	if (i == table->source.view->table.cursor)
		list_mark_cursor(canvas, y, table->source.view->focus == PANE_TABLE);
}

static void draw_nothing(struct canvas *canvas, const struct view *view)
{
	if (view->table.filter && *view->table.filter)
		canvas_textf(canvas, MARK, 0, -1, STYLE_MUTED, "No agent's name contains \"%s\".", view->table.filter);
	else if (view->table.mode == TABLE_NEWLY_BAD)
		canvas_text(canvas, MARK, 0, -1, STYLE_MUTED, "Nothing turned bad.");
	else if (view->table.mode == TABLE_DIFFERS)
		canvas_text(canvas, MARK, 0, -1, STYLE_MUTED, "No agent differs from its peers.");
	else if (view->table.n_total > 0)
		canvas_text(canvas, MARK, 0, -1, STYLE_MUTED, "No agent is in the picked context.");
	else
		canvas_text(canvas, MARK, 0, -1, STYLE_MUTED, "No agents yet.");
}

static struct canvas draw_heading(struct canvas *canvas, const struct view *view, const struct table *table)
{
	static const char *const modes[TABLE_MODE_COUNT] = { "", "newly bad", "differs from its peers" };
	char detail[256], note[160] = "";
	size_t used = 0;
	const char *filter = view->table.filter ? view->table.filter : "";

	snprintf(detail, sizeof detail, "%s%s%s%.200s%s", modes[view->table.mode],
		 *modes[view->table.mode] && *filter ? ", " : "", *filter ? "\"" : "", filter, *filter ? "\"" : "");
	if (view->table.n_marks_hidden)
		used = (size_t)snprintf(note, sizeof note, "%zu marked, %zu not listed, ", view->table.n_marks,
					view->table.n_marks_hidden);
	else if (view->table.n_marks)
		used = (size_t)snprintf(note, sizeof note, "%zu marked, ", view->table.n_marks);
	if (table->n_rows < view->table.n_ids)
		snprintf(note + used, sizeof note - used, "%zu-%zu of %zu", table->first + 1,
			 table->first + table->n_rows, view->table.n_ids);
	else if (view->table.n_ids < view->table.n_total)
		snprintf(note + used, sizeof note - used, "%zu of %zu", view->table.n_ids, view->table.n_total);
	else
		snprintf(note + used, sizeof note - used, "%zu", view->table.n_total);
	return heading_draw(canvas, &(struct heading){ .title = "Agents",
						       .detail = detail,
						       .note = note,
						       .is_focused = view->focus == PANE_TABLE });
}

// Which rows are in sight, and which columns there are for them when sorted by `sort`.
static void lay_out(struct table *table, const struct fleet *fleet, const struct view *view, int width, int height,
		    enum agent_column sort)
{
	int wanted[COLUMN_COUNT] = { 0 }, rows = agent_table_rows(height);
	size_t room = rows > 0 ? (size_t)rows : 1;

	*table = (struct table){ .source = { .fleet = fleet, .view = view },
				 .cache = view->table.cache,
				 .trend = trend_series(fleet),
				 .left = left_of(view) };
	table->first = list_first_shown(view->table.top, view->table.cursor, view->table.n_ids, room);
	table->n_rows = view->table.n_ids - table->first < room ? view->table.n_ids - table->first : room;
	agent_columns_series(fleet, &table->source.series);
	if (table->cache)
		row_cache_reserve(table->cache, fleet, room);
	measure(table, wanted);
	agent_columns_place(width - table->left, wanted, sort, &table->columns);
}

bool agent_table_shows(const struct fleet *fleet, const struct view *view, int width, int height,
		       enum agent_column column)
{
	struct table table;

	lay_out(&table, fleet, view, width, height, column);
	for (size_t i = 0; i < table.columns.n; i++)
		if (table.columns.places[i].column == column)
			return true;
	return false;
}

uint64_t agent_table_columns(const struct fleet *fleet, const struct view *view, int width, int height)
{
	struct table table;
	uint64_t hash = 0;

	lay_out(&table, fleet, view, width, height, view->table.sort);
	for (size_t i = 0; i < table.columns.n; i++) {
		const struct column_place *place = &table.columns.places[i];

		hash = hash_mix(hash ^
				((uint64_t)place->column << 40 | (uint64_t)place->x << 20 | (uint64_t)place->width));
	}
	return hash;
}

static bool is_wanted(const struct view *view, size_t row)
{
	const uint64_t *rows = view->table.rows;

	return !rows || (row < TABLE_ROWS_MAX && rows[row / 64] >> row % 64 & 1);
}

// On what stands there, when not all rows are wanted.
static void draw_rows(struct canvas *canvas, int y, const struct view *view, const struct table *table)
{
	for (size_t row = 0; row < table->n_rows; row++, y++) {
		if (!is_wanted(view, row))
			continue;
		if (view->table.rows)
			canvas_fill(canvas, 0, y, canvas->width, 1, ' ', STYLE_TEXT);
		draw_row(canvas, y, table, table->first + row);
	}
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	struct canvas body = *canvas;
	struct table table;
	int y = 0;

	(void)widget;
	lay_out(&table, fleet, view, canvas->width, canvas->height, view->table.sort);
	if (has_heading(canvas->height))
		body = draw_heading(canvas, view, &table);
	if (table.n_rows == 0) {
		draw_nothing(&body, view);
		return;
	}
	if (table.cache)
		row_cache_fit(table.cache, &(struct row_scene){ .columns = table.columns,
								.width = canvas->width - table.left,
								.range = view->range,
								.is_ascii = canvas->is_ascii });
	if (canvas->height >= 3) {
		for (size_t c = 0; !view->table.rows && c < table.columns.n; c++)
			draw_title(&body, y, table.left, &table.columns.places[c], view);
		y++;
	}
	draw_rows(&body, y, view, &table);
}

const struct widget_class agent_table_class = { .name = "agent_table", .min_width = 16, .min_height = 2, .draw = draw };
