// SPDX-License-Identifier: Apache-2.0
/* Operations that other processes run: told as their journals have them, and spoken to by a word beside those; and
 * once, at the start, those that were over by then. What a process leaves half done while this one looks on is taken
 * over as at a start: provisioning_recover.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "operations/journal_watch.h"
#include "services/provisioning_internal.h"

enum { LOOK_EVERY_MS = 2000, TAKEN_WITHIN_MS = 10000 };

struct other {
	struct other *next; // provisioning_engine::others
	char id[OPERATION_ID_MAX];
	uint32_t no;
	enum operation_state state;
	int64_t asked_ms; // mono: a word was put there; 0: none is waited for
};

static struct other *find_id(const struct provisioning_engine *engine, const char *id)
{
	struct other *other;

	LL_FOREACH(engine->others, other)
		if (strcmp(other->id, id) == 0)
			return other;
	return NULL;
}

static struct other *find_no(const struct provisioning_engine *engine, uint32_t no)
{
	struct other *other;

	LL_FOREACH(engine->others, other)
		if (other->no == no)
			return other;
	return NULL;
}

static struct other *find_or_add(struct provisioning_engine *engine, const char *id)
{
	struct other *other = find_id(engine, id);

	if (other)
		return other;
	other = mem_calloc(1, sizeof *other);
	if (!other)
		return NULL;
	snprintf(other->id, sizeof other->id, "%s", id);
	other->no = ++engine->last_no;
	LL_PREPEND(engine->others, other);
	return other;
}

uint32_t others_forget(struct provisioning_engine *engine, const char *id)
{
	struct other *other = find_id(engine, id);
	uint32_t no = other ? other->no : 0;

	if (other)
		LL_DELETE(engine->others, other);
	mem_free(other);
	return no;
}

uint32_t others_no(const struct provisioning_engine *engine, const char *id)
{
	const struct other *other = find_id(engine, id);

	return other ? other->no : 0;
}

static void tell(struct provisioning_engine *engine, struct journal_story *story, bool is_restated, struct instant now)
{
	struct other *other = find_or_add(engine, story->id);
	struct operation *operation = story->operation;
	struct event *event = other ? event_new(EVENT_OPERATION, now.wall_ms, 0) : NULL;

	if (!event)
		return;
	recover_renumber(engine, operation->plan);
	operation->no = other->no;
	((struct plan *)operation->plan)->no = other->no; // it was read just now, and nobody else has it
	other->state = operation->state;
	event->is_restated = is_restated;
	event->u.operation = operation_ref(operation);
	event_emit(&engine->sink, event);
	if (operation_is_over(operation->state))
		others_forget(engine, story->id);
}

// What was over before this process began is history, unless it was seen when it was not.
void others_take(struct provisioning_engine *engine, struct journal_story *story, bool is_first, struct instant now)
{
	if (!story->operation)
		return;
	if (is_first && operation_is_over(story->operation->state) && !find_id(engine, story->id))
		return;
	tell(engine, story, false, now);
}

// ---- history

static bool is_history(const struct journal_story *story)
{
	return story->operation && operation_is_over(story->operation->state);
}

static size_t n_history_targets(const struct journal_story *story)
{
	return is_history(story) ? story->operation->plan->n_targets : 0;
}

static bool fits(const struct journal_story *story, size_t n_targets)
{
	return n_targets + n_history_targets(story) <= ENGINE_HISTORY_TARGETS;
}

// The newest ones, as far as they may be told; their plans stay in memory here and with each console.
static size_t history_end(const struct journal_list *list)
{
	size_t n = 0, n_targets = 0, i = 0;

	for (; i < list->n && n < ENGINE_HISTORY && fits(&list->stories[i], n_targets); i++) {
		n_targets += n_history_targets(&list->stories[i]);
		n += is_history(&list->stories[i]);
	}
	return i;
}

// The oldest first, as if they were told when they ended; it is no news.
static void tell_history(struct provisioning_engine *engine, const struct journal_list *list, struct instant now)
{
	for (size_t i = history_end(list); i-- > 0;)
		if (is_history(&list->stories[i]))
			tell(engine, &list->stories[i], true, now);
	engine->has_history = true;
}

// ---- looking

static void on_seen(void *ctx, int error, struct journal_list *list, bool is_first)
{
	struct provisioning_engine *engine = ctx;
	struct instant now = engine_now(engine);

	engine->others_at_ms = now.mono_ms + LOOK_EVERY_MS;
	if (error < 0 && !engine->has_learned)
		engine_notice(engine, 0, SEVERITY_WARNING, "what was left by others cannot be read",
			      strerrordesc_np(-error));
	if (error == 0 && !engine->has_history)
		tell_history(engine, list, now);
	for (size_t i = 0; i < list->n; i++)
		recover_story(engine, &list->stories[i], is_first, now);
	engine->has_learned = true;
	recover_go_on(engine, now);
	engine_settle(engine, now);
}

static void on_taken(void *ctx, const char *id, int error)
{
	struct provisioning_engine *engine = ctx;
	char text[ENGINE_ERROR_MAX];

	if (error == 0)
		return;
	snprintf(text, sizeof text, "%s: %s", id,
		 error == -ETIMEDOUT ? "the process that runs it does not answer" : strerrordesc_np(-error));
	engine_notice(engine, 0, SEVERITY_WARNING, "refused", text);
	engine_settle(engine, engine_now(engine));
}

static void look_for_answers(struct provisioning_engine *engine, struct instant now)
{
	struct other *other;

	LL_FOREACH(engine->others, other) {
		if (!other->asked_ms || now.mono_ms - other->asked_ms < TAKEN_WITHIN_MS)
			continue;
		if (journal_watch_unsay(engine->watch, other->id, on_taken, engine) == 0)
			other->asked_ms = 0;
	}
}

void others_tick(struct provisioning_engine *engine, struct instant now)
{
	if (!engine->watch || now.mono_ms < engine->others_at_ms)
		return;
	engine->others_at_ms = now.mono_ms + LOOK_EVERY_MS; // also when there is no memory for it
	journal_watch_look(engine->watch, now.wall_ms, on_seen, engine);
	look_for_answers(engine, now);
}

// ---- speaking

static int ask(struct provisioning_engine *engine, struct other *other, enum journal_control what, const char *who,
	       struct instant now)
{
	int r = journal_watch_say(engine->watch, other->id, what, who, on_taken, engine);

	if (r == 0)
		other->asked_ms = now.mono_ms;
	return r;
}

int others_ask(struct provisioning_engine *engine, uint32_t no, enum journal_control what, const char *who,
	       struct instant now)
{
	struct other *other = find_no(engine, no);

	return other ? ask(engine, other, what, who, now) : -ENOENT;
}

int others_pause_all(struct provisioning_engine *engine, const char *who, struct instant now)
{
	struct other *other;
	int r = -EALREADY;

	LL_FOREACH(engine->others, other)
		if (other->state != OPERATION_PAUSED && ask(engine, other, JOURNAL_PAUSE, who, now) == 0)
			r = 0;
	return r;
}

void others_finish(struct provisioning_engine *engine)
{
	struct other *other;

	if (engine->watch)
		journal_watch_forget(engine->watch);
	while ((other = engine->others)) {
		engine->others = other->next;
		mem_free(other);
	}
}
