// SPDX-License-Identifier: Apache-2.0
#include "services/flapping.h"

#include <math.h>

uint8_t flapping_push(struct flapping *flapping, bool is_change)
{
	double percent = 0;

	flapping->changes = (flapping->changes << 1 | is_change) & ((1U << FLAPPING_RESULTS) - 1);
	for (int age = 0; age < FLAPPING_RESULTS; age++)
		if (flapping->changes & 1U << age)
			percent += (1.2 - 0.4 * age / (FLAPPING_RESULTS - 1)) * 100 / FLAPPING_RESULTS;
	if (percent > FLAPPING_ON_PERCENT)
		flapping->is_on = true;
	else if (percent <= FLAPPING_OFF_PERCENT)
		flapping->is_on = false;
	return percent > 100 ? 100 : (uint8_t)lround(percent);
}
