// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "feeds/replay_history.h"
#include "feeds/replay_player.h"
#include "recording/shelf.h"
#include "tests/support/suite.h"
#include "tests/unit/recording/studio.h"

enum { MINUTE = 60000 };
#define BEGIN FLEET_STORY_BEGIN_MS

// A player with a fleet that takes in what it says.
struct show {
	struct studio studio;
	struct tape *tape;
	struct fleet *fleet;
	struct replay_player player;
	struct replay *replay;
	int64_t mono_ms;
	size_t n_events, n_points;
	size_t n_live, n_lost_told; // probes that no snapshot tells, and of what cannot be read
	char lost[512];             // the last of those
	bool has_memory;
};

static void on_event(void *ctx, struct event *event)
{
	struct show *show = ctx;

	show->n_events++;
	show->n_points += event->type == EVENT_POINTS ? event->u.points.n : 0;
	if (event->type == EVENT_NOTICE && event->u.notice.title &&
	    strcmp(event->u.notice.title, "a part of the recording cannot be read") == 0) {
		show->n_lost_told++;
		snprintf(show->lost, sizeof show->lost, "%s", event->u.notice.text);
	} else {
		show->n_live += event->type == EVENT_AGENT_PROBED && !event->is_restated;
	}
	ck_assert(fleet_apply(show->fleet, event) == 0 || !show->has_memory);
	event_unref(event);
}

static void open_show(struct show *show, const char *name)
{
	const struct event_sink sink = { .emit = on_event, .ctx = show };

	show->tape = studio_tape(&show->studio, name);
	ck_assert_int_eq(fleet_create(NULL, &show->fleet), 0);
	show->mono_ms = 5000;
	show->has_memory = true;
	ck_assert_int_eq(replay_player_init(&show->player, show->tape, &sink, show->mono_ms), 0);
	show->replay = &show->player.replay;
}

// Twenty minutes of a fleet, with a snapshot every four.
static void show_init(struct show *show)
{
	*show = (struct show){ 0 };
	studio_init(&show->studio, 12, 5000);
	show->studio.options.limits.snapshot_ms = 4 * MINUTE;
	studio_record(&show->studio, "a.rec");
	studio_play(&show->studio, 20 * MINUTE);
	ck_assert_int_eq(studio_end(&show->studio), 0);
	open_show(show, "a.rec");
}

static void close_show(struct show *show)
{
	replay_player_finish(&show->player);
	fleet_destroy(show->fleet);
	tape_close(show->tape);
}

static void show_finish(struct show *show)
{
	close_show(show);
	studio_finish(&show->studio);
}

static struct replay_state state_of(const struct show *show)
{
	struct replay_state state;

	show->replay->class->look(show->replay, show->mono_ms, &state);
	return state;
}

static void settle(struct show *show)
{
	for (int n = 0; state_of(show).is_jumping; n++) {
		ck_assert_int_lt(n, 1000);
		replay_player_advance(&show->player, show->mono_ms);
	}
}

static void seek(struct show *show, int64_t at_ms)
{
	ck_assert_int_eq(show->replay->class->seek(show->replay, show->mono_ms, at_ms), 0);
	settle(show);
}

static int step(struct show *show, enum replay_step step, int direction)
{
	int r = show->replay->class->step(show->replay, show->mono_ms, step, direction);

	settle(show);
	return r;
}

// Time goes on, and whatever is due is done.
static void wait_ms(struct show *show, int64_t ms)
{
	int64_t end_ms = show->mono_ms + ms, next_ms;

	while ((next_ms = replay_player_next_ms(&show->player)) <= end_ms) {
		show->mono_ms = next_ms > show->mono_ms ? next_ms : show->mono_ms;
		replay_player_advance(&show->player, show->mono_ms);
	}
	show->mono_ms = end_ms;
	replay_player_advance(&show->player, show->mono_ms);
}

START_TEST(played_to_its_end_it_is_the_live_fleet)
{
	struct show show;

	show_init(&show);
	replay_player_set_speed(&show.player, 1000);
	wait_ms(&show, 1190);
	ck_assert(!state_of(&show).is_at_end);
	wait_ms(&show, 20);
	ck_assert(state_of(&show).is_at_end);
	ck_assert_uint_eq(state_of(&show).n_snapshots, 1); // of the others it knew all
	ck_assert_int_eq(state_of(&show).now_ms, state_of(&show).to_ms);
	studio_expect_fleet(show.fleet, show.studio.fleet);
	ck_assert(replay_player_next_ms(&show.player) == INT64_MAX);
	show_finish(&show);
}
END_TEST

START_TEST(set_to_its_end_it_is_the_live_fleet)
{
	struct show show;

	show_init(&show);
	seek(&show, INT64_MAX);
	studio_expect_fleet(show.fleet, show.studio.fleet);
	ck_assert_uint_lt(show.n_events, show.player.facts.n_records / 2); // not all of it
	show_finish(&show);
}
END_TEST

