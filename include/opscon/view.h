#pragma once
// SPDX-License-Identifier: Apache-2.0
/* View state: what one console looks at. Widgets read it; only console/ writes it. Nothing here is known of the fleet
 * that the fleet does not say itself: ids, orders and choices only.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "opscon/alert.h"
#include "opscon/event.h"
#include "opscon/fleet.h"
#include "opscon/metric.h"
#include "opscon/style.h"

enum screen_id {
	SCREEN_OVERVIEW,
	SCREEN_AGENT,
	SCREEN_ALERTS,
	SCREEN_METRICS,
	SCREEN_TIMELINE,
	SCREEN_OPERATIONS,
	SCREEN_AUDIT,
	SCREEN_HELP,
	SCREEN_COUNT
};

enum pane { PANE_TABLE, PANE_TIMELINE, PANE_PANELS, PANE_DETAIL, PANE_COUNT }; // DETAIL: of the operations screen

// Columns of the agent table.
enum agent_column {
	COLUMN_STATE,
	COLUMN_NAME,
	COLUMN_TIER,
	COLUMN_ENV,
	COLUMN_REASON,
	COLUMN_SINCE,
	COLUMN_LATENCY,
	COLUMN_TREND, // sparkline of latency
	COLUMN_CPU,
	COLUMN_MEMORY,
	COLUMN_RATE,
	COLUMN_ERRORS,
	COLUMN_URL,
	COLUMN_COUNT,
};

// Which agents of the context the table lists.
enum table_mode {
	TABLE_ALL,
	TABLE_NEWLY_BAD, // those of fleet_newly_bad()
	TABLE_DIFFERS,   // another version or latency than its peers
	TABLE_MODE_COUNT,
};

struct row_cache; // widgets/row_cache.h

struct agent_table_view {
	const uint32_t *ids; // borrowed from console/agent_order: filtered, sorted
	size_t n_ids;
	size_t n_total;     // before the filters
	size_t top, cursor; // indices into ids
	enum agent_column sort;
	bool is_descending;
	enum table_mode mode;
	const char *filter; // text that names must contain, "" none
	const uint64_t
		*rows; // borrowed: only these are drawn, bit i: the i-th in sight, on what stands there; NULL: all
	const uint32_t *marks; // borrowed: ids that are marked, ascending
	size_t n_marks;
	size_t n_marks_hidden;   // of them not among ids
	struct row_cache *cache; // borrowed: rows as they were drawn; NULL: none are kept, all are made anew
};

enum { TABLE_ROWS_MAX = 512 }; // of agent_table_view::rows

struct timeline_view {
	const uint64_t
		*nos; // borrowed: items that pass the filters, newest first, each an index of fleet_timeline_at()
	size_t n_items;
	size_t top, cursor;
	bool is_following; // keeps the newest in sight
	uint64_t expanded; // timeline_item.no; 0 none
	bool is_absolute;  // times of day instead of "2m ago"
	bool is_compact;   // one line an item
	unsigned types;    // bit = 1 << action_type; 0: all
	enum severity min_severity;
	const char *text; // filter, "" none
};

struct alerts_view {
	const uint32_t *ids; // borrowed: alert ids that pass the filter
	size_t n_ids, top, cursor;
	unsigned states; // bit = 1 << alert_state; 0: all
};

struct metrics_view {
	const uint32_t *rows; // borrowed: indices into the scrape that pass the filter
	size_t n_rows, top, cursor;
	const char *text; // filter
};

struct operations_view {
	uint32_t no;               // the operation under the cursor; 0: there is none
	size_t top, cursor;        // rows, as fleet_operation_at()
	size_t target_top, target; // rows of its targets
	const char *key;           // that goes to the operations, "" none
	const char *approve_key;   // that answers plans which wait for a second person, "" none
};

struct audit_view {
	const uint16_t *rows; // borrowed: indices into fleet_audit_list() that pass the filter
	size_t n_rows, top, cursor;
	const char *text; // filter, "" none
	bool is_expanded; // the record under the cursor stands in full below
	bool has_trail;   // false: the feed knows of none
};

enum picker_kind {
	PICK_AGENTS,
	PICK_TIERS,
	PICK_ENVIRONMENTS,
	PICK_LABELS,
	PICK_SERVICES,
	PICK_TIME_RANGE,
	PICK_THEME,
	PICK_COMMANDS, // the palette
	PICK_CHOICE,   // a few: snooze for how long, export as what, types of a timeline
	PICK_ACTION,   // what can be done to an agent; hints say why not
	PICK_KIND_COUNT,
};

struct picker_item {
	const char *id;
	const char *label;
	const char *hint; // right-hand text: a count, a key; "" none
	bool is_picked;
	uint16_t score;   // of the fuzzy match
	uint64_t matched; // bit i: the i-th code point of label matched (first 64)
	bool is_disabled; // cannot be taken; the hint says why
};

struct picker_view {
	bool is_open;
	enum picker_kind kind;
	const char *title, *placeholder, *query;
	bool is_multi;
	const struct picker_item *items; // borrowed: those that match the query, best first
	size_t n_items, n_total, n_picked;
	size_t top, cursor;
};

// A line of input at the foot: filter, command, note.
struct prompt_view {
	bool is_open;
	const char *label; // "/" or "note: "
	const char *text;  // borrowed
	size_t cursor;     // byte offset
	const char *error; // "" none
};

// A question with named buttons. Cancel is focused first.
struct dialog_view {
	bool is_open;
	const char *title, *text;
	const char *const *buttons; // borrowed
	size_t n_buttons, focused;
};

enum confirm_focus { CONFIRM_CANCEL, CONFIRM_NAME, CONFIRM_REASON, CONFIRM_REFUSE, CONFIRM_GO };

// A plan and the question whether it is to be carried out. It does not change while it is read.
struct confirm_view {
	bool is_open;
	const char *title;       // "Restart 12 agents?"
	const struct plan *plan; // NULL: it is being made
	const char *button;      // of whoever confirms: "Restart 12 agents"; NULL: it cannot be confirmed
	const char *refuse;      // of whoever is asked to agree, and does not: "Do not agree"; NULL: nobody is asked
	const char *approval;    // who has to agree, or has: "It waits for a second person."; "" nobody
	bool is_approved;        // it can go on as far as that is concerned
	enum confirm_focus focus;
	bool is_ready; // what must be typed is typed
	bool asks_name, asks_reason;
	const char *name, *reason;         // borrowed: as typed so far
	size_t name_cursor, reason_cursor; // byte offsets
	const char *note;                  // why a key did nothing, "" none
	const bool *is_explained; // borrowed: by target, whether the fleet tells what it is left out for; NULL: of none
	size_t n_passed;          // of those: what it is left out for has passed
	const char *changed;      // why it is asked anew, and what has changed, in lines; "" nothing
	const char *asked_why;    // of whoever is asked to agree: "Why: CVE-2026-1"; "" or NULL: nobody is
	size_t top;               // of what is scrolled
};

struct key_hint {
	const char *key, *text;
};

struct view {
	struct instant now;
	int32_t utc_offset_s; // for absolute times; 0 with --utc
	enum screen_id screen;
	enum pane focus;
	uint32_t agent;    // the agent of the detail and metrics screens, 0 none
	uint32_t selected; // under the table's cursor, 0 none
	enum time_range range;
	bool is_demo, is_paused, is_read_only; // read-only: nothing is operated
	const char *environment;               // shown in the header: the one environment in sight, "mixed", or ""
	bool has_connection_beside;            // the connection stands in the line of the verdict, at its right
	style_t environment_style; // STYLE_ENV_*: as configured, else by its name; a mix with prod looks like prod
	const char *context;       // summary of what is picked ("2 tiers, env prod"), "" when everything is shown
	const char *clear_key;     // name of the key that clears the context; NULL: none is bound
	bool has_unicode;
	uint16_t focused_series; // PANE_PANELS: index of the panel under the cursor
	bool is_chart_open;      // the focused panel is shown large
	struct agent_table_view table;
	struct timeline_view timeline;
	struct alerts_view alerts;
	struct metrics_view metrics;
	struct audit_view audit;
	struct picker_view picker;
	struct prompt_view prompt;
	struct dialog_view dialog;
	struct operations_view operations;
	struct confirm_view confirm;
	const struct key_hint *hints; // borrowed: what the foot shows, most important first
	size_t n_hints;
	const struct key_hint *help; // borrowed: every live key, for the help screen; key NULL starts a section
	size_t n_help, help_top;
	const char *banner;  // what stays wrong until it is mended, "" nothing; over everything but the message
	const char *message; // transient word at the foot, "" none
	enum severity message_severity;
	struct fleet_scope {        // what passes the picked context: counts for the header
		size_t by_state[4]; // those that are neither paused nor in maintenance
		size_t n_checking;  // of the unknown ones: their first answers are waited for
		size_t n_paused, n_maintenance;
		size_t total;                     // all of them
		size_t alerts[ALERT_STATE_COUNT]; // of its agents, and of the fleet as a whole
		size_t n_muted;                   // active, but of agents in maintenance: not among the active
		enum health_state overall;        // the worst of them; unknown does not hide a known-bad one
		int64_t overall_since_ms;         // wall; 0 when there is nobody
		const struct fleet_tier *tiers;   // borrowed: counts by tier, sorted by name
		size_t n_tiers;
		const uint32_t *newly_bad; // borrowed: as fleet_newly_bad(), the first few
		size_t n_newly_bad;        // how many ids stand there
		size_t n_bad;              // how many there are
	} scope;
	const char *fleet_name;  // as configured, or as the hub says; "" none
	const char *hub;         // that the console is attached to: "hub.example"; "" none
	const char *const *hubs; // borrowed: names of them all, by number (event.origin) from 1 on
	size_t n_hubs;
	const char *replay; // "REPLAY 4x": a recording is looked at, and `now` is its time; NULL or "": it is not
	size_t detail_top;  // scroll of the agent screen
};
