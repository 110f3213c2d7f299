// SPDX-License-Identifier: Apache-2.0
#include "widgets/progress_tracker.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "text/text.h"
#include "widgets/operation_track.h"
#include "widgets/operation_words.h"

enum {
	BAR_CELLS = 20,
	BAR_CELLS_MIN = 8,
	CONNECTOR_CELLS = 3, // between two steps side by side, at least
	TIME_TEXT_MAX = 128,
};

// What one drawing needs everywhere.
struct tracker {
	const struct progress *progress; // borrowed
	int64_t now_ms;
	bool hides_numbers, hides_descriptions;
	const char *as_of; // "as of 15:03:05", where nobody says how far it is by now; "" now
};

const struct step_look *step_look(enum step_state state)
{
	static const struct step_look looks[STEP_STATE_COUNT + 1] = {
		[STEP_PENDING] = { GLYPH_PENDING, "pending", STYLE_MUTED },
		[STEP_CURRENT] = { GLYPH_CURRENT, "current", STYLE_PRIMARY },
		[STEP_COMPLETED] = { GLYPH_DONE, "completed", STYLE_OK },
		[STEP_ERROR] = { GLYPH_ERROR, "error", STYLE_BAD },
		[STEP_SKIPPED] = { GLYPH_SKIPPED, "skipped", STYLE_MUTED },
		[STEP_STATE_COUNT] = { GLYPH_PENDING, "unrecognised", STYLE_UNKNOWN },
	};

	return &looks[(unsigned)state < STEP_STATE_COUNT ? state : STEP_STATE_COUNT];
}

size_t progress_step_in_focus(const struct progress *progress)
{
	static const enum step_state order[] = { STEP_ERROR, STEP_CURRENT, STEP_PENDING };

	for (size_t k = 0; k < sizeof order / sizeof order[0]; k++)
		for (size_t i = 0; i < progress->n_steps; i++)
			if (progress->steps[i].state == order[k])
				return i;
	return progress->n_steps ? progress->n_steps - 1u : 0;
}

int64_t progress_elapsed_ms(const struct progress *progress, int64_t now_ms)
{
	int64_t end_ms = progress->ended_ms ? progress->ended_ms : now_ms;

	return progress->started_ms && end_ms > progress->started_ms ? end_ms - progress->started_ms : 0;
}

char *progress_time_text(const struct progress *progress, int64_t now_ms, char *out, size_t size)
{
	char elapsed[HUMAN_MAX], other[HUMAN_MAX];
	int64_t elapsed_ms = progress_elapsed_ms(progress, now_ms), left_ms = progress->estimated_ms - elapsed_ms;

	human_duration(elapsed_ms, elapsed);
	if (!progress->started_ms)
		snprintf(out, size, "not started");
	else if (progress->ended_ms)
		snprintf(out, size, "took %s", elapsed);
	else if (progress->is_paused)
		snprintf(out, size, "%s, paused", elapsed);
	else if (progress->estimated_ms <= 0)
		snprintf(out, size, "%s", elapsed);
	else if (left_ms > 0)
		snprintf(out, size, "%s, about %s left", elapsed, human_duration(left_ms + 999, other));
	else
		snprintf(out, size, "%s, longer than the usual %s", elapsed,
			 human_duration(progress->estimated_ms, other));
	return out;
}

enum progress_form progress_form_from_name(const char *name)
{
	if (!name || strcmp(name, "horizontal") == 0)
		return PROGRESS_HORIZONTAL;
	if (strcmp(name, "fitting") == 0)
		return PROGRESS_FITTING;
	return strcmp(name, "line") == 0 ? PROGRESS_LINE : PROGRESS_VERTICAL;
}

// What came in may claim more than everything.
static int percent_of(const struct progress *progress)
{
	return progress->percent > 100 ? 100 : progress->percent;
}

// One failed step is enough for the bar to turn red, whatever came after it.
static bool has_failed(const struct progress *progress)
{
	return progress->n_steps && progress->steps[progress_step_in_focus(progress)].state == STEP_ERROR;
}

// Thick on thin in Unicode, so that the bar reads without colour too.
static void draw_bar(const struct progress *progress, struct canvas *canvas, int x, int y, int width)
{
	int full = width * percent_of(progress) / 100;
	style_t style = has_failed(progress) ? STYLE_BAD : progress->ended_ms ? STYLE_OK : STYLE_PRIMARY;

	if (canvas->is_ascii) {
		canvas_fill(canvas, x, y, full, 1, '#', style);
		canvas_fill(canvas, x + full, y, width - full, 1, '.', STYLE_BORDER);
		return;
	}
	canvas_fill(canvas, x, y, full, 1, 0x2501, style);
	canvas_fill(canvas, x + full, y, width - full, 1, 0x2500, STYLE_BORDER);
}

