// SPDX-License-Identifier: Apache-2.0
/* What the agents are like, and what of that is news.
 *
 * An agent is newly bad from the moment it turns degraded, down, or unknown after it had been known, until it is up
 * again; whoever turns from one bad state to another turns anew. In maintenance it is bad on purpose, and newly so when
 * that ends. The list is linked through the entries, so a turn
 * costs the same in any fleet.
 */
#include <stdio.h>
#include <string.h>

#include "fleet/fleet.h"
#include "text/text.h"

enum { DOUBT_MS = 60 * 1000 };

void fleet_forget_bad(struct fleet *fleet, struct fleet_entry *entry)
{
	if (!entry->is_bad)
		return;
	DL_DELETE2(fleet->bad, entry, bad_prev, bad_next);
	entry->is_bad = false;
	entry->public.newly_bad = 0;
	fleet->n_bad--;
}

// is_turn: it is not as it was. Who is bad and was bad before is not newly so for a moment of doubt.
static void turn(struct fleet *fleet, struct fleet_entry *entry, enum health_state state, bool is_turn)
{
	bool is_bad = state == HEALTH_DOWN || state == HEALTH_DEGRADED || (state == HEALTH_UNKNOWN && entry->was_known);

	if (!is_turn && is_bad && entry->is_bad && !entry->is_aside)
		return;
	fleet_forget_bad(fleet, entry);
	entry->was_known |= state != HEALTH_UNKNOWN;
	if (!is_bad || entry->is_aside)
		return;
	DL_PREPEND2(fleet->bad, entry, bad_prev, bad_next);
	entry->turned = entry->public.newly_bad = ++fleet->n_turns;
	entry->is_bad = true;
	fleet->n_bad++;
}

static const char *why(const struct health *health, enum health_state state)
{
	if (state == HEALTH_UP)
		return "";
	if (state == HEALTH_UNKNOWN && health->observed == OBSERVED_NEVER)
		return "no answer yet";
	if (state == HEALTH_UNKNOWN || health->reason == REASON_NONE)
		return health_word(health);
	return reason_text(health->reason);
}

// What many agents do at once is one item; TIMELINE_SINGLE: this is told of each.
static enum timeline_kind turns_together(const struct fleet_agent *agent, bool is_first, bool was_in_doubt)
{
	if (was_in_doubt)
		return TIMELINE_AGAIN;
	if (agent->state == HEALTH_UNKNOWN && agent->health.freshness == FRESHNESS_STALE)
		return TIMELINE_STALE;
	return agent->state == HEALTH_UP && is_first ? TIMELINE_UP : TIMELINE_SINGLE;
}

static void tell_turn(struct fleet *fleet, const struct fleet_entry *entry, bool is_first, bool was_in_doubt,
		      const struct event *event)
{
	static const enum action_type types[HEALTH_STATE_COUNT] = {
		[HEALTH_UP] = ACTION_START,
		[HEALTH_DEGRADED] = ACTION_UPDATE,
		[HEALTH_DOWN] = ACTION_ERROR,
		[HEALTH_UNKNOWN] = ACTION_STOP,
	};
	static const enum severity severities[HEALTH_STATE_COUNT] = {
		[HEALTH_UP] = SEVERITY_INFO,
		[HEALTH_DEGRADED] = SEVERITY_WARNING,
		[HEALTH_DOWN] = SEVERITY_CRITICAL,
		[HEALTH_UNKNOWN] = SEVERITY_WARNING,
	};
	const struct fleet_agent *agent = &entry->public;
	enum timeline_kind kind = turns_together(agent, is_first, was_in_doubt);
	const char *reason = why(&agent->health, agent->state);
	char title[512];
	struct fleet_news news = { .at_ms = event->at_ms,
				   .type = types[agent->state],
				   .severity = severities[agent->state],
				   .source = EVENT_AGENT_HEALTH,
				   .agent = agent->agent,
				   .title = title,
				   .description = agent->state == HEALTH_UP ? "" : agent->health.detail };

	if (kind != TIMELINE_SINGLE) {
		news.description = "";
		if (was_in_doubt) {
			news.type = ACTION_START;
			news.severity = SEVERITY_INFO;
		}
		fleet_tell_folded(fleet, kind, &news);
		return;
	}
	snprintf(title, sizeof title, "%.*s is %s%s%s", text_fit(agent->agent->name, 400), agent->agent->name,
		 health_state_name(agent->state), *reason ? ": " : "", reason);
	if (agent->state == HEALTH_DOWN)
		fleet_tell_down(fleet, &news);
	else
		fleet_tell(fleet, &news);
}

