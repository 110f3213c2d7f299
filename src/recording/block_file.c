// SPDX-License-Identifier: Apache-2.0
#include "recording/block_file.h"

#include <errno.h>
#include <unistd.h>

#include "base/memory.h"

enum {
	WINDOW_BYTES = 16 << 10,
	SECTOR_BYTES = 4096,
	MAGIC_BYTES = 4,
	VAIN_TIMES = 8, // the file, and
	VAIN_MORE = 256 << 20,
};

uint64_t block_end(const struct block_place *place)
{
	return place->at + BLOCK_HEAD_BYTES + place->head.stored_bytes;
}

int block_read_bytes(int fd, uint64_t at, void *out, size_t n)
{
	char *to = out;

	while (n) {
		ssize_t got = pread(fd, to, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -ENODATA;
		to += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

int block_read_stored(int fd, const struct block_place *place, struct bytes *stored)
{
	char *grown;
	int r;

	if (stored->cap <= place->head.stored_bytes) {
		grown = mem_realloc(stored->data, place->head.stored_bytes + 1u);
		if (!grown)
			return -ENOMEM;
		stored->data = grown;
		stored->cap = place->head.stored_bytes + 1u;
	}
	r = block_read_bytes(fd, place->at + BLOCK_HEAD_BYTES, stored->data, place->head.stored_bytes);
	return r == -ENODATA ? -EBADMSG : r;
}

void block_scan_init(struct block_scan *scan, int fd, uint64_t size, struct bytes *stored)
{
	*scan = (struct block_scan){
		.fd = fd, .size = size, .n_left = VAIN_TIMES * size + VAIN_MORE, .stored = stored
	};
}

static int read_whole(struct block_scan *scan, struct block_place *place)
{
	uint64_t n = (uint64_t)BLOCK_HEAD_BYTES + place->head.stored_bytes;
	int r;

	if (n > scan->n_left)
		return -EBADMSG;
	r = block_read_stored(scan->fd, place, scan->stored);
	if (r == 0 && !block_is_whole(&place->head, scan->stored->data))
		r = -EBADMSG;
	if (r < 0)
		scan->n_left -= n;
	return r == -EIO ? -EBADMSG : r;
}

// Whether there is one at place->at: 0, -EBADMSG, negative errno.
static int try_at(struct block_scan *scan, struct block_place *place)
{
	uint8_t head[BLOCK_HEAD_BYTES];
	int r = block_read_bytes(scan->fd, place->at, head, sizeof head);

	if (r == 0)
		r = block_read_head(head, &place->head);
	if (r == 0 && block_end(place) > scan->size)
		r = -EBADMSG;
	if (r == 0)
		r = read_whole(scan, place);
	return r == -ENODATA || r == -EIO ? -EBADMSG : r;
}

static int try_window(struct block_scan *scan, uint64_t at, const char *window, size_t n, struct block_place *place)
{
	int r = -EBADMSG;

	for (size_t i = block_look_for(window, n); i < n && r == -EBADMSG;) {
		place->at = at + i;
		r = try_at(scan, place);
		i++;
		i += block_look_for(window + i, n - i);
	}
	return r;
}

static int look_from(struct block_scan *scan, uint64_t at, struct block_place *place)
{
	char window[WINDOW_BYTES];
	int r = -EBADMSG;

	while (r == -EBADMSG && at + BLOCK_HEAD_BYTES <= scan->size) {
		ssize_t got = pread(scan->fd, window, sizeof window, (off_t)at);

		if (got < 0 && errno == EIO)
			at = (at / SECTOR_BYTES + 1) * SECTOR_BYTES;
		else if (got < 0 && errno != EINTR)
			return -errno;
		else if (got >= 0 && got < MAGIC_BYTES)
			return -ENODATA; // it was cut off meanwhile
		if (got < MAGIC_BYTES)
			continue;
		r = try_window(scan, at, window, (size_t)got, place);
		at += (uint64_t)got - (MAGIC_BYTES - 1);
	}
	return r == -EBADMSG ? -ENODATA : r;
}

int block_scan_next(struct block_scan *scan, uint64_t from, struct block_place *out)
{
	int r;

	*out = (struct block_place){ .at = from };
	r = try_at(scan, out);
	if (r == -EBADMSG)
		r = look_from(scan, from + 1, out);
	if (r == 0)
		out->n_lost = out->at - from;
	return r;
}
