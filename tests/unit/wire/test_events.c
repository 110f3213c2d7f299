// SPDX-License-Identifier: Apache-2.0
#include "wire/event_json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/event_dice.h"
#include "tests/support/suite.h"
#include "text/text.h"

#define NOW_MS INT64_C(1795446245000)

static struct event_reader reader;
static char why[EVENT_JSON_WHY_MAX];

static char *written(const struct event *event)
{
	struct bytes out;

	bytes_init(&out, EVENT_JSON_MAX);
	ck_assert_int_eq(event_json_write(event, EVENT_JSON_PLAN, &out), 0);
	return out.data;
}

static int read_text(const char *text, struct event **out)
{
	why[0] = '\0';
	return event_json_read(&reader, text, strlen(text), out, why);
}

static struct event *read_back(const char *text)
{
	struct event *event;
	int r = read_text(text, &event);

	ck_assert_msg(r == EVENT_JSON_TAKEN, "%d, %s: %s", r, why, text);
	return event;
}

static void forget(struct event *event)
{
	event_unref(event);
	event_reader_finish(&reader);
	event_reader_init(&reader, 0);
}

// ---- all types

START_TEST(every_type_crosses_and_is_the_same)
{
	struct event_dice dice = { .state = 7 };

	for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
		for (int i = 0; i < 100; i++) {
			struct event *event = dice_event(&dice, (enum event_type)type, NOW_MS + i), *again;
			mem_auto char *first = NULL, *second = NULL;

			event->is_restated = i % 2;
			event->was_known = i % 4 == 1;
			first = written(event);
			again = read_back(first);
			second = written(again);
			ck_assert_str_eq(first, second);
			ck_assert_int_eq(again->type, event->type);
			ck_assert_int_eq(again->channel, event->channel);
			ck_assert_int_eq(again->at_ms, event->at_ms);
			ck_assert_uint_eq(again->agent, event->agent);
			ck_assert(again->is_restated == event->is_restated && again->was_known == event->was_known);
			event_unref(event);
			forget(again);
		}
	}
	event_dice_finish(&dice);
}
END_TEST

START_TEST(values_cross_exactly)
{
	static const double values[] = { 0.1, -0.0, 1e-308, 123456789.123456789, NAN, INFINITY, -INFINITY };

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		struct event *event = event_new(EVENT_METRICS, NOW_MS, 3), *again;
		mem_auto char *text = NULL;

		event->u.metrics.items = mem_calloc(1, sizeof *event->u.metrics.items);
		event->u.metrics.items[0] = (struct metric_reading){ 4, values[i] };
		event->u.metrics.n = 1;
		text = written(event);
		again = read_back(text);
		ck_assert_uint_eq(again->u.metrics.n, 1);
		ck_assert_uint_eq(again->u.metrics.items[0].series, 4);
		if (isnan(values[i]))
			ck_assert(isnan(again->u.metrics.items[0].value));
		else
			ck_assert_mem_eq(&again->u.metrics.items[0].value, &values[i], sizeof values[i]);
		event_unref(event);
		forget(again);
	}
}
END_TEST

START_TEST(times_cross_as_far_as_they_go)
{
	static const int64_t times[] = { 1, -1, INT64_C(1) << 53, -(INT64_C(1) << 53) };

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		struct event *event = event_new(EVENT_AGENT_REMOVED, times[i], 3), *again;
		mem_auto char *text = written(event);

		again = read_back(text);
		ck_assert_int_eq(again->at_ms, times[i]);
		event_unref(event);
		forget(again);
	}
}
END_TEST

START_TEST(health_is_what_it_was)
{
	struct event_dice dice = { .state = 11 };

	for (int i = 0; i < 200; i++) {
		struct event *event = dice_event(&dice, EVENT_AGENT_HEALTH, NOW_MS), *again;
		mem_auto char *text = written(event);

		again = read_back(text);
		ck_assert_int_eq(again->u.health.observed, event->u.health.observed);
		ck_assert_int_eq(again->u.health.toward, event->u.health.toward);
		ck_assert_uint_eq(again->u.health.recent, event->u.health.recent);
		ck_assert_uint_eq(again->u.health.overlays, event->u.health.overlays);
		ck_assert_str_eq(again->u.health.detail, event->u.health.detail);
		ck_assert_int_eq(health_state(&again->u.health), health_state(&event->u.health));
		event_unref(event);
		forget(again);
	}
	event_dice_finish(&dice);
}
END_TEST

