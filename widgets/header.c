// SPDX-License-Identifier: Apache-2.0
#include "widgets/header.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "text/text.h"
#include "widgets/connection.h"
#include "widgets/hub_words.h"
#include "widgets/status_badge.h"
#include "widgets/together_words.h"

enum {
	ROOMY = 36,      // cells of a context with its key in words
	HERE_FROM = 60,  // cells of a header that says who else is here
	NAMED_FROM = 24, // and of what is left in it, where the program's own name stands
	CUT_MIN = 6,     // of a word on its own colour that is cut
};

// A word on its own colour; returns the cells used with the space after it.
static int draw_block(struct canvas *canvas, int x, int right, style_t style, const char *text)
{
	int width = text_width(text) + 2;

	int whole = width;

	if (width > right - x)
		width = right - x;
	if (width < 3 || (width < whole && width < CUT_MIN))
		return 0;
	canvas_fill(canvas, x, 0, width, 1, ' ', style);
	canvas_text(canvas, x + 1, 0, width - 2, style, text);
	return width + 1;
}

static bool is_replay(const struct view *view)
{
	return view->replay && *view->replay;
}

// Calm while it is live; on its own colour when it is not. Of several hubs those that are away are named.
static int draw_connection(struct canvas *canvas, int end, const struct fleet *fleet, const struct view *view)
{
	char away[HUB_WORDS_MAX];
	struct connection connection;
	const char *word = connection.word;
	bool is_live;
	int width;

	connection_read(fleet, view, &connection);
	is_live = status_group(connection.status) == STATUS_GROUP_GREEN;
	if (is_live && is_replay(view))
		return end; // it was; nothing of it is now
	if (!view->is_paused && *hub_words_away(fleet, view, canvas->width / 2 - 4, away))
		word = away;
	width = text_width(word) + (is_live ? 2 : 4);
	if (!is_live)
		status_badge_draw(canvas, end - width, 0, width, connection.status, word, BADGE_LG, 0);
	else
		canvas_glyph(canvas, end - width, 0, canvas_named_glyph(canvas, GLYPH_OK), STYLE_HEADER);
	if (is_live)
		canvas_text(canvas, end - width + 2, 0, -1, STYLE_HEADER, word);
	return end - width;
}

// From the right end: clock, then connection. Returns where they begin.
static int draw_right(struct canvas *canvas, const struct fleet *fleet, const struct view *view)
{
	char clock[2 * HUMAN_MAX] = "", time[HUMAN_MAX];
	int end = canvas->width - 1;

	if (is_replay(view) && canvas->width >= 72) // it may be of another day
		snprintf(clock, sizeof clock, "%s ", human_date(view->now.wall_ms, view->utc_offset_s, time));
	if (canvas->width >= (is_replay(view) ? 40 : 60)) {
		human_time_of_day(view->now.wall_ms, view->utc_offset_s, time);
		snprintf(clock + strlen(clock), sizeof clock - strlen(clock), "%s", time);
		end -= text_width(clock);
		canvas_text(canvas, end, 0, -1, STYLE_HEADER, clock);
		end -= 2;
	}
	return canvas->width < 30 ? canvas->width : draw_connection(canvas, end, fleet, view) - 1;
}

// Who else is here: a number, and names while they take little of the room. Returns where it begins.
static int draw_here(struct canvas *canvas, int end, const struct fleet *fleet)
{
	size_t n = fleet ? together_people(fleet, NULL, 0) : 0;
	char text[TOGETHER_TEXT_MAX + 32], names[TOGETHER_TEXT_MAX];
	int width;

	if (n < 2 || canvas->width < HERE_FROM)
		return end;
	snprintf(text, sizeof text, "%zu here: %s", n, together_names(fleet, names));
	if (text_width(text) > canvas->width / 5)
		snprintf(text, sizeof text, "%zu here", n);
	width = text_width(text);
	canvas_text(canvas, end - width - 1, 0, width, STYLE_HEADER, text);
	return end - width - 3;
}

// What is picked, and the key that clears it: in words where there is room for them.
static void draw_context(struct canvas *canvas, int x, int end, const struct view *view)
{
	struct canvas room = canvas_part(canvas, x, 0, end - x, 1);
	char clear[64] = "";
	int width, used;

	if (!view->context || !*view->context || room.width < 6)
		return;
	if (view->clear_key)
		snprintf(clear, sizeof clear, room.width < ROOMY ? "(%s)" : "(%s clears)", view->clear_key);
	width = *clear ? text_width(clear) + 1 : 0;
	if (width > room.width / 2)
		width = 0;
	used = canvas_textf(&room, 0, 0, room.width - width, STYLE_HEADER, "only %s", view->context);
	if (width)
		canvas_text(&room, used + 1, 0, width, STYLE_HEADER, clear);
}

static size_t n_paused(const struct fleet *fleet)
{
	size_t n = 0;

	for (size_t i = 0; i < fleet_n_operations(fleet); i++)
		n += fleet_operation_at(fleet, i)->state == OPERATION_PAUSED;
	return n;
}

