// SPDX-License-Identifier: Apache-2.0
#include "audit/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/record.h"
#include "audit/store_internal.h"
#include "base/file.h"
#include "base/memory.h"

int store_fail(struct audit_store *store, int error, const char *what)
{
	return audit_trouble_set(&store->trouble, error, "%s/%s: %s", store->dir, what, strerrordesc_np(-error));
}

// ---- is it still what we opened?

int store_identify(struct audit_store *store, int fd, const char *name, struct store_id *out)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return store_fail(store, -errno, name);
	*out = (struct store_id){ status.st_dev, status.st_ino };
	return 0;
}

bool store_is(const struct store_id *id, const struct stat *status)
{
	return id->dev == status->st_dev && id->ino == status->st_ino;
}

static int check_segment(struct audit_store *store)
{
	char name[AUDIT_FILE_NAME_MAX];
	struct stat there;

	audit_segment_name(store->number, name);
	if (fstatat(store->dir_fd, name, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return store_fail(store, -errno, name);
	if (!store_is(&store->id, &there))
		return audit_trouble_set(&store->trouble, -ESTALE, "%s/%s was replaced", store->dir, name);
	if ((uint64_t)there.st_size != store->written)
		return audit_trouble_set(&store->trouble, -ESTALE, "%s/%s was written to by somebody else", store->dir,
					 name);
	return 0;
}

// A directory that was deleted or replaced would take what we write without a word.
static int check_dir(struct audit_store *store)
{
	struct stat there;

	if (lstat(store->dir, &there) < 0)
		return audit_trouble_set(&store->trouble, -errno, "%s: %s", store->dir, strerrordesc_np(errno));
	if (!store_is(&store->dir_id, &there))
		return audit_trouble_set(&store->trouble, -ESTALE, "%s was replaced", store->dir);
	return 0;
}

// ---- the lock

static int enter(struct audit_store *store, unsigned limit_ms)
{
	int r = store->trouble.error;

	if (r || store->is_in)
		return r;
	if (store->is_kept_out)
		return store->held.error;
	r = check_dir(store);
	if (r < 0)
		return r;
	store->held = (struct audit_trouble){ 0 };
	r = audit_lock_take(&store->lock, limit_ms, &store->held);
	if (r == -EBUSY)
		store->is_kept_out = true;
	else if (r < 0)
		audit_trouble_set(&store->trouble, r, "%s/%s", store->dir, store->held.text);
	if (r < 0)
		return r;
	store->is_in = true;
	r = store_catch_up(store);
	store->is_fresh = r == 0;
	return r;
}

int audit_store_enter(struct audit_store *store)
{
	return enter(store, store->lock_ms);
}

static void leave(struct audit_store *store)
{
	if (store->is_in)
		audit_lock_release(&store->lock);
	store->is_in = store->is_kept_out = false;
}

// ---- writing

static int write_pending(struct audit_store *store)
{
	char name[AUDIT_FILE_NAME_MAX];
	int r;

	if (!store->pending.len)
		return 0;
	r = store->is_fresh ? 0 : check_dir(store);
	if (r == 0 && !store->is_fresh)
		r = check_segment(store);
	store->is_fresh = false;
	if (r < 0)
		return r;
	r = file_write_all(store->fd, store->pending.data, store->pending.len);
	audit_segment_name(store->number, name);
	if (r < 0)
		return store_fail(store, r, name);
	store->written += store->pending.len;
	bytes_reset(&store->pending);
	return 0;
}

int store_flush(struct audit_store *store)
{
	char name[AUDIT_FILE_NAME_MAX];
	int r = write_pending(store);

	if (r < 0)
		return r;
	audit_segment_name(store->number, name);
	return fdatasync(store->fd) < 0 ? store_fail(store, -errno, name) : 0;
}

// Checkpoints follow the records they are of.
static int flush_notes(struct audit_store *store)
{
	int r;

	if (!store->notes.len)
		return 0;
	r = file_write_all(store->notes_fd, store->notes.data, store->notes.len);
	if (r == 0 && fdatasync(store->notes_fd) < 0)
		r = -errno;
	store->notes_size += store->notes.len;
	bytes_reset(&store->notes);
	return r < 0 ? store_fail(store, r, AUDIT_CHECKPOINTS) : 0;
}

static int sync_all(struct audit_store *store)
{
	int r = store_flush(store);

	return r ? r : flush_notes(store);
}

int audit_store_sync(struct audit_store *store)
{
	int r = store->trouble.error;

	if (r == 0 && store->is_kept_out)
		r = store->held.error;
	if (r == 0 && store->is_in)
		r = sync_all(store);
	leave(store);
	return r;
}

int audit_store_checkpoint(struct audit_store *store)
{
	struct audit_checkpoint checkpoint;
	int r = audit_store_enter(store);

	if (r < 0 || store->n_signed == store->chain.n)
		return r;
	checkpoint = (struct audit_checkpoint){ .n = store->chain.n, .head = store->chain.head };
	memcpy(checkpoint.log_id, store->log_id, sizeof checkpoint.log_id);
	r = audit_checkpoint_sign(&checkpoint, &store->key, &store->notes);
	if (r < 0)
		return store_fail(store, r, AUDIT_CHECKPOINTS);
	store->n_signed = store->chain.n;
	return 0;
}

// ---- appending

// A line of the segment at hand: the link, the body, the newline.
static int add_line(struct audit_store *store, const char *body, size_t n)
{
	size_t was = store->pending.len;
	char link[AUDIT_LINK_MAX];
	size_t n_link = audit_chain_link(&store->chain, link);
	int r = bytes_add(&store->pending, link, n_link);

	if (r == 0)
		r = bytes_add(&store->pending, body, n);
	if (r == 0)
		r = bytes_add(&store->pending, "\n", 1);
	if (r < 0) {
		if (store->pending.data)
			store->pending.data[store->pending.len = was] = '\0';
		return store_fail(store, r, "a record");
	}
	audit_chain_add(&store->chain, store->pending.data + was, n_link + n);
	store->n_bytes += n_link + n + 1;
	return store->chain.n % AUDIT_CHECKPOINT_EVERY == 0 ? audit_store_checkpoint(store) : 0;
}

int store_add_head(struct audit_store *store, const struct audit_segment_head *head)
{
	struct audit_segment_head *grown =
		mem_realloc(store->segments, (store->n_segments + 1) * sizeof *store->segments);

	if (!grown)
		return store_fail(store, -ENOMEM, "a segment");
	store->segments = grown;
	store->segments[store->n_segments++] = *head;
	return 0;
}

static int add_first_line(struct audit_store *store, int64_t at_ms)
{
	const struct audit_chain before = store->chain;
	struct audit_segment_head head;
	int r;

	bytes_reset(&store->own);
	r = audit_segment_encode(store->log_id, store->number, &before, store->who, at_ms, &store->own);
	if (r < 0)
		return store_fail(store, r, "a segment");
	r = add_line(store, store->own.data, store->own.len);
	if (r == 0)
		r = audit_segment_read(store->pending.data, store->pending.len - 1, &head);
	if (r < 0)
		return store->trouble.error ? r : store_fail(store, r, "a segment");
	return store_add_head(store, &head);
}

int store_begin_segment(struct audit_store *store, int64_t at_ms)
{
	char name[AUDIT_FILE_NAME_MAX];
	int fd;

	audit_segment_name(store->number + 1, name);
	fd = openat(store->dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return store_fail(store, -errno, name);
	if (fsync(store->dir_fd) < 0) {
		store_fail(store, -errno, ".");
		close(fd);
		return store->trouble.error;
	}
	if (store->fd >= 0)
		close(store->fd);
	store->fd = fd;
	store->is_fresh = false;
	if (store_identify(store, fd, name, &store->id) < 0)
		return store->trouble.error;
	store->number++;
	store->written = store->n_bytes = 0;
	return add_first_line(store, at_ms);
}

// The segment ends signed, so that what begins after it stays anchored when it is gone.
static int rotate(struct audit_store *store, int64_t at_ms)
{
	int r = audit_store_checkpoint(store);

	if (r == 0)
		r = sync_all(store);
	if (r == 0)
		r = store_begin_segment(store, at_ms);
	return r ? r : store_retain(store, at_ms);
}

static bool has_records(const struct audit_store *store)
{
	return store->n_segments && store->chain.n > store->segments[store->n_segments - 1].first;
}

int audit_store_append(struct audit_store *store, const char *body, size_t n, int64_t at_ms)
{
	int r;

	store->now_ms = at_ms;
	r = audit_store_enter(store);
	if (r == 0 && has_records(store) && store->n_bytes + AUDIT_LINK_MAX + n > store->segment_bytes)
		r = rotate(store, at_ms);
	if (r == 0)
		r = add_line(store, body, n);
	if (r == 0 && store->pending.len >= STORE_WRITE_AT)
		r = write_pending(store);
	return r;
}

int store_event(struct audit_store *store, const struct audit_record *record, int64_t at_ms)
{
	struct bytes body;
	int r;

	bytes_init(&body, AUDIT_BODY_MAX);
	r = audit_record_encode(record, store->who, at_ms, &body);
	if (r < 0)
		store_fail(store, r, "a record");
	else
		r = add_line(store, body.data, body.len);
	bytes_finish(&body);
	return r;
}

// ---- the end

static void close_file(int fd)
{
	if (fd >= 0)
		close(fd);
}

void audit_store_close(struct audit_store *store)
{
	if (!store)
		return;
	// Whoever was kept out does not wait again.
	if (store->fd >= 0 && store->n_signed != store->chain.n &&
	    enter(store, store->held.error ? 0 : store->lock_ms) == 0 && audit_store_checkpoint(store) == 0)
		audit_store_sync(store);
	close_file(store->fd);
	close_file(store->notes_fd);
	audit_lock_finish(&store->lock);
	close_file(store->dir_fd);
	audit_key_wipe(&store->key);
	bytes_finish(&store->pending);
	bytes_finish(&store->notes);
	bytes_finish(&store->own);
	mem_free(store->segments);
	mem_free(store->dir);
	mem_free(store);
}

uint64_t audit_store_n(const struct audit_store *store)
{
	return store->chain.n;
}

struct audit_hash audit_store_key(const struct audit_store *store)
{
	struct audit_hash key;

	static_assert(sizeof key.bytes == AUDIT_KEY_BYTES, "a key is as long as a hash");
	memcpy(key.bytes, store->key.public, sizeof key.bytes);
	return key;
}

struct audit_hash audit_store_head(const struct audit_store *store)
{
	return store->chain.head;
}

uint64_t audit_store_n_signed(const struct audit_store *store)
{
	return store->n_signed;
}

const struct audit_trouble *audit_store_trouble(const struct audit_store *store)
{
	return store->trouble.error ? &store->trouble : &store->held;
}

bool audit_store_is_broken(const struct audit_store *store)
{
	return store->trouble.error != 0;
}
