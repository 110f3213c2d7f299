// SPDX-License-Identifier: Apache-2.0
#include "audit/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/files.h"
#include "base/clock.h"
#include "base/ofd_lock.h"

enum { TRAIL, LINE }; // bytes of the file: who may write, and who is the next to
enum { WAIT_FIRST_US = 200, WAIT_MAX_US = 2000 };

void audit_lock_init(struct audit_lock *lock, int dir_fd, const char *holder)
{
	*lock = (struct audit_lock){ .dir_fd = dir_fd, .fd = -1 };
	snprintf(lock->words, sizeof lock->words, "%ld %.120s\n", (long)getpid(), holder);
}

void audit_lock_finish(struct audit_lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
}

static int open_file(struct audit_lock *lock)
{
	lock->fd = openat(lock->dir_fd, AUDIT_LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	return lock->fd < 0 ? -errno : 0;
}

// One try. Of a file that was taken away meanwhile we have nothing.
static int try_once(struct audit_lock *lock, bool *is_next)
{
	int r = lock->fd < 0 ? open_file(lock) : 0;

	if (r == 0 && !*is_next)
		r = ofd_lock(lock->fd, LINE);
	if (r < 0)
		return r;
	*is_next = true;
	r = ofd_lock(lock->fd, TRAIL);
	if (r < 0)
		return r;
	r = ofd_is_at(lock->fd, lock->dir_fd, AUDIT_LOCK_FILE);
	if (r == 1)
		return 0;
	audit_lock_finish(lock);
	*is_next = false;
	return r ? r : -EBUSY;
}

static void nap(long us)
{
	nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
}

// It is for people to read: a disk that is full says so when the trail is written.
static void put_words(const struct audit_lock *lock)
{
	char there[AUDIT_HOLDER_MAX];
	size_t n = strlen(lock->words);
	ssize_t have = pread(lock->fd, there, sizeof there, 0);

	bool is_well = have == (ssize_t)n && memcmp(there, lock->words, n) == 0;

	if (!is_well && pwrite(lock->fd, lock->words, n, 0) == (ssize_t)n && have > (ssize_t)n)
		is_well = ftruncate(lock->fd, (off_t)n) == 0;
	(void)is_well;
}

static int say_holder(const struct audit_lock *lock, struct audit_trouble *trouble)
{
	char holder[AUDIT_HOLDER_MAX];

	if (audit_read_small(lock->dir_fd, AUDIT_LOCK_FILE, holder, sizeof holder) > 0)
		holder[strcspn(holder, "\n")] = '\0';
	return audit_trouble_set(trouble, -EBUSY, "another process holds the audit trail: %s%s",
				 *holder ? "pid " : "it does not say which", holder);
}

int audit_lock_take(struct audit_lock *lock, unsigned limit_ms, struct audit_trouble *trouble)
{
	int64_t until_ms = clock_now().mono_ms + limit_ms;
	long wait_us = WAIT_FIRST_US;
	bool is_next = false;
	int r;

	while ((r = try_once(lock, &is_next)) == -EBUSY && clock_now().mono_ms < until_ms) {
		nap(wait_us);
		wait_us = wait_us * 2 < WAIT_MAX_US ? wait_us * 2 : WAIT_MAX_US;
	}
	if (is_next)
		ofd_unlock(lock->fd, LINE);
	if (r == -EBUSY)
		return say_holder(lock, trouble);
	if (r < 0)
		return audit_trouble_set(trouble, r, AUDIT_LOCK_FILE ": %s", strerrordesc_np(-r));
	put_words(lock);
	return 0;
}

void audit_lock_release(struct audit_lock *lock)
{
	if (lock->fd >= 0)
		ofd_unlock(lock->fd, TRAIL);
}

bool audit_lock_is_taken(int dir_fd)
{
	int fd = openat(dir_fd, AUDIT_LOCK_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool is_taken;

	if (fd < 0)
		return false;
	is_taken = ofd_is_locked(fd, TRAIL) == 1;
	close(fd);
	return is_taken;
}
