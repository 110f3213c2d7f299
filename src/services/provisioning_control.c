// SPDX-License-Identifier: Apache-2.0
/* What another process wants of an operation that is run here: journal_control.h. */
#include <errno.h>
#include <stdio.h>

#include "operations/journal_control.h"
#include "services/provisioning_internal.h"

static const char *refusal(enum journal_control what, int error)
{
	static const enum request_type types[JOURNAL_CONTROL_COUNT + 1] = {
		[JOURNAL_PAUSE] = REQUEST_OPERATION_PAUSE,         [JOURNAL_RESUME] = REQUEST_OPERATION_RESUME,
		[JOURNAL_ABORT] = REQUEST_OPERATION_ABORT,         [JOURNAL_ROLLBACK] = REQUEST_OPERATION_ROLLBACK,
		[JOURNAL_CONTROL_COUNT] = REQUEST_OPERATION_PAUSE,
	};

	return request_refusal(types[what], error);
}

void control_look(struct op *op, struct instant now)
{
	struct provisioning_engine *engine = op->engine;
	struct journal_word word;
	char title[JOURNAL_SAYS_MAX + 40];
	int r;

	if (!engine->operations_dir || !journal_control_take(engine->operations_dir, op->id, &word))
		return;
	r = word.what == JOURNAL_CONTROL_COUNT ? -EINVAL : op_control(op, word.what, word.who, now);
	if (r == 0)
		return;
	snprintf(title, sizeof title, "refused what %s asked for", word.who);
	engine_notice(engine, 0, SEVERITY_WARNING, title, refusal(word.what, r));
}