START_TEST(secrets_stay_where_they_are)
{
	struct event_dice dice = { .state = 3 };
	struct event *event = dice_event(&dice, EVENT_AGENT_ADDED, NOW_MS), *again;
	struct agent *agent = (struct agent *)event->u.agent;
	mem_auto char *text = NULL;

	agent->authorization = mem_strdup("Bearer sesame");
	agent->tls.ca_file = mem_strdup("/etc/opscon/ca-sesame.pem");
	agent->tls.cert_file = mem_strdup("/etc/opscon/cert-sesame.pem");
	agent->tls.key_file = mem_strdup("/etc/opscon/key-sesame.pem");
	text = written(event);
	ck_assert_ptr_null(strstr(text, "sesame"));
	event_unref(event);
	again = read_back(text);
	ck_assert_ptr_null(again->u.agent->authorization);
	ck_assert_ptr_null(again->u.agent->tls.key_file);
	forget(again);
	again = read_back("{\"type\":\"agent_added\",\"agent\":1,\"data\":{\"key\":\"k\",\"authorization\":\"x\"}}");
	ck_assert_ptr_null(again->u.agent->authorization);
	forget(again);
	event_dice_finish(&dice);
}
END_TEST

// ---- what comes from outside

START_TEST(texts_are_cleaned_again)
{
	struct event *event =
		read_back("{\"type\":\"notice\",\"at_ms\":1,\"data\":{\"severity\":\"info\",\"type\":\"info\","
			  "\"title\":\"\\u001b[2J\\u202ex\",\"text\":\"a\\nb\"}}");

	ck_assert(text_is_clean(event->u.notice.title));
	ck_assert_str_eq(event->u.notice.title, "^[[2J<U+202E>x");
	ck_assert_str_eq(event->u.notice.text, "a b");
	forget(event);
	event = read_back(
		"{\"type\":\"agent_added\",\"agent\":1,\"data\":{\"key\":\"k\",\"labels\":{\"\\u0007\":\"\\u0007\"}}}");
	ck_assert_str_eq(event->u.agent->labels.items[0].name, "^G");
	ck_assert_str_eq(event->u.agent->labels.items[0].value, "^G");
	forget(event);
}
END_TEST

START_TEST(what_is_new_is_passed_over)
{
	struct event *event =
		read_back("{\"type\":\"notice\",\"colour\":[1],\"data\":{\"severity\":\"info\",\"type\":\"info\","
			  "\"title\":\"x\",\"later\":{\"a\":1}},\"at_ms\":5}");

	ck_assert_int_eq(event->at_ms, 5);
	ck_assert_str_eq(event->u.notice.text, "");
	forget(event);
	ck_assert_int_eq(read_text("{\"type\":\"eclipse\",\"agent\":\"x\"}", &event), EVENT_JSON_NEWER);
	ck_assert_ptr_null(event);
	ck_assert_int_eq(read_text("{\"type\":\"timeline\",\"data\":{\"type\":\"info\",\"severity\":\"info\","
				   "\"source\":\"eclipse\",\"title\":\"x\"}}",
				   &event),
			 EVENT_JSON_NEWER);
	ck_assert_ptr_null(event);
	event = read_back("{\"type\":\"lifecycle\",\"agent\":1,\"data\":{\"verbs\":[\"start\",\"teleport\"]}}");
	ck_assert_uint_eq(event->u.lifecycle.verbs, 1U << VERB_START);
	forget(event);
}
END_TEST

