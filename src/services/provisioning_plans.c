// SPDX-License-Identifier: Apache-2.0
/* Making plans: each target is looked at, a few at a time, and then everything is told that would happen. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/container_of.h"
#include "base/memory.h"
#include "operations/plan.h"
#include "operations/policy.h"
#include "services/provisioning_internal.h"

static const struct agent_lifecycle no_life = {
	.driver = "", .version = "", .previous = "", .instance = "", .holder = ""
};

struct slot {
	struct planning *planning;
	struct call call;
	uint32_t agent;
};

struct planning {
	struct provisioning_engine *engine;
	struct planning *next; // provisioning_engine::plannings
	uint32_t no, token, session;
	char *who; // owned
	char asker[LEASE_HOLDER_MAX];
	struct operation_params params; // its texts are owned
	uint32_t *agents;               // owned
	bool *is_hidden;                // owned
	size_t n, n_looked, n_out;      // looked: begun
	bool is_beginning;
	struct slot slots[OPERATION_CONCURRENT_MAX];
};

// ---- the question

struct question {
	struct plan_subject *subjects;
	struct agent_lifecycle *lives; // of each subject
	const char ***dependents;      // the same
	char **taken;                  // the same: owned, NULL nobody
	size_t n;
	uint32_t session; // whose it is
	struct instant now;
	const struct kept_plan *before; // when it is asked again, ...
	size_t at;                      // ... which of its targets is looked at
};

static void question_finish(struct question *question)
{
	for (size_t i = 0; question->dependents && i < question->n; i++)
		mem_free(question->dependents[i]);
	for (size_t i = 0; question->taken && i < question->n; i++)
		mem_free(question->taken[i]);
	mem_free(question->dependents);
	mem_free(question->taken);
	mem_free(question->lives);
	mem_free(question->subjects);
}

static int put_dependents(const struct engine_world *world, uint32_t id, const char ***out,
			  struct plan_subject *subject)
{
	size_t n = world->dependents(world->ctx, id, NULL, 0);

	if (n == 0)
		return 0;
	*out = mem_calloc(n, sizeof **out);
	if (!*out)
		return -ENOMEM;
	subject->n_dependents = world->dependents(world->ctx, id, *out, n);
	subject->dependents = *out;
	return 0;
}

// The same words as before, as long as it is so: that time passes is no difference.
static int put_taken(struct life *life, struct question *question, struct plan_subject *subject)
{
	const struct kept_plan *before = question->before;
	char words[VERB_REFUSAL_MAX];
	const char *said = lease_refusal(life, question->session, question->now, words);

	if (!said[0])
		return 0;
	if (before && before->leases[question->at].was_others)
		said = before->plan->targets[question->at].refusal;
	question->taken[question->n] = mem_strdup(said);
	subject->taken = question->taken[question->n];
	return subject->taken ? 0 : -ENOMEM;
}

// What was seen once, and cannot be seen now, is not known any more.
static void put_life(const struct life *life, struct agent_lifecycle *out, struct plan_subject *subject)
{
	*out = life ? life->public : no_life;
	subject->lifecycle = out;
	subject->sight = life && life->has_sight ? &life->sight : NULL;
	if (subject->sight || !out->is_observed)
		return;
	subject->unseen_since_ms = out->observed_at_ms;
	subject->last_seen = out->observed;
	out->is_observed = out->is_recorded = false;
}

// What is known of one agent now. An agent that is gone is left out.
static int put_subject(struct provisioning_engine *engine, struct question *question, uint32_t id, bool is_hidden)
{
	const struct engine_world *world = &engine->world;
	const struct agent *agent = world->agent(world->ctx, id);
	struct plan_subject *subject = &question->subjects[question->n];
	const struct health *health;
	struct life *life = life_of(engine, id);
	int r;

	if (!agent)
		return 0;
	*subject = (struct plan_subject){
		.agent = agent,
		.driver = world->driver(world->ctx, agent),
		.is_hidden = is_hidden,
		.is_last_healthy = world->is_last_healthy(world->ctx, id),
	};
	put_life(life, &question->lives[question->n], subject);
	health = world->health(world->ctx, id);
	subject->health = health ? health_state(health) : HEALTH_UNKNOWN;
	r = life ? put_taken(life, question, subject) : 0;
	if (r == 0)
		r = put_dependents(world, id, &question->dependents[question->n], subject);
	question->n++;
	return r;
}

static int question_init(struct question *question, size_t n, uint32_t session, struct instant now)
{
	*question = (struct question){
		.subjects = mem_calloc(n, sizeof *question->subjects),
		.session = session,
		.now = now,
	};
	question->lives = mem_calloc(n, sizeof *question->lives);
	question->dependents = mem_calloc(n, sizeof *question->dependents);
	question->taken = mem_calloc(n, sizeof *question->taken);
	return question->subjects && question->lives && question->dependents && question->taken ? 0 : -ENOMEM;
}

static int make(struct provisioning_engine *engine, struct question *question, const struct plan_question *asked,
		struct plan **out, char *why, size_t why_size)
{
	struct plan_question whole = *asked;

	whole.subjects = question->subjects;
	whole.n_subjects = question->n;
	whole.config = engine->config;
	if (question->n == 0)
		return -ENOENT;
	return plan_make(&whole, out, why, why_size);
}

static int make_planned(struct planning *planning, struct instant now, struct plan **out, char *why, size_t why_size)
{
	const struct plan_question asked = {
		.no = planning->no,
		.token = planning->token,
		.who = planning->who,
		.at_ms = now.wall_ms,
		.params = &planning->params,
	};
	struct question question;
	int r = question_init(&question, planning->n, planning->session, now);

	*out = NULL;
	why[0] = '\0';
	for (size_t i = 0; r == 0 && i < planning->n; i++)
		r = put_subject(planning->engine, &question, planning->agents[i],
				planning->is_hidden && planning->is_hidden[i]);
	if (r == 0)
		r = make(planning->engine, &question, &asked, out, why, why_size);
	question_finish(&question);
	return r;
}

int plans_again(struct provisioning_engine *engine, const struct kept_plan *kept, const char *reason,
		struct instant now, struct plan **out)
{
	const struct plan *plan = kept->plan;
	struct operation_params params = plan->params;
	const struct plan_question asked = {
		.no = plan->no,
		.token = plan->token,
		.who = plan->who,
		.at_ms = now.wall_ms,
		.params = &params,
	};
	struct question question;
	char why[ENGINE_ERROR_MAX];
	int r = question_init(&question, plan->n_targets, kept->session, now);

	*out = NULL;
	question.before = kept;
	if (reason && reason[0])
		params.reason = reason;
	for (size_t i = 0; r == 0 && i < plan->n_targets; i++) {
		question.at = i;
		r = put_subject(engine, &question, plan->targets[i].agent, plan->targets[i].is_hidden);
	}
	if (r == 0)
		r = make(engine, &question, &asked, out, why, sizeof why);
	question_finish(&question);
	return r;
}

// ---- the answer

void plans_forget(struct provisioning_engine *engine, struct kept_plan *kept, struct instant now)
{
	size_t at = (size_t)(kept - engine->plans);

	if (!kept->plan)
		return;
	approval_lapse(engine, kept, now);
	plan_leases_drop(engine, kept);
	approval_finish(&kept->approval);
	plan_unref(kept->plan);
	memmove(kept, kept + 1, (ENGINE_PLANS_KEPT - 1 - at) * sizeof *kept);
	engine->plans[ENGINE_PLANS_KEPT - 1] = (struct kept_plan){ 0 };
}

// Whose place a new plan takes: of a session that has its share its own oldest one's, else the oldest one's of all.
static struct kept_plan *to_forget(struct provisioning_engine *engine, uint32_t session)
{
	struct kept_plan *oldest = NULL;
	size_t n = 0;

	for (size_t i = 0; i < ENGINE_PLANS_KEPT; i++) {
		struct kept_plan *kept = &engine->plans[i];

		if (!session || !kept->plan || kept->session != session)
			continue;
		oldest = kept;
		n++;
	}
	return n >= ENGINE_PLANS_A_SESSION ? oldest : &engine->plans[ENGINE_PLANS_KEPT - 1];
}

// 0; -ENOMEM: it is not kept.
static int keep(struct planning *planning, struct plan *plan, struct instant now)
{
	struct provisioning_engine *engine = planning->engine;
	struct kept_plan *plans = engine->plans;
	int r;

	plans_forget(engine, to_forget(engine, planning->session), now);
	memmove(plans + 1, plans, (ENGINE_PLANS_KEPT - 1) * sizeof *plans);
	plans[0] = (struct kept_plan){
		.plan = plan_ref(plan),
		.at_ms = now.mono_ms,
		.session = planning->session,
	};
	memcpy(plans[0].asker, planning->asker, sizeof plans[0].asker);
	r = plan_leases_take(engine, &plans[0], now);
	if (r < 0)
		plans_forget(engine, &plans[0], now);
	return r;
}

int plans_drop(struct provisioning_engine *engine, const struct request *request, struct instant now)
{
	int r = -ENOENT;

	for (size_t i = ENGINE_PLANS_KEPT; i-- > 0;) {
		struct kept_plan *kept = &engine->plans[i];

		if (!kept->plan || kept->session != request->session ||
		    (request->operation && kept->plan->no != request->operation))
			continue;
		plans_forget(engine, kept, now);
		r = 0;
	}
	return request->operation ? r : 0;
}

struct kept_plan *plans_find(struct provisioning_engine *engine, uint32_t no, struct instant now)
{
	for (size_t i = 0; i < ENGINE_PLANS_KEPT; i++) {
		struct kept_plan *kept = &engine->plans[i];

		if (kept->plan && kept->plan->no == no && now.mono_ms - kept->at_ms <= ENGINE_PLAN_AGE_MS)
			return kept;
	}
	return NULL;
}

static void planning_free(struct planning *planning)
{
	for (size_t i = 0; i < OPERATION_CONCURRENT_MAX; i++)
		call_cancel(&planning->slots[i].call);
	mem_free(planning->who);
	mem_free((char *)planning->params.version);
	mem_free((char *)planning->params.patch);
	mem_free((char *)planning->params.reason);
	mem_free(planning->agents);
	mem_free(planning->is_hidden);
	mem_free(planning);
}

// As long as its targets are looked at it has them; their looks end in time, whatever happens.
static void ask_leases(struct planning *planning, struct instant now)
{
	const int64_t rounds =
		(int64_t)(planning->n - planning->n_looked + OPERATION_CONCURRENT_MAX - 1) / OPERATION_CONCURRENT_MAX;
	const struct lease_claim claim = {
		.session = planning->session,
		.holder = planning->asker,
		.doing = verb_name(planning->params.verb),
		.no = planning->no,
		.until_ms = now.mono_ms + ENGINE_LEASE_MS + rounds * (ENGINE_OBSERVE_MS + ENGINE_GRACE_MS),
	};

	leases_ask(planning->engine, planning->agents, planning->n, &claim, now);
}

static void answer(struct planning *planning, struct instant now)
{
	struct provisioning_engine *engine = planning->engine;
	struct event *event = NULL;
	struct plan *plan;
	char why[ENGINE_ERROR_MAX];
	int r;

	ask_leases(planning, now);
	r = make_planned(planning, now, &plan, why, sizeof why);
	event = r == 0 ? event_new(EVENT_PLAN, now.wall_ms, 0) : NULL;
	if (event && keep(planning, plan, now) < 0) {
		event_unref(event);
		event = NULL;
	}
	if (event) {
		approval_begin(engine, &engine->plans[0], now); // before it: nobody takes it for one that needs none
		event->u.plan = plan_ref(plan);
		event_emit(&engine->sink, event);
	} else {
		leases_end(engine, planning->agents, planning->n, planning->no);
		engine_notice(engine, 0, SEVERITY_WARNING, "the plan could not be made",
			      why[0] ? why : strerrordesc_np(r < 0 ? -r : ENOMEM));
	}
	plan_unref(plan);
	LL_DELETE(engine->plannings, planning);
	planning_free(planning);
}

// ---- looking

static void look_on(struct planning *planning, struct instant now);

static void on_seen(struct call *call, const struct driver_answer *seen)
{
	struct slot *slot = container_of(call, struct slot, call);
	struct planning *planning = slot->planning;
	struct provisioning_engine *engine = planning->engine;
	struct instant now = engine_now(engine);
	struct life *life = life_of(engine, slot->agent);

	if (life && seen->has_sight)
		life_seen(life, &seen->sight, now);
	else if (life)
		life->has_sight = false; // how it stands is not known now
	planning->n_out--;
	look_on(planning, now);
	engine_settle(engine, now);
}

static struct slot *free_slot(struct planning *planning)
{
	for (size_t i = 0; i < OPERATION_CONCURRENT_MAX; i++)
		if (!call_is_under_way(&planning->slots[i].call))
			return &planning->slots[i];
	return NULL;
}

static void look_at_next(struct planning *planning, struct slot *slot, struct instant now)
{
	struct provisioning_engine *engine = planning->engine;
	uint32_t id = planning->agents[planning->n_looked++];
	const struct agent *agent = engine->world.agent(engine->world.ctx, id);
	struct life *life = life_of(engine, id);

	if (!agent || !life || !life->public.driver[0])
		return;
	life_look_at_lock(life);
	slot->planning = planning;
	slot->agent = id;
	planning->n_out++;
	if (call_look(&engine->calls, &slot->call, agent, &planning->params, ENGINE_OBSERVE_MS, on_seen, now) < 0) {
		planning->n_out--;
		life->has_sight = false;
	}
}

static void look_on(struct planning *planning, struct instant now)
{
	struct slot *slot;

	if (planning->is_beginning) // an answer that came at once: whoever begins goes on
		return;
	planning->is_beginning = true;
	while (planning->n_looked < planning->n && (slot = free_slot(planning)))
		look_at_next(planning, slot, now);
	planning->is_beginning = false;
	if (planning->n_looked == planning->n && planning->n_out == 0 && !recover_is_under_way(planning->engine))
		answer(planning, now);
}

void plans_go_on(struct provisioning_engine *engine, struct instant now)
{
	struct planning *planning, *next;

	LL_FOREACH_SAFE(engine->plannings, planning, next)
		look_on(planning, now);
}

// ---- being asked

static struct planning *planning_new(struct provisioning_engine *engine, const struct request *request)
{
	struct planning *planning = mem_calloc(1, sizeof *planning);
	const struct operation_params *params = request->params;

	if (!planning)
		return NULL;
	planning->engine = engine;
	planning->token = request->token;
	planning->session = request->session;
	lease_words_of(request, planning->asker);
	planning->n = request->n_agents;
	planning->params = *params;
	planning->params.rollout = policy_rollout(engine->config, params);
	planning->params.unsaid = 0;
	planning->params.version = mem_strdup(params->version ? params->version : "");
	planning->params.patch = mem_strdup(params->patch ? params->patch : "");
	planning->params.reason = mem_strdup(params->reason ? params->reason : "");
	planning->who = mem_strdup(request->who ? request->who : "");
	planning->agents = mem_calloc(request->n_agents, sizeof *planning->agents);
	planning->is_hidden = mem_calloc(request->n_agents, sizeof *planning->is_hidden);
	if (!planning->params.version || !planning->params.patch || !planning->params.reason || !planning->who ||
	    !planning->agents || !planning->is_hidden) {
		planning_free(planning);
		return NULL;
	}
	memcpy(planning->agents, request->agents, request->n_agents * sizeof *planning->agents);
	if (request->is_hidden)
		memcpy(planning->is_hidden, request->is_hidden, request->n_agents * sizeof *planning->is_hidden);
	return planning;
}

// What makes no sense is said at once, before anybody is looked at.
static int check(struct planning *planning, struct instant now)
{
	struct plan *plan;
	char why[ENGINE_ERROR_MAX];
	int r = make_planned(planning, now, &plan, why, sizeof why);

	plan_unref(plan);
	if (r == -EINVAL)
		engine_notice(planning->engine, 0, SEVERITY_WARNING, "that makes no plan", why);
	return r;
}

int plans_ask(struct provisioning_engine *engine, const struct request *request, struct instant now)
{
	struct planning *planning;
	int r;

	if (!request->params || !request->agents || request->n_agents == 0 || request->n_agents > OPERATION_TARGETS_MAX)
		return -EINVAL;
	planning = planning_new(engine, request);
	if (!planning)
		return -ENOMEM;
	planning->no = ++engine->last_no;
	r = check(planning, now);
	if (r < 0) {
		planning_free(planning);
		return r;
	}
	ask_leases(planning, now);
	LL_PREPEND(engine->plannings, planning);
	look_on(planning, now);
	return 0;
}

void plans_finish(struct provisioning_engine *engine)
{
	struct planning *planning;

	while ((planning = engine->plannings)) {
		engine->plannings = planning->next;
		planning_free(planning);
	}
	while (engine->plans[0].plan) {
		engine->plans[0].approval.is_wanted = false; // it ends with the process, and nobody is told
		plans_forget(engine, &engine->plans[0], engine_now(engine));
	}
}
