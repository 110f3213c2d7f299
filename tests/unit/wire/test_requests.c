// SPDX-License-Identifier: Apache-2.0
#include "wire/request_json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/event_dice.h"
#include "tests/support/suite.h"

#define NOW_MS INT64_C(1795446245000)

static char why[REQUEST_JSON_WHY_MAX];

static const uint32_t agents[] = { 4, 9, 2 };
static const bool is_hidden[] = { false, true, false };

static struct request of_type(enum request_type type, const struct plan *plan)
{
	return (struct request){ .type = type,
				 .agent = 4,
				 .alert = 5,
				 .until_ms = NOW_MS,
				 .who = "alice",
				 .text = "a \"reason\"",
				 .agents = agents,
				 .is_hidden = is_hidden,
				 .n_agents = 3,
				 .params = &plan->params,
				 .token = 8,
				 .operation = 6,
				 .hash = plan->hash,
				 .typed = "prod",
				 .reason = "since it must be",
				 .session = 77 };
}

static void check_same(const struct request *a, const struct request *b)
{
	ck_assert_int_eq(a->type, b->type);
	ck_assert_uint_eq(a->agent, b->agent);
	ck_assert_uint_eq(a->alert, b->alert);
	ck_assert_uint_eq(a->operation, b->operation);
	ck_assert_uint_eq(a->token, b->token);
	ck_assert_int_eq(a->until_ms, b->until_ms);
	ck_assert_str_eq(a->who, b->who);
	ck_assert_str_eq(a->text, b->text);
	ck_assert_str_eq(a->hash, b->hash);
	ck_assert_str_eq(a->typed, b->typed);
	ck_assert_str_eq(a->reason, b->reason);
	ck_assert_uint_eq(a->n_agents, b->n_agents);
	ck_assert_mem_eq(a->agents, b->agents, a->n_agents * sizeof *a->agents);
	ck_assert_mem_eq(a->is_hidden, b->is_hidden, a->n_agents * sizeof *a->is_hidden);
	ck_assert_int_eq(a->params->verb, b->params->verb);
	ck_assert_str_eq(a->params->version, b->params->version);
	ck_assert_str_eq(a->params->patch, b->params->patch);
	ck_assert_uint_eq(a->params->unsaid, b->params->unsaid);
	ck_assert_mem_eq(a->params->rollout.canary_percent, b->params->rollout.canary_percent, CANARY_PHASES_MAX);
	ck_assert(a->params->rollout.max_error_share == b->params->rollout.max_error_share);
}

START_TEST(every_type_crosses)
{
	struct event_dice dice = { .state = 1 };

	for (int type = 0; type < REQUEST_TYPE_COUNT; type++) {
		struct plan *plan = dice_plan(&dice, 3, NOW_MS);
		struct request request = of_type((enum request_type)type, plan);
		struct request_text read;
		struct bytes out;

		bytes_init(&out, REQUEST_JSON_MAX);
		ck_assert_int_eq(request_json_write(&request, NULL, &out), 0);
		ck_assert_int_eq(request_json_read(out.data, out.len, &read, why), 0);
		check_same(&request, &read.request);
		ck_assert_uint_eq(read.request.session, 0);
		request_text_finish(&read);
		bytes_finish(&out);
		plan_unref(plan);
	}
}
END_TEST

static int64_t theirs(void *ctx, enum wire_id kind, uint32_t local)
{
	(void)ctx;
	if (kind == WIRE_ID_AGENT)
		return local == 9 ? 1009 : local + 500;
	return kind == WIRE_ID_ALERT ? -1 : (int64_t)local + 700;
}

// What it means, not how it looks.
START_TEST(a_patch_means_the_same_when_it_has_crossed)
{
	static const struct {
		const char *patch, *crossed;
	} rows[] = {
		{ "{\"a\":\"gr\xc3\xbc\xc3\x9f dich\"}", "{\"a\":\"gr\xc3\xbc\xc3\x9f dich\"}" }, // clean as it is
		{ "{\n\t\"a\": 1\r\n}", "{  \"a\": 1  }" },
		{ "{\"a\":\"x\xe2\x80\x8dy\"}", "{\"a\":\"x\\u200dy\"}" },
		{ "{\"a\":\"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb\"}",
		  "{\"a\":\"\\ud83d\\udc69\\u200d\\ud83d\\udcbb\"}" },
		{ "{\"a\":\"\x7f\xc2\x9b\"}", "{\"a\":\"\\u007f\\u009b\"}" },
		{ "{\"a\":\"\x01\"}", "{\"a\":\"\\u0001\"}" },
		{ "{\"a\":\"\xff\"}", "{\"a\":\"\\x\"}" }, // it was none, and is none
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct operation_params params = { .verb = VERB_CONFIGURE, .patch = rows[i].patch };
		const struct request request = { .type = REQUEST_PLAN, .params = &params };
		struct request_text read;
		struct bytes out;

		bytes_init(&out, REQUEST_JSON_MAX);
		ck_assert_int_eq(request_json_write(&request, NULL, &out), 0);
		ck_assert_int_eq(request_json_read(out.data, out.len, &read, why), 0);
		ck_assert_str_eq(read.request.params->patch, rows[i].crossed);
		request_text_finish(&read);
		bytes_finish(&out);
	}
}
END_TEST

