#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The fifteen statuses a badge can show, in five groups. The same words everywhere: badge, table, JSON, man pages. */
#include <stdbool.h>
#include <stddef.h>

enum status_group { STATUS_GROUP_GREEN, STATUS_GROUP_YELLOW, STATUS_GROUP_RED, STATUS_GROUP_BLUE, STATUS_GROUP_GREY };

enum status {
	STATUS_HEALTHY,
	STATUS_SUCCESS,
	STATUS_ONLINE,
	STATUS_ACTIVE,
	STATUS_DEGRADED,
	STATUS_WARNING,
	STATUS_WORKING,
	STATUS_PENDING,
	STATUS_CRITICAL,
	STATUS_ERROR,
	STATUS_FAILED,
	STATUS_OFFLINE,
	STATUS_INFO,
	STATUS_UNKNOWN,
	STATUS_STOPPED,
	STATUS_COUNT,
	STATUS_UNRECOGNISED = STATUS_COUNT, // a word that is none of the fifteen: grey, with a glyph of its own
};

const char *status_name(enum status status); // "healthy"; "unrecognised" for anything else
enum status_group status_group(enum status status);
enum status status_from_name(const char *name); // any case; STATUS_UNRECOGNISED when unknown or NULL

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL, SEVERITY_COUNT };

const char *severity_name(enum severity severity);            // "info", "warning", "critical"
int severity_from_name(const char *name, enum severity *out); // 0 or -EINVAL
