#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Jump history: where one has been, back and forward, as in a pager or a browser. */
#include "opscon/view.h"

enum { HISTORY_MAX = 32 };

struct place {
	enum screen_id screen;
	uint32_t agent; // 0 none
};

struct history {
	struct place places[HISTORY_MAX];
	size_t n, at; // places[at] is here; n is at least 1 after history_init()
};

void history_init(struct history *history, struct place here);
void history_go(struct history *history, struct place to); // forgets what was forward; staying put changes nothing
bool history_back(struct history *history, struct place *out);
bool history_forward(struct history *history, struct place *out);
void history_forget(struct history *history, uint32_t agent); // it is gone: its places are left out
