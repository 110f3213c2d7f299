// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/endpoints.h"
#include "agents/registry.h"
#include "agents/target.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "model/agent.h"

static struct registry *registry;
static char heard_text[4096];
static struct strbuf heard; // "+a1 ~b2 -c3 ?title!"; id behind the name

static void hear_agent(void *ctx, enum registry_change change, const struct agent *agent)
{
	ck_assert_ptr_null(ctx);
	strbuf_addf(&heard, "%c%s%u ", "+~-"[change], agent -> name, agent -> id);
}

static void hear_notice(void *ctx, const struct registry_notice *notice)
{
	ck_assert_ptr_null(ctx);
	strbuf_addf(&heard, "(%s%s) ", notice->needs_answer ? "?" : "", notice->title);
}

static void set_up(void)
{
	static const struct registry_callbacks callbacks = { hear_agent, hear_notice, NULL };

	strbuf_init(&heard, heard_text, sizeof heard_text);
	ck_assert_int_eq(registry_create(&callbacks, &registry), 0);
}

static void tear_down(void)
{
	registry_destroy(registry);
}

// What was heard since the last time.
static const char *said(void)
{
	static char text[sizeof heard_text];

	memcpy(text, heard_text, heard.len + 1);
	if (heard.len)
		text[heard.len - 1] = '\0';
	strbuf_reset(&heard);
	return text;
}

// Publishes one-letter agents; an upper-case letter is the same agent with another timeout.
static int publish(const char *source, const char *letters)
{
	struct agent *agents[64] = { NULL };
	size_t n = strlen(letters);
	int r;

	for (size_t i = 0; i < n; i++) {
		char address[8], why[64];

		snprintf(address, sizeof address, "%c", letters[i]);
		ck_assert_int_eq(target_parse(address, source, &agents[i], why, sizeof why), 0);
		agents[i]->timeout_ms = letters[i] < 'a' ? 1 : 0;
	}
	r = registry_publish(registry, source, agents, n);
	for (size_t i = 0; i < n; i++)
		agent_unref(agents[i]);
	return r;
}

START_TEST(a_list_is_compared_with_the_one_before)
{
	set_up();
	ck_assert_int_eq(publish("config", "abc"), 0);
	ck_assert_str_eq(said(), "+a1 +b2 +c3");
	publish("config", "abc");
	ck_assert_str_eq(said(), "");
	publish("config", "Bad");
	ck_assert_str_eq(said(), "-c3 ~b2 +d4");
	ck_assert_uint_eq(registry_n_agents(registry), 3);
	ck_assert_uint_eq(registry_agent(registry, 2)->timeout_ms, 1);
	ck_assert_ptr_null(registry_agent(registry, 3));
	ck_assert_str_eq(registry_agent_by_key(registry, "http://d")->name, "d");
	ck_assert_ptr_null(registry_agent_by_key(registry, "http://c"));
	tear_down();
}
END_TEST

START_TEST(an_id_is_never_used_again)
{
	set_up();
	publish("config", "ab");
	publish("config", "a");
	publish("config", "ab");
	ck_assert_str_eq(said(), "+a1 +b2 -b2 +b3");
	tear_down();
}
END_TEST

START_TEST(the_first_source_wins_and_the_next_takes_over)
{
	set_up();
	publish("config", "ab");
	publish("sd", "bc");
	ck_assert_str_eq(said(), "+a1 +b2 +c3 (sd repeats 1 agent)");
	ck_assert_str_eq(registry_agent(registry, 2)->source, "config");
	publish("sd", "bc");
	ck_assert_str_eq(said(), "");
	publish("config", "a");
	ck_assert_str_eq(said(), "~b2");
	ck_assert_str_eq(registry_agent(registry, 2)->source, "sd");
	publish("config", "ab");
	ck_assert_str_eq(said(), "~b2");
	publish("sd", "");
	ck_assert_str_eq(said(), "-c3");
	tear_down();
}
END_TEST

// faults.md 30: duplicate targets.
START_TEST(duplicates_in_one_list_are_said_once)
{
	set_up();
	publish("sd", "aAbaa");
	ck_assert_str_eq(said(), "+a1 +b2 (sd repeats 3 agents)");
	ck_assert_uint_eq(registry_agent(registry, 1)->timeout_ms, 0);
	publish("sd", "aAbaa");
	ck_assert_str_eq(said(), "");
	publish("sd", "ab");
	publish("sd", "aab");
	ck_assert_str_eq(said(), "(sd repeats 1 agent)");
	tear_down();
}
END_TEST

