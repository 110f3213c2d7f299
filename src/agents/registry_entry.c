// SPDX-License-Identifier: Apache-2.0
#include "agents/registry_private.h"

#include <errno.h>
#include <string.h>

#include "model/agent.h"

static void tell(struct registry *registry, enum registry_change change, const struct agent *agent)
{
	registry->callbacks.agent(registry->callbacks.ctx, change, agent);
}

struct source *registry_source(struct registry *registry, const char *name, bool is_made)
{
	struct source **link = &registry->sources, *source;
	size_t rank = 0;

	for (; *link; link = &(*link)->next, rank++)
		if (strcmp((*link)->name, name) == 0)
			return *link;
	if (!is_made)
		return NULL;
	source = mem_calloc(1, sizeof *source);
	if (!source)
		return NULL;
	source->name = mem_strdup(name);
	source->rank = rank;
	if (!source->name) {
		mem_free(source);
		return NULL;
	}
	*link = source;
	return source;
}

struct entry *registry_entry(struct registry *registry, const char *key)
{
	struct entry *entry;
	size_t n = strlen(key);

	HASH_FIND(hh, registry->by_key, key, n, entry);
	if (entry)
		return entry;
	entry = mem_calloc(1, sizeof *entry);
	if (!entry)
		return NULL;
	entry->key = mem_strdup(key);
	if (!entry->key) {
		mem_free(entry);
		return NULL;
	}
	entry->id = registry->last_id + 1;
	HASH_ADD_KEYPTR(hh, registry->by_key, entry->key, n, entry);
	if (!TABLE_ADD_FAILED(entry))
		HASH_ADD(by_id, registry->by_id, id, sizeof entry->id, entry);
	if (!entry->by_id.tbl) {
		entry_free(registry, entry);
		return NULL;
	}
	registry->last_id++;
	return entry;
}

void entry_free(struct registry *registry, struct entry *entry)
{
	if (entry->by_id.tbl)
		HASH_DELETE(by_id, registry->by_id, entry);
	if (entry->hh.tbl)
		HASH_DELETE(hh, registry->by_key, entry);
	agent_unref(entry->agent);
	agent_unref(entry->basis);
	mem_free(entry->key);
	mem_free(entry);
}

struct offer *entry_offer_of(const struct entry *entry, const struct source *source)
{
	struct offer *offer = entry->offers;

	while (offer && offer->source != source)
		offer = offer->next;
	return offer;
}

int entry_offer(struct entry *entry, struct source *source, const struct agent *agent, struct offer **out)
{
	struct offer **link = &entry->offers, *offer = mem_calloc(1, sizeof *offer);

	if (!offer)
		return -ENOMEM;
	offer->agent = agent_ref(agent);
	offer->source = source;
	offer->entry = entry;
	while (*link && (*link)->source->rank < source->rank)
		link = &(*link)->next;
	offer->next = *link;
	*link = offer;
	DL_APPEND2(source->offers, offer, prev_listed, next_listed);
	source->n_offers++;
	*out = offer;
	return 0;
}

static void offer_free(struct offer *offer)
{
	LL_DELETE(offer->entry->offers, offer);
	DL_DELETE2(offer->source->offers, offer, prev_listed, next_listed);
	offer->source->n_offers--;
	agent_unref(offer->agent);
	mem_free(offer);
}

int offer_withdraw(struct registry *registry, struct offer *offer)
{
	struct entry *entry = offer->entry;

	offer_free(offer);
	return entry_settle(registry, entry);
}

// The offer that describes the agent: the first that is listed, else the first of any kind.
static struct offer *owner_of(const struct entry *entry)
{
	struct offer *offer = entry->offers;

	while (offer && offer->state != OFFER_LISTED)
		offer = offer->next;
	return offer ? offer : entry->offers;
}

static struct agent *describe(const struct entry *entry, const struct offer *owner)
{
	struct agent *agent = (struct agent *)owner->agent; // handed to nobody yet while it has no id
	bool is_marked = owner->state == OFFER_KEPT;

	if (!agent->id && !is_marked)
		agent->id = entry->id;
	if (agent->id == entry->id && !is_marked)
		return agent_ref(agent);
	agent = agent_copy(owner->agent);
	if (!agent)
		return NULL;
	agent->id = entry->id;
	if (is_marked && labels_set(&agent->labels, "unlisted", "yes") < 0) {
		agent_unref(agent);
		return NULL;
	}
	return agent;
}

static void drop(struct registry *registry, struct entry *entry)
{
	struct agent *agent = entry->agent;

	entry->agent = NULL;
	entry_free(registry, entry);
	if (agent)
		tell(registry, REGISTRY_REMOVED, agent);
	agent_unref(agent);
}

int entry_settle(struct registry *registry, struct entry *entry)
{
	struct offer *owner = owner_of(entry);
	enum registry_change change = entry->agent ? REGISTRY_CHANGED : REGISTRY_ADDED;
	struct agent *agent;

	if (!owner) {
		drop(registry, entry);
		return 0;
	}
	if (entry->agent && entry->basis == owner->agent && entry->is_marked == (owner->state == OFFER_KEPT))
		return 0;
	agent = describe(entry, owner);
	if (!agent) {
		if (!entry->agent) {
			while (entry->offers)
				offer_free(entry->offers);
			drop(registry, entry);
		}
		return -ENOMEM;
	}
	agent_unref(entry->agent);
	agent_unref(entry->basis);
	entry->agent = agent;
	entry->basis = agent_ref(owner->agent);
	entry->is_marked = owner->state == OFFER_KEPT;
	tell(registry, change, agent);
	return 0;
}
