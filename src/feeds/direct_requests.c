// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>

#include "base/memory.h"
#include "feeds/direct_internal.h"
#include "services/audit_logger.h"
#include "text/text.h"

// What a person did, with a name on it.
static void tell_action(struct direct_feed *feed, const struct request *request, enum action_type type,
			const char *title)
{
	struct event *event = event_new(EVENT_ACTION, clock_now().wall_ms, request->agent);

	if (!event)
		return;
	event->u.action.type = type;
	event->u.action.alert = request->alert;
	event->u.action.is_answer = request->type == REQUEST_SHRINK_ACCEPT || request->type == REQUEST_SHRINK_REFUSE;
	event->u.action.who = mem_strdup(request->who ? request->who : "unknown");
	event->u.action.title = mem_strdup(title);
	event->u.action.text = mem_strdup(request->text ? request->text : "");
	event_emit(&feed->sink, event);
}

static int watch(struct direct_feed *feed, const struct request *request)
{
	int r = metric_recorder_watch(feed->recorder, request->agent, request->type == REQUEST_WATCH);

	if (r == 0 && request->type == REQUEST_WATCH)
		prober_probe_now(feed->prober, request->agent); // -ENOENT: not probed yet, it will come
	return r;
}

static int maintenance(struct direct_feed *feed, const struct request *request)
{
	struct instant now = clock_now();
	bool begins = request->until_ms > now.wall_ms;
	int r;

	if (request->until_ms && !begins)
		return -EINVAL; // an end that is over already
	r = health_checker_overlay(feed->health, request->agent, OVERLAY_MAINTENANCE, begins, request->until_ms, now);
	if (r == 0)
		tell_action(feed, request, begins ? ACTION_STOP : ACTION_START,
			    begins ? "put into maintenance" : "ended maintenance");
	return r;
}

static int pin(struct direct_feed *feed, const struct request *request)
{
	bool pins = request->type == REQUEST_PIN;
	char title[300];
	int r;

	if (!request->text)
		return -EINVAL;
	r = (pins ? metric_recorder_pin(feed->recorder, request->agent, request->text, clock_now().wall_ms)
		  : metric_recorder_unpin(feed->recorder, request->text, clock_now().wall_ms));
	if (r < 0)
		return r;
	snprintf(title, sizeof title, "%s %s", pins ? "pinned" : "unpinned", request->text);
	text_trim(title);
	tell_action(feed, &(struct request){ .agent = request->agent, .who = request->who }, ACTION_UPDATE, title);
	prober_probe_now(feed->prober, request->agent);
	return 0;
}

static int answer_shrink(struct direct_feed *feed, const struct request *request)
{
	bool accepts = request->type == REQUEST_SHRINK_ACCEPT;
	int r = registry_answer(feed->registry, NULL, accepts);

	if (r == 0)
		tell_action(feed, request, accepts ? ACTION_DELETE : ACTION_UPDATE,
			    accepts ? "dropped the agents that are not listed any more"
				    : "kept the agents that are not listed any more");
	return r;
}

// Agents whose endpoints are still looked for are asked again by their own clock.
static int probe_now(struct direct_feed *feed, uint32_t agent)
{
	int r = prober_probe_now(feed->prober, agent);

	return r == -ENOENT && agent && direct_watched(feed, agent) ? 0 : r;
}

int direct_request(struct feed *base, const struct request *request)
{
	struct direct_feed *feed = (struct direct_feed *)base;
	struct direct_before before;
	int r = -EINVAL;

	direct_audit_look(feed, request, &before);
	switch (request->type) {
	case REQUEST_WATCH:
	case REQUEST_UNWATCH:
		r = watch(feed, request);
		break;
	case REQUEST_PROBE_NOW:
		r = probe_now(feed, request->agent);
		break;
	case REQUEST_ALERT_ACK:
	case REQUEST_ALERT_UNACK:
	case REQUEST_ALERT_SNOOZE:
	case REQUEST_ALERT_NOTE:
		r = alerts_request(feed->alerts, request, clock_now());
		direct_standing_asked(feed);
		break;
	case REQUEST_MAINTENANCE:
		r = maintenance(feed, request);
		direct_standing_asked(feed);
		break;
	case REQUEST_PIN:
	case REQUEST_UNPIN:
		r = pin(feed, request);
		break;
	case REQUEST_SHRINK_ACCEPT:
	case REQUEST_SHRINK_REFUSE:
		r = answer_shrink(feed, request);
		break;
	case REQUEST_PLAN:
	case REQUEST_SUBMIT:
	case REQUEST_OPERATION_PAUSE:
	case REQUEST_OPERATION_RESUME:
	case REQUEST_OPERATION_ABORT:
	case REQUEST_OPERATION_ROLLBACK:
	case REQUEST_PAUSE_ALL:
	case REQUEST_OBSERVE:
	case REQUEST_PLAN_KEEP:
	case REQUEST_PLAN_DROP:
	case REQUEST_APPROVE:
	case REQUEST_DISAPPROVE:
		r = direct_operations_request(feed, request);
		break;
	case REQUEST_AUDIT_LIST:
		r = direct_trail_list(feed);
		break;
	case REQUEST_AUDIT_CLOSE:
		feed->trail.has_reader = false;
		r = 0;
		break;
	case REQUEST_AUDIT_VERIFY:
		r = direct_trail_verify(feed);
		break;
	case REQUEST_AUDIT_HASH:
		r = direct_trail_hash(feed, request->text);
		break;
	case REQUEST_AUDIT_REOPEN:
		r = feed->audit ? audit_logger_reopen(feed->audit, clock_now()) : -ENOTSUP;
		break;
	case REQUEST_HISTORY: // what is kept is kept here
	case REQUEST_LOOK:    // and nobody else is
		r = 0;
		break;
	case REQUEST_TYPE_COUNT:
		r = -ENOTSUP;
		break;
	}
	direct_audit_request(feed, request, &before, r);
	direct_rearm(feed);
	return r;
}
