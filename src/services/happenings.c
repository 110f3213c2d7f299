// SPDX-License-Identifier: Apache-2.0
#include "services/happenings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "services/happening_words.h"
#include "text/text.h"

void happenings_init(struct happenings *happenings, const struct happenings_sink *sink)
{
	*happenings = (struct happenings){ .sink = *sink };
}

static void let_go(struct happenings *happenings, struct happening_agent *agent)
{
	deadlines_set(&happenings->deadlines, &agent->due, DEADLINE_NEVER);
	HASH_DEL(happenings->agents, agent);
	mem_free(agent);
}

void happenings_finish(struct happenings *happenings)
{
	while (happenings->agents)
		let_go(happenings, happenings->agents);
	deadlines_finish(&happenings->deadlines);
}

static struct happening_agent *find(const struct happenings *happenings, uint32_t id)
{
	struct happening_agent *agent;

	HASH_FIND(hh, happenings->agents, &id, sizeof id, agent);
	return agent;
}

void happenings_forget(struct happenings *happenings, uint32_t id)
{
	struct happening_agent *agent = find(happenings, id);

	if (agent)
		let_go(happenings, agent);
}

static struct happening_agent *add(struct happenings *happenings, uint32_t id, struct instant now)
{
	struct happening_agent *agent = NULL;

	if (deadlines_reserve(&happenings->deadlines, HASH_COUNT(happenings->agents) + 1) == 0)
		agent = mem_calloc(1, sizeof *agent);
	if (!agent)
		return NULL;
	agent->agent = id;
	agent->due = (struct deadline){ .at_ms = DEADLINE_NEVER, .owner = agent };
	agent->window_ms = agent->look_ms = now.mono_ms;
	HASH_ADD(hh, happenings->agents, agent, sizeof agent->agent, agent);
	if (TABLE_ADD_FAILED(agent)) {
		mem_free(agent);
		return NULL;
	}
	return agent;
}

// ---- when something is due

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t group_due_ms(const struct happening_group *group)
{
	if (!group->kinds)
		return DEADLINE_NEVER;
	if (group->is_down && group->ended_ms)
		return group->ended_ms + HAPPENINGS_END_MS;
	// Podman says so first; and what a signal does may take its time.
	if (!group->is_up && (group->kinds & 1U << HAPPENED_RESTARTED || group->kinds == 1U << HAPPENED_SIGNALLED))
		return group->began_ms + HAPPENINGS_END_MS;
	return earlier(group->last_ms + HAPPENINGS_SETTLE_MS, group->began_ms + HAPPENINGS_LONGEST_MS);
}

static int64_t look_due_ms(const struct happenings *happenings, const struct happening_agent *agent)
{
	if (!agent->wants_look)
		return DEADLINE_NEVER;
	return agent->look_ms > happenings->look_ms ? agent->look_ms : happenings->look_ms;
}

// Who is gone is not held up for long; who dies again and again, longer and longer.
static int64_t hurry_due_ms(const struct happening_agent *agent)
{
	if (agent->sum.wants == HAPPENING_WAITS)
		return DEADLINE_NEVER;
	if (agent->sum.wants == HAPPENING_GONE && agent->pace_ms)
		return agent->hurried_ms + HAPPENINGS_GONE_MS;
	return agent->hurried_ms + agent->pace_ms;
}

static void set_due(struct happenings *happenings, struct happening_agent *agent)
{
	int64_t at_ms = earlier(group_due_ms(&agent->group), look_due_ms(happenings, agent));

	if (agent->sum.n_groups || agent->is_looping)
		at_ms = earlier(at_ms, agent->window_ms);
	at_ms = earlier(at_ms, hurry_due_ms(agent));
	deadlines_set(&happenings->deadlines, &agent->due, at_ms);
}

static bool has_crowd(const struct happenings *happenings)
{
	return happenings->crowd.n_agents > 0;
}

int64_t happenings_deadline(const struct happenings *happenings)
{
	const int64_t at_ms = deadlines_next(&happenings->deadlines);

	return has_crowd(happenings) ? earlier(at_ms, happenings->crowd_ms) : at_ms;
}

// ---- the crowd

static void join_crowd(struct happenings *happenings, struct happening_agent *agent,
		       const struct happening_phrase *phrase)
{
	if (agent->joined_ms != happenings->crowd_ms)
		agent->joined_for = 0;
	agent->joined_ms = happenings->crowd_ms;
	happening_crowd_join(&happenings->crowd, phrase, &agent->joined_for,
			     happenings->sink.name(happenings->sink.ctx, agent->agent));
}

static void tell_crowd(struct happenings *happenings)
{
	struct happening_phrase phrase;
	struct happening_item item;

	happening_crowd_leave(&happenings->crowd, &phrase);
	item = (struct happening_item){
		.at_ms = phrase.at_ms,
		.type = phrase.type,
		.severity = phrase.severity,
		.title = phrase.title,
		.text = phrase.text,
	};
	happenings->sink.tell(happenings->sink.ctx, &item);
}

