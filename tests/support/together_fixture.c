// SPDX-License-Identifier: Apache-2.0
#include "tests/support/together_fixture.h"

#include <string.h>

#include "base/memory.h"
#include "tests/support/suite.h"

static struct event *make(enum event_type type, uint32_t agent)
{
	struct event *event = event_new(type, FIXTURE_NOW_MS, agent);

	ck_assert_ptr_nonnull(event);
	event->origin = 1;
	return event;
}

void presence_fixture_send(struct fleet_fixture *f, uint32_t session, const char *who, uint32_t agent,
			   const char *doing)
{
	struct event *event = make(EVENT_PRESENCE, agent);

	event->u.presence.session = session;
	event->u.presence.who = mem_strdup(who);
	event->u.presence.origin = mem_strdup("ops1 pts/3");
	event->u.presence.role = mem_strdup("operator");
	event->u.presence.doing = mem_strdup(doing);
	event->u.presence.since_ms = FIXTURE_NOW_MS - MINUTE_MS;
	event->u.presence.is_own = session == FIXTURE_OWN_SESSION;
	fleet_fixture_apply(f, event);
}

void presence_fixture_role(struct fleet_fixture *f, const char *role)
{
	struct event *event = make(EVENT_PRESENCE, 0);

	event->origin = 0; // as the agents
	event->u.presence.session = FIXTURE_OWN_SESSION;
	event->u.presence.who = mem_strdup("alice");
	event->u.presence.role = mem_strdup(role);
	event->u.presence.is_own = true;
	fleet_fixture_apply(f, event);
}

void presence_fixture_leave(struct fleet_fixture *f, uint32_t session)
{
	struct event *event = make(EVENT_PRESENCE, 0);

	event->u.presence.session = session;
	event->u.presence.is_gone = true;
	fleet_fixture_apply(f, event);
}

void lease_fixture_send(struct fleet_fixture *f, uint32_t agent, uint32_t session, const char *holder,
			const char *doing, int64_t in_ms)
{
	struct event *event = make(EVENT_LEASE, agent);

	event->u.lease.epoch = 1;
	event->u.lease.session = session;
	event->u.lease.holder = mem_strdup(holder);
	event->u.lease.doing = mem_strdup(doing);
	event->u.lease.until_ms = in_ms ? FIXTURE_NOW_MS + in_ms : 0;
	fleet_fixture_apply(f, event);
}

static struct event *approval(const struct plan *plan, enum approval_state state, const char *asker, const char *by,
			      const char *what)
{
	struct event *event = make(EVENT_APPROVAL, 0);

	event->u.approval.plan = plan->no;
	event->u.approval.state = state;
	event->u.approval.asker = mem_strdup(asker);
	event->u.approval.by = mem_strdup(by);
	event->u.approval.what = mem_strdup(what);
	memcpy(event->u.approval.hash, plan->hash, sizeof event->u.approval.hash);
	event->u.approval.until_ms = FIXTURE_NOW_MS + 12 * MINUTE_MS;
	event->u.approval.reason = mem_strdup("");
	event->u.approval.whole = plan;
	return event;
}

void approval_fixture_send(struct fleet_fixture *f, const struct plan *plan, enum approval_state state,
			   const char *asker, const char *by, const char *what)
{
	fleet_fixture_apply(f, approval(plan, state, asker, by, what));
}

void approval_fixture_unasked(struct fleet_fixture *f, const struct plan *plan, const char *asker, const char *what)
{
	struct event *event = approval(plan, APPROVAL_WANTED, asker, "", what);

	event->u.approval.is_unasked = true;
	fleet_fixture_apply(f, event);
}

void approval_fixture_reason(struct fleet_fixture *f, const struct plan *plan, const char *asker, const char *what,
			     const char *reason)
{
	struct event *event = approval(plan, APPROVAL_WANTED, asker, "", what);

	mem_free((char *)event->u.approval.reason);
	event->u.approval.reason = mem_strdup(reason);
	fleet_fixture_apply(f, event);
}
