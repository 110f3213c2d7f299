// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "commands/commands.h"

const struct command commands[] = {
	{ "attach", command_attach, "the console on the fleet of a hub, or of several" },
	{ "audit", command_audit, "who did what: list and verify the audit trail" },
	{ "check-config", command_check_config, "read the configuration and explain every mistake in it" },
	{ "console", command_console, "the console (also what opscon does without a command)" },
	{ "demo", command_demo, "the console on a simulated fleet" },
	{ "hub", command_hub, "serve one fleet to many consoles, without a terminal" },
	{ "op", command_op, "restart, upgrade and the like: plan, confirm, follow to the end" },
	{ "record", command_record, "write what happens to a file; cut a part out of one" },
	{ "replay", command_replay, "the console on a recording, with a clock: pause, step, go to a time" },
	{ "simulate", command_simulate, "serve a simulated fleet over HTTP on loopback" },
	{ "status", command_status, "probe each agent once and print the state of the fleet" },
	{ "token", command_token, "who may come to the hub over the network: create, list and revoke tokens" },
	{ "watch", command_watch, "wait until the agents are healthy, or bad, or a time is over" },
};
const size_t n_commands = sizeof commands / sizeof commands[0];

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < n_commands; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}
