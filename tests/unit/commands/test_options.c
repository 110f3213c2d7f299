// SPDX-License-Identifier: Apache-2.0
/* What stands behind a command: what is read, and what is said of what cannot be. */
#include "tests/support/suite.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/exit_code.h"
#include "commands/options.h"
#include "commands/words.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ARGS_MAX = 12 };

static const struct command_option own[] = {
	{ "format", "FORMAT", "of what is printed:", 'f', .letter = 'f', .word = words_table_or_json },
	{ "interval", "DURATION", "how often; a long help that has to be wrapped before it is read by anybody at all",
	  'i' },
	{ "insecure", NULL, "trust everybody", 'I' },
	{ 0 },
};
static const struct command_option others[] = { { "shard", "I/N", "elsewhere", 's' }, { 0 } };
static const struct subcommand command = {
	.name = "try",
	.usage = "opscon try",
	.options = { own, help_option },
	.elsewhere = { others },
};

static char taken[64], *said;

static int take(void *ctx, int code, const char *value)
{
	size_t n = strlen(taken);

	ck_assert_ptr_eq(ctx, taken);
	snprintf(taken + n, sizeof taken - n, "%c%s ", code, value ? value : "");
	return value && strcmp(value, "wrong") == 0 ? EXIT_DENIED : 0;
}

// Runs with standard error, or output, into `said`.
static int caught(int fd, int (*run)(int argc, char **argv), const char *const words[])
{
	char path[] = "/tmp/opscon-said-XXXXXX", name[] = "opscon", *argv[ARGS_MAX] = { name };
	int file = mkstemp(path), old = dup(fd), argc = 1, r;
	ssize_t n;

	ck_assert_int_ge(file, 0);
	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	fflush(NULL);
	dup2(file, fd);
	r = run(argc, argv);
	fflush(NULL);
	dup2(old, fd);
	close(old);
	free(said);
	said = calloc(1, 8192);
	ck_assert_ptr_nonnull(said);
	n = pread(file, said, 8191, 0);
	ck_assert_int_ge((int)n, 0);
	close(file);
	unlink(path);
	return r;
}

static int parse(int argc, char **argv)
{
	taken[0] = '\0';
	return options_parse(&command, argc, argv, take, taken);
}

START_TEST(options_are_taken_in_their_order)
{
	static const struct {
		const char *const words[ARGS_MAX];
		int r;
		const char *taken;
	} rows[] = {
		{ { "--format", "x", "a", "--insecure", NULL }, 0, "fx I " },
		{ { "--format=x", "-f", "y", "-fz", NULL }, 0, "fx fy fz " },
		{ { "--form", "x", "--shard", "1/2", NULL }, 0, "fx s1/2 " },
		{ { "--format", "wrong", "--insecure", NULL }, EXIT_DENIED, "fwrong " },
		{ { "--", "--format", NULL }, 0, "" },
		{ { NULL }, 0, "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert_int_eq(caught(STDERR_FILENO, parse, rows[i].words), rows[i].r);
		ck_assert_str_eq(taken, rows[i].taken);
		ck_assert_str_eq(said, "");
	}
}
END_TEST

START_TEST(what_is_wrong_is_said_with_what_may_be_meant)
{
	static const struct {
		const char *const words[ARGS_MAX];
		const char *says;
	} rows[] = {
		{ { "--fromat", "x", NULL }, "unknown option '--fromat'; did you mean '--format'?\n" },
		{ { "--intreval=5s", NULL }, "unknown option '--intreval'; did you mean '--interval'?\n" },
		{ { "--zzz", NULL }, "unknown option '--zzz'; see opscon try --help\n" },
		{ { "-z", NULL }, "unknown option '-z'; see opscon try --help\n" },
		{ { "-interval", "5s", NULL }, "unknown option '-i'; did you mean '--interval'?\n" },
		{ { "--in", NULL }, "the option '--in' may be --interval or --insecure\n" },
		{ { "--format", NULL }, "--format: expected FORMAT behind it\n" },
		{ { "-f", NULL }, "--format: expected FORMAT behind it\n" },
		{ { "--insecure=yes", NULL }, "--insecure takes no value\n" },
	};
	char text[200];

	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert_int_eq(caught(STDERR_FILENO, parse, rows[i].words), EXIT_USAGE);
		snprintf(text, sizeof text, "opscon try: %s", rows[i].says);
		ck_assert_str_eq(said, text);
	}
}
END_TEST

