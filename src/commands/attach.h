#pragma once
// SPDX-License-Identifier: Apache-2.0
/* To which hubs a command goes, and how: what `attach` and others that ask a hub have in common. */
#include "commands/fleet_options.h"
#include "feeds/websocket_manager.h"
#include "opscon/config.h"

struct attach_options {
	struct hub_address addresses[HUBS_MAX];
	size_t n_addresses;
	const char *token_file;              // NULL: none
	const char *ca_file;                 // NULL: the system's store
	int64_t ping_ms, retry_ms;           // 0: the defaults
	bool is_default;                     // no address was given or configured: the hub of this machine
	char not_there[HUB_SOCKET_MAX + 32]; // then the user's own socket, which would have come first; ""
};

// Takes --token-file, --ca, --ping and --retry. 0, or EXIT_USAGE after saying what is wrong.
enum { ATTACH_OPTION_CA = 2000, ATTACH_OPTION_PING, ATTACH_OPTION_RETRY, ATTACH_OPTION_TOKEN_FILE };
int attach_options_take(struct attach_options *options, int option, const char *value);
extern const struct command_option attach_hub_options[]; // a list for a command's table

/* The addresses, else the hubs that are configured, else that of this machine; the token file, else that of the
 * environment, else the configured one where all addresses are (or none is configured). The files are looked at. 0, or
 * an exit code after saying what is wrong. The options borrow from the configuration.
 */
int attach_options_resolve(struct attach_options *options, char **addresses, const struct attach_config *config);

// A file that is named somewhere: "--token-file", "$OPSCON_TOKEN_FILE", "attach: token_file:".
struct attach_file {
	const char *where, *path; // borrowed; path NULL: none is named
};

// attach_files.c, both: 0, or EXIT_USAGE after saying what is wrong with it, and what was expected.
int attach_check_token_file(const struct attach_file *file);
int attach_check_ca_file(const struct attach_file *file);

// Options of who polls, which a hub does: 0, or EXIT_USAGE after saying where they belong.
int attach_check_polling(const struct fleet_options *fleet);

// What the feed of hubs is made with; the caller adds its callbacks. It borrows from the options and from `who`.
struct websocket_manager_options attach_feed_options(const struct attach_options *options, const char *who);

// Why no hub could be reached, on stderr: EXIT_DENIED when they refused us, else EXIT_UNREACHABLE.
int attach_fail(const struct attach_options *options, const struct feed *feed);
