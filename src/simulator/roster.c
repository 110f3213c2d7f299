// SPDX-License-Identifier: Apache-2.0
#include "simulator/roster.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *tier, *version;
} named[ROSTER_NAMED] = {
	{ "WowVisionPrime", "guardian", "0.3.6" },
	{ "WowAgentFactory", "creation", "0.4.1" },
	{ "WowDomain", "creation", "0.4.2" },
	{ "WowEvent", "communication", "0.4.2" },
	{ "WowCommunication", "communication", "0.4.2" },
	{ "WowMemory", "intelligence", "0.4.2" },
	{ "WowCache", "intelligence", "0.4.3" },
	{ "WowSearch", "intelligence", "0.4.3" },
	{ "WowSecurity", "security", "0.4.3" },
	{ "WowSupport", "security", "0.4.3" },
	{ "WowNotification", "security", "0.4.3" },
	{ "WowScaling", "scale", "0.4.4" },
	{ "WowIntegration", "scale", "0.4.4" },
	{ "WowAnalytics", "scale", "0.4.4" },
	{ "WowTester", "pillar", "0.5.0" },
	{ "WowBenchmark", "pillar", "0.5.0" },
	{ "WowTrialManager", "pillar", "0.5.0" },
	{ "WowMatcher", "pillar", "0.5.0" },
	{ "WowHealer", "pillar", "0.5.0" },
	{ "WowDeployment", "pillar", "0.5.0" },
	{ "WowDesigner", "pillar", "0.5.0" },
	{ "WowReserved", "pillar", "0.5.0" },
};

static const char *const tiers[] = {
	"guardian", "creation", "communication", "intelligence", "security", "scale", "pillar",
};

static const char *const services[] = {
	"auth",   "billing", "cart",   "catalog",  "checkout", "email",  "export", "fraud",    "identity", "ingest",
	"ledger", "media",   "orders", "payments", "pricing",  "quotas", "search", "sessions", "shipping", "webhooks",
};

static const char *const roles[] = { "api", "worker", "gateway", "scheduler", "indexer" };

// Mostly production, as fleets are.
static const char *const environments[] = { "prod", "prod", "prod", "staging", "prod", "prod", "dev" };

static const enum agent_dialect dialects[] = {
	DIALECT_HEALTH_JSON, DIALECT_ACTUATOR,     DIALECT_SIMPLE, DIALECT_KUBERNETES,
	DIALECT_ASPNET,      DIALECT_MICROPROFILE, DIALECT_CONSUL, DIALECT_PROMETHEUS,
};

enum { N_TIERS = sizeof tiers / sizeof tiers[0] };
enum { N_SERVICES = sizeof services / sizeof services[0] };
enum { N_ROLES = sizeof roles / sizeof roles[0] };
enum { N_ENVIRONMENTS = sizeof environments / sizeof environments[0] };
enum { N_DIALECTS = sizeof dialects / sizeof dialects[0] };

// "WowVisionPrime" to "wow-vision-prime".
static void kebab(const char *camel, char *out, size_t size)
{
	size_t n = 0;

	for (const char *c = camel; *c && n + 2 < size; c++) {
		if (isupper((unsigned char)*c) && c != camel)
			out[n++] = '-';
		out[n++] = (char)tolower((unsigned char)*c);
	}
	out[n] = 0;
}

static void get_named(size_t index, struct roster_entry *out)
{
	snprintf(out->name, sizeof out->name, "%s", named[index].name);
	snprintf(out->version, sizeof out->version, "%s", named[index].version);
	kebab(out->name, out->service, sizeof out->service);
	out->tier = named[index].tier;
}

static void get_numbered(size_t index, struct roster_entry *out)
{
	const char *service = services[index % N_SERVICES];
	const char *role = roles[index / N_SERVICES % N_ROLES];

	snprintf(out->name, sizeof out->name, "%s-%s-%zu", service, role, index / ((size_t)N_SERVICES * N_ROLES) + 1);
	snprintf(out->service, sizeof out->service, "%s", service);
	snprintf(out->version, sizeof out->version, "1.%zu.%zu", index % N_SERVICES % 6, index / N_SERVICES % 4);
	out->tier = tiers[index % N_SERVICES % N_TIERS];
}

void roster_get(size_t index, struct roster_entry *out)
{
	if (index < ROSTER_NAMED)
		get_named(index, out);
	else
		get_numbered(index - ROSTER_NAMED, out);
	out->env = environments[index % N_ENVIRONMENTS];
	out->dialect = dialects[index % N_DIALECTS];
}