// faults.md 30: a list that shrinks by more than half.
START_TEST(a_list_that_shrinks_by_more_than_half_asks)
{
	set_up();
	publish("sd", "abcdefghi");
	said();
	ck_assert_int_eq(publish("sd", "abCx"), 0);
	ck_assert_str_eq(said(), "~c3 +x10 (?sd no longer lists 6 of 9 agents)");
	ck_assert_uint_eq(registry_n_agents(registry), 10);
	ck_assert(registry_has_question(registry, NULL));
	ck_assert(registry_has_question(registry, "sd"));
	ck_assert(!registry_has_question(registry, "config"));
	publish("sd", "abCx");
	ck_assert_str_eq(said(), "");
	ck_assert_int_eq(registry_answer(registry, "config", true), -ENOENT);
	ck_assert_int_eq(registry_answer(registry, "sd", true), 0);
	ck_assert_str_eq(said(), "-d4 -e5 -f6 -g7 -h8 -i9");
	ck_assert_int_eq(registry_answer(registry, NULL, true), -ENOENT);
	tear_down();
}
END_TEST

START_TEST(few_or_half_do_not_ask)
{
	set_up();
	publish("a", "abcde");
	publish("a", "e"); // four gone
	publish("b", "klmnopqrst");
	publish("b", "klmno"); // five of ten
	ck_assert_ptr_null(strchr(said(), '?'));
	ck_assert_uint_eq(registry_n_agents(registry), 6);
	tear_down();
}
END_TEST

START_TEST(refusing_keeps_and_marks)
{
	set_up();
	publish("sd", "abcdef");
	publish("sd", "a");
	said();
	ck_assert_int_eq(registry_answer(registry, NULL, false), 0);
	ck_assert_str_eq(said(), "~b2 ~c3 ~d4 ~e5 ~f6");
	ck_assert_str_eq(agent_label(registry_agent(registry, 2), "unlisted"), "yes");
	publish("sd", "a"); // it was answered: nothing is asked again
	ck_assert_str_eq(said(), "");
	publish("sd", "ab");
	ck_assert_str_eq(said(), "~b2");
	ck_assert_str_eq(agent_label(registry_agent(registry, 2), "unlisted"), "");
	ck_assert_uint_eq(registry_n_agents(registry), 6);
	tear_down();
}
END_TEST

START_TEST(a_whole_list_withdraws_the_question)
{
	set_up();
	publish("sd", "abcdef");
	publish("sd", "");
	said();
	publish("sd", "abcde");
	ck_assert_str_eq(said(), "-f6 (sd: the question is settled by a newer list)");
	ck_assert(!registry_has_question(registry, NULL));
	tear_down();
}
END_TEST

START_TEST(a_missing_agent_may_be_another_sources)
{
	set_up();
	publish("sd", "abcdef");
	publish("http", "b");
	publish("sd", "");
	ck_assert_str_eq(registry_agent(registry, 2)->source, "http");
	said();
	registry_answer(registry, "sd", true);
	ck_assert_str_eq(said(), "-a1 -c3 -d4 -e5 -f6");
	tear_down();
}
END_TEST

START_TEST(a_refined_description_stays_until_the_source_differs)
{
	struct agent *refined;

	set_up();
	publish("config", "a");
	refined = endpoint_apply(registry_agent(registry, 1), "/health", NULL, DIALECT_AUTO);
	ck_assert_int_eq(registry_refine(registry, refined), 0);
	publish("config", "a");
	ck_assert_str_eq(said(), "+a1 ~a1");
	ck_assert_str_eq(registry_agent(registry, 1)->health_url, "http://a/health");
	publish("config", "A");
	ck_assert_str_eq(said(), "~a1");
	ck_assert_ptr_null(registry_agent(registry, 1)->health_url);
	refined->id = 9;
	ck_assert_int_eq(registry_refine(registry, refined), -ENOENT);
	agent_unref(refined);
	tear_down();
}
END_TEST

