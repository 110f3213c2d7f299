// SPDX-License-Identifier: Apache-2.0
#include "console/picker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "console/fuzzy.h"

struct picker_entry {
	struct picker_item item;
	char *memory; // owned: its texts
};

void picker_open(struct picker *picker, enum picker_kind kind, const char *title, const char *placeholder,
		 bool is_multi)
{
	picker_close(picker);
	picker->is_open = true;
	picker->is_multi = is_multi;
	picker->kind = kind;
	picker->title = title;
	picker->placeholder = placeholder;
	prompt_open(&picker->query, "", "");
}

void picker_close(struct picker *picker)
{
	for (size_t i = 0; i < picker->n; i++)
		mem_free(picker->entries[i].memory);
	mem_free(picker->entries);
	mem_free(picker->shown);
	mem_free(picker->shown_at);
	*picker = (struct picker){ 0 };
}

static int reserve(struct picker *picker)
{
	size_t cap = picker->cap ? picker->cap * 2 : 64;
	struct picker_entry *entries;

	if (picker->n < picker->cap)
		return 0;
	entries = mem_realloc(picker->entries, cap * sizeof *entries);
	if (!entries)
		return -ENOMEM;
	picker->entries = entries;
	picker->cap = cap;
	return 0;
}

// The three texts in memory of its own.
static int set_texts(struct picker_entry *entry, const char *id, const char *label, const char *hint)
{
	size_t n_id = strlen(id) + 1, n_label = strlen(label) + 1, n_hint = strlen(hint) + 1;
	char *memory = mem_alloc(n_id + n_label + n_hint);

	if (!memory)
		return -ENOMEM;
	memcpy(memory, id, n_id);
	memcpy(memory + n_id, label, n_label);
	memcpy(memory + n_id + n_label, hint, n_hint);
	mem_free(entry->memory);
	entry->memory = memory;
	entry->item.id = memory;
	entry->item.label = memory + n_id;
	entry->item.hint = memory + n_id + n_label;
	return 0;
}

int picker_add(struct picker *picker, const char *id, const char *label, const char *hint, bool is_picked)
{
	struct picker_entry entry = { .item.is_picked = is_picked };

	if (reserve(picker) < 0 || set_texts(&entry, id, label, hint) < 0)
		return -ENOMEM;
	// One replaces the other where only one can be.
	for (size_t i = 0; is_picked && !picker->is_multi && i < picker->n; i++)
		picker->entries[i].item.is_picked = false;
	picker->n_picked = is_picked && !picker->is_multi ? 0 : picker->n_picked;
	picker->entries[picker->n++] = entry;
	picker->n_picked += is_picked;
	return 0;
}

void picker_disable(struct picker *picker)
{
	if (picker->n)
		picker->entries[picker->n - 1].item.is_disabled = true;
}

int picker_change(struct picker *picker, const char *id, const char *hint, bool is_disabled)
{
	size_t at = 0;
	int r;

	while (at < picker->n && strcmp(picker->entries[at].item.id, id) != 0)
		at++;
	if (at == picker->n)
		return -ENOENT;
	r = set_texts(&picker->entries[at], id, picker->entries[at].item.label, hint);
	if (r < 0)
		return r;
	picker->entries[at].item.is_disabled = is_disabled;
	for (size_t row = 0; row < picker->n_shown; row++)
		if (picker->shown_at[row] == at)
			picker->shown[row] = picker->entries[at].item;
	return 0;
}

// Best first; those that match alike stay as they were added.
static int by_score(const void *a, const void *b, void *ctx)
{
	const struct picker_entry *entries = ctx;
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	uint16_t left_score = entries[left].item.score, right_score = entries[right].item.score;

	if (left_score != right_score)
		return left_score > right_score ? -1 : 1;
	return left < right ? -1 : left > right;
}

static void narrow(struct picker *picker)
{
	size_t n = 0;

	for (size_t i = 0; i < picker->n; i++) {
		struct picker_item *item = &picker->entries[i].item;
		struct fuzzy_match match;

		if (!fuzzy_match(item->label, picker->query.text, &match))
			continue;
		item->score = match.score;
		item->matched = match.matched;
		picker->shown_at[n++] = i;
	}
	if (n && picker->query.text[0])
		qsort_r(picker->shown_at, n, sizeof *picker->shown_at, by_score, picker->entries);
	for (size_t i = 0; i < n; i++)
		picker->shown[i] = picker->entries[picker->shown_at[i]].item;
	picker->n_shown = n;
	picker->cursor = picker->top = 0;
}