// However one got to a time, what is known there is the same.
START_TEST(forth_and_back_leads_to_the_same_place)
{
	static const int64_t at[] = { 12, 2, 17, 0, 19, 4, 11 };
	struct show show, straight;

	show_init(&show);
	straight = show;
	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
		int64_t at_ms = BEGIN + at[i] * MINUTE + 123;

		open_show(&straight, "a.rec");
		while (straight.player.place.block < show.player.facts.n_blocks) {
			struct record record;

			ck_assert_int_eq(tape_peek(straight.tape, &straight.player.place, &record), 1);
			if (record.at_ms > at_ms)
				break;
			wait_ms(&straight, record.at_ms - replay_player_now_ms(&straight.player, straight.mono_ms));
		}
		seek(&show, at_ms);
		ck_assert_int_eq(state_of(&show).now_ms, at_ms);
		studio_expect_fleet(show.fleet, straight.fleet);
		close_show(&straight);
	}
	ck_assert_uint_ge(state_of(&show).n_snapshots, 4); // it went back, or was shorter from one
	show_finish(&show);
}
END_TEST

START_TEST(before_its_beginning_nothing_was_known)
{
	struct show show;

	show_init(&show);
	seek(&show, BEGIN + 10 * MINUTE);
	seek(&show, 0);
	ck_assert_int_eq(state_of(&show).now_ms, state_of(&show).from_ms);
	ck_assert_uint_eq(fleet_n_agents(show.fleet), 12);                         // of the snapshot it begins with
	ck_assert_uint_ge(fleet_counts(show.fleet)->by_state[HEALTH_UNKNOWN], 11); // one was probed at once
	show_finish(&show);
}
END_TEST

START_TEST(the_clock_stops_hurries_and_goes_on)
{
	struct show show;
	size_t n;

	show_init(&show);
	wait_ms(&show, 10000);
	ck_assert_int_eq(state_of(&show).now_ms, BEGIN + 10000);
	show.replay->class->pause(show.replay, show.mono_ms, true);
	n = show.n_events;
	wait_ms(&show, 100000);
	ck_assert_int_eq(state_of(&show).now_ms, BEGIN + 10000);
	ck_assert_uint_eq(show.n_events, n);
	ck_assert(replay_player_next_ms(&show.player) == INT64_MAX);
	show.replay->class->pause(show.replay, show.mono_ms, false);
	show.replay->class->speed(show.replay, show.mono_ms, 1);
	ck_assert(fabs(state_of(&show).speed - 2) < 0.01);
	wait_ms(&show, 10000);
	ck_assert_int_eq(state_of(&show).now_ms, BEGIN + 30000);
	for (int i = 0; i < 20; i++)
		show.replay->class->speed(show.replay, show.mono_ms, -1);
	ck_assert(fabs(state_of(&show).speed - REPLAY_SPEED_MIN) < 0.01);
	wait_ms(&show, 4000);
	ck_assert_int_eq(state_of(&show).now_ms, BEGIN + 31000);
	for (int i = 0; i < 20; i++)
		show.replay->class->speed(show.replay, show.mono_ms, 1);
	ck_assert(fabs(state_of(&show).speed - REPLAY_SPEED_MAX) < 0.01);
	show_finish(&show);
}
END_TEST

// What came after is not all told at once.
START_TEST(a_clock_that_was_set_back_goes_on_from_there)
{
	struct show show = { 0 };

	studio_init(&show.studio, 12, 5000);
	studio_record(&show.studio, "a.rec");
	studio_play(&show.studio, 10 * MINUTE);
	show.studio.story.now_ms -= 5 * MINUTE;
	studio_play(&show.studio, 10 * MINUTE);
	ck_assert_int_eq(studio_end(&show.studio), 0);
	open_show(&show, "a.rec");
	replay_player_set_speed(&show.player, 100);
	wait_ms(&show, 7000);
	ck_assert(!state_of(&show).is_at_end);
	ck_assert_int_ge(state_of(&show).now_ms, BEGIN + 6 * MINUTE);
	ck_assert_int_le(state_of(&show).now_ms, BEGIN + 7 * MINUTE);
	wait_ms(&show, 5500);
	ck_assert(state_of(&show).is_at_end);
	studio_expect_fleet(show.fleet, show.studio.fleet);
	show_finish(&show);
}
END_TEST

