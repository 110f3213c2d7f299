// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/memory.h"
#include "recording/tape.h"
#include "tests/support/suite.h"
#include "tests/unit/recording/reel.h"

static struct tape *open_tape(const char *path)
{
	struct tape *tape;
	char why[256] = "";

	ck_assert_msg(tape_open(path, &tape, why, sizeof why) == 0, "%s", why);
	return tape;
}

/* Two snapshots, a second one in two parts with news between them:
 *
 *   0 [..]  2 [aB1c]  6 [.d.]  9 [eF.]  12 [gh2I]
 */
static struct tape *make_tape(struct reel *reel)
{
	reel_begin(reel, "a.rec");
	reel_block(reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, 0, "..");
	reel_block(reel, 0, 2, "aB1c");
	reel_block(reel, BLOCK_BEGINS_SNAPSHOT, 6, ".d.");
	reel_block(reel, BLOCK_ENDS_SNAPSHOT, 9, "eF.");
	reel_block(reel, 0, 12, "gh2I");
	reel_end(reel);
	return open_tape(reel_path(reel, "a.rec"));
}

static char letter_before(struct tape *tape, struct tape_place place)
{
	struct tape_place at = tape_begin(tape);
	struct record record;
	char letter = '^';

	while (tape_compare(&at, &place) < 0) {
		ck_assert_int_eq(tape_next(tape, &at, &record), 1);
		letter = record.text[0];
	}
	return letter;
}

START_TEST(records_come_in_order)
{
	struct tape_place place;
	struct record record;
	struct reel reel;
	struct tape *tape;
	char all[64];
	size_t n = 0;

	reel_init(&reel);
	tape = make_tape(&reel);
	place = tape_begin(tape);
	while (tape_next(tape, &place, &record) == 1) {
		ck_assert_int_eq(record.at_ms, REEL_START_MS + (int64_t)n * 1000);
		all[n++] = record.text[0];
	}
	all[n] = '\0';
	ck_assert_str_eq(all, "..aB1c.d.eF.gh2I");
	ck_assert_int_eq(tape_peek(tape, &place, &record), 0);
	tape_close(tape);
	reel_finish(&reel);
}
END_TEST

START_TEST(a_time_is_behind_all_that_was_then)
{
	static const struct {
		int64_t at_ms;
		char letter;
	} rows[] = {
		{ 0, '^' },
		{ REEL_START_MS, '.' },
		{ REEL_START_MS + 3000, 'B' },
		{ REEL_START_MS + 3999, 'B' },
		{ REEL_START_MS + 5500, 'c' },
		{ REEL_START_MS + 7000, 'd' },
		{ INT64_MAX, 'I' },
	};
	struct tape_place place;
	struct reel reel;
	struct tape *tape;

	reel_init(&reel);
	tape = make_tape(&reel);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ck_assert_int_eq(tape_at_time(tape, rows[i].at_ms, &place), 0);
		ck_assert_int_eq(letter_before(tape, place), rows[i].letter);
	}
	tape_close(tape);
	reel_finish(&reel);
}
END_TEST

// Where one is still being told, the one before it is the nearest.
START_TEST(the_nearest_whole_snapshot_is_found)
{
	static const size_t nearest[] = { 0, 0, 0, 0, 2, 2 };
	struct reel reel;
	struct tape *tape;

	reel_init(&reel);
	tape = make_tape(&reel);
	for (size_t block = 0; block < 6; block++) {
		struct tape_place place = tape_snapshot_before(tape, (struct tape_place){ .block = block });

		ck_assert_uint_eq(place.block, nearest[block]);
		ck_assert_uint_eq(place.record, 0);
	}
	tape_close(tape);
	reel_finish(&reel);
}
END_TEST

static void check_walk(struct tape *tape, int direction, unsigned flags, const char *letters)
{
	struct tape_place place = direction > 0 ? tape_begin(tape) : tape_end(tape);

	for (; *letters; letters++) {
		ck_assert_int_eq(tape_find(tape, place, direction, flags, &place), 1);
		ck_assert_int_eq(letter_before(tape, place), *letters);
	}
	ck_assert_int_eq(tape_find(tape, place, direction, flags, &place), 0);
}

