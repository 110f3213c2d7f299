// SPDX-License-Identifier: Apache-2.0
#include "widgets/confirm_lines.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "model/verb_refusal.h"
#include "text/text.h"
#include "widgets/operation_words.h"
#include "widgets/state_face.h"
#include "widgets/together_words.h"
#include "widgets/wrap.h"

enum {
	GAP = 2,
	INDENT = 2,
	NAME_WIDEST = 28,
	NOTE_ROWS = 6,
	NOTE_MIN = 30,
	WORDS_FROM = 40,
	ACTION_MIN = 20,
	PATCH_ROWS = 12,
	DEPENDENTS_SHOWN = 8
};

struct columns {
	int wave, state, name, environment, lifecycle, version; // cells, 0: left out
};

size_t confirm_n_possible(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_targets; i++)
		n += !*plan->targets[i].refusal;
	return n;
}

// ---- what some are left out for, by now

const char *confirm_left_out(const struct fleet *fleet, const struct view *view, const struct plan *plan, size_t target,
			     char out[CONFIRM_WHY_MAX])
{
	uint32_t id = plan->targets[target].agent;
	const struct fleet_agent *agent = fleet_agent(fleet, id);

	out[0] = '\0';
	if (!agent)
		return "it is gone";
	if (together_is_held(fleet, id))
		return together_holder(fleet, view, id, out);
	return agent->lifecycle ? verb_refusal_of(agent->agent, agent->lifecycle, plan->params.verb, out) : out;
}

static bool has_passed(const struct fleet *fleet, const struct view *view, const struct plan *plan, size_t target,
		       const bool *is_explained)
{
	char why[CONFIRM_WHY_MAX];

	return is_explained && is_explained[target] && *plan->targets[target].refusal &&
	       !*confirm_left_out(fleet, view, plan, target, why);
}

size_t confirm_n_passed(const struct fleet *fleet, const struct view *view, const struct plan *plan,
			const bool *is_explained)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_targets; i++)
		n += has_passed(fleet, view, plan, i, is_explained);
	return n;
}

// Everything there is to draw from.
struct lines {
	const struct plan *plan;
	const struct fleet *fleet; // NULL with view: as the plan has it
	const struct view *view;
};

static void left_out_text(const struct lines *lines, size_t target, char *out, size_t size)
{
	const bool *is_explained = lines->view ? lines->view->confirm.is_explained : NULL;
	const char *why = lines->plan->targets[target].refusal;
	char now[CONFIRM_WHY_MAX];

	if (is_explained && is_explained[target])
		why = confirm_left_out(lines->fleet, lines->view, lines->plan, target, now);
	if (*why)
		snprintf(out, size, "left out: %s", why);
	else
		snprintf(out, size, "left out: could be done by now (C-r)");
	text_trim(out);
}

// ----

// In the rows that another text takes: what changes moves nothing.
static int wrapped_as(struct canvas *canvas, int x, int y, const char *as, style_t style, const char *text)
{
	int rows = wrap_count(as, canvas->width - x, NOTE_ROWS);

	wrap_draw(canvas, x, y, canvas->width - x, rows, style, text);
	return y + rows;
}

static int wrapped(struct canvas *canvas, int x, int y, int rows, style_t style, const char *text)
{
	return y + wrap_draw(canvas, x, y, canvas->width - x, rows, style, text);
}

static int draw_title(struct canvas *canvas, int y, const char *title)
{
	int used = canvas_text(canvas, 0, y, -1, STYLE_TITLE, title);

	canvas_hline(canvas, used + 1, y, canvas->width - used - 1, STYLE_BORDER);
	return y + 1;
}

// ---- what holds for all of it

static size_t n_hidden(const struct plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_targets; i++)
		n += plan->targets[i].is_hidden;
	return n;
}

static int draw_rollout(struct canvas *canvas, int y, const struct plan *plan)
{
	char text[OPERATION_TEXT_MAX];

	if (!*operation_rollout_text(plan, text, sizeof text))
		return y;
	if (plan->n_waves > 1)
		snprintf(text + strlen(text), sizeof text - strlen(text), ": %u %s", plan->n_waves,
			 plan->params.rollout.kind == ROLLOUT_CANARY ? "phases" : "batches");
	return wrapped(canvas, 0, y, NOTE_ROWS, STYLE_TEXT, text);
}

