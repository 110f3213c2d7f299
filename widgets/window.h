#pragma once
// SPDX-License-Identifier: Apache-2.0
/* How much of the picked time range a picture shows.
 *
 * A range of an hour two minutes after the start would be a dot at the right edge. So a picture shows the smallest
 * round span (1 m, 2 m, 5 m, 15 m, ... ) that holds all there is, and never more than the range; the heading says
 * which. The spans are few, so the scale seldom changes.
 */
#include <stdint.h>

#include "opscon/fleet.h"
#include "opscon/view.h"

// The span for points that begin at first_ms (wall; 0: there are none, the whole range).
int64_t window_span_ms(int64_t first_ms, int64_t now_ms, enum time_range range);

// So much later it may be another one, and no sooner; more than 0, INT64_MAX: never.
int64_t window_lasts_ms(int64_t first_ms, int64_t now_ms, enum time_range range);

// The greatest of the round spans that is no longer than what is known, or the smallest one; and how much later that
// may be another one.
int64_t window_within_ms(int64_t known_ms, int64_t *lasts_ms);

// The span of one series of an agent.
int64_t window_of_series(const struct fleet *fleet, const struct view *view, uint32_t agent, uint16_t series);

// "last 1h"; "last 2m of 1h" where there is no more yet.
char *window_words(const struct fleet *fleet, const struct view *view, uint32_t agent, char out[64]);
