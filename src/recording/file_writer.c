// SPDX-License-Identifier: Apache-2.0
#include "recording/file_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/ofd_lock.h"
#include "recording/packed.h"

enum { BLOCK_KEPT = 4 << 20 }; // bytes of memory: most are much smaller

const char recording_magic[16] = { 'O', 'P', 'S', 'C', 'O', 'N', ' ', 'R', 'E', 'C', 'O', 'R', 'D', 'I', 'N', 'G' };
const char recording_end_magic[8] = { 'O', 'P', 'S', 'C', 'E', 'N', 'D', '1' };

void file_writer_init(struct file_writer *writer)
{
	*writer = (struct file_writer){ .fd = -1 };
	bytes_init(&writer->index, BLOCK_RAW_MAX);
	bytes_init(&writer->block, 2 * BLOCK_RAW_MAX);
}

// What is not there whole is taken away again, so that the next reader need not wonder.
static int append(struct file_writer *writer, const void *data, size_t n)
{
	int r = writer->error ? writer->error : file_write_all(writer->fd, data, n);

	if (r == 0) {
		writer->size += n;
		return 0;
	}
	if (!writer->error && ftruncate(writer->fd, (off_t)writer->size) < 0)
		writer->is_indexed = false; // an index behind half a block would be of no use
	writer->error = r;
	return r;
}

static void note_block(struct file_writer *writer, uint64_t at)
{
	uint8_t row[8];

	put_u64(row, at);
	if (!writer->is_indexed)
		return;
	if (bytes_add(&writer->index, row, sizeof row) < 0 ||
	    bytes_add(&writer->index, writer->block.data, BLOCK_HEAD_BYTES) < 0)
		writer->is_indexed = false;
}

int file_writer_add(struct file_writer *writer, struct block_codec *codec, struct block_head *head, const void *raw,
		    size_t n)
{
	uint64_t at = writer->size;
	int r = writer->error;

	if (r < 0)
		return r;
	bytes_reset(&writer->block);
	r = block_pack(codec, head, raw, n, &writer->block);
	if (r < 0) {
		writer->error = r;
		return r;
	}
	r = append(writer, writer->block.data, writer->block.len);
	if (r == 0)
		note_block(writer, at);
	if (writer->block.cap > BLOCK_KEPT)
		bytes_finish(&writer->block);
	return r;
}

static int begin(struct file_writer *writer, struct block_codec *codec, const struct about *about)
{
	struct block_head head = { .kind = BLOCK_ABOUT, .from_ms = about->started_ms, .to_ms = about->started_ms };
	uint8_t start[RECORDING_START_BYTES] = { 0 };
	struct bytes text;
	int r;

	memcpy(start, recording_magic, sizeof recording_magic);
	put_u32(start + sizeof recording_magic, RECORDING_VERSION);
	bytes_init(&text, ABOUT_BYTES_MAX);
	r = about_write(about, &text);
	if (r == 0)
		r = append(writer, start, sizeof start);
	if (r == 0)
		r = file_writer_add(writer, codec, &head, text.data, text.len);
	bytes_finish(&text);
	return r;
}

int file_writer_open(struct file_writer *writer, int at, const char *name, struct block_codec *codec,
		     const struct about *about)
{
	int r;

	bytes_reset(&writer->index);
	writer->size = 0;
	writer->error = 0;
	writer->is_indexed = true;
	writer->fd = openat(at, name, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (writer->fd < 0)
		return -errno;
	r = ofd_lock(writer->fd, 0);
	if (r < 0 && r != -EBUSY)
		r = 0; // a file system without locks: no reason to record nothing
	if (r == 0)
		r = begin(writer, codec, about);
	if (r < 0) {
		close(writer->fd);
		writer->fd = -1;
		unlinkat(at, name, 0);
	}
	return r;
}

int file_writer_sync(struct file_writer *writer)
{
	if (!writer->error && writer->fd >= 0 && fdatasync(writer->fd) < 0)
		writer->error = -errno;
	return writer->error;
}

static int add_index(struct file_writer *writer, struct block_codec *codec)
{
	struct block_head head = { .kind = BLOCK_INDEX };
	uint8_t end[RECORDING_END_BYTES];
	uint64_t at = writer->size;
	int r;

	head.n_records = (uint32_t)(writer->index.len / RECORDING_INDEX_ROW);
	bytes_reset(&writer->block);
	r = block_pack(codec, &head, writer->index.data, writer->index.len, &writer->block);
	memcpy(end, recording_end_magic, sizeof recording_end_magic);
	put_u64(end + sizeof recording_end_magic, at);
	if (r == 0)
		r = bytes_add(&writer->block, end, sizeof end);
	return r == 0 ? append(writer, writer->block.data, writer->block.len) : r;
}

int file_writer_close(struct file_writer *writer, struct block_codec *codec)
{
	int r = writer->error;

	if (writer->fd < 0)
		return r;
	writer->error = 0; // also of a file that failed: there may be room for its index
	if (writer->is_indexed && add_index(writer, codec) == 0)
		file_writer_sync(writer);
	r = r ? r : writer->error;
	if (close(writer->fd) < 0 && r == 0)
		r = -errno;
	writer->fd = -1;
	return r;
}

void file_writer_finish(struct file_writer *writer)
{
	if (writer->fd >= 0)
		close(writer->fd);
	writer->fd = -1;
	bytes_finish(&writer->index);
	bytes_finish(&writer->block);
}
