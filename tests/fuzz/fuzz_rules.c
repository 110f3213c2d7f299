// SPDX-License-Identifier: Apache-2.0
/* Threshold rules: a rule from the first bytes, then steps of two bytes, time and what is read. */
#include <math.h>
#include <string.h>

#include "services/rules.h"
#include "tests/fuzz/fuzz.h"

static const double values[] = { 0, 1, 90, 90.5, -1, NAN, INFINITY, -INFINITY, 1e300, -0.0 };

static struct rule_config read_rule(struct fuzz_input *input)
{
	static const int64_t times[] = { 0, 1, 1000, 60000, 86400000 };

	return (struct rule_config){
		.name = "rule",
		.comparison = (enum comparison)(fuzz_byte(input) % (COMPARE_NE + 1)),
		.threshold = values[fuzz_byte(input) % 4],
		.for_ms = times[fuzz_byte(input) % 5],
		.keep_firing_for_ms = times[fuzz_byte(input) % 5],
		.severity = SEVERITY_WARNING,
	};
}

static void check_change(enum rule_change change, enum rule_phase before, const struct rule_state *state)
{
	fuzz_expect(change != RULE_FIRES || (before != RULE_FIRING && state->phase == RULE_FIRING),
		    "firing begins once");
	fuzz_expect(change != RULE_CLEARS || (before == RULE_FIRING && state->phase == RULE_QUIET),
		    "what fired clears");
	fuzz_expect(change != RULE_SAME || (before == RULE_FIRING) == (state->phase == RULE_FIRING),
		    "no change is silent");
	fuzz_expect(!isnan(state->value), "a gap is no value");
}

// A timer that is set for the deadline does its work then, and does not come back at once.
static void check_deadline(const struct rule *rule, struct rule_state state, int64_t now_ms)
{
	int64_t deadline = rule_deadline(rule, &state);
	enum rule_phase before = state.phase;

	fuzz_expect((deadline == INT64_MAX) == (state.phase == RULE_QUIET), "what is not quiet ends some day");
	if (deadline == INT64_MAX)
		return;
	now_ms = deadline > now_ms ? deadline : now_ms;
	check_change(rule_tick(rule, &state, (struct instant){ now_ms, now_ms }), before, &state);
	fuzz_expect(rule_deadline(rule, &state) > now_ms, "a deadline that has passed is done with");
}

static void step(const struct rule *rule, struct rule_state *state, int64_t now_ms, uint8_t what)
{
	struct instant now = { now_ms, now_ms };
	enum rule_phase before = state->phase;
	double value = values[what % (sizeof values / sizeof values[0])];
	enum rule_change change;

	if (what & 0x80) {
		change = rule_tick(rule, state, now);
		fuzz_expect(change != RULE_FIRES, "time alone fires nothing");
	} else {
		change = rule_reading(rule, state, value, now);
		fuzz_expect(change != RULE_FIRES || rule_holds(rule, value), "what fires holds");
		fuzz_expect(change != RULE_CLEARS || !rule_holds(rule, value), "what holds clears nothing");
	}
	check_change(change, before, state);
	check_deadline(rule, *state, now_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct rule_config config = read_rule(&input);
	struct rule_state state = { 0 };
	struct rule rule;
	int64_t now_ms = 1;

	fuzz_expect(rule_init(&rule, &config, 0) == 0, "a rule can be made");
	fuzz_expect(!rule_holds(&rule, NAN), "nothing holds of a gap");
	fuzz_expect_clean(rule.summary, "a rule says what it is");
	while (input.n > 1) {
		uint8_t wait = fuzz_byte(&input);

		now_ms += wait & 0x80 ? (int64_t)(wait & 0x7f) * 10000 : wait;
		step(&rule, &state, now_ms, fuzz_byte(&input));
	}
	rule_finish(&rule);
	return 0;
}
