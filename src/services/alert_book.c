// SPDX-License-Identifier: Apache-2.0
#include "services/alert_book.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "services/alerts.h"
#include "text/text.h"

static void free_texts(struct alert_entry *entry)
{
	mem_free((char *)entry->alert.rule);
	mem_free((char *)entry->alert.summary);
	mem_free((char *)entry->alert.by);
	mem_free((char *)entry->alert.note);
}

static void free_entry(struct alert_book *book, struct alert_entry *entry)
{
	deadlines_set(&book->snoozes, &entry->snooze, DEADLINE_NEVER);
	HASH_DEL(book->entries, entry);
	free_texts(entry);
	mem_free(entry);
}

void alert_book_finish(struct alert_book *book)
{
	struct alert_entry *entry, *next;

	HASH_ITER(hh, book->entries, entry, next)
		free_entry(book, entry);
	deadlines_finish(&book->snoozes);
}

static bool copy_text(const char **to, const char *from)
{
	*to = mem_strdup(from);
	return *to != NULL;
}

static void tell(struct alert_book *book, const struct alert_entry *entry, struct instant now)
{
	struct event *event = event_new(EVENT_ALERT, now.wall_ms, entry->alert.agent);
	struct alert *copy;
	bool is_whole;

	if (!event)
		return;
	copy = &event->u.alert;
	*copy = entry->alert;
	is_whole = copy_text(&copy->rule, entry->alert.rule);
	is_whole &= copy_text(&copy->summary, entry->alert.summary);
	is_whole &= copy_text(&copy->by, entry->alert.by);
	is_whole &= copy_text(&copy->note, entry->alert.note);
	if (is_whole)
		event_emit(&book->sink, event);
	else
		event_unref(event);
}

static bool fill(struct alert_entry *entry, const struct alert_terms *terms, struct instant now)
{
	const struct alert *before = terms->before;
	bool is_whole;

	entry->alert = (struct alert){
		.agent = terms->agent,
		.n_agents = terms->n_agents,
		.severity = terms->severity,
		.state = ALERT_ACTIVE,
		.value = terms->value,
		.since_ms = now.wall_ms,
		.updated_ms = now.wall_ms,
	};
	entry->snooze.owner = entry;
	is_whole = copy_text(&entry->alert.rule, terms->rule);
	is_whole &= copy_text(&entry->alert.summary, terms->summary);
	is_whole &= copy_text(&entry->alert.by, before ? before->by : "");
	is_whole &= copy_text(&entry->alert.note, before ? before->note : "");
	if (before) {
		entry->alert.state = before->state;
		entry->alert.since_ms = before->since_ms;
		entry->alert.snoozed_until_ms = before->snoozed_until_ms;
	}
	return is_whole;
}

static int add_entry(struct alert_book *book, struct alert_entry *entry)
{
	int error = deadlines_reserve(&book->snoozes, HASH_COUNT(book->entries) + 1);

	if (error < 0)
		return error;
	HASH_ADD(hh, book->entries, alert.id, sizeof entry->alert.id, entry);
	return TABLE_ADD_FAILED(entry) ? -ENOMEM : 0;
}

void alert_book_raise(struct alert_book *book, const struct alert_terms *terms, struct alert_entry **slot,
		      struct instant now)
{
	struct alert_entry *entry = mem_calloc(1, sizeof *entry);
	bool is_whole;

	*slot = NULL;
	if (!entry)
		return;
	is_whole = fill(entry, terms, now);
	entry->alert.id = book->last_id + 1;
	if (!is_whole || add_entry(book, entry) < 0) {
		free_texts(entry);
		mem_free(entry);
		return;
	}
	book->last_id++;
	book->n_open++;
	if (entry->alert.state == ALERT_SNOOZED)
		deadlines_set(&book->snoozes, &entry->snooze,
			      now.mono_ms + (entry->alert.snoozed_until_ms - now.wall_ms));
	*slot = entry;
	tell(book, entry, now);
}

static void forget_oldest(struct alert_book *book)
{
	struct alert_entry *oldest = book->resolved;

	DL_DELETE(book->resolved, oldest);
	book->n_resolved--;
	free_entry(book, oldest);
}

void alert_book_resolve(struct alert_book *book, struct alert_entry *entry, struct instant now)
{
	entry->alert.state = ALERT_RESOLVED;
	entry->alert.resolved_ms = entry->alert.updated_ms = now.wall_ms;
	entry->alert.snoozed_until_ms = 0;
	deadlines_set(&book->snoozes, &entry->snooze, DEADLINE_NEVER);
	book->n_open--;
	DL_APPEND(book->resolved, entry);
	if (++book->n_resolved > ALERTS_RESOLVED_MAX)
		forget_oldest(book);
	tell(book, entry, now);
}

void alert_book_update(struct alert_book *book, struct alert_entry *entry, const char *summary, uint32_t n_agents,
		       struct instant now)
{
	char *text = summary ? mem_strdup(summary) : NULL;

