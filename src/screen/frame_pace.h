#pragma once
// SPDX-License-Identifier: Apache-2.0
/* When the next frame may be drawn. Pure: the time is an argument.
 *
 * On average there is one in FRAME_MS, 30 a second, however much happens. Of what comes by itself each change is drawn
 * at once: a few frames may follow one another closely and are made up for by the time after. What a key changed waits
 * for no frame of something else.
 */
#include <stdbool.h>
#include <stdint.h>

enum {
	FRAME_MS = 33,      // of each frame, in the long run
	FRAME_CLOSE_MS = 4, // the least distance of two
	FRAME_AHEAD = 4,    // frames that may come so close, after a while of none
};

struct frame_pace {
	int64_t drawn_ms; // mono, of the last frame
	int64_t paid_ms;  // mono: until then the time belongs to the frames that were drawn
};

void frame_pace_init(struct frame_pace *pace); // none was drawn: the next may be at once

// Milliseconds until a frame may be drawn, 0: now. is_keyed: somebody pressed a key and waits for what it does.
int64_t frame_pace_wait_ms(const struct frame_pace *pace, int64_t now_ms, bool is_keyed);
void frame_pace_drew(struct frame_pace *pace, int64_t now_ms);
