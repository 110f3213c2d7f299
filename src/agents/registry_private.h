#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the registry is made of; for registry*.c alone.
 *
 * An entry is an agent as the feed knows it. Each source that lists it holds an offer for it; the first listed offer,
 * by rank of the source, is what the entry's description is made from.
 */
#include "agents/registry.h"
#include "base/table.h"

enum offer_state {
	OFFER_LISTED,
	OFFER_MISSING, // no longer listed, waiting for an answer
	OFFER_KEPT,    // no longer listed, kept by that answer
};

struct offer {
	struct agent *agent; // owned reference: as listed
	struct source *source;
	struct entry *entry;
	enum offer_state state;
	uint64_t seen_in, taken_in; // source::round
	struct offer *next;         // entry::offers, by rank
	struct offer *prev_listed;  // source::offers, in the order listed first
	struct offer *next_listed;
};

struct entry {
	UT_hash_handle hh;    // registry::by_key
	UT_hash_handle by_id; // registry::by_id
	char *key;            // owned
	uint32_t id;
	struct agent *agent; // owned reference: as told; NULL until told
	struct agent *basis; // owned reference: the listed description that `agent` was made from
	bool is_marked;      // `agent` carries the label of the kept
	struct offer *offers;
};

struct source {
	char *name; // owned
	size_t rank;
	uint64_t round;
	struct offer *offers;
	size_t n_offers;
	size_t n_asked_for;       // missing agents in the question as it was put; 0: no question
	uint64_t duplicates_said; // digest of the last notice about duplicates; 0 none
	struct source *next;      // registry::sources, by rank
};

struct registry {
	struct registry_callbacks callbacks;
	struct entry *by_key, *by_id; // by_key owns
	struct source *sources;
	uint32_t last_id;
};

struct source *registry_source(struct registry *registry, const char *name, bool is_made); // NULL: none, no memory

// The entry for a key, made when there is none; NULL for want of memory.
struct entry *registry_entry(struct registry *registry, const char *key);
struct offer *entry_offer_of(const struct entry *entry, const struct source *source); // NULL: none

// Adds a source's offer for an entry. 0 or -ENOMEM.
int entry_offer(struct entry *entry, struct source *source, const struct agent *agent, struct offer **out);

// Takes an offer back and settles its entry.
int offer_withdraw(struct registry *registry, struct offer *offer);

// Brings the entry's description in line with its offers and tells what changed; without offers it is removed.
// -ENOMEM: it stays as it is (an entry nobody was told of is dropped).
int entry_settle(struct registry *registry, struct entry *entry);
void entry_free(struct registry *registry, struct entry *entry);
