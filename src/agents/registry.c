// SPDX-License-Identifier: Apache-2.0
#include "agents/registry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/registry_private.h"
#include "base/strbuf.h"
#include "text/text.h"

enum { NOTICE_MAX = 512 };

int registry_create(const struct registry_callbacks *callbacks, struct registry **out)
{
	struct registry *registry = mem_calloc(1, sizeof *registry);

	if (!registry)
		return -ENOMEM;
	registry->callbacks = *callbacks;
	*out = registry;
	return 0;
}

static void free_offers(struct source *source)
{
	struct offer *offer = source->offers, *next;

	for (; offer; offer = next) {
		next = offer->next_listed;
		agent_unref(offer->agent);
		mem_free(offer);
	}
}

void registry_destroy(struct registry *registry)
{
	struct entry *entry, *next_entry;
	struct source *source, *next;

	if (!registry)
		return;
	HASH_ITER(hh, registry->by_key, entry, next_entry)
		entry_free(registry, entry);
	for (source = registry->sources; source; source = next) {
		next = source->next;
		free_offers(source);
		mem_free(source->name);
		mem_free(source);
	}
	mem_free(registry);
}

static void notice(struct registry *registry, const struct source *source, enum severity severity, bool needs_answer,
		   const char *title, const char *text)
{
	struct registry_notice said = {
		.severity = severity,
		.source = source->name,
		.title = title,
		.text = text,
		.needs_answer = needs_answer,
	};

	registry->callbacks.notice(registry->callbacks.ctx, &said);
}

// ---- what a list means for what its source listed before

struct difference {
	size_t n_before; // listed, or missing and asked about
	size_t n_gone;   // of those, not in the new list
	size_t n_new;    // in the new list, not known to any source
	bool is_held;    // too much is gone: ask first
};

static struct difference compare(struct registry *registry, struct source *source, struct agent *const *agents,
				 size_t n)
{
	struct difference difference = { 0 };
	struct offer *offer;

	source->round++;
	for (size_t i = 0; i < n; i++) {
		struct entry *entry;

		HASH_FIND(hh, registry->by_key, agents[i]->key, strlen(agents[i]->key), entry);
		offer = entry ? entry_offer_of(entry, source) : NULL;
		if (offer)
			offer->seen_in = source->round;
		difference.n_new += !entry;
	}
	DL_FOREACH2(source->offers, offer, next_listed)
	{
		if (offer->state == OFFER_KEPT)
			continue;
		difference.n_before++;
		difference.n_gone += offer->seen_in != source->round;
	}
	difference.is_held = difference.n_gone >= REGISTRY_SHRINK_MIN && difference.n_gone * 2 > difference.n_before;
	return difference;
}

static int refuse_size(struct registry *registry, const struct source *source, size_t n)
{
	char title[NOTICE_MAX], text[NOTICE_MAX];

	snprintf(title, sizeof title, "%s lists %zu agents: refused", source->name, n);
	snprintf(text, sizeof text, "expected at most %d agents in all sources together; the old list stays",
		 REGISTRY_AGENTS_MAX);
	notice(registry, source, SEVERITY_WARNING, false, title, text);
	return -E2BIG;
}

// ---- duplicates

struct duplicates {
	size_t n;
	char names[NOTICE_MAX / 2];
	struct strbuf shown;
};

static void note_duplicate(struct duplicates *duplicates, const struct agent *agent, const char *owner)
{
	if (duplicates->n++ < 3)
		strbuf_addf(&duplicates->shown, "%s%.*s (kept: %.*s)", duplicates->n > 1 ? ", " : "",
			    text_fit(agent->name, 60), agent->name, text_fit(owner, 40), owner);
}

// Said once: the same list comes again with every refresh.
static void tell_duplicates(struct registry *registry, struct source *source, const struct duplicates *duplicates)
{
	uint64_t digest =
		duplicates->n ? hash_mix(hash_stable(duplicates->names, duplicates->shown.len) + duplicates->n) | 1 : 0;
	char title[NOTICE_MAX], text[NOTICE_MAX];

	if (digest && digest != source->duplicates_said) {
		snprintf(title, sizeof title, "%s repeats %zu agent%s", source->name, duplicates->n,
			 duplicates->n == 1 ? "" : "s");
		snprintf(text, sizeof text, "the first stands: %s%s", duplicates->names,
			 duplicates->n > 3 ? " and others" : "");
		notice(registry, source, SEVERITY_INFO, false, title, text);
	}
	source->duplicates_said = digest;
}

// ---- taking a list

static int take_agent(struct registry *registry, struct source *source, struct agent *agent,
		      struct duplicates *duplicates)
{
	struct entry *entry = registry_entry(registry, agent->key);
	struct offer *offer = entry ? entry_offer_of(entry, source) : NULL;

	if (!entry)
		return -ENOMEM;
	if (offer && offer->taken_in == source->round) {
		note_duplicate(duplicates, agent, offer->agent->name);
		return 0;
	}
	if (!offer) {
		if (entry_offer(entry, source, agent, &offer) < 0) {
			if (!entry->offers)
				entry_free(registry, entry);
			return -ENOMEM;
		}
	} else if (!agent_is_same(offer->agent, agent)) {
		agent_unref(offer->agent);
		offer->agent = agent_ref(agent);
	}
	offer->taken_in = offer->seen_in = source->round;
	offer->state = OFFER_LISTED;
	if (entry->offers != offer)
		note_duplicate(duplicates, agent, entry->offers->source->name);
	return 0;
}