START_TEST(what_is_wrong_is_refused_with_why)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "event: not JSON" },
		{ "[]", "event: expected an object with a type" },
		{ "{\"type\":5}", "event: expected an object with a type" },
		{ "{\"type\":\"agent_health\",\"agent\":1}", "data: expected an object" },
		{ "{\"type\":\"agent_health\",\"data\":{}}", "agent: missing" },
		{ "{\"type\":\"agent_health\",\"agent\":-1,\"data\":{}}", "agent: out of range" },
		{ "{\"type\":\"agent_health\",\"agent\":4294967296,\"data\":{}}", "agent: out of range" },
		{ "{\"type\":\"agent_health\",\"agent\":1.5,\"data\":{}}", "agent: expected a whole number" },
		{ "{\"type\":\"agent_health\",\"agent\":1,\"at_ms\":99999999999999999999,\"data\":{}}",
		  "at_ms: expected a whole number" },
		{ "{\"type\":\"agent_health\",\"agent\":1,\"data\":{\"observed\":\"Up\"}}",
		  "observed: not one of its words" },
		{ "{\"type\":\"agent_health\",\"agent\":1,\"data\":{\"observed\":1}}", "observed: expected a word" },
		{ "{\"type\":\"agent_health\",\"agent\":1,\"data\":{\"is_flapping\":1}}",
		  "is_flapping: expected true or false" },
		{ "{\"type\":\"agent_health\",\"agent\":1,\"data\":{\"detail\":1}}", "detail: expected a text" },
		{ "{\"type\":\"agent_health\",\"agent\":1,\"data\":{\"recent\":\"uuuuuuuuuuuuuuuuuuuuu\"}}",
		  "recent: too long" },
		{ "{\"type\":\"agent_health\",\"agent\":1,\"data\":{\"recent\":\"x\"}}",
		  "recent: not one of its letters" },
		{ "{\"type\":\"agent_health\",\"agent\":1,\"data\":{\"overlays\":\"paused\"}}",
		  "overlays: expected a list" },
		{ "{\"type\":\"agent_probed\",\"agent\":1,\"data\":{\"health\":{}}}", "kind: missing" },
		{ "{\"type\":\"agent_probed\",\"agent\":1,\"data\":{\"kind\":\"health\",\"checks\":[{\"name\":\"db\"}],"
		  "\"health\":{}}}",
		  "state: missing" },
		{ "{\"type\":\"agent_added\",\"agent\":1,\"data\":{}}", "key: missing" },
		{ "{\"type\":\"agent_added\",\"data\":{\"key\":\"k\"}}", "agent: missing" },
		{ "{\"type\":\"agent_added\",\"agent\":1,\"data\":{\"key\":\"k\",\"labels\":[]}}",
		  "labels: expected an object" },
		{ "{\"type\":\"agent_added\",\"agent\":1,\"data\":{\"key\":\"k\",\"labels\":{\"a\":1}}}",
		  "labels: expected texts" },
		{ "{\"type\":\"metrics\",\"agent\":1,\"data\":{\"readings\":[1]}}", "readings: expected pairs" },
		{ "{\"type\":\"metrics\",\"agent\":1,\"data\":{\"readings\":[256,1]}}", "series: out of range" },
		{ "{\"type\":\"metrics\",\"agent\":1,\"data\":{\"readings\":[1,\"1\"]}}",
		  "readings: expected a number" },
		{ "{\"type\":\"points\",\"agent\":1,\"data\":{\"series\":1,\"points\":[5,1,-1,2]}}",
		  "points: expected the oldest first" },
		{ "{\"type\":\"points\",\"agent\":1,\"data\":{\"series\":1,\"points\":[9223372036854775807,1,1,2]}}",
		  "points: expected milliseconds" },
		{ "{\"type\":\"points\",\"agent\":1,\"data\":{\"series\":1,\"points\":[0,1,-1,2]}}",
		  "points: expected the oldest first" },
		{ "{\"type\":\"points\",\"agent\":1,\"data\":{\"series\":1,\"points\":[-9007199254740993,1]}}",
		  "points: expected milliseconds" },
		{ "{\"type\":\"points\",\"agent\":1,\"data\":{\"series\":1,\"points\":[9007199254740992,1,1,2]}}",
		  "points: expected milliseconds" },
		{ "{\"type\":\"agent_removed\",\"agent\":1,\"at_ms\":9007199254740993}", "at_ms: out of range" },
		{ "{\"type\":\"agent_removed\",\"agent\":1,\"at_ms\":-9223372036854775808}", "at_ms: out of range" },
		{ "{\"type\":\"scrape\",\"agent\":1,\"data\":{\"rows\":[[\"x\",\"counted\",1]]}}",
		  "rows: not one of its words" },
		{ "{\"type\":\"timeline\",\"data\":{\"type\":\"info\",\"severity\":\"info\"}}", "source: missing" },
		{ "{\"type\":\"timeline\",\"data\":{\"type\":\"info\",\"severity\":\"info\",\"source\":1}}",
		  "source: expected a word" },
		{ "{\"type\":\"alert\",\"data\":{\"severity\":\"info\",\"state\":\"active\"}}", "id: missing" },
		{ "{\"type\":\"alert\",\"data\":{\"id\":1,\"state\":\"active\"}}", "severity: missing" },
		{ "{\"type\":\"progress\",\"data\":{\"id\":1,\"percent\":101}}", "percent: out of range" },
		{ "{\"type\":\"presence\",\"data\":{}}", "session: missing" },
		{ "{\"type\":\"plan\",\"data\":{}}", "data: expected an object" },
		{ "{\"type\":\"operation\",\"data\":{\"no\":1,\"state\":\"lost\"}}", "state: not one of its words" },
		{ "{\"type\":\"operation\",\"data\":{\"state\":\"running\"}}", "no: missing" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct event *event;
		int r = read_text(cases[i].text, &event);

		ck_assert_msg(r == -EINVAL, "%d: %s", r, cases[i].text);
		ck_assert_ptr_null(event);
		ck_assert_str_eq(why, cases[i].why);
	}
}
END_TEST

