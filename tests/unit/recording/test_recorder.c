// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "recording/turns.h"
#include "tests/support/event_dice.h"
#include "tests/support/suite.h"
#include "tests/unit/recording/studio.h"
#include "wire/event_json.h"

enum { MINUTE = 60000 };

static struct tape_facts facts_of(const struct studio *studio, const char *name)
{
	struct tape *tape = studio_tape(studio, name);
	struct tape_facts facts;

	tape_look(tape, &facts);
	facts.about = NULL;
	tape_close(tape);
	return facts;
}

START_TEST(what_is_recorded_makes_the_same_fleet_again)
{
	struct tape_facts facts;
	struct studio studio;

	studio_init(&studio, 12, 5000);
	studio_play(&studio, MINUTE); // before it: it is in the snapshot
	studio_record(&studio, "a.rec");
	studio_play(&studio, 30 * MINUTE);
	ck_assert_int_eq(studio_end(&studio), 0);
	studio_expect_same(&studio, "a.rec");
	facts = facts_of(&studio, "a.rec");
	ck_assert(!facts.was_torn);
	ck_assert_uint_eq(facts.n_gaps, 0);
	ck_assert_uint_eq(facts.n_snapshots, 3); // one at the start, and every ten minutes
	ck_assert_uint_gt(facts.n_transitions, 0);
	ck_assert_uint_gt(facts.n_changes, facts.n_transitions);
	ck_assert_uint_lt(facts.n_bytes, facts.n_raw_bytes / 5);
	studio_finish(&studio);
}
END_TEST

START_TEST(a_thread_writes_the_same)
{
	struct studio studio;

	studio_init(&studio, 12, 5000);
	studio.options.is_waiting = false;
	studio_record(&studio, "a.rec");
	studio_play(&studio, 10 * MINUTE);
	ck_assert_int_eq(studio_end(&studio), 0);
	studio_expect_same(&studio, "a.rec");
	studio_finish(&studio);
}
END_TEST

START_TEST(much_that_happens_brings_snapshots_too)
{
	struct studio studio;

	studio_init(&studio, 12, 5000);
	studio.options.limits.snapshot_bytes = 100000;
	studio_record(&studio, "a.rec");
	studio_play(&studio, 5 * MINUTE);
	ck_assert_int_eq(studio_end(&studio), 0);
	ck_assert_uint_gt(facts_of(&studio, "a.rec").n_snapshots, 5);
	studio_expect_same(&studio, "a.rec");
	studio_finish(&studio);
}
END_TEST

static unsigned flags_of(struct turns *turns, struct event *event)
{
	unsigned flags = turns_take(turns, event);

	event_unref(event);
	return flags;
}

static struct event *probed(enum observed observed, const char *detail)
{
	struct event *event = event_new(EVENT_AGENT_PROBED, 1000, 7);
	struct health *health = &event->u.probed.health;

	health->observed = health->toward = observed;
	health->last_probe_ms = 1000;
	snprintf(health->detail, sizeof health->detail, "%s", detail);
	return event;
}

static struct event *alerted(uint32_t id, enum alert_state state)
{
	struct event *event = event_new(EVENT_ALERT, 1000, 0);

	event->u.alert.id = id;
	event->u.alert.state = state;
	return event;
}

static struct event *fed(enum feed_state state)
{
	struct event *event = event_new(EVENT_FEED, 1000, 0);

	event->u.feed.state = state;
	return event;
}

// What a reader steps to.
static struct event *operated(enum operation_state state)
{
	struct event *event = event_new(EVENT_OPERATION, 1000, 0);
	struct plan *plan = dice_large_plan(1, 1, 8, 8);
	struct operation *operation = dice_large_operation(plan);

	operation->state = state;
	event->u.operation = operation;
	plan_unref(plan);
	return event;
}

