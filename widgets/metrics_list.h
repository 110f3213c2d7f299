#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Every series of the agent on the metrics screen, as it was exposed last: name, type, value. Lines that could not be
 * read are counted, with the first one's number.
 */
#include "opscon/widget.h"

extern const struct widget_class metrics_list_class;

int metrics_list_rows(int height); // series that fit this height: for paging
