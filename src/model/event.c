// SPDX-License-Identifier: Apache-2.0
#include "opscon/event.h"

#include "base/memory.h"

static const enum channel channel_of[EVENT_TYPE_COUNT] = {
	[EVENT_AGENT_ADDED] = CHANNEL_AGENTS,   [EVENT_AGENT_CHANGED] = CHANNEL_AGENTS,
	[EVENT_AGENT_REMOVED] = CHANNEL_AGENTS, [EVENT_AGENT_HEALTH] = CHANNEL_AGENTS,
	[EVENT_AGENT_PROBED] = CHANNEL_METRICS, [EVENT_SERIES_DEFINED] = CHANNEL_METRICS,
	[EVENT_METRICS] = CHANNEL_METRICS,      [EVENT_SCRAPE] = CHANNEL_METRICS,
	[EVENT_ALERT] = CHANNEL_ALERTS,         [EVENT_PROGRESS] = CHANNEL_OPERATIONS,
	[EVENT_LIFECYCLE] = CHANNEL_OPERATIONS, [EVENT_PLAN] = CHANNEL_OPERATIONS,
	[EVENT_OPERATION] = CHANNEL_OPERATIONS, [EVENT_ACTION] = CHANNEL_AUDIT,
	[EVENT_NOTICE] = CHANNEL_SYSTEM,        [EVENT_FEED] = CHANNEL_SYSTEM,
	[EVENT_SOURCE] = CHANNEL_SYSTEM,        [EVENT_AUDIT_LIST] = CHANNEL_METRICS,
	[EVENT_AUDIT_CHECK] = CHANNEL_METRICS,  [EVENT_SNAPSHOT] = CHANNEL_SYSTEM,
	[EVENT_TIMELINE] = CHANNEL_SYSTEM,      [EVENT_POINTS] = CHANNEL_METRICS,
	[EVENT_PRESENCE] = CHANNEL_SYSTEM,      [EVENT_LEASE] = CHANNEL_OPERATIONS,
	[EVENT_APPROVAL] = CHANNEL_OPERATIONS,  [EVENT_AUDIT_HEAD] = CHANNEL_METRICS,
};

struct event *event_new(enum event_type type, int64_t at_ms, uint32_t agent)
{
	struct event *event = mem_calloc(1, sizeof *event);

	if (!event)
		return NULL;
	event->refs = 1;
	event->type = type;
	event->channel = channel_of[type];
	event->at_ms = at_ms;
	event->agent = agent;
	return event;
}

struct event *event_ref(struct event *event)
{
	event->refs++;
	return event;
}

static void free_text(const char *text)
{
	mem_free((char *)text);
}

static void free_checks(struct health_check *checks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free_text(checks[i].name);
		free_text(checks[i].detail);
	}
	mem_free(checks);
}

static void free_scrape(struct scrape *scrape)
{
	for (size_t i = 0; i < scrape->n_rows; i++)
		free_text(scrape->rows[i].series); // the type is a constant
	mem_free(scrape->rows);
}

static void free_progress(struct progress *progress)
{
	for (size_t i = 0; i < progress->n_steps; i++) {
		free_text(progress->steps[i].label);
		free_text(progress->steps[i].description);
		free_text(progress->steps[i].error);
	}
	mem_free(progress->steps);
	free_text(progress->title);
}

static void free_lifecycle(struct agent_lifecycle *lifecycle)
{
	free_text(lifecycle->driver);
	free_text(lifecycle->version);
	free_text(lifecycle->previous);
	free_text(lifecycle->instance);
	free_text(lifecycle->holder);
}

void audit_list_finish(struct audit_list *list)
{
	mem_free(list->entries);
	mem_free(list->texts);
	free_text(list->why);
	free_text(list->dir);
	*list = (struct audit_list){ 0 };
}

// What only a hub has to say.
static void free_shared(struct event *event)
{
	switch (event->type) {
	case EVENT_TIMELINE:
		free_text(event->u.timeline.agent_name);
		free_text(event->u.timeline.who);
		free_text(event->u.timeline.title);
		free_text(event->u.timeline.description);
		mem_free(event->u.timeline.agents);
		break;
	case EVENT_POINTS:
		mem_free(event->u.points.items);
		break;
	case EVENT_PRESENCE:
		free_text(event->u.presence.who);
		free_text(event->u.presence.origin);
		free_text(event->u.presence.role);
		free_text(event->u.presence.doing);
		break;
	case EVENT_LEASE:
		free_text(event->u.lease.holder);
		free_text(event->u.lease.doing);
		break;
	case EVENT_APPROVAL:
		free_text(event->u.approval.asker);
		free_text(event->u.approval.by);
		free_text(event->u.approval.what);
		free_text(event->u.approval.reason);
		plan_unref((struct plan *)event->u.approval.whole);
		break;
	default:
		break;
	}
}

static void free_payload(struct event *event)
{
	switch (event->type) {
	case EVENT_AGENT_ADDED:
	case EVENT_AGENT_CHANGED:
		agent_unref(event->u.agent);
		break;
	case EVENT_AGENT_PROBED:
		free_text(event->u.probed.excerpt);
		free_checks(event->u.probed.checks, event->u.probed.n_checks);
		break;
	case EVENT_SERIES_DEFINED:
		free_text(event->u.series.id);
		free_text(event->u.series.title);
		free_text(event->u.series.expr);
		break;
	case EVENT_METRICS:
		mem_free(event->u.metrics.items);
		break;
	case EVENT_SCRAPE:
		free_scrape(&event->u.scrape);
		break;
	case EVENT_ALERT:
		free_text(event->u.alert.rule);
		free_text(event->u.alert.summary);
		free_text(event->u.alert.by);
		free_text(event->u.alert.note);
		break;
	case EVENT_PROGRESS:
		free_progress(&event->u.progress);
		break;
	case EVENT_LIFECYCLE:
		free_lifecycle(&event->u.lifecycle);
		break;
	case EVENT_PLAN:
		plan_unref((struct plan *)event->u.plan);
		break;
	case EVENT_OPERATION:
		operation_unref((struct operation *)event->u.operation);
		break;
	case EVENT_ACTION:
		free_text(event->u.action.who);
		free_text(event->u.action.title);
		free_text(event->u.action.text);
		break;
	case EVENT_NOTICE:
		free_text(event->u.notice.title);
		free_text(event->u.notice.text);
		break;
	case EVENT_FEED:
		free_text(event->u.feed.detail);
		break;
	case EVENT_SOURCE:
		free_text(event->u.source.name);
		free_text(event->u.source.why);
		break;
	case EVENT_AUDIT_LIST:
		audit_list_finish(&event->u.audit_list);
		break;
	case EVENT_AUDIT_CHECK:
		free_text(event->u.audit_check.why);
		break;
	case EVENT_TIMELINE:
	case EVENT_POINTS:
	case EVENT_PRESENCE:
	case EVENT_LEASE:
	case EVENT_APPROVAL:
		free_shared(event);
		break;
	case EVENT_AUDIT_HEAD:
		free_text(event->u.audit_head.why);
		break;
	case EVENT_AGENT_REMOVED:
	case EVENT_AGENT_HEALTH:
	case EVENT_SNAPSHOT:
	case EVENT_TYPE_COUNT:
		break;
	}
}

void event_unref(struct event *event)
{
	if (!event || --event->refs)
		return;
	free_payload(event);
	mem_free(event);
}
