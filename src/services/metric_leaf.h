#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What one selector sees of one scrape, and what it must remember until the next. Used by metric_expr.c alone. */
#include <stddef.h>
#include <stdint.h>

#include "services/metric_expr_tree.h"

struct metric_counter { // one series of one agent
	uint64_t key;   // its hash; the lowest bit is metric_memory::turn when it was seen in the scrape under way
	double value;
};

struct metric_bucket_counter { // LEAF_QUANTILE
	struct metric_counter counter;
	double le;      // the bucket
	uint64_t group; // the other labels
};

struct metric_bucket {
	double le;
	uint64_t group;
	double count; // since the last scrape, cumulative over le
};

// Counters that one agent's series had for one leaf, sorted by key.
struct metric_memory {
	uint16_t leaf;
	uint8_t turn; // 0 or 1, the other one at each scrape
	uint8_t size; // of an item
	uint32_t n;
	int64_t at_ms; // mono: the scrape that they are of
	void *items;   // owned: metric_counter, or metric_bucket_counter for LEAF_QUANTILE
};

struct metric_tally {
	struct metric_memory *memory; // borrowed; NULL for leaves that need none
	struct instant at;
	size_t n; // samples that matched, for counters those that could be compared
	double sum, min, max;
	struct metric_bucket_counter *added; // owned, kept for the next scrape
	size_t n_added, cap_added;
	struct metric_bucket *buckets; // owned, kept likewise
	size_t n_buckets, cap_buckets;
	bool is_short; // memory was: the value is missing
};

void metric_tally_begin(struct metric_tally *tally, const struct expr_leaf *leaf, struct metric_memory *memory,
			struct instant at);
void metric_tally_feed(struct metric_tally *tally, const struct expr_leaf *leaf, const struct prom_sample *sample);
double metric_tally_value(struct metric_tally *tally, const struct expr_leaf *leaf);

// Puts what was seen into the memory for the next scrape. 0; -ENOMEM, and then the memory is empty.
int metric_tally_keep(struct metric_tally *tally);
void metric_tally_finish(struct metric_tally *tally);

/* The q-quantile of cumulative buckets (in any order; sorted in place). NaN when there is nothing in them. Source:
 * Prometheus, promql/quantile.go, bucketQuantile().
 */
double histogram_quantile(double q, struct metric_bucket *buckets, size_t n);
