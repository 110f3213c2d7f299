// SPDX-License-Identifier: Apache-2.0
#include "feeds/replay_player.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/container_of.h"
#include "base/human.h"
#include "base/memory.h"

enum { PLAY_BATCH = 500, JUMP_BATCH = 4000, RUN = 1 }; // RUN: the one hub of the numbers

static const double speeds[] = { REPLAY_SPEED_MIN, 0.5, 1, 2, 5, 10, 30, 60, 100, 300, REPLAY_SPEED_MAX };
enum { N_SPEEDS = sizeof speeds / sizeof speeds[0] };

static struct replay_player *player_of(struct replay *replay)
{
	return container_of(replay, struct replay_player, replay);
}

static bool is_at_end(const struct replay_player *player)
{
	return player->place.block >= player->facts.n_blocks;
}

// ---- runs

// Numbers of a run that is not the one before mean something else.
static void meet_run(struct replay_player *player, size_t block)
{
	const char *boot = tape_boot(player->tape, block);

	if (strcmp(boot, player->boot) == 0)
		return;
	hub_ids_forget(player->ids, RUN);
	event_reader_forget(&player->reader);
	player->boot = boot;
}

static int64_t local_id(void *ctx, enum wire_id kind, uint32_t remote, const char *key)
{
	return hub_ids_read(ctx, RUN, kind, remote, key);
}

int replay_player_recorded(const struct replay_player *player, uint32_t agent, uint32_t *recorded)
{
	return hub_ids_remote(player->ids, RUN, HUB_ID_AGENT, agent, recorded);
}

// ---- events

static void emit_snapshot(struct replay_player *player, bool is_end, int64_t at_ms)
{
	struct event *event = event_new(EVENT_SNAPSHOT, at_ms, 0);

	if (!event)
		return;
	event->channel = CHANNEL_SYSTEM;
	event->is_restated = true;
	event->u.snapshot.is_end = is_end;
	event->u.snapshot.overall_since_ms = at_ms;
	event_emit(&player->sink, event);
}

static void tell(struct replay_player *player, int64_t at_ms, const char *why)
{
	struct event *event = event_new(EVENT_NOTICE, at_ms, 0);

	if (!event)
		return;
	event->channel = CHANNEL_SYSTEM;
	event->u.notice.severity = SEVERITY_WARNING;
	event->u.notice.type = ACTION_ERROR;
	event->u.notice.title = mem_strdup("a part of the recording cannot be read");
	event->u.notice.text = mem_strdup(why);
	event_emit(&player->sink, event);
}

// Of single events once: more of them say no more.
static void tell_bad(struct replay_player *player, const char *why)
{
	player->has_gap = true;
	if (!player->n_bad++)
		tell(player, player->clock_ms, why);
}

// Each where it is, and not before a snapshot has told what there was until then.
static void tell_hole(struct replay_player *player)
{
	const struct tape_damage *hole = &player->hole;
	char from[HUMAN_MAX], to[HUMAN_MAX], what[TAPE_DAMAGE_WORDS_MAX], why[4 * HUMAN_MAX];

	if (player->takes_restated || (!hole->n_blocks && !hole->n_places))
		return;
	tape_damage_words(hole, what);
	snprintf(why, sizeof why, "nothing is known from %s to %s: %s", human_rfc3339(hole->from_ms, from),
		 human_rfc3339(hole->to_ms, to), what);
	tell(player, hole->to_ms, why);
	player->hole = (struct tape_damage){ 0 };
}

// ---- gaps

static void emit_gap(struct replay_player *player, enum replay_gap gap, int64_t at_ms)
{
	static const enum feed_state states[] = {
		[REPLAY_GAP_NONE] = FEED_LIVE,
		[REPLAY_GAP_WITHIN] = FEED_STALE,
		[REPLAY_GAP_BEHIND] = FEED_LATE,
	};
	struct event *event = gap == player->gap ? NULL : event_new(EVENT_FEED, at_ms, 0);

	if (!event)
		return;
	event->channel = CHANNEL_SYSTEM;
	event->u.feed.is_link = true;
	event->u.feed.state = states[gap];
	event->u.feed.since_ms = at_ms;
	event->u.feed.detail = mem_strdup("");
	player->gap = gap;
	event_emit(&player->sink, event);
}

// Right before the place; also what cannot be read before the end.
static bool gap_at(const struct replay_player *player, struct tape_place place, int64_t *from_ms, int64_t *to_ms)
{
	struct tape_damage hole;

	if (!tape_hole(player->tape, &place, &hole))
		return tape_gap(player->tape, &place, from_ms, to_ms);
	*from_ms = hole.from_ms;
	*to_ms = hole.to_ms;
	return true;
}

