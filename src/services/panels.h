#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What is worth showing of an agent: the definitions of kept series, and which of them an agent has.
 *
 * Series numbers are allotted here, once for the whole fleet: `latency` (the health probe's time) is 0, then the
 * configured panels in their order, then our own in the order of the table, then rules' own expressions, then pins. A
 * number never comes to mean another series. A configured panel with the id of one of ours takes its place.
 *
 * An agent is recognised by the names in its scrape: node_exporter, redis_exporter, Prometheus, Alertmanager and
 * blackbox_exporter have panels of their own, and of an exporter (what it measures is not itself) those of the process
 * are left out. Anything else gets HTTP panels when it counts requests, and process and Go panels when it has those. A
 * panel is only where every name that it looks at is exposed (with first(): any of them), and a configured one only for
 * the agents of its selector. Thresholds colour a panel; they make no alert.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/config.h"
#include "opscon/event.h"
#include "services/metric_expr.h"

enum { SERIES_LATENCY = 0 };

struct panels;

/* Of the configuration only panels and rules are looked at; it is not kept. 0; -EINVAL with why (an expression or a
 * selector that is none); -ENOSPC past SERIES_MAX; -ENOMEM.
 */
int panels_create(const struct config *config, struct panels **out, char *why, size_t why_size);
void panels_destroy(struct panels *panels);

size_t panels_n(const struct panels *panels);
const struct series_def *panels_def(const struct panels *panels, uint16_t no); // NULL when there is none
int panels_find(const struct panels *panels, const char *id);                  // number or -ENOENT

// The ids of the series that are there without any configuration; at most n. Returns how many there are.
size_t panels_own_ids(const char **ids, size_t n);

// The series that a rule watches: its panel, or its own expression. Number or -ENOENT.
int panels_rule_series(const struct panels *panels, const struct rule_config *rule);

// The expression of a series in panels_exprs(); -1 for built-in ones.
int panels_expr(const struct panels *panels, uint16_t no);
struct metric_exprs *panels_exprs(struct panels *panels);

// Emits EVENT_SERIES_DEFINED for a series unless that has been done. 0 or -ENOMEM.
int panels_define(struct panels *panels, uint16_t no, int64_t at_ms, const struct event_sink *sink);

// Emits that a pinned series means nothing any more; others stay. 0 or -ENOMEM.
int panels_drop_pin(struct panels *panels, uint16_t no, int64_t at_ms, const struct event_sink *sink);

/* A series as exposed becomes a definition; counters (by their suffix) as a rate. The id is the text itself. The
 * number, the same for the same text; -EINVAL when the text is no series, -ENOSPC, -ENOMEM.
 */
int panels_pin(struct panels *panels, const char *series);

// Recognition: begin, every metric name of a scrape, then select.
void panels_scan_begin(struct panels *panels);
void panels_scan_name(struct panels *panels, const char *name, size_t len);

bool panels_knows_name(const struct panels *panels, const char *name, size_t len); // false: no series looks at it

// Numbers of the series that the agent has, ascending, `latency` not among them; at most n. Returns how many.
size_t panels_select(const struct panels *panels, const struct agent *agent, uint16_t *nos, size_t n);
const char *panels_kind(const struct panels *panels); // of the names scanned: "node_exporter", ..., "" unrecognised
