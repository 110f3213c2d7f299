#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A scrape whose values move: a captured exposition in which every third sample is another one each time. Counters only
 * grow; gauges sway by a few percent. The rest stays, as most of a real scrape does.
 */
#include <stddef.h>
#include <stdint.h>

struct moving;

// Reads the exposition at path. NULL with the reason on standard error.
struct moving *moving_create(const char *path);
void moving_destroy(struct moving *moving);

// The text as it stands at `step` (0, 1, 2, ...), terminated; good until the next call.
const char *moving_render(struct moving *moving, uint64_t step, size_t *n);
