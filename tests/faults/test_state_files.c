// SPDX-License-Identifier: Apache-2.0
/* What is kept on disk, under a bad disk: 34 to 37 of the list, for the files that there are (remembered endpoints and
 * the view). The calls that change files go through this program's own, which can fail the n-th of them or die at it.
 */
#include "tests/support/suite.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/endpoint_memory.h"
#include "console/view_file.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ENTRIES = 50, DIES = -1 };

static struct {
	long n_left; // calls before the fault; negative: off
	int error;   // or DIES
	bool was_met;
} disk = { .n_left = -1 };

static bool is_bad(void)
{
	if (disk.n_left < 0 || disk.n_left-- > 0)
		return false;
	if (disk.error == DIES)
		raise(SIGKILL);
	disk.was_met = true;
	errno = disk.error;
	return true;
}

static void break_disk(long n, int error)
{
	disk.n_left = n;
	disk.error = error;
	disk.was_met = false;
}

#define EXPORTED __attribute__((visibility("default")))

EXPORTED ssize_t write(int fd, const void *bytes, size_t n)
{
	return is_bad() ? -1 : syscall(SYS_write, fd, bytes, n);
}

EXPORTED int fsync(int fd)
{
	return is_bad() ? -1 : (int)syscall(SYS_fsync, fd);
}

EXPORTED int rename(const char *from, const char *to)
{
	return is_bad() ? -1 : (int)syscall(SYS_rename, from, to);
}

EXPORTED int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return is_bad() ? -1 : (int)syscall(SYS_renameat, from_dir, from, to_dir, to);
}

// ---- two files, each of a version: 1, 2 ...; 0 there is none, negative it is not whole

static int save_endpoints(const char *dir, int version)
{
	struct endpoint_memory *memory;
	char key[32], path[32];
	struct endpoint_memo memo = { .health_path = path };
	int r;

	ck_assert_int_eq(endpoint_memory_create(&memory), 0);
	snprintf(path, sizeof path, "/health-%d", version);
	for (int i = 0; i < ENTRIES; i++) {
		snprintf(key, sizeof key, "http://agent-%d", i);
		ck_assert_int_eq(endpoint_memory_set(memory, key, &memo), 1);
	}
	r = endpoint_memory_save(memory, dir);
	endpoint_memory_destroy(memory);
	return r;
}

static int load_endpoints(const char *dir)
{
	struct endpoint_memory *memory;
	int version = 0, other;
	char key[32], why[200];

	ck_assert_int_eq(endpoint_memory_create(&memory), 0);
	if (endpoint_memory_load(memory, dir, why, sizeof why) < 0)
		version = -1;
	for (int i = 0; i < ENTRIES && version >= 0 && endpoint_memory_n(memory); i++) {
		snprintf(key, sizeof key, "http://agent-%d", i);
		sscanf(endpoint_memory_get(memory, key)->health_path, "/health-%d", &other);
		version = i && other != version ? -1 : other;
	}
	endpoint_memory_destroy(memory);
	return version;
}

static int save_view(const char *dir, int version)
{
	struct context context;
	struct view_memory memory = { .context = &context };
	char label[32];
	int r;

	context_init(&context);
	for (int i = 0; i < ENTRIES; i++) {
		snprintf(label, sizeof label, "l%d=%d", i, version);
		ck_assert_int_ge(context_add(&context, PICK_LABELS, label), 0);
	}
	r = view_file_save(dir, &memory);
	context_finish(&context);
	return r;
}

static int load_view(const char *dir)
{
	struct context context;
	struct view_memory memory = { .context = &context };
	int version = 0, n_whole = 0;
	char label[32];

	context_init(&context);
	if (view_file_load(dir, &memory) == 0) {
		for (version = 1; version < 4 && n_whole != ENTRIES; version++) {
			n_whole = 0;
			for (int i = 0; i < ENTRIES; i++) {
				snprintf(label, sizeof label, "l%d=%d", i, version);
				n_whole += context_has(&context, PICK_LABELS, label);
			}
		}
		version = n_whole == ENTRIES ? version - 1 : -1;
	}
	context_finish(&context);
	return version;
}

static const struct kept {
	const char *name;
	int (*save)(const char *dir, int version);
	int (*load)(const char *dir);
} kepts[] = { { "endpoints.json", save_endpoints, load_endpoints }, { "view", save_view, load_view } };

static char dir[64];

