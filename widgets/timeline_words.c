// SPDX-License-Identifier: Apache-2.0
#include "widgets/timeline_words.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "text/text.h"

static const int64_t DAY_MS = INT64_C(24) * 3600 * 1000;

const struct action_look *action_look(enum action_type type)
{
	static const struct action_look looks[ACTION_TYPE_COUNT + 1] = {
		[ACTION_CREATE] = { 0x271a, '+', "create", STYLE_OK },
		[ACTION_START] = { 0x25b6, '>', "start", STYLE_OK },
		[ACTION_UPDATE] = { 0x21bb, '~', "update", STYLE_PRIMARY },
		[ACTION_DELETE] = { 0x2296, '-', "delete", STYLE_BAD },
		[ACTION_ERROR] = { 0x2715, 'x', "error", STYLE_BAD },
		[ACTION_STOP] = { 0x25a0, '#', "stop", STYLE_WARN },
		[ACTION_INFO] = { 0x25c6, 'i', "info", STYLE_INFO },
		[ACTION_TYPE_COUNT] = { 0x25cf, '*', "event", STYLE_PRIMARY },
	};

	return &looks[(unsigned)type < ACTION_TYPE_COUNT ? type : ACTION_TYPE_COUNT];
}

// Days since 1970 as the wall clock of the operator counts them.
static int64_t local_day(int64_t at_ms, int32_t utc_offset_s)
{
	int64_t local_ms = at_ms + (int64_t)utc_offset_s * 1000;

	return local_ms / DAY_MS - (local_ms % DAY_MS < 0);
}

enum timeline_group timeline_group_of(int64_t at_ms, int64_t now_ms, int32_t utc_offset_s)
{
	int64_t days = local_day(now_ms, utc_offset_s) - local_day(at_ms, utc_offset_s);

	if (now_ms - at_ms < TIMELINE_NOW_MS)
		return GROUP_NOW;
	if (days <= 0)
		return GROUP_TODAY;
	return days == 1 ? GROUP_YESTERDAY : GROUP_DATE;
}

bool timeline_is_same_group(int64_t a_ms, int64_t b_ms, int64_t now_ms, int32_t utc_offset_s)
{
	enum timeline_group group = timeline_group_of(a_ms, now_ms, utc_offset_s);

	return group == timeline_group_of(b_ms, now_ms, utc_offset_s) &&
	       (group != GROUP_DATE || local_day(a_ms, utc_offset_s) == local_day(b_ms, utc_offset_s));
}

char *timeline_group_text(int64_t at_ms, int64_t now_ms, int32_t utc_offset_s, char *out)
{
	static const char *const names[] = { "now", "today", "yesterday" };
	enum timeline_group group = timeline_group_of(at_ms, now_ms, utc_offset_s);

	if (group == GROUP_DATE)
		return human_date(at_ms, utc_offset_s, out);
	snprintf(out, HUMAN_MAX, "%s", names[group]);
	return out;
}

// Anything in ASCII that is no letter or digit ends a word of a name.
static bool is_separator(const struct text_cluster *cluster)
{
	return cluster->codepoint < 0x80 && !strchr("0123456789", (int)cluster->codepoint) &&
	       !((cluster->codepoint | 0x20) >= 'a' && (cluster->codepoint | 0x20) <= 'z');
}

// Capitals for ASCII only: other scripts have rules of their own, or none.
static void add_initial(struct strbuf *out, const struct text_cluster *cluster)
{
	if (cluster->is_single && cluster->codepoint >= 'a' && cluster->codepoint <= 'z')
		strbuf_add_char(out, (char)(cluster->codepoint - 'a' + 'A'));
	else
		strbuf_add_bytes(out, cluster->bytes, cluster->n_bytes);
}

char *timeline_initials(const char *who, char *out)
{
	struct text_cluster cluster, first = { 0 }, second = { 0 };
	struct strbuf text;
	bool is_after_gap = false;

	strbuf_init(&text, out, INITIALS_MAX);
	// The second letter is that of the second word; without one, of the first. An address ends at its @.
	while (text_next(&who, &cluster) && !(cluster.codepoint == '@' && first.bytes)) {
		if (is_separator(&cluster)) {
			is_after_gap = first.bytes != NULL;
		} else if (!first.bytes) {
			first = cluster;
		} else if (is_after_gap) {
			second = cluster;
			break;
		} else if (!second.bytes) {
			second = cluster;
		}
	}
	if (first.bytes)
		add_initial(&text, &first);
	if (second.bytes && first.width + second.width <= 2)
		add_initial(&text, &second);
	return out;
}

static void add_item(struct strbuf *out, const char *text)
{
	if (out->len)
		strbuf_add(out, ", ");
	strbuf_add(out, text);
}

char *timeline_filter_text(const struct timeline_view *view, char *out, size_t size)
{
	struct strbuf text;

	strbuf_init(&text, out, size);
	for (int type = 0; type < ACTION_TYPE_COUNT; type++)
		if (view->types & 1u << type)
			add_item(&text, action_look((enum action_type)type)->word);
	if (view->min_severity > SEVERITY_INFO) {
		add_item(&text, severity_name(view->min_severity));
		if (view->min_severity < SEVERITY_CRITICAL)
			strbuf_add(&text, " and worse");
	}
	if (view->text && *view->text) {
		add_item(&text, "\"");
		strbuf_add(&text, view->text);
		strbuf_add_char(&text, '"');
	}
	return out;
}
