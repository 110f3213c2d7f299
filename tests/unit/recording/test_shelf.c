// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/ofd_lock.h"
#include "recording/shelf.h"
#include "tests/support/suite.h"
#include "tests/unit/recording/reel.h"

#define NOW INT64_C(1795446245000)
#define HOUR INT64_C(3600000)

// A file of that size, begun and last written so many hours ago.
static void put(struct reel *reel, int hours_ago, size_t n_bytes)
{
	const struct timespec at = { .tv_sec = (NOW - hours_ago * HOUR) / 1000 };
	char name[SHELF_NAME_MAX];
	int fd;

	shelf_name(NOW - hours_ago * HOUR, "1a2b3c4d5e6f", name);
	fd = open(reel_path(reel, name), O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)n_bytes), 0);
	ck_assert_int_eq(futimens(fd, (const struct timespec[]){ at, at }), 0);
	close(fd);
}

static int open_dir(const struct reel *reel)
{
	int fd = open(reel->dir, O_RDONLY | O_DIRECTORY);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static size_t n_left(int dir_fd)
{
	struct shelf shelf;
	size_t n;

	ck_assert_int_eq(shelf_read(dir_fd, &shelf), 0);
	n = shelf.n;
	for (size_t i = 1; i < n; i++)
		ck_assert_int_lt(strcmp(shelf.files[i - 1].name, shelf.files[i].name), 0);
	shelf_finish(&shelf);
	return n;
}

START_TEST(names_in_order_are_times_in_order)
{
	char name[SHELF_NAME_MAX];

	shelf_name(NOW + 7, "1a2b3c4d5e6f", name);
	ck_assert_str_eq(name, "opscon-20261123T150405.007Z-1a2b3c4d.rec");
}
END_TEST

START_TEST(the_oldest_go_when_there_is_too_much)
{
	const struct shelf_limits limits = { .n_bytes = 1000 };
	struct reel reel;
	size_t n_removed;
	int fd;

	reel_init(&reel);
	fd = open_dir(&reel);
	for (int i = 0; i < 6; i++)
		put(&reel, i, 200);
	ck_assert_int_eq(shelf_trim(fd, &limits, 0, NOW, &n_removed), 0);
	ck_assert_uint_eq(n_removed, 1);
	ck_assert_int_eq(shelf_trim(fd, &limits, 300, NOW, &n_removed), 0); // room for one that grows
	ck_assert_uint_eq(n_removed, 2);
	ck_assert_uint_eq(n_left(fd), 3);
	close(fd);
	reel_finish(&reel);
}
END_TEST

START_TEST(old_ones_go_and_nothing_else)
{
	const struct shelf_limits limits = { .age_ms = 3 * HOUR };
	struct reel reel;
	size_t n_removed;
	int fd;

	reel_init(&reel);
	fd = open_dir(&reel);
	for (int i = 0; i < 6; i++)
		put(&reel, i, 10);
	ck_assert_int_eq(close(open(reel_path(&reel, "opscon-notes.txt"), O_CREAT | O_WRONLY, 0600)), 0);
	ck_assert_int_eq(close(open(reel_path(&reel, "mine.rec"), O_CREAT | O_WRONLY, 0600)), 0);
	ck_assert_int_eq(mkdir(reel_path(&reel, "opscon-20200101T000000.000Z-00000000.rec"), 0700), 0);
	ck_assert_int_eq(shelf_trim(fd, &limits, 0, NOW, &n_removed), 0);
	ck_assert_uint_eq(n_removed, 2);
	ck_assert_uint_eq(n_left(fd), 4);
	ck_assert_int_eq(access(reel_path(&reel, "mine.rec"), F_OK), 0);
	ck_assert_int_eq(access(reel_path(&reel, "opscon-notes.txt"), F_OK), 0);
	close(fd);
	reel_finish(&reel);
}
END_TEST

START_TEST(who_is_written_stays)
{
	const struct shelf_limits limits = { .n_bytes = 1 };
	char name[SHELF_NAME_MAX];
	struct reel reel;
	size_t n_removed;
	int fd, written;

	reel_init(&reel);
	fd = open_dir(&reel);
	put(&reel, 1, 10);
	put(&reel, 2, 10);
	shelf_name(NOW - 2 * HOUR, "1a2b3c4d5e6f", name);
	written = open(reel_path(&reel, name), O_RDWR);
	ck_assert_int_eq(ofd_lock(written, 0), 0);
	ck_assert_int_eq(shelf_trim(fd, &limits, 0, NOW, &n_removed), 0);
	ck_assert_uint_eq(n_removed, 1);
	ck_assert_int_eq(access(reel_path(&reel, name), F_OK), 0);
	close(written);
	close(fd);
	reel_finish(&reel);
}
END_TEST

START_TEST(without_memory_nothing_is_removed)
{
	const struct shelf_limits limits = { .n_bytes = 1 };
	struct reel reel;
	int fd;

	reel_init(&reel);
	fd = open_dir(&reel);
	put(&reel, 1, 10);
	mem_fail_after(0);
	ck_assert_int_eq(shelf_trim(fd, &limits, 0, NOW, NULL), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_uint_eq(n_left(fd), 1);
	close(fd);
	reel_finish(&reel);
}
END_TEST

SUITE("recording shelf", names_in_order_are_times_in_order, the_oldest_go_when_there_is_too_much,
      old_ones_go_and_nothing_else, who_is_written_stays, without_memory_nothing_is_removed)
