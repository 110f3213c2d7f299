// SPDX-License-Identifier: Apache-2.0
#include "widgets/confirm_dialog.h"

#include <stdio.h>

#include "text/text.h"
#include "widgets/confirm_lines.h"
#include "widgets/prompt.h"
#include "widgets/wrap.h"

enum {
	WIDEST = 100,
	BESIDE_MIN = 12,  // cells: a box that is nearly as wide as the screen is as wide
	FRAMED_FROM = 10, // rows: below, each row counts and there is no frame
	READABLE_WIDTH = 20,
	READABLE_HEIGHT = 5,
	FIELD_MIN = 8,
	CHANGED_ROWS = 24,
};

struct box {
	int x, y, width, height;
	bool has_frame;
	int inside;                       // cells of a line
	int total;                        // rows of the plan
	int body, fields, note, approval; // rows; of the buttons there is one, and of the title one, be it in the frame
};

bool confirm_dialog_is_readable(int width, int height)
{
	return width >= READABLE_WIDTH && height >= READABLE_HEIGHT;
}

// Why it is asked anew stands above everything else, and so does why somebody else wants it.
static int draw_changed(struct canvas *canvas, int y, const struct confirm_view *confirm)
{
	if (confirm->asked_why && *confirm->asked_why)
		y += 1 + wrap_draw(canvas, 0, y, canvas->width, CHANGED_ROWS, STYLE_TITLE, confirm->asked_why);
	if (!confirm->changed || !*confirm->changed)
		return y;
	return y + 1 + wrap_draw(canvas, 0, y, canvas->width, CHANGED_ROWS, STYLE_WARN, confirm->changed);
}

static int body_rows(const struct confirm_view *confirm, int width)
{
	struct canvas nowhere = { .width = width };

	int y = draw_changed(&nowhere, 0, confirm);

	return confirm->plan ? confirm_lines_draw(&nowhere, y, confirm->plan, NULL, NULL) : y + 1;
}

static void lay_out(const struct confirm_view *confirm, int width, int height, struct box *out)
{
	int wanted = WIDEST + BESIDE_MIN > width ? width : WIDEST, chrome;

	*out = (struct box){ .has_frame = height >= FRAMED_FROM, .width = wanted };
	out->inside = out->has_frame ? out->width - 4 : out->width;
	out->fields = (confirm->asks_name ? 1 : 0) + (confirm->asks_reason ? 1 : 0);
	out->note = out->has_frame ? 1 : 0;
	out->approval = confirm->approval && *confirm->approval ? 1 : 0;
	chrome = (out->has_frame ? 2 : 1) + out->note + out->approval + out->fields + 1;
	out->total = body_rows(confirm, out->inside);
	out->body = out->total < height - chrome ? out->total : height - chrome;
	out->body = out->body < 0 ? 0 : out->body;
	out->height = out->body + chrome < height ? out->body + chrome : height;
	out->x = (width - out->width) / 2;
	out->y = (height - out->height) / 3;
}

size_t confirm_dialog_rows(const struct confirm_view *confirm, int width, int height)
{
	struct box box;

	lay_out(confirm, width, height, &box);
	return box.body > 1 ? (size_t)box.body : 1;
}

static size_t last_top(const struct box *box)
{
	return box->total > box->body ? (size_t)(box->total - box->body) : 0;
}

size_t confirm_dialog_last_top(const struct confirm_view *confirm, int width, int height)
{
	struct box box;

	lay_out(confirm, width, height, &box);
	return last_top(&box);
}

// ---- parts

static void draw_body(struct canvas *canvas, const struct fleet *fleet, const struct view *view)
{
	const struct confirm_view *confirm = &view->confirm;
	int y = draw_changed(canvas, -(int)confirm->top, confirm);

	if (confirm->plan)
		confirm_lines_draw(canvas, y, confirm->plan, fleet, view);
	else
		canvas_text(canvas, 0, y, -1, STYLE_MUTED, "The plan is being made...");
}