// What was told of the gap, when the clock stands in it.
static void settle_gap(struct replay_player *player)
{
	int64_t from_ms, to_ms;

	if (!player->is_jumping && gap_at(player, player->place, &from_ms, &to_ms) && player->clock_ms > from_ms)
		emit_gap(player, REPLAY_GAP_WITHIN, from_ms);
}

// Played or hurried across: what was said before it counts no more, however short it was.
static void cross_gap(struct replay_player *player, struct tape_place place)
{
	int64_t from_ms, to_ms;

	if (place.block != player->start_block && gap_at(player, place, &from_ms, &to_ms))
		emit_gap(player, REPLAY_GAP_WITHIN, from_ms);
	if (player->gap == REPLAY_GAP_WITHIN)
		emit_gap(player, REPLAY_GAP_BEHIND, player->clock_ms);
}

/* Behind something that cannot be read. The end of a snapshot that is being taken in may have been there: what it has
 * not said until then is not known.
 */
static void leave_hole(struct replay_player *player)
{
	player->has_gap = true;
	player->n_bad++;
	if (!player->takes_restated || tape_snapshot_goes_on(player->tape, player->place.block))
		return;
	player->takes_restated = false;
	emit_snapshot(player, true, player->clock_ms);
}

static void take(struct replay_player *player, const struct record *record)
{
	char why[EVENT_JSON_WHY_MAX] = "";
	struct event *event = NULL;
	int64_t at_ms;
	bool is_whole;
	int r;

	if (record->flags & RECORD_RESTATED && !player->takes_restated)
		return;
	r = event_json_read(&player->reader, record->text, record->n, &event, why);
	if (r < 0) {
		tell_bad(player, r == -ENOMEM ? "out of memory" : why);
		return;
	}
	if (!event)
		return;
	is_whole = event->type == EVENT_SNAPSHOT && event->u.snapshot.is_end;
	at_ms = event->at_ms;
	if (is_whole)
		player->takes_restated = false;
	event_emit(&player->sink, event);
	if (is_whole)
		emit_gap(player, REPLAY_GAP_NONE, at_ms);
	tell_hole(player);
}

// Where a block begins: whether its snapshot says what is not known.
static void enter(struct replay_player *player)
{
	unsigned flags = tape_flags(player->tape, &player->place);
	bool is_other = tape_is_other_run(player->tape, &player->place);
	struct tape_damage lost = { 0 };

	meet_run(player, player->place.block);
	if (tape_damage_add_lost(player->tape, &player->place, &lost))
		leave_hole(player);
	if (flags & BLOCK_BEGINS_SNAPSHOT && (flags & BLOCK_AFTER_GAP || is_other || player->has_gap)) {
		player->takes_restated = true;
		player->has_gap = false;
		player->n_snapshots++;
	}
}

// Its hole is told when there is something behind it, or the end.
static int fail(struct replay_player *player, int error)
{
	if (error == -EBADMSG)
		leave_hole(player);
	else
		tell_bad(player, strerrordesc_np(-error));
	if (is_at_end(player) && tape_hole(player->tape, &player->place, &player->hole))
		tell_hole(player);
	return 1;
}

// One record. 1; 0 at the end.
static int take_next(struct replay_player *player)
{
	const struct tape_place place = player->place;
	bool is_first = place.record == 0 && !is_at_end(player);
	struct record record;
	int r;

	if (is_first)
		enter(player);
	r = tape_next(player->tape, &player->place, &record);
	if (r < 0)
		return fail(player, r);
	if (r == 0)
		return 0;
	if (is_first)
		cross_gap(player, place);
	if (is_first && place.block != player->start_block && tape_hole(player->tape, &place, &player->hole))
		tell_hole(player);
	take(player, &record);
	return 1;
}

// ---- the clock

int64_t replay_player_now_ms(const struct replay_player *player, int64_t mono_ms)
{
	double gone_ms = (double)(mono_ms - player->mono_ms) * player->speed;
	int64_t now_ms = player->clock_ms;

	if (player->is_paused || player->is_jumping || gone_ms <= 0)
		return now_ms;
	now_ms += gone_ms < 1e15 ? (int64_t)gone_ms : INT64_C(1000000000000000);
	return now_ms < player->facts.to_ms ? now_ms : player->facts.to_ms;
}

// From here on another speed counts.
static void set_clock(struct replay_player *player, int64_t clock_ms, int64_t mono_ms)
{
	player->clock_ms = clock_ms;
	player->mono_ms = mono_ms;
}

static void jump_on(struct replay_player *player, int64_t mono_ms)
{
	for (int n = 0; n < JUMP_BATCH && tape_compare(&player->place, &player->goal) < 0; n++)
		if (!take_next(player))
			break;
	if (tape_compare(&player->place, &player->goal) < 0 && !is_at_end(player))
		return;
	player->is_jumping = false;
	set_clock(player, player->goal_ms, mono_ms);
}

