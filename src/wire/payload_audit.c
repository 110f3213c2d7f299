// SPDX-License-Identifier: Apache-2.0
/* Pages of the audit trail, and how far it was verified. */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "text/text.h"
#include "wire/payloads.h"
#include "wire/words.h"

// ---- pages

static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{ "phase", WIRE_AT(struct audit_entry, phase) },
	{ "action", WIRE_AT(struct audit_entry, action) },
	{ "level", WIRE_AT(struct audit_entry, level) },
	{ "result", WIRE_AT(struct audit_entry, result) },
	{ "request", WIRE_AT(struct audit_entry, request) },
	{ "user", WIRE_AT(struct audit_entry, user) },
	{ "origin", WIRE_AT(struct audit_entry, origin) },
	{ "resource", WIRE_AT(struct audit_entry, resource) },
	{ "reason", WIRE_AT(struct audit_entry, reason) },
	{ "error", WIRE_AT(struct audit_entry, error) },
	{ "correlation", WIRE_AT(struct audit_entry, correlation) },
	{ "before", WIRE_AT(struct audit_entry, before) },
	{ "after", WIRE_AT(struct audit_entry, after) },
	{ "details", WIRE_AT(struct audit_entry, details) },
};

static const struct wire_field entry_fields[] = {
	{ "seq", WIRE_KIND_U64, WIRE_AT(struct audit_entry, seq) },
	{ "at_ms", WIRE_KIND_I64, WIRE_AT(struct audit_entry, at_ms) },
};

static const struct wire_field list_fields[] = {
	{ "n_unreadable", WIRE_KIND_SIZE, WIRE_AT(struct audit_list, n_unreadable) },
	{ "why", WIRE_KIND_TEXT, WIRE_AT(struct audit_list, why) },
	{ "dir", WIRE_KIND_TEXT, WIRE_AT(struct audit_list, dir) },
	{ "n_signed", WIRE_KIND_U64, WIRE_AT(struct audit_list, n_signed) },
};

static const char **text_in(const struct audit_entry *entry, size_t i)
{
	return (const char **)(void *)((char *)(uintptr_t)entry + texts[i].offset);
}

static void put_entry(struct json_writer *w, const struct audit_entry *entry)
{
	json_open(w, NULL, '{');
	wire_fields_write(w, entry_fields, WIRE_COUNT(entry_fields), entry);
	for (size_t i = 0; i < WIRE_COUNT(texts); i++)
		if (**text_in(entry, i))
			json_text(w, texts[i].name, *text_in(entry, i));
	json_close(w, '}');
}

static void write_list(struct json_writer *w, const struct event *event, unsigned flags)
{
	const struct audit_list *list = &event->u.audit_list;

	(void)flags;
	wire_fields_write(w, list_fields, WIRE_COUNT(list_fields), list);
	json_open(w, "entries", '[');
	for (size_t i = 0; i < list->n; i++)
		put_entry(w, &list->entries[i]);
	json_close(w, ']');
}

// The texts of one entry, one after another, each with its terminator.
static int read_texts(struct wire_scan *scan, const struct json_node *value, struct bytes *out)
{
	static const char none[1] = "";
	int r = 0;

	for (size_t i = 0; r == 0 && i < WIRE_COUNT(texts); i++) {
		const struct json_node *member = node_member(value, texts[i].name);
		struct json_text text;

		if (node_kind(member) == JSON_NULL) {
			r = bytes_add(out, none, 1);
		} else if (node_read_text(member, &text) < 0) {
			r = wire_bad(scan, texts[i].name, "expected a text");
		} else {
			mem_auto char *clean = text_clean_dup(text.bytes, text.n, TEXT_ONE_LINE, TEXT_FIELD_MAX);

			r = clean ? bytes_add(out, clean, strlen(clean) + 1) : -ENOMEM;
		}
	}
	return r;
}

static void point(struct audit_list *list)
{
	const char *at = list->texts;

	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < WIRE_COUNT(texts); k++) {
			*text_in(&list->entries[i], k) = at;
			at += strlen(at) + 1;
		}
}

static int read_entries(struct wire_scan *scan, const struct json_node *data, struct audit_list *list)
{
	struct node_walk walk;
	struct bytes all;
	int r = wire_array_begin(scan, data, "entries", AUDIT_LIST_MAX, sizeof *list->entries, &walk, &list->entries,
				 &list->n);

	bytes_init(&all, EVENT_JSON_MAX);
	for (size_t i = 0; r == 0 && i < list->n; i++) {
		const struct json_node *value = node_walk_next(&walk, NULL);

		r = wire_fields_read(scan, value, entry_fields, WIRE_COUNT(entry_fields), &list->entries[i]);
		if (r == 0)
			r = read_texts(scan, value, &all);
	}
	list->texts = all.data; // the list is the owner now, whatever happens
	if (r == 0)
		point(list);
	return r == -EMSGSIZE ? wire_bad(scan, "entries", "too large") : r;
}

static int read_list(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	int r = wire_fields_read(scan, data, list_fields, WIRE_COUNT(list_fields), &event->u.audit_list);

	return r < 0 ? r : read_entries(scan, data, &event->u.audit_list);
}

const struct wire_payload wire_payload_audit_list = { write_list, read_list, false };

// ---- the check

static const struct wire_field check_fields[] = {
	{ "state", WIRE_KIND_WORD, WIRE_AT(struct audit_check, state), .words = &wire_audit_checks, .is_needed = true },
	{ "n_checked", WIRE_KIND_U64, WIRE_AT(struct audit_check, n_checked) },
	{ "n_signed", WIRE_KIND_U64, WIRE_AT(struct audit_check, n_signed) },
	{ "n_records", WIRE_KIND_U64, WIRE_AT(struct audit_check, n_records) },
	{ "at_ms", WIRE_KIND_I64, WIRE_AT(struct audit_check, at_ms) },
	{ "why", WIRE_KIND_TEXT, WIRE_AT(struct audit_check, why) },
};

static void write_check(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, check_fields, WIRE_COUNT(check_fields), &event->u.audit_check);
}

static int read_check(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	return wire_fields_read(scan, data, check_fields, WIRE_COUNT(check_fields), &event->u.audit_check);
}

const struct wire_payload wire_payload_audit_check = { write_check, read_check, false };

// ---- one record's hash

static const struct wire_field head_fields[] = {
	{ "seq", WIRE_KIND_U64, WIRE_AT(struct event, u.audit_head.seq), .is_needed = true },
	{ "hash", WIRE_KIND_CHARS, WIRE_AT(struct event, u.audit_head.hash), .size = PLAN_HASH_HEX + 1 },
	{ "why", WIRE_KIND_TEXT, WIRE_AT(struct event, u.audit_head.why) },
	{ "is_newest", WIRE_KIND_BOOL, WIRE_AT(struct event, u.audit_head.is_newest) },
};

static void write_head(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, head_fields, WIRE_COUNT(head_fields), event);
}

static int read_head(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	return wire_fields_read(scan, data, head_fields, WIRE_COUNT(head_fields), event);
}

const struct wire_payload wire_payload_audit_head = { write_head, read_head, false };
