// SPDX-License-Identifier: Apache-2.0
#include "widgets/counts.h"

#include <stdio.h>

#include "base/human.h"
#include "text/text.h"
#include "widgets/state_face.h"

enum { BAR_MAX = 10, NAME_MAX_CELLS = 16, GAP = 3, TIERS_MAX = 64, WORDS_FROM = 44 };

static const enum health_state worst_first[] = { HEALTH_DOWN, HEALTH_DEGRADED, HEALTH_UNKNOWN, HEALTH_UP };
static const enum health_state best_first[] = { HEALTH_UP, HEALTH_DEGRADED, HEALTH_DOWN, HEALTH_UNKNOWN };

static const char checking[] = "checking";

static int draw_aside(struct canvas *canvas, int x, size_t n)
{
	char text[48];

	snprintf(text, sizeof text, "%zu in maintenance", n);
	if (!n || x + 1 + text_width(text) > canvas->width)
		return x;
	return x + 1 + canvas_text(canvas, x + 1, 0, -1, STYLE_MUTED, text) + 2;
}

// Those that nobody has seen to yet.
static void draw_alerts(struct canvas *canvas, int x, size_t n)
{
	char text[48];

	snprintf(text, sizeof text, "%zu active alert%s", n, n == 1 ? "" : "s");
	if (n && x + 1 + text_width(text) <= canvas->width)
		canvas_text(canvas, x + 1, 0, -1, STYLE_WARN, text);
}

// "● 14 up"; returns where the next one goes, -1 when there was no room.
static int draw_count(struct canvas *canvas, int x, enum status status, size_t n, const char *word)
{
	style_t style = n ? style_of_status(status) : (style_t)STYLE_FAINT;
	char number[24];
	int width;

	snprintf(number, sizeof number, "%zu", n);
	width = text_width(number) + (*word ? 1 + text_width(word) : 0);
	if (x < 0 || x + 2 + width > canvas->width)
		return -1;
	canvas_glyph(canvas, x, 0, canvas_named_glyph(canvas, glyph_of_status(status)), style);
	canvas_text(canvas, x + 2, 0, -1, style, number);
	canvas_text_right(canvas, x + 2, 0, width, n ? STYLE_MUTED : STYLE_FAINT, word);
	return x + 2 + width + 2;
}

// Cells of all of them, with the gap behind each.
static int count_cells(size_t n, const char *word)
{
	char number[24];

	snprintf(number, sizeof number, "%zu", n);
	return 2 + text_width(number) + (*word ? 1 + text_width(word) : 0) + 2;
}

// Those whose first answers are waited for are no doubt yet: apart from the unknown ones, where there is room for it.
static size_t n_apart(const struct canvas *canvas, const struct fleet_scope *scope)
{
	int cells = count_cells(scope->n_checking, checking);

	for (size_t i = 0; i < HEALTH_STATE_COUNT; i++) {
		enum health_state state = best_first[i];
		size_t n = scope->by_state[state] - (state == HEALTH_UNKNOWN ? scope->n_checking : 0);

		cells += count_cells(n, health_state_name(state));
	}
	return cells - 2 <= canvas->width ? scope->n_checking : 0;
}

static void draw_states(struct canvas *canvas, const struct fleet_scope *scope)
{
	size_t n_checking = n_apart(canvas, scope);
	int x = 0, end = 0;

	for (size_t i = 0; i < HEALTH_STATE_COUNT && x >= 0; i++) {
		enum health_state state = best_first[i];
		size_t n = scope->by_state[state] - (state == HEALTH_UNKNOWN ? n_checking : 0);

		end = x;
		x = draw_count(canvas, x, state_status(state), n,
			       canvas->width < WORDS_FROM ? "" : health_state_name(state));
	}
	if (x >= 0 && n_checking) {
		end = x;
		x = draw_count(canvas, x, STATUS_PENDING, n_checking, checking);
	}
	x = draw_aside(canvas, x >= 0 ? x : end, scope->n_maintenance);
	draw_alerts(canvas, x, scope->alerts[ALERT_ACTIVE]);
}

// How many of `cells` glyphs a state gets: by its share, at least one when it occurs.
static void share_cells(const struct fleet_counts *counts, size_t cells, size_t out[HEALTH_STATE_COUNT])
{
	size_t left = cells;

	for (size_t i = 0; i < HEALTH_STATE_COUNT; i++) {
		enum health_state state = worst_first[i];
		size_t n = counts->by_state[state];

		out[state] = counts->total > cells ? n * cells / counts->total : n;
		if (n > 0 && out[state] == 0)
			out[state] = 1;
		if (out[state] > left)
			out[state] = left;
		left -= out[state];
	}
	if (counts->by_state[HEALTH_UP] && counts->total > cells)
		out[HEALTH_UP] += left;
}

