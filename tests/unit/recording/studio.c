// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/recording/studio.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "fleet/snapshot.h"
#include "wire/event_json.h"

static struct instant now_of(const struct studio *studio)
{
	return (struct instant){ .mono_ms = studio->story.now_ms - FLEET_STORY_BEGIN_MS + 1,
				 .wall_ms = studio->story.now_ms };
}

static void on_event(void *ctx, struct event *event)
{
	struct studio *studio = ctx;

	ck_assert_int_eq(fleet_apply(studio->fleet, event), 0);
	if (studio->recorder)
		recorder_take(studio->recorder, event, now_of(studio));
	event_unref(event);
}

void studio_init(struct studio *studio, size_t n_agents, uint32_t interval_ms)
{
	const struct event_sink sink = { .emit = on_event, .ctx = studio };

	*studio = (struct studio){ .options = { .fleet_name = "Platform", .boot = "boot-1", .is_waiting = true } };
	snprintf(studio->dir, sizeof studio->dir, "%s/opscon-studio-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(studio->dir));
	ck_assert_int_eq(fleet_create(NULL, &studio->fleet), 0);
	fleet_story_init(&studio->story, n_agents, interval_ms, 7, &sink);
}

void studio_finish(struct studio *studio)
{
	char command[128];

	recorder_destroy(studio->recorder, now_of(studio), 5000, NULL);
	fleet_story_finish(&studio->story);
	fleet_destroy(studio->fleet);
	snprintf(command, sizeof command, "rm -rf %s", studio->dir);
	ck_assert_int_eq(system(command), 0);
}

const char *studio_path(const struct studio *studio, const char *name)
{
	static char path[160];

	snprintf(path, sizeof path, "%s/%s", studio->dir, name);
	return path;
}

static void create(struct studio *studio)
{
	char why[256] = "";

	studio->options.fleet = studio->fleet;
	ck_assert_msg(recorder_create(&studio->options, now_of(studio), &studio->recorder, why, sizeof why) == 0, "%s",
		      why);
}

void studio_record(struct studio *studio, const char *name)
{
	studio->options.path = studio_path(studio, name);
	studio->options.dir = NULL;
	create(studio);
}

void studio_record_dir(struct studio *studio, const char *name)
{
	studio->options.dir = studio_path(studio, name);
	studio->options.path = NULL;
	create(studio);
}

void studio_play(struct studio *studio, int64_t ms)
{
	int64_t end_ms = studio->story.now_ms + ms, tick_ms = studio->story.now_ms + 1000;

	while (studio->story.now_ms < end_ms) {
		fleet_story_step(&studio->story);
		for (; studio->recorder && tick_ms <= studio->story.now_ms; tick_ms += 1000)
			recorder_tick(studio->recorder, now_of(studio));
	}
}

int studio_end(struct studio *studio)
{
	int r = recorder_destroy(studio->recorder, now_of(studio), 20000, NULL);

	studio->recorder = NULL;
	return r;
}

struct tape *studio_tape(const struct studio *studio, const char *name)
{
	struct tape *tape;
	char why[256] = "";

	ck_assert_msg(tape_open(studio_path(studio, name), &tape, why, sizeof why) == 0, "%s", why);
	return tape;
}

static char *dump(const struct fleet *fleet)
{
	struct bytes out;

	bytes_init(&out, 64 << 20);
	ck_assert_int_eq(fleet_dump(fleet, 0, &out), 0);
	ck_assert_ptr_nonnull(out.data);
	return out.data;
}

void studio_expect_fleet(const struct fleet *is, const struct fleet *expected)
{
	char *ours = dump(is), *theirs = dump(expected);
	size_t at = 0, line = 0;

	for (; ours[at] && ours[at] == theirs[at]; at++)
		line = ours[at] == '\n' ? at + 1 : line;
	ck_assert_msg(ours[at] == theirs[at], "it is: %.300s\nand not: %.300s", ours + line, theirs + line);
	mem_free(ours);
	mem_free(theirs);
}

static void fold(struct tape *tape, struct tape_place place, struct fleet *fleet)
{
	struct event_reader reader;
	struct record record;
	int r;

	event_reader_init(&reader, 0);
	while ((r = tape_next(tape, &place, &record)) == 1) {
		struct event *event = NULL;
		char why[EVENT_JSON_WHY_MAX] = "";

		ck_assert_msg(event_json_read(&reader, record.text, record.n, &event, why) == 0, "%s: %.*s", why,
			      (int)record.n, record.text);
		ck_assert_int_eq(fleet_apply(fleet, event), 0);
		event_unref(event);
	}
	ck_assert_int_eq(r, 0);
	event_reader_finish(&reader);
}

static void expect_same(const struct studio *studio, struct tape *tape, struct tape_place from)
{
	struct fleet *again;

	ck_assert_int_eq(fleet_create(NULL, &again), 0);
	fold(tape, from, again);
	studio_expect_fleet(again, studio->fleet);
	fleet_destroy(again);
	tape_close(tape);
}

void studio_expect_same(const struct studio *studio, const char *name)
{
	struct tape *tape = studio_tape(studio, name);

	expect_same(studio, tape, tape_begin(tape));
}

void studio_expect_same_at_end(const struct studio *studio, const char *name)
{
	struct tape *tape = studio_tape(studio, name);

	expect_same(studio, tape, tape_snapshot_before(tape, tape_end(tape)));
}
