// SPDX-License-Identifier: Apache-2.0
#include "fleet/fleet.h"

#include <errno.h>

typedef int (*fold_cb)(struct fleet *fleet, const struct event *event);

static const fold_cb folds[EVENT_TYPE_COUNT] = {
	[EVENT_AGENT_ADDED] = fleet_agent_added,
	[EVENT_AGENT_CHANGED] = fleet_agent_changed,
	[EVENT_AGENT_REMOVED] = fleet_agent_removed,
	[EVENT_AGENT_HEALTH] = fleet_health_changed,
	[EVENT_AGENT_PROBED] = fleet_probed,
	[EVENT_SERIES_DEFINED] = fleet_series_defined,
	[EVENT_METRICS] = fleet_metrics_read,
	[EVENT_SCRAPE] = fleet_scraped,
	[EVENT_ALERT] = fleet_alert_changed,
	[EVENT_PROGRESS] = fleet_progress_changed,
	[EVENT_LIFECYCLE] = fleet_lifecycle_changed,
	[EVENT_PLAN] = fleet_planned,
	[EVENT_OPERATION] = fleet_operation_changed,
	[EVENT_ACTION] = fleet_action_taken,
	[EVENT_NOTICE] = fleet_noticed,
	[EVENT_FEED] = fleet_feed_changed,
	[EVENT_SOURCE] = fleet_source_changed,
	[EVENT_AUDIT_LIST] = fleet_audit_listed,
	[EVENT_AUDIT_CHECK] = fleet_audit_checked,
	[EVENT_SNAPSHOT] = fleet_snapshot_told,
	[EVENT_TIMELINE] = fleet_item_restated,
	[EVENT_POINTS] = fleet_points_replaced,
	[EVENT_PRESENCE] = fleet_presence_changed,
	[EVENT_LEASE] = fleet_lease_changed,
	[EVENT_APPROVAL] = fleet_approval_changed,
};

int fleet_create(const struct fleet_limits *limits, struct fleet **out)
{
	static const struct fleet_limits defaults = { 0 };
	struct fleet *fleet = mem_calloc(1, sizeof *fleet);
	int r;

	if (!fleet)
		return -ENOMEM;
	if (!limits)
		limits = &defaults;
	fleet->overall = HEALTH_UNKNOWN;
	fleet->feed.detail = "";
	r = fleet_timeline_init(fleet, limits);
	if (r == 0)
		r = fleet_points_init(fleet, limits);
	if (r < 0) {
		fleet_destroy(fleet);
		return r;
	}
	*out = fleet;
	return 0;
}

void fleet_destroy(struct fleet *fleet)
{
	if (!fleet)
		return;
	fleet_alerts_finish(fleet);
	fleet_agents_finish(fleet);
	fleet_counts_finish(fleet);
	fleet_points_finish(fleet);
	fleet_timeline_finish(fleet);
	fleet_progress_finish(fleet);
	fleet_operations_finish(fleet);
	fleet_feed_finish(fleet);
	fleet_sources_finish(fleet);
	fleet_audit_finish(fleet);
	fleet_together_finish(fleet);
	fleet_restores_finish(fleet);
	mem_free(fleet->listeners);
	mem_free(fleet);
}

struct event *fleet_keep(const struct event *event)
{
	return event_ref((struct event *)event); // the count is the one thing about an event that changes
}

static struct fleet_restore *restore_of(const struct fleet *fleet, uint8_t origin)
{
	struct fleet_restore *restore = fleet->restores;

	while (restore && restore->origin != origin)
		restore = restore->next;
	return restore;
}

int fleet_apply(struct fleet *fleet, const struct event *event)
{
	int r;

	if ((size_t)event->type >= EVENT_TYPE_COUNT || (size_t)event->channel >= CHANNEL_COUNT)
		return 0; // from a newer version: not for us
	if (event->seq) {
		if (event->seq <= fleet->seen[event->channel])
			return 0;
		fleet->seen[event->channel] = event->seq;
	}
	fleet->origin = event->origin;
	fleet->restore = restore_of(fleet, event->origin);
	fleet->is_quiet = fleet->restore || event->is_restated;
	r = folds[event->type] ? folds[event->type](fleet, event) : 0; // the fleet keeps nothing of some
	if (r < 0)
		fleet->is_incomplete = true;
	return r;
}

bool fleet_is_incomplete(const struct fleet *fleet)
{
	return fleet->is_incomplete;
}
