#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Plays a recording: gives its events to a sink when their time has come by a clock that can be stopped, hurried and
 * set. It is told the time and does a bounded piece of work a call.
 *
 * Played on, it leaves out what snapshots restate. Set to another time, it begins at the nearest snapshot before that,
 * takes it in, and goes through the events behind it as fast as it can, unless it is shorter from where it stands.
 *
 * Where there is a gap it says so when the time is there, as EVENT_FEED of a link: whoever was well before it is not
 * known to be. Behind it each is as it is told, and all are when a snapshot was taken in.
 *
 * Runs that follow each other have numbers of their own. As with hubs that start anew, an agent is known by its key and
 * keeps its number here from one run to the next; everything else is told anew.
 */
#include "feeds/hub_ids.h"
#include "opscon/event.h"
#include "opscon/replay.h"
#include "recording/tape.h"
#include "wire/event_json.h"

// Of a gap, in which nobody was known to be well: in one, or behind one of which no snapshot has told all again.
enum replay_gap { REPLAY_GAP_NONE, REPLAY_GAP_WITHIN, REPLAY_GAP_BEHIND };

#define REPLAY_SPEED_MIN 0.25
#define REPLAY_SPEED_MAX 1000.0

struct replay_player {
	struct replay replay;     // its controls
	struct tape *tape;        // borrowed
	struct event_sink sink;   // borrowed context
	void (*moved)(void *ctx); // a control was used: the next piece of work is due. May be NULL
	void *ctx;

	struct event_reader reader;
	struct hub_ids *ids; // owned
	const char *boot;    // borrowed from the tape: of the run whose numbers are known; "" none
	struct tape_facts facts;
	struct tape_place place, goal;
	bool is_paused, is_jumping;
	bool takes_restated; // a snapshot is being taken in
	bool has_gap;        // something could not be read: the next snapshot is to be taken in
	enum replay_gap gap; // as the sink was told
	double speed;
	int64_t clock_ms; // wall, of the recording, at `mono_ms`
	int64_t goal_ms;  // clock_ms when the goal is reached
	int64_t mono_ms;  // when clock_ms was right; also the last time that was told
	uint32_t n_snapshots;
	uint64_t n_bad;          // blocks and events that could not be read
	size_t start_block;      // of the last jump: what is missing before it was not gone through
	struct tape_damage hole; // to be told; zeros: none
};

// Stands at the beginning, playing. The tape outlives it. 0 or -ENOMEM, and then there is nothing to finish.
int replay_player_init(struct replay_player *player, struct tape *tape, const struct event_sink *sink, int64_t mono_ms);
void replay_player_finish(struct replay_player *player);

void replay_player_advance(struct replay_player *player, int64_t mono_ms); // a piece of work
int64_t
replay_player_next_ms(const struct replay_player *player); // mono: when there is more; INT64_MAX: not before a control
int64_t replay_player_now_ms(const struct replay_player *player, int64_t mono_ms); // wall: what is shown

// The number by which the run that is shown knows an agent. 0, or -ENOENT.
int replay_player_recorded(const struct replay_player *player, uint32_t agent, uint32_t *recorded);

void replay_player_set_speed(struct replay_player *player, double speed); // kept in its range
