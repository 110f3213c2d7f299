// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "agents/target.h"
#include "base/memory.h"

START_TEST(an_address_becomes_an_agent)
{
	static const struct {
		const char *text, *key, *name, *url, *health, *metrics;
	} table[] = {
		{ "host:9100", "http://host:9100", "host:9100", "http://host:9100", NULL, NULL },
		{ "host", "http://host", "host", "http://host", NULL, NULL },
		{ "HTTP://Host:80/", "http://host", "host", "http://host", NULL, NULL },
		{ "https://x:443#top", "https://x", "x", "https://x", NULL, NULL },
		{ "https://x/health", "https://x/health", "x", "https://x", "https://x/health", NULL },
		{ "x:1/Health?verbose", "http://x:1/Health?verbose", "x:1/Health?verbose", "http://x:1",
		  "http://x:1/Health?verbose", NULL },
		{ "x:1/app/metrics", "http://x:1/app/metrics", "x:1", "http://x:1", NULL, "http://x:1/app/metrics" },
		{ "x/actuator/prometheus", "http://x/actuator/prometheus", "x", "http://x", NULL,
		  "http://x/actuator/prometheus" },
		{ "x:9115/probe?target=y", "http://x:9115/probe?target=y", "y via x:9115", "http://x:9115", NULL,
		  "http://x:9115/probe?target=y" },
		{ "x/probe?module=icmp&target=https%3A%2F%2Fy", "http://x/probe?module=icmp&target=https%3A%2F%2Fy",
		  "https://y (icmp) via x", "http://x", NULL, "http://x/probe?module=icmp&target=https%3A%2F%2Fy" },
		{ "x/probe?target=&a", "http://x/probe?target=&a", "x/probe?target=&a", "http://x", NULL,
		  "http://x/probe?target=&a" },
		{ "x/probe?target=%ff%1b", "http://x/probe?target=%ff%1b", "x/probe?target=%ff%1b", "http://x", NULL,
		  "http://x/probe?target=%ff%1b" },
		{ "x/probe", "http://x/probe", "x", "http://x", "http://x/probe", NULL },
		{ "[::1]:9100", "http://[::1]:9100", "[::1]:9100", "http://[::1]:9100", NULL, NULL },
		{ "x?a=b", "http://x/?a=b", "x/?a=b", "http://x", "http://x/?a=b", NULL },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct agent *agent;
		char why[100] = "";

		ck_assert_msg(target_parse(table[i].text, "command line", &agent, why, sizeof why) == 0, "%s: %s",
			      table[i].text, why);
		ck_assert_str_eq(agent->key, table[i].key);
		ck_assert_str_eq(agent->name, table[i].name);
		ck_assert_str_eq(agent->url, table[i].url);
		ck_assert_pstr_eq(agent->health_url, table[i].health);
		ck_assert_pstr_eq(agent->metrics_url, table[i].metrics);
		ck_assert_int_eq(agent->is_discovering, !table[i].health && !table[i].metrics);
		ck_assert_int_eq((int)agent->dialect, table[i].metrics ? DIALECT_METRICS : DIALECT_AUTO);
		ck_assert_str_eq(agent->source, "command line");
		ck_assert_ptr_null(agent->authorization);
		agent_unref(agent);
	}
}
END_TEST

START_TEST(credentials_leave_every_shown_text)
{
	struct agent *agent;
	char why[100];

	ck_assert_int_eq(target_parse("http://me:p%40ss@x:1/metrics", "config", &agent, why, sizeof why), 0);
	ck_assert_str_eq(agent->authorization, "Basic bWU6cEBzcw==");
	ck_assert_str_eq(agent->key, "http://x:1/metrics");
	ck_assert_str_eq(agent->name, "x:1");
	agent_unref(agent);
	ck_assert_int_eq(target_parse("http://me:sec%0aret@x", "config", &agent, why, sizeof why), -EINVAL);
	ck_assert_ptr_null(strstr(why, "sec"));
}
END_TEST

START_TEST(what_is_no_address_is_refused_with_what_was_expected)
{
	static const struct {
		const char *text, *expected;
	} table[] = {
		{ "", "an address" },
		{ "ftp://x", "http:// or https://" },
		{ "file:///etc/passwd", "http:// or https://" },
		{ "x:0", "a port from 1 to 65535" },
		{ "x:65536", "a port from 1 to 65535" },
		{ "x:9100a", "a port" },
		{ "mailto:me", "a port" },
		{ ":9100", "a host name" },
		{ "-;rm", "a host name" },
		{ "http://", "a host name" },
		{ "x.:1", "a host name" },
		{ "::1", "between [ and ]" },
		{ "[::1", "between [ and ]" },
		{ "[xyz]:1", "between [ and ]" },
		{ "[::1]9", "a port" },
		{ "a b", "printable ASCII" },
		{ "a\x1b]52;c", "printable ASCII" },
		{ "a\xe2\x80\xae", "printable ASCII" },
		{ "u%4:p@x", "percent signs" },
	};
	struct agent *agent;
	char why[100], text[2100];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ck_assert_msg(target_parse(table[i].text, "x", &agent, why, sizeof why) == -EINVAL, "%s",
			      table[i].text);
		ck_assert_msg(strstr(why, table[i].expected) != NULL, "%s: %s", table[i].text, why);
	}
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '\0';
	ck_assert_int_eq(target_parse(text, "x", &agent, why, sizeof why), -EINVAL);
}
END_TEST

START_TEST(an_endpoint_is_a_path_or_an_address_of_its_own)
{
	static const struct {
		const char *given, *whole;
	} table[] = {
		{ "/health", "http://x:1/health" },
		{ "metrics", "http://x:1/metrics" },
		{ "https://Y/metrics", "https://y/metrics" },
	};
	char why[100], *whole;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ck_assert_int_eq(target_resolve("http://x:1", table[i].given, &whole, why, sizeof why), 0);
		ck_assert_str_eq(whole, table[i].whole);
		mem_free(whole);
	}
	ck_assert_int_eq(target_resolve("http://x", "http://a:b@y/m", &whole, why, sizeof why), -EINVAL);
	ck_assert_int_eq(target_resolve("http://x", "gopher://y", &whole, why, sizeof why), -EINVAL);
	ck_assert_int_eq(target_resolve("http://x", "/a b", &whole, why, sizeof why), -EINVAL);
}
END_TEST

START_TEST(basic_authorization_is_padded_base64)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		{ "", "Basic " },
		{ "a", "Basic YQ==" },
		{ "a:", "Basic YTo=" },
		{ "a:b", "Basic YTpi" },
		{ "Aladdin:open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		char *text = target_basic_authorization(table[i].in);

		ck_assert_str_eq(text, table[i].out);
		mem_free(text);
	}
}
END_TEST

START_TEST(without_memory_there_is_no_agent)
{
	struct agent *agent = NULL;
	char why[100];
	long n = 0;

	for (; n < 50 && !agent; n++) {
		mem_fail_after(n);
		ck_assert_int_eq(target_parse("http://a:b@x/metrics", "x", &agent, why, sizeof why),
				 agent ? 0 : -ENOMEM);
		mem_fail_after(-1);
	}
	ck_assert_int_gt(n, 6);
	agent_unref(agent);
}
END_TEST

SUITE("target", an_address_becomes_an_agent, credentials_leave_every_shown_text,
      what_is_no_address_is_refused_with_what_was_expected, an_endpoint_is_a_path_or_an_address_of_its_own,
      basic_authorization_is_padded_base64, without_memory_there_is_no_agent)
