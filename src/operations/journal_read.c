// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/files.h"
#include "base/memory.h"
#include "operations/journal_id.h"
#include "operations/journal_scan.h"
#include "operations/ofd_lock.h"

int journal_read_bytes(int fd, char **data, size_t *n)
{
	struct stat status;
	ssize_t got;

	*data = NULL;
	*n = 0;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_size > JOURNAL_BYTES_MAX)
		return -EFBIG;
	*data = mem_alloc((size_t)status.st_size + 1);
	if (!*data)
		return -ENOMEM;
	got = audit_read_at(fd, *data, (size_t)status.st_size, 0);
	if (got < 0) {
		mem_free(*data);
		*data = NULL;
		return (int)got;
	}
	*n = (size_t)got;
	return 0;
}

static int64_t mtime_ms(int fd)
{
	struct stat status;

	return fstat(fd, &status) < 0 ? 0 : status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
}

// Who holds it is looked at first: what is not held then, and ends, is not held later.
static int read_open(int fd, uint32_t no, struct journal_story *out)
{
	int held = ofd_is_locked(fd, 0), r;
	mem_auto char *data = NULL;
	size_t n;

	if (held < 0)
		return held;
	out->is_held = held;
	out->at_ms = mtime_ms(fd);
	r = journal_read_bytes(fd, &data, &n);
	if (r < 0)
		return r;
	journal_scan(data, n, no, out, NULL);
	return 0;
}

int journal_read_at(int dir_fd, const char *id, uint32_t no, struct journal_story *out)
{
	char name[JOURNAL_NAME_MAX];
	int fd, r;

	*out = (struct journal_story){ 0 };
	snprintf(out->id, sizeof out->id, "%s", id);
	journal_name(id, name);
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	r = fd < 0 ? -errno : read_open(fd, no, out);
	if (fd >= 0)
		close(fd);
	if (r < 0)
		journal_story_fail(out, r, "%s: %s", name, strerrordesc_np(-r));
	return out->error;
}

int journal_read(const char *dir, const char *id, uint32_t no, struct journal_story *out)
{
	struct audit_trouble trouble = { 0 };
	int dir_fd;

	*out = (struct journal_story){ 0 };
	if (!journal_id_is_valid(id))
		return journal_story_fail(out, -EINVAL, "%s is no operation's name", id);
	dir_fd = audit_dir_open(dir, false, &trouble);
	if (dir_fd < 0)
		return journal_story_fail(out, dir_fd, "%s", trouble.text);
	journal_read_at(dir_fd, id, no, out);
	close(dir_fd);
	return out->error;
}

void journal_story_finish(struct journal_story *story)
{
	operation_unref(story->operation);
	mem_free(story->targets);
	*story = (struct journal_story){ 0 };
}
