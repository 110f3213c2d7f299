#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The fleet's state as text, for scripts, monitoring systems and people without a terminal.
 *
 * Machine formats are API: schema_version counts incompatible changes, fields are only ever added, key order is stable,
 * times are RFC 3339 in UTC. Text in them was cleaned on the way in; each format adds its own quoting.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/fleet.h"

struct bytes;
struct json_writer;

enum {
	REPORT_SCHEMA_VERSION = 1,
	REPORT_TMUX_CELLS = 60,
	REPORT_BYTES_MAX = 64 << 20,
	REPORT_SOURCES_MAX = 256,
	REPORT_UNREAD_MAX = 120
};

// A hub of which nothing is known now, or only what was known of it.
struct report_hub {
	const char *address, *why;
};

struct report {
	const struct fleet *fleet;       // borrowed
	const struct selector *selector; // borrowed; NULL: every agent
	int64_t at_ms;                   // wall: the moment reported
	const struct report_hub *away;   // borrowed; of n_hubs those that are away: the fleet is what the others tell
	size_t n_away, n_hubs;           // 0: the fleet is not that of hubs
	bool has_unicode;                // glyphs for people (table, tmux)
	bool has_colour;                 // table only
	void (*more)(struct json_writer *w, void *ctx); // json only: members of whoever serves it; NULL: none
	void *more_ctx;                                 // borrowed
};

void report_count(const struct report *report, struct fleet_counts *out);

// The worst of those counted; unknown where all would be up, but a list of agents could not be read or a hub is away.
enum health_state report_overall(const struct report *report, const struct fleet_counts *counts);
// " (checking)", " (2 checking)": how many of the unknown ones are so because their first answers are waited for; "".
const char *report_checking(const struct fleet_counts *counts, char *out, size_t size);
// Who counts in no state, each with `before` in front: "; 2 paused; 1 in maintenance"; "" when everybody counts.
const char *report_aside(const struct fleet_counts *counts, const char *before, char *out, size_t size);
// "1 list could not be read, 1 of 2 hubs away"; "" when the fleet is whole.
const char *report_unread(const struct report *report, char *out, size_t size);

// Appends to out. 0, -ENOMEM, -EMSGSIZE.
typedef int (*report_writer)(const struct report *report, struct bytes *out);

// "table" "json" "jsonl" "csv" "prom" "nagios" "tmux"; NULL for another name.
report_writer report_writer_find(const char *format);
const char *report_format_name(size_t i); // of all of them; NULL behind the last
const char *report_formats(void);         // "csv|json|..." for usage texts

// One file each.
int report_csv(const struct report *report, struct bytes *out);    // RFC 4180; a leading = + - @ is defused
int report_json(const struct report *report, struct bytes *out);   // one object
int report_jsonl(const struct report *report, struct bytes *out);  // one object an agent
int report_nagios(const struct report *report, struct bytes *out); // one line, performance data after |
int report_prom(const struct report *report, struct bytes *out);   // Prometheus text 0.0.4
int report_table(const struct report *report, struct bytes *out);
int report_tmux(const struct report *report, struct bytes *out); // one line of at most REPORT_TMUX_CELLS

// Walks the agents that the selector lets through, in the order of arrival: start with *at = 0; NULL at the end.
const struct fleet_agent *report_next(const struct report *report, size_t *at);

// What stands beside a state in every format: reason and detail of the health, "" where the agent is well.
const char *report_reason(const struct fleet_agent *agent);

// What more is known of the reason; where that is nothing its words for people. "" when it is well.
const char *report_detail(const struct fleet_agent *agent);

// Total time of the newest health answer (or scrape, where that is the health) in ms; NaN when there is none.
const char *report_url(const struct fleet_agent *agent); // the whole one where it was given whole, else the base URL
double report_latency_ms(const struct fleet_agent *agent);