START_TEST(changes_and_turns_are_told_from_readings)
{
	const unsigned change = RECORD_CHANGE, turn = RECORD_CHANGE | RECORD_TRANSITION;
	struct turns turns = { 0 };

	ck_assert_uint_eq(flags_of(&turns, probed(OBSERVED_UP, "")), turn);
	ck_assert_uint_eq(flags_of(&turns, probed(OBSERVED_UP, "")), 0);
	ck_assert_uint_eq(flags_of(&turns, probed(OBSERVED_UP, "slow")), change);
	ck_assert_uint_eq(flags_of(&turns, probed(OBSERVED_UP, "slow")), 0);
	ck_assert_uint_eq(flags_of(&turns, probed(OBSERVED_DOWN, "slow")), turn);
	ck_assert_uint_eq(flags_of(&turns, event_new(EVENT_AGENT_REMOVED, 1000, 7)), change);
	ck_assert_uint_eq(flags_of(&turns, probed(OBSERVED_DOWN, "slow")), turn); // somebody else
	ck_assert_uint_eq(flags_of(&turns, alerted(7, ALERT_ACTIVE)), turn);
	ck_assert_uint_eq(flags_of(&turns, alerted(7, ALERT_ACTIVE)), change);
	ck_assert_uint_eq(flags_of(&turns, alerted(7, ALERT_RESOLVED)), turn);
	ck_assert_uint_eq(flags_of(&turns, alerted(7, ALERT_RESOLVED)), turn); // it was forgotten
	ck_assert_uint_eq(flags_of(&turns, operated(OPERATION_RUNNING)), turn);
	ck_assert_uint_eq(flags_of(&turns, operated(OPERATION_RUNNING)), change);
	ck_assert_uint_eq(flags_of(&turns, operated(OPERATION_FAILED)), turn);
	ck_assert_uint_eq(flags_of(&turns, operated(OPERATION_FAILED)), turn); // as with alerts
	ck_assert_uint_eq(flags_of(&turns, fed(FEED_LIVE)), change);
	ck_assert_uint_eq(flags_of(&turns, fed(FEED_LIVE)), 0);
	ck_assert_uint_eq(flags_of(&turns, fed(FEED_STALE)), change);
	ck_assert_uint_eq(flags_of(&turns, event_new(EVENT_METRICS, 1000, 7)), RECORD_METRICS);
	ck_assert_uint_eq(flags_of(&turns, event_new(EVENT_SNAPSHOT, 1000, 0)), 0);
	ck_assert_uint_eq(flags_of(&turns, event_new(EVENT_NOTICE, 1000, 0)), change);
	mem_fail_after(0);
	ck_assert_uint_eq(turns_take(&turns, &(struct event){ .type = EVENT_AGENT_HEALTH, .agent = 8 }), turn);
	mem_fail_after(-1);
	turns_finish(&turns);
}
END_TEST

// It is nothing that anything else depends on, and the next one comes in a moment.
START_TEST(a_scrape_that_is_too_large_is_no_gap)
{
	enum { ROWS = 50000, ROW_BYTES = 400 };
	struct event *event;
	struct studio studio;
	char row[ROW_BYTES];

	studio_init(&studio, 3, 5000);
	studio_record(&studio, "a.rec");
	event = event_new(EVENT_SCRAPE, studio.story.now_ms, 1);
	event->channel = CHANNEL_METRICS;
	event->u.scrape.rows = mem_calloc(ROWS, sizeof *event->u.scrape.rows);
	event->u.scrape.n_rows = ROWS;
	memset(row, 'x', sizeof row - 1);
	row[sizeof row - 1] = '\0';
	for (size_t i = 0; i < ROWS; i++)
		event->u.scrape.rows[i] = (struct scrape_row){ mem_strdup(row), "gauge", 1 };
	studio.story.sink.emit(studio.story.sink.ctx, event);
	ck_assert(!recorder_look(studio.recorder)->is_behind);
	studio_play(&studio, MINUTE);
	ck_assert_int_eq(studio_end(&studio), 0);
	ck_assert_uint_eq(facts_of(&studio, "a.rec").n_gaps, 0);
	studio_expect_same(&studio, "a.rec");
	studio_finish(&studio);
}
END_TEST

