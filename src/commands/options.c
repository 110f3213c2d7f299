// SPDX-License-Identifier: Apache-2.0
#include "commands/options.h"

#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#include "base/strbuf.h"
#include "commands/exit_code.h"
#include "config/suggest.h"

enum { OPTIONS_MAX = 48, CODE_FIRST = 0x10000, HELP_COLUMN = 24, HELP_WIDTH = 80, TEXT_MAX = 1024 };

struct parser {
	const struct subcommand *command;
	const struct command_option *options[OPTIONS_MAX]; // those offered first
	size_t n, n_offered;
	struct option table[OPTIONS_MAX + 1];
	char letters[3 * OPTIONS_MAX];
};

const struct command_option help_option[] = {
	{ "help", NULL, "this text", 'h', .letter = 'h' },
	{ 0 },
};

const struct command_option *options_at(const struct subcommand *command, size_t i)
{
	for (size_t list = 0; list < COMMAND_LISTS && command->options[list]; list++)
		for (const struct command_option *option = command->options[list]; option->name; option++)
			if (i-- == 0)
				return option;
	return NULL;
}

static bool has(const struct parser *parser, const char *name)
{
	for (size_t i = 0; i < parser->n; i++)
		if (strcmp(parser->options[i]->name, name) == 0)
			return true;
	return false;
}

static void add(struct parser *parser, const struct command_option *option)
{
	if (parser->n < OPTIONS_MAX && !has(parser, option->name))
		parser->options[parser->n++] = option;
}

static void init(struct parser *parser, const struct subcommand *command)
{
	const struct command_option *option;
	struct strbuf letters;

	*parser = (struct parser){ .command = command };
	for (size_t i = 0; (option = options_at(command, i)); i++)
		add(parser, option);
	parser->n_offered = parser->n;
	for (size_t list = 0; list < COMMAND_LISTS && command->elsewhere[list]; list++)
		for (option = command->elsewhere[list]; option->name; option++)
			add(parser, option);
	strbuf_init(&letters, parser->letters, sizeof parser->letters);
	strbuf_add_char(&letters, ':'); // what is wrong is said here
	for (size_t i = 0; i < parser->n; i++) {
		option = parser->options[i];
		parser->table[i] = (struct option){ option->name, option->value ? required_argument : no_argument, NULL,
						    CODE_FIRST + (int)i };
		if (option->letter)
			strbuf_addf(&letters, "%c%s", option->letter, option->value ? ":" : "");
	}
}

// Of what getopt returns or complains of; NULL: none.
static const struct command_option *find(const struct parser *parser, int code)
{
	if (code >= CODE_FIRST && (size_t)(code - CODE_FIRST) < parser->n)
		return parser->options[code - CODE_FIRST];
	for (size_t i = 0; i < parser->n; i++)
		if (code && parser->options[i]->letter == code)
			return parser->options[i];
	return NULL;
}

// ---- what is wrong

// "opscon: " or "opscon status: ".
static void begin(const struct parser *parser)
{
	bool is_console = strcmp(parser->command->name, "console") == 0;

	fprintf(stderr, "opscon%s%s: ", is_console ? "" : " ", is_console ? "" : parser->command->name);
}

// "-interval" is read as so many letters.
static const char *find_single_dash(const struct parser *parser, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		for (size_t k = 0; argv[i][0] == '-' && k < parser->n_offered; k++)
			if (strcmp(argv[i] + 1, parser->options[k]->name) == 0)
				return parser->options[k]->name;
	return NULL;
}

static void say_unknown(const struct parser *parser, const char *word, const char *meant)
{
	begin(parser);
	fprintf(stderr, "unknown option '%s'; ", word);
	if (meant)
		fprintf(stderr, "did you mean '--%s'?\n", meant);
	else
		fprintf(stderr, "see opscon %s --help\n", parser->command->name);
}

static bool is_beginning_of(const char *word, size_t n, const struct command_option *option)
{
	return strncmp(option->name, word, n) == 0;
}

static void say_ambiguous(const struct parser *parser, const char *word, size_t n)
{
	const char *separator = " may be ";

	begin(parser);
	fprintf(stderr, "the option '--%.*s'", (int)n, word);
	for (size_t i = 0; i < parser->n_offered; i++) {
		if (!is_beginning_of(word, n, parser->options[i]))
			continue;
		fprintf(stderr, "%s--%s", separator, parser->options[i]->name);
		separator = " or ";
	}
	fputc('\n', stderr);
}