int picker_settle(struct picker *picker)
{
	picker->shown = mem_calloc(picker->n + 1, sizeof *picker->shown);
	picker->shown_at = mem_calloc(picker->n + 1, sizeof *picker->shown_at);
	if (!picker->shown || !picker->shown_at) {
		picker_close(picker);
		return -ENOMEM;
	}
	narrow(picker);
	for (size_t i = 0; i < picker->n_shown && !picker->is_multi; i++)
		if (picker->shown[i].is_picked)
			picker->cursor = i;
	return 0;
}

static void pick(struct picker *picker, size_t row, bool is_picked)
{
	struct picker_item *item = &picker->entries[picker->shown_at[row]].item;

	if (item->is_picked == is_picked)
		return;
	item->is_picked = picker->shown[row].is_picked = is_picked;
	picker->n_picked = is_picked ? picker->n_picked + 1 : picker->n_picked - 1;
	picker->is_touched = true;
}

static void pick_all(struct picker *picker, bool is_picked)
{
	for (size_t row = 0; row < picker->n_shown; row++)
		pick(picker, row, is_picked);
	picker->is_touched = true;
}

static void move(struct picker *picker, int64_t by, size_t rows)
{
	int64_t to = (int64_t)picker->cursor + by, last = (int64_t)picker->n_shown - 1;

	to = to > last ? last : to;
	picker->cursor = to < 0 ? 0 : (size_t)to;
	if (picker->top > picker->cursor)
		picker->top = picker->cursor;
	if (rows && picker->cursor >= picker->top + rows)
		picker->top = picker->cursor - rows + 1;
}

static enum picker_outcome take(struct picker *picker)
{
	if (picker->is_multi && !picker->is_touched && !picker->n_picked && picker->n_shown)
		pick(picker, picker->cursor, true);
	if (!picker->is_multi && picker->n_shown && picker->shown[picker->cursor].is_disabled)
		return PICKER_REFUSED;
	return picker->n_shown || picker->is_touched ? PICKER_TAKEN : PICKER_GOES_ON;
}

static enum picker_outcome edit(struct picker *picker, const struct key *key)
{
	switch (prompt_key(&picker->query, key)) {
	case PROMPT_EDITED:
		narrow(picker);
		return PICKER_GOES_ON;
	case PROMPT_SUBMITTED:
		return take(picker);
	case PROMPT_CANCELLED:
		return PICKER_CANCELLED;
	default:
		return PICKER_GOES_ON;
	}
}

static bool is_move(const struct key *key, size_t rows, int64_t *by)
{
	bool is_ctrl = key->mods == KEY_MOD_CTRL;

	if (key->code == KEY_CODE_UP || (is_ctrl && key->code == 'p'))
		*by = -1;
	else if (key->code == KEY_CODE_DOWN || (is_ctrl && key->code == 'n'))
		*by = 1;
	else if (key->code == KEY_CODE_PAGE_UP)
		*by = -(int64_t)rows;
	else if (key->code == KEY_CODE_PAGE_DOWN)
		*by = (int64_t)rows;
	else
		return false;
	return true;
}

enum picker_outcome picker_key(struct picker *picker, const struct key *key, size_t rows)
{
	int64_t by;

	if (is_move(key, rows, &by)) {
		move(picker, by, rows);
	} else if (key->code == KEY_CODE_TAB) {
		return PICKER_NEXT_KIND;
	} else if (key->code == KEY_CODE_BACKTAB) {
		return PICKER_PREVIOUS_KIND;
	} else if (picker->is_multi && key->mods == KEY_MOD_ALT && (key->code == 'a' || key->code == 'c')) {
		pick_all(picker, key->code == 'a');
	} else if (picker->is_multi && key->code == ' ' && !key->mods) {
		if (picker->n_shown) {
			pick(picker, picker->cursor, !picker->shown[picker->cursor].is_picked);
			move(picker, 1, rows);
		}
	} else {
		return edit(picker, key);
	}
	return PICKER_GOES_ON;
}

const char *picker_choice(const struct picker *picker)
{
	return picker->n_shown ? picker->shown[picker->cursor].id : NULL;
}

const struct picker_item *picker_item_here(const struct picker *picker)
{
	return picker->n_shown ? &picker->shown[picker->cursor] : NULL;
}

const char *picker_picked(const struct picker *picker, size_t *at)
{
	while (*at < picker->n) {
		const struct picker_item *item = &picker->entries[(*at)++].item;

		if (item->is_picked)
			return item->id;
	}
	return NULL;
}

void picker_show(const struct picker *picker, struct picker_view *out)
{
	*out = (struct picker_view){ .is_open = picker->is_open,
				     .kind = picker->kind,
				     .title = picker->title,
				     .placeholder = picker->placeholder,
				     .query = picker->query.text,
				     .is_multi = picker->is_multi,
				     .items = picker->shown,
				     .n_items = picker->n_shown,
				     .n_total = picker->n,
				     .n_picked = picker->n_picked,
				     .top = picker->top,
				     .cursor = picker->cursor };
}
