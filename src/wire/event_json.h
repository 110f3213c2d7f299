#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Events as JSON: one object each, as opscon-protocol(7) describes them, written and read again.
 *
 * What is 0, "" or false is left out, and a member that is absent reads as that. NaN is null. An agent's
 * `authorization` and its files of keys and certificates are never written, and are NULL when read; nor are
 * presence.is_own, channel and seq.
 *
 * Reading is strict, since a hub is outside too: a member of another kind, a word that is none of its enumeration, a
 * number out of range and lists past their limits make the whole event bad. Members that are not known are passed over,
 * so that a newer version may add some. Texts are cleaned again.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "opscon/event.h"
#include "wire/plans.h"

enum {
	EVENT_JSON_MAX = (16 << 20) - 1024, // bytes of one event
	EVENT_JSON_LABELS_MAX = 256,        // of an agent: its own, of its list, and of all
	EVENT_JSON_ROWS_MAX = 50000,        // of a scrape
	EVENT_JSON_READINGS_MAX = 4096,     // of an agent at one time
	EVENT_JSON_POINTS_MAX = 20000,      // of a series
	EVENT_JSON_AGENTS_MAX = 100000,     // named by an item of the timeline
	EVENT_JSON_STEPS_MAX = 64,          // of one target: forwards, and as many back
	EVENT_JSON_WHY_MAX = 160,
};

enum event_json_flag {
	EVENT_JSON_PLAN = 1 << 0,  // an operation brings its plan; without, it only names it (see wire/plans.h)
	EVENT_JSON_SHORT = 1 << 1, // plans and targets of operations without their steps
};

/* Appends the event. Nothing of its channel and number: those are the frame's. 0, -ENOMEM, -EMSGSIZE, and then nothing
 * was added. -EINVAL: its maker was short of memory, and it lacks what it cannot be without (a plan).
 */
int event_json_write(const struct event *event, unsigned flags, struct bytes *out);

// What the numbers in an event count.
enum wire_id {
	WIRE_ID_AGENT,
	WIRE_ID_ALERT,
	WIRE_ID_OPERATION, // a plan, the operation that carries it out, and its approval: they have one number
	WIRE_ID_PROGRESS,
	WIRE_ID_SESSION,
	WIRE_ID_SERIES, // local numbers are below SERIES_MAX; 0 is one of them
	WIRE_ID_COUNT,
};

/* How numbers of the sender become those of this process.
 *
 * `id` gets the sender's number, never 0 but for a series, and the agent's key or the series' id where the event says
 * it, else NULL. It answers with the number here, or -1: there is none. Without it (NULL) numbers stay as they are.
 */
struct event_reader {
	int64_t (*id)(void *ctx, enum wire_id kind, uint32_t remote, const char *key);
	void *ctx;               // borrowed
	uint8_t origin;          // becomes event.origin
	struct wire_plans plans; // those that came with operations, by their numbers here
};

void event_reader_init(struct event_reader *reader, uint8_t origin);
void event_reader_finish(struct event_reader *reader); // zeroed is fine
void event_reader_forget(struct event_reader *reader); // its plans: the sender has started anew

// What an event is that was well formed.
enum event_json_outcome {
	EVENT_JSON_TAKEN,
	EVENT_JSON_NEWER,   // of a type that this version does not know: to be passed over
	EVENT_JSON_NO_ONE,  // about an agent or a series that has no number here: to be passed over
	EVENT_JSON_NO_PLAN, // an operation whose plan did not come: a fresh snapshot is due
};

/* Reads one event that is all of text[0..n), one reference, seq 0. An outcome, and *out is NULL but for
 * EVENT_JSON_TAKEN; -EINVAL with why (clean; may be NULL), -ENOMEM.
 */
int event_json_read(struct event_reader *reader, const char *text, size_t n, struct event **out,
		    char why[EVENT_JSON_WHY_MAX]);
