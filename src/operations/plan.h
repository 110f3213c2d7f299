#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Makes plans: from what was asked, of whom, and how they stand, to every step that would be taken.
 *
 * Pure: drivers are only asked for their recipes, and the time is that of the asker. The same question about the same
 * agents in the same states gives the same plan and the same hash.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/agent.h"
#include "opscon/config.h"
#include "opscon/driver.h"
#include "opscon/health.h"
#include "opscon/operation.h"

// One agent and how it stands. All borrowed until plan_make() is over.
struct plan_subject {
	const struct agent *agent;
	enum health_state health;
	const struct agent_lifecycle *lifecycle;
	const struct driver *driver;      // NULL: none
	const struct driver_sight *sight; // what was seen last; NULL: nothing
	int64_t unseen_since_ms;          // wall: it was seen then and cannot be seen now; 0: it was not, or it can
	enum lifecycle last_seen;         // as it was then
	const char *const *dependents;    // names
	size_t n_dependents;
	const char *taken;    // who else is about to operate on it, as a refusal; NULL: nobody
	bool is_hidden;       // the asker's filter does not show it
	bool is_last_healthy; // of its service and environment
};

struct plan_question {
	uint32_t no, token;
	const char *who;
	int64_t at_ms; // wall
	const struct operation_params *params;
	const struct plan_subject *subjects;
	size_t n_subjects;
	const struct operations_config *config;
};

/* 0 and a plan with one reference: a target to which nothing can be done has a refusal, and so has the plan when that
 * is every one of them. -EINVAL with why: the question makes no sense (no target or too many, one twice, an upgrade to
 * nothing, a patch that is no object, a rollout out of range). -ENOMEM, -EMSGSIZE (past 64 MiB).
 */
int plan_make(const struct plan_question *asked, struct plan **out, char *why, size_t why_size);

// The part of it that concerns nobody in particular. 0 or -EINVAL with why, -ENOMEM.
int plan_params_check(const struct operation_params *params, char *why, size_t why_size);

/* What PRIMITIVE_VERIFY looks for. Health counts where the agent should run in the end and is probed, and in undoing
 * where it was well before; otherwise the state its driver sees is all there is to it.
 */
struct plan_expectation {
	bool is_health;       // up for rollout::min_healthy_ms
	bool has_state;       // false: any state
	enum lifecycle state; // as its driver sees it; of a deleted agent: revoked, or it does not exist
};

struct plan_expectation plan_expects(const struct plan *plan, const struct plan_target *target, bool is_probed,
				     bool is_undo);

// Whether health says anything of the agent: it has an endpoint that is asked.
bool plan_is_probed(const struct agent *agent);

size_t plan_n_able(const struct plan *plan);          // targets without a refusal
bool plan_brings_new(const struct plan *plan);        // else who was not well before does not count as bad
bool plan_has_undo(const struct plan_target *target); // there is a way back
