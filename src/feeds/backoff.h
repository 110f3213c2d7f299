#pragma once
// SPDX-License-Identifier: Apache-2.0
/* How long to wait before trying again: exponential, with full jitter, capped. Pure; the random number is an argument.
 *
 * The n-th wait in a row is drawn evenly from 0 to base * 2^n (n from 0), so the first is quick and a crowd that lost
 * the same hub does not come back as one. Source: "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
 */
#include <stdint.h>

enum { BACKOFF_BASE_MS = 5000, BACKOFF_CAP_MS = 60000, BACKOFF_LASTING_MS = 10000 };

struct backoff {
	uint32_t base_ms, cap_ms; // 1 ms or more; the cap is no less than the base
	uint32_t lasting_ms;      // a connection that stood so long makes the count of failures begin again
	uint32_t n_failures;      // in a row
};

void backoff_init(struct backoff *backoff, uint32_t base_ms, uint32_t cap_ms); // 0: the defaults above

// What was tried has failed, or has ended after `stood_ms` (0: it never stood). Milliseconds until the next try.
uint32_t backoff_next_ms(struct backoff *backoff, int64_t stood_ms, uint64_t random);

// The longest that the next wait may be.
uint32_t backoff_bound_ms(const struct backoff *backoff);
