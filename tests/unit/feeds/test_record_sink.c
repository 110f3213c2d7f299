// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "feeds/record_sink.h"
#include "opscon/config.h"
#include "recording/tape.h"
#include "tests/support/suite.h"

struct scene {
	char dir[64], path[96];
	uv_loop_t loop;
	struct broadcaster *broadcaster;
	struct fleet *fleet;
	struct record_sink *sink;
	char notice[400];
};

static void on_event(void *ctx, const struct event *event)
{
	struct scene *s = ctx;

	ck_assert_int_eq(fleet_apply(s->fleet, event), 0);
	if (event->type == EVENT_NOTICE && event->u.notice.severity != SEVERITY_INFO)
		snprintf(s->notice, sizeof s->notice, "%.150s: %.200s", event->u.notice.title, event->u.notice.text);
}

static void scene_init(struct scene *s)
{
	*s = (struct scene){ 0 };
	log_open("/dev/null");
	snprintf(s->dir, sizeof s->dir, "/tmp/opscon-sink-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(s->dir));
	snprintf(s->path, sizeof s->path, "%s/a.rec", s->dir);
	ck_assert_int_eq(uv_loop_init(&s->loop), 0);
	ck_assert_int_eq(broadcaster_create(100, &s->broadcaster), 0);
	ck_assert_int_eq(fleet_create(NULL, &s->fleet), 0);
	ck_assert_int_gt(broadcaster_subscribe(s->broadcaster, ~0u, on_event, s), 0);
}

static void scene_finish(struct scene *s)
{
	char command[128];

	uv_run(&s->loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&s->loop), 0);
	broadcaster_destroy(s->broadcaster);
	fleet_destroy(s->fleet);
	snprintf(command, sizeof command, "rm -rf %s", s->dir);
	ck_assert_int_eq(system(command), 0);
}

static int attach(struct scene *s, char *why, size_t why_size)
{
	const struct recorder_options options = { .path = s->path, .limits = { .flush_ms = 1, .snapshot_ms = 1 } };

	return recorder_attach(&s->loop, s->broadcaster, s->fleet, &options, &s->sink, why, why_size);
}

static void say(struct scene *s, const char *title)
{
	struct event *event = event_new(EVENT_ACTION, 1000, 0);

	ck_assert_ptr_nonnull(event);
	event->u.action.who = mem_strdup("alice");
	event->u.action.title = mem_strdup(title);
	event->u.action.text = mem_strdup("");
	broadcaster_publish(s->broadcaster, event);
}

static size_t count(const struct scene *s, const char *text)
{
	struct tape_place place;
	struct record record;
	struct tape *tape;
	char why[256];
	size_t n = 0;

	ck_assert_int_eq(tape_open(s->path, &tape, why, sizeof why), 0);
	place = tape_begin(tape);
	while (tape_next(tape, &place, &record) == 1)
		n += memmem(record.text, record.n, text, strlen(text)) != NULL;
	tape_close(tape);
	return n;
}

START_TEST(what_is_published_is_recorded_once)
{
	struct recorder_state state;
	struct scene s;
	char why[256];

	scene_init(&s);
	say(&s, "before"); // is in the snapshot, and not told again though the broadcaster has kept it
	ck_assert_int_eq(attach(&s, why, sizeof why), 0);
	say(&s, "after");
	ck_assert_int_eq(recorder_detach(s.sink, &state), 0);
	ck_assert_uint_eq(state.n_events, 1);
	ck_assert_uint_eq(count(&s, "\"before\""), 1);
	ck_assert_uint_eq(count(&s, "\"after\""), 1);
	scene_finish(&s);
}
END_TEST

struct filling {
	void (*fill)(struct scene *s);
};

static int on_full_disk(void *ctx)
{
	const struct filling *filling = ctx;
	struct scene s;

	scene_init(&s);
	suite_fill_disk(4096);
	filling->fill(&s);
	suite_fill_disk(ULONG_MAX);
	scene_finish(&s);
	return 0;
}

static void fill_disk(struct scene *s)
{
	struct recorder_state state;
	char why[256];

	ck_assert_int_eq(attach(s, why, sizeof why), 0);
	for (int i = 0; !s->notice[0]; i++) { // a snapshot with each tick, until it is full
		char title[64];

		snprintf(title, sizeof title, "news %d %x", i, (unsigned)rand());
		say(s, title);
		uv_run(&s->loop, i % 50 ? UV_RUN_NOWAIT : UV_RUN_ONCE);
	}
	ck_assert_ptr_nonnull(strstr(s->notice, "the recording has stopped"));
	ck_assert_ptr_nonnull(strstr(s->notice, "File too large"));
	ck_assert_int_eq(record_sink_look(s->sink)->error, -EFBIG);
	say(s, "life goes on");
	ck_assert_int_eq(recorder_detach(s->sink, &state), -EFBIG);
	ck_assert_uint_le(state.n_bytes, 4096);
	ck_assert_uint_ge(count(s, "news"), 1);
}

