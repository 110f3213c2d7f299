#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The direct feed from inside: what its files share.
 *
 * direct.c lifetimes · direct_agents.c who is watched and how they are found · direct_samples.c from a sample to events
 * · direct_requests.c what a person asks · direct_audit.c and who did · direct_trail.c what it reads of it ·
 * direct_state.c deadlines, the feed's own state, progress of the first contact · direct_verdict.c what an answer that
 * came before means ·
 * direct_operations.c the provisioning engine and what it asks of the world · direct_index.c who depends on whom ·
 * direct_vitals.c what guards look at · direct_standing.c what outlasts a restart
 */
#include "agents/endpoint_memory.h"
#include "agents/registry.h"
#include "base/table.h"
#include "feeds/direct.h"
#include "feeds/direct_trail.h"
#include "feeds/discovery.h"
#include "poll/contact.h"
#include "poll/http.h"
#include "poll/prober.h"
#include "services/alerts.h"
#include "services/health_checker.h"
#include "services/metric_recorder.h"
#include "services/panels.h"
#include "services/provisioning_engine.h"
#include "services/standing.h"

enum { DIRECT_STATE_MS = 1000, DIRECT_MEMORY_SAVE_MS = 2000, DIRECT_PROGRESS_ID = 1, DIRECT_ASLEEP_MS = 2000 };

// What the feed itself has to remember of an agent.
struct watched {
	uint32_t id;
	const struct agent *agent; // a reference: the newest description
	bool is_contacting;        // its endpoints are being looked for
	int64_t retry_at_ms;       // mono: when they are looked for again
	bool was_contacted;        // they have been looked for at least once
	bool is_remembered;        // its endpoints come from the memory and have not answered well yet
	bool has_answered;         // with any HTTP status
	bool is_settled;           // everything there is to ask was asked once
	bool is_loopback;
	bool is_recognised;           // what it is was looked at
	int64_t stood_ms;             // wall: when a hub before this one looked at it last; 0: none that is known
	struct direct_vitals *vitals; // owned; NULL: nothing is known, or it cannot be operated
	struct verdict_memo *memo;    // owned: the last answer and what was said of it; NULL: none
	UT_hash_handle hh;            // direct_feed::watched
};

// Counts for the progress of the first contact; each agent is counted once.
struct direct_counts {
	size_t n_agents, n_discovering, n_contacted, n_answered, n_settled, n_not_loopback;
};

struct direct_standing {
	bool is_kept;
	struct standing before; // whom nobody has taken up yet
	bool is_changed;        // since it was saved
	bool is_urgent;         // by a person
	bool is_saving, is_failing;
	int64_t saved_ms; // mono
};

struct direct_feed {
	struct feed feed; // first
	uv_loop_t *loop;
	const struct config *config;     // borrowed
	const struct selector *selector; // borrowed; NULL: everyone
	struct shard shard;
	struct broadcaster *broadcaster; // borrowed
	struct event_sink sink;
	int subscription;

	struct http_client *client;
	struct prober *prober;
	struct contact *contact;
	struct discovery *discovery; // NULL: no sources
	struct registry *registry;
	struct health_checker *health;
	struct panels *panels;
	struct metric_recorder *recorder;
	struct alerts *alerts;
	struct endpoint_memory *memory;
	struct audit_logger *audit; // borrowed; NULL: nothing is audited
	struct direct_trail trail;
	struct direct_standing standing;
	char *state_dir; // owned; NULL: nothing is remembered

	struct provisioning_engine *engine; // NULL: nothing can be operated
	struct driver_table *drivers;
	struct journal_writer *journal; // NULL: none is kept
	struct journal_watch *watch;    // of what other processes run; NULL with it
	uv_async_t journal_wake;
	bool has_journal_wake;
	int errors_series, p95_series; // what guards look at; -1: there is none
	struct direct_group *groups;   // hash by key, owned
	bool has_groups;

	bool memory_is_dirty, is_once, is_stopping, is_short_told;
	bool has_refused;  // a list that was well-formed
	bool is_mute;      // there is no libcurl to ask with, which was told
	bool is_mute_told; // and stands beside the state
	bool is_waking;    // what is told now is told for having slept: no alerts

