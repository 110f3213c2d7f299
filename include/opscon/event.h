#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Events: the only thing that crosses from the services to a console, a socket or a file.
 *
 * An event is immutable once published and shared by reference count; it owns everything it points to. `seq` counts per
 * channel from 1 and is given by the broadcaster. Times are wall-clock milliseconds: mono time means nothing elsewhere.
 * The fleet is a fold over events, so an event carries the new state whole, never a difference.
 */
#include <stdint.h>

#include "opscon/agent.h"
#include "opscon/alert.h"
#include "opscon/audit_list.h"
#include "opscon/health.h"
#include "opscon/metric.h"
#include "opscon/operation.h"
#include "opscon/progress.h"
#include "opscon/sample.h"

enum channel {
	CHANNEL_AGENTS,  // who there is, and health transitions
	CHANNEL_METRICS, // readings: probes, points, scrapes, and pages of the audit trail that somebody reads
	CHANNEL_ALERTS,
	CHANNEL_OPERATIONS, // plans, operations, and what else takes several steps
	CHANNEL_AUDIT,      // what a person did
	CHANNEL_SYSTEM,     // the feed itself
	CHANNEL_COUNT,
};

const char *channel_name(enum channel channel); // "agents" "metrics" "alerts" "operations" "audit" "system"

enum event_type {
	EVENT_AGENT_ADDED,    // u.agent
	EVENT_AGENT_CHANGED,  // u.agent: same id, new description
	EVENT_AGENT_REMOVED,  // no payload
	EVENT_AGENT_HEALTH,   // u.health: any axis but the times of the last probe changed
	EVENT_AGENT_PROBED,   // u.probed: every answered or failed probe
	EVENT_SERIES_DEFINED, // u.series
	EVENT_METRICS,        // u.metrics: readings of one agent
	EVENT_SCRAPE,         // u.scrape: the full scrape of a watched agent
	EVENT_ALERT,          // u.alert
	EVENT_PROGRESS,       // u.progress
	EVENT_LIFECYCLE,      // u.lifecycle: of one agent
	EVENT_PLAN,           // u.plan: what somebody asked for would do
	EVENT_OPERATION,      // u.operation: as it stands now
	EVENT_ACTION,         // u.action: what a person did
	EVENT_NOTICE,         // u.notice: what the program has to say
	EVENT_FEED,           // u.feed: how the feed itself is doing
	EVENT_SOURCE,         // u.source: a list of agents cannot be read, or the recording not written; or again
	EVENT_AUDIT_LIST,     // u.audit_list: the trail's newest records, as they were asked for
	EVENT_AUDIT_CHECK,    // u.audit_check: how far the trail was verified
	EVENT_SNAPSHOT,       // u.snapshot: what stands between its beginning and its end restates what is known
	EVENT_TIMELINE,       // u.timeline: in a snapshot, an item of before
	EVENT_POINTS,         // u.points: of one series of an agent, as they are kept; takes their place
	EVENT_PRESENCE,       // u.presence: who is there, and what they look at
	EVENT_LEASE,          // u.lease: who has an agent for an operation, and for how long
	EVENT_APPROVAL,       // u.approval: of a plan that a second person has to agree to
	EVENT_AUDIT_HEAD,     // u.audit_head: the hash of a record of the trail
	EVENT_TYPE_COUNT,
};

const char *event_type_name(enum event_type type); // "agent_added", ...

enum { EXCERPT_MAX = 1024 }; // displayable bytes kept of an answer's body

struct event_probed {
	enum probe_kind kind;
	enum reason reason; // of the verdict
	int http_status;
	struct probe_timing timing;
	uint64_t wire_bytes, body_bytes;
	int64_t next_due_ms;         // wall: when the next probe of this kind is due; 0 unknown
	enum agent_dialect dialect;  // health: as understood
	const char *excerpt;         // owned; "" when there was no body
	struct health_check *checks; // owned
	size_t n_checks;
	size_t n_bad_lines, first_bad_line; // metrics
	struct health health;               // the axes as they stand after this probe (times included)
};

