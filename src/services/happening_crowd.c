// SPDX-License-Identifier: Apache-2.0
#include "services/happening_crowd.h"

#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "services/happening_words.h"

static const struct {
	const char *one, *many;
	bool is_outside;
} kinds[CROWD_KIND_COUNT] = {
	[CROWD_DIED] = { "died", "died", false },
	[CROWD_WANTED_MEMORY] = { "ran out of memory", "ran out of memory", false },
	[CROWD_ILL] = { "is unhealthy by its own check", "are unhealthy by their own check", false },
	[CROWD_DIED_AND_STARTED] = { "died and was started again", "died and were started again", false },
	[CROWD_REMOVED] = { "was removed", "were removed", true },
	[CROWD_REPLACED] = { "was replaced", "were replaced", true },
	[CROWD_NAMELESS] = { "has lost its name", "have lost their names", true },
	[CROWD_ENDED] = { "ended", "ended", false },
	[CROWD_STOPPED] = { "was stopped", "were stopped", true },
	[CROWD_PAUSED] = { "was paused", "were paused", true },
	[CROWD_RESTARTED] = { "was restarted", "were restarted", true },
	[CROWD_SIGNALLED] = { "was sent a signal", "were sent a signal", true },
	[CROWD_CREATED] = { "was created", "were created", true },
	[CROWD_STARTED] = { "was started", "were started", false },
	[CROWD_RESUMED] = { "was resumed", "were resumed", true },
	[CROWD_WELL] = { "is healthy by its own check", "are healthy by their own check", false },
	[CROWD_CHECKED] = { "was checked", "were checked", false },
};

bool crowd_kind_is_outside(enum crowd_kind kind)
{
	return kinds[kind].is_outside;
}

static void add_name(struct happening_crowd *crowd, const char *name)
{
	const size_t n = strlen(crowd->names), n_name = strlen(name);

	if (n + n_name + 8 > sizeof crowd->names) {
		crowd->has_more_names = true;
		return;
	}
	snprintf(crowd->names + n, sizeof crowd->names - n, "%s%s", n ? ", " : "", name);
}

void happening_crowd_join(struct happening_crowd *crowd, const struct happening_phrase *phrase, unsigned *had,
			  const char *name)
{
	if (!crowd->n_agents) {
		crowd->at_ms = phrase->at_ms;
		crowd->gravest = CROWD_KIND_COUNT;
	}
	crowd->n_agents += !*had;
	if (!*had && name)
		add_name(crowd, name);
	for (size_t i = 0; i < CROWD_KIND_COUNT; i++) {
		if (!(phrase->kinds & 1U << i))
			continue;
		crowd->n[i] += !(*had & 1U << i);
		if (i < crowd->gravest) {
			crowd->gravest = i;
			crowd->type = phrase->type;
		}
	}
	*had |= phrase->kinds;
	crowd->is_bad |= phrase->type == ACTION_ERROR;
	if (phrase->severity > crowd->worst)
		crowd->worst = phrase->severity;
}

// "1 died, 2 were removed from outside and 9 were paused", or, of a single kind, "were removed from outside".
static void add_kinds(struct strbuf *s, const struct happening_crowd *crowd)
{
	bool has_said_outside = false;
	size_t n = 0, n_kinds = 0;

	for (size_t i = 0; i < CROWD_KIND_COUNT; i++)
		n_kinds += crowd->n[i] > 0;
	strbuf_add(s, n_kinds > 1 ? ": " : " ");
	for (size_t i = 0; i < CROWD_KIND_COUNT; i++) {
		const bool is_outside = kinds[i].is_outside && !has_said_outside;

		if (!crowd->n[i])
			continue;
		strbuf_add(s, n == 0 ? "" : n + 1 < n_kinds ? ", " : " and ");
		if (n_kinds > 1)
			strbuf_addf(s, "%u ", crowd->n[i]);
		strbuf_addf(s, "%s%s", crowd->n[i] == 1 ? kinds[i].one : kinds[i].many,
			    is_outside ? " from outside" : "");
		has_said_outside |= is_outside;
		n++;
	}
}

void happening_crowd_leave(struct happening_crowd *crowd, struct happening_phrase *out)
{
	struct strbuf s;

	*out = (struct happening_phrase){
		.at_ms = crowd->at_ms,
		.type = crowd->is_bad ? ACTION_ERROR : crowd->type,
		.severity = crowd->worst,
	};
	strbuf_init(&s, out->title, sizeof out->title);
	strbuf_addf(&s, "%u more agent%s", crowd->n_agents, crowd->n_agents == 1 ? "" : "s");
	add_kinds(&s, crowd);
	snprintf(out->text, sizeof out->text, "%s%s", crowd->names, crowd->has_more_names ? ", ..." : "");
	*crowd = (struct happening_crowd){ 0 };
}
