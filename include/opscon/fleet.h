#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The fleet: what is known now, a fold over events. Given the same events it is always the same fleet.
 *
 * Readers get const views that stay valid until the next fleet_apply(). Applying one event costs what it changes and
 * never walks the fleet; whoever keeps something derived (an order, a filter) listens to changes by agent.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/event.h"

struct fleet;

struct fleet_limits {
	size_t n_timeline;    // items kept; 0: 5000
	size_t n_points;      // kept per series; 0: 10000
	int64_t retention_ms; // of points; 0: one hour
};

int fleet_create(const struct fleet_limits *limits, struct fleet **out); // limits may be NULL. 0 or -ENOMEM
void fleet_destroy(struct fleet *fleet);

// The event must come from event_new(): the fleet keeps a reference rather than a copy of what is large.
// 0; -ENOMEM (the event is lost, fleet_is_incomplete() turns true). Events already applied (by channel and seq) and
// those about agents that are gone are ignored.
int fleet_apply(struct fleet *fleet, const struct event *event);
bool fleet_is_incomplete(const struct fleet *fleet);

// ---- agents

struct fleet_agent {
	const struct agent *agent;
	struct health health;
	enum health_state state;                 // health_state(&health)
	int64_t state_since_ms;                  // wall: when `state` took its value
	const struct event_probed *probed[2];    // by probe_kind: of the last probe; all zeros before the first
	int64_t probed_at_ms[2];                 // wall; 0 never
	uint32_t n_alerts;                       // not resolved
	const struct agent_lifecycle *lifecycle; // NULL: nothing was ever said of it
	uint64_t newly_bad; // ascending, so that who turned latest has the greatest; 0: it is not, or its hub is away
	uint64_t version;   // a greater one than ever before after each change that listeners hear of with its number
};

size_t fleet_n_agents(const struct fleet *fleet);
const struct fleet_agent *fleet_agent_at(const struct fleet *fleet,
					 size_t i); // in order of arrival; i < fleet_n_agents
const struct fleet_agent *fleet_agent(const struct fleet *fleet, uint32_t id);            // NULL when gone
const struct fleet_agent *fleet_agent_by_key(const struct fleet *fleet, const char *key); // NULL when none

// The probe that health is judged by: of the health endpoint, and where there is none the scrape. NULL: none yet.
const struct event_probed *fleet_agent_judged(const struct fleet_agent *agent);
// How long its answer took; -1: it did not answer, or was not asked yet.
int32_t fleet_agent_latency_us(const struct fleet_agent *agent);

// Who is paused or in maintenance is left alone on purpose: counted apart, in no state and in no tier, not newly bad,
// and no doubt about the rest. Its own state is known all the same.
struct fleet_counts {
	size_t by_state[HEALTH_STATE_COUNT];
	size_t n_checking;              // of those that are unknown: their first answers are waited for
	size_t n_paused, n_maintenance; // paused wins
	size_t total;                   // all of them
};

// How many are in a state.
static inline size_t fleet_counts_judged(const struct fleet_counts *counts)
{
	return counts->total - counts->n_paused - counts->n_maintenance;
}

struct fleet_tier {
	const char *name; // value of the label `tier`, "" for agents without
	struct fleet_counts counts;
};

const struct fleet_counts *fleet_counts(const struct fleet *fleet);
size_t fleet_tiers(const struct fleet *fleet, const struct fleet_tier **out); // sorted by name
enum health_state fleet_overall(const struct fleet *fleet); // the worst; unknown does not hide a known-bad one
int64_t fleet_overall_since_ms(const struct fleet *fleet);  // wall

// The agents that are degraded, down or unknown-after-having-been-known, those that turned latest first. Whose hub is
// away is stale for that alone and did not turn: it is one of them if it was before.
// Writes at most n ids; returns how many there are in all.
size_t fleet_newly_bad(const struct fleet *fleet, uint32_t *ids, size_t n);

// ---- series

const struct series_def *fleet_series_def(const struct fleet *fleet, uint16_t no); // NULL when undefined
size_t fleet_n_series_defs(const struct fleet *fleet);
uint64_t fleet_series_version(const struct fleet *fleet); // another one after each change of what is defined
size_t fleet_agent_series(const struct fleet *fleet, uint32_t agent, uint16_t *nos,
			  size_t n); // those with points, ascending

struct series_summary {
	size_t count;                    // values, gaps not counted
	double sum, min, max, avg, last; // NaN when count is 0
	double p50, p95, p99;
	int64_t first_ms, last_ms;
};

// Another one whenever points of the agent may have come or gone; 0 while it has none.
uint64_t fleet_points_version(const struct fleet *fleet, uint32_t agent);

