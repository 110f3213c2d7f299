// SPDX-License-Identifier: Apache-2.0
/* A recording that somebody else made: after an even byte a file as it is; after an odd one blocks, packed and summed
 * as they should be, whose contents are anything. It is opened or refused, read on and back, searched, played and cut,
 * within its bounds, and what it says of itself is clean.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "feeds/replay_history.h"
#include "opscon/fleet.h"
#include "recording/export.h"
#include "recording/file_writer.h"
#include "tests/fuzz/fuzz.h"
#include "wire/event_json.h"

enum { BLOCKS_MAX = 24, WHY_MAX = 512, JUMPS_MAX = 1000, PLAYED_MAX = 200 };

static const char *path_of(const char *name)
{
	static char paths[2][512];
	static int i;

	i = !i;
	snprintf(paths[i], sizeof paths[i], "%s/%s", fuzz_dir(), name);
	return paths[i];
}

// Records of one line each, or bytes that are none.
static void add_block(struct file_writer *writer, struct block_codec *codec, struct fuzz_input *input)
{
	struct block_head head = { .kind = BLOCK_EVENTS, .flags = fuzz_byte(input) & 7 };
	uint8_t how = fuzz_byte(input);
	struct record_batch batch;
	int64_t at_ms = 1000 * (int64_t)fuzz_byte(input);
	char *raw;
	size_t n;

	record_batch_init(&batch);
	for (int i = 0; i < (how & 15); i++) {
		char *line = fuzz_part(input, "\n", &n);
		struct record record = {
			.at_ms = at_ms + i * (how & 64 ? -10 : 10), .agent = (uint32_t)i % 3, .text = line, .n = n
		};

		record.flags = n ? (unsigned char)line[n / 2] & 15u : 0;
		fuzz_expect(record_batch_add(&batch, &record) == 0, "there is memory");
		mem_free(line);
	}
	raw = mem_alloc(record_batch_bytes(&batch) + 1);
	fuzz_expect(raw != NULL, "there is memory");
	record_batch_copy(&batch, raw);
	head.n_records = batch.head.n_records + (how >> 7);
	head.from_ms = batch.head.from_ms;
	head.to_ms = batch.head.to_ms;
	head.n_changes = head.n_transitions = head.n_records;
	if (how & 32 && record_batch_bytes(&batch) > 9)
		raw[8] ^= 0x55;
	fuzz_expect(file_writer_add(writer, codec, &head, raw, record_batch_bytes(&batch)) == 0, "it can be written");
	mem_free(raw);
	record_batch_finish(&batch);
}

static void write_blocks(struct fuzz_input *input)
{
	const char *path = path_of("in.rec");
	struct block_codec codec = { 0 };
	struct file_writer writer;
	struct about about;

	about_init(&about, 0);
	unlink(path);
	file_writer_init(&writer);
	fuzz_expect(file_writer_open(&writer, AT_FDCWD, path, &codec, &about) == 0, "a file can be made");
	for (int i = 0; input->n && i < BLOCKS_MAX; i++)
		add_block(&writer, &codec, input);
	fuzz_expect(file_writer_close(&writer, &codec) == 0, "it can be closed");
	file_writer_finish(&writer);
	block_codec_finish(&codec);
}

static void check_facts(const struct tape *tape, struct tape_facts *facts)
{
	tape_look(tape, facts);
	fuzz_expect_clean(facts->about->fleet, "a fleet's name is clean");
	fuzz_expect_clean(facts->about->program, "a program's name is clean");
	fuzz_expect_clean(facts->about->boot, "a run's name is clean");
	fuzz_expect_clean(facts->about->dropped, "what is missing is clean");
	fuzz_expect(facts->from_ms <= facts->to_ms, "it begins before it ends");
}

// Everything in order, folded as a console would.
static uint64_t read_on(struct tape *tape)
{
	struct tape_place place = tape_begin(tape), before = place;
	struct event_reader reader;
	struct record record;
	struct fleet *fleet;
	uint64_t n = 0;
	int r;

	event_reader_init(&reader, 0);
	fuzz_expect(fleet_create(NULL, &fleet) == 0, "there is memory");
	while ((r = tape_next(tape, &place, &record)) != 0) {
		struct event *event = NULL;

		fuzz_expect(tape_compare(&before, &place) < 0, "it goes on");
		before = place;
		if (r == 1 && event_json_read(&reader, record.text, record.n, &event, NULL) == 0 && event)
			fleet_apply(fleet, event);
		event_unref(event);
		n += r == 1;
	}
	event_reader_finish(&reader);
	fleet_destroy(fleet);
	return n;
}

static void search(struct tape *tape, const struct tape_facts *facts)
{
	struct tape_place place = tape_begin(tape), back = tape_end(tape), at, before;
	uint64_t n = 0, n_back = 0;

	while (tape_find(tape, place, 1, RECORD_CHANGE | RECORD_TRANSITION, &at) == 1) {
		fuzz_expect(tape_compare(&place, &at) < 0, "it is found further on");
		place = at;
		n++;
	}
	while (tape_find(tape, back, -1, RECORD_CHANGE | RECORD_TRANSITION, &at) == 1) {
		fuzz_expect(tape_compare(&at, &back) < 0, "it is found before");
		back = at;
		n_back++;
	}
	fuzz_expect(n_back <= n && n <= n_back + 1, "as much is found both ways");
	for (int i = 0; i <= 8; i++) {
		int64_t at_ms = facts->from_ms + i * ((facts->to_ms - facts->from_ms) / 8);

		if (tape_at_time(tape, at_ms, &at) < 0)
			continue;
		before = tape_snapshot_before(tape, at);
		fuzz_expect(tape_compare(&before, &at) <= 0, "a snapshot is before");
	}
}

// ---- as a console has it

static void on_played(void *ctx, struct event *event)
{
	fleet_apply(ctx, event);
	event_unref(event);
}

static void settle(struct replay_player *player, int64_t mono_ms)
{
	struct replay_state state;
	int n = 0;

	do {
		replay_player_advance(player, mono_ms);
		player->replay.class->look(&player->replay, mono_ms, &state);
		fuzz_expect(++n < JUMPS_MAX, "a jump ends");
	} while (state.is_jumping);
	fuzz_expect(state.now_ms >= state.from_ms && state.now_ms <= state.to_ms, "it stands within the recording");
}

static void jump(struct replay_player *player, const struct event_sink *sink, int64_t mono_ms)
{
	const struct tape_facts *facts = &player->facts;

	for (int i = 4; i >= 0; i--) {
		if (player->replay.class->seek(&player->replay, mono_ms,
					       facts->from_ms + i * ((facts->to_ms - facts->from_ms) / 4)) == 0)
			settle(player, mono_ms);
		(void)replay_history(player->tape, player, 1, 60000, sink);
		for (int step = 0; step < 4; step++)
			if (player->replay.class->step(&player->replay, mono_ms,
						       step & 1 ? REPLAY_CHANGE : REPLAY_TRANSITION,
						       step & 2 ? 1 : -1) == 0)
				settle(player, mono_ms);
	}
}

static void play(struct tape *tape)
{
	struct replay_player player;
	struct event_sink sink = { .emit = on_played };
	int64_t mono_ms = 1000, next_ms;
	struct fleet *fleet;

	fuzz_expect(fleet_create(NULL, &fleet) == 0, "there is memory");
	sink.ctx = fleet;
	replay_player_init(&player, tape, &sink, mono_ms);
	replay_player_set_speed(&player, REPLAY_SPEED_MAX);
	for (int i = 0; i < PLAYED_MAX && (next_ms = replay_player_next_ms(&player)) != INT64_MAX; i++) {
		fuzz_expect(next_ms >= player.mono_ms, "time goes on");
		mono_ms = next_ms > mono_ms ? next_ms : mono_ms;
		replay_player_advance(&player, mono_ms);
	}
	jump(&player, &sink, mono_ms);
	replay_player_finish(&player);
	fleet_destroy(fleet);
}

static void cut(struct tape *tape)
{
	const struct export_options options = { .path = path_of("out.rec") };
	struct export_outcome outcome;
	char why[WHY_MAX];
	struct tape *again;

	unlink(options.path);
	if (recording_export(tape, &options, &outcome, why, sizeof why) < 0) {
		fuzz_expect(*why != '\0', "why is said");
		return;
	}
	fuzz_expect(tape_open(options.path, &again, why, sizeof why) == 0, "what was cut out can be read");
	tape_close(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char why[WHY_MAX] = "";
	struct tape_facts facts;
	struct tape *tape;

	if (fuzz_byte(&input) & 1)
		write_blocks(&input);
	else
		fuzz_write("in.rec", input.at, input.n);
	if (tape_open(path_of("in.rec"), &tape, why, sizeof why) < 0) {
		fuzz_expect(*why != '\0', "why is said");
		return 0;
	}
	check_facts(tape, &facts);
	fuzz_expect(read_on(tape) <= facts.n_records, "no more is read than there is");
	search(tape, &facts);
	if (facts.n_blocks)
		play(tape);
	cut(tape);
	tape_close(tape);
	return 0;
}
