// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "formats/json.h"
#include "operations/plan_json.h"
#include "operations/plan_text.h"
#include "operations/text_lines.h"
#include "tests/unit/operations/plan_bench.h"
#include "text/text.h"

static const char *const dependents[] = { "WowApi", "WowWeb", "WowGuardian-with-a-long-name", "WowOther", "Wow" };
static struct plan_bench bench;
static struct bytes out;

static void set_up(void)
{
	plan_bench_init(&bench);
	bytes_init(&out, 4 << 20);
}

static const char *picture(int columns, bool is_ascii)
{
	struct plan *plan = plan_bench_make(&bench);

	bytes_reset(&out);
	ck_assert_int_eq(plan_text(plan, columns, is_ascii, true, &out), 0);
	plan_unref(plan);
	return out.data;
}

// An upgrade of five, one of them in another environment, one refused and hidden, one that others need.
static void add_five(void)
{
	struct plan_subject *needed;

	bench.params.verb = VERB_UPGRADE;
	bench.params.version = "wow/event@sha256:0123456789abcdef";
	bench.params.reason = "CVE-2026-1";
	bench.params.rollout.kind = ROLLOUT_CANARY;
	plan_bench_add(&bench, "wow-event-with-a-very-long-name", "staging", "event");
	plan_bench_add(&bench, "wow-event-2", "prod", "event");
	*plan_bench_add(&bench, "wow-event-3", "prod", "event") = (struct plan_subject){
		.agent = &bench.agents[2].agent,
		.health = HEALTH_DOWN,
		.lifecycle = plan_bench_life(&bench, 2),
		.driver = &bench.driver.base,
		.is_hidden = true,
	};
	plan_bench_life(&bench, 2)->observed = LIFECYCLE_SUSPENDED;
	needed = plan_bench_add(&bench, "wow-event-4", "prod", "event");
	needed->dependents = dependents;
	needed->n_dependents = 5;
	needed->is_last_healthy = true;
	plan_bench_add(&bench, "wow-event-5", "", "event");
	plan_bench_life(&bench, 4)->is_observed = false;
	plan_bench_life(&bench, 4)->version = "";
}

START_TEST(one_target_is_shown_with_all_there_is_to_its_steps)
{
	set_up();
	plan_bench_add(&bench, "WowCache", "prod", "cache");
	ck_assert_str_eq(picture(80, false),
			 "restart WowCache\n"
			 "is taken back by itself when one that was well has failed or is not well within\n"
			 "    5m 00s, at errors over 5% or latency +50%\n"
			 "\n"
			 "WAVE  AGENT     HEALTH    STATE        ENV   VERSION\n"
			 "1     WowCache  up        running      prod  1.4\n"
			 "\n"
			 "step by step:\n"
			 "  1.  Observe     ask how it stands (paper) (at most 5s)\n"
			 "                  expecting that it is running, instance 3f2a, version 1.4\n"
			 "  2.  Stop        POST /control/stop (at most 30s)\n"
			 "  3.  Start       POST /control/start (at most 30s)\n"
			 "  4.  Verify      probe its health (at most 5m 00s)\n"
			 "                  until it is up, and stays up for 10s\n"
			 "  to take it back:\n"
			 "  1.  Back        POST /control/rollback (at most 30s)\n"
			 "  2.  Verify      probe its health (at most 5m 00s)\n"
			 "                  until it is up, and stays up for 10s\n"
			 "\n"
			 "to confirm it, \"cache\" must be typed\n");
	bytes_finish(&out);
}
END_TEST

