// SPDX-License-Identifier: Apache-2.0
/* What is known of each agent's life. The recorded state is as our own operations left it, the observed one as its
 * driver saw it last; where they differ both are told.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/container_of.h"
#include "base/memory.h"
#include "services/provisioning_internal.h"

enum { LOCKS_EVERY_MS = 2000, LOCKS_AT_ONCE = 128, LOCK_ANEW_MS = 5 };

static const struct operation_params no_params = { .version = "", .patch = "", .reason = "" };

struct life *life_of(const struct provisioning_engine *engine, uint32_t id)
{
	struct life *life;

	HASH_FIND(hid, engine->lives_by_id, &id, sizeof id, life);
	return life;
}

void life_touch(struct life *life)
{
	if (!life->is_dirty)
		LL_PREPEND(life->engine->dirty, life);
	life->is_dirty = true;
}

static struct life *life_create(struct provisioning_engine *engine, const char *key)
{
	struct life *life = mem_calloc(1, sizeof *life);

	if (!life)
		return NULL;
	life->engine = engine;
	life->key = mem_strdup(key);
	life->public = (struct agent_lifecycle){
		.driver = "",
		.version = life->sight.version,
		.previous = life->sight.previous,
		.instance = life->sight.instance,
		.holder = life->holder,
	};
	if (life->key)
		HASH_ADD_KEYPTR(hh, engine->lives, life->key, strlen(life->key), life);
	if (!life->key || TABLE_ADD_FAILED(life)) {
		mem_free(life->key);
		mem_free(life);
		return NULL;
	}
	return life;
}

struct life *life_of_key(struct provisioning_engine *engine, const char *key)
{
	struct life *life;

	HASH_FIND_STR(engine->lives, key, life);
	return life ? life : life_create(engine, key);
}

// ---- who there is

static void lose(struct provisioning_engine *engine, uint32_t id)
{
	struct life *life = life_of(engine, id);

	if (!life)
		return;
	call_cancel(&life->look);
	outside_forget(life);
	HASH_DELETE(hid, engine->lives_by_id, life);
	life->id = 0;
}

static void set_overlay(const struct life *life, bool is_operated)
{
	const struct engine_world *world = &life->engine->world;

	if (life->id)
		world->overlay(world->ctx, life->id, is_operated);
}

// Whose operation waits, or is through with it, is judged like any other.
void life_worked(struct life *life, bool is_worked)
{
	if (life->is_worked != is_worked)
		set_overlay(life, is_worked);
	if (life->is_worked && !is_worked)
		life->worked_ms = engine_now(life->engine).wall_ms;
	life->is_worked = is_worked;
}

static const char *driver_name(const struct driver *driver)
{
	return driver ? driver->class->name : "";
}

void provisioning_engine_agent(struct provisioning_engine *engine, const struct agent *agent, bool is_gone,
			       struct instant now)
{
	struct driver *driver = is_gone ? NULL : engine->world.driver(engine->world.ctx, agent);
	struct life *life = driver ? life_of_key(engine, agent->key) : life_of(engine, agent->id);

	if (is_gone)
		lose(engine, agent->id);
	if (is_gone || !life)
		return;
	if (life->id != agent->id) {
		if (life->id)
			lose(engine, life->id);
		life->id = agent->id;
		HASH_ADD(hid, engine->lives_by_id, id, sizeof life->id, life);
		if (life->hid.tbl == NULL) { // nothing can be told of it by its number
			life->id = 0;
			return;
		}
	}
	life->public.driver = driver_name(driver);
	life->public.verbs = driver ? driver->class->verbs(driver, agent) : 0;
	if (life->is_worked || (!life->op && life->holder[0]))
		set_overlay(life, true);
	if (life->lease && life->lease->is_held)
		leases_touch(engine->leases, life->lease);
	life_touch(life);
	engine_settle(engine, now);
}

const struct agent_lifecycle *provisioning_engine_lifecycle(const struct provisioning_engine *engine, uint32_t agent)
{
	const struct life *life = life_of(engine, agent);

	return life ? &life->public : NULL;
}

// ---- what becomes of them

static bool is_same_sight(const struct driver_sight *a, const struct driver_sight *b)
{
	return a->exists == b->exists && a->state == b->state && strcmp(a->version, b->version) == 0 &&
	       strcmp(a->previous, b->previous) == 0 && strcmp(a->instance, b->instance) == 0;
}

void life_seen(struct life *life, const struct driver_sight *sight, struct instant now)
{
	if (!life->has_sight || !is_same_sight(&life->sight, sight))
		life_touch(life);
	life->sight = *sight;
	life->has_sight = true;
	life->public.is_observed = true;
	life->public.observed = sight->exists ? sight->state : LIFECYCLE_DRAFT;
	life->public.observed_at_ms = now.wall_ms;
	if (!life->op && !life->public.is_recorded)
		life->public.provisioning = proof_provisioning_after(life->public.observed);
}

// Of an operation that was left it is no process that holds the agent: it waits for a person.
void life_name_holder(struct life *life)
{
	const struct op *op = life->op;

	life->public.is_interrupted = op && op->is_left;
	snprintf(life->holder, sizeof life->holder, "%s", !op ? "" : op->is_left ? op->id : op->holder);
	life_touch(life);
}

void life_operated(struct life *life, struct op *op, enum provisioning status)
{
	if (!life->op && life->holder[0]) // of another process, which is over
		set_overlay(life, false);
	life->op = op;
	life->public.operation = op ? op->no : 0;
	life->public.provisioning = status;
	life_name_holder(life);
}

void life_recorded(struct life *life, enum lifecycle state, enum provisioning status)
{
	life->public.is_recorded = true;
	life->public.recorded = state;
	life->public.provisioning = status;
	life_touch(life);
}

void life_held(struct life *life, const char *holder)
{
	if (life->op || strcmp(life->holder, holder) == 0)
		return;
	if (!life->holder[0] != !holder[0])
		set_overlay(life, holder[0]);
	snprintf(life->holder, sizeof life->holder, "%s", holder);
	life_touch(life);
}

// ---- looking

static void on_seen(struct call *call, const struct driver_answer *answer)
{
	struct life *life = container_of(call, struct life, look);
	struct provisioning_engine *engine = life->engine;
	struct instant now = engine_now(engine);
	char text[ENGINE_ERROR_MAX];

	if (answer->has_sight) {
		life_seen(life, &answer->sight, now);
		life_touch(life); // somebody asked: an answer is news, also when it is the same
	} else {
		snprintf(text, sizeof text, "%s: %s", life->public.driver, answer->detail);
		engine_notice(engine, life->id, SEVERITY_WARNING, "it cannot be said how it stands", text);
	}
	engine_settle(engine, now);
}

void life_look_at_lock_again(struct life *life, struct instant now)
{
	if (now.mono_ms < life->lock_anew_ms)
		return;
	life->lock_anew_ms = now.mono_ms + LOCK_ANEW_MS;
	life_look_at_lock(life);
}

void life_look_at_lock(struct life *life)
{
	struct provisioning_engine *engine = life->engine;
	char holder[LOCK_HOLDER_MAX];
	int r;

	if (!engine->locks_dir || life->op)
		return;
	r = lock_look(engine->locks_dir, life->key, holder);
	if (r >= 0)
		life_held(life, r > 0 ? holder : "");
}

int lives_observe(struct provisioning_engine *engine, uint32_t id, struct instant now)
{
	const struct agent *agent = engine->world.agent(engine->world.ctx, id);
	struct life *life = life_of(engine, id);

	if (!agent)
		return -ENOENT;
	if (!life || !life->public.driver[0])
		return -ENOTSUP;
	life_look_at_lock(life);
	if (call_is_under_way(&life->look))
		return 0;
	return call_look(&engine->calls, &life->look, agent, &no_params, ENGINE_OBSERVE_MS, on_seen, now);
}

// Other consoles come and go: a few agents each time, so that a large fleet costs no more than a small one.
void lives_look_at_locks(struct provisioning_engine *engine, struct instant now)
{
	struct life *life;

	if (!engine->locks_dir || now.mono_ms < engine->locks_at_ms)
		return;
	engine->locks_at_ms = now.mono_ms + LOCKS_EVERY_MS;
	for (size_t i = 0; i < LOCKS_AT_ONCE && i < HASH_CNT(hh, engine->lives); i++) {
		life = engine->next_to_look ? engine->next_to_look : engine->lives;
		life_look_at_lock(life);
		engine->next_to_look = life->hh.next;
	}
}

// ---- telling

static bool tell(struct provisioning_engine *engine, const struct life *life, struct instant now)
{
	struct event *event = event_new(EVENT_LIFECYCLE, now.wall_ms, life->id);
	struct agent_lifecycle *to;

	if (!event)
		return false;
	to = &event->u.lifecycle;
	*to = life->public;
	to->driver = mem_strdup(life->public.driver);
	to->version = mem_strdup(life->public.version);
	to->previous = mem_strdup(life->public.previous);
	to->instance = mem_strdup(life->public.instance);
	to->holder = mem_strdup(life->public.holder);
	event_emit(&engine->sink, event);
	return true;
}

void lives_tell(struct provisioning_engine *engine, struct instant now)
{
	struct life *dirty = engine->dirty, *life;

	engine->dirty = NULL;
	while ((life = dirty)) {
		dirty = life->next;
		life->is_dirty = false;
		if (life->id && !tell(engine, life, now))
			life_touch(life); // the next time
	}
}

void lives_finish(struct provisioning_engine *engine)
{
	struct life *life = engine->lives, *next;

	HASH_CLEAR(hid, engine->lives_by_id);
	HASH_CLEAR(hh, engine->lives); // which leaves their order
	for (; life; life = next) {
		next = life->hh.next;
		call_cancel(&life->look);
		outside_forget(life);
		mem_free(life->key);
		mem_free(life);
	}
}
