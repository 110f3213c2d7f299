// SPDX-License-Identifier: Apache-2.0
/* What a crash, a full disk or a failed fsync leaves behind is moved aside, told, and gone on from. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/store_internal.h"
#include "base/file.h"
#include "base/memory.h"
#include "formats/json.h"

enum { TAIL_MAX = 4 * AUDIT_LINE_MAX, TORN_FILES_MAX = 9999, COPY_BYTES = 1 << 16 };

static bool is_record(const char *line, size_t n, struct audit_link *link)
{
	struct json_value *root = NULL;

	if (audit_link_read(line, n, link) < 0 || json_parse(line, n, &root, NULL) < 0)
		return false;
	json_free(root);
	return true;
}

// The newest line of data[0..n) that is a record; what begins before the buffer is not looked at.
static void find_last(const char *data, size_t n, bool is_whole, struct store_tail *out)
{
	size_t end = n;

	out->n_whole = 0;
	for (;;) {
		const char *newline = end ? memrchr(data, '\n', end) : NULL, *before;
		size_t start;
		struct audit_link link;

		if (!newline)
			return;
		end = (size_t)(newline - data);
		before = end ? memrchr(data, '\n', end) : NULL;
		if (!before && !is_whole)
			return;
		start = before ? (size_t)(before - data) + 1 : 0;
		if (is_record(data + start, end - start, &link)) {
			out->n_whole = end + 1;
			out->chain.n = link.seq;
			audit_hash_of(data + start, end - start, &out->chain.head);
			return;
		}
	}
}

int store_read_tail(struct audit_store *store, int fd, const char *name, struct store_tail *out)
{
	mem_auto char *data = mem_alloc(TAIL_MAX);
	struct stat status;
	off_t from;
	ssize_t n;

	*out = (struct store_tail){ 0 };
	if (!data)
		return store_fail(store, -ENOMEM, name);
	if (fstat(fd, &status) < 0)
		return store_fail(store, -errno, name);
	from = status.st_size > TAIL_MAX ? status.st_size - TAIL_MAX : 0;
	n = audit_read_at(fd, data, TAIL_MAX, from);
	if (n < 0)
		return store_fail(store, (int)n, name);
	find_last(data, (size_t)n, from == 0, out);
	if (from && !out->n_whole)
		return audit_trouble_set(&store->trouble, -EINVAL, "%s/%s has no record at its end", store->dir, name);
	out->n_whole += (uint64_t)from;
	out->n_torn = (uint64_t)from + (uint64_t)n - out->n_whole;
	return 0;
}

// ---- moving aside

static int open_torn(struct audit_store *store, char torn[AUDIT_FILE_NAME_MAX])
{
	for (unsigned i = 1; i <= TORN_FILES_MAX; i++) {
		int fd;

		snprintf(torn, AUDIT_FILE_NAME_MAX, "torn-%06u", i);
		fd = openat(store->dir_fd, torn, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd < 0 ? -errno : fd;
	}
	return -EEXIST;
}

// 0 or negative errno.
static int copy(int from_fd, off_t from, int to_fd)
{
	mem_auto char *block = mem_alloc(COPY_BYTES);
	ssize_t n = 0;
	int r = block ? 0 : -ENOMEM;

	while (r == 0 && (n = audit_read_at(from_fd, block, COPY_BYTES, from)) > 0) {
		r = file_write_all(to_fd, block, (size_t)n);
		from += n;
	}
	r = r == 0 && n < 0 ? (int)n : r;
	return r == 0 && fsync(to_fd) < 0 ? -errno : r;
}

int store_move_aside(struct audit_store *store, int fd, const char *name, uint64_t n_whole,
		     char torn[AUDIT_FILE_NAME_MAX])
{
	int torn_fd = open_torn(store, torn), r = torn_fd < 0 ? torn_fd : 0;

	if (r == 0)
		r = copy(fd, (off_t)n_whole, torn_fd);
	if (torn_fd >= 0)
		close(torn_fd);
	if (r == 0 && fsync(store->dir_fd) < 0)
		r = -errno;
	if (r < 0) {
		if (torn_fd >= 0)
			unlinkat(store->dir_fd, torn, 0);
		return store_fail(store, r, torn);
	}
	if (ftruncate(fd, (off_t)n_whole) < 0 || fdatasync(fd) < 0)
		return store_fail(store, -errno, name);
	return 0;
}

int store_renew(struct audit_store *store, const char *name, off_t from)
{
	char beside[AUDIT_FILE_NAME_MAX + 8];
	int old = openat(store->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), to, r;

	if (old < 0)
		return store_fail(store, -errno, name);
	snprintf(beside, sizeof beside, "%s.new", name);
	unlinkat(store->dir_fd, beside, 0);
	to = openat(store->dir_fd, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	r = to < 0 ? -errno : copy(old, from, to);
	if (to >= 0)
		close(to);
	close(old);
	if (r == 0 && renameat(store->dir_fd, beside, store->dir_fd, name) < 0)
		r = -errno;
	if (r == 0 && fsync(store->dir_fd) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(store->dir_fd, beside, 0);
	return r < 0 ? store_fail(store, r, name) : 0;
}

// ---- checkpoints

// Walks the notes of text[0..n) and gives where the last whole one ends; their newest stays in *newest.
static size_t whole_notes(const char *text, size_t n, const struct audit_key *key, struct audit_checkpoint *newest)
{
	struct audit_checkpoint one;
	size_t at = 0, used;
	int r;

	while (at < n && (r = audit_checkpoint_read(text + at, n - at, key, &one, &used)) != -ENODATA) {
		if (r == 0)
			*newest = one;
		at += used;
	}
	return at;
}

int store_mend_notes(struct audit_store *store, uint64_t known, char torn[AUDIT_FILE_NAME_MAX])
{
	struct audit_checkpoint newest = { .n = known ? store->n_signed : 0 };
	mem_auto char *text = mem_alloc(TAIL_MAX);
	struct stat status;
	const char *start;
	size_t whole, skipped;
	bool is_far;
	off_t from;
	ssize_t n;

	torn[0] = '\0';
	if (!text)
		return store_fail(store, -ENOMEM, AUDIT_CHECKPOINTS);
	if (fstat(store->notes_fd, &status) < 0)
		return store_fail(store, -errno, AUDIT_CHECKPOINTS);
	is_far = status.st_size - (off_t)known > TAIL_MAX;
	from = is_far ? status.st_size - TAIL_MAX : (off_t)known;
	n = audit_read_at(store->notes_fd, text, TAIL_MAX, from);
	if (n < 0)
		return store_fail(store, (int)n, AUDIT_CHECKPOINTS);
	// A long file is looked at from the first note that begins within.
	start = is_far ? memmem(text, (size_t)n, "\n\n" AUDIT_ORIGIN, sizeof "\n\n" AUDIT_ORIGIN - 1) : text;
	skipped = is_far ? start ? (size_t)(start - text) + 2 : (size_t)n : 0;
	whole = skipped + whole_notes(text + skipped, (size_t)n - skipped, &store->key, &newest);
	store->n_signed = newest.n;
	store->notes_size = (uint64_t)from + whole;
	if (whole == (size_t)n)
		return 0;
	return store_move_aside(store, store->notes_fd, AUDIT_CHECKPOINTS, (uint64_t)from + whole, torn);
}
