// SPDX-License-Identifier: Apache-2.0
/* The picker, which is the palette too. Up to the first newline the label of one more item; then the keys. */
#include <string.h>

#include "base/memory.h"
#include "console/fuzzy.h"
#include "console/keymap.h"
#include "console/picker.h"
#include "tests/fuzz/key_stream.h"
#include "text/text.h"

static void check_shown(const struct picker_view *view)
{
	for (size_t i = 0; i < view->n_items; i++) {
		struct fuzzy_match match;

		fuzz_expect(fuzzy_match(view->items[i].label, view->query, &match), "what is shown matches");
		fuzz_expect(match.score == view->items[i].score, "and scores as it does");
		fuzz_expect(i == 0 || !view->query[0] || view->items[i - 1].score >= view->items[i].score,
			    "the best stands first");
	}
}

static void check_picker(const struct picker *picker)
{
	struct picker_view view;
	size_t at = 0, n_picked = 0;

	picker_show(picker, &view);
	fuzz_expect(view.n_items <= view.n_total, "no more is shown than there is");
	fuzz_expect(view.cursor < view.n_items || (view.cursor == 0 && view.n_items == 0), "the cursor is on an item");
	fuzz_expect(view.top <= view.cursor, "the cursor is in sight");
	fuzz_expect(!picker_choice(picker) == (view.n_items == 0), "there is a choice where something is shown");
	while (picker_picked(picker, &at))
		n_picked++;
	fuzz_expect(n_picked == view.n_picked, "what is picked is counted");
	fuzz_expect_clean(view.query, "the query is clean");
	check_shown(&view);
}

static void fill(struct picker *picker, const char *label)
{
	for (int command = 0; command < COMMAND_COUNT; command++) {
		const struct command_info *info = command_info((enum command)command);

		fuzz_expect(picker_add(picker, info->id, info->description, info->hint, false) == 0, "there is memory");
	}
	fuzz_expect(picker_add(picker, "one more", label, "", true) == 0 && picker_settle(picker) == 0,
		    "there is memory");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	uint8_t how = fuzz_byte(&input);
	size_t n, rows = how >> 1;
	char *raw = fuzz_part(&input, "\n", &n), *label = text_clean_dup(raw, n, TEXT_ONE_LINE, TEXT_FIELD_MAX);
	enum picker_outcome outcome = PICKER_GOES_ON;
	struct picker picker = { 0 };
	struct key_stream stream;
	struct key key;

	picker_open(&picker, PICK_COMMANDS, "Commands", "type", how & 1);
	fill(&picker, label);
	check_picker(&picker);
	key_stream_init(&stream, input.at, input.n, SIZE_MAX);
	while (outcome != PICKER_CANCELLED && key_stream_next(&stream, &key)) {
		outcome = picker_key(&picker, &key, rows);
		fuzz_expect(key.code != KEY_CODE_PASTE || outcome == PICKER_GOES_ON, "a paste takes nothing");
		check_picker(&picker);
	}
	key_stream_finish(&stream);
	picker_close(&picker);
	mem_free(label);
	mem_free(raw);
	return 0;
}