static int draw_params(struct canvas *canvas, int y, const struct plan *plan)
{
	const struct operation_params *params = &plan->params;
	char text[TEXT_FIELD_MAX];

	if (params->version && *params->version) {
		snprintf(text, sizeof text, "to version %s", params->version);
		y = wrapped(canvas, 0, y, NOTE_ROWS, STYLE_TEXT, text_trim(text));
	}
	if (params->patch && *params->patch) {
		snprintf(text, sizeof text, "patch %s", params->patch);
		y = wrapped(canvas, 0, y, PATCH_ROWS, STYLE_TEXT, text_trim(text));
	}
	return y;
}

static int draw_refused(struct canvas *canvas, int y, const struct lines *lines)
{
	const struct plan *plan = lines->plan;
	size_t n = plan->n_targets, n_refused = n - confirm_n_possible(plan);
	size_t n_passed = lines->view ? lines->view->confirm.n_passed : 0;
	char text[OPERATION_TEXT_MAX], now[OPERATION_TEXT_MAX];

	if (*plan->refusal) {
		snprintf(text, sizeof text, "It cannot be done: %s", plan->refusal);
		snprintf(now, sizeof now, "%s", n_passed ? "It could be done by now: C-r plans anew" : text);
		y = wrapped_as(canvas, 0, y, text_trim(text), STYLE_BAD | STYLE_BOLD, text_trim(now));
	}
	if (!n_refused)
		return y;
	snprintf(text, sizeof text, "%zu of %zu %s left out: why stands below", n_refused, n,
		 n_refused == 1 ? "is" : "are");
	snprintf(now, sizeof now, "%zu of %zu left out, %zu could be done by now: C-r plans anew", n_refused, n,
		 n_passed);
	return wrapped_as(canvas, 0, y, text, STYLE_WARN, n_passed ? now : text);
}

static int draw_summary(struct canvas *canvas, int y, const struct lines *lines)
{
	const struct plan *plan = lines->plan;
	size_t hidden = n_hidden(plan);
	int from = y;
	char text[OPERATION_TEXT_MAX];

	y = draw_refused(canvas, y, lines);
	if (hidden) {
		snprintf(text, sizeof text, "%zu of %zu %s hidden by the filter, and would be changed all the same",
			 hidden, plan->n_targets, hidden == 1 ? "is" : "are");
		y = wrapped(canvas, 0, y, NOTE_ROWS, STYLE_WARN, text);
	}
	y = draw_params(canvas, y, plan);
	y = draw_rollout(canvas, y, plan);
	return y > from ? y + 1 : y;
}

// ---- targets

static int widest(const struct plan *plan, bool is_environment, int most)
{
	int cells = 0;

	for (size_t i = 0; i < plan->n_targets && cells < most; i++) {
		const struct plan_target *target = &plan->targets[i];
		int width = text_width(is_environment ? target->environment : target->name);

		cells = width > cells ? width : cells;
	}
	return cells > most ? most : cells;
}

static void place(const struct plan *plan, int width, struct columns *out)
{
	int left = width;

	*out = (struct columns){ .wave = plan->n_waves > 1 && width >= 30 ? 3 : 0 };
	out->state = width >= (out->wave ? WORDS_FROM + 5 : WORDS_FROM) ? 10 : 1; // where it is comes before the word
	left -= out->state + GAP + (out->wave ? out->wave + GAP : 0);
	out->name = widest(plan, false, NAME_WIDEST);
	if (out->name > left)
		out->name = left;
	left -= out->name + GAP;
	out->environment = widest(plan, true, 12);
	if (out->environment > left)
		out->environment = left > 3 ? left : 0;
	left -= out->environment ? out->environment + GAP : 0;
	out->lifecycle = left >= 11 ? 11 : 0;
	left -= out->lifecycle ? out->lifecycle + GAP : 0;
	out->version = left >= 5 ? left : 0;
}

// "0.4.2 → 0.4.3"; the version it has when nothing else is asked for.
static const char *version_text(const struct plan *plan, const struct plan_target *target, const struct canvas *canvas,
				char *out, size_t size)
{
	const char *to = plan->params.verb == VERB_UPGRADE    ? plan->params.version
			 : plan->params.verb == VERB_ROLLBACK ? target->previous
							      : "";

	if (to && *to)
		snprintf(out, size, "%s %s %s", *target->version ? target->version : "?", canvas->is_ascii ? "->" : "→",
			 to);
	else
		snprintf(out, size, "%s", target->version);
	return text_trim(out);
}

