#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Kept series: the few numbers of an agent that a panel, a rule or a column names.
 *
 * A series definition is fleet-wide ("CPU busy, %, less is better"); each agent may have points for it. Definitions
 * travel in the stream before the first point that uses them, so a console never guesses a unit.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum metric_unit {
	UNIT_NONE, // plain number
	UNIT_PERCENT,
	UNIT_BYTES,
	UNIT_BYTES_PER_SECOND,
	UNIT_SECONDS,
	UNIT_MILLISECONDS,
	UNIT_PER_SECOND,
	UNIT_PER_MINUTE,
	UNIT_COUNT,
};

const char *metric_unit_name(enum metric_unit unit); // "none" "percent" "bytes" "bytes/s" "s" "ms" "/s" "/min"
int metric_unit_from_name(const char *name, enum metric_unit *out);

enum metric_better { BETTER_NEITHER, BETTER_LOWER, BETTER_HIGHER };

// Threshold and trend directions as configured; NaN warn/critical: no threshold. With BETTER_HIGHER values *below* the
// thresholds are bad.
struct series_def {
	uint16_t no;       // allotted by the feed, from 0; the order of panels
	const char *id;    // "cpu", "http_p95": stable, used by configuration and columns
	const char *title; // "CPU busy"
	enum metric_unit unit;
	enum metric_better better;
	double warn, critical;
	const char *expr; // the expression it is computed from (opscon.yml(5)), "" for built-ins such as latency
	bool is_dropped;  // the number means nothing any more: the definition and the points of all agents go
};

enum { SERIES_MAX = 256 }; // definitions in one fleet

struct metric_point {
	int64_t at_ms; // wall
	double value;  // NaN: a gap (the scrape failed or the series was absent)
};

// One reading of one kept series in an event.
struct metric_reading {
	uint16_t series; // series_def.no
	double value;
};

// What a series is summed up over, up to now.
enum metrics_window { WINDOW_1M, WINDOW_5M, WINDOW_1H, WINDOW_1D, WINDOW_COUNT };

const char *metrics_window_name(enum metrics_window window); // "1m" "5m" "1h" "1d"
int64_t metrics_window_ms(enum metrics_window window);

enum time_range { RANGE_5M, RANGE_15M, RANGE_1H, RANGE_24H, RANGE_7D, RANGE_30D, RANGE_COUNT };

const char *time_range_name(enum time_range range); // "5m" "15m" "1h" "24h" "7d" "30d"
int64_t time_range_ms(enum time_range range);
int time_range_from_name(const char *name, enum time_range *out); // 0 or -EINVAL

// One row of a full scrape, for the metrics screen.
struct scrape_row {
	const char *series; // name{labels} as exposed, displayable
	const char *type;   // "counter" "gauge" "histogram" "summary" "untyped"
	double value;
};

struct scrape {
	struct scrape_row *rows; // in the order exposed
	size_t n_rows;
	size_t n_bad_lines;    // lines that could not be read
	size_t first_bad_line; // 1-based; 0 when none
	bool is_truncated;     // over the sample limit
};
