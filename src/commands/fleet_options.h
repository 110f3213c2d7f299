#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the commands that watch a fleet have in common: which fleet, how it is probed, what is shown of it.
 *
 * Operands that look like addresses (a scheme, or a host with a port) are agents; otherwise one operand is a selector.
 */
#include <stdbool.h>
#include <stdint.h>

#include "agents/shard.h"
#include "commands/commands.h"
#include "opscon/agent.h"
#include "opscon/config.h"

enum { FLEET_OPTION_FIRST = 1000, FLEET_OPTION_LAST = 1031, FAST_INTERVAL_MS = 5000 };

struct fleet_options {
	struct config config;            // owned
	bool has_config;                 // loaded, from a file or as defaults
	const char *config_path;         // --config
	int64_t interval_ms, timeout_ms; // 0: as configured
	bool is_insecure;                // --insecure: for the URLs given on the command line
	bool is_read_only;               // --read-only: nothing is operated, whatever is configured
	struct agent **urls;             // owned references
	size_t n_urls;
	struct selector *selector; // owned; NULL: all
	const char *selector_text; // of the command line; NULL: all
	struct shard shard;        // --shard; zeroed: all
	char state_dir[512];       // "" when there is none
	bool has_log;              // --log names a file
	bool has_state;            // false: --no-state
};

// Lists for a command's table: of who probes, of who remembers and may operate, and of all.
extern const struct command_option fleet_timeout_options[];
extern const struct command_option fleet_polling_options[];
extern const struct command_option fleet_state_options[];
extern const struct command_option fleet_file_options[];
extern const struct command_option *const fleet_option_lists[COMMAND_LISTS]; // all of them, ended by NULL

void fleet_options_init(struct fleet_options *options);
void fleet_options_finish(struct fleet_options *options);

// One option of FLEET_OPTION_FIRST..LAST. 0, or EXIT_USAGE after saying what is wrong.
int fleet_options_take(struct fleet_options *options, int option, const char *value);

/* The operands, then the configuration: --config, or the usual place when `is_configured` and no URLs are given; else
 * the defaults. 0; EXIT_USAGE or EXIT_OURS after saying what is wrong.
 */
int fleet_options_resolve(struct fleet_options *options, char **operands, bool is_configured);

/* options_parse() by the command's table. Calls `take` for the command's own options; it returns 0 or an exit code.
 * Returns 0 with getopt's optind at the operands, COMMAND_HELPED, or an exit code.
 */
int fleet_options_parse(struct fleet_options *options, const struct subcommand *command, int argc, char **argv,
			int (*take)(void *ctx, int code, const char *value), void *ctx);
