#pragma once
// SPDX-License-Identifier: Apache-2.0
/* When results make a state: the soft and hard of health_checker.h, for one agent. */
#include <stdint.h>

#include "opscon/health.h"

// How many results in a row, the last one included, were: good; at most degraded; at least degraded; down.
struct hysteresis {
	uint16_t n_up, n_mild, n_bad, n_down;
};

struct hysteresis_step {
	enum observed observed;         // hard, after this result
	enum observed toward;           // where the run points; equals observed when there is none
	uint16_t attempt_n, attempt_of; // 0 of m when hard
};

struct hysteresis_step hysteresis_push(struct hysteresis *run, enum observed observed, enum observed result,
				       uint16_t fall, uint16_t rise);
