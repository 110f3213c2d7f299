// SPDX-License-Identifier: Apache-2.0
/* How the feed is doing: our own polling, or that of hubs and the connections to them. Of several the one that is worst
 * off is shown.
 */
#include "fleet/fleet.h"

static const struct {
	enum action_type type;
	enum severity severity;
	const char *title;
	int rank; // how bad that is
} turns[] = {
	[FEED_STARTING] = { ACTION_INFO, SEVERITY_INFO, "the feed starts", 1 },
	[FEED_LIVE] = { ACTION_START, SEVERITY_INFO, "the feed is live", 0 },
	[FEED_LATE] = { ACTION_UPDATE, SEVERITY_WARNING, "the feed is late", 2 },
	[FEED_STALE] = { ACTION_STOP, SEVERITY_WARNING, "the feed is stale", 3 },
	[FEED_RECONNECTING] = { ACTION_STOP, SEVERITY_WARNING, "the feed was lost: reconnecting", 5 },
	[FEED_OFFLINE] = { ACTION_ERROR, SEVERITY_CRITICAL, "we are offline", 4 },
	[FEED_REFUSED] = { ACTION_ERROR, SEVERITY_CRITICAL, "the feed refused us", 6 },
};

// The same of the connection to a hub.
static const char *const links[] = {
	[FEED_STARTING] = "looking for the hub",
	[FEED_LIVE] = "attached to the hub",
	[FEED_LATE] = "the hub is late",
	[FEED_STALE] = "the hub is stale",
	[FEED_RECONNECTING] = "the hub was lost: reconnecting",
	[FEED_OFFLINE] = "we are offline",
	[FEED_REFUSED] = "the hub refuses us",
};

// A connection that stands, and over which nothing comes, is as good as none.
static bool is_away(const struct event *link)
{
	enum feed_state state = link ? link->u.feed.state : FEED_LIVE;

	return state == FEED_STALE || state == FEED_RECONNECTING || state == FEED_REFUSED;
}

// Of a hub: how the connection is, and where that is well how it polls.
static const struct event *shown_of(const struct fleet_hub *hub)
{
	return hub->link && (hub->link->u.feed.state != FEED_LIVE || !hub->own) ? hub->link : hub->own;
}

static void show(struct fleet *fleet)
{
	int64_t answer_ms = fleet->feed.last_answer_ms; // a probe may have told a newer one
	const struct event *worst = NULL;
	size_t n_hubs = 0, n_away = 0;

	for (size_t i = 0; i <= FLEET_HUBS_MAX; i++) {
		const struct fleet_hub *hub = &fleet->hubs[i];
		const struct event *shown = shown_of(hub);

		if (i > 0) { // 0 is no hub
			n_hubs += hub->link != NULL;
			n_away += is_away(hub->link) || (hub->link && hub->link->u.feed.state == FEED_STARTING);
		}
		if (!shown)
			continue;
		if (!worst || turns[shown->u.feed.state].rank > turns[worst->u.feed.state].rank)
			worst = shown;
		if (hub->own && hub->own->u.feed.last_answer_ms > answer_ms)
			answer_ms = hub->own->u.feed.last_answer_ms;
	}
	if (!worst) { // nothing was said but that there was a gap
		fleet->feed = (struct fleet_feed){ .last_answer_ms = answer_ms, .detail = "" };
		return;
	}
	fleet->feed = (struct fleet_feed){ .n_hubs = n_hubs,
					   .n_away = n_away,
					   .state = worst->u.feed.state,
					   .since_ms = worst->u.feed.since_ms,
					   .last_answer_ms = answer_ms,
					   .retry_ms = worst->u.feed.retry_ms,
					   .detail = worst->u.feed.detail ? worst->u.feed.detail : "",
					   .lag_ms = worst->u.feed.lag_ms,
					   .n_in_flight = worst->u.feed.n_in_flight,
					   .n_waiting = worst->u.feed.n_waiting };
}

