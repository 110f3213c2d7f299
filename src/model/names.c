// SPDX-License-Identifier: Apache-2.0
/* The words of every enumeration that is shown, stored or typed, in one place. */
#include <errno.h>
#include <stddef.h>
#include <strings.h>

#include "opscon/alert.h"
#include "opscon/event.h"
#include "opscon/health.h"
#include "opscon/metric.h"
#include "opscon/progress.h"
#include "opscon/reason.h"
#include "opscon/role.h"
#include "opscon/status.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NAME(table, value) ((size_t)(value) < COUNT(table) && (table)[value] ? (table)[value] : "?")

// Index of a word in a table, any case, or -EINVAL.
static int find(const char *const *table, size_t n, const char *word)
{
	for (size_t i = 0; word && i < n; i++)
		if (table[i] && strcasecmp(table[i], word) == 0)
			return (int)i;
	return -EINVAL;
}

static const char *const statuses[STATUS_COUNT] = {
	[STATUS_HEALTHY] = "healthy", [STATUS_SUCCESS] = "success",   [STATUS_ONLINE] = "online",
	[STATUS_ACTIVE] = "active",   [STATUS_DEGRADED] = "degraded", [STATUS_WARNING] = "warning",
	[STATUS_WORKING] = "working", [STATUS_PENDING] = "pending",   [STATUS_CRITICAL] = "critical",
	[STATUS_ERROR] = "error",     [STATUS_FAILED] = "failed",     [STATUS_OFFLINE] = "offline",
	[STATUS_INFO] = "info",       [STATUS_UNKNOWN] = "unknown",   [STATUS_STOPPED] = "stopped",
};

const char *status_name(enum status status)
{
	return (size_t)status < STATUS_COUNT ? statuses[status] : "unrecognised";
}

enum status_group status_group(enum status status)
{
	if (status <= STATUS_ACTIVE)
		return STATUS_GROUP_GREEN;
	if (status <= STATUS_PENDING)
		return STATUS_GROUP_YELLOW;
	if (status <= STATUS_OFFLINE)
		return STATUS_GROUP_RED;
	return status == STATUS_INFO ? STATUS_GROUP_BLUE : STATUS_GROUP_GREY;
}

enum status status_from_name(const char *name)
{
	int i = find(statuses, STATUS_COUNT, name);

	return i < 0 ? STATUS_UNRECOGNISED : (enum status)i;
}

static const char *const severities[] = { "info", "warning", "critical" };

const char *severity_name(enum severity severity)
{
	return NAME(severities, severity);
}

int severity_from_name(const char *name, enum severity *out)
{
	int i = find(severities, COUNT(severities), name);

	if (i < 0)
		return i;
	*out = (enum severity)i;
	return 0;
}

static const char *const dialects[DIALECT_COUNT] = {
	[DIALECT_AUTO] = "auto",
	[DIALECT_STATUS] = "status",
	[DIALECT_HEALTH_JSON] = "health+json",
	[DIALECT_ACTUATOR] = "actuator",
	[DIALECT_KUBERNETES] = "kubernetes",
	[DIALECT_ASPNET] = "aspnet",
	[DIALECT_MICROPROFILE] = "microprofile",
	[DIALECT_CONSUL] = "consul",
	[DIALECT_SIMPLE] = "simple",
	[DIALECT_PROMETHEUS] = "prometheus",
	[DIALECT_METRICS] = "metrics",
};

const char *dialect_name(enum agent_dialect dialect)
{
	return NAME(dialects, dialect);
}

int dialect_from_name(const char *name, enum agent_dialect *out)
{
	int i = find(dialects, DIALECT_COUNT, name);

	if (i < 0)
		return i;
	*out = (enum agent_dialect)i;
	return 0;
}