START_TEST(without_a_way_back_that_is_said)
{
	set_up();
	plan_bench_add(&bench, "WowCache", "dev", "cache");
	bench.params.verb = VERB_STOP;
	bench.params.is_forced = true;
	bench.driver.undo_result = -ENOTSUP;
	ck_assert_str_eq(picture(80, false),
			 "stop WowCache by force\n"
			 "ends when one that was well has failed\n"
			 "\n"
			 "WAVE  AGENT     HEALTH    STATE        ENV  VERSION\n"
			 "1     WowCache  up        running      dev  1.4\n"
			 "\n"
			 "step by step:\n"
			 "  1.  Observe     ask how it stands (paper) (at most 5s)\n"
			 "                  expecting that it is running, instance 3f2a, version 1.4\n"
			 "  2.  Stop        POST /control/stop (at most 30s)\n"
			 "  3.  Start       POST /control/start (at most 30s)\n"
			 "  4.  Verify      ask how it stands (paper) (at most 5m 00s)\n"
			 "                  until it is stopped\n"
			 "  no way back\n"
			 "\n"
			 "to confirm it, yes must be said\n");
	bytes_finish(&out);
}
END_TEST

START_TEST(every_target_is_shown_and_shared_steps_once)
{
	set_up();
	add_five();
	ck_assert_str_eq(picture(80, false),
			 "upgrade 5 agents, version wow/event@sha256:0123456789abcdef\n"
			 "reason: CVE-2026-1\n"
			 "canary: 10%, 50%, 100%, 1m 00s between, in 3 waves\n"
			 "is taken back by itself when one has failed or is not well within 5m 00s, at\n"
			 "    errors over 5% or latency +50%\n"
			 "\n"
			 "WAVE  AGENT                     HEALTH    STATE        ENV      VERSION\n"
			 "1     wow-event-with-a-very-l…  up        running      staging  1.4\n"
			 "    wow-event-with-a-very-long-name\n"
			 "2     wow-event-2               up        running      prod     1.4\n"
			 "-     wow-event-3               down      suspended    prod     1.4\n"
			 "    not done: it is suspended\n"
			 "    hidden by the filter\n"
			 "3     wow-event-4               up        running      prod     1.4\n"
			 "    the last healthy one of event\n"
			 "    needed by WowApi, WowWeb, WowGuardian-with-a-long-name, WowOther, Wow\n"
			 "3     wow-event-5               up        not known    -        -\n"
			 "\n"
			 "step by step, each of them:\n"
			 "  1.  Observe     ask how it stands (paper) (at most 5s)\n"
			 "  2.  Stop        POST /control/stop (at most 30s)\n"
			 "  3.  Start       POST /control/start (at most 30s)\n"
			 "  4.  Verify      probe its health (at most 5m 00s)\n"
			 "                  until it is up, and stays up for 10s\n"
			 "  to take it back:\n"
			 "  1.  Back        POST /control/rollback (at most 30s)\n"
			 "  2.  Verify      probe its health (at most 5m 00s)\n"
			 "                  until it is up, and stays up for 10s\n"
			 "\n"
			 "to confirm it, \"event\" must be typed, and a reason given\n");
	bytes_finish(&out);
}
END_TEST

START_TEST(a_narrow_terminal_gets_narrow_lines_with_everything_in_them)
{
	const char *text;

	set_up();
	add_five();
	for (int columns = 30; columns < 90; columns++) {
		text = picture(columns, columns % 2);
		ck_assert_ptr_nonnull(strstr(text, "staging"));
		ck_assert_ptr_nonnull(strstr(text, columns % 2 ? "very-l~" : "very-l…"));
		for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n"))
			ck_assert_msg(text_width(line) <= (columns < 40 ? 40 : columns), "%d: %s", columns, line);
	}
	bytes_finish(&out);
}
END_TEST

