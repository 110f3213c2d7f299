#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Time as an argument.
 *
 * Everything that needs to know the time is given a `struct instant`; only the edges (poll, feeds, commands,
 * the terminal's files in screen) read the clocks. Durations are computed from mono_ms, which never jumps; wall_ms is
 * for showing and for events.
 */
#include <stdint.h>

struct instant {
	int64_t mono_ms; // CLOCK_BOOTTIME, milliseconds: goes on while the machine sleeps
	int64_t wall_ms; // Unix time, milliseconds, UTC
};

struct instant clock_now(void);

// A later instant on both clocks, for tests and for deadlines.
struct instant instant_add(struct instant t, int64_t ms);