static const struct {
	const char *name, *text;
} reasons[REASON_COUNT] = {
	[REASON_NONE] = { "ok", "answers well" },
	[REASON_DNS_NXDOMAIN] = { "dns_nxdomain", "name does not exist" },
	[REASON_DNS_TIMEOUT] = { "dns_timeout", "name lookup timed out" },
	[REASON_CONNECT_REFUSED] = { "connect_refused", "connection refused" },
	[REASON_CONNECT_TIMEOUT] = { "connect_timeout", "connection timed out" },
	[REASON_NO_ROUTE] = { "no_route", "no route to host" },
	[REASON_RESET] = { "reset", "connection reset" },
	[REASON_TLS_EXPIRED] = { "tls_expired", "certificate expired" },
	[REASON_TLS_NAME] = { "tls_name", "certificate is for another name" },
	[REASON_TLS_UNTRUSTED] = { "tls_untrusted", "certificate not trusted" },
	[REASON_TLS_PROTO] = { "tls_proto", "TLS handshake failed" },
	[REASON_HTTP_STATUS] = { "http_status", "bad HTTP status" },
	[REASON_REDIRECT] = { "redirect", "answers with a redirect" },
	[REASON_AUTH_REQUIRED] = { "auth_required", "auth refused" },
	[REASON_TIMEOUT_HEADERS] = { "timeout_headers", "no answer in time" },
	[REASON_TIMEOUT_BODY] = { "timeout_body", "answer not whole in time" },
	[REASON_TOO_LARGE] = { "too_large", "answer too large" },
	[REASON_TOO_MANY_HEADERS] = { "too_many_headers", "too many headers" },
	[REASON_BAD_ENCODING] = { "bad_encoding", "bad content encoding" },
	[REASON_BAD_TYPE] = { "bad_type", "wrong kind of answer" },
	[REASON_BAD_BODY] = { "bad_body", "answer makes no sense" },
	[REASON_PARSE] = { "parse", "answer cannot be parsed" },
	[REASON_NOT_READY] = { "not_ready", "not ready" },
	[REASON_WARN] = { "warn", "reports a warning" },
	[REASON_AGENT_SAYS_DOWN] = { "agent_says_down", "reports itself down" },
	[REASON_SLOW] = { "slow", "answers slowly" },
	[REASON_TRUNCATED] = { "truncated", "answer cut short" },
	[REASON_PROBER_OVERLOAD] = { "prober_overload", "our own prober is overloaded" },
	[REASON_OFFLINE] = { "offline", "our own network is gone" },
};

const char *reason_name(enum reason reason)
{
	return (size_t)reason < REASON_COUNT ? reasons[reason].name : "?";
}

const char *reason_text(enum reason reason)
{
	return (size_t)reason < REASON_COUNT ? reasons[reason].text : "?";
}

bool reason_is_ours(enum reason reason)
{
	return reason == REASON_PROBER_OVERLOAD || reason == REASON_OFFLINE;
}

static const char *const health_states[] = { "up", "degraded", "down", "unknown" };

const char *health_state_name(enum health_state state)
{
	return NAME(health_states, state);
}

int health_state_from_name(const char *name, enum health_state *out)
{
	int i = find(health_states, COUNT(health_states), name);

	if (i < 0)
		return i;
	*out = (enum health_state)i;
	return 0;
}

static const char *const units[] = {
	[UNIT_NONE] = "none", [UNIT_PERCENT] = "percent", [UNIT_BYTES] = "bytes",   [UNIT_BYTES_PER_SECOND] = "bytes/s",
	[UNIT_SECONDS] = "s", [UNIT_MILLISECONDS] = "ms", [UNIT_PER_SECOND] = "/s", [UNIT_PER_MINUTE] = "/min",
};

const char *metric_unit_name(enum metric_unit unit)
{
	return NAME(units, unit);
}

int metric_unit_from_name(const char *name, enum metric_unit *out)
{
	int i = find(units, COUNT(units), name);

	if (i < 0)
		return i;
	*out = (enum metric_unit)i;
	return 0;
}

static const struct {
	const char *name;
	int64_t ms;
} windows[WINDOW_COUNT] = {
	[WINDOW_1M] = { "1m", 60000 },
	[WINDOW_5M] = { "5m", 300000 },
	[WINDOW_1H] = { "1h", 3600000 },
	[WINDOW_1D] = { "1d", 86400000 },
};

const char *metrics_window_name(enum metrics_window window)
{
	return (size_t)window < WINDOW_COUNT ? windows[window].name : "?";
}

int64_t metrics_window_ms(enum metrics_window window)
{
	return (size_t)window < WINDOW_COUNT ? windows[window].ms : 0;
}

static const struct {
	const char *name;
	int64_t ms;
} ranges[RANGE_COUNT] = {
	[RANGE_5M] = { "5m", 300000 },     [RANGE_15M] = { "15m", 900000 },  [RANGE_1H] = { "1h", 3600000 },
	[RANGE_24H] = { "24h", 86400000 }, [RANGE_7D] = { "7d", 604800000 }, [RANGE_30D] = { "30d", 2592000000 },
};

const char *time_range_name(enum time_range range)
{
	return (size_t)range < RANGE_COUNT ? ranges[range].name : "?";
}

int64_t time_range_ms(enum time_range range)
{
	return (size_t)range < RANGE_COUNT ? ranges[range].ms : ranges[RANGE_1H].ms;
}

int time_range_from_name(const char *name, enum time_range *out)
{
	for (int i = 0; name && i < RANGE_COUNT; i++)
		if (strcasecmp(ranges[i].name, name) == 0) {
			*out = (enum time_range)i;
			return 0;
		}
	return -EINVAL;
}

static const char *const alert_states[] = { "active", "acknowledged", "snoozed", "resolved" };

const char *alert_state_name(enum alert_state state)
{
	return NAME(alert_states, state);
}

