// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/target_groups.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "model/agent.h"

static int parse(const char *text, struct target_list *list, struct target_error *error)
{
	return target_groups_parse_json(text, strlen(text), "file_sd:t.json", NULL, list, error);
}

START_TEST(groups_become_agents)
{
	static const char text[] =
		"[{\"targets\":[\"a:1\",\"b:2\"],\"labels\":{\"env\":\"prod\",\"__meta_x\":\"y\",\"team\":\"core\"}},\n"
		" {\"targets\":[],\"labels\":{}},\n"
		" {\"labels\":{\"instance\":\"c\",\"__scheme__\":\"https\",\"__health_path__\":\"/up\","
		"\"__metrics_path__\":\"/m\"},\"targets\":[\"c:3\"]}]";
	struct labels extra = { 0 };
	struct target_list list;
	struct target_error error;

	labels_set(&extra, "env", "dev");
	labels_set(&extra, "zone", "eu");
	ck_assert_int_eq(target_groups_parse_json(text, strlen(text), "file_sd:t.json", &extra, &list, &error), 0);
	ck_assert_uint_eq(list.n, 3);
	ck_assert_str_eq(list.agents[0]->url, "http://a:1");
	ck_assert_str_eq(list.agents[0]->source, "file_sd:t.json");
	ck_assert(list.agents[0]->is_discovering);
	ck_assert_str_eq(agent_label(list.agents[1], "env"), "prod");
	ck_assert_str_eq(agent_label(list.agents[1], "zone"), "eu");
	ck_assert_str_eq(agent_label(list.agents[1], "__meta_x"), "");
	ck_assert_str_eq(agent_label(list.agents[2], "env"), "dev");
	ck_assert_str_eq(list.agents[2]->name, "c");
	ck_assert_str_eq(list.agents[2]->health_url, "https://c:3/up");
	ck_assert_str_eq(list.agents[2]->metrics_url, "https://c:3/m");
	ck_assert(!list.agents[2]->is_discovering);
	target_list_finish(&list);
	labels_finish(&extra);
}
END_TEST

START_TEST(meta_labels_say_where_things_are)
{
	static const struct {
		const char *labels, *key, *name, *health, *metrics;
		enum agent_dialect dialect;
	} table[] = {
		{ "\"__metrics_path__\":\"/metrics\"", "http://x:1", "x:1", NULL, "http://x:1/metrics",
		  DIALECT_METRICS },
		{ "\"__metrics_path__\":\"/probe\",\"__param_target\":\"http://y?a&b\",\"__param_module\":\"h 2\"",
		  "http://x:1/probe?module=h%202&target=http://y?a%26b", "x:1", NULL,
		  "http://x:1/probe?module=h%202&target=http://y?a%26b", DIALECT_METRICS },
		{ "\"__param_x\":\"1\"", "http://x:1/metrics?x=1", "x:1", NULL, "http://x:1/metrics?x=1",
		  DIALECT_METRICS },
		{ "\"__health_path__\":\"/h\"", "http://x:1", "x:1", "http://x:1/h", NULL, DIALECT_AUTO },
		{ "\"__agent_name__\":\"WowEvent\",\"__agent_id__\":\"7\",\"instance\":\"z\"", "7", "WowEvent", NULL,
		  NULL, DIALECT_AUTO },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct target_list list;
		struct target_error error;
		char text[400];

		snprintf(text, sizeof text, "[{\"targets\":[\"x:1\"],\"labels\":{%s}}]", table[i].labels);
		ck_assert_int_eq(parse(text, &list, &error), 0);
		ck_assert_str_eq(list.agents[0]->key, table[i].key);
		ck_assert_str_eq(list.agents[0]->name, table[i].name);
		ck_assert_pstr_eq(list.agents[0]->health_url, table[i].health);
		ck_assert_pstr_eq(list.agents[0]->metrics_url, table[i].metrics);
		ck_assert_int_eq((int)list.agents[0]->dialect, (int)table[i].dialect);
		target_list_finish(&list);
	}
}
END_TEST

