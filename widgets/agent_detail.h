#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One agent: the verdict and why. Every axis of its health in words, where the last probe's time went, the checks of
 * its own answer, its alerts, and the start of that answer. view.detail_top scrolls by lines; wide canvases have two
 * columns, narrow ones one below the other, the why first.
 */
#include "opscon/widget.h"

extern const struct widget_class agent_detail_class;

// The view.detail_top at which the last line stands in the last row: there is nothing to see further down.
size_t agent_detail_last_top(const struct fleet *fleet, const struct view *view, int width, int height);
