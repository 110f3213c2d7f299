// SPDX-License-Identifier: Apache-2.0
/* A second person: some plans are not carried out before somebody else has agreed to them. They are asked once whoever
 * made the plan has confirmed it, and are told why; until then nobody else hears of it.
 *
 * What is agreed to is one plan, by its hash, and ends with it. Another person is another name: whoever sits at two
 * consoles cannot agree with themselves, but who has two names can. Who refuses has the last word; the plan must then
 * be made again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "operations/policy.h"
#include "services/provisioning_internal.h"
#include "text/text.h"

enum { WHAT_MAX = 300 };

static bool is_wanted(const struct provisioning_engine *engine, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_targets; i++)
		if (!plan->targets[i].refusal[0] &&
		    policy_wants_approval(engine->approvals, engine->n_approvals, plan->params.verb,
					  plan->targets[i].environment))
			return true;
	return false;
}

// "upgrade WowCache to 2.1 in production"
static void put_what(const struct plan *plan, char out[WHAT_MAX])
{
	const char *environment = plan->targets[0].environment;
	char whom[120];
	bool is_one = plan->n_targets == 1, is_same = true;

	for (size_t i = 1; i < plan->n_targets; i++)
		is_same &= strcmp(plan->targets[i].environment, environment) == 0;
	if (is_one)
		snprintf(whom, sizeof whom, "%.*s", text_fit(plan->targets[0].name, 100), plan->targets[0].name);
	else
		snprintf(whom, sizeof whom, "%zu agents", plan->n_targets);
	snprintf(out, WHAT_MAX, "%s%s %s%s%s%s%s", plan->params.is_forced ? "force " : "", verb_name(plan->params.verb),
		 whom, plan->params.version[0] ? " to " : "", plan->params.version,
		 is_same && environment[0] ? " in " : "", is_same ? environment : "");
	text_trim(out);
}

static void tell(struct provisioning_engine *engine, const struct kept_plan *kept, struct instant now)
{
	const struct plan_approval *approval = &kept->approval;
	struct event *event = event_new(EVENT_APPROVAL, now.wall_ms, 0);
	char what[WHAT_MAX];

	if (!event)
		return;
	put_what(kept->plan, what);
	event->u.approval.plan = kept->plan->no;
	event->u.approval.state = approval->state;
	event->u.approval.asker = mem_strdup(kept->asker);
	event->u.approval.by = mem_strdup(approval->by ? approval->by : "");
	event->u.approval.what = mem_strdup(what);
	event->u.approval.reason = mem_strdup(approval->reason ? approval->reason : "");
	event->u.approval.is_unasked = !approval->is_asked;
	memcpy(event->u.approval.hash, kept->plan->hash, sizeof event->u.approval.hash);
	event->u.approval.until_ms = now.wall_ms + approval->until_ms - now.mono_ms;
	event->u.approval.whole = plan_ref(kept->plan);
	event_emit(&engine->sink, event);
}

void approval_begin(struct provisioning_engine *engine, struct kept_plan *kept, struct instant now)
{
	if (kept->plan->refusal[0] || !is_wanted(engine, kept->plan))
		return;
	kept->approval = (struct plan_approval){
		.is_wanted = true,
		.state = APPROVAL_WANTED,
		.until_ms = now.mono_ms + ENGINE_PLAN_AGE_MS,
	};
	tell(engine, kept, now);
}

static bool is_as_confirmed(const struct plan_approval *approval, const char *reason)
{
	return approval->is_asked && strcmp(approval->reason, reason) == 0;
}

// With another reason it is another question. Takes the reason over.
static int ask(struct provisioning_engine *engine, struct kept_plan *kept, char **reason, struct instant now)
{
	struct plan_approval *approval = &kept->approval;

	approval_finish(approval);
	approval->reason = *reason;
	*reason = NULL;
	approval->is_asked = true;
	approval->state = APPROVAL_WANTED;
	audit_approval(engine, kept, NULL, 0, "", now);
	tell(engine, kept, now);
	return -EAGAIN;
}

int approval_ask(struct provisioning_engine *engine, struct kept_plan *kept, const struct request *request,
		 struct instant now, char *why, size_t size)
{
	const char *given = request->reason ? request->reason : "";
	bool is_now = request->text && strcmp(request->text, "now") == 0, is_confirmed;
	mem_auto char *reason = NULL; // as it is kept, so that the second time it is the same

	if (!kept->approval.is_wanted)
		return 0;
	reason = text_clean_dup(given, strlen(given), TEXT_ONE_LINE, TEXT_FIELD_MAX);
	if (!reason) {
		snprintf(why, size, "%s", strerrordesc_np(ENOMEM));
		return -ENOMEM;
	}
	is_confirmed = is_as_confirmed(&kept->approval, reason);
	if (is_confirmed && kept->approval.state == APPROVAL_GIVEN)
		return 0;
	if (is_confirmed || is_now) {
		snprintf(why, size, "a second person has to agree to it");
		return -EPERM;
	}
	return ask(engine, kept, &reason, now);
}

void approval_finish(struct plan_approval *approval)
{
	mem_free(approval->by);
	mem_free(approval->reason);
	approval->by = approval->reason = NULL;
}

void approval_lapse(struct provisioning_engine *engine, struct kept_plan *kept, struct instant now)
{
	if (!kept->approval.is_wanted || kept->approval.state == APPROVAL_LAPSED)
		return;
	kept->approval.state = APPROVAL_LAPSED;
	if (kept->approval.is_asked)
		audit_approval(engine, kept, NULL, 0, "", now);
	tell(engine, kept, now);
}

// ---- the answer

static const char *check(const struct kept_plan *kept, const struct request *request)
{
	if (!request->hash || strcmp(request->hash, kept->plan->hash) != 0)
		return "this is not the plan that was shown";
	if (!kept->approval.is_wanted)
		return "nobody has to agree to it";
	if (!request->who || !request->who[0])
		return "nobody knows who agrees";
	if (strcmp(request->who, kept->plan->who) == 0)
		return "it takes somebody else than who asks for it";
	if (!kept->approval.is_asked)
		return "whoever made it has not confirmed it yet";
	if (request->type == REQUEST_APPROVE && request->reason && request->reason[0] &&
	    strcmp(request->reason, kept->approval.reason) != 0)
		return "it is asked for with another reason now";
	if (kept->approval.state == APPROVAL_REFUSED)
		return "it was refused; it has to be planned again";
	return NULL;
}

static int set_by(struct kept_plan *kept, const char *who)
{
	char *by = text_clean_dup(who, strlen(who), TEXT_ONE_LINE, TEXT_FIELD_MAX);

	if (!by)
		return -ENOMEM;
	mem_free(kept->approval.by);
	kept->approval.by = by;
	return 0;
}

static int refuse(struct provisioning_engine *engine, const struct kept_plan *kept, const struct request *request,
		  int error, const char *why, struct instant now)
{
	audit_approval(engine, kept, request, error, why, now);
	engine_notice(engine, 0, SEVERITY_WARNING, "refused", why);
	return error;
}

int approval_answer(struct provisioning_engine *engine, const struct request *request, struct instant now)
{
	struct kept_plan *kept = plans_find(engine, request->operation, now);
	const char *why = kept ? check(kept, request) : "there is no such plan any more";
	int r = !kept ? -ENOENT : 0;

	if (why && r == 0)
		r = request->hash && strcmp(request->hash, kept->plan->hash) == 0 ? -EPERM : -ESTALE;
	if (r < 0)
		return refuse(engine, kept, request, r, why, now);
	r = set_by(kept, request->who);
	if (r < 0)
		return refuse(engine, kept, request, r, strerrordesc_np(-r), now);
	kept->approval.state = request->type == REQUEST_APPROVE ? APPROVAL_GIVEN : APPROVAL_REFUSED;
	audit_approval(engine, kept, request, 0, "", now);
	tell(engine, kept, now);
	return 0;
}

int approval_check(const struct kept_plan *kept, struct instant now, char *why, size_t size)
{
	const struct plan_approval *approval = &kept->approval;

	why[0] = '\0';
	if (!approval->is_wanted)
		return 0;
	if (approval->state == APPROVAL_LAPSED || now.mono_ms > approval->until_ms)
		snprintf(why, size, "that somebody agreed to it has lapsed; it has to be planned again");
	else if (approval->state == APPROVAL_REFUSED)
		snprintf(why, size, "%s does not agree to it", approval->by);
	text_trim(why);
	return why[0] ? -EPERM : 0;
}

// ---- time

static bool is_open(const struct kept_plan *kept)
{
	return kept->plan && kept->approval.is_wanted && kept->approval.state != APPROVAL_LAPSED;
}

void approvals_tick(struct provisioning_engine *engine, struct instant now)
{
	for (size_t i = 0; i < ENGINE_PLANS_KEPT; i++)
		if (is_open(&engine->plans[i]) && now.mono_ms > engine->plans[i].approval.until_ms)
			approval_lapse(engine, &engine->plans[i], now);
}

int64_t approvals_deadline(const struct provisioning_engine *engine)
{
	int64_t at_ms = INT64_MAX;

	for (size_t i = 0; i < ENGINE_PLANS_KEPT; i++)
		if (is_open(&engine->plans[i]) && engine->plans[i].approval.until_ms < at_ms - 1)
			at_ms = engine->plans[i].approval.until_ms + 1;
	return at_ms;
}
