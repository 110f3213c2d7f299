#pragma once
// SPDX-License-Identifier: Apache-2.0
/* How many are in which state: of the whole context in the first row, tier by tier in the rows below it.
 *
 *   ● 17 up  ▲ 2 degraded  ✖ 2 down  ○ 1 unknown
 *   communication ✖● 1/2   creation ●●●●● 5/5   guardian ●○● 2/3
 *
 * The bar of a tier has one glyph an agent while they fit; of a larger tier each state that occurs keeps at least one.
 * What does not fit is counted: the worst tiers come first, and "+2 tiers" says how many are not shown.
 */
#include "opscon/widget.h"

extern const struct widget_class counts_class;
