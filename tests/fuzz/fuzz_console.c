// SPDX-License-Identifier: Apache-2.0
/* The whole console on the platform fleet, from bytes of a terminal to a screen. The first two bytes are its size. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "tests/fuzz/key_stream.h"
#include "tests/unit/console/console_fixture.h"

enum { SCREEN_BYTES_MAX = 1 << 20, KEYS_MAX = 300, DRAWN_EVERY = 8, KEY_MS = 120 };

static void check_screen(struct console_fixture *f)
{
	struct bytes screen;

	console_draw(f->console, &f->canvas, f->now);
	fuzz_expect(!console_is_dirty(f->console), "what is drawn is drawn");
	bytes_init(&screen, SCREEN_BYTES_MAX);
	fuzz_expect(canvas_dump(&f->canvas, false, &screen) == 0, "the screen can be read");
	for (char *line = screen.data, *end; line && *line; line = end + 1) {
		end = line + strcspn(line, "\n");
		fuzz_expect(*end == '\n', "each line has an end");
		*end = '\0';
		fuzz_expect_clean(line, "a line of the screen is clean");
	}
	bytes_finish(&screen);
}

static void check_view(const struct view *view)
{
	const struct agent_table_view *table = &view->table;

	fuzz_expect(table->cursor < table->n_ids || table->n_ids == 0, "the cursor is on a row");
	fuzz_expect(table->n_ids <= table->n_total, "no more is listed than there is");
	fuzz_expect_clean(view->prompt.is_open ? view->prompt.text : "", "what is typed is clean");
	fuzz_expect_clean(view->message, "a message is clean");
	fuzz_expect(!view->confirm.is_open || !view->confirm.plan || view->confirm.button || !view->confirm.is_ready,
		    "what cannot be confirmed is not ready");
	fuzz_expect_clean(view->confirm.is_open && view->confirm.plan ? view->confirm.reason : "", "a reason is clean");
	fuzz_expect(!view->dialog.is_open || view->dialog.focused < view->dialog.n_buttons, "a button is focused");
}

static bool has_submitted(const struct console_fixture *f)
{
	for (size_t i = 0; i < f->feed.n; i++)
		if (f->feed.requests[i].type == REQUEST_SUBMIT)
			return true;
	return false;
}

// As the engine would, so that there is something to confirm; each guard in turn.
static void answer_plan(struct console_fixture *f)
{
	const struct request *request = f->feed.n ? &f->feed.requests[f->feed.n - 1] : NULL;

	if (!request || request->type != REQUEST_PLAN)
		return;
	plan_fixture_send(&f->fleet, plan_fixture(&f->fleet, &(struct plan_wish){ .verb = f->feed.params.verb,
										  .version = f->feed.version,
										  .patch = f->feed.patch,
										  .typed = "ab",
										  .guard = (enum guard)(request->token %
													GUARD_COUNT),
										  .agents = f->feed.agents,
										  .n = request->n_agents,
										  .is_hidden = f->feed.is_hidden,
										  .no = request->token,
										  .token = request->token }));
	console_tick(f->console, f->now);
}

static void press(struct console_fixture *f, const struct key *key)
{
	size_t n_before = f->feed.n;

	f->now = instant_add(f->now, KEY_MS);
	console_key(f->console, key, f->now);
	fuzz_expect(key->code != KEY_CODE_PASTE || f->feed.n == n_before, "a paste asks for nothing");
	fuzz_expect(key->code != KEY_CODE_PASTE || !console_wants_quit(f->console), "a paste does not quit");
	fuzz_expect(!has_submitted(f) || (!key->mods && (key->code == KEY_CODE_ENTER || key->code == ' ')),
		    "only a pressed button begins anything");
	answer_plan(f);
	f->feed.n = 0;
	check_view(console_view(f->console));
}

// The fleet is the same for every input, the console is a new one.
static struct console_fixture *start(int width, int height)
{
	static struct console_fixture f;

	if (!f.console) {
		fuzz_expect(chdir(fuzz_dir()) == 0, "what is exported goes to a directory of its own");
		console_fixture_init(&f);
	}
	fuzz_expect(canvas_resize(&f.canvas, width, height) == 0, "there is memory");
	console_fixture_start(&f);
	return &f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	int width = fuzz_byte(&input) % 160 + 1, height = fuzz_byte(&input) % 50 + 1;
	struct console_fixture *f = start(width, height);
	struct key_stream stream;
	struct key key;

	key_stream_init(&stream, input.at, input.n, SIZE_MAX);
	for (int i = 0; i < KEYS_MAX && !console_wants_quit(f->console) && key_stream_next(&stream, &key); i++) {
		press(f, &key);
		if (i % DRAWN_EVERY == 0)
			check_screen(f);
	}
	check_screen(f);
	key_stream_finish(&stream);
	return 0;
}
