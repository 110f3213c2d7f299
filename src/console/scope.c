// SPDX-License-Identifier: Apache-2.0
#include "console/scope.h"

#include <errno.h>

#include "base/table.h"

struct scope_member {
	uint32_t id;
	enum health_state state;
	int64_t since_ms;
	const struct agent *agent; // a reference
	uint64_t newly_bad;        // as the fleet has it; 0: it is not in the list
	bool is_aside;             // in maintenance
	bool is_operated, is_checking;
	struct scope_member *bad_prev, *bad_next;
	UT_hash_handle hh;
};

void scope_init(struct scope *scope, const struct fleet *fleet, const struct context *context)
{
	*scope = (struct scope){ .fleet = fleet, .context = context, .overall = HEALTH_UNKNOWN };
}

static struct scope_member *find(const struct scope *scope, uint32_t id)
{
	struct scope_member *member;

	HASH_FIND(hh, scope->members, &id, sizeof id, member);
	return member;
}

static void count_out(struct scope *scope, struct scope_member *member)
{
	scope->counts.total--;
	scope->n_operated -= member->is_operated;
	scope->counts.n_checking -= member->is_checking;
	if (member->agent->is_paused) {
		scope->counts.n_paused--;
	} else if (member->is_aside) {
		scope->counts.n_maintenance--;
	} else {
		scope->counts.by_state[member->state]--;
		tally_remove(&scope->tiers, agent_label(member->agent, "tier"), member->state);
	}
	tally_remove(&scope->environments, agent_label(member->agent, "env"), member->state);
	agent_unref(member->agent);
	member->agent = NULL;
}

static void unlink_bad(struct scope *scope, struct scope_member *member)
{
	if (!member->newly_bad)
		return;
	DL_DELETE2(scope->bad, member, bad_prev, bad_next);
	scope->n_bad--;
	member->newly_bad = 0;
}

// Among those that are counted as unknown.
static bool is_checking(const struct fleet_agent *agent)
{
	return !agent->agent->is_paused && !health_is_in_maintenance(&agent->health) &&
	       health_is_checking(&agent->health);
}

static int count_in(struct scope *scope, struct scope_member *member, const struct fleet_agent *agent)
{
	bool is_paused = agent->agent->is_paused, is_aside = health_is_in_maintenance(&agent->health);
	int r = is_paused || is_aside ? 0 : tally_add(&scope->tiers, agent_label(agent->agent, "tier"), agent->state);

	if (tally_add(&scope->environments, agent_label(agent->agent, "env"), agent->state) < 0)
		r = -ENOMEM;
	member->agent = agent_ref(agent->agent);
	member->state = agent->state;
	member->since_ms = agent->state_since_ms;
	member->is_aside = is_aside;
	member->is_operated = health_is_operated(&agent->health);
	scope->n_operated += member->is_operated;
	member->is_checking = is_checking(agent);
	scope->counts.n_checking += member->is_checking;
	if (is_paused)
		scope->counts.n_paused++;
	else if (is_aside)
		scope->counts.n_maintenance++;
	else
		scope->counts.by_state[member->state]++;
	scope->counts.total++;
	return r;
}

/* Whoever turns, turns latest, and is the first. Who is seen again after its hub was away turned before others did: all
 * of a hub come back at once, so that the list is put in order when it is looked at.
 */
static void link_bad(struct scope *scope, struct scope_member *member, const struct fleet_agent *agent)
{
	if (member->newly_bad == agent->newly_bad)
		return;
	unlink_bad(scope, member);
	if (!agent->newly_bad)
		return;
	scope->is_unordered |= scope->bad && scope->bad->newly_bad > agent->newly_bad;
	DL_PREPEND2(scope->bad, member, bad_prev, bad_next);
	scope->n_bad++;
	member->newly_bad = agent->newly_bad;
}

static struct scope_member *merge(struct scope_member *a, struct scope_member *b)
{
	struct scope_member *first = NULL, **to = &first;

