// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/export.h"
#include "audit/record.h"
#include "tests/unit/audit/trail.h"

static struct trail trail;

// Records of every kind, over several segments: numbers, users and levels follow from i.
static void set_up(void)
{
	struct bytes bob, *alice;

	trail_init(&trail);
	trail.options.segment_bytes = 8000;
	alice = (struct bytes *)trail.options.who;
	bytes_init(&bob, AUDIT_BODY_MAX);
	ck_assert_int_eq(bytes_addf(&bob, "{\"user\":\"bob\",\"origin\":\"local\"}"), 0);
	ck_assert_int_eq(trail_open(&trail), 0);
	for (int i = 0; i < 60; i++) {
		const struct audit_field details[] = { { "request", audit_text("note") },
						       { "name", audit_text(i % 20 ? "WowHost" : "WowCache") } };
		char id[32];
		const struct audit_record record = {
			.phase = AUDIT_EVENT,
			.action = (enum audit_action)(i % AUDIT_ACTION_COUNT),
			.level = (enum audit_level)(i % AUDIT_LEVEL_COUNT),
			.result = i % 3 ? AUDIT_SUCCESS : AUDIT_FAILURE,
			.resource_kind = i % 2 ? "agent" : "alert",
			.resource_id = id,
			.reason = i == 59 ? "=1+1 | \"x\"" : NULL,
			.error = i == 59 ? "no" : NULL,
			.details = { details, 2 },
		};

		snprintf(id, sizeof id, "thing-%d", i);
		trail.options.who = i % 5 ? alice : &bob;
		ck_assert_int_eq(trail_put(&trail, &record), 0);
	}
	trail.options.who = alice;
	trail_close(&trail);
	bytes_finish(&bob);
	ck_assert(trail_has(&trail, "audit-000003.jsonl"));
}

static struct audit_filter any(void)
{
	return (struct audit_filter){ .action = -1, .level = -1, .result = -1, .limit = AUDIT_LIMIT_DEFAULT };
}

static size_t find(const struct audit_filter *filter, struct audit_found *found)
{
	struct audit_trouble trouble = { 0 };

	ck_assert_msg(audit_query(trail.dir, filter, found, &trouble) == 0, "%s", trouble.text);
	ck_assert_uint_eq(found->n_unreadable, 0);
	return found->n;
}

static size_t count(const struct audit_filter *filter)
{
	struct audit_found found;
	size_t n = find(filter, &found);

	audit_found_finish(&found);
	return n;
}

START_TEST(each_filter_alone_and_all_together)
{
	struct audit_filter f = any();

	set_up();
	ck_assert_uint_eq(count(&f), 60);
	f.user = "bob";
	ck_assert_uint_eq(count(&f), 12);
	f.user = "bo";
	ck_assert_uint_eq(count(&f), 0);
	f = any();
	f.action = AUDIT_LOGIN;
	ck_assert_uint_eq(count(&f), 6);
	f = any();
	f.level = AUDIT_CRITICAL;
	ck_assert_uint_eq(count(&f), 15);
	f = any();
	f.result = AUDIT_FAILURE;
	ck_assert_uint_eq(count(&f), 20);
	f = any();
	f.resource = "agent";
	ck_assert_uint_eq(count(&f), 30);
	f.resource = "thing-7";
	ck_assert_uint_eq(count(&f), 1);
	f.resource = "agent/thing-7";
	ck_assert_uint_eq(count(&f), 1);
	f.resource = "alert/thing-7";
	ck_assert_uint_eq(count(&f), 0);
	f.resource = "WowCache";
	ck_assert_uint_eq(count(&f), 3);
	f.resource = "alert/WowCache";
	ck_assert_uint_eq(count(&f), 3);
	f.resource = "agent/WowCache";
	ck_assert_uint_eq(count(&f), 0);
	f = any();
	f.since = "2025-11-25T19:46:51.000Z"; // the records are a second apart, the first at :41
	ck_assert_uint_eq(count(&f), 50);
	f.until = "2025-11-25T19:46:52.000Z";
	ck_assert_uint_eq(count(&f), 2);
	f = any();
	f.action = AUDIT_CREATE;
	f.level = AUDIT_INFO;
	f.user = "bob";
	f.result = AUDIT_FAILURE;
	f.resource = "alert";
	ck_assert_uint_eq(count(&f), 1);
	trail_finish(&trail);
}
END_TEST

START_TEST(the_newest_come_first_and_the_limit_keeps_them)
{
	struct audit_filter f = any();
	struct audit_found found;
	char id[32];

	set_up();
	f.limit = 25; // more than a segment holds
	ck_assert_uint_eq(find(&f, &found), 25);
	for (size_t i = 0; i < found.n; i++) {
		snprintf(id, sizeof id, "\"thing-%zu\"", 59 - i);
		ck_assert_ptr_nonnull(strstr(found.lines[i].text, id));
	}
	audit_found_finish(&found);
	trail_finish(&trail);
}
END_TEST

START_TEST(asking_changes_nothing)
{
	struct audit_filter f = any();
	size_t n, again;
	char *before, *after;

	set_up();
	before = trail_read(&trail, "audit-000001.jsonl", &n);
	ck_assert_uint_eq(count(&f), 60);
	ck_assert_uint_eq(count(&f), 60);
	after = trail_read(&trail, "audit-000001.jsonl", &again);
	ck_assert(n == again && memcmp(before, after, n) == 0);
	ck_assert_int_eq(trail_verify(&trail).finding, AUDIT_SOUND);
	free(before);
	free(after);
	trail_finish(&trail);
}
END_TEST