// The clock of who recorded it was set back, by more than what may have waited for us.
static bool went_back(const struct replay_player *player, int64_t at_ms)
{
	return (double)(player->clock_ms - at_ms) > 1000 * (1 + player->speed);
}

static void play_on(struct replay_player *player, int64_t mono_ms)
{
	int64_t due_ms = replay_player_now_ms(player, mono_ms);
	struct record record;
	int r;

	for (int n = 0; n < PLAY_BATCH; n++) {
		r = tape_peek(player->tape, &player->place, &record);
		if (r == 1 && went_back(player, record.at_ms)) {
			set_clock(player, record.at_ms, mono_ms);
			due_ms = record.at_ms;
		}
		if (r == 0 || (r == 1 && record.at_ms > due_ms)) {
			set_clock(player, due_ms, mono_ms);
			return;
		}
		take_next(player);
	}
	// It is more than can be shown at that speed: the clock waits for the events.
	set_clock(player, r == 1 && record.at_ms > player->clock_ms ? record.at_ms : player->clock_ms, mono_ms);
}

void replay_player_advance(struct replay_player *player, int64_t mono_ms)
{
	if (player->is_jumping)
		jump_on(player, mono_ms);
	else if (!player->is_paused)
		play_on(player, mono_ms);
	settle_gap(player);
}

// When the gap is to be told that the clock is not in yet. False: there is none.
static bool is_before_gap(const struct replay_player *player, int64_t *due_ms)
{
	int64_t from_ms, to_ms;

	if (player->gap == REPLAY_GAP_WITHIN || !gap_at(player, player->place, &from_ms, &to_ms) || from_ms >= to_ms ||
	    from_ms >= player->facts.to_ms)
		return false;
	*due_ms = from_ms + 1;
	return true;
}

// Wall: when there is more. 1; 0 never; negative errno: at once.
static int find_due(const struct replay_player *player, int64_t *due_ms)
{
	struct record record;
	int r;

	if (is_before_gap(player, due_ms))
		return 1;
	r = tape_peek(player->tape, &player->place, &record);
	*due_ms = r == 1 ? record.at_ms : 0;
	return r;
}

int64_t replay_player_next_ms(const struct replay_player *player)
{
	int64_t due_ms;
	double wait_ms;
	int r;

	if (player->is_jumping)
		return player->mono_ms;
	r = player->is_paused ? 0 : find_due(player, &due_ms);
	if (r == 0)
		return INT64_MAX;
	if (r < 0 || due_ms <= player->clock_ms)
		return player->mono_ms;
	wait_ms = ceil((double)(due_ms - player->clock_ms) / player->speed);
	return wait_ms < 1e12 ? player->mono_ms + (int64_t)wait_ms : INT64_MAX;
}

// ---- controls

// When the next snapshot makes up for what is missing.
static int64_t mended_ms(const struct replay_player *player)
{
	int64_t from_ms = 0;

	return tape_next_snapshot(player->tape, player->place, &from_ms) ? from_ms : INT64_MAX;
}

static void look(const struct replay *replay, int64_t mono_ms, struct replay_state *out)
{
	const struct replay_player *player = (const struct replay_player *)replay; // its first member

	*out = (struct replay_state){
		.now_ms = player->is_jumping ? player->goal_ms : replay_player_now_ms(player, mono_ms),
		.from_ms = player->facts.from_ms,
		.to_ms = player->facts.to_ms,
		.speed = player->speed,
		.is_paused = player->is_paused,
		.is_jumping = player->is_jumping,
		.is_at_end = is_at_end(player) && !player->is_jumping,
		.n_snapshots = player->n_snapshots,
		.mended_ms = player->has_gap && !player->is_jumping ? mended_ms(player) : 0,
	};
	if (out->is_jumping || !tape_gap(player->tape, &player->place, &out->gap_from_ms, &out->gap_to_ms) ||
	    out->now_ms <= out->gap_from_ms)
		out->gap_from_ms = out->gap_to_ms = 0;
}

// What is changed from here on does not change how it went until here.
static void bring_up(struct replay_player *player, int64_t mono_ms)
{
	set_clock(player, replay_player_now_ms(player, mono_ms), mono_ms);
	settle_gap(player);
}

static void moved(struct replay_player *player)
{
	if (player->moved)
		player->moved(player->ctx);
}

static void pause_player(struct replay *replay, int64_t mono_ms, bool is_paused)
{
	struct replay_player *player = player_of(replay);

	if (!player->is_jumping)
		replay_player_advance(player, mono_ms); // hurried, much may have come since the last time
	bring_up(player, mono_ms);
	player->is_paused = is_paused;
	moved(player);
}

