#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Alerts: what holds now, and what people did about it.
 *
 * Built-in rules over health: agent_down (critical), agent_degraded (warning), agent_stale (warning), agent_flapping
 * (warning). They follow the agent's hard state: raised when it takes the state, resolved when it leaves it for a known
 * one; while the state is unknown they stay as they are. Nothing is raised for an agent that is paused, in
 * maintenance or operated on (it is judged anew when that is over), and no agent_down or agent_degraded while it flaps.
 * Metric rules come from configuration only: out of the box thresholds colour panels and wake nobody.
 *
 * In a mass outage state alerts are held while our own link is tested. When it is the fleet, those who turned bad
 * share one alert, fleet_outage (agent 0), which takes in who follows and resolves when all of them are well.
 *
 * Ids are never used again. What people do is told twice: EVENT_ALERT with the new state, EVENT_ACTION with the name.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "opscon/event.h"
#include "opscon/feed.h"
#include "services/health_checker.h"
#include "services/rules.h"

enum { ALERTS_RESOLVED_MAX = 1000 }; // kept for notes

struct alerts;

// Rules are taken over from the array (which stays the caller's) on success. 0 or -ENOMEM.
int alerts_create(struct rule *rules, size_t n_rules, const struct event_sink *sink, struct alerts **out);
void alerts_destroy(struct alerts *alerts);

int alerts_agent(struct alerts *alerts, const struct agent *agent, struct instant now); // new or changed; -ENOMEM
void alerts_agent_removed(struct alerts *alerts, uint32_t agent, struct instant now);   // resolves its alerts
void alerts_health(struct alerts *alerts, uint32_t agent, const struct health *health, struct instant now);
void alerts_readings(struct alerts *alerts, uint32_t agent, const struct metric_reading *readings, size_t n,
		     struct instant now);

// The same from events: agents, health and metrics; others are ignored.
void alerts_observe(struct alerts *alerts, const struct event *event, struct instant now);

// What the health checker thinks of it; call when health_checker_outage() changed.
void alerts_outage(struct alerts *alerts, enum health_outage outage, struct instant now);

/* REQUEST_ALERT_ACK, _UNACK, _SNOOZE, _NOTE. 0; -ENOENT no such alert; -EALREADY it is so already; -EINVAL a snooze
 * that ends in the past, or another request; -ESTALE it is resolved (a note is taken even then); -ENOMEM.
 */
int alerts_request(struct alerts *alerts, const struct request *request, struct instant now);

/* Takes up an alert of before a restart (its rule, state, since_ms, snoozed_until_ms, by and note; copied): when the
 * rule is raised by until_ms (wall) it is that one, with its age and what people did about it. Nothing is told before,
 * and it is let go when the agent is known to be well, or its rule is not for it any more. Agent 0: the fleet's grouped
 * one. 0; -ENOENT no such agent; -ENOMEM.
 */
int alerts_resume(struct alerts *alerts, uint32_t agent, const struct alert *before, int64_t until_ms);

/* Those of an agent (0: the grouped one) that are open, or taken up and not raised yet, for which it is not too late:
 * in no order, no summary is sure.
 */
void alerts_each(const struct alerts *alerts, uint32_t agent, struct instant now,
		 void (*visit)(void *ctx, const struct alert *alert), void *ctx);

// Ends snoozes, clears rules. Returns the next deadline (monotonic; INT64_MAX: none).
int64_t alerts_tick(struct alerts *alerts, struct instant now);
int64_t alerts_deadline(const struct alerts *alerts);

size_t alerts_n_open(const struct alerts *alerts);
const struct alert *alerts_get(const struct alerts *alerts, uint32_t id); // NULL: unknown

// OVERLAY_ACKNOWLEDGED or OVERLAY_SILENCED when every open alert of the agent is so; else 0.
unsigned alerts_overlays(const struct alerts *alerts, uint32_t agent);
