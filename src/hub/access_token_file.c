// SPDX-License-Identifier: Apache-2.0
/* The token file: on the disk, and who may touch it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/ofd_lock.h"
#include "base/strbuf.h"
#include "hub/access_tokens.h"

enum { PATH_MAX_BYTES = 4096, LOCK_TRY_MS = 20 };

static struct tokens_stamp stamp_of(const struct stat *status)
{
	return (struct tokens_stamp){ status->st_dev, status->st_ino, status->st_size, status->st_ctim };
}

int tokens_stamp(const char *path, struct tokens_stamp *out)
{
	struct stat status;

	*out = (struct tokens_stamp){ 0 };
	if (stat(path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	*out = stamp_of(&status);
	return 0;
}

bool tokens_stamp_is(const struct tokens_stamp *a, const struct tokens_stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec;
}

static int refuse(char why[TOKENS_WHY_MAX], int error, const char *what)
{
	snprintf(why, TOKENS_WHY_MAX, "%s", what);
	return error;
}

// Whoever can write it lets anybody in; whoever can read it sees who may come, and from where.
static int judge(const struct stat *status, char why[TOKENS_WHY_MAX])
{
	if (!S_ISREG(status->st_mode))
		return refuse(why, -EINVAL, "it is no regular file");
	if (status->st_uid != geteuid() && status->st_uid != 0) {
		snprintf(why, TOKENS_WHY_MAX, "it belongs to user id %u; expected %u, who reads it, or root",
			 (unsigned)status->st_uid, (unsigned)geteuid());
		return -EACCES;
	}
	if (status->st_mode & 077) {
		snprintf(why, TOKENS_WHY_MAX, "its mode is %04o, so others can use it; expected 0600",
			 (unsigned)status->st_mode & 07777);
		return -EACCES;
	}
	return 0;
}

static int read_file(int fd, struct bytes *text, char why[TOKENS_WHY_MAX])
{
	int r = file_read_all(fd, text);

	if (r == -EMSGSIZE)
		return refuse(why, -EINVAL, "it is too large");
	return r < 0 ? refuse(why, r, strerrordesc_np(-r)) : 0;
}

int tokens_load(const char *path, struct tokens *out, struct tokens_stamp *stamp, char why[TOKENS_WHY_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), r;
	struct stat status;
	struct bytes text;

	*out = (struct tokens){ 0 };
	*stamp = (struct tokens_stamp){ 0 };
	why[0] = '\0';
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &status) < 0) {
		r = errno;
		if (fd >= 0)
			close(fd);
		tokens_stamp(path, stamp);
		return refuse(why, -r, strerrordesc_np(r));
	}
	*stamp = stamp_of(&status);
	bytes_init(&text, TOKENS_FILE_MAX);
	r = judge(&status, why);
	if (r == 0)
		r = read_file(fd, &text, why);
	if (r == 0)
		r = tokens_parse(text.data ? text.data : "", text.len, out, why);
	bytes_finish(&text);
	close(fd);
	return r;
}

// ---- changing it

static int take_lock(const char *path, char why[TOKENS_WHY_MAX])
{
	char lock[PATH_MAX_BYTES];
	int fd, r = -EBUSY;

	if ((size_t)snprintf(lock, sizeof lock, "%s.lock", path) >= sizeof lock)
		return refuse(why, -ENAMETOOLONG, "its path is too long");
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		r = -errno;
		snprintf(why, TOKENS_WHY_MAX, "its lock %.120s: %s", lock, strerrordesc_np(-r));
		return r;
	}
	for (int waited = 0; (r = ofd_lock(fd, 0)) == -EBUSY && waited < TOKENS_LOCK_MS; waited += LOCK_TRY_MS)
		usleep(LOCK_TRY_MS * 1000);
	if (r == 0)
		return fd;
	close(fd);
	return refuse(why, r, r == -EBUSY ? "somebody else is changing it" : strerrordesc_np(-r));
}

// The owner of the file, or of the directory in which it will be.
static int owner_of(const char *path, uid_t *out)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX_BYTES] = ".";
	struct stat status;

	if (stat(path, &status) < 0) {
		if (slash)
			snprintf(dir, sizeof dir, "%.*s", slash == path ? 1 : (int)(slash - path), path);
		if (stat(dir, &status) < 0)
			return -errno;
		if (status.st_uid == 0)
			status.st_uid = geteuid(); // such as /tmp and /etc: nobody's in particular
	}
	*out = status.st_uid;
	return 0;
}

// The new file would be ours, and the hub that reads it would be locked out.
static int judge_owner(const char *path, char why[TOKENS_WHY_MAX])
{
	uid_t owner = geteuid();

	if (owner_of(path, &owner) < 0 || owner == geteuid())
		return 0; // what cannot be looked at cannot be written either, and that tells why
	snprintf(why, TOKENS_WHY_MAX, "it belongs to user id %u; expected that user to change it", (unsigned)owner);
	return -EACCES;
}

static int replace(const char *path, const struct tokens *tokens, char why[TOKENS_WHY_MAX])
{
	struct bytes text;
	int r;

	bytes_init(&text, TOKENS_FILE_MAX);
	r = tokens_format(tokens, &text);
	if (r == 0)
		r = file_replace(AT_FDCWD, path, text.data, text.len, 0600, FILE_DURABLE);
	bytes_finish(&text);
	return r < 0 ? refuse(why, r, strerrordesc_np(-r)) : 0;
}

int tokens_change(const char *path, int (*edit)(void *ctx, struct tokens *tokens, char why[TOKENS_WHY_MAX]), void *ctx,
		  char why[TOKENS_WHY_MAX])
{
	struct tokens_stamp stamp;
	struct tokens tokens = { 0 };
	int lock, r;

	why[0] = '\0';
	r = judge_owner(path, why);
	lock = r < 0 ? r : take_lock(path, why);
	if (lock < 0)
		return lock;
	r = tokens_load(path, &tokens, &stamp, why);
	if (r == 0)
		r = edit(ctx, &tokens, why);
	if (r == 0)
		r = replace(path, &tokens, why);
	tokens_finish(&tokens);
	close(lock);
	if (r == -ENOMEM && !why[0])
		refuse(why, r, "not enough memory");
	return r;
}