static int draw_bar(struct canvas *canvas, int x, int y, const struct fleet_counts *counts)
{
	size_t cells[HEALTH_STATE_COUNT];
	int used = 0;

	share_cells(counts, BAR_MAX, cells);
	for (size_t i = 0; i < HEALTH_STATE_COUNT; i++) {
		enum health_state state = worst_first[i];

		for (size_t n = 0; n < cells[state]; n++)
			canvas_glyph(canvas, x + used++, y, canvas_named_glyph(canvas, state_glyph(state)),
				     state_style(state));
	}
	return used;
}

struct tier_text {
	char share[48]; // "1/2"
	int name_width, width;
};

static const char *tier_name(const struct fleet_tier *tier)
{
	return *tier->name ? tier->name : "no tier";
}

static void measure(const struct fleet_tier *tier, struct tier_text *out)
{
	int bar = tier->counts.total < BAR_MAX ? (int)tier->counts.total : BAR_MAX;

	snprintf(out->share, sizeof out->share, "%zu/%zu", tier->counts.by_state[HEALTH_UP], tier->counts.total);
	out->name_width = text_width(tier_name(tier));
	if (out->name_width > NAME_MAX_CELLS)
		out->name_width = NAME_MAX_CELLS;
	out->width = out->name_width + 1 + bar + 1 + text_width(out->share);
}

static void draw_tier(struct canvas *canvas, int x, int y, const struct fleet_tier *tier)
{
	struct tier_text text;
	bool is_well = tier->counts.by_state[HEALTH_UP] == tier->counts.total;

	measure(tier, &text);
	canvas_text(canvas, x, y, text.name_width, is_well ? STYLE_MUTED : STYLE_TITLE, tier_name(tier));
	x += text.name_width + 1;
	x += draw_bar(canvas, x, y, &tier->counts) + 1;
	canvas_text(canvas, x, y, -1, is_well ? STYLE_FAINT : STYLE_TEXT, text.share);
}

// Down before degraded before unknown before well; the first by name among equals.
static int badness(const struct fleet_tier *tier)
{
	for (int i = 0; i < HEALTH_STATE_COUNT; i++)
		if (tier->counts.by_state[worst_first[i]])
			return i;
	return HEALTH_STATE_COUNT;
}

static size_t sort_tiers(const struct fleet_scope *scope, const struct fleet_tier *out[TIERS_MAX])
{
	size_t n = 0;

	for (int bad = 0; bad <= HEALTH_STATE_COUNT; bad++)
		for (size_t i = 0; i < scope->n_tiers && n < TIERS_MAX; i++)
			if (badness(&scope->tiers[i]) == bad)
				out[n++] = &scope->tiers[i];
	return n;
}

static void draw_tiers(struct canvas *canvas, const struct fleet_scope *scope)
{
	const struct fleet_tier *tiers[TIERS_MAX];
	size_t n = sort_tiers(scope, tiers), i;
	int x = 0, y = 1;

	for (i = 0; i < n; i++) {
		bool is_last_row = y == canvas->height - 1, is_last = i + 1 == scope->n_tiers;
		struct tier_text text;
		int end;

		measure(tiers[i], &text);
		end = x + text.width;
		if (x > 0 && !is_last_row && end > canvas->width) {
			x = 0;
			end = text.width;
			is_last_row = ++y == canvas->height - 1;
		}
		if (is_last_row && end + (is_last ? 0 : GAP + 9) > canvas->width)
			break;
		draw_tier(canvas, x, y, tiers[i]);
		x = end + GAP;
	}
	if (i < scope->n_tiers)
		canvas_textf(canvas, x, y, -1, STYLE_FAINT, scope->n_tiers - i == 1 ? "+%zu tier" : "+%zu tiers",
			     scope->n_tiers - i);
}

// Agents without tiers are not a tier worth a line.
static bool has_tiers(const struct fleet_scope *scope)
{
	return scope->n_tiers > 1 || (scope->n_tiers == 1 && *scope->tiers[0].name);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	(void)widget;
	(void)fleet;
	draw_states(canvas, &view->scope);
	if (canvas->height > 1 && has_tiers(&view->scope))
		draw_tiers(canvas, &view->scope);
}

const struct widget_class counts_class = { .name = "counts", .min_width = 8, .min_height = 1, .draw = draw };
