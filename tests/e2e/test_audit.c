// SPDX-License-Identifier: Apache-2.0
/* Who did what: from the key in a console to the record that is verified, and what is said when there is none. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/scene.h"

static const char *const one_down[] = { "--agents", "6", "--fault", "error500=1", NULL };

static void open_scene(struct scene *s)
{
	scene_open(s);
	scene_simulate(s, one_down);
}

static struct term *start(const struct scene *s, const char *option)
{
	struct term *t = scene_console(s, (const char *[]){ option, NULL }, 130, 36);

	term_wait_for(t, "1 of 6 agents down", SCENE_MS);
	return t;
}

static char *audit(const struct scene *s, int status, const char *const more[])
{
	const char *args[16] = { "audit" };
	struct process_result result;
	char *out;
	int n = 1;

	for (; *more; more++)
		args[n++] = *more;
	args[n++] = "--config";
	args[n++] = "opscon.yml";
	args[n] = NULL;
	result = scene_run(s, args);
	ck_assert_msg(result.status == status, "%d: %s%s", result.status, result.out, result.err);
	out = strdup(result.out);
	process_result_finish(&result);
	return out;
}

static void assert_holds(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "%s is not in:\n%s", part, text);
}

static void act(struct term *t)
{
	scene_take_care(t);
	term_send(t, "1 D");
	term_wait_for(t, "─ Maintenance for ─", SCENE_MS);
	term_send(t, "Enter");
	term_wait_for(t, "is in maintenance for", SCENE_MS);
}

START_TEST(the_console_shows_what_was_just_done_and_that_it_is_sound)
{
	struct scene s;
	struct term *t;

	open_scene(&s);
	t = start(&s, NULL);
	term_send(t, "7");
	term_wait_row(t, "login", "success", SCENE_MS);
	term_wait_for(t, "verified sound up to record ", SCENE_MS);
	term_send(t, "1");
	act(t);
	term_send(t, "L");
	term_wait_row(t, "maintenance", "success", SCENE_MS);
	term_wait_row(t, "note", "looking into it", SCENE_MS);
	term_send(t, "Enter");
	term_wait_row(t, "after", "maintenance: yes", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(what_is_done_in_a_console_is_on_record_and_verifies)
{
	struct scene s;
	struct term *t;
	char *out, *at, name[64];

	open_scene(&s);
	t = start(&s, NULL);
	act(t);
	scene_quit(t);
	out = audit(&s, 0, (const char *[]){ "--format", "json", NULL });
	at = strstr(out, "\"request\":\"acknowledge\"");
	ck_assert_ptr_nonnull(at);
	at = strstr(at, "\"name\":\"");
	ck_assert_msg(at && sscanf(at, "\"name\":\"%63[^\"]", name) == 1, "%s", out);
	assert_holds(out, "\"action\":\"login\"");
	assert_holds(out, "\"action\":\"modify_config\"");
	assert_holds(out, "\"before\":{\"state\":\"active\"},\"after\":{\"state\":\"acknowledged\"}");
	assert_holds(out, "\"reason\":\"looking into it\"");
	assert_holds(out, "\"after\":{\"state\":\"snoozed\"}");
	assert_holds(out, "\"before\":{\"maintenance\":false},\"after\":{\"maintenance\":true}");
	assert_holds(out, "\"action\":\"logout\"");
	free(out);
	out = audit(&s, 0, (const char *[]){ "list", "--action", "login", "--since", "1h", "--limit", "5", NULL });
	assert_holds(out, " login ");
	ck_assert_ptr_null(strstr(out, "acknowledge"));
	free(out);
	// Who did something to an agent is found by its name, of its alert and of itself, in every form.
	out = audit(&s, 0, (const char *[]){ "--resource", name, NULL });
	assert_holds(out, "resource_name");
	assert_holds(out, "acknowledge");
	assert_holds(out, "maintenance");
	assert_holds(out, name);
	ck_assert_ptr_null(strstr(out, " login "));
	free(out);
	out = audit(&s, 0, (const char *[]){ "verify", NULL });
	assert_holds(out, "sound\nsigned: records 1 to ");
	free(out);
	scene_close(&s);
}
END_TEST

START_TEST(what_was_changed_afterwards_is_named)
{
	static const char path[] = "state/opscon/audit/audit-000001.jsonl";
	struct scene s;
	char *text, *out;

	open_scene(&s);
	scene_quit(start(&s, NULL));
	text = scene_read(path);
	memcpy(strstr(text, "\"action\":\"login\""), "\"action\":\"start\"", 16);
	scene_write(path, text);
	free(text);
	out = audit(&s, 1, (const char *[]){ "verify", NULL });
	assert_holds(out, "TAMPERED WITH: this record was changed");
	assert_holds(out, "first bad: audit-000001.jsonl line 2, record 2");
	free(out);
	unlink(path);
	free(audit(&s, 3, (const char *[]){ "verify", NULL }));
	scene_close(&s);
}
END_TEST

static int count(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void maintain(struct term *t)
{
	term_send(t, "1 D");
	term_wait_for(t, "─ Maintenance for ─", SCENE_MS);
	term_send(t, "Enter");
	term_wait_for(t, "is in maintenance for", SCENE_MS);
}

START_TEST(two_consoles_write_one_trail)
{
	struct scene s;
	struct term *first, *second;
	char *out;

	open_scene(&s);
	first = start(&s, NULL);
	second = start(&s, NULL);
	maintain(second);
	act(first);
	term_send(second, "7");
	term_wait_row(second, "maintenance", "success", SCENE_MS);
	ck_assert(!term_has(first, "nothing is audited"));
	ck_assert(!term_has(second, "nothing is audited"));
	scene_quit(first);
	scene_quit(second);
	out = audit(&s, 0, (const char *[]){ "--format", "json", NULL });
	ck_assert_int_eq(count(out, "\"action\":\"login\""), 2);
	ck_assert_int_eq(count(out, "\"after\":{\"maintenance\":true}"), 2);
	ck_assert_int_eq(count(out, "\"reason\":\"looking into it\""), 1);
	ck_assert_int_eq(count(out, "\"action\":\"logout\""), 2);
	free(out);
	out = audit(&s, 0, (const char *[]){ "verify", NULL });
	assert_holds(out, "sound");
	free(out);
	scene_close(&s);
}
END_TEST

START_TEST(a_trail_that_another_process_holds_is_said_until_it_lets_go)
{
	struct scene s;
	struct term *t;
	char wanted[80], *out;
	int fd;

	open_scene(&s);
	t = start(&s, NULL);
	scene_take_care(t);
	fd = scene_hold_trail();
	maintain(t);
	term_wait_for(t, "nothing is audited: another process holds the audit trail: pid ", SCENE_MS);
	close(fd);
	term_wait_gone(t, "nothing is audited:", SCENE_MS); // by itself
	term_send(t, "5");
	term_wait_for(t, "the audit trail is written again", SCENE_MS);
	term_wait_for(t, " could not be taken", SCENE_MS);
	scene_quit(t);
	out = audit(&s, 0, (const char *[]){ "verify", NULL });
	assert_holds(out, "sound");
	free(out);
	snprintf(wanted, sizeof wanted, "state/opscon/audit/audit-%06d.jsonl", 2);
	ck_assert_int_ne(access(wanted, F_OK), 0); // nothing was broken
	scene_close(&s);
}
END_TEST

START_TEST(a_directory_that_is_gone_is_said_on_every_screen)
{
	struct process_result result;
	struct scene s;
	struct term *t;

	open_scene(&s);
	t = start(&s, NULL);
	result = process_run((const char *[]){ "rm", "-r", "state/opscon/audit", NULL }, NULL);
	ck_assert_int_eq(result.status, 0);
	process_result_finish(&result);
	term_send(t, "A a");
	term_wait_for(t, "nothing is audited: ", SCENE_MS);
	term_send(t, "1");
	term_wait_for(t, "nothing is audited: ", SCENE_MS);
	term_send(t, "W");
	term_wait_gone(t, "nothing is audited:", SCENE_MS);
	scene_quit(t);
	free(audit(&s, 0, (const char *[]){ "verify", NULL }));
	scene_close(&s);
}
END_TEST

START_TEST(without_state_nothing_is_audited_and_that_is_said)
{
	struct scene s;
	struct term *t;

	open_scene(&s);
	t = start(&s, "--no-state");
	term_send(t, "5");
	term_wait_for(t, "nothing is audited", SCENE_MS);
	term_wait_for(t, "as --no-state asks", SCENE_MS);
	scene_quit(t);
	ck_assert_int_ne(access("state/opscon/audit", F_OK), 0);
	scene_close(&s);
}
END_TEST

START_TEST(the_command_line_says_what_it_wants)
{
	static const char *const rows[][5] = {
		{ "--since", "yesterday" }, { "--action", "steal" }, { "--level", "loud" },    { "--result", "fine" },
		{ "--limit", "0" },         { "--format", "xml" },   { "--head", "5:abcdef" }, { "everything" },
		{ "--nonsense" },           { "list", "verify" },
	};
	struct scene s;

	open_scene(&s);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		free(audit(&s, 2, rows[i]));
	free(audit(&s, 0, (const char *[]){ "--help", NULL }));
	free(audit(&s, 1, (const char *[]){ "--dir", "nowhere", NULL }));
	free(audit(&s, 3, (const char *[]){ "verify", "--demo", NULL }));
	scene_close(&s);
}
END_TEST

SUITE("audit", the_console_shows_what_was_just_done_and_that_it_is_sound,
      what_is_done_in_a_console_is_on_record_and_verifies, what_was_changed_afterwards_is_named,
      two_consoles_write_one_trail, a_trail_that_another_process_holds_is_said_until_it_lets_go,
      a_directory_that_is_gone_is_said_on_every_screen, without_state_nothing_is_audited_and_that_is_said,
      the_command_line_says_what_it_wants)
