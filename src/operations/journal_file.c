// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/ofd_lock.h"
#include "operations/journal_fold.h"
#include "operations/journal_scan.h"

enum { OPEN_FLAGS = O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, NEW_NAME_MAX = JOURNAL_NAME_MAX + 8 };

static int fail(struct journal_file *file, int error)
{
	return audit_trouble_set(&file->trouble, error, "%s: %s", file->path, strerrordesc_np(-error));
}

int journal_file_init(struct journal_file *file, const char *dir, const char *id)
{
	size_t size = strlen(dir) + JOURNAL_NAME_MAX + 2;

	*file = (struct journal_file){ .dir_fd = -1, .fd = -1 };
	snprintf(file->id, sizeof file->id, "%s", id);
	journal_name(id, file->name);
	bytes_init(&file->pending, JOURNAL_BYTES_MAX);
	file->dir = mem_strdup(dir);
	file->path = mem_alloc(size);
	if (!file->dir || !file->path)
		return -ENOMEM;
	snprintf(file->path, size, "%s/%s", dir, file->name);
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void journal_file_close(struct journal_file *file)
{
	journal_file_sync(file);
	close_fd(&file->fd);
	close_fd(&file->dir_fd);
}

void journal_file_finish(struct journal_file *file)
{
	close_fd(&file->fd);
	close_fd(&file->dir_fd);
	bytes_finish(&file->pending);
	mem_free(file->dir);
	mem_free(file->path);
	file->dir = file->path = NULL;
}

static int open_dir(struct journal_file *file)
{
	file->dir_fd = audit_dir_open(file->dir, true, &file->trouble);
	return file->dir_fd < 0 ? file->dir_fd : 0;
}

int journal_file_create(struct journal_file *file)
{
	int r = open_dir(file);

	if (r < 0)
		return r;
	file->fd = openat(file->dir_fd, file->name, OPEN_FLAGS | O_CREAT | O_EXCL, 0600);
	if (file->fd < 0)
		return fail(file, -errno);
	file->is_new = true;
	r = ofd_lock(file->fd, 0);
	return r < 0 ? fail(file, r) : 0;
}

// ---- writing

// A file that was removed or replaced would take what we write without a word.
static int check_place(struct journal_file *file)
{
	struct stat status;
	int is_at = ofd_is_at(file->fd, AT_FDCWD, file->path);

	if (is_at < 0 || fstat(file->fd, &status) < 0)
		return fail(file, is_at < 0 ? is_at : -errno);
	if (!is_at)
		return audit_trouble_set(&file->trouble, -ESTALE, "%s was removed or replaced", file->path);
	if ((uint64_t)status.st_size != file->written)
		return audit_trouble_set(&file->trouble, -ESTALE, "%s was written to by somebody else", file->path);
	return 0;
}

static int write_pending(struct journal_file *file)
{
	int r = check_place(file);

	if (r == 0)
		r = file_write_all(file->fd, file->pending.data, file->pending.len);
	if (r < 0)
		return fail(file, r);
	file->written += file->pending.len;
	file->pending.max -= file->pending.len; // what is longer than the limit nobody reads
	file->is_dirty = true;
	bytes_reset(&file->pending);
	return 0;
}

int journal_file_add(struct journal_file *file, const char *body, size_t n)
{
	int r = file->trouble.error;

	if (r == 0)
		r = journal_line_seal(&file->chain, body, n, &file->pending);
	if (r < 0)
		return fail(file, r);
	if (!file->after_record)
		return 0;
	r = write_pending(file);
	if (r == 0)
		file->after_record(file->after_ctx);
	return r;
}

// A file is as durable as its directory's entry.
static int sync_entry(struct journal_file *file)
{
	int r = fsync(file->dir_fd) < 0 ? -errno : 0;

	if (r == 0)
		close_fd(&file->dir_fd);
	return r;
}

static int sync_all(struct journal_file *file)
{
	int r = file->pending.len ? write_pending(file) : 0;

	if (r < 0 || !file->is_dirty)
		return r;
	if (fdatasync(file->fd) < 0)
		return fail(file, -errno);
	r = file->is_new ? sync_entry(file) : 0;
	if (r < 0)
		return fail(file, r);
	file->is_new = file->is_dirty = false;
	return 0;
}

int journal_file_sync(struct journal_file *file)
{
	int r = file->trouble.error;

	if (r == 0)
		r = sync_all(file);
	if (r < 0 && file->is_new) {
		unlinkat(file->dir_fd, file->name, 0);
		file->is_new = false;
	}
	return r;
}

// ---- going on

static int lock_existing(struct journal_file *file)
{
	int r;

	file->fd = openat(file->dir_fd, file->name, OPEN_FLAGS);
	if (file->fd < 0)
		return fail(file, -errno);
	r = ofd_lock(file->fd, 0);
	if (r == 0) { // who went on with it just then has put another file in its place
		r = ofd_is_at(file->fd, file->dir_fd, file->name);
		r = r == 0 ? -EBUSY : r < 0 ? r : 0;
	}
	if (r == -EBUSY)
		return audit_trouble_set(&file->trouble, r, "%s: another process holds it", file->path);
	return r < 0 ? fail(file, r) : 0;
}

static int read_story(struct journal_file *file, uint32_t no, struct journal_story *story)
{
	struct journal_scan scan;
	int r = journal_read_bytes(file->fd, &file->pending);

	if (r < 0)
		return fail(file, r);
	journal_scan(file->pending.data, file->pending.len, no, story, &scan);
	if (story->error)
		return audit_trouble_set(&file->trouble, story->error, "%s", story->trouble);
	file->chain = scan.chain;
	file->pending.len = scan.n_trusted;
	return 0;
}

static int add_taken(struct journal_file *file, const char *holder, int64_t at_ms, struct journal_story *story)
{
	struct journal_record record = { .kind = JOURNAL_TAKEN, .at_ms = at_ms };
	struct bytes body;
	int r;

	record.u.taken.holder = holder;
	record.u.taken.n_torn = (uint32_t)story->n_torn;
	bytes_init(&body, JOURNAL_LINE_MAX);
	r = journal_record_encode(&record, &body);
	if (r == 0)
		r = journal_line_seal(&file->chain, body.data, body.len, &file->pending);
	if (r == 0)
		r = journal_fold(story, &record);
	bytes_finish(&body);
	story->n_records++;
	story->n_torn = 0;
	story->at_ms = at_ms;
	return r < 0 ? fail(file, r) : 0;
}

// The lock goes on to the new file before it has the name, so that at no time nobody holds it.
static int write_new(struct journal_file *file, const char *beside, int fd)
{
	int r = ofd_lock(fd, 0);

	if (r == 0)
		r = file_write_all(fd, file->pending.data, file->pending.len);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && renameat(file->dir_fd, beside, file->dir_fd, file->name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(file->dir_fd, beside, 0);
	return r == 0 ? sync_entry(file) : r;
}

/* Writes the file anew. So a torn end is left behind, and what a failed sync before may have left to this machine's
 * memory alone gets to the disk.
 */
static int renew(struct journal_file *file)
{
	char beside[NEW_NAME_MAX];
	int fd, r;

	snprintf(beside, sizeof beside, "%s.new", file->name);
	unlinkat(file->dir_fd, beside, 0);
	fd = openat(file->dir_fd, beside, OPEN_FLAGS | O_CREAT | O_EXCL, 0600);
	r = fd < 0 ? -errno : write_new(file, beside, fd);
	if (r < 0) {
		close_fd(&fd);
		return fail(file, r);
	}
	close_fd(&file->fd);
	file->fd = fd;
	file->written = file->pending.len;
	file->pending.max -= file->pending.len;
	bytes_reset(&file->pending);
	return 0;
}

int journal_file_resume(struct journal_file *file, const char *holder, int64_t at_ms, uint32_t no,
			struct journal_story *story)
{
	int r = open_dir(file);

	*story = (struct journal_story){ 0 };
	memcpy(story->id, file->id, sizeof story->id);
	if (r == 0)
		r = lock_existing(file);
	if (r == 0)
		r = read_story(file, no, story);
	if (r == 0)
		r = add_taken(file, holder, at_ms, story);
	if (r == 0)
		r = renew(file);
	if (r < 0)
		close_fd(&file->fd); // and another one may try
	else if (file->after_record)
		file->after_record(file->after_ctx);
	return r;
}