START_TEST(a_disk_that_takes_no_more_ends_the_recording_with_a_notice)
{
	ck_assert_int_eq(suite_apart(on_full_disk, &(struct filling){ fill_disk }), 0);
}
END_TEST

static size_t n_stopped(const struct scene *s)
{
	return fleet_recordings_stopped(s->fleet, NULL, 0);
}

static void fill_directory(struct scene *s)
{
	const struct recorder_options options = { .dir = s->dir,
						  .keeps_trying = true,
						  .limits = { .flush_ms = 1, .snapshot_ms = 1, .retry_ms = 1 } };
	struct fleet_source stopped;
	char why[256];

	ck_assert_int_eq(recorder_attach(&s->loop, s->broadcaster, s->fleet, &options, &s->sink, why, sizeof why), 0);
	for (int i = 0; !n_stopped(s); i++) {
		char title[64];

		snprintf(title, sizeof title, "news %d %x", i, (unsigned)rand());
		say(s, title);
		uv_run(&s->loop, i % 50 ? UV_RUN_NOWAIT : UV_RUN_ONCE);
	}
	ck_assert_ptr_nonnull(strstr(s->notice, "the recording has stopped"));
	fleet_recordings_stopped(s->fleet, &stopped, 1);
	ck_assert_str_eq(stopped.why, "File too large");
	ck_assert_str_eq(strchr(stopped.name, ':') + 1, s->dir);
	ck_assert_int_eq(record_sink_look(s->sink)->error, -EFBIG);
	suite_fill_disk(ULONG_MAX);
	while (n_stopped(s))
		uv_run(&s->loop, UV_RUN_ONCE);
	ck_assert_ptr_nonnull(strstr(s->notice, "the recording goes on after a gap"));
	ck_assert_ptr_nonnull(strstr(s->notice, "nothing is in it from 20"));
	say(s, "life goes on");
	ck_assert_int_eq(recorder_detach(s->sink, NULL), 0);
	snprintf(s->path, sizeof s->path, "%s", s->dir);
	ck_assert_uint_ge(count(s, "life goes on"), 1);
	ck_assert_uint_ge(count(s, "the recording goes on after a gap"), 1); // whoever replays it reads of it
}

START_TEST(a_directory_is_recorded_into_again_when_there_is_room)
{
	ck_assert_int_eq(suite_apart(on_full_disk, &(struct filling){ fill_directory }), 0);
}
END_TEST

START_TEST(a_hubs_configuration_is_heeded)
{
	const struct hub_record_config config = {
		.dir = "/var/lib/opscon/recordings", .max_bytes = 1 << 30, .max_age_ms = 86400000, .zstd_level = 7
	};
	struct recorder_options options = recorder_of_hub(&config, "Platform", "boot-1", true);

	ck_assert_ptr_null(options.path);
	ck_assert_str_eq(options.dir, config.dir);
	ck_assert_str_eq(options.fleet_name, "Platform");
	ck_assert_str_eq(options.boot, "boot-1");
	ck_assert(options.is_demo);
	ck_assert(options.keeps_trying);
	ck_assert_uint_eq(options.limits.all.n_bytes, config.max_bytes);
	ck_assert_int_eq(options.limits.all.age_ms, config.max_age_ms);
	ck_assert_int_eq(options.limits.zstd_level, 7);
}
END_TEST

START_TEST(what_cannot_be_begun_leaves_nothing)
{
	struct scene s;
	char why[256] = "";

	scene_init(&s);
	snprintf(s.path, sizeof s.path, "/nonexistent/a.rec");
	ck_assert_int_eq(attach(&s, why, sizeof why), -ENOENT);
	ck_assert_str_eq(why, "/nonexistent/a.rec: No such file or directory");
	ck_assert_ptr_null(s.sink);
	ck_assert_int_eq(recorder_detach(NULL, NULL), 0);
	scene_finish(&s);
}
END_TEST

START_TEST(each_allocation_of_its_start_that_fails_leaves_nothing)
{
	struct scene s;
	char why[256];
	int r = -ENOMEM;

	scene_init(&s);
	for (long n = 0; r == -ENOMEM; n++) {
		ck_assert_int_lt(n, 100);
		mem_fail_once(n);
		r = attach(&s, why, sizeof why);
		mem_fail_once(-1);
		if (r == 0)
			recorder_detach(s.sink, NULL);
		uv_run(&s.loop, UV_RUN_DEFAULT);
		unlink(s.path);
	}
	ck_assert_int_eq(r, 0);
	scene_finish(&s);
}
END_TEST

SUITE("record sink", what_is_published_is_recorded_once, a_disk_that_takes_no_more_ends_the_recording_with_a_notice,
      a_directory_is_recorded_into_again_when_there_is_room, a_hubs_configuration_is_heeded,
      what_cannot_be_begun_leaves_nothing, each_allocation_of_its_start_that_fails_leaves_nothing)
