#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Styles are names for what a cell means; screen/ maps them to colours for the terminal at hand. A style is a role in
 * the low byte and attribute flags above it, so any role can be bold or reversed.
 */
#include <stdint.h>

#include "opscon/status.h"

enum style_role {
	STYLE_TEXT,  // primary text
	STYLE_MUTED, // secondary text: labels, units
	STYLE_FAINT, // tertiary: borders' text, hints
	STYLE_BORDER,
	STYLE_TITLE,
	STYLE_PRIMARY, // accent: focus, links, the current step
	STYLE_SECONDARY,
	STYLE_OK,
	STYLE_WARN,
	STYLE_BAD,
	STYLE_INFO,
	STYLE_UNKNOWN,
	STYLE_HEADER,   // the header bar
	STYLE_CURSOR,   // the selected row
	STYLE_KEY,      // a key's name in hints
	STYLE_CHART,    // a sparkline's neutral line
	STYLE_ENV_PROD, // environment colours of the header
	STYLE_ENV_STAGING,
	STYLE_ENV_DEV,
	STYLE_ENV_OTHER,
	STYLE_DEMO, // the DEMO and REPLAY tags
	STYLE_ROLE_COUNT,
};

enum style_flag {
	STYLE_BOLD = 1 << 8,
	STYLE_DIM = 1 << 9,
	STYLE_UNDERLINE = 1 << 10,
	STYLE_REVERSE = 1 << 11,
	STYLE_SELECTED = 1 << 12, // the role's colour on the cursor row's background
};

typedef uint16_t style_t; // role | flags

static inline enum style_role style_role(style_t style)
{
	return (enum style_role)(style & 0xff);
}

style_t style_of_group(enum status_group group);
style_t style_of_status(enum status status);
style_t style_of_severity(enum severity severity);
