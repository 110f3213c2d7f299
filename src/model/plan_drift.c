// SPDX-License-Identifier: Apache-2.0
#include "model/plan_drift.h"

#include <string.h>

#include "text/text.h"

enum { DIFFERENCE_MAX = 400 };

static bool is_same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static void add(struct strbuf *out, const char *text)
{
	strbuf_addf(out, "%s%s", out->len ? "; " : "", text);
}

// What was not known and is known now has not changed.
static void compare_text(struct strbuf *out, const char *what, const char *before, const char *now)
{
	if (before[0] && !is_same(before, now))
		strbuf_addf(out, "%s%s %s -> %s", out->len ? "; " : "", what, before, now[0] ? now : "not known");
}

static void compare_state(struct strbuf *out, const struct plan_target *before, const struct plan_target *now)
{
	if (before->health != now->health)
		strbuf_addf(out, "was %s, is %s", health_state_name(before->health), health_state_name(now->health));
	if (!before->is_lifecycle_known)
		return;
	if (!now->is_lifecycle_known)
		add(out, "nobody knows any more whether it runs");
	else if (before->lifecycle != now->lifecycle)
		strbuf_addf(out, "%swas %s, is %s", out->len ? "; " : "", lifecycle_name(before->lifecycle),
			    lifecycle_name(now->lifecycle));
}

static bool has_same_dependents(const struct plan_target *before, const struct plan_target *now)
{
	if (before->n_dependents != now->n_dependents)
		return false;
	for (size_t i = 0; i < before->n_dependents; i++)
		if (!is_same(before->dependents[i], now->dependents[i]))
			return false;
	return true;
}

// The driver's own steps; what stands around them says how the target is, which was compared already.
static bool has_same_steps(const struct plan_step *before, size_t n_before, const struct plan_step *now, size_t n_now)
{
	if (n_before != n_now)
		return false;
	for (size_t i = 0; i < n_now; i++) {
		if (before[i].primitive != now[i].primitive)
			return false;
		if (now[i].primitive >= PRIMITIVE_DRIVER && !is_same(before[i].action, now[i].action))
			return false;
	}
	return true;
}

static void compare_doing(struct strbuf *out, const struct plan_target *before, const struct plan_target *now)
{
	if (!is_same(before->refusal, now->refusal) && now->refusal[0])
		strbuf_addf(out, "%srefused now: %s", out->len ? "; " : "", now->refusal);
	else if (!is_same(before->refusal, now->refusal))
		add(out, "no longer refused");
	else if (!has_same_steps(before->steps, before->n_steps, now->steps, now->n_steps) ||
		 !has_same_steps(before->undo, before->n_undo, now->undo, now->n_undo))
		add(out, "other steps");
}

static void compare(struct strbuf *out, const struct plan_target *before, const struct plan_target *now)
{
	compare_state(out, before, now);
	compare_text(out, "name", before->name, now->name);
	compare_text(out, "environment", before->environment, now->environment);
	compare_text(out, "service", before->service, now->service);
	compare_text(out, "driver", before->driver, now->driver);
	compare_text(out, "version", before->version, now->version);
	compare_text(out, "version before", before->previous, now->previous);
	if (before->instance[0] && !is_same(before->instance, now->instance))
		add(out, "instance changed");
	if (!has_same_dependents(before, now))
		add(out, "other agents depend on it than before");
	if (before->is_last_healthy != now->is_last_healthy)
		add(out, now->is_last_healthy ? "it is the last healthy one" : "it is not the last healthy one");
	compare_doing(out, before, now);
}

// Both plans list the same agents in the same order, but for those that are gone.
static const struct plan_target *find(const struct plan *plan, size_t *from, uint32_t agent)
{
	for (size_t i = *from; i < plan->n_targets; i++) {
		if (plan->targets[i].agent == agent) {
			*from = i + 1;
			return &plan->targets[i];
		}
	}
	return NULL;
}

static size_t tell(struct strbuf *out, const char *name, const char *difference, size_t n)
{
	if (!difference[0])
		return n;
	if (n < DRIFT_TOLD)
		strbuf_addf(out, "%s: %s\n", name, difference);
	return n + 1;
}

size_t plan_drift(const struct plan *before, const struct plan *now, struct strbuf *out)
{
	size_t from = 0, n = 0;

	for (size_t i = 0; i < before->n_targets; i++) {
		const struct plan_target *was = &before->targets[i], *is = find(now, &from, was->agent);
		char memory[DIFFERENCE_MAX];
		struct strbuf difference;

		strbuf_init(&difference, memory, sizeof memory);
		if (is)
			compare(&difference, was, is);
		else
			strbuf_add(&difference, "it is gone");
		n = tell(out, was->name, text_trim(memory), n);
	}
	if (before->guard != now->guard || !is_same(before->typed, now->typed))
		n = tell(out, "confirmation", "something else is asked for", n);
	if (n > DRIFT_TOLD)
		strbuf_addf(out, "and %zu more\n", n - DRIFT_TOLD);
	text_trim(out->data);
	out->len = strlen(out->data);
	return n;
}
