// SPDX-License-Identifier: Apache-2.0
#include "simulator/health_body.h"

// The words of one dialect for pass, warn and fail, and its body around them.
typedef int (*write_fn)(const struct roster_entry *who, enum verdict_level level, struct bytes *out);

static const char *word(enum verdict_level level, const char *pass, const char *warn, const char *fail)
{
	if (level == VERDICT_PASS)
		return pass;
	return level == VERDICT_WARN ? warn : fail;
}

static int write_health_json(const struct roster_entry *who, enum verdict_level level, struct bytes *out)
{
	const char *status = word(level, "pass", "warn", "fail");

	return bytes_addf(out,
			  "{\"status\":\"%s\",\"version\":\"1\",\"releaseId\":\"%s\",\"serviceId\":\"%s\",\"checks\":{"
			  "\"database:connections\":[{\"componentType\":\"datastore\",\"status\":\"%s\","
			  "\"observedValue\":%d,\"observedUnit\":\"connections\",\"output\":\"%s\"}],"
			  "\"queue:depth\":[{\"componentType\":\"system\",\"status\":\"%s\"}],"
			  "\"cache:ping\":[{\"componentType\":\"datastore\",\"status\":\"pass\"}]}}\n",
			  status, who->version, who->service, status, level == VERDICT_PASS ? 12 : 48,
			  word(level, "", "48 of 50 connections in use", "no connection free for 5s"),
			  word(level, "pass", "pass", "warn"));
}

static int write_actuator(const struct roster_entry *who, enum verdict_level level, struct bytes *out)
{
	const char *status = level == VERDICT_PASS ? "UP" : "DOWN";

	(void)who;
	return bytes_addf(out,
			  "{\"status\":\"%s\",\"components\":{\"db\":{\"status\":\"%s\",\"details\":{\"database\":"
			  "\"PostgreSQL\"}},\"diskSpace\":{\"status\":\"UP\",\"details\":{\"free\":21474836480}},"
			  "\"ping\":{\"status\":\"UP\"}}}\n",
			  status, status);
}

static int write_simple(const struct roster_entry *who, enum verdict_level level, struct bytes *out)
{
	return bytes_addf(out, "{\"status\":\"%s\",\"version\":\"%s\"}\n", word(level, "ok", "degraded", "failed"),
			  who->version);
}

static int write_kubernetes(const struct roster_entry *who, enum verdict_level level, struct bytes *out)
{
	(void)who;
	return bytes_addf(out, "[+]ping ok\n%s\n[+]log ok\n%s\n",
			  level == VERDICT_PASS ? "[+]database ok" : "[-]database failed: reason withheld",
			  level == VERDICT_PASS ? "healthz check passed" : "healthz check failed");
}

static int write_aspnet(const struct roster_entry *who, enum verdict_level level, struct bytes *out)
{
	(void)who;
	return bytes_addf(out, "%s", word(level, "Healthy", "Degraded", "Unhealthy"));
}

static int write_microprofile(const struct roster_entry *who, enum verdict_level level, struct bytes *out)
{
	const char *status = level == VERDICT_PASS ? "UP" : "DOWN";

	return bytes_addf(out,
			  "{\"status\":\"%s\",\"checks\":[{\"name\":\"database\",\"status\":\"%s\",\"data\":"
			  "{\"service\":\"%s\"}},{\"name\":\"queue\",\"status\":\"UP\"}]}\n",
			  status, status, who->service);
}

static int write_consul(const struct roster_entry *who, enum verdict_level level, struct bytes *out)
{
	return bytes_addf(out,
			  "[{\"Node\":\"sim\",\"CheckID\":\"serfHealth\",\"Name\":\"Serf Health Status\",\"Status\":"
			  "\"passing\",\"Output\":\"\"},{\"Node\":\"sim\",\"CheckID\":\"service:%s\",\"Name\":"
			  "\"Service check\",\"Status\":\"%s\",\"Output\":\"%s\",\"ServiceName\":\"%s\"}]\n",
			  who->service, word(level, "passing", "warning", "critical"),
			  word(level, "", "queue over 80% full", "connection refused"), who->service);
}

static int write_prometheus(const struct roster_entry *who, enum verdict_level level, struct bytes *out)
{
	(void)who;
	return bytes_addf(out, "%s\n", level == VERDICT_PASS ? "Prometheus Server is Healthy." : "Service Unavailable");
}

static const struct {
	write_fn write;
	const char *content_type, *path;
} dialects[DIALECT_COUNT] = {
	[DIALECT_HEALTH_JSON] = { write_health_json, "application/health+json", "/health" },
	[DIALECT_ACTUATOR] = { write_actuator, "application/vnd.spring-boot.actuator.v3+json", "/actuator/health" },
	[DIALECT_KUBERNETES] = { write_kubernetes, "text/plain; charset=utf-8", "/healthz" },
	[DIALECT_ASPNET] = { write_aspnet, "text/plain", "/health" },
	[DIALECT_MICROPROFILE] = { write_microprofile, "application/json", "/health" },
	[DIALECT_CONSUL] = { write_consul, "application/json", "/health" },
	[DIALECT_SIMPLE] = { write_simple, "application/json", "/health" },
	[DIALECT_PROMETHEUS] = { write_prometheus, "text/plain; charset=utf-8", "/-/healthy" },
};

static bool can_warn(enum agent_dialect dialect)
{
	return dialect == DIALECT_ASPNET || dialect == DIALECT_CONSUL || dialect == DIALECT_SIMPLE;
}

int health_body_write(const struct roster_entry *who, enum verdict_level level, struct bytes *out,
		      struct health_answer *answer)
{
	enum agent_dialect dialect = dialects[who->dialect].write ? who->dialect : DIALECT_SIMPLE;

	if (level == VERDICT_WARN && !can_warn(dialect))
		dialect = DIALECT_HEALTH_JSON;
	answer->http_status = level == VERDICT_FAIL ? 503 : 200;
	answer->content_type = dialects[dialect].content_type;
	return dialects[dialect].write(who, level, out);
}

const char *health_body_path(enum agent_dialect dialect)
{
	return dialects[dialect].path ? dialects[dialect].path : "/health";
}