// It is no reason to stop, and no gap that the next snapshot would only tear open again.
START_TEST(an_operation_that_is_larger_than_a_record_is_recorded_without_its_steps)
{
	static const struct {
		size_t n_step_bytes, n_name_bytes, n_recorded;
	} rows[] = { { 3600, 8, 1 }, { 8, 3600, 0 } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct plan *plan = dice_large_plan(1, 5000, rows[i].n_step_bytes, rows[i].n_name_bytes);
		struct tape_place place = { 0 };
		struct event_reader reader;
		struct record record;
		struct studio studio;
		struct fleet *again;
		struct tape *tape;

		studio_init(&studio, 3, 5000);
		studio.options.limits.snapshot_ms = MINUTE;
		studio_record(&studio, "a.rec");
		for (int k = 0; k < 3; k++) {
			struct event *event = event_new(EVENT_OPERATION, studio.story.now_ms, 0);

			event->u.operation = dice_large_operation(plan);
			studio.story.sink.emit(studio.story.sink.ctx, event);
			studio_play(&studio, MINUTE / 2);
		}
		ck_assert_uint_eq(recorder_look(studio.recorder)->n_lost, 0);
		ck_assert_int_eq(studio_end(&studio), 0);
		ck_assert_uint_eq(facts_of(&studio, "a.rec").n_gaps, 0);
		tape = studio_tape(&studio, "a.rec");
		ck_assert_int_eq(fleet_create(NULL, &again), 0);
		event_reader_init(&reader, 0);
		while (tape_next(tape, &place, &record) == 1) {
			struct event *event = NULL;

			ck_assert_int_eq(event_json_read(&reader, record.text, record.n, &event, NULL), 0);
			ck_assert_int_eq(fleet_apply(again, event), 0);
			event_unref(event);
		}
		ck_assert_uint_eq(fleet_n_operations(again), rows[i].n_recorded);
		ck_assert_uint_eq(fleet_n_agents(again), 3);
		event_reader_finish(&reader);
		fleet_destroy(again);
		tape_close(tape);
		plan_unref(plan);
		studio_finish(&studio);
	}
}
END_TEST

// Whoever begins to read at one has none from before; nor has a file of those that follow each other.
START_TEST(each_snapshot_brings_the_plans_of_its_operations)
{
	struct event_dice dice = { .state = 5 };
	struct event *operation, *again;
	struct studio studio;

	studio_init(&studio, 3, 5000);
	studio.options.limits.snapshot_ms = MINUTE;
	studio_record(&studio, "a.rec");
	studio_play(&studio, MINUTE / 2);
	operation = dice_event(&dice, EVENT_OPERATION, studio.story.now_ms);
	studio.story.sink.emit(studio.story.sink.ctx, event_ref(operation));
	studio_play(&studio, 3 * MINUTE + MINUTE / 2);
	again = event_new(EVENT_OPERATION, studio.story.now_ms, 0);
	again->u.operation = operation_ref(operation->u.operation);
	studio.story.sink.emit(studio.story.sink.ctx, again);
	ck_assert_uint_eq(fleet_n_operations(studio.fleet), 1);
	studio_play(&studio, 1000);
	ck_assert_int_eq(studio_end(&studio), 0);
	studio_expect_same(&studio, "a.rec");
	studio_expect_same_at_end(&studio, "a.rec");
	event_unref(operation);
	event_dice_finish(&dice);
	studio_finish(&studio);
}
END_TEST

// What a crash may cost is what came after the last flush.
START_TEST(events_do_not_wait_for_long)
{
	struct studio studio;
	struct tape_facts facts;

	studio_init(&studio, 12, 5000);
	studio_record(&studio, "a.rec");
	studio_play(&studio, 5 * MINUTE);
	facts = facts_of(&studio, "a.rec"); // while it is written
	ck_assert(facts.was_torn);
	ck_assert_int_ge(facts.to_ms, studio.story.now_ms - 7000);
	ck_assert_int_eq(studio_end(&studio), 0);
	ck_assert(!facts_of(&studio, "a.rec").was_torn);
	studio_finish(&studio);
}
END_TEST

static off_t size_of_all(const struct studio *studio, const char *name)
{
	int fd = open(studio_path(studio, name), O_RDONLY | O_DIRECTORY);
	struct shelf shelf;
	uint64_t n = 0;

	ck_assert_int_eq(shelf_read(fd, &shelf), 0);
	for (size_t i = 0; i < shelf.n; i++)
		n += shelf.files[i].n_bytes;
	shelf_finish(&shelf);
	close(fd);
	return (off_t)n;
}

