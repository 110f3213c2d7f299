// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/human.h"
#include "commands/attach.h"
#include "commands/exit_code.h"

const struct command_option attach_hub_options[] = {
	{ "token-file", "FILE", "its one line is the token ($OPSCON_TOKEN_FILE); for ws:// and wss://",
	  ATTACH_OPTION_TOKEN_FILE, .completes = COMPLETES_FILES },
	{ "ca", "FILE", "certificates of the authority that hubs are verified by", ATTACH_OPTION_CA,
	  .completes = COMPLETES_FILES },
	{ "ping", "DURATION", "how often a quiet hub is asked whether it is there; default 20s", ATTACH_OPTION_PING },
	{ "retry", "DURATION", "the first wait for a lost hub, at most; default 5s, doubled up to 60s",
	  ATTACH_OPTION_RETRY },
	{ 0 },
};

static int take_duration(const char *name, const char *value, int64_t *out)
{
	if (human_parse_duration(value, out) == 0 && *out >= 100 && *out <= INT32_MAX)
		return 0;
	fprintf(stderr, "opscon: --%s %s: expected a duration of at least 100 ms, like 5s\n", name, value);
	return EXIT_USAGE;
}

int attach_options_take(struct attach_options *options, int option, const char *value)
{
	switch (option) {
	case ATTACH_OPTION_CA:
		options->ca_file = value;
		return 0;
	case ATTACH_OPTION_PING:
		return take_duration("ping", value, &options->ping_ms);
	case ATTACH_OPTION_RETRY:
		return take_duration("retry", value, &options->retry_ms);
	case ATTACH_OPTION_TOKEN_FILE:
		options->token_file = value;
		return 0;
	default:
		return EXIT_USAGE;
	}
}

static int add_address(struct attach_options *options, const char *text)
{
	char why[160];

	if (options->n_addresses == HUBS_MAX) {
		fprintf(stderr, "opscon: at most %d hubs\n", HUBS_MAX);
		return EXIT_USAGE;
	}
	if (hub_address_parse(text, &options->addresses[options->n_addresses], why, sizeof why) < 0) {
		// What may hold a secret is not repeated.
		fprintf(stderr, "opscon: %s: %s\n", strpbrk(text, "@?#") ? "an address" : text, why);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < options->n_addresses; i++)
		if (strcmp(options->addresses[i].text, text) == 0) {
			fprintf(stderr, "opscon: %s is given twice\n", text);
			return EXIT_USAGE;
		}
	options->n_addresses++;
	return 0;
}

/* Nor does a token go to a hub that nobody has vouched for: for one of one's own there is --ca. The rest says how to
 * poll, which is not done from here.
 */
int attach_check_polling(const struct fleet_options *fleet)
{
	const char *option = fleet->interval_ms ? "--interval" : fleet->timeout_ms ? "--timeout" : NULL;

	if (fleet->is_insecure)
		fputs("opscon: --insecure: the certificate of a hub is always verified; expected --ca FILE. For its "
		      "agents: "
		      "tls: {insecure: true} in the hub's own configuration\n",
		      stderr);
	else if (fleet->shard.n)
		fputs("opscon: --shard is for who polls; a hub has it: opscon hub --shard\n", stderr);
	else if (option)
		fprintf(stderr,
			"opscon: %s is for who polls, and that is the hub: expected in the hub's own configuration, "
			"defaults: {%s: DURATION}\n",
			option, option + 2);
	return fleet->is_insecure || fleet->shard.n || option ? EXIT_USAGE : 0;
}

// A token says who we are to whoever reads it on the way.
static int check_ways(const struct attach_options *options)
{
	for (size_t i = 0; options->token_file && i < options->n_addresses; i++) {
		const struct hub_address *address = &options->addresses[i];

		if (address->is_tls || address->is_loopback)
			continue;
		fprintf(stderr, "opscon: %s would carry the token in the clear; expected wss://\n", address->text);
		return EXIT_USAGE;
	}
	return 0;
}