START_TEST(transitions_and_changes_are_found_both_ways)
{
	struct reel reel;
	struct tape *tape;

	reel_init(&reel);
	tape = make_tape(&reel);
	check_walk(tape, 1, RECORD_TRANSITION, "BFI");
	check_walk(tape, -1, RECORD_TRANSITION, "FB"); // the last one is what is seen at the end
	check_walk(tape, 1, RECORD_CHANGE, "B1F2I");
	check_walk(tape, -1, RECORD_CHANGE, "2F1B");
	tape_close(tape);
	reel_finish(&reel);
}
END_TEST

START_TEST(the_record_before_a_place_is_read)
{
	struct tape_place place;
	struct record record;
	struct reel reel;
	struct tape *tape;

	reel_init(&reel);
	tape = make_tape(&reel);
	ck_assert_int_eq(tape_before(tape, tape_begin(tape), &record), 0);
	ck_assert_int_eq(tape_before(tape, tape_end(tape), &record), 1);
	ck_assert_int_eq(record.text[0], 'I');
	ck_assert_int_eq(tape_at_time(tape, REEL_START_MS + 5500, &place), 0);
	ck_assert_uint_eq(place.record, 0); // at the beginning of the next block
	ck_assert_int_eq(tape_before(tape, place, &record), 1);
	ck_assert_int_eq(record.text[0], 'c');
	ck_assert_int_eq(record.at_ms, REEL_START_MS + 5000);
	tape_close(tape);
	reel_finish(&reel);
}
END_TEST

START_TEST(files_of_a_directory_are_one_recording)
{
	struct tape_place place;
	struct tape_facts facts;
	struct record record;
	struct reel reel;
	struct tape *tape;
	char all[32];
	size_t n = 0;
	int64_t from_ms, to_ms;

	reel_init(&reel);
	reel_begin(&reel, "opscon-20260102T000000.000Z-boot.rec");
	reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, 10, ".c");
	reel_end(&reel);
	reel_begin(&reel, "opscon-20260101T000000.000Z-boot.rec");
	reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, 0, ".");
	reel_block(&reel, 0, 1, "ab");
	reel_crash(&reel);
	reel.boot = "boot-2";
	reel_begin(&reel, "opscon-20260103T000000.000Z-boot.rec");
	reel_block(&reel, BLOCK_BEGINS_SNAPSHOT, 20, ".d");
	reel_end(&reel);
	ck_assert_int_eq(
		close(open(reel_path(&reel, "opscon-20260104T000000.000Z-boot.rec"), O_CREAT | O_WRONLY, 0600)), 0);
	tape = open_tape(reel.dir);
	place = tape_begin(tape);
	ck_assert(tape_is_other_run(tape, &place));
	while (tape_next(tape, &place, &record) == 1)
		all[n++] = record.text[0];
	all[n] = '\0';
	ck_assert_str_eq(all, ".ab.c.d");
	ck_assert(!tape_is_other_run(tape, &(struct tape_place){ .block = 2 }));
	ck_assert(tape_is_other_run(tape, &(struct tape_place){ .block = 3 }));
	ck_assert(tape_gap(tape, &(struct tape_place){ .block = 3 }, &from_ms, &to_ms));
	ck_assert_int_eq(from_ms, REEL_START_MS + 11000);
	ck_assert_int_eq(to_ms, REEL_START_MS + 20000);
	ck_assert(!tape_gap(tape, &(struct tape_place){ .block = 0 }, &from_ms, &to_ms));
	ck_assert(!tape_gap(tape, &(struct tape_place){ .block = 4 }, &from_ms, &to_ms));
	ck_assert_uint_eq(tape_snapshot_before(tape, (struct tape_place){ .block = 4 }).block,
			  3); // what there is of it
	tape_look(tape, &facts);
	ck_assert_uint_eq(facts.n_files, 3); // the empty one is none
	ck_assert_uint_eq(facts.n_snapshots, 3);
	ck_assert(facts.was_torn);
	ck_assert_int_eq(facts.from_ms, REEL_START_MS);
	ck_assert_int_eq(facts.to_ms, REEL_START_MS + 21000);
	tape_close(tape);
	reel_finish(&reel);
}
END_TEST

static unsigned flags_at(const struct tape *tape, size_t block)
{
	return tape_flags(tape, &(struct tape_place){ .block = block });
}

