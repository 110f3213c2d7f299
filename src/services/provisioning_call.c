// SPDX-License-Identifier: Apache-2.0
#include "services/provisioning_call.h"

#include <errno.h>
#include <stdio.h>

#include "base/memory.h"

bool call_is_under_way(const struct call *call)
{
	return call->calls != NULL;
}

// It is over: what it held goes, and it may be begun anew.
static void release(struct call *call)
{
	deadlines_set(&call->calls->deadlines, &call->give_up, DEADLINE_NEVER);
	call->calls->n--;
	call->calls = NULL;
	call->run = NULL;
	agent_unref(call->agent);
	call->agent = NULL;
}

static void on_done(void *ctx, const struct driver_answer *answer)
{
	struct call *call = ctx;
	struct driver_answer copy = *answer; // whoever listens may begin the call anew

	if (call->early) { // told on before begin() has returned: heard after it
		*call->early = copy;
		call->is_answered = true;
		return;
	}
	release(call);
	call->done(call, &copy);
}

static void on_output(void *ctx, const char *line)
{
	struct call *call = ctx;

	if (call->output)
		call->output(call, line);
}

static int hold(struct calls *calls, struct call *call, const struct call_request *request, struct instant now)
{
	int r = deadlines_reserve(&calls->deadlines, calls->n + 1);

	if (r < 0)
		return r;
	calls->n++;
	call->calls = calls;
	call->agent = agent_ref(request->agent);
	call->step = *request->step;
	call->done = request->done;
	call->output = request->output;
	call->run = NULL;
	call->is_answered = false;
	snprintf(call->key, sizeof call->key, "%s", request->key ? request->key : "");
	snprintf(call->instance, sizeof call->instance, "%s", request->instance ? request->instance : "");
	call->give_up.owner = call;
	deadlines_set(&calls->deadlines, &call->give_up, now.mono_ms + call->step.timeout_ms + ENGINE_GRACE_MS);
	return 0;
}

int call_begin(struct calls *calls, struct call *call, const struct call_request *request, struct instant now)
{
	const struct driver_listener listener = { .done = on_done, .output = on_output, .ctx = call };
	struct driver_request asked = { .params = request->params };
	struct driver_answer early;
	int r;

	call->driver = calls->world->driver(calls->world->ctx, request->agent);
	if (!call->driver)
		return -ENOTSUP;
	r = hold(calls, call, request, now);
	if (r < 0)
		return r;
	asked.agent = call->agent;
	asked.step = &call->step;
	asked.idempotency_key = call->key;
	asked.expected_instance = call->instance;
	call->early = &early;
	r = call->driver->class->begin(call->driver, &asked, &listener, &call->run);
	call->early = NULL;
	if (r < 0)
		release(call);
	else if (call->is_answered)
		on_done(call, &early);
	return r;
}

int call_look(struct calls *calls, struct call *call, const struct agent *agent, const struct operation_params *params,
	      uint32_t timeout_ms, void (*done)(struct call *call, const struct driver_answer *answer),
	      struct instant now)
{
	const struct plan_step step = {
		.label = "Observe",
		.precondition = "",
		.action = "look how it stands",
		.postcondition = "",
		.timeout_ms = timeout_ms,
		.primitive = PRIMITIVE_OBSERVE,
	};
	const struct call_request request = { .agent = agent, .params = params, .step = &step, .done = done };

	return call_begin(calls, call, &request, now);
}

void call_cancel(struct call *call)
{
	if (!call->calls)
		return;
	call->driver->class->cancel(call->run);
	release(call);
}

void calls_tick(struct calls *calls, struct instant now)
{
	const struct driver_answer silence = { .outcome = DRIVER_UNKNOWN,
					       .detail = "its driver says nothing any more" };
	struct deadline *due;

	while ((due = deadlines_pop(&calls->deadlines, now.mono_ms))) {
		struct call *call = due->owner;

		call_cancel(call);
		call->done(call, &silence);
	}
}

void calls_finish(struct calls *calls)
{
	deadlines_finish(&calls->deadlines);
}
