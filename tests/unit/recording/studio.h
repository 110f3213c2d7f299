#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A fleet whose story is recorded, and what a recording makes of it again. */
#include "opscon/fleet.h"
#include "recording/recorder.h"
#include "recording/tape.h"
#include "tests/support/fleet_story.h"

struct studio {
	char dir[64];
	struct recorder_options options; // of recorders that follow
	struct fleet *fleet;
	struct recorder *recorder; // NULL: nothing is recorded now
	struct fleet_story story;
};

void studio_init(struct studio *studio, size_t n_agents, uint32_t interval_ms); // the agents are there
void studio_finish(struct studio *studio);

const char *studio_path(const struct studio *studio, const char *name); // valid until the next call
void studio_record(struct studio *studio, const char *name);            // into a file of that name
void studio_record_dir(struct studio *studio, const char *name);        // into a directory
void studio_play(struct studio *studio, int64_t ms);                    // the story goes on, with a tick a second
int studio_end(struct studio *studio);                                  // of recording: as recorder_destroy()

struct tape *studio_tape(const struct studio *studio, const char *name);
// All of a recording folded into a fleet anew: its dump and the live one's are the same.
void studio_expect_same(const struct studio *studio, const char *name);
void studio_expect_same_at_end(const struct studio *studio, const char *name);  // from its last whole snapshot on
void studio_expect_fleet(const struct fleet *is, const struct fleet *expected); // that they show the same
