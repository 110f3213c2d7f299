// SPDX-License-Identifier: Apache-2.0
#include "wire/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/event_dice.h"
#include "tests/support/suite.h"

#define NOW_MS INT64_C(1795446245000)

static struct event_reader reader;
static struct wire_message message;
static char why[EVENT_JSON_WHY_MAX];

static int read_text(enum wire_side from, const char *text)
{
	wire_message_finish(&message);
	why[0] = '\0';
	return wire_message_read(from, &reader, text, strlen(text), &message, why);
}

static void check_read(enum wire_side from, struct bytes *out)
{
	ck_assert_int_eq(read_text(from, out->data), 0);
	ck_assert_str_eq(why, "");
	bytes_finish(out);
}

static struct bytes empty(void)
{
	struct bytes out;

	bytes_init(&out, WIRE_HUB_MESSAGE_MAX);
	return out;
}

START_TEST(both_sides_say_hello)
{
	static struct wire_environment environments[] = { { .name = "prod*", .is_production = true },
							  { .name = "eu-west", .colour = "red" } };
	const struct wire_hello hello = { .protocol = WIRE_PROTOCOL,
					  .client = "opscon",
					  .version = "0.2.0",
					  .who = "alice",
					  .host = "ops1",
					  .tty = "pts/3",
					  .boot = "0123456789abcdef0123456789abcdef",
					  .last = { 5, 0, 7 },
					  .channels = 1U << CHANNEL_AGENTS | 1U << CHANNEL_SYSTEM };
	const struct wire_welcome welcome = { .protocol = WIRE_PROTOCOL,
					      .version = "0.2.0",
					      .fleet = "Platform CoE",
					      .boot = "0123456789abcdef0123456789abcdef",
					      .session = 3,
					      .you = "alice",
					      .role = "operator",
					      .shard = "2/4",
					      .is_demo = true,
					      .is_resumed = true,
					      .at_ms = NOW_MS,
					      .last = { 9, 8, 7, 6, 5, 4 },
					      .has_audit = true,
					      .n_audit_records = 12,
					      .audit_head = "ab",
					      .strategy = "blue-green",
					      .environments = environments,
					      .n_environments = 2 };
	struct bytes out = empty();

	ck_assert_int_eq(wire_hello_write(&hello, &out), 0);
	check_read(WIRE_CLIENT, &out);
	ck_assert_int_eq(message.type, WIRE_HELLO);
	ck_assert_mem_eq(&message.u.hello, &hello, sizeof hello);
	out = empty();
	ck_assert_int_eq(wire_welcome_write(&welcome, &out), 0);
	check_read(WIRE_HUB, &out);
	ck_assert_int_eq(message.type, WIRE_HELLO);
	ck_assert_uint_eq(message.u.welcome.n_environments, 2);
	ck_assert_mem_eq(message.u.welcome.environments, environments, sizeof environments);
	mem_free(message.u.welcome.environments);
	message.u.welcome.environments = environments;
	ck_assert_mem_eq(&message.u.welcome, &welcome, sizeof welcome);
	message.u.welcome.environments = NULL;
	ck_assert_int_eq(read_text(WIRE_CLIENT, "{\"type\":\"hello\",\"protocol\":9,\"last\":{\"moods\":5}}"), 0);
	ck_assert_uint_eq(message.u.hello.channels, WIRE_CHANNELS_ALL);
}
END_TEST

START_TEST(small_messages_cross)
{
	struct bytes out = empty();

	ck_assert_int_eq(wire_channels_write(WIRE_SUBSCRIBE, 1U << CHANNEL_ALERTS, &out), 0);
	check_read(WIRE_CLIENT, &out);
	ck_assert_int_eq(message.type, WIRE_SUBSCRIBE);
	ck_assert_uint_eq(message.u.channels, 1U << CHANNEL_ALERTS);
	out = empty();
	ck_assert_int_eq(wire_channels_write(WIRE_UNSUBSCRIBE, 0, &out), 0);
	check_read(WIRE_CLIENT, &out);
	ck_assert_uint_eq(message.u.channels, 0);
	for (int from = WIRE_CLIENT; from <= WIRE_HUB; from++) {
		out = empty();
		ck_assert_int_eq(wire_ping_write(WIRE_PING, 41, &out), 0);
		check_read((enum wire_side)from, &out);
		ck_assert_int_eq(message.type, WIRE_PING);
		ck_assert_uint_eq(message.id, 41);
	}
	out = empty();
	ck_assert_int_eq(wire_resync_write("too slow", &out), 0);
	check_read(WIRE_HUB, &out);
	ck_assert_int_eq(message.type, WIRE_RESYNC);
	ck_assert_str_eq(message.u.why, "too slow");
	for (int code = 0; code < WIRE_ERROR_COUNT; code++) {
		out = empty();
		ck_assert_int_eq(wire_error_write((enum wire_error_code)code, "x", &out), 0);
		check_read(WIRE_HUB, &out);
		ck_assert_int_eq(message.u.error.code, (enum wire_error_code)code);
	}
	ck_assert_int_eq(read_text(WIRE_HUB, "{\"type\":\"error\",\"code\":\"moonstruck\",\"why\":\"x\"}"), 0);
	ck_assert_int_eq(message.u.error.code, WIRE_ERROR_COUNT);
}
END_TEST

