#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What turned bad, the latest first: word, name, why, how long. The view's scope says which. */
#include "opscon/widget.h"

extern const struct widget_class newly_bad_class;