	struct watched *watched; // hash by id, owned
	struct direct_counts counts;
	struct insecure_news { // whose certificates are not verified, and was not told yet
		size_t n;
		char names[200]; // of the first few
	} insecure;
	enum health_outage outage; // as told to the alerts

	uv_timer_t deadline_timer; // of the services
	int64_t armed_ms;          // mono; INT64_MAX: not armed
	uv_timer_t state_timer;
	enum feed_state state;
	int64_t started_ms, state_since_ms, last_result_ms; // wall
	int64_t progress_ended_ms;                          // wall; 0: it runs
	uint64_t progress_mark;                             // of the counts last told
	int64_t memory_saved_ms;                            // mono

	size_t n_open; // parts that still close
	void (*closed_cb)(void *ctx);
	void *closed_ctx;
};

void direct_part_closed(struct direct_feed *feed);                     // one of n_open; the last frees the feed
struct watched *direct_watched(struct direct_feed *feed, uint32_t id); // NULL when gone

// direct_agents.c
int direct_agents_start(struct direct_feed *feed, const struct direct_options *options); // 0 or negative errno
void direct_agents_finish(struct direct_feed *feed);
void direct_on_contact(const struct contact_result *result, void *ctx);
void direct_look_again(struct direct_feed *feed, struct watched *watched); // remembered endpoints were wrong
void direct_recognise(struct direct_feed *feed, struct watched *watched);  // names an exporter's service
void direct_memory_save(struct direct_feed *feed, struct instant now);

// direct_samples.c
void direct_on_sample(const struct sample *sample, void *ctx);
void direct_on_event(void *ctx, const struct event *event); // what the services said: alerts listen, overlays follow

// direct_verdict.c
void direct_verdict(struct direct_feed *feed, struct watched *watched, const struct sample *sample,
		    struct verdict *out); // as verdict_read()
void direct_verdict_forget(struct watched *watched);

// direct_requests.c
int direct_request(struct feed *feed, const struct request *request);

// direct_audit.c
struct direct_before { // how it was before a request
	enum alert_state alert;
	bool is_maintained;
};
void direct_audit_look(const struct direct_feed *feed, const struct request *request, struct direct_before *out);
void direct_audit_request(struct direct_feed *feed, const struct request *request, const struct direct_before *before,
			  int result);
void direct_audit_insecure(struct direct_feed *feed, const char *source, size_t n, const char *names);

// direct_operations.c
int direct_operations_start(struct direct_feed *feed, const struct direct_options *options);
void direct_operations_stop(struct direct_feed *feed); // the drivers and the wake stay to be closed
void direct_operations_agent(struct direct_feed *feed, const struct agent *agent, bool is_gone);
int direct_operations_request(struct direct_feed *feed, const struct request *request);

// direct_vitals.c
void direct_vitals_note(struct direct_feed *feed, const struct event *event); // readings, as the recorder tells them
// Of the readings after that one; `watched` may be NULL.
void direct_vitals_get(const struct watched *watched, uint32_t after, struct engine_vitals *out);

// direct_standing.c
void direct_standing_start(struct direct_feed *feed, bool is_kept);
void direct_standing_agent(struct direct_feed *feed, const struct agent *agent); // a new one, known to the services
void direct_standing_note(struct direct_feed *feed, const struct event *event);
void direct_standing_asked(struct direct_feed *feed); // a person has changed something
void direct_standing_tick(struct direct_feed *feed, struct instant now);
void direct_standing_stop(struct direct_feed *feed); // saves it for the last time, unless a save is under way
void direct_standing_finish(struct direct_feed *feed);

// direct_index.c
size_t direct_dependents(struct direct_feed *feed, const struct agent *agent, const char **names, size_t n);
bool direct_is_last_healthy(struct direct_feed *feed, const struct agent *agent); // of its service and environment
void direct_index_drop(struct direct_feed *feed);                                 // the fleet has changed

// direct_state.c
int direct_state_start(struct direct_feed *feed);
void direct_rearm(struct direct_feed *feed); // after anything that may have set a nearer deadline
void direct_notice(struct direct_feed *feed, enum severity severity, enum action_type type, const char *title,
		   const char *text, bool needs_answer);
void direct_state_tell(struct direct_feed *feed, struct instant now);
void direct_mute_tell(struct direct_feed *feed); // after a request that could not begin
void direct_progress_tell(struct direct_feed *feed, struct instant now);
