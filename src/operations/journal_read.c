// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/files.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/ofd_lock.h"
#include "base/strbuf.h"
#include "operations/journal_id.h"
#include "operations/journal_scan.h"

int journal_read_bytes(int fd, struct bytes *out)
{
	struct stat status;

	bytes_init(out, JOURNAL_BYTES_MAX);
	if (fstat(fd, &status) == 0 && status.st_size > JOURNAL_BYTES_MAX)
		return -EFBIG;
	return file_read_all(fd, out);
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
	struct bytes data;

	out->is_held = held == 1;
	out->at_ms = mtime_ms(fd);
	r = journal_read_bytes(fd, &data);
	if (r == 0 && held >= 0)
		journal_scan(data.data, data.len, no, out, NULL);
	bytes_finish(&data);
	return held < 0 ? held : r;
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

int journal_mark_at(int dir_fd, const char *id, struct journal_mark *out)
{
	char name[JOURNAL_NAME_MAX];
	struct stat status = { 0 };
	int fd;

	*out = (struct journal_mark){ .bytes = 0 };
	journal_name(id, name);
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	out->is_held = ofd_is_locked(fd, 0) == 1;
	if (fstat(fd, &status) == 0) // what cannot be seen is as it never was, and reading it says why
		out->bytes = status.st_size;
	out->changed_ns = status.st_mtim.tv_sec * INT64_C(1000000000) + status.st_mtim.tv_nsec;
	close(fd);
	return 0;
}

bool journal_mark_is(const struct journal_mark *a, const struct journal_mark *b)
{
	return a->bytes == b->bytes && a->changed_ns == b->changed_ns && a->is_held == b->is_held;
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
