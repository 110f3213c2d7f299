// SPDX-License-Identifier: Apache-2.0
/* What a hub or a client may send. After a letter: `e` events, one a line, that are folded into a fleet; `r` a request;
 * `c` a message of a client; `h` one of a hub. What is refused has a reason that can be shown; what is taken is clean,
 * is written again, and reads as the same. A fleet of it can be told and folded once more.
 */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "fleet/snapshot.h"
#include "tests/fuzz/fuzz.h"
#include "wire/message.h"

enum { WRITTEN_MAX = 64 << 20, TOLD_MAX = 200000 };

static void expect_refusal(int r, const char *why)
{
	fuzz_expect(r == -EINVAL || r == -ENOTSUP, "what is refused is refused as such");
	fuzz_expect_clean(why, "the reason is clean");
	fuzz_expect(why[0], "what is refused has a reason");
}

// ---- events

static const struct fleet_limits limits = { .n_timeline = 100 };

static char *written(const struct event *event)
{
	struct bytes out;

	bytes_init(&out, WRITTEN_MAX);
	fuzz_expect(event_json_write(event, EVENT_JSON_PLAN, &out) == 0, "what was read can be written");
	return out.data;
}

static void check_event(const struct event *event)
{
	struct event_reader reader;
	struct event *again;
	char why[EVENT_JSON_WHY_MAX] = "";
	mem_auto char *first = written(event);
	mem_auto char *second = NULL;

	event_reader_init(&reader, 0);
	if (strlen(first) <= EVENT_JSON_MAX) {
		fuzz_expect(event_json_read(&reader, first, strlen(first), &again, why) == EVENT_JSON_TAKEN,
			    "what was written can be read");
		second = written(again);
		fuzz_expect(strcmp(first, second) == 0, "and is the same");
		event_unref(again);
	}
	event_reader_finish(&reader);
}

static void tell_again(const struct fleet *fleet)
{
	struct fleet_snapshot *snapshot = NULL;
	struct fleet *other = NULL;
	struct event *event;
	struct bytes dump;
	size_t n = 0;

	bytes_init(&dump, WRITTEN_MAX);
	fuzz_expect(fleet_create(&limits, &other) == 0, "there is memory");
	fuzz_expect(fleet_snapshot_create(fleet, &snapshot) == 0, "and more");
	while (fleet_snapshot_next(snapshot, 1, &event) == 0 && event) {
		fuzz_expect(++n < TOLD_MAX, "a snapshot ends");
		check_event(event);
		fuzz_expect(fleet_apply(other, event) == 0, "what is told can be folded");
		event_unref(event);
	}
	fuzz_expect(fleet_n_agents(other) == fleet_n_agents(fleet), "everybody is there");
	fuzz_expect(fleet_n_alerts(other) == fleet_n_alerts(fleet), "every alert is there");
	fuzz_expect(fleet_dump(other, 0, &dump) == 0, "it can be shown");
	bytes_finish(&dump);
	fleet_snapshot_destroy(snapshot);
	fleet_destroy(other);
}

static void read_events(struct fuzz_input *input)
{
	struct event_reader reader;
	struct fleet *fleet;

	event_reader_init(&reader, 1);
	fuzz_expect(fleet_create(&limits, &fleet) == 0, "there is memory");
	while (input->n) {
		char why[EVENT_JSON_WHY_MAX] = "";
		struct event *event;
		size_t n;
		char *line = fuzz_part(input, "\n", &n);
		int r = event_json_read(&reader, line, n, &event, why);

		mem_free(line);
		fuzz_expect((r == EVENT_JSON_TAKEN) == (event != NULL), "an event comes when it was taken");
		if (r < 0)
			expect_refusal(r, why);
		if (!event)
			continue;
		fuzz_expect(event->origin == 1 && event->seq == 0, "it is of its sender");
		check_event(event);
		fuzz_expect(fleet_apply(fleet, event) == 0, "what was read can be folded");
		event_unref(event);
	}
	tell_again(fleet);
	fleet_destroy(fleet);
	event_reader_finish(&reader);
}

// ---- requests

static void check_request(const struct request *request)
{
	const char *const texts[] = { request->who, request->text, request->hash, request->typed, request->reason };
	struct request_text again;
	char why[REQUEST_JSON_WHY_MAX] = "";
	struct bytes first, second;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		fuzz_expect_clean(texts[i], "a text is clean");
	fuzz_expect(request->session == 0, "nobody says whose it is");
	bytes_init(&first, WRITTEN_MAX);
	bytes_init(&second, WRITTEN_MAX);
	fuzz_expect(request_json_write(request, NULL, &first) == 0, "what was read can be written");
	fuzz_expect(request_json_read(first.data, first.len, &again, why) == 0, "what was written can be read");
	fuzz_expect(request_json_write(&again.request, NULL, &second) == 0, "and written");
	fuzz_expect(strcmp(first.data, second.data) == 0, "and is the same");
	request_text_finish(&again);
	bytes_finish(&first);
	bytes_finish(&second);
}

static void read_request(const char *text, size_t n)
{
	struct request_text request;
	char why[REQUEST_JSON_WHY_MAX] = "";
	int r = request_json_read(text, n, &request, why);

	if (r < 0)
		expect_refusal(r, why);
	else
		check_request(&request.request);
	request_text_finish(&request);
}

// ---- messages

static void check_message(enum wire_side from, const struct wire_message *message)
{
	switch (message->type) {
	case WIRE_HELLO:
		if (from == WIRE_CLIENT)
			fuzz_expect_clean(message->u.hello.who, "a name is clean");
		else
			fuzz_expect_clean(message->u.welcome.fleet, "a name is clean");
		break;
	case WIRE_REQUEST:
		check_request(&message->u.request.request);
		break;
	case WIRE_EVENT:
		fuzz_expect((message->u.event.outcome == EVENT_JSON_TAKEN) == (message->u.event.event != NULL),
			    "an event comes when it was taken");
		if (message->u.event.event)
			check_event(message->u.event.event);
		break;
	case WIRE_ANSWER:
		fuzz_expect(message->u.answer.error <= 0, "an error is one");
		fuzz_expect_clean(message->u.answer.why, "a reason is clean");
		break;
	case WIRE_ERROR:
		fuzz_expect_clean(message->u.error.why, "a reason is clean");
		break;
	case WIRE_LIMITS:
		for (size_t i = 0; i < message->u.limits.n; i++)
			fuzz_expect_clean(message->u.limits.scopes[i], "a scope is clean");
		break;
	default:
		break;
	}
}

static void read_message(enum wire_side from, const char *text, size_t n)
{
	struct event_reader reader;
	struct wire_message message;
	char why[EVENT_JSON_WHY_MAX] = "";
	int r;

	event_reader_init(&reader, 1);
	r = wire_message_read(from, &reader, text, n, &message, why);
	if (r < 0)
		expect_refusal(r, why);
	else
		check_message(from, &message);
	wire_message_finish(&message);
	event_reader_finish(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	uint8_t kind = fuzz_byte(&input);
	char *text = kind == 'e' ? NULL : fuzz_text(input.at, input.n);

	if (kind == 'e')
		read_events(&input);
	else if (kind == 'r')
		read_request(text, input.n);
	else
		read_message(kind == 'c' ? WIRE_CLIENT : WIRE_HUB, text, input.n);
	mem_free(text);
	return 0;
}
