#pragma once
// SPDX-License-Identifier: Apache-2.0
/* An agent: anything opscon watches. Immutable once made, shared by reference count; a change is a new description.
 *
 * `id` is the number by which events name the agent. The feed that found the agent allots it; it is never 0 and never
 * used again within a feed's life, so an id held by a dialog cannot come to mean another agent.
 * `key` is the lasting identity (across restarts and hubs): the configured id, or the base URL. The restored selection
 * and remembered endpoints go by it. Schedule slots go by `id`: the same lists give the same slots after a restart.
 * All text was sanitised on the way in (text/).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct label {
	const char *name;
	const char *value;
};

// Sorted by name, no name twice. Well-known names: tier, env, service, version, description, depends_on.
struct labels {
	struct label *items; // owned by whoever holds the struct, as are the texts
	size_t n;
};

enum agent_dialect {
	DIALECT_AUTO,         // from content type and shape
	DIALECT_STATUS,       // the HTTP status alone
	DIALECT_HEALTH_JSON,  // application/health+json: pass, warn, fail, checks
	DIALECT_ACTUATOR,     // Spring Boot: UP, DOWN, OUT_OF_SERVICE, UNKNOWN, nested components
	DIALECT_KUBERNETES,   // ?verbose lines: [+]ping ok
	DIALECT_ASPNET,       // Healthy, Degraded, Unhealthy
	DIALECT_MICROPROFILE, // {"status":"UP","checks":[{"name","status","data"}]}
	DIALECT_CONSUL,       // [{"Status":"passing",...}]
	DIALECT_SIMPLE,       // {"health":"true"}, {"status":"ok"}, {"healthy":true}
	DIALECT_PROMETHEUS,   // "Prometheus Server is Ready."
	DIALECT_METRICS,      // no health endpoint: an answered scrape is health
	DIALECT_COUNT,
};

const char *dialect_name(enum agent_dialect dialect);             // "auto", "health+json", ...
int dialect_from_name(const char *name, enum agent_dialect *out); // 0 or -EINVAL

// How an agent is probed. Zero means the fleet-wide default of `struct probe_options` in config.h.
struct agent_tls {
	const char *ca_file, *cert_file, *key_file; // NULL: the system's store; no client certificate
	bool is_insecure;                           // certificate not verified: shown red and recorded
};

struct agent {
	uint32_t id;
	uint32_t refs;
	const char *key;
	const char *name;           // shown; unique in a fleet where the source allows
	const char *url;            // base URL, credentials removed
	const char *health_url;     // NULL: none known (yet)
	const char *metrics_url;    // NULL: none known (yet)
	const char *driver;         // what operates it: "http", "docker", "exec"; NULL: nothing does
	const char *control_url;    // http: its control endpoint; NULL: none
	const char *control_target; // docker: the container's name; exec: the profile's; NULL: none
	const char *source; // where it came from: "config", "file_sd:PATH", "http_sd:URL", "command line", "demo"
	struct labels labels;
	enum agent_dialect dialect;
	bool is_discovering; // only the base URL is known: the usual paths are being tried
	bool is_paused;      // configured, not probed
	uint32_t interval_ms, timeout_ms, slow_ms;
	uint16_t fall, rise;
	const char
		*authorization; // value of the Authorization header, or NULL; never in an event that leaves the process
	struct agent_tls tls;
};

struct agent *agent_ref(const struct agent *agent);
void agent_unref(const struct agent *agent); // NULL is fine

const char *labels_get(const struct labels *labels, const char *name); // NULL when absent
const char *agent_label(const struct agent *agent, const char *name);  // "" when absent

bool agent_is_discovered(const struct agent *agent); // a list that others keep names it, and says what operates it

/* A selector: `tier=guardian,env!=dev,name=~wow*`. Terms are joined by AND; operators are = != =~ !~ where ~ takes a
 * glob (* and ?). The names `name`, `url`, `id` and `source` look at the agent itself, every other at its labels; a
 * missing label equals "". A bare word matches as a substring of the name, any case.
 */
struct selector;
int selector_parse(const char *text, struct selector **out, char *why, size_t why_size); // 0, -EINVAL with why, -ENOMEM
void selector_free(struct selector *selector);
bool selector_matches(const struct selector *selector, const struct agent *agent); // NULL matches all
