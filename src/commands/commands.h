#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The command line's table: one file a subcommand. A command reads its own options (argv[0] is "opscon" and its name),
 * prints errors on stderr and returns an exit code of commands/exit_code.h.
 */
#include <stddef.h>

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary; // one line for --help
};

extern const struct command commands[];
extern const size_t n_commands;

const struct command *command_find(const char *name); // NULL when there is none

int command_attach(int argc, char **argv);
int command_audit(int argc, char **argv);
int command_check_config(int argc, char **argv);
int command_console(int argc, char **argv);
int command_demo(int argc, char **argv);
int command_hub(int argc, char **argv);
int command_op(int argc, char **argv);
int command_record(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_simulate(int argc, char **argv);
int command_status(int argc, char **argv);
int command_token(int argc, char **argv);
int command_watch(int argc, char **argv);