// The seven action types of a timeline.
enum action_type {
	ACTION_CREATE,
	ACTION_START,
	ACTION_UPDATE,
	ACTION_DELETE,
	ACTION_ERROR,
	ACTION_STOP,
	ACTION_INFO,
	ACTION_TYPE_COUNT,
};

const char *action_type_name(enum action_type type);
enum action_type action_type_from_name(const char *name); // ACTION_TYPE_COUNT when unknown

enum feed_state { FEED_STARTING, FEED_LIVE, FEED_LATE, FEED_STALE, FEED_RECONNECTING, FEED_OFFLINE, FEED_REFUSED };

const char *feed_state_name(enum feed_state state);

enum approval_state { APPROVAL_WANTED, APPROVAL_GIVEN, APPROVAL_REFUSED, APPROVAL_LAPSED, APPROVAL_STATE_COUNT };

const char *approval_state_name(enum approval_state state); // "wanted" "given" "refused" "lapsed"

// Like news of one second become one item of the timeline.
enum timeline_kind {
	TIMELINE_SINGLE,
	TIMELINE_ADDED,
	TIMELINE_REMOVED,
	TIMELINE_UP,
	TIMELINE_DOWN,
	TIMELINE_RESTARTED,
	TIMELINE_STALE, // nothing is known of it any more
	TIMELINE_AGAIN, // it is as it was before a moment of that
	TIMELINE_KIND_COUNT,
};

// "single" "added" "removed" "up" "down" "restarted" "stale" "again"
const char *timeline_kind_name(enum timeline_kind kind);

// How far that has come, of one kind.
struct timeline_fold {
	uint64_t no;    // of the item that the next one would be added to; 0: none
	int64_t second; // wall
	uint64_t n;     // told in that second
};

