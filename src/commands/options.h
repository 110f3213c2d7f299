#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Reads what stands behind a command by its table, and prints the command's --help from the same. */
#include <stdio.h>

#include "commands/commands.h"

enum { COMMAND_HELPED = -1 }; // --help was asked for, and printed

extern const struct command_option help_option[];

/* Calls `take` for each option; it returns 0 or an exit code. What is unknown, ambiguous, lacks its value or has one
 * too many is said, with the option that may be meant. 0 with getopt's optind at the operands, COMMAND_HELPED, or an
 * exit code.
 */
int options_parse(const struct subcommand *command, int argc, char **argv,
		  int (*take)(void *ctx, int code, const char *value), void *ctx);

void options_print_help(const struct subcommand *command, FILE *to);

// Of all that the command offers, in order; NULL behind the last.
const struct command_option *options_at(const struct subcommand *command, size_t i);

// How many words a known option at the beginning of argv is: 1, or 2 with its value; 0: it is none.
int options_n_words(const struct command_option *const *lists, const char *word);
