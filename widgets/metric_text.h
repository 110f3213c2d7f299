#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Values of kept series as people read them, the same in every locale. */
#include <stddef.h>

#include "base/human.h"
#include "opscon/metric.h"

struct metric_text {
	char number[HUMAN_MAX]; // "43.2" "12.4" "3m 12s"; "-" for NaN
	char unit[16];          // "%" "KiB" "ms" "/s"; "" none
};

/* Splits a value into number and unit. A share is never rounded up to 100 %, nor down to 0: 99.996 is "99.99",
 * 0.004 is "0.01".
 */
void metric_text(double value, enum metric_unit unit, struct metric_text *out);

// In one piece, into out (HUMAN_MAX bytes): "43.2%" "12.4 KiB" "3.2ms" "120/s". Returns out.
char *metric_text_whole(double value, enum metric_unit unit, char *out);

// With its sign: "+3.1%" "-10ms" "+0". Returns out.
char *metric_text_signed(double value, enum metric_unit unit, char *out);

// `value` with `places` (0..6) decimals and a dot, cut at 1e15. Returns out (HUMAN_MAX bytes).
char *metric_text_fixed(double value, int places, char *out);
