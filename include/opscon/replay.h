#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The controls of a feed that has a clock of its own: a recording that is looked at. Everything here returns at once; a
 * jump may take a few turns of the loop, and the fleet is on its way meanwhile.
 */
#include <stdbool.h>
#include <stdint.h>

struct replay;

struct replay_state {
	int64_t now_ms;         // wall: the time that is shown
	int64_t from_ms, to_ms; // wall: of the recording
	double speed;           // 1: as it went
	bool is_paused;
	bool is_jumping; // on the way to another time
	bool is_at_end;
	int64_t gap_from_ms, gap_to_ms; // wall: there is nothing of that time, and it is then; 0: not so
	int64_t mended_ms;    // wall: something is missing, until then; 0: not so; INT64_MAX: it is never told again
	uint32_t n_snapshots; // taken in so far: with each, points of before are to be asked for anew
};

enum replay_step {
	REPLAY_CHANGE,     // the next event that is more than another reading of what is as before
	REPLAY_TRANSITION, // the next one with which a state turns: of health, an alert, an operation
};

// `mono_ms` is the time of the caller's monotonic clock, now.
struct replay_class {
	void (*look)(const struct replay *replay, int64_t mono_ms, struct replay_state *out);
	void (*pause)(struct replay *replay, int64_t mono_ms, bool is_paused);
	void (*speed)(struct replay *replay, int64_t mono_ms, int direction); // 1 faster, -1 slower
	// And pauses. 0; -ENOENT: there is none; negative errno.
	int (*step)(struct replay *replay, int64_t mono_ms, enum replay_step step, int direction);
	int (*seek)(struct replay *replay, int64_t mono_ms, int64_t at_ms); // past either end: to that end
};

// Embedded in whatever has such a clock.
struct replay {
	const struct replay_class *class;
};
