// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "audit/record.h"
#include "audit/store_internal.h"
#include "base/memory.h"

// A segment's last record, of a file that is not written to any more.
static int read_end_of(struct audit_store *store, uint32_t number, struct store_tail *tail)
{
	char name[AUDIT_FILE_NAME_MAX];
	int fd, r;

	audit_segment_name(number, name);
	fd = openat(store->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return store_fail(store, -errno, name);
	r = store_read_tail(store, fd, name, tail);
	close(fd);
	if (r == 0 && (!tail->chain.n || tail->n_torn))
		r = audit_trouble_set(&store->trouble, -EINVAL, "%s/%s has no record at its end", store->dir, name);
	return r;
}

// The newest segment: its end is mended, and the chain goes on from there.
static int open_newest(struct audit_store *store, const uint32_t *numbers, size_t n, struct store_mended *mended)
{
	struct store_tail tail = { 0 }, before;
	int r;

	store->number = numbers[n - 1];
	audit_segment_name(store->number, mended->segment);
	store->fd = openat(store->dir_fd, mended->segment, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (store->fd < 0)
		return store_fail(store, -errno, mended->segment);
	r = store_identify(store, store->fd, mended->segment, &store->id);
	if (r == 0)
		r = store_read_tail(store, store->fd, mended->segment, &tail);
	if (r == 0 && tail.n_torn)
		r = store_move_aside(store, store->fd, mended->segment, tail.n_whole, mended->torn);
	if (r < 0)
		return r;
	mended->n_torn = tail.n_torn;
	store->written = store->n_bytes = tail.n_whole;
	store->chain = tail.chain;
	if (tail.chain.n || n == 1)
		return 0;
	r = read_end_of(store, numbers[n - 2], &before);
	store->chain = before.chain;
	return r;
}

int store_open_notes(struct audit_store *store)
{
	int fd = openat(store->dir_fd, AUDIT_CHECKPOINTS, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return store_fail(store, -errno, AUDIT_CHECKPOINTS);
	if (store->notes_fd >= 0)
		close(store->notes_fd);
	store->notes_fd = fd;
	return store_identify(store, fd, AUDIT_CHECKPOINTS, &store->notes_id);
}

static int open_notes(struct audit_store *store, struct store_mended *mended)
{
	int r = store_open_notes(store);

	return r ? r : store_mend_notes(store, 0, mended->torn_notes);
}

static void draw_log_id(struct audit_store *store)
{
	unsigned char id[8];

	randombytes_buf(id, sizeof id);
	sodium_bin2hex(store->log_id, sizeof store->log_id, id, sizeof id);
}

// ---- telling

static int tell(struct audit_store *store, const char *reason, const struct audit_field *details, size_t n,
		int64_t now_ms)
{
	const struct audit_record record = {
		.phase = AUDIT_EVENT,
		.action = AUDIT_UPDATE,
		.level = AUDIT_CRITICAL,
		.result = AUDIT_SUCCESS,
		.resource_kind = "audit",
		.reason = reason,
		.details = { details, n },
	};

	return store_event(store, &record, now_ms);
}

int store_tell_mended(struct audit_store *store, const struct store_mended *mended, const char *broken, int64_t now_ms)
{
	const struct audit_field torn[] = {
		{ "segment", audit_text(mended->segment) },
		{ "moved_to", audit_text(mended->torn) },
		{ "bytes", audit_number((int64_t)mended->n_torn) },
	};
	const struct audit_field notes[] = { { "moved_to", audit_text(mended->torn_notes) } };
	const struct audit_field missing[] = { { "records", audit_number((int64_t)mended->n_missing) } };
	const struct audit_field again[] = { { "after", audit_text(broken) } };
	int r = 0;

	if (*mended->torn)
		r = tell(store, "a torn end was moved aside", torn, 3, now_ms);
	if (r == 0 && *mended->torn_notes)
		r = tell(store, "a torn checkpoint was moved aside", notes, 1, now_ms);
	if (r == 0 && mended->n_missing)
		r = tell(store, "records that a checkpoint counts are missing", missing, 1, now_ms);
	if (r == 0 && broken)
		r = tell(store, "the trail is written again", again, 1, now_ms);
	return r;
}

// ---- opening

static int begin(struct audit_store *store, const struct audit_store_options *options, struct audit_trouble *trouble)
{
	int r;

	if (sodium_init() < 0)
		return audit_trouble_set(trouble, -EIO, "there is no source of random numbers");
	store->dir_fd = audit_dir_open(options->dir, true, trouble);
	if (store->dir_fd < 0)
		return store->dir_fd;
	r = store_identify(store, store->dir_fd, ".", &store->dir_id);
	if (r < 0)
		return r;
	audit_lock_init(&store->lock, store->dir_fd, options->holder);
	r = audit_lock_take(&store->lock, store->lock_ms, trouble);
	store->is_in = r == 0;
	return r;
}

// The segments there are, their order, and whose they are.
static int open_segments(struct audit_store *store, const struct audit_store_options *options, const uint32_t *numbers,
			 size_t n, struct store_mended *mended)
{
	char name[AUDIT_FILE_NAME_MAX];
	bool is_bare;
	int r = 0;

	if (options->broken && n) {
		audit_segment_name(numbers[n - 1], name);
		r = store_renew(store, name, 0);
	}
	if (r == 0 && n)
		r = open_newest(store, numbers, n, mended);
	is_bare = n && store->written == 0; // not even its first line is there
	if (r == 0)
		r = store_read_heads(store, numbers, is_bare ? n - 1 : n);
	if (r == 0 && store->n_segments)
		memcpy(store->log_id, store->segments[0].log_id, sizeof store->log_id);
	else
		draw_log_id(store);
	return r;
}

int store_ensure_segment(struct audit_store *store, bool wants_new, int64_t now_ms)
{
	char name[AUDIT_FILE_NAME_MAX];

	if (store->number && store->written == 0) {
		close(store->fd);
		store->fd = -1;
		audit_segment_name(store->number, name);
		if (unlinkat(store->dir_fd, name, 0) < 0)
			return store_fail(store, -errno, name);
		store->number--;
		return store_begin_segment(store, now_ms);
	}
	if (store->number && !wants_new)
		return 0;
	if (store->chain.n && audit_store_checkpoint(store) < 0) // what begins after it stays anchored
		return store->trouble.error;
	return store_begin_segment(store, now_ms);
}

static int open_all(struct audit_store *store, const struct audit_store_options *options, int64_t now_ms)
{
	struct store_mended mended = { 0 };
	uint32_t *numbers = NULL;
	size_t n = 0;
	int r = audit_segments_list(store->dir_fd, &numbers, &n);

	if (r < 0)
		store_fail(store, r, ".");
	if (r == 0)
		r = audit_key_open(store->dir_fd, options->key, options->key_name, n == 0, &store->key,
				   &store->trouble);
	if (r == 0)
		r = open_segments(store, options, numbers, n, &mended);
	mem_free(numbers);
	if (r == 0)
		r = open_notes(store, &mended);
	if (r < 0)
		return r;
	if (store->n_signed > store->chain.n)
		mended.n_missing = store->n_signed - store->chain.n;
	r = store_ensure_segment(store, options->broken != NULL, now_ms);
	if (r == 0)
		r = store_tell_mended(store, &mended, options->broken, now_ms);
	if (r == 0)
		r = store_retain(store, now_ms);
	if (r == 0)
		r = audit_store_checkpoint(store); // from its first moment on it is anchored
	return r ? r : audit_store_sync(store);
}

int audit_store_open(const struct audit_store_options *options, int64_t now_ms, struct audit_store **out,
		     struct audit_trouble *trouble)
{
	struct audit_store *store = mem_calloc(1, sizeof *store);
	int r;

	*out = NULL;
	if (!store)
		return audit_trouble_set(trouble, -ENOMEM, "out of memory");
	*store = (struct audit_store){
		.who = options->who,
		.segment_bytes = options->segment_bytes,
		.n_records = options->n_records,
		.retention_ms = options->retention_ms,
		.lock_ms = options->lock_ms ? options->lock_ms : AUDIT_LOCK_MS,
		.now_ms = now_ms,
		.dir_fd = -1,
		.lock = { .fd = -1 },
		.fd = -1,
		.notes_fd = -1,
		.dir = mem_strdup(options->dir),
	};
	bytes_init(&store->pending, STORE_PENDING_MAX);
	bytes_init(&store->notes, STORE_NOTES_MAX);
	bytes_init(&store->own, AUDIT_BODY_MAX);
	r = store->dir ? begin(store, options, trouble) : audit_trouble_set(trouble, -ENOMEM, "out of memory");
	if (r == 0)
		r = open_all(store, options, now_ms);
	if (r < 0) {
		audit_trouble_set(trouble, r, "%s", store->trouble.text);
		audit_trouble_set(&store->trouble, r, "not opened"); // nothing is written when it closes
		audit_store_close(store);
		return r;
	}
	*out = store;
	return 0;
}
