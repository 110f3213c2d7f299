// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "base/memory.h"
#include "tests/support/fleet_fixture.h"

static struct fleet_fixture f;

static size_t failed(struct fleet_source *one)
{
	return fleet_sources_failed(f.fleet, one, 1);
}

START_TEST(a_list_has_failed_until_it_is_read_again)
{
	struct fleet_source one;

	fleet_fixture_init(&f);
	ck_assert_uint_eq(failed(&one), 0);
	fleet_fixture_source(&f, "http_sd:http://sd", "connection refused", HOUR_MS);
	fleet_fixture_source(&f, "file_sd:/a.json", "no permission", MINUTE_MS);
	fleet_fixture_source(&f, "http_sd:http://sd", "HTTP 500", 0);
	ck_assert_uint_eq(failed(&one), 2);
	ck_assert_str_eq(one.name, "http_sd:http://sd");
	ck_assert_str_eq(one.why, "HTTP 500");
	ck_assert_int_eq(one.since_ms, FIXTURE_NOW_MS - HOUR_MS); // since the first, whatever the reason now
	fleet_fixture_source(&f, "http_sd:http://sd", "", 0);
	ck_assert_uint_eq(failed(&one), 1);
	ck_assert_str_eq(one.name, "file_sd:/a.json");
	fleet_fixture_source(&f, "nobody knows it", "", 0);
	ck_assert_uint_eq(failed(&one), 1);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_pattern_without_files_matters_only_without_agents)
{
	struct event *event = event_new(EVENT_SOURCE, FIXTURE_NOW_MS, 0);

	fleet_fixture_init(&f);
	event->u.source.name = mem_strdup("file_sd:/lists/*.json");
	event->u.source.why = mem_strdup("no file matches");
	event->u.source.is_empty = true;
	fleet_fixture_apply(&f, event);
	ck_assert_uint_eq(fleet_sources_failed(f.fleet, NULL, 0), 1);
	fleet_fixture_add(&f, "one", "", "");
	ck_assert_uint_eq(fleet_sources_failed(f.fleet, NULL, 0), 0);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_recording_that_stands_still_is_none_of_the_lists)
{
	struct fleet_source one;

	fleet_fixture_init(&f);
	fleet_fixture_source(&f, "file_sd:/a.json", "no permission", 0);
	fleet_fixture_source(&f, "recording:/var/lib/rec", "No space left on device", 0);
	ck_assert_uint_eq(failed(&one), 1);
	ck_assert_str_eq(one.name, "file_sd:/a.json");
	ck_assert_uint_eq(fleet_recordings_stopped(f.fleet, &one, 1), 1);
	ck_assert_str_eq(one.why, "No space left on device");
	fleet_fixture_source(&f, "recording:/var/lib/rec", "", 0);
	ck_assert_uint_eq(fleet_recordings_stopped(f.fleet, NULL, 0), 0);
	ck_assert_uint_eq(failed(&one), 1);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(want_of_memory_is_remembered)
{
	struct event *event = event_new(EVENT_SOURCE, FIXTURE_NOW_MS, 0);

	fleet_fixture_init(&f);
	event->u.source.name = mem_strdup("a");
	event->u.source.why = mem_strdup("b");
	mem_fail_after(0);
	ck_assert_int_lt(fleet_apply(f.fleet, event), 0);
	mem_fail_after(-1);
	ck_assert(fleet_is_incomplete(f.fleet));
	ck_assert_uint_eq(fleet_sources_failed(f.fleet, NULL, 0), 0);
	event_unref(event);
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("sources", a_list_has_failed_until_it_is_read_again, a_pattern_without_files_matters_only_without_agents,
      a_recording_that_stands_still_is_none_of_the_lists, want_of_memory_is_remembered)
