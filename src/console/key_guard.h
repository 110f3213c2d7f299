#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Which keys may answer a question: none that was read before the question was painted or in its first moment, and none
 * that a stuck key repeats. Pastes are the business of whoever asks.
 */
#include <stdbool.h>

#include "base/clock.h"
#include "opscon/key.h"

enum {
	KEY_GUARD_MS = 300, // after the first painting: nobody reads and decides so quickly
	KEY_REPEAT_MS = 50, // between two of a key that repeats itself
};

enum { KEY_GUARD_KEYS = 4 };

struct key_guard {
	bool is_painted;
	int64_t painted_mono_ms; // the first time
	struct key_run {
		uint32_t code;
		unsigned mods;
		int64_t last_mono_ms;
		unsigned n;     // how many times it has come without a pause; 0: not at all
	} keys[KEY_GUARD_KEYS]; // the latest first: a key stays stuck while others are pressed
	unsigned run;           // of the latest, with no other between
};

void key_guard_begin(struct key_guard *guard);
void key_guard_painted(struct key_guard *guard, struct instant now);

/* To be told of every key. True when the key may answer: the question has been on the screen for long enough, and the
 * key is not the repetition of the one before.
 */
bool key_guard_allows(struct key_guard *guard, const struct key *key, struct instant now);
unsigned key_guard_run(const struct key_guard *guard); // how many times the last key came, with no other between
bool key_guard_is_armed(const struct key_guard *guard, struct instant now);
