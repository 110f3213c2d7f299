// SPDX-License-Identifier: Apache-2.0
#include "services/happening_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "text/text.h"

static bool has(const struct happening_group *group, enum driver_happening what)
{
	return group->kinds & 1U << what;
}

bool happening_is_asked_for(const struct happening_group *group)
{
	return has(group, HAPPENED_STOPPED) || has(group, HAPPENED_RESTARTED);
}

// "exit code 137, out of memory, after a signal from outside: KILL"; "" nothing is known.
static void add_how(struct strbuf *s, const struct happening_group *group)
{
	const char *between = "";

	if (group->exit_code >= 0) {
		strbuf_addf(s, "exit code %" PRId64, group->exit_code);
		between = ", ";
	}
	if (has(group, HAPPENED_OUT_OF_MEMORY)) {
		strbuf_addf(s, "%sout of memory", between);
		between = ", ";
	}
	if (has(group, HAPPENED_SIGNALLED) && !happening_is_asked_for(group))
		strbuf_addf(s, "%safter a signal from outside%s%s", between, group->signal[0] ? ": " : "",
			    group->signal);
}

static void set(struct happening_phrase *out, enum action_type type, enum severity severity, int64_t at_ms,
		const char *title)
{
	out->type = type;
	out->severity = severity;
	out->at_ms = at_ms;
	snprintf(out->title, sizeof out->title, "%s", title);
}

// "died: exit code 137", or with the reason below.
static void set_ended(struct happening_phrase *out, const struct happening_group *group, const char *title,
		      bool is_in_title)
{
	struct strbuf s;

	if (!is_in_title) {
		snprintf(out->title, sizeof out->title, "%s", title);
		strbuf_init(&s, out->text, sizeof out->text);
	} else {
		strbuf_init(&s, out->title, sizeof out->title);
		strbuf_add(&s, title);
		if (group->exit_code >= 0 || has(group, HAPPENED_OUT_OF_MEMORY) || has(group, HAPPENED_SIGNALLED))
			strbuf_add(&s, ": ");
	}
	add_how(&s, group);
}

static void end_of(const struct happening_group *group, struct happening_phrase *out)
{
	const int64_t at_ms = group->at_ms[HAPPENED_ENDED];
	char title[80];

	if (group->is_up && !happening_is_asked_for(group)) {
		if (group->n_ended > 1)
			snprintf(title, sizeof title, "died and was started again %u times", group->n_ended);
		else
			snprintf(title, sizeof title, "died and was started again");
		set(out, ACTION_ERROR, SEVERITY_WARNING, at_ms, "");
		set_ended(out, group, title, true);
	} else if (group->is_up) {
		set(out, ACTION_START, SEVERITY_INFO, at_ms, "");
		set_ended(out, group, "was stopped and started from outside", false);
	} else if (happening_is_asked_for(group)) {
		set(out, ACTION_STOP, SEVERITY_WARNING, at_ms, "");
		set_ended(out, group, "was stopped from outside", false);
	} else if (group->exit_code == 0) {
		set(out, ACTION_STOP, SEVERITY_WARNING, at_ms, "");
		set_ended(out, group, "ended", true);
	} else {
		set(out, ACTION_ERROR, SEVERITY_CRITICAL, at_ms, "");
		set_ended(out, group, "died", true);
	}
}

static void removal_of(const struct happening_group *group, struct happening_phrase *out)
{
	const int64_t at_ms = group->at_ms[HAPPENED_REMOVED];

	if (group->is_up) {
		set(out, ACTION_UPDATE, SEVERITY_WARNING, at_ms, "was replaced from outside");
		snprintf(out->text, sizeof out->text, "another one has its name, and runs");
		return;
	}
	set(out, ACTION_DELETE, SEVERITY_WARNING, at_ms, "");
	set_ended(out, group, "was removed from outside", false);
}

static void check_of(const struct happening_group *group, struct happening_phrase *out)
{
	const bool is_ill = strcmp(group->health, "unhealthy") == 0, is_well = strcmp(group->health, "healthy") == 0;

	set(out,
	    is_ill    ? ACTION_ERROR
	    : is_well ? ACTION_START
		      : ACTION_INFO,
	    is_ill ? SEVERITY_WARNING : SEVERITY_INFO, group->at_ms[HAPPENED_CHECKED], "");
	snprintf(out->title, sizeof out->title, "is %s by its own check", group->health);
}

static void creation_of(const struct happening_group *group, struct happening_phrase *out)
{
	const bool is_up = has(group, HAPPENED_STARTED);

	set(out, ACTION_CREATE, SEVERITY_INFO, group->at_ms[HAPPENED_CREATED],
	    is_up ? "was created and started from outside" : "was created from outside");
	if (group->other_name[0])
		snprintf(out->text, sizeof out->text, "it was called %s before", group->other_name);
}

