#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Commands with placeholders for what is known of an agent: lists of arguments, no shell, no splitting into words.
 *
 * Names and labels of agents come from the network. What stands for a placeholder therefore holds nothing but
 * [A-Za-z0-9._:@/+-], does not begin with -, has no path element .., is not empty and at most 200 bytes long; anything
 * else is refused, never mended. See opscon/exec_profile.h for the placeholders. Pure; nothing is allocated.
 */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/agent.h"
#include "opscon/exec_profile.h"

enum { COMMAND_VALUE_MAX = 200, COMMAND_BYTES_MAX = 8192 };

/* Whether an argument is well-formed: known placeholders, no stray brace, and no blank beside a placeholder (somebody
 * would take it apart again). *has_version says whether {version} is in it, *has_any whether any placeholder is; both
 * may be NULL. 0, or -EINVAL with why ("expected ...").
 */
int command_argument_check(const char *argument, bool *has_any, bool *has_version, char *why, size_t why_size);

// A command to run: argv points into memory.
struct command {
	char *argv[EXEC_ARGUMENTS_MAX + 1];
	size_t n;
	char memory[COMMAND_BYTES_MAX];
	size_t used;
};

// Puts the values of an agent into a list of arguments that NULL ends. `version` may be "" or NULL. 0, or -EINVAL with
// why, which is displayable: "{unit}: no value", "{name}: ; in it; expected ...".
int command_fill(const char *const *arguments, const struct agent *agent, const char *version, struct command *out,
		 char *why, size_t why_size);

// As people would type it, with quotes where it needs them; cut with an ellipsis.
void command_describe(const struct command *command, char *out, size_t size);
