// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/bad_disk.h"

#include <errno.h>
#include <linux/fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

static struct {
	long n_left; // calls before the fault; negative: off
	int error;   // or DISK_DIES
	bool was_met, goes_on;
} disk = { .n_left = -1 };

static bool is_bad(void)
{
	if (disk.n_left < 0 || disk.n_left-- > 0)
		return false;
	if (disk.error == DISK_DIES)
		return true;
	disk.was_met = true;
	if (disk.goes_on)
		disk.n_left = 0;
	errno = disk.error;
	return true;
}

static void die(void)
{
	if (disk.error == DISK_DIES)
		raise(SIGKILL);
}

void disk_break(long n, int error, bool goes_on)
{
	disk.n_left = n;
	disk.error = error;
	disk.was_met = false;
	disk.goes_on = goes_on;
}

void disk_mend(void)
{
	disk.n_left = -1;
}

bool disk_was_bad(void)
{
	return disk.was_met;
}

// Half of it gets there, as when the machine stops, or when the disk is full.
EXPORTED ssize_t write(int fd, const void *bytes, size_t n)
{
	if (!is_bad())
		return syscall(SYS_write, fd, bytes, n);
	syscall(SYS_write, fd, bytes, n / 2);
	die();
	return -1;
}

#define FAIL_OR(call)                                                                                                  \
	do {                                                                                                           \
		if (!is_bad())                                                                                         \
			return (int)(call);                                                                            \
		die();                                                                                                 \
		return -1;                                                                                             \
	} while (0)

static unsigned long n_folder_syncs;

unsigned long disk_n_folder_syncs(void)
{
	return n_folder_syncs;
}

EXPORTED int fsync(int fd)
{
	struct stat found;

	n_folder_syncs += fstat(fd, &found) == 0 && S_ISDIR(found.st_mode);
	FAIL_OR(syscall(SYS_fsync, fd));
}

EXPORTED int fdatasync(int fd)
{
	FAIL_OR(syscall(SYS_fdatasync, fd));
}

EXPORTED int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	FAIL_OR(syscall(SYS_renameat, from_dir, from, to_dir, to));
}

EXPORTED int ftruncate(int fd, off_t n)
{
	FAIL_OR(syscall(SYS_ftruncate, fd, n));
}

EXPORTED int unlinkat(int dir, const char *name, int flags)
{
	FAIL_OR(syscall(SYS_unlinkat, dir, name, flags));
}

// ---- locks

static struct {
	void (*call)(void *ctx);
	void *ctx;
} meanwhile;

void disk_meanwhile(void (*call)(void *ctx), void *ctx)
{
	meanwhile.call = call;
	meanwhile.ctx = ctx;
}

// Under both of its names. Its header would make one of them.
#define CONTROL_FILE(name)                                                                                             \
	int name(int fd, int command, ...);                                                                            \
	EXPORTED int name(int fd, int command, ...)                                                                    \
	{                                                                                                              \
		void (*call)(void *ctx) = meanwhile.call;                                                              \
		void *argument;                                                                                        \
		va_list args;                                                                                          \
                                                                                                                       \
		va_start(args, command);                                                                               \
		argument = va_arg(args, void *);                                                                       \
		va_end(args);                                                                                          \
		if (command == F_OFD_SETLK && call) {                                                                  \
			meanwhile.call = NULL;                                                                         \
			call(meanwhile.ctx);                                                                           \
		}                                                                                                      \
		return (int)syscall(SYS_fcntl, fd, command, argument);                                                 \
	}

CONTROL_FILE(fcntl)
CONTROL_FILE(fcntl64)