// Each with the state that turned, and the way back ends where the way there did.
START_TEST(transitions_are_stepped_through_both_ways)
{
	int64_t at[400];
	struct show show;
	int n = 0;

	show_init(&show);
	while (step(&show, REPLAY_TRANSITION, 1) == 0) {
		ck_assert_int_lt(n, 400);
		at[n++] = state_of(&show).now_ms;
		ck_assert(state_of(&show).is_paused);
		if (n > 1)
			ck_assert_int_ge(at[n - 1], at[n - 2]);
	}
	ck_assert_uint_eq((uint64_t)n, show.player.facts.n_transitions);
	for (n--; n > 0; n--) {
		ck_assert_int_eq(step(&show, REPLAY_TRANSITION, -1), 0);
		ck_assert_int_eq(state_of(&show).now_ms, at[n - 1]);
	}
	ck_assert_int_eq(step(&show, REPLAY_TRANSITION, -1), -ENOENT);
	ck_assert_uint_eq(fleet_counts(show.fleet)->by_state[HEALTH_UP], 1); // the first one
	show_finish(&show);
}
END_TEST

// Also where it is the last of its block, and the next one came much later.
START_TEST(the_time_of_a_step_is_that_of_what_was_stepped_to)
{
	struct show show;
	struct record record;

	show_init(&show);
	while (step(&show, REPLAY_CHANGE, 1) == 0) {
		ck_assert_int_eq(tape_before(show.tape, show.player.place, &record), 1);
		ck_assert_int_eq(state_of(&show).now_ms, record.at_ms);
	}
	show_finish(&show);
}
END_TEST

START_TEST(a_step_is_to_what_changed)
{
	struct show show;
	size_t n = 0;

	show_init(&show);
	seek(&show, BEGIN + 10 * MINUTE);
	while (step(&show, REPLAY_CHANGE, 1) == 0)
		n++;
	ck_assert_uint_gt(n, 3);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(step(&show, REPLAY_CHANGE, -1), 0);
	ck_assert_int_le(state_of(&show).now_ms, BEGIN + 12 * MINUTE);
	show_finish(&show);
}
END_TEST

START_TEST(an_agents_points_of_before_are_looked_up)
{
	const struct event_sink sink = { .emit = on_event, .ctx = NULL };
	struct metric_point points[2000];
	struct event_sink own = sink;
	struct show show;
	size_t n;

	show_init(&show);
	own.ctx = &show;
	seek(&show, BEGIN + 17 * MINUTE);
	n = fleet_points(show.fleet, 3, 1, 0, INT64_MAX, points, 2000);
	ck_assert_uint_lt(n, 20); // those since the snapshot
	ck_assert_int_eq(replay_history(show.tape, &show.player, 3, 10 * MINUTE, &own), 0);
	ck_assert_uint_ge(show.n_points, STORY_SERIES * 115);
	ck_assert_uint_le(show.n_points, STORY_SERIES * 125);
	n = fleet_points(show.fleet, 3, 1, 0, INT64_MAX, points, 2000);
	ck_assert_uint_ge(n, 115);
	ck_assert_int_le(points[0].at_ms, BEGIN + 8 * MINUTE);
	ck_assert_int_ge(points[n - 1].at_ms, BEGIN + 16 * MINUTE);
	ck_assert_int_eq(replay_history(show.tape, &show.player, 999, 30 * MINUTE, &own), 0); // nobody
	show_finish(&show);
}
END_TEST

// Five minutes of 12 agents, and after a pause five of 4, of which number 3 is another one than number 3 was.
static void show_init_two_runs(struct show *show)
{
	struct studio *studio = &show->studio;
	struct event_sink sink;

	*show = (struct show){ 0 };
	studio_init(studio, 12, 5000);
	studio_record_dir(studio, "all");
	studio_play(studio, 5 * MINUTE);
	ck_assert_int_eq(studio_end(studio), 0);
	fleet_destroy(studio->fleet);
	ck_assert_int_eq(fleet_create(NULL, &studio->fleet), 0);
	sink = studio->story.sink;
	fleet_story_finish(&studio->story);
	fleet_story_init_shifted(&studio->story, 4, 5000, 9, 2, &sink);
	studio->story.now_ms = BEGIN + 10 * MINUTE;
	studio->options.boot = "boot-2";
	studio_record_dir(studio, "all");
	studio_play(studio, 5 * MINUTE);
	ck_assert_int_eq(studio_end(studio), 0);
	open_show(show, "all");
}

// A directory in which another run follows: numbers may mean others, and what was is gone.
START_TEST(another_run_takes_the_place_of_the_one_before)
{
	struct show show;

	show_init_two_runs(&show);
	replay_player_set_speed(&show.player, 1000);
	wait_ms(&show, 1000);
	ck_assert(state_of(&show).is_at_end);
	ck_assert_uint_eq(fleet_n_agents(show.fleet), 4);
	studio_expect_fleet(show.fleet, show.studio.fleet);
	seek(&show, BEGIN + MINUTE);
	ck_assert_uint_eq(fleet_n_agents(show.fleet), 12);
	ck_assert_int_eq(state_of(&show).gap_to_ms, 0);
	seek(&show, BEGIN + 7 * MINUTE); // when nobody recorded
	ck_assert_int_ge(state_of(&show).gap_from_ms, BEGIN + 5 * MINUTE - 7000);
	ck_assert_int_ge(state_of(&show).gap_to_ms, BEGIN + 10 * MINUTE);
	ck_assert_int_le(state_of(&show).gap_to_ms, BEGIN + 10 * MINUTE + 7000);
	show_finish(&show);
}
END_TEST