START_TEST(targets_with_other_steps_are_told_apart)
{
	static struct bench_driver other;
	const char *text;

	set_up();
	other = bench.driver;
	other.action = "systemctl start wow";
	other.undo_result = -ENOTSUP;
	plan_bench_add(&bench, "wow-1", "dev", "event");
	plan_bench_add(&bench, "wow-2", "dev", "event")->driver = &other.base;
	plan_bench_add(&bench, "wow-3", "dev", "event");
	plan_bench_add(&bench, "wow-4", "dev", "event");
	plan_bench_life(&bench, 3)->driver = "";
	bench.params.rollout.max_unavailable = 2;
	text = picture(80, false);
	ck_assert_ptr_nonnull(strstr(text, "when 2 that were well have failed"));
	ck_assert_ptr_nonnull(strstr(text, "\nrolling: 1 at a time, 1m 00s between, in 3 waves\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nwow-1, wow-3:\n  1.  Observe "));
	ck_assert_ptr_nonnull(strstr(text, "\nwow-2:\n  1.  Observe "));
	ck_assert_ptr_nonnull(strstr(text, "systemctl start wow"));
	ck_assert_ptr_nonnull(strstr(text, "\n  no way back\n"));
	other.undo_result = 0;
	other.action = bench.driver.action; // the same but for what is taken back
	ck_assert_ptr_null(strstr(picture(80, false), "wow-2:"));
	other.undo_action = "systemctl stop wow";
	ck_assert_ptr_nonnull(strstr(picture(80, false), "\nwow-2:\n"));
	bytes_finish(&out);
}
END_TEST

static const char *recipe_of_two(const char *first, const char *second)
{
	static struct bench_driver other;

	set_up();
	other = bench.driver;
	bench.driver.action = first;
	other.action = second;
	plan_bench_add(&bench, "wow-1", "dev", "event");
	plan_bench_add(&bench, "wow-12", "dev", "event")->driver = &other.base;
	return strstr(picture(80, false), "\n\n") + 2;
}

START_TEST(what_differs_only_in_address_and_name_is_told_once)
{
	static const struct {
		const char *first, *second, *shared; // NULL: not the same
	} table[] = {
		{ "POST http://a:1/x", "POST https://b/x", "POST {address}/x (at most 30s)" },
		{ "run wow-1", "run wow-12", "run {name} (at most 30s)" },
		{ "run wow-1, then wow-1.service", "run wow-12, then wow-12.service",
		  "run {name}, then {name}.service" },
		{ "run wow-1-a", "run wow-12-a", NULL },
		{ "run awow-1", "run awow-12", NULL },
		{ "POST http://a/x", "POST http://b/y", NULL },
		{ "httpd a", "httpd b", NULL },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const char *text = recipe_of_two(table[i].first, table[i].second);
		bool is_shared = strstr(text, "step by step, each of them:");

		ck_assert_msg(is_shared == (table[i].shared != NULL), "%s", text);
		ck_assert_msg(strstr(text, is_shared ? table[i].shared : table[i].second), "%s", text);
		bytes_finish(&out);
	}
}
END_TEST

START_TEST(too_many_ways_are_not_all_told)
{
	static struct bench_driver others[20];
	static char actions[20][8];
	const char *text;

	set_up();
	for (size_t i = 0; i < 20; i++) {
		snprintf(actions[i], sizeof actions[i], "run %c", (char)('a' + i));
		others[i] = bench.driver;
		others[i].action = actions[i];
		plan_bench_add(&bench, "wow", "dev", "event")->driver = &others[i].base;
	}
	text = picture(80, false);
	ck_assert_ptr_nonnull(strstr(text, "run l (at"));
	ck_assert_ptr_null(strstr(text, "run m (at"));
	ck_assert_ptr_nonnull(strstr(text, "\nthat were 12 ways to go about it; JSON has all there are\n"));
	bytes_finish(&out);
}
END_TEST

START_TEST(what_only_some_plans_have_is_shown)
{
	set_up();
	plan_bench_add(&bench, "wow-1", "dev", "event");
	bench.params.verb = VERB_CONFIGURE;
	bench.params.patch = "{\"level\": \"debug\"}";
	bench.params.rollout.rolls_back = false;
	ck_assert_ptr_nonnull(strstr(picture(80, false), "configure wow-1\npatch: {\"level\": \"debug\"}\nwaits for a "
							 "person when one has failed or is not well within"));
	bench.config.is_read_only = true;
	ck_assert_str_eq(picture(80, false), "configure wow-1\n"
					     "patch: {\"level\": \"debug\"}\n"
					     "\n"
					     "WAVE  AGENT  HEALTH    STATE        ENV  VERSION\n"
					     "-     wow-1  up        running      dev  1.4\n"
					     "\n"
					     "cannot be done: read-only\n"); // of one agent it is not said twice
	bytes_finish(&out);
}
END_TEST