static void tell_flapping(struct fleet *fleet, const struct fleet_entry *entry, int64_t at_ms)
{
	bool is_flapping = entry->public.health.is_flapping;
	char title[512];

	snprintf(title, sizeof title, "%.*s %s flapping", text_fit(entry->public.agent->name, 400),
		 entry->public.agent->name, is_flapping ? "is" : "has stopped");
	fleet_tell(fleet, &(struct fleet_news){ .at_ms = at_ms,
						.type = ACTION_UPDATE,
						.severity = is_flapping ? SEVERITY_WARNING : SEVERITY_INFO,
						.source = EVENT_AGENT_HEALTH,
						.agent = entry->public.agent,
						.title = title });
}

// Who comes back from maintenance may need a tier of its own again: without memory for it the agent stays aside.
void fleet_recount(struct fleet *fleet, struct fleet_entry *entry, enum health_state from, enum health_state to)
{
	const struct agent *agent = entry->public.agent;
	bool was_aside = entry->is_aside;

	entry->is_aside = health_is_in_maintenance(&entry->public.health);
	if (fleet_count_in(fleet, to, agent, entry->is_aside) < 0) {
		entry->is_aside = true;
		fleet->is_incomplete = true;
		fleet_count_in(fleet, to, agent, true);
	}
	fleet_count_out(fleet, from, agent, was_aside);
}

/* Not known for a moment, because nobody had looked: this process was stopped, or the machine slept. Its hard state is
 * still that of before.
 */
static bool was_in_doubt(const struct fleet_agent *agent, const struct health *health, const struct event *event)
{
	return agent->state == HEALTH_UNKNOWN && health_state(health) != HEALTH_UNKNOWN && health->since_ms > 0 &&
	       health->since_ms < agent->state_since_ms && event->at_ms - agent->state_since_ms < DOUBT_MS;
}

// Since when it is as it is now: a state that is heard of for the first time may be older than the news of it.
static int64_t since_when(const struct health *health, const struct event *event, bool may_be_older)
{
	bool is_older = may_be_older && health->since_ms > 0 && health->since_ms < event->at_ms;

	return is_older && health_state(health) != HEALTH_UNKNOWN ? health->since_ms : event->at_ms;
}

// Takes the axes over; true when more than the times of the last probe changed.
static bool take_health(struct fleet *fleet, struct fleet_entry *entry, const struct health *health,
			const struct event *event)
{
	struct fleet_agent *agent = &entry->public;
	enum health_state from = agent->state, to = health_state(health), overall = fleet->overall;
	bool is_again = was_in_doubt(agent, health, event);
	int64_t since_ms = since_when(health, event, is_again || !entry->was_known);
	bool was_flapping = agent->health.is_flapping, was_known = entry->was_known;
	bool by_flapping = health->is_flapping != was_flapping && health->observed == agent->health.observed;
	bool is_news = to != from || health->observed != agent->health.observed ||
		       health->attempt_n != agent->health.attempt_n || health->freshness != agent->health.freshness ||
		       health->quality != agent->health.quality || health->is_flapping != was_flapping ||
		       health->overlays != agent->health.overlays || health->reason != agent->health.reason ||
		       health->toward != agent->health.toward || strcmp(health->detail, agent->health.detail) != 0;

	agent->health = *health;
	if (to != from || health_is_in_maintenance(health) != entry->is_aside) {
		fleet_recount(fleet, entry, from, to);
		agent->state = to;
		turn(fleet, entry, to, to != HEALTH_UNKNOWN && !is_again);
		fleet_settle_overall(fleet, since_ms);
	}
	fleet_count_checking(fleet, entry);
	if (to != from) {
		agent->state_since_ms = since_ms;
		fleet_overall_is_older(fleet, to, since_ms);
		if (since_ms < event->at_ms && fleet->overall == HEALTH_UP && overall != HEALTH_UP)
			fleet_overall_is_younger(fleet);
		if (!by_flapping) // that is told below, in better words
			tell_turn(fleet, entry, !was_known, is_again, event);
	}
	if (health->is_flapping != was_flapping)
		tell_flapping(fleet, entry, event->at_ms);
	return is_news;
}