START_TEST(limits_cross)
{
	struct wire_limits limits = { .n = 2, .scopes = { "allow env=dev", "deny tier=data,name=~a*" } };
	struct bytes out = empty();

	ck_assert_int_eq(wire_limits_write(&limits, &out), 0);
	check_read(WIRE_HUB, &out);
	ck_assert_int_eq(message.type, WIRE_LIMITS);
	ck_assert_mem_eq(&message.u.limits, &limits, sizeof limits);
	limits = (struct wire_limits){ 0 };
	out = empty();
	ck_assert_int_eq(wire_limits_write(&limits, &out), 0);
	check_read(WIRE_HUB, &out);
	ck_assert_uint_eq(message.u.limits.n, 0);
	ck_assert_int_eq(read_text(WIRE_HUB, "{\"type\":\"limits\"}"), 0);
	ck_assert_int_eq(read_text(WIRE_HUB, "{\"type\":\"limits\",\"scopes\":[7]}"), -EINVAL);
	ck_assert_int_eq(read_text(WIRE_HUB, "{\"type\":\"limits\",\"scopes\":[\"\",\"\",\"\",\"\",\"\",\"\",\"\","
					     "\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]}"),
			 0);
	ck_assert_uint_eq(message.u.limits.n, WIRE_SCOPES_MAX);
	ck_assert_int_eq(read_text(WIRE_CLIENT, "{\"type\":\"limits\"}"), -ENOTSUP); // it is the hub's to say
}
END_TEST

START_TEST(answers_keep_their_error)
{
	static const int errors[] = { 0, -ENOENT, -EINVAL, -ENOTSUP, -EROFS, -EPERM, -ESTALE, -EBUSY, -ENOMEM };

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		struct bytes out = empty();

		ck_assert_int_eq(wire_answer_write(7, errors[i], "alice has it", &out), 0);
		check_read(WIRE_HUB, &out);
		ck_assert_uint_eq(message.id, 7);
		ck_assert_int_eq(message.u.answer.error, errors[i]);
		ck_assert_str_eq(message.u.answer.why, "alice has it");
	}
	ck_assert_int_eq(read_text(WIRE_HUB, "{\"type\":\"answer\",\"id\":1,\"error\":\"EWHATEVER\"}"), 0);
	ck_assert_int_eq(message.u.answer.error, -EIO);
}
END_TEST

START_TEST(requests_cross)
{
	const struct request request = { .type = REQUEST_ALERT_ACK, .alert = 5, .who = "alice", .text = "mine" };
	struct bytes out = empty();

	ck_assert_int_eq(wire_request_write(99, &request, NULL, &out), 0);
	check_read(WIRE_CLIENT, &out);
	ck_assert_int_eq(message.type, WIRE_REQUEST);
	ck_assert_uint_eq(message.id, 99);
	ck_assert_int_eq(message.u.request.request.type, REQUEST_ALERT_ACK);
	ck_assert_uint_eq(message.u.request.request.alert, 5);
	ck_assert_str_eq(message.u.request.request.who, "alice");
	ck_assert_int_eq(read_text(WIRE_CLIENT, "{\"type\":\"request\",\"id\":4,\"request\":{\"type\":\"dance\"}}"),
			 -ENOTSUP);
	ck_assert_int_eq(message.type, WIRE_REQUEST);
	ck_assert_uint_eq(message.id, 4);
}
END_TEST

// As a hub sends it: one text for all, and what stands before and behind it.
static void frame(const struct event *event, uint64_t seq, uint64_t prev, struct bytes *out)
{
	char prefix[WIRE_PREFIX_MAX];
	size_t n = wire_event_prefix(event->channel, seq, prev, prefix);

	ck_assert_uint_lt(n, WIRE_PREFIX_MAX);
	ck_assert_int_eq(bytes_add(out, prefix, n), 0);
	ck_assert_int_eq(event_json_write(event, EVENT_JSON_PLAN, out), 0);
	ck_assert_int_eq(bytes_add(out, WIRE_EVENT_END, 1), 0);
}

START_TEST(events_cross_in_frames)
{
	struct event_dice dice = { .state = 2 };

	for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
		struct event *event = dice_event(&dice, (enum event_type)type, NOW_MS);
		struct bytes out = empty();

		frame(event, INT64_MAX, INT64_MAX - 3, &out);
		check_read(WIRE_HUB, &out);
		ck_assert_int_eq(message.type, WIRE_EVENT);
		ck_assert_int_eq(message.u.event.outcome, EVENT_JSON_TAKEN);
		ck_assert_int_eq(message.u.event.channel, event->channel);
		ck_assert_uint_eq(message.u.event.seq, INT64_MAX);
		ck_assert_uint_eq(message.u.event.prev, INT64_MAX - 3);
		ck_assert_int_eq(message.u.event.event->type, event->type);
		ck_assert_uint_eq(message.u.event.event->seq, INT64_MAX);
		event_unref(event);
	}
	ck_assert_int_eq(read_text(WIRE_HUB, "{\"type\":\"event\",\"channel\":\"agents\",\"seq\":4,\"prev\":3,"
					     "\"event\":{\"type\":\"eclipse\"}}"),
			 0);
	ck_assert_int_eq(message.u.event.outcome, EVENT_JSON_NEWER);
	ck_assert_ptr_null(message.u.event.event);
	ck_assert_uint_eq(message.u.event.seq, 4);
	event_reader_finish(&reader);
	event_dice_finish(&dice);
}
END_TEST

