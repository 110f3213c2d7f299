// SPDX-License-Identifier: Apache-2.0
#include "widgets/audit_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "text/text.h"
#include "widgets/heading.h"
#include "widgets/list.h"
#include "widgets/status_badge.h"
#include "widgets/wrap.h"

enum { MARK = 2, GAP = 2, TITLES_FROM = 6, CHAIN_FROM = 4, DETAIL_FROM = 8, LABEL = 13, FIELDS = 11, WORDS_FROM = 76 };

enum column { AUDIT_TIME, AUDIT_WHO, AUDIT_WHAT, AUDIT_WHOM, AUDIT_HOW, AUDIT_WHY, AUDIT_COLUMN_COUNT };

static const struct {
	const char *title;
	int width; // cells
	int from;  // the list is at least so wide
} columns[AUDIT_COLUMN_COUNT] = {
	[AUDIT_TIME] = { "TIME", 11, 0 },    [AUDIT_WHO] = { "WHO", 10, 56 },   [AUDIT_WHAT] = { "WHAT", 15, 0 },
	[AUDIT_WHOM] = { "TO WHAT", 8, 44 }, [AUDIT_HOW] = { "RESULT", 15, 0 }, [AUDIT_WHY] = { "WHY", 24, 110 },
};

// ---- the chain

struct soundness {
	enum status status;
	char text[512];
};

static void add_time(struct strbuf *out, const char *before, int64_t at_ms, const struct view *view)
{
	char time[HUMAN_MAX];

	if (at_ms)
		strbuf_addf(out, "%s%s", before, human_time_of_day(at_ms, view->utc_offset_s, time));
}

static void read_soundness(const struct fleet *fleet, const struct view *view, struct soundness *out)
{
	const struct audit_check *check = fleet_audit_check(fleet);
	const struct audit_list *list = fleet_audit_list(fleet);
	uint64_t n_signed = list && list->n_signed > check->n_signed ? list->n_signed : check->n_signed;
	struct strbuf text;

	out->status = STATUS_UNKNOWN;
	strbuf_init(&text, out->text, sizeof out->text);
	switch (check->state) {
	case AUDIT_CHECK_RUNNING:
		out->status = STATUS_PENDING;
		strbuf_addf(&text, "verifying: record %" PRIu64, check->n_checked);
		if (check->n_records)
			strbuf_addf(&text, " of %" PRIu64, check->n_records);
		break;
	case AUDIT_CHECK_SOUND:
		out->status = STATUS_HEALTHY;
		strbuf_addf(&text, "verified sound up to record %" PRIu64, check->n_checked);
		add_time(&text, " at ", check->at_ms, view);
		break;
	case AUDIT_CHECK_UNSIGNED:
		out->status = STATUS_WARNING;
		strbuf_addf(&text, "chained up to record %" PRIu64 ", but %s", check->n_checked,
			    check->why ? check->why : "");
		break;
	case AUDIT_CHECK_BAD:
		out->status = STATUS_CRITICAL;
		strbuf_addf(&text, "NOT WHAT WAS WRITTEN: %s", check->why ? check->why : "");
		break;
	case AUDIT_CHECK_FAILED:
		out->status = STATUS_WARNING;
		strbuf_addf(&text, "cannot be verified: %s", check->why ? check->why : "");
		break;
	case AUDIT_CHECK_NEVER:
	case AUDIT_CHECK_STATE_COUNT:
		strbuf_add(&text, "not verified");
		break;
	}
	if (n_signed)
		strbuf_addf(&text, "; signed up to record %" PRIu64, n_signed);
}

static void draw_chain(struct canvas *canvas, int y, const struct fleet *fleet, const struct view *view)
{
	struct soundness chain;

	read_soundness(fleet, view, &chain);
	status_badge_draw(canvas, MARK, y, canvas->width - MARK, chain.status, chain.text, BADGE_MD, 0);
}

// ---- a record's row

static enum status status_of(const struct audit_entry *entry)
{
	if (strcmp(entry->result, "failure") == 0 || strcmp(entry->level, "critical") == 0 ||
	    strcmp(entry->level, "error") == 0)
		return STATUS_CRITICAL;
	if (strcmp(entry->result, "refused") == 0 || strcmp(entry->result, "indeterminate") == 0 ||
	    strcmp(entry->level, "warning") == 0)
		return STATUS_WARNING;
	if (strcmp(entry->result, "pending") == 0)
		return STATUS_PENDING;
	return STATUS_HEALTHY;
}

