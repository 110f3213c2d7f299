// SPDX-License-Identifier: Apache-2.0
#include "widgets/verdict.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "text/text.h"
#include "widgets/connection.h"
#include "widgets/hub_words.h"
#include "widgets/state_face.h"
#include "widgets/status_badge.h"

enum { COUNTS_MAX = 160, N_PARTS = 3, SHORT_BELOW = 90 };

static size_t n_judged(const struct fleet_scope *scope)
{
	return scope->total - scope->n_paused - scope->n_maintenance;
}

static const char *agents_word(const struct fleet_scope *scope)
{
	return n_judged(scope) == 1 ? " agent" : " agents";
}

// Those who are left alone on purpose.
static void add_aside(const struct fleet_scope *scope, struct strbuf *out)
{
	if (scope->n_maintenance > 0)
		strbuf_addf(out, ", %zu in maintenance", scope->n_maintenance);
	if (scope->n_paused > 0)
		strbuf_addf(out, ", %zu paused", scope->n_paused);
}

// "3 of 22 agents down, 2 degraded": the state of the verdict, then what else is not up, the worst first.
static void counts_text(const struct fleet_scope *scope, bool is_short, struct strbuf *out)
{
	const struct {
		size_t n;
		const char *word;
	} parts[] = {
		{ scope->by_state[HEALTH_DOWN], health_state_name(HEALTH_DOWN) },
		{ scope->by_state[HEALTH_DEGRADED], health_state_name(HEALTH_DEGRADED) },
		{ scope->by_state[HEALTH_UNKNOWN] - scope->n_checking, health_state_name(HEALTH_UNKNOWN) },
		{ scope->n_checking, "checking" },
	};
	size_t n_probed = n_judged(scope);
	bool is_first = true;

	if (n_probed == 0) {
		strbuf_addf(out, "every agent is %s%s%s", scope->n_paused ? "paused" : "",
			    scope->n_paused && scope->n_maintenance ? " or " : "",
			    scope->n_maintenance ? "in maintenance" : "");
		return;
	}
	if (scope->by_state[HEALTH_UP] == n_probed) {
		strbuf_addf(out, "%zu of %zu%s up", n_probed, n_probed, agents_word(scope));
		add_aside(scope, out);
		return;
	}
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (parts[i].n == 0)
			continue;
		if (is_first)
			strbuf_addf(out, "%zu of %zu%s %s", parts[i].n, n_probed, is_short ? "" : agents_word(scope),
				    parts[i].word);
		else
			strbuf_addf(out, ", %zu %s", parts[i].n, parts[i].word);
		is_first = false;
	}
	add_aside(scope, out);
}

static void nobody_text(const struct fleet *fleet, struct strbuf *out)
{
	if (fleet_n_agents(fleet) > 0)
		strbuf_add(out, "no agent is in the picked context");
	else if (fleet_feed(fleet)->state == FEED_STARTING)
		strbuf_add(out, "looking for agents");
	else if (fleet_feed(fleet)->n_away)
		strbuf_add(out, "no agent is known yet");
	else
		strbuf_add(out, "there are no agents");
}

// Nothing known is amiss, but nothing is known of those whose hubs were not reached, or what is known is old.
static bool is_partial(const struct fleet *fleet, const struct fleet_scope *scope)
{
	return scope->total > 0 && scope->overall == HEALTH_UP && fleet_feed(fleet)->n_away > 0;
}

struct verdict_line {
	enum health_state state;
	char counts[COUNTS_MAX];
	char since[HUMAN_MAX + 16];
	struct connection connection;
};

static void read_line(const struct fleet *fleet, const struct view *view, bool is_short, struct verdict_line *out)
{
	const struct fleet_scope *scope = &view->scope;
	bool has_answers = connection_has_answers(fleet);
	struct strbuf counts;
	char age[HUMAN_MAX];

	connection_read(fleet, view, &out->connection);
	out->state = scope->total == 0 || !has_answers || is_partial(fleet, scope) ? HEALTH_UNKNOWN : scope->overall;
	strbuf_init(&counts, out->counts, sizeof out->counts);
	if (!has_answers && scope->total > 0 && scope->by_state[HEALTH_UNKNOWN] < n_judged(scope))
		strbuf_add(&counts, "last known: ");
	if (!has_answers && scope->total > 0 && scope->by_state[HEALTH_UNKNOWN] == n_judged(scope))
		strbuf_addf(&counts, "what is known of %zu%s is stale", scope->total, agents_word(scope));
	else if (scope->total == 0)
		nobody_text(fleet, &counts);
	else
		counts_text(scope, is_short, &counts);
	if (has_answers && is_partial(fleet, scope))
		strbuf_addf(&counts, ", %zu of %zu hubs away", fleet_feed(fleet)->n_away, fleet_feed(fleet)->n_hubs);
	out->since[0] = '\0';
	human_short_age(view->now.wall_ms - scope->overall_since_ms, age);
	if (scope->total > 0 && scope->overall_since_ms > 0 && has_answers && !is_partial(fleet, scope))
		snprintf(out->since, sizeof out->since, "%s%s", strcmp(age, "now") == 0 ? "just " : "for ", age);
}