// What it brought is told anew by the next one.
START_TEST(a_file_that_is_missing_leaves_no_trace_behind_it)
{
	struct show show = { 0 };
	struct shelf shelf;
	char path[256];
	int fd;

	studio_init(&show.studio, 12, 5000);
	show.studio.options.limits.file_ms = 4 * MINUTE;
	studio_record_dir(&show.studio, "all");
	studio_play(&show.studio, 14 * MINUTE);
	ck_assert_int_eq(studio_end(&show.studio), 0);
	fd = open(studio_path(&show.studio, "all"), O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(shelf_read(fd, &shelf), 0);
	ck_assert_uint_eq(shelf.n, 4);
	snprintf(path, sizeof path, "%s/%s", studio_path(&show.studio, "all"), shelf.files[1].name);
	ck_assert_int_eq(unlink(path), 0);
	shelf_finish(&shelf);
	close(fd);
	open_show(&show, "all");
	replay_player_set_speed(&show.player, 1000);
	wait_ms(&show, 1000);
	ck_assert(state_of(&show).is_at_end);
	studio_expect_fleet(show.fleet, show.studio.fleet);
	show_finish(&show);
}
END_TEST

static uint32_t id_of(const struct show *show, const char *key)
{
	const struct fleet_agent *agent = fleet_agent_by_key(show->fleet, key);

	ck_assert_msg(agent, "%s is not there", key);
	return agent->agent->id;
}

START_TEST(an_agent_is_the_same_one_in_every_run)
{
	static const struct event_sink nobody = { .emit = on_event };
	struct event_sink own = nobody;
	uint32_t third, fifth, eleventh;
	struct show show;

	show_init_two_runs(&show);
	own.ctx = &show;
	seek(&show, BEGIN + 4 * MINUTE);
	third = id_of(&show, "agent-0003");
	fifth = id_of(&show, "agent-0005");
	eleventh = id_of(&show, "agent-0011");
	for (int i = 0; i < 3; i++) { // there and back again
		seek(&show, BEGIN + 12 * MINUTE);
		ck_assert_uint_eq(fleet_n_agents(show.fleet), 4);
		ck_assert_uint_eq(id_of(&show, "agent-0003"), third);
		ck_assert_uint_eq(id_of(&show, "agent-0005"), fifth);
		ck_assert_ptr_null(fleet_agent(show.fleet, eleventh));
		show.n_points = 0; // those of this run and of this agent alone
		ck_assert_int_eq(replay_history(show.tape, &show.player, fifth, 60 * (int64_t)MINUTE, &own), 0);
		ck_assert_uint_ge(show.n_points, STORY_SERIES * 20);
		ck_assert_uint_le(show.n_points, STORY_SERIES * 25);
		ck_assert_int_eq(replay_history(show.tape, &show.player, eleventh, 60 * (int64_t)MINUTE, &own), 0);
		ck_assert_uint_le(show.n_points, STORY_SERIES * 25);
		seek(&show, BEGIN + 4 * MINUTE);
		ck_assert_uint_eq(fleet_n_agents(show.fleet), 12);
		ck_assert_uint_eq(id_of(&show, "agent-0003"), third);
		ck_assert_uint_eq(id_of(&show, "agent-0011"), eleventh);
	}
	// Played across the boundary as well.
	replay_player_set_speed(&show.player, 1000);
	wait_ms(&show, 400);
	ck_assert_uint_eq(fleet_n_agents(show.fleet), 4);
	ck_assert_uint_eq(id_of(&show, "agent-0005"), fifth);
	show_finish(&show);
}
END_TEST

// ---- what cannot be read

// Twelve minutes in blocks of about a minute, in a file with an index or without.
static void show_init_spoilt(struct show *show, bool is_closed)
{
	char path[256];
	int fd;

	*show = (struct show){ 0 };
	studio_init(&show->studio, 6, 10000);
	show->studio.options.limits.snapshot_ms = 4 * MINUTE;
	show->studio.options.limits.flush_ms = MINUTE;
	studio_record(&show->studio, "a.rec");
	studio_play(&show->studio, 12 * MINUTE);
	ck_assert_int_eq(studio_end(&show->studio), 0);
	if (is_closed)
		return;
	snprintf(path, sizeof path, "%s", studio_path(&show->studio, "a.rec"));
	fd = open(path, O_RDWR);
	ck_assert_int_eq(ftruncate(fd, lseek(fd, 0, SEEK_END) - 1), 0);
	close(fd);
}

// As it is when nothing is wrong with it: where its blocks are, and how many probes are in them that no snapshot tells.
struct layout {
	size_t n_blocks, n_live[64];
	uint64_t at[64];
	int64_t from_ms[64], to_ms[64];
	unsigned flags[64];
};

static void measure(const struct show *show, struct layout *out)
{
	static const char probed[] = "{\"type\":\"agent_probed\"";
	struct file_reader file;
	struct block_codec codec = { 0 };
	struct record_table table;
	struct record record;
	struct bytes raw;

	*out = (struct layout){ 0 };
	ck_assert_int_eq(file_reader_open(&file, AT_FDCWD, studio_path(&show->studio, "a.rec"), &codec), 0);
	out->n_blocks = file.n_blocks;
	ck_assert_uint_lt(file.n_blocks, 64);
	bytes_init(&raw, BLOCK_RAW_MAX);
	for (size_t i = 0; i < file.n_blocks; i++) {
		ck_assert_int_eq(file_reader_block(&file, i, &codec, &raw), 0);
		ck_assert_int_eq(record_table_open(raw.data, raw.len, &file.blocks[i].head, &table), 0);
		for (size_t k = 0; k < table.n; k++) {
			record_table_at(&table, k, &record);
			out->n_live[i] +=
				!(record.flags & RECORD_RESTATED) && strncmp(record.text, probed, strlen(probed)) == 0;
		}
		out->at[i] = file.blocks[i].at;
		out->from_ms[i] = file.blocks[i].head.from_ms;
		out->to_ms[i] = file.blocks[i].head.to_ms;
		out->flags[i] = file.blocks[i].head.flags;
	}
	bytes_finish(&raw);
	file_reader_close(&file);
	block_codec_finish(&codec);
}

static void spoil(const struct show *show, uint64_t at)
{
	int fd = open(studio_path(&show->studio, "a.rec"), O_RDWR);
	char byte;

	ck_assert_int_eq(pread(fd, &byte, 1, (off_t)at), 1);
	byte ^= 0x55;
	ck_assert_int_eq(pwrite(fd, &byte, 1, (off_t)at), 1);
	close(fd);
}

static void play_through(struct show *show)
{
	replay_player_set_speed(&show->player, 1000);
	for (int i = 0; !state_of(show).is_at_end && i < 10000; i++)
		wait_ms(show, 100);
	ck_assert(state_of(show).is_at_end);
}

static void play_spoilt(struct show *show, const struct layout *whole, size_t bad, uint64_t at, bool is_closed)
{
	size_t n_live = 0;

	for (size_t i = 0; i < whole->n_blocks; i++)
		n_live += i != bad ? whole->n_live[i] : 0;
	spoil(show, at);
	open_show(show, "a.rec");
	show->n_live = show->n_lost_told = 0;
	play_through(show);
	// Of agents whose names were in the first block nothing can be told before the next snapshot.
	ck_assert_msg(bad == 0 ? show->n_live > n_live / 2 : show->n_live == n_live, "block %zu: %zu events, not %zu",
		      bad, show->n_live, n_live);
	if (!is_closed && bad == whole->n_blocks - 1) { // what came last may be missing: that is known
		ck_assert_uint_eq(show->n_lost_told, 0);
	} else {
		ck_assert_uint_eq(show->n_lost_told, 1);
		ck_assert_ptr_nonnull(strstr(show->lost, "nothing is known from "));
		ck_assert_ptr_nonnull(strstr(show->lost, is_closed ? ": 1 block" : " bytes in 1 place"));
	}
	close_show(show);
	spoil(show, at); // as it was
}

START_TEST(a_damaged_block_costs_its_events_and_no_others)
{
	struct layout whole;
	struct show show;

	for (int is_closed = 0; is_closed < 2; is_closed++) {
		show_init_spoilt(&show, is_closed);
		measure(&show, &whole);
		for (size_t i = 0; i < whole.n_blocks; i++) {
			play_spoilt(&show, &whole, i, whole.at[i] + BLOCK_HEAD_BYTES + i, is_closed);
			if (!is_closed) // its head, which an index has as well
				play_spoilt(&show, &whole, i, whole.at[i] + i % 4, is_closed);
		}
		studio_finish(&show.studio);
	}
}
END_TEST

// Not the first block, and none of a snapshot.
static size_t pick(const struct layout *whole)
{
	for (size_t i = whole->n_blocks / 2; i < whole->n_blocks; i++)
		if (!whole->flags[i] && !whole->flags[i + 1])
			return i;
	ck_abort_msg("there is one");
}

START_TEST(a_hole_is_seen_as_long_as_it_lasts_and_until_it_is_mended)
{
	struct layout whole;
	struct show show;

	for (int is_closed = 0; is_closed < 2; is_closed++) {
		int64_t middle_ms;
		size_t bad;

		show_init_spoilt(&show, is_closed);
		measure(&show, &whole);
		bad = pick(&whole);
		spoil(&show, whole.at[bad] + BLOCK_HEAD_BYTES);
		open_show(&show, "a.rec");
		seek(&show, whole.from_ms[bad - 1]);
		ck_assert_int_eq(state_of(&show).gap_to_ms, 0);
		ck_assert_int_eq(state_of(&show).mended_ms, 0);
		middle_ms = (whole.to_ms[bad - 1] + whole.from_ms[bad + 1]) / 2;
		wait_ms(&show, middle_ms - state_of(&show).now_ms);
		ck_assert_int_eq(state_of(&show).gap_from_ms, whole.to_ms[bad - 1]);
		ck_assert_int_eq(state_of(&show).gap_to_ms, whole.from_ms[bad + 1]);
		wait_ms(&show, whole.from_ms[bad + 1] - middle_ms + 1);
		ck_assert_int_eq(state_of(&show).gap_to_ms, 0);
		ck_assert_int_gt(state_of(&show).mended_ms, whole.from_ms[bad + 1]);
		ck_assert_uint_eq(show.n_lost_told, 1);
		wait_ms(&show, state_of(&show).mended_ms - state_of(&show).now_ms + MINUTE);
		ck_assert_int_eq(state_of(&show).mended_ms, 0);
		close_show(&show);
		studio_finish(&show.studio);
	}
}
END_TEST

// It begins at an earlier one: who was added or removed meanwhile is known all the same.
START_TEST(a_jump_does_not_begin_at_a_snapshot_that_lacks_a_part)
{
	struct layout whole;
	struct show show;

	for (int is_closed = 0; is_closed < 2; is_closed++) {
		size_t bad;

		show_init_spoilt(&show, is_closed);
		measure(&show, &whole);
		for (bad = whole.n_blocks - 1; !(whole.flags[bad] & BLOCK_BEGINS_SNAPSHOT); bad--)
			;
		spoil(&show, whole.at[bad] + BLOCK_HEAD_BYTES + 3);
		open_show(&show, "a.rec");
		seek(&show, INT64_MAX);
		ck_assert_uint_eq(fleet_n_agents(show.fleet), fleet_n_agents(show.studio.fleet));
		close_show(&show);
		studio_finish(&show.studio);
	}
}
END_TEST

// ---- gaps

static size_t n_unknown(const struct show *show)
{
	return fleet_counts(show->fleet)->by_state[HEALTH_UNKNOWN];
}

// Everybody is unknown, in the counts and in the rows, and the whole with them; or as a straight run has it.
static void expect_within(const struct show *show)
{
	size_t n = fleet_n_agents(show->fleet);

	ck_assert_int_ne(state_of(show).gap_to_ms, 0);
	ck_assert_uint_gt(n, 0);
	ck_assert_uint_eq(n_unknown(show), n);
	ck_assert_uint_eq(fleet_counts(show->fleet)->by_state[HEALTH_UP], 0);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(fleet_agent_at(show->fleet, i)->state, HEALTH_UNKNOWN);
		ck_assert_int_eq(fleet_agent_at(show->fleet, i)->health.freshness, FRESHNESS_STALE);
	}
	ck_assert_int_eq(fleet_overall(show->fleet), HEALTH_UNKNOWN);
	ck_assert_int_eq(fleet_feed(show->fleet)->state, FEED_STALE);
	ck_assert_int_eq(fleet_feed(show->fleet)->since_ms, state_of(show).gap_from_ms);
	ck_assert_uint_eq(fleet_feed(show->fleet)->n_hubs, 0);
}