// "1 operation", "2 operations paused", "3 operations, 1 paused": what is paused waits for somebody.
static void operations_text(const struct fleet *fleet, size_t n, char *out, size_t size)
{
	size_t paused = n_paused(fleet);
	int len = snprintf(out, size, "%zu operation%s", n, n == 1 ? "" : "s");

	if (paused && paused == n)
		snprintf(out + len, size - (size_t)len, " paused");
	else if (paused)
		snprintf(out + len, size - (size_t)len, ", %zu paused", paused);
}

// While anything is under way, on every screen, with the key that goes there.
static int draw_operations(struct canvas *canvas, int x, int end, const struct fleet *fleet, const struct view *view)
{
	size_t n = fleet ? fleet_n_operations_open(fleet) : 0;
	const char *key = view->operations.key;
	char text[64];

	if (!n)
		return 0;
	operations_text(fleet, n, text, sizeof text);
	if (key && *key && end - x > ROOMY)
		snprintf(text + strlen(text), sizeof text - strlen(text), " (%s)", key);
	return draw_block(canvas, x, end, STYLE_PRIMARY | STYLE_REVERSE | STYLE_BOLD, text);
}

// Plans of others that wait for a second person.
static int draw_approvals(struct canvas *canvas, int x, int end, const struct fleet *fleet, const struct view *view)
{
	size_t n = fleet ? together_n_for_us(fleet) : 0;
	const char *key = view->operations.approve_key;
	char text[64];

	if (!n)
		return 0;
	snprintf(text, sizeof text, "%zu to agree to", n);
	if (key && *key && end - x > ROOMY)
		snprintf(text + strlen(text), sizeof text - strlen(text), " (%s)", key);
	return draw_block(canvas, x, end, STYLE_WARN | STYLE_REVERSE | STYLE_BOLD, text);
}

// Where it comes from: of several hubs all of them, while there is room, and what part of the fleet that is.
static int draw_hub(struct canvas *canvas, int x, int end, const struct fleet *fleet, const struct view *view)
{
	bool has_context = view->context && *view->context;
	int room = (has_context ? (end - x) / 2 : end - x) - 1;
	char names[HUB_WORDS_MAX];
	const char *part;

	if (!view->hub || !*view->hub || end - x <= 8)
		return 0;
	part = strstr(view->hub, " ("); // "2 hubs (shards 1/3, 2/3)"
	part = part ? part : "";
	if (fleet && *hub_words(fleet, view, room - text_width(part), names))
		return canvas_textf(canvas, x, 0, end - x, STYLE_HEADER, "@%s%s", names, part) + 2;
	return canvas_textf(canvas, x, 0, end - x, STYLE_HEADER, "@%s", view->hub) + 2;
}

static int block_width(const char *text)
{
	return text && *text ? text_width(text) + 3 : 0;
}

// The program's own name is the least of it: it stands there where the words on colours have their room beside it.
static bool has_room_for_name(const struct view *view, int room)
{
	int blocks = block_width(view->is_demo ? "DEMO" : "") + block_width(view->replay) +
		     block_width(view->is_read_only ? "READ-ONLY" : "") + block_width(view->environment);

	return room >= NAMED_FROM && room >= text_width("opscon") + 2 + blocks;
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	int x = 1, end, name;

	(void)widget;
	canvas_fill(canvas, 0, 0, canvas->width, 1, ' ', STYLE_HEADER);
	end = draw_here(canvas, draw_right(canvas, fleet, view), fleet);
	if (has_room_for_name(view, end - x))
		x += canvas_text(canvas, x, 0, end - x, STYLE_HEADER, "opscon") + 2;
	if (view->is_demo)
		x += draw_block(canvas, x, end, STYLE_DEMO, "DEMO");
	if (is_replay(view))
		x += draw_block(canvas, x, end, STYLE_DEMO, view->replay);
	if (view->is_read_only)
		x += draw_block(canvas, x, end, STYLE_WARN | STYLE_REVERSE | STYLE_BOLD, "READ-ONLY");
	if (view->environment && *view->environment)
		x += draw_block(canvas, x, end, view->environment_style, view->environment);
	x += draw_operations(canvas, x, end, fleet, view);
	x += draw_approvals(canvas, x, end, fleet, view);
	name = view->fleet_name && *view->fleet_name ? text_width(view->fleet_name) : 0;
	if (name > 0 && end - x >= (name < CUT_MIN ? name : CUT_MIN)) {
		if (view->context && *view->context && name > (end - x) / 3)
			name = (end - x) / 3;
		x += canvas_text(canvas, x, 0, name < end - x ? name : end - x, STYLE_HEADER, view->fleet_name) + 2;
	}
	x += draw_hub(canvas, x, end, fleet, view);
	draw_context(canvas, x, end, view);
}

const struct widget_class header_class = { .name = "header", .min_width = 1, .min_height = 1, .draw = draw };
