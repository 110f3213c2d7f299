// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "commands/commands.h"

const struct subcommand *const commands[] = {
	&command_attach, &command_audit,    &command_check_config, &command_completion, &command_console,
	&command_demo,   &command_help,     &command_hub,          &command_op,         &command_record,
	&command_replay, &command_simulate, &command_status,       &command_token,      &command_watch,
};
const size_t n_commands = sizeof commands / sizeof commands[0];

const struct subcommand *command_find(const char *name)
{
	for (size_t i = 0; i < n_commands; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}
