#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Fleets for tests, made as every fleet is: by applying events.
 *
 *   struct fleet_fixture f;
 *   fleet_fixture_init(&f);
 *   fleet_fixture_platform(&f);                  // 22 agents in six tiers, some of them unwell
 *   uint32_t id = fleet_fixture_add(&f, "WowCache", "intelligence", "prod");
 *   fleet_fixture_health(&f, id, OBSERVED_DOWN, REASON_CONNECT_REFUSED, 14 * MINUTE_MS);
 *   fleet_fixture_view(&f, &view);
 *   fleet_fixture_finish(&f);
 *
 * Time stands still at FIXTURE_NOW_MS; ages are counted back from it. Every failure aborts the running Check test.
 */
#include <stddef.h>
#include <stdint.h>

#include "opscon/fleet.h"
#include "opscon/view.h"

#define FIXTURE_NOW_MS INT64_C(1795446245000) // 2026-11-23T15:04:05Z

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };

// The series that fleet_fixture_platform() defines, in this order.
enum fixture_series {
	FIXTURE_CPU,     // percent, warn 80, critical 95
	FIXTURE_MEMORY,  // percent, warn 85, critical 95
	FIXTURE_RATE,    // requests a second
	FIXTURE_ERRORS,  // percent, warn 1, critical 5
	FIXTURE_LATENCY, // id "latency", milliseconds
	FIXTURE_SERIES_COUNT,
};

struct fleet_fixture {
	struct fleet *fleet; // owned
	uint64_t seq[CHANNEL_COUNT];
	uint32_t n_agents, n_alerts;
	uint32_t *ids;          // owned: of the agents added, in order; what the view's table lists
	uint32_t newly_bad[16]; // what the view's scope points to
};

void fleet_fixture_init(struct fleet_fixture *f);
void fleet_fixture_finish(struct fleet_fixture *f);

// Numbers and applies an event, and drops it. For whatever the functions below do not make.
void fleet_fixture_apply(struct fleet_fixture *f, struct event *event);

// Adds an agent with the labels tier, env and version; "" leaves a label out. Returns its id.
uint32_t fleet_fixture_add(struct fleet_fixture *f, const char *name, const char *tier, const char *env);
uint32_t fleet_fixture_add_paused(struct fleet_fixture *f, const char *name, const char *tier);

// A list of agents that cannot be read ("" : read again), with no agents of it known from before.
void fleet_fixture_source(struct fleet_fixture *f, const char *name, const char *why, int64_t age_ms);

// A health event: hard state reached `age_ms` ago, last probe 2 s ago.
void fleet_fixture_health(struct fleet_fixture *f, uint32_t id, enum observed observed, enum reason reason,
			  int64_t age_ms);
void fleet_fixture_health_event(struct fleet_fixture *f, uint32_t id, const struct health *health);
struct health fleet_fixture_healthy(int64_t age_ms); // a start for the line above

// An answered or failed health probe of `total_us`.
void fleet_fixture_probed(struct fleet_fixture *f, uint32_t id, enum reason reason, int http_status, int32_t total_us);

// `n` points of a series, one each 5 s, the last now; a smooth wave between low and high.
void fleet_fixture_wave(struct fleet_fixture *f, uint32_t id, uint16_t series, size_t n, double low, double high);
void fleet_fixture_point(struct fleet_fixture *f, uint32_t id, uint16_t series, int64_t age_ms, double value);
void fleet_fixture_series(struct fleet_fixture *f); // defines the series of enum fixture_series

// Returns the alert's id.
uint32_t fleet_fixture_alert(struct fleet_fixture *f, uint32_t agent, enum severity severity, enum alert_state state,
			     const char *rule, const char *summary, int64_t age_ms);
void fleet_fixture_notice(struct fleet_fixture *f, uint32_t agent, enum severity severity, enum action_type type,
			  const char *title, const char *text, int64_t age_ms);
void fleet_fixture_action(struct fleet_fixture *f, uint32_t agent, const char *who, const char *title, const char *text,
			  int64_t age_ms);
void fleet_fixture_feed(struct fleet_fixture *f, enum feed_state state, int64_t age_ms, int64_t answer_age_ms,
			int64_t retry_in_ms, const char *detail);

// The Platform CoE fleet: 22 agents, 17 up, 2 degraded, 2 down, 1 unknown; series, alerts, a timeline, a live feed.
void fleet_fixture_platform(struct fleet_fixture *f);

// A view of all of it, as the console would make it at the overview, cursor on the first row.
void fleet_fixture_view(struct fleet_fixture *f, struct view *view);
