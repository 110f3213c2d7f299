#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Inside the fleet: one struct, one file for each part of the fold.
 *
 * fleet.c takes an event to the part it concerns; agents.c keeps who there is, health.c what they are like and the
 * counts that follow from it, series.c the numbers, alerts.c, timeline.c, progress.c and feed.c the rest, listeners.c
 * tells who wants to know. What is large in an event (an excerpt, a scrape) is kept by reference to the event.
 */
#include "base/ring.h"
#include "base/table.h"
#include "model/tally.h"
#include "opscon/fleet.h"

struct metrics_aggregator;

struct fleet_entry {
	struct fleet_agent public; // what readers see
	uint32_t id;
	uint64_t arrival;              // ascending: where it stands among the others
	uint8_t origin;                // of the event that described it last
	uint64_t restated;             // fleet_restore::number; told again by that snapshot
	size_t restated_at;            // its place in fleet_restore::agents
	uint64_t turned;               // fleet::n_turns when it came into fleet::bad
	bool was_known;                // its state has been something else than unknown
	bool is_away;                  // its hub is: stale, whatever was said, until it is heard of again
	enum freshness said_freshness; // is_away: as it was said
	int64_t said_since_ms;         // is_away: public.state_since_ms
	bool is_bad;                   // linked in fleet::bad
	bool is_aside;                 // counted as in maintenance
	bool is_checking;              // counted as such
	struct fleet_entry *bad_prev, *bad_next;
	struct event *probed[2];   // references: where public.probed points
	struct event *scrape;      // reference, or NULL
	struct event *lifecycle;   // reference, or NULL: where public.lifecycle points
	struct event *lease_event; // reference, or NULL: nobody has it
	struct fleet_lease lease;
	bool is_lease_restated;                // by the snapshot that is under way, or there is none
	UT_hash_handle hh;                     // fleet::by_id
	UT_hash_handle hh_key;                 // fleet::by_key
	uint64_t told_in[TIMELINE_KIND_COUNT]; // numbers of the items that tell of it among others; 0 none
};

struct fleet_alert {
	struct alert public;
	uint64_t restated;               // fleet_restore::number
	struct event *event;             // reference: the texts
	struct fleet_alert *prev, *next; // fleet::resolved, in order of resolution
	UT_hash_handle hh;
};

struct fleet_operation {
	const struct operation *operation; // reference
	uint8_t origin;
	uint64_t restated; // fleet_restore::number
};

struct fleet_progress {
	struct event *event; // reference
	uint64_t restated;   // fleet_restore::number
};

// Of both: false while a snapshot is under way that has not named it yet.
struct fleet_present {
	struct event *event; // reference: the texts
	struct fleet_presence public;
	bool is_restated;
};

struct fleet_approved {
	struct event *event; // reference: the texts and the plan
	struct fleet_approval public;
	bool is_restated;
};

struct fleet_item {
	struct timeline_item public;
	char *memory;            // owned: every text of the item
	enum timeline_kind kind; // of what it tells of many, or would
	uint64_t told_at;        // fleet::n_tellings when it was told or changed
};

struct fleet_listener {
	fleet_listener_cb cb; // NULL: gone, to be swept
	void *ctx;            // borrowed
};

// An agent that a snapshot has told again, and what of it.
struct fleet_restored {
	uint32_t id;
	bool has_probed[2], has_lifecycle;
	uint64_t series[SERIES_MAX / 64]; // bit = number
};

// A snapshot that is under way: what it has told bears its number, and the rest of that origin goes when it ends.
struct fleet_restore {
	uint8_t origin;
	uint64_t number;               // never 0, never used again
	struct fleet_restored *agents; // owned, in the order told; of one told twice, the later counts
	size_t n_agents, cap_agents;
	struct event **items; // owned, references: EVENT_TIMELINE, ascending by the sender's number
	size_t n_items, cap_items;
	enum health_state overall; // before
	int64_t overall_since_ms;
	struct fleet_restore *next;
};

enum {
	FLEET_PROGRESS_MAX = 32,
	FLEET_OPERATIONS_MAX = 200,
	FLEET_PLANS_MAX = 16,
	FLEET_APPROVALS_MAX = 64,
	FLEET_RESOLVED_MAX = 1000,
	FLEET_TIMELINE_DEFAULT = 5000
};

struct fleet {
	uint64_t seen[CHANNEL_COUNT]; // last sequence number applied
	bool is_incomplete;

	uint8_t origin;                // of the event that is being applied
	bool is_quiet;                 // and it is no news
	struct fleet_restore *restore; // and the snapshot of that origin that is under way; NULL: none
	struct fleet_restore *restores;
	uint64_t n_restores;

	struct fleet_entry *by_id, *by_key;
	struct fleet_entry **agents; // in order of arrival
	size_t n_agents, cap_agents;
	uint64_t n_arrivals;

	struct fleet_counts counts;
	struct tally tiers; // owned
	enum health_state overall;
	int64_t overall_since_ms;
	struct fleet_entry *bad; // those that turned latest first
	size_t n_bad;
	uint64_t n_turns; // ever

