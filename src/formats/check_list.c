// SPDX-License-Identifier: Apache-2.0
#include "formats/check_list.h"

#include <errno.h>
#include <stdio.h>

#include "base/memory.h"
#include "text/text.h"

enum { CHECKS_FIRST = 8 };

static void free_check(struct health_check *check)
{
	mem_free((char *)check->name);
	mem_free((char *)check->detail);
}

// A free slot, at the cost of a good check when the list is full and the new one is not good. NULL for none.
static struct health_check *take_slot(struct check_list *list, enum health_state state)
{
	size_t cap = list->cap ? list->cap * 2 : CHECKS_FIRST;
	struct health_check *items;

	if (list->n == HEALTH_CHECKS_MAX) {
		for (size_t i = list->n; state != HEALTH_UP && i-- > 0;)
			if (list->items[i].state == HEALTH_UP) {
				free_check(&list->items[i]);
				return &list->items[i];
			}
		return NULL;
	}
	if (list->n == list->cap) {
		items = mem_realloc(list->items, cap * sizeof *items);
		if (!items)
			return NULL;
		list->items = items;
		list->cap = cap;
	}
	return &list->items[list->n++];
}

static void keep(struct check_list *list, const char *name, const char *detail, enum health_state state)
{
	struct health_check check = { mem_strdup(name), mem_strdup(detail), state };
	struct health_check *slot = check.name && check.detail ? take_slot(list, state) : NULL;

	if (slot)
		*slot = check;
	else
		free_check(&check);
}

static void note_first(char out[REASON_DETAIL_MAX], const char *name, const char *detail, const char *fallback)
{
	char text[CHECK_NAME_MAX + CHECK_DETAIL_MAX + 4];
	int n;

	if (out[0])
		return;
	n = snprintf(text, sizeof text, "%s: %s", name, *detail ? detail : fallback);
	text_clean(text, (size_t)n, TEXT_ONE_LINE, out, REASON_DETAIL_MAX, NULL); // to cut between clusters
}

void check_list_add(struct check_list *list, struct check_text name, struct check_text detail, enum health_state state)
{
	char clean_name[CHECK_NAME_MAX + 1], clean_detail[CHECK_DETAIL_MAX + 1];

	text_clean(name.bytes, name.n, TEXT_ONE_LINE, clean_name, sizeof clean_name, NULL);
	text_clean(detail.bytes, detail.n, TEXT_ONE_LINE, clean_detail, sizeof clean_detail, NULL);
	if (!*clean_name)
		snprintf(clean_name, sizeof clean_name, "check %zu", list->n + 1);
	list->n_by_state[state]++;
	if (state == HEALTH_DOWN)
		note_first(list->first_bad, clean_name, clean_detail, "down");
	else if (state != HEALTH_UP)
		note_first(list->first_doubt, clean_name, clean_detail, health_state_name(state));
	keep(list, clean_name, clean_detail, state);
}

void check_list_finish(struct check_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free_check(&list->items[i]);
	mem_free(list->items);
	*list = (struct check_list){ 0 };
}