static const char *const step_states[] = { "pending", "current", "completed", "error", "skipped" };

const char *step_state_name(enum step_state state)
{
	return NAME(step_states, state);
}

static const char *const channels[] = { "agents", "metrics", "alerts", "operations", "audit", "system" };

const char *channel_name(enum channel channel)
{
	return NAME(channels, channel);
}

static const char *const event_types[EVENT_TYPE_COUNT] = {
	[EVENT_AGENT_ADDED] = "agent_added",
	[EVENT_AGENT_CHANGED] = "agent_changed",
	[EVENT_AGENT_REMOVED] = "agent_removed",
	[EVENT_AGENT_HEALTH] = "agent_health",
	[EVENT_AGENT_PROBED] = "agent_probed",
	[EVENT_SERIES_DEFINED] = "series_defined",
	[EVENT_METRICS] = "metrics",
	[EVENT_SCRAPE] = "scrape",
	[EVENT_ALERT] = "alert",
	[EVENT_PROGRESS] = "progress",
	[EVENT_LIFECYCLE] = "lifecycle",
	[EVENT_PLAN] = "plan",
	[EVENT_OPERATION] = "operation",
	[EVENT_ACTION] = "action",
	[EVENT_NOTICE] = "notice",
	[EVENT_FEED] = "feed",
	[EVENT_SOURCE] = "source",
	[EVENT_AUDIT_LIST] = "audit_list",
	[EVENT_AUDIT_CHECK] = "audit_check",
	[EVENT_SNAPSHOT] = "snapshot",
	[EVENT_TIMELINE] = "timeline",
	[EVENT_POINTS] = "points",
	[EVENT_PRESENCE] = "presence",
	[EVENT_LEASE] = "lease",
	[EVENT_APPROVAL] = "approval",
	[EVENT_AUDIT_HEAD] = "audit_head",
};

static const char *const timeline_kinds[] = {
	"single", "added", "removed", "up", "down", "restarted", "stale", "again"
};

const char *timeline_kind_name(enum timeline_kind kind)
{
	return NAME(timeline_kinds, kind);
}

static const char *const approval_states[] = { "wanted", "given", "refused", "lapsed" };

const char *approval_state_name(enum approval_state state)
{
	return NAME(approval_states, state);
}

static const char *const audit_checks[AUDIT_CHECK_STATE_COUNT] = {
	[AUDIT_CHECK_NEVER] = "not verified",
	[AUDIT_CHECK_RUNNING] = "verifying",
	[AUDIT_CHECK_SOUND] = "sound",
	[AUDIT_CHECK_UNSIGNED] = "not all is signed",
	[AUDIT_CHECK_BAD] = "not what was written",
	[AUDIT_CHECK_FAILED] = "cannot be verified",
};

const char *audit_check_state_name(enum audit_check_state state)
{
	return (size_t)state < AUDIT_CHECK_STATE_COUNT ? audit_checks[state] : "?";
}

const char *event_type_name(enum event_type type)
{
	return NAME(event_types, type);
}

static const char *const action_types[] = { "create", "start", "update", "delete", "error", "stop", "info" };

const char *action_type_name(enum action_type type)
{
	return NAME(action_types, type);
}

enum action_type action_type_from_name(const char *name)
{
	int i = find(action_types, COUNT(action_types), name);

	return i < 0 ? ACTION_TYPE_COUNT : (enum action_type)i;
}

static const char *const feed_states[] = { "starting", "live", "late", "stale", "reconnecting", "offline", "refused" };

const char *feed_state_name(enum feed_state state)
{
	return NAME(feed_states, state);
}

static const char *const roles[ROLE_COUNT] = { "none", "viewer", "operator", "deployer", "admin" };

const char *role_name(enum role role)
{
	return NAME(roles, role);
}

int role_from_name(const char *name, enum role *out)
{
	int i = find(roles, ROLE_COUNT, name);

	if (i < 0)
		return i;
	*out = (enum role)i;
	return 0;
}

const char *role_words(enum role role)
{
	static const char *const words[ROLE_COUNT] = { "somebody without a role", "a viewer", "an operator",
						       "a deployer", "an admin" };

	return NAME(words, role);
}

enum role role_for_verb(enum verb verb)
{
	switch (verb) {
	case VERB_START:
	case VERB_STOP:
	case VERB_RESTART:
	case VERB_SUSPEND:
	case VERB_RESUME:
		return ROLE_OPERATOR;
	case VERB_CREATE:
	case VERB_UPGRADE:
	case VERB_ROLLBACK:
	case VERB_CONFIGURE:
		return ROLE_DEPLOYER;
	case VERB_DELETE:
		return ROLE_ADMIN;
	case VERB_COUNT:
		break;
	}
	return ROLE_COUNT;
}
