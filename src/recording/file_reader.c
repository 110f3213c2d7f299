// SPDX-License-Identifier: Apache-2.0
#include "recording/file_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "recording/file_writer.h"
#include "recording/packed.h"

// 0, -ENODATA when the file ends before, or negative errno.
static int read_at(int fd, uint64_t at, void *out, size_t n)
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

static int read_block(struct file_reader *reader, const struct block_place *place, struct block_codec *codec,
		      struct bytes *out)
{
	struct bytes *stored = &reader->stored;
	char *grown;
	int r;

	if (stored->cap <= place->head.stored_bytes) {
		grown = mem_realloc(stored->data, place->head.stored_bytes + 1u);
		if (!grown)
			return -ENOMEM;
		stored->data = grown;
		stored->cap = place->head.stored_bytes + 1u;
	}
	r = read_at(reader->fd, place->at + BLOCK_HEAD_BYTES, stored->data, place->head.stored_bytes);
	if (r < 0)
		return r == -ENODATA ? -EBADMSG : r;
	return block_unpack(codec, &place->head, stored->data, out);
}

static uint64_t end_of(const struct block_place *place)
{
	return place->at + BLOCK_HEAD_BYTES + place->head.stored_bytes;
}

// Blocks of events that have none, which nobody writes, are nowhere.
static int add_place(struct file_reader *reader, size_t *cap, const struct block_place *place)
{
	size_t grown = *cap ? *cap * 2 : 64;
	struct block_place *blocks;

	if (place->head.kind != BLOCK_EVENTS || !place->head.n_records)
		return 0;
	if (reader->n_blocks == FILE_BLOCKS_MAX)
		return -E2BIG;
	if (reader->n_blocks == *cap) {
		blocks = mem_realloc(reader->blocks, grown * sizeof *blocks);
		if (!blocks)
			return -ENOMEM;
		reader->blocks = blocks;
		*cap = grown;
	}
	reader->blocks[reader->n_blocks++] = *place;
	return 0;
}

// ---- without an index

// Something was put behind the end of a file that was closed.
static void look_behind(struct file_reader *reader, uint64_t end)
{
	uint8_t bytes[RECORDING_END_BYTES];

	if (!end || read_at(reader->fd, end, bytes, sizeof bytes) < 0 ||
	    memcmp(bytes, recording_end_magic, sizeof recording_end_magic) != 0)
		return;
	reader->was_torn = false;
	reader->n_stray = reader->size - end - sizeof bytes;
}

// Each head says where the next one is.
static int look_for_blocks(struct file_reader *reader, uint64_t from)
{
	uint64_t index_end = 0;
	struct block_place place = { .at = from };
	uint8_t head[BLOCK_HEAD_BYTES];
	size_t cap = 0;
	int r = 0;

	reader->n_blocks = 0;
	while (r == 0) {
		r = read_at(reader->fd, place.at, head, sizeof head);
		if (r == 0)
			r = block_read_head(head, &place.head);
		if (r == 0 && end_of(&place) > reader->size)
			r = -ENODATA;
		if (r == 0)
			r = add_place(reader, &cap, &place);
		if (r == 0)
			place.at = end_of(&place);
		if (r == 0)
			index_end = place.head.kind == BLOCK_INDEX ? place.at : 0;
	}
	look_behind(reader, index_end);
	return r == -ENODATA || r == -EBADMSG ? 0 : r;
}

// The last one may have the right length and not be there yet, as after a power failure.
static int drop_torn(struct file_reader *reader, struct block_codec *codec)
{
	struct bytes raw;
	int r = -EBADMSG;

	bytes_init(&raw, BLOCK_RAW_MAX);
	while (reader->n_blocks && r == -EBADMSG) {
		r = read_block(reader, &reader->blocks[reader->n_blocks - 1], codec, &raw);
		if (r == -EBADMSG)
			reader->n_blocks--;
	}
	bytes_finish(&raw);
	return r == -EBADMSG ? 0 : r;
}

// ---- with one

// Where the index is; 0: the file has none.
static uint64_t find_index(const struct file_reader *reader, struct block_head *head)
{
	uint8_t end[RECORDING_END_BYTES], bytes[BLOCK_HEAD_BYTES];
	uint64_t at;

	if (reader->size < RECORDING_START_BYTES + RECORDING_END_BYTES + BLOCK_HEAD_BYTES ||
	    read_at(reader->fd, reader->size - sizeof end, end, sizeof end) < 0 ||
	    memcmp(end, recording_end_magic, sizeof recording_end_magic) != 0)
		return 0;
	at = get_u64(end + sizeof recording_end_magic);
	if (at < RECORDING_START_BYTES || at > reader->size - sizeof end - BLOCK_HEAD_BYTES ||
	    read_at(reader->fd, at, bytes, sizeof bytes) < 0 || block_read_head(bytes, head) < 0)
		return 0;
	return head->kind == BLOCK_INDEX && at + BLOCK_HEAD_BYTES + head->stored_bytes + sizeof end == reader->size ? at
														    : 0;
}

