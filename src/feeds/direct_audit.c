// SPDX-License-Identifier: Apache-2.0
/* What a person asked and what became of it, for the audit trail; refused requests too. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "feeds/direct_internal.h"
#include "services/audit_logger.h"

enum { FIELDS_MAX = 6 };

// What is put on record of each kind of request; no words: it changes nothing.
static const struct words {
	enum audit_action action;
	const char *words;
} words[] = {
	[REQUEST_ALERT_ACK] = { AUDIT_UPDATE, "acknowledge" },
	[REQUEST_ALERT_UNACK] = { AUDIT_UPDATE, "unacknowledge" },
	[REQUEST_ALERT_SNOOZE] = { AUDIT_UPDATE, "snooze" },
	[REQUEST_ALERT_NOTE] = { AUDIT_UPDATE, "note" },
	[REQUEST_MAINTENANCE] = { AUDIT_UPDATE, "maintenance" },
	[REQUEST_PIN] = { AUDIT_CREATE, "pin" },
	[REQUEST_UNPIN] = { AUDIT_DELETE, "unpin" },
	[REQUEST_SHRINK_ACCEPT] = { AUDIT_DELETE, "drop agents that are not listed any more" },
	[REQUEST_SHRINK_REFUSE] = { AUDIT_UPDATE, "keep agents that are not listed any more" },
};

static const struct words *words_of(const struct request *request)
{
	size_t n = sizeof words / sizeof words[0];

	return (size_t)request->type < n && words[request->type].words ? &words[request->type] : NULL;
}

struct fields {
	struct audit_field items[FIELDS_MAX];
	size_t n;
};

static void add(struct fields *fields, const char *name, struct audit_value value)
{
	if (fields->n < FIELDS_MAX)
		fields->items[fields->n++] = (struct audit_field){ name, value };
}

static struct audit_fields as_fields(const struct fields *fields)
{
	return (struct audit_fields){ fields->items, fields->n };
}

static bool is_maintained(const struct direct_feed *feed, uint32_t agent)
{
	const struct health *health = agent ? health_checker_health(feed->health, agent) : NULL;

	return health && (health->overlays & OVERLAY_MAINTENANCE);
}

static enum alert_state alert_state(const struct direct_feed *feed, uint32_t id)
{
	const struct alert *alert = id ? alerts_get(feed->alerts, id) : NULL;

	return alert ? alert->state : ALERT_STATE_COUNT;
}

void direct_audit_look(const struct direct_feed *feed, const struct request *request, struct direct_before *out)
{
	*out = (struct direct_before){ .alert = ALERT_STATE_COUNT };
	if (!feed->audit || !words_of(request))
		return;
	out->alert = alert_state(feed, request->alert);
	out->is_maintained = is_maintained(feed, request->agent);
}

// Which thing it is about: an alert by its rule and agent, an agent by its key, which nothing changes.
static void put_resource(struct direct_feed *feed, const struct request *request, struct audit_record *record,
			 struct fields *details)
{
	const struct alert *alert = request->alert ? alerts_get(feed->alerts, request->alert) : NULL;
	struct watched *watched = direct_watched(feed, alert ? alert->agent : request->agent);
	const char *key = watched ? watched->agent->key : "";

	record->resource_kind = request->alert ? "alert" : *key ? "agent" : "fleet";
	record->resource_id = alert ? alert->rule : key;
	if (request->alert) {
		add(details, "alert", audit_number(request->alert));
		add(details, "agent", audit_text(key));
	}
	if (watched)
		add(details, "name", audit_text(watched->agent->name));
}

static void put_change(struct direct_feed *feed, const struct request *request, const struct direct_before *before,
		       struct fields *was, struct fields *is)
{
	enum alert_state now = alert_state(feed, request->alert);

	if (before->alert != ALERT_STATE_COUNT)
		add(was, "state", audit_text(alert_state_name(before->alert)));
	if (now != ALERT_STATE_COUNT)
		add(is, "state", audit_text(alert_state_name(now)));
	if (request->type == REQUEST_MAINTENANCE) {
		add(was, "maintenance", audit_truth(before->is_maintained));
		add(is, "maintenance", audit_truth(is_maintained(feed, request->agent)));
	}
}

void direct_audit_request(struct direct_feed *feed, const struct request *request, const struct direct_before *before,
			  int result)
{
	const struct words *said = words_of(request);
	struct fields details = { .n = 0 }, was = { .n = 0 }, is = { .n = 0 };
	bool is_series = request->type == REQUEST_PIN || request->type == REQUEST_UNPIN;
	struct audit_record record = { .by = request->person, .phase = AUDIT_EVENT };
	char until[HUMAN_MAX];

	if (!feed->audit || !said)
		return;
	add(&details, "request", audit_text(said->words));
	put_resource(feed, request, &record, &details);
	put_change(feed, request, before, &was, &is);
	if (is_series)
		add(&details, "series", audit_text(request->text));
	if (request->until_ms)
		add(&details, "until", audit_text(human_rfc3339(request->until_ms, until)));
	record.action = said->action;
	record.level = result < 0 || request->type == REQUEST_SHRINK_ACCEPT ? AUDIT_WARNING : AUDIT_INFO;
	record.result = result < 0 ? AUDIT_REFUSED : AUDIT_SUCCESS;
	record.error = result < 0 ? strerrordesc_np(-result) : NULL;
	record.reason = is_series ? NULL : request->text;
	record.before = as_fields(&was);
	record.after = as_fields(&is);
	record.details = as_fields(&details);
	audit_logger_append(feed->audit, &record, clock_now(), NULL, NULL,
			    NULL); // what it cannot take it tells as state
}

void direct_audit_insecure(struct direct_feed *feed, const char *source, size_t n, const char *names)
{
	const struct audit_field details[] = {
		{ "certificates", audit_text("not verified") },
		{ "agents", audit_number((int64_t)n) },
		{ "names", audit_text(names) },
	};
	const struct audit_record record = {
		.phase = AUDIT_EVENT,
		.action = AUDIT_ACCESS,
		.level = AUDIT_WARNING,
		.result = AUDIT_SUCCESS,
		.resource_kind = "list",
		.resource_id = source,
		.details = { details, sizeof details / sizeof details[0] },
	};

	if (feed->audit)
		audit_logger_append(feed->audit, &record, clock_now(), NULL, NULL, NULL);
}
