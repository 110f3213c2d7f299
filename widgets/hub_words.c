// SPDX-License-Identifier: Apache-2.0
#include "widgets/hub_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "text/text.h"

enum { NAME_BYTES = 80 };

struct away {
	struct fleet_link links[FLEET_HUBS_MAX]; // those that are away
	size_t n, n_hubs;
};

static void find_away(const struct fleet *fleet, struct away *out)
{
	struct fleet_link all[FLEET_HUBS_MAX];

	*out = (struct away){ .n_hubs = fleet_links(fleet, all) };
	for (size_t i = 0; i < out->n_hubs; i++)
		if (all[i].is_away)
			out->links[out->n++] = all[i];
}

// "hub-eu" of "hub-eu.example.net"; an address stays whole.
static int short_length(const char *name)
{
	size_t n = strcspn(name, ".");
	bool is_address = isdigit((unsigned char)name[0]) || name[0] == '[';

	return text_fit(name, is_address || n == 0 || n > NAME_BYTES ? NAME_BYTES : (int)n);
}

static void add_name(struct strbuf *out, const struct view *view, const struct fleet_link *link, bool is_short)
{
	const char *name = link->origin <= view->n_hubs ? view->hubs[link->origin - 1] : "";

	if (!*name)
		strbuf_addf(out, "hub %u", link->origin);
	else
		strbuf_addf(out, "%.*s", is_short ? short_length(name) : text_fit(name, NAME_BYTES), name);
}

static void add_names(struct strbuf *out, const struct view *view, const struct fleet_link *links, size_t n,
		      bool is_short)
{
	for (size_t i = 0; i < n; i++) {
		strbuf_add(out, i ? ", " : "");
		add_name(out, view, &links[i], is_short);
	}
}

static bool fits(char *text, const struct strbuf *buf, int cells)
{
	bool is_whole = buf->len < HUB_WORDS_MAX - 1; // else it was cut

	return is_whole && text_width(text_trim(text)) <= cells;
}

char *hub_words(const struct fleet *fleet, const struct view *view, int cells, char out[HUB_WORDS_MAX])
{
	struct fleet_link links[FLEET_HUBS_MAX];
	size_t n = fleet_links(fleet, links);
	struct strbuf text;

	out[0] = '\0';
	if (n < 2)
		return out;
	for (int is_short = 0; is_short < 2; is_short++) {
		strbuf_init(&text, out, HUB_WORDS_MAX);
		add_names(&text, view, links, n, is_short);
		if (fits(out, &text, cells))
			return out;
	}
	snprintf(out, HUB_WORDS_MAX, "%zu hubs", n);
	return out;
}

char *hub_words_away(const struct fleet *fleet, const struct view *view, int cells, char out[HUB_WORDS_MAX])
{
	struct away away;
	struct strbuf text;

	find_away(fleet, &away);
	out[0] = '\0';
	if (away.n_hubs < 2 || !away.n)
		return out;
	for (int attempt = 0; attempt < 4; attempt++) {
		bool is_brief = attempt >= 2;

		strbuf_init(&text, out, HUB_WORDS_MAX);
		if (is_brief)
			strbuf_addf(&text, "%zu of %zu away: ", away.n, away.n_hubs);
		else
			strbuf_addf(&text, "%zu hubs, %zu away: ", away.n_hubs, away.n);
		add_names(&text, view, away.links, away.n, attempt % 2);
		if (fits(out, &text, cells))
			return out;
	}
	snprintf(out, HUB_WORDS_MAX, "%zu of %zu away", away.n, away.n_hubs);
	return out;
}

static void add_since(struct strbuf *out, const struct view *view, const struct fleet_link *link)
{
	char time[HUMAN_MAX];

	if (link->since_ms)
		strbuf_addf(out, " since %s", human_time_of_day(link->since_ms, view->utc_offset_s, time));
}

static void add_stale(struct strbuf *out, const struct view *view, const struct away *away, bool is_short)
{
	if (away->n > 1)
		strbuf_addf(out, "%zu of %zu hubs are away: ", away->n, away->n_hubs);
	for (size_t i = 0; i < away->n; i++) {
		strbuf_add(out, i ? ", " : "");
		if (away->n_hubs == 1)
			strbuf_add(out, "the hub");
		else
			add_name(out, view, &away->links[i], is_short);
		strbuf_add(out, away->n == 1 ? " is away" : "");
		add_since(out, view, &away->links[i]);
	}
	strbuf_add(out, away->n == 1 ? ": its agents are stale" : "");
}

char *hub_words_stale(const struct fleet *fleet, const struct view *view, int cells, char out[HUB_WORDS_MAX])
{
	struct away away;
	struct strbuf text;

	find_away(fleet, &away);
	for (int is_short = 0; is_short < 2; is_short++) {
		strbuf_init(&text, out, HUB_WORDS_MAX);
		add_stale(&text, view, &away, is_short);
		if (fits(out, &text, cells))
			break;
	}
	return out;
}
