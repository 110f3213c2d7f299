// SPDX-License-Identifier: Apache-2.0
#include "wire/plans.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "wire/event_json.h"

static size_t place_of(const struct wire_plans *plans, uint32_t no)
{
	size_t low = 0, high = plans->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (plans->items[mid]->no < no)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void remove_at(struct wire_plans *plans, size_t at)
{
	plan_unref((struct plan *)plans->items[at]);
	plans->n--;
	memmove(plans->items + at, plans->items + at + 1, (plans->n - at) * sizeof(plans->items[0]));
}

static int reserve(struct wire_plans *plans)
{
	size_t cap = plans->cap ? 2 * plans->cap : 16;
	const struct plan **items;

	if (plans->n < plans->cap)
		return 0;
	items = mem_realloc(plans->items, cap * sizeof(plans->items[0]));
	if (!items)
		return -ENOMEM;
	plans->items = items;
	plans->cap = cap;
	return 0;
}

int wire_plans_keep(struct wire_plans *plans, const struct plan *plan)
{
	size_t at = place_of(plans, plan->no);

	if (at < plans->n && plans->items[at]->no == plan->no) {
		struct plan *old = (struct plan *)plans->items[at];

		plans->items[at] = plan_ref(plan);
		plan_unref(old);
		return 0;
	}
	if (plans->n == WIRE_PLANS_MAX) {
		if (at == 0) // older than all that is kept
			return 0;
		remove_at(plans, 0);
		at--;
	}
	if (reserve(plans) < 0)
		return -ENOMEM;
	memmove(plans->items + at + 1, plans->items + at, (plans->n - at) * sizeof(plans->items[0]));
	plans->items[at] = plan_ref(plan);
	plans->n++;
	return 0;
}

const struct plan *wire_plans_find(const struct wire_plans *plans, uint32_t no)
{
	size_t at = place_of(plans, no);

	return at < plans->n && plans->items[at]->no == no ? plans->items[at] : NULL;
}

void wire_plans_finish(struct wire_plans *plans)
{
	for (size_t i = 0; i < plans->n; i++)
		plan_unref((struct plan *)plans->items[i]);
	mem_free(plans->items);
	*plans = (struct wire_plans){ 0 };
}

// ---- those that are large

static struct wire_large *find_large(const struct wire_told *told, uint32_t no)
{
	for (size_t i = 0; i < told->n_large; i++)
		if (told->large[i].no == no)
			return (struct wire_large *)&told->large[i];
	return NULL;
}

static struct wire_large *add_large(struct wire_told *told, uint32_t no)
{
	struct wire_large *large = find_large(told, no);

	if (large)
		return large;
	if (told->n_large == WIRE_LARGE_MAX) {
		memmove(told->large, told->large + 1, (WIRE_LARGE_MAX - 1) * sizeof(told->large[0]));
		told->n_large--;
	}
	large = &told->large[told->n_large++];
	*large = (struct wire_large){ .no = no };
	return large;
}

unsigned wire_told_shorten(struct wire_told *told, uint32_t no, unsigned flags)
{
	struct wire_large *large = add_large(told, no);

	if (!(flags & EVENT_JSON_SHORT))
		return flags | EVENT_JSON_SHORT;
	large->is_untold = true;
	return 0;
}

bool wire_is_untold(const struct wire_told *told, const struct event *event)
{
	const struct wire_large *large =
		event->type == EVENT_OPERATION ? find_large(told, event->u.operation->no) : NULL;

	return large && large->is_untold;
}

static unsigned short_flag(const struct wire_told *told, const struct event *event)
{
	return event->type == EVENT_OPERATION && find_large(told, event->u.operation->no) ? EVENT_JSON_SHORT : 0;
}

unsigned wire_restated_flags(const struct wire_told *told, const struct event *event)
{
	return EVENT_JSON_PLAN | short_flag(told, event);
}

// ---- those that have crossed

static unsigned plan_flag(struct wire_told *told, const struct event *event)
{
	size_t at = told->n;
	uint32_t no;

	if (event->type != EVENT_OPERATION)
		return 0;
	no = event->u.operation->no;
	while (at > 0 && told->nos[at - 1] > no)
		at--;
	if (at > 0 && told->nos[at - 1] == no)
		return 0;
	if (told->n == WIRE_PLANS_MAX) {
		if (at == 0)
			return EVENT_JSON_PLAN;
		at--;
		told->n--;
		memmove(told->nos, told->nos + 1, told->n * sizeof(told->nos[0]));
	}
	memmove(told->nos + at + 1, told->nos + at, (told->n - at) * sizeof(told->nos[0]));
	told->nos[at] = no;
	told->n++;
	return EVENT_JSON_PLAN;
}

unsigned wire_told_flags(struct wire_told *told, const struct event *event)
{
	return plan_flag(told, event) | short_flag(told, event);
}
