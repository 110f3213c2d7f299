// SPDX-License-Identifier: Apache-2.0
/* The single point of dispatch: from a plan that somebody confirmed to an operation, or to a refusal that is on record.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/container_of.h"
#include "base/strbuf.h"
#include "model/plan_drift.h"
#include "operations/plan.h"
#include "operations/policy.h"
#include "services/provisioning_internal.h"
#include "text/text.h"

enum { WHY_MAX = 2000 };

struct submission {
	struct provisioning_engine *engine;
	const struct request *request;
	struct kept_plan *kept;  // that was confirmed; NULL: there is none
	const struct plan *plan; // the same
	struct plan *now;        // the same made again, with the reason that was given
	char why[WHY_MAX];
};

static int because(struct submission *s, int error, const char *why)
{
	snprintf(s->why, sizeof s->why, "%s", why);
	text_trim(s->why);
	return error;
}

static int check_plan(struct submission *s, struct instant now)
{
	s->kept = plans_find(s->engine, s->request->operation, now);
	if (!s->kept)
		return because(s, -ENOENT, "there is no such plan any more; ask for it again");
	s->plan = s->kept->plan;
	if (s->kept->session != s->request->session)
		return because(s, -EPERM, "it is the plan of another console; ask for your own");
	if (!s->request->hash || strcmp(s->request->hash, s->plan->hash) != 0)
		return because(s, -ESTALE, "this is not the plan that was shown");
	if (op_of(s->engine, s->plan->no))
		return because(s, -EBUSY, "it is being carried out already");
	return 0;
}

// Targets that the plan leaves out are no reason to refuse the others.
static int check_policy(struct submission *s)
{
	char words[POLICY_REFUSAL_MAX];

	for (size_t i = 0; i < s->plan->n_targets; i++) {
		const struct plan_target *target = &s->plan->targets[i];
		const char *refusal =
			policy_refusal(s->engine->config, s->plan->params.verb, target->environment, words);

		if (refusal[0] && (!target->refusal[0] || s->plan->refusal[0]))
			return because(s, -EROFS, refusal);
	}
	if (s->plan->refusal[0])
		return because(s, -EPERM, s->plan->refusal);
	return policy_check(s->plan, s->request->typed, s->request->reason, s->why, sizeof s->why);
}

static int check_records(struct submission *s)
{
	struct provisioning_engine *engine = s->engine;
	char why[WHY_MAX];

	if (audit_is_broken(engine)) {
		snprintf(why, sizeof why, "the audit trail cannot be written: %s",
			 audit_logger_state(engine->audit)->why);
		return because(s, -EIO, why);
	}
	if (!engine->is_demo && (!engine->journal || !engine->audit))
		return because(s, -ENOTSUP, "there is no state directory, so nothing would be on record");
	if (engine->n_ops >= ENGINE_OPERATIONS_KEPT)
		return because(s, -ENOBUFS, "too many operations are open");
	return 0;
}

static int check_holders(struct submission *s)
{
	char why[WHY_MAX];

	for (size_t i = 0; i < s->plan->n_targets; i++) {
		const struct plan_target *target = &s->plan->targets[i];
		const struct life *life = life_of(s->engine, target->agent);

		if (target->refusal[0] || !life || !life->op)
			continue;
		if (life->op->is_left)
			snprintf(why, sizeof why, "%s: operation %s was interrupted: opscon op resume %s, or abort %s",
				 target->name, life->op->id, life->op->id, life->op->id);
		else
			snprintf(why, sizeof why, "%s is being operated on: %s", target->name, life->op->id);
		return because(s, -EBUSY, why);
	}
	return 0;
}

static int check_drift(struct submission *s, struct instant now)
{
	struct strbuf difference;
	int r = plans_again(s->engine, s->kept, s->request->reason, now, &s->now);

	if (r == -ENOENT)
		return because(s, -ESTALE, "none of its agents is listed any more");
	if (r < 0)
		return because(s, r, strerrordesc_np(-r));
	strbuf_init(&difference, s->why, sizeof s->why);
	return plan_drift(s->plan, s->now, &difference) ? -ESTALE : 0;
}

static int check(struct submission *s, struct instant now)
{
	int r = check_plan(s, now);

	if (r == 0)
		r = check_policy(s);
	if (r == 0)
		r = approval_check(s->kept, now, s->why, sizeof s->why);
	if (r == 0)
		r = check_records(s);
	if (r == 0)
		r = plan_leases_check(s->kept, now, s->why, sizeof s->why);
	if (r == 0)
		r = check_holders(s);
	if (r == 0)
		r = check_drift(s, now);
	// Nobody is asked about what would be refused all the same.
	return r ? r : approval_ask(s->engine, s->kept, s->request, now, s->why, sizeof s->why);
}

// ---- on record

static void on_open(struct writ *writ, int error)
{
	struct op *op = container_of(writ, struct op, writ);
	struct instant now = engine_now(op->engine);
	char why[ROLLOUT_WHY_MAX];

	if (error == 0) {
		op_begin(op, now);
		return;
	}
	if (audit_is_broken(op->engine))
		snprintf(why, sizeof why, "nothing was done: the audit trail cannot be written: %s",
			 audit_why(op->engine, error));
	else
		snprintf(why, sizeof why, "nothing was done: it could not be recorded: %s", strerrordesc_np(-error));
	op_fail(op, why, now);
}

static void open_journal(struct op *op, struct instant now)
{
	struct provisioning_engine *engine = op->engine;
	const struct journal_start start = {
		.dir = engine->operations_dir,
		.id = op->id,
		.plan = op->plan,
		.holder = op->holder,
		.at_ms = now.wall_ms,
	};
	struct writ_ticket *ticket;
	int r;

	if (!engine->journal)
		return;
	ticket = writ_ticket(engine, &op->writ);
	r = ticket ? journal_create(engine->journal, &start, writ_arrived, ticket, &op->journal) : -ENOMEM;
	if (r < 0)
		writ_refused(&op->writ, ticket, r);
}

static int carry_out(struct submission *s, struct instant now)
{
	struct provisioning_engine *engine = s->engine;
	struct op *op;
	int r = op_create(engine, s->now, &op);

	if (r < 0)
		return because(s, r, strerrordesc_np(-r));
	journal_id_make(s->now->params.verb, now.wall_ms, engine->world.random(engine->world.ctx), op->id);
	r = op_lock(op, s->why, sizeof s->why);
	if (r < 0) {
		op_destroy(op);
		return r;
	}
	op_hold(op);
	op_leases_begin(op, s->kept, now);
	approval_lapse(engine, s->kept, now); // once is enough
	op->look_at_ms = now.mono_ms + ENGINE_LOOK_EVERY_MS;
	op_touch(op, true);
	writ_begin(&op->writ, on_open);
	open_journal(op, now);
	audit_asked(op, &op->writ, s->request->who, now);
	writ_end(&op->writ);
	return 0;
}

int engine_submit(struct provisioning_engine *engine, const struct request *request, struct instant now)
{
	struct submission s = { .engine = engine, .request = request };
	int r = check(&s, now);

	if (r == 0)
		r = carry_out(&s, now);
	if (r < 0 && r != -EAGAIN) {
		audit_refused(engine, request, s.plan, r, s.why, now);
		engine_notice(engine, 0, SEVERITY_WARNING,
			      r == -ESTALE ? "refused: things are not as they were" : "refused", s.why);
	}
	plan_unref(s.now);
	return r;
}
