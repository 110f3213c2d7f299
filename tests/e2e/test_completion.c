// SPDX-License-Identifier: Apache-2.0
/* Completions of shells: bash completes for real, at a terminal and word by word; the others as far as they are there.
 */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/scene.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// What bash offers for the last of the words, as it cuts them, one after the other.
static const char offered[] = "source <(\"$0\" completion bash); words=(opscon \"$@\")\n"
			      "COMP_WORDS=(\"${words[@]}\"); COMP_CWORD=$((${#words[@]} - 1)); _opscon\n"
			      "[[ ${#COMPREPLY[@]} == 0 ]] || printf '%s ' \"${COMPREPLY[@]}\"\n";

enum { WORDS_MAX = 9 };

static void expect(const char *const words[WORDS_MAX], const char *wanted)
{
	const char *argv[WORDS_MAX + 5] = { "bash", "--norc", "-c", offered, OPSCON };
	struct process_result result;

	for (size_t i = 0; words[i]; i++)
		argv[5 + i] = words[i];
	result = process_run(argv, NULL);
	ck_assert_msg(result.status == 0 && !*result.err && strcmp(result.out, wanted) == 0, "%s %s: %d '%s' %s",
		      words[0], words[1] ? words[1] : "", result.status, result.out, result.err);
	process_result_finish(&result);
}

START_TEST(bash_is_offered_what_the_program_takes)
{
	static const struct {
		const char *const words[WORDS_MAX];
		const char *wanted;
	} rows[] = {
		{ { "sta", NULL }, "status " },
		{ { "co", NULL }, "completion console " },
		{ { "he", NULL }, "help " },
		{ { "help", "sta", NULL }, "status " },
		{ { "token", "create", "ci", "--output", "fi", NULL }, "first.yml " },
		{ { "completion", "", NULL }, "bash fish zsh " },
		{ { "status", "--f", NULL }, "--format --fail-on " },
		{ { "status", "--format", "j", NULL }, "json jsonl " },
		{ { "status", "--format", "=", NULL }, "csv json jsonl nagios prom table tmux " },
		{ { "status", "--format", "=", "ta", NULL }, "table " },
		{ { "status", "-f", "ta", NULL }, "table " },
		{ { "status", "--interval", "", NULL }, "" }, // whatever one likes
		{ { "status", "--format", "json", "--fail-on", "d", NULL }, "degraded down " },
		{ { "--read-only", "--config", "status", "op", "re", NULL }, "restart resume " },
		{ { "--theme", "", NULL }, "dark light colourblind " },
		{ { "op", "res", NULL }, "restart resume " },
		{ { "op", "--hub", "unix", ":", "/x", "--format", "", NULL }, "table json " },
		{ { "op", "restart", "", NULL }, "" },
		{ { "audit", "--action", "lo", NULL }, "login logout " },
		{ { "token", "create", "ci", "--role", "", NULL }, "viewer operator deployer admin " },
		{ { "simulate", "--fault", "res", NULL }, "reset= restarting= " },
		{ { "http", ":", "//a", ":", "1", "sta", NULL }, "" },
		{ { "attach", "--int", NULL }, "" }, // it polls nobody
		{ { "check-config", "fi", NULL }, "first.yml " },
		{ { "check-config", "--config", "fi", NULL }, "first.yml " },
		{ { "audit", "--dir", "d", NULL }, "dir " },
		{ { "replay", "--at", "+1m", "f", NULL }, "first.yml " },
	};
	struct scene s;

	scene_open(&s);
	scene_write("first.yml", "");
	scene_write("d.yml", "");
	ck_assert_int_eq(system("mkdir dir"), 0);
	for (size_t i = 0; i < COUNT(rows); i++)
		expect(rows[i].words, rows[i].wanted);
	scene_close(&s);
}
END_TEST

// Where '=' cuts no words, as some have it.
START_TEST(bash_completes_behind_an_equals_sign_that_is_part_of_the_word)
{
	struct scene s;

	scene_open(&s);
	expect((const char *const[WORDS_MAX]){ "status", "--format=js", NULL }, "--format=json --format=jsonl ");
	expect((const char *const[WORDS_MAX]){ "--config=a", "op", "--format=t", NULL }, "--format=table ");
	scene_close(&s);
}
END_TEST

