// SPDX-License-Identifier: Apache-2.0
#include "audit/list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit/query.h"
#include "base/memory.h"
#include "base/number.h"
#include "formats/json.h"
#include "text/text.h"

enum { TEXTS_MAX = 64 << 20, ONE_MAX = 2048 };

// Places in the block of texts: it moves while it grows.
struct places {
	size_t phase, action, level, result, request, user, origin, resource, reason, error, correlation, before, after,
		details;
};

// ---- values as text

static int add_text(struct bytes *out, const struct json_value *value)
{
	struct json_text text;
	char clean[ONE_MAX];

	if (json_read_text(value, &text) < 0)
		return 0;
	text_clean(text.bytes, text.n, TEXT_ONE_LINE, clean, sizeof clean, NULL);
	return bytes_add(out, clean, strlen(clean));
}

// A record's fields are texts, numbers and truths; an object stands for what is not told.
static int add_value(struct bytes *out, const struct json_value *value)
{
	double number;
	bool truth;
	char text[40];

	if (json_read_number(value, &number) == 0) {
		number_format(number, text, sizeof text);
		return bytes_add(out, text, strlen(text));
	}
	if (json_read_bool(value, &truth) == 0)
		return bytes_addf(out, "%s", truth ? "yes" : "no");
	if (json_kind(value) == JSON_OBJECT)
		return bytes_addf(out, "(secret)");
	return add_text(out, value);
}

static int add_fields(struct bytes *out, const struct json_value *object)
{
	const struct json_value *value;
	struct json_members members;
	struct json_text name;
	char clean[ONE_MAX];
	int r = 0, n = 0;

	if (!object || json_kind(object) != JSON_OBJECT)
		return 0;
	json_members_init(&members, object);
	while (r == 0 && json_members_next(&members, &name, &value)) {
		if (name.n == 7 && memcmp(name.bytes, "request", 7) == 0)
			continue; // it has a place of its own
		text_clean(name.bytes, name.n, TEXT_ONE_LINE, clean, sizeof clean, NULL);
		r = bytes_addf(out, "%s%s: ", n++ ? "; " : "", clean);
		r = r ? r : add_value(out, value);
	}
	return r;
}

// "agent/WowDomain, http://127.0.0.1:9100": an agent by its name, where the record has it, and what it is for good.
static int add_resource(struct bytes *out, const struct json_value *root)
{
	const struct json_value *resource = json_member(root, "resource");
	const struct json_value *id = json_member(resource, "id"),
				*name = json_member(json_member(root, "details"), "name");
	struct json_text text;
	int r = resource ? add_text(out, json_member(resource, "kind")) : 0;

	if (r < 0 || !id || json_read_text(id, &text) < 0 || !text.n)
		return r;
	r = bytes_add(out, "/", 1);
	if (r == 0 && name && json_read_text(name, &text) == 0 && text.n) {
		r = add_text(out, name);
		r = r ? r : bytes_add(out, ", ", 2);
	}
	return r ? r : add_text(out, id);
}

// ---- a record

typedef int (*add_cb)(struct bytes *out, const struct json_value *value);

static int place(struct bytes *texts, size_t *at, add_cb add, const struct json_value *value)
{
	int r = 0;

	*at = texts->len;
	if (value)
		r = add(texts, value);
	return r ? r : bytes_add(texts, "", 1);
}

// "2026-11-25T10:00:00.000Z"; 0 for anything else.
static int64_t read_time(const struct json_value *value)
{
	struct json_text text;
	struct tm tm = { 0 };
	char copy[40];
	int ms = 0;

	if (!value || json_read_text(value, &text) < 0 || text.n >= sizeof copy)
		return 0;
	memcpy(copy, text.bytes, text.n);
	copy[text.n] = '\0';
	if (sscanf(copy, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec, &ms) != 7)
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int64_t)timegm(&tm) * 1000 + ms;
}

static int read_entry(const struct json_value *root, struct bytes *texts, struct audit_entry *entry, struct places *at)
{
	const struct json_value *who = json_member(root, "who"), *details = json_member(root, "details");
	double seq = 0;
	int r = 0;

	if (json_member(root, "seq"))
		json_read_number(json_member(root, "seq"), &seq);
	*entry = (struct audit_entry){ .seq = seq > 0 && seq < 9e15 ? (uint64_t)seq : 0,
				       .at_ms = read_time(json_member(root, "at")) };
	r = place(texts, &at->phase, add_text, json_member(root, "phase"));
	r = r ? r : place(texts, &at->action, add_text, json_member(root, "action"));
	r = r ? r : place(texts, &at->level, add_text, json_member(root, "level"));
	r = r ? r : place(texts, &at->result, add_text, json_member(root, "result"));
	r = r ? r : place(texts, &at->request, add_text, json_member(details, "request"));
	r = r ? r : place(texts, &at->user, add_text, json_member(who, "user"));
	r = r ? r : place(texts, &at->origin, add_text, json_member(who, "origin"));
	r = r ? r : place(texts, &at->resource, add_resource, root);
	r = r ? r : place(texts, &at->reason, add_text, json_member(root, "reason"));
	r = r ? r : place(texts, &at->error, add_text, json_member(root, "error"));
	r = r ? r : place(texts, &at->correlation, add_text, json_member(root, "correlation"));
	r = r ? r : place(texts, &at->before, add_fields, json_member(root, "before"));
	r = r ? r : place(texts, &at->after, add_fields, json_member(root, "after"));
	return r ? r : place(texts, &at->details, add_fields, details);
}

static void point(struct audit_entry *entry, const struct places *at, const char *texts)
{
	entry->phase = texts + at->phase;
	entry->action = texts + at->action;
	entry->level = texts + at->level;
	entry->result = texts + at->result;
	entry->request = texts + at->request;
	entry->user = texts + at->user;
	entry->origin = texts + at->origin;
	entry->resource = texts + at->resource;
	entry->reason = texts + at->reason;
	entry->error = texts + at->error;
	entry->correlation = texts + at->correlation;
	entry->before = texts + at->before;
	entry->after = texts + at->after;
	entry->details = texts + at->details;
}

// ---- all of them

static int read_found(const struct audit_found *found, struct audit_list *out)
{
	struct places *places = mem_calloc(found->n + 1, sizeof *places);
	struct bytes texts;
	int r = 0;

	bytes_init(&texts, TEXTS_MAX);
	out->entries = mem_calloc(found->n + 1, sizeof *out->entries);
	if (!places || !out->entries)
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < found->n; i++) {
		struct json_value *root = NULL;

		r = json_parse(found->lines[i].text, found->lines[i].n, &root, NULL);
		if (r == 0)
			r = read_entry(root, &texts, &out->entries[i], &places[i]);
		json_free(root);
	}
	for (size_t i = 0; r == 0 && i < found->n; i++)
		point(&out->entries[i], &places[i], texts.data);
	out->n = found->n;
	out->texts = texts.data;
	out->n_unreadable = found->n_unreadable;
	mem_free(places);
	return r;
}

int audit_list_read(const char *dir, size_t limit, struct audit_list *out, struct audit_trouble *trouble)
{
	const struct audit_filter all = { .action = -1, .level = -1, .result = -1, .limit = limit };
	struct audit_found found;
	int r = audit_query(dir, &all, &found, trouble);

	*out = (struct audit_list){ 0 };
	if (r == 0) {
		r = read_found(&found, out);
		if (r < 0)
			audit_trouble_set(trouble, r, "%s", strerrordesc_np(-r));
	}
	if (r < 0)
		audit_list_finish(out);
	audit_found_finish(&found);
	return r;
}
