// SPDX-License-Identifier: Apache-2.0
/* What the agents are called and what they write. */
#include "tests/support/suite.h"

#include <errno.h>
#include <json.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "simulator/exposition.h"
#include "simulator/health_body.h"
#include "tests/support/decimal_comma.h"

static const int64_t noon = 1763899200000;

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

START_TEST(no_two_agents_have_one_name)
{
	enum { N = 12000 };
	char(*names)[ROSTER_NAME_MAX] = calloc(N, sizeof *names);

	ck_assert_ptr_nonnull(names);
	for (size_t i = 0; i < N; i++) {
		struct roster_entry who;

		roster_get(i, &who);
		memcpy(names[i], who.name, sizeof names[i]);
		ck_assert_uint_eq(strspn(who.name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"),
				  strlen(who.name));
	}
	qsort(names, N, sizeof *names, by_name);
	for (size_t i = 1; i < N; i++)
		ck_assert_str_ne(names[i - 1], names[i]);
	free(names);
}
END_TEST

START_TEST(the_first_agents_are_the_platform_ones)
{
	struct roster_entry who;

	roster_get(0, &who);
	ck_assert_str_eq(who.name, "WowVisionPrime");
	ck_assert_str_eq(who.service, "wow-vision-prime");
	ck_assert_str_eq(who.tier, "guardian");
	ck_assert_str_eq(who.version, "0.3.6");
	roster_get(13, &who);
	ck_assert_str_eq(who.name, "WowAnalytics");
	ck_assert_str_eq(who.tier, "scale");
	roster_get(21, &who);
	ck_assert_str_eq(who.tier, "pillar");
	roster_get(22, &who);
	ck_assert_str_eq(who.name, "auth-api-1");
	ck_assert_str_eq(who.service, "auth");
}
END_TEST

static size_t body_bytes(uint32_t body_kb)
{
	struct roster_entry who;
	struct model model;
	struct bytes body;
	size_t n;

	roster_get(3, &who);
	model_init(&model, 1, 3);
	bytes_init(&body, EXPOSITION_BODY_MAX);
	ck_assert_int_eq(exposition_write(&model, &who, body_kb, noon, &body), 0);
	ck_assert(body.data[body.len - 1] == '\n');
	n = body.len;
	bytes_finish(&body);
	return n;
}

START_TEST(bodies_have_the_size_asked_for)
{
	ck_assert_uint_gt(body_bytes(0), 2048);
	ck_assert_uint_lt(body_bytes(0), 6144);
	ck_assert_uint_eq(body_bytes(2), body_bytes(0));
	ck_assert_uint_gt(body_bytes(60), 57 * 1024);
	ck_assert_uint_lt(body_bytes(60), 63 * 1024);
	ck_assert_uint_gt(body_bytes(1000), 950 * 1024);
	ck_assert_uint_lt(body_bytes(1000), 1050 * 1024);
}
END_TEST

START_TEST(metrics_are_the_same_in_every_locale)
{
	struct roster_entry who;
	struct model model;
	struct bytes c, german;

	roster_get(0, &who);
	model_init(&model, 1, 0);
	bytes_init(&c, EXPOSITION_BODY_MAX);
	bytes_init(&german, EXPOSITION_BODY_MAX);
	ck_assert_int_eq(exposition_write(&model, &who, 0, noon + 123, &c), 0);
	decimal_comma_set();
	ck_assert_int_eq(exposition_write(&model, &who, 0, noon + 123, &german), 0);
	setlocale(LC_ALL, "C");
	ck_assert_str_eq(c.data, german.data);
	ck_assert_ptr_nonnull(
		strstr(c.data, "agent_info{name=\"WowVisionPrime\",tier=\"guardian\",version=\"0.3.6\"} 1"));
	ck_assert_ptr_nonnull(strstr(c.data, "\nprocess_start_time_seconds "));
	ck_assert_ptr_nonnull(strstr(c.data, "\nprocess_cpu_seconds_total "));
	bytes_finish(&c);
	bytes_finish(&german);
}
END_TEST

START_TEST(a_body_without_memory_is_an_error)
{
	struct roster_entry who;
	struct model model;
	struct bytes body;

	roster_get(0, &who);
	model_init(&model, 1, 0);
	bytes_init(&body, 1000);
	ck_assert_int_eq(exposition_write(&model, &who, 0, noon, &body), -EMSGSIZE);
	bytes_finish(&body);
	bytes_init(&body, EXPOSITION_BODY_MAX);
	mem_fail_after(0);
	ck_assert_int_eq(exposition_write(&model, &who, 60, noon, &body), -ENOMEM);
	mem_fail_after(-1);
	bytes_finish(&body);
}
END_TEST

static const struct {
	enum agent_dialect dialect;
	const char *path, *type, *pass, *warn, *fail;
	bool is_json;
} answers[] = {
	{ DIALECT_HEALTH_JSON, "/health", "application/health+json", "{\"status\":\"pass\"", "{\"status\":\"warn\"",
	  "{\"status\":\"fail\"", true },
	{ DIALECT_ACTUATOR, "/actuator/health", "application/vnd.spring-boot.actuator.v3+json", "{\"status\":\"UP\"",
	  "{\"status\":\"warn\"", "{\"status\":\"DOWN\"", true },
	{ DIALECT_SIMPLE, "/health", "application/json", "{\"status\":\"ok\"", "{\"status\":\"degraded\"",
	  "{\"status\":\"failed\"", true },
	{ DIALECT_KUBERNETES, "/healthz", "text/plain; charset=utf-8", "[+]database ok", "{\"status\":\"warn\"",
	  "[-]database failed", false },
	{ DIALECT_ASPNET, "/health", "text/plain", "Healthy", "Degraded", "Unhealthy", false },
	{ DIALECT_MICROPROFILE, "/health", "application/json", "{\"status\":\"UP\"", "{\"status\":\"warn\"",
	  "{\"status\":\"DOWN\"", true },
	{ DIALECT_CONSUL, "/health", "application/json", "\"Status\":\"passing\",\"Output\":\"\",\"Ser",
	  "\"Status\":\"warning\"", "\"Status\":\"critical\"", true },
	{ DIALECT_PROMETHEUS, "/-/healthy", "text/plain; charset=utf-8", "Prometheus Server is Healthy.",
	  "{\"status\":\"warn\"", "Service Unavailable", false },
};

static void check_answer(enum agent_dialect dialect, enum verdict_level level, const char *part, const char *type,
			 bool is_json)
{
	struct roster_entry who;
	struct health_answer answer;
	struct json_object *json;
	struct bytes body;

	roster_get(0, &who);
	who.dialect = dialect;
	bytes_init(&body, HEALTH_BODY_MAX);
	ck_assert_int_eq(health_body_write(&who, level, &body, &answer), 0);
	ck_assert_msg(strstr(body.data, part) != NULL, "%s lacks %s", body.data, part);
	ck_assert_uint_eq(answer.http_status, level == VERDICT_FAIL ? 503 : 200);
	if (type)
		ck_assert_str_eq(answer.content_type, type);
	if (is_json) {
		json = json_tokener_parse(body.data);
		ck_assert_msg(json != NULL, "%s", body.data);
		json_object_put(json);
	}
	bytes_finish(&body);
}

START_TEST(every_dialect_says_well_worse_and_bad)
{
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		check_answer(answers[i].dialect, VERDICT_PASS, answers[i].pass, answers[i].type, answers[i].is_json);
		check_answer(answers[i].dialect, VERDICT_WARN, answers[i].warn, NULL, answers[i].is_json);
		check_answer(answers[i].dialect, VERDICT_FAIL, answers[i].fail, answers[i].type, answers[i].is_json);
		ck_assert_str_eq(health_body_path(answers[i].dialect), answers[i].path);
	}
	check_answer(DIALECT_AUTO, VERDICT_PASS, "{\"status\":\"ok\"", "application/json", true);
	ck_assert_str_eq(health_body_path(DIALECT_AUTO), "/health");
}
END_TEST

SUITE("simulator/bodies", no_two_agents_have_one_name, the_first_agents_are_the_platform_ones,
      bodies_have_the_size_asked_for, metrics_are_the_same_in_every_locale, a_body_without_memory_is_an_error,
      every_dialect_says_well_worse_and_bad)
