// SPDX-License-Identifier: Apache-2.0
#include "recording/records.h"

#include <errno.h>
#include <string.h>

#include "recording/packed.h"

enum { AT_TIME = 0, AT_START = 8, AT_AGENT = 12, AT_FLAGS = 16 };

void record_batch_init(struct record_batch *batch)
{
	*batch = (struct record_batch){ 0 };
	bytes_init(&batch->heads, BLOCK_RAW_MAX / 2);
	bytes_init(&batch->texts, BLOCK_RAW_MAX / 2);
}

void record_batch_finish(struct record_batch *batch)
{
	bytes_finish(&batch->heads);
	bytes_finish(&batch->texts);
}

void record_batch_reset(struct record_batch *batch)
{
	bytes_reset(&batch->heads);
	bytes_reset(&batch->texts);
	batch->head = (struct block_head){ 0 };
}

static void count(struct block_head *head, const struct record *record)
{
	if (!head->n_records || record->at_ms < head->from_ms)
		head->from_ms = record->at_ms;
	if (!head->n_records || record->at_ms > head->to_ms)
		head->to_ms = record->at_ms;
	head->n_records++;
	head->n_changes += (record->flags & RECORD_CHANGE) != 0;
	head->n_transitions += (record->flags & RECORD_TRANSITION) != 0;
}

int record_batch_add(struct record_batch *batch, const struct record *record)
{
	size_t start = batch->texts.len;
	uint8_t head[RECORD_HEAD_BYTES];
	int r;

	put_u64(head + AT_TIME, (uint64_t)record->at_ms);
	put_u32(head + AT_START, (uint32_t)start);
	put_u32(head + AT_AGENT, record->agent);
	put_u32(head + AT_FLAGS, record->flags);
	r = bytes_add(&batch->texts, record->text, record->n);
	if (r == 0) {
		r = bytes_add(&batch->heads, head, sizeof head);
		if (r < 0)
			batch->texts.len = start;
	}
	if (r == 0)
		count(&batch->head, record);
	return r;
}

size_t record_batch_bytes(const struct record_batch *batch)
{
	return batch->heads.len + batch->texts.len;
}

void record_batch_copy(const struct record_batch *batch, void *to)
{
	if (batch->heads.len)
		memcpy(to, batch->heads.data, batch->heads.len);
	if (batch->texts.len)
		memcpy((char *)to + batch->heads.len, batch->texts.data, batch->texts.len);
}

static size_t start_of(const struct record_table *table, size_t i)
{
	return i < table->n ? get_u32(table->heads + i * RECORD_HEAD_BYTES + AT_START) : table->n_text_bytes;
}

static bool is_of_time(const struct record_table *table, size_t i, const struct block_head *head)
{
	int64_t at_ms = (int64_t)get_u64(table->heads + i * RECORD_HEAD_BYTES + AT_TIME);

	return at_ms >= head->from_ms && at_ms <= head->to_ms;
}

int record_table_open(const void *raw, size_t n_bytes, const struct block_head *head, struct record_table *out)
{
	size_t n = head->n_records;

	if (n > n_bytes / RECORD_HEAD_BYTES)
		return -EBADMSG;
	out->heads = raw;
	out->texts = (const char *)raw + n * RECORD_HEAD_BYTES;
	out->n = n;
	out->n_text_bytes = n_bytes - n * RECORD_HEAD_BYTES;
	for (size_t i = 0; i < n; i++) // each ends where the next one begins
		if (start_of(out, i) > start_of(out, i + 1) || !is_of_time(out, i, head))
			return -EBADMSG;
	return n == 0 || start_of(out, 0) == 0 ? 0 : -EBADMSG;
}

void record_table_at(const struct record_table *table, size_t i, struct record *out)
{
	const uint8_t *head = table->heads + i * RECORD_HEAD_BYTES;
	size_t start = start_of(table, i);

	*out = (struct record){
		.at_ms = (int64_t)get_u64(head + AT_TIME),
		.agent = get_u32(head + AT_AGENT),
		.flags = get_u32(head + AT_FLAGS),
		.text = table->texts + start,
		.n = start_of(table, i + 1) - start,
	};
}
