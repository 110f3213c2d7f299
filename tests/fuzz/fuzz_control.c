// SPDX-License-Identifier: Apache-2.0
// What a control endpoint answers, its Location among it: "location\n" and then the body.
#include "base/memory.h"
#include "drivers/control_answer.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_sight(const struct driver_sight *sight)
{
	fuzz_expect_clean(sight->version, "the version is clean");
	fuzz_expect_clean(sight->previous, "the version before is clean");
	fuzz_expect_clean(sight->instance, "the instance is clean");
	fuzz_expect((size_t)sight->state < LIFECYCLE_COUNT, "the state is one");
	fuzz_expect(sight->exists == (sight->state != LIFECYCLE_REVOKED), "what is revoked is gone");
}

static void check_state(const char *body, size_t n)
{
	struct control_state state;
	char why[CONTROL_WHY_MAX];
	int r = control_read_state(body, n, &state, why);

	fuzz_expect(r <= 0, "a state is read or refused");
	fuzz_expect_clean(why, "the reason is clean");
	fuzz_expect((r == 0) == !why[0], "what is refused has a reason");
	if (r == 0)
		check_sight(&state.sight);
	fuzz_expect(state.verbs < 1U << VERB_COUNT, "verbs are ours");
	fuzz_expect(state.has_verbs || !state.verbs, "verbs come from a list");
}

static void check_operation(const char *body, size_t n)
{
	struct control_operation op;
	char why[CONTROL_WHY_MAX];
	int r = control_read_operation(body, n, &op, why);

	fuzz_expect(r <= 0, "an operation is read or refused");
	fuzz_expect((r == 0) == !why[0], "what is refused has a reason");
	fuzz_expect(op.percent >= -1 && op.percent <= 100, "progress is in range");
	fuzz_expect_clean(op.message, "the message is clean");
	fuzz_expect_clean(op.error, "the error is clean");
	if (r == 0 && op.has_state)
		check_sight(&op.state.sight);
}

static void check_location(const char *location)
{
	static const char origin[] = "http://agent:9100/";
	char url[CONTROL_URL_MAX];

	if (control_follow("http://agent:9100/control", location, url) == 0) {
		fuzz_expect(strncmp(url, origin, sizeof origin - 1) == 0, "it stays on the agent's origin");
		fuzz_expect(strncmp(location, "//", 2) != 0, "and another host's path is none");
		fuzz_expect_clean(url, "the address is clean");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *location = fuzz_part(&input, "\n", NULL);
	char *body = fuzz_text(input.at, input.n), said[CONTROL_MESSAGE_MAX];

	check_location(location);
	check_state(body, input.n);
	check_operation(body, input.n);
	(void)control_read_problem(body, input.n, said);
	fuzz_expect_clean(said, "a problem is clean");
	mem_free(location);
	mem_free(body);
	return 0;
}
