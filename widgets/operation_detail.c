// SPDX-License-Identifier: Apache-2.0
#include "widgets/operation_detail.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "text/text.h"
#include "widgets/heading.h"
#include "widgets/list.h"
#include "widgets/operation_track.h"
#include "widgets/operation_words.h"
#include "widgets/progress_tracker.h"
#include "widgets/wrap.h"

enum {
	MARK = 2,
	GAP = 2,
	WHY_ROWS = 3,
	LOW = 9,    // rows: below, no progress tracker
	ROOMY = 16, // rows: from here on there is room for the tracker as a list, and for output
	TARGETS_MIN = 4,
	OUTPUT_MAX = 8,
	NAME_MAX = 24,
};

// How many rows each part has; what does not fit is 0.
struct parts {
	int heading, facts, why, tracker, targets, output;
};

struct detail {
	const struct operation *operation;
	const struct view *view;
	int64_t now_ms;                 // wall: as of when it is shown
	char as_of[OPERATION_DONE_MAX]; // "" now
	struct operation_track track;
	struct parts parts;
};

// ---- rows

static int n_lines(const char *text)
{
	int n = *text != '\0';

	for (; *text; text++)
		n += *text == '\n' && text[1];
	return n;
}

static const char *why_text(const struct operation *operation, char *out, size_t size)
{
	const char *reason = operation->plan->params.reason;
	struct strbuf text;

	strbuf_init(&text, out, size);
	if (*operation->why)
		strbuf_addf(&text, "%s", operation->why);
	if (reason && *reason)
		strbuf_addf(&text, "%sreason: %s", text.len ? "\n" : "", reason);
	return text_trim(out);
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

// The steps below each other where that leaves room for the targets, else in a line or three.
static int tracker_rows(const struct operation_track *track, int left)
{
	int n = track->progress.n_steps;

	if (left < LOW - 4 || n == 0)
		return 0;
	if (left - (n + 1) >= TARGETS_MIN + 3)
		return n + 1;
	return left >= TARGETS_MIN + 7 ? 3 : 1;
}

static void lay_out(struct detail *detail, int width, int height)
{
	struct parts *parts = &detail->parts;
	const struct operation *operation = detail->operation;
	char why[TEXT_FIELD_MAX];
	int left = height, wanted;

	*parts = (struct parts){ .heading = least(1, left) };
	left -= parts->heading;
	parts->facts = least(1, left);
	left -= parts->facts;
	why_text(operation, why, sizeof why);
	if (*why && left > 2)
		parts->why = wrap_count(why, width - MARK, height >= LOW ? WHY_ROWS : 1);
	left -= parts->why;
	parts->tracker = tracker_rows(&detail->track, left);
	left -= parts->tracker;
	wanted = 1 + (int)operation->plan->n_targets;
	if (height >= ROOMY && left > TARGETS_MIN + 2 && *operation->output) {
		parts->output = 1 + least(n_lines(operation->output), OUTPUT_MAX);
		if (left - parts->output < least(wanted, TARGETS_MIN + 1))
			parts->output = left - least(wanted, TARGETS_MIN + 1);
		left -= parts->output;
	}
	parts->targets = least(wanted, left > 0 ? left : 0);
}

static bool begin(struct detail *detail, const struct fleet *fleet, const struct view *view, int width, int height)
{
	const struct operation *operation = fleet_operation(fleet, view->operations.no);
	size_t target = view->operations.target;

	*detail = (struct detail){ .operation = operation, .view = view };
	if (!operation)
		return false;
	detail->now_ms = operation_shown_ms(fleet, operation, view);
	operation_as_of_text(fleet, operation, view, detail->as_of);
	if (view->focus == PANE_DETAIL && target < operation->plan->n_targets)
		operation_track_target(operation, target, &detail->track);
	else
		operation_track_waves(operation, TRACK_WAVES_SHOWN, &detail->track);
	lay_out(detail, width, height);
	return true;
}

int operation_detail_rows(const struct fleet *fleet, const struct view *view, int width, int height)
{
	struct detail detail;
	int rows = begin(&detail, fleet, view, width, height) ? detail.parts.targets - 1 : 1;

	return rows < 1 ? 1 : rows;
}

// ---- facts

// Who asked for it, and the process that runs it: "by maria, pid 4711".
static void add_who(struct strbuf *text, const struct operation *operation)
{
	const char *who = operation->plan->who, *holder = operation->holder;

	if (*holder && strncmp(holder, who, strlen(who)) == 0)
		strbuf_addf(text, "by %s", holder);
	else
		strbuf_addf(text, "by %s%s%s", who, *holder ? ", run by " : "", holder);
}

static void draw_facts(struct canvas *canvas, const struct detail *detail)
{
	const struct operation *operation = detail->operation;
	size_t n_bad = operation->n_by_state[TARGET_FAILED] + operation->n_by_state[TARGET_INDETERMINATE];
	struct operation_look look = operation_look(operation->state);
	const struct progress progress = { .started_ms = operation->started_ms,
					   .ended_ms = operation->ended_ms,
					   .estimated_ms = operation->estimated_ms,
					   .is_paused = operation->state == OPERATION_PAUSED };
	char text[OPERATION_TEXT_MAX], wave[OPERATION_TEXT_MAX], times[128];
	struct strbuf all;
	int x = MARK;

	if (*detail->as_of)
		look.style = STYLE_UNKNOWN;
	canvas_glyph(canvas, 0, 0, canvas_named_glyph(canvas, look.glyph), look.style);
	x += canvas_textf(canvas, x, 0, -1, look.style | STYLE_BOLD, "%s%s%s", operation_state_name(operation->state),
			  *detail->as_of ? " " : "", detail->as_of) +
	     GAP;
	strbuf_init(&all, text, sizeof text);
	if (*operation_wave_text(operation, wave, sizeof wave))
		strbuf_addf(&all, "%s, ", wave);
	strbuf_addf(&all, "%zu of %zu done, ", operation->n_by_state[TARGET_DONE], operation->plan->n_targets);
	if (n_bad)
		strbuf_addf(&all, "%zu bad, ", n_bad);
	if (!detail->parts.tracker) // it says so itself
		strbuf_addf(&all, "%s, ", progress_time_text(&progress, detail->now_ms, times, sizeof times));
	add_who(&all, operation);
	if (x < canvas->width)
		canvas_text(canvas, x, 0, -1, STYLE_TEXT, text_trim(text));
}

static void draw_why(struct canvas *canvas, const struct detail *detail)
{
	char why[TEXT_FIELD_MAX];
	style_t style = operation_look(detail->operation->state).style;

	if (style_role(style) != STYLE_BAD && style_role(style) != STYLE_WARN)
		style = STYLE_TEXT;
	why_text(detail->operation, why, sizeof why);
	wrap_draw(canvas, MARK, 0, canvas->width - MARK, canvas->height, style, why);
}

// ---- targets

struct target_columns {
	int name, state, step, version, error;
};

static int name_width(const struct plan *plan)
{
	int widest = 8;

	for (size_t i = 0; i < plan->n_targets && widest < NAME_MAX; i++) {
		int width = text_width(plan->targets[i].name);

		widest = width > widest ? width : widest;
	}
	return widest > NAME_MAX ? NAME_MAX : widest;
}

// State, then step, then what went wrong; the version where there is room for all.
static void place_columns(const struct detail *detail, int width, struct target_columns *out)
{
	int left = width - MARK;

	*out = (struct target_columns){ .name = least(name_width(detail->operation->plan), left * 2 / 5), .state = 15 };
	left -= out->name + GAP;
	out->state = left >= 15 ? 15 : 1;
	left -= out->state + GAP;
	if (left >= 16) {
		out->step = least(24, left);
		left -= out->step + GAP;
	}
	if (left >= 40) {
		out->version = 18;
		left -= out->version + GAP;
	}
	out->error = left > 3 ? left : 0;
}

// An error that is cut takes the room of the version, and then that of the step, which it mostly begins with.
static void widen_error(struct target_columns *columns, const char *error)
{
	int *const others[] = { &columns->version, &columns->step };
	int wanted = error ? text_width(error) : 0;

	for (size_t i = 0; i < sizeof others / sizeof others[0] && wanted > columns->error; i++) {
		if (!*others[i])
			continue;
		columns->error += columns->error ? *others[i] + GAP : *others[i];
		*others[i] = 0;
	}
}

static void step_text(const struct detail *detail, size_t i, char *out, size_t size)
{
	struct target_step step = operation_target_step(detail->operation, i);
	size_t n_steps = detail->operation->plan->targets[i].n_steps;
	char took[HUMAN_MAX];

	out[0] = '\0';
	if (!step.plan)
		return;
	if (step.no < n_steps)
		snprintf(out, size, "%zu/%zu %s", step.no + 1, n_steps, step.plan->label);
	else
		snprintf(out, size, "back: %s", step.plan->label);
	if (step.now->started_ms && !step.now->ended_ms)
		snprintf(out + strlen(out), size - strlen(out), " %s",
			 human_duration(detail->now_ms - step.now->started_ms, took));
	text_trim(out);
}

static const char *version_text(const struct detail *detail, size_t i)
{
	const char *seen = detail->operation->targets[i].version;

	return seen && *seen ? seen : detail->operation->plan->targets[i].version;
}

static void draw_target(struct canvas *canvas, int y, const struct detail *detail, size_t i,
			struct target_columns columns)
{
	const struct operation_target *target = &detail->operation->targets[i];
	struct operation_look look = target_look(target->state);
	char text[OPERATION_TEXT_MAX];
	int x = MARK;

	widen_error(&columns, target->error);
	canvas_text(canvas, x, y, columns.name, STYLE_TEXT, detail->operation->plan->targets[i].name);
	x += columns.name + GAP;
	canvas_glyph(canvas, x, y, canvas_named_glyph(canvas, look.glyph), look.style);
	if (columns.state > 2)
		canvas_text(canvas, x + 2, y, columns.state - 2, look.style, target_state_name(target->state));
	x += columns.state + GAP;
	if (columns.step) {
		step_text(detail, i, text, sizeof text);
		canvas_text(canvas, x, y, columns.step, STYLE_MUTED, text);
		x += columns.step + GAP;
	}
	if (columns.version) {
		canvas_text(canvas, x, y, columns.version, STYLE_MUTED, version_text(detail, i));
		x += columns.version + GAP;
	}
	if (columns.error && target->error)
		canvas_text(canvas, x, y, columns.error, look.style, target->error);
}

static void draw_targets(struct canvas *canvas, const struct detail *detail)
{
	size_t n = detail->operation->plan->n_targets, rows = canvas->height > 1 ? (size_t)(canvas->height - 1) : 1;
	const struct operations_view *at = &detail->view->operations;
	bool is_focused = detail->view->focus == PANE_DETAIL;
	size_t first = list_first_shown(at->target_top, at->target, n, rows);
	struct target_columns columns;
	struct canvas body = *canvas;
	char note[64];

	if (n > rows)
		snprintf(note, sizeof note, "%zu-%zu of %zu", first + 1, first + rows, n);
	else
		snprintf(note, sizeof note, "%zu", n);
	if (canvas->height > 1)
		body = heading_draw(canvas,
				    &(struct heading){ .title = "Targets", .note = note, .is_focused = is_focused });
	place_columns(detail, canvas->width, &columns);
	for (size_t i = first; i < n && i < first + rows; i++) {
		draw_target(&body, (int)(i - first), detail, i, columns);
		if (is_focused && i == at->target)
			list_mark_cursor(&body, (int)(i - first), true);
	}
}

// ---- output

// Its last lines: what comes now stands at the foot.
static void draw_output(struct canvas *canvas, const struct detail *detail)
{
	struct canvas body = heading_draw(canvas, &(struct heading){ .title = "Output" });
	const char *line = detail->operation->output;
	int skip = n_lines(line) - body.height;

	for (int i = 0; *line; i++) {
		size_t n = strcspn(line, "\n");

		if (i >= skip)
			canvas_textf(&body, MARK, i - (skip > 0 ? skip : 0), -1, STYLE_MUTED, "%.*s", (int)n, line);
		line += n + (line[n] == '\n');
	}
}

static struct canvas take(struct canvas *canvas, int *y, int rows)
{
	struct canvas part = canvas_part(canvas, 0, *y, canvas->width, rows);

	*y += rows;
	return part;
}

static void draw_pane(struct canvas *canvas, const struct detail *detail)
{
	const struct parts *parts = &detail->parts;
	char title[OPERATION_TEXT_MAX];
	struct canvas part;
	int y = 0;

	part = take(canvas, &y, parts->heading);
	heading_draw(&part, &(struct heading){ .title = operation_title(detail->operation->plan, title, sizeof title),
					       .note = detail->operation->id,
					       .is_focused = detail->view->focus == PANE_DETAIL });
	part = take(canvas, &y, parts->facts);
	if (parts->facts)
		draw_facts(&part, detail);
	part = take(canvas, &y, parts->why);
	if (parts->why)
		draw_why(&part, detail);
	part = take(canvas, &y, parts->tracker);
	if (parts->tracker)
		progress_draw(&detail->track.progress,
			      parts->tracker == detail->track.progress.n_steps + 1 ? PROGRESS_VERTICAL
										   : PROGRESS_FITTING,
			      false, false, detail->now_ms, &part);
	part = take(canvas, &y, parts->targets);
	if (parts->targets)
		draw_targets(&part, detail);
	if (y + parts->output < canvas->height)
		y++;
	part = take(canvas, &y, parts->output);
	if (parts->output)
		draw_output(&part, detail);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	struct detail detail;

	(void)widget;
	if (begin(&detail, fleet, view, canvas->width, canvas->height)) {
		draw_pane(canvas, &detail);
		return;
	}
	heading_draw(canvas, &(struct heading){ .title = "Operation", .is_focused = view->focus == PANE_DETAIL });
	canvas_text(canvas, MARK, 1, -1, STYLE_MUTED, "What is done to agents stands here, step by step.");
}

const struct widget_class operation_detail_class = {
	.name = "operation_detail",
	.min_width = 16,
	.min_height = 1,
	.draw = draw,
};
