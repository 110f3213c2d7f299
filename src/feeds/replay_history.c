// SPDX-License-Identifier: Apache-2.0
#include "feeds/replay_history.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

enum { BLOCKS_MAX = 1000 }; // looked through: a quarter of a second

struct points {
	struct metric_point *items; // owned
	size_t n, cap;
};

struct history {
	struct points series[SERIES_MAX];
	struct event_reader *reader; // borrowed
};

static int add(struct points *points, int64_t at_ms, double value)
{
	size_t cap = points->cap ? points->cap * 2 : 64;
	struct metric_point *items;

	if (points->n == points->cap) {
		items = mem_realloc(points->items, cap * sizeof *items);
		if (!items)
			return -ENOMEM;
		points->items = items;
		points->cap = cap;
	}
	points->items[points->n++] = (struct metric_point){ .at_ms = at_ms, .value = value };
	return 0;
}

static int take(struct history *history, const struct record *record)
{
	struct event *event = NULL;
	int r = event_json_read(history->reader, record->text, record->n, &event, NULL);

	if (r < 0 || !event)
		return r == -ENOMEM ? r : 0;
	r = 0;
	for (size_t i = 0; event->type == EVENT_METRICS && i < event->u.metrics.n && r == 0; i++) {
		const struct metric_reading *reading = &event->u.metrics.items[i];

		if (reading->series < SERIES_MAX)
			r = add(&history->series[reading->series], event->at_ms, reading->value);
	}
	event_unref(event);
	return r;
}

static int look_through(struct history *history, struct tape *tape, struct tape_place from, struct tape_place to,
			uint32_t agent)
{
	struct record record;
	int r = 0;

	while (r == 0 && tape_compare(&from, &to) < 0) {
		r = tape_next(tape, &from, &record);
		if (r == 0)
			return 0;
		if (r == 1)
			r = record.agent == agent && record.flags & RECORD_METRICS ? take(history, &record) : 0;
		else if (r == -EBADMSG)
			r = 0; // a hole in the chart
	}
	return r;
}

static void emit(struct points *points, uint16_t series, uint32_t agent, int64_t now_ms, const struct event_sink *sink)
{
	struct event *event = event_new(EVENT_POINTS, now_ms, agent);

	if (!event)
		return;
	event->channel = CHANNEL_METRICS;
	event->u.points.series = series;
	event->u.points.items = points->items;
	event->u.points.n = points->n;
	points->items = NULL;
	event_emit(sink, event);
}

// Another run has other numbers: what was before the one that is shown stays out.
static struct tape_place begin_of_run(const struct tape *tape, struct tape_place from, struct tape_place to)
{
	for (size_t block = to.record ? to.block + 1 : to.block; block-- > from.block + 1;) {
		struct tape_place place = { .block = block };

		if (tape_is_other_run(tape, &place))
			return place;
	}
	return from;
}

int replay_history(struct tape *tape, struct replay_player *player, uint32_t agent, int64_t retention_ms,
		   const struct event_sink *sink)
{
	struct tape_place from, to = player->place;
	struct history *history = mem_calloc(1, sizeof *history);
	uint32_t agent_then;
	int r;

	if (!history)
		return -ENOMEM;
	history->reader = &player->reader;
	r = tape_at_time(tape, player->clock_ms - retention_ms, &from);
	if (r == 0 && to.block > BLOCKS_MAX && from.block < to.block - BLOCKS_MAX)
		from = (struct tape_place){ .block = to.block - BLOCKS_MAX };
	if (r == 0)
		from = begin_of_run(tape, from, to);
	if (r == 0 && replay_player_recorded(player, agent, &agent_then) == 0)
		r = look_through(history, tape, from, to, agent_then);
	for (size_t i = 0; i < SERIES_MAX; i++) {
		if (r == 0 && history->series[i].n)
			emit(&history->series[i], (uint16_t)i, agent, player->clock_ms, sink);
		mem_free(history->series[i].items);
	}
	mem_free(history);
	return r;
}
