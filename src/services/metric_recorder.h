#pragma once
// SPDX-License-Identifier: Apache-2.0
/* From scrapes to readings: reads each body once, recognises what the agent is, computes its kept series.
 *
 * Emits EVENT_SERIES_DEFINED before the first reading of a series, EVENT_METRICS for each scrape (a failed one makes
 * every series a gap), EVENT_SCRAPE for watched agents, EVENT_NOTICE when process_start_time_seconds says that the
 * agent's process is a later one than before (by more than a second; never on first sight).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/event.h"
#include "opscon/sample.h"
#include "services/panels.h"

struct metric_recorder;

// `panels` is borrowed, the sink copied. 0 or -ENOMEM.
int metric_recorder_create(struct panels *panels, const struct event_sink *sink, struct metric_recorder **out);
void metric_recorder_destroy(struct metric_recorder *recorder);

int metric_recorder_add(struct metric_recorder *recorder, const struct agent *agent); // or a new description; -ENOMEM
void metric_recorder_remove(struct metric_recorder *recorder, uint32_t agent);

struct metric_summary {
	enum reason reason; // REASON_NONE, the sample's own, or why the body is no metrics
	size_t n_samples;
	size_t n_bad_lines, first_bad_line;
	bool is_truncated; // over the sample limit
};

// A PROBE_METRICS sample. Samples of unknown agents are only summed up.
void metric_recorder_scrape(struct metric_recorder *recorder, const struct sample *sample, struct metric_summary *out);

// A PROBE_HEALTH sample: its total time is the series `latency`; without an answer, a gap.
void metric_recorder_latency(struct metric_recorder *recorder, const struct sample *sample);

// From now on the agent's full scrapes are emitted (counted: watch twice, unwatch twice). 0, -ENOENT.
int metric_recorder_watch(struct metric_recorder *recorder, uint32_t agent, bool is_watched);

// REQUEST_PIN: keeps a series of one agent (0: of every agent), and defines it. 0; -ENOENT, -EINVAL, -ENOSPC, -ENOMEM.
int metric_recorder_pin(struct metric_recorder *recorder, uint32_t agent, const char *series, int64_t at_ms);
// REQUEST_UNPIN: no agent keeps it any longer, and its panel goes. 0; -ENOENT when it was not pinned, -ENOMEM.
int metric_recorder_unpin(struct metric_recorder *recorder, const char *series, int64_t at_ms);

// What the agent was recognised as ("" not yet, or nothing known).
const char *metric_recorder_kind(const struct metric_recorder *recorder, uint32_t agent);
