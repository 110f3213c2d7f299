#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The life of a simulated agent, as whoever operates it sees it: what runs, in which version, and what is under way.
 *
 * Starting takes a while, in which it is not well; so does getting another version before that. A version whose name
 * contains "bad" comes up and is never well, one with "slow" answers late, and one with "missing" cannot be had. Pure:
 * times are arguments, in milliseconds of one clock.
 */
#include <stdbool.h>
#include <stdint.h>

#include "opscon/operation.h"

enum { LIFE_VERSION_MAX = 64 };

enum life_state { LIFE_RUNNING, LIFE_STARTING, LIFE_STOPPED, LIFE_SUSPENDED, LIFE_GONE };

enum life_phase {
	LIFE_RESTING, // nothing is under way
	LIFE_PULLING, // another version is being got; what ran goes on
	LIFE_BOOTING,
};

struct life {
	enum life_state state;
	enum life_phase phase;
	enum verb verb; // under way, unless it rests
	uint32_t n_boots, revision;
	uint32_t boot_ms, pull_ms;
	uint64_t begun_ms, due_ms; // of what is under way; UINT64_MAX when it rests
	char version[LIFE_VERSION_MAX], previous[LIFE_VERSION_MAX], wanted[LIFE_VERSION_MAX];
};

// Runs, in a version that has one before it when its last number is above zero.
void life_init(struct life *life, const char *version, uint32_t boot_ms, uint32_t pull_ms);

const char *life_state_name(enum life_state state);  // a lifecycle's: "running", "deployed", ...
const char *life_health_name(enum life_state state); // "ok", "starting", "stopped", "suspended", "deleted"

// Why a verb cannot be asked now; NULL when it can. Static.
const char *life_refusal(const struct life *life, enum verb verb, const char *version, bool is_forced);

enum life_event {
	LIFE_NOTHING, // or nothing but the state
	LIFE_BOOTS,   // a new process: another instance, perhaps another version
	LIFE_UP,      // it runs, and what was under way has succeeded
	LIFE_FAILS,   // what was under way has failed
};

// Does what a verb that is not refused asks for, or begins it: life->phase tells which.
enum life_event life_ask(struct life *life, enum verb verb, const char *version, uint64_t now_ms);

// What the time has brought; ask again until it is LIFE_NOTHING.
enum life_event life_run(struct life *life, uint64_t now_ms);

unsigned life_percent(const struct life *life, uint64_t now_ms); // 0..99, of what is under way

bool life_is_bad(const struct life *life);  // of such a version, and up
bool life_is_slow(const struct life *life); // the same

bool life_version_is_valid(const char *version); // letters, digits and . _ - + : / @
