// SPDX-License-Identifier: Apache-2.0
/* The clock of a recording: what its keys do, and what is said of it. Without a recording none of this happens. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/moment.h"
#include "console/state.h"

static void look(const struct console *console, struct replay_state *out)
{
	console->replay->class->look(console->replay, console->now.mono_ms, out);
}

void console_replay_step(struct console *console, enum replay_step step, int direction)
{
	const char *what = step == REPLAY_TRANSITION ? "no state turns" : "nothing changes";
	int r;

	if (!console->replay)
		return;
	r = console->replay->class->step(console->replay, console->now.mono_ms, step, direction);
	if (r == -ENOENT)
		console_say(console, SEVERITY_INFO, "%s %s in this recording", what,
			    direction > 0 ? "any more" : "before that");
	else if (r < 0)
		console_say(console, SEVERITY_WARNING, "the recording cannot be read: %s", strerrordesc_np(-r));
}

void console_replay_speed(struct console *console, int direction)
{
	if (console->replay)
		console->replay->class->speed(console->replay, console->now.mono_ms, direction);
}

void console_replay_pause(struct console *console)
{
	struct replay_state state;

	look(console, &state);
	console->replay->class->pause(console->replay, console->now.mono_ms, !state.is_paused);
	if (state.is_at_end && state.is_paused)
		console_say(console, SEVERITY_INFO, "this is the end of the recording");
}

static int parse(const struct console *console, const char *text, int64_t *at_ms)
{
	struct replay_state state;

	look(console, &state);
	return moment_parse(text, state.now_ms, console->is_utc ? 0 : console->local_offset_s, at_ms);
}

const char *console_check_time(const struct console *console, const char *text)
{
	int64_t at_ms;

	return parse(console, text, &at_ms) < 0 ? "a time, like 02:15 or -10m" : "";
}

void console_replay_time(struct console *console, const char *text)
{
	struct replay_state state;
	int64_t at_ms;
	int r;

	if (!console->replay || parse(console, text, &at_ms) < 0)
		return;
	look(console, &state);
	r = console->replay->class->seek(console->replay, console->now.mono_ms, at_ms);
	if (r < 0)
		console_say(console, SEVERITY_WARNING, "the recording cannot be read: %s", strerrordesc_np(-r));
	else if (at_ms < state.from_ms)
		console_say(console, SEVERITY_INFO, "this is where the recording begins");
	else if (at_ms > state.to_ms)
		console_say(console, SEVERITY_INFO, "this is where the recording ends");
}

bool console_replay_is_there(const struct console *console)
{
	struct replay_state state;

	if (!console->replay)
		return false;
	look(console, &state);
	return !state.is_jumping;
}

// What is shown is not all that was.
static void add_missing(struct console *console, const struct replay_state *state)
{
	size_t n = strlen(console->replay_text), size = sizeof console->replay_text - n;
	char *out = console->replay_text + n, until[HUMAN_MAX];

	human_time_of_day(state->gap_to_ms ? state->gap_to_ms : state->mended_ms, console->view.utc_offset_s, until);
	if (state->gap_to_ms)
		snprintf(out, size, ": nothing is known until %s", until);
	else if (state->mended_ms == INT64_MAX)
		snprintf(out, size, ": something is missing");
	else if (state->mended_ms)
		snprintf(out, size, ": something is missing until %s", until);
}

void console_show_replay(struct console *console)
{
	struct replay_state state;
	char speed[HUMAN_MAX];

	console->view.replay = NULL;
	if (!console->replay)
		return;
	look(console, &state);
	if (state.n_snapshots != console->n_replay_snapshots)
		id_set_clear(&console->histories);
	console->n_replay_snapshots = state.n_snapshots;
	human_fixed(state.speed, state.speed == (double)(int64_t)state.speed ? 0 : 2, speed);
	if (state.is_jumping)
		snprintf(console->replay_text, sizeof console->replay_text, "REPLAY on the way");
	else if (state.is_at_end)
		snprintf(console->replay_text, sizeof console->replay_text, "REPLAY end");
	else if (state.is_paused)
		snprintf(console->replay_text, sizeof console->replay_text, "REPLAY paused");
	else
		snprintf(console->replay_text, sizeof console->replay_text, "REPLAY %.20sx", speed);
	add_missing(console, &state);
	console->view.replay = console->replay_text;
}

// "< >": two commands that belong together.
static struct key_hint pair(struct console *console, int i, enum command back, enum command forth, const char *text)
{
	char *keys = console->replay_keys[i];

	snprintf(keys, sizeof console->replay_keys[i], "%s%s%s", keymap_key(&console->keymap, back),
		 *keymap_key(&console->keymap, back) ? " " : "", keymap_key(&console->keymap, forth));
	return (struct key_hint){ keys, text };
}

size_t console_replay_hints(struct console *console, size_t n)
{
	struct key_hint own[5];
	size_t n_own = sizeof own / sizeof own[0];
	struct replay_state state;

	if (!console->replay)
		return n;
	look(console, &state);
	own[0] = (struct key_hint){ keymap_key(&console->keymap, COMMAND_PAUSE), state.is_paused ? "play" : "pause" };
	own[1] = pair(console, 0, COMMAND_REPLAY_BACK, COMMAND_REPLAY_STEP, "step");
	own[2] = pair(console, 1, COMMAND_REPLAY_PREVIOUS, COMMAND_REPLAY_NEXT, "turn");
	own[3] = pair(console, 2, COMMAND_REPLAY_SLOWER, COMMAND_REPLAY_FASTER, "speed");
	own[4] = (struct key_hint){ keymap_key(&console->keymap, COMMAND_REPLAY_TIME), "go to" };
	if (n > KEYMAP_HINTS_MAX - n_own)
		n = KEYMAP_HINTS_MAX - n_own;
	memmove(console->hints + n_own, console->hints, n * sizeof console->hints[0]);
	memcpy(console->hints, own, sizeof own);
	return n + n_own;
}
