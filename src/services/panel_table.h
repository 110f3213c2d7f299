#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What exporters are recognised by, and what is worth showing of them. Thresholds are those of common runbooks: CPU 70
 * and 90 %, memory 80 and 95 %, disk 80 and 90 %, server errors 0.1 and 1 %, p95 500 and 1000 ms.
 */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/metric.h"

enum panel_kind {
	KIND_NODE,
	KIND_REDIS,
	KIND_PROMETHEUS,
	KIND_ALERTMANAGER,
	KIND_BLACKBOX,
	KIND_HTTP,
	KIND_PROCESS,
	KIND_COUNT, // unrecognised
};

struct panel_kind_info {
	const char *name;
	const char *marks[3]; // any of these names; NULL at the end
	bool is_exporter;     // its process is beside the point
};

struct panel_row {
	enum panel_kind kind;
	const char *id, *title;
	enum metric_unit unit;
	enum metric_better better;
	double warn, critical; // NaN: none
	const char *expr;
};

const struct panel_kind_info *panel_kind_info(enum panel_kind kind); // in the order of recognition
size_t panel_rows(const struct panel_row **out);
