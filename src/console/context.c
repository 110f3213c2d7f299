// SPDX-License-Identifier: Apache-2.0
#include "console/context.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "text/text.h"

void context_init(struct context *context)
{
	*context = (struct context){ .range = RANGE_1H };
}

static size_t set_position(const struct context_set *set, const char *item, bool *is_there)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = text_compare(set->items[mid], item);

		if (order == 0) {
			*is_there = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*is_there = false;
	return low;
}

int context_add(struct context *context, enum picker_kind kind, const char *item)
{
	struct context_set *set = &context->sets[kind];
	bool is_there;
	size_t at = set_position(set, item, &is_there);
	char **items, *copy;

	if (is_there)
		return 0;
	items = mem_realloc(set->items, (set->n + 1) * sizeof *items);
	if (!items)
		return -ENOMEM;
	set->items = items;
	copy = mem_strdup(item);
	if (!copy)
		return -ENOMEM;
	memmove(items + at + 1, items + at, (set->n - at) * sizeof *items);
	items[at] = copy;
	set->n++;
	return 0;
}

bool context_remove(struct context *context, enum picker_kind kind, const char *item)
{
	struct context_set *set = &context->sets[kind];
	bool is_there;
	size_t at = set_position(set, item, &is_there);

	if (!is_there)
		return false;
	mem_free(set->items[at]);
	set->n--;
	memmove(set->items + at, set->items + at + 1, (set->n - at) * sizeof *set->items);
	return true;
}

bool context_has(const struct context *context, enum picker_kind kind, const char *item)
{
	bool is_there;

	set_position(&context->sets[kind], item, &is_there);
	return is_there;
}

void context_clear_kind(struct context *context, enum picker_kind kind)
{
	struct context_set *set = &context->sets[kind];

	for (size_t i = 0; i < set->n; i++)
		mem_free(set->items[i]);
	mem_free(set->items);
	*set = (struct context_set){ 0 };
}

void context_clear(struct context *context)
{
	for (int kind = 0; kind < CONTEXT_KINDS; kind++)
		context_clear_kind(context, (enum picker_kind)kind);
}

void context_finish(struct context *context)
{
	context_clear(context);
}

bool context_is_empty(const struct context *context)
{
	for (int kind = 0; kind < CONTEXT_KINDS; kind++)
		if (context->sets[kind].n)
			return false;
	return true;
}

static bool matches_label(const char *item, const struct labels *labels)
{
	size_t n = strcspn(item, "=");
	char name[256];
	const char *value;

	snprintf(name, sizeof name, "%.*s", (int)n, item);
	value = labels_get(labels, name);
	return value && item[n] == '=' && text_compare(value, item + n + 1) == 0;
}

// Sorted as they are, the choices of one label name stand together; each name must be met by one of its values.
static bool matches_labels(const struct context_set *set, const struct labels *labels)
{
	bool is_met = true;

	for (size_t i = 0; i < set->n; i++) {
		const char *item = set->items[i];
		size_t n = strcspn(item, "=");
		bool is_new = i == 0 || strncmp(set->items[i - 1], item, n + 1) != 0;

		if (is_new && !is_met)
			return false;
		is_met = (!is_new && is_met) || matches_label(item, labels);
	}
	return is_met;
}

bool context_matches(const struct context *context, const struct agent *agent)
{
	static const char *const labels[CONTEXT_KINDS] = {
		[PICK_TIERS] = "tier", [PICK_ENVIRONMENTS] = "env", [PICK_SERVICES] = "service"
	};

	if (context->sets[PICK_AGENTS].n && !context_has(context, PICK_AGENTS, agent->key))
		return false;
	for (int kind = 0; kind < CONTEXT_KINDS; kind++)
		if (labels[kind] && context->sets[kind].n &&
		    !context_has(context, (enum picker_kind)kind, agent_label(agent, labels[kind])))
			return false;
	return matches_labels(&context->sets[PICK_LABELS], &agent->labels);
}

void context_summary(const struct context *context, const char *(*name_of)(void *ctx, const char *key), void *ctx,
		     char *out, size_t size)
{
	static const struct {
		const char *one, *many;
	} words[CONTEXT_KINDS] = {
		[PICK_AGENTS] = { "", "agents" },
		[PICK_TIERS] = { "tier ", "tiers" },
		[PICK_ENVIRONMENTS] = { "env ", "envs" },
		[PICK_LABELS] = { "", "labels" },
		[PICK_SERVICES] = { "service ", "services" },
	};
	struct strbuf text;

	strbuf_init(&text, out, size);
	for (int kind = 0; kind < CONTEXT_KINDS; kind++) {
		const struct context_set *set = &context->sets[kind];
		const char *item = set->n ? set->items[0] : "";

		if (set->n)
			strbuf_add(&text, text.len ? ", " : "");
		if (set->n == 1 && kind == PICK_AGENTS && name_of)
			item = name_of(ctx, item);
		if (set->n == 1)
			strbuf_addf(&text, "%s%s", words[kind].one, *item ? item : "none");
		else if (set->n)
			strbuf_addf(&text, "%zu %s", set->n, words[kind].many);
	}
}
