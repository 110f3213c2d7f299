// SPDX-License-Identifier: Apache-2.0
#include "services/metric_times.h"

#include <errno.h>

#include "base/memory.h"

enum { BYTES_STEP = 32 };

static int reserve(struct metric_times *times)
{
	size_t needed = times->n_bits / 8 + METRIC_CODE_MAX;
	uint8_t *bytes;

	if (needed <= times->cap)
		return 0;
	bytes = mem_realloc(times->bytes, needed + BYTES_STEP);
	if (!bytes)
		return -ENOMEM;
	times->bytes = bytes;
	times->cap = (uint16_t)(needed + BYTES_STEP);
	return 0;
}

struct metric_times *metric_times_new(int64_t at_ms)
{
	struct metric_times *times = mem_alloc(sizeof *times);

	if (times)
		*times = (struct metric_times){
			.refs = 1, .n = 1, .code = { .width = 1 }, .base_ms = at_ms, .last_ms = at_ms
		};
	return times;
}

struct metric_times *metric_times_ref(struct metric_times *times)
{
	times->refs++;
	return times;
}

void metric_times_unref(struct metric_times *times)
{
	if (!times || --times->refs)
		return;
	mem_free(times->bytes);
	mem_free(times);
}

// Nothing is added to a full run: the room that is left over goes back.
static void fit(struct metric_times *times)
{
	size_t used = (times->n_bits + 7) / 8;
	uint8_t *bytes = used ? mem_realloc(times->bytes, used) : NULL;

	if (!bytes)
		return;
	times->bytes = bytes;
	times->cap = (uint16_t)used;
}

int metric_times_append(struct metric_times *times, int64_t at_ms)
{
	int64_t step_ms = at_ms - times->last_ms;

	if (times->n == METRIC_ROWS_MAX)
		return -ENOSPC;
	if (reserve(times) < 0)
		return -ENOMEM;
	times->n_bits = metric_code_put(times->bytes, times->n_bits, &times->code, step_ms - times->step_ms, 0);
	times->step_ms = step_ms;
	times->last_ms = at_ms;
	if (++times->n == METRIC_ROWS_MAX)
		fit(times);
	return 0;
}

size_t metric_times_share(const struct metric_times *times)
{
	return (sizeof *times + times->cap) / times->refs;
}

void metric_times_read(const struct metric_times *times, size_t row, struct metric_times_reader *reader)
{
	*reader = (struct metric_times_reader){ .times = times, .code = { .width = 1 }, .at_ms = times->base_ms };
	for (; row; row--)
		metric_times_next(reader);
}

void metric_times_next(struct metric_times_reader *reader)
{
	int64_t change_ms;

	reader->at_bit = metric_code_get(reader->times->bytes, reader->at_bit, &reader->code, &change_ms);
	reader->step_ms += change_ms;
	reader->at_ms += reader->step_ms;
}

// Whose place a new run takes: the one that was left alone for longer, or can take no more rows.
static struct metric_times **victim(struct metric_axes *axes)
{
	struct metric_times *a = axes->recent[0], *b = axes->recent[1];

	if (!a || !b)
		return &axes->recent[a != NULL];
	if ((a->n == METRIC_ROWS_MAX) != (b->n == METRIC_ROWS_MAX))
		return &axes->recent[b->n == METRIC_ROWS_MAX];
	return &axes->recent[b->last_ms < a->last_ms];
}

struct metric_times *metric_axes_join(struct metric_axes *axes, int64_t at_ms)
{
	struct metric_times *times;
	struct metric_times **place;

	for (size_t i = 0; i < 2; i++)
		if (axes->recent[i] && axes->recent[i]->last_ms == at_ms)
			return metric_times_ref(axes->recent[i]);
	times = metric_times_new(at_ms);
	if (!times)
		return NULL;
	place = victim(axes);
	metric_times_unref(*place);
	*place = metric_times_ref(times);
	return times;
}

void metric_axes_finish(struct metric_axes *axes)
{
	for (size_t i = 0; i < 2; i++)
		metric_times_unref(axes->recent[i]);
	*axes = (struct metric_axes){ 0 };
}

size_t metric_axes_memory(const struct metric_axes *axes)
{
	size_t bytes = 0;

	for (size_t i = 0; i < 2; i++)
		bytes += axes->recent[i] ? metric_times_share(axes->recent[i]) : 0;
	return bytes;
}