static void draw_target(struct canvas *canvas, int y, const struct plan *plan, const struct plan_target *target,
			const struct columns *columns)
{
	style_t style = *target->refusal ? STYLE_FAINT : STYLE_TEXT;
	char text[OPERATION_TEXT_MAX];
	int x = 0;

	if (columns->wave) {
		snprintf(text, sizeof text, "%u", target->wave + 1U);
		canvas_text_right(canvas, x, y, columns->wave, STYLE_FAINT, text);
		x += columns->wave + GAP;
	}
	canvas_glyph(canvas, x, y, canvas_named_glyph(canvas, state_glyph(target->health)),
		     state_style(target->health));
	if (columns->state > 2)
		canvas_text(canvas, x + 2, y, columns->state - 2, state_style(target->health),
			    health_state_name(target->health));
	x += columns->state + GAP;
	canvas_text(canvas, x, y, columns->name, style | STYLE_BOLD, target->name);
	x += columns->name + GAP;
	if (columns->environment) {
		canvas_text(canvas, x, y, columns->environment, style, target->environment);
		x += columns->environment + GAP;
	}
	if (columns->lifecycle) {
		canvas_text(canvas, x, y, columns->lifecycle, STYLE_MUTED,
			    target->is_lifecycle_known ? lifecycle_name(target->lifecycle) : "not seen");
		x += columns->lifecycle + GAP;
	}
	if (columns->version)
		canvas_text(canvas, x, y, columns->version, style,
			    version_text(plan, target, canvas, text, sizeof text));
}

static void dependents_text(const struct plan_target *target, char *out, size_t size)
{
	struct strbuf text;
	size_t n = target->n_dependents < DEPENDENTS_SHOWN ? target->n_dependents : DEPENDENTS_SHOWN;

	strbuf_init(&text, out, size);
	strbuf_add(&text, "needed by ");
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&text, "%s%s", i ? ", " : "", target->dependents[i]);
	if (n < target->n_dependents)
		strbuf_addf(&text, " and %zu more", target->n_dependents - n);
	text_trim(out);
}

// Under the name, where that leaves room for words.
static int note_indent(const struct columns *columns, int width)
{
	int indent = columns->state + GAP + (columns->wave ? columns->wave + GAP : 0);

	return width - indent >= NOTE_MIN ? indent : INDENT;
}

// What somebody should know of this one before it happens.
static int draw_notes(struct canvas *canvas, int x, int y, const struct lines *lines, size_t i)
{
	const struct plan_target *target = &lines->plan->targets[i];
	char text[TEXT_FIELD_MAX], now[TEXT_FIELD_MAX];

	if (*target->refusal) {
		snprintf(text, sizeof text, "left out: %s", target->refusal);
		left_out_text(lines, i, now, sizeof now);
		y = wrapped_as(canvas, x, y, text_trim(text), STYLE_BAD, now);
	}
	if (target->is_hidden)
		y = wrapped(canvas, x, y, NOTE_ROWS, STYLE_WARN, "hidden by the filter");
	if (target->is_last_healthy) {
		snprintf(text, sizeof text, "the last healthy one of %s%s%s",
			 *target->service ? target->service : "its kind", *target->environment ? " in " : "",
			 target->environment);
		y = wrapped(canvas, x, y, NOTE_ROWS, STYLE_BAD, text_trim(text));
	}
	if (target->n_dependents) {
		dependents_text(target, text, sizeof text);
		y = wrapped(canvas, x, y, NOTE_ROWS, STYLE_WARN, text);
	}
	return y;
}

// ---- steps

// What the steps of all targets have in common.
struct common {
	const struct plan_target *first; // that has any; NULL: their steps are not the same ones
	uint32_t actions, undo_actions;  // bit: the step does the same to everybody
};

static bool is_same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_same_shape(const struct plan_step *a, const struct plan_step *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_same_text(a[i].label, b[i].label) || a[i].timeout_ms != b[i].timeout_ms)
			return false;
	return true;
}

static uint32_t same_actions(const struct plan_step *a, const struct plan_step *b, size_t n)
{
	uint32_t same = 0;

	for (size_t i = 0; i < n && i < 32; i++)
		if (is_same_text(a[i].action, b[i].action))
			same |= UINT32_C(1) << i;
	return same;
}

static void compare(const struct plan *plan, struct common *out)
{
	const struct plan_target *first = NULL;

	*out = (struct common){ .actions = UINT32_MAX, .undo_actions = UINT32_MAX };
	for (size_t i = 0; i < plan->n_targets; i++) {
		const struct plan_target *target = &plan->targets[i];

		if (!target->n_steps)
			continue;
		first = first ? first : target;
		if (target->n_steps != first->n_steps || target->n_undo != first->n_undo ||
		    !is_same_shape(first->steps, target->steps, target->n_steps) ||
		    !is_same_shape(first->undo, target->undo, target->n_undo))
			return;
		out->actions &= same_actions(first->steps, target->steps, target->n_steps);
		out->undo_actions &= same_actions(first->undo, target->undo, target->n_undo);
	}
	out->first = first;
}