START_TEST(a_file_that_is_missing_is_a_gap)
{
	static const struct {
		uint32_t parts[2];
		bool is_torn, has_other;
		unsigned gap;
	} rows[] = {
		{ { 1, 2 }, false, false, 0 },
		{ { 1, 3 }, false, false, BLOCK_AFTER_GAP },
		{ { 2, 1 }, false, false, BLOCK_AFTER_GAP },
		{ { 1, 2 }, true, false, BLOCK_AFTER_GAP },
		{ { 0, 0 }, false, false, 0 }, // they do not say which they are
		{ { 0, 0 }, false, true, BLOCK_AFTER_GAP },
		{ { 1, 2 }, false, true, 0 },
		{ { UINT32_MAX, 1 }, false, false, BLOCK_AFTER_GAP },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct tape_facts facts;
		struct reel reel;
		struct tape *tape;

		reel_init(&reel);
		reel.part = rows[i].parts[0];
		reel_begin(&reel, "opscon-20260101T000000.000Z-boot.rec");
		reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, 0, ".a");
		if (rows[i].is_torn)
			reel_crash(&reel);
		else
			reel_end(&reel);
		if (rows[i].has_other) // that nobody can read
			ck_assert_int_eq(symlink("nowhere", reel_path(&reel, "opscon-20260101T100000.000Z-x.rec")), 0);
		if (rows[i].has_other)
			ck_assert_int_eq(close(open(reel_path(&reel, "opscon-20260101T110000.000Z-y.rec"),
						    O_CREAT | O_WRONLY, 0600)),
					 0);
		reel.part = rows[i].parts[1];
		reel_begin(&reel, "opscon-20260102T000000.000Z-boot.rec");
		reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, 5, ".b");
		reel_block(&reel, 0, 7, "c");
		reel_end(&reel);
		tape = open_tape(reel.dir);
		ck_assert_uint_eq(flags_at(tape, 1) & BLOCK_AFTER_GAP, rows[i].gap);
		ck_assert_uint_eq(flags_at(tape, 2), 0);
		tape_look(tape, &facts);
		ck_assert_uint_eq(facts.n_gaps, rows[i].gap != 0);
		tape_close(tape);
		reel_finish(&reel);
	}
}
END_TEST

// More than the usual limit of open ones: none is left out for that.
START_TEST(many_files_are_read_all_the_same)
{
	struct rlimit before, few;
	struct tape_facts facts;
	struct reel reel;
	struct tape *tape;
	char name[64];

	reel_init(&reel);
	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof name, "opscon-202601%02dT0000%02d.000Z-boot.rec", 1 + i / 30, i % 30);
		reel_begin(&reel, name);
		reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, i, ".");
		reel_end(&reel);
	}
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 40;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	tape = open_tape(reel.dir);
	tape_look(tape, &facts);
	ck_assert_uint_eq(facts.n_files, 60);
	tape_close(tape);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	reel_finish(&reel);
}
END_TEST

START_TEST(a_gap_is_not_read_across)
{
	struct reel reel;
	struct tape *tape;
	int64_t from_ms, to_ms;

	reel_init(&reel);
	reel_begin(&reel, "a.rec");
	reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, 0, ".a");
	reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_AFTER_GAP, 5, ".");
	reel_block(&reel, BLOCK_ENDS_SNAPSHOT, 6, ".b");
	reel_end(&reel);
	tape = open_tape(reel_path(&reel, "a.rec"));
	ck_assert_uint_eq(tape_snapshot_before(tape, (struct tape_place){ .block = 2 }).block, 1);
	ck_assert_uint_eq(tape_flags(tape, &(struct tape_place){ .block = 1 }),
			  BLOCK_BEGINS_SNAPSHOT | BLOCK_AFTER_GAP);
	ck_assert_uint_eq(tape_flags(tape, &(struct tape_place){ .block = 3 }), 0);
	ck_assert(tape_gap(tape, &(struct tape_place){ .block = 1 }, &from_ms, &to_ms));
	ck_assert_int_eq(from_ms, REEL_START_MS + 1000);
	ck_assert_int_eq(to_ms, REEL_START_MS + 5000);
	ck_assert(!tape_gap(tape, &(struct tape_place){ .block = 0, .record = 1 }, &from_ms, &to_ms));
	tape_close(tape);
	reel_finish(&reel);
}
END_TEST