static void add_many(struct bytes *out, const char *item, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			ck_assert_int_eq(bytes_add(out, ",", 1), 0);
		ck_assert_int_eq(bytes_add(out, item, strlen(item)), 0);
	}
}

START_TEST(lists_have_limits)
{
	static const struct {
		const char *before, *item, *after;
		size_t most;
		const char *why;
	} cases[] = {
		{ "{\"type\":\"agent_probed\",\"agent\":1,\"data\":{\"kind\":\"health\",\"health\":{},\"checks\":[",
		  "{\"state\":\"up\"}", "]}}", HEALTH_CHECKS_MAX, "checks: too many" },
		{ "{\"type\":\"progress\",\"data\":{\"id\":1,\"steps\":[", "{}", "]}}", PROGRESS_STEPS_MAX,
		  "steps: too many" },
		{ "{\"type\":\"metrics\",\"agent\":1,\"data\":{\"readings\":[", "1,1", "]}}", EVENT_JSON_READINGS_MAX,
		  "readings: too many" },
		{ "{\"type\":\"points\",\"agent\":1,\"data\":{\"series\":1,\"points\":[", "1,1", "]}}",
		  EVENT_JSON_POINTS_MAX, "points: too many" },
		{ "{\"type\":\"scrape\",\"agent\":1,\"data\":{\"rows\":[", "[\"x\",\"gauge\",1]", "]}}",
		  EVENT_JSON_ROWS_MAX, "rows: too many" },
		{ "{\"type\":\"audit_list\",\"data\":{\"entries\":[", "{}", "]}}", AUDIT_LIST_MAX,
		  "entries: too many" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (size_t more = 0; more < 2; more++) {
			struct event *event;
			struct bytes text;

			bytes_init(&text, EVENT_JSON_MAX);
			ck_assert_int_eq(bytes_add(&text, cases[i].before, strlen(cases[i].before)), 0);
			add_many(&text, cases[i].item, cases[i].most + more);
			ck_assert_int_eq(bytes_add(&text, cases[i].after, strlen(cases[i].after)), 0);
			ck_assert_int_eq(read_text(text.data, &event), more ? -EINVAL : 0);
			ck_assert_str_eq(why, more ? cases[i].why : "");
			event_unref(event);
			bytes_finish(&text);
		}
	}
}
END_TEST

// A fleet may be told to keep more of them than cross.
START_TEST(of_too_many_points_the_newest_cross)
{
	struct event *event = event_new(EVENT_POINTS, NOW_MS, 3), *again;
	const size_t n = EVENT_JSON_POINTS_MAX + 5;
	mem_auto char *text = NULL;

	event->u.points.items = mem_calloc(n, sizeof *event->u.points.items);
	event->u.points.n = n;
	for (size_t i = 0; i < n; i++)
		event->u.points.items[i] = (struct metric_point){ NOW_MS + 1000 * (int64_t)i, (double)i };
	text = written(event);
	again = read_back(text);
	ck_assert_uint_eq(again->u.points.n, EVENT_JSON_POINTS_MAX);
	ck_assert_int_eq(again->u.points.items[0].at_ms, NOW_MS + 5000);
	ck_assert(again->u.points.items[0].value == 5);
	ck_assert_int_eq(again->u.points.items[EVENT_JSON_POINTS_MAX - 1].at_ms, NOW_MS + 1000 * (int64_t)(n - 1));
	event_unref(event);
	forget(again);
}
END_TEST

// One may have some of its own, some of its list, and some that all have.
START_TEST(an_agent_has_as_many_labels_as_can_be_configured)
{
	for (int more = 0; more < 2; more++) {
		struct event *event;
		struct bytes text;

		bytes_init(&text, EVENT_JSON_MAX);
		ck_assert_int_eq(bytes_addf(&text, "{\"type\":\"agent_added\",\"agent\":1,\"data\":{\"key\":\"k\","
						   "\"labels\":{\"l\":\"\""),
				 0);
		for (int i = 1; i < 3 * 64 + more * EVENT_JSON_LABELS_MAX; i++)
			ck_assert_int_eq(bytes_addf(&text, ",\"l%d\":\"\"", i), 0);
		ck_assert_int_eq(bytes_addf(&text, "}}}"), 0);
		ck_assert_int_eq(read_text(text.data, &event), more ? -EINVAL : 0);
		ck_assert_str_eq(why, more ? "labels: too many" : "");
		event_unref(event);
		bytes_finish(&text);
	}
}
END_TEST

// A step of a few bytes that is named often would become more memory than there is.
START_TEST(steps_are_not_multiplied_without_end)
{
	struct event *event;
	struct bytes text;
	char step[5000];

	memset(step, 'x', sizeof step - 1);
	step[sizeof step - 1] = '\0';
	bytes_init(&text, EVENT_JSON_MAX);
	ck_assert_int_eq(
		bytes_addf(&text,
			   "{\"type\":\"plan\",\"data\":{\"plan\":{\"no\":1,\"guard\":\"view\",\"verb\":\"stop\","
			   "\"rollout\":{\"kind\":\"rolling\"},\"steps\":[{\"action\":\"%s\"}],\"targets\":[",
			   step),
		0);
	add_many(&text, "{\"health\":\"up\",\"steps\":[0,0,0,0,0,0,0,0,0,0]}", 9000);
	ck_assert_int_eq(bytes_addf(&text, "]}}}"), 0);
	ck_assert_int_eq(read_text(text.data, &event), -EINVAL);
	ck_assert_str_eq(why, "steps: too large");
	bytes_finish(&text);
}
END_TEST

START_TEST(what_is_too_large_is_not_read)
{
	char *text = mem_alloc(EVENT_JSON_MAX + 1);
	struct event *event;

	memset(text, ' ', EVENT_JSON_MAX + 1);
	ck_assert_int_eq(event_json_read(&reader, text, EVENT_JSON_MAX + 1, &event, why), -EINVAL);
	ck_assert_str_eq(why, "event: too large");
	mem_free(text);
}
END_TEST

// ---- plans

static int read_operation(const struct event *event, unsigned flags)
{
	struct event *again;
	struct bytes out;
	int r;

	bytes_init(&out, EVENT_JSON_MAX);
	ck_assert_int_eq(event_json_write(event, flags, &out), 0);
	r = event_json_read(&reader, out.data, out.len, &again, why);
	if (again)
		ck_assert_uint_eq(again->u.operation->plan->n_targets, event->u.operation->plan->n_targets);
	event_unref(again);
	bytes_finish(&out);
	return r;
}

START_TEST(a_plan_crosses_once)
{
	struct event_dice dice = { .state = 5 };
	struct event *event = dice_event(&dice, EVENT_OPERATION, NOW_MS);
	struct wire_told told = { 0 };
	unsigned flags = wire_told_flags(&told, event);

	ck_assert_int_eq(read_operation(event, 0), EVENT_JSON_NO_PLAN);
	ck_assert_uint_eq(flags, EVENT_JSON_PLAN);
	ck_assert_int_eq(read_operation(event, flags), EVENT_JSON_TAKEN);
	flags = wire_told_flags(&told, event);
	ck_assert_uint_eq(flags, 0);
	ck_assert_int_eq(read_operation(event, flags), EVENT_JSON_TAKEN);
	((struct plan *)event->u.operation->plan)->hash[0] = 'f'; // another plan of that number
	ck_assert_int_eq(read_operation(event, 0), EVENT_JSON_NO_PLAN);
	event_reader_forget(&reader);
	event_unref(event);
	event_dice_finish(&dice);
}
END_TEST

// From the first time on that it does not fit it is told without its steps; who has them keeps them.
START_TEST(what_does_not_fit_is_told_without_its_steps_from_then_on)
{
	struct event_dice dice = { .state = 5 };
	struct event *event = dice_event(&dice, EVENT_OPERATION, NOW_MS);
	uint32_t no = event->u.operation->no;
	struct wire_told told = { 0 };

	ck_assert_uint_eq(wire_restated_flags(&told, event), EVENT_JSON_PLAN);
	ck_assert_int_eq(read_operation(event, wire_told_flags(&told, event)), EVENT_JSON_TAKEN);
	ck_assert_uint_eq(wire_told_shorten(&told, no, EVENT_JSON_PLAN), EVENT_JSON_PLAN | EVENT_JSON_SHORT);
	ck_assert_uint_eq(wire_told_flags(&told, event), EVENT_JSON_SHORT);
	ck_assert_int_eq(read_operation(event, EVENT_JSON_SHORT), EVENT_JSON_TAKEN);
	ck_assert_uint_eq(wire_restated_flags(&told, event), EVENT_JSON_PLAN | EVENT_JSON_SHORT);
	event_reader_forget(&reader);
	ck_assert_int_eq(read_operation(event, EVENT_JSON_PLAN | EVENT_JSON_SHORT), EVENT_JSON_TAKEN);
	ck_assert_int_eq(read_operation(event, EVENT_JSON_SHORT), EVENT_JSON_TAKEN);
	ck_assert(!wire_is_untold(&told, event));
	ck_assert_uint_eq(wire_told_shorten(&told, no, EVENT_JSON_SHORT), 0);
	ck_assert(wire_is_untold(&told, event));
	for (uint32_t i = 0; i < WIRE_LARGE_MAX; i++) // others
		ck_assert_uint_eq(wire_told_shorten(&told, 1000 + i, 0), EVENT_JSON_SHORT);
	ck_assert(!wire_is_untold(&told, event)); // it is tried again
	event_unref(event);
	event_dice_finish(&dice);
}
END_TEST

// A reader copies steps that are shared; there is a limit to that.
START_TEST(what_a_reader_would_not_take_is_not_written)
{
	struct plan *plan = dice_large_plan(1, 10000, 8, 8);
	struct event event = { .type = EVENT_PLAN, .u.plan = plan };
	struct event *again;
	struct bytes out;

	for (size_t i = 0; i < plan->n_targets; i++) { // the same one for all, and more of it
		mem_free((char *)plan->targets[i].steps[0].action);
		plan->targets[i].steps[0].action = mem_alloc(4001);
		memset((char *)plan->targets[i].steps[0].action, 'x', 4000);
		((char *)plan->targets[i].steps[0].action)[4000] = '\0';
	}
	bytes_init(&out, EVENT_JSON_MAX);
	ck_assert_int_eq(event_json_write(&event, 0, &out), 0); // 40 MB of copies
	ck_assert_int_eq(event_json_read(&reader, out.data, out.len, &again, why), EVENT_JSON_TAKEN);
	event_unref(again);
	bytes_reset(&out);
	for (size_t i = 0; i < plan->n_targets; i++) {
		plan->targets[i].undo = plan->targets[i].steps; // 80
		plan->targets[i].n_undo = 1;
	}
	ck_assert_int_eq(event_json_write(&event, 0, &out), -EMSGSIZE);
	ck_assert_int_eq(event_json_write(&event, EVENT_JSON_SHORT, &out), 0);
	for (size_t i = 0; i < plan->n_targets; i++) {
		plan->targets[i].undo = NULL;
		plan->targets[i].n_undo = 0;
	}
	bytes_finish(&out);
	plan_unref(plan);
}
END_TEST

START_TEST(plans_that_are_kept_have_a_limit)
{
	struct event_dice dice = { .state = 5 };
	struct wire_plans plans = { 0 };
	struct wire_told told = { 0 };

	for (uint32_t no = WIRE_PLANS_MAX + 10; no > 0; no--) {
		struct plan *plan = dice_plan(&dice, no, NOW_MS);
		struct operation operation = { .no = no };
		struct event event = { .type = EVENT_OPERATION, .u.operation = &operation };

		ck_assert_int_eq(wire_plans_keep(&plans, plan), 0);
		ck_assert_int_eq(wire_plans_keep(&plans, plan), 0);
		ck_assert_uint_eq(wire_told_flags(&told, &event), EVENT_JSON_PLAN);
		plan_unref(plan);
	}
	ck_assert_uint_eq(plans.n, WIRE_PLANS_MAX);
	ck_assert_ptr_null(wire_plans_find(&plans, 10));
	ck_assert_ptr_nonnull(wire_plans_find(&plans, 11));
	for (uint32_t no = WIRE_PLANS_MAX + 11; no < WIRE_PLANS_MAX + 20; no++) {
		struct plan *plan = dice_plan(&dice, no, NOW_MS);

		ck_assert_int_eq(wire_plans_keep(&plans, plan), 0);
		ck_assert_ptr_eq(wire_plans_find(&plans, no), plan);
		plan_unref(plan);
	}
	ck_assert_uint_eq(plans.n, WIRE_PLANS_MAX);
	wire_plans_finish(&plans);
	event_dice_finish(&dice);
}
END_TEST

// ---- numbers

static int64_t shifted(void *ctx, enum wire_id kind, uint32_t remote, const char *key)
{
	(void)key;
	if (*(int *)ctx == (int)kind)
		return -1;
	return kind == WIRE_ID_SERIES ? remote + 10 : remote + 1000;
}

START_TEST(numbers_become_those_of_here)
{
	struct event_dice dice = { .state = 9 };
	int unknown = WIRE_ID_COUNT;
	struct event *event, *again;

	for (int i = 0; i < 50; i++) {
		mem_auto char *text = NULL;

		event = dice_event(&dice, EVENT_ALERT, NOW_MS);
		text = written(event);
		reader = (struct event_reader){ .id = shifted, .ctx = &unknown, .origin = 7 };
		again = read_back(text);
		ck_assert_uint_eq(again->origin, 7);
		ck_assert_uint_eq(again->u.alert.id, event->u.alert.id + 1000);
		ck_assert_uint_eq(again->u.alert.agent, event->u.alert.agent ? event->u.alert.agent + 1000 : 0);
		event_unref(event);
		forget(again);
	}
	event = dice_event(&dice, EVENT_OPERATION, NOW_MS);
	{
		mem_auto char *text = written(event);

		reader = (struct event_reader){ .id = shifted, .ctx = &unknown };
		again = read_back(text);
		ck_assert_uint_eq(again->u.operation->no, event->u.operation->no + 1000);
		ck_assert_uint_eq(again->u.operation->plan->no, event->u.operation->no + 1000);
		ck_assert_uint_eq(again->u.operation->plan->targets[0].agent,
				  event->u.operation->plan->targets[0].agent + 1000);
	}
	event_unref(event);
	forget(again);
	event_dice_finish(&dice);
}
END_TEST

START_TEST(who_has_no_number_here_is_passed_over)
{
	struct event_dice dice = { .state = 13 };
	int unknown = WIRE_ID_AGENT;
	struct event *event = dice_event(&dice, EVENT_AGENT_HEALTH, NOW_MS), *again;
	mem_auto char *health = written(event);

	reader = (struct event_reader){ .id = shifted, .ctx = &unknown };
	ck_assert_int_eq(read_text(health, &again), EVENT_JSON_NO_ONE);
	event_unref(event);
	// An alert is worth telling without its agent.
	again = read_back(
		"{\"type\":\"alert\",\"data\":{\"id\":1,\"agent\":4,\"severity\":\"info\",\"state\":\"active\"}}");
	ck_assert_uint_eq(again->u.alert.agent, 0);
	forget(again);
	unknown = WIRE_ID_SERIES;
	reader = (struct event_reader){ .id = shifted, .ctx = &unknown };
	again = read_back("{\"type\":\"metrics\",\"agent\":1,\"data\":{\"readings\":[1,2,3,4]}}");
	ck_assert_uint_eq(again->u.metrics.n, 0);
	forget(again);
	event_dice_finish(&dice);
}
END_TEST

// ---- want of memory

START_TEST(without_memory_nothing_is_left_behind)
{
	struct event_dice dice = { .state = 17 };

	for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
		struct event *event = dice_event(&dice, (enum event_type)type, NOW_MS), *again = NULL;
		mem_auto char *text = written(event);
		struct bytes out;
		int r = -ENOMEM;

		bytes_init(&out, EVENT_JSON_MAX);
		for (long n = 0; r == -ENOMEM; n++) {
			mem_fail_after(n);
			r = event_json_write(event, EVENT_JSON_PLAN, &out);
			mem_fail_after(-1);
			ck_assert(r == 0 || (r == -ENOMEM && out.len == 0));
		}
		ck_assert_int_eq(r, 0);
		r = -ENOMEM;
		for (long n = 0; r == -ENOMEM; n++) {
			mem_fail_after(n);
			r = read_text(text, &again);
			mem_fail_after(-1);
			ck_assert(r == 0 || !again);
			event_reader_forget(&reader);
		}
		ck_assert_int_eq(r, 0);
		bytes_finish(&out);
		event_unref(event);
		forget(again);
	}
	event_dice_finish(&dice);
}
END_TEST

