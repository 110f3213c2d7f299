// SPDX-License-Identifier: Apache-2.0
/* What is put on record: who came and went, and whatever was refused. A trail keeps so many records, so a flood of
 * refusals would wash it away: past a measure they are counted, and the next record says how many there were.
 */
#include <stdio.h>

#include "hub/access_internal.h"

enum { FIELDS_MAX = 6, STRANGERS_A_MINUTE = 30 };

struct fields {
	struct audit_field items[FIELDS_MAX];
	size_t n;
};

static void add(struct fields *fields, const char *name, struct audit_value value)
{
	if (fields->n < FIELDS_MAX)
		fields->items[fields->n++] = (struct audit_field){ name, value };
}

static void add_text(struct fields *fields, const char *name, const char *text)
{
	if (text && *text)
		add(fields, name, audit_text(text));
}

static void add_untold(struct fields *fields, uint64_t *n_untold)
{
	if (*n_untold)
		add(fields, "not recorded before", audit_number((int64_t)*n_untold));
	*n_untold = 0;
}

static void put(struct access *access, struct audit_record *record, const struct fields *details, struct instant now)
{
	record->details = (struct audit_fields){ details->items, details->n };
	if (access->record)
		access->record(access->ctx, record, now);
}

void record_init(struct access *access, struct instant now)
{
	bucket_init(&access->flood.bucket, STRANGERS_A_MINUTE, now.mono_ms);
}

void record_stranger(struct access *access, enum audit_action action, const char *user, const char *origin,
		     const char *what, const char *why, struct instant now)
{
	const struct audit_person person = { .user = user, .origin = origin, .uid = -1 };
	struct fields details = { .n = 0 };
	struct audit_record record = {
		.by = &person,
		.phase = AUDIT_EVENT,
		.action = action,
		.level = AUDIT_WARNING,
		.result = AUDIT_REFUSED,
		.resource_kind = "hub",
		.error = why,
	};

	access->n_refused++;
	if (!bucket_take(&access->flood.bucket, STRANGERS_A_MINUTE, now.mono_ms)) {
		access->flood.n_untold++;
		return;
	}
	add_text(&details, "what", what);
	add_untold(&details, &access->flood.n_untold);
	put(access, &record, &details, now);
}

void record_flood(struct access *access, struct instant now)
{
	struct fields details = { .n = 0 };
	struct audit_record record = {
		.phase = AUDIT_EVENT,
		.action = AUDIT_ACCESS,
		.level = AUDIT_WARNING,
		.result = AUDIT_REFUSED,
		.resource_kind = "hub",
		.error = "more was refused than is recorded one by one",
	};

	if (!access->flood.n_untold || !bucket_is_full(&access->flood.bucket, STRANGERS_A_MINUTE, now.mono_ms))
		return; // it goes on, or ended less than a minute ago
	add_untold(&details, &access->flood.n_untold);
	put(access, &record, &details, now);
}

void record_session(struct access *access, const struct access_identity *identity, enum audit_action action,
		    const char *name, const char *text, struct instant now)
{
	struct user *user = users_get(access, identity, now);
	const struct audit_person person = access_person(identity);
	struct fields details = { .n = 0 };
	struct audit_record record = {
		.by = &person,
		.phase = AUDIT_EVENT,
		.action = action,
		.result = AUDIT_SUCCESS,
		.resource_kind = "hub",
	};

	add_text(&details, name, text);
	if (action == AUDIT_LOGOUT && user)
		add_untold(&details, &user->n_untold);
	put(access, &record, &details, now);
}

static void put_about(const struct access_about *about, struct audit_record *record, struct fields *details)
{
	record->resource_kind = "hub";
	if (!about)
		return;
	if (about->n_agents == 1) {
		record->resource_kind = "agent";
		record->resource_id = about->agents[0]->key;
	} else if (about->n_agents) {
		add(details, "agents", audit_number((int64_t)about->n_agents));
	}
	if ((size_t)about->verb < VERB_COUNT)
		add(details, "verb", audit_text(verb_name(about->verb)));
}

void record_refused(struct access *access, const struct access_identity *identity, const char *what,
		    const struct access_about *about, const char *why, struct instant now)
{
	struct user *user = users_get(access, identity, now);
	const struct audit_person person = access_person(identity);
	struct fields details = { .n = 0 };
	struct audit_record record = {
		.by = &person,
		.phase = AUDIT_DECISION,
		.action = AUDIT_ACCESS,
		.level = AUDIT_WARNING,
		.result = AUDIT_REFUSED,
		.error = why,
	};

	access->n_refused++;
	if (user && !bucket_take(&user->refusals, REFUSALS_A_MINUTE, now.mono_ms)) {
		user->n_untold++;
		return;
	}
	add_text(&details, "request", what);
	put_about(about, &record, &details);
	if (user)
		add_untold(&details, &user->n_untold);
	put(access, &record, &details, now);
}

void record_reload(struct access *access, int error, const char *why, struct instant now)
{
	struct fields details = { .n = 0 };
	struct audit_record record = {
		.phase = AUDIT_EVENT,
		.action = AUDIT_MODIFY_CONFIG,
		.level = error < 0 ? AUDIT_ERROR : AUDIT_INFO,
		.result = error < 0 ? AUDIT_FAILURE : AUDIT_SUCCESS,
		.resource_kind = "hub",
		.resource_id = "access",
		.error = error < 0 ? why : NULL,
	};

	add_text(&details, "token file", access->token_file);
	add(&details, "tokens", audit_number((int64_t)access->tokens.n));
	put(access, &record, &details, now);
}