// "15:04:05" today, "11-23 15:04" before.
static void time_text(const struct audit_entry *entry, const struct view *view, char out[HUMAN_MAX])
{
	char day[HUMAN_MAX], today[HUMAN_MAX], time[HUMAN_MAX];

	out[0] = '\0';
	if (!entry->at_ms)
		return;
	human_date(entry->at_ms, view->utc_offset_s, day);
	human_date(view->now.wall_ms, view->utc_offset_s, today);
	human_time_of_day(entry->at_ms, view->utc_offset_s, time);
	if (strcmp(day, today) == 0)
		snprintf(out, HUMAN_MAX, "%s", time);
	else
		snprintf(out, HUMAN_MAX, "%.6s %.5s", strlen(day) > 5 ? day + 5 : day, time);
}

// The more telling of the two words there are: "acknowledge" rather than "update".
static const char *what_of(const struct audit_entry *entry)
{
	return *entry->request ? entry->request : entry->action;
}

static const char *why_of(const struct audit_entry *entry)
{
	return *entry->error ? entry->error : entry->reason;
}

static int fixed_width(enum column column, int width)
{
	if (width < columns[column].from)
		return 0;
	return column == AUDIT_HOW && width < WORDS_FROM ? 1 : columns[column].width;
}

// One column has what the others leave.
static int column_width(enum column column, int width)
{
	enum column widest = width < columns[AUDIT_WHOM].from ? AUDIT_WHAT : AUDIT_WHOM;
	int left = width - MARK;

	if (column != widest)
		return fixed_width(column, width);
	for (int i = 0; i < AUDIT_COLUMN_COUNT; i++)
		if (i != (int)widest && fixed_width((enum column)i, width))
			left -= fixed_width((enum column)i, width) + GAP;
	return left;
}

static void draw_cell(struct canvas *canvas, int x, int y, int width, enum column column,
		      const struct audit_entry *entry, const struct view *view)
{
	char time[HUMAN_MAX];

	switch (column) {
	case AUDIT_TIME:
		time_text(entry, view, time);
		canvas_text(canvas, x, y, width, STYLE_MUTED, time);
		break;
	case AUDIT_WHO:
		canvas_text(canvas, x, y, width, STYLE_TITLE, entry->user);
		break;
	case AUDIT_WHAT:
		canvas_text(canvas, x, y, width, STYLE_TEXT, what_of(entry));
		break;
	case AUDIT_WHOM:
		canvas_text(canvas, x, y, width, STYLE_TEXT, entry->resource);
		break;
	case AUDIT_HOW:
		status_badge_draw(canvas, x, y, width, status_of(entry), entry->result,
				  width == 1 ? BADGE_SM : BADGE_MD, 0);
		break;
	case AUDIT_WHY:
		canvas_text(canvas, x, y, width, STYLE_MUTED, why_of(entry));
		break;
	case AUDIT_COLUMN_COUNT:
		break;
	}
}

// The columns' titles where there is no record.
static void draw_row(struct canvas *canvas, int y, const struct audit_entry *entry, const struct view *view)
{
	int x = MARK;

	for (int column = 0; column < AUDIT_COLUMN_COUNT; column++) {
		int width = column_width((enum column)column, canvas->width);

		if (width <= 0)
			continue;
		if (entry)
			draw_cell(canvas, x, y, width, (enum column)column, entry, view);
		else if (width > 1)
			canvas_text(canvas, x, y, width, STYLE_FAINT, columns[column].title);
		x += width + GAP;
	}
}

// ---- the record in full

struct field {
	const char *label, *text;
};

static size_t list_fields(const struct audit_entry *entry, char number[40], char what[256], struct field out[FIELDS])
{
	const struct field all[FIELDS] = {
		{ "record", number },
		{ "who", entry->user },
		{ "from", entry->origin },
		{ "what", what },
		{ "to what", entry->resource },
		{ "reason", entry->reason },
		{ "error", entry->error },
		{ "before", entry->before },
		{ "after", entry->after },
		{ "details", entry->details },
		{ "correlation", entry->correlation },
	};
	size_t n = 0;

	snprintf(number, 40, "%" PRIu64, entry->seq);
	snprintf(what, 256, "%s, %s, %s", entry->phase, entry->action, entry->level);
	for (size_t i = 0; i < FIELDS; i++)
		if (*all[i].text)
			out[n++] = all[i];
	return n;
}