// The mark before a label: a pending step has its number, all others their glyph. Returns the cells.
static int draw_mark(const struct tracker *t, size_t i, struct canvas *canvas, int x, int y)
{
	const struct step_look *look = step_look(t->progress->steps[i].state);

	if (t->progress->steps[i].state == STEP_PENDING && !t->hides_numbers)
		return canvas_textf(canvas, x, y, -1, look->style, "%zu", i + 1);
	canvas_glyph(canvas, x, y, canvas_named_glyph(canvas, look->glyph), look->style);
	return 1;
}

static int mark_width(const struct tracker *t, size_t i)
{
	return t->progress->steps[i].state == STEP_PENDING && !t->hides_numbers && i >= 9 ? 2 : 1;
}

// Only what needs the eye is loud: the step at work and the step that failed.
static style_t label_style(const struct progress_step *step)
{
	if (step->state == STEP_CURRENT)
		return STYLE_PRIMARY | STYLE_BOLD;
	if (step->state == STEP_ERROR)
		return STYLE_BAD | STYLE_BOLD;
	return step->state == STEP_COMPLETED ? STYLE_TEXT : STYLE_MUTED;
}

// Title, bar, percent, time; the bar gives way first, the title last.
static void draw_summary(const struct tracker *t, struct canvas *canvas)
{
	char times[TIME_TEXT_MAX];
	int title = text_width(t->progress->title), rest, bar, x;

	progress_time_text(t->progress, t->now_ms, times, sizeof times);
	x = canvas_text(canvas, 0, 0, canvas->width, STYLE_TITLE, t->progress->title) + 2;
	rest = canvas->width - title - 2 - 4 - 2 - text_width(times);
	bar = rest - 1 > BAR_CELLS ? BAR_CELLS : rest - 1;
	if (bar >= BAR_CELLS_MIN) {
		draw_bar(t->progress, canvas, x, 0, bar);
		x += bar + 1;
	}
	if (x + 4 > canvas->width)
		return;
	canvas_textf(canvas, x, 0, 4, STYLE_TEXT | STYLE_BOLD, "%3d%%", percent_of(t->progress));
	if (x + 6 < canvas->width)
		canvas_text(canvas, x + 6, 0, canvas->width - x - 6, STYLE_MUTED, times);
}

// The error, else the description, else how long it took: "" when there is nothing to say.
static style_t step_note(const struct tracker *t, const struct progress_step *step, char *out, size_t size)
{
	char took[HUMAN_MAX];
	int64_t end_ms = step->ended_ms ? step->ended_ms : t->now_ms;

	out[0] = '\0';
	if (step->state == STEP_ERROR && *step->error) {
		snprintf(out, size, "%s", step->error);
		return STYLE_BAD;
	}
	if (*step->description && !t->hides_descriptions)
		snprintf(out, size, "%s", step->description);
	else if (step->started_ms)
		snprintf(out, size, "%s", human_duration(end_ms - step->started_ms, took));
	return STYLE_MUTED;
}

// Done is thick as well as green.
static void connector_look(const struct progress_step *before, bool is_vertical, uint32_t *glyph, style_t *style)
{
	bool is_done = before->state == STEP_COMPLETED;

	*style = is_done ? STYLE_OK : STYLE_BORDER;
	*glyph = is_vertical ? (is_done ? 0x2503 : 0x2502) : (is_done ? 0x2501 : 0x2500);
}

// The least room side by side.
static int steps_width(const struct tracker *t)
{
	int width = 0;

	for (size_t i = 0; i < t->progress->n_steps; i++)
		width += mark_width(t, i) + 1 + text_width(t->progress->steps[i].label) + (i ? CONNECTOR_CELLS + 2 : 0);
	return width;
}

// Spare room goes into the connectors, evenly and not without end: a wide screen must not tear the steps apart. Notes
// stand under their step and end before the next.
static void draw_horizontal(const struct tracker *t, struct canvas *canvas)
{
	const struct progress *progress = t->progress;
	int connector = CONNECTOR_CELLS, n = progress->n_steps, x = 0;

	if (n > 1)
		connector += (canvas->width - steps_width(t)) / (n - 1);
	if (connector > 4 * CONNECTOR_CELLS)
		connector = 4 * CONNECTOR_CELLS;
	for (int i = 0; i < n; i++) {
		const struct progress_step *step = &progress->steps[i];
		char note[256];
		int start = x, slot;
		uint32_t glyph;
		style_t style = step_note(t, step, note, sizeof note);

		x += draw_mark(t, (size_t)i, canvas, x, 1) + 1;
		slot = (i + 1 == n ? canvas->width : x + text_width(step->label) + connector + 1) - start;
		canvas_text(canvas, start + 2, 2, slot - 2, style, note);
		x += canvas_text(canvas, x, 1, canvas->width - x, label_style(step), step->label) + 1;
		if (i + 1 == n)
			break;
		connector_look(step, false, &glyph, &style);
		canvas_fill(canvas, x, 1, connector, 1, glyph, style);
		x += connector + 1;
	}
}