START_TEST(long_lists_of_names_end)
{
	static const char *many[400];
	static struct bench_driver other;
	char name[] = "wow-with-a-long-name-and-more-0";
	const char *text;

	set_up();
	other = bench.driver;
	other.action = "other";
	for (size_t i = 0; i < 400; i++)
		many[i] = "WowGuardian";
	for (int i = 0; i < BENCH_AGENTS_MAX; i++) {
		name[sizeof name - 2] = (char)('0' + i);
		plan_bench_add(&bench, name, "dev", "event")->dependents = many;
		bench.subjects[i].n_dependents = i ? 0 : 400;
	}
	bench.subjects[1].driver = &other.base;
	text = picture(80, false);
	ck_assert_msg(strstr(text, "WowGuardian and 247 more\n"), "%s", text);
	ck_assert_msg(strstr(text, " and 2 more:\n"), "%s", text);
	bytes_finish(&out);
}
END_TEST

START_TEST(lines_are_broken_between_words_where_there_are_some)
{
	static const struct {
		const char *text, *lines;
		int columns, indent;
	} table[] = {
		{ "", "\n", 10, 2 },
		{ "   ", "\n", 10, 2 },
		{ "one two", "one two\n", 7, 2 },
		{ "one two", "one\n  two\n", 6, 2 },
		{ "one two  ", "one two\n", 7, 2 },
		{ "onetwothree", "onetw\n othr\n ee\n", 5, 1 },
		{ "   onetwothree", "   on\n etwo\n thre\n e\n", 5, 1 },
		{ "\xe4\xbd\xa0\xe5\xa5\xbd", "\xe4\xbd\xa0\n\xe5\xa5\xbd\n", 1, 0 }, // wider than there is room for
	};
	struct text_lines lines;

	set_up();
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		bytes_reset(&out);
		text_lines_init(&lines, &out, table[i].columns, false);
		text_lines_add(&lines, table[i].text);
		text_lines_end(&lines, table[i].indent);
		ck_assert_int_eq(lines.error, 0);
		text_lines_finish(&lines);
		ck_assert_str_eq(out.data, table[i].lines);
	}
	bytes_finish(&out);
}
END_TEST

// ---- JSON

static const struct json_value *member(const struct json_value *object, const char *name)
{
	const struct json_value *value = json_member(object, name);

	ck_assert_msg(value, "%s is missing", name);
	return value;
}

static double number(const struct json_value *object, const char *name)
{
	double value = -1;

	ck_assert_int_eq(json_read_number(member(object, name), &value), 0);
	return value;
}

START_TEST(json_has_everything_and_a_version)
{
	const struct json_value *target, *step, *rollout;
	struct json_value *document;
	struct plan *plan;

	set_up();
	add_five();
	plan = plan_bench_make(&bench);
	ck_assert_int_eq(plan_json(plan, &out), 0);
	ck_assert_int_eq(json_parse(out.data, out.len, &document, NULL), 0);
	ck_assert(number(document, "schema_version") == 1);
	ck_assert(json_text_is(member(document, "verb"), "upgrade"));
	ck_assert(json_text_is(member(document, "at"), "2026-11-23T15:04:05.000Z"));
	ck_assert(json_text_is(member(document, "guard"), "reason"));
	ck_assert(json_text_is(member(document, "typed"), "event"));
	ck_assert(json_text_is(member(document, "hash"), plan->hash));
	rollout = member(document, "rollout");
	ck_assert(json_text_is(member(rollout, "kind"), "canary"));
	ck_assert_uint_eq(json_array_length(member(rollout, "canary_percent")), 3);
	ck_assert(number(rollout, "max_error_share") == 0.05);
	ck_assert(number(document, "waves") == 3);
	ck_assert_uint_eq(json_array_length(member(document, "targets")), 5);
	target = json_array_at(member(document, "targets"), 3);
	ck_assert(json_text_is(member(target, "name"), "wow-event-4"));
	ck_assert(json_text_is(member(target, "health"), "up"));
	ck_assert(json_text_is(member(target, "state"), "running"));
	ck_assert_uint_eq(json_array_length(member(target, "dependents")), 5);
	ck_assert(number(target, "wave") == 2);
	ck_assert_uint_eq(json_array_length(member(target, "undo")), 2);
	step = json_array_at(member(target, "steps"), 1);
	ck_assert(json_text_is(member(step, "action"), "POST /control/stop"));
	ck_assert(number(step, "timeout_ms") == 30000);
	ck_assert_ptr_nonnull(strstr(out.data, "\"health\":\"up\",\"state\":null,\"version\":\"\""));
	target = json_array_at(member(document, "targets"), 2);
	ck_assert(json_text_is(member(target, "refusal"), "it is suspended"));
	json_free(document);
	plan_unref(plan);
	bytes_finish(&out);
}
END_TEST