START_TEST(labels_say_what_operates_an_agent)
{
	static const struct {
		const char *labels, *driver, *url, *target;
	} table[] = {
		{ "\"a\":\"b\"", NULL, NULL, NULL },
		{ "\"__control_path__\":\"\",\"__driver__\":\"\"", NULL, NULL, NULL },
		{ "\"__control_path__\":\"/control\"", "http", "http://x:1/control", NULL },
		{ "\"__control_path__\":\"ops?unit=7\"", "http", "http://x:1/ops?unit=7", NULL },
		{ "\"__driver__\":\"docker\",\"__control_target__\":\"web-1\"", "docker", NULL, "web-1" },
		{ "\"__driver__\":\"exec\",\"__control_path__\":\"/c\"", "exec", "http://x:1/c", NULL },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct target_list list;
		struct target_error error;
		char text[400];

		snprintf(text, sizeof text, "[{\"targets\":[\"x:1\"],\"labels\":{%s}}]", table[i].labels);
		ck_assert_int_eq(parse(text, &list, &error), 0);
		ck_assert_pstr_eq(list.agents[0]->driver, table[i].driver);
		ck_assert_pstr_eq(list.agents[0]->control_url, table[i].url);
		ck_assert_pstr_eq(list.agents[0]->control_target, table[i].target);
		ck_assert_uint_eq(list.agents[0]->labels.n, i == 0); // they are not shown
		target_list_finish(&list);
	}
}
END_TEST

// faults.md 30: half a file, a null group, wrong types. All of it is refused, with the place.
START_TEST(a_malformed_list_is_refused_whole_with_its_place)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *why;
	} table[] = {
		{ "[{\"targets\":[\"a:1\"]},\n {\"targets\":[\"b", 0, 0, "expected a JSON list" },
		{ "", 1, 1, "expected a JSON list" },
		{ "{}", 1, 1, "an object; expected a list of target groups" },
		{ "null", 1, 1, "null; expected a list" },
		{ "[{\"targets\":[\"a:1\"]},\n null]", 2, 2, "group 2 is null" },
		{ "[\n[]\n]", 2, 1, "group 1 is a list" },
		{ "[{\"targets\":null}]", 1, 13, "targets is missing or null" },
		{ "[{\"labels\":{}}]", 1, 2, "targets is missing" },
		{ "[{\"targets\":[\"a:1\",\n  7]}]", 2, 3, "group 1, target 2: is a number" },
		{ "[{\"labels\":{\"\\\"]\":\"}{\"},\n\"targets\":[\n\"a:1\",\n\"b:99999\"]}]", 4, 1,
		  "expected a port" },
		{ "[{\"targets\":[\"a:1\"],\n\"labels\":{\"a\":1}}]", 2, 10, "a label is a number" },
		{ "[{\"targets\":[\"a:1\"],\"labels\":{\"\":\"x\"}}]", 1, 30, "expected a label name" },
		{ "[{\"targets\":[\"a:1\"],\"label\":{}}]", 1, 2, "neither targets nor labels" },
		{ "[{\"targets\":[\"a\\u0000b:1\"]}]", 1, 14, "expected host:port" },
		{ "[{\"targets\":[\"ftp://a\"]}]", 1, 14, "expected http:// or https://" },
		{ "[{\"targets\":[\"a\"],\"labels\":{\"__scheme__\":\"ftp\"}}]", 1, 14, "__scheme__" },
		{ "[{\"targets\":[\"a\"],\"labels\":{\"__health_path__\":\"/a b\"}}]", 1, 14, "printable ASCII" },
		{ "[{\"targets\":[\"a\"],\"labels\":{\"__control_path__\":\"http://b/c\"}}]", 1, 14,
		  "__control_path__" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct target_list list;
		struct target_error error;

		ck_assert_int_eq(parse(table[i].text, &list, &error), -EINVAL);
		ck_assert_msg(strstr(error.text, table[i].why) != NULL, "%zu: %s", i, error.text);
		if (table[i].line)
			ck_assert_msg(error.line == table[i].line && error.column == table[i].column, "%zu: %u:%u", i,
				      error.line, error.column);
		ck_assert_uint_eq(list.n, 0);
	}
}
END_TEST