static void expect_known(const struct show *show)
{
	ck_assert_int_eq(state_of(show).gap_to_ms, 0);
	ck_assert_int_ne(fleet_feed(show->fleet)->state, FEED_STALE);
	ck_assert_uint_lt(n_unknown(show), fleet_n_agents(show->fleet));
}

START_TEST(in_a_gap_nobody_is_known_to_be_well)
{
	static const double speeds[] = { 1, 60, 1000 };
	struct show show;

	show_init_two_runs(&show);
	for (size_t i = 0; i < sizeof speeds / sizeof speeds[0]; i++) {
		seek(&show, BEGIN + 4 * MINUTE);
		expect_known(&show);
		replay_player_set_speed(&show.player, speeds[i]);
		wait_ms(&show, (int64_t)(3 * MINUTE / speeds[i]));
		expect_within(&show);
		ck_assert_uint_eq(fleet_n_agents(show.fleet), 12);
		wait_ms(&show, (int64_t)(6 * MINUTE / speeds[i]));
		expect_known(&show);
		ck_assert_uint_eq(fleet_n_agents(show.fleet), 4);
		replay_player_set_speed(&show.player, 1000);
		wait_ms(&show, 1000);
		studio_expect_fleet(show.fleet, show.studio.fleet);
	}
	show_finish(&show);
}
END_TEST

