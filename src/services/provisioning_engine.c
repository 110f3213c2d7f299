// SPDX-License-Identifier: Apache-2.0
#include "services/provisioning_engine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "services/provisioning_internal.h"

// ---- lifetime

static char *path_of(const char *dir, const char *name)
{
	char path[ENGINE_DIR_MAX];
	int n = snprintf(path, sizeof path, "%s/%s", dir, name);

	return n < (int)sizeof path ? mem_strdup(path) : NULL;
}

int provisioning_engine_create(const struct engine_options *options, struct provisioning_engine **out)
{
	struct provisioning_engine *engine;
	bool is_kept = options->journal && options->state_dir && !options->is_demo;

	*out = NULL;
	if (is_kept && strlen(options->state_dir) + 16 > ENGINE_DIR_MAX)
		return -ENAMETOOLONG;
	engine = mem_calloc(1, sizeof *engine);
	if (!engine)
		return -ENOMEM;
	engine->world = *options->world;
	engine->sink = *options->sink;
	engine->config = options->config;
	engine->audit = options->audit;
	engine->is_demo = options->is_demo;
	engine->calls.world = &engine->world;
	outside_init(engine);
	engine->approvals = options->approvals;
	engine->n_approvals = options->n_approvals;
	snprintf(engine->holder, sizeof engine->holder, "%s", options->holder);
	if (is_kept) {
		engine->journal = options->journal;
		engine->watch = options->watch;
		engine->operations_dir = path_of(options->state_dir, "operations");
		engine->locks_dir = path_of(options->state_dir, "locks");
	}
	if (leases_create(&engine->leases) < 0 || (is_kept && (!engine->operations_dir || !engine->locks_dir))) {
		provisioning_engine_destroy(engine);
		return -ENOMEM;
	}
	*out = engine;
	return 0;
}

void provisioning_engine_destroy(struct provisioning_engine *engine)
{
	if (!engine)
		return;
	engine->is_settling = true; // nothing is told any more
	plans_finish(engine);
	while (engine->ops)
		op_destroy(engine->ops);
	recover_finish(engine);
	others_finish(engine);
	lives_finish(engine);
	happenings_finish(&engine->happenings);
	leases_destroy(engine->leases);
	writs_finish(engine);
	calls_finish(&engine->calls);
	mem_free(engine->operations_dir);
	mem_free(engine->locks_dir);
	mem_free(engine);
}

size_t provisioning_engine_n_open(const struct provisioning_engine *engine)
{
	size_t n = 0;
	const struct op *op;

	DL_FOREACH(engine->ops, op)
		n += !op->is_over;
	return n;
}

// ---- telling

void engine_notice(struct provisioning_engine *engine, uint32_t agent, enum severity severity, const char *title,
		   const char *text)
{
	struct event *event = event_new(EVENT_NOTICE, engine_now(engine).wall_ms, agent);

	if (!event)
		return;
	event->u.notice.severity = severity;
	event->u.notice.type = severity == SEVERITY_INFO ? ACTION_INFO : ACTION_ERROR;
	event->u.notice.title = mem_strdup(title);
	event->u.notice.text = mem_strdup(text);
	event_emit(&engine->sink, event);
}

static void tell_all(struct provisioning_engine *engine, struct instant now)
{
	struct op *op, *next;

	leases_tell(engine, now);
	lives_tell(engine, now);
	DL_FOREACH(engine->ops, op)
		op_tell(op, now);
	DL_FOREACH_SAFE(engine->ops, op, next)
		if (op->is_over && !op->is_dirty)
			op_destroy(op);
}

// What is told may lead to a request, which settles as well.
void engine_settle(struct provisioning_engine *engine, struct instant now)
{
	if (engine->is_settling) {
		engine->is_unsettled = true;
		return;
	}
	engine->is_settling = true;
	do {
		engine->is_unsettled = false;
		tell_all(engine, now);
	} while (engine->is_unsettled);
	engine->is_settling = false;
	engine->world.rearm(engine->world.ctx);
}

