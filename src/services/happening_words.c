// SPDX-License-Identifier: Apache-2.0
#include "services/happening_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

static void set(struct happening_phrase *out, enum crowd_kind kind, enum action_type type, enum severity severity,
		int64_t at_ms, const char *title)
{
	out->kinds = 1U << kind;
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
		if (group->n[HAPPENED_ENDED] > 1)
			snprintf(title, sizeof title, "died and was started again %u times", group->n[HAPPENED_ENDED]);
		else
			snprintf(title, sizeof title, "died and was started again");
		set(out, CROWD_DIED_AND_STARTED, ACTION_ERROR, SEVERITY_WARNING, at_ms, "");
		set_ended(out, group, title, true);
	} else if (group->is_up) {
		set(out, CROWD_RESTARTED, ACTION_START, SEVERITY_INFO, at_ms, "");
		set_ended(out, group, "was stopped and started from outside", false);
	} else if (happening_is_asked_for(group)) {
		set(out, CROWD_STOPPED, ACTION_STOP, SEVERITY_WARNING, at_ms, "");
		set_ended(out, group, "was stopped from outside", false);
	} else if (group->exit_code == 0) {
		set(out, CROWD_ENDED, ACTION_STOP, SEVERITY_WARNING, at_ms, "");
		set_ended(out, group, "ended", true);
	} else {
		set(out, CROWD_DIED, ACTION_ERROR, SEVERITY_CRITICAL, at_ms, "");
		set_ended(out, group, "died", true);
	}
}

static void removal_of(const struct happening_group *group, struct happening_phrase *out)
{
	const int64_t at_ms = group->at_ms[HAPPENED_REMOVED];

	if (group->is_up) {
		set(out, CROWD_REPLACED, ACTION_UPDATE, SEVERITY_WARNING, at_ms, "was replaced from outside");
		snprintf(out->text, sizeof out->text, "another one has its name, and runs");
		return;
	}
	set(out, CROWD_REMOVED, ACTION_DELETE, SEVERITY_WARNING, at_ms, "");
	set_ended(out, group, "was removed from outside", false);
}

static enum crowd_kind check_kind(const struct happening_group *group)
{
	return strcmp(group->health, "unhealthy") == 0 ? CROWD_ILL
	       : strcmp(group->health, "healthy") == 0 ? CROWD_WELL
						       : CROWD_CHECKED;
}

static void check_of(const struct happening_group *group, struct happening_phrase *out)
{
	const bool is_ill = check_kind(group) == CROWD_ILL, is_well = check_kind(group) == CROWD_WELL;

	set(out, check_kind(group),
	    is_ill    ? ACTION_ERROR
	    : is_well ? ACTION_START
		      : ACTION_INFO,
	    is_ill ? SEVERITY_WARNING : SEVERITY_INFO, group->at_ms[HAPPENED_CHECKED], "");
	snprintf(out->title, sizeof out->title, "is %s by its own check", group->health);
}

static void creation_of(const struct happening_group *group, struct happening_phrase *out)
{
	const bool is_up = has(group, HAPPENED_STARTED);

	set(out, CROWD_CREATED, ACTION_CREATE, SEVERITY_INFO, group->at_ms[HAPPENED_CREATED],
	    is_up ? "was created and started from outside" : "was created from outside");
	if (group->other_name[0])
		snprintf(out->text, sizeof out->text, "it was called %s before", group->other_name);
}

static void other_of(const struct happening_group *group, struct happening_phrase *out)
{
	if (has(group, HAPPENED_PAUSED) || has(group, HAPPENED_RESUMED)) {
		if (group->at_ms[HAPPENED_RESUMED] >= group->at_ms[HAPPENED_PAUSED])
			set(out, CROWD_RESUMED, ACTION_START, SEVERITY_INFO, group->at_ms[HAPPENED_RESUMED],
			    "was resumed from outside");
		else
			set(out, CROWD_PAUSED, ACTION_STOP, SEVERITY_WARNING, group->at_ms[HAPPENED_PAUSED],
			    "was paused from outside");
	} else if (has(group, HAPPENED_CHECKED)) {
		check_of(group, out);
	} else if (has(group, HAPPENED_OUT_OF_MEMORY)) {
		set(out, CROWD_WANTED_MEMORY, ACTION_ERROR, SEVERITY_WARNING, group->at_ms[HAPPENED_OUT_OF_MEMORY],
		    "ran out of memory");
		snprintf(out->text, sizeof out->text, "a process of it was killed");
	} else if (has(group, HAPPENED_SIGNALLED)) {
		set(out, CROWD_SIGNALLED, ACTION_INFO, SEVERITY_INFO, group->at_ms[HAPPENED_SIGNALLED],
		    "was sent a signal from outside");
		snprintf(out->text, sizeof out->text, "%s", group->signal);
	} else {
		set(out, CROWD_STOPPED, ACTION_INFO, SEVERITY_INFO, group->at_ms[HAPPENED_STOPPED],
		    "was stopped from outside");
	}
}

