// SPDX-License-Identifier: Apache-2.0
/* Operations: plans that were asked for, those that were confirmed, and what is known of each agent's life. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "fleet/fleet.h"

// ---- an agent's life

// An event whose maker was short of memory lacks some.
static bool has_texts(const struct agent_lifecycle *lifecycle)
{
	return lifecycle->driver && lifecycle->version && lifecycle->previous && lifecycle->instance &&
	       lifecycle->holder;
}

int fleet_lifecycle_changed(struct fleet *fleet, const struct event *event)
{
	struct fleet_entry *entry = fleet_entry(fleet, event->agent);
	struct fleet_restored *restored;

	if (!entry)
		return 0;
	if (!has_texts(&event->u.lifecycle))
		return -ENOMEM;
	restored = fleet_restored(fleet, entry);
	if (restored)
		restored->has_lifecycle = true;
	event_unref(entry->lifecycle);
	entry->lifecycle = fleet_keep(event);
	entry->public.lifecycle = &event->u.lifecycle;
	fleet_notify(fleet, FLEET_AGENT_LIFECYCLE, event->agent);
	return 0;
}

// ---- plans

int fleet_planned(struct fleet *fleet, const struct event *event)
{
	plan_unref((struct plan *)fleet->plans[FLEET_PLANS_MAX - 1]);
	memmove(fleet->plans + 1, fleet->plans, (FLEET_PLANS_MAX - 1) * sizeof(fleet->plans[0]));
	fleet->plans[0] = plan_ref(event->u.plan);
	fleet_notify(fleet, FLEET_PLANS, 0);
	return 0;
}

const struct plan *fleet_plan(const struct fleet *fleet, uint32_t token)
{
	for (size_t i = 0; i < FLEET_PLANS_MAX && fleet->plans[i]; i++)
		if (fleet->plans[i]->token == token)
			return fleet->plans[i];
	return NULL;
}

// ---- the timeline

static enum action_type type_of_verb(enum verb verb)
{
	switch (verb) {
	case VERB_CREATE:
		return ACTION_CREATE;
	case VERB_START:
	case VERB_RESTART:
	case VERB_RESUME:
		return ACTION_START;
	case VERB_STOP:
	case VERB_SUSPEND:
		return ACTION_STOP;
	case VERB_DELETE:
		return ACTION_DELETE;
	default:
		return ACTION_UPDATE;
	}
}

static bool is_bad_end(enum operation_state state)
{
	return state == OPERATION_FAILED || state == OPERATION_INDETERMINATE || state == OPERATION_ROLLED_BACK;
}

static const char *whose(const struct plan *plan, char *out, size_t size)
{
	if (plan->n_targets == 1)
		snprintf(out, size, "%s", plan->targets[0].name);
	else
		snprintf(out, size, "%zu agents", plan->n_targets);
	return out;
}

static void tell_state(struct fleet *fleet, const struct event *event)
{
	const struct operation *operation = event->u.operation;
	const struct plan *plan = operation->plan;
	uint32_t only = plan->n_targets == 1 ? plan->targets[0].agent : 0;
	const struct fleet_entry *entry = only ? fleet_entry(fleet, only) : NULL;
	char title[200], names[120];

	snprintf(title, sizeof title, "%s of %s %s", verb_name(plan->params.verb), whose(plan, names, sizeof names),
		 operation_state_name(operation->state));
	fleet_tell(fleet, &(struct fleet_news){
				  .at_ms = event->at_ms,
				  .type = is_bad_end(operation->state) ? ACTION_ERROR : type_of_verb(plan->params.verb),
				  .severity = is_bad_end(operation->state)           ? SEVERITY_CRITICAL
					      : operation->state == OPERATION_PAUSED ? SEVERITY_WARNING
										     : SEVERITY_INFO,
				  .source = EVENT_OPERATION,
				  .agent = entry ? entry->public.agent : NULL,
				  .who = plan->who,
				  .title = title,
				  .description = operation->why[0] ? operation->why : plan->params.reason,
			  });
}

static void tell_target(struct fleet *fleet, const struct event *event, size_t i)
{
	const struct operation *operation = event->u.operation;
	const struct plan_target *planned = &operation->plan->targets[i];
	const struct operation_target *target = &operation->targets[i];
	const struct fleet_entry *entry = fleet_entry(fleet, planned->agent);
	bool is_bad = target->state == TARGET_FAILED || target->state == TARGET_INDETERMINATE;
	enum verb verb = operation->plan->params.verb;
	char title[200];

	if (target->state == TARGET_DONE)
		snprintf(title, sizeof title, "%s", verb_past(verb));
	else
		snprintf(title, sizeof title, "%s %s", verb_name(verb), target_state_name(target->state));
	fleet_tell(fleet, &(struct fleet_news){
				  .at_ms = event->at_ms,
				  .type = is_bad ? ACTION_ERROR : type_of_verb(verb),
				  .severity = is_bad ? SEVERITY_CRITICAL : SEVERITY_INFO,
				  .source = EVENT_OPERATION,
				  .agent = entry ? entry->public.agent : NULL,
				  .who = operation->plan->who,
				  .title = title,
				  .description = target->error,
			  });
}

static bool is_worth_telling(enum target_state state)
{
	return state == TARGET_DONE || state == TARGET_FAILED || state == TARGET_ROLLED_BACK ||
	       state == TARGET_INDETERMINATE;
}

// What has changed since the snapshot before; of a single target its operation says it all.
static void tell(struct fleet *fleet, const struct event *event, const struct operation *before)
{
	const struct operation *now = event->u.operation;

	for (size_t i = 0; now->plan->n_targets > 1 && i < now->plan->n_targets; i++)
		if (is_worth_telling(now->targets[i].state) &&
		    (!before || before->targets[i].state != now->targets[i].state))
			tell_target(fleet, event, i);
	if (!before || before->state != now->state)
		tell_state(fleet, event);
}

// ---- operations

static size_t find(const struct fleet *fleet, uint32_t no)
{
	size_t i = fleet->n_operations;

	while (i > 0 && fleet->operations[i - 1].operation->no != no)
		i--;
	return i; // one more than its index; 0 none
}

static void drop(struct fleet *fleet, size_t at)
{
	operation_unref((struct operation *)fleet->operations[at].operation);
	fleet->n_operations--;
	memmove(fleet->operations + at, fleet->operations + at + 1,
		(fleet->n_operations - at) * sizeof *fleet->operations);
}

// The oldest that is over makes room; those that are not over stay, whatever their number.
static void make_room(struct fleet *fleet)
{
	size_t i = 0;

	if (fleet->n_operations < FLEET_OPERATIONS_MAX)
		return;
	while (i < fleet->n_operations && !operation_is_over(fleet->operations[i].operation->state))
		i++;
	if (i < fleet->n_operations)
		drop(fleet, i);
}

static int append(struct fleet *fleet, const struct operation *operation)
{
	make_room(fleet);
	if (fleet->n_operations == fleet->cap_operations) {
		size_t cap = fleet->cap_operations ? 2 * fleet->cap_operations : 16;
		struct fleet_operation *all = mem_realloc(fleet->operations, cap * sizeof *all);

		if (!all)
			return -ENOMEM;
		fleet->operations = all;
		fleet->cap_operations = cap;
	}
	fleet->n_operations_came++;
	fleet->operations[fleet->n_operations++] = (struct fleet_operation){ .operation = operation_ref(operation) };
	return 0;
}

// A snapshot tells the oldest first.
static void move_to_end(struct fleet *fleet, size_t at)
{
	struct fleet_operation moved = fleet->operations[at];
	size_t n = fleet->n_operations - 1 - at;

	memmove(fleet->operations + at, fleet->operations + at + 1, n * sizeof *fleet->operations);
	fleet->operations[at + n] = moved;
}

int fleet_operation_changed(struct fleet *fleet, const struct event *event)
{
	const struct operation *now = event->u.operation;
	size_t at = find(fleet, now->no);
	const struct operation *before = at ? fleet->operations[at - 1].operation : NULL;
	int r = 0;

	if (before)
		fleet->operations[at - 1].operation = operation_ref(now);
	else
		r = append(fleet, now);
	if (r < 0)
		return r;
	at = at ? at - 1 : fleet->n_operations - 1;
	if (before && fleet_begins_anew(fleet, event, fleet->operations[at].restated)) {
		move_to_end(fleet, at);
		at = fleet->n_operations - 1;
	}
	fleet->operations[at].origin = event->origin;
	fleet->operations[at].restated = fleet_restore_number(fleet);
	fleet->n_operations_open += !operation_is_over(now->state);
	fleet->n_operations_open -= before && !operation_is_over(before->state);
	if (!event->is_restated)
		tell(fleet, event, before);
	operation_unref((struct operation *)before);
	fleet_notify(fleet, FLEET_OPERATIONS, 0);
	return 0;
}

void fleet_operations_settle(struct fleet *fleet, const struct fleet_restore *restore)
{
	size_t was = fleet->n_operations;

	for (size_t i = fleet->n_operations; i-- > 0;) {
		const struct fleet_operation *known = &fleet->operations[i];

		if (known->origin != restore->origin || known->restated == restore->number)
			continue;
		fleet->n_operations_open -= !operation_is_over(known->operation->state);
		drop(fleet, i);
	}
	if (fleet->n_operations != was)
		fleet_notify(fleet, FLEET_OPERATIONS, 0);
}

size_t fleet_n_operations(const struct fleet *fleet)
{
	return fleet->n_operations;
}

const struct operation *fleet_operation_at(const struct fleet *fleet, size_t i)
{
	return fleet->operations[fleet->n_operations - 1 - i].operation;
}

const struct operation *fleet_operation(const struct fleet *fleet, uint32_t no)
{
	size_t at = find(fleet, no);

	return at ? fleet->operations[at - 1].operation : NULL;
}

size_t fleet_n_operations_open(const struct fleet *fleet)
{
	return fleet->n_operations_open;
}

int64_t fleet_operation_as_of_ms(const struct fleet *fleet, const struct operation *operation)
{
	size_t at = operation_is_over(operation->state) ? 0 : find(fleet, operation->no);

	return at ? fleet_hub_as_of_ms(fleet, fleet->operations[at - 1].origin) : 0;
}

void fleet_operations_finish(struct fleet *fleet)
{
	while (fleet->n_operations)
		drop(fleet, fleet->n_operations - 1);
	mem_free(fleet->operations);
	for (size_t i = 0; i < FLEET_PLANS_MAX; i++)
		plan_unref((struct plan *)fleet->plans[i]);
}
