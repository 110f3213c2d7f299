// SPDX-License-Identifier: Apache-2.0
#include "screen/frame_pace.h"

enum { AHEAD_MS = (FRAME_AHEAD - 1) * FRAME_MS };

void frame_pace_init(struct frame_pace *pace)
{
	*pace = (struct frame_pace){ .drawn_ms = INT64_MIN / 2, .paid_ms = INT64_MIN / 2 };
}

int64_t frame_pace_wait_ms(const struct frame_pace *pace, int64_t now_ms, bool is_keyed)
{
	int64_t close_ms = pace->drawn_ms + FRAME_CLOSE_MS - now_ms;
	int64_t paid_ms = is_keyed ? 0 : pace->paid_ms - AHEAD_MS - now_ms;
	int64_t wait_ms = close_ms > paid_ms ? close_ms : paid_ms;

	return wait_ms > 0 ? wait_ms : 0;
}

// Frames for keys are paid for as well, but no debt grows of them: what comes by itself must not wait for long.
void frame_pace_drew(struct frame_pace *pace, int64_t now_ms)
{
	int64_t most_ms = now_ms + AHEAD_MS + FRAME_MS;

	pace->drawn_ms = now_ms;
	pace->paid_ms = (pace->paid_ms > now_ms ? pace->paid_ms : now_ms) + FRAME_MS;
	if (pace->paid_ms > most_ms)
		pace->paid_ms = most_ms;
}
