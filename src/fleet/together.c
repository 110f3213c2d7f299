// SPDX-License-Identifier: Apache-2.0
/* Who else is here, which of them has an agent, and what waits for a second person. Few of each but leases, which stand
 * with their agents.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fleet/fleet.h"
#include "text/text.h"

enum { TITLE_MAX = 400 };

// ---- presence

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static size_t find_presence(const struct fleet *fleet, uint8_t origin, uint32_t session)
{
	size_t i = 0;

	while (i < fleet->n_presence &&
	       (fleet->presence[i].public.session != session || fleet->presence[i].public.origin != origin))
		i++;
	return i;
}

static void drop_presence(struct fleet *fleet, size_t at)
{
	uint32_t agent = fleet->presence[at].public.agent;

	event_unref(fleet->presence[at].event);
	fleet->n_presence--;
	memmove(fleet->presence + at, fleet->presence + at + 1, (fleet->n_presence - at) * sizeof *fleet->presence);
	fleet_notify(fleet, FLEET_PRESENCE, agent);
}

static int add_presence(struct fleet *fleet)
{
	if (fleet->n_presence == fleet->cap_presence) {
		size_t cap = fleet->cap_presence ? 2 * fleet->cap_presence : 8;
		struct fleet_present *all = mem_realloc(fleet->presence, cap * sizeof *all);

		if (!all)
			return -ENOMEM;
		fleet->presence = all;
		fleet->cap_presence = cap;
	}
	fleet->n_presence_came++;
	fleet->presence[fleet->n_presence++] = (struct fleet_present){ .event = NULL };
	return 0;
}

static bool is_own_session(const struct fleet *fleet, uint8_t origin, uint32_t session)
{
	size_t at = find_presence(fleet, origin, session);

	return session ? at < fleet->n_presence && fleet->presence[at].public.is_own : origin == 0;
}

// Which leases are ours follows from who we are, which may be heard later.
static void find_own_leases(struct fleet *fleet, uint8_t origin, uint32_t session)
{
	for (size_t i = 0; i < fleet->n_agents; i++) {
		struct fleet_entry *entry = fleet->agents[i];

		if (entry->lease_event && entry->lease_event->origin == origin && entry->lease.session == session)
			entry->lease.is_own = is_own_session(fleet, origin, session);
	}
}

int fleet_presence_changed(struct fleet *fleet, const struct event *event)
{
	size_t at = find_presence(fleet, event->origin, event->u.presence.session);
	struct fleet_present *present;
	uint32_t before;
	bool was_own;

	if (event->u.presence.is_gone) {
		if (at < fleet->n_presence)
			drop_presence(fleet, at);
		return 0;
	}
	if (at == fleet->n_presence && add_presence(fleet) < 0)
		return -ENOMEM;
	present = &fleet->presence[at];
	before = present->public.agent;
	was_own = present->public.is_own;
	event_unref(present->event);
	*present = (struct fleet_present){
		.event = fleet_keep(event),
		.is_restated = true,
		.public = { .origin = event->origin,
			    .session = event->u.presence.session,
			    .who = or_empty(event->u.presence.who),
			    .from = or_empty(event->u.presence.origin),
			    .role = or_empty(event->u.presence.role),
			    .doing = or_empty(event->u.presence.doing),
			    .agent = event->agent,
			    .since_ms = event->u.presence.since_ms,
			    .is_own = event->u.presence.is_own },
	};
	if (present->public.is_own != was_own)
		find_own_leases(fleet, event->origin, event->u.presence.session);
	if (before != event->agent)
		fleet_notify(fleet, FLEET_PRESENCE, before);
	fleet_notify(fleet, FLEET_PRESENCE, event->agent);
	return 0;
}

size_t fleet_n_presence(const struct fleet *fleet)
{
	return fleet->n_presence;
}

const struct fleet_presence *fleet_presence_at(const struct fleet *fleet, size_t i)
{
	return &fleet->presence[i].public;
}

uint8_t fleet_origin(const struct fleet *fleet, uint32_t agent)
{
	const struct fleet_entry *entry = fleet_entry(fleet, agent);

	return entry ? entry->origin : 0;
}

const char *fleet_role(const struct fleet *fleet, uint32_t agent)
{
	const struct fleet_entry *entry = fleet_entry(fleet, agent);

	for (size_t i = 0; entry && i < fleet->n_presence; i++)
		if (fleet->presence[i].public.is_own && fleet->presence[i].public.origin == entry->origin)
			return fleet->presence[i].public.role;
	return "";
}

// ---- leases

static void forget_lease(struct fleet *fleet, struct fleet_entry *entry)
{
	event_unref(entry->lease_event);
	entry->lease_event = NULL;
	fleet_notify(fleet, FLEET_LEASE, entry->id);
}

int fleet_lease_changed(struct fleet *fleet, const struct event *event)
{
	struct fleet_entry *entry = fleet_entry(fleet, event->agent);
	const char *holder = event->u.lease.holder;

	if (!entry)
		return 0;
	if (!holder || !*holder) {
		if (entry->lease_event)
			forget_lease(fleet, entry);
		return holder ? 0 : -ENOMEM; // its maker was short of memory
	}
	event_unref(entry->lease_event);
	entry->lease_event = fleet_keep(event);
	entry->is_lease_restated = true;
	entry->lease = (struct fleet_lease){
		.epoch = event->u.lease.epoch,
		.holder = holder,
		.doing = or_empty(event->u.lease.doing),
		.session = event->u.lease.session,
		.until_ms = event->u.lease.until_ms,
		.is_own = is_own_session(fleet, event->origin, event->u.lease.session),
	};
	fleet_notify(fleet, FLEET_LEASE, event->agent);
	return 0;
}

const struct fleet_lease *fleet_lease(const struct fleet *fleet, uint32_t agent)
{
	const struct fleet_entry *entry = fleet_entry(fleet, agent);

	return entry && entry->lease_event ? &entry->lease : NULL;
}

// ---- approvals

static size_t find_approval(const struct fleet *fleet, uint32_t plan)
{
	size_t i = 0;

	while (i < fleet->n_approvals && fleet->approvals[i].public.plan != plan)
		i++;
	return i;
}

static void drop_approval(struct fleet *fleet, size_t at)
{
	event_unref(fleet->approvals[at].event);
	fleet->n_approvals--;
	memmove(fleet->approvals + at, fleet->approvals + at + 1, (fleet->n_approvals - at) * sizeof *fleet->approvals);
}

// Whoever waits is told of by others' consoles as well, so that nobody waits unseen.
static void tell_approval(struct fleet *fleet, const struct event *event)
{
	static const struct {
		enum severity severity;
		const char *words;
	} said[APPROVAL_STATE_COUNT] = {
		[APPROVAL_WANTED] = { SEVERITY_WARNING, "asks for a second person: " },
		[APPROVAL_GIVEN] = { SEVERITY_INFO, "agreed: " },
		[APPROVAL_REFUSED] = { SEVERITY_WARNING, "does not agree: " },
	};
	enum approval_state state = event->u.approval.state;
	char title[TITLE_MAX];

	if (event->is_restated || event->u.approval.is_unasked || (size_t)state >= APPROVAL_STATE_COUNT ||
	    !said[state].words)
		return;
	snprintf(title, sizeof title, "%s%s", said[state].words, or_empty(event->u.approval.what));
	text_trim(title);
	fleet_tell(fleet, &(struct fleet_news){
				  .at_ms = event->at_ms,
				  .type = ACTION_INFO,
				  .severity = said[state].severity,
				  .source = EVENT_APPROVAL,
				  .who = state == APPROVAL_WANTED ? event->u.approval.asker : event->u.approval.by,
				  .title = title,
				  .description = state == APPROVAL_WANTED ? event->u.approval.reason : NULL,
			  });
}

static void put_approval(struct fleet_approved *approved, const struct event *event)
{
	*approved = (struct fleet_approved){
		.event = fleet_keep(event),
		.is_restated = true,
		.public = { .plan = event->u.approval.plan,
			    .state = event->u.approval.state,
			    .asker = or_empty(event->u.approval.asker),
			    .by = or_empty(event->u.approval.by),
			    .what = or_empty(event->u.approval.what),
			    .reason = or_empty(event->u.approval.reason),
			    .is_unasked = event->u.approval.is_unasked,
			    .hash = event->u.approval.hash,
			    .until_ms = event->u.approval.until_ms,
			    .whole = event->u.approval.whole },
	};
}

int fleet_approval_changed(struct fleet *fleet, const struct event *event)
{
	size_t at = find_approval(fleet, event->u.approval.plan);

	tell_approval(fleet, event);
	if (at < fleet->n_approvals && (event->is_restated || !fleet->approvals[at].is_restated)) {
		drop_approval(fleet, at);
		at = fleet->n_approvals;
	}
	if (event->u.approval.state == APPROVAL_LAPSED) {
		if (at < fleet->n_approvals)
			drop_approval(fleet, at);
	} else if (at < fleet->n_approvals) {
		event_unref(fleet->approvals[at].event);
		put_approval(&fleet->approvals[at], event);
	} else {
		if (fleet->n_approvals == FLEET_APPROVALS_MAX)
			drop_approval(fleet, FLEET_APPROVALS_MAX - 1);
		fleet->n_approvals_came++;
		memmove(fleet->approvals + 1, fleet->approvals, fleet->n_approvals * sizeof *fleet->approvals);
		fleet->n_approvals++;
		put_approval(&fleet->approvals[0], event);
	}
	fleet_notify(fleet, FLEET_APPROVALS, 0);
	return 0;
}

size_t fleet_n_approvals(const struct fleet *fleet)
{
	return fleet->n_approvals;
}

const struct fleet_approval *fleet_approval_at(const struct fleet *fleet, size_t i)
{
	return &fleet->approvals[i].public;
}

const struct fleet_approval *fleet_approval(const struct fleet *fleet, uint32_t plan)
{
	size_t at = find_approval(fleet, plan);

	return at < fleet->n_approvals ? &fleet->approvals[at].public : NULL;
}

// ---- snapshots

void fleet_together_begin(struct fleet *fleet, uint8_t origin)
{
	for (size_t i = 0; i < fleet->n_presence; i++)
		fleet->presence[i].is_restated &= fleet->presence[i].public.origin != origin;
	for (size_t i = 0; i < fleet->n_agents; i++)
		if (fleet->agents[i]->lease_event && fleet->agents[i]->lease_event->origin == origin)
			fleet->agents[i]->is_lease_restated = false;
	for (size_t i = 0; i < fleet->n_approvals; i++)
		fleet->approvals[i].is_restated &= fleet->approvals[i].event->origin != origin;
}

void fleet_together_end(struct fleet *fleet, uint8_t origin)
{
	bool is_gone = false;

	for (size_t i = fleet->n_presence; i-- > 0;)
		if (!fleet->presence[i].is_restated && fleet->presence[i].public.origin == origin)
			drop_presence(fleet, i);
	for (size_t i = 0; i < fleet->n_agents; i++)
		if (fleet->agents[i]->lease_event && !fleet->agents[i]->is_lease_restated &&
		    fleet->agents[i]->lease_event->origin == origin)
			forget_lease(fleet, fleet->agents[i]);
	for (size_t i = fleet->n_approvals; i-- > 0;) {
		if (fleet->approvals[i].is_restated || fleet->approvals[i].event->origin != origin)
			continue;
		drop_approval(fleet, i);
		is_gone = true;
	}
	if (is_gone)
		fleet_notify(fleet, FLEET_APPROVALS, 0);
}

void fleet_together_finish(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_presence; i++)
		event_unref(fleet->presence[i].event);
	mem_free(fleet->presence);
	for (size_t i = 0; i < fleet->n_approvals; i++)
		event_unref(fleet->approvals[i].event);
}
