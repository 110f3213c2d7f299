// SPDX-License-Identifier: Apache-2.0
/* standing.json: what is taken of it can be written, and read again it is the same. */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "formats/json_writer.h"
#include "services/standing.h"
#include "tests/fuzz/fuzz.h"

static const int64_t now_ms = 1700000000000;

static void expect_agent(const struct standing_agent *agent)
{
	const struct health_standing *health = &agent->health;

	fuzz_expect((health->observed == OBSERVED_NEVER) == (health->since_ms == 0), "a state has a beginning");
	fuzz_expect(health->since_ms <= now_ms && agent->seen_ms <= now_ms, "nothing is of the future");
	fuzz_expect(!health->maintenance_until_ms || health->maintenance_until_ms > now_ms, "what is over is let go");
	for (size_t i = 0; i < agent->n_alerts; i++) {
		const struct alert *alert = &agent->alerts[i];

		fuzz_expect(alert->state != ALERT_RESOLVED && alert->since_ms <= now_ms, "an alert is open");
		fuzz_expect(alert->state != ALERT_SNOOZED || alert->snoozed_until_ms > now_ms, "a snooze goes on");
		fuzz_expect_clean(alert->rule, "the rule is clean");
		fuzz_expect_clean(alert->by, "the name is clean");
		fuzz_expect_clean(alert->note, "the note is clean");
	}
}

static void write_text(const struct standing *standing, struct bytes *out)
{
	struct json_writer writer;

	bytes_init(out, STANDING_FILE_MAX * 8);
	standing_begin(&writer, out);
	for (const struct standing_agent *agent = standing->agents; agent; agent = agent->hh.next) {
		expect_agent(agent);
		standing_add(&writer, agent);
	}
	standing_end(&writer);
	fuzz_expect(writer.error == 0, "it can be written");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), why[STANDING_WHY_MAX];
	struct bytes first, second;
	struct standing standing;
	int r = standing_parse(&standing, text, size, now_ms, why);

	mem_free(text);
	fuzz_expect(r == 0 || r == -EINVAL, "a text is taken or refused");
	fuzz_expect((r == 0) == !why[0], "what is refused has a reason");
	fuzz_expect_clean(why, "the reason is clean");
	fuzz_expect(r == 0 || !standing.agents, "a text is taken whole or not at all");
	write_text(&standing, &first);
	standing_finish(&standing);
	fuzz_expect(standing_parse(&standing, first.data, first.len, now_ms, why) == 0, "what was written is read");
	write_text(&standing, &second);
	fuzz_expect(strcmp(first.data, second.data) == 0, "and is the same");
	standing_finish(&standing);
	bytes_finish(&first);
	bytes_finish(&second);
	return 0;
}
