#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The live key map: what each key does where, from our defaults and the configuration. Help, the foot and the palette
 * are made from it, so they cannot say anything else than what the keys do.
 */
#include "opscon/config.h"
#include "opscon/key.h"
#include "opscon/view.h"

enum command {
	COMMAND_ABORT,
	COMMAND_ACK,
	COMMAND_ACT,
	COMMAND_AGENT,
	COMMAND_AGREE,
	COMMAND_ALERTS,
	COMMAND_ANSWER,
	COMMAND_AUDIT,
	COMMAND_BACK,
	COMMAND_CLEAR,
	COMMAND_CONTEXT,
	COMMAND_DIFFERS,
	COMMAND_DOWN,
	COMMAND_ENTER,
	COMMAND_EXPAND,
	COMMAND_EXPORT,
	COMMAND_FILTER,
	COMMAND_FIRST,
	COMMAND_HELP,
	COMMAND_HOLD,
	COMMAND_JUMP_BACK,
	COMMAND_JUMP_FORWARD,
	COMMAND_LAST,
	COMMAND_LEFT,
	COMMAND_MAINTENANCE,
	COMMAND_MARK,
	COMMAND_MARK_ALL,
	COMMAND_METRICS,
	COMMAND_NEWLY_BAD,
	COMMAND_NEXT_PANE,
	COMMAND_NOTE,
	COMMAND_OPERATIONS,
	COMMAND_OVERVIEW,
	COMMAND_PAGE_DOWN,
	COMMAND_PAGE_UP,
	COMMAND_PALETTE,
	COMMAND_PAUSE,
	COMMAND_PAUSE_ALL,
	COMMAND_PIN,
	COMMAND_PREVIOUS_PANE,
	COMMAND_PROBE,
	COMMAND_QUIT,
	COMMAND_RANGE,
	COMMAND_REOPEN_AUDIT,
	COMMAND_REPLAY_BACK,
	COMMAND_REPLAY_FASTER,
	COMMAND_REPLAY_NEXT,
	COMMAND_REPLAY_PREVIOUS,
	COMMAND_REPLAY_SLOWER,
	COMMAND_REPLAY_STEP,
	COMMAND_REPLAY_TIME,
	COMMAND_REVERSE,
	COMMAND_RIGHT,
	COMMAND_ROLL_BACK,
	COMMAND_SEVERITY,
	COMMAND_SNOOZE,
	COMMAND_SORT,
	COMMAND_STATES,
	COMMAND_THEME,
	COMMAND_TIMELINE,
	COMMAND_TYPES,
	COMMAND_UP,
	COMMAND_UTC,
	COMMAND_VERIFY,
	COMMAND_COUNT,
	COMMAND_NONE = COMMAND_COUNT,
};

struct command_info {
	const char *id;          // as configuration and palette name it
	const char *keys;        // defaults, blank between
	const char *hint;        // a word or two for the foot
	const char *description; // for help and palette
	unsigned screens;        // bit = 1 << screen_id: where it applies
	// SECTION_REPLAY: only where a recording is looked at, and there before all others.
	enum command_section { SECTION_REPLAY, SECTION_MOVE, SECTION_LOOK, SECTION_ACT, SECTION_PROGRAM } section;
	bool is_acting; // has an effect outside this console: not on a tmux or readline reflex
};

const struct command_info *command_info(enum command command);
enum command command_from_id(const char *id); // COMMAND_NONE when unknown

enum { KEYMAP_MAX = 160, KEYMAP_NAME_MAX = 24, KEYMAP_HELP_MAX = 80, KEYMAP_HINTS_MAX = 16 };

struct keymap {
	struct binding {
		struct key key;
		enum command command;
		char name[KEYMAP_NAME_MAX];
	} bindings[KEYMAP_MAX];
	size_t n;
	bool is_replay;    // a recording is looked at
	char problem[200]; // the first configured key that was refused, "" none
	struct key_hint help[KEYMAP_HELP_MAX];
	char help_keys[KEYMAP_HELP_MAX][64];
	size_t n_help;
};

/* Our defaults, then the configured keys: a key taken over does what it is configured to, the command `none` frees it.
 * Refused, and said in `problem`: names that are no key, unknown commands, and acting commands on C-a C-b C-d C-k C-w
 * C-z.
 */
void keymap_init(struct keymap *keymap, const struct config *config); // config may be NULL
void keymap_use_replay(struct keymap *keymap);                        // of a recording that is looked at
bool keymap_has(const struct keymap *keymap, enum command command);   // it can be given here at all

enum command keymap_find(const struct keymap *keymap, const struct key *key, enum screen_id screen);
const char *keymap_key(const struct keymap *keymap, enum command command); // its first key, "" when it has none

// The most useful keys of a screen, for the foot; while operations are under way, first the one that pauses them all.
// Returns how many were written.
size_t keymap_hints(const struct keymap *keymap, enum screen_id screen, bool is_operating,
		    struct key_hint hints[KEYMAP_HINTS_MAX]);