static void complain_of_long(const struct parser *parser, const char *word)
{
	const char *names[OPTIONS_MAX];
	char text[TEXT_MAX];
	size_t n = strcspn(word, "="), n_alike = 0;

	for (size_t i = 0; i < parser->n_offered; i++) {
		names[i] = parser->options[i]->name;
		n_alike += is_beginning_of(word, n, parser->options[i]);
	}
	if (n_alike > 1) {
		say_ambiguous(parser, word, n);
		return;
	}
	snprintf(text, sizeof text, "--%.*s", n < 64 ? (int)n : 64, word);
	say_unknown(parser, text, suggest(text + 2, names, parser->n_offered));
}

static int complain(const struct parser *parser, int argc, char **argv, int r)
{
	const struct command_option *option = find(parser, optopt);
	const char *word = optind > 1 && optind <= argc ? argv[optind - 1] : "";
	char letter[3] = { '-', (char)optopt, '\0' };

	if (option) {
		begin(parser);
		if (r == ':')
			fprintf(stderr, "--%s: expected %s behind it\n", option->name, option->value);
		else
			fprintf(stderr, "--%s takes no value\n", option->name);
	} else if (optopt == 0 && strncmp(word, "--", 2) == 0) {
		complain_of_long(parser, word + 2);
	} else {
		say_unknown(parser, letter, find_single_dash(parser, argc, argv));
	}
	return EXIT_USAGE;
}

int options_parse(const struct subcommand *command, int argc, char **argv,
		  int (*take)(void *ctx, int code, const char *value), void *ctx)
{
	const struct command_option *option;
	struct parser parser;
	int r = 0, found;

	init(&parser, command);
	optind = 0; // glibc: start anew
	opterr = 0;
	while (r == 0 && (found = getopt_long(argc, argv, parser.letters, parser.table, NULL)) != -1) {
		option = found == '?' || found == ':' ? NULL : find(&parser, found);
		if (!option)
			return complain(&parser, argc, argv, found);
		if (option == help_option) {
			options_print_help(command, stdout);
			return COMMAND_HELPED;
		}
		r = take(ctx, option->code, optarg);
	}
	return r;
}

int options_n_words(const struct command_option *const *lists, const char *word)
{
	size_t n = strcspn(word, "=");

	if (strncmp(word, "--", 2) != 0)
		return 0;
	for (size_t list = 0; list < COMMAND_LISTS && lists[list]; list++)
		for (const struct command_option *option = lists[list]; option->name; option++)
			if (strlen(option->name) == n - 2 && strncmp(option->name, word + 2, n - 2) == 0)
				return option->value && !word[n] ? 2 : 1;
	return 0;
}

// ---- help

// Word by word, into lines that begin at the column of help; `at` is where we are.
static void print_wrapped(FILE *to, const char *text, size_t at)
{
	while (*text) {
		size_t n = strcspn(text, " ");

		if (at > HELP_COLUMN && at + 1 + n > HELP_WIDTH) {
			fputc('\n', to);
			at = 0;
		}
		if (at < HELP_COLUMN)
			fprintf(to, "%*s", (int)(HELP_COLUMN - at), "");
		else if (at > HELP_COLUMN)
			fputc(' ', to);
		at = (at < HELP_COLUMN ? HELP_COLUMN : at + (at > HELP_COLUMN)) + n;
		fprintf(to, "%.*s", (int)n, text);
		text += n;
		text += strspn(text, " ");
	}
	fputc('\n', to);
}

static void print_option(FILE *to, const struct command_option *option)
{
	char text[TEXT_MAX];
	struct strbuf help;
	int n = fprintf(to, "  --%s%s%s", option->name, option->value ? " " : "", option->value ? option->value : "");

	strbuf_init(&help, text, sizeof text);
	strbuf_add(&help, option->help);
	if (option->word && help.len && text[help.len - 1] == ':')
		for (size_t i = 0; option->word(i); i++)
			strbuf_addf(&help, "%s %s", i ? "," : "", option->word(i));
	if (n >= HELP_COLUMN - 1) {
		fputc('\n', to);
		n = 0;
	}
	print_wrapped(to, text, n > 0 ? (size_t)n : 0);
}

void options_print_help(const struct subcommand *command, FILE *to)
{
	const struct command_option *option;

	fprintf(to, "usage: %s\n\n", command->usage);
	for (size_t i = 0; (option = options_at(command, i)); i++)
		print_option(to, option);
	if (command->more_help)
		command->more_help();
}