// ---- time

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

bool provisioning_engine_is_recovering(const struct provisioning_engine *engine)
{
	return recover_is_under_way(engine);
}

int64_t provisioning_engine_deadline(const struct provisioning_engine *engine)
{
	int64_t at_ms = deadlines_next(&engine->calls.deadlines);
	const struct op *op;

	if (!engine->has_begun)
		return 0;
	if (engine->watch)
		at_ms = earlier(at_ms, engine->others_at_ms);
	if (engine->locks_dir && engine->lives)
		at_ms = earlier(at_ms, engine->locks_at_ms);
	at_ms = earlier(at_ms, leases_next_ms(engine->leases));
	at_ms = earlier(at_ms, happenings_deadline(&engine->happenings));
	at_ms = earlier(at_ms, approvals_deadline(engine));
	DL_FOREACH(engine->ops, op)
		at_ms = earlier(at_ms, op_deadline(op));
	return at_ms;
}

void provisioning_engine_tick(struct provisioning_engine *engine, struct instant now)
{
	struct op *op;

	engine->has_begun = true;
	others_tick(engine, now);
	calls_tick(&engine->calls, now);
	lives_look_at_locks(engine, now);
	happenings_tick(&engine->happenings, now);
	DL_FOREACH(engine->ops, op)
		op_tick(op, now);
	leases_expire(engine->leases, now.mono_ms); // after those of operations that run were kept
	approvals_tick(engine, now);
	engine_settle(engine, now);
}

// ---- who asks for what

static int control(struct provisioning_engine *engine, const struct request *request, enum journal_control what,
		   struct instant now)
{
	struct op *op = op_of(engine, request->operation);
	const char *who = request->who ? request->who : "somebody";

	return op ? op_control(op, what, who, now) : others_ask(engine, request->operation, what, who, now);
}

static int pause_all(struct provisioning_engine *engine, const struct request *request, struct instant now)
{
	const char *who = request->who ? request->who : "somebody";
	int r = others_pause_all(engine, who, now);
	struct op *op;

	DL_FOREACH(engine->ops, op)
		if (op->state != OPERATION_PAUSED && !op->is_over && op_control(op, JOURNAL_PAUSE, who, now) == 0)
			r = 0;
	return r;
}

static int carry(struct provisioning_engine *engine, const struct request *request, struct instant now)
{
	switch (request->type) {
	case REQUEST_PLAN:
		return plans_ask(engine, request, now);
	case REQUEST_SUBMIT:
		return engine_submit(engine, request, now);
	case REQUEST_OPERATION_PAUSE:
		return control(engine, request, JOURNAL_PAUSE, now);
	case REQUEST_OPERATION_RESUME:
		return control(engine, request, JOURNAL_RESUME, now);
	case REQUEST_OPERATION_ABORT:
		return control(engine, request, JOURNAL_ABORT, now);
	case REQUEST_OPERATION_ROLLBACK:
		return control(engine, request, JOURNAL_ROLLBACK, now);
	case REQUEST_PAUSE_ALL:
		return pause_all(engine, request, now);
	case REQUEST_OBSERVE:
		return lives_observe(engine, request->agent, now);
	case REQUEST_PLAN_KEEP:
		return plan_leases_keep(engine, request, now);
	case REQUEST_PLAN_DROP:
		return plans_drop(engine, request, now);
	case REQUEST_APPROVE:
	case REQUEST_DISAPPROVE:
		return approval_answer(engine, request, now);
	default:
		return -EINVAL;
	}
}

int provisioning_engine_request(struct provisioning_engine *engine, const struct request *request, struct instant now)
{
	int r;

	engine->asking = request->person;
	r = carry(engine, request, now);
	engine->asking = NULL;
	engine_settle(engine, now);
	return r;
}