START_TEST(a_plan_can_be_part_of_something_greater)
{
	struct json_writer w;
	struct plan *plan;

	set_up();
	plan_bench_add(&bench, "wow-1", "dev", "event");
	plan = plan_bench_make(&bench);
	json_writer_init(&w, &out);
	json_open(&w, NULL, '{');
	plan_json_write(plan, "plan", &w);
	json_close(&w, '}');
	ck_assert_int_eq(w.error, 0);
	ck_assert_int_eq(strncmp(out.data, "{\"plan\":{\"verb\":\"restart\",", 26), 0);
	plan_unref(plan);
	bytes_finish(&out);
}
END_TEST

START_TEST(who_is_not_asked_is_not_told_what_would_be)
{
	struct plan *plan;
	const char *refusal;

	set_up();
	add_five();
	plan = plan_bench_make(&bench);
	refusal = plan->refusal;
	ck_assert_int_eq(plan_text(plan, 80, false, false, &out), 0);
	ck_assert_ptr_null(strstr(out.data, "to confirm it"));
	bytes_reset(&out);
	plan->refusal = "read-only";
	ck_assert_int_eq(plan_text(plan, 80, false, false, &out), 0);
	ck_assert_ptr_nonnull(strstr(out.data, "cannot be done: read-only"));
	plan->refusal = refusal;
	plan_unref(plan);
	bytes_finish(&out);
}
END_TEST

START_TEST(without_memory_or_room_nothing_is_told)
{
	struct plan *plan;
	int r;

	set_up();
	add_five();
	plan = plan_bench_make(&bench);
	for (long n = 0;; n++) {
		bytes_finish(&out);
		mem_fail_after(n);
		r = plan_text(plan, 80, false, true, &out);
		mem_fail_after(-1);
		if (r == 0)
			break;
		ck_assert_int_eq(r, -ENOMEM);
	}
	bytes_finish(&out);
	bytes_init(&out, 100);
	ck_assert_int_eq(plan_text(plan, 80, false, true, &out), -EMSGSIZE);
	bytes_reset(&out);
	ck_assert_int_eq(plan_json(plan, &out), -EMSGSIZE);
	plan_unref(plan);
	bytes_finish(&out);
}
END_TEST

SUITE("plan text", one_target_is_shown_with_all_there_is_to_its_steps, without_a_way_back_that_is_said,
      every_target_is_shown_and_shared_steps_once, a_narrow_terminal_gets_narrow_lines_with_everything_in_them,
      targets_with_other_steps_are_told_apart, what_differs_only_in_address_and_name_is_told_once,
      too_many_ways_are_not_all_told, what_only_some_plans_have_is_shown, long_lists_of_names_end,
      lines_are_broken_between_words_where_there_are_some, json_has_everything_and_a_version,
      a_plan_can_be_part_of_something_greater, who_is_not_asked_is_not_told_what_would_be,
      without_memory_or_room_nothing_is_told)
