#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the JSON dialects have in common: a word for the whole, and a tree of named checks. Used inside formats/ only.
 */
#include "formats/dialect.h"
#include "formats/json_tape.h"

enum { SHAPE_KEYS_MAX = 8, CHECK_DEPTH_MAX = 4 };

struct json_shape {
	const char *status[SHAPE_KEYS_MAX]; // where the word may be: the first member that exists
	const char *checks[SHAPE_KEYS_MAX]; // where the checks may be, all of them
};

// The first member of these names that exists, a null included; NULL when none does.
const char *json_first_key(const struct json_node *object, const char *const keys[SHAPE_KEYS_MAX]);

// The word that a value stands for: a string, a boolean, 0 and 1, an HTTP status. NULL when it is none.
const struct health_word *json_health_word(const struct json_node *value);

// Adds what is under `value`: an object of checks, of lists of checks or (if told so) of words, or a list of named
// checks.
void json_read_checks(struct check_list *list, const struct json_node *value, bool takes_words);

// The whole of a dialect: the word, then the checks; without a word the worst of the checks.
void json_read_shape(const struct answer *answer, const struct json_shape *shape, struct judgement *out);

// True when the member is one of the words (a NULL ends them), in exactly this case.
bool json_member_is_one_of(const struct json_node *object, const char *name, const char *const *words);
