// SPDX-License-Identifier: Apache-2.0
#include "wire/words.h"

#include "formats/prometheus.h"
#include "opscon/feed.h"

static const char *const observed_words[] = { "never", "up", "degraded", "down" };

static const char *observed_name(unsigned value)
{
	return observed_words[value];
}

const struct wire_words wire_observed = { observed_name, WIRE_COUNT(observed_words) };

static const char *const freshness_words[] = { "fresh", "late", "stale" };

static const char *freshness_name(unsigned value)
{
	return freshness_words[value];
}

const struct wire_words wire_freshness = { freshness_name, WIRE_COUNT(freshness_words) };

static const char *const quality_words[] = { "ok", "suspect", "offline" };

static const char *quality_name(unsigned value)
{
	return quality_words[value];
}

const struct wire_words wire_quality = { quality_name, WIRE_COUNT(quality_words) };

static const char *const overlays_words[] = { "maintenance", "acknowledged", "silenced",
					      "paused",      "draining",     "operation" };

static const char *overlays_name(unsigned value)
{
	return overlays_words[value];
}

const struct wire_words wire_overlays = { overlays_name, WIRE_COUNT(overlays_words) };

static const char *const probe_kinds_words[] = { "health", "metrics" };

static const char *probe_kinds_name(unsigned value)
{
	return probe_kinds_words[value];
}

const struct wire_words wire_probe_kinds = { probe_kinds_name, WIRE_COUNT(probe_kinds_words) };

static const char *const better_words[] = { "neither", "lower", "higher" };

static const char *better_name(unsigned value)
{
	return better_words[value];
}

const struct wire_words wire_better = { better_name, WIRE_COUNT(better_words) };

static const char *name_of_event_types(unsigned value)
{
	return event_type_name((enum event_type)value);
}

const struct wire_words wire_event_types = { name_of_event_types, EVENT_TYPE_COUNT };

static const char *name_of_channels(unsigned value)
{
	return channel_name((enum channel)value);
}

const struct wire_words wire_channels = { name_of_channels, CHANNEL_COUNT };

static const char *name_of_dialects(unsigned value)
{
	return dialect_name((enum agent_dialect)value);
}

const struct wire_words wire_dialects = { name_of_dialects, DIALECT_COUNT };

static const char *name_of_reasons(unsigned value)
{
	return reason_name((enum reason)value);
}

const struct wire_words wire_reasons = { name_of_reasons, REASON_COUNT };

static const char *name_of_health_states(unsigned value)
{
	return health_state_name((enum health_state)value);
}

const struct wire_words wire_health_states = { name_of_health_states, HEALTH_STATE_COUNT };

static const char *name_of_units(unsigned value)
{
	return metric_unit_name((enum metric_unit)value);
}

const struct wire_words wire_units = { name_of_units, UNIT_COUNT };

static const char *name_of_scrape_types(unsigned value)
{
	return prom_type_name((enum prom_type)value);
}

const struct wire_words wire_scrape_types = { name_of_scrape_types, PROM_TYPE_COUNT };

static const char *name_of_severities(unsigned value)
{
	return severity_name((enum severity)value);
}

const struct wire_words wire_severities = { name_of_severities, SEVERITY_COUNT };

static const char *name_of_alert_states(unsigned value)
{
	return alert_state_name((enum alert_state)value);
}

const struct wire_words wire_alert_states = { name_of_alert_states, ALERT_STATE_COUNT };

static const char *name_of_step_states(unsigned value)
{
	return step_state_name((enum step_state)value);
}

const struct wire_words wire_step_states = { name_of_step_states, STEP_STATE_COUNT };

static const char *name_of_action_types(unsigned value)
{
	return action_type_name((enum action_type)value);
}

const struct wire_words wire_action_types = { name_of_action_types, ACTION_TYPE_COUNT };

static const char *name_of_feed_states(unsigned value)
{
	return feed_state_name((enum feed_state)value);
}

const struct wire_words wire_feed_states = { name_of_feed_states, FEED_REFUSED + 1 };

static const char *name_of_timeline_kinds(unsigned value)
{
	return timeline_kind_name((enum timeline_kind)value);
}

const struct wire_words wire_timeline_kinds = { name_of_timeline_kinds, TIMELINE_KIND_COUNT };

static const char *name_of_approval_states(unsigned value)
{
	return approval_state_name((enum approval_state)value);
}

const struct wire_words wire_approval_states = { name_of_approval_states, APPROVAL_STATE_COUNT };

static const char *name_of_audit_checks(unsigned value)
{
	return audit_check_state_name((enum audit_check_state)value);
}

const struct wire_words wire_audit_checks = { name_of_audit_checks, AUDIT_CHECK_STATE_COUNT };

static const char *name_of_lifecycles(unsigned value)
{
	return lifecycle_name((enum lifecycle)value);
}

const struct wire_words wire_lifecycles = { name_of_lifecycles, LIFECYCLE_COUNT };

static const char *name_of_provisionings(unsigned value)
{
	return provisioning_name((enum provisioning)value);
}

const struct wire_words wire_provisionings = { name_of_provisionings, PROVISIONING_COUNT };

static const char *name_of_verbs(unsigned value)
{
	return verb_name((enum verb)value);
}

const struct wire_words wire_verbs = { name_of_verbs, VERB_COUNT };

static const char *name_of_rollouts(unsigned value)
{
	return rollout_kind_name((enum rollout_kind)value);
}

const struct wire_words wire_rollouts = { name_of_rollouts, ROLLOUT_KIND_COUNT };

static const char *name_of_rollout_figures(unsigned value)
{
	return rollout_figure_name((enum rollout_figure)value);
}

const struct wire_words wire_rollout_figures = { name_of_rollout_figures, ROLLOUT_FIGURE_COUNT };

static const char *name_of_guards(unsigned value)
{
	return guard_name((enum guard)value);
}

const struct wire_words wire_guards = { name_of_guards, GUARD_COUNT };

static const char *name_of_operation_states(unsigned value)
{
	return operation_state_name((enum operation_state)value);
}

const struct wire_words wire_operation_states = { name_of_operation_states, OPERATION_STATE_COUNT };

static const char *name_of_target_states(unsigned value)
{
	return target_state_name((enum target_state)value);
}

const struct wire_words wire_target_states = { name_of_target_states, TARGET_STATE_COUNT };

static const char *name_of_request_types(unsigned value)
{
	return request_type_name((enum request_type)value);
}

const struct wire_words wire_request_types = { name_of_request_types, REQUEST_TYPE_COUNT };
