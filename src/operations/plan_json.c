// SPDX-License-Identifier: Apache-2.0
#include "operations/plan_json.h"

static void write_rollout(struct json_writer *w, const struct rollout *rollout)
{
	json_open(w, "rollout", '{');
	json_text(w, "kind", rollout_kind_name(rollout->kind));
	json_int(w, "batch", rollout->batch);
	json_open(w, "canary_percent", '[');
	for (size_t i = 0; i < CANARY_PHASES_MAX && rollout->canary_percent[i]; i++)
		json_int(w, NULL, rollout->canary_percent[i]);
	json_close(w, ']');
	json_int(w, "max_unavailable", rollout->max_unavailable);
	json_int(w, "wait_ms", rollout->wait_ms);
	json_int(w, "min_healthy_ms", rollout->min_healthy_ms);
	json_int(w, "verify_ms", rollout->verify_ms);
	json_double(w, "max_error_share", rollout->max_error_share);
	json_double(w, "max_latency_growth", rollout->max_latency_growth);
	json_bool(w, "rolls_back", rollout->rolls_back);
	json_close(w, '}');
}

static void write_steps(struct json_writer *w, const char *key, const struct plan_step *steps, size_t n)
{
	json_open(w, key, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(w, NULL, '{');
		json_text(w, "label", steps[i].label);
		json_text(w, "precondition", steps[i].precondition);
		json_text(w, "action", steps[i].action);
		json_text(w, "postcondition", steps[i].postcondition);
		json_int(w, "timeout_ms", steps[i].timeout_ms);
		json_bool(w, "mutating", steps[i].is_mutating);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void write_target(struct json_writer *w, const struct plan_target *target)
{
	json_open(w, NULL, '{');
	json_text(w, "key", target->key);
	json_text(w, "name", target->name);
	json_text(w, "environment", target->environment);
	json_text(w, "service", target->service);
	json_text(w, "driver", target->driver);
	json_text(w, "health", health_state_name(target->health));
	json_text(w, "state", target->is_lifecycle_known ? lifecycle_name(target->lifecycle) : NULL);
	json_text(w, "version", target->version);
	json_text(w, "previous", target->previous);
	json_text(w, "instance", target->instance);
	json_open(w, "dependents", '[');
	for (size_t i = 0; i < target->n_dependents; i++)
		json_text(w, NULL, target->dependents[i]);
	json_close(w, ']');
	json_bool(w, "hidden", target->is_hidden);
	json_bool(w, "last_healthy", target->is_last_healthy);
	json_text(w, "refusal", target->refusal);
	json_int(w, "wave", target->wave);
	write_steps(w, "steps", target->steps, target->n_steps);
	write_steps(w, "undo", target->undo, target->n_undo);
	json_close(w, '}');
}

static void write_members(const struct plan *plan, struct json_writer *w)
{
	json_text(w, "verb", verb_name(plan->params.verb));
	json_time(w, "at", plan->at_ms);
	json_text(w, "who", plan->who);
	json_text(w, "version", plan->params.version);
	json_text(w, "patch", plan->params.patch);
	json_text(w, "reason", plan->params.reason);
	json_bool(w, "forced", plan->params.is_forced);
	json_text(w, "guard", guard_name(plan->guard));
	json_text(w, "typed", plan->typed);
	json_text(w, "refusal", plan->refusal);
	json_text(w, "hash", plan->hash);
	write_rollout(w, &plan->params.rollout);
	json_int(w, "waves", plan->n_waves);
	json_open(w, "targets", '[');
	for (size_t i = 0; i < plan->n_targets; i++)
		write_target(w, &plan->targets[i]);
	json_close(w, ']');
}

void plan_json_write(const struct plan *plan, const char *key, struct json_writer *w)
{
	json_open(w, key, '{');
	write_members(plan, w);
	json_close(w, '}');
}

int plan_json(const struct plan *plan, struct bytes *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	json_int(&w, "schema_version", PLAN_SCHEMA_VERSION);
	write_members(plan, &w);
	json_close(&w, '}');
	json_newline(&w);
	return w.error;
}