	while (a && b) {
		struct scope_member **from = a->newly_bad > b->newly_bad ? &a : &b;

		*to = *from;
		*from = (*from)->bad_next;
		to = &(*to)->bad_next;
	}
	*to = a ? a : b;
	return first;
}

// The first n of a list in order, and without their way back; the list goes on behind them.
static struct scope_member *take_ordered(struct scope_member **list, size_t n)
{
	struct scope_member *first = *list;

	if (n > 1) {
		first = take_ordered(list, n / 2);
		return merge(first, take_ordered(list, n - n / 2));
	}
	if (first) {
		*list = first->bad_next;
		first->bad_next = NULL;
	}
	return first;
}

static void order_bad(struct scope *scope)
{
	struct scope_member *member, *before = NULL;

	if (!scope->is_unordered)
		return;
	scope->is_unordered = false;
	scope->bad = take_ordered(&scope->bad, scope->n_bad);
	for (member = scope->bad; member; member = member->bad_next) {
		member->bad_prev = before;
		before = member;
	}
	if (scope->bad)
		scope->bad->bad_prev = before; // of the first it is the last
}

static int add(struct scope *scope, const struct fleet_agent *agent)
{
	struct scope_member *member = mem_calloc(1, sizeof *member);

	if (!member)
		return -ENOMEM;
	member->id = agent->agent->id;
	HASH_ADD(hh, scope->members, id, sizeof member->id, member);
	if (TABLE_ADD_FAILED(member)) {
		mem_free(member);
		return -ENOMEM;
	}
	link_bad(scope, member, agent);
	return count_in(scope, member, agent);
}

static void drop(struct scope *scope, struct scope_member *member)
{
	count_out(scope, member);
	unlink_bad(scope, member);
	HASH_DELETE(hh, scope->members, member);
	mem_free(member);
}

static void clear(struct scope *scope)
{
	struct scope_member *member, *next;

	HASH_ITER(hh, scope->members, member, next) {
		HASH_DELETE(hh, scope->members, member);
		agent_unref(member->agent);
		mem_free(member);
	}
	scope->bad = NULL;
	scope->n_bad = 0;
	scope->is_unordered = false;
	scope->counts = (struct fleet_counts){ 0 };
	scope->n_operated = 0;
	tally_clear(&scope->tiers);
	tally_clear(&scope->environments);
}

void scope_finish(struct scope *scope)
{
	clear(scope);
}

/* When the verdict came to hold, for a context that was picked later than that: since the first of the bad ones is bad,
 * or since the last of the well ones is well.
 */
static int64_t settle_since(const struct scope *scope)
{
	const struct scope_member *member, *next;
	int64_t since_ms = 0;

	HASH_ITER(hh, scope->members, member, next) {
		bool is_better;

		if (member->is_aside || member->state != scope->overall)
			continue;
		is_better = scope->overall == HEALTH_UP ? member->since_ms > since_ms : member->since_ms < since_ms;
		if (!since_ms || is_better)
			since_ms = member->since_ms;
	}
	return since_ms;
}

int scope_rebuild(struct scope *scope)
{
	int r = 0;

	clear(scope);
	for (size_t i = 0; i < fleet_n_agents(scope->fleet); i++) {
		const struct fleet_agent *agent = fleet_agent_at(scope->fleet, i);

		if (context_matches(scope->context, agent->agent) && add(scope, agent) < 0)
			r = -ENOMEM;
	}
	scope->overall = health_overall(scope->counts.by_state);
	scope->overall_since_ms = settle_since(scope);
	scope->is_since_unsure = false;
	return r;
}

static void settle_overall(struct scope *scope, int64_t since_ms)
{
	enum health_state now = health_overall(scope->counts.by_state);

	if (now == scope->overall && scope->overall_since_ms)
		return;
	scope->overall = now;
	scope->overall_since_ms = since_ms;
	scope->is_since_unsure = now == HEALTH_UP;
}

