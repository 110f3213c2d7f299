// SPDX-License-Identifier: Apache-2.0
/* opscon check-config: every mistake of a configuration, or what it adds up to. What it finds is its output, so it goes
 * to standard output; only its own failures go to standard error.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "commands/exit_code.h"
#include "commands/findings.h"
#include "commands/options.h"
#include "opscon/config.h"

static const struct command_option own_options[] = {
	{ "config", "FILE", "the configuration, the same as FILE", 'c', .letter = 'c', .completes = COMPLETES_FILES },
	{ 0 },
};

static void print_count(const char *separator, size_t n, const char *one, const char *many)
{
	printf("%s%zu %s", separator, n, n == 1 ? one : many);
}

static void print_summary(const struct config *config)
{
	printf("%s: well: ", config->path);
	print_count("", config->n_agents, "agent", "agents");
	print_count(", ", config->n_sources, "discovery source", "discovery sources");
	print_count(", ", config->n_panels, "panel", "panels");
	print_count(", ", config->n_rules, "rule", "rules");
	print_count(", ", config->n_environments, "environment", "environments");
	putchar('\n');
	if (config->n_agents == 0 && config->n_sources == 0)
		puts("nothing is watched yet: name agents or a discovery source");
}

static int check_file(const char *path)
{
	struct config config;
	int r = findings_load(path, true, &config, stdout);

	if (r < 0)
		return r == -ENOMEM ? EXIT_OURS : EXIT_USAGE;
	print_summary(&config);
	config_finish(&config);
	return EXIT_WELL;
}

static int take(void *ctx, int option, const char *value)
{
	const char **asked = ctx;

	(void)option; // there is but one
	*asked = value;
	return 0;
}

static int run_command(int argc, char **argv)
{
	const char *asked = NULL;
	char path[4096];
	int r = options_parse(&command_check_config, argc, argv, take, &asked);

	if (r)
		return r;
	if (argc - optind > (asked ? 0 : 1)) {
		fprintf(stderr, "opscon check-config: %s: expected one configuration\n", argv[optind + !asked]);
		return EXIT_USAGE;
	}
	if (!asked && optind < argc)
		asked = argv[optind];
	r = config_find(asked, path, sizeof path);
	if (r < 0) {
		fprintf(stderr, "opscon: no configuration (looked at %s); name one with --config\n",
			asked ? asked : config_places(path, sizeof path));
		return EXIT_USAGE;
	}
	return check_file(path);
}

const struct subcommand command_check_config = {
	.name = "check-config",
	.run = run_command,
	.summary = "read the configuration and explain every mistake in it",
	.usage = "opscon check-config [--config FILE | FILE]\n\n"
		 "Reads a configuration and prints each mistake as FILE:LINE:COLUMN: what; expected what.\n"
		 "Without FILE it is the one the console would read. Exit: 0 well, 2 mistakes.",
	.options = { own_options, help_option },
	.operands = COMPLETES_FILES,
};