// Nothing is known yet, and nothing is wrong with that.
static bool is_checking(const struct verdict_line *line, const struct fleet_scope *scope)
{
	return line->state == HEALTH_UNKNOWN && scope->n_checking &&
	       scope->n_checking == scope->by_state[HEALTH_UNKNOWN];
}

static int draw_word(struct canvas *canvas, const struct verdict_line *line, const struct fleet_scope *scope)
{
	bool is_new = is_checking(line, scope);
	char word[16];

	snprintf(word, sizeof word, "%s", is_new ? "checking" : health_state_name(line->state));
	for (char *c = word; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return status_badge_draw(canvas, 0, 0, -1, is_new ? STATUS_PENDING : state_status(line->state), word, BADGE_LG,
				 0);
}

// As many parts as fit whole; the first always, cut if it must be.
static void draw_parts(struct canvas *canvas, int x, const char *const parts[N_PARTS], const style_t styles[N_PARTS])
{
	for (int i = 0, n = 0; i < N_PARTS; i++) {
		if (!*parts[i])
			continue;
		if (n++ > 0) {
			if (x + 3 + text_width(parts[i]) > canvas->width)
				continue;
			x += canvas_text(canvas, x, 0, -1, STYLE_FAINT, " · ");
		}
		x += canvas_text(canvas, x, 0, -1, styles[i], parts[i]);
	}
}

// That the feed is live stands in the header and is no news; that it is not, beside the verdict where there is room.
static bool is_expected(const struct fleet *fleet, const struct view *view)
{
	if (view->has_connection_beside)
		return true;
	return fleet_feed(fleet)->state == FEED_LIVE && !view->is_paused && !fleet_sources_failed(fleet, NULL, 0) &&
	       !fleet_recordings_stopped(fleet, NULL, 0);
}

// How the connection is; where that does not fit behind the rest, at least which hub is away, and since when.
static const char *connection_text(const struct fleet *fleet, const struct view *view, const struct verdict_line *line,
				   int room, char brief[HUB_WORDS_MAX])
{
	int used = text_width(line->counts) + 3 + (line->since[0] ? text_width(line->since) + 3 : 0);
	char *rest;

	if (is_expected(fleet, view))
		return "";
	if (used + text_width(line->connection.text) <= room || !*hub_words_stale(fleet, view, 0, brief))
		return line->connection.text;
	rest = strstr(brief, ": ");
	if (rest)
		*rest = '\0';
	return brief;
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	struct verdict_line line;
	char few[32], brief[HUB_WORDS_MAX];
	int x;

	(void)widget;
	read_line(fleet, view, canvas->width < SHORT_BELOW, &line);
	x = draw_word(canvas, &line, &view->scope) + 1;
	if (canvas->width - x < 24 && connection_has_answers(fleet) && view->scope.total > 0) {
		snprintf(few, sizeof few, "%zu/%zu",
			 view->scope.overall == HEALTH_UP ? view->scope.total : view->scope.by_state[line.state],
			 view->scope.total);
		snprintf(line.counts, sizeof line.counts, "%s", few);
	}
	if (connection_has_answers(fleet) || view->has_connection_beside)
		draw_parts(canvas, x,
			   (const char *const[]){ line.counts, line.since,
						  connection_text(fleet, view, &line, canvas->width - x, brief) },
			   (const style_t[]){ STYLE_TITLE, STYLE_MUTED, style_of_status(line.connection.status) });
	else
		draw_parts(canvas, x, (const char *const[]){ line.connection.text, line.counts, "" },
			   (const style_t[]){ style_of_status(line.connection.status) | STYLE_BOLD, STYLE_MUTED, 0 });
}

const struct widget_class verdict_class = { .name = "verdict", .min_width = 8, .min_height = 1, .draw = draw };
