// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>

#include "base/memory.h"
#include "model/agent.h"

static struct agent *make(void)
{
	struct agent *agent = mem_calloc(1, sizeof *agent);

	agent->refs = 1;
	agent->key = mem_strdup("k");
	agent->name = mem_strdup("WowEvent");
	agent->url = mem_strdup("http://127.0.0.1:8000");
	ck_assert_int_eq(labels_set(&agent->labels, "tier", "3"), 0);
	ck_assert_int_eq(labels_set(&agent->labels, "env", "prod"), 0);
	ck_assert_int_eq(labels_set(&agent->labels, "service", "event"), 0);
	return agent;
}

START_TEST(labels_are_sorted_and_unique)
{
	struct agent *agent = make();

	ck_assert_int_eq(labels_set(&agent->labels, "tier", "4"), 0);
	ck_assert_uint_eq(agent->labels.n, 3);
	ck_assert_str_eq(agent->labels.items[0].name, "env");
	ck_assert_str_eq(agent_label(agent, "tier"), "4");
	ck_assert_str_eq(agent_label(agent, "zone"), "");
	ck_assert_ptr_null(labels_get(&agent->labels, "a"));
	agent_unref(agent);
}
END_TEST

START_TEST(a_copy_owns_everything)
{
	struct agent *agent = make(), *copy = agent_copy(agent);

	agent_unref(agent);
	ck_assert_str_eq(copy->name, "WowEvent");
	ck_assert_str_eq(agent_label(copy, "service"), "event");
	ck_assert_ptr_null(copy->health_url);
	agent_unref(copy);
}
END_TEST

START_TEST(the_last_reference_frees)
{
	struct agent *agent = make();

	ck_assert_ptr_eq(agent_ref(agent), agent);
	agent_unref(agent);
	ck_assert_str_eq(agent->name, "WowEvent");
	agent_unref(agent);
	agent_unref(NULL);
}
END_TEST

START_TEST(a_copy_without_memory_is_none)
{
	struct agent *agent = make(), *copy = NULL;
	long n;

	for (n = 0; n < 100 && !copy; n++) {
		mem_fail_after(n);
		copy = agent_copy(agent);
		mem_fail_after(-1);
	}
	ck_assert_int_gt(n, 5);
	ck_assert_str_eq(agent_label(copy, "env"), "prod");
	agent_unref(copy);
	agent_unref(agent);
}
END_TEST

SUITE("agent", labels_are_sorted_and_unique, a_copy_owns_everything, the_last_reference_frees,
      a_copy_without_memory_is_none)
