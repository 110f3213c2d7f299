// SPDX-License-Identifier: Apache-2.0
/* opscon completion: what a shell needs to complete the others. */
#include "commands/completion.h"

#include <getopt.h>
#include <string.h>

#include "commands/exit_code.h"
#include "commands/options.h"

static const struct {
	const char *shell;
	void (*print)(FILE *to);
} scripts[] = {
	{ "bash", completion_bash },
	{ "fish", completion_fish },
	{ "zsh", completion_zsh },
};
enum { N_SCRIPTS = sizeof scripts / sizeof scripts[0] };

static const char *shell(size_t i)
{
	return i < N_SCRIPTS ? scripts[i].shell : NULL;
}

int completion_text_len(const struct command_option *option)
{
	size_t n = strcspn(option->help, ";");

	return (int)(n > 0 && option->help[n - 1] == ':' ? n - 1 : n);
}

void completion_quoted(FILE *to, const char *text, size_t n, const char *quote, const char *escaped)
{
	for (size_t i = 0; i < n && text[i]; i++) {
		if (text[i] == '\'')
			fputs(quote, to);
		else
			fprintf(to, "%s%c", strchr(escaped, text[i]) ? "\\" : "", text[i]);
	}
}

void completion_words(FILE *to, const char *(*word)(size_t i))
{
	for (size_t i = 0; word(i); i++)
		fprintf(to, "%s%s", i ? " " : "", word(i));
}

static int take(void *ctx, int option, const char *value)
{
	(void)ctx;
	(void)option;
	(void)value;
	return EXIT_USAGE; // there is none but --help
}

static int run_command(int argc, char **argv)
{
	int r = options_parse(&command_completion, argc, argv, take, NULL);

	if (r)
		return r;
	if (argc - optind != 1) {
		fputs("opscon completion: expected bash, fish or zsh\n", stderr);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < N_SCRIPTS; i++)
		if (strcmp(argv[optind], scripts[i].shell) == 0) {
			scripts[i].print(stdout);
			return EXIT_WELL;
		}
	// Names so short are like each other: ksh is none of them mistyped.
	fprintf(stderr, "opscon completion: %s: expected bash, fish or zsh\n", argv[optind]);
	return EXIT_USAGE;
}

static void print_more_help(void)
{
	fputs("\nFor this shell alone, and where nothing is installed:\n"
	      "  bash    source <(opscon completion bash)\n"
	      "  fish    opscon completion fish | source\n"
	      "  zsh     source <(opscon completion zsh)     (behind compinit)\n",
	      stdout);
}

const struct subcommand command_completion = {
	.name = "completion",
	.run = run_command,
	.summary = "print a script that completes opscon's command line in a shell",
	.usage = "opscon completion bash|fish|zsh\n\n"
		 "Prints a script that completes commands, options and their values.",
	.options = { help_option },
	.verb = shell,
	.more_help = print_more_help,
};
