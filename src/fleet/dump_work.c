// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/dump_internal.h"

// ---- alerts

struct ordered {
	const struct alert *alert;
	const char *key;
};

static int by_what_they_say(const void *left, const void *right)
{
	const struct ordered *a = left, *b = right;
	int r;

	if (a->alert->since_ms != b->alert->since_ms)
		return a->alert->since_ms < b->alert->since_ms ? 1 : -1;
	r = strcmp(a->alert->rule, b->alert->rule);
	if (r == 0)
		r = strcmp(a->key, b->key);
	if (r == 0)
		r = strcmp(a->alert->summary, b->alert->summary);
	if (r == 0)
		r = (a->alert->updated_ms > b->alert->updated_ms) - (a->alert->updated_ms < b->alert->updated_ms);
	return r ? r : (int)a->alert->state - (int)b->alert->state;
}

static void put_alert(struct dump *d, const struct ordered *ordered)
{
	const struct alert *alert = ordered->alert;

	dump_put(d, "alert %s %s of %u %d %d %a since %" PRId64 " updated %" PRId64 " resolved %" PRId64, alert->rule,
		 ordered->key, alert->n_agents, alert->severity, alert->state, alert->value, alert->since_ms,
		 alert->updated_ms, alert->resolved_ms);
	dump_put(d, " snoozed %" PRId64 " by \"%s\" \"%s\" \"%s\" muted \"%s\"\n", alert->snoozed_until_ms, alert->by,
		 alert->note, alert->summary, fleet_alert_muted(d->fleet, alert));
}

void dump_alerts(struct dump *d)
{
	size_t n = fleet_n_alerts(d->fleet);
	struct ordered *all = mem_calloc(n + 1, sizeof *all);

	if (!all) {
		d->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct alert *alert = fleet_alert_at(d->fleet, i);

		all[i] = (struct ordered){ alert, dump_key(d, alert->agent) };
	}
	qsort(all, n, sizeof *all, by_what_they_say);
	for (size_t i = 0; i < n; i++)
		put_alert(d, &all[i]);
	mem_free(all);
}

// ---- progress

static const char *or_none(const char *text)
{
	return text ? text : "";
}

static void put_progress(struct dump *d, const struct progress *progress)
{
	dump_put(d, "progress \"%s\" %u%% %" PRId64 " %" PRId64 " %" PRId64 " paused %d\n", or_none(progress->title),
		 progress->percent, progress->started_ms, progress->ended_ms, progress->estimated_ms,
		 progress->is_paused);
	for (size_t i = 0; i < progress->n_steps; i++) {
		const struct progress_step *step = &progress->steps[i];

		dump_put(d, " step %d %" PRId64 " %" PRId64 " \"%s\" \"%s\" \"%s\"\n", step->state, step->started_ms,
			 step->ended_ms, or_none(step->label), or_none(step->description), or_none(step->error));
	}
}

// ---- operations

static void put_target(struct dump *d, const struct plan_target *planned, const struct operation_target *target)
{
	dump_put(d, " target %s %d %" PRId64 " %" PRId64 " version %s error %s\n", planned->key, target->state,
		 target->started_ms, target->ended_ms, or_none(target->version), or_none(target->error));
	for (size_t i = 0; i < planned->n_steps + planned->n_undo; i++) {
		const struct plan_step *step =
			i < planned->n_steps ? &planned->steps[i] : &planned->undo[i - planned->n_steps];

		dump_put(d, "  %s \"%s\" %d %" PRId64 " %" PRId64 "\n", step->label, step->action,
			 target->steps[i].state, target->steps[i].started_ms, target->steps[i].ended_ms);
	}
}

static void put_operation(struct dump *d, const struct operation *operation)
{
	const struct plan *plan = operation->plan;

	dump_put(d, "operation %s %s of %s plan %s %d wave %u %" PRId64 " %" PRId64 " %" PRId64, operation->id,
		 verb_name(plan->params.verb), plan->who, plan->hash, operation->state, operation->wave,
		 operation->started_ms, operation->ended_ms, operation->estimated_ms);
	dump_put(d, " holder %s why \"%s\" output \"%s\"\n", operation->holder, operation->why, operation->output);
	for (size_t i = 0; i < plan->n_targets; i++)
		put_target(d, &plan->targets[i], &operation->targets[i]);
}

void dump_work(struct dump *d)
{
	for (size_t i = 0; i < fleet_n_progress(d->fleet); i++)
		put_progress(d, fleet_progress_at(d->fleet, i));
	dump_put(d, "operations %zu open %zu\n", fleet_n_operations(d->fleet), fleet_n_operations_open(d->fleet));
	for (size_t i = 0; i < fleet_n_operations(d->fleet); i++)
		put_operation(d, fleet_operation_at(d->fleet, i));
	for (size_t i = 0; i < fleet_n_approvals(d->fleet); i++) {
		const struct fleet_approval *approval = fleet_approval_at(d->fleet, i);

		dump_put(d, "approval %d %d \"%s\" asked by %s for %s, %s until %" PRId64 " of %s whole %d\n",
			 approval->state, approval->is_unasked, approval->what, approval->asker, approval->reason,
			 approval->by, approval->until_ms, approval->hash, approval->whole != NULL);
	}
}
