#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What a reader of a recording looks for: which events change anything, and with which a state turns. */
#include <stdint.h>

#include "opscon/event.h"

struct turn; // a state as it was last

struct turns {
	struct turn *by_key; // a table
};

// enum record_flag of an event, after those before it. Short of memory a turn may be told once too often.
unsigned turns_take(struct turns *turns, const struct event *event);
void turns_finish(struct turns *turns); // of a zeroed one, too