// As it stands, and since when: whoever is bad comes before those that the snapshot has told before.
static void restate_health(struct fleet *fleet, struct fleet_entry *entry, const struct event *event)
{
	struct fleet_agent *agent = &entry->public;
	enum health_state from = agent->state;

	agent->health = event->u.health;
	agent->state = health_state(&agent->health);
	agent->state_since_ms = event->at_ms;
	fleet_recount(fleet, entry, from, agent->state);
	fleet_count_checking(fleet, entry);
	entry->was_known = event->was_known;
	turn(fleet, entry, agent->state, true);
	fleet_settle_overall(fleet, event->at_ms);
}

int fleet_health_changed(struct fleet *fleet, const struct event *event)
{
	struct fleet_entry *entry = fleet_entry(fleet, event->agent);

	if (!entry)
		return 0;
	fleet_entry_back(fleet, entry, event->at_ms);
	if (event->is_restated)
		restate_health(fleet, entry, event);
	else
		take_health(fleet, entry, &event->u.health, event);
	fleet_notify(fleet, FLEET_AGENT_HEALTH, entry->id);
	return 0;
}

int fleet_probed(struct fleet *fleet, const struct event *event)
{
	const struct event_probed *probed = &event->u.probed;
	struct fleet_entry *entry = fleet_entry(fleet, event->agent);
	struct fleet_restored *restored;
	bool is_news;

	if (!entry || (size_t)probed->kind > PROBE_METRICS)
		return 0;
	restored = fleet_restored(fleet, entry);
	if (restored)
		restored->has_probed[probed->kind] = true;
	event_unref(entry->probed[probed->kind]);
	entry->probed[probed->kind] = fleet_keep(event);
	entry->public.probed[probed->kind] = probed;
	entry->public.probed_at_ms[probed->kind] = event->at_ms;
	if (event->is_restated) { // the state of now, and that of the feed, come by themselves
		fleet_notify(fleet, FLEET_AGENT_PROBED, entry->id);
		return 0;
	}
	if (!reason_is_ours(probed->reason) && event->at_ms > fleet->feed.last_answer_ms)
		fleet->feed.last_answer_ms = event->at_ms;
	is_news = entry->is_away;
	fleet_entry_back(fleet, entry, event->at_ms);
	is_news |= take_health(fleet, entry, &probed->health, event);
	fleet_notify(fleet, FLEET_AGENT_PROBED, entry->id);
	if (is_news)
		fleet_notify(fleet, FLEET_AGENT_HEALTH, entry->id);
	return 0;
}

const struct event_probed *fleet_agent_judged(const struct fleet_agent *agent)
{
	bool is_scrape = !agent->agent->health_url && agent->agent->metrics_url;
	enum probe_kind kind = is_scrape ? PROBE_METRICS : PROBE_HEALTH;

	return agent->probed_at_ms[kind] ? agent->probed[kind] : NULL;
}

int32_t fleet_agent_latency_us(const struct fleet_agent *agent)
{
	const struct event_probed *probed = fleet_agent_judged(agent);

	return probed && probed->http_status && probed->timing.total_us > 0 ? probed->timing.total_us : -1;
}

size_t fleet_newly_bad(const struct fleet *fleet, uint32_t *ids, size_t n)
{
	const struct fleet_entry *entry = fleet->bad;

	for (size_t i = 0; i < n && entry; i++, entry = entry->bad_next)
		ids[i] = entry->id;
	return fleet->n_bad;
}
