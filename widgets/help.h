#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Every live key, section by section, in as many columns as there is room for; view.help_top scrolls by lines. */
#include "opscon/widget.h"

extern const struct widget_class help_class;
