// SPDX-License-Identifier: Apache-2.0
/* A recording on a bad disk: it ends and says why, the program goes on, and what was whole is read. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/bad_disk.h"
#include "tests/support/suite.h"
#include "tests/unit/recording/studio.h"

enum { MINUTE = 60000 };

static void make_studio(struct studio *studio)
{
	studio_init(studio, 6, 5000);
	studio->options.limits.file_ms = MINUTE / 2;
	studio->options.limits.all.n_bytes = 100000;
}

// A day on that disk; what ended the recording, or would not let it begin. The directory is there already.
static int live(struct studio *studio)
{
	struct recorder *recorder;
	char why[256] = "";
	int r;

	studio->options.dir = studio_path(studio, "all");
	studio->options.fleet = studio->fleet;
	r = recorder_create(&studio->options, (struct instant){ 1, studio->story.now_ms }, &recorder, why, sizeof why);
	if (r < 0) {
		ck_assert_ptr_nonnull(strstr(why, strerror(-r)));
		return r;
	}
	studio->recorder = recorder;
	studio_play(studio, 3 * (int64_t)MINUTE);
	return studio_end(studio);
}

// Whatever is there can be read to its end.
static void read_all(const struct studio *studio)
{
	struct tape_place place;
	struct record record;
	struct tape *tape;
	char why[256];
	int r;

	r = tape_open(studio_path(studio, "all"), &tape, why, sizeof why);
	if (r < 0) {
		ck_assert(r == -ENODATA || r == -EBADMSG || r == -ENOENT); // not even its first block
		return;
	}
	place = tape_begin(tape);
	while ((r = tape_next(tape, &place, &record)) == 1)
		ck_assert_int_eq(record.text[0], '{');
	ck_assert_int_eq(r, 0);
	tape_close(tape);
}

static long each_call(int error, bool goes_on)
{
	long n = 0;
	bool was_bad = true;

	for (; was_bad; n++) {
		struct studio studio;
		int r;

		make_studio(&studio);
		ck_assert_int_lt(n, 1000);
		disk_break(n, error, goes_on);
		r = live(&studio);
		was_bad = disk_was_bad();
		disk_mend();
		ck_assert_msg(r == 0 || r == error || r == -error, "call %ld: %d", n, r);
		ck_assert(was_bad || r == 0);
		read_all(&studio);
		studio_finish(&studio);
	}
	return n;
}

START_TEST(each_call_that_fails_is_said_and_what_was_whole_is_read)
{
	ck_assert_int_gt(each_call(ENOSPC, false), 50);
}
END_TEST

START_TEST(a_disk_that_stays_bad_ends_it_and_nothing_else)
{
	ck_assert_int_gt(each_call(EIO, true), 50);
}
END_TEST

static struct tape_facts facts_of(const struct studio *studio)
{
	struct tape *tape = studio_tape(studio, "all");
	struct tape_facts facts;

	tape_look(tape, &facts);
	facts.about = NULL;
	tape_close(tape);
	return facts;
}

// With the first snapshot of each, and not with every one.
START_TEST(names_are_on_the_disk_when_what_they_name_is)
{
	unsigned long n = disk_n_folder_syncs();
	struct studio studio;

	make_studio(&studio);
	studio.options.limits.snapshot_ms = MINUTE / 6;
	studio_record_dir(&studio, "all/");
	studio_play(&studio, MINUTE / 4);
	ck_assert_uint_eq(disk_n_folder_syncs(), n + 2); // the file's and the directory's own
	studio_play(&studio, MINUTE / 2);                // another file
	ck_assert_uint_eq(disk_n_folder_syncs(), n + 3);
	ck_assert_int_eq(studio_end(&studio), 0);
	ck_assert_uint_eq(disk_n_folder_syncs(), n + 3);
	studio.options.limits.snapshot_ms = 0;
	studio_record(&studio, "a.rec");
	ck_assert_int_eq(studio_end(&studio), 0);
	ck_assert_uint_eq(disk_n_folder_syncs(), n + 4);
	studio_finish(&studio);
}
END_TEST

START_TEST(a_full_disk_stops_it_until_there_is_room)
{
	const struct recorder_state *state;
	struct studio studio;
	uint64_t n_lost;

	make_studio(&studio);
	studio.options.keeps_trying = true;
	studio.options.limits.all.n_bytes = 0;
	studio_record_dir(&studio, "all");
	state = recorder_look(studio.recorder);
	studio_play(&studio, MINUTE);
	ck_assert_int_eq(state->error, 0);
	disk_break(0, ENOSPC, true);
	studio_play(&studio, 5 * (int64_t)MINUTE);
	ck_assert(disk_was_bad());
	ck_assert_int_eq(state->error, -ENOSPC);
	ck_assert_int_le(state->written_ms, FLEET_STORY_BEGIN_MS + MINUTE);
	ck_assert_int_ge(state->written_ms, FLEET_STORY_BEGIN_MS + MINUTE - 7000);
	n_lost = state->n_lost;
	ck_assert_uint_gt(n_lost, 0);
	ck_assert_uint_eq(facts_of(&studio).n_gaps, 0); // no files of tries that came to nothing
	disk_mend();
	studio_play(&studio, 2 * (int64_t)MINUTE); // it tries once a minute by now
	ck_assert_int_eq(state->error, 0);
	ck_assert_uint_lt(state->n_lost, 2 * n_lost);
	studio_play(&studio, MINUTE);
	ck_assert_int_eq(studio_end(&studio), 0);
	ck_assert_uint_eq(facts_of(&studio).n_gaps, 1);
	studio_expect_same(&studio, "all");
	studio_finish(&studio);
}
END_TEST

// Where it fails does not matter: it goes on, and what it has in the end is how it is.
START_TEST(each_call_that_fails_is_a_gap_where_it_keeps_trying)
{
	bool was_bad = true;
	long n = 0;

	for (; was_bad; n++) {
		const struct recorder_state *state;
		struct studio studio;

		make_studio(&studio);
		studio.options.keeps_trying = true;
		studio.options.limits.all.n_bytes = 0;
		ck_assert_int_lt(n, 1000);
		disk_break(n, n % 2 ? EIO : EDQUOT, false);
		studio_record_dir(&studio, "all");
		state = recorder_look(studio.recorder);
		studio_play(&studio, (int64_t)MINUTE);
		was_bad = disk_was_bad();
		disk_mend();
		studio_play(&studio, MINUTE / 4);
		ck_assert_int_eq(state->error, 0);
		ck_assert_int_eq(studio_end(&studio), 0);
		ck_assert_uint_le(facts_of(&studio).n_gaps, 1);
		studio_expect_same(&studio, "all");
		studio_finish(&studio);
	}
	ck_assert_int_gt(n, 20);
}
END_TEST

// Also by a thread of its own, and with a place that is not there when it begins.
START_TEST(what_could_not_be_begun_is_begun_later)
{
	const struct recorder_state *state;
	struct studio studio;
	int64_t mono_ms;

	make_studio(&studio);
	studio.options.keeps_trying = true;
	studio.options.is_waiting = false;
	studio.options.limits.file_ms = studio.options.limits.snapshot_ms = INT64_MAX / 2; // time flies below
	studio_record_dir(&studio, "away/all");
	state = recorder_look(studio.recorder);
	ck_assert_int_eq(state->error, -ENOENT);
	studio_play(&studio, 1000);
	ck_assert_uint_gt(state->n_lost, 0);
	ck_assert_int_eq(mkdir(studio_path(&studio, "away"), 0700), 0);
	for (mono_ms = 1000; state->error; mono_ms += 1000) {
		ck_assert_int_lt(mono_ms, INT64_C(10000000000));
		recorder_tick(studio.recorder, (struct instant){ mono_ms, studio.story.now_ms });
	}
	studio_play(&studio, MINUTE);
	ck_assert_int_eq(studio_end(&studio), 0);
	studio_expect_same(&studio, "away/all");
	studio_finish(&studio);
}
END_TEST

START_TEST(who_is_killed_in_any_call_leaves_what_can_be_read)
{
	bool was_killed = true;
	int status;

	for (long n = 0; was_killed; n += 3) {
		struct studio studio;
		pid_t pid;

		ck_assert_int_lt(n, 1000);
		make_studio(&studio);
		pid = fork();
		if (pid == 0) {
			suite_hush();
			disk_break(n, DISK_DIES, false);
			_exit(live(&studio) < 0);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		was_killed = WIFSIGNALED(status);
		ck_assert(was_killed || WEXITSTATUS(status) == 0);
		read_all(&studio);
		studio_finish(&studio);
	}
}
END_TEST

SUITE("faults of recordings", each_call_that_fails_is_said_and_what_was_whole_is_read,
      a_disk_that_stays_bad_ends_it_and_nothing_else, names_are_on_the_disk_when_what_they_name_is,
      a_full_disk_stops_it_until_there_is_room, each_call_that_fails_is_a_gap_where_it_keeps_trying,
      what_could_not_be_begun_is_begun_later, who_is_killed_in_any_call_leaves_what_can_be_read)
