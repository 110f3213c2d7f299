// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/timeline_export.h"
#include "tests/support/fleet_fixture.h"

struct setting {
	struct fleet_fixture f;
	struct context context;
	struct scope scope;
	struct timeline_filter filter;
};

static void setup(struct setting *s)
{
	fleet_fixture_init(&s->f);
	context_init(&s->context);
	scope_init(&s->scope, s->f.fleet, &s->context);
	timeline_filter_init(&s->filter, s->f.fleet, &s->scope);
}

static void teardown(struct setting *s)
{
	timeline_filter_finish(&s->filter);
	scope_finish(&s->scope);
	context_finish(&s->context);
	fleet_fixture_finish(&s->f);
}

static void export_is(struct setting *s, enum export_format format, const char *expected)
{
	struct bytes text;

	bytes_init(&text, 1 << 20);
	ck_assert_int_eq(timeline_filter_settle(&s->filter), 0);
	ck_assert_int_eq(timeline_export(&s->filter, format, &text), 0);
	ck_assert_str_eq(text.data, expected);
	bytes_finish(&text);
}

static void shown_are(struct setting *s, const char *titles)
{
	struct timeline_view view;
	char all[64] = "";

	ck_assert_int_eq(timeline_filter_settle(&s->filter), 0);
	timeline_filter_show(&s->filter, 10, &view);
	for (size_t i = 0; i < view.n_items; i++)
		strcat(all, fleet_timeline_at(s->f.fleet, (size_t)view.nos[i])->title);
	ck_assert_str_eq(all, titles);
}

START_TEST(items_of_one_moment_stand_in_the_order_of_their_times)
{
	struct setting s;

	setup(&s);
	fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, "a", "", 5184);
	fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, "b", "", 4424);
	shown_are(&s, "ba");
	timeline_filter_move(&s.filter, 1, 10); // on a
	fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, "c", "", 4728);
	fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, "d", "", 4728);
	shown_are(&s, "bdca");
	ck_assert_str_eq(timeline_filter_item(&s.filter)->title, "a");
	timeline_filter_move(&s.filter, -1, 10);
	ck_assert_str_eq(timeline_filter_item(&s.filter)->title, "c");
	fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, "e", "", HOUR_MS); // the clock was set back
	fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, "f", "", HOUR_MS - 10);
	shown_are(&s, "febdca");
	teardown(&s);
}
END_TEST

START_TEST(an_export_is_what_is_shown_oldest_first)
{
	struct setting s;

	setup(&s);
	fleet_fixture_notice(&s.f, 0, SEVERITY_WARNING, ACTION_STOP, "first \"quoted\" \\", "", 1000);
	fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, "not this one", "", 500);
	fleet_fixture_notice(&s.f, 0, SEVERITY_CRITICAL, ACTION_ERROR, "second", "more", 0);
	s.filter.min_severity = SEVERITY_WARNING;
	export_is(&s, EXPORT_JSON,
		  "{\"schema_version\":1,\"items\":[\n"
		  "{\"at\":\"2026-11-23T15:04:04.000Z\",\"type\":\"stop\",\"severity\":\"warning\",\"agent\":\"\","
		  "\"who\":"
		  "\"\",\"title\":\"first \\\"quoted\\\" \\\\\",\"description\":\"\"},\n"
		  "{\"at\":\"2026-11-23T15:04:05.000Z\",\"type\":\"error\",\"severity\":\"critical\",\"agent\":\"\","
		  "\"who\":"
		  "\"\",\"title\":\"second\",\"description\":\"more\"}\n]}\n");
	export_is(&s, EXPORT_CSV,
		  "\"at\",\"type\",\"severity\",\"agent\",\"who\",\"title\",\"description\"\r\n"
		  "\"2026-11-23T15:04:04.000Z\",\"stop\",\"warning\",\"\",\"\",\"first \"\"quoted\"\" \\\",\"\"\r\n"
		  "\"2026-11-23T15:04:05.000Z\",\"error\",\"critical\",\"\",\"\",\"second\",\"more\"\r\n");
	teardown(&s);
}
END_TEST

