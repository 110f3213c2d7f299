// SPDX-License-Identifier: Apache-2.0
#include "services/metric_leaf.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/number.h"

bool expr_leaf_is_counter(const struct expr_leaf *leaf)
{
	return leaf->kind == LEAF_RATE || leaf->kind == LEAF_INCREASE || leaf->kind == LEAF_QUANTILE;
}

// As the label is written, where that is what it means.
static bool is_equal(const struct expr_matcher *matcher, const struct prom_label *label)
{
	return strlen(matcher->value) == label->value_len &&
	       memcmp(matcher->value, label->value, label->value_len) == 0;
}

static bool matches(const struct expr_matcher *matcher, const struct prom_sample *sample)
{
	char value[PROM_VALUE_MAX + 1];
	struct prom_label label = { .value = "" };
	bool has_label = prom_sample_label(sample, matcher->name, &label);

	if (!has_label)
		label = (struct prom_label){ .value = "" };
	if (!matcher->is_glob && !label.has_escape)
		return is_equal(matcher, &label) != matcher->is_negated;
	if (prom_label_value(&label, value, sizeof value) < 0)
		return false;
	return (matcher->is_glob ? glob_matches(matcher->value, value) : strcmp(matcher->value, value) == 0) !=
	       matcher->is_negated;
}

bool expr_leaf_matches(const struct expr_leaf *leaf, const struct prom_sample *sample)
{
	for (size_t i = 0; i < leaf->n_matchers; i++)
		if (!matches(&leaf->matchers[i], sample))
			return false;
	return true;
}

void metric_tally_begin(struct metric_tally *tally, const struct expr_leaf *leaf, struct metric_memory *memory,
			struct instant at)
{
	bool has_buckets = leaf->kind == LEAF_QUANTILE;

	tally->memory = memory;
	tally->at = at;
	if (memory) {
		memory->size = has_buckets ? sizeof(struct metric_bucket_counter) : sizeof(struct metric_counter);
		memory->turn ^= 1;
	}
	tally->n = tally->n_added = tally->n_buckets = 0;
	tally->sum = 0;
	tally->is_short = false;
}

static struct metric_counter *item(const struct metric_memory *memory, size_t i)
{
	return (struct metric_counter *)(void *)((char *)memory->items + i * memory->size);
}

static struct metric_counter *find(const struct metric_memory *memory, uint64_t hash)
{
	size_t low = 0;
	size_t high = memory->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (item(memory, middle)->key >> 1 < hash >> 1)
			low = middle + 1;
		else
			high = middle;
	}
	return low < memory->n && item(memory, low)->key >> 1 == hash >> 1 ? item(memory, low) : NULL;
}

static bool grow(void **items, size_t *cap, size_t size)
{
	size_t wanted = *cap ? *cap * 2 : 32;
	void *grown = mem_realloc(*items, wanted * size);

	if (!grown)
		return false;
	*items = grown;
	*cap = wanted;
	return true;
}

// The bucket's bound and a hash of the other labels. False when there is no bound: not a bucket.
static bool read_bucket(const struct prom_sample *sample, struct metric_bucket_counter *counter)
{
	struct prom_labels labels;
	struct prom_label label;
	bool has_le = false;

	counter->group = 0;
	prom_labels_init(&labels, sample);
	while (prom_labels_next(&labels, &label)) {
		if (label.name_len == 2 && memcmp(label.name, "le", 2) == 0)
			has_le = number_parse(label.value, label.value_len, &counter->le) == 0 && !isnan(counter->le);
		else
			counter->group = hash_mix(counter->group ^ hash_stable(label.name, label.name_len) ^
						  hash_mix(hash_stable(label.value, label.value_len)));
	}
	return has_le;
}

static void add_counter(struct metric_tally *tally, const struct expr_leaf *leaf, const struct prom_sample *sample,
			uint64_t hash)
{
	struct metric_bucket_counter counter = { .counter = { .key = (hash & ~UINT64_C(1)) | tally->memory->turn,
							      .value = sample->value } };

	if (tally->memory->n + tally->n_added >= METRIC_EXPR_SERIES_MAX)
		return;
	if (leaf->kind == LEAF_QUANTILE && !read_bucket(sample, &counter))
		return;
	if (tally->n_added == tally->cap_added &&
	    !grow((void **)&tally->added, &tally->cap_added, sizeof *tally->added)) {
		tally->is_short = true;
		return;
	}
	tally->added[tally->n_added++] = counter;
}

static void add_bucket(struct metric_tally *tally, const struct metric_bucket_counter *counter, double increase)
{
	if (tally->n_buckets == tally->cap_buckets &&
	    !grow((void **)&tally->buckets, &tally->cap_buckets, sizeof *tally->buckets)) {
		tally->is_short = true;
		return;
	}
	tally->buckets[tally->n_buckets++] =
		(struct metric_bucket){ .le = counter->le, .group = counter->group, .count = increase };
}

static void feed_counter(struct metric_tally *tally, const struct expr_leaf *leaf, const struct prom_sample *sample)
{
	uint64_t hash = prom_series_hash(sample);
	struct metric_counter *counter = find(tally->memory, hash);
	double increase;

	if (!counter) {
		add_counter(tally, leaf, sample, hash);
		return;
	}
	if ((counter->key & 1) == tally->memory->turn)
		return; // a series given twice
	increase = sample->value < counter->value ? sample->value : sample->value - counter->value;
	counter->value = sample->value;
	counter->key ^= 1;
	tally->n++;
	tally->sum += increase;
	if (leaf->kind == LEAF_QUANTILE)
		add_bucket(tally, (const struct metric_bucket_counter *)(const void *)counter, increase);
}