	if (text) {
		mem_free((char *)entry->alert.summary);
		entry->alert.summary = text;
	}
	entry->alert.n_agents = n_agents;
	entry->alert.updated_ms = now.wall_ms;
	tell(book, entry, now);
}

// ---- what people do

static int set_text(const char **field, const char *text)
{
	char *copy = mem_strdup(text ? text : "");

	if (!copy)
		return -ENOMEM;
	mem_free((char *)*field);
	*field = copy;
	return 0;
}

static int take_note(struct alert_entry *entry, const struct request *request)
{
	return request->text && *request->text ? set_text(&entry->alert.note, request->text) : 0;
}

static int acknowledge(struct alert_book *book, struct alert_entry *entry, const struct request *request)
{
	if (entry->alert.state == ALERT_ACKNOWLEDGED)
		return -EALREADY;
	if (set_text(&entry->alert.by, request->who) < 0 || take_note(entry, request) < 0)
		return -ENOMEM;
	entry->alert.state = ALERT_ACKNOWLEDGED;
	entry->alert.snoozed_until_ms = 0;
	deadlines_set(&book->snoozes, &entry->snooze, DEADLINE_NEVER);
	return 0;
}

static int activate(struct alert_book *book, struct alert_entry *entry)
{
	if (entry->alert.state == ALERT_ACTIVE)
		return -EALREADY;
	if (set_text(&entry->alert.by, "") < 0)
		return -ENOMEM;
	entry->alert.state = ALERT_ACTIVE;
	entry->alert.snoozed_until_ms = 0;
	deadlines_set(&book->snoozes, &entry->snooze, DEADLINE_NEVER);
	return 0;
}

static int snooze(struct alert_book *book, struct alert_entry *entry, const struct request *request, struct instant now)
{
	if (request->until_ms <= now.wall_ms)
		return -EINVAL;
	if (set_text(&entry->alert.by, request->who) < 0 || take_note(entry, request) < 0)
		return -ENOMEM;
	entry->alert.state = ALERT_SNOOZED;
	entry->alert.snoozed_until_ms = request->until_ms;
	deadlines_set(&book->snoozes, &entry->snooze, now.mono_ms + (request->until_ms - now.wall_ms));
	return 0;
}

static int apply(struct alert_book *book, struct alert_entry *entry, const struct request *request, struct instant now)
{
	if (request->type == REQUEST_ALERT_NOTE)
		return set_text(&entry->alert.note, request->text);
	if (entry->alert.state == ALERT_RESOLVED)
		return -ESTALE;
	switch (request->type) {
	case REQUEST_ALERT_ACK:
		return acknowledge(book, entry, request);
	case REQUEST_ALERT_UNACK:
		return activate(book, entry);
	case REQUEST_ALERT_SNOOZE:
		return snooze(book, entry, request, now);
	default:
		return -EINVAL;
	}
}

static const char *done(enum request_type type)
{
	switch (type) {
	case REQUEST_ALERT_ACK:
		return "acknowledged";
	case REQUEST_ALERT_UNACK:
		return "reopened";
	case REQUEST_ALERT_SNOOZE:
		return "snoozed";
	default:
		return "noted on";
	}
}

static void tell_action(struct alert_book *book, const struct alert_entry *entry, const struct request *request,
			struct instant now)
{
	struct event *event = event_new(EVENT_ACTION, now.wall_ms, entry->alert.agent);
	char title[300];
	bool is_whole;

	if (!event)
		return;
	snprintf(title, sizeof title, "%s %s", done(request->type), entry->alert.rule);
	text_trim(title);
	event->u.action.type = ACTION_UPDATE;
	event->u.action.alert = entry->alert.id;
	is_whole = copy_text(&event->u.action.who, request->who ? request->who : "");
	is_whole &= copy_text(&event->u.action.title, title);
	is_whole &= copy_text(&event->u.action.text, request->text ? request->text : "");
	if (is_whole)
		event_emit(&book->sink, event);
	else
		event_unref(event);
}

int alert_book_request(struct alert_book *book, const struct request *request, struct instant now)
{
	struct alert_entry *entry;
	int error;

	HASH_FIND(hh, book->entries, &request->alert, sizeof request->alert, entry);
	if (!entry)
		return -ENOENT;
	error = apply(book, entry, request, now);
	if (error < 0)
		return error;
	entry->alert.updated_ms = now.wall_ms;
	tell(book, entry, now);
	tell_action(book, entry, request, now);
	return 0;
}

void alert_book_tick(struct alert_book *book, struct instant now)
{
	struct deadline *due;

	while ((due = deadlines_pop(&book->snoozes, now.mono_ms))) {
		struct alert_entry *entry = due->owner;

		entry->alert.state = ALERT_ACTIVE;
		entry->alert.snoozed_until_ms = 0;
		entry->alert.updated_ms = now.wall_ms;
		tell(book, entry, now);
	}
}

const struct alert_entry *alert_book_get(const struct alert_book *book, uint32_t id)
{
	struct alert_entry *entry;

	HASH_FIND(hh, book->entries, &id, sizeof id, entry);
	return entry;
}