static bool is_configured(const struct attach_config *config, const char *text)
{
	for (size_t i = 0; i < config->n_hubs; i++)
		if (strcmp(config->hubs[i], text) == 0)
			return true;
	return !config->n_hubs;
}

// What is configured is for the hubs that are: a token is not shown to any other.
static bool is_all_configured(const struct attach_options *options, const struct attach_config *config)
{
	for (size_t i = 0; i < options->n_addresses; i++)
		if (!is_configured(config, options->addresses[i].text))
			return false;
	return true;
}

static struct attach_file find_token_file(const struct attach_options *options, const struct attach_config *config)
{
	const char *path = getenv("OPSCON_TOKEN_FILE");

	if (options->token_file)
		return (struct attach_file){ "--token-file", options->token_file };
	if (path && *path)
		return (struct attach_file){ "$OPSCON_TOKEN_FILE", path };
	return (struct attach_file){ "attach: token_file:",
				     is_all_configured(options, config) ? config->token_file : NULL };
}

static bool has_tls(const struct attach_options *options)
{
	for (size_t i = 0; i < options->n_addresses; i++)
		if (options->addresses[i].is_tls)
			return true;
	return false;
}

static int take_files(struct attach_options *options, const struct attach_config *config)
{
	const struct attach_file token = find_token_file(options, config);
	const struct attach_file ca = options->ca_file ? (struct attach_file){ "--ca", options->ca_file }
						       : (struct attach_file){ "attach: ca:", config->ca_file };
	int r = token.path ? attach_check_token_file(&token) : 0;

	if (r == 0 && ca.path && (options->ca_file || has_tls(options)))
		r = attach_check_ca_file(&ca);
	options->token_file = token.path;
	options->ca_file = ca.path;
	return r;
}

static void take_default(struct attach_options *options)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	struct hub_address *address = &options->addresses[options->n_addresses++];

	hub_address_default(dir, address);
	options->is_default = true;
	if (dir && *dir && strncmp(address->socket, dir, strlen(dir)) != 0)
		snprintf(options->not_there, sizeof options->not_there, "%.100s/opscon/hub.sock", dir);
}

int attach_options_resolve(struct attach_options *options, char **addresses, const struct attach_config *config)
{
	int r = 0;

	for (; *addresses && r == 0; addresses++)
		r = add_address(options, *addresses);
	for (size_t i = 0, n = options->n_addresses ? 0 : config->n_hubs; i < n && r == 0; i++)
		r = add_address(options, config->hubs[i]);
	if (r == 0 && !options->n_addresses)
		take_default(options);
	if (r == 0)
		r = take_files(options, config);
	return r ? r : check_ways(options);
}

struct websocket_manager_options attach_feed_options(const struct attach_options *options, const char *who)
{
	static char host[65], device[64];
	const char *tty = ttyname_r(STDIN_FILENO, device, sizeof device) == 0 ? device : NULL;

	if (gethostname(host, sizeof host - 1) < 0)
		host[0] = '\0';
	if (tty && strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	return (struct websocket_manager_options){
		.addresses = options->addresses,
		.n_addresses = options->n_addresses,
		.token_file = options->token_file,
		.tls = { .ca_file = options->ca_file },
		.who = who,
		.host = host,
		.tty = tty ? tty : "",
		.state = { .base_ms = (uint32_t)options->retry_ms, .ping_ms = (uint32_t)options->ping_ms },
	};
}

int attach_fail(const struct attach_options *options, const struct feed *feed)
{
	struct websocket_manager_summary summary;

	websocket_manager_summary(feed, &summary);
	fprintf(stderr, "opscon: %s\n", summary.why);
	if (options->is_default && !summary.n_refused)
		fprintf(stderr,
			"opscon: no address was given, so this was the hub of this machine%s%s%s; start one with: "
			"opscon hub; or "
			"name one: unix:PATH, ws://HOST:PORT or wss://HOST:PORT\n",
			*options->not_there ? " (" : "", options->not_there,
			*options->not_there ? " is not there)" : "");
	return summary.n_refused == summary.n_hubs ? EXIT_DENIED : EXIT_UNREACHABLE;
}
