// SPDX-License-Identifier: Apache-2.0
/* The steps of one target: a look at it, what its driver does, and a look at what has come of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "model/verb_refusal.h"
#include "operations/plan_internal.h"
#include "operations/policy.h"
#include "text/text.h"

enum { OBSERVE_MS = 5000, STEP_TEXT_MAX = 512, REFUSAL_MAX = 200 };

bool plan_is_probed(const struct agent *agent)
{
	return !agent->is_paused && (agent->health_url || agent->metrics_url);
}

bool plan_brings_new(const struct plan *plan)
{
	enum verb verb = plan->params.verb;

	return verb == VERB_CREATE || verb == VERB_UPGRADE || verb == VERB_ROLLBACK || verb == VERB_CONFIGURE;
}

bool plan_has_undo(const struct plan_target *target)
{
	return target->n_undo > 0;
}

// ---- what is looked for in the end

static bool was_well(const struct plan_target *target)
{
	return target->health == HEALTH_UP || target->health == HEALTH_DEGRADED;
}

static struct plan_expectation as_before(const struct plan_target *target, bool is_probed)
{
	return (struct plan_expectation){
		.is_health = is_probed && was_well(target),
		.has_state = target->is_lifecycle_known,
		.state = target->lifecycle,
	};
}

struct plan_expectation plan_expects(const struct plan *plan, const struct plan_target *target, bool is_probed,
				     bool is_undo)
{
	struct plan_expectation expected = { .has_state = true };

	switch (plan->params.verb) {
	case VERB_STOP:
		expected.state = LIFECYCLE_STOPPED;
		break;
	case VERB_SUSPEND:
		expected.state = LIFECYCLE_SUSPENDED;
		break;
	case VERB_DELETE:
		expected.state = LIFECYCLE_REVOKED;
		break;
	case VERB_CREATE:
		expected.has_state = is_undo;
		expected.state = LIFECYCLE_REVOKED;
		return expected;
	case VERB_CONFIGURE:
		return as_before(target, is_probed);
	default:
		expected.state = LIFECYCLE_RUNNING;
		expected.is_health = is_probed;
		break;
	}
	return is_undo ? as_before(target, is_probed) : expected;
}

// ---- steps

static void add_step(struct plan_maker *maker, struct plan_step *to, const struct plan_step *step)
{
	*to = *step;
	to->label = plan_keep(maker, step->label);
	to->precondition = plan_keep(maker, step->precondition);
	to->action = plan_keep(maker, step->action);
	to->postcondition = plan_keep(maker, step->postcondition);
}

// How it was when it was seen last is not how it is.
static void add_observation(struct plan_maker *maker, const struct plan_subject *subject,
			    const struct plan_target *target, struct plan_step *to)
{
	char action[STEP_TEXT_MAX], memory[STEP_TEXT_MAX], at[HUMAN_MAX];
	struct strbuf found, asked;

	strbuf_init(&asked, action, sizeof action);
	strbuf_addf(&asked, "ask how it stands (%s)", target->driver);
	if (subject->unseen_since_ms)
		strbuf_addf(&asked, "; not seen since %s, it was %s then", human_rfc3339(subject->unseen_since_ms, at),
			    lifecycle_name(subject->last_seen));
	strbuf_init(&found, memory, sizeof memory);
	if (target->is_lifecycle_known)
		strbuf_addf(&found, "it is %s", lifecycle_name(target->lifecycle));
	if (target->instance[0])
		strbuf_addf(&found, "%sinstance %s", found.len ? ", " : "it is ", target->instance);
	if (target->version[0])
		strbuf_addf(&found, "%sversion %s", found.len ? ", " : "it is ", target->version);
	add_step(maker, to,
		 &(struct plan_step){
			 .label = "Observe",
			 .precondition = "",
			 .action = text_trim(action),
			 .postcondition = text_trim(memory),
			 .timeout_ms = OBSERVE_MS,
			 .primitive = PRIMITIVE_OBSERVE,
		 });
}

static void add_verification(struct plan_maker *maker, const struct plan_target *target,
			     const struct plan_expectation *expected, struct plan_step *to)
{
	const struct rollout *rollout = &maker->plan->params.rollout;
	char age[HUMAN_MAX], action[STEP_TEXT_MAX], found[STEP_TEXT_MAX];

	human_duration(rollout->min_healthy_ms, age);
	snprintf(found, sizeof found, "it is there");
	if (expected->is_health)
		snprintf(found, sizeof found, "it is up, and stays up for %s", age);
	else if (expected->has_state && expected->state == LIFECYCLE_REVOKED)
		snprintf(found, sizeof found, "it is gone");
	else if (expected->has_state)
		snprintf(found, sizeof found, "it is %s", lifecycle_name(expected->state));
	if (expected->is_health)
		snprintf(action, sizeof action, "probe its health");
	else
		snprintf(action, sizeof action, "ask how it stands (%s)", target->driver);
	add_step(maker, to,
		 &(struct plan_step){
			 .label = "Verify",
			 .precondition = "",
			 .action = text_trim(action),
			 .postcondition = found,
			 .timeout_ms = rollout->verify_ms,
			 .primitive = PRIMITIVE_VERIFY,
		 });
}

// Room for `n_own` steps of the driver and those around them.
static struct plan_step *make_steps(struct plan_maker *maker, size_t n)
{
	struct plan_step *steps = mem_calloc(n, sizeof *steps);

	if (!steps)
		maker->error = -ENOMEM;
	return steps;
}

static void set_steps(struct plan_maker *maker, const struct plan_subject *subject, struct plan_target *target,
		      const struct driver_recipe *recipe)
{
	struct plan_expectation expected = plan_expects(maker->plan, target, plan_is_probed(subject->agent), false);
	size_t n = recipe->n + 2;

	target->steps = make_steps(maker, n);
	if (!target->steps)
		return;
	target->n_steps = n;
	add_observation(maker, subject, target, &target->steps[0]);
	for (size_t i = 0; i < recipe->n; i++)
		add_step(maker, &target->steps[i + 1], &recipe->steps[i]);
	add_verification(maker, target, &expected, &target->steps[n - 1]);
}

static void set_undo(struct plan_maker *maker, const struct plan_subject *subject, struct plan_target *target,
		     const struct driver_recipe *recipe)
{
	struct plan_expectation expected = plan_expects(maker->plan, target, plan_is_probed(subject->agent), true);
	size_t n = recipe->n + 1;

	target->undo = make_steps(maker, n);
	if (!target->undo)
		return;
	target->n_undo = n;
	for (size_t i = 0; i < recipe->n; i++)
		add_step(maker, &target->undo[i], &recipe->steps[i]);
	add_verification(maker, target, &expected, &target->undo[n - 1]);
}

// ---- recipes

static int get_recipe(const struct plan_subject *subject, const struct operation_params *params, bool is_undo,
		      struct driver_recipe *out)
{
	const struct driver *driver = subject->driver;
	int r;

	out->n = out->used = 0;
	out->is_short = false;
	out->why[0] = '\0';
	r = driver->class->recipe(driver, subject->agent, params, subject->sight, is_undo, out);
	return r == 0 && out->is_short ? -EMSGSIZE : r;
}

static bool is_same_step(const struct plan_step *a, const struct plan_step *b)
{
	return a->primitive == b->primitive && strcmp(a->label, b->label) == 0 && strcmp(a->action, b->action) == 0;
}

// A driver that has a blue-green rollout has other steps for it than for a rolling one.
static bool is_blue_green(const struct plan_subject *subject, const struct operation_params *params,
			  const struct driver_recipe *recipe)
{
	struct operation_params rolling = *params;
	struct driver_recipe other;

	rolling.rollout.kind = ROLLOUT_ROLLING;
	if (get_recipe(subject, &rolling, false, &other) < 0 || other.n != recipe->n)
		return true;
	for (size_t i = 0; i < recipe->n; i++)
		if (!is_same_step(&recipe->steps[i], &other.steps[i]))
			return true;
	return false;
}

static const char *recipe_refusal(const struct plan_target *target, const struct driver_recipe *recipe, int error,
				  char out[REFUSAL_MAX])
{
	out[0] = '\0';
	if (error == -ENOTSUP && recipe->why[0])
		snprintf(out, REFUSAL_MAX, "%s", recipe->why);
	else if (error == -ENOTSUP)
		snprintf(out, REFUSAL_MAX, "its driver, %s, cannot do that", target->driver);
	else if (error == -EMSGSIZE)
		snprintf(out, REFUSAL_MAX, "its driver, %s, has more to say than there is room for", target->driver);
	else if (error < 0)
		snprintf(out, REFUSAL_MAX, "its driver, %s: %s", target->driver, strerrordesc_np(-error));
	return text_trim(out);
}

// Why nothing can be done whatever the steps are; "" when something can.
static const char *standing_refusal(const struct plan_maker *maker, const struct plan_subject *subject,
				    const struct plan_target *target, char out[REFUSAL_MAX])
{
	enum verb verb = maker->plan->params.verb;
	char words[REFUSAL_MAX]; // of either
	const char *refusal = policy_refusal(maker->question->config, verb, target->environment, words);

	if (!refusal[0] && subject->taken)
		refusal = subject->taken;
	if (!refusal[0])
		refusal = verb_refusal_of(subject->agent, subject->lifecycle, verb, words);
	if (!refusal[0] && !subject->driver)
		refusal = "nothing operates it: its driver is not there";
	snprintf(out, REFUSAL_MAX, "%s", refusal);
	return text_trim(out);
}

// As above, and the recipe when there is none.
static const char *find_recipe(const struct plan_maker *maker, const struct plan_subject *subject,
			       const struct plan_target *target, struct driver_recipe *recipe, char out[REFUSAL_MAX])
{
	const struct operation_params *params = &maker->plan->params;

	recipe->n = 0;
	if (standing_refusal(maker, subject, target, out)[0])
		return out;
	recipe_refusal(target, recipe, get_recipe(subject, params, false, recipe), out);
	if (!out[0] && params->rollout.kind == ROLLOUT_BLUE_GREEN && !is_blue_green(subject, params, recipe))
		snprintf(out, REFUSAL_MAX, "its driver, %s, has no blue-green rollout", target->driver);
	return text_trim(out);
}

void plan_target_compile(struct plan_maker *maker, const struct plan_subject *subject, struct plan_target *target)
{
	struct driver_recipe recipe;
	char refusal[REFUSAL_MAX];

	if (maker->error)
		return;
	target->refusal = plan_keep(maker, find_recipe(maker, subject, target, &recipe, refusal));
	if (refusal[0])
		return;
	set_steps(maker, subject, target, &recipe);
	if (maker->error == 0 && get_recipe(subject, &maker->plan->params, true, &recipe) == 0 && recipe.n > 0)
		set_undo(maker, subject, target, &recipe);
}
