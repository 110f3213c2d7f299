#pragma once
// SPDX-License-Identifier: Apache-2.0
/* How late our own loop was, lately: whether a probe's failure may be our fault. Pure; the caller reads the clock.
 *
 * A beat is expected every LOOP_BEAT_MS. One that comes late says that the loop stood still for that long: blocked,
 * stopped, or the machine suspended (the monotonic clock goes on meanwhile). A difference that changes between the
 * wall clock and the monotonic one is a step of the former.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/ring.h"

enum {
	LOOP_BEAT_MS = 250,
	LOOP_LAG_MIN_MS = 10, // shorter ones are not remembered
	LOOP_LAGS = 16,
	LOOP_STEP_MS = 1000 // of the wall clock
};

struct loop_lag {
	int64_t next_beat_ms; // mono
	int64_t last_ms, worst_ms;
	struct {
		int64_t at_ms, lag_ms;
	} lags[LOOP_LAGS];
	struct ring ring;
};

void loop_lag_init(struct loop_lag *lag, struct instant now);
void loop_lag_beat(struct loop_lag *lag, struct instant now);

// The longest standstill that a probe out since `since` has seen, the present one included.
int64_t loop_lag_since(const struct loop_lag *lag, struct instant since, struct instant now);

bool loop_lag_is_step(struct instant since, struct instant now);