START_TEST(a_jump_into_a_gap_within_it_and_out_of_it_finds_what_was_known)
{
	struct show show, fresh;

	show_init_two_runs(&show);
	show.replay->class->pause(show.replay, show.mono_ms, true);
	seek(&show, BEGIN + 7 * MINUTE);
	expect_within(&show);
	seek(&show, BEGIN + 8 * MINUTE);
	expect_within(&show);
	seek(&show, state_of(&show).gap_from_ms); // the last moment that something was known of
	expect_known(&show);
	seek(&show, BEGIN + 6 * MINUTE);
	expect_within(&show);
	for (int i = 0; i < 2; i++) {
		static const int at[] = { 4, 12 };

		fresh = show;
		open_show(&fresh, "all");
		seek(&fresh, BEGIN + at[i] * MINUTE);
		seek(&show, BEGIN + at[i] * MINUTE);
		expect_known(&show);
		studio_expect_fleet(show.fleet, fresh.fleet);
		close_show(&fresh);
		seek(&show, BEGIN + 9 * MINUTE);
		expect_within(&show);
	}
	seek(&show, INT64_MAX);
	studio_expect_fleet(show.fleet, show.studio.fleet);
	show_finish(&show);
}
END_TEST

START_TEST(a_step_leads_out_of_a_gap_both_ways)
{
	struct show show;

	show_init_two_runs(&show);
	seek(&show, BEGIN + 7 * MINUTE);
	expect_within(&show);
	ck_assert_int_eq(step(&show, REPLAY_TRANSITION, -1), 0);
	expect_known(&show);
	ck_assert_int_le(state_of(&show).now_ms, BEGIN + 5 * MINUTE);
	seek(&show, BEGIN + 7 * MINUTE);
	ck_assert_int_eq(step(&show, REPLAY_TRANSITION, 1), 0);
	expect_known(&show);
	ck_assert_int_ge(state_of(&show).now_ms, BEGIN + 10 * MINUTE);
	ck_assert_int_eq(step(&show, REPLAY_TRANSITION, -1), 0); // over all of it
	expect_known(&show);
	ck_assert_int_le(state_of(&show).now_ms, BEGIN + 5 * MINUTE);
	show_finish(&show);
}
END_TEST