static int widest_label(const struct plan_step *steps, size_t n, int most)
{
	int cells = 0;

	for (size_t i = 0; i < n; i++) {
		int width = text_width(steps[i].label);

		cells = width > cells ? width : cells;
	}
	return cells > most ? most : cells;
}

// Those steps whose bit is not set do something else to each; `otherwise` is said of them.
static int draw_steps(struct canvas *canvas, int x, int y, const struct plan_step *steps, size_t n, uint32_t actions,
		      const char *otherwise)
{
	int label = widest_label(steps, n, canvas->width / 3);
	bool is_beside = canvas->width - x - 3 - label - GAP >= ACTION_MIN;

	for (size_t i = 0; i < n; i++) {
		bool is_said = i < 32 && actions >> i & 1;
		const char *action = !is_said ? otherwise : steps[i].action ? steps[i].action : "";
		char limit[HUMAN_MAX], text[TEXT_FIELD_MAX];
		int end;

		canvas_textf(canvas, x, y, 3, STYLE_FAINT, "%zu", i + 1);
		canvas_text(canvas, x + 3, y, label, STYLE_TEXT, steps[i].label);
		snprintf(text, sizeof text, "%s%swithin %s", action, *action ? ", " : "",
			 human_duration(steps[i].timeout_ms, limit));
		y += is_beside ? 0 : 1;
		end = wrapped(canvas, is_beside ? x + 3 + label + GAP : x + 3, y, NOTE_ROWS, STYLE_MUTED,
			      text_trim(text));
		y = end > y ? end : y + 1;
	}
	return y;
}

// What is done to this target alone. Out of sight only the rows count, and most of them fit.
static int draw_own_actions(struct canvas *canvas, int x, int y, const struct plan_target *target,
			    const struct common *common)
{
	for (size_t i = 0; i < target->n_steps; i++) {
		const char *label = target->steps[i].label, *action = target->steps[i].action;
		bool is_in_sight = y > -NOTE_ROWS && y < canvas->height;
		char text[TEXT_FIELD_MAX];

		if (i < 32 && common->actions >> i & 1)
			continue;
		action = action ? action : "";
		if (!is_in_sight && text_width(label) + 2 + text_width(action) <= canvas->width - x) {
			y++;
			continue;
		}
		snprintf(text, sizeof text, "%s: %s", label, action);
		y = wrapped(canvas, x, y, NOTE_ROWS, STYLE_MUTED, text_trim(text));
	}
	return y;
}

static int draw_common(struct canvas *canvas, int y, const struct plan *plan, const struct common *common)
{
	const struct plan_target *first = common->first;

	if (!first->n_steps) // it was larger than a message
		return y;
	y = draw_title(canvas, y + 1, plan->n_targets == 1 ? "Steps" : "Steps of each");
	y = draw_steps(canvas, 0, y, first->steps, first->n_steps, common->actions, "as said above");
	if (!first->n_undo || !plan->params.rollout.rolls_back)
		return y;
	y = draw_title(canvas, y + 1, "The way back, by itself when it does not come up well");
	return draw_steps(canvas, 0, y, first->undo, first->n_undo, common->undo_actions, "for each its own");
}

int confirm_lines_draw(struct canvas *canvas, int y, const struct plan *plan, const struct fleet *fleet,
		       const struct view *view)
{
	const struct lines lines = { plan, fleet, view };
	struct columns columns;
	struct common common;
	char title[64];
	int indent;

	compare(plan, &common);
	place(plan, canvas->width, &columns);
	indent = note_indent(&columns, canvas->width);
	y = draw_summary(canvas, y, &lines);
	if (plan->n_targets != 1) {
		snprintf(title, sizeof title, "%zu agents", plan->n_targets);
		y = draw_title(canvas, y, title);
	}
	for (size_t i = 0; i < plan->n_targets; i++) {
		const struct plan_target *target = &plan->targets[i];

		if (y >= 0 && y < canvas->height)
			draw_target(canvas, y, plan, target, &columns);
		y = draw_notes(canvas, indent, y + 1, &lines, i);
		if (common.first)
			y = draw_own_actions(canvas, indent, y, target, &common);
		else
			y = draw_steps(canvas, INDENT, y, target->steps, target->n_steps, UINT32_MAX, "");
	}
	return common.first ? draw_common(canvas, y, plan, &common) : y;
}