// faults.md 31: what names carry is made harmless before anything shows it.
START_TEST(hostile_labels_are_made_displayable)
{
	static const char text[] = "[{\"targets\":[\"a:1\"],\"labels\":{\"instance\":\"\\u001b]52;c;x\\u202e\","
				   "\"x\":\"../;rm -rf\"}}]";
	struct target_list list;
	struct target_error error;

	ck_assert_int_eq(parse(text, &list, &error), 0);
	ck_assert_ptr_null(strchr(list.agents[0]->name, 0x1b));
	ck_assert_ptr_null(strstr(list.agents[0]->name, "\xe2\x80\xae"));
	ck_assert_str_eq(agent_label(list.agents[0], "x"), "../;rm -rf");
	target_list_finish(&list);
}
END_TEST

static void make_targets(struct bytes *text, int n)
{
	bytes_init(text, TARGET_GROUPS_BYTES_MAX);
	bytes_add(text, "[{\"targets\":[", 13);
	for (int i = 0; i < n; i++)
		bytes_addf(text, "%s\"10.%d.%d.%d:9100\"", i ? "," : "", i >> 16, i >> 8 & 255, i & 255);
	bytes_add(text, "]}]", 3);
}

// faults.md 30: 100,000 targets are over the documented limit; as many as it allows are taken.
START_TEST(a_list_over_the_limit_is_refused_in_bounded_time)
{
	struct target_list list;
	struct target_error error;
	struct bytes text;

	make_targets(&text, 100000);
	ck_assert_int_eq(target_groups_parse_json(text.data, text.len, "s", NULL, &list, &error), -E2BIG);
	ck_assert_ptr_nonnull(strstr(error.text, "at most 50000 targets"));
	ck_assert_uint_eq(list.n, 0);
	bytes_finish(&text);
	make_targets(&text, TARGETS_MAX);
	ck_assert_int_eq(target_groups_parse_json(text.data, text.len, "s", NULL, &list, &error), 0);
	ck_assert_uint_eq(list.n, TARGETS_MAX);
	target_list_finish(&list);
	bytes_finish(&text);
}
END_TEST

START_TEST(too_many_labels_are_refused)
{
	struct target_list list;
	struct target_error error;
	struct bytes text;

	bytes_init(&text, 100000);
	bytes_add(&text, "[{\"targets\":[\"a\"],\"labels\":{", 28);
	for (int i = 0; i < 65; i++)
		bytes_addf(&text, "%s\"l%d\":\"\"", i ? "," : "", i);
	bytes_add(&text, "}}]", 3);
	ck_assert_int_eq(parse(text.data, &list, &error), -E2BIG);
	bytes_finish(&text);
}
END_TEST

START_TEST(without_memory_there_is_no_list)
{
	static const char text[] =
		"[{\"targets\":[\"a\",\"b\"],\"labels\":{\"instance\":\"i\",\"__health_path__\":\"/h\","
		"\"__control_path__\":\"/c\",\"__control_target__\":\"t\"}}]";
	struct target_list list;
	struct target_error error;
	int r = -ENOMEM;
	long n;

	for (n = 0; n < 200 && r == -ENOMEM; n++) {
		mem_fail_after(n);
		r = parse(text, &list, &error);
		mem_fail_after(-1);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_int_gt(n, 10);
	target_list_finish(&list);
}
END_TEST

SUITE("target groups", groups_become_agents, labels_say_what_operates_an_agent, meta_labels_say_where_things_are,
      a_malformed_list_is_refused_whole_with_its_place, hostile_labels_are_made_displayable,
      a_list_over_the_limit_is_refused_in_bounded_time, too_many_labels_are_refused, without_memory_there_is_no_list)
