// SPDX-License-Identifier: Apache-2.0
/* Every dialect by table: what a body is understood as and what it says. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "opscon/health.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct row {
	const char *type, *body;
	enum verdict_level level;
	enum reason reason;
	const char *detail;
	const char *checks; // "name=state,..."
};

static struct verdict judge(const char *type, const char *body)
{
	struct agent agent = { .name = "a" };
	struct sample sample = { .agent = &agent, .http_status = 200, .content_type = type, .body = body };
	struct verdict v;

	sample.body_len = strlen(body);
	verdict_read(&sample, 0, &v);
	return v;
}

static void check_rows(enum agent_dialect dialect, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct verdict v = judge(rows[i].type, rows[i].body);
		char checks[512] = "";

		for (size_t j = 0; j < v.n_checks; j++)
			snprintf(checks + strlen(checks), sizeof checks - strlen(checks), "%s%s=%s", j ? "," : "",
				 v.checks[j].name, health_state_name(v.checks[j].state));
		ck_assert_msg(v.dialect == dialect, "%s: taken for %s", rows[i].body, dialect_name(v.dialect));
		ck_assert_msg(v.level == rows[i].level && v.reason == rows[i].reason, "%s: %s %s", rows[i].body,
			      reason_name(v.reason), v.detail);
		ck_assert_str_eq(v.detail, rows[i].detail);
		ck_assert_str_eq(checks, rows[i].checks);
		verdict_finish(&v);
	}
}

static const char json[] = "application/json";

START_TEST(reads_health_json)
{
	static const struct row rows[] = {
		{ json, "{\"status\":\"pass\"}", VERDICT_PASS, REASON_NONE, "", "" },
		{ "application/health+json", "{\"status\":\"ok\"}", VERDICT_PASS, REASON_NONE, "", "" },
		{ "application/health+json", "{\"status\":\"UP\"}", VERDICT_PASS, REASON_NONE, "", "" },
		{ "application/health+json", "{\"status\":\"down\"}", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "says down",
		  "" },
		{ "application/health+json", "{\"status\":\"error\",\"output\":\"\"}", VERDICT_FAIL,
		  REASON_AGENT_SAYS_DOWN, "says error", "" },
		{ json,
		  "{\"status\":\"fail\",\"checks\":{\"db:connections\":[{\"status\":\"fail\",\"output\":\"connection "
		  "refused\"}],"
		  "\"cpu:utilization\":[{\"status\":\"pass\",\"observedValue\":85,\"observedUnit\":\"percent\"},"
		  "{\"status\":\"warn\"}]}}",
		  VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "db:connections: connection refused",
		  "db:connections=down,cpu:utilization=up,cpu:utilization=degraded" },
		{ json, "{\"status\":\"warn\",\"checks\":{\"disk\":[{\"status\":\"warn\",\"output\":\"91 % full\"}]}}",
		  VERDICT_WARN, REASON_WARN, "disk: 91 % full", "disk=degraded" },
		{ json, "{\"status\":\"pass\",\"checks\":{\"db\":[{\"status\":\"fail\"}]}}", VERDICT_WARN, REASON_WARN,
		  "says pass, but db: down", "db=down" },
		{ json,
		  "{\"status\":\"fail\",\"checks\":{\"a\":[{\"status\":\"fail\"}],\"b\":[{\"status\":\"fail\"}]}}",
		  VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "a: down (and 1 more)", "a=down,b=down" },
		{ "application/health+json", "{\"checks\":{\"db\":[{\"status\":\"fail\"}]}}", VERDICT_FAIL,
		  REASON_AGENT_SAYS_DOWN, "db: down", "db=down" },
		{ "application/health+json", "{}", VERDICT_FAIL, REASON_BAD_BODY, "no status in the answer", "" },
		{ "application/health+json", "{\"status\":\"splendid\"}", VERDICT_WARN, REASON_BAD_BODY,
		  "status is \"splendid\": no word of health", "" },
	};

	check_rows(DIALECT_HEALTH_JSON, rows, COUNT(rows));
}
END_TEST

START_TEST(shows_what_was_observed)
{
	struct verdict v = judge(json, "{\"status\":\"pass\",\"checks\":{\"t\":[{\"status\":\"pass\","
				       "\"observedValue\":12.5,\"observedUnit\":\"ms\"}],"
				       "\"u\":[{\"status\":\"pass\",\"observedValue\":\"x\"}]}}");

	ck_assert_uint_eq(v.n_checks, 2);
	ck_assert_str_eq(v.checks[0].detail, "12.5 ms");
	ck_assert_str_eq(v.checks[1].detail, "x");
	verdict_finish(&v);
}
END_TEST

START_TEST(reads_spring_boot_actuator)
{
	static const struct row rows[] = {
		{ json, "{\"status\":\"UP\"}", VERDICT_PASS, REASON_NONE, "", "" },
		{ json, "{\"status\":\"OUT_OF_SERVICE\"}", VERDICT_FAIL, REASON_NOT_READY, "says out_of_service", "" },
		{ json, "{\"status\":\"UNKNOWN\"}", VERDICT_WARN, REASON_WARN, "says unknown", "" },
		{ "application/vnd.spring-boot.actuator.v3+json",
		  "{\"status\":\"DOWN\",\"components\":{\"db\":{\"status\":\"DOWN\",\"components\":{"
		  "\"primary\":{\"status\":\"UP\",\"details\":{\"database\":\"H2\",\"exists\":false}},"
		  "\"replica\":{\"status\":\"DOWN\",\"details\":{\"error\":\"connection refused\"}}}},"
		  "\"ping\":{\"status\":\"UP\"}}}",
		  VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "db: down (and 1 more)",
		  "db=down,db/primary=up,db/replica=down,ping=up" },
		{ json,
		  "{\"status\":\"DOWN\",\"details\":{\"db\":{\"status\":\"DOWN\",\"details\":{\"error\":\"gone\"}}}}",
		  VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "db: gone", "db=down" },
		{ json, "{\"status\":\"UP\",\"components\":{\"discovery\":{\"status\":\"UNKNOWN\"}}}", VERDICT_PASS,
		  REASON_NONE, "", "discovery=unknown" },
		{ "application/vnd.spring-boot.actuator.v3+json", "{\"status\":\"FATAL\"}", VERDICT_FAIL,
		  REASON_AGENT_SAYS_DOWN, "says fatal", "" },
	};

	check_rows(DIALECT_ACTUATOR, rows, COUNT(rows));
}
END_TEST

START_TEST(reads_kubernetes_lines)
{
	static const struct row rows[] = {
		{ "text/plain", "[+]ping ok\n[+]etcd ok\nhealthz check passed\n", VERDICT_PASS, REASON_NONE, "",
		  "ping=up,etcd=up" },
		{ "text/plain", "[+]ping ok\n[-]etcd failed: reason withheld\nhealthz check failed\n", VERDICT_FAIL,
		  REASON_AGENT_SAYS_DOWN, "etcd: failed: reason withheld", "ping=up,etcd=down" },
		{ NULL, "[+]ping ok\r\n[-]informer-sync failed\nreadyz check failed", VERDICT_FAIL, REASON_NOT_READY,
		  "informer-sync: failed", "ping=up,informer-sync=down" },
		{ NULL, "[-]a", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "a: down", "a=down" },
		{ NULL, "[+]a excluded: ok", VERDICT_PASS, REASON_NONE, "", "a=up" },
	};

	check_rows(DIALECT_KUBERNETES, rows, COUNT(rows));
}
END_TEST

START_TEST(reads_aspnet)
{
	static const struct row rows[] = {
		{ "text/plain", "Healthy", VERDICT_PASS, REASON_NONE, "", "" },
		{ "text/plain", "Degraded", VERDICT_WARN, REASON_WARN, "says degraded", "" },
		{ "text/plain", "Unhealthy", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "says unhealthy", "" },
		{ json,
		  "{\"status\":\"Unhealthy\",\"totalDuration\":\"00:00:01\",\"entries\":{\"sql\":{\"data\":{},"
		  "\"description\":\"timeout\",\"status\":\"Unhealthy\"},\"redis\":{\"status\":\"Degraded\"}}}",
		  VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "sql: timeout", "sql=down,redis=degraded" },
		{ json,
		  "{\"status\":\"Degraded\",\"results\":{\"a\":{\"status\":\"Degraded\",\"description\":\"old\"}}}",
		  VERDICT_WARN, REASON_WARN, "a: old", "a=degraded" },
	};

	check_rows(DIALECT_ASPNET, rows, COUNT(rows));
}
END_TEST

START_TEST(reads_microprofile)
{
	static const struct row rows[] = {
		{ json, "{\"status\":\"UP\",\"checks\":[]}", VERDICT_PASS, REASON_NONE, "", "" },
		{ json,
		  "{\"status\":\"DOWN\",\"checks\":[{\"name\":\"mem\",\"status\":\"UP\"},"
		  "{\"name\":\"db\",\"status\":\"DOWN\",\"data\":{\"error\":\"no route\"}}]}",
		  VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "db: no route", "mem=up,db=down" },
		{ json, "{\"outcome\":\"UP\",\"checks\":[{\"name\":\"a\",\"state\":\"UP\"}]}", VERDICT_PASS,
		  REASON_NONE, "", "a=up" },
	};

	check_rows(DIALECT_MICROPROFILE, rows, COUNT(rows));
}
END_TEST

START_TEST(reads_consul)
{
	static const struct row rows[] = {
		{ json, "[{\"Node\":\"n\",\"CheckID\":\"c\",\"Name\":\"web\",\"Status\":\"passing\",\"Output\":\"\"}]",
		  VERDICT_PASS, REASON_NONE, "", "web=up" },
		{ json,
		  "[{\"Name\":\"a\",\"Status\":\"warning\"},{\"CheckID\":\"b\",\"Status\":\"critical\","
		  "\"Output\":\"Get http://x: refused\"}]",
		  VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "b: Get http://x: refused", "a=degraded,b=down" },
		{ json, "[{\"Name\":\"a\",\"Status\":\"warning\"}]", VERDICT_WARN, REASON_WARN, "a: degraded",
		  "a=degraded" },
		{ json, "[{\"Node\":{},\"Service\":{},\"Checks\":[{\"Name\":\"s\",\"Status\":\"critical\"}]}]",
		  VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "s: down", "s=down" },
		{ json, "[{\"Status\":\"passing\"}]", VERDICT_PASS, REASON_NONE, "", "check 1=up" },
		{ json, "[{\"Checks\":[]}]", VERDICT_WARN, REASON_BAD_BODY, "no checks in the answer", "" },
	};

	check_rows(DIALECT_CONSUL, rows, COUNT(rows));
}
END_TEST

// With them the defect of a check that answers False, or nothing, and is taken for healthy.
START_TEST(reads_simple_answers)
{
	static const struct row rows[] = {
		{ json, "{\"health\":\"true\",\"reason\":\"\"}", VERDICT_PASS, REASON_NONE, "", "" },
		{ json, "{\"health\":\"false\",\"reason\":\"NOSPACE\"}", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN,
		  "NOSPACE", "" },
		{ json, "{\"status\":\"ok\"}", VERDICT_PASS, REASON_NONE, "", "" },
		{ json, "{\"status\":\"green\"}", VERDICT_PASS, REASON_NONE, "", "" },
		{ json, "{\"status\":\"red\"}", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "says red", "" },
		{ json, "{\"status\":\"yellow\"}", VERDICT_WARN, REASON_WARN, "says yellow", "" },
		{ json, "{\"status\":200}", VERDICT_PASS, REASON_NONE, "", "" },
		{ json, "{\"status\":503}", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "status is fail", "" },
		{ json, "{\"status\":7}", VERDICT_WARN, REASON_BAD_BODY, "status holds no word of health", "" },
		{ json, "{\"healthy\":true}", VERDICT_PASS, REASON_NONE, "", "" },
		{ json, "{\"healthy\":false}", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "healthy is false", "" },
		{ json, "{\"healthy\":null}", VERDICT_WARN, REASON_BAD_BODY, "healthy holds no word of health", "" },
		{ json, "{\"status\":\"healthy\",\"checks\":{\"db\":false}}", VERDICT_WARN, REASON_WARN,
		  "says healthy, but db: down", "db=down" },
		{ json, "{\"status\":\"ok\",\"checks\":{\"db\":null,\"q\":\"ok\",\"n\":3}}", VERDICT_PASS, REASON_NONE,
		  "", "db=unknown,q=up" },
		{ json, "{\"status\":\"ok\",\"details\":{\"debug\":false,\"version\":\"1\"}}", VERDICT_PASS,
		  REASON_NONE, "", "" },
		{ json, "{\"health\":{\"status\":\"down\",\"message\":\"x\"}}", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN,
		  "x", "" },
		{ json, "{\"ready\":true}", VERDICT_PASS, REASON_NONE, "", "" },
		{ json, "{\"state\":\"starting\"}", VERDICT_FAIL, REASON_NOT_READY, "says starting", "" },
		{ "text/plain", "OK\n", VERDICT_PASS, REASON_NONE, "", "" },
		{ "text/plain", "ready", VERDICT_PASS, REASON_NONE, "", "" },
		{ "text/plain", "Pong!", VERDICT_PASS, REASON_NONE, "", "" },
		{ "text/plain", "not ready", VERDICT_FAIL, REASON_NOT_READY, "says not ready", "" },
	};

	check_rows(DIALECT_SIMPLE, rows, COUNT(rows));
}
END_TEST

START_TEST(reads_prometheus)
{
	static const struct row rows[] = {
		{ "text/plain", "Prometheus Server is Ready.\n", VERDICT_PASS, REASON_NONE, "", "" },
		{ "text/plain", "Prometheus Server is Healthy.\n", VERDICT_PASS, REASON_NONE, "", "" },
		{ "text/plain", "Prometheus Server is not Ready.", VERDICT_FAIL, REASON_NOT_READY, "says not ready",
		  "" },
	};

	check_rows(DIALECT_PROMETHEUS, rows, COUNT(rows));
}
END_TEST

START_TEST(reads_metrics_as_health)
{
	static const char text[] = "text/plain; version=0.0.4", om[] = "application/openmetrics-text; version=1.0.0";
	static const struct row rows[] = {
		{ text, "a 1\n", VERDICT_PASS, REASON_NONE, "", "" },
		{ NULL, "# HELP up x\nup 0\n", VERDICT_PASS, REASON_NONE, "", "" },
		{ text, "a 1\nbroken\n", VERDICT_PASS, REASON_NONE, "", "" },
		{ text, "probe_success 1\n", VERDICT_PASS, REASON_NONE, "", "" },
		{ text, "a 1\nprobe_success 0\n", VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, "probe_success is 0", "" },
		{ text, "# no sample", VERDICT_FAIL, REASON_BAD_BODY, "no metrics in the answer", "" },
		{ text, "?\n?\n", VERDICT_FAIL, REASON_PARSE, "no metrics: line 1 cannot be read", "" },
		{ om, "a 1\n# EOF\n", VERDICT_PASS, REASON_NONE, "", "" },
		{ om, "a 1\n", VERDICT_WARN, REASON_TRUNCATED, "metrics cut short after 1 samples", "" },
	};
	static char body[4096];
	FILE *file = fopen(TEST_SOURCE_ROOT "/tests/corpus/metrics/blackbox_probe_failed.prom", "r");
	struct verdict v;

	check_rows(DIALECT_METRICS, rows, COUNT(rows));
	ck_assert_ptr_nonnull(file);
	body[fread(body, 1, sizeof body - 1, file)] = '\0';
	fclose(file);
	v = judge(text, body);
	ck_assert_int_eq(v.level, VERDICT_FAIL);
	ck_assert_int_eq(v.reason, REASON_AGENT_SAYS_DOWN);
	verdict_finish(&v);
}
END_TEST

START_TEST(keeps_bad_checks_before_good_ones)
{
	char body[8192];
	struct verdict v;
	size_t n = (size_t)snprintf(body, sizeof body, "{\"status\":\"pass\",\"checks\":{");

	for (int i = 0; i < HEALTH_CHECKS_MAX + 5; i++)
		n += (size_t)snprintf(body + n, sizeof body - n, "\"c%d\":\"ok\",", i);
	snprintf(body + n, sizeof body - n, "\"bad\":\"fail\",\"last\":\"ok\"}}");
	v = judge(json, body);
	ck_assert_uint_eq(v.n_checks, HEALTH_CHECKS_MAX);
	ck_assert_str_eq(v.checks[HEALTH_CHECKS_MAX - 1].name, "bad");
	ck_assert_str_eq(v.detail, "says pass, but bad: fail");
	verdict_finish(&v);
}
END_TEST

START_TEST(deep_nesting_is_cut_not_followed)
{
	struct verdict v =
		judge(json, "{\"status\":\"UP\",\"components\":{\"a\":{\"components\":{\"b\":{\"components\":{"
			    "\"c\":{\"components\":{\"d\":{\"components\":{\"e\":{\"status\":\"DOWN\"}}}}}}}}}}}");

	ck_assert_int_eq(v.level, VERDICT_PASS);
	ck_assert_uint_eq(v.n_checks, 0);
	verdict_finish(&v);
}
END_TEST

SUITE("dialect", reads_health_json, shows_what_was_observed, reads_spring_boot_actuator, reads_kubernetes_lines,
      reads_aspnet, reads_microprofile, reads_consul, reads_simple_answers, reads_prometheus, reads_metrics_as_health,
      keeps_bad_checks_before_good_ones, deep_nesting_is_cut_not_followed)
