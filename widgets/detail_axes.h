#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The axes of an agent's health, one line each: a label and words with a style. */
#include <stddef.h>

#include "opscon/style.h"
#include "opscon/view.h"

enum { AXIS_TEXT_MAX = 400, AXES_MAX = 16 };

struct axis {
	const char *label;
	style_t style;
	char text[AXIS_TEXT_MAX];
};

// Writes every axis that there is something to say of; returns how many.
size_t detail_axes(const struct fleet_agent *agent, const struct view *view, struct axis out[AXES_MAX]);