void metric_tally_feed(struct metric_tally *tally, const struct expr_leaf *leaf, const struct prom_sample *sample)
{
	double value = sample->value;

	if (isnan(value) || !expr_leaf_matches(leaf, sample))
		return;
	if (tally->memory) {
		feed_counter(tally, leaf, sample);
		return;
	}
	tally->min = tally->n ? fmin(tally->min, value) : value;
	tally->max = tally->n ? fmax(tally->max, value) : value;
	tally->sum += value;
	tally->n++;
}

double metric_tally_value(struct metric_tally *tally, const struct expr_leaf *leaf)
{
	double elapsed_s = tally->memory ? (double)(tally->at.mono_ms - tally->memory->at_ms) / 1000 : 0;

	if (leaf->kind == LEAF_COUNT)
		return (double)tally->n;
	if (!tally->n || tally->is_short)
		return NAN;
	switch (leaf->kind) {
	case LEAF_AVG:
		return tally->sum / (double)tally->n;
	case LEAF_MIN:
		return tally->min;
	case LEAF_MAX:
		return tally->max;
	case LEAF_AGE:
		return (double)tally->at.wall_ms / 1000 - tally->min;
	case LEAF_RATE:
		return elapsed_s > 0 ? tally->sum / elapsed_s : NAN;
	case LEAF_QUANTILE:
		return histogram_quantile(leaf->quantile, tally->buckets, tally->n_buckets);
	case LEAF_SUM:
	case LEAF_INCREASE:
	case LEAF_COUNT:
		break;
	}
	return tally->sum;
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = ((const struct metric_counter *)a)->key;
	uint64_t y = ((const struct metric_counter *)b)->key;

	return (x > y) - (x < y);
}

// Those that the scrape did not have are forgotten.
static void keep_seen(struct metric_memory *memory)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < memory->n; i++) {
		if ((item(memory, i)->key & 1) != memory->turn)
			continue;
		if (kept != i)
			memcpy(item(memory, kept), item(memory, i), memory->size);
		kept++;
	}
	memory->n = kept;
}

static void keep_one_of_each(struct metric_memory *memory)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < memory->n; i++) {
		if (kept && item(memory, kept - 1)->key == item(memory, i)->key)
			continue;
		if (kept != i)
			memcpy(item(memory, kept), item(memory, i), memory->size);
		kept++;
	}
	memory->n = kept;
}

int metric_tally_keep(struct metric_tally *tally)
{
	struct metric_memory *memory = tally->memory;
	void *items;

	keep_seen(memory);
	memory->at_ms = tally->at.mono_ms;
	if (!tally->n_added)
		return 0;
	items = mem_realloc(memory->items, (memory->n + tally->n_added) * memory->size);
	if (!items) {
		memory->n = 0;
		return -ENOMEM;
	}
	memory->items = items;
	for (size_t i = 0; i < tally->n_added; i++)
		memcpy(item(memory, memory->n++), &tally->added[i], memory->size);
	qsort(items, memory->n, memory->size, by_key);
	keep_one_of_each(memory);
	return 0;
}

void metric_tally_finish(struct metric_tally *tally)
{
	mem_free(tally->added);
	mem_free(tally->buckets);
	*tally = (struct metric_tally){ 0 };
}

static int by_bound(const void *a, const void *b)
{
	const struct metric_bucket *x = a;
	const struct metric_bucket *y = b;

	if (x->le != y->le)
		return (x->le > y->le) - (x->le < y->le);
	return (x->group > y->group) - (x->group < y->group);
}

// One bucket a bound: those of all groups added up, a group's duplicate left out. Returns how many there are.
static size_t merge(struct metric_bucket *buckets, size_t n)
{
	size_t merged = 0;
	uint64_t group = 0;
	double last = 0;

	qsort(buckets, n, sizeof *buckets, by_bound);
	for (size_t i = 0; i < n; i++) {
		struct metric_bucket bucket = buckets[i];
		bool is_same_bound = merged && buckets[merged - 1].le == bucket.le;

		if (is_same_bound && group == bucket.group) {
			if (bucket.count > last) {
				buckets[merged - 1].count += bucket.count - last;
				last = bucket.count;
			}
			continue;
		}
		group = bucket.group;
		last = bucket.count;
		if (is_same_bound)
			buckets[merged - 1].count += bucket.count;
		else
			buckets[merged++] = bucket;
	}
	for (size_t i = 1; i < merged; i++) // scraped while they were counting, or restarted in between
		buckets[i].count = fmax(buckets[i].count, buckets[i - 1].count);
	return merged;
}

double histogram_quantile(double q, struct metric_bucket *buckets, size_t n)
{
	double rank, low, below;
	size_t i = 0;

	n = merge(buckets, n);
	if (!n || !(buckets[n - 1].count > 0))
		return NAN;
	rank = q * buckets[n - 1].count;
	while (buckets[i].count < rank || !(buckets[i].count > 0))
		i++;
	if (isinf(buckets[i].le))
		return i ? buckets[i - 1].le : NAN;
	if (i == 0 && buckets[0].le <= 0)
		return buckets[0].le;
	low = i ? buckets[i - 1].le : 0;
	below = i ? buckets[i - 1].count : 0;
	return low + (buckets[i].le - low) * ((rank - below) / (buckets[i].count - below));
}