// A bad byte costs its block.
START_TEST(a_damaged_block_is_said_and_passed_over)
{
	struct tape_place place;
	struct record record;
	struct reel reel;
	struct tape *tape;
	char all[32];
	size_t n = 0;
	int fd, r;

	reel_init(&reel);
	reel_begin(&reel, "a.rec");
	reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, 0, ".a");
	reel_block(&reel, 0, 2, "bcde");
	fd = (int)reel.writer.size; // its last byte is at fd - 1
	reel_block(&reel, 0, 6, "fG");
	reel_end(&reel);
	r = open(reel_path(&reel, "a.rec"), O_RDWR);
	ck_assert_int_eq(pwrite(r, "\xff", 1, fd - 1), 1);
	close(r);
	tape = open_tape(reel_path(&reel, "a.rec"));
	place = tape_begin(tape);
	while ((r = tape_next(tape, &place, &record)) != 0)
		all[n++] = r == 1 ? record.text[0] : '!';
	all[n] = '\0';
	ck_assert_str_eq(all, ".a!fG");
	ck_assert_int_eq(tape_find(tape, tape_begin(tape), 1, RECORD_TRANSITION, &place), 1);
	ck_assert_int_eq(tape_at_time(tape, REEL_START_MS + 3000, &place), 0);
	ck_assert_uint_eq(place.block, 2);
	tape_close(tape);
	reel_finish(&reel);
}
END_TEST

static void spoil(const char *path, uint64_t at)
{
	int fd = open(path, O_RDWR);

	ck_assert_int_eq(pwrite(fd, "\xff", 1, (off_t)at), 1);
	close(fd);
}

// Five blocks, of which one is damaged, of a file that was closed or not.
static struct tape *spoilt_tape(struct reel *reel, size_t bad, bool is_closed)
{
	static const struct {
		unsigned flags;
		const char *letters;
	} blocks[] = {
		{ BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, ".a" },
		{ 0, "Bc" },
		{ BLOCK_BEGINS_SNAPSHOT, ".D" },
		{ BLOCK_ENDS_SNAPSHOT, "e." },
		{ 0, "fG" },
	};
	uint64_t at = 0;

	reel_init(reel);
	reel_begin(reel, "a.rec");
	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
		reel_block(reel, blocks[i].flags, 10 * (int64_t)i, blocks[i].letters);
		if (i == bad)
			at = reel->writer.size - 1;
	}
	if (is_closed)
		reel_end(reel);
	else
		reel_crash(reel);
	spoil(reel_path(reel, "a.rec"), at);
	return open_tape(reel_path(reel, "a.rec"));
}

static const char *letters_of(struct tape *tape)
{
	static char all[32];
	struct tape_place place = tape_begin(tape);
	struct record record;
	size_t n = 0;
	int r;

	while ((r = tape_next(tape, &place, &record)) != 0)
		if (r == 1)
			all[n++] = record.text[0];
	all[n] = '\0';
	return all;
}

// In the one the index knows of the block, in the other there is a hole of so many bytes.
START_TEST(what_cannot_be_read_is_a_hole_between_two_blocks)
{
	char words[TAPE_DAMAGE_WORDS_MAX];
	struct tape_damage hole, damage;
	struct tape_facts facts;
	struct reel reel;
	int64_t from_ms, to_ms;

	for (int is_closed = 0; is_closed < 2; is_closed++) {
		struct tape *tape = spoilt_tape(&reel, 1, is_closed);
		struct tape_place behind = { .block = is_closed ? 2 : 1 };

		ck_assert_str_eq(letters_of(tape), ".a.De.fG");
		ck_assert(tape_hole(tape, &behind, &hole));
		ck_assert_int_eq(hole.from_ms, REEL_START_MS + 1000);
		ck_assert_int_eq(hole.to_ms, REEL_START_MS + 20000);
		ck_assert_uint_eq(hole.n_blocks, (size_t)is_closed);
		ck_assert_uint_eq(hole.n_places, (size_t)!is_closed);
		tape_damage_words(&hole, words);
		ck_assert(is_closed ? strcmp(words, "1 block") == 0 : strstr(words, " bytes in 1 place") != NULL);
		ck_assert(tape_gap(tape, &behind, &from_ms, &to_ms));
		ck_assert_int_eq(from_ms, hole.from_ms);
		ck_assert_int_eq(to_ms, hole.to_ms);
		ck_assert(!tape_hole(tape, &(struct tape_place){ .block = behind.block + 1 }, &hole));
		ck_assert(!tape_hole(tape, &(struct tape_place){ behind.block, 1 }, &hole));
		ck_assert_int_eq(tape_check(tape, &damage), 0);
		ck_assert_uint_eq(damage.n_blocks, (size_t)is_closed);
		ck_assert_uint_eq(damage.n_places, (size_t)!is_closed);
		tape_look(tape, &facts);
		ck_assert_uint_eq(facts.n_gaps, 1);
		ck_assert(facts.was_torn == !is_closed);
		ck_assert_uint_eq(facts.n_cut, 0);
		ck_assert_uint_eq(facts.n_damaged_files, 0);
		tape_close(tape);
		reel_finish(&reel);
	}
}
END_TEST