// From which step on to draw so that the one in focus is in sight in `rows` rows.
static size_t first_step(const struct progress *progress, int rows)
{
	size_t focus = progress_step_in_focus(progress), room = rows < 1 ? 1 : (size_t)rows;

	return progress->n_steps <= room || focus < room ? 0 : focus - room + 1;
}

// Mark, label, duration and note in columns of their own.
static void draw_vertical_step(const struct tracker *t, size_t i, int label_cells, struct canvas *canvas, int y)
{
	const struct progress_step *step = &t->progress->steps[i];
	char took[HUMAN_MAX], note[256];
	bool has_note = (step->state == STEP_ERROR && *step->error) || (*step->description && !t->hides_descriptions);
	style_t style = step_note(t, step, note, sizeof note);
	int64_t end_ms = step->ended_ms ? step->ended_ms : t->now_ms;
	int x = 4 + label_cells;

	draw_mark(t, i, canvas, mark_width(t, i) == 2 ? 0 : 1, y);
	canvas_text(canvas, 3, y, label_cells, label_style(step), step->label);
	if (step->started_ms && x < canvas->width)
		canvas_text_right(canvas, x, y, canvas->width - x < 7 ? canvas->width - x : 7, STYLE_MUTED,
				  human_duration(end_ms - step->started_ms, took));
	if (has_note && x + 9 < canvas->width)
		canvas_text(canvas, x + 9, y, canvas->width - x - 9, style, note);
}

// With room for it a connector joins the steps; without, they close up before any is left out.
static void draw_vertical(const struct tracker *t, struct canvas *canvas)
{
	size_t n = t->progress->n_steps;
	int rows = canvas->height - 1, widest = 0, spacing = rows >= (int)n * 2 - 1 ? 2 : 1, label_max;
	size_t first = first_step(t->progress, rows);

	for (size_t i = 0; i < n; i++) {
		int width = text_width(t->progress->steps[i].label);

		widest = width > widest ? width : widest;
	}
	label_max = canvas->width < 40 ? canvas->width - 3 - 8 : canvas->width / 2;
	widest = widest > label_max ? label_max : widest;
	for (size_t i = first; i < n && 1 + (int)(i - first) * spacing < canvas->height; i++) {
		int y = 1 + (int)(i - first) * spacing;
		uint32_t glyph;
		style_t style;

		draw_vertical_step(t, i, widest, canvas, y);
		connector_look(&t->progress->steps[i], true, &glyph, &style);
		if (spacing == 2 && i + 1 < n)
			canvas_glyph(canvas, 1, y + 1, glyph, style);
	}
}

// "3/6 Deploy 45% 12s"
static void draw_one_line(const struct tracker *t, struct canvas *canvas)
{
	const struct progress *progress = t->progress;
	size_t focus = progress_step_in_focus(progress);
	char tail[HUMAN_MAX + 16], elapsed[HUMAN_MAX];
	int x = 0, room;

	human_duration(progress_elapsed_ms(progress, t->now_ms), elapsed);
	snprintf(tail, sizeof tail, "%d%% %s", percent_of(progress), *t->as_of ? t->as_of : elapsed);
	if (!progress->n_steps) {
		canvas_textf(canvas, 0, 0, -1, STYLE_TEXT, "%s %s", progress->title, tail);
		return;
	}
	x = canvas_textf(canvas, 0, 0, -1, STYLE_MUTED, "%zu/%u", focus + 1, (unsigned)progress->n_steps) + 1;
	canvas_glyph(canvas, x, 0, canvas_named_glyph(canvas, step_look(progress->steps[focus].state)->glyph),
		     step_look(progress->steps[focus].state)->style);
	x += 2;
	room = canvas->width - x - text_width(tail) - 1;
	if (room > 3)
		x += canvas_text(canvas, x, 0, room, label_style(&progress->steps[focus]),
				 progress->steps[focus].label) +
		     1;
	canvas_text(canvas, x, 0, canvas->width - x, STYLE_TEXT, tail);
}

// Nothing is cut: a form that would have to be gives way to the next smaller one.
static enum progress_form form_that_fits(const struct tracker *t, const struct canvas *canvas)
{
	if (!t->progress->n_steps)
		return canvas->height > 1 ? PROGRESS_HORIZONTAL : PROGRESS_LINE;
	if (canvas->height >= 2 && steps_width(t) <= canvas->width)
		return PROGRESS_HORIZONTAL;
	return canvas->height >= 4 && canvas->width >= 16 ? PROGRESS_VERTICAL : PROGRESS_LINE;
}

