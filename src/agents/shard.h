#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A fleet divided among several hubs: which of N shards an agent is in, from its key alone. Pure, in whole numbers, and
 * so the same on every machine and in every version.
 *
 * It is jump consistent hash: shards are even, and from N to N+1 only one agent in N+1 moves, each of them to the new
 * shard. Source: Lamping, Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm" (2014).
 */
#include <stdbool.h>
#include <stdint.h>

enum { SHARDS_MAX = 1024, SHARD_TEXT_MAX = 16 };

struct shard {
	uint32_t i, n; // the i-th of n, from 1; n 0: there are none, and everybody is in
};

int shard_parse(const char *text, struct shard *out); // "2/4"; 0, or -EINVAL and *out is as it was
const char *shard_text(const struct shard *shard, char out[SHARD_TEXT_MAX]); // "2/4"; "" when there are none

uint32_t shard_of(const char *key, uint32_t n); // 1..n; n from 1
bool shard_has(const struct shard *shard, const char *key);
