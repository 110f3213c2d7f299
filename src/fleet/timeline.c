// SPDX-License-Identifier: Apache-2.0
/* What happened, newest first: a ring of items whose texts are one block of memory each.
 *
 * What comes in masses is folded: a fleet of 10,000 that is found in one second is one item, not 10,000. The rule looks
 * at the events' own times only, so the same events always give the same items.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fleet/fleet.h"
#include "text/text.h"

int fleet_timeline_init(struct fleet *fleet, const struct fleet_limits *limits)
{
	size_t n = limits->n_timeline ? limits->n_timeline : FLEET_TIMELINE_DEFAULT;

	ring_init(&fleet->ring, n);
	fleet->items = mem_calloc(n, sizeof *fleet->items);
	return fleet->items ? 0 : -ENOMEM;
}

void fleet_timeline_finish(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->ring.count; i++)
		mem_free(fleet->items[ring_at(&fleet->ring, i)].memory);
	mem_free(fleet->items);
	event_unref(fleet->question_event);
}

static const char *put(char **at, const char *text)
{
	size_t n = strlen(text) + 1;
	const char *start = *at;

	memcpy(*at, text, n);
	*at += n;
	return start;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

// Everything of an item but its number; false for want of memory, and then the item is as it was.
static bool item_fill(struct fleet_item *item, const struct fleet_news *news)
{
	const char *name = news->agent ? news->agent->name : "";
	const char *who = or_empty(news->who), *title = or_empty(news->title);
	const char *description = or_empty(news->description);
	char *memory = mem_alloc(strlen(name) + strlen(who) + strlen(title) + strlen(description) + 4);
	char *at = memory;

	if (!memory)
		return false;
	item->public.at_ms = news->at_ms;
	item->public.type = news->type;
	item->public.severity = news->severity;
	item->public.source = news->source;
	item->public.agent = news->agent ? news->agent->id : 0;
	item->public.agent_name = put(&at, name);
	item->public.who = put(&at, who);
	item->public.title = put(&at, title);
	item->public.description = put(&at, description);
	mem_free(item->memory); // after the copies: the news may quote the item
	item->memory = memory;
	return true;
}

static void tell(struct fleet *fleet, const struct fleet_news *news, enum timeline_kind kind)
{
	struct fleet_item item = { 0 };
	size_t slot;

	if (!item_fill(&item, news)) {
		fleet->is_incomplete = true;
		return;
	}
	item.public.no = ++fleet->n_items_ever;
	item.public.origin = fleet->origin;
	item.kind = kind;
	item.told_at = ++fleet->n_tellings;
	slot = ring_push(&fleet->ring);
	mem_free(fleet->items[slot].memory);
	fleet->items[slot] = item;
	fleet_notify(fleet, FLEET_TIMELINE, item.public.agent);
}

void fleet_tell(struct fleet *fleet, const struct fleet_news *news)
{
	if (!fleet->is_quiet)
		tell(fleet, news, TIMELINE_SINGLE);
}

struct fleet_item *fleet_item(const struct fleet *fleet, uint64_t no)
{
	size_t low = 0, high = fleet->ring.count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct fleet_item *item = &fleet->items[ring_at(&fleet->ring, mid)];

		if (item->public.no == no)
			return item;
		if (item->public.no < no)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

struct timeline_fold *fleet_folds(struct fleet *fleet, uint8_t origin)
{
	return fleet->folded[origin <= FLEET_HUBS_MAX ? origin : FLEET_HUBS_MAX];
}

// "WowEvent, WowCache" and so on, as far as it stays one readable line.
static void list_names(const char *before, const char *name, char *out, size_t size)
{
	enum { NAMES_MAX = 160 };
	size_t n = strlen(before);

	if (n + strlen(name) < NAMES_MAX)
		snprintf(out, size, "%s, %s", before, name);
	else
		snprintf(out, size, "%s%s", before, n > 5 && strcmp(before + n - 5, ", ...") == 0 ? "" : ", ...");
}

static const char *const fold_verbs[TIMELINE_KIND_COUNT][2] = {
	[TIMELINE_ADDED] = { "was added", "were added" },
	[TIMELINE_REMOVED] = { "was removed", "were removed" },
	[TIMELINE_UP] = { "is up", "are up" },
	[TIMELINE_RESTARTED] = { "was restarted", "were restarted" },
	[TIMELINE_STALE] = { "is unknown: stale", "are unknown: stale" },
	[TIMELINE_AGAIN] = { "is heard again, as it was", "are heard again, as they were" },
};

// So that the item stands in the agent's own timeline too.
static void remember_told(struct fleet *fleet, enum timeline_kind kind, uint32_t agent)
{
	struct fleet_entry *entry = fleet_entry(fleet, agent);

	if (entry)
		entry->told_in[kind] = fleet_folds(fleet, fleet->origin)[kind].no;
}

// The item changes under its number.
static void retell(struct fleet *fleet, struct fleet_item *item, const struct fleet_news *news)
{
	if (!item_fill(item, news))
		fleet->is_incomplete = true;
	item->told_at = ++fleet->n_tellings;
	fleet_notify(fleet, FLEET_TIMELINE, 0);
}

void fleet_tell_folded(struct fleet *fleet, enum timeline_kind fold, const struct fleet_news *news)
{
	struct timeline_fold *folded = &fleet_folds(fleet, fleet->origin)[fold];
	struct fleet_news one = *news;
	char title[512], names[4096];
	struct fleet_item *item = folded->second == news->at_ms / 1000 ? fleet_item(fleet, folded->no) : NULL;

	if (fleet->is_quiet)
		return;
	one.title = title;
	if (!item) {
		snprintf(title, sizeof title, "%.*s %s", text_fit(news->agent->name, 400), news->agent->name,
			 fold_verbs[fold][0]);
		*folded = (struct timeline_fold){ fleet->n_items_ever + 1, news->at_ms / 1000, 1 };
		remember_told(fleet, fold, news->agent->id);
		tell(fleet, &one, fold);
		return;
	}
	remember_told(fleet, fold, news->agent->id);
	folded->n++;
	snprintf(title, sizeof title, "%llu agents %s", (unsigned long long)folded->n, fold_verbs[fold][1]);
	list_names(folded->n == 2 ? item->public.agent_name : item->public.description, news->agent->name, names,
		   sizeof names);
	one.description = names;
	one.agent = NULL;
	retell(fleet, item, &one);
}

void fleet_tell_down(struct fleet *fleet, const struct fleet_news *news)
{
	enum { TOLD_SINGLY = 4 };
	struct timeline_fold *folded = &fleet_folds(fleet, fleet->origin)[TIMELINE_DOWN];
	struct fleet_news crowd = *news;
	struct fleet_item *begun;
	char title[64], names[4096];
	uint64_t n;

	if (fleet->is_quiet)
		return;
	if (folded->second != news->at_ms / 1000)
		*folded = (struct timeline_fold){ 0, news->at_ms / 1000, 0 };
	if (folded->n++ < TOLD_SINGLY) {
		fleet_tell(fleet, news);
		return;
	}
	n = folded->n - TOLD_SINGLY;
	begun = folded->no ? fleet_item(fleet, folded->no) : NULL;
	if (!begun)
		folded->no = fleet->n_items_ever + 1;
	remember_told(fleet, TIMELINE_DOWN, news->agent->id);
	snprintf(title, sizeof title, "%llu more agent%s down", (unsigned long long)n, n == 1 ? " is" : "s are");
	if (begun)
		list_names(begun->public.description, news->agent->name, names, sizeof names);
	else
		snprintf(names, sizeof names, "%s", news->agent->name);
	crowd.title = title;
	crowd.description = names;
	crowd.agent = NULL;
	if (begun)
		retell(fleet, begun, &crowd);
	else
		tell(fleet, &crowd, TIMELINE_DOWN);
}

bool fleet_timeline_is_about(const struct fleet *fleet, const struct timeline_item *item, uint32_t agent)
{
	const struct fleet_entry *entry = item->agent == agent ? NULL : fleet_entry(fleet, agent);

	for (int kind = 0; entry && kind < TIMELINE_KIND_COUNT; kind++)
		if (entry->told_in[kind] == item->no)
			return true;
	return item->agent == agent;
}

void fleet_forget_question(struct fleet *fleet)
{
	event_unref(fleet->question_event);
	fleet->question_event = NULL;
}

int fleet_action_taken(struct fleet *fleet, const struct event *event)
{
	const struct fleet_entry *entry = fleet_entry(fleet, event->agent);

	if (event->u.action.is_answer)
		fleet_forget_question(fleet);
	fleet_tell(fleet, &(struct fleet_news){ .at_ms = event->at_ms,
						.type = event->u.action.type,
						.source = event->type,
						.agent = entry ? entry->public.agent : NULL,
						.who = event->u.action.who,
						.title = event->u.action.title,
						.description = event->u.action.text });
	return 0;
}

// "web-1 was restarted": many are at once when their machine was, or what they all run on.
static bool is_restart(const struct fleet_news *news)
{
	size_t n = news->agent ? strlen(news->agent->name) : 0;

	return n && news->title && strncmp(news->title, news->agent->name, n) == 0 &&
	       strcmp(news->title + n, " was restarted") == 0;
}

int fleet_noticed(struct fleet *fleet, const struct event *event)
{
	const struct fleet_entry *entry = fleet_entry(fleet, event->agent);
	struct fleet_news news = { .at_ms = event->at_ms,
				   .type = event->u.notice.type,
				   .severity = event->u.notice.severity,
				   .source = event->type,
				   .agent = entry ? entry->public.agent : NULL,
				   .title = event->u.notice.title,
				   .description = event->u.notice.text };

	if (event->u.notice.needs_answer) {
		event_unref(fleet->question_event);
		fleet->question_event = fleet_keep(event);
		fleet->question_restated = fleet_restore_number(fleet);
		fleet->question = (struct timeline_item){ .no = fleet->is_quiet ? 0 : fleet->n_items_ever + 1,
							  .at_ms = event->at_ms,
							  .type = news.type,
							  .severity = news.severity,
							  .source = event->type,
							  .origin = event->origin,
							  .agent_name = "",
							  .who = "",
							  .title = or_empty(news.title),
							  .description = or_empty(news.description) };
	}
	if (is_restart(&news))
		fleet_tell_folded(fleet, TIMELINE_RESTARTED, &news);
	else
		fleet_tell(fleet, &news);
	return 0;
}

size_t fleet_n_timeline(const struct fleet *fleet)
{
	return fleet->ring.count;
}

const struct timeline_item *fleet_timeline_at(const struct fleet *fleet, size_t i)
{
	return &fleet->items[ring_at(&fleet->ring, fleet->ring.count - 1 - i)].public;
}

const struct timeline_item *fleet_question(const struct fleet *fleet)
{
	return fleet->question_event ? &fleet->question : NULL;
}