void replay_player_set_speed(struct replay_player *player, double speed)
{
	player->speed = speed < REPLAY_SPEED_MIN   ? REPLAY_SPEED_MIN
			: speed > REPLAY_SPEED_MAX ? REPLAY_SPEED_MAX
						   : speed;
	moved(player);
}

static void change_speed(struct replay *replay, int64_t mono_ms, int direction)
{
	struct replay_player *player = player_of(replay);
	int i = direction > 0 ? 0 : N_SPEEDS - 1;

	bring_up(player, mono_ms);
	while (i >= 0 && i < N_SPEEDS && (direction > 0 ? speeds[i] <= player->speed : speeds[i] >= player->speed))
		i += direction > 0 ? 1 : -1;
	if (i >= 0 && i < N_SPEEDS)
		replay_player_set_speed(player, speeds[i]);
}

// Without a whole snapshot on the way there is nothing that says what has gone: it is said here.
static bool has_snapshot(const struct replay_player *player, struct tape_place from, struct tape_place to)
{
	for (; from.block < to.block; from.block++)
		if (tape_flags(player->tape, &from) & BLOCK_ENDS_SNAPSHOT)
			return true;
	return false;
}

static void jump(struct replay_player *player, struct tape_place goal, int64_t goal_ms)
{
	struct tape_place start = tape_snapshot_before(player->tape, goal);
	bool is_ahead = player->gap != REPLAY_GAP_WITHIN && tape_compare(&player->place, &goal) <= 0 &&
			tape_compare(&start, &player->place) <= 0;

	player->goal = goal;
	player->goal_ms = goal_ms;
	player->is_jumping = true;
	if (!is_ahead) {
		if (player->gap == REPLAY_GAP_WITHIN)
			emit_gap(player, REPLAY_GAP_BEHIND, goal_ms);
		if (!has_snapshot(player, start, goal)) {
			emit_snapshot(player, false, goal_ms);
			emit_snapshot(player, true, goal_ms);
			emit_gap(player, REPLAY_GAP_NONE, goal_ms);
		}
		event_reader_forget(&player->reader);
		if (start.block < player->facts.n_blocks)
			meet_run(player, start.block);
		player->place = start;
		player->start_block = start.block;
		player->hole = (struct tape_damage){ 0 };
		player->takes_restated = true;
		player->has_gap = false;
		player->n_snapshots++;
	}
	moved(player);
}

static int seek(struct replay *replay, int64_t mono_ms, int64_t at_ms)
{
	struct replay_player *player = player_of(replay);
	const struct tape_facts *facts = &player->facts;
	struct tape_place goal;
	int r;

	bring_up(player, mono_ms);
	at_ms = at_ms < facts->from_ms ? facts->from_ms : at_ms > facts->to_ms ? facts->to_ms : at_ms;
	r = tape_at_time(player->tape, at_ms, &goal);
	if (r == 0)
		jump(player, goal, at_ms);
	return r;
}

// The time at a place is that of the record before it.
static int64_t time_before(struct replay_player *player, struct tape_place place)
{
	struct record record;

	return tape_before(player->tape, place, &record) == 1 ? record.at_ms : player->clock_ms;
}

static int step(struct replay *replay, int64_t mono_ms, enum replay_step step, int direction)
{
	struct replay_player *player = player_of(replay);
	struct tape_place from = player->is_jumping ? player->goal : player->place, goal;
	unsigned flags = step == REPLAY_TRANSITION ? RECORD_TRANSITION : RECORD_CHANGE;
	int r;

	bring_up(player, mono_ms);
	player->is_paused = true;
	r = tape_find(player->tape, from, direction, flags, &goal);
	if (r == 1)
		jump(player, goal, time_before(player, goal));
	else
		moved(player);
	return r == 1 ? 0 : r < 0 ? r : -ENOENT;
}

static const struct replay_class player_class = {
	.look = look,
	.pause = pause_player,
	.speed = change_speed,
	.step = step,
	.seek = seek,
};

int replay_player_init(struct replay_player *player, struct tape *tape, const struct event_sink *sink, int64_t mono_ms)
{
	*player = (struct replay_player){
		.replay.class = &player_class,
		.tape = tape,
		.sink = *sink,
		.boot = "",
		.start_block = SIZE_MAX,
		.takes_restated = true,
		.speed = 1,
		.mono_ms = mono_ms,
	};
	if (hub_ids_create(&player->ids) < 0)
		return -ENOMEM;
	event_reader_init(&player->reader, 0);
	player->reader.id = local_id;
	player->reader.ctx = player->ids;
	tape_look(tape, &player->facts);
	player->place = tape_begin(tape);
	player->clock_ms = player->facts.from_ms;
	return 0;
}

void replay_player_finish(struct replay_player *player)
{
	event_reader_finish(&player->reader);
	hub_ids_destroy(player->ids);
}
