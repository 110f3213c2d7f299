// SPDX-License-Identifier: Apache-2.0
/* Verdicts. The first byte is the dialect (its rest by DIALECT_COUNT), the second the status and the content type; the
 * body follows.
 */
#include <string.h>

#include "base/memory.h"
#include "opscon/health.h"
#include "tests/fuzz/fuzz.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const int statuses[] = { 200, 503, 429, 401, 302, 204, 404, 599 };

static const char *const types[] = {
	NULL,
	"application/json",
	"text/plain; charset=utf-8",
	"text/html",
	"application/health+json",
	"text/weird",
	"application/vnd.spring-boot.actuator.v3+json",
};

static void check_verdict(const struct sample *sample, const struct verdict *verdict)
{
	bool is_good = sample->http_status >= 200 && sample->http_status < 300;

	fuzz_expect(verdict->level <= VERDICT_FAIL, "an answer gives a judgement");
	fuzz_expect(verdict->level != VERDICT_PASS || is_good, "the body makes no bad status good");
	fuzz_expect((verdict->level == VERDICT_PASS) == (verdict->reason == REASON_NONE),
		    "what is not well has a reason");
	fuzz_expect(verdict->reason < REASON_COUNT && !reason_is_ours(verdict->reason), "the reason is the agent's");
	fuzz_expect(memchr(verdict->detail, '\0', sizeof verdict->detail), "the detail has an end");
	fuzz_expect_clean(verdict->detail, "the detail is clean");
	fuzz_expect(verdict->level == VERDICT_PASS || verdict->detail[0], "what is not well has a detail");
	fuzz_expect(verdict->dialect < DIALECT_COUNT, "a dialect is one of ours");
	fuzz_expect(verdict->n_checks <= HEALTH_CHECKS_MAX, "checks are within their limit");
	for (size_t i = 0; i < verdict->n_checks; i++) {
		fuzz_expect_clean(verdict->checks[i].name, "a check's name is clean");
		fuzz_expect_clean(verdict->checks[i].detail, "a check's detail is clean");
		fuzz_expect(verdict->checks[i].state < HEALTH_STATE_COUNT, "a check has a state");
	}
}

static void check_forced(const struct sample *sample, const struct verdict *verdict)
{
	enum agent_dialect asked = sample->agent->dialect;

	fuzz_expect(asked == DIALECT_AUTO || verdict->dialect == asked || verdict->dialect == DIALECT_STATUS,
		    "a forced dialect is read, or none");
	fuzz_expect(sample->http_status != 401 || verdict->reason == REASON_AUTH_REQUIRED, "401 is told as such");
	fuzz_expect(asked != DIALECT_STATUS || sample->http_status != 200 || verdict->level == VERDICT_PASS,
		    "the status alone is asked");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct agent agent = { .refs = 1, .dialect = (enum agent_dialect)(fuzz_byte(&input) % DIALECT_COUNT) };
	uint8_t how = fuzz_byte(&input);
	struct sample sample = { .agent = &agent, .http_status = statuses[how % COUNT(statuses)] };
	struct verdict verdict, again;

	sample.content_type = types[how / COUNT(statuses) % COUNT(types)];
	sample.body = (const char *)input.at;
	sample.body_len = input.n;
	verdict_read(&sample, 0, &verdict);
	check_verdict(&sample, &verdict);
	check_forced(&sample, &verdict);
	verdict_read(&sample, 0, &again);
	fuzz_expect(again.level == verdict.level && again.reason == verdict.reason &&
			    again.n_checks == verdict.n_checks && strcmp(again.detail, verdict.detail) == 0,
		    "the same answer gives the same verdict");
	verdict_finish(&again);
	verdict_finish(&verdict);
	return 0;
}