// Points with from_ms <= at_ms <= to_ms, oldest first, at most n (the newest ones win); returns how many were written.
size_t fleet_points(const struct fleet *fleet, uint32_t agent, uint16_t series, int64_t from_ms, int64_t to_ms,
		    struct metric_point *out, size_t n);
// 0, or -ENOENT when the agent has no such series (and *out is zeros with count 0).
int fleet_summary(const struct fleet *fleet, uint32_t agent, uint16_t series, int64_t from_ms, int64_t to_ms,
		  struct series_summary *out);
// The same without percentiles (NaN), which alone need every point: for what is asked of many series in every frame.
int fleet_totals(const struct fleet *fleet, uint32_t agent, uint16_t series, int64_t from_ms, int64_t to_ms,
		 struct series_summary *out);
/* Over a window that ends at to_ms. 0 or -ENOENT as above. A day may reach past what is kept by point: then by whole
 * hours and without percentiles.
 */
int fleet_window(const struct fleet *fleet, uint32_t agent, uint16_t series, enum metrics_window window, int64_t to_ms,
		 struct series_summary *out);
double fleet_last(const struct fleet *fleet, uint32_t agent, uint16_t series);                // NaN when none or a gap
const struct scrape *fleet_scrape(const struct fleet *fleet, uint32_t agent, int64_t *at_ms); // NULL unless watched

// ---- alerts

size_t fleet_n_alerts(const struct fleet *fleet); // resolved ones included; the oldest resolved are dropped past 1000
const struct alert *fleet_alert_at(const struct fleet *fleet, size_t i); // newest first by since_ms
const struct alert *fleet_alert(const struct fleet *fleet, uint32_t id);
// Active, but of an agent in maintenance or operated on: why, or "" when it is not muted.
const char *fleet_alert_muted(const struct fleet *fleet, const struct alert *alert);
size_t fleet_n_alerts_in(const struct fleet *fleet, enum alert_state state);

// ---- timeline

struct timeline_item {
	uint64_t no;   // ascending, never reused: what a selection or an expanded item holds on to
	int64_t at_ms; // wall
	enum action_type type;
	enum severity severity;
	enum event_type source;
	uint8_t origin;         // the hub that told it; 0: this process
	uint32_t agent;         // 0: the fleet
	const char *agent_name; // as it was then; "" when none
	const char *who;        // "" unless a person did it
	const char *title;
	const char *description; // "" when none
};

size_t fleet_n_timeline(const struct fleet *fleet);
const struct timeline_item *fleet_timeline_at(const struct fleet *fleet, size_t i); // 0 is the newest

/* Whether an item is of the agent's own timeline: it tells of it alone, or it is the last one of its kind (added, up,
 * down) that tells of it among others.
 */
bool fleet_timeline_is_about(const struct fleet *fleet, const struct timeline_item *item, uint32_t agent);

// ---- operations

size_t fleet_n_operations(const struct fleet *fleet); // those that are over are dropped, the oldest first, past 200
const struct operation *fleet_operation_at(const struct fleet *fleet, size_t i); // 0 is the newest
const struct operation *fleet_operation(const struct fleet *fleet, uint32_t no); // NULL when gone
size_t fleet_n_operations_open(const struct fleet *fleet);                       // not over
// Wall: when its hub was heard last, of one that is not over while the hub is late or away. 0: it is as of now.
int64_t fleet_operation_as_of_ms(const struct fleet *fleet, const struct operation *operation);
const struct plan *fleet_plan(const struct fleet *fleet, uint32_t token); // the newest of the last 16; NULL: none

// ---- who else is here; all of it empty where nobody shares the feed

struct fleet_presence {
	uint8_t origin; // the hub it came from
	uint32_t session;
	const char *who, *from, *role, *doing; // "" where there is none; from: "ops1 pts/3"
	uint32_t agent;                        // whom it looks at; 0 the fleet
	int64_t since_ms;                      // wall
	bool is_own;                           // this console itself
};

size_t fleet_n_presence(const struct fleet *fleet);
const struct fleet_presence *fleet_presence_at(const struct fleet *fleet, size_t i); // in order of arrival

// The number of the hub that an agent is of; 0: it is our own, or gone.
uint8_t fleet_origin(const struct fleet *fleet, uint32_t agent);

// As what this console is known to the hub an agent is of: "viewer"; "" where that is not known, or there is no hub.
const char *fleet_role(const struct fleet *fleet, uint32_t agent);

struct fleet_lease {
	uint64_t epoch;
	const char *holder; // "alice on ops1"
	const char *doing;  // "restart"; "" not known
	uint32_t session;   // 0 none
	int64_t until_ms;   // wall; 0: as long as its operation runs
	bool is_own;        // this console has it
};

