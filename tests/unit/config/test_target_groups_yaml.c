// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "config/target_groups_yaml.h"

static int parse(const char *text, struct target_list *list, struct target_error *error)
{
	return target_groups_parse_yaml(text, strlen(text), "file_sd:t.yml", NULL, list, error);
}

START_TEST(groups_become_agents)
{
	static const char text[] = "- targets: ['a:1', b:2]\n"
				   "  labels: {env: prod, tier: 3, empty: ''}\n"
				   "- targets:\n  - c:3\n"
				   "- {targets: [], labels: }\n";
	struct target_list list;
	struct target_error error;

	ck_assert_msg(parse(text, &list, &error) == 0, "%s", error.text);
	ck_assert_uint_eq(list.n, 3);
	ck_assert_str_eq(list.agents[1]->key, "http://b:2");
	ck_assert_str_eq(agent_label(list.agents[0], "tier"), "3");
	ck_assert_str_eq(list.agents[2]->source, "file_sd:t.yml");
	target_list_finish(&list);
	ck_assert_int_eq(parse("[]", &list, &error), 0);
	ck_assert_uint_eq(list.n, 0);
}
END_TEST

START_TEST(a_malformed_list_is_refused_whole_with_its_place)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *what;
	} table[] = {
		{ "", 0, 0, "expected a list of target groups" },
		{ "targets: [a]", 1, 1, "expected a list of target groups" },
		{ "- targets: [a", 2, 1, "expected YAML" },
		{ "- targets: [a]\n-\n", 2, 2, "no targets" },
		{ "- targets: [a]\n- null\n", 2, 3, "no targets" },
		{ "- target: [a]", 1, 3, "did you mean targets?" },
		{ "- targets: a", 1, 12, "expected a list of host:port" },
		{ "- targets:\n  - a\n  - b:0", 3, 5, "group 1: expected a port" },
		{ "- targets:\n  - a\n  - [b]", 3, 5, "a list; expected host:port" },
		{ "- targets: [a]\n  labels: [x]", 2, 11, "expected labels" },
		{ "- targets: [a]\n  labels: {x: [y]}", 2, 15, "expected labels" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct target_list list;
		struct target_error error;

		ck_assert_int_eq(parse(table[i].text, &list, &error), -EINVAL);
		ck_assert_uint_eq(list.n, 0);
		ck_assert_msg(strstr(error.text, table[i].what) != NULL, "%zu: %s", i, error.text);
		if (table[i].line > 0 && i != 2)
			ck_assert_msg(error.line == table[i].line && error.column == table[i].column, "%zu: %u:%u", i,
				      error.line, error.column);
	}
}
END_TEST

START_TEST(a_list_over_the_limit_is_refused)
{
	struct target_list list;
	struct target_error error;
	struct bytes text;

	bytes_init(&text, 4 << 20);
	bytes_addf(&text, "- targets:\n");
	for (int i = 0; i <= TARGETS_MAX; i++)
		bytes_addf(&text, "  - h%d:1\n", i);
	ck_assert_int_eq(target_groups_parse_yaml(text.data, text.len, "s", NULL, &list, &error), -E2BIG);
	ck_assert_uint_eq(list.n, 0);
	ck_assert_uint_eq(error.line, TARGETS_MAX + 2);
	bytes_finish(&text);
	ck_assert_int_eq(target_groups_parse_yaml("", TARGET_GROUPS_BYTES_MAX + 1, "s", NULL, &list, &error), -EINVAL);
}
END_TEST

START_TEST(without_memory_there_is_no_list)
{
	struct target_list list;
	struct target_error error;
	int r = -ENOMEM;

	for (long n = 0; n < 200 && r == -ENOMEM; n++) {
		mem_fail_after(n);
		r = parse("- {targets: [a, b], labels: {x: y}}", &list, &error);
		mem_fail_after(-1);
	}
	ck_assert_int_eq(r, 0);
	target_list_finish(&list);
}
END_TEST

SUITE("target groups in YAML", groups_become_agents, a_malformed_list_is_refused_whole_with_its_place,
      a_list_over_the_limit_is_refused, without_memory_there_is_no_list)
