// SPDX-License-Identifier: Apache-2.0
/* Byte 0 is locked by who has the directory. Byte 1 is locked before that, while the words are being written, so that
 * nobody reads those of the one before.
 */
#include "base/dir_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ofd_lock.h"

enum { HELD, WORDS };

static void read_words(int fd, char out[DIR_LOCK_WORDS_MAX])
{
	ssize_t n = ofd_is_locked(fd, WORDS) == 1 ? 0 : pread(fd, out, DIR_LOCK_WORDS_MAX - 1, 0);

	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	for (char *c = out; *c; c++) // whatever stands there is somebody else's
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	if (!*out)
		snprintf(out, DIR_LOCK_WORDS_MAX, "somebody");
}

// For people: a disk that is full is no reason to have no lock.
static void write_words(int fd, const char *words)
{
	char text[DIR_LOCK_WORDS_MAX];
	int n = snprintf(text, sizeof text, "%.*s\n", DIR_LOCK_WORDS_MAX - 2, words);

	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) != n)
		(void)!ftruncate(fd, 0);
}

static int take(int fd, const char *words, char holder[DIR_LOCK_WORDS_MAX])
{
	int r = ofd_lock(fd, WORDS);

	if (r == 0)
		r = ofd_lock(fd, HELD);
	if (r == 0)
		write_words(fd, words);
	ofd_unlock(fd, WORDS);
	if (r == -EBUSY)
		read_words(fd, holder);
	return r == -EBUSY ? r : 0;
}

int dir_lock_take(int dir_fd, const char *name, const char *words, struct dir_lock *out,
		  char holder[DIR_LOCK_WORDS_MAX])
{
	int fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600), r;

	*out = (struct dir_lock){ 0 };
	holder[0] = '\0';
	if (fd < 0)
		return -errno;
	r = take(fd, words, holder);
	if (r == 0 && ofd_is_at(fd, dir_fd, name) == 0)
		r = -EBUSY; // somebody took its name away just then: who comes next makes another one
	if (r < 0) {
		close(fd);
		return r;
	}
	out->fd_plus_one = fd + 1;
	return 0;
}

void dir_lock_release(struct dir_lock *lock)
{
	if (lock->fd_plus_one)
		close(lock->fd_plus_one - 1);
	*lock = (struct dir_lock){ 0 };
}
