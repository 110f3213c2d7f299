#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The named checks of an answer while it is read: at most HEALTH_CHECKS_MAX are kept, the bad ones before the good,
 * and all are counted. Texts are cleaned here. Used inside formats/ only.
 */
#include <stddef.h>

#include "opscon/health.h"

enum { CHECK_NAME_MAX = 128, CHECK_DETAIL_MAX = 256 }; // displayable bytes

struct check_list {
	struct health_check *items; // owned, as are the texts
	size_t n, cap;
	size_t n_by_state[HEALTH_STATE_COUNT];
	char first_bad[REASON_DETAIL_MAX];   // "db: connection refused": the first one down
	char first_doubt[REASON_DETAIL_MAX]; // the first one degraded or unknown
};

struct check_text {
	const char *bytes; // borrowed, raw
	size_t n;
};

// Short of memory the check is counted and left out.
void check_list_add(struct check_list *list, struct check_text name, struct check_text detail, enum health_state state);
void check_list_finish(struct check_list *list);