START_TEST(help_comes_from_the_same_table)
{
	static const char text[] = "usage: opscon try\n"
				   "\n"
				   "  --format FORMAT       of what is printed: table, json\n"
				   "  --interval DURATION   how often; a long help that has to be wrapped before it\n"
				   "                        is read by anybody at all\n"
				   "  --insecure            trust everybody\n"
				   "  --help                this text\n";

	ck_assert_int_eq(caught(STDOUT_FILENO, parse, (const char *[]){ "--insecure", "--help", "--zzz", NULL }),
			 COMMAND_HELPED);
	ck_assert_str_eq(said, text);
	ck_assert_int_eq(caught(STDOUT_FILENO, parse, (const char *[]){ "-h", NULL }), COMMAND_HELPED);
	ck_assert_str_eq(said, text);
}
END_TEST

// What every command says of itself.
START_TEST(no_command_has_an_option_twice_and_all_have_help)
{
	for (size_t i = 0; i < n_commands; i++) {
		const struct subcommand *one = commands[i];
		const struct command_option *option, *other;

		ck_assert_msg(i == 0 || strcmp(commands[i - 1]->name, one->name) < 0, "%s", one->name);
		ck_assert_ptr_eq(command_find(one->name), one);
		for (size_t k = 0; (option = options_at(one, k)); k++) {
			ck_assert_msg(option->help && *option->help, "%s %s", one->name, option->name);
			ck_assert_msg(!option->word || option->word(0), "%s %s", one->name, option->name);
			for (size_t m = 0; m < k && (other = options_at(one, m)); m++)
				ck_assert_msg(strcmp(option->name, other->name) != 0 &&
						      (!option->letter || option->letter != other->letter),
					      "%s: --%s twice", one->name, option->name);
		}
	}
}
END_TEST

static char home[] = "/tmp/opscon-words-XXXXXX";

static void configure(const char *text)
{
	char path[80];
	FILE *to;

	snprintf(path, sizeof path, "%s/opscon", home);
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/opscon/opscon.yml", home);
	unlink(path);
	if (!text)
		return;
	to = fopen(path, "w");
	ck_assert_ptr_nonnull(to);
	fputs(text, to);
	fclose(to);
}

START_TEST(a_mistyped_command_is_no_selector)
{
	static const struct {
		const char *const words[ARGS_MAX], *config, *says;
	} rows[] = {
		{ { "statsu", NULL }, NULL, "opscon: unknown command 'statsu'; did you mean 'status'?\n" },
		{ { "atach", "unix:/x", NULL }, NULL, "unknown command 'atach'; did you mean 'attach'?\n" },
		{ { "--ascii", "--theme", "dark", "hlep", NULL }, NULL, "did you mean 'help'?\n" },
		{ { "conf", NULL }, NULL, "unknown command 'conf'; see opscon --help\n" },
		{ { "frobnicate", NULL }, NULL, "unknown command 'frobnicate'; see opscon --help\n" },
		{ { "statsu", NULL }, "agents: [{name: web, url: 'a:1'}]", "opscon console statsu\n" },
		// What is likely to be meant:
		{ { "statsu", NULL }, "agents: [{name: my-statsu, url: 'a:1'}]", "" },
		{ { "web", NULL }, "agents: [{name: db, url: 'a:1'}]", "" },
		{ { "statsu", NULL }, "agents: nonsense", "" }, // that is told first
		{ { "http://statsu", NULL }, NULL, "" },
		{ { "statsu:80", NULL }, NULL, "" },
		{ { "name=statsu", NULL }, NULL, "" },
		{ { "env!=prod", NULL }, NULL, "" },
		{ { "--config", "/nonexistent", "statsu", NULL }, NULL, "" },
		{ { NULL }, NULL, "" },
	};

	char path[80];

	ck_assert_ptr_nonnull(mkdtemp(home));
	setenv("XDG_CONFIG_HOME", home, 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		int r;

		configure(rows[i].config);
		r = caught(STDERR_FILENO, command_check_word, rows[i].words);
		ck_assert_msg(r == (*rows[i].says ? EXIT_USAGE : 0) && !!*said == !!*rows[i].says &&
				      strstr(said, rows[i].says),
			      "%zu: %d %s", i, r, said);
	}
	configure(NULL);
	snprintf(path, sizeof path, "%s/opscon", home);
	rmdir(path);
	rmdir(home);
}
END_TEST

SUITE("options", options_are_taken_in_their_order, what_is_wrong_is_said_with_what_may_be_meant,
      help_comes_from_the_same_table, no_command_has_an_option_twice_and_all_have_help,
      a_mistyped_command_is_no_selector)
