// SPDX-License-Identifier: Apache-2.0
/* What hubs may say to a console that is attached to two of them: broken, hostile, restarted in the middle, polled. A
 * line each, of what happens, to which hub, and with what:
 *
 *   m1 MESSAGE    it says that
 *   h1 BOOT       it says hello; `r` behind the boot's letter: resumed
 *   s1 EVENT      it says an event of a snapshot
 *   e1 EVENT      it says the next event
 *   x1            the connection breaks
 *   o1            it answers a ping
 *   u1 STATUS     its status is polled
 *   r  REQUEST    a person asks for something
 *
 * Numbers are never another thing's, what is told can be folded, what is sent is a message. However it went, once both
 * have told all anew the fleet is that of a console which was never told anything else.
 */
#include <string.h>

#include "base/memory.h"
#include "fleet/snapshot.h"
#include "tests/fuzz/attached_bench.h"
#include "tests/fuzz/fuzz.h"

enum { DUMP_MAX = 16 << 20, BOOT_HEX = WIRE_BOOT_HEX };

static const char begins[] = "{\"type\":\"snapshot\",\"at_ms\":1,\"data\":{}}",
		  ends[] = "{\"type\":\"snapshot\",\"at_ms\":9,\"data\":{\"is_end\":true,\"overall_since_ms\":5}}";

// What the two tell in the end. Of the agent that both have they say the same.
static const char *const tales[ATTACHED_HUBS][16] = {
	{
		"{\"type\":\"series_defined\",\"at_ms\":2,\"is_restated\":true,\"data\":{\"no\":1,\"id\":\"cpu\"}}",
		"{\"type\":\"agent_added\",\"at_ms\":2,\"agent\":7,\"is_restated\":true,\"data\":{\"key\":\"a\","
		"\"name\":\"A\"}}",
		"{\"type\":\"agent_added\",\"at_ms\":2,\"agent\":8,\"is_restated\":true,\"data\":{\"key\":\"b\","
		"\"name\":\"B\"}}",
		"{\"type\":\"agent_health\",\"at_ms\":5,\"agent\":7,\"is_restated\":true,\"was_known\":true,\"data\":{"
		"\"observed\":\"down\",\"toward\":\"down\",\"since_ms\":5}}",
		"{\"type\":\"agent_health\",\"at_ms\":5,\"agent\":8,\"is_restated\":true,\"was_known\":true,\"data\":{"
		"\"observed\":\"up\",\"toward\":\"up\",\"since_ms\":5}}",
		"{\"type\":\"metrics\",\"at_ms\":6,\"agent\":7,\"is_restated\":true,\"data\":{\"readings\":[1,0.5]}}",
		"{\"type\":\"alert\",\"at_ms\":6,\"is_restated\":true,\"data\":{\"id\":3,\"agent\":7,\"rule\":\"down\","
		"\"severity\":\"critical\",\"state\":\"active\",\"since_ms\":6}}",
		"{\"type\":\"timeline\",\"at_ms\":6,\"data\":{\"no\":1,\"type\":\"stop\",\"severity\":\"critical\","
		"\"source\":\"agent_health\",\"title\":\"A is down\"}}",
	},
	{
		"{\"type\":\"agent_added\",\"at_ms\":2,\"agent\":7,\"is_restated\":true,\"data\":{\"key\":\"b\","
		"\"name\":\"B\"}}",
		"{\"type\":\"agent_added\",\"at_ms\":2,\"agent\":9,\"is_restated\":true,\"data\":{\"key\":\"c\","
		"\"name\":\"C\"}}",
		"{\"type\":\"agent_health\",\"at_ms\":5,\"agent\":7,\"is_restated\":true,\"was_known\":true,\"data\":{"
		"\"observed\":\"up\",\"toward\":\"up\",\"since_ms\":5}}",
		"{\"type\":\"progress\",\"at_ms\":6,\"is_restated\":true,\"data\":{\"id\":1,\"title\":\"t\","
		"\"percent\":50}}",
		"{\"type\":\"presence\",\"at_ms\":6,\"agent\":9,\"is_restated\":true,\"data\":{\"session\":3,\"who\":"
		"\"bob\"}}",
	},
};

