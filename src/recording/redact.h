#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Takes out of an event what could be a secret, and leaves what a post-mortem needs: who there was, how they were and
 * why, when, and what was done to them.
 */
#include "opscon/event.h"

enum redacted {
	REDACTED_BODIES,      // excerpts of answers, and what checks in them said
	REDACTED_SCRAPES,     // whole ones: the event goes
	REDACTED_CREDENTIALS, // in URLs, and what stands behind a ?
	REDACTED_CONTROLS,    // what operates an agent, and what steps send or run
	REDACTED_PATCHES,     // of configurations
	REDACTED_OUTPUTS,     // of drivers
	REDACTED_ADDRESSES,   // of people
	REDACTED_COUNT,
};

const char *redacted_name(enum redacted what); // "excerpts of answers" ...

/* Of an event that was just read, and that nobody else has seen: its texts are cut where they stand. Adds to the
 * counts. False: nothing is left of it that may be kept.
 */
bool redact_event(struct event *event, uint64_t n[REDACTED_COUNT]);

// Takes user and password out of every URL in a text, and what stands behind a "?" or "#" there. True when there was
// any.
bool redact_urls(char *text);
