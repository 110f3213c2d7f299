// SPDX-License-Identifier: Apache-2.0
/* Whole segments go, the oldest first, and never the one that is written to. What is kept still verifies from its first
 * line, since a checkpoint was signed where the segment before it ended; older ones go too.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "audit/lines.h"
#include "audit/notes.h"
#include "audit/store_internal.h"
#include "base/human.h"
#include "base/memory.h"

static int read_head(struct audit_store *store, struct audit_lines *lines, uint32_t number,
		     struct audit_segment_head *out)
{
	char name[AUDIT_FILE_NAME_MAX];
	const char *line;
	size_t n;
	int fd, r;

	audit_segment_name(number, name);
	fd = openat(store->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return store_fail(store, -errno, name);
	audit_lines_use(lines, fd);
	r = audit_lines_next(lines, &line, &n);
	r = r == 1 ? audit_segment_read(line, n, out) : r < 0 ? r : -ENODATA;
	close(fd);
	if (r == -EINVAL || r == -EMSGSIZE || r == -ENODATA || (r == 0 && out->number != number))
		return audit_trouble_set(&store->trouble, -EINVAL, "%s/%s does not begin as a segment does", store->dir,
					 name);
	return r < 0 ? store_fail(store, r, name) : 0;
}

int store_read_heads(struct audit_store *store, const uint32_t *numbers, size_t n)
{
	struct audit_lines lines;
	int r = audit_lines_init(&lines, -1);

	store->segments = mem_calloc(n + 1, sizeof *store->segments);
	if (r < 0 || !store->segments)
		r = store_fail(store, -ENOMEM, "segments");
	for (size_t i = 0; i < n && r == 0; i++) {
		r = read_head(store, &lines, numbers[i], &store->segments[i]);
		store->n_segments += r == 0;
	}
	audit_lines_finish(&lines);
	return r;
}

static bool is_over(const struct audit_store *store, const struct audit_segment_head *next, const char *oldest)
{
	if (store->n_records && store->chain.n + 1 - next->first >= store->n_records)
		return true;
	// The next one was begun right after the newest record of this one.
	return store->retention_ms && strcmp(next->at, oldest) < 0;
}

static int tell_dropped(struct audit_store *store, size_t n, uint64_t up_to, int64_t now_ms)
{
	const struct audit_field details[] = {
		{ "segments", audit_number((int64_t)n) },
		{ "up_to_record", audit_number((int64_t)up_to) },
	};
	const struct audit_record record = {
		.phase = AUDIT_EVENT,
		.action = AUDIT_DELETE,
		.result = AUDIT_SUCCESS,
		.resource_kind = "audit",
		.reason = "retention",
		.details = { details, sizeof details / sizeof details[0] },
	};

	return store_event(store, &record, now_ms);
}

// Where the first note stands that is of a record which is kept, or of the one before; -1 where one before cannot be
// read: that is left for whoever verifies.
static off_t first_wanted(const struct audit_store *store)
{
	struct audit_checkpoint note;
	struct audit_notes notes;
	off_t at;
	int r;

	audit_notes_init(&notes, store->notes_fd, &store->key);
	do {
		at = notes.at;
		r = audit_notes_next(&notes, UINT64_MAX, &note);
	} while (r == 1 && note.n + 1 < store->segments[0].first);
	return r < 0 ? -1 : at;
}

// Checkpoints of records that are gone vouch for nothing any more.
static int drop_notes(struct audit_store *store)
{
	off_t from = first_wanted(store);
	int r;

	if (from <= 0)
		return 0;
	r = store_renew(store, AUDIT_CHECKPOINTS, from);
	if (r == 0)
		r = store_open_notes(store);
	if (r == 0)
		store->notes_size -= (uint64_t)from;
	return r;
}

void store_forget_heads(struct audit_store *store, size_t n)
{
	store->n_segments -= n;
	memmove(store->segments, store->segments + n, store->n_segments * sizeof *store->segments);
}

int store_retain(struct audit_store *store, int64_t now_ms)
{
	char oldest[HUMAN_MAX], name[AUDIT_FILE_NAME_MAX];
	size_t n = 0;
	int r;

	human_rfc3339(now_ms - store->retention_ms, oldest);
	while (n + 1 < store->n_segments && is_over(store, &store->segments[n + 1], oldest)) {
		audit_segment_name(store->segments[n].number, name);
		if (unlinkat(store->dir_fd, name, 0) < 0 && errno != ENOENT)
			return store_fail(store, -errno, name);
		n++;
	}
	if (!n)
		return 0;
	store_forget_heads(store, n);
	r = drop_notes(store);
	return r ? r : tell_dropped(store, n, store->segments[0].first - 1, now_ms);
}
