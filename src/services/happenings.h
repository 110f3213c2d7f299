#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What happens to targets outside of our operations, as a person wants to be told of it. Pure.
 *
 * What belongs together is one item: an end is held back for HAPPENINGS_END_MS, to see whether a start follows. Of one
 * agent HAPPENINGS_SINGLES items are told in HAPPENINGS_WINDOW_MS; all that comes after them is one item at the end of
 * that time, and so on for as long as it goes on. What is gone, was out of memory or has died for good does not wait
 * for that: it is told at once with what was summed up, at most every HAPPENINGS_GONE_MS; of the latter two the pause
 * grows to the whole window. HAPPENINGS_CROWD agents have items of their own in HAPPENINGS_CROWD_MS; those of the
 * others are counted by what it was, in one item with their names.
 *
 * Each is a reason to look at the agent, once at once and once when it has come to rest: no agent more often than every
 * HAPPENINGS_LOOK_MS, and one every HAPPENINGS_PACE_MS of all.
 */
#include "base/clock.h"
#include "base/strbuf.h"
#include "base/table.h"
#include "opscon/driver.h"
#include "opscon/event.h"
#include "services/deadlines.h"
#include "services/happening_crowd.h"

enum {
	HAPPENINGS_END_MS = 700,    // from an end to the start that belongs to it
	HAPPENINGS_SETTLE_MS = 150, // after anything else
	HAPPENINGS_LONGEST_MS = 1000,
	HAPPENINGS_SINGLES = 5,
	HAPPENINGS_WINDOW_MS = 60000,
	HAPPENINGS_GONE_MS = 1000, // between two that do not wait for the end of that
	HAPPENINGS_CROWD = 8,
	HAPPENINGS_CROWD_MS = 10000,
	HAPPENINGS_LOOK_MS = 1000,
	HAPPENINGS_PACE_MS = 50,
	HAPPENINGS_WORD_MAX = 32,
	HAPPENINGS_TEXT_MAX = 320,
};

struct happening_item {
	uint32_t agent; // 0: of many
	int64_t at_ms;  // wall
	enum action_type type;
	enum severity severity;
	const char *title; // of one agent: what stands behind its name, "died: exit code 137"
	const char *text;  // ""
};

struct happenings_sink {
	void (*tell)(void *ctx, const struct happening_item *item);
	void (*look)(void *ctx, uint32_t agent);
	const char *(*name)(void *ctx, uint32_t agent);
	void *ctx;
};

// What comes together.
struct happening_group {
	unsigned kinds;                // bit = 1 << enum driver_happening; 0: nothing is gathered
	int64_t began_ms, last_ms;     // mono
	int64_t ended_ms;              // mono: of the first end; 0 none
	int64_t at_ms[HAPPENED_COUNT]; // wall: of the last one of each kind
	bool is_up, is_down;           // as they have left it; neither: they did not change it
	bool is_gone, is_paused;       // the same
	unsigned n[HAPPENED_COUNT];
	int64_t exit_code; // of the last end; -1 not said
	char signal[HAPPENINGS_WORD_MAX], health[HAPPENINGS_WORD_MAX];
	char other_name[DRIVER_NEWS_MAX]; // before, or since
};

// What does not wait, the most urgent last.
enum happening_urgency {
	HAPPENING_WAITS,
	HAPPENING_DIED, // and no start has followed
	HAPPENING_WANTED_MEMORY,
	HAPPENING_GONE,
};

struct happening_sum {
	unsigned n_groups;
	unsigned n[HAPPENED_COUNT];
	unsigned n_asked_for;         // of the ends
	enum severity worst;          // of what they are singly
	bool is_bad;                  // one of them is an error
	struct happening_group last;  // its state as all of them have left it
	enum happening_urgency wants; // to be told before its time
	int64_t from_ms;              // mono
};

struct happening_agent {
	uint32_t agent;
	struct happening_group group;
	int64_t window_ms;        // mono: until when items are counted
	unsigned n_told;          // till then
	bool is_looping;          // nothing is told singly
	unsigned n_over;          // groups that were not, till then
	struct happening_sum sum; // of those
	int64_t hurried_ms;       // mono: when something of it was last told before its time
	int64_t pace_ms;          // till the next; 0: there was none
	int64_t look_ms;          // mono: when it may be looked at again
	bool wants_look;
	int64_t crowd_ms;                 // happenings::crowd_ms when it was told of last
	int64_t joined_ms;                // the same when it joined the crowd last
	unsigned joined_for;              // bit = 1 << enum crowd_kind
	char health[HAPPENINGS_WORD_MAX]; // as said last
	struct deadline due;
	UT_hash_handle hh; // happenings::agents
};

struct happenings {
	struct happenings_sink sink;
	struct happening_agent *agents;
	struct deadlines deadlines;
	int64_t look_ms;  // mono: when the next one may be looked at
	int64_t crowd_ms; // mono: until when agents are counted
	unsigned n_told;  // agents, till then
	struct happening_crowd crowd;
};

void happenings_init(struct happenings *happenings, const struct happenings_sink *sink); // copied
void happenings_finish(struct happenings *happenings);

int happenings_take(struct happenings *happenings, const struct driver_news *news, struct instant now); // 0; -ENOMEM
void happenings_forget(struct happenings *happenings, uint32_t agent); // it is gone, and so is what was to be told

int64_t happenings_deadline(const struct happenings *happenings); // mono; DEADLINE_NEVER
void happenings_tick(struct happenings *happenings, struct instant now);

// One of them in words: "exit code 137", for whom it happened to in the middle of something.
void happening_words(const struct driver_news *news, char *out, size_t size);
