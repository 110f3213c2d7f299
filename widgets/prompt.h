#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The line of input at the foot: label, text, cursor; what is wrong with it stands at the right. */
#include "opscon/widget.h"

extern const struct widget_class prompt_class;