bool scope_update(struct scope *scope, uint32_t id, bool is_gone)
{
	const struct fleet_agent *agent = is_gone ? NULL : fleet_agent(scope->fleet, id);
	struct scope_member *member = find(scope, id);
	bool is_in = agent && context_matches(scope->context, agent->agent);

	if (!member && !is_in)
		return false;
	if (member && is_in && member->agent == agent->agent && member->state == agent->state &&
	    member->newly_bad == agent->newly_bad && member->is_aside == health_is_in_maintenance(&agent->health) &&
	    member->is_operated == health_is_operated(&agent->health) && member->is_checking == is_checking(agent))
		return false;
	if (member && !is_in) {
		drop(scope, member);
	} else if (member) {
		link_bad(scope, member, agent);
		count_out(scope, member);
		count_in(scope, member, agent);
	} else {
		add(scope, agent);
	}
	settle_overall(scope, agent ? agent->state_since_ms : fleet_overall_since_ms(scope->fleet));
	return true;
}

bool scope_has(const struct scope *scope, uint32_t id)
{
	return find(scope, id) != NULL;
}

// An alert that is about no one agent is everybody's.
static void count_alerts(const struct scope *scope, size_t out[ALERT_STATE_COUNT])
{
	bool is_everything = context_is_empty(scope->context);

	for (int state = 0; state < ALERT_STATE_COUNT; state++)
		out[state] = is_everything ? fleet_n_alerts_in(scope->fleet, (enum alert_state)state) : 0;
	for (size_t i = 0; !is_everything && i < fleet_n_alerts(scope->fleet); i++) {
		const struct alert *alert = fleet_alert_at(scope->fleet, i);

		out[alert->state] += !alert->agent || scope_has(scope, alert->agent);
	}
}

// Those that are active, but of an agent in maintenance or operated on: nobody need look at them.
static size_t count_muted(const struct scope *scope)
{
	bool is_any = scope->counts.n_maintenance || scope->n_operated;
	size_t n = 0;

	for (size_t i = 0; is_any && i < fleet_n_alerts(scope->fleet); i++) {
		const struct alert *alert = fleet_alert_at(scope->fleet, i);

		n += *fleet_alert_muted(scope->fleet, alert) && scope_has(scope, alert->agent);
	}
	return n;
}

// Who was heard of last may have been well before others were: that is looked at when it is shown, not each time.
static void sure_since(struct scope *scope)
{
	int64_t since_ms;

	if (!scope->is_since_unsure)
		return;
	scope->is_since_unsure = false;
	since_ms = settle_since(scope);
	if (since_ms > scope->overall_since_ms)
		scope->overall_since_ms = since_ms;
}

void scope_show(struct scope *scope, struct fleet_scope *out)
{
	const struct scope_member *member;
	bool is_everything = context_is_empty(scope->context);
	size_t n = 0;

	order_bad(scope);
	sure_since(scope);
	for (member = scope->bad; n < SCOPE_NEWLY_BAD_MAX && member; member = member->bad_next)
		scope->newly_bad[n++] = member->id;
	*out = (struct fleet_scope){ .total = scope->counts.total,
				     .n_checking = scope->counts.n_checking,
				     .n_paused = scope->counts.n_paused,
				     .n_maintenance = scope->counts.n_maintenance,
				     .overall = scope->overall,
				     .overall_since_ms = is_everything ? fleet_overall_since_ms(scope->fleet)
								       : scope->overall_since_ms,
				     .tiers = scope->tiers.items,
				     .n_tiers = scope->tiers.n,
				     .newly_bad = scope->newly_bad,
				     .n_newly_bad = n,
				     .n_bad = scope->n_bad };
	for (int state = 0; state < HEALTH_STATE_COUNT; state++)
		out->by_state[state] = scope->counts.by_state[state];
	count_alerts(scope, out->alerts);
	out->n_muted = count_muted(scope);
	out->alerts[ALERT_ACTIVE] -= out->n_muted;
}

const char *scope_environment(const struct scope *scope)
{
	const char *name = "";

	for (size_t i = 0; i < scope->environments.n; i++) {
		if (*name)
			return "mixed"; // at the second name; agents without one do not count
		name = scope->environments.items[i].name;
	}
	return name;
}