START_TEST(a_clock_that_is_stopped_late_has_told_of_the_gap)
{
	struct show show;

	show_init_two_runs(&show);
	seek(&show, BEGIN + 4 * MINUTE);
	wait_ms(&show, 30 * 1000);
	show.mono_ms += 2 * MINUTE; // and nobody came to look at it
	show.replay->class->pause(show.replay, show.mono_ms, true);
	expect_within(&show);
	show_finish(&show);
}
END_TEST

// Behind a damaged block no snapshot comes at once: each is known again when it is heard of.
START_TEST(behind_a_damaged_block_each_is_known_when_it_is_heard_of)
{
	struct layout whole;
	struct show show;

	for (int is_closed = 0; is_closed < 2; is_closed++) {
		size_t bad, before;

		show_init_spoilt(&show, is_closed);
		measure(&show, &whole);
		bad = pick(&whole);
		spoil(&show, whole.at[bad] + BLOCK_HEAD_BYTES);
		open_show(&show, "a.rec");
		show.replay->class->pause(show.replay, show.mono_ms, true);
		seek(&show, whole.to_ms[bad - 1]);
		expect_known(&show);
		before = n_unknown(&show);
		seek(&show, (whole.to_ms[bad - 1] + whole.from_ms[bad + 1]) / 2);
		expect_within(&show);
		seek(&show, whole.from_ms[bad + 1]);
		expect_known(&show);
		ck_assert_uint_gt(n_unknown(&show), before);
		seek(&show, whole.from_ms[bad + 1] + 15000); // all were probed since
		ck_assert_uint_le(n_unknown(&show), before);
		ck_assert_int_ne(state_of(&show).mended_ms, 0);
		seek(&show, INT64_MAX);
		studio_expect_fleet(show.fleet, show.studio.fleet);
		seek(&show, BEGIN);
		show.replay->class->pause(show.replay, show.mono_ms, false);
		play_through(&show);
		ck_assert_uint_eq(n_unknown(&show), fleet_counts(show.studio.fleet)->by_state[HEALTH_UNKNOWN]);
		ck_assert_int_eq(fleet_feed(show.fleet)->state, fleet_feed(show.studio.fleet)->state);
		close_show(&show);
		studio_finish(&show.studio);
	}
}
END_TEST

