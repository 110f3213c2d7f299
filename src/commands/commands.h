#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The command line's table: one file a subcommand. Each says in one place all that may follow its name; reading it
 * (commands/options.h), its --help and the completions of shells all come from there, so none of them knows an option
 * that the others do not. A command prints errors on stderr and returns an exit code of commands/exit_code.h.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum completes { COMPLETES_NOTHING, COMPLETES_FILES, COMPLETES_DIRECTORIES };

// One of a list, which an entry without a name ends.
struct command_option {
	const char *name;              // without its dashes
	const char *value;             // what --help calls its value, like "FILE"; NULL: it takes none
	const char *help;              // ends with ':' where the words follow; completions show it up to the first ';'
	int code;                      // what the command's `take` gets
	char letter;                   // of its short form; '\0': there is none
	bool repeats;                  // it may be given again
	enum completes completes;      // without words
	const char *(*word)(size_t i); // the words that the value may be; NULL behind the last. NULL: it is free
};

enum { COMMAND_LISTS = 8 };

struct subcommand {
	const char *name;
	int (*run)(int argc, char **argv); // argv[0] is the command
	const char *summary;               // one line for --help
	const char *usage;                 // its own --help, up to the options
	const struct command_option *options[COMMAND_LISTS];
	const struct command_option *elsewhere[COMMAND_LISTS]; // read to say where they belong, and not offered
	const char *(*verb)(size_t i); // what its first operand may be, as the words above; NULL: it has no verbs
	enum completes operands;
	void (*more_help)(void); // behind the options; NULL: nothing
};

extern const struct subcommand *const commands[]; // by name
extern const size_t n_commands;

const struct subcommand *command_find(const char *name); // NULL when there is none

/* The first word that may be a command, behind options; where it is none, but no selector of the configured agents
 * either, it is said, with the command that may be meant. 0 or EXIT_USAGE.
 */
int command_check_word(int argc, char **argv);
int command_say_unknown(const char *word); // EXIT_USAGE

void command_print_usage(FILE *to); // what opscon --help says

extern const struct subcommand command_attach;
extern const struct subcommand command_audit;
extern const struct subcommand command_check_config;
extern const struct subcommand command_completion;
extern const struct subcommand command_console;
extern const struct subcommand command_demo;
extern const struct subcommand command_help;
extern const struct subcommand command_hub;
extern const struct subcommand command_op;
extern const struct subcommand command_record;
extern const struct subcommand command_replay;
extern const struct subcommand command_simulate;
extern const struct subcommand command_status;
extern const struct subcommand command_token;
extern const struct subcommand command_watch;
