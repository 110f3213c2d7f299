// SPDX-License-Identifier: Apache-2.0
#include "feeds/backoff.h"

enum { DOUBLINGS_MAX = 31 };

void backoff_init(struct backoff *backoff, uint32_t base_ms, uint32_t cap_ms)
{
	*backoff = (struct backoff){ .base_ms = base_ms ? base_ms : BACKOFF_BASE_MS,
				     .cap_ms = cap_ms ? cap_ms : BACKOFF_CAP_MS,
				     .lasting_ms = BACKOFF_LASTING_MS };
	if (backoff->cap_ms < backoff->base_ms)
		backoff->cap_ms = backoff->base_ms;
}

uint32_t backoff_bound_ms(const struct backoff *backoff)
{
	uint32_t n = backoff->n_failures < DOUBLINGS_MAX ? backoff->n_failures : DOUBLINGS_MAX;
	uint64_t bound = (uint64_t)backoff->base_ms << n;

	return bound < backoff->cap_ms ? (uint32_t)bound : backoff->cap_ms;
}

uint32_t backoff_next_ms(struct backoff *backoff, int64_t stood_ms, uint64_t random)
{
	uint32_t wait_ms;

	if (stood_ms >= backoff->lasting_ms)
		backoff->n_failures = 0;
	wait_ms = (uint32_t)(random % ((uint64_t)backoff_bound_ms(backoff) + 1));
	if (backoff->n_failures < UINT32_MAX)
		backoff->n_failures++;
	return wait_ms;
}
