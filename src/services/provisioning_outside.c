// SPDX-License-Identifier: Apache-2.0
/* What happens to a target outside of any step: somebody's doing, or nobody's. It is told on the timeline, and looked
 * at.
 *
 * While a step is carried out what happens is that step's, and its answer says what has come of it; only what no step
 * asks for is told then. While an operation waits for its targets to be well, nothing is done to them: what happens
 * then is a line of its output. What another process operates on is that process' to tell.
 */
#include <stdio.h>

#include "base/memory.h"
#include "services/provisioning_internal.h"
#include "text/text.h"

struct glance {
	struct call call; // first
	struct life *life;
};

static const struct operation_params no_params = { .version = "", .patch = "", .reason = "" };

// ---- what is told

static void tell(void *ctx, const struct happening_item *item)
{
	struct provisioning_engine *engine = ctx;
	const struct agent *agent = item->agent ? engine->world.agent(engine->world.ctx, item->agent) : NULL;
	struct event *event = event_new(EVENT_NOTICE, item->at_ms, item->agent);
	char title[HAPPENINGS_TEXT_MAX * 2], text[HAPPENINGS_TEXT_MAX * 2];

	if (!event)
		return;
	snprintf(title, sizeof title, "%.*s%s%s", agent ? text_fit(agent->name, HAPPENINGS_TEXT_MAX) : 0,
		 agent ? agent->name : "", agent ? " " : "", item->title);
	if (agent && agent->driver && agent->control_target)
		snprintf(text, sizeof text, "%s%s%s: %s", item->text, item->text[0] ? "; " : "", agent->driver,
			 agent->control_target);
	else
		snprintf(text, sizeof text, "%s", item->text);
	event->u.notice.severity = item->severity;
	event->u.notice.type = item->type;
	event->u.notice.title = mem_strdup(text_trim(title));
	event->u.notice.text = mem_strdup(text_trim(text));
	event_emit(&engine->sink, event);
}

static const char *name_of(void *ctx, uint32_t id)
{
	const struct provisioning_engine *engine = ctx;
	const struct agent *agent = engine->world.agent(engine->world.ctx, id);

	return agent ? agent->name : NULL;
}

// ---- what is looked at

static void on_glanced(struct call *call, const struct driver_answer *answer)
{
	struct life *life = ((struct glance *)call)->life;
	struct instant now = engine_now(life->engine);

	if (answer->has_sight && !life->is_worked)
		life_seen(life, &answer->sight, now);
	engine_settle(life->engine, now);
}

// Where it cannot be looked at the probe alone tells.
static void glance_at(struct life *life, const struct agent *agent)
{
	struct provisioning_engine *engine = life->engine;

	if (!life->glance)
		life->glance = mem_calloc(1, sizeof *life->glance);
	if (!life->glance || call_is_under_way(&life->glance->call))
		return;
	life->glance->life = life;
	(void)call_look(&engine->calls, &life->glance->call, agent, &no_params, ENGINE_OBSERVE_MS, on_glanced,
			engine_now(engine));
}

static void look(void *ctx, uint32_t id)
{
	struct provisioning_engine *engine = ctx;
	const struct agent *agent = engine->world.agent(engine->world.ctx, id);
	struct life *life = life_of(engine, id);

	if (agent && life && !life->is_worked) {
		engine->world.probe(engine->world.ctx, id);
		glance_at(life, agent);
	}
}

void outside_forget(struct life *life)
{
	if (life->id)
		happenings_forget(&life->engine->happenings, life->id);
	if (life->glance)
		call_cancel(&life->glance->call);
	mem_free(life->glance);
	life->glance = NULL;
}

void outside_init(struct provisioning_engine *engine)
{
	const struct happenings_sink sink = { .tell = tell, .look = look, .name = name_of, .ctx = engine };

	happenings_init(&engine->happenings, &sink);
}

// ---- whose doing it is

static struct target *target_of(const struct life *life)
{
	struct op *op = life->op;
	size_t i;

	for (i = 0; op && i < op->plan->n_targets && op->targets[i].life != life; i++)
		;
	return op && i < op->plan->n_targets ? &op->targets[i] : NULL;
}

static bool is_asked_by_none(const struct driver_news *news)
{
	return news->what == HAPPENED_OUT_OF_MEMORY || news->what == HAPPENED_CHECKED;
}

static void tell_operation(const struct life *life, const struct driver_news *news)
{
	struct target *target = target_of(life);
	char words[HAPPENINGS_TEXT_MAX];

	if (!target || (target->phase != PHASE_VERIFYING && !is_asked_by_none(news)))
		return;
	happening_words(news, words, sizeof words);
	op_output(life->op, target, words);
}

// What the last step did may be heard of when it is over.
static bool is_late(const struct life *life, const struct driver_news *news)
{
	return life->worked_ms && news->at_ms && news->at_ms <= life->worked_ms;
}

void provisioning_engine_happened(struct provisioning_engine *engine, const struct driver_news *news,
				  struct instant now)
{
	struct life *life = life_of(engine, news->agent);

	if (!life)
		return;
	life_look_at_lock_again(life, now);
	if (life->op && life->is_worked)
		tell_operation(life, news);
	else if (!is_late(life, news) && (life->op || !life->holder[0]))
		(void)happenings_take(&engine->happenings, news, now); // short of memory the probes tell
	engine_settle(engine, now);
}