static int settle_all(struct registry *registry, struct source *source)
{
	struct offer *offer, *next;
	int r = 0;

	for (offer = source->offers; offer; offer = next) {
		next = offer->next_listed;
		if (entry_settle(registry, offer->entry) < 0)
			r = -ENOMEM;
	}
	return r;
}

// Those no longer listed: gone, or waiting for an answer.
static int miss(struct registry *registry, struct source *source, bool is_held)
{
	struct offer *offer, *next;
	int r = 0;

	for (offer = source->offers; offer; offer = next) {
		next = offer->next_listed;
		if (offer->seen_in == source->round || offer->state == OFFER_KEPT)
			continue;
		if (is_held)
			offer->state = OFFER_MISSING;
		else if (offer_withdraw(registry, offer) < 0)
			r = -ENOMEM;
	}
	return r;
}

static void ask(struct registry *registry, struct source *source, const struct difference *difference)
{
	char title[NOTICE_MAX], text[NOTICE_MAX];

	if (difference->is_held && source->n_asked_for != difference->n_gone) {
		snprintf(title, sizeof title, "%s no longer lists %zu of %zu agents", source->name, difference->n_gone,
			 difference->n_before);
		snprintf(text, sizeof text, "They are still watched. Keep them (marked unlisted=yes), or drop them?");
		notice(registry, source, SEVERITY_WARNING, true, title, text);
	} else if (!difference->is_held && source->n_asked_for) {
		snprintf(title, sizeof title, "%s: the question is settled by a newer list", source->name);
		notice(registry, source, SEVERITY_INFO, false, title, "");
	}
	source->n_asked_for = difference->is_held ? difference->n_gone : 0;
}

int registry_publish(struct registry *registry, const char *name, struct agent *const *agents, size_t n)
{
	struct source *source = registry_source(registry, name, true);
	struct duplicates duplicates = { 0 };
	struct difference difference;
	size_t n_after;
	int r = 0;

	if (!source)
		return -ENOMEM;
	if (n > REGISTRY_AGENTS_MAX)
		return refuse_size(registry, source, n);
	difference = compare(registry, source, agents, n);
	n_after = HASH_CNT(hh, registry->by_key) + difference.n_new - (difference.is_held ? 0 : difference.n_gone);
	if (n_after > REGISTRY_AGENTS_MAX)
		return refuse_size(registry, source, n);
	strbuf_init(&duplicates.shown, duplicates.names, sizeof duplicates.names);
	r = miss(registry, source, difference.is_held);
	for (size_t i = 0; i < n; i++)
		if (take_agent(registry, source, agents[i], &duplicates) < 0)
			r = -ENOMEM;
	if (settle_all(registry, source) < 0)
		r = -ENOMEM;
	tell_duplicates(registry, source, &duplicates);
	ask(registry, source, &difference);
	return r;
}

// ---- answers

static int answer(struct registry *registry, struct source *source, bool accept)
{
	struct offer *offer, *next;
	int r = 0;

	for (offer = source->offers; offer; offer = next) {
		next = offer->next_listed;
		if (offer->state != OFFER_MISSING)
			continue;
		if (!accept)
			offer->state = OFFER_KEPT;
		if ((accept ? offer_withdraw(registry, offer) : entry_settle(registry, offer->entry)) < 0)
			r = -ENOMEM;
	}
	source->n_asked_for = 0;
	return r;
}

int registry_answer(struct registry *registry, const char *name, bool accept)
{
	int r = -ENOENT;

	for (struct source *source = registry->sources; source; source = source->next) {
		if (!source->n_asked_for || (name && strcmp(name, source->name) != 0))
			continue;
		if (answer(registry, source, accept) < 0)
			return -ENOMEM;
		r = 0;
	}
	return r;
}

bool registry_has_question(const struct registry *registry, const char *name)
{
	for (const struct source *source = registry->sources; source; source = source->next)
		if (source->n_asked_for && (!name || strcmp(name, source->name) == 0))
			return true;
	return false;
}

// ---- reading, refining

static struct entry *find_id(const struct registry *registry, uint32_t id)
{
	struct entry *entry;

	HASH_FIND(by_id, registry->by_id, &id, sizeof id, entry);
	return entry;
}

int registry_refine(struct registry *registry, const struct agent *refined)
{
	struct entry *entry = find_id(registry, refined->id);

	if (!entry || !entry->agent)
		return -ENOENT;
	agent_ref(refined);
	agent_unref(entry->agent);
	entry->agent = (struct agent *)refined;
	registry->callbacks.agent(registry->callbacks.ctx, REGISTRY_CHANGED, refined);
	return 0;
}

size_t registry_n_agents(const struct registry *registry)
{
	return HASH_CNT(hh, registry->by_key);
}

const struct agent *registry_agent(const struct registry *registry, uint32_t id)
{
	struct entry *entry = find_id(registry, id);

	return entry ? entry->agent : NULL;
}

const struct agent *registry_agent_by_key(const struct registry *registry, const char *key)
{
	struct entry *entry;

	HASH_FIND(hh, registry->by_key, key, strlen(key), entry);
	return entry ? entry->agent : NULL;
}
