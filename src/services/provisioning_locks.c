// SPDX-License-Identifier: Apache-2.0
/* The locks of an operation: of each agent that something would happen to. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "services/provisioning_internal.h"
#include "text/text.h"

static int take(struct target *target, char *why, size_t size)
{
	struct provisioning_engine *engine = target->op->engine;
	char holder[LOCK_HOLDER_MAX], other[LOCK_HOLDER_MAX] = "";
	int r;

	snprintf(holder, sizeof holder, "%.*s, %s", text_fit(engine->holder, 100), engine->holder, target->op->id);
	r = lock_take(engine->locks_dir, target->life->key, text_trim(holder), &target->lock, other);
	if (r == -EBUSY)
		snprintf(why, size, "%s is being operated on by %s", op_target_plan(target)->name, other);
	else if (r < 0)
		snprintf(why, size, "%s cannot be locked: %s", op_target_plan(target)->name, strerrordesc_np(-r));
	if (r == -EBUSY)
		life_held(target->life, other);
	text_trim(why);
	return r;
}

int op_lock(struct op *op, char *why, size_t size)
{
	int r = 0;

	why[0] = '\0';
	for (size_t i = 0; r == 0 && i < op->plan->n_targets; i++)
		if (op->engine->locks_dir && !op->plan->targets[i].refusal[0] && !op->targets[i].lock.fd_plus_one)
			r = take(&op->targets[i], why, size);
	return r;
}
