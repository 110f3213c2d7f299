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

void fleet_tell(struct fleet *fleet, const struct fleet_news *news)
{
	struct fleet_item item = { 0 };
	size_t slot;

	if (!item_fill(&item, news)) {
		fleet->is_incomplete = true;
		return;
	}
	item.public.no = ++fleet->n_items_ever;
	slot = ring_push(&fleet->ring);
	mem_free(fleet->items[slot].memory);
	fleet->items[slot] = item;
	fleet_notify(fleet, FLEET_TIMELINE, item.public.agent);
}

// False when the item has been dropped, or never was.
static bool find_slot(const struct fleet *fleet, uint64_t no, size_t *slot)
{
	uint64_t oldest = fleet->n_items_ever - fleet->ring.count + 1;

	if (no < oldest || no > fleet->n_items_ever)
		return false;
	*slot = ring_at(&fleet->ring, (size_t)(no - oldest));
	return true;
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

static const char *const fold_verbs[FOLD_COUNT][2] = {
	[FOLD_ADDED] = { "was added", "were added" },
	[FOLD_REMOVED] = { "was removed", "were removed" },
	[FOLD_UP] = { "is up", "are up" },
	[FOLD_RESTARTED] = { "was restarted", "were restarted" },
};

// So that the item stands in the agent's own timeline too.
static void remember_told(struct fleet *fleet, enum fleet_fold fold, uint32_t agent)
{
	struct fleet_entry *entry = fleet_entry(fleet, agent);

	if (entry)
		entry->told_in[fold] = fleet->folded[fold].no;
}

// The item changes under its number.
static void retell(struct fleet *fleet, struct fleet_item *item, const struct fleet_news *news)
{
	if (!item_fill(item, news))
		fleet->is_incomplete = true;
	fleet_notify(fleet, FLEET_TIMELINE, 0);
}

void fleet_tell_folded(struct fleet *fleet, enum fleet_fold fold, const struct fleet_news *news)
{
	struct fleet_folded *folded = &fleet->folded[fold];
	struct fleet_news one = *news;
	char title[512], names[4096];
	struct fleet_item *item;
	size_t slot;

	one.title = title;
	if (folded->second != news->at_ms / 1000 || !find_slot(fleet, folded->no, &slot)) {
		snprintf(title, sizeof title, "%.*s %s", text_fit(news->agent->name, 400), news->agent->name,
			 fold_verbs[fold][0]);
		*folded = (struct fleet_folded){ fleet->n_items_ever + 1, news->at_ms / 1000, 1 };
		remember_told(fleet, fold, news->agent->id);
		fleet_tell(fleet, &one);
		return;
	}
	remember_told(fleet, fold, news->agent->id);
	item = &fleet->items[slot];
	folded->n++;
	snprintf(title, sizeof title, "%zu agents %s", folded->n, fold_verbs[fold][1]);
	list_names(folded->n == 2 ? item->public.agent_name : item->public.description, news->agent->name, names,
		   sizeof names);
	one.description = names;
	one.agent = NULL;
	retell(fleet, item, &one);
}

void fleet_tell_down(struct fleet *fleet, const struct fleet_news *news)
{
	enum { TOLD_SINGLY = 4 };
	struct fleet_folded *folded = &fleet->folded[FOLD_DOWN];
	struct fleet_news crowd = *news;
	char title[64], names[4096];
	size_t slot = 0, n;
	bool is_begun;

	if (folded->second != news->at_ms / 1000)
		*folded = (struct fleet_folded){ 0, news->at_ms / 1000, 0 };
	if (folded->n++ < TOLD_SINGLY) {
		fleet_tell(fleet, news);
		return;
	}
	n = folded->n - TOLD_SINGLY;
	is_begun = folded->no && find_slot(fleet, folded->no, &slot);
	if (!is_begun)
		folded->no = fleet->n_items_ever + 1;
	remember_told(fleet, FOLD_DOWN, news->agent->id);
	snprintf(title, sizeof title, "%zu more agent%s down", n, n == 1 ? " is" : "s are");
	if (is_begun)
		list_names(fleet->items[slot].public.description, news->agent->name, names, sizeof names);
	else
		snprintf(names, sizeof names, "%s", news->agent->name);
	crowd.title = title;
	crowd.description = names;
	crowd.agent = NULL;
	if (is_begun)
		retell(fleet, &fleet->items[slot], &crowd);
	else
		fleet_tell(fleet, &crowd);
}

bool fleet_timeline_is_about(const struct fleet *fleet, const struct timeline_item *item, uint32_t agent)
{
	const struct fleet_entry *entry = item->agent == agent ? NULL : fleet_entry(fleet, agent);

	for (int fold = 0; entry && fold < FOLD_COUNT; fold++)
		if (entry->told_in[fold] == item->no)
			return true;
	return item->agent == agent;
}

int fleet_action_taken(struct fleet *fleet, const struct event *event)
{
	const struct fleet_entry *entry = fleet_entry(fleet, event->agent);

	if (event->u.action.is_answer) {
		event_unref(fleet->question_event);
		fleet->question_event = NULL;
	}
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
		fleet->question = (struct timeline_item){ .no = fleet->n_items_ever + 1,
							  .at_ms = event->at_ms,
							  .type = news.type,
							  .severity = news.severity,
							  .source = event->type,
							  .agent_name = "",
							  .who = "",
							  .title = or_empty(news.title),
							  .description = or_empty(news.description) };
	}
	if (is_restart(&news))
		fleet_tell_folded(fleet, FOLD_RESTARTED, &news);
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
