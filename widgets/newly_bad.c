// SPDX-License-Identifier: Apache-2.0
#include "widgets/newly_bad.h"

#include <stdio.h>

#include "base/human.h"
#include "text/text.h"
#include "widgets/connection.h"
#include "widgets/heading.h"
#include "widgets/hub_words.h"
#include "widgets/state_face.h"
#include "widgets/status_badge.h"

enum {
	REASON_MAX = 320,
	MARK = 2,
	GAP = 2,
	STEP = 4,
	WORD_WIDTH = 14,
	AGE_WIDTH = 4,
	NAME_MIN = 12,
	NAME_MAX_CELLS = 24
};

static int name_width(const struct fleet *fleet, const struct view *view, int width)
{
	int widest = NAME_MIN;

	for (size_t i = 0; i < view->scope.n_newly_bad; i++) {
		const struct fleet_agent *agent = fleet_agent(fleet, view->scope.newly_bad[i]);
		int needed = agent ? text_width(agent->agent->name) : 0;

		widest = needed > widest ? needed : widest;
	}
	widest = (widest + STEP - 1) / STEP * STEP; // as in the table of agents below
	if (widest > NAME_MAX_CELLS)
		widest = NAME_MAX_CELLS;
	return widest > width / 3 ? width / 3 : widest;
}

static void draw_row(struct canvas *canvas, int y, const struct fleet_agent *agent, int name, const struct view *view)
{
	int width = canvas->width, word = width < 40 ? 1 : WORD_WIDTH, x = MARK + word + GAP;
	char age[HUMAN_MAX], reason[REASON_MAX];

	status_badge_draw(canvas, MARK, y, word, health_status(&agent->health), health_word(&agent->health),
			  word == 1 ? BADGE_SM : BADGE_MD, 0);
	canvas_text(canvas, x, y, name, STYLE_TITLE, agent->agent->name);
	x += name + GAP;
	agent_reason(agent, reason, sizeof reason);
	canvas_text(canvas, x, y, width - x - AGE_WIDTH - 2, STYLE_TEXT, reason);
	human_column_age(view->now.wall_ms - agent->state_since_ms, age);
	canvas_text_right(canvas, width - AGE_WIDTH, y, AGE_WIDTH, STYLE_MUTED, age);
}

static void draw_rows(struct canvas *canvas, const struct fleet *fleet, const struct view *view)
{
	const struct fleet_scope *scope = &view->scope;
	int name = name_width(fleet, view, canvas->width), y = 0;

	for (size_t i = 0; i < scope->n_newly_bad && y < canvas->height; i++) {
		const struct fleet_agent *agent = fleet_agent(fleet, scope->newly_bad[i]);

		if (!agent)
			continue;
		if (y == canvas->height - 1 && y > 0 && scope->n_bad > i + 1) {
			canvas_textf(canvas, MARK, y, -1, STYLE_FAINT, "and %zu more", scope->n_bad - i);
			break;
		}
		draw_row(canvas, y++, agent, name, view);
	}
}

// Agents that are stale because we lost their hub did not turn bad: one line for all of them. Returns the rest.
static struct canvas draw_stale(struct canvas *canvas, const struct fleet *fleet, const struct view *view)
{
	char text[HUB_WORDS_MAX];

	if (!*hub_words_stale(fleet, view, canvas->width - MARK - 2, text) || canvas->height == 0)
		return *canvas;
	canvas_glyph(canvas, MARK, 0, canvas_named_glyph(canvas, GLYPH_UNKNOWN), STYLE_UNKNOWN);
	canvas_text(canvas, MARK + 2, 0, -1, STYLE_WARN, text);
	return canvas_part(canvas, 0, 1, canvas->width, canvas->height - 1);
}

static void draw_nothing(struct canvas *canvas, const struct fleet *fleet, const struct view *view)
{
	if (view->scope.total == 0 || !connection_has_answers(fleet))
		canvas_text(canvas, MARK, 0, -1, STYLE_FAINT, "Nothing is known yet.");
	else
		canvas_text(canvas, MARK, 0, -1, STYLE_FAINT, "Nothing turned bad.");
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	struct canvas body = *canvas, rest;
	char note[32] = "";

	(void)widget;
	if (view->scope.n_bad > 0)
		snprintf(note, sizeof note, "%zu", view->scope.n_bad);
	if (canvas->height > 1)
		body = heading_draw(canvas, &(struct heading){ .title = "Newly bad", .note = note });
	rest = draw_stale(&body, fleet, view);
	if (view->scope.n_bad > 0)
		draw_rows(&rest, fleet, view);
	else if (rest.height == body.height)
		draw_nothing(&body, fleet, view);
}

const struct widget_class newly_bad_class = { .name = "newly_bad", .min_width = 16, .min_height = 2, .draw = draw };
