#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The numbers of hubs, and our own: what the events of several hubs say becomes one fleet, and a request goes back to
 * the hub that knows what it is about.
 *
 * An agent is known by its key, so that it stays the same one over a hub's restart and whichever hub tells of it;
 * everything else is known by the hub, its start and the number there. Our numbers begin at 1 and are never used again.
 * A hub is a number from 1 to HUBS_MAX (event.origin).
 *
 * Where two hubs tell of the same agent, one of them is heard (its voice): the one that told of it first, until that
 * is taken from it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/event_json.h"

enum { HUBS_MAX = 16 };

enum hub_id_kind {
	HUB_ID_AGENT,
	HUB_ID_ALERT,
	HUB_ID_OPERATION, // and plans, which become operations of the same number
	HUB_ID_PROGRESS,
	HUB_ID_SESSION,
	HUB_ID_KINDS,
};

// Of each kind but agents so many are remembered of all hubs together; the oldest are forgotten first.
enum { HUB_IDS_KEPT = 1 << 16 };

struct hub_ids;

int hub_ids_create(struct hub_ids **out);  // 0 or -ENOMEM
void hub_ids_destroy(struct hub_ids *ids); // NULL is fine

/* Our number for that of a hub, allotted when it is a new one. 0 for 0, for an agent that was not named yet, and for
 * want of memory.
 */
uint32_t hub_ids_local(struct hub_ids *ids, uint8_t hub, enum hub_id_kind kind, uint32_t remote);

/* The same for an agent of which the key is known, which binds the number to it. 0 for want of memory, and for a number
 * that is another agent's: a hub gives none twice.
 */
uint32_t hub_ids_agent(struct hub_ids *ids, uint8_t hub, uint32_t remote, const char *key);

// What a hub calls it. 0, or -ENOENT where that hub knows no such thing (any more).
int hub_ids_remote(const struct hub_ids *ids, uint8_t hub, enum hub_id_kind kind, uint32_t local, uint32_t *remote);

// Whose it is: the hub that is heard of an agent, or that told of anything else. 0: nobody's any more.
uint8_t hub_ids_owner(const struct hub_ids *ids, enum hub_id_kind kind, uint32_t local);

/* Lets the agents for which a hub is heard be told of by another one that knows them and is in the mask `others` (bit =
 * 1 << hub). Returns the mask of those that some were given to: what they have said of them was not heard so far.
 */
unsigned hub_ids_pass_on(struct hub_ids *ids, uint8_t hub, unsigned others);

/* A hub has said that an agent is gone. True: it was heard of it, and nobody else is; false: the agent stays, as
 * another hub has it. *heir (may be NULL) is the hub that is heard of it now; 0 none.
 */
bool hub_ids_agent_gone(struct hub_ids *ids, uint8_t hub, uint32_t local, uint8_t *heir);

// The hub has started anew: its numbers mean nothing any more. It is still heard of its agents until it has told all.
void hub_ids_forget(struct hub_ids *ids, uint8_t hub);

// It begins to tell all, and has done so: those that it has not named in between it has no more, and whoever else knows
// them is heard of them. The result is as of hub_ids_pass_on().
void hub_ids_begin(struct hub_ids *ids, uint8_t hub);
unsigned hub_ids_settle(struct hub_ids *ids, uint8_t hub);

/* Our number for a series, by its id: that of the hub where it is free, else another one. The hub holds it until
 * hub_ids_series_drop() or hub_ids_forget(). -ENOSPC when all are taken, -ENOMEM.
 */
int hub_ids_series(struct hub_ids *ids, uint8_t hub, uint16_t remote, const char *id);
int hub_ids_series_local(const struct hub_ids *ids, uint8_t hub, uint16_t remote); // -ENOENT: not defined
// The same, if that is its id.
int hub_ids_series_is(const struct hub_ids *ids, uint8_t hub, uint16_t remote, const char *id);
// True: no other hub holds it, so that its number is free.
bool hub_ids_series_drop(struct hub_ids *ids, uint8_t hub, uint16_t remote);

// What an event_reader asks for (struct event_reader): the number here, or -1.
int64_t hub_ids_read(struct hub_ids *ids, uint8_t hub, enum wire_id kind, uint32_t remote, const char *key);
