// SPDX-License-Identifier: Apache-2.0
/* What the command line refuses before the engine is asked is on record as well: who wanted what, and why not. */
#include "base/clock.h"
#include "commands/op_run.h"
#include "services/provisioning_engine.h"

enum { FIELDS = 3 };

struct refusal {
	struct audit_field details[FIELDS];
	size_t n;
	struct audit_record records[2]; // what was asked, and what was decided
};

static void add(struct refusal *refusal, const char *name, const char *text)
{
	if (text[0])
		refusal->details[refusal->n++] = (struct audit_field){ name, audit_text(text) };
}

static void fill(const struct op_request *request, const struct plan *plan, const char *why, struct refusal *out)
{
	const struct plan_target *one = plan && plan->n_targets == 1 ? &plan->targets[0] : NULL;
	bool is_control = request->kind == OP_CONTROL;
	struct audit_record record = {
		.phase = AUDIT_REQUEST,
		.action = is_control ? AUDIT_UPDATE : audit_action_of(request->params.verb),
		.result = AUDIT_PENDING,
		.resource_kind = one ? "agent" : "operation",
		.resource_id = one          ? one->key
			       : is_control ? request->id
					    : NULL,
		.reason = request->params.reason,
	};

	*out = (struct refusal){ .n = 0 };
	add(out, "request", is_control ? journal_control_name(request->control) : verb_name(request->params.verb));
	add(out, "name", one ? one->name : "");
	add(out, "from", "command line");
	record.details = (struct audit_fields){ out->details, out->n };
	out->records[0] = record;
	record.phase = AUDIT_DECISION;
	record.level = AUDIT_WARNING;
	record.result = AUDIT_REFUSED;
	record.error = why;
	out->records[1] = record;
}

void op_cli_audit_refused(struct op_run *run, const char *why)
{
	struct audit_logger *logger = run->session.trail.logger;
	struct refusal refusal;

	if (!logger || run->request->is_dry)
		return;
	fill(run->request, run->plan, why, &refusal);
	for (size_t i = 0; i < 2; i++)
		audit_logger_append(logger, &refusal.records[i], clock_now(), NULL, NULL, NULL);
}

void op_cli_audit_control(const struct op_request *request, const struct fleet_options *options, const char *why)
{
	struct refusal refusal;

	fill(request, NULL, why, &refusal);
	audit_trail_put(options, refusal.records, 2);
}