START_TEST(at_a_terminal_the_tab_key_completes)
{
	static const char rc[] = "PATH=\"$(dirname " OPSCON "):$PATH\"\nPS1='at> '\nsource <(opscon completion bash)\n"
				 "bind 'set bell-style none' 'set show-all-if-ambiguous on' 2>/dev/null\n";
	struct scene s;
	struct term *t;

	scene_open(&s);
	scene_write("rc", rc);
	scene_write("first.yml", "");
	t = term_start((const char *[]){ "bash", "--rcfile", "rc", "-i", NULL },
		       (const char *[]){ "HISTFILE", "INPUTRC=/dev/null", NULL }, 80, 24);
	term_wait_for(t, "at>", SCENE_MS);
	term_send(t, "text:opscon stat");
	term_send(t, "Tab");
	term_send(t, "text:--form");
	term_send(t, "Tab");
	term_send(t, "text:ta");
	term_send(t, "Tab");
	term_send(t, "text:--config=fi");
	term_send(t, "Tab");
	term_wait_for(t, "opscon status --format table --config=first.yml", SCENE_MS);
	term_send(t, "C-u");
	term_send(t, "text:opscon simulate --fault sl");
	term_send(t, "Tab");
	term_send(t, "text:10%");
	term_wait_for(t, "opscon simulate --fault slow=10%", SCENE_MS); // no blank between
	term_send(t, "C-u");
	term_send(t, "text:exit");
	term_send(t, "Enter");
	ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 0);
	term_finish(t);
	scene_close(&s);
}
END_TEST

static bool has_shell(const char *name)
{
	char command[64];

	snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", name);
	return system(command) == 0;
}

START_TEST(each_shell_can_read_its_script)
{
	static const char *const shells[] = { "bash", "fish", "zsh" };
	struct scene s;

	scene_open(&s);
	for (size_t i = 0; i < COUNT(shells); i++) {
		struct process_result result;
		char command[128];

		snprintf(command, sizeof command, "%s completion %s >script && %s -n script", OPSCON, shells[i],
			 has_shell(shells[i]) ? shells[i] : "true");
		if (!has_shell(shells[i]))
			fprintf(stderr, "%s is not installed: its script is not read\n", shells[i]);
		result = process_run((const char *[]){ "sh", "-c", command, NULL }, NULL);
		ck_assert_msg(result.status == 0 && !*result.err, "%s: %d %s", shells[i], result.status, result.err);
		process_result_finish(&result);
	}
	scene_close(&s);
}
END_TEST

START_TEST(fish_is_offered_what_the_program_takes)
{
	static const struct {
		const char *line, *wanted, *other;
	} rows[] = {
		{ "opscon sta", "status\t", "watch" },
		{ "opscon status --format js", "jsonl", "table" },
		{ "opscon op re", "resume", "list" },
		{ "opscon attach --", "--token-file", "--interval" },
		{ "opscon --read-only token ", "revoke", "status" },
	};

	if (!has_shell("fish")) {
		fputs("fish is not installed: it completes nothing here\n", stderr);
		return;
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct process_result result;
		char script[256];

		snprintf(script, sizeof script, "%s completion fish | source; complete -C '%s'", OPSCON, rows[i].line);
		result = process_run((const char *[]){ "fish", "--no-config", "-c", script, NULL }, NULL);
		ck_assert_msg(strstr(result.out, rows[i].wanted) && !strstr(result.out, rows[i].other), "%s: %s %s",
			      rows[i].line, result.out, result.err);
		process_result_finish(&result);
	}
}
END_TEST

START_TEST(zsh_is_offered_what_the_program_takes)
{
	static const char rc[] = "PATH=\"$(dirname " OPSCON "):$PATH\"\nPS1='at> '\nautoload -Uz compinit\n"
				 "compinit -D -u\nsource <(opscon completion zsh)\nbindkey -e\n";
	struct scene s;
	struct term *t;

	if (!has_shell("zsh")) {
		fputs("zsh is not installed: it completes nothing here\n", stderr);
		return;
	}
	scene_open(&s);
	scene_write(".zshrc", rc);
	t = term_start((const char *[]){ "zsh", "-d", "-i", NULL }, (const char *[]){ "ZDOTDIR=.", NULL }, 80, 24);
	term_wait_for(t, "at>", SCENE_MS);
	term_send(t, "text:opscon stat");
	term_send(t, "Tab");
	term_wait_for(t, "opscon status", SCENE_MS);
	term_send(t, "text:--forma");
	term_send(t, "Tab");
	term_send(t, "text:ta");
	term_send(t, "Tab");
	term_wait_for(t, "opscon status --format=table", SCENE_MS);
	term_send(t, "C-u");
	term_send(t, "text:exit");
	term_send(t, "Enter");
	ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 0);
	term_finish(t);
	scene_close(&s);
}
END_TEST

SUITE("completion", bash_is_offered_what_the_program_takes,
      bash_completes_behind_an_equals_sign_that_is_part_of_the_word, at_a_terminal_the_tab_key_completes,
      each_shell_can_read_its_script, fish_is_offered_what_the_program_takes, zsh_is_offered_what_the_program_takes)
