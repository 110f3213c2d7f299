#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Records: events as they stand in a block. In front a table of heads (time, agent, flags, where its text begins), so
 * that a reader who looks for something passes over what it is not without reading its text; then the texts, each an
 * event as JSON (wire/event_json.h). What happens while a snapshot is made stands between its parts.
 */
#include <stdbool.h>

#include "recording/block.h"

enum record_flag {
	RECORD_CHANGE = 1 << 0,     // not only another reading of what is as before
	RECORD_TRANSITION = 1 << 1, // a state turned: of an agent's health, an alert, an operation
	RECORD_METRICS = 1 << 2,    // readings of `agent`
	RECORD_RESTATED = 1 << 3,   // of a snapshot: known already to who has read all before it
};

enum { RECORD_HEAD_BYTES = 20, RECORD_TEXT_MAX = 16 << 20 };

struct record {
	int64_t at_ms;  // wall: when it was recorded
	uint32_t agent; // 0: not about one agent
	unsigned flags;
	const char *text; // borrowed, not terminated
	size_t n;
};

// A block that is being filled.
struct record_batch {
	struct bytes heads, texts;
	struct block_head head; // counts and time range; kind and flags are the caller's
};

void record_batch_init(struct record_batch *batch);
void record_batch_finish(struct record_batch *batch);
void record_batch_reset(struct record_batch *batch);
int record_batch_add(struct record_batch *batch,
		     const struct record *record); // 0, -EMSGSIZE, -ENOMEM: nothing is added
size_t record_batch_bytes(const struct record_batch *batch);

void record_batch_copy(const struct record_batch *batch, void *to); // as a block holds them: record_batch_bytes()

// A block that was read.
struct record_table {
	const uint8_t *heads; // borrowed, as the texts
	const char *texts;
	size_t n, n_text_bytes;
};

// 0, or -EBADMSG when the bytes are not the records that the head promises, of its time. They are borrowed.
int record_table_open(const void *raw, size_t n_bytes, const struct block_head *head, struct record_table *out);
void record_table_at(const struct record_table *table, size_t i, struct record *out); // i < n