static void other_of(const struct happening_group *group, struct happening_phrase *out)
{
	if (has(group, HAPPENED_PAUSED) || has(group, HAPPENED_RESUMED)) {
		if (group->at_ms[HAPPENED_RESUMED] >= group->at_ms[HAPPENED_PAUSED])
			set(out, ACTION_START, SEVERITY_INFO, group->at_ms[HAPPENED_RESUMED],
			    "was resumed from outside");
		else
			set(out, ACTION_STOP, SEVERITY_WARNING, group->at_ms[HAPPENED_PAUSED],
			    "was paused from outside");
	} else if (has(group, HAPPENED_CHECKED)) {
		check_of(group, out);
	} else if (has(group, HAPPENED_OUT_OF_MEMORY)) {
		set(out, ACTION_ERROR, SEVERITY_WARNING, group->at_ms[HAPPENED_OUT_OF_MEMORY], "ran out of memory");
		snprintf(out->text, sizeof out->text, "a process of it was killed");
	} else if (has(group, HAPPENED_SIGNALLED)) {
		set(out, ACTION_INFO, SEVERITY_INFO, group->at_ms[HAPPENED_SIGNALLED],
		    "was sent a signal from outside");
		snprintf(out->text, sizeof out->text, "%s", group->signal);
	} else {
		set(out, ACTION_INFO, SEVERITY_INFO, group->at_ms[HAPPENED_STOPPED], "was stopped from outside");
	}
}

void happening_phrase_of(const struct happening_group *group, struct happening_phrase *out)
{
	*out = (struct happening_phrase){ .at_ms = 0 };
	if (has(group, HAPPENED_REMOVED)) {
		removal_of(group, out);
	} else if (has(group, HAPPENED_RESTARTED)) {
		set(out, ACTION_START, SEVERITY_INFO, group->at_ms[HAPPENED_RESTARTED], "");
		set_ended(out, group, "was restarted from outside", false);
	} else if (has(group, HAPPENED_ENDED)) {
		end_of(group, out);
	} else if (has(group, HAPPENED_CREATED)) {
		creation_of(group, out);
	} else if (has(group, HAPPENED_RENAMED)) {
		set(out, ACTION_UPDATE, SEVERITY_WARNING, group->at_ms[HAPPENED_RENAMED],
		    "has lost its name from outside");
		snprintf(out->text, sizeof out->text, "it is called %s now", group->other_name);
	} else if (has(group, HAPPENED_STARTED)) {
		set(out, ACTION_START, SEVERITY_INFO, group->at_ms[HAPPENED_STARTED], "was started");
	} else {
		other_of(group, out);
	}
	(void)text_trim(out->title);
	(void)text_trim(out->text);
}

void happening_phrase_sum(const struct happening_agent *agent, int64_t within_ms, struct happening_phrase *out)
{
	const struct happening_group *sum = &agent->sum;
	char within[HUMAN_MAX];
	struct strbuf s;

	*out = (struct happening_phrase){ .type = ACTION_ERROR, .severity = SEVERITY_WARNING };
	for (size_t i = 0; i < HAPPENED_COUNT; i++)
		if (sum->at_ms[i] > out->at_ms)
			out->at_ms = sum->at_ms[i];
	snprintf(within, sizeof within, "%" PRId64 " s", (within_ms + 500) / 1000);
	if (sum->n_ended && agent->is_asked_for)
		snprintf(out->title, sizeof out->title, "was stopped or restarted from outside %u times in %s",
			 sum->n_ended, within);
	else if (sum->n_ended)
		snprintf(out->title, sizeof out->title, "died%s %u times in %s",
			 sum->n_started ? " and was started again" : "", sum->n_ended, within);
	else if (sum->n_checked)
		snprintf(out->title, sizeof out->title, "was healthy and unhealthy by its own check %u times in %s",
			 sum->n_checked, within);
	else
		snprintf(out->title, sizeof out->title, "was changed from outside %u times in %s", agent->n_summed,
			 within);
	strbuf_init(&s, out->text, sizeof out->text);
	if (sum->n_ended) {
		add_how(&s, sum);
		strbuf_addf(&s, "%s%s", s.len ? " the last time; " : "",
			    sum->is_up ? "it runs now" : "it does not run now");
	} else if (sum->n_checked) {
		strbuf_addf(&s, "now it is %s", sum->health);
	}
	(void)text_trim(out->text);
}

void happening_words(const struct driver_news *news, char *out, size_t size)
{
	static const char *const words[HAPPENED_COUNT] = {
		[HAPPENED_CREATED] = "it was created",
		[HAPPENED_STARTED] = "it was started",
		[HAPPENED_RESTARTED] = "it was restarted",
		[HAPPENED_SIGNALLED] = "it was sent a signal",
		[HAPPENED_OUT_OF_MEMORY] = "it ran out of memory",
		[HAPPENED_ENDED] = "it ended",
		[HAPPENED_STOPPED] = "it was stopped",
		[HAPPENED_PAUSED] = "it was paused",
		[HAPPENED_RESUMED] = "it was resumed",
		[HAPPENED_CHECKED] = "its own health check",
		[HAPPENED_RENAMED] = "it was renamed",
		[HAPPENED_REMOVED] = "it was removed",
	};

	if (news->what == HAPPENED_ENDED && news->exit_code >= 0)
		snprintf(out, size, "%s: exit code %" PRId64, words[news->what], news->exit_code);
	else
		snprintf(out, size, "%s%s%s", words[news->what], news->detail[0] ? ": " : "", news->detail);
	(void)text_trim(out);
}
