// SPDX-License-Identifier: Apache-2.0
#include "widgets/connection.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "text/text.h"
#include "widgets/status_badge.h"

enum { SHORT_BELOW = 20 }; // cells: only the word

struct face {
	enum status status;
	const char *word;
};

static struct face face_of(enum feed_state state)
{
	switch (state) {
	case FEED_LIVE:
		return (struct face){ STATUS_ONLINE, "live" };
	case FEED_LATE:
		return (struct face){ STATUS_WARNING, "late" };
	case FEED_STALE:
		return (struct face){ STATUS_CRITICAL, "stale" };
	case FEED_RECONNECTING:
		return (struct face){ STATUS_WORKING, "reconnecting" };
	case FEED_OFFLINE:
		return (struct face){ STATUS_OFFLINE, "we are offline" };
	case FEED_REFUSED:
		return (struct face){ STATUS_FAILED, "refused" };
	case FEED_STARTING:
		break;
	}
	return (struct face){ STATUS_PENDING, "starting" };
}

bool connection_has_answers(const struct fleet *fleet)
{
	const struct fleet_feed *feed = fleet_feed(fleet);
	enum feed_state state = feed->state;

	if (feed->n_away && feed->n_away < feed->n_hubs)
		return true; // of some; the others are stale
	return state == FEED_LIVE || state == FEED_LATE || state == FEED_STARTING;
}

static void add_age(struct strbuf *out, const char *before, int64_t at_ms, int64_t now_ms)
{
	char age[HUMAN_MAX];

	if (now_ms - at_ms < 1000)
		strbuf_addf(out, "%snow", before);
	else
		strbuf_addf(out, "%s%s ago", before, human_short_age(now_ms - at_ms, age));
}

static void add_since(struct strbuf *out, const struct fleet_feed *feed, const struct view *view)
{
	char time[HUMAN_MAX];

	if (feed->since_ms)
		strbuf_addf(out, " since %s", human_time_of_day(feed->since_ms, view->utc_offset_s, time));
}

static void add_retry(struct strbuf *out, const struct fleet_feed *feed, const struct view *view)
{
	int64_t wait_ms = feed->retry_ms - view->now.wall_ms;
	char wait[HUMAN_MAX];

	if (wait_ms <= 0)
		strbuf_add(out, " now");
	else
		strbuf_addf(out, " in %s", human_duration(wait_ms + 999, wait));
}

// Which of several it is stands in the detail.
static void add_hubs(struct strbuf *out, const struct fleet_feed *feed)
{
	if (feed->n_hubs > 1 && feed->n_away)
		strbuf_addf(out, " (%zu of %zu hubs)", feed->n_away, feed->n_hubs);
}

// "file_sd:/etc/opscon/targets.json" is targets.json; "http_sd:http://sd/agents" is sd/agents.
static const char *short_name(const char *name)
{
	const char *colon = strchr(name, ':'), *slash = strrchr(name, '/'), *scheme = strstr(name, "://");

	if (scheme)
		return scheme + 3;
	return slash && slash[1] ? slash + 1 : colon ? colon + 1 : name;
}

// A list that cannot be read is what the fleet is made of: whatever else is well, that stands until it is read again.
static void read_lists(const struct fleet *fleet, const struct view *view, struct connection *out)
{
	struct fleet_source failed;
	size_t n = fleet_sources_failed(fleet, &failed, 1);
	size_t len = strlen(out->text), word_len = strlen(out->word);
	char time[HUMAN_MAX];

	if (n == 0)
		return;
	if (status_group(out->status) == STATUS_GROUP_GREEN)
		out->status = STATUS_WARNING;
	human_time_of_day(failed.since_ms, view->utc_offset_s, time);
	time[5] = '\0'; // to the minute
	snprintf(out->word + word_len, sizeof out->word - word_len, n == 1 ? ", a list is stale" : ", lists are stale");
	if (n > 1)
		snprintf(out->text + len, sizeof out->text - len, ", %zu lists stale since %s", n, time);
	else
		snprintf(out->text + len, sizeof out->text - len, ", list of %.*s %s since %s",
			 text_fit(short_name(failed.name), 60), short_name(failed.name),
			 failed.was_read ? "stale" : "not read", time);
}

// What happens is kept for later by a recording: that it is not stands until it is again.
static void read_recordings(const struct fleet *fleet, const struct view *view, struct connection *out)
{
	size_t len = strlen(out->text), word_len = strlen(out->word);
	struct fleet_source stopped;
	char time[HUMAN_MAX];

	if (fleet_recordings_stopped(fleet, &stopped, 1) == 0)
		return;
	if (status_group(out->status) == STATUS_GROUP_GREEN)
		out->status = STATUS_WARNING;
	human_time_of_day(stopped.since_ms, view->utc_offset_s, time);
	time[5] = '\0'; // to the minute
	snprintf(out->word + word_len, sizeof out->word - word_len, ", not recorded");
	snprintf(out->text + len, sizeof out->text - len, ", not recorded since %s: %.*s", time,
		 text_fit(stopped.why, 60), stopped.why);
}

void connection_read(const struct fleet *fleet, const struct view *view, struct connection *out)
{
	const struct fleet_feed *feed = fleet_feed(fleet);
	struct face face = face_of(feed->state);
	struct strbuf text;

	out->status = face.status;
	snprintf(out->word, sizeof out->word, "%s%s", view->is_paused ? "paused, " : "", face.word);
	strbuf_init(&text, out->text, sizeof out->text);
	strbuf_add(&text, out->word);
	add_hubs(&text, feed);
	if (feed->state == FEED_RECONNECTING) {
		add_retry(&text, feed, view);
		if (feed->since_ms && fleet_n_agents(fleet)) {
			strbuf_add(&text, ", stale");
			add_since(&text, feed, view);
		}
	} else if (feed->state == FEED_STALE || feed->state == FEED_OFFLINE || feed->state == FEED_REFUSED)
		add_since(&text, feed, view);
	else if (feed->state == FEED_LIVE && feed->last_answer_ms)
		add_age(&text, " ", feed->last_answer_ms, view->now.wall_ms);
	else if (feed->last_answer_ms)
		add_age(&text, ", last result ", feed->last_answer_ms, view->now.wall_ms);
	if (feed->detail && *feed->detail)
		strbuf_addf(&text, ": %s", feed->detail);
	read_lists(fleet, view, out);
	read_recordings(fleet, view, out);
}

static void draw(const struct widget *widget, const struct fleet *fleet, const struct view *view, struct canvas *canvas)
{
	struct connection connection;
	const char *label;
	int width;

	(void)widget;
	connection_read(fleet, view, &connection);
	label = canvas->width < SHORT_BELOW ? connection.word : connection.text;
	width = status_badge_width(connection.status, label, BADGE_MD, 0);
	if (width > canvas->width)
		width = canvas->width;
	status_badge_draw(canvas, canvas->width - width, 0, width, connection.status, label, BADGE_MD, 0);
}

const struct widget_class connection_class = { .name = "connection", .min_width = 6, .min_height = 1, .draw = draw };