START_TEST(what_is_no_record_is_counted_and_passed_over)
{
	static const char text[] = "junk\n{\"phase\":\"event\",\"at\":5,\"who\":7}\n{\"a\":";
	struct audit_trouble trouble = { 0 };
	struct audit_filter f = any();
	struct audit_found found;

	set_up();
	trail_write(&trail, "audit-000009.jsonl", text, sizeof text - 1);
	ck_assert_int_eq(audit_query(trail.dir, &f, &found, &trouble), 0);
	ck_assert_uint_eq(found.n_unreadable, 2);
	ck_assert_uint_eq(found.n, 61);
	audit_found_finish(&found);
	f.since = "2025-11-25T19:46:51.000Z";
	ck_assert_int_eq(audit_query(trail.dir, &f, &found, &trouble), 0);
	ck_assert_uint_eq(found.n, 50);
	audit_found_finish(&found);
	ck_assert_int_eq(audit_query("/nonexistent", &f, &found, &trouble), -ENOENT);
	audit_found_finish(&found);
	trail_finish(&trail);
}
END_TEST

static char *export(enum audit_format format, size_t limit)
{
	struct audit_filter f = any();
	struct audit_found found;
	struct bytes out;
	char *text;

	f.limit = limit;
	find(&f, &found);
	bytes_init(&out, 1 << 20);
	ck_assert_int_eq(audit_export(&found, format, &out), 0);
	text = strndup(out.data, out.len);
	bytes_finish(&out);
	audit_found_finish(&found);
	return text;
}

START_TEST(each_format_says_it_its_way)
{
	static const struct {
		const char *name, *parts[4];
	} rows[] = {
		{ "table",
		  { "seq      at  ", "  modify_config", "agent          WowHost           thing-59 ",
		    "=1+1 | \"x\"; no\n" } },
		{ "json",
		  { "{\"schema_version\":1,\"records\":[\n{\"seq\":", "\"reason\":\"=1+1 | \\\"x\\\"\"", "\n]}\n",
		    "" } },
		{ "csv",
		  { "\"seq\",\"at\",", ",\"'=1+1 | \"\"x\"\"\",\"no\",\"\",\"WowHost\"\r\n",
		    ",\"correlation\",\"resource_name\"\r\n", "\"note\"" } },
		{ "md", { "| seq | at | phase ", "|---|---|", "=1\\+1 \\| \"x\"", "thing\\-59" } },
	};

	set_up();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum audit_format format = audit_format_from_name(rows[i].name);
		char *text;

		ck_assert_int_eq(format, (int)i);
		text = export(format, 1);
		for (int k = 0; k < 4; k++)
			ck_assert_msg(strstr(text, rows[i].parts[k]) != NULL, "%s: %s", rows[i].parts[k], text);
		free(text);
	}
	ck_assert_int_eq(audit_format_from_name("xml"), AUDIT_FORMAT_COUNT);
	trail_finish(&trail);
}
END_TEST

START_TEST(an_empty_answer_is_well_formed)
{
	struct audit_found none = { 0 };
	struct bytes out;

	bytes_init(&out, 1000);
	ck_assert_int_eq(audit_export(&none, AUDIT_JSON, &out), 0);
	ck_assert_str_eq(out.data, "{\"schema_version\":1,\"records\":[\n]}\n");
	bytes_finish(&out);
}
END_TEST

START_TEST(what_a_forger_wrote_steers_nothing)
{
	static const char line[] =
		"{\"seq\":1.5e300,\"at\":\"\\u001b[2J\",\"phase\":\"event\",\"who\":{\"user\":\"a\xc2\x9b"
		"31m\"},\"x\":[true,null,{\"\\u202e\":1.5}]}";
	struct audit_line lines[] = { { (char *)line, sizeof line - 1 } };
	const struct audit_found found = { lines, 1, 0 };

	for (int format = 0; format < AUDIT_FORMAT_COUNT; format++) {
		struct bytes out;

		bytes_init(&out, 100000);
		ck_assert_int_eq(audit_export(&found, (enum audit_format)format, &out), 0);
		ck_assert_ptr_null(strchr(out.data, '\033'));
		ck_assert_ptr_null(strstr(out.data, "\xc2\x9b"));
		ck_assert_ptr_null(strstr(out.data, "\xe2\x80\xae"));
		bytes_finish(&out);
	}
}
END_TEST

START_TEST(times_are_read_in_full_or_in_part)
{
	static const struct {
		const char *text, *at;
	} rows[] = {
		{ "2026-11-25", "2026-11-25T00:00:00.000Z" },
		{ "2026-11-25T10:20", "2026-11-25T10:20:00.000Z" },
		{ "2026-11-25T10:20Z", "2026-11-25T10:20:00.000Z" },
		{ "2026-11-25T10:20:30Z", "2026-11-25T10:20:30.000Z" },
		{ "2026-11-25T10:20:30.456Z", "2026-11-25T10:20:30.456Z" },
		{ "1h", "2025-11-25T18:46:40.000Z" },
		{ "yesterday", NULL },
		{ "2026-11-25 10:20", NULL },
		{ "2026-11-2x", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char at[32];
		int r = audit_parse_time(rows[i].text, TRAIL_NOW * INT64_C(1000), at);

		ck_assert_int_eq(r, rows[i].at ? 0 : -EINVAL);
		if (rows[i].at)
			ck_assert_str_eq(at, rows[i].at);
	}
}
END_TEST

SUITE("audit query", each_filter_alone_and_all_together, the_newest_come_first_and_the_limit_keeps_them,
      asking_changes_nothing, what_is_no_record_is_counted_and_passed_over, each_format_says_it_its_way,
      an_empty_answer_is_well_formed, what_a_forger_wrote_steers_nothing, times_are_read_in_full_or_in_part)
