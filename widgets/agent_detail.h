#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One agent: the verdict and why. Every axis of its health in words, where the last probe's time went, the checks of
 * its own answer, its alerts, and the start of that answer. view.detail_top scrolls by lines; wide canvases have two
 * columns, narrow ones one below the other, the why first.
 */
#include "opscon/widget.h"

extern const struct widget_class agent_detail_class;