void happening_phrase_of(const struct happening_group *group, struct happening_phrase *out)
{
	*out = (struct happening_phrase){ .at_ms = 0 };
	if (has(group, HAPPENED_REMOVED)) {
		removal_of(group, out);
	} else if (has(group, HAPPENED_RESTARTED)) {
		set(out, CROWD_RESTARTED, ACTION_START, SEVERITY_INFO, group->at_ms[HAPPENED_RESTARTED], "");
		set_ended(out, group, "was restarted from outside", false);
	} else if (has(group, HAPPENED_ENDED)) {
		end_of(group, out);
	} else if (has(group, HAPPENED_CREATED)) {
		creation_of(group, out);
	} else if (has(group, HAPPENED_RENAMED)) {
		set(out, CROWD_NAMELESS, ACTION_UPDATE, SEVERITY_WARNING, group->at_ms[HAPPENED_RENAMED],
		    "has lost its name from outside");
		snprintf(out->text, sizeof out->text, "it is called %s now", group->other_name);
	} else if (has(group, HAPPENED_STARTED)) {
		set(out, CROWD_STARTED, ACTION_START, SEVERITY_INFO, group->at_ms[HAPPENED_STARTED], "was started");
	} else {
		other_of(group, out);
	}
	if (has(group, HAPPENED_OUT_OF_MEMORY))
		out->kinds |= 1U << CROWD_WANTED_MEMORY;
	(void)text_trim(out->title);
	(void)text_trim(out->text);
}

enum happening_urgency happening_urgency(const struct happening_group *group)
{
	if (group->is_gone || (has(group, HAPPENED_RENAMED) && !has(group, HAPPENED_CREATED)))
		return HAPPENING_GONE;
	if (has(group, HAPPENED_OUT_OF_MEMORY) && has(group, HAPPENED_ENDED))
		return HAPPENING_WANTED_MEMORY;
	if (group->is_down && has(group, HAPPENED_ENDED) && !happening_is_asked_for(group))
		return HAPPENING_DIED;
	return HAPPENING_WAITS;
}

// ---- many of them

enum { PARTS_MAX = 16 };

struct parts {
	struct {
		const char *what;
		unsigned n;
		enum crowd_kind kind;
	} list[PARTS_MAX];
	size_t n;
};

static void add_part(struct parts *parts, unsigned n, enum crowd_kind kind, const char *what)
{
	if (!n)
		return;
	parts->list[parts->n].what = what;
	parts->list[parts->n].n = n;
	parts->list[parts->n++].kind = kind;
}

static void add_pauses(struct parts *parts, const unsigned n[HAPPENED_COUNT])
{
	if (n[HAPPENED_PAUSED] == n[HAPPENED_RESUMED]) {
		add_part(parts, n[HAPPENED_PAUSED], CROWD_PAUSED, "was paused and resumed");
		return;
	}
	add_part(parts, n[HAPPENED_PAUSED], CROWD_PAUSED, "was paused");
	add_part(parts, n[HAPPENED_RESUMED], CROWD_RESUMED, "was resumed");
}