static void tell(struct happenings *happenings, struct happening_agent *agent, const struct happening_phrase *phrase,
		 struct instant now)
{
	const struct happening_item item = {
		.agent = agent->agent,
		.at_ms = phrase->at_ms > 0 && phrase->at_ms < now.wall_ms ? phrase->at_ms : now.wall_ms,
		.type = phrase->type,
		.severity = phrase->severity,
		.title = phrase->title,
		.text = phrase->text,
	};

	if (!has_crowd(happenings) && now.mono_ms >= happenings->crowd_ms) {
		happenings->crowd_ms = now.mono_ms + HAPPENINGS_CROWD_MS;
		happenings->n_told = 0;
	}
	if (agent->crowd_ms != happenings->crowd_ms && happenings->n_told >= HAPPENINGS_CROWD) {
		join_crowd(happenings, agent, phrase);
		return;
	}
	happenings->n_told += agent->crowd_ms != happenings->crowd_ms;
	agent->crowd_ms = happenings->crowd_ms;
	happenings->sink.tell(happenings->sink.ctx, &item);
}

// ---- the sum of one agent

// What the newest did not change is as it was.
static void keep_state(struct happening_group *last, const struct happening_group *before)
{
	if (!last->is_up && !last->is_down && !last->is_paused && !last->n[HAPPENED_RESUMED]) {
		last->is_up = before->is_up;
		last->is_down = before->is_down;
		last->is_paused = before->is_paused;
		last->is_gone |= before->is_gone && !last->n[HAPPENED_CREATED];
	}
	if (!last->n[HAPPENED_ENDED])
		last->exit_code = before->exit_code;
	if (!last->health[0])
		memcpy(last->health, before->health, sizeof last->health);
}

static void add_up(struct happening_agent *agent, const struct happening_group *group)
{
	struct happening_sum *sum = &agent->sum;
	const struct happening_group before = sum->last;
	const enum happening_urgency wants = happening_urgency(group);
	struct happening_phrase phrase;

	happening_phrase_of(group, &phrase);
	sum->last = *group;
	if (sum->n_groups++)
		keep_state(&sum->last, &before);
	for (size_t i = 0; i < HAPPENED_COUNT; i++)
		sum->n[i] += group->n[i];
	if (happening_is_asked_for(group))
		sum->n_asked_for += group->n[HAPPENED_ENDED];
	if (sum->n_groups == 1 || phrase.severity > sum->worst)
		sum->worst = phrase.severity;
	sum->is_bad |= phrase.type == ACTION_ERROR;
	if (wants > sum->wants)
		sum->wants = wants;
	else if (group->is_up && sum->wants == HAPPENING_DIED)
		sum->wants = HAPPENING_WAITS;
}

// What was summed up till now. Whoever is told may forget the agent.
static void tell_sum(struct happenings *happenings, struct happening_agent *agent, struct instant now)
{
	const struct happening_sum sum = agent->sum;
	struct happening_phrase phrase;

	agent->sum = (struct happening_sum){ .from_ms = now.mono_ms };
	if (!sum.n_groups)
		return;
	if (sum.n_groups == 1)
		happening_phrase_of(&sum.last, &phrase);
	else
		happening_phrase_sum(&sum, now.mono_ms - sum.from_ms, &phrase);
	tell(happenings, agent, &phrase, now);
}

static void hurry(struct happenings *happenings, struct happening_agent *agent, struct instant now)
{
	agent->hurried_ms = now.mono_ms;
	agent->pace_ms = agent->pace_ms ? earlier(agent->pace_ms * 2, HAPPENINGS_WINDOW_MS) : HAPPENINGS_GONE_MS;
	tell_sum(happenings, agent, now);
}

// Whether it goes on like that is seen by how much it was.
static void end_window(struct happenings *happenings, struct happening_agent *agent, struct instant now)
{
	agent->is_looping = agent->n_over > 1 && agent->sum.n_groups;
	agent->n_told = agent->n_over = 0;
	agent->window_ms = now.mono_ms + (agent->is_looping ? HAPPENINGS_WINDOW_MS : 0);
	if (!agent->is_looping)
		agent->pace_ms = 0;
	tell_sum(happenings, agent, now);
}

static void end_group(struct happenings *happenings, struct happening_agent *agent, struct instant now)
{
	const struct happening_group group = agent->group;
	struct happening_phrase phrase;

	agent->group = (struct happening_group){ .kinds = 0 };
	agent->wants_look = true;
	if (now.mono_ms >= agent->window_ms && !agent->sum.n_groups && !agent->is_looping) {
		agent->window_ms = now.mono_ms + HAPPENINGS_WINDOW_MS;
		agent->n_told = agent->n_over = 0;
		agent->pace_ms = 0;
	}
	if (agent->is_looping || agent->n_told >= HAPPENINGS_SINGLES) {
		if (!agent->sum.n_groups && !agent->is_looping)
			agent->sum.from_ms = group.began_ms;
		agent->n_over++;
		add_up(agent, &group);
		return;
	}
	agent->n_told++;
	happening_phrase_of(&group, &phrase);
	tell(happenings, agent, &phrase, now);
}