// Label, then the text as far as there is room: at least FIELD_MIN cells of it.
static void draw_field(struct canvas *canvas, int used, const char *text, size_t cursor, bool is_focused)
{
	struct canvas field = canvas_part(canvas, used, 0, canvas->width - used, 1);

	prompt_field_draw(&field, text, cursor, is_focused);
	canvas_restyle(&field, 0, 0, field.width, 1, STYLE_UNDERLINE);
}

static int label_room(const struct canvas *canvas)
{
	return canvas->width > FIELD_MIN + 1 ? canvas->width - FIELD_MIN - 1 : 0;
}

// What must be typed stands out from the words around it.
static void draw_name(struct canvas *canvas, const struct confirm_view *confirm)
{
	bool is_focused = confirm->focus == CONFIRM_NAME;
	style_t style = is_focused ? STYLE_PRIMARY : STYLE_TEXT;
	const char *typed = confirm->plan ? confirm->plan->typed : "",
		   *after = canvas->width < 50 ? ":" : " to confirm:";
	int room = label_room(canvas), used = canvas_text(canvas, 0, 0, room, style, "Type ");

	if (text_width(typed) + text_width(after) > room - used)
		after = ":";
	used += canvas_text(canvas, used, 0, room - used - text_width(after), STYLE_TITLE, typed);
	used += canvas_text(canvas, used, 0, room - used, style, after);
	draw_field(canvas, used + 1, confirm->name, confirm->name_cursor, is_focused);
}

static void draw_reason(struct canvas *canvas, const struct confirm_view *confirm)
{
	bool is_focused = confirm->focus == CONFIRM_REASON;
	int used = canvas_text(canvas, 0, 0, label_room(canvas), is_focused ? STYLE_PRIMARY : STYLE_TEXT,
			       canvas->width < 50 ? "Why:" : "Why it is done:");

	draw_field(canvas, used + 1, confirm->reason, confirm->reason_cursor, is_focused);
}

static void draw_fields(struct canvas *canvas, const struct confirm_view *confirm)
{
	struct canvas line = canvas_part(canvas, 0, 0, canvas->width, 1);

	if (confirm->asks_name) {
		draw_name(&line, confirm);
		line = canvas_part(canvas, 0, 1, canvas->width, 1);
	}
	if (confirm->asks_reason)
		draw_reason(&line, confirm);
}

// Why a key did nothing; at the right how much lies below.
static void draw_note(struct canvas *canvas, const struct confirm_view *confirm, size_t n_below)
{
	char below[48] = "";
	int width = 0;

	if (n_below) {
		snprintf(below, sizeof below, "%zu more line%s below", n_below, n_below == 1 ? "" : "s");
		width = text_width(below);
		canvas_text_right(canvas, 0, 0, canvas->width, STYLE_PRIMARY, below);
	}
	if (canvas->width - width > 2 && confirm->note)
		canvas_text(canvas, 0, 0, canvas->width - width - (width ? 2 : 0), STYLE_WARN, confirm->note);
}

static const char *cancel_label(const struct confirm_view *confirm)
{
	return confirm->button || !confirm->plan ? "Cancel" : "Close";
}

static int draw_button(struct canvas *canvas, int x, const char *label, bool is_focused, bool is_ready)
{
	style_t style = is_focused ? STYLE_PRIMARY | STYLE_REVERSE | STYLE_BOLD : is_ready ? STYLE_TEXT : STYLE_FAINT;

	return canvas_textf(canvas, x, 0, -1, style, is_focused ? "> %s <" : "[ %s ]", label);
}

// Of three buttons, those that there is room for, and always the one that Enter would press.
static void draw_agreement(struct canvas *canvas, const struct confirm_view *confirm)
{
	const char *const labels[] = { "Cancel", confirm->refuse, confirm->button };
	static const enum confirm_focus focus[] = { CONFIRM_CANCEL, CONFIRM_REFUSE, CONFIRM_GO };
	int width = -2, x;

	for (int i = 0; i < 3; i++)
		width += text_width(labels[i]) + 6;
	x = canvas->width - width;
	for (int i = 0; i < 3; i++) {
		bool is_focused = confirm->focus == focus[i];

		if (x >= 0)
			x += draw_button(canvas, x, labels[i], is_focused, true) + 2;
		else if (is_focused)
			draw_button(canvas, 0, labels[i], true, true);
	}
}

