// SPDX-License-Identifier: Apache-2.0
/* A copy of an event, as a snapshot tells it again. */
#include <stddef.h>

#include "base/memory.h"
#include "opscon/event.h"

// Where the texts of an event are that has no more than texts.
#define AT(member) offsetof(struct event, u.member)

static const struct {
	enum event_type type;
	size_t n, at[5];
} flat[] = {
	{ EVENT_SERIES_DEFINED, 3, { AT(series.id), AT(series.title), AT(series.expr) } },
	{ EVENT_ALERT, 4, { AT(alert.rule), AT(alert.summary), AT(alert.by), AT(alert.note) } },
	{ EVENT_LIFECYCLE,
	  5,
	  { AT(lifecycle.driver), AT(lifecycle.version), AT(lifecycle.previous), AT(lifecycle.instance),
	    AT(lifecycle.holder) } },
	{ EVENT_NOTICE, 2, { AT(notice.title), AT(notice.text) } },
	{ EVENT_SOURCE, 2, { AT(source.name), AT(source.why) } },
	{ EVENT_PRESENCE, 4, { AT(presence.who), AT(presence.origin), AT(presence.role), AT(presence.doing) } },
	{ EVENT_LEASE, 2, { AT(lease.holder), AT(lease.doing) } },
	{ EVENT_APPROVAL, 4, { AT(approval.asker), AT(approval.by), AT(approval.what), AT(approval.reason) } },
};

// Each text stops being the other event's, copied or not.
static bool own_text(const char **text)
{
	const char *from = *text;

	*text = mem_strdup(from);
	return *text || !from;
}

static bool own_texts(struct event *event)
{
	bool is_whole = true;

	for (size_t i = 0; i < sizeof flat / sizeof flat[0]; i++)
		for (size_t k = 0; flat[i].type == event->type && k < flat[i].n; k++)
			is_whole &= own_text((const char **)(void *)((char *)event + flat[i].at[k]));
	return is_whole;
}

static bool own_probed(struct event_probed *probed)
{
	struct health_check *from = probed->checks;
	size_t n = probed->n_checks;
	bool is_whole = own_text(&probed->excerpt);

	probed->checks = n ? mem_calloc(n, sizeof *from) : NULL;
	if (!probed->checks)
		probed->n_checks = 0;
	for (size_t i = 0; i < probed->n_checks; i++) {
		probed->checks[i] = from[i];
		is_whole &= own_text(&probed->checks[i].name);
		is_whole &= own_text(&probed->checks[i].detail);
	}
	return is_whole && probed->n_checks == n;
}

static bool own_progress(struct progress *progress)
{
	struct progress_step *from = progress->steps;
	uint16_t n = progress->n_steps;
	bool is_whole = own_text(&progress->title);

	progress->steps = n ? mem_calloc(n, sizeof *from) : NULL;
	if (!progress->steps)
		progress->n_steps = 0;
	for (size_t i = 0; i < progress->n_steps; i++) {
		progress->steps[i] = from[i];
		is_whole &= own_text(&progress->steps[i].label);
		is_whole &= own_text(&progress->steps[i].description);
		is_whole &= own_text(&progress->steps[i].error);
	}
	return is_whole && progress->n_steps == n;
}

static bool own_payload(struct event *event)
{
	switch (event->type) {
	case EVENT_AGENT_PROBED:
		return own_probed(&event->u.probed);
	case EVENT_PROGRESS:
		return own_progress(&event->u.progress);
	case EVENT_APPROVAL:
		if (event->u.approval.whole)
			plan_ref(event->u.approval.whole);
		break;
	default:
		break;
	}
	return own_texts(event);
}

struct event *event_restate(const struct event *event, int64_t at_ms)
{
	struct event *again = event_new(event->type, at_ms, event->agent);

	if (!again)
		return NULL;
	again->origin = event->origin;
	again->is_restated = true;
	again->u = event->u;
	if (own_payload(again))
		return again;
	event_unref(again);
	return NULL;
}