#define HELLO "{\"type\":\"hello\",\"protocol\":1,\"boot\":\"0123456789abcdef0123456789abcdef\",\"session\":1,"

START_TEST(what_is_wrong_is_refused_with_why)
{
	static const struct {
		enum wire_side from;
		const char *text;
		int error;
		const char *why;
	} cases[] = {
		{ WIRE_HUB, "", -EINVAL, "message: not JSON" },
		{ WIRE_HUB, "{\"type\":\"pong\",\"id\":1} x", -EINVAL, "message: not JSON" },
		{ WIRE_HUB, "[]", -EINVAL, "message: expected an object with a type" },
		{ WIRE_HUB, "{\"type\":\"song\"}", -ENOTSUP, "message: of a type that this version does not know" },
		{ WIRE_HUB, "{\"type\":\"request\",\"id\":1}", -ENOTSUP,
		  "message: of a type that this version does not know" },
		{ WIRE_CLIENT, "{\"type\":\"event\"}", -ENOTSUP, "message: of a type that this version does not know" },
		{ WIRE_HUB, "{\"type\":\"pong\",\"id\":-1}", -EINVAL, "id: out of range" },
		{ WIRE_HUB, "{\"type\":\"hello\"}", -EINVAL, "protocol: missing" },
		{ WIRE_HUB, HELLO "\"environments\":{}}", -EINVAL, "environments: expected a list" },
		{ WIRE_HUB, HELLO "\"environments\":[{\"name\":\"eu\"},{\"colour\":\"red\"}]}", -EINVAL,
		  "name: missing" },
		{ WIRE_CLIENT, "{\"type\":\"hello\",\"protocol\":1,\"last\":4}", -EINVAL, "last: expected an object" },
		{ WIRE_CLIENT, "{\"type\":\"subscribe\",\"channels\":{}}", -EINVAL, "channels: expected a list" },
		{ WIRE_CLIENT, "{\"type\":\"request\",\"id\":1}", -EINVAL, "data: expected an object" },
		{ WIRE_HUB, "{\"type\":\"event\",\"channel\":\"moods\"}", -EINVAL, "channel: not one of its words" },
		{ WIRE_HUB, "{\"type\":\"event\",\"channel\":\"agents\"}", -EINVAL,
		  "event: expected an object with a type" },
		{ WIRE_HUB, "{\"type\":\"answer\",\"error\":5}", -EINVAL, "error: expected a word" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int r = read_text(cases[i].from, cases[i].text);

		ck_assert_msg(r == cases[i].error, "%d, %s: %s", r, why, cases[i].text);
		ck_assert_str_eq(why, cases[i].why);
	}
}
END_TEST

START_TEST(what_is_too_large_is_not_read)
{
	char *text = mem_calloc(1, WIRE_HUB_MESSAGE_MAX + 1);

	memset(text, ' ', WIRE_HUB_MESSAGE_MAX + 1);
	ck_assert_int_eq(wire_message_read(WIRE_CLIENT, NULL, text, WIRE_CLIENT_MESSAGE_MAX + 1, &message, why),
			 -EINVAL);
	ck_assert_str_eq(why, "message: too large");
	ck_assert_int_eq(wire_message_read(WIRE_HUB, NULL, text, WIRE_HUB_MESSAGE_MAX + 1, &message, why), -EINVAL);
	ck_assert_str_eq(why, "message: too large");
	mem_free(text);
}
END_TEST

START_TEST(without_memory_nothing_is_written)
{
	const struct wire_hello hello = { .protocol = WIRE_PROTOCOL };
	struct bytes out = empty();

	mem_fail_after(0);
	ck_assert_int_eq(wire_hello_write(&hello, &out), -ENOMEM);
	ck_assert_int_eq(wire_error_write(WIRE_ERROR_SLOW, "x", &out), -ENOMEM);
	ck_assert_int_eq(wire_request_write(1, &(struct request){ 0 }, NULL, &out), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_uint_eq(out.len, 0);
	bytes_finish(&out);
	bytes_init(&out, 20);
	ck_assert_int_eq(wire_request_write(1, &(struct request){ 0 }, NULL, &out), -EMSGSIZE);
	ck_assert_uint_eq(out.len, 0);
	bytes_finish(&out);
}
END_TEST

SUITE("wire messages", both_sides_say_hello, small_messages_cross, limits_cross, answers_keep_their_error,
      requests_cross, events_cross_in_frames, what_is_wrong_is_refused_with_why, what_is_too_large_is_not_read,
      without_memory_nothing_is_written)
