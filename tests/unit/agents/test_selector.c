// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "model/agent.h"
#include "opscon/agent.h"

static struct agent *make(void)
{
	struct agent *agent = mem_calloc(1, sizeof *agent);

	agent->refs = 1;
	agent->key = mem_strdup("http://wow:8000");
	agent->name = mem_strdup("WowEvent");
	agent->url = mem_strdup("http://wow:8000");
	agent->source = mem_strdup("config");
	labels_set(&agent->labels, "tier", "communication");
	labels_set(&agent->labels, "env", "prod,eu");
	return agent;
}

START_TEST(terms_are_joined_by_and)
{
	static const struct {
		const char *text;
		bool matches;
	} table[] = {
		{ "", true },
		{ "  ", true },
		{ "tier=communication", true },
		{ " tier = communication , name=WowEvent ", true },
		{ "tier=communication,name=other", false },
		{ "tier!=guardian", true },
		{ "tier!=communication", false },
		{ "zone=", true },
		{ "zone!=", false },
		{ "name=~Wow*", true },
		{ "name=~W?wEv*t", true },
		{ "name=~*ve", false },
		{ "name=~**Event*", true },
		{ "name=~", false },
		{ "name!~Wow*", false },
		{ "name!~x*", true },
		{ "url=~http*", true },
		{ "id=http://wow:8000", true },
		{ "source=config", true },
		{ "wowev", true },
		{ "EVENT,tier=communication", true },
		{ "memory", false },
		{ "env=\"prod,eu\"", true },
		{ "env=\"prod,eu\" , wow", true },
		{ "\"wow\"", true },
	};
	struct agent *agent = make();

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct selector *selector;
		char why[80];

		ck_assert_int_eq(selector_parse(table[i].text, &selector, why, sizeof why), 0);
		ck_assert_msg(selector_matches(selector, agent) == table[i].matches, "%s", table[i].text);
		selector_free(selector);
	}
	ck_assert(selector_matches(NULL, agent));
	agent_unref(agent);
}
END_TEST

START_TEST(a_mistake_is_named_with_its_column)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "=x", "column 1: expected a label name before the operator" },
		{ "tier!x", "column 5: expected != or !~" },
		{ "tier~x", "column 5: expected =~ or !~" },
		{ "a=b,", "column 5: expected a label name or a word" },
		{ "a=b,,c", "column 5: expected a label name or a word" },
		{ "a==b", "column 3: expected a comma (a value with = or \" in it stands in quotes)" },
		{ "a=\"b", "column 5: expected a closing \"" },
		{ "a=\"b\"c", "column 6: expected a comma after the closing \"" },
	};
	struct selector *selector;
	char why[100], text[1200];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ck_assert_int_eq(selector_parse(table[i].text, &selector, why, sizeof why), -EINVAL);
		ck_assert_str_eq(why, table[i].why);
	}
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_int_eq(selector_parse(text, &selector, why, sizeof why), -EINVAL);
	for (size_t i = 1; i < 70; i += 2)
		text[i] = ',';
	text[71] = '\0';
	ck_assert_int_eq(selector_parse(text, &selector, why, sizeof why), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "at most 32 terms"));
}
END_TEST

START_TEST(without_memory_there_is_no_selector)
{
	struct selector *selector;
	char why[80];

	for (long n = 0; n < 2; n++) {
		mem_fail_after(n);
		ck_assert_int_eq(selector_parse("a=b", &selector, why, sizeof why), -ENOMEM);
		mem_fail_after(-1);
	}
	selector_free(NULL);
}
END_TEST

SUITE("selector", terms_are_joined_by_and, a_mistake_is_named_with_its_column, without_memory_there_is_no_selector)
