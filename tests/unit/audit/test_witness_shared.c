// SPDX-License-Identifier: Apache-2.0
/* Several consoles of one user, which have one file. */
#include "tests/support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/unit/audit/witness_bench.h"

static void write_file(const char *text)
{
	FILE *file = fopen(bench_path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static struct witness *other; // with the same file

static void begin_two(void)
{
	begin();
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(witness_save(witness), 0);
	ck_assert_int_eq(witness_open(bench_path, &other, why), 0);
}

static void end_two(void)
{
	witness_close(other);
	end();
}

// What another one is told of this hub, all of it good, and writes down.
static void other_sees(char seed, uint64_t n)
{
	const struct witness_sight sight = { .n = n, .head = hash(seed, n), .key = "" };
	enum witness_finding finding = witness_heard(other, HUB, &sight, &ask, why);

	if (finding == WITNESS_ASK)
		finding = answer_by(other, HUB, ask, hash('a', ask), "");
	ck_assert_int_eq(finding, WITNESS_GOOD);
	ck_assert_int_eq(witness_save(other), 0);
	if (witness_doubts(other, HUB, &ask))
		ck_assert_int_eq(answer_by(other, HUB, ask, hash('a', ask), ""), WITNESS_GOOD);
	ck_assert_int_eq(witness_save(other), 0);
}

static void sees(char seed, uint64_t n)
{
	if (heard(seed, n) == WITNESS_ASK)
		ck_assert_int_eq(told(seed, ask), WITNESS_GOOD);
	ck_assert_int_eq(witness_save(witness), 0);
}

static bool file_has(const char *text)
{
	char all[4000];
	FILE *file = fopen(bench_path, "r");

	ck_assert_ptr_nonnull(file);
	all[fread(all, 1, sizeof all - 1, file)] = '\0';
	fclose(file);
	return strstr(all, text) != NULL;
}

START_TEST(an_older_head_never_replaces_a_newer_one)
{
	begin_two();
	other_sees('a', 150);
	sees('a', 120); // it was on its way when the other one wrote
	ck_assert(file_has("150 ") && !file_has("120 "));
	ck_assert(!witness_doubts(witness, HUB, &ask)); // that is still to come here
	ck_assert(!witness_doubts(witness, "ws://else", &ask));
	sees('a', 160);
	ck_assert(file_has("150 ")); // until the hub has said that it is of the same trail
	ck_assert(witness_doubts(witness, HUB, &ask));
	ck_assert_uint_eq(ask, 150);
	ck_assert(!witness_doubts(witness, HUB, &ask)); // it is asked once
	ck_assert_int_eq(told('a', 150), WITNESS_GOOD);
	ck_assert_int_eq(witness_save(witness), 0);
	ck_assert(file_has("160 ") && !file_has("150 "));
	other_sees('a', 150);
	ck_assert(file_has("160 ")); // nor the other way round
	end_two();
}
END_TEST

START_TEST(what_is_the_same_is_not_asked_for)
{
	begin_two();
	ck_assert_int_eq(heard('a', 150), WITNESS_ASK);
	ck_assert_int_eq(told('a', 100), WITNESS_GOOD);
	other_sees('a', 150);
	ck_assert_int_eq(witness_save(witness), 0);
	ck_assert(!witness_doubts(witness, HUB, &ask));
	sees('a', 151);
	ck_assert(file_has("151 "));
	end_two();
}
END_TEST

START_TEST(two_trails_of_one_hub_are_a_fork)
{
	begin_two();
	other_sees('b', 150); // which was told that it is all of one trail
	sees('a', 150);
	ck_assert(witness_doubts(witness, HUB, &ask));
	ck_assert_uint_eq(ask, 150);
	ck_assert_int_eq(told('a', 150), WITNESS_FORKED);
	ck_assert_str_eq(why,
			 HUB ": its audit trail is not the one that another console here was told of (record 150 was "
			     "seen, 150 now)");
	ck_assert_int_eq(heard('a', 151), WITNESS_FORKED); // it stays so
	ck_assert(!witness_doubts(witness, HUB, &ask));
	reopen(); // for who comes new, too
	ck_assert_int_eq(heard('a', 160), WITNESS_ASK);
	ck_assert_int_eq(told('a', 150), WITNESS_FORKED);
	end_two();
}
END_TEST

START_TEST(what_another_one_saw_may_be_gone_or_not_told)
{
	begin_two();
	other_sees('a', 150);
	sees('a', 160);
	ck_assert(witness_doubts(witness, HUB, &ask));
	ck_assert_int_eq(answer_by(witness, HUB, 150, "", "not now"), WITNESS_UNTOLD);
	ck_assert(witness_doubts(witness, HUB, &ask));
	ck_assert_int_eq(answer_by(witness, HUB, 150, "", AUDIT_HEAD_GONE), WITNESS_LOST);
	ck_assert_int_eq(witness_save(witness), 0);
	ck_assert(file_has("160 "));
	other_sees('a', 170);
	sees('a', 180);
	ck_assert(witness_doubts(witness, HUB, &ask));
	ck_assert_int_eq(answer_by(witness, HUB, 170, "", AUDIT_HEAD_CUT), WITNESS_FORKED);
	end_two();
}
END_TEST

START_TEST(a_line_that_a_person_took_out_is_forgotten)
{
	begin_two();
	other_sees('b', 150);
	sees('a', 150);
	ck_assert(witness_doubts(witness, HUB, &ask));
	ck_assert_int_eq(told('a', 150), WITNESS_FORKED);
	ck_assert_int_eq(unlink(bench_path), 0);
	ck_assert_int_eq(witness_heard(witness, "ws://b",
				       &(struct witness_sight){ .n = 1, .head = hash('c', 1), .key = "" }, &ask, why),
			 WITNESS_GOOD);
	ck_assert_int_eq(witness_save(witness), 0);
	ck_assert(file_has("ws://b") && !file_has(HUB));
	ck_assert_int_eq(heard('a', 0), WITNESS_GOOD);
	ck_assert_int_eq(heard('a', 90), WITNESS_GOOD); // from here on anew
	end_two();
}
END_TEST

START_TEST(hubs_of_other_consoles_stay_in_the_file)
{
	begin_two();
	ck_assert_int_eq(witness_heard(other, "ws://b",
				       &(struct witness_sight){ .n = 7, .head = hash('b', 7), .key = "" }, &ask, why),
			 WITNESS_GOOD);
	ck_assert_int_eq(witness_save(other), 0);
	sees('a', 120);
	ck_assert(file_has(" ws://b\n") && file_has(" " HUB "\n"));
	end_two();
}
END_TEST

START_TEST(nobody_writes_while_another_one_does)
{
	char lock[120];
	int fd;

	begin_two();
	snprintf(lock, sizeof lock, "%s.lock", bench_path);
	fd = open(lock, O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	ck_assert_int_eq(heard('a', 120), WITNESS_ASK);
	ck_assert_int_eq(told('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(witness_save(witness), -EAGAIN);
	ck_assert(file_has("100 "));
	close(fd);
	ck_assert_int_eq(witness_save(witness), 0);
	ck_assert(file_has("120 "));
	ck_assert_int_eq(heard('a', 120), WITNESS_GOOD);
	write_file("not ours any more\n");
	ck_assert_int_eq(witness_save(witness), -EINVAL); // it is left as it is
	ck_assert(file_has("not ours any more"));
	end_two();
}
END_TEST

static int save_at(const char *place)
{
	const struct witness_sight sight = { .n = 1, .head = hash('a', 1), .key = "" };
	struct witness *one;
	int r;

	ck_assert_int_eq(witness_open(place, &one, why), 0);
	ck_assert_int_eq(witness_heard(one, HUB, &sight, &ask, why), WITNESS_GOOD);
	r = witness_save(one);
	witness_close(one);
	return r;
}

START_TEST(a_place_without_a_lock_is_not_written)
{
	char place[PATH_MAX];
	size_t n;

	begin();
	n = (size_t)snprintf(place, sizeof place, "%s/", bench_dir);
	while (n < sizeof place - 6)
		n += (size_t)snprintf(place + n, sizeof place - n, "./");
	snprintf(place + n, sizeof place - n, "w"); // that is all that a path may be, and the lock's is longer
	ck_assert_int_eq(save_at(place), -ENAMETOOLONG);
	snprintf(place, sizeof place, "%s/none/witness", bench_dir);
	ck_assert_int_eq(save_at(place), -ENOENT);
	end();
}
END_TEST

SUITE("audit: shared witness", an_older_head_never_replaces_a_newer_one, what_is_the_same_is_not_asked_for,
      two_trails_of_one_hub_are_a_fork, what_another_one_saw_may_be_gone_or_not_told,
      a_line_that_a_person_took_out_is_forgotten, hubs_of_other_consoles_stay_in_the_file,
      nobody_writes_while_another_one_does, a_place_without_a_lock_is_not_written)
