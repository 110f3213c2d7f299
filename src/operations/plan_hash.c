// SPDX-License-Identifier: Apache-2.0
/* The hash of a plan: SHA-256 over every field in order, texts with their length before them, so that no two plans
 * that differ have the same bytes.
 */
#include <inttypes.h>
#include <string.h>

#include "audit/chain.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "operations/plan_internal.h"

_Static_assert((int)PLAN_HASH_HEX == (int)AUDIT_HASH_HEX, "a plan's hash is a SHA-256");

enum { HASHED_MAX = 64 << 20 };

struct hashed {
	struct bytes bytes;
	int error;
};

static void add(struct hashed *to, const void *data, size_t n)
{
	if (to->error == 0)
		to->error = bytes_add(&to->bytes, data, n);
}

static void add_number(struct hashed *to, int64_t value)
{
	if (to->error == 0)
		to->error = bytes_addf(&to->bytes, "%" PRId64 ";", value);
}

static void add_text(struct hashed *to, const char *text)
{
	size_t n = strlen(text);

	add_number(to, (int64_t)n);
	add(to, text, n);
}

static void add_share(struct hashed *to, double value)
{
	char text[64];

	number_format(value, text, sizeof text);
	add_text(to, text);
}

static void add_params(struct hashed *to, const struct operation_params *params)
{
	const struct rollout *rollout = &params->rollout;

	add_number(to, params->verb);
	add_text(to, params->version);
	add_text(to, params->patch);
	add_text(to, params->reason);
	add_number(to, params->is_forced);
	add_number(to, rollout->kind);
	add_number(to, rollout->batch);
	add_number(to, rollout->max_unavailable);
	add_number(to, rollout->wait_ms);
	add_number(to, rollout->min_healthy_ms);
	add_number(to, rollout->verify_ms);
	for (size_t i = 0; i < CANARY_PHASES_MAX; i++)
		add_number(to, rollout->canary_percent[i]);
	add_share(to, rollout->max_error_share);
	add_share(to, rollout->max_latency_growth);
	add_number(to, rollout->rolls_back);
}

static void add_steps(struct hashed *to, const struct plan_step *steps, size_t n)
{
	add_number(to, (int64_t)n);
	for (size_t i = 0; i < n; i++) {
		add_text(to, steps[i].label);
		add_text(to, steps[i].precondition);
		add_text(to, steps[i].action);
		add_text(to, steps[i].postcondition);
		add_number(to, steps[i].timeout_ms);
		add_number(to, steps[i].primitive);
		add_number(to, steps[i].is_mutating);
	}
}

static void add_target(struct hashed *to, const struct plan_target *target)
{
	const char *const texts[] = { target->key,      target->name,     target->environment,
				      target->service,  target->driver,   target->version,
				      target->previous, target->instance, target->refusal };

	add_number(to, target->agent);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		add_text(to, texts[i]);
	add_number(to, target->health);
	add_number(to, target->is_lifecycle_known ? (int64_t)target->lifecycle : -1);
	add_number(to, (int64_t)target->n_dependents);
	for (size_t i = 0; i < target->n_dependents; i++)
		add_text(to, target->dependents[i]);
	add_number(to, target->is_hidden);
	add_number(to, target->is_last_healthy);
	add_steps(to, target->steps, target->n_steps);
	add_steps(to, target->undo, target->n_undo);
	add_number(to, target->wave);
}

int plan_hash(struct plan *plan)
{
	struct audit_hash hash;
	struct hashed to = { 0 };

	bytes_init(&to.bytes, HASHED_MAX);
	add_text(&to, plan->who);
	add_number(&to, plan->at_ms);
	add_params(&to, &plan->params);
	add_number(&to, (int64_t)plan->n_targets);
	for (size_t i = 0; i < plan->n_targets; i++)
		add_target(&to, &plan->targets[i]);
	add_number(&to, plan->n_waves);
	add_number(&to, plan->guard);
	add_text(&to, plan->typed);
	add_text(&to, plan->refusal);
	if (to.error == 0) {
		audit_hash_of(to.bytes.data, to.bytes.len, &hash);
		audit_hash_hex(&hash, plan->hash);
	}
	bytes_finish(&to.bytes);
	return to.error;
}
