// SPDX-License-Identifier: Apache-2.0
#include "services/hysteresis.h"

static void count(uint16_t *n, bool is_so)
{
	if (!is_so)
		*n = 0;
	else if (*n < UINT16_MAX)
		(*n)++;
}

static struct hysteresis_step hard(enum observed observed, uint16_t fall, uint16_t rise)
{
	bool looks_down = observed == OBSERVED_UP || observed == OBSERVED_NEVER;

	return (struct hysteresis_step){ observed, observed, 0, looks_down ? fall : rise };
}

// The run and where it leads: to the mildest state that all of it was at least as bad (or as good) as.
static struct hysteresis_step soft(const struct hysteresis *run, enum observed observed, enum observed result,
				   uint16_t fall, uint16_t rise)
{
	struct hysteresis_step step = { .observed = observed };

	if (result > observed) {
		bool is_all_down = observed == OBSERVED_DEGRADED || run->n_down == run->n_bad;

		step.attempt_of = fall;
		step.attempt_n = observed == OBSERVED_DEGRADED ? run->n_down : run->n_bad;
		step.toward = is_all_down ? OBSERVED_DOWN : OBSERVED_DEGRADED;
	} else {
		bool is_all_up = observed == OBSERVED_DEGRADED || run->n_up == run->n_mild;

		step.attempt_of = rise;
		step.attempt_n = observed == OBSERVED_DEGRADED ? run->n_up : run->n_mild;
		step.toward = is_all_up ? OBSERVED_UP : OBSERVED_DEGRADED;
	}
	return step;
}

struct hysteresis_step hysteresis_push(struct hysteresis *run, enum observed observed, enum observed result,
				       uint16_t fall, uint16_t rise)
{
	struct hysteresis_step step;

	count(&run->n_up, result == OBSERVED_UP);
	count(&run->n_mild, result != OBSERVED_DOWN);
	count(&run->n_bad, result != OBSERVED_UP);
	count(&run->n_down, result == OBSERVED_DOWN);
	if (result == observed)
		return hard(observed, fall, rise);
	if (observed == OBSERVED_NEVER && result == OBSERVED_UP)
		return hard(OBSERVED_UP, fall, rise);
	step = soft(run, observed, result, fall, rise);
	return step.attempt_n >= step.attempt_of ? hard(step.toward, fall, rise) : step;
}
