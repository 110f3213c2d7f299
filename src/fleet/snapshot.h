#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A fleet as the events that make it again: what whoever comes late is told first.
 *
 *   EVENT_SNAPSHOT (begin), everything there is as ordinary events marked is_restated, EVENT_TIMELINE items oldest
 *   first, EVENT_SNAPSHOT (is_end)
 *
 * Folded into another fleet they give one of which fleet_dump() says the same. What that fleet had of the same origin
 * and was not told again goes at the end, and its timeline says nothing of it all. Between begin and end live events
 * may be applied as they come: an event of a snapshot is made when it is asked for, from the fleet as it is then.
 *
 * Not in it: full scrapes and points older than the newest (fleet_points_event), plans that were asked for, and what
 * somebody reads of the audit trail.
 */
#include <stdint.h>

#include "base/strbuf.h"
#include "opscon/event.h"
#include "opscon/fleet.h"

struct fleet_snapshot;

/* Borrows the fleet, which may change meanwhile and must outlive it. 0 or -ENOMEM. Costs 4 bytes an agent; the events
 * are made one by one.
 */
int fleet_snapshot_create(const struct fleet *fleet, struct fleet_snapshot **out);
void fleet_snapshot_destroy(struct fleet_snapshot *snapshot); // NULL is fine

/* The next event, one reference, seq 0: 0 and *out, which is NULL when the end has been given. -ENOMEM: nothing was
 * given; it may be asked again.
 */
int fleet_snapshot_next(struct fleet_snapshot *snapshot, int64_t at_ms, struct event **out);

// The points of one series of an agent as EVENT_POINTS. 0 and *out, NULL when there are none; -ENOMEM.
int fleet_points_event(const struct fleet *fleet, uint32_t agent, uint16_t series, int64_t at_ms, struct event **out);

/* Everything that readers of a fleet see, as text that is the same for two fleets exactly when they show the same:
 * agents by their keys, no numbers of this process. Left out is what a snapshot leaves out, and presence. 0, -ENOMEM,
 * -EMSGSIZE.
 */
enum fleet_dump_flag {
	FLEET_DUMP_NO_FEED = 1 << 0, // nothing of the feed, which each console sees in its own way
	FLEET_DUMP_NO_OWN = 1 << 1,  // nothing of the timeline that comes from this process (origin 0)
};
int fleet_dump(const struct fleet *fleet, unsigned flags, struct bytes *out);
