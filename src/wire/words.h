#pragma once
// SPDX-License-Identifier: Apache-2.0
// The words of enumerations as they cross. Those of overlays, verbs and channels are of sets.
#include "wire/fields.h"

extern const struct wire_words wire_event_types, wire_channels, wire_dialects, wire_observed, wire_freshness,
	wire_quality, wire_reasons, wire_overlays, wire_health_states, wire_probe_kinds, wire_units, wire_better,
	wire_scrape_types, wire_severities, wire_alert_states, wire_step_states, wire_action_types, wire_feed_states,
	wire_timeline_kinds, wire_approval_states, wire_audit_checks, wire_lifecycles, wire_provisionings, wire_verbs,
	wire_rollouts, wire_rollout_figures, wire_guards, wire_operation_states, wire_target_states, wire_request_types;
