// SPDX-License-Identifier: Apache-2.0
#include "agents/shard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/number.h"

int shard_parse(const char *text, struct shard *out)
{
	const char *slash = strchr(text, '/');
	uint64_t i, n;

	if (!slash || number_parse_u64(slash + 1, strlen(slash + 1), SHARDS_MAX, &n) < 0 || n == 0)
		return -EINVAL;
	if (number_parse_u64(text, (size_t)(slash - text), n, &i) < 0 || i == 0)
		return -EINVAL;
	*out = (struct shard){ .i = (uint32_t)i, .n = (uint32_t)n };
	return 0;
}

const char *shard_text(const struct shard *shard, char out[SHARD_TEXT_MAX])
{
	out[0] = '\0';
	if (shard->n)
		snprintf(out, SHARD_TEXT_MAX, "%u/%u", shard->i % 10000, shard->n % 10000);
	return out;
}

// The next number of shards at which the agent moves is that of the shard in which it is, times a random factor.
uint32_t shard_of(const char *key, uint32_t n)
{
	uint64_t random = hash_stable(key, strlen(key)), next = 0;
	uint32_t shard = 0;

	while (next < n) {
		shard = (uint32_t)next;
		random = random * 2862933555777941757ULL + 1;
		next = ((next + 1) << 31) / ((random >> 33) + 1);
	}
	return shard + 1;
}

bool shard_has(const struct shard *shard, const char *key)
{
	return !shard->n || shard_of(key, shard->n) == shard->i;
}
