#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What can be done to agents, in words: the menu's, and those of the buttons that do it. A button says what it does and
 * to how many, never only "OK".
 */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/feed.h"
#include "opscon/operation.h"

struct action {
	const char *id; // "restart", "stop_now"
	enum verb verb;
	bool is_forced;
	const char *label;               // in the menu: "stop now, forced"
	const char *button, *button_end; // "Stop", " now"
	const char *asks;                // a value it needs: the label of its prompt, "" none
};

enum { ACTION_COUNT = VERB_COUNT + 1, ACTION_WORDS_MAX = 160 };

const struct action *action_at(size_t i);         // in the order of the menu
const struct action *action_find(const char *id); // NULL when there is none
const struct action *action_of(const struct operation_params *params);

// "Restart 12 agents", "Stop WowEvent now", "Upgrade WowCache to 0.4.3": those targets that it can be done to.
char *action_button(const struct plan *plan, char out[ACTION_WORDS_MAX]);

// "Go on with 7 agents", "Abort, 7 agents left", "Roll back 5 agents": of an operation that is under way.
char *action_request_button(enum request_type type, const struct operation *operation, char out[ACTION_WORDS_MAX]);