// ---- what comes in

static void note_state(struct happening_group *group, const struct driver_news *news, struct instant now)
{
	group->n[news->what]++;
	switch (news->what) {
	case HAPPENED_CREATED:
		group->is_gone = false;
		break;
	case HAPPENED_STARTED:
		group->is_gone = group->is_paused = false;
		group->is_up = true;
		group->is_down = false;
		break;
	case HAPPENED_ENDED:
		group->is_paused = false;
		group->exit_code = news->exit_code;
		group->is_up = false;
		group->is_down = true;
		if (!group->ended_ms)
			group->ended_ms = now.mono_ms;
		break;
	case HAPPENED_REMOVED:
		group->is_up = group->is_paused = false;
		group->is_down = group->is_gone = true;
		break;
	case HAPPENED_PAUSED:
		group->is_paused = true;
		break;
	case HAPPENED_RESUMED:
		group->is_paused = false;
		break;
	default:
		break;
	}
}

static void copy_word(char out[HAPPENINGS_WORD_MAX], const char *word)
{
	snprintf(out, HAPPENINGS_WORD_MAX, "%.*s", text_fit(word, HAPPENINGS_WORD_MAX - 1), word);
}

static void gather(struct happening_group *group, const struct driver_news *news, struct instant now)
{
	if (!group->kinds)
		*group = (struct happening_group){ .began_ms = now.mono_ms, .exit_code = -1 };
	group->kinds |= 1U << news->what;
	group->last_ms = now.mono_ms;
	group->at_ms[news->what] = news->at_ms > 0 && news->at_ms < now.wall_ms ? news->at_ms : now.wall_ms;
	note_state(group, news, now);
	if (news->what == HAPPENED_SIGNALLED)
		copy_word(group->signal, news->detail);
	if (news->what == HAPPENED_CHECKED)
		copy_word(group->health, news->detail);
	if (news->what == HAPPENED_RENAMED || news->what == HAPPENED_CREATED)
		snprintf(group->other_name, sizeof group->other_name, "%s", news->detail);
}

// Podman tells of every check, also when it is as before.
static bool is_no_news(struct happening_agent *agent, const struct driver_news *news)
{
	char word[HAPPENINGS_WORD_MAX];

	if (news->what != HAPPENED_CHECKED)
		return false;
	copy_word(word, news->detail);
	if (strcmp(word, agent->health) == 0)
		return true;
	memcpy(agent->health, word, sizeof word);
	return false;
}

int happenings_take(struct happenings *happenings, const struct driver_news *news, struct instant now)
{
	struct happening_agent *agent = find(happenings, news->agent);

	if (!agent)
		agent = add(happenings, news->agent, now);
	if (!agent)
		return -ENOMEM;
	if (is_no_news(agent, news))
		return 0;
	gather(&agent->group, news, now);
	agent->wants_look = true;
	set_due(happenings, agent);
	return 0;
}

// ---- time

static void look(struct happenings *happenings, struct happening_agent *agent, struct instant now)
{
	if (now.mono_ms < look_due_ms(happenings, agent))
		return;
	agent->wants_look = false;
	agent->look_ms = now.mono_ms + HAPPENINGS_LOOK_MS;
	happenings->look_ms = now.mono_ms + HAPPENINGS_PACE_MS;
	happenings->sink.look(happenings->sink.ctx, agent->agent);
}

// Whoever is told may forget the agent.
static void tick_agent(struct happenings *happenings, uint32_t id, struct instant now)
{
	struct happening_agent *agent = find(happenings, id);

	if (agent && now.mono_ms >= group_due_ms(&agent->group))
		end_group(happenings, agent, now);
	agent = find(happenings, id);
	if (agent && now.mono_ms >= hurry_due_ms(agent))
		hurry(happenings, agent, now);
	agent = find(happenings, id);
	if (agent && (agent->sum.n_groups || agent->is_looping) && now.mono_ms >= agent->window_ms)
		end_window(happenings, agent, now);
	agent = find(happenings, id);
	if (agent)
		look(happenings, agent, now);
	agent = find(happenings, id);
	if (agent)
		set_due(happenings, agent);
}

void happenings_tick(struct happenings *happenings, struct instant now)
{
	struct deadline *due;

	while ((due = deadlines_pop(&happenings->deadlines, now.mono_ms)))
		tick_agent(happenings, ((struct happening_agent *)due->owner)->agent, now);
	if (has_crowd(happenings) && now.mono_ms >= happenings->crowd_ms)
		tell_crowd(happenings);
}
