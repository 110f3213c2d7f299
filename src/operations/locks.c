// SPDX-License-Identifier: Apache-2.0
/* Byte 0 of a file is locked by who holds it. Byte 1 is locked before that, while the holder's words are being written,
 * so that nobody reads those of the one before.
 */
#include "operations/locks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/chain.h"
#include "audit/files.h"
#include "base/file.h"
#include "base/ofd_lock.h"
#include "text/text.h"

enum { HELD = 0, WORDS = 1, TURNS = 16, NAME_MAX_BYTES = AUDIT_HASH_HEX + 8 };

static const char somebody[] = "somebody";

static void name_of(const char *key, char out[NAME_MAX_BYTES])
{
	struct audit_hash hash;
	char hex[AUDIT_HASH_HEX + 1];

	audit_hash_of(key, strlen(key), &hash);
	audit_hash_hex(&hash, hex);
	snprintf(out, NAME_MAX_BYTES, "%.32s.lock", hex);
}

static void read_words(int fd, char out[LOCK_HOLDER_MAX])
{
	char text[LOCK_HOLDER_MAX];
	ssize_t n = audit_read_at(fd, text, sizeof text, 0);
	const char *end = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;

	if (end && end > text)
		text_clean(text, (size_t)(end - text), TEXT_ONE_LINE, out, LOCK_HOLDER_MAX, NULL);
	else
		snprintf(out, LOCK_HOLDER_MAX, "%s", somebody);
}

// Who holds an open file's lock: 1 with the words, 0 or negative errno.
static int look(int fd, char holder[LOCK_HOLDER_MAX])
{
	int r = ofd_is_locked(fd, WORDS);

	if (r == 1)
		snprintf(holder, LOCK_HOLDER_MAX, "%s", somebody);
	if (r == 0)
		r = ofd_is_locked(fd, HELD);
	if (r == 1 && !*holder)
		read_words(fd, holder);
	return r;
}

static int write_words(int fd, const char *holder)
{
	char text[LOCK_HOLDER_MAX + 1];
	int n = snprintf(text, sizeof text, "%.*s\n", text_fit(holder, LOCK_HOLDER_MAX - 1), holder);

	return ftruncate(fd, 0) < 0 ? -errno : file_write_all(fd, text, (size_t)n);
}

// Locks an open file and writes the words. 0, -EBUSY with the other's words, or other negative errno.
static int take(int fd, const char *holder, char other[LOCK_HOLDER_MAX])
{
	int r = ofd_lock(fd, WORDS);

	if (r == -EBUSY)
		snprintf(other, LOCK_HOLDER_MAX, "%s", somebody);
	if (r < 0)
		return r;
	r = ofd_lock(fd, HELD);
	if (r == -EBUSY)
		read_words(fd, other);
	if (r == 0)
		r = write_words(fd, holder);
	ofd_unlock(fd, WORDS);
	return r;
}

// The descriptor; -ESTALE: somebody removed the file just then, and who comes next makes another one.
static int take_current(int dir_fd, const char *name, const char *holder, char other[LOCK_HOLDER_MAX])
{
	int fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600), r;

	if (fd < 0)
		return -errno;
	r = take(fd, holder, other);
	if (r == 0)
		r = ofd_is_at(fd, dir_fd, name);
	if (r == 1)
		return fd;
	close(fd);
	return r ? r : -ESTALE;
}

int lock_take(const char *dir, const char *key, const char *holder, struct lock *out, char other[LOCK_HOLDER_MAX])
{
	struct audit_trouble trouble = { 0 };
	char name[NAME_MAX_BYTES];
	int dir_fd = audit_dir_open(dir, true, &trouble), fd = -ESTALE;

	*out = (struct lock){ 0 };
	other[0] = '\0';
	if (dir_fd < 0)
		return dir_fd;
	name_of(key, name);
	for (int turn = 0; turn < TURNS && fd == -ESTALE; turn++)
		fd = take_current(dir_fd, name, holder, other);
	close(dir_fd);
	if (fd < 0)
		return fd;
	out->fd_plus_one = fd + 1;
	return 0;
}

void lock_release(struct lock *lock)
{
	if (lock->fd_plus_one)
		close(lock->fd_plus_one - 1);
	*lock = (struct lock){ 0 };
}

int lock_look(const char *dir, const char *key, char holder[LOCK_HOLDER_MAX])
{
	char name[NAME_MAX_BYTES], path[4096];
	int fd, r;

	holder[0] = '\0';
	name_of(key, name);
	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = look(fd, holder);
	close(fd);
	return r;
}