static void tell(struct fleet *fleet, const struct event *event, enum feed_state was)
{
	enum feed_state now = event->u.feed.state;
	const char *title = event->u.feed.is_link ? links[now] : turns[now].title;

	if (event->u.feed.is_link && now == FEED_RECONNECTING && was == FEED_STARTING)
		title = "the hub cannot be reached";
	if (event->u.feed.is_link) { // our own news, whatever the hub is telling
		fleet->origin = 0;
		fleet->is_quiet = false;
	}
	fleet_tell(fleet, &(struct fleet_news){ .at_ms = event->at_ms,
						.type = turns[now].type,
						.severity = turns[now].severity,
						.source = event->type,
						.title = title,
						.description = event->u.feed.detail });
}

/* What is played has a gap: nobody says how anybody was. Behind it, it is late until a snapshot was heard: who has not
 * been heard of since stays stale. That was no news then, the timeline is as it was.
 */
static int take_gap(struct fleet *fleet, const struct event *event)
{
	struct fleet_hub *own = &fleet->hubs[0];
	enum feed_state now = event->u.feed.state;

	event_unref(own->link);
	own->link = is_away(event) ? fleet_keep(event) : NULL;
	show(fleet);
	if (own->link || now == FEED_LIVE)
		fleet_hub_away(fleet, 0, own->link != NULL, event->at_ms);
	fleet_notify(fleet, FLEET_FEED, 0);
	return 0;
}

int fleet_feed_changed(struct fleet *fleet, const struct event *event)
{
	enum feed_state now = event->u.feed.state, was = FEED_STARTING;
	bool is_link = event->u.feed.is_link, was_away;
	struct fleet_hub *hub = &fleet->hubs[event->origin <= FLEET_HUBS_MAX ? event->origin : 0];
	struct event **kept = is_link ? &hub->link : &hub->own;

	if ((size_t)now >= sizeof turns / sizeof turns[0] || event->origin > FLEET_HUBS_MAX)
		return 0;
	if (event->u.feed.is_link && !event->origin)
		return take_gap(fleet, event);
	was_away = is_away(hub->link);
	if (*kept)
		was = (*kept)->u.feed.state;
	event_unref(*kept);
	*kept = fleet_keep(event);
	if (event->is_restated) // by whoever keeps it, exactly
		fleet->feed.last_answer_ms = 0;
	show(fleet);
	if (is_away(hub->link) != was_away)
		fleet_hub_away(fleet, event->origin, !was_away, event->at_ms);
	if (now != was)
		tell(fleet, event, was);
	fleet_notify(fleet, FLEET_FEED, 0);
	return 0;
}

enum feed_state fleet_feed_state_of(const struct fleet *fleet, uint32_t agent)
{
	uint8_t origin = fleet_origin(fleet, agent);
	const struct event *shown = origin && origin <= FLEET_HUBS_MAX ? shown_of(&fleet->hubs[origin]) : NULL;

	return shown ? shown->u.feed.state : fleet->feed.state;
}

int64_t fleet_hub_as_of_ms(const struct fleet *fleet, uint8_t origin)
{
	const struct event *link = origin <= FLEET_HUBS_MAX ? fleet->hubs[origin].link : NULL;

	switch (link ? link->u.feed.state : FEED_LIVE) {
	case FEED_LATE:
	case FEED_STALE:
	case FEED_RECONNECTING:
	case FEED_REFUSED:
		return link->u.feed.since_ms;
	default:
		return 0;
	}
}

size_t fleet_links(const struct fleet *fleet, struct fleet_link out[FLEET_HUBS_MAX])
{
	size_t n = 0;

	for (unsigned origin = 1; origin <= FLEET_HUBS_MAX; origin++) {
		const struct event *link = fleet->hubs[origin].link;

		if (link)
			out[n++] = (struct fleet_link){ .origin = (uint8_t)origin,
							.state = link->u.feed.state,
							.since_ms = link->u.feed.since_ms,
							.is_away = is_away(link) };
	}
	return n;
}

void fleet_feed_finish(struct fleet *fleet)
{
	for (size_t i = 0; i <= FLEET_HUBS_MAX; i++) {
		event_unref(fleet->hubs[i].own);
		event_unref(fleet->hubs[i].link);
	}
}

const struct fleet_feed *fleet_feed(const struct fleet *fleet)
{
	return &fleet->feed;
}