START_TEST(what_lacks_its_payload_is_not_written)
{
	struct event event = { .type = EVENT_OPERATION };
	struct bytes out;

	bytes_init(&out, EVENT_JSON_MAX);
	ck_assert_int_eq(event_json_write(&event, 0, &out), -EINVAL);
	event.type = EVENT_AGENT_ADDED;
	ck_assert_int_eq(event_json_write(&event, 0, &out), -EINVAL);
	event.type = EVENT_TYPE_COUNT;
	ck_assert_int_eq(event_json_write(&event, 0, &out), -EINVAL);
	bytes_finish(&out);
	bytes_init(&out, 10);
	event.type = EVENT_AGENT_REMOVED;
	ck_assert_int_eq(event_json_write(&event, 0, &out), -EMSGSIZE);
	ck_assert_uint_eq(out.len, 0);
	bytes_finish(&out);
}
END_TEST

SUITE("wire events", every_type_crosses_and_is_the_same, values_cross_exactly, times_cross_as_far_as_they_go,
      health_is_what_it_was, secrets_stay_where_they_are, texts_are_cleaned_again, what_is_new_is_passed_over,
      what_is_wrong_is_refused_with_why, lists_have_limits, of_too_many_points_the_newest_cross,
      an_agent_has_as_many_labels_as_can_be_configured, steps_are_not_multiplied_without_end,
      what_is_too_large_is_not_read, a_plan_crosses_once, what_does_not_fit_is_told_without_its_steps_from_then_on,
      what_a_reader_would_not_take_is_not_written, plans_that_are_kept_have_a_limit, numbers_become_those_of_here,
      who_has_no_number_here_is_passed_over, without_memory_nothing_is_left_behind,
      what_lacks_its_payload_is_not_written)