const struct fleet_lease *fleet_lease(const struct fleet *fleet, uint32_t agent); // NULL: nobody has it

struct fleet_approval {
	uint32_t plan; // its no
	enum approval_state state;
	const char *asker, *by, *what, *reason, *hash; // "" where there is none
	bool is_unasked;                               // nobody is asked before we have confirmed it
	int64_t until_ms;                              // wall
	const struct plan *whole;                      // NULL: it is not to be had
};

// Those that have not lapsed.
size_t fleet_n_approvals(const struct fleet *fleet);
const struct fleet_approval *fleet_approval_at(const struct fleet *fleet, size_t i);   // 0 is the newest
const struct fleet_approval *fleet_approval(const struct fleet *fleet, uint32_t plan); // NULL: none is needed

// ---- the audit trail

const struct audit_list *fleet_audit_list(const struct fleet *fleet);   // the newest; NULL: nobody asked yet
const struct audit_check *fleet_audit_check(const struct fleet *fleet); // never NULL

// ---- progress, notices, the feed

size_t fleet_n_progress(const struct fleet *fleet);
const struct progress *fleet_progress_at(const struct fleet *fleet, size_t i); // newest first
// As fleet_operation_as_of_ms(), of one that has not ended.
int64_t fleet_progress_as_of_ms(const struct fleet *fleet, const struct progress *progress);

// A question that waits for an answer (a shrinking list), or NULL.
const struct timeline_item *fleet_question(const struct fleet *fleet);

/* With hubs it is that of the one that is worst off: how the connection to it is, and where that stands how its own
 * polling is. What agents of a hub that is away were like is stale (FRESHNESS_STALE), and as it was said again when it
 * is back. So it is in a gap of a recording that is played: FEED_STALE, with no hub.
 */
struct fleet_feed {
	size_t n_hubs, n_away; // 0 hubs: our own polling. Away: their connection does not stand
	enum feed_state state;
	int64_t since_ms, last_answer_ms, retry_ms; // wall
	const char *detail;
	uint32_t lag_ms, n_in_flight, n_waiting;
};
const struct fleet_feed *fleet_feed(const struct fleet *fleet);

// The same of the hub that an agent is of, whatever becomes of the others; of our own feed where it is of none.
enum feed_state fleet_feed_state_of(const struct fleet *fleet, uint32_t agent);

// How the connection to one of the hubs stands.
enum { FLEET_HUBS_MAX = 16 };
struct fleet_link {
	uint8_t origin; // its number, from 1 on
	enum feed_state state;
	int64_t since_ms; // wall
	bool is_away;     // lost or refused: what its agents are like is stale. Starting is neither here nor away
};
// In the order of their numbers; returns how many there are, at most FLEET_HUBS_MAX.
size_t fleet_links(const struct fleet *fleet, struct fleet_link out[FLEET_HUBS_MAX]);

// The lists of agents that cannot be read now, so that the fleet may be incomplete; those that failed first come first.
// A pattern that matches no file is one of them only while there is no agent at all.
struct fleet_source {
	const char *name, *why;
	int64_t since_ms; // wall
	bool was_read;    // before: its agents are those it named then
};
// Writes at most n; returns how many there are.
size_t fleet_sources_failed(const struct fleet *fleet, struct fleet_source *out, size_t n);
// The same of recordings ("recording:DIR") that stand still: they do not make the fleet incomplete.
size_t fleet_recordings_stopped(const struct fleet *fleet, struct fleet_source *out, size_t n);

// ---- changes

enum fleet_change {
	FLEET_AGENT_ADDED,
	FLEET_AGENT_CHANGED, // description
	FLEET_AGENT_REMOVED, // still readable during the call
	FLEET_AGENT_HEALTH,
	FLEET_AGENT_PROBED,
	FLEET_AGENT_METRICS,
	FLEET_ALERTS,
	FLEET_TIMELINE,
	FLEET_PROGRESS,
	FLEET_AGENT_LIFECYCLE,
	FLEET_PLANS,
	FLEET_OPERATIONS,
	FLEET_AUDIT,
	FLEET_FEED,
	FLEET_PRESENCE, // agent: whom it concerns, 0 several
	FLEET_LEASE,    // agent
	FLEET_APPROVALS,
};

typedef void (*fleet_listener_cb)(void *ctx, enum fleet_change change, uint32_t agent);

int fleet_listen(struct fleet *fleet, fleet_listener_cb cb, void *ctx); // 0 or -ENOMEM
void fleet_unlisten(struct fleet *fleet, fleet_listener_cb cb, void *ctx);
