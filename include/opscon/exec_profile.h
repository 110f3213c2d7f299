#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the driver "exec" runs for an agent: commands as lists of arguments, never through a shell. See opscon.yml(5).
 *
 * An argument may hold placeholders, and no other braces than `{{` and `}}` (one brace each): {name} {key} {env}
 * {service} {unit} (labels of that name but for the first two) {url_host} {version} {label:NAME}. What stands for one
 * stays within its argument and is held to a list of characters: agents/command_template.h. Texts are the
 * configuration's, and live as long as it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "opscon/lifecycle.h"
#include "opscon/operation.h"

// What the words say that `observe` prints, separated by blanks or ends of lines.
enum exec_word {
	EXEC_WORD_STATE,
	EXEC_WORD_VERSION,
	EXEC_WORD_PREVIOUS, // what a rollback goes back to
	EXEC_WORD_INSTANCE, // another one after every start
	EXEC_WORD_IGNORED,
	EXEC_WORD_COUNT,
};
enum { EXEC_WORDS_MAX = 8, EXEC_ARGUMENTS_MAX = 32, EXEC_ARGUMENT_MAX = 1024 };

// A word that means a state; or an exit code, asked when no word is known.
struct exec_reading {
	const char *word; // NULL: the exit code
	uint8_t exit_code;
	bool is_gone; // there is no such thing; `state` does not count
	enum lifecycle state;
};

struct exec_profile {
	const char *name;
	const char *const *verbs[VERB_COUNT]; // ended by NULL; NULL: it cannot. Never VERB_CONFIGURE
	const char *const *force_stop;        // a stop that is not graceful; the same
	const char *const *observe;           // prints how it stands; the same
	enum exec_word words[EXEC_WORDS_MAX]; // what observe prints: state, then version
	size_t n_words;
	const struct exec_reading *readings;
	size_t n_readings;
	const uint8_t *refused_exits; // exit codes which say that nothing has happened
	size_t n_refused_exits;
	uint32_t timeout_ms; // of a command; 60 s
};

struct exec_config {
	const struct exec_profile *profiles;
	size_t n_profiles;
	const char *path;               // PATH of the commands; NULL: EXEC_PATH_DEFAULT
	const char *const *environment; // names of variables that are handed on; nothing else is
	size_t n_environment;
	bool is_allowed_from_discovery; // lists that others keep may name a profile
};

#define EXEC_PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// NULL when there is none of that name.
static inline const struct exec_profile *exec_profile_find(const struct exec_config *config, const char *name)
{
	for (size_t i = 0; i < config->n_profiles; i++)
		if (strcmp(config->profiles[i].name, name) == 0)
			return &config->profiles[i];
	return NULL;
}