START_TEST(every_field_counts_in_a_comparison)
{
	struct agent *a, *b;
	char why[64];

	ck_assert_int_eq(target_parse("x:1/health", "s", &a, why, sizeof why), 0);
	b = agent_copy(a);
	b->id = 5;
	ck_assert(agent_is_same(a, b));
	labels_set(&a->labels, "env", "prod");
	ck_assert(!agent_is_same(a, b));
	labels_set(&b->labels, "env", "dev");
	ck_assert(!agent_is_same(a, b));
	labels_set(&b->labels, "env", "prod");
	ck_assert(agent_is_same(a, b));
	b->control_url = mem_strdup("http://x:1/ops");
	ck_assert(!agent_is_same(a, b));
	mem_free((char *)b->control_url);
	b->control_url = NULL;
	b->is_paused = true;
	ck_assert(!agent_is_same(a, b));
	b->is_paused = false;
	b->tls.is_insecure = true;
	ck_assert(!agent_is_same(a, b));
	agent_unref(a);
	agent_unref(b);
}
END_TEST

static struct agent *numbered(int i)
{
	struct agent *agent;
	char address[32], why[64];

	snprintf(address, sizeof address, "h%d", i);
	ck_assert_int_eq(target_parse(address, "sd", &agent, why, sizeof why), 0);
	return agent;
}

START_TEST(a_list_over_the_limit_is_refused_whole)
{
	enum { N = REGISTRY_AGENTS_MAX + 1 };
	struct agent **agents = mem_calloc(N, sizeof *agents);

	set_up();
	for (int i = 0; i < N; i++)
		agents[i] = numbered(i);
	publish("config", "a");
	said();
	ck_assert_int_eq(registry_publish(registry, "sd", agents, N), -E2BIG);
	ck_assert_int_eq(registry_publish(registry, "sd", agents, N - 1), -E2BIG);
	ck_assert_str_eq(said(), "(sd lists 50001 agents: refused) (sd lists 50000 agents: refused)");
	ck_assert_uint_eq(registry_n_agents(registry), 1);
	ck_assert_int_eq(registry_publish(registry, "sd", agents, N - 2), 0);
	ck_assert_uint_eq(registry_n_agents(registry), REGISTRY_AGENTS_MAX);
	for (int i = 0; i < N; i++)
		agent_unref(agents[i]);
	mem_free(agents);
	tear_down();
}
END_TEST

START_TEST(want_of_memory_is_made_good_by_the_next_list)
{
	int r = -ENOMEM;
	long n;

	set_up();
	for (n = 0; n < 400 && r == -ENOMEM; n++) {
		struct agent *agents[8];

		tear_down();
		set_up();
		for (int i = 0; i < 8; i++)
			agents[i] = numbered(i);
		registry_publish(registry, "config", agents, 2);
		mem_fail_after(n);
		r = registry_publish(registry, "sd", agents, 8);
		if (r == 0)
			r = registry_publish(registry, "sd", agents, 1);
		if (r == 0)
			r = registry_answer(registry, "sd", false);
		mem_fail_after(-1);
		ck_assert_int_eq(registry_publish(registry, "sd", agents, 8), 0);
		ck_assert_uint_eq(registry_n_agents(registry), 8);
		for (int i = 0; i < 8; i++) {
			ck_assert_str_eq(agent_label(registry_agent_by_key(registry, agents[i]->key), "unlisted"), "");
			agent_unref(agents[i]);
		}
	}
	ck_assert_int_eq(r, 0);
	ck_assert_int_gt(n, 30);
	mem_fail_after(0);
	ck_assert_int_eq(registry_create(&(struct registry_callbacks){ 0 }, &(struct registry *){ NULL }), -ENOMEM);
	mem_fail_after(-1);
	tear_down();
}
END_TEST

SUITE("registry", every_field_counts_in_a_comparison, a_list_is_compared_with_the_one_before, an_id_is_never_used_again,
      the_first_source_wins_and_the_next_takes_over, duplicates_in_one_list_are_said_once,
      a_list_that_shrinks_by_more_than_half_asks, few_or_half_do_not_ask, refusing_keeps_and_marks,
      a_whole_list_withdraws_the_question, a_missing_agent_may_be_another_sources,
      a_refined_description_stays_until_the_source_differs, a_list_over_the_limit_is_refused_whole,
      want_of_memory_is_made_good_by_the_next_list)