// Flush right. Where there is no room for both, the one that Enter would press.
static void draw_buttons(struct canvas *canvas, const struct confirm_view *confirm)
{
	const char *cancel = cancel_label(confirm), *go = confirm->button;
	int width = text_width(cancel) + 4 + (go ? text_width(go) + 6 : 0), x = canvas->width - width;
	bool is_go = confirm->focus == CONFIRM_GO, is_cancel = confirm->focus == CONFIRM_CANCEL;

	if (confirm->refuse && go) {
		draw_agreement(canvas, confirm);
	} else if (!go) {
		draw_button(canvas, x > 0 ? x : 0, cancel, true, true);
	} else if (x < 0) {
		draw_button(canvas, 0, is_go ? go : cancel, is_go || is_cancel, true);
	} else {
		x += draw_button(canvas, x, cancel, is_cancel, true) + 2;
		draw_button(canvas, x, go, is_go, confirm->is_ready);
	}
}

static struct canvas take(struct canvas *inside, int *y, int rows)
{
	struct canvas part = canvas_part(inside, 0, *y, inside->width, rows);

	*y += rows;
	return part;
}

// Without a frame there is no line for what lies below either.
static void draw_bare_title(struct canvas *canvas, int y, const char *title, size_t n_below)
{
	char below[32] = "";
	int width = 0;

	if (n_below) {
		snprintf(below, sizeof below, "+%zu", n_below);
		width = text_width(below) + 1;
		canvas_text_right(canvas, 0, y, canvas->width, STYLE_PRIMARY, below);
	}
	canvas_text(canvas, 0, y, canvas->width - width, STYLE_TITLE, title);
}

static void draw_box(struct canvas *frame, const struct fleet *fleet, const struct view *view, const struct box *box,
		     size_t n_below)
{
	const struct confirm_view *confirm = &view->confirm;
	struct canvas inside = *frame, part;
	int y = 0;

	if (box->has_frame) {
		canvas_box(frame, STYLE_PRIMARY, confirm->title, STYLE_TITLE);
		inside = canvas_part(frame, 2, 1, box->inside, box->height - 2);
	} else {
		draw_bare_title(&inside, y++, confirm->title, n_below);
	}
	part = take(&inside, &y, box->body);
	draw_body(&part, fleet, view);
	part = take(&inside, &y, box->note);
	draw_note(&part, confirm, n_below);
	part = take(&inside, &y, box->approval);
	if (box->approval)
		canvas_text(&part, 0, 0, -1, confirm->is_approved ? STYLE_OK : STYLE_WARN, confirm->approval);
	part = take(&inside, &y, box->fields);
	draw_fields(&part, confirm);
	part = take(&inside, &y, 1);
	draw_buttons(&part, confirm);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct confirm_view *confirm = &view->confirm;
	struct canvas frame;
	struct box box;

	(void)widget;
	if (!confirm->is_open)
		return;
	lay_out(confirm, canvas->width, canvas->height, &box);
	frame = canvas_part(canvas, box.x, box.y, box.width, box.height);
	canvas_fill(&frame, 0, 0, frame.width, frame.height, ' ', STYLE_TEXT);
	if (!confirm_dialog_is_readable(canvas->width, canvas->height)) {
		canvas_text(&frame, 0, 0, -1, STYLE_WARN, "too small to confirm anything: Esc");
		return;
	}
	draw_box(&frame, fleet, view, &box, confirm->top < last_top(&box) ? last_top(&box) - confirm->top : 0);
}

const struct widget_class confirm_dialog_class = {
	.name = "confirm_dialog",
	.min_width = 1,
	.min_height = 1,
	.draw = draw,
};