START_TEST(nothing_exported_becomes_a_formula_or_markup)
{
	static const struct {
		const char *title, *csv, *markdown;
	} table[] = {
		{ "=1+1", "\"'=1+1\"", "=1\\+1" },
		{ "+cmd", "\"'+cmd\"", "\\+cmd" },
		{ "-2", "\"'-2\"", "\\-2" },
		{ "@SUM", "\"'@SUM\"", "\\@SUM" },
		{ "a|b", "\"a|b\"", "a\\|b" },
		{ "[x](http://y)", "\"[x](http://y)\"", "\\[x\\]\\(http\\://y\\)" },
		{ "<script>", "\"<script>\"", "\\<script\\>" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct setting s;
		struct bytes text;

		setup(&s);
		bytes_init(&text, 1 << 20);
		fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, table[i].title, "", 0);
		ck_assert_int_eq(timeline_filter_settle(&s.filter), 0);
		ck_assert_int_eq(timeline_export(&s.filter, EXPORT_CSV, &text), 0);
		ck_assert_msg(strstr(text.data, table[i].csv) != NULL, "%s", text.data);
		bytes_reset(&text);
		ck_assert_int_eq(timeline_export(&s.filter, EXPORT_MARKDOWN, &text), 0);
		ck_assert_msg(strstr(text.data, table[i].markdown) != NULL, "%s", text.data);
		bytes_finish(&text);
		teardown(&s);
	}
}
END_TEST

START_TEST(a_file_is_new_or_not_at_all)
{
	char dir[] = "/tmp/opscon-export-XXXXXX", path[1024], second[1024];
	struct setting s;
	struct stat st;

	setup(&s);
	fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, "x", "", 0);
	ck_assert_int_eq(timeline_filter_settle(&s.filter), 0);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_int_eq(timeline_export_file(&s.filter, EXPORT_MARKDOWN, FIXTURE_NOW_MS, NULL, path, sizeof path), 0);
	ck_assert_str_eq(path, "./opscon-timeline-20261123-150405.md");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(timeline_export_file(&s.filter, EXPORT_MARKDOWN, FIXTURE_NOW_MS, NULL, second, sizeof second),
			 -EEXIST);
	ck_assert_int_eq(mkdir("state", 0700), 0);
	ck_assert_int_eq(
		timeline_export_file(&s.filter, EXPORT_MARKDOWN, FIXTURE_NOW_MS, "state", second, sizeof second),
		0); // the other place
	ck_assert_int_eq(
		timeline_export_file(&s.filter, EXPORT_MARKDOWN, FIXTURE_NOW_MS, "nowhere", second, sizeof second),
		-ENOENT);
	ck_assert_int_eq(unlink("state/opscon-timeline-20261123-150405.md"), 0);
	ck_assert_int_eq(rmdir("state"), 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
	teardown(&s);
}
END_TEST

START_TEST(an_empty_export_is_whole)
{
	struct setting s;

	setup(&s);
	export_is(&s, EXPORT_JSON, "{\"schema_version\":1,\"items\":[]}\n");
	teardown(&s);
}
END_TEST

static struct timeline_view shown(struct setting *s)
{
	struct timeline_view view;

	ck_assert_int_eq(timeline_filter_settle(&s->filter), 0);
	timeline_filter_show(&s->filter, 5, &view);
	return view;
}

START_TEST(it_follows_the_newest_until_somebody_scrolls)
{
	struct setting s;
	char title[16];
	uint64_t no;

	setup(&s);
	for (int i = 0; i < 20; i++) {
		snprintf(title, sizeof title, "n%d", i);
		fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, title, "", 0);
	}
	ck_assert(shown(&s).is_following);
	ck_assert_uint_eq(shown(&s).n_items, 20);
	timeline_filter_move(&s.filter, 7, 5);
	no = timeline_filter_item(&s.filter)->no;
	ck_assert_uint_eq(shown(&s).cursor, 7);
	fleet_fixture_notice(&s.f, 0, SEVERITY_INFO, ACTION_INFO, "new", "", 0);
	timeline_filter_news(&s.filter);
	ck_assert(!shown(&s).is_following);
	ck_assert_uint_eq(shown(&s).cursor, 8); // the same item, one further down
	ck_assert_uint_eq(timeline_filter_item(&s.filter)->no, no);
	timeline_filter_oldest(&s.filter, 5);
	ck_assert_uint_eq(shown(&s).cursor, 20);
	timeline_filter_move(&s.filter, -100, 5);
	ck_assert(shown(&s).is_following);
	teardown(&s);
}
END_TEST

