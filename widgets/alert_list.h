#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The alerts: how bad, since when, who, what, and what people did about it. The note of the alert under the cursor
 * stands whole in the last line.
 */
#include "opscon/widget.h"

extern const struct widget_class alert_list_class;

int alert_list_rows(int height); // alerts that fit this height: for paging
