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

enum { STRANGE_BYTES = 64 << 20 }; // within which a file that does not begin as a recording must look like one

static int read_block(struct file_reader *reader, const struct block_place *place, struct block_codec *codec,
		      struct bytes *out)
{
	int r = block_read_stored(reader->fd, place, &reader->stored);

	return r == 0 ? block_unpack(codec, &place->head, reader->stored.data, out) : r;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
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

// Where the last bytes say that the index is; 0: they do not.
static uint64_t index_at(const struct file_reader *reader)
{
	uint8_t end[RECORDING_END_BYTES];
	uint64_t at;

	if (reader->size < RECORDING_START_BYTES + RECORDING_END_BYTES + BLOCK_HEAD_BYTES ||
	    block_read_bytes(reader->fd, reader->size - sizeof end, end, sizeof end) < 0 ||
	    memcmp(end, recording_end_magic, sizeof recording_end_magic) != 0)
		return 0;
	at = get_u64(end + sizeof recording_end_magic);
	return at >= RECORDING_START_BYTES && at <= reader->size - sizeof end - BLOCK_HEAD_BYTES ? at : 0;
}

// ---- without an index

// A file that was closed ends there, whatever somebody has put behind it.
static bool is_end(struct file_reader *reader, uint64_t at)
{
	uint8_t bytes[RECORDING_END_BYTES];

	if (block_read_bytes(reader->fd, at, bytes, sizeof bytes) < 0 ||
	    memcmp(bytes, recording_end_magic, sizeof recording_end_magic) != 0)
		return false;
	reader->n_stray = reader->size - at - sizeof bytes;
	return true;
}

// One that was closed says where its index begins also when that is damaged.
static void note_index(struct file_reader *reader, uint64_t lost, uint64_t end)
{
	uint64_t at = index_at(reader);

	if (at < end)
		return;
	reader->was_torn = false;
	reader->is_index_lost = true;
	reader->n_lost_end = lost + at - end;
}

// What cannot be read is before the block that comes next, or, where none comes, at the end.
static int look_for_blocks(struct file_reader *reader)
{
	uint64_t end = RECORDING_START_BYTES, lost = 0;
	struct block_place place;
	struct block_scan scan;
	size_t cap = 0;
	int r = 0;

	block_scan_init(&scan, reader->fd, reader->has_magic ? reader->size : least(reader->size, STRANGE_BYTES),
			&reader->stored);
	reader->was_torn = true;
	while (r == 0 && reader->was_torn) {
		size_t n_before = reader->n_blocks;

		r = block_scan_next(&scan, end, &place);
		if (r < 0)
			break;
		scan.size = reader->size;
		lost += place.n_lost;
		place.n_lost = lost;
		r = add_place(reader, &cap, &place);
		if (reader->n_blocks > n_before)
			lost = 0;
		end = block_end(&place);
		reader->was_torn = place.head.kind != BLOCK_INDEX || !is_end(reader, end);
	}
	reader->n_lost_end = reader->was_torn ? lost + reader->size - end : lost;
	if (r == -ENODATA)
		note_index(reader, lost, end);
	return r == -ENODATA ? 0 : r;
}

// ---- with one

// Where the index is; 0: the file has none.
static uint64_t find_index(const struct file_reader *reader, struct block_head *head)
{
	uint64_t at = index_at(reader);
	uint8_t bytes[BLOCK_HEAD_BYTES];

	if (!at || block_read_bytes(reader->fd, at, bytes, sizeof bytes) < 0 || block_read_head(bytes, head) < 0 ||
	    head->kind != BLOCK_INDEX)
		return 0;
	return at + BLOCK_HEAD_BYTES + head->stored_bytes + RECORDING_END_BYTES == reader->size ? at : 0;
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

		if (r < 0 || place.at != from || block_end(&place) > limit)
			return -EBADMSG; // each block begins where the one before it ends
		from = block_end(&place);
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
	if (r == -EBADMSG || r == -EIO) {
		mem_free(reader->blocks);
		reader->blocks = NULL;
		reader->n_blocks = 0;
		return 0;
	}
	return r < 0 ? r : 1;
}

// ---- both

// What a file says of itself. -EBADMSG: that is damaged.
static int read_about(struct file_reader *reader, struct block_codec *codec)
{
	struct block_place place = { .at = RECORDING_START_BYTES };
	uint8_t head[BLOCK_HEAD_BYTES];
	struct bytes text;
	int r = block_read_bytes(reader->fd, place.at, head, sizeof head);

	if (r == 0)
		r = block_read_head(head, &place.head);
	if (r == 0 && (place.head.kind != BLOCK_ABOUT || place.head.raw_bytes > ABOUT_BYTES_MAX))
		r = -EBADMSG;
	if (r < 0)
		return r == -ENODATA || r == -EIO ? -EBADMSG : r;
	bytes_init(&text, ABOUT_BYTES_MAX);
	r = read_block(reader, &place, codec, &text);
	if (r == 0)
		r = about_read(text.data, text.len, &reader->about);
	bytes_finish(&text);
	return r == -EIO ? -EBADMSG : r;
}

// Where the first bytes are not whole the sums of blocks say what it is.
static int read_start(struct file_reader *reader, const char *name, struct block_codec *codec)
{
	uint8_t start[RECORDING_START_BYTES];
	int r = block_read_bytes(reader->fd, 0, start, sizeof start);

	if (r < 0 && r != -EIO)
		return r == -ENODATA ? -EBADMSG : r;
	reader->has_magic = r == 0 && memcmp(start, recording_magic, sizeof recording_magic) == 0;
	if (reader->has_magic && get_u32(start + sizeof recording_magic) != RECORDING_VERSION)
		return -ENOTSUP;
	r = read_about(reader, codec);
	if (r < 0 && r != -EBADMSG)
		return r;
	reader->is_about_lost = r < 0;
	if (r < 0)
		about_be_lost(&reader->about, name);
	return 0;
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
		r = read_start(reader, name, codec);
	if (r == 0)
		r = read_index(reader, codec);
	if (r == 0)
		r = look_for_blocks(reader);
	if (r >= 0 && reader->is_about_lost && !reader->n_blocks)
		r = -EBADMSG;
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
