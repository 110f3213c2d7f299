// SPDX-License-Identifier: Apache-2.0
#include "commands/fleet_options.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agents/target.h"
#include "base/human.h"
#include "base/log.h"
#include "base/memory.h"
#include "commands/exit_code.h"
#include "commands/findings.h"
#include "commands/options.h"

#define HOST_BYTES "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

enum {
	OPTION_CONFIG = FLEET_OPTION_FIRST,
	OPTION_INSECURE,
	OPTION_INTERVAL,
	OPTION_LOG,
	OPTION_NO_STATE,
	OPTION_READ_ONLY,
	OPTION_SHARD,
	OPTION_TIMEOUT,
};

const struct command_option fleet_timeout_options[] = {
	{ "timeout", "DURATION", "of one probe", OPTION_TIMEOUT },
	{ 0 },
};

const struct command_option fleet_polling_options[] = {
	{ "interval", "DURATION", "between two probes of an agent, like 5s or 1m", OPTION_INTERVAL },
	{ "insecure", NULL, "do not verify certificates of the URLs given", OPTION_INSECURE },
	{ "shard", "I/N", "only the I-th of N parts of the fleet, like 1/3", OPTION_SHARD },
	{ 0 },
};

const struct command_option fleet_state_options[] = {
	{ "no-state", NULL, "remember nothing, read nothing remembered, audit nothing", OPTION_NO_STATE },
	{ "read-only", NULL, "operate nothing, whatever the configuration allows", OPTION_READ_ONLY },
	{ 0 },
};

const struct command_option fleet_file_options[] = {
	{ "config", "FILE", "the configuration; default: see opscon.yml(5)", OPTION_CONFIG,
	  .completes = COMPLETES_FILES },
	{ "log", "FILE", "diagnostics of opscon itself go there", OPTION_LOG, .completes = COMPLETES_FILES },
	{ 0 },
};

const struct command_option *const fleet_option_lists[COMMAND_LISTS] = {
	fleet_timeout_options,
	fleet_polling_options,
	fleet_state_options,
	fleet_file_options,
};

void fleet_options_init(struct fleet_options *options)
{
	*options = (struct fleet_options){ .has_state = true };
}

void fleet_options_finish(struct fleet_options *options)
{
	for (size_t i = 0; i < options->n_urls; i++)
		agent_unref(options->urls[i]);
	mem_free(options->urls);
	selector_free(options->selector);
	if (options->has_config)
		config_finish(&options->config);
	*options = (struct fleet_options){ 0 };
}

static int take_duration(const char *name, const char *value, int64_t min_ms, int64_t *out)
{
	if (human_parse_duration(value, out) < 0 || *out < min_ms || *out > INT32_MAX) {
		fprintf(stderr, "opscon: --%s %s: expected a duration of at least %d ms, like 5s or 1m\n", name, value,
			(int)min_ms);
		return EXIT_USAGE;
	}
	return 0;
}

static int take_shard(struct fleet_options *options, const char *value)
{
	if (shard_parse(value, &options->shard) == 0)
		return 0;
	fprintf(stderr, "opscon: --shard %s: expected I/N, like 1/3, with I from 1 to N and N at most %d\n", value,
		SHARDS_MAX);
	return EXIT_USAGE;
}

int fleet_options_take(struct fleet_options *options, int option, const char *value)
{
	int r;

	switch (option) {
	case OPTION_CONFIG:
		options->config_path = value;
		return 0;
	case OPTION_INSECURE:
		options->is_insecure = true;
		return 0;
	case OPTION_INTERVAL:
		return take_duration("interval", value, 100, &options->interval_ms);
	case OPTION_TIMEOUT:
		return take_duration("timeout", value, 10, &options->timeout_ms);
	case OPTION_NO_STATE:
		options->has_state = false;
		return 0;
	case OPTION_READ_ONLY:
		options->is_read_only = true;
		return 0;
	case OPTION_SHARD:
		return take_shard(options, value);
	case OPTION_LOG:
		r = log_open(value);
		options->has_log = r == 0;
		if (r < 0)
			fprintf(stderr, "opscon: --log %s: %s\n", value, strerror(-r));
		return r < 0 ? EXIT_USAGE : 0;
	default:
		return EXIT_USAGE;
	}
}

// host:port, [v6]:port or scheme://...; a selector has an operator instead.
static bool looks_like_address(const char *text)
{
	const char *colon = strrchr(text, ':');

	if (strstr(text, "://"))
		return true;
	return colon && isdigit((unsigned char)colon[1]) && !strpbrk(text, "=~,!");
}