static void add_ends(struct parts *parts, const struct happening_sum *sum)
{
	const unsigned n_ended = sum->n[HAPPENED_ENDED], n_asked = sum->n_asked_for;
	const unsigned n_died = n_ended - n_asked, n_restarts = sum->n[HAPPENED_RESTARTED];
	const unsigned n_started = sum->n[HAPPENED_STARTED];
	// A start belongs to an end as long as there are ends.
	const bool is_again = n_died && n_started >= n_died && n_started <= n_ended;

	add_part(parts, n_asked, n_restarts >= n_asked ? CROWD_RESTARTED : CROWD_STOPPED,
		 n_restarts >= n_asked ? "was restarted"
		 : n_restarts          ? "was stopped or restarted"
				       : "was stopped");
	add_part(parts, n_died, is_again ? CROWD_DIED_AND_STARTED : CROWD_DIED,
		 is_again ? "died and was started again" : "died");
	if (!is_again && n_started > n_restarts)
		add_part(parts, n_started - n_restarts, CROWD_STARTED, "was started");
	add_part(parts, sum->n[HAPPENED_OUT_OF_MEMORY], CROWD_WANTED_MEMORY, "ran out of memory");
	if (!n_ended)
		add_part(parts, sum->n[HAPPENED_SIGNALLED], CROWD_SIGNALLED, "was sent a signal");
}

static void gather_parts(const struct happening_sum *sum, struct parts *parts)
{
	*parts = (struct parts){ .n = 0 };
	add_part(parts, sum->n[HAPPENED_CREATED], CROWD_CREATED, "was created");
	add_pauses(parts, sum->n);
	add_part(parts, sum->n[HAPPENED_CHECKED], check_kind(&sum->last), "was healthy or unhealthy by its own check");
	add_ends(parts, sum);
	add_part(parts, sum->n[HAPPENED_RENAMED], CROWD_NAMELESS, "has lost its name");
	add_part(parts, sum->n[HAPPENED_REMOVED], CROWD_REMOVED, "was removed");
}

// "was paused and resumed from outside 3 times, died once and was removed"; what can happen only once has no count.
static void add_parts(struct strbuf *s, const struct happening_sum *sum, unsigned *kinds)
{
	bool has_said_outside = false;
	struct parts parts;

	gather_parts(sum, &parts);
	*kinds |= sum->n[HAPPENED_RESUMED] ? 1U << CROWD_RESUMED : 0;
	*kinds |= sum->n[HAPPENED_RESTARTED] ? 1U << CROWD_RESTARTED : 0;
	for (size_t i = 0; i < parts.n; i++) {
		const bool is_outside = crowd_kind_is_outside(parts.list[i].kind) && !has_said_outside;
		const bool is_end = i + 1 == parts.n && sum->last.is_gone && parts.list[i].n == 1;

		strbuf_addf(s, "%s%s%s",
			    i == 0            ? ""
			    : i + 1 < parts.n ? ", "
					      : " and ",
			    parts.list[i].what, is_outside ? " from outside" : "");
		if (parts.list[i].n > 1)
			strbuf_addf(s, " %u times", parts.list[i].n);
		else if (!is_end)
			strbuf_add(s, " once");
		has_said_outside |= is_outside;
		*kinds |= 1U << parts.list[i].kind;
	}
}

static void add_state(struct strbuf *s, const struct happening_group *last)
{
	if (last->is_gone)
		strbuf_add(s, "it is gone");
	else if (has(last, HAPPENED_RENAMED))
		strbuf_addf(s, "it is called %s now", last->other_name);
	else if (last->is_paused)
		strbuf_add(s, "it is paused now");
	else if (last->is_up || has(last, HAPPENED_RESUMED))
		strbuf_add(s, "it runs now");
	else if (last->is_down)
		strbuf_add(s, "it does not run now");
	else if (last->health[0])
		strbuf_addf(s, "now it is %s", last->health);
}

void happening_phrase_sum(const struct happening_sum *sum, int64_t within_ms, struct happening_phrase *out)
{
	const struct happening_group *last = &sum->last;
	struct strbuf s;

	happening_phrase_of(last, out); // its type, time and kind
	out->severity = sum->worst;
	if (sum->is_bad)
		out->type = ACTION_ERROR;
	strbuf_init(&s, out->title, sizeof out->title);
	add_parts(&s, sum, &out->kinds);
	strbuf_addf(&s, " in %" PRId64 " s", within_ms < 1500 ? 1 : (within_ms + 500) / 1000);
	strbuf_init(&s, out->text, sizeof out->text);
	if (sum->n[HAPPENED_ENDED]) {
		add_how(&s, last);
		if (s.len)
			strbuf_addf(&s, "%s; ", sum->n[HAPPENED_ENDED] > 1 ? " the last time" : "");
	}
	add_state(&s, last);
	(void)text_trim(out->title);
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
