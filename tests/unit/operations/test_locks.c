// SPDX-License-Identifier: Apache-2.0
#include "operations/locks.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/ofd_lock.h"
#include "tests/support/suite.h"

struct place {
	char root[64], dir[96];
};

static void init(struct place *place)
{
	snprintf(place->root, sizeof place->root, "/tmp/opscon-locks-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(place->root));
	snprintf(place->dir, sizeof place->dir, "%s/locks", place->root);
}

static void finish(struct place *place)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", place->root);
	ck_assert_int_eq(system(command), 0);
}

// The one file there is.
static void path_of(const struct place *place, char out[200])
{
	char pattern[128];
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s/*", place->dir);
	ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
	ck_assert_uint_eq(found.gl_pathc, 1);
	snprintf(out, 200, "%s", found.gl_pathv[0]);
	globfree(&found);
}

START_TEST(who_holds_it_is_told_to_who_comes_second)
{
	char other[LOCK_HOLDER_MAX], path[200];
	struct lock first, second;
	struct place place;
	struct stat status;

	init(&place);
	ck_assert_int_eq(lock_look(place.dir, "web-1", other), 0);
	ck_assert_int_eq(lock_take(place.dir, "web-1", "alice, pid 4711, restart x", &first, other), 0);
	ck_assert_str_eq(other, "");
	ck_assert_int_eq(lock_take(place.dir, "web-1", "bob", &second, other), -EBUSY);
	ck_assert_str_eq(other, "alice, pid 4711, restart x");
	lock_release(&second); // is nobody's
	ck_assert_int_eq(lock_look(place.dir, "web-1", other), 1);
	ck_assert_str_eq(other, "alice, pid 4711, restart x");
	path_of(&place, path);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0600);
	ck_assert_int_eq(stat(place.dir, &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0700);
	ck_assert_int_eq(lock_take(place.dir, "web-2", "bob", &second, other), 0); // another agent
	lock_release(&first);
	ck_assert_int_eq(lock_look(place.dir, "web-1", other), 0);
	ck_assert_str_eq(other, "");
	ck_assert_int_eq(lock_take(place.dir, "web-1", "bob", &first, other), 0);
	lock_release(&first);
	lock_release(&second);
	finish(&place);
}
END_TEST

START_TEST(it_ends_with_its_process)
{
	char other[LOCK_HOLDER_MAX], byte;
	struct place place;
	struct lock lock;
	int ready[2], status;
	pid_t pid;

	init(&place);
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (lock_take(place.dir, "web-1", "alice", &lock, other) < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(lock_take(place.dir, "web-1", "bob", &lock, other), -EBUSY);
	ck_assert_str_eq(other, "alice");
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(lock_look(place.dir, "web-1", other), 0); // its words are still there
	ck_assert_int_eq(lock_take(place.dir, "web-1", "bob", &lock, other), 0);
	lock_release(&lock);
	close(ready[0]);
	close(ready[1]);
	finish(&place);
}
END_TEST

START_TEST(long_and_hostile_words_are_cut_and_cleaned)
{
	char holder[400], other[LOCK_HOLDER_MAX], path[200];
	struct place place;
	struct lock lock;
	int fd;

	init(&place);
	memset(holder, 'a', sizeof holder);
	holder[sizeof holder - 1] = '\0';
	ck_assert_int_eq(lock_take(place.dir, "web-1", holder, &lock, other), 0);
	ck_assert_int_eq(lock_look(place.dir, "web-1", other), 1);
	ck_assert_uint_eq(strlen(other), LOCK_HOLDER_MAX - 1);
	path_of(&place, path);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	ck_assert_int_eq(lock_look(place.dir, "web-1", other), 1);
	ck_assert_str_eq(other, "somebody");
	ck_assert_int_eq(write(fd, "\033]0;x\007\n", 7), 7);
	ck_assert_int_eq(lock_look(place.dir, "web-1", other), 1);
	ck_assert_str_eq(other, "^[]0;x^G");
	close(fd);
	lock_release(&lock);
	finish(&place);
}
END_TEST

START_TEST(while_its_words_are_written_it_is_somebodys)
{
	char other[LOCK_HOLDER_MAX], path[200];
	struct place place;
	struct lock lock;
	int fd;

	init(&place);
	ck_assert_int_eq(lock_take(place.dir, "web-1", "alice", &lock, other), 0);
	lock_release(&lock);
	path_of(&place, path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(ofd_lock(fd, 1), 0); // as who is about to write them
	ck_assert_int_eq(lock_look(place.dir, "web-1", other), 1);
	ck_assert_str_eq(other, "somebody");
	ck_assert_int_eq(lock_take(place.dir, "web-1", "bob", &lock, other), -EBUSY);
	ck_assert_str_eq(other, "somebody");
	ofd_unlock(fd, 1);
	ck_assert_int_eq(lock_take(place.dir, "web-1", "bob", &lock, other), 0);
	lock_release(&lock);
	close(fd);
	finish(&place);
}
END_TEST

START_TEST(a_file_that_was_removed_locks_nobody_out_or_in)
{
	char other[LOCK_HOLDER_MAX], path[200];
	struct lock old, new;
	struct place place;

	init(&place);
	ck_assert_int_eq(lock_take(place.dir, "web-1", "alice", &old, other), 0);
	path_of(&place, path);
	ck_assert_int_eq(unlink(path), 0); // somebody cleans up
	ck_assert_int_eq(lock_take(place.dir, "web-1", "bob", &new, other), 0);
	ck_assert_int_eq(lock_look(place.dir, "web-1", other), 1);
	ck_assert_str_eq(other, "bob");
	lock_release(&old);
	ck_assert_int_eq(lock_look(place.dir, "web-1", other), 1);
	lock_release(&new);
	finish(&place);
}
END_TEST

START_TEST(where_it_cannot_be_locked_is_said)
{
	char other[LOCK_HOLDER_MAX], path[200], aside[128], long_dir[5000];
	struct place place;
	struct lock lock;

	init(&place);
	ck_assert_int_eq(lock_take(place.dir, "web-1", "alice", &lock, other), 0);
	lock_release(&lock);
	path_of(&place, path);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	ck_assert_int_eq(lock_take(place.dir, "web-1", "alice", &lock, other), -ELOOP);
	ck_assert_int_eq(lock_look(place.dir, "web-1", other), -ELOOP);
	snprintf(aside, sizeof aside, "%s/aside", place.root);
	ck_assert_int_eq(rename(place.dir, aside), 0);
	ck_assert_int_eq(symlink(aside, place.dir), 0);
	ck_assert_int_eq(lock_take(place.dir, "web-1", "alice", &lock, other), -ENOTDIR);
	memset(long_dir, 'd', sizeof long_dir);
	long_dir[sizeof long_dir - 1] = '\0';
	ck_assert_int_eq(lock_look(long_dir, "web-1", other), -ENAMETOOLONG);
	ck_assert_int_eq(ofd_is_locked(-1, 0), -EBADF);
	ck_assert_int_eq(ofd_lock(-1, 0), -EBADF);
	ck_assert_int_eq(ofd_is_at(-1, AT_FDCWD, "/"), -EBADF);
	finish(&place);
}
END_TEST

/* Several processes take and release one lock. Whoever has it is alone with it: who enters takes the one byte out of a
 * pipe, and puts it back.
 */
START_TEST(of_many_one_at_a_time_has_it)
{
	enum { N = 4, TURNS = 400 };
	int token[2], status;
	struct place place;
	pid_t pids[N];

	init(&place);
	ck_assert_int_eq(pipe2(token, O_NONBLOCK), 0);
	ck_assert_int_eq(write(token[1], "x", 1), 1);
	for (int i = 0; i < N; i++) {
		pids[i] = fork();
		if (pids[i] != 0)
			continue;
		for (int turn = 0; turn < TURNS;) {
			char other[LOCK_HOLDER_MAX], byte;
			struct lock lock;
			int r = lock_take(place.dir, "web-1", "one of many", &lock, other);

			if (r < 0 && r != -EBUSY && r != -ESTALE)
				_exit(1);
			if (r == -EBUSY && strcmp(other, "one of many") != 0 && strcmp(other, "somebody") != 0)
				_exit(2);
			if (r < 0)
				continue;
			if (read(token[0], &byte, 1) != 1) // somebody else is in there
				_exit(3);
			if (write(token[1], "x", 1) != 1)
				_exit(4);
			lock_release(&lock);
			turn++;
		}
		_exit(0);
	}
	for (int i = 0; i < N; i++) {
		ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
		ck_assert(WIFEXITED(status));
		ck_assert_int_eq(WEXITSTATUS(status), 0);
	}
	close(token[0]);
	close(token[1]);
	finish(&place);
}
END_TEST

SUITE("locks", who_holds_it_is_told_to_who_comes_second, it_ends_with_its_process,
      long_and_hostile_words_are_cut_and_cleaned, while_its_words_are_written_it_is_somebodys,
      a_file_that_was_removed_locks_nobody_out_or_in, where_it_cannot_be_locked_is_said, of_many_one_at_a_time_has_it)