static int text_width_of(int width)
{
	return width - MARK - LABEL > 10 ? width - MARK - LABEL : 10;
}

static const struct audit_entry *entry_at(const struct audit_list *list, const struct audit_view *view, size_t i)
{
	return list && i < view->n_rows && view->rows[i] < list->n ? &list->entries[view->rows[i]] : NULL;
}

// Rows that the record under the cursor has below the list, its own line between included.
static int detail_rows(const struct fleet *fleet, const struct view *view, int width, int height)
{
	const struct audit_entry *entry = entry_at(fleet_audit_list(fleet), &view->audit, view->audit.cursor);
	char number[40], what[256];
	struct field fields[FIELDS];
	size_t n;
	int rows = 1, most = height - height / 2;

	if (!entry || !view->audit.is_expanded || height < DETAIL_FROM)
		return 0;
	n = list_fields(entry, number, what, fields);
	for (size_t i = 0; i < n; i++)
		rows += wrap_count(fields[i].text, text_width_of(width), most);
	return rows < most ? rows : most;
}

static void draw_detail(struct canvas *canvas, int y, const struct audit_entry *entry)
{
	char number[40], what[256];
	struct field fields[FIELDS];
	size_t n = list_fields(entry, number, what, fields);

	canvas_hline(canvas, MARK, y++, canvas->width - MARK, STYLE_BORDER);
	for (size_t i = 0; i < n && y < canvas->height; i++) {
		canvas_text(canvas, MARK, y, LABEL - 1, STYLE_MUTED, fields[i].label);
		y += wrap_draw(canvas, MARK + LABEL, y, text_width_of(canvas->width), canvas->height - y, STYLE_TEXT,
			       fields[i].text);
	}
}

// ---- all of it

static int head_rows(int height)
{
	return (height > 1) + (height >= CHAIN_FROM) + (height >= TITLES_FROM);
}

int audit_list_rows(const struct fleet *fleet, const struct view *view, int width, int height)
{
	int rows = height - head_rows(height) - detail_rows(fleet, view, width, height);

	return rows < 1 ? height > 0 : rows;
}

static struct canvas draw_heading(struct canvas *canvas, const struct audit_list *list, const struct view *view)
{
	char note[80] = "";

	if (list && *view->audit.text)
		snprintf(note, sizeof note, "%zu of the newest %zu", view->audit.n_rows, list->n);
	else if (list && list->n)
		snprintf(note, sizeof note, "%s%zu", list->n == AUDIT_LIST_MAX ? "the newest " : "", list->n);
	return heading_draw(
		canvas, &(struct heading){
				.title = "Audit trail", .detail = view->audit.text, .note = note, .is_focused = true });
}

static const char *nothing_text(const struct audit_list *list, const struct view *view)
{
	if (!view->audit.has_trail)
		return "There is no audit trail here.";
	if (!list)
		return "Reading...";
	if (list->why && *list->why)
		return list->why;
	return list->n ? "No record has that in it." : "No records yet.";
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	const struct audit_list *list = fleet_audit_list(fleet);
	const struct audit_view *audit = &view->audit;
	int detail = detail_rows(fleet, view, canvas->width, canvas->height), y = 0;
	size_t rows = (size_t)audit_list_rows(fleet, view, canvas->width, canvas->height);
	size_t first = list_first_shown(audit->top, audit->cursor, audit->n_rows, rows);
	struct canvas body = *canvas;

	(void)widget;
	if (canvas->height > 1)
		body = draw_heading(canvas, list, view);
	if (canvas->height >= CHAIN_FROM && audit->has_trail)
		draw_chain(&body, y, fleet, view);
	y += canvas->height >= CHAIN_FROM;
	if (!audit->n_rows)
		wrap_draw(&body, MARK, y, canvas->width - MARK, body.height - y, STYLE_MUTED, nothing_text(list, view));
	else if (canvas->height >= TITLES_FROM)
		draw_row(&body, y++, NULL, view);
	for (size_t i = 0; i < rows && first + i < audit->n_rows; i++, y++) {
		const struct audit_entry *entry = entry_at(list, audit, first + i);

		if (!entry)
			continue;
		draw_row(&body, y, entry, view);
		if (first + i == audit->cursor)
			list_mark_cursor(&body, y, true);
	}
	if (detail)
		draw_detail(&body, body.height - detail, entry_at(list, audit, audit->cursor));
}

const struct widget_class audit_list_class = { .name = "audit_list", .min_width = 16, .min_height = 1, .draw = draw };