START_TEST(a_snapshot_that_lacks_a_part_is_not_begun_at)
{
	static const struct {
		size_t bad, expected[2]; // where to begin for the end, without and with an index
	} rows[] = { { 0, { 1, 2 } }, { 1, { 1, 2 } }, { 2, { 0, 0 } }, { 3, { 0, 0 } }, { 4, { 2, 2 } } };
	struct tape_place place;
	struct reel reel;
	int64_t from_ms;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (int is_closed = 0; is_closed < 2; is_closed++) {
			struct tape *tape = spoilt_tape(&reel, rows[i].bad, is_closed);

			place = tape_snapshot_before(tape, tape_end(tape));
			ck_assert_msg(place.block == rows[i].expected[is_closed], "%zu, %d: %zu", i, is_closed,
				      place.block);
			if (rows[i].bad == 1) {
				ck_assert(tape_next_snapshot(tape, tape_begin(tape), &from_ms));
				ck_assert_int_eq(from_ms, REEL_START_MS);
				ck_assert(tape_next_snapshot(tape, (struct tape_place){ 0, 1 }, &from_ms));
				ck_assert_int_eq(from_ms, REEL_START_MS + 20000);
				ck_assert(!tape_next_snapshot(tape, tape_end(tape), &from_ms));
			}
			tape_close(tape);
			reel_finish(&reel);
		}
}
END_TEST

START_TEST(whether_the_end_of_a_snapshot_was_lost_is_seen)
{
	struct reel reel;
	struct tape *tape = spoilt_tape(&reel, 3, false);

	ck_assert(!tape_snapshot_goes_on(tape, 3)); // there is no other one either
	ck_assert(!tape_snapshot_goes_on(tape, 1)); // another one begins
	tape_close(tape);
	reel_finish(&reel);
	tape = spoilt_tape(&reel, 1, false);
	ck_assert(tape_snapshot_goes_on(tape, 2));
	tape_close(tape);
	reel_finish(&reel);
}
END_TEST

// The end of one file is before the beginning of the next one.
START_TEST(what_is_lost_at_the_end_of_a_file_is_lost_before_the_next_one)
{
	struct tape_damage damage;
	struct tape_facts facts;
	struct tape *tape;
	struct reel reel;
	uint64_t at;

	reel_init(&reel);
	reel_begin(&reel, "opscon-20260101T000000.000Z-boot.rec");
	reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, 0, ".a");
	reel_block(&reel, 0, 2, "b");
	at = reel.writer.size - 1;
	reel_end(&reel);
	spoil(reel_path(&reel, "opscon-20260101T000000.000Z-boot.rec"), at);
	spoil(reel_path(&reel, "opscon-20260101T000000.000Z-boot.rec"), at + 1 + BLOCK_HEAD_BYTES); // its index, too
	reel_begin(&reel, "opscon-20260102T000000.000Z-boot.rec");
	reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, 10, ".c");
	reel_end(&reel);
	tape = open_tape(reel.dir);
	ck_assert_str_eq(letters_of(tape), ".a.c");
	ck_assert(tape_hole(tape, &(struct tape_place){ .block = 1 }, &damage));
	ck_assert_uint_eq(damage.n_places, 1);
	ck_assert_int_eq(damage.from_ms, REEL_START_MS + 1000);
	ck_assert_int_eq(damage.to_ms, REEL_START_MS + 10000);
	ck_assert_uint_eq(flags_at(tape, 1) & BLOCK_AFTER_GAP, BLOCK_AFTER_GAP);
	ck_assert_int_eq(tape_check(tape, &damage), 0);
	ck_assert_uint_eq(damage.n_places, 1);
	tape_look(tape, &facts);
	ck_assert(!facts.was_torn);
	ck_assert_uint_eq(facts.n_damaged_files, 1);
	ck_assert_uint_eq(facts.n_gaps, 1);
	tape_close(tape);
	reel_finish(&reel);
}
END_TEST