	struct event *defs[SERIES_MAX];     // references, by number
	size_t n_defs;                      // highest number defined, plus one
	uint64_t n_defs_changed;            // ever
	uint64_t defs_restated[SERIES_MAX]; // fleet_restore::number
	struct metrics_aggregator *points;

	struct fleet_alert *alerts_by_id;
	struct fleet_alert **alerts; // by since_ms, oldest first
	size_t n_alerts, cap_alerts;
	size_t n_alerts_in[ALERT_STATE_COUNT];
	struct fleet_alert *resolved;

	struct fleet_item *items; // ring
	struct ring ring;
	uint64_t n_items_ever;
	uint64_t n_tellings; // items told and changed ever
	struct timeline_fold folded[FLEET_HUBS_MAX + 1][TIMELINE_KIND_COUNT];
	struct event *question_event; // reference
	uint64_t question_restated;   // fleet_restore::number
	struct timeline_item question;

	struct fleet_progress progress[FLEET_PROGRESS_MAX]; // newest first
	size_t n_progress;

	struct fleet_operation *operations; // owned, oldest first
	size_t n_operations, cap_operations, n_operations_open;
	const struct plan *plans[FLEET_PLANS_MAX]; // references, newest first

	struct fleet_broken {        // a list that cannot be read
		struct event *event; // reference
		int64_t since_ms;    // wall
		uint64_t restated;   // fleet_restore::number
	} * sources;
	size_t n_sources;
	uint64_t n_sources_changed;                                                     // ever: one came or went
	uint64_t n_progress_came, n_operations_came, n_approvals_came, n_presence_came; // ever

	struct fleet_present *presence; // owned, in order of arrival
	size_t n_presence, cap_presence;
	struct fleet_approved approvals[FLEET_APPROVALS_MAX]; // newest first
	size_t n_approvals;

	struct event *audit_list, *audit_check; // references, or NULL

	struct fleet_hub {
		struct event *own, *link; // references, or NULL: its polling, and our connection to it
	} hubs[FLEET_HUBS_MAX + 1];       // by origin; 0 is this process, which has no link
	struct fleet_feed feed;           // of the one that is worst off; its detail is in the event
	enum health_state said_overall;   // before any hub went away
	int64_t said_overall_since_ms;

	struct fleet_listener *listeners;
	size_t n_listeners;
	unsigned notifying; // depth of calls under way
	uint64_t n_changes; // told ever
};

// ---- one part of the fold each; 0 or -ENOMEM, and then nothing of the event was taken
int fleet_agent_added(struct fleet *fleet, const struct event *event);
int fleet_agent_changed(struct fleet *fleet, const struct event *event);
int fleet_agent_removed(struct fleet *fleet, const struct event *event);
int fleet_health_changed(struct fleet *fleet, const struct event *event);
int fleet_probed(struct fleet *fleet, const struct event *event);
int fleet_series_defined(struct fleet *fleet, const struct event *event);
int fleet_metrics_read(struct fleet *fleet, const struct event *event);
int fleet_scraped(struct fleet *fleet, const struct event *event);
int fleet_alert_changed(struct fleet *fleet, const struct event *event);
int fleet_progress_changed(struct fleet *fleet, const struct event *event);
int fleet_lifecycle_changed(struct fleet *fleet, const struct event *event);
int fleet_planned(struct fleet *fleet, const struct event *event);
int fleet_operation_changed(struct fleet *fleet, const struct event *event);
int fleet_action_taken(struct fleet *fleet, const struct event *event);
int fleet_noticed(struct fleet *fleet, const struct event *event);
int fleet_feed_changed(struct fleet *fleet, const struct event *event);
int fleet_source_changed(struct fleet *fleet, const struct event *event);
int fleet_audit_listed(struct fleet *fleet, const struct event *event);
int fleet_audit_checked(struct fleet *fleet, const struct event *event);
int fleet_snapshot_told(struct fleet *fleet, const struct event *event);
int fleet_item_restated(struct fleet *fleet, const struct event *event);
int fleet_points_replaced(struct fleet *fleet, const struct event *event);
int fleet_presence_changed(struct fleet *fleet, const struct event *event);
int fleet_lease_changed(struct fleet *fleet, const struct event *event);
int fleet_approval_changed(struct fleet *fleet, const struct event *event);

// ---- between the parts
struct fleet_entry *fleet_entry(const struct fleet *fleet, uint32_t id); // NULL when gone
struct event *fleet_keep(const struct event *event);                     // a reference

// Counts one agent in (or out of) a state and tier, or as paused or set aside. In: 0 or -ENOMEM; out never fails.
int fleet_count_in(struct fleet *fleet, enum health_state state, const struct agent *agent, bool is_aside);
void fleet_count_out(struct fleet *fleet, enum health_state state, const struct agent *agent, bool is_aside);
void fleet_count_checking(struct fleet *fleet, struct fleet_entry *entry); // after its health or description changed
void fleet_settle_overall(struct fleet *fleet, int64_t at_ms);             // after counting
// An agent is so for longer than it is known: the fleet is as bad for as long at least.
void fleet_overall_is_older(struct fleet *fleet, enum health_state state, int64_t since_ms);
void fleet_overall_is_younger(struct fleet *fleet); // all are well: since the last of them is. Looks at each
void fleet_forget_bad(struct fleet *fleet, struct fleet_entry *entry);
void fleet_recount(struct fleet *fleet, struct fleet_entry *entry, enum health_state from, enum health_state to);