START_TEST(folded_items_are_looked_at_again)
{
	struct setting s;

	setup(&s);
	snprintf(s.filter.text, sizeof s.filter.text, "2 agents");
	fleet_fixture_add(&s.f, "a", "", "");
	timeline_filter_news(&s.filter);
	ck_assert_uint_eq(shown(&s).n_items, 0);
	fleet_fixture_add(&s.f, "b", "", "");
	timeline_filter_news(&s.filter);
	ck_assert_uint_eq(shown(&s).n_items, 1);
	teardown(&s);
}
END_TEST

START_TEST(every_filter_narrows)
{
	struct setting s;

	setup(&s);
	fleet_fixture_platform(&s.f);
	ck_assert_int_eq(scope_rebuild(&s.scope), 0);
	size_t all = shown(&s).n_items;
	uint32_t cache = fleet_agent_by_key(s.f.fleet, "WowCache")->agent->id;

	s.filter.types = 1U << ACTION_ERROR;
	timeline_filter_touch(&s.filter);
	size_t errors = shown(&s).n_items;

	ck_assert(errors > 0 && errors < all);
	s.filter.types = 0;
	s.filter.agent = cache;
	timeline_filter_touch(&s.filter);
	for (size_t i = 0; i < shown(&s).n_items; i++)
		ck_assert(fleet_timeline_is_about(s.f.fleet, fleet_timeline_at(s.f.fleet, (size_t)s.filter.indices[i]),
						  cache));
	ck_assert_uint_gt(s.filter.n, 0);
	s.filter.agent = 0;
	context_add(&s.context, PICK_TIERS, "guardian");
	ck_assert_int_eq(scope_rebuild(&s.scope), 0);
	timeline_filter_touch(&s.filter);
	ck_assert_uint_lt(shown(&s).n_items, all);
	snprintf(s.filter.text, sizeof s.filter.text, "MARIA");
	context_clear(&s.context);
	timeline_filter_touch(&s.filter);
	ck_assert_uint_eq(shown(&s).n_items, 1); // what a person did is found by who did it
	teardown(&s);
}
END_TEST

START_TEST(each_type_and_severity_is_filtered)
{
	struct setting s;

	setup(&s);
	for (int type = 0; type < ACTION_TYPE_COUNT; type++)
		for (int severity = 0; severity < SEVERITY_COUNT; severity++)
			fleet_fixture_notice(&s.f, 0, (enum severity)severity, (enum action_type)type, "x", "", 0);
	for (int type = 0; type < ACTION_TYPE_COUNT; type++)
		for (int severity = 0; severity < SEVERITY_COUNT; severity++) {
			s.filter.types = 1U << type;
			s.filter.min_severity = (enum severity)severity;
			timeline_filter_touch(&s.filter);
			ck_assert_uint_eq(shown(&s).n_items, (size_t)(SEVERITY_COUNT - severity));
			for (size_t i = 0; i < s.filter.n; i++)
				ck_assert_int_eq(fleet_timeline_at(s.f.fleet, (size_t)s.filter.indices[i])->type, type);
		}
	teardown(&s);
}
END_TEST

SUITE("console export", items_of_one_moment_stand_in_the_order_of_their_times, each_type_and_severity_is_filtered,
      an_export_is_what_is_shown_oldest_first, nothing_exported_becomes_a_formula_or_markup,
      a_file_is_new_or_not_at_all, an_empty_export_is_whole, it_follows_the_newest_until_somebody_scrolls,
      folded_items_are_looked_at_again, every_filter_narrows)
