#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What an agent's charts need and no snapshot has: its points of before, looked up in the recording. */
#include "feeds/replay_player.h"

/* Emits the agent's points of the time before the player's place as EVENT_POINTS, one a series: those of
 * `retention_ms`, and of a very large fleet fewer, since somebody waits. 0 or negative errno.
 */
int replay_history(struct tape *tape, struct replay_player *player, uint32_t agent, int64_t retention_ms,
		   const struct event_sink *sink);
