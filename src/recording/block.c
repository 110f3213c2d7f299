// SPDX-License-Identifier: Apache-2.0
#include "recording/block.h"

#include <errno.h>
#include <string.h>
#include <zstd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "recording/packed.h"

enum {
	AT_KIND = 4,
	AT_FLAGS = 5,
	AT_STORED = 8,
	AT_RAW = 12,
	AT_RECORDS = 16,
	AT_CHANGES = 20,
	AT_TRANSITIONS = 24,
	AT_FROM = 32,
	AT_TO = 40,
	AT_SUM = 48,
	LEVEL = 3,
};

static const char magic[4] = { 'O', 'B', 'L', 'K' };

void block_codec_finish(struct block_codec *codec)
{
	ZSTD_freeCCtx(codec->packer);
	ZSTD_freeDCtx(codec->unpacker);
	codec->packer = codec->unpacker = NULL;
}

void block_put_head(const struct block_head *head, uint8_t out[BLOCK_HEAD_BYTES])
{
	memset(out, 0, BLOCK_HEAD_BYTES);
	memcpy(out, magic, sizeof magic);
	out[AT_KIND] = head->kind;
	out[AT_FLAGS] = head->flags;
	put_u32(out + AT_STORED, head->stored_bytes);
	put_u32(out + AT_RAW, head->raw_bytes);
	put_u32(out + AT_RECORDS, head->n_records);
	put_u32(out + AT_CHANGES, head->n_changes);
	put_u32(out + AT_TRANSITIONS, head->n_transitions);
	put_u64(out + AT_FROM, (uint64_t)head->from_ms);
	put_u64(out + AT_TO, (uint64_t)head->to_ms);
	put_u64(out + AT_SUM, head->sum);
}

// Of the head as it is written, but for the place of the sum itself, and of the frame.
static uint64_t sum_of(const struct block_head *head, const void *stored)
{
	uint8_t bytes[BLOCK_HEAD_BYTES];

	block_put_head(head, bytes);
	return hash_mix(hash_stable(bytes, AT_SUM) ^ hash_mix(hash_stable(stored, head->stored_bytes)));
}

int block_read_head(const uint8_t bytes[BLOCK_HEAD_BYTES], struct block_head *out)
{
	if (memcmp(bytes, magic, sizeof magic) != 0)
		return -EBADMSG;
	*out = (struct block_head){
		.kind = bytes[AT_KIND],
		.flags = bytes[AT_FLAGS],
		.stored_bytes = get_u32(bytes + AT_STORED),
		.raw_bytes = get_u32(bytes + AT_RAW),
		.n_records = get_u32(bytes + AT_RECORDS),
		.n_changes = get_u32(bytes + AT_CHANGES),
		.n_transitions = get_u32(bytes + AT_TRANSITIONS),
		.from_ms = (int64_t)get_u64(bytes + AT_FROM),
		.to_ms = (int64_t)get_u64(bytes + AT_TO),
		.sum = get_u64(bytes + AT_SUM),
	};
	if (out->kind < BLOCK_ABOUT || out->kind >= BLOCK_KIND_END || out->raw_bytes > BLOCK_RAW_MAX ||
	    out->stored_bytes > ZSTD_COMPRESSBOUND((size_t)BLOCK_RAW_MAX) || out->n_changes > out->n_records ||
	    out->n_transitions > out->n_records || out->from_ms > out->to_ms || out->from_ms < -BLOCK_TIME_MAX ||
	    out->to_ms > BLOCK_TIME_MAX)
		return -EBADMSG;
	return 0;
}

static int compress(struct block_codec *codec, const void *raw, size_t n, void *to, size_t room, size_t *stored)
{
	if (!codec->packer)
		codec->packer = ZSTD_createCCtx();
	if (!codec->packer)
		return -ENOMEM;
	*stored = ZSTD_compressCCtx(codec->packer, to, room, raw, n, codec->level ? codec->level : LEVEL);
	return ZSTD_isError(*stored) ? -ENOMEM : 0; // there is room for any outcome: nothing else can fail
}

int block_pack(struct block_codec *codec, struct block_head *head, const void *raw, size_t n, struct bytes *out)
{
	size_t room, stored = 0, before = out->len;
	uint8_t bytes[BLOCK_HEAD_BYTES];
	mem_auto void *frame = NULL;
	int r;

	if (n > BLOCK_RAW_MAX)
		return -EMSGSIZE;
	room = ZSTD_compressBound(n);
	frame = mem_alloc(room);
	if (!frame)
		return -ENOMEM;
	r = compress(codec, raw, n, frame, room, &stored);
	if (r < 0)
		return r;
	head->raw_bytes = (uint32_t)n;
	head->stored_bytes = (uint32_t)stored;
	head->sum = sum_of(head, frame);
	block_put_head(head, bytes);
	r = bytes_add(out, bytes, sizeof bytes);
	if (r == 0)
		r = bytes_add(out, frame, stored);
	if (r < 0)
		out->len = before;
	return r;
}

// Room for exactly what the head promised.
static int reserve(struct bytes *out, size_t n)
{
	char *data;

	if (n > out->max)
		return -EBADMSG;
	if (n < out->cap)
		return 0;
	data = mem_realloc(out->data, n + 1);
	if (!data)
		return -ENOMEM;
	out->data = data;
	out->cap = n + 1;
	return 0;
}

size_t block_look_for(const void *bytes, size_t n)
{
	const uint8_t *found = memmem(bytes, n, magic, sizeof magic);

	return found ? (size_t)(found - (const uint8_t *)bytes) : n;
}

bool block_is_whole(const struct block_head *head, const void *stored)
{
	return sum_of(head, stored) == head->sum;
}

// The frame must say the size that the head promises: nobody gets to have memory taken for nothing.
int block_unpack(struct block_codec *codec, const struct block_head *head, const void *stored, struct bytes *out)
{
	size_t n = head->raw_bytes;
	int r;

	bytes_reset(out);
	if (!block_is_whole(head, stored) || ZSTD_getFrameContentSize(stored, head->stored_bytes) != n)
		return -EBADMSG;
	if (!codec->unpacker)
		codec->unpacker = ZSTD_createDCtx();
	r = codec->unpacker ? reserve(out, n) : -ENOMEM;
	if (r < 0)
		return r;
	if (ZSTD_decompressDCtx(codec->unpacker, out->data, n, stored, head->stored_bytes) != n)
		return -EBADMSG;
	out->data[n] = '\0';
	out->len = n;
	return 0;
}
