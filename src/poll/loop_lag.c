// SPDX-License-Identifier: Apache-2.0
#include "poll/loop_lag.h"

void loop_lag_init(struct loop_lag *lag, struct instant now)
{
	*lag = (struct loop_lag){ .next_beat_ms = now.mono_ms + LOOP_BEAT_MS };
	ring_init(&lag->ring, LOOP_LAGS);
}

static int64_t lateness(const struct loop_lag *lag, struct instant now)
{
	return now.mono_ms > lag->next_beat_ms ? now.mono_ms - lag->next_beat_ms : 0;
}

void loop_lag_beat(struct loop_lag *lag, struct instant now)
{
	size_t slot;

	lag->last_ms = lateness(lag, now);
	lag->next_beat_ms = now.mono_ms + LOOP_BEAT_MS;
	if (lag->last_ms > lag->worst_ms)
		lag->worst_ms = lag->last_ms;
	if (lag->last_ms < LOOP_LAG_MIN_MS)
		return;
	slot = ring_push(&lag->ring);
	lag->lags[slot].at_ms = now.mono_ms;
	lag->lags[slot].lag_ms = lag->last_ms;
}

int64_t loop_lag_since(const struct loop_lag *lag, struct instant since, struct instant now)
{
	int64_t worst = lateness(lag, now);

	for (size_t i = 0; i < lag->ring.count; i++) {
		size_t slot = ring_at(&lag->ring, i);
		int64_t seen = lag->lags[slot].at_ms - since.mono_ms; // what of it the probe was out for

		if (seen > lag->lags[slot].lag_ms)
			seen = lag->lags[slot].lag_ms;
		if (seen > worst)
			worst = seen;
	}
	return worst;
}

bool loop_lag_is_step(struct instant since, struct instant now)
{
	int64_t step = (now.wall_ms - since.wall_ms) - (now.mono_ms - since.mono_ms);

	return step > LOOP_STEP_MS || step < -LOOP_STEP_MS;
}