static int add_url(struct fleet_options *options, const char *text)
{
	struct agent **urls = mem_realloc(options->urls, (options->n_urls + 1) * sizeof *urls);
	char why[256];
	int r = -ENOMEM;

	if (urls) {
		options->urls = urls;
		r = target_parse(text, "command line", &urls[options->n_urls], why, sizeof why);
	}
	if (r == -ENOMEM) {
		fputs("opscon: out of memory\n", stderr);
		return EXIT_OURS;
	}
	if (r < 0) { // what may hold a password is not repeated
		fprintf(stderr, "opscon: %s: %s\n", strchr(text, '@') ? "an address" : text, why);
		return EXIT_USAGE;
	}
	if (urls[options->n_urls]->authorization) {
		fprintf(stderr,
			"opscon: %s: a password in a URL on the command line, where everybody here sees it; expected\n"
			"it in a file of its own: name the agent in opscon.yml with auth: {basic_file: PATH}\n",
			urls[options->n_urls]->url);
		agent_unref(urls[options->n_urls]);
		return EXIT_USAGE;
	}
	urls[options->n_urls]->tls.is_insecure = options->is_insecure;
	options->n_urls++;
	return 0;
}

static int add_selector(struct fleet_options *options, const char *text)
{
	char why[256];
	int r;

	if (options->selector) {
		fprintf(stderr, "opscon: %s: expected one selector; join its terms with commas\n", text);
		return EXIT_USAGE;
	}
	options->selector_text = text;
	r = selector_parse(text, &options->selector, why, sizeof why);
	if (r < 0)
		fprintf(stderr, "opscon: %s: %s\n", text, r == -ENOMEM ? strerror(ENOMEM) : why);
	return r < 0 ? EXIT_USAGE : 0;
}

// A host alone is read as a selector, where there is nothing to select from.
static void tell_address(const char *word)
{
	if (word && !word[strspn(word, HOST_BYTES)])
		fprintf(stderr, "opscon: %s is a selector here; an address is like http://%s or %s:9100\n", word, word,
			word);
}

static int load_config(struct fleet_options *options, bool is_configured)
{
	char path[1024];
	int r;

	if ((options->n_urls || !is_configured) && !options->config_path) {
		config_defaults(&options->config);
		options->has_config = true;
		return 0;
	}
	r = config_find(options->config_path, path, sizeof path);
	if (r == -ENOENT) {
		tell_address(options->selector_text);
		fprintf(stderr,
			"opscon: there is no configuration yet (looked at %s).\n"
			"Name some URLs (opscon http://host:9100), write opscon.yml (see opscon.yml(5)),\n"
			"or look at a simulated fleet with: opscon demo\n",
			config_places(path, sizeof path));
		return EXIT_USAGE;
	}
	if (r < 0)
		fprintf(stderr, "opscon: --config %s: %s\n", options->config_path ? options->config_path : "",
			strerror(-r));
	else
		r = findings_load(path, false, &options->config, stderr);
	if (r < 0)
		return r == -ENOMEM ? EXIT_OURS : EXIT_USAGE;
	options->has_config = true;
	return 0;
}

// Options win over the file; URLs on the command line are watched closely.
static void apply_overrides(struct fleet_options *options)
{
	struct probe_options *probe = &options->config.probe;

	if (options->n_urls && !options->config_path)
		probe->interval_ms = FAST_INTERVAL_MS;
	if (options->interval_ms)
		probe->interval_ms = (uint32_t)options->interval_ms;
	if (options->timeout_ms)
		probe->timeout_ms = (uint32_t)options->timeout_ms;
	else if (probe->timeout_ms > probe->interval_ms)
		probe->timeout_ms = probe->interval_ms;
	options->config.operations.is_read_only |= options->is_read_only;
}

int fleet_options_resolve(struct fleet_options *options, char **operands, bool is_configured)
{
	int r = 0;

	for (; *operands && r == 0; operands++)
		r = looks_like_address(*operands) ? add_url(options, *operands) : add_selector(options, *operands);
	if (r == 0)
		r = load_config(options, is_configured);
	if (r)
		return r;
	apply_overrides(options);
	if (options->has_state && options->config.state_dir)
		snprintf(options->state_dir, sizeof options->state_dir, "%s", options->config.state_dir);
	else if (options->has_state && config_state_dir(options->state_dir, sizeof options->state_dir) < 0)
		options->state_dir[0] = '\0'; // nothing is remembered, nothing is lost
	return 0;
}

struct takers {
	struct fleet_options *options;
	int (*take)(void *ctx, int code, const char *value);
	void *ctx;
};

static int take_either(void *ctx, int code, const char *value)
{
	const struct takers *takers = ctx;

	if (code >= FLEET_OPTION_FIRST && code <= FLEET_OPTION_LAST)
		return fleet_options_take(takers->options, code, value);
	return takers->take(takers->ctx, code, value);
}

int fleet_options_parse(struct fleet_options *options, const struct subcommand *command, int argc, char **argv,
			int (*take)(void *ctx, int code, const char *value), void *ctx)
{
	struct takers takers = { options, take, ctx };

	return options_parse(command, argc, argv, take_either, &takers);
}