// ---- feed.c: since when what a hub has said is not news any more; 0: it is as of now
int64_t fleet_hub_as_of_ms(const struct fleet *fleet, uint8_t origin);

// ---- away.c: what is known of agents whose hub is away is stale; heard of again they are as they were said to be
void fleet_hub_away(struct fleet *fleet, uint8_t origin, bool is_away, int64_t at_ms);
void fleet_entry_back(struct fleet *fleet, struct fleet_entry *entry, int64_t at_ms); // fine when it is not away

// Something for the timeline; texts are copied. A failure is remembered in is_incomplete, and nothing else happens.
struct fleet_news {
	int64_t at_ms;
	enum action_type type;
	enum severity severity;
	enum event_type source;
	const struct agent *agent;             // may be NULL
	const char *who, *title, *description; // NULL is ""
};
void fleet_tell(struct fleet *fleet, const struct fleet_news *news);

// The same for what comes in masses: like news of one second become one item, "22 agents added".
void fleet_tell_folded(struct fleet *fleet, enum timeline_kind kind, const struct fleet_news *news);
// The first of a second one by one, with why; the others are a number and names.
void fleet_tell_down(struct fleet *fleet, const struct fleet_news *news);

// Open alerts that were heard of before their agent was, as when channels are replayed one after the other.
uint32_t fleet_count_alerts(const struct fleet *fleet, uint32_t agent);

// Presence, leases and approvals of that origin which are not told between the two are gone.
void fleet_together_begin(struct fleet *fleet, uint8_t origin);
void fleet_together_end(struct fleet *fleet, uint8_t origin);

// ---- snapshots

// The snapshot that is being applied has told of the agent, or a live event has meanwhile. 0 or -ENOMEM.
int fleet_restore_agent(struct fleet *fleet, struct fleet_entry *entry, bool is_restated);
struct fleet_restored *fleet_restored(const struct fleet *fleet, const struct fleet_entry *entry); // NULL: it has not
uint64_t fleet_restore_number(const struct fleet *fleet); // of the snapshot that is being applied; 0 none

/* Whether what is known of a thing, marked with `restated`, is told anew by the event rather than changed: by the
 * snapshot itself; or by a live event while the snapshot has not named it, when it may have been gone in between.
 */
bool fleet_begins_anew(const struct fleet *fleet, const struct event *event, uint64_t restated);

// What that snapshot has not told again goes, part by part.
void fleet_agents_settle(struct fleet *fleet, const struct fleet_restore *restore, int64_t at_ms);
void fleet_alerts_settle(struct fleet *fleet, const struct fleet_restore *restore);
void fleet_progress_settle(struct fleet *fleet, const struct fleet_restore *restore);
void fleet_operations_settle(struct fleet *fleet, const struct fleet_restore *restore);
void fleet_sources_settle(struct fleet *fleet, const struct fleet_restore *restore);
void fleet_series_settle(struct fleet *fleet, const struct fleet_restore *restore);
void fleet_timeline_settle(struct fleet *fleet, const struct fleet_restore *restore, const struct event *end);

// Of one agent: what the snapshot did not tell of it.
void fleet_entry_settle(struct fleet *fleet, struct fleet_entry *entry, const struct fleet_restored *restored);
void fleet_points_settle(struct fleet *fleet, const struct fleet_restored *restored, int64_t at_ms);

struct timeline_fold *fleet_folds(struct fleet *fleet, uint8_t origin); // TIMELINE_KIND_COUNT of them
struct fleet_item *fleet_item(const struct fleet *fleet, uint64_t no);  // NULL when it has been dropped, or never was
void fleet_forget_question(struct fleet *fleet);

void fleet_notify(struct fleet *fleet, enum fleet_change change, uint32_t agent);

void fleet_agents_finish(struct fleet *fleet);
void fleet_counts_finish(struct fleet *fleet);
int fleet_points_init(struct fleet *fleet, const struct fleet_limits *limits); // 0 or -ENOMEM
void fleet_audit_finish(struct fleet *fleet);
void fleet_points_forget(struct fleet *fleet, uint32_t agent);
void fleet_points_finish(struct fleet *fleet);
void fleet_alerts_finish(struct fleet *fleet);
int fleet_timeline_init(struct fleet *fleet, const struct fleet_limits *limits); // 0 or -ENOMEM
void fleet_timeline_finish(struct fleet *fleet);
void fleet_progress_finish(struct fleet *fleet);
void fleet_operations_finish(struct fleet *fleet);
void fleet_feed_finish(struct fleet *fleet);
void fleet_restores_finish(struct fleet *fleet);
void fleet_sources_finish(struct fleet *fleet);
void fleet_together_finish(struct fleet *fleet);
