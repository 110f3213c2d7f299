// SPDX-License-Identifier: Apache-2.0
#include "console/history.h"

#include <string.h>

void history_init(struct history *history, struct place here)
{
	*history = (struct history){ .places = { here }, .n = 1 };
}

static bool is_same(struct place a, struct place b)
{
	return a.screen == b.screen && a.agent == b.agent;
}

void history_go(struct history *history, struct place to)
{
	if (is_same(history->places[history->at], to))
		return;
	history->n = history->at + 1;
	if (history->n == HISTORY_MAX) {
		memmove(history->places, history->places + 1, (HISTORY_MAX - 1) * sizeof history->places[0]);
		history->n--;
	}
	history->at = history->n;
	history->places[history->n++] = to;
}

bool history_back(struct history *history, struct place *out)
{
	if (history->at == 0)
		return false;
	*out = history->places[--history->at];
	return true;
}

bool history_forward(struct history *history, struct place *out)
{
	if (history->at + 1 >= history->n)
		return false;
	*out = history->places[++history->at];
	return true;
}

void history_forget(struct history *history, uint32_t agent)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < history->n; i++) {
		struct place place = history->places[i];
		bool is_gone = place.agent == agent && agent;

		if (!is_gone && (n == 0 || !is_same(history->places[n - 1], place)))
			history->places[n++] = place;
		if (i == history->at)
			at = n ? n - 1 : 0;
	}
	if (n == 0)
		history->places[n++] = (struct place){ 0 };
	history->n = n;
	history->at = at;
}
