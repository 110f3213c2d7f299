#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The foot: what the keys do here, most important first, as many as fit; or, for a while, a message. */
#include "opscon/widget.h"

extern const struct widget_class footer_class;
