// SPDX-License-Identifier: Apache-2.0
/* Who of several people has an agent: from the plan on, while it is read, and for as long as its operation runs.
 *
 * This is between the sessions of one process, which all come through this engine; the files of locks.h are between
 * processes, and are taken when an operation begins. An operation needs both: a console beside a hub finds the lock,
 * two consoles of one hub find the lease, and earlier.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/memory.h"
#include "services/provisioning_internal.h"
#include "text/text.h"

void lease_words_of(const struct request *request, char out[LEASE_HOLDER_MAX])
{
	const char *who = request->who && *request->who ? request->who : "somebody";
	bool is_placed = request->text && *request->text;
	char words[TEXT_FIELD_MAX];

	snprintf(words, sizeof words, "%.500s%s%.500s", who, is_placed ? " on " : "", is_placed ? request->text : "");
	text_clean(words, strlen(words), TEXT_ONE_LINE, out, LEASE_HOLDER_MAX, NULL);
}

static struct lease *lease_of(struct life *life)
{
	if (!life->lease)
		life->lease = leases_of(life->engine->leases, life->key);
	return life->lease;
}

const char *lease_refusal(struct life *life, uint32_t session, struct instant now, char out[VERB_REFUSAL_MAX])
{
	const struct lease *lease = life->lease;
	int fit = lease ? text_fit(lease->holder, LEASE_HOLDER_MAX) : 0;

	out[0] = '\0';
	if (!lease || !lease_is_others(lease, session, now.mono_ms))
		return out;
	if (lease->is_operating)
		snprintf(out, VERB_REFUSAL_MAX, "%.*s is operating on it", fit, lease->holder);
	else
		snprintf(out, VERB_REFUSAL_MAX, "%.*s is about to %s it", fit, lease->holder,
			 lease->doing ? lease->doing : "operate on");
	return out;
}

// ---- while a plan is made

void leases_ask(struct provisioning_engine *engine, const uint32_t *agents, size_t n, const struct lease_claim *claim,
		struct instant now)
{
	size_t busy;

	for (size_t i = 0; i < n; i++) {
		struct life *life = life_of(engine, agents[i]);
		struct lease *lease = life ? lease_of(life) : NULL;

		if (lease)
			leases_take(engine->leases, &lease, 1, claim, now.mono_ms, &busy);
	}
}

void leases_end(struct provisioning_engine *engine, const uint32_t *agents, size_t n, uint32_t no)
{
	for (size_t i = 0; i < n; i++) {
		const struct life *life = life_of(engine, agents[i]);

		if (life && life->lease)
			leases_release(engine->leases, life->lease, no);
	}
}

// ---- while it is read

static struct lease_claim claim_of(const struct kept_plan *kept, struct instant now)
{
	return (struct lease_claim){
		.session = kept->session,
		.holder = kept->asker,
		.doing = verb_name(kept->plan->params.verb),
		.no = kept->plan->no,
		.until_ms = now.mono_ms + ENGINE_LEASE_MS,
	};
}

// Those it leaves out are free for others.
int plan_leases_take(struct provisioning_engine *engine, struct kept_plan *kept, struct instant now)
{
	const struct lease_claim claim = claim_of(kept, now);
	size_t n = kept->plan->n_targets, busy;
	int r = 0;

	kept->leases = mem_calloc(n, sizeof *kept->leases);
	if (!kept->leases)
		return -ENOMEM;
	for (size_t i = 0; i < n && r == 0; i++) {
		const struct plan_target *target = &kept->plan->targets[i];
		struct life *life = life_of(engine, target->agent);
		struct lease *lease = life ? lease_of(life) : NULL;
		struct plan_lease *own = &kept->leases[i];

		if (target->refusal[0]) {
			own->was_others = lease && lease_is_others(lease, kept->session, now.mono_ms);
			if (lease)
				leases_release(engine->leases, lease, kept->plan->no);
			continue;
		}
		r = lease ? leases_take(engine->leases, &lease, 1, &claim, now.mono_ms, &busy) : -ENOMEM;
		*own = (struct plan_lease){ .lease = lease, .epoch = lease ? lease->epoch : 0 };
	}
	return r;
}

int plan_leases_keep(struct provisioning_engine *engine, const struct request *request, struct instant now)
{
	const struct kept_plan *kept = plans_find(engine, request->operation, now);
	struct lease_claim claim;
	int r = 0;

	if (!kept || kept->session != request->session)
		return -ENOENT;
	claim = claim_of(kept, now);
	for (size_t i = 0; i < kept->plan->n_targets; i++)
		if (kept->leases[i].lease &&
		    leases_keep(engine->leases, kept->leases[i].lease, kept->leases[i].epoch, &claim) < 0)
			r = -ESTALE;
	return r;
}

void plan_leases_drop(struct provisioning_engine *engine, struct kept_plan *kept)
{
	for (size_t i = 0; kept->leases && i < kept->plan->n_targets; i++)
		if (kept->leases[i].lease && !kept->leases[i].lease->is_operating)
			leases_release(engine->leases, kept->leases[i].lease, kept->plan->no);
	mem_free(kept->leases);
	kept->leases = NULL;
}

static void say_lost(const struct plan_target *target, const struct lease *lease, uint32_t session, struct instant now,
		     char *why, size_t size)
{
	char left[HUMAN_MAX];

	if (!lease_is_others(lease, session, now.mono_ms))
		snprintf(why, size, "%s: %s has had it since", target->name, lease->holder);
	else if (lease->is_operating)
		snprintf(why, size, "%s: %s is operating on it", target->name, lease->holder);
	else
		snprintf(why, size, "%s: %s has it now, for %s", target->name, lease->holder,
			 human_duration(lease->until_ms - now.mono_ms, left));
	text_trim(why);
}

int plan_leases_check(const struct kept_plan *kept, struct instant now, char *why, size_t size)
{
	for (size_t i = 0; i < kept->plan->n_targets; i++) {
		const struct plan_lease *own = &kept->leases[i];

		if (!own->lease || own->lease->epoch == own->epoch)
			continue;
		say_lost(&kept->plan->targets[i], own->lease, kept->session, now, why, size);
		return -ESTALE;
	}
	return 0;
}

// ---- while its operation runs

static struct lease_claim claim_of_op(const struct op *op, struct instant now)
{
	return (struct lease_claim){
		.session = op->session,
		.holder = op->asker,
		.doing = verb_name(op->plan->params.verb),
		.no = op->no,
		.is_operating = true,
		.until_ms = now.mono_ms + ENGINE_LEASE_MS,
	};
}

void op_leases_begin(struct op *op, const struct kept_plan *kept, struct instant now)
{
	op->session = kept->session;
	memcpy(op->asker, kept->asker, sizeof op->asker);
	for (size_t i = 0; i < op->plan->n_targets; i++) { // made again, the plan lists the same agents
		op->targets[i].lease = kept->leases[i].lease;
		op->targets[i].lease_epoch = kept->leases[i].epoch;
	}
	op_leases_keep(op, now);
}

// At a start there is nobody else; who comes later finds them taken.
void op_leases_recover(struct op *op, struct instant now)
{
	struct lease_claim claim;
	size_t busy;

	snprintf(op->asker, sizeof op->asker, "%.*s", text_fit(op->plan->who, LEASE_HOLDER_MAX - 1), op->plan->who);
	claim = claim_of_op(op, now);
	for (size_t i = 0; i < op->plan->n_targets; i++) {
		struct lease *lease = op->plan->targets[i].refusal[0] ? NULL : lease_of(op->targets[i].life);

		if (!lease || leases_take(op->engine->leases, &lease, 1, &claim, now.mono_ms, &busy) < 0)
			continue;
		op->targets[i].lease = lease;
		op->targets[i].lease_epoch = lease->epoch;
	}
}

// What somebody else has had since is not had again: its next step finds out.
void op_leases_keep(struct op *op, struct instant now)
{
	const struct lease_claim claim = claim_of_op(op, now);

	op->keep_at_ms = now.mono_ms + ENGINE_LEASE_MS / 3;
	for (size_t i = 0; i < op->plan->n_targets; i++)
		if (op->targets[i].lease)
			leases_keep(op->engine->leases, op->targets[i].lease, op->targets[i].lease_epoch, &claim);
}

bool op_target_is_fenced(const struct target *target, char *why, size_t size)
{
	const struct lease *lease = target->lease;

	if (!lease || lease->epoch == target->lease_epoch)
		return false;
	snprintf(why, size, "too late: %s has had it since", lease->holder);
	text_trim(why);
	return true;
}

// ---- telling

static bool tell(struct provisioning_engine *engine, const struct lease *lease, uint32_t agent, struct instant now)
{
	struct event *event = event_new(EVENT_LEASE, now.wall_ms, agent);

	if (!event)
		return false;
	event->u.lease.epoch = lease->epoch;
	event->u.lease.holder = mem_strdup(lease->is_held ? lease->holder : "");
	event->u.lease.doing = mem_strdup(lease->is_held && lease->doing ? lease->doing : "");
	if (!event->u.lease.holder || !event->u.lease.doing) {
		event_unref(event);
		return false;
	}
	if (lease->is_held) {
		event->u.lease.session = lease->session;
		event->u.lease.until_ms = lease->is_operating ? 0 : now.wall_ms + lease->until_ms - now.mono_ms;
	}
	event_emit(&engine->sink, event);
	return true;
}

void leases_tell(struct provisioning_engine *engine, struct instant now)
{
	struct lease *lease;
	struct life *life;

	while ((lease = leases_next_changed(engine->leases))) {
		HASH_FIND_STR(engine->lives, lease->key, life);
		if (!life || !life->id || tell(engine, lease, life->id, now))
			continue;
		leases_touch(engine->leases, lease); // the next time
		return;
	}
}
