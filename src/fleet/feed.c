// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "fleet/fleet.h"

static const struct {
	enum action_type type;
	enum severity severity;
	const char *title;
} turns[] = {
	[FEED_STARTING] = { ACTION_INFO, SEVERITY_INFO, "the feed starts" },
	[FEED_LIVE] = { ACTION_START, SEVERITY_INFO, "the feed is live" },
	[FEED_LATE] = { ACTION_UPDATE, SEVERITY_WARNING, "the feed is late" },
	[FEED_STALE] = { ACTION_STOP, SEVERITY_WARNING, "the feed is stale" },
	[FEED_RECONNECTING] = { ACTION_STOP, SEVERITY_WARNING, "the feed was lost: reconnecting" },
	[FEED_OFFLINE] = { ACTION_ERROR, SEVERITY_CRITICAL, "we are offline" },
	[FEED_REFUSED] = { ACTION_ERROR, SEVERITY_CRITICAL, "the feed refused us" },
};

int fleet_feed_changed(struct fleet *fleet, const struct event *event)
{
	enum feed_state was = fleet->feed.state, now = event->u.feed.state;
	int64_t answer_ms = fleet->feed.last_answer_ms; // a probe may have told a newer one

	if ((size_t)now >= sizeof turns / sizeof turns[0])
		return 0;
	event_unref(fleet->feed_event);
	fleet->feed_event = fleet_keep(event);
	fleet->feed = (struct fleet_feed){ .state = now,
					   .since_ms = event->u.feed.since_ms,
					   .last_answer_ms = event->u.feed.last_answer_ms > answer_ms
								     ? event->u.feed.last_answer_ms
								     : answer_ms,
					   .retry_ms = event->u.feed.retry_ms,
					   .detail = event->u.feed.detail ? event->u.feed.detail : "",
					   .lag_ms = event->u.feed.lag_ms,
					   .n_in_flight = event->u.feed.n_in_flight,
					   .n_waiting = event->u.feed.n_waiting };
	if (now != was)
		fleet_tell(fleet, &(struct fleet_news){ .at_ms = event->at_ms,
							.type = turns[now].type,
							.severity = turns[now].severity,
							.source = event->type,
							.title = turns[now].title,
							.description = fleet->feed.detail });
	fleet_notify(fleet, FLEET_FEED, 0);
	return 0;
}

void fleet_feed_finish(struct fleet *fleet)
{
	event_unref(fleet->feed_event);
}

const struct fleet_feed *fleet_feed(const struct fleet *fleet)
{
	return &fleet->feed;
}
