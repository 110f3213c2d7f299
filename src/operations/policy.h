#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Who must be asked what before something happens: the five guards, by verb, number and environment.
 *
 *   view        nothing changes
 *   reversible  start or resume of one agent
 *   confirm     whatever else is done to one agent
 *   type-name   more than one, the last healthy one of its service, or production
 *   reason      an upgrade or a rollback in production
 *
 * Rules of the configuration come before this table. Where nothing may be done at all, that is a refusal, and it stands
 * at one place: here.
 */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/config.h"
#include "opscon/operation.h"

bool policy_is_production(const struct operations_config *config, const char *environment);

// Why the verb is not for agents of that environment, whatever anybody types; "" when it is. `out` takes the words.
enum { POLICY_REFUSAL_MAX = 160 };
const char *policy_refusal(const struct operations_config *config, enum verb verb, const char *environment,
			   char out[POLICY_REFUSAL_MAX]);

// What is asked for one target among n_targets that something would happen to; a plan asks for the most of them.
enum guard policy_guard(const struct operations_config *config, enum verb verb, const char *environment,
			bool is_last_healthy, size_t n_targets);

/* The rollout that is asked for, with everything that is not said as it is configured: the kind for that verb, and how
 * long is waited between waves for the kind that it comes to be.
 */
struct rollout policy_rollout(const struct operations_config *config, const struct operation_params *params);

// Whether a second person has to agree to a plan with such a target: the first rule that matches decides.
bool policy_wants_approval(const struct approval_rule *rules, size_t n, enum verb verb, const char *environment);

/* The name that must be typed for those targets of a plan that have no refusal: their service when they share one, of
 * a single agent without a service its own name, else their environment when they share one, else "restart 12".
 */
enum { POLICY_TYPED_MAX = 256 };
const char *policy_typed(const struct plan_target *targets, size_t n, enum verb verb, char out[POLICY_TYPED_MAX]);

/* Whether what a person gave is what the plan's guard wants: exactly its text, and a reason that says something. NULL
 * is nothing given. 0, or -EPERM with why.
 */
int policy_check(const struct plan *plan, const char *typed, const char *reason, char *why, size_t why_size);
