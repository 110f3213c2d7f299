// SPDX-License-Identifier: Apache-2.0
#include "widgets/together_words.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "text/text.h"

enum { PEOPLE_MAX = 64, NAMED_MAX = 4 };

static const char *own_name(const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet_n_presence(fleet); i++)
		if (fleet_presence_at(fleet, i)->is_own)
			return fleet_presence_at(fleet, i)->who;
	return NULL;
}

static bool is_among(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

// Distinct names of others that look at an agent, or anywhere (agent 0); at most PEOPLE_MAX.
static size_t find_others(const struct fleet *fleet, uint32_t agent, const char *names[PEOPLE_MAX])
{
	const char *own = own_name(fleet);
	size_t n = 0;

	for (size_t i = 0; i < fleet_n_presence(fleet) && n < PEOPLE_MAX; i++) {
		const struct fleet_presence *present = fleet_presence_at(fleet, i);

		if (present->is_own || (own && strcmp(own, present->who) == 0) || (agent && present->agent != agent) ||
		    is_among(names, n, present->who))
			continue;
		names[n++] = present->who;
	}
	return n;
}

size_t together_people(const struct fleet *fleet, const char **names, size_t n)
{
	const char *others[PEOPLE_MAX];
	size_t n_others = find_others(fleet, 0, others);

	for (size_t i = 0; i < n_others && i < n; i++)
		names[i] = others[i];
	return n_others + (own_name(fleet) != NULL);
}

// "bob", "bob and carol", "bob, carol and 3 more"
static void list(struct strbuf *out, const char *const *names, size_t n, const char *last)
{
	size_t named = n > NAMED_MAX ? NAMED_MAX - 1 : n;

	for (size_t i = 0; i < named; i++)
		strbuf_addf(out, "%s%.*s", i == 0 ? "" : i + 1 == n ? last : ", ", text_fit(names[i], 24), names[i]);
	if (named < n)
		strbuf_addf(out, "%s%zu more", last, n - named);
}

const char *together_names(const struct fleet *fleet, char out[TOGETHER_TEXT_MAX])
{
	const char *names[PEOPLE_MAX];
	size_t n = find_others(fleet, 0, names);
	struct strbuf text;

	strbuf_init(&text, out, TOGETHER_TEXT_MAX);
	list(&text, names, n, n > NAMED_MAX ? " and " : ", ");
	return text_trim(out);
}

const char *together_lookers(const struct fleet *fleet, uint32_t agent, char out[TOGETHER_TEXT_MAX])
{
	const char *names[PEOPLE_MAX];
	size_t n = find_others(fleet, agent, names);
	struct strbuf text;

	strbuf_init(&text, out, TOGETHER_TEXT_MAX);
	if (n == 0)
		return out;
	list(&text, names, n, " and ");
	strbuf_add(&text, n == 1 ? " looks at it too" : " look at it too");
	return text_trim(out);
}

bool together_is_looked_at(const struct fleet *fleet, uint32_t agent)
{
	const char *names[PEOPLE_MAX];

	return fleet_n_presence(fleet) > 1 && find_others(fleet, agent, names) > 0;
}

bool together_is_held(const struct fleet *fleet, uint32_t agent)
{
	const struct fleet_lease *lease = fleet_lease(fleet, agent);

	return lease && !lease->is_own;
}

const char *together_holder(const struct fleet *fleet, const struct view *view, uint32_t agent,
			    char out[TOGETHER_TEXT_MAX])
{
	const struct fleet_lease *lease = together_is_held(fleet, agent) ? fleet_lease(fleet, agent) : NULL;
	int64_t left_ms = lease ? lease->until_ms - view->now.wall_ms : 0;
	char left[HUMAN_MAX];
	struct strbuf text;

	strbuf_init(&text, out, TOGETHER_TEXT_MAX);
	if (!lease)
		return out;
	strbuf_addf(&text, "%.*s ", text_fit(lease->holder, 60), lease->holder);
	if (!lease->until_ms)
		strbuf_add(&text, "operates on it");
	else
		strbuf_addf(&text, "is about to %.*s it (%s)", *lease->doing ? text_fit(lease->doing, 40) : 10,
			    *lease->doing ? lease->doing : "operate on",
			    human_duration(left_ms > 0 ? left_ms : 0, left));
	return text_trim(out);
}

// ---- approvals

bool together_is_for_us(const struct fleet *fleet, const struct fleet_approval *approval)
{
	const char *own = own_name(fleet);

	return approval->state == APPROVAL_WANTED && !approval->is_unasked && approval->whole && own &&
	       strcmp(approval->whole->who, own) != 0;
}

size_t together_n_for_us(const struct fleet *fleet)
{
	size_t n = 0;

	for (size_t i = 0; i < fleet_n_approvals(fleet); i++)
		n += together_is_for_us(fleet, fleet_approval_at(fleet, i));
	return n;
}

const char *together_approval(const struct fleet_approval *approval, const struct view *view,
			      char out[TOGETHER_TEXT_MAX])
{
	int64_t left_ms = approval->until_ms - view->now.wall_ms;
	char left[HUMAN_MAX];

	snprintf(out, TOGETHER_TEXT_MAX, "%.*s, %.*s asks, %s left%s%.*s", text_fit(approval->what, 100),
		 approval->what, text_fit(approval->asker, 40), approval->asker,
		 human_duration(left_ms > 0 ? left_ms : 0, left), *approval->reason ? ": " : "",
		 text_fit(approval->reason, 60), approval->reason);
	return text_trim(out);
}