static int take_rows(struct file_reader *reader, const struct bytes *rows, uint64_t limit)
{
	uint64_t from = RECORDING_START_BYTES;
	size_t cap = 0;

	if (rows->len % RECORDING_INDEX_ROW)
		return -EBADMSG;
	for (size_t i = 0; i < rows->len; i += RECORDING_INDEX_ROW) {
		const uint8_t *row = (const uint8_t *)rows->data + i;
		struct block_place place = { .at = get_u64(row) };
		int r = block_read_head(row + 8, &place.head);

		if (r < 0 || place.at != from || end_of(&place) > limit)
			return -EBADMSG; // each block begins where the one before it ends
		from = end_of(&place);
		r = add_place(reader, &cap, &place);
		if (r < 0)
			return r;
	}
	return from == limit ? 0 : -EBADMSG;
}

// 1 when the blocks are known now, 0 when there is no (good) index.
static int read_index(struct file_reader *reader, struct block_codec *codec)
{
	struct block_place place = { 0 };
	struct bytes rows;
	int r;

	place.at = find_index(reader, &place.head);
	if (!place.at)
		return 0;
	bytes_init(&rows, BLOCK_RAW_MAX);
	r = read_block(reader, &place, codec, &rows);
	if (r == 0)
		r = take_rows(reader, &rows, place.at);
	bytes_finish(&rows);
	if (r == -EBADMSG) {
		mem_free(reader->blocks);
		reader->blocks = NULL;
		reader->n_blocks = 0;
		return 0;
	}
	return r < 0 ? r : 1;
}

// ---- both

static int read_about(struct file_reader *reader, struct block_codec *codec)
{
	struct block_place place = { .at = RECORDING_START_BYTES };
	uint8_t start[RECORDING_START_BYTES], head[BLOCK_HEAD_BYTES];
	struct bytes text;
	int r = read_at(reader->fd, 0, start, sizeof start);

	if (r < 0 || memcmp(start, recording_magic, sizeof recording_magic) != 0)
		return r < 0 && r != -ENODATA ? r : -EBADMSG;
	if (get_u32(start + sizeof recording_magic) != RECORDING_VERSION)
		return -ENOTSUP;
	r = read_at(reader->fd, place.at, head, sizeof head);
	if (r == 0)
		r = block_read_head(head, &place.head);
	if (r < 0 || place.head.kind != BLOCK_ABOUT || place.head.raw_bytes > ABOUT_BYTES_MAX)
		return r < 0 && r != -ENODATA ? r : -EBADMSG;
	bytes_init(&text, ABOUT_BYTES_MAX);
	r = read_block(reader, &place, codec, &text);
	if (r == 0)
		r = about_read(text.data, text.len, &reader->about);
	bytes_finish(&text);
	return r;
}

static int open_file(struct file_reader *reader, int at, const char *name)
{
	struct stat st;

	reader->fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (reader->fd < 0 || fstat(reader->fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	reader->size = (uint64_t)st.st_size;
	return 0;
}

int file_reader_open(struct file_reader *reader, int at, const char *name, struct block_codec *codec)
{
	int r;

	*reader = (struct file_reader){ .fd = -1 };
	bytes_init(&reader->stored, 2 * BLOCK_RAW_MAX);
	r = open_file(reader, at, name);
	if (r == 0)
		r = read_about(reader, codec);
	if (r == 0)
		r = read_index(reader, codec);
	if (r == 0) {
		reader->was_torn = true;
		r = look_for_blocks(reader, RECORDING_START_BYTES);
		if (r == 0 && reader->was_torn)
			r = drop_torn(reader, codec);
	}
	if (r < 0)
		file_reader_close(reader);
	return r < 0 ? r : 0;
}

void file_reader_close(struct file_reader *reader)
{
	if (reader->fd > 0)
		close(reader->fd);
	mem_free(reader->blocks);
	bytes_finish(&reader->stored);
	*reader = (struct file_reader){ .fd = -1 };
}

int file_reader_block(struct file_reader *reader, size_t i, struct block_codec *codec, struct bytes *out)
{
	return read_block(reader, &reader->blocks[i], codec, out);
}
