// SPDX-License-Identifier: Apache-2.0
/* What other processes wrote since this one did is read under the lock before anything is added: only the new bytes,
 * and every line of them must be chained to the last that is known. What does not fit breaks the store; what one that
 * crashed left unfinished is moved aside and told, as when a trail is opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/files.h"
#include "audit/lines.h"
#include "audit/store_internal.h"
#include "base/memory.h"

static int refuse(struct audit_store *store, const char *name, const char *what)
{
	return audit_trouble_set(&store->trouble, -ESTALE, "%s/%s %s", store->dir, name, what);
}

// 1, 0 or negative errno: one that cannot be seen may be there all the same.
static int has_segment(struct audit_store *store, uint32_t number)
{
	char name[AUDIT_FILE_NAME_MAX];
	struct stat status;

	audit_segment_name(number, name);
	if (fstatat(store->dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : store_fail(store, -errno, name);
}

// ---- lines

// After a gap that retention left, the first line that is kept says what it is chained to.
static int take_head(struct audit_store *store, const char *name, const char *line, size_t n, bool is_after_gap)
{
	struct audit_segment_head head;
	int r = audit_segment_read(line, n, &head);

	if (r == -ENOMEM)
		return store_fail(store, r, name);
	if (r < 0 || head.number != store->number)
		return refuse(store, name, "does not begin as a segment does");
	if (strcmp(head.log_id, store->log_id) != 0)
		return refuse(store, name, "is of another trail");
	if (is_after_gap && head.first > store->chain.n + 1) {
		store->chain.n = head.first - 1;
		store->chain.head = head.prev;
	}
	return store_add_head(store, &head);
}

static int take_line(struct audit_store *store, const char *name, const char *line, size_t n, bool is_after_gap)
{
	struct audit_link link;
	int r = 0;

	if (audit_link_read(line, n, &link) < 0)
		return refuse(store, name, "was written to by somebody else");
	if (!store->written)
		r = take_head(store, name, line, n, is_after_gap);
	if (r < 0)
		return r;
	if (!audit_chain_takes(&store->chain, &link))
		return refuse(store, name,
			      "was written to by somebody else: what came is not chained to what was there");
	audit_chain_add(&store->chain, line, n);
	store->written += n + 1;
	return 0;
}

// The lines of the segment at hand that are new. *n_torn: bytes after them that are no line.
static int read_lines(struct audit_store *store, const char *name, bool is_after_gap, uint64_t *n_torn)
{
	struct audit_lines lines;
	const char *line;
	size_t n;
	int r = audit_lines_init(&lines, store->fd), next = 0;

	*n_torn = 0;
	if (r < 0)
		return store_fail(store, r, name);
	lines.offset = (off_t)store->written;
	while (r == 0 && (next = audit_lines_next(&lines, &line, &n)) == 1)
		r = take_line(store, name, line, n, is_after_gap);
	store->n_bytes = store->written;
	if (r == 0 && next == -ENODATA)
		*n_torn = n;
	else if (r == 0 && next == -EMSGSIZE)
		r = refuse(store, name, "was written to by somebody else");
	else if (r == 0 && next < 0)
		r = store_fail(store, next, name);
	audit_lines_finish(&lines);
	return r;
}

// ---- the segment at hand

// Whether the file holds the line that is the chain's head where we know it to end. 1, 0 or negative errno.
static int ends_as_known(const struct audit_store *store, int fd)
{
	size_t n = store->written < AUDIT_LINE_MAX ? store->written : AUDIT_LINE_MAX;
	mem_auto char *text = mem_alloc(n);
	struct audit_hash head;
	const char *before;
	ssize_t got;

	if (!text)
		return -ENOMEM;
	got = audit_read_at(fd, text, n, (off_t)(store->written - n));
	if (got < 0)
		return (int)got;
	if ((size_t)got != n || text[n - 1] != '\n')
		return 0;
	before = memrchr(text, '\n', n - 1);
	before = before ? before + 1 : text;
	audit_hash_of(before, (size_t)(text + n - 1 - before), &head);
	return audit_hash_is(&head, &store->chain.head);
}

// Who begins anew after a failure writes the segment into another file first; what is in it must be the same.
static int open_again(struct audit_store *store, const char *name)
{
	int fd = openat(store->dir_fd, name, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	int r = fd < 0 ? -errno : ends_as_known(store, fd);

	if (r == 1) {
		close(store->fd);
		store->fd = fd;
		return store_identify(store, fd, name, &store->id);
	}
	if (fd >= 0)
		close(fd);
	return r < 0 ? store_fail(store, r, name) : refuse(store, name, "was replaced");
}

// One that is gone was dropped by retention if there is a later one: what it ended with is still to be read.
static int look_at(struct audit_store *store, const char *name, struct stat *status, bool *is_gone)
{
	int r = 0;

	*is_gone = fstatat(store->dir_fd, name, status, AT_SYMLINK_NOFOLLOW) < 0;
	if (*is_gone && errno != ENOENT)
		return store_fail(store, -errno, name);
	if (!*is_gone && store_is(&store->id, status))
		return 0;
	if (!*is_gone)
		r = open_again(store, name);
	if (r == 0 && fstat(store->fd, status) < 0)
		r = store_fail(store, -errno, name);
	return r;
}

static int read_segment(struct audit_store *store, bool is_after_gap, uint64_t *n_torn, bool *is_gone)
{
	char name[AUDIT_FILE_NAME_MAX];
	struct stat status;
	int r;

	*n_torn = 0;
	audit_segment_name(store->number, name);
	r = look_at(store, name, &status, is_gone);
	if (r < 0)
		return r;
	if ((uint64_t)status.st_size < store->written)
		return refuse(store, name, "was cut short by somebody else");
	return (uint64_t)status.st_size > store->written ? read_lines(store, name, is_after_gap, n_torn) : 0;
}

// ---- later segments

static int go_to(struct audit_store *store, uint32_t number)
{
	char name[AUDIT_FILE_NAME_MAX];
	int fd;

	audit_segment_name(number, name);
	fd = openat(store->dir_fd, name, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return store_fail(store, -errno, name);
	close(store->fd);
	store->fd = fd;
	store->number = number;
	store->written = store->n_bytes = 0;
	return store_identify(store, fd, name, &store->id);
}

// The oldest that is kept of those after ours: 1 with it, 0, or negative errno.
static int find_later(struct audit_store *store, uint32_t *number)
{
	uint32_t *numbers;
	size_t n, i = 0;
	int r = audit_segments_list(store->dir_fd, &numbers, &n);

	if (r < 0)
		return store_fail(store, r, ".");
	while (i < n && numbers[i] <= store->number)
		i++;
	if (i < n)
		*number = numbers[i];
	mem_free(numbers);
	return i < n;
}

// 1: there is a later one, and it is at hand; 0: there is none.
static int go_on(struct audit_store *store, bool is_gone, bool *is_after_gap)
{
	char name[AUDIT_FILE_NAME_MAX];
	uint32_t number = store->number + 1;
	int r = has_segment(store, number);

	*is_after_gap = false;
	if (r < 0)
		return r;
	if (r == 0) {
		if (!is_gone)
			return 0;
		r = find_later(store, &number);
		if (r < 0)
			return r;
		audit_segment_name(store->number, name);
		if (r == 0)
			return store_fail(store, -ENOENT, name);
		*is_after_gap = true;
	}
	r = go_to(store, number);
	return r < 0 ? r : 1;
}

// Those that another process dropped are not ours to drop, nor to tell of.
static int forget_dropped(struct audit_store *store)
{
	size_t n = 0;
	int r = 0;

	while (n + 1 < store->n_segments && (r = has_segment(store, store->segments[n].number)) == 0)
		n++;
	if (n)
		store_forget_heads(store, n);
	return r < 0 ? r : 0;
}

static int read_segments(struct audit_store *store, struct store_mended *mended)
{
	uint32_t number = store->number;
	bool is_after_gap = false, is_gone = false;
	int r;

	do {
		audit_segment_name(store->number, mended->segment);
		r = read_segment(store, is_after_gap, &mended->n_torn, &is_gone);
		if (r == 0)
			r = go_on(store, is_gone, &is_after_gap);
		if (r == 1 && mended->n_torn)
			r = refuse(store, mended->segment, "is cut short, and another follows it");
	} while (r == 1);
	return r == 0 && store->number != number ? forget_dropped(store) : r;
}

// ---- checkpoints

static int read_notes(struct audit_store *store, struct store_mended *mended)
{
	struct stat status;
	bool is_there = fstatat(store->dir_fd, AUDIT_CHECKPOINTS, &status, AT_SYMLINK_NOFOLLOW) == 0;
	int r;

	if (!is_there && errno != ENOENT)
		return store_fail(store, -errno, AUDIT_CHECKPOINTS);
	if (!is_there || !store_is(&store->notes_id, &status)) {
		r = store_open_notes(store);
		return r ? r : store_mend_notes(store, 0, mended->torn_notes);
	}
	if ((uint64_t)status.st_size < store->notes_size)
		return refuse(store, AUDIT_CHECKPOINTS, "was cut short by somebody else");
	if ((uint64_t)status.st_size == store->notes_size)
		return 0;
	return store_mend_notes(store, store->notes_size, mended->torn_notes);
}

// ---- all of it

int store_catch_up(struct audit_store *store)
{
	struct store_mended mended = { 0 };
	int r = read_segments(store, &mended);

	if (r == 0 && mended.n_torn)
		r = store_move_aside(store, store->fd, mended.segment, store->written, mended.torn);
	if (r == 0)
		r = read_notes(store, &mended);
	if (r == 0 && !store->written) // not even its first line is there
		r = store_ensure_segment(store, false, store->now_ms);
	if (r < 0)
		return r;
	if (store->n_signed > store->chain.n)
		return audit_trouble_set(&store->trouble, -ESTALE,
					 "%s: a checkpoint counts %" PRIu64 " records, and there are %" PRIu64,
					 store->dir, store->n_signed, store->chain.n);
	return store_tell_mended(store, &mended, NULL, store->now_ms);
}