static void draw_form(const struct tracker *t, enum progress_form form, struct canvas *canvas)
{
	enum progress_form fitting = form_that_fits(t, canvas);

	// A form that was asked for gives way where it would be cut.
	if (form == PROGRESS_FITTING || fitting == PROGRESS_LINE ||
	    (form == PROGRESS_HORIZONTAL && fitting != PROGRESS_HORIZONTAL))
		form = fitting;
	if (form == PROGRESS_VERTICAL && canvas->height < 2)
		form = PROGRESS_LINE;
	if (form == PROGRESS_LINE) {
		draw_one_line(t, canvas);
		return;
	}
	draw_summary(t, canvas);
	if (form == PROGRESS_HORIZONTAL)
		draw_horizontal(t, canvas);
	else
		draw_vertical(t, canvas);
}

void progress_draw(const struct progress *progress, enum progress_form form, bool hides_numbers,
		   bool hides_descriptions, int64_t now_ms, struct canvas *canvas)
{
	draw_form(&(struct tracker){ progress, now_ms, hides_numbers, hides_descriptions, "" }, form, canvas);
}

// Behind the title, which is cut before that is.
static void add_as_of(char *title, size_t size, const char *as_of, int width)
{
	int room = width - text_width(as_of) - 2;
	size_t len = strlen(title);

	if (!*as_of)
		return;
	if (text_width(title) > room) {
		len = text_prefix(title, room > 1 ? room - 1 : 0, NULL);
		len += (size_t)snprintf(title + len, size - len, "…");
	}
	snprintf(title + len, size - len, ", %s", as_of);
}

static const struct progress *find(const struct fleet *fleet, uint32_t id)
{
	for (size_t i = 0; i < fleet_n_progress(fleet); i++)
		if (!id || fleet_progress_at(fleet, i)->id == id)
			return fleet_progress_at(fleet, i);
	return NULL;
}

// The newest operation that is open; NULL when there is none.
static const struct operation *open_operation(const struct fleet *fleet)
{
	size_t n = fleet_n_operations_open(fleet) ? fleet_n_operations(fleet) : 0;

	for (size_t i = 0; i < n; i++)
		if (!operation_is_over(fleet_operation_at(fleet, i)->state))
			return fleet_operation_at(fleet, i);
	return NULL;
}

static void draw_operation(const struct operation *operation, const struct progress_tracker_options *options,
			   const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	struct operation_track track;
	char title[OPERATION_TEXT_MAX], as_of[OPERATION_DONE_MAX];
	const struct tracker t = { &track.progress, operation_shown_ms(fleet, operation, view), options->hides_numbers,
				   options->hides_descriptions, as_of };

	operation_track_waves(operation, canvas->height > 4 ? (unsigned)canvas->height - 1 : 3, &track);
	track.progress.title = operation_title(operation->plan, title, sizeof title);
	add_as_of(title, sizeof title, operation_as_of_text(fleet, operation, view, as_of), canvas->width);
	draw_form(&t, options->form, canvas);
}

static void draw_progress(const struct progress *progress, const struct progress_tracker_options *options,
			  const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	int64_t as_of_ms = fleet_progress_as_of_ms(fleet, progress);
	char title[OPERATION_TEXT_MAX], as_of[OPERATION_DONE_MAX] = "", time[HUMAN_MAX];
	struct progress shown = *progress;
	const struct tracker t = { &shown, as_of_ms ? as_of_ms : view->now.wall_ms, options->hides_numbers,
				   options->hides_descriptions, as_of };

	if (as_of_ms)
		snprintf(as_of, sizeof as_of, "as of %s", human_time_of_day(as_of_ms, view->utc_offset_s, time));
	snprintf(title, sizeof title, "%s", progress->title);
	add_as_of(text_trim(title), sizeof title, as_of, canvas->width);
	shown.title = title;
	draw_form(&t, options->form, canvas);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	static const struct progress_tracker_options defaults = { 0 };
	const struct progress_tracker_options *options = widget->options ? widget->options : &defaults;
	const struct operation *operation = options->id ? NULL : open_operation(fleet);
	const struct progress *progress = find(fleet, options->id);

	if (operation)
		draw_operation(operation, options, fleet, view, canvas);
	else if (progress)
		draw_progress(progress, options, fleet, view, canvas);
}

const struct widget_class progress_tracker_class = {
	.name = "progress_tracker",
	.min_width = 16,
	.min_height = 1,
	.draw = draw,
};
