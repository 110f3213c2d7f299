// SPDX-License-Identifier: Apache-2.0
/* A day of a large fleet, recorded and looked at again: record_day DIR [AGENTS [LIMIT_MIB]] prints `KEY OURS 0` lines.
 * Each agent is probed and scraped once a minute; time is virtual, and seconds are those of the processor. Ends with 1
 * when the recording is larger than its limit, or what it makes of the fleet is not what the fleet was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "feeds/replay_player.h"
#include "fleet/snapshot.h"
#include "recording/recorder.h"
#include "tests/support/fleet_story.h"

enum { MINUTE = 60000, DAY_MINUTES = 24 * 60, SEEKS = 12 };

struct day {
	struct fleet_story story;
	struct fleet *fleet;
	struct recorder *recorder;
	double longest_s; // that the owner was held up by one call
	uint64_t n_replayed;
};

// Of the processor: everything happens on one thread, and a busy machine is no matter.
static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static _Noreturn void fail(const char *what, const char *why)
{
	fprintf(stderr, "record_day: %s: %s\n", what, why);
	exit(1);
}

static struct instant virtual_now(const struct day *day)
{
	return (struct instant){ .mono_ms = day->story.now_ms - FLEET_STORY_BEGIN_MS + 1,
				 .wall_ms = day->story.now_ms };
}

static void on_event(void *ctx, struct event *event)
{
	struct day *day = ctx;

	fleet_apply(day->fleet, event);
	if (day->recorder)
		recorder_take(day->recorder, event, virtual_now(day));
	event_unref(event);
}

static void tick(struct day *day)
{
	double begin = now_s();

	recorder_tick(day->recorder, virtual_now(day));
	if (now_s() - begin > day->longest_s)
		day->longest_s = now_s() - begin;
}

// Each second of the day has its tick.
static void live(struct day *day, int64_t ms)
{
	int64_t end_ms = day->story.now_ms + ms, tick_ms = day->story.now_ms + 1000;

	while (day->story.now_ms < end_ms) {
		fleet_story_step(&day->story);
		for (; tick_ms <= day->story.now_ms; tick_ms += 1000)
			tick(day);
	}
}

static void record(struct day *day, const char *dir, uint64_t limit, struct recorder_state *state)
{
	const struct recorder_options options = {
		.dir = dir,
		.boot = "bench",
		.is_waiting = true,
		.limits = { .all = { .n_bytes = limit } },
		.fleet = day->fleet,
	};
	char why[512];
	double begin = now_s(), story_s;

	if (recorder_create(&options, virtual_now(day), &day->recorder, why, sizeof why) < 0)
		fail("cannot record", why);
	live(day, (int64_t)DAY_MINUTES * MINUTE);
	if (recorder_destroy(day->recorder, virtual_now(day), 0, state) < 0)
		fail(dir, "the recording has stopped");
	day->recorder = NULL;
	story_s = now_s() - begin;
	printf("record_day_s %.2f 0\n", story_s);
	printf("record_event_us %.3f 0\n", story_s * 1e6 / (double)day->story.n_events);
	printf("record_events %llu 0\n", (unsigned long long)state->n_events);
	printf("record_tick_ms %.2f 0\n", day->longest_s * 1000);
}

static void on_replayed(void *ctx, struct event *event)
{
	struct day *day = ctx;

	day->n_replayed++;
	fleet_apply(day->fleet, event);
	event_unref(event);
}

static double jump(struct replay_player *player, int64_t at_ms)
{
	double begin = now_s();

	if (player->replay.class->seek(&player->replay, 0, at_ms) < 0)
		fail("seek", "it cannot be read");
	while (player->is_jumping)
		replay_player_advance(player, 0);
	return now_s() - begin;
}

static void dump(const struct fleet *fleet, struct bytes *out)
{
	bytes_init(out, 256 << 20);
	if (fleet_dump(fleet, 0, out) < 0)
		fail("dump", "out of memory");
}

static void expect_same(const struct fleet *a, const struct fleet *b, const char *what)
{
	struct bytes ours, theirs;

	dump(a, &ours);
	dump(b, &theirs);
	if (strcmp(ours.data, theirs.data) != 0)
		fail(what, "the fleet is another one");
	bytes_finish(&ours);
	bytes_finish(&theirs);
}

static void look_again(const struct day *live, const char *dir)
{
	struct day again = { 0 };
	const struct event_sink sink = { .emit = on_replayed, .ctx = &again };
	struct replay_player player;
	double begin, longest_s = 0;
	struct tape *tape;
	char why[512];

	begin = now_s();
	if (tape_open(dir, &tape, why, sizeof why) < 0 || fleet_create(NULL, &again.fleet) < 0)
		fail("open", why);
	printf("record_open_ms %.2f 0\n", (now_s() - begin) * 1000);
	if (replay_player_init(&player, tape, &sink, 0) < 0)
		fail("play", "out of memory");
	for (int i = 0; i < SEEKS; i++) { // forth and back over the day
		int64_t at_ms = player.facts.from_ms + (int64_t)((i * 7) % SEEKS * 2 + 1) * 55 * MINUTE;
		double s = jump(&player, at_ms);

		longest_s = s > longest_s ? s : longest_s;
	}
	printf("record_seek_ms %.1f 0\n", longest_s * 1000);
	jump(&player, INT64_MAX);
	expect_same(again.fleet, live->fleet, "sought");
	jump(&player, 0);
	begin = now_s();
	again.n_replayed = 0;
	replay_player_set_speed(&player, 1000);
	for (int64_t mono_ms = 0; replay_player_next_ms(&player) != INT64_MAX;) {
		int64_t next_ms = replay_player_next_ms(&player);

		mono_ms = next_ms > mono_ms ? next_ms : mono_ms;
		replay_player_advance(&player, mono_ms);
	}
	printf("record_replay_events_s %.0f 0\n", (double)again.n_replayed / (now_s() - begin));
	expect_same(again.fleet, live->fleet, "replayed");
	replay_player_finish(&player);
	tape_close(tape);
	fleet_destroy(again.fleet);
}

int main(int argc, char **argv)
{
	size_t n_agents = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
	uint64_t limit = (argc > 3 ? strtoull(argv[3], NULL, 10) : 1024) << 20;
	struct day day = { 0 };
	const struct event_sink sink = { .emit = on_event, .ctx = &day };
	struct recorder_state state;
	struct tape_facts facts;
	struct tape *tape;
	char why[512];

	if (argc < 2)
		return 2;
	if (fleet_create(NULL, &day.fleet) < 0)
		fail("fleet", "out of memory");
	fleet_story_init(&day.story, n_agents, MINUTE, 1, &sink);
	record(&day, argv[1], limit, &state);
	if (tape_open(argv[1], &tape, why, sizeof why) < 0)
		fail("open", why);
	tape_look(tape, &facts);
	tape_close(tape);
	if (facts.n_bytes > limit)
		fail(argv[1], "it is larger than its limit");
	printf("record_day_mib %.1f 0\n", (double)facts.n_bytes / (1 << 20));
	printf("record_event_bytes %.1f 0\n", (double)facts.n_bytes / (double)state.n_events);
	printf("record_ratio %.2f 0\n", (double)facts.n_raw_bytes / (double)facts.n_bytes);
	look_again(&day, argv[1]);
	fleet_story_finish(&day.story);
	fleet_destroy(day.fleet);
	return 0;
}