static void tell(struct attached_bench *bench, unsigned no, const char *const *events)
{
	attached_bench_event(bench, no, begins, strlen(begins), false);
	for (size_t i = 0; events[i]; i++)
		attached_bench_event(bench, no, events[i], strlen(events[i]), false);
	attached_bench_event(bench, no, ends, strlen(ends), false);
}

// Both have been started anew, and have nobody at first.
static void tell_all(struct attached_bench *bench)
{
	static const char *const nothing[] = { NULL };
	static const char *const boots[] = { "", "0123456789abcdef0123456789abcdef",
					     "fedcba9876543210fedcba9876543210" };

	for (unsigned no = 1; no <= ATTACHED_HUBS; no++)
		attached_bench_break(bench, no);
	for (unsigned no = 1; no <= ATTACHED_HUBS; no++) {
		attached_bench_hello(bench, no, boots[no], false);
		tell(bench, no, nothing);
	}
	fuzz_expect(fleet_n_agents(bench->fleet) == 0, "whom nobody has is not there");
	fuzz_expect(fleet_n_alerts(bench->fleet) == 0, "nor is any alert");
	for (unsigned no = 1; no <= ATTACHED_HUBS; no++)
		tell(bench, no, tales[no - 1]);
	for (unsigned no = 1; no <= ATTACHED_HUBS; no++)
		fuzz_expect(attached_is_live(attached_bench_hub(bench, no)), "who has told all is live");
}

static char *dump(const struct attached_bench *bench)
{
	struct bytes out;

	bytes_init(&out, DUMP_MAX);
	fuzz_expect(fleet_dump(bench->fleet, FLEET_DUMP_NO_FEED | FLEET_DUMP_NO_OWN, &out) == 0, "it can be shown");
	return out.data;
}

// As a console that was never told anything else has it. Kept until the end.
static const char *fresh(void)
{
	static char *said;
	struct attached_bench *bench;

	if (said)
		return said;
	bench = mem_calloc(1, sizeof *bench);
	fuzz_expect(bench != NULL, "there is memory");
	attached_bench_open(bench);
	tell_all(bench);
	said = dump(bench);
	attached_bench_close(bench);
	mem_free(bench);
	return said;
}

static void ask(struct attached_bench *bench, const char *text, size_t n)
{
	char why[REQUEST_JSON_WHY_MAX] = "";
	struct request_text request;

	if (request_json_read(text, n, &request, why) == 0)
		(void)feed_request(bench->feed, &request.request);
	request_text_finish(&request);
}

static void say_hello(struct attached_bench *bench, unsigned no, const char *rest)
{
	char boot[BOOT_HEX + 1] = { 0 };

	memset(boot, "0123456789abcdef"[*rest & 15], BOOT_HEX);
	attached_bench_hello(bench, no, boot, *rest && rest[1] == 'r');
}

static void happen(struct attached_bench *bench, const char *line, size_t n)
{
	unsigned no = n > 1 && line[1] == '2' ? 2 : 1;
	size_t at = n < 3 ? n : 3;

	switch (*line) {
	case 'm':
		attached_bench_say(bench, no, line + at, n - at);
		break;
	case 'h':
		say_hello(bench, no, line + at);
		break;
	case 's':
	case 'e':
		attached_bench_event(bench, no, line + at, n - at, *line == 'e');
		break;
	case 'x':
		attached_bench_break(bench, no);
		break;
	case 'o':
		attached_bench_pong(bench, no);
		break;
	case 'u':
		attached_bench_poll(bench, no, line + at, n - at);
		break;
	case 'r':
		ask(bench, line + at, n - at);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct attached_bench *bench = mem_calloc(1, sizeof *bench);
	struct fuzz_input input = { data, size };
	char *said;

	fuzz_expect(bench != NULL, "there is memory");
	(void)fresh();
	attached_bench_open(bench);
	while (input.n) {
		size_t n;
		char *line = fuzz_part(&input, "\n", &n);

		happen(bench, line, n);
		mem_free(line);
	}
	tell_all(bench);
	said = dump(bench);
	fuzz_expect(strcmp(said, fresh()) == 0, "what was told before makes no difference");
	mem_free(said);
	attached_bench_close(bench);
	mem_free(bench);
	return 0;
}