static void make_dir(void)
{
	snprintf(dir, sizeof dir, "/tmp/opscon-disk-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static size_t n_files(void)
{
	DIR *folder = opendir(dir);
	size_t n = 0;

	ck_assert_ptr_nonnull(folder);
	for (const struct dirent *entry; (entry = readdir(folder));)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(folder);
	return n;
}

static void drop_dir(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(a_full_disk_leaves_the_old_file_or_the_new)
{
	static const int errors[] = { ENOSPC, EIO, EDQUOT };

	for (size_t i = 0; i < COUNT(kepts); i++) {
		for (size_t k = 0; k < COUNT(errors); k++) {
			long n = 0;

			make_dir();
			ck_assert_int_eq(kepts[i].save(dir, 1), 0);
			for (;; n++) {
				int r;

				break_disk(n, errors[k]);
				r = kepts[i].save(dir, 2);
				break_disk(-1, 0);
				ck_assert_uint_eq(n_files(), 1);
				ck_assert_int_ge(kepts[i].load(dir), 1);
				ck_assert(r == 0 || r == -errors[k]);
				if (r == 0)
					break;
			}
			ck_assert_int_eq(kepts[i].load(dir), 2);
			ck_assert_int_ge(n, 2);
			drop_dir();
		}
	}
}
END_TEST

// Where root may write anywhere, it is nobody for a while.
static void be_nobody(bool is_nobody)
{
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(is_nobody ? 65534 : 0), 0);
}

START_TEST(a_read_only_directory_is_said_and_harms_nothing)
{
	for (size_t i = 0; i < COUNT(kepts); i++) {
		make_dir();
		ck_assert_int_eq(kepts[i].save(dir, 1), 0);
		ck_assert_int_eq(chmod(dir, 0555), 0);
		be_nobody(true);
		ck_assert_int_eq(kepts[i].save(dir, 2), -EACCES);
		be_nobody(false);
		ck_assert_int_eq(kepts[i].load(dir), 1);
		drop_dir();
	}
}
END_TEST

START_TEST(a_deleted_directory_is_said_or_made_anew)
{
	for (size_t i = 0; i < COUNT(kepts); i++) {
		int r;

		make_dir();
		ck_assert_int_eq(kepts[i].save(dir, 1), 0);
		drop_dir();
		r = kepts[i].save(dir, 2);
		ck_assert(r == 0 || r == -ENOENT);
		ck_assert_int_eq(kepts[i].load(dir), r == 0 ? 2 : 0);
		drop_dir();
	}
}
END_TEST

// A link in the place of a file, or of the file that is written first, leads nobody's writing elsewhere.
START_TEST(a_link_in_its_place_is_replaced_and_not_followed)
{
	for (size_t i = 0; i < COUNT(kepts); i++) {
		char path[128], victim[128];
		struct stat status;

		make_dir();
		snprintf(path, sizeof path, "%s/%s", dir, kepts[i].name);
		snprintf(victim, sizeof victim, "%s/victim", dir);
		fclose(fopen(victim, "w"));
		ck_assert_int_eq(symlink(victim, path), 0);
		ck_assert_int_eq(kepts[i].save(dir, 2), 0);
		ck_assert_int_eq(lstat(path, &status), 0);
		ck_assert(S_ISREG(status.st_mode));
		ck_assert_int_eq(stat(victim, &status), 0);
		ck_assert_int_eq(status.st_size, 0);
		drop_dir();
	}
}
END_TEST

START_TEST(who_is_killed_at_any_moment_leaves_whole_files)
{
	for (size_t i = 0; i < COUNT(kepts); i++) {
		bool was_killed = true;

		make_dir();
		ck_assert_int_eq(kepts[i].save(dir, 1), 0);
		for (long n = 0; was_killed; n++) {
			pid_t pid = fork();
			int status;

			if (pid == 0) {
				break_disk(n, DIES);
				_exit(kepts[i].save(dir, 2) < 0);
			}
			ck_assert_int_eq(waitpid(pid, &status, 0), pid);
			was_killed = WIFSIGNALED(status);
			ck_assert(was_killed || WEXITSTATUS(status) == 0);
			ck_assert_int_ge(kepts[i].load(dir), 1);
		}
		ck_assert_int_eq(kepts[i].load(dir), 2);
		drop_dir();
	}
}
END_TEST

START_TEST(two_on_one_directory_leave_whole_files)
{
	enum { TIMES = 50 };

	for (size_t i = 0; i < COUNT(kepts); i++) {
		pid_t pids[2];
		int status, n_left = 2;

		make_dir();
		ck_assert_int_eq(kepts[i].save(dir, 1), 0);
		for (int k = 0; k < 2; k++) {
			pids[k] = fork();
			for (int n = 0; pids[k] == 0 && n < TIMES; n++)
				if (kepts[i].save(dir, 2 + k) < 0)
					_exit(1);
			if (pids[k] == 0)
				_exit(0);
		}
		while (n_left > 0) {
			ck_assert_int_ge(kepts[i].load(dir), 1);
			if (waitpid(-1, &status, WNOHANG) > 0) {
				ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
				n_left--;
			}
		}
		ck_assert_int_ge(kepts[i].load(dir), 2);
		ck_assert_uint_eq(n_files(), 1);
		drop_dir();
	}
}
END_TEST

SUITE("state files", a_full_disk_leaves_the_old_file_or_the_new, a_read_only_directory_is_said_and_harms_nothing,
      a_deleted_directory_is_said_or_made_anew, a_link_in_its_place_is_replaced_and_not_followed,
      who_is_killed_at_any_moment_leaves_whole_files, two_on_one_directory_leave_whole_files)
