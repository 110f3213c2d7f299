// SPDX-License-Identifier: Apache-2.0
#include <errno.h>

#include "base/memory.h"
#include "hub/access_internal.h"
#include "opscon/fleet.h"

static int make_room(struct access_about *about, size_t n)
{
	about->agents = n ? mem_calloc(n, sizeof *about->agents) : NULL;
	return n && !about->agents ? -ENOMEM : 0;
}

static void add(struct access_about *about, const struct fleet *fleet, uint32_t id)
{
	const struct fleet_agent *agent = fleet_agent(fleet, id);

	if (agent)
		about->agents[about->n_agents++] = agent->agent;
	else
		about->n_gone++;
}

static int one_agent(struct access_about *about, const struct fleet *fleet, uint32_t id)
{
	int r = id ? make_room(about, 1) : 0;

	if (r == 0 && id) {
		add(about, fleet, id);
		about->is_missing = about->n_gone != 0;
	}
	return r;
}

static int alert_agent(struct access_about *about, const struct fleet *fleet, uint32_t id)
{
	const struct alert *alert = fleet_alert(fleet, id);
	int r;

	if (!alert) {
		about->is_missing = true;
		return 0;
	}
	r = one_agent(about, fleet, alert->agent);
	about->is_missing = false; // the alert is there, though its agent may be gone
	return r;
}

static int asked_agents(struct access_about *about, const struct fleet *fleet, const struct request *request)
{
	int r = make_room(about, request->n_agents);

	if (request->params)
		about->verb = request->params->verb;
	for (size_t i = 0; r == 0 && i < request->n_agents; i++)
		add(about, fleet, request->agents[i]);
	return r;
}

static int plan_agents(struct access_about *about, const struct fleet *fleet, const struct plan *plan)
{
	int r;

	if (!plan) {
		about->is_missing = true;
		return 0;
	}
	about->verb = plan->params.verb;
	r = make_room(about, plan->n_targets);
	for (size_t i = 0; r == 0 && i < plan->n_targets; i++)
		add(about, fleet, plan->targets[i].agent);
	return r;
}

static const struct plan *plan_of_operation(const struct fleet *fleet, uint32_t no, const struct plan *plan)
{
	const struct operation *operation = fleet_operation(fleet, no);

	return operation ? operation->plan : plan;
}

int access_about_init(struct access_about *out, const struct request *request, const struct fleet *fleet,
		      const struct plan *plan)
{
	*out = (struct access_about){ .verb = VERB_COUNT };
	switch (request->type) {
	case REQUEST_WATCH:
	case REQUEST_UNWATCH:
	case REQUEST_HISTORY:
	case REQUEST_LOOK:
	case REQUEST_PROBE_NOW:
	case REQUEST_OBSERVE:
	case REQUEST_MAINTENANCE:
	case REQUEST_PIN:
		return one_agent(out, fleet, request->agent);
	case REQUEST_ALERT_ACK:
	case REQUEST_ALERT_UNACK:
	case REQUEST_ALERT_SNOOZE:
	case REQUEST_ALERT_NOTE:
		return alert_agent(out, fleet, request->alert);
	case REQUEST_PLAN:
		return asked_agents(out, fleet, request);
	case REQUEST_SUBMIT:
	case REQUEST_APPROVE:
	case REQUEST_DISAPPROVE:
	case REQUEST_PLAN_KEEP:
	case REQUEST_PLAN_DROP:
		return plan_agents(out, fleet, plan);
	case REQUEST_OPERATION_PAUSE:
	case REQUEST_OPERATION_RESUME:
	case REQUEST_OPERATION_ABORT:
	case REQUEST_OPERATION_ROLLBACK:
		return plan_agents(out, fleet, plan_of_operation(fleet, request->operation, plan));
	case REQUEST_UNPIN:
	case REQUEST_PAUSE_ALL:
	case REQUEST_SHRINK_ACCEPT:
	case REQUEST_SHRINK_REFUSE:
	case REQUEST_AUDIT_LIST:
	case REQUEST_AUDIT_CLOSE:
	case REQUEST_AUDIT_VERIFY:
	case REQUEST_AUDIT_REOPEN:
	case REQUEST_AUDIT_HASH:
	case REQUEST_TYPE_COUNT:
		break;
	}
	return 0; // the fleet as a whole
}

void access_about_finish(struct access_about *about)
{
	mem_free(about->agents);
	about->agents = NULL;
	about->n_agents = 0;
}