struct event {
	uint32_t refs;
	enum event_type type;
	enum channel channel;
	uint64_t seq;     // set by the broadcaster
	int64_t at_ms;    // wall
	uint32_t agent;   // 0: not about one agent
	uint8_t origin;   // 0: this process; else the number of the hub that it came from
	bool is_restated; // of a snapshot: how it stands, told again; no news
	bool was_known;   // with is_restated, of an agent's health: it has been something else than unknown
	union {
		const struct agent *agent; // a reference
		struct health health;
		struct event_probed probed;
		struct series_def series; // texts owned
		struct {
			struct metric_reading *items; // owned
			size_t n;
		} metrics;
		struct scrape scrape;              // rows and texts owned
		struct alert alert;                // texts owned
		struct progress progress;          // steps and texts owned
		struct agent_lifecycle lifecycle;  // texts owned; the fleet takes none without them
		const struct plan *plan;           // a reference
		const struct operation *operation; // a reference
		struct {
			enum action_type type;
			uint32_t alert;    // 0: none
			const char *who;   // owned
			const char *title; // owned: "acknowledged agent_down"
			const char *text;  // owned: reason or note, "" when none
			bool is_answer;    // settles the open question (a notice with needs_answer)
		} action;
		struct {
			enum severity severity;
			enum action_type type; // how the timeline colours it
			const char *title;     // owned
			const char *text;      // owned, "" when none
			bool needs_answer;     // a shrinking list: REQUEST_SHRINK_ACCEPT or _REFUSE
		} notice;
		struct {
			bool is_link; // of the connection to its origin; else of what the sender's own polling is like.
				      // Origin 0: of what is played. FEED_STALE in a gap, FEED_LATE behind it: who is
				      // not heard of stays stale, FEED_LIVE: all is known again
			enum feed_state state;
			int64_t since_ms;       // wall: when the state was entered
			int64_t last_answer_ms; // wall: newest result of any agent, be it a failure; 0 never
			int64_t retry_ms;       // wall: of a connection that does not stand, its next try; 0 now
			const char *detail;     // owned, "" when none
			uint32_t lag_ms;        // of our own loop, worst since the last event
			uint32_t n_in_flight, n_waiting;
		} feed;
		struct {
			const char *name;  // owned: "file_sd:PATH", "http_sd:URL"
			const char *why;   // owned; "": it was read
			bool is_empty;     // a pattern that matches no file (yet): no failure while others name agents
			bool was_read;     // what it said before is kept
			bool is_recording; // no list: what is recorded; name "recording:DIR", why it stands still
		} source;
		struct audit_list audit_list;
		struct audit_check audit_check;
		struct {
			bool is_end;              // what its origin said before and the snapshot did not is gone
			int64_t overall_since_ms; // wall; with is_end: since when the fleet's overall state holds
			struct timeline_fold folds[TIMELINE_KIND_COUNT]; // with is_end
		} snapshot;
		struct {
			enum action_type type;
			enum severity severity;
			enum event_type source;
			const char *agent_name;                // owned, as the others; "" none
			const char *who, *title, *description; // "" none
			uint64_t no;                           // of the sender; the same again takes its place
			enum timeline_kind kind;               // of what it tells of many
			uint32_t *agents; // owned: whose last one of that kind it is, told among others
			size_t n_agents;
		} timeline;
		struct {
			uint16_t series;
			struct metric_point *items; // owned, oldest first
			size_t n;
		} points;
		struct {
			uint32_t session;         // of one console; never 0, never reused by a hub
			const char *who, *origin; // owned: "alice", "ops1 pts/3" or an address
			const char *role;         // owned: "operator"
			const char *doing;        // owned: "restart WowCache"; "" only looks
			int64_t since_ms;         // wall
			bool is_gone;             // event.agent: whom it looks at; 0 the fleet
			bool is_own;              // this console itself: set by the feed that reads it, never sent
		} presence;
		struct {
			uint64_t epoch;     // of this agent; each new holder has a greater one
			const char *holder; // owned: "alice on ops1"; "" nobody any more
			const char *doing;  // owned: what for, "restart"; "" not said
			uint32_t session;   // of the holder's presence; 0 none (a process without one)
			int64_t until_ms;   // wall; 0: an operation runs, and has it until it is over
		} lease;
		struct {
			uint32_t plan; // its no
			enum approval_state state;
			const char *asker;            // owned: who made the plan
			const char *by;               // owned: who agreed or refused; ""
			const char *what;             // owned: "upgrade WowCache to 2.1 in production"
			const char *reason;           // owned: why, as whoever made it has said; "" not said
			bool is_unasked;              // they have not confirmed it yet: for them alone to know
			char hash[PLAN_HASH_HEX + 1]; // what is agreed to is this plan and no other
			int64_t until_ms;             // wall: when it lapses
			const struct plan *whole;     // a reference: for whoever agrees; NULL: it is not to be had
		} approval;
		struct {
			uint64_t seq;                 // its number
			char hash[PLAN_HASH_HEX + 1]; // "": it is not to be had, why says
			const char *why;              // owned; "" AUDIT_HEAD_GONE (audit.h) ...
			bool is_newest;               // nobody asked: how far the trail has come
		} audit_head;
	} u;
};

/* Makes an event with one reference and a zeroed payload; NULL for want of memory. Strings put into the payload must
 * come from mem_strdup(); event_unref() frees them by type.
 */
struct event *event_new(enum event_type type, int64_t at_ms, uint32_t agent);
struct event *event_ref(struct event *event);
void event_unref(struct event *event); // NULL is fine

/* A copy with one reference, marked is_restated, seq 0. Of what a snapshot tells again from the event that told it: a
 * series, a probe, an alert, progress, a lifecycle, a notice, a source, presence, a lease, an approval. NULL for want
 * of memory.
 */
struct event *event_restate(const struct event *event, int64_t at_ms);

// Where services put what they have to say. The callee takes the reference over.
struct event_sink {
	void (*emit)(void *ctx, struct event *event);
	void *ctx; // borrowed
};

static inline void event_emit(const struct event_sink *sink, struct event *event)
{
	if (event)
		sink->emit(sink->ctx, event);
}
