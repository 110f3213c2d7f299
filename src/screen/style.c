// SPDX-License-Identifier: Apache-2.0
#include "opscon/style.h"

#include <stddef.h>

#include "screen/canvas_grid.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

style_t style_of_group(enum status_group group)
{
	static const enum style_role roles[] = {
		[STATUS_GROUP_GREEN] = STYLE_OK,  [STATUS_GROUP_YELLOW] = STYLE_WARN,  [STATUS_GROUP_RED] = STYLE_BAD,
		[STATUS_GROUP_BLUE] = STYLE_INFO, [STATUS_GROUP_GREY] = STYLE_UNKNOWN,
	};

	return (style_t)((size_t)group < COUNT(roles) ? roles[group] : STYLE_UNKNOWN);
}

style_t style_of_status(enum status status)
{
	return (unsigned)status < STATUS_COUNT ? style_of_group(status_group(status)) : STYLE_UNKNOWN;
}

style_t style_of_severity(enum severity severity)
{
	if (severity == SEVERITY_CRITICAL)
		return STYLE_BAD;
	return severity == SEVERITY_WARNING ? STYLE_WARN : STYLE_INFO;
}

char style_letter(style_t style)
{
	static const char letters[STYLE_ROLE_COUNT + 1] = "amf-tpsgwbiuhckl1234d";

	return style_role(style) < STYLE_ROLE_COUNT ? letters[style_role(style)] : '?';
}
