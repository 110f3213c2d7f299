// SPDX-License-Identifier: Apache-2.0
#include "audit/record.h"

#include <stdio.h>
#include <string.h>

#include "formats/json_writer.h"
#include "text/text.h"

// Text that fits and is clean, as nearly all is, goes straight on; `room` holds what is made of the rest.
static const char *fit(const char *text, size_t max, char room[AUDIT_TEXT_MAX + 64])
{
	size_t n = strlen(text), kept;

	if (n <= max && text_is_clean(text))
		return text;
	kept = text_clean(text, n, TEXT_ONE_LINE, room, max + 1, NULL);
	// What was cleaned may have grown, so what is left out is counted where it can be: in bytes of the original.
	if (n > max || kept == max)
		snprintf(room + kept, 64, "…(+%zu bytes)", n > kept ? n - kept : 0);
	return room;
}

static void put(struct json_writer *w, const char *key, const char *text, size_t max)
{
	char room[AUDIT_TEXT_MAX + 64];

	if (text && *text)
		json_text(w, key, fit(text, max, room));
}

static void put_value(struct json_writer *w, const char *key, const struct audit_value *value)
{
	char room[AUDIT_TEXT_MAX + 64];

	switch (value->kind) {
	case AUDIT_NOTHING:
		json_null(w, key);
		break;
	case AUDIT_TEXT:
		json_text(w, key, fit(value->u.text, AUDIT_VALUE_MAX, room));
		break;
	case AUDIT_NUMBER:
		json_int(w, key, value->u.number);
		break;
	case AUDIT_TRUTH:
		json_bool(w, key, value->u.truth);
		break;
	case AUDIT_SECRET: // an object, which no text can be mistaken for
		json_open(w, key, '{');
		json_bool(w, "secret", true);
		json_close(w, '}');
		break;
	}
}

static void put_fields(struct json_writer *w, const char *key, const struct audit_fields *fields)
{
	size_t n = fields->n < AUDIT_FIELDS_MAX ? fields->n : AUDIT_FIELDS_MAX;
	char room[AUDIT_TEXT_MAX + 64];

	if (!fields->n)
		return;
	json_open(w, key, '{');
	for (size_t i = 0; i < n; i++)
		put_value(w, fit(fields->items[i].name, AUDIT_NAME_MAX, room), &fields->items[i].value);
	if (n < fields->n)
		json_int(w, "…", (int64_t)(fields->n - n));
	json_close(w, '}');
}

static void put_resource(struct json_writer *w, const struct audit_record *record)
{
	if (!record->resource_kind)
		return;
	json_open(w, "resource", '{');
	put(w, "kind", record->resource_kind, AUDIT_NAME_MAX);
	put(w, "id", record->resource_id, AUDIT_VALUE_MAX);
	json_close(w, '}');
}

// An object that was encoded once for all records.
static void put_encoded(struct json_writer *w, const char *key, const struct bytes *object)
{
	if (!w->error)
		w->error = bytes_addf(w->out, ",\"%s\":", key);
	if (!w->error)
		w->error = bytes_add(w->out, object->data, object->len);
}

/* A person of a hub stands where the process's own does otherwise, so that whoever looks for a user finds what that
 * user did. The hub, which vouches for it, stands within.
 */
static void put_who(struct json_writer *w, const struct audit_person *person, const struct bytes *process)
{
	bool has_user = person && person->user && *person->user;
	char session[16];

	if (!person) {
		put_encoded(w, "who", process);
		return;
	}
	json_open(w, "who", '{');
	put(w, "user", has_user ? person->user : "unknown", AUDIT_NAME_MAX * 2);
	if (person->uid >= 0)
		json_int(w, "uid", person->uid);
	put(w, "origin", person->origin, AUDIT_NAME_MAX * 2);
	put(w, "role", person->role, AUDIT_NAME_MAX);
	if (person->session) {
		snprintf(session, sizeof session, "%u", (unsigned)person->session);
		json_text(w, "session", session);
	}
	put_encoded(w, "hub", process);
	json_close(w, '}');
}

int audit_record_encode(const struct audit_record *record, const struct bytes *who, int64_t at_ms, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	json_writer_init(&w, out);
	json_time(&w, "at", at_ms);
	json_text(&w, "phase", audit_phase_name(record->phase));
	json_text(&w, "action", audit_action_name(record->action));
	json_text(&w, "level", audit_level_name(record->level));
	put_who(&w, record->by, who);
	put_resource(&w, record);
	put(&w, "reason", record->reason, AUDIT_TEXT_MAX);
	put_fields(&w, "before", &record->before);
	put_fields(&w, "after", &record->after);
	json_text(&w, "result", audit_result_name(record->result));
	put(&w, "error", record->error, AUDIT_TEXT_MAX);
	put(&w, "correlation", record->correlation, AUDIT_VALUE_MAX);
	put_fields(&w, "details", &record->details);
	json_close(&w, '}');
	if (w.error && out->data)
		out->data[out->len = was] = '\0';
	return w.error;
}

int audit_identity_json(const struct audit_identity *who, struct bytes *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	json_text(&w, "user", who->user);
	if (who->login_uid >= 0)
		json_int(&w, "login_uid", who->login_uid);
	json_int(&w, "uid", who->uid);
	if (who->sudo_uid >= 0)
		json_int(&w, "sudo_uid", who->sudo_uid);
	if (*who->sudo_user)
		json_text(&w, "sudo_user", who->sudo_user);
	json_text(&w, "origin", who->origin);
	if (*who->tty)
		json_text(&w, "tty", who->tty);
	json_int(&w, "pid", who->pid);
	json_text(&w, "host", who->host);
	json_text(&w, "session", who->session);
	json_close(&w, '}');
	return w.error;
}