START_TEST(numbers_become_those_of_the_receiver)
{
	const struct request_ids ids = { .id = theirs };
	struct request request = { .type = REQUEST_PLAN, .agent = 4, .operation = 6, .agents = agents, .n_agents = 3 };
	struct request_text read;
	struct bytes out;

	bytes_init(&out, REQUEST_JSON_MAX);
	ck_assert_int_eq(request_json_write(&request, &ids, &out), 0);
	ck_assert_int_eq(request_json_read(out.data, out.len, &read, why), 0);
	ck_assert_uint_eq(read.request.agent, 504);
	ck_assert_uint_eq(read.request.operation, 706);
	ck_assert_uint_eq(read.request.agents[1], 1009);
	ck_assert_ptr_null(read.request.is_hidden);
	ck_assert_ptr_null(read.request.params);
	request_text_finish(&read);
	request.alert = 1;
	out.len = 0;
	ck_assert_int_eq(request_json_write(&request, &ids, &out), -ENOENT);
	ck_assert_uint_eq(out.len, 0);
	bytes_finish(&out);
}
END_TEST

// Who speaks of no such thing has said everything; what a newer one may leave unsaid is passed over.
START_TEST(what_is_not_said_of_a_rollout_is_said_to_be_so)
{
	static const struct {
		const char *unsaid;
		unsigned set;
	} cases[] = {
		{ "", 0 },
		{ ",\"unsaid\":[]", 0 },
		{ ",\"unsaid\":[\"batch\",\"rolls_back\",\"phase_of_the_moon\"]",
		  1U << ROLLOUT_FIGURE_BATCH | 1U << ROLLOUT_FIGURE_ROLLS_BACK },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct request_text read;
		char text[300];
		int n = snprintf(
			text, sizeof text,
			"{\"type\":\"plan\",\"params\":{\"verb\":\"stop\",\"rollout\":{\"kind\":\"rolling\"}%s}}",
			cases[i].unsaid);

		ck_assert_int_eq(request_json_read(text, (size_t)n, &read, why), 0);
		ck_assert_uint_eq(read.params.unsaid, cases[i].set);
		request_text_finish(&read);
	}
}
END_TEST

START_TEST(what_is_wrong_is_refused_with_why)
{
	static const struct {
		const char *text;
		int error;
		const char *why;
	} cases[] = {
		{ "x", -EINVAL, "request: not JSON" },
		{ "{}", -EINVAL, "type: missing" },
		{ "5", -EINVAL, "data: expected an object" },
		{ "{\"type\":1}", -EINVAL, "type: expected a word" },
		{ "{\"type\":\"dance\"}", -ENOTSUP, "request: of a type that this version does not know" },
		{ "{\"type\":\"watch\",\"agent\":\"1\"}", -EINVAL, "agent: expected a whole number" },
		{ "{\"type\":\"watch\",\"who\":1}", -EINVAL, "who: expected a text" },
		{ "{\"type\":\"plan\",\"agents\":1}", -EINVAL, "agents: expected a list" },
		{ "{\"type\":\"plan\",\"agents\":[-1]}", -EINVAL, "agents: out of range" },
		{ "{\"type\":\"plan\",\"agents\":[1],\"hidden\":[1]}", -EINVAL, "hidden: no place in the list" },
		{ "{\"type\":\"plan\",\"params\":{}}", -EINVAL, "verb: missing" },
		{ "{\"type\":\"plan\",\"params\":{\"verb\":\"stop\"}}", -EINVAL, "data: expected an object" },
		{ "{\"type\":\"plan\",\"params\":{\"verb\":\"stop\",\"rollout\":{\"kind\":\"rolling\","
		  "\"max_error_share\":null}}}",
		  -EINVAL, "rollout: out of range" },
		{ "{\"type\":\"plan\",\"params\":{\"verb\":\"stop\",\"rollout\":{\"kind\":\"rolling\","
		  "\"canary_percent\":[1,2,3,4,5,6,7]}}}",
		  -EINVAL, "canary_percent: too many" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct request_text read;

		why[0] = '\0';
		ck_assert_int_eq(request_json_read(cases[i].text, strlen(cases[i].text), &read, why), cases[i].error);
		ck_assert_str_eq(why, cases[i].why);
		request_text_finish(&read);
	}
}
END_TEST

START_TEST(without_memory_nothing_is_left_behind)
{
	struct event_dice dice = { .state = 1 };
	struct plan *plan = dice_plan(&dice, 3, NOW_MS);
	struct request request = of_type(REQUEST_PLAN, plan);
	struct request_text read;
	struct bytes out;
	int r = -ENOMEM;

	bytes_init(&out, REQUEST_JSON_MAX);
	for (long n = 0; r == -ENOMEM; n++) {
		mem_fail_after(n);
		r = request_json_write(&request, NULL, &out);
		mem_fail_after(-1);
	}
	ck_assert_int_eq(r, 0);
	r = -ENOMEM;
	for (long n = 0; r == -ENOMEM; n++) {
		mem_fail_after(n);
		r = request_json_read(out.data, out.len, &read, why);
		mem_fail_after(-1);
		if (r < 0)
			request_text_finish(&read);
	}
	ck_assert_int_eq(r, 0);
	check_same(&request, &read.request);
	request_text_finish(&read);
	bytes_finish(&out);
	plan_unref(plan);
}
END_TEST

SUITE("wire requests", every_type_crosses, a_patch_means_the_same_when_it_has_crossed,
      numbers_become_those_of_the_receiver, what_is_not_said_of_a_rollout_is_said_to_be_so,
      what_is_wrong_is_refused_with_why, without_memory_nothing_is_left_behind)
