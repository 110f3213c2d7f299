#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The connection indicator: how the feed is doing, always in words. Live, late, stale since, reconnecting in N s, or
 * that it is we who are offline.
 */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/widget.h"

enum { CONNECTION_TEXT_MAX = 320 };

struct connection {
	enum status status;
	char word[64];                  // "live", "live, a list is stale": the shortest that is true
	char text[CONNECTION_TEXT_MAX]; // "live 3s ago", "reconnecting in 4s: connection refused"
};

void connection_read(const struct fleet *fleet, const struct view *view, struct connection *out);
bool connection_has_answers(const struct fleet *fleet); // what is shown is what agents say now, or was a moment ago

extern const struct widget_class connection_class; // one line, flush right; where it is narrow only the word
