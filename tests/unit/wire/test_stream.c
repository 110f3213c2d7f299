// SPDX-License-Identifier: Apache-2.0
/* A fleet across the wire: the snapshot as JSON, read with other numbers, and live events after it, make one that shows
 * the same.
 */
#include <string.h>

#include "base/memory.h"
#include "fleet/snapshot.h"
#include "tests/support/event_dice.h"
#include "tests/support/suite.h"
#include "wire/event_json.h"

enum { STEPS = 400, SEEDS = 8, SHIFT = 3000 };

#define NOW_MS INT64_C(1795446245000)

static int64_t shifted(void *ctx, enum wire_id kind, uint32_t remote, const char *key)
{
	(void)ctx;
	(void)key;
	return kind == WIRE_ID_SERIES ? (remote + 100) % SERIES_MAX : remote + SHIFT;
}

static void cross(struct event_reader *reader, struct wire_told *told, const struct event *event, struct fleet *to)
{
	unsigned flags = event->is_restated ? EVENT_JSON_PLAN : wire_told_flags(told, event);
	char why[EVENT_JSON_WHY_MAX] = "";
	struct event *again;
	struct bytes out;
	int r;

	bytes_init(&out, EVENT_JSON_MAX);
	ck_assert_int_eq(event_json_write(event, flags, &out), 0);
	r = event_json_read(reader, out.data, out.len, &again, why);
	ck_assert_msg(r == EVENT_JSON_TAKEN, "%d, %s: %s", r, why, out.data);
	ck_assert_int_eq(fleet_apply(to, again), 0);
	event_unref(again);
	bytes_finish(&out);
}

static void stream(struct event_dice *dice, struct fleet *live, struct fleet *to, struct event_reader *reader,
		   struct wire_told *told, int64_t *now_ms)
{
	for (int i = 0; i < STEPS; i++) {
		// The last three come without an end of a snapshot that nobody began.
		enum event_type type = (enum event_type)dice_roll(dice, EVENT_SNAPSHOT);
		struct event *event = dice_event(dice, type, *now_ms += dice_roll(dice, 400));

		ck_assert_int_eq(fleet_apply(live, event), 0);
		if (to)
			cross(reader, told, event, to);
		event_unref(event);
	}
}

static void snapshot(const struct fleet *live, struct fleet *to, struct event_reader *reader, struct wire_told *told,
		     int64_t now_ms)
{
	struct fleet_snapshot *cursor;
	struct event *event;

	ck_assert_int_eq(fleet_snapshot_create(live, &cursor), 0);
	while (fleet_snapshot_next(cursor, now_ms, &event) == 0 && event) {
		cross(reader, told, event, to);
		event_unref(event);
	}
	fleet_snapshot_destroy(cursor);
}

static char *dump_of(const struct fleet *fleet)
{
	struct bytes out;

	bytes_init(&out, 64 << 20);
	ck_assert_int_eq(fleet_dump(fleet, 0, &out), 0);
	return out.data;
}

static void check_same(const struct fleet *a, const struct fleet *b)
{
	mem_auto char *left = dump_of(a);
	mem_auto char *right = dump_of(b);
	size_t at = 0;

	while (left[at] && left[at] == right[at])
		at++;
	ck_assert_msg(left[at] == right[at], "%.300s\n---- across\n%.300s", left + at, right + at);
}

START_TEST(a_fleet_across_the_wire_shows_the_same)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct event_dice dice = { .state = seed };
		struct event_reader reader;
		struct wire_told told = { 0 };
		struct fleet *live, *to;
		int64_t now_ms = NOW_MS;

		event_reader_init(&reader, 3);
		reader.id = shifted;
		ck_assert_int_eq(fleet_create(NULL, &live), 0);
		ck_assert_int_eq(fleet_create(NULL, &to), 0);
		stream(&dice, live, NULL, &reader, &told, &now_ms);
		snapshot(live, to, &reader, &told, now_ms);
		check_same(live, to);
		stream(&dice, live, to, &reader, &told, &now_ms);
		check_same(live, to);
		snapshot(live, to, &reader, &told, now_ms); // once more changes nothing
		check_same(live, to);
		fleet_destroy(live);
		fleet_destroy(to);
		event_reader_finish(&reader);
		event_dice_finish(&dice);
	}
}
END_TEST

SUITE("wire stream", a_fleet_across_the_wire_shows_the_same)
