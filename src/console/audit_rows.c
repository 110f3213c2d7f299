// SPDX-License-Identifier: Apache-2.0
#include "console/audit_rows.h"

#include "text/text.h"

void audit_rows_init(struct audit_rows *rows, const struct fleet *fleet)
{
	*rows = (struct audit_rows){ .fleet = fleet, .is_stale = true };
}

static bool has_text(const struct audit_entry *entry, const char *text)
{
	const char *const words[] = { entry->user,   entry->action, entry->request, entry->resource,    entry->result,
				      entry->level,  entry->reason, entry->error,   entry->correlation, entry->origin,
				      entry->before, entry->after,  entry->details, entry->phase };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (text_find(words[i], text))
			return true;
	return false;
}

static void list_rows(struct audit_rows *rows, const struct audit_list *list)
{
	rows->n = 0;
	for (size_t i = 0; list && i < list->n && rows->n < AUDIT_LIST_MAX; i++)
		if (!rows->text[0] || has_text(&list->entries[i], rows->text))
			rows->rows[rows->n++] = (uint16_t)i;
	rows->is_stale = false;
}

void audit_rows_settle(struct audit_rows *rows, size_t n_in_sight)
{
	const struct audit_list *list = fleet_audit_list(rows->fleet);

	if (rows->is_stale)
		list_rows(rows, list);
	if (!rows->held)
		rows->row = 0;
	for (size_t i = 0; rows->held && i < rows->n; i++)
		if (list->entries[rows->rows[i]].seq == rows->held)
			rows->row = i;
	if (rows->row >= rows->n)
		rows->row = rows->n ? rows->n - 1 : 0;
	if (rows->top > rows->row)
		rows->top = rows->row;
	if (n_in_sight && rows->row >= rows->top + n_in_sight)
		rows->top = rows->row - n_in_sight + 1;
}

// At the top the cursor lets go: it stays on the newest.
void audit_rows_move(struct audit_rows *rows, int64_t by)
{
	const struct audit_list *list = fleet_audit_list(rows->fleet);
	int64_t to;

	if (rows->is_stale)
		audit_rows_settle(rows, 0);
	if (!rows->n)
		return;
	to = (int64_t)rows->row + by;
	if (to >= (int64_t)rows->n)
		to = (int64_t)rows->n - 1;
	rows->row = to < 0 ? 0 : (size_t)to;
	rows->held = rows->row ? list->entries[rows->rows[rows->row]].seq : 0;
}

void audit_rows_show(const struct audit_rows *rows, struct audit_view *out)
{
	*out = (struct audit_view){ .rows = rows->rows,
				    .n_rows = rows->n,
				    .top = rows->top,
				    .cursor = rows->row,
				    .text = rows->text,
				    .is_expanded = rows->is_expanded };
}