START_TEST(a_directory_stays_within_its_size_and_goes_on)
{
	const off_t limit = 300000;
	struct studio studio;
	struct tape_facts facts;
	struct stat st;

	studio_init(&studio, 12, 5000);
	studio.options.limits.all.n_bytes = (uint64_t)limit;
	studio.options.limits.snapshot_ms = MINUTE;
	studio_record_dir(&studio, "all");
	for (int i = 0; i < 60; i++) {
		studio_play(&studio, MINUTE);
		ck_assert_int_le(size_of_all(&studio, "all"), limit);
	}
	ck_assert_int_eq(studio_end(&studio), 0);
	ck_assert_int_gt(size_of_all(&studio, "all"), limit / 3);
	ck_assert_int_eq(stat(studio_path(&studio, "all"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	facts = facts_of(&studio, "all");
	ck_assert_uint_ge(facts.n_files, 3);
	ck_assert_int_gt(facts.from_ms, FLEET_STORY_BEGIN_MS + 10 * MINUTE); // the oldest have gone
	ck_assert_int_ge(facts.to_ms, studio.story.now_ms - 1000);
	studio_finish(&studio);
}
END_TEST

START_TEST(files_follow_each_other_by_age_as_one_recording)
{
	struct studio studio;

	studio_init(&studio, 12, 5000);
	studio.options.limits.file_ms = 5 * MINUTE;
	studio_record_dir(&studio, "all");
	studio_play(&studio, 22 * MINUTE);
	ck_assert_int_eq(studio_end(&studio), 0);
	ck_assert_uint_eq(facts_of(&studio, "all").n_files, 5);
	studio_expect_same(&studio, "all");
	studio_finish(&studio);
}
END_TEST

// Whole files go, and only when another one is begun.
START_TEST(what_must_not_grow_old_is_in_short_files)
{
	struct recorder_state state;
	struct studio studio;

	studio_init(&studio, 12, 5000);
	studio.options.limits.all.age_ms = 20 * MINUTE;
	studio_record_dir(&studio, "all");
	studio_play(&studio, 22 * MINUTE);
	ck_assert_int_eq(recorder_destroy(studio.recorder, (struct instant){ 1, 1 }, 5000, &state), 0);
	studio.recorder = NULL;
	ck_assert_uint_eq(state.n_files, 5);
	studio_finish(&studio);
}
END_TEST

static size_t n_files_in(const struct studio *studio, const char *name)
{
	int fd = open(studio_path(studio, name), O_RDONLY | O_DIRECTORY);
	struct shelf shelf;
	size_t n;

	ck_assert_int_eq(shelf_read(fd, &shelf), 0);
	n = shelf.n;
	shelf_finish(&shelf);
	close(fd);
	return n;
}

START_TEST(what_is_too_old_goes_with_the_next_file)
{
	const int64_t now_ms = clock_now().wall_ms, day_ms = 24 * 60 * (int64_t)MINUTE;
	struct studio studio;
	char why[256];

	studio_init(&studio, 3, 5000);
	studio.options.dir = studio_path(&studio, "all");
	studio.options.fleet = studio.fleet;
	studio.options.limits.all.age_ms = 2 * day_ms;
	ck_assert_int_eq(
		recorder_create(&studio.options, (struct instant){ 1, now_ms }, &studio.recorder, why, sizeof why), 0);
	recorder_tick(studio.recorder, (struct instant){ 1 + day_ms, now_ms + day_ms });
	ck_assert_uint_eq(n_files_in(&studio, "all"), 2);
	recorder_tick(studio.recorder, (struct instant){ 1 + 3 * day_ms, now_ms + 3 * day_ms });
	ck_assert_uint_eq(n_files_in(&studio, "all"), 1);
	ck_assert_int_eq(studio_end(&studio), 0);
	studio_finish(&studio);
}
END_TEST

START_TEST(a_clock_that_was_set_forward_is_not_believed_at_once)
{
	const int64_t up_ms = 5000 * (int64_t)MINUTE; // since the machine was started
	const int64_t now_ms = clock_now().wall_ms, year_ms = INT64_C(365) * 24 * 60 * MINUTE;
	struct studio studio;
	char why[256];

	studio_init(&studio, 3, 5000);
	studio.options.dir = studio_path(&studio, "all");
	studio.options.fleet = studio.fleet;
	studio.options.limits.file_ms = MINUTE;
	studio.options.limits.all.age_ms = 24 * 60 * MINUTE;
	ck_assert_int_eq(
		recorder_create(&studio.options, (struct instant){ up_ms, now_ms }, &studio.recorder, why, sizeof why),
		0);
	recorder_tick(studio.recorder, (struct instant){ up_ms + 1000, now_ms + 1000 });
	ck_assert_uint_eq(n_files_in(&studio, "all"), 1);
	recorder_tick(studio.recorder, (struct instant){ up_ms + MINUTE, now_ms + MINUTE });
	ck_assert_uint_eq(n_files_in(&studio, "all"), 2);
	recorder_tick(studio.recorder, (struct instant){ up_ms + 2 * MINUTE, now_ms + year_ms });
	ck_assert_uint_eq(n_files_in(&studio, "all"), 3);
	recorder_tick(studio.recorder, (struct instant){ up_ms + 3 * MINUTE, now_ms + 3 * MINUTE }); // and back
	ck_assert_uint_eq(n_files_in(&studio, "all"), 4);
	recorder_tick(studio.recorder, (struct instant){ up_ms + 4 * MINUTE, now_ms + year_ms });
	ck_assert_uint_eq(n_files_in(&studio, "all"), 5);
	recorder_tick(studio.recorder,
		      (struct instant){ up_ms + 5 * MINUTE, now_ms + year_ms + MINUTE }); // it stays so
	ck_assert_uint_eq(n_files_in(&studio, "all"), 1);
	ck_assert_int_eq(studio_end(&studio), 0);
	studio_finish(&studio);
}
END_TEST

// Files of one run are in the order of their names, whatever the clock does.
START_TEST(a_clock_that_is_set_back_leaves_the_files_in_order)
{
	struct tape_place place = { 0 };
	struct record record;
	struct studio studio;
	struct tape *tape;
	char why[256];

	studio_init(&studio, 3, 5000);
	studio.options.dir = studio_path(&studio, "all");
	studio.options.fleet = studio.fleet;
	studio.options.limits.file_ms = MINUTE;
	ck_assert_int_eq(recorder_create(&studio.options, (struct instant){ 1, FLEET_STORY_BEGIN_MS }, &studio.recorder,
					 why, sizeof why),
			 0);
	recorder_tick(studio.recorder, (struct instant){ 1 + MINUTE, FLEET_STORY_BEGIN_MS - 60 * MINUTE });
	recorder_tick(studio.recorder, (struct instant){ 1 + 2 * MINUTE, FLEET_STORY_BEGIN_MS - 60 * MINUTE });
	ck_assert_int_eq(studio_end(&studio), 0);
	tape = studio_tape(&studio, "all");
	ck_assert_int_eq(tape_peek(tape, &place, &record), 1);
	ck_assert_int_eq(record.at_ms, FLEET_STORY_BEGIN_MS);
	place.block = 1;
	ck_assert_int_eq(tape_peek(tape, &place, &record), 1);
	ck_assert_int_eq(record.at_ms, FLEET_STORY_BEGIN_MS - 60 * MINUTE);
	tape_close(tape);
	ck_assert_uint_eq(n_files_in(&studio, "all"), 3);
	studio_finish(&studio);
}
END_TEST

// What waits for the disk is counted as it is in memory, which is far more than what comes of it.
START_TEST(a_file_that_was_just_begun_goes_on)
{
	const struct recorder_state *state;
	struct studio studio;

	studio_init(&studio, 30, 5000);
	studio.options.is_waiting = false;
	studio.options.limits.file_ms = MINUTE;
	studio.options.limits.flush_ms = 10 * MINUTE;
	studio_record_dir(&studio, "all");
	studio_play(&studio, MINUTE + 2000);
	state = recorder_look(studio.recorder);
	while (state->n_files < 2 && !state->error) // until the thread has begun it
		recorder_take_in(studio.recorder);
	studio_play(&studio, MINUTE / 2);
	ck_assert_int_eq(studio_end(&studio), 0);
	ck_assert_uint_eq(facts_of(&studio, "all").n_files, 2);
	studio_expect_same(&studio, "all");
	studio_finish(&studio);
}
END_TEST

// Nobody takes in what the thread has done: as a disk that does not keep up.
START_TEST(a_slow_disk_costs_events_and_a_snapshot_mends_it)
{
	struct studio studio;
	const struct recorder_state *state;
	int64_t end_ms;

	studio_init(&studio, 12, 5000);
	studio.options.is_waiting = false;
	studio.options.limits.waiting_bytes = 1;
	studio_record(&studio, "a.rec");
	state = recorder_look(studio.recorder);
	end_ms = studio.story.now_ms + 10 * MINUTE;
	while (!state->is_behind && studio.story.now_ms < end_ms)
		fleet_story_step(&studio.story);
	ck_assert(state->is_behind);
	studio_play(&studio, 500); // lost
	ck_assert_uint_gt(state->n_lost, 0);
	while (state->is_behind) // until what waits is written
		recorder_tick(studio.recorder, (struct instant){ .mono_ms = end_ms, .wall_ms = studio.story.now_ms });
	ck_assert_int_eq(studio_end(&studio), 0);
	ck_assert_uint_ge(facts_of(&studio, "a.rec").n_gaps, 1);
	studio_expect_same(&studio, "a.rec");
	studio_finish(&studio);
}
END_TEST

START_TEST(what_cannot_be_begun_is_explained)
{
	struct recorder *recorder;
	struct studio studio;
	char why[512];

	studio_init(&studio, 1, 5000);
	studio_record(&studio, "a.rec");
	ck_assert_int_eq(studio_end(&studio), 0);
	ck_assert_int_eq(recorder_create(&studio.options, (struct instant){ 1, 1 }, &recorder, why, sizeof why),
			 -EEXIST);
	ck_assert_ptr_nonnull(strstr(why, "a.rec: File exists"));
	studio.options.path = NULL;
	studio.options.dir = studio_path(&studio, "a.rec");
	ck_assert_int_eq(recorder_create(&studio.options, (struct instant){ 1, 1 }, &recorder, why, sizeof why),
			 -ENOTDIR);
	studio.options.dir = "/nonexistent/recordings";
	ck_assert_int_eq(recorder_create(&studio.options, (struct instant){ 1, 1 }, &recorder, why, sizeof why),
			 -ENOENT);
	studio_finish(&studio);
}
END_TEST

// Whatever fails for want of memory is a gap, and mended, or ends it.
START_TEST(each_allocation_that_fails_costs_a_gap_or_is_said)
{
	struct recorder_options options;
	struct studio studio;
	char why[256], name[32];
	long n = 0;
	bool has_failed = true;
	size_t n_ended = 0;
	int r;

	studio_init(&studio, 3, 5000);
	for (; has_failed; n++) {
		unsigned long failed = mem_n_failed();

		ck_assert_int_lt(n, 5000);
		snprintf(name, sizeof name, "%ld.rec", n);
		options = studio.options;
		options.path = studio_path(&studio, name);
		options.fleet = studio.fleet;
		mem_fail_once(n);
		if (recorder_create(&options, (struct instant){ 1, studio.story.now_ms }, &studio.recorder, why,
				    sizeof why) < 0) {
			mem_fail_once(-1);
			ck_assert_ptr_null(studio.recorder);
			continue;
		}
		recorder_tick(studio.recorder, (struct instant){ 1000, studio.story.now_ms });
		has_failed = mem_n_failed() != failed;
		mem_fail_once(-1);
		studio_play(&studio, 2000);
		r = studio_end(&studio);
		ck_assert(r == 0 || r == -ENOMEM); // the writer's own: it ends, and says so
		n_ended += r < 0;
		if (r == 0)
			studio_expect_same(&studio, name);
		else
			tape_close(studio_tape(&studio, name));
		unlink(studio_path(&studio, name));
	}
	ck_assert_uint_lt(n_ended, (size_t)n / 4);
	studio_finish(&studio);
}
END_TEST

SUITE("recorder", what_is_recorded_makes_the_same_fleet_again, a_thread_writes_the_same,
      much_that_happens_brings_snapshots_too, changes_and_turns_are_told_from_readings,
      a_scrape_that_is_too_large_is_no_gap, each_snapshot_brings_the_plans_of_its_operations,
      an_operation_that_is_larger_than_a_record_is_recorded_without_its_steps, events_do_not_wait_for_long,
      a_directory_stays_within_its_size_and_goes_on, files_follow_each_other_by_age_as_one_recording,
      what_must_not_grow_old_is_in_short_files, what_is_too_old_goes_with_the_next_file,
      a_clock_that_was_set_forward_is_not_believed_at_once, a_clock_that_is_set_back_leaves_the_files_in_order,
      a_file_that_was_just_begun_goes_on, a_slow_disk_costs_events_and_a_snapshot_mends_it,
      what_cannot_be_begun_is_explained, each_allocation_that_fails_costs_a_gap_or_is_said)
