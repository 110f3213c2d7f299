// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/dir_lock.h"
#include "tests/support/suite.h"

static char dir[64];
static int fd;

static void setup(void)
{
	snprintf(dir, sizeof dir, "/tmp/opscon-dir-lock-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(fd, 0);
}

static void teardown(void)
{
	unlinkat(fd, "a.lock", 0);
	close(fd);
	ck_assert_int_eq(rmdir(dir), 0);
}

START_TEST(who_comes_second_is_told_who_has_it)
{
	struct dir_lock first, second, other;
	char holder[DIR_LOCK_WORDS_MAX];

	setup();
	ck_assert_int_eq(
		dir_lock_take(fd, "a.lock", "pid 4711, a name that is longer than the next one", &first, holder), 0);
	ck_assert_str_eq(holder, "");
	ck_assert_int_eq(dir_lock_take(fd, "a.lock", "pid 2", &second, holder), -EBUSY);
	ck_assert_str_eq(holder, "pid 4711, a name that is longer than the next one");
	dir_lock_release(&second); // of one that was not taken
	dir_lock_release(&first);
	ck_assert_int_eq(dir_lock_take(fd, "a.lock", "pid 2", &second, holder), 0);
	ck_assert_int_eq(dir_lock_take(fd, "a.lock", "pid 3", &other, holder), -EBUSY);
	ck_assert_str_eq(holder, "pid 2");
	dir_lock_release(&second);
	teardown();
}
END_TEST

// What stands in the file of before means nothing.
START_TEST(it_ends_with_its_process_however_that_ends)
{
	struct dir_lock lock;
	char holder[DIR_LOCK_WORDS_MAX], c;
	int ready[2], status;
	pid_t pid;

	setup();
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		_exit(dir_lock_take(fd, "a.lock", "pid of a child", &lock, holder) == 0 &&
		      write(ready[1], "", 1) == 1 && pause());
	}
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	ck_assert_int_eq(dir_lock_take(fd, "a.lock", "us", &lock, holder), -EBUSY);
	ck_assert_str_eq(holder, "pid of a child");
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(dir_lock_take(fd, "a.lock", "us", &lock, holder), 0);
	dir_lock_release(&lock);
	close(ready[0]);
	close(ready[1]);
	teardown();
}
END_TEST

START_TEST(what_stands_there_is_shown_as_text)
{
	struct dir_lock lock, second;
	char holder[DIR_LOCK_WORDS_MAX];
	int file;

	setup();
	ck_assert_int_eq(dir_lock_take(fd, "a.lock", "", &lock, holder), 0);
	ck_assert_int_eq(dir_lock_take(fd, "a.lock", "", &second, holder), -EBUSY);
	ck_assert_str_eq(holder, "somebody");
	file = openat(fd, "a.lock", O_WRONLY);
	ck_assert_int_eq(pwrite(file, "pid \033[2J\xff\nmore", 15, 0), 15);
	close(file);
	ck_assert_int_eq(dir_lock_take(fd, "a.lock", "", &second, holder), -EBUSY);
	ck_assert_str_eq(holder, "pid ?[2J?");
	dir_lock_release(&lock);
	teardown();
}
END_TEST

START_TEST(what_cannot_be_opened_is_an_error)
{
	struct dir_lock lock;
	char holder[DIR_LOCK_WORDS_MAX];

	setup();
	ck_assert_int_eq(symlinkat("/etc/passwd", fd, "a.lock"), 0);
	ck_assert_int_eq(dir_lock_take(fd, "a.lock", "us", &lock, holder), -ELOOP);
	ck_assert_int_eq(dir_lock_take(-1, "a.lock", "us", &lock, holder), -EBADF);
	ck_assert_int_eq(lock.fd_plus_one, 0);
	teardown();
}
END_TEST

SUITE("directory lock", who_comes_second_is_told_who_has_it, it_ends_with_its_process_however_that_ends,
      what_stands_there_is_shown_as_text, what_cannot_be_opened_is_an_error)