// Whose it is cannot be told: it is a run of its own, and all of it is played.
START_TEST(a_file_that_cannot_say_what_it_is_is_a_run_of_its_own)
{
	static const char *const names[] = { "opscon-20260101T000000.000Z-boot.rec",
					     "opscon-20260102T000000.000Z-boot.rec" };
	struct tape_facts facts;
	struct tape *tape;
	struct reel reel;

	reel_init(&reel);
	for (int i = 0; i < 2; i++) {
		reel_begin(&reel, names[i]);
		reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, 10 * i, i ? ".b" : ".a");
		reel_end(&reel);
		spoil(reel_path(&reel, names[i]), RECORDING_START_BYTES + BLOCK_HEAD_BYTES + 1);
	}
	tape = open_tape(reel.dir);
	ck_assert_str_eq(letters_of(tape), ".a.b");
	ck_assert(tape_is_other_run(tape, &(struct tape_place){ .block = 1 }));
	ck_assert_str_ne(tape_boot(tape, 0), tape_boot(tape, 1));
	tape_look(tape, &facts);
	ck_assert_uint_eq(facts.n_damaged_files, 2);
	ck_assert_str_eq(facts.about->fleet, "");
	tape_close(tape);
	reel_finish(&reel);
}
END_TEST

START_TEST(what_cannot_be_opened_is_explained)
{
	struct tape *tape;
	struct reel reel;
	char why[256];

	reel_init(&reel);
	ck_assert_int_eq(tape_open(reel.dir, &tape, why, sizeof why), -ENODATA);
	ck_assert_ptr_nonnull(strstr(why, "there is no recording in it"));
	ck_assert_int_eq(tape_open(reel_path(&reel, "none"), &tape, why, sizeof why), -ENOENT);
	ck_assert_ptr_nonnull(strstr(why, "No such file"));
	ck_assert_int_eq(tape_open("/etc/passwd", &tape, why, sizeof why), -EBADMSG);
	ck_assert_str_eq(why, "/etc/passwd: this is no recording, or its beginning is damaged");
	reel_finish(&reel);
}
END_TEST

START_TEST(each_allocation_that_fails_is_said)
{
	struct tape_place place;
	struct record record;
	struct reel reel;
	struct tape *tape;
	char why[256];
	int r = -ENOMEM;

	reel_init(&reel);
	tape_close(make_tape(&reel));
	for (long n = 0; r == -ENOMEM; n++) {
		ck_assert_int_lt(n, 1000);
		mem_fail_after(n);
		r = tape_open(reel_path(&reel, "a.rec"), &tape, why, sizeof why);
		if (r == 0) {
			place = tape_begin(tape);
			r = tape_next(tape, &place, &record);
			if (r == 1)
				r = tape_find(tape, place, 1, RECORD_TRANSITION, &place);
			tape_close(tape);
		}
		mem_fail_after(-1);
	}
	ck_assert_int_eq(r, 1);
	reel_finish(&reel);
}
END_TEST

SUITE("recording tape", records_come_in_order, a_time_is_behind_all_that_was_then, the_nearest_whole_snapshot_is_found,
      transitions_and_changes_are_found_both_ways, the_record_before_a_place_is_read,
      files_of_a_directory_are_one_recording, a_file_that_is_missing_is_a_gap, many_files_are_read_all_the_same,
      a_gap_is_not_read_across, a_damaged_block_is_said_and_passed_over,
      what_cannot_be_read_is_a_hole_between_two_blocks, a_snapshot_that_lacks_a_part_is_not_begun_at,
      whether_the_end_of_a_snapshot_was_lost_is_seen, what_is_lost_at_the_end_of_a_file_is_lost_before_the_next_one,
      a_file_that_cannot_say_what_it_is_is_a_run_of_its_own, what_cannot_be_opened_is_explained,
      each_allocation_that_fails_is_said)
