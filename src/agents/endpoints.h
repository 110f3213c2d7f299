#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Where an agent's health and metrics are, found by trying the usual paths in order. A pure state machine: the poll
 * layer asks what to try, does the request, and says what answered.
 *
 *   endpoint_search_init(&search, true, true);
 *   while ((path = endpoint_search_next(&search)))
 *           endpoint_search_answer(&search, &answer);       // of that path
 *   decision = endpoint_search_decision(&search);
 *
 * A server that answers everything with the same page, or with a login page, is not believed: an HTML answer is never
 * health. An answer of 401 or 403 is remembered as second best, for it says that something is there. When nothing is
 * found the root path is tried at last, judged by its status alone.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/agent.h"

enum endpoint_kind { ENDPOINT_HEALTH, ENDPOINT_METRICS, ENDPOINT_ROOT };

struct endpoint_path {
	const char *path;
	enum endpoint_kind kind;
};

enum { ENDPOINTS_MAX = 32 };

size_t endpoint_table(const struct endpoint_path **out); // in the order of trying; returns how many

// What came back for one path. The strings are borrowed for the call.
struct endpoint_answer {
	int http_status;          // 0: no answer at all (refused, timed out): the path stays the next to try
	const char *content_type; // NULL or "" when none was sent
	bool is_understood;       // health: some dialect recognised the body; metrics: at least one sample was read
};

struct endpoint_search {
	uint16_t status[ENDPOINTS_MAX]; // by place in the table; 0: not tried
	int16_t found[2];               // health, metrics: place in the table, -1 none yet
	int16_t second_best[2];         // one that wants credentials, -1 none
	bool is_wanted[2];
	uint32_t n_unanswered; // tries without any HTTP answer since the last one that had
};

struct endpoint_decision {
	const char *health_path;  // NULL: none found; static text
	const char *metrics_path; // NULL: none found; static text
	// DIALECT_AUTO; DIALECT_METRICS when only metrics answered; DIALECT_STATUS when only the root did.
	enum agent_dialect dialect;
	bool is_final; // nothing is left to try
};

void endpoint_search_init(struct endpoint_search *search, bool wants_health, bool wants_metrics);
const struct endpoint_path *endpoint_search_next(const struct endpoint_search *search); // NULL: decided
void endpoint_search_answer(struct endpoint_search *search, const struct endpoint_answer *answer);
struct endpoint_decision endpoint_search_decision(const struct endpoint_search *search);

/* The description of an agent with what was found (paths or whole URLs): a copy with the URLs filled in and
 * is_discovering off; the same id. Whatever the agent already had stays. NULL for want of memory.
 */
struct agent *endpoint_apply(const struct agent *agent, const char *health_path, const char *metrics_path,
			     enum agent_dialect dialect);
