// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/strbuf.h"

static char dir[] = "/tmp/opscon-file-XXXXXX";
static int at;

static void set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(at, 0);
}

static size_t count_files(void)
{
	DIR *folder = opendir(dir);
	size_t n = 0;

	ck_assert_ptr_nonnull(folder);
	while (readdir(folder))
		n++;
	closedir(folder);
	return n - 2; // but . and ..
}

static void tear_down(void)
{
	static const char *const names[] = { "a", "b", "sub/a" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlinkat(at, names[i], 0);
	unlinkat(at, "sub", AT_REMOVEDIR);
	ck_assert_uint_eq(count_files(), 0); // and nothing was left beside them
	close(at);
	rmdir(dir);
}

static const char *text_of(const char *path)
{
	static char text[64];
	int fd = openat(at, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return n < 0 ? "none" : text;
}

static int replace(const char *path, const char *text)
{
	return file_replace(at, path, text, strlen(text), 0600, FILE_DURABLE);
}

START_TEST(writes_all_or_says_why_not)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ck_assert_int_eq(file_write_all(full, "x", 1), -ENOSPC);
	ck_assert_int_eq(file_write_all(full, "", 0), 0);
	close(full);
	ck_assert_int_eq(file_write_all(-1, "x", 1), -EBADF);
}
END_TEST

START_TEST(reads_to_the_end_and_no_more_than_allowed)
{
	struct bytes out;
	int fd;

	set_up();
	ck_assert_int_eq(replace("a", "0123456789"), 0);
	bytes_init(&out, 10);
	fd = openat(at, "a", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(file_read_all(fd, &out), 0);
	ck_assert_str_eq(out.data, "0123456789");
	ck_assert_int_eq(lseek(fd, 9, SEEK_SET), 9);
	ck_assert_int_eq(file_read_all(fd, &out), -EMSGSIZE);
	close(fd);
	ck_assert_int_eq(file_read_all(at, &out), -EISDIR);
	bytes_finish(&out);
	tear_down();
}
END_TEST

START_TEST(goes_on_where_the_kernel_took_a_part)
{
	int fd;
	int r;

	set_up();
	fd = openat(at, "a", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	suite_fill_disk(4); // takes four bytes of six, and refuses the rest
	r = file_write_all(fd, "abcdef", 6);
	suite_fill_disk(ULONG_MAX);
	ck_assert_int_eq(r, -EFBIG);
	close(fd);
	ck_assert_str_eq(text_of("a"), "abcd");
	tear_down();
}
END_TEST

START_TEST(replaces_what_is_there_and_what_is_not)
{
	struct stat status;

	set_up();
	ck_assert_int_eq(mkdirat(at, "sub", 0700), 0);
	ck_assert_int_eq(replace("a", "one"), 0);
	ck_assert_int_eq(replace("a", "two"), 0);
	ck_assert_str_eq(text_of("a"), "two");
	ck_assert_int_eq(fstatat(at, "a", &status, 0), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
	ck_assert_int_eq(replace("sub/a", "three"), 0);
	ck_assert_str_eq(text_of("sub/a"), "three");
	ck_assert_int_eq(file_replace(at, "a", "four", 4, 0600, FILE_QUICK), 0);
	ck_assert_str_eq(text_of("a"), "four");
	tear_down();
}
END_TEST

START_TEST(keeps_the_old_one_when_the_new_one_cannot_be_written)
{
	int r;

	set_up();
	ck_assert_int_eq(replace("a", "one"), 0);
	suite_fill_disk(2);
	r = replace("a", "two");
	suite_fill_disk(ULONG_MAX);
	ck_assert_int_eq(r, -EFBIG);
	ck_assert_str_eq(text_of("a"), "one");
	tear_down();
}
END_TEST

START_TEST(keeps_nothing_beside_a_place_that_cannot_be_taken)
{
	char long_path[PATH_MAX + 8];

	set_up();
	ck_assert_int_eq(mkdirat(at, "sub", 0700), 0);
	ck_assert_int_eq(replace("sub", "a folder"), -EISDIR);
	ck_assert_int_eq(replace("none/a", "no folder"), -ENOENT);
	memset(long_path, 'x', sizeof long_path - 1);
	long_path[sizeof long_path - 1] = '\0';
	ck_assert_int_eq(replace(long_path, "no name"), -ENAMETOOLONG);
	ck_assert_uint_eq(count_files(), 1);
	tear_down();
}
END_TEST

START_TEST(follows_no_link_that_waits_beside)
{
	char beside[64];

	set_up();
	ck_assert_int_eq(replace("b", "elsewhere"), 0);
	snprintf(beside, sizeof beside, "a.%ld.new", (long)getpid());
	ck_assert_int_eq(symlinkat("b", at, beside), 0);
	ck_assert_int_eq(replace("a", "here"), 0);
	ck_assert_str_eq(text_of("a"), "here");
	ck_assert_str_eq(text_of("b"), "elsewhere");
	tear_down();
}
END_TEST

START_TEST(writes_a_new_file_only_where_there_is_none)
{
	int r;

	set_up();
	ck_assert_int_eq(file_write_new(at, "a", "one", 3, 0600, FILE_DURABLE), 0);
	ck_assert_int_eq(file_write_new(at, "a", "two", 3, 0600, FILE_QUICK), -EEXIST);
	ck_assert_str_eq(text_of("a"), "one");
	suite_fill_disk(2);
	r = file_write_new(at, "b", "two", 3, 0600, FILE_QUICK);
	suite_fill_disk(ULONG_MAX);
	ck_assert_int_eq(r, -EFBIG);
	ck_assert_str_eq(text_of("b"), "none");
	tear_down();
}
END_TEST

START_TEST(finds_the_parent_of_any_path)
{
	char long_path[PATH_MAX + 8];

	set_up();
	ck_assert_int_eq(file_sync_parent(at, "a"), 0);
	ck_assert_int_eq(file_sync_parent(AT_FDCWD, dir), 0);
	ck_assert_int_eq(file_sync_parent(AT_FDCWD, "/"), 0);
	ck_assert_int_eq(file_sync_parent(at, "none/a"), -ENOENT);
	ck_assert_int_eq(file_sync_parent(AT_FDCWD, "/proc/self/a"), 0); // where fsync() is EINVAL
	ck_assert_int_eq(file_sync_directory(-1), -EBADF);
	memset(long_path, 'x', sizeof long_path - 1);
	memcpy(long_path + sizeof long_path - 3, "/a", 3);
	ck_assert_int_eq(file_sync_parent(at, long_path), -ENAMETOOLONG);
	tear_down();
}
END_TEST

SUITE("file", writes_all_or_says_why_not, reads_to_the_end_and_no_more_than_allowed,
      goes_on_where_the_kernel_took_a_part, replaces_what_is_there_and_what_is_not,
      keeps_the_old_one_when_the_new_one_cannot_be_written, keeps_nothing_beside_a_place_that_cannot_be_taken,
      follows_no_link_that_waits_beside, writes_a_new_file_only_where_there_is_none, finds_the_parent_of_any_path)