START_TEST(a_recording_whose_end_is_damaged_ends_with_nobody_known)
{
	struct layout whole;
	struct show show;

	show_init_spoilt(&show, true);
	measure(&show, &whole);
	spoil(&show, whole.at[whole.n_blocks - 1] + BLOCK_HEAD_BYTES);
	open_show(&show, "a.rec");
	seek(&show, BEGIN + 10 * MINUTE);
	play_through(&show);
	wait_ms(&show, 1000);
	ck_assert(replay_player_next_ms(&show.player) == INT64_MAX);
	ck_assert_uint_eq(n_unknown(&show), fleet_n_agents(show.fleet));
	seek(&show, BEGIN + 10 * MINUTE);
	expect_known(&show);
	seek(&show, INT64_MAX);
	ck_assert_uint_eq(n_unknown(&show), fleet_n_agents(show.fleet));
	close_show(&show);
	studio_finish(&show.studio);
}
END_TEST

static struct instant story_now(const struct studio *studio) // as the studio has it
{
	return (struct instant){ .mono_ms = studio->story.now_ms - BEGIN + 1, .wall_ms = studio->story.now_ms };
}

// The recording has nothing of that time, as of a fleet that has nothing to say, but for what it says itself.
START_TEST(while_the_recorder_was_stopped_nobody_is_known_to_be_well)
{
	struct show show = { 0 };
	struct studio *studio = &show.studio;
	struct instant now;

	studio_init(studio, 12, 5000);
	studio_record(studio, "a.rec");
	studio_play(studio, 2 * MINUTE);
	now = story_now(studio);
	ck_assert(!recorder_wake(studio->recorder, now)); // it was not
	studio->story.now_ms += 46000;
	now = story_now(studio);
	ck_assert(recorder_wake(studio->recorder, now));
	ck_assert(!recorder_wake(studio->recorder, now));
	studio_play(studio, 2 * MINUTE);
	ck_assert_int_eq(studio_end(studio), 0);
	open_show(&show, "a.rec");
	ck_assert_uint_eq(show.player.facts.n_gaps, 1);
	seek(&show, BEGIN + 2 * MINUTE - 2000);
	expect_known(&show);
	wait_ms(&show, 20000);
	expect_within(&show);
	wait_ms(&show, 40000);
	expect_known(&show);
	seek(&show, INT64_MAX);
	studio_expect_fleet(show.fleet, studio->fleet);
	show_finish(&show);
}
END_TEST

START_TEST(without_memory_a_part_is_missing_and_mended)
{
	struct show show;

	show_init(&show);
	show.has_memory = false;
	for (long n = 0; n < 200; n += 11) {
		mem_fail_once(n);
		show.replay->class->seek(show.replay, show.mono_ms, BEGIN + (n % 19) * MINUTE);
		for (int i = 0; state_of(&show).is_jumping && i < 100; i++)
			replay_player_advance(&show.player, show.mono_ms);
		mem_fail_once(-1);
		settle(&show);
	}
	show.has_memory = true;
	seek(&show, BEGIN);
	seek(&show, INT64_MAX);
	studio_expect_fleet(show.fleet, show.studio.fleet);
	show_finish(&show);
}
END_TEST

SUITE("replay", played_to_its_end_it_is_the_live_fleet, set_to_its_end_it_is_the_live_fleet,
      forth_and_back_leads_to_the_same_place, before_its_beginning_nothing_was_known,
      the_clock_stops_hurries_and_goes_on, a_clock_that_was_set_back_goes_on_from_there,
      transitions_are_stepped_through_both_ways, the_time_of_a_step_is_that_of_what_was_stepped_to,
      a_step_is_to_what_changed, an_agents_points_of_before_are_looked_up,
      another_run_takes_the_place_of_the_one_before, a_file_that_is_missing_leaves_no_trace_behind_it,
      an_agent_is_the_same_one_in_every_run, a_damaged_block_costs_its_events_and_no_others,
      a_hole_is_seen_as_long_as_it_lasts_and_until_it_is_mended, a_jump_does_not_begin_at_a_snapshot_that_lacks_a_part,
      in_a_gap_nobody_is_known_to_be_well, a_jump_into_a_gap_within_it_and_out_of_it_finds_what_was_known,
      a_step_leads_out_of_a_gap_both_ways, a_clock_that_is_stopped_late_has_told_of_the_gap,
      behind_a_damaged_block_each_is_known_when_it_is_heard_of, a_recording_whose_end_is_damaged_ends_with_nobody_known,
      while_the_recorder_was_stopped_nobody_is_known_to_be_well, without_memory_a_part_is_missing_and_mended)
