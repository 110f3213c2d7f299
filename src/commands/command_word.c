// SPDX-License-Identifier: Apache-2.0
/* A mistyped command would be read as a selector: a word that a part of some agent's name is. It is taken for one as
 * long as that is likely: there is such an agent in the configuration, or the word is like no command.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/exit_code.h"
#include "commands/options.h"
#include "config/suggest.h"
#include "opscon/config.h"

enum { NAMES_MAX = 32, SHORT = 4, PATH_BYTES = 4096 };

// Commands are made of these; addresses and terms with an operator are not.
static bool is_plain(const char *word)
{
	for (const char *c = word; *c; c++)
		if (!islower((unsigned char)*c) && *c != '-')
			return false;
	return *word && *word != '-';
}

// Short words are alike by chance.
static bool is_near(const char *word, const char *name)
{
	size_t n = strlen(word);

	if (n >= SHORT && strncmp(word, name, n) == 0)
		return true;
	return suggest_distance(word, name) <= (n > SHORT ? 2 : 1);
}

static const char *nearest(const char *word)
{
	const char *names[NAMES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < n_commands && n < NAMES_MAX; i++)
		if (is_near(word, commands[i]->name))
			names[n++] = commands[i]->name;
	if (n < 2)
		return n ? names[0] : NULL;
	for (size_t i = 1; i < n; i++)
		if (suggest_distance(word, names[i]) < suggest_distance(word, names[0]))
			names[0] = names[i];
	return names[0];
}

static bool matches(const struct config *config, const char *word)
{
	struct selector *selector = NULL;
	bool is_any = false;
	char why[64];

	if (selector_parse(word, &selector, why, sizeof why) < 0)
		return true; // what is wrong with it is said where it is read
	for (size_t i = 0; i < config->n_agents && !is_any; i++)
		is_any = selector_matches(selector, config->agents[i]);
	selector_free(selector);
	return is_any;
}

enum likely { COMMAND, EITHER, SELECTOR };

// What the configuration makes of it; `meant` is the command that it is like, or NULL.
static enum likely look(const char *word, const char *meant, const char *asked)
{
	struct config_errors errors = { .n = 0 };
	struct config config;
	char path[PATH_BYTES];
	enum likely likely;

	if (config_find(asked, path, sizeof path) < 0)
		return asked ? SELECTOR : COMMAND; // there is no fleet to pick from
	if (!meant)
		return SELECTOR;
	if (config_load(path, &config, &errors) < 0)
		return SELECTOR; // and its mistakes are told first
	likely = matches(&config, word) ? SELECTOR : EITHER;
	config_finish(&config);
	return likely;
}

// --config FILE or --config=FILE, among the words before this one.
static const char *find_config(char **argv, int end)
{
	static const char option[] = "--config";
	const char *found = NULL;

	for (int i = 1; i < end; i++) {
		size_t n = strlen(option);

		if (strncmp(argv[i], option, n) != 0)
			continue;
		if (argv[i][n] == '=')
			found = argv[i] + n + 1;
		else if (!argv[i][n] && i + 1 < end)
			found = argv[i + 1];
	}
	return found;
}

int command_say_unknown(const char *word)
{
	const char *meant = nearest(word);

	fprintf(stderr, "opscon: unknown command '%s'; ", word);
	if (meant)
		fprintf(stderr, "did you mean '%s'?\n", meant);
	else
		fputs("see opscon --help\n", stderr);
	return EXIT_USAGE;
}

int command_check_word(int argc, char **argv)
{
	enum likely likely;
	int at = 1, n;

	while (at < argc && (n = options_n_words(command_console.options, argv[at])))
		at += n;
	if (at >= argc || !is_plain(argv[at]))
		return 0;
	likely = look(argv[at], nearest(argv[at]), find_config(argv, argc));
	if (likely == SELECTOR)
		return 0;
	(void)command_say_unknown(argv[at]);
	if (likely == EITHER)
		fprintf(stderr, "For agents with that in their name: opscon console %s\n", argv[at]);
	return EXIT_USAGE;
}
