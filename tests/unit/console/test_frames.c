// SPDX-License-Identifier: Apache-2.0
/* Frames of the whole console on a real terminal: what did not change costs nothing. */
#include "tests/support/suite.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/strbuf.h"
#include "screen/curses.h"
#include "screen/frame.h"
#include "tests/support/event_dice.h"
#include "tests/unit/console/console_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { FENCE = 0x05 }; // a byte that no screen writes

// A terminal that takes whatever comes at once, as terminals do.
struct terminal {
	int master, slave;
	FILE *in, *out;
	struct screen *screen;
	pthread_t reader;
	sem_t is_fenced;
	size_t n_bytes; // up to the last fence; written by the reader before it posts
};

static void *read_all(void *arg)
{
	struct terminal *t = arg;
	size_t n_bytes = 0;
	char block[4096];
	ssize_t n;

	while ((n = read(t->master, block, sizeof block)) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (block[i] != FENCE) {
				n_bytes++;
				continue;
			}
			t->n_bytes = n_bytes;
			n_bytes = 0;
			sem_post(&t->is_fenced);
		}
	return NULL;
}

static void terminal_open(struct terminal *t, int width, int height)
{
	struct winsize size = { .ws_col = (unsigned short)width, .ws_row = (unsigned short)height };
	struct screen_options options = { 0 };
	const char *why;

	ck_assert_int_eq(openpty(&t->master, &t->slave, NULL, NULL, &size), 0);
	ck_assert_int_eq(sem_init(&t->is_fenced, 0, 0), 0);
	ck_assert_int_eq(pthread_create(&t->reader, NULL, read_all, t), 0);
	options.in = t->in = fdopen(t->slave, "r");
	options.out = t->out = fdopen(dup(t->slave), "w");
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.utf8", 1);
	unsetenv("NO_COLOR");
	ck_assert_int_eq(screen_open(&options, &t->screen, &why), 0);
}

// How many bytes were written since the last call. The fence goes the same way, so none is still on it.
static size_t bytes_written(struct terminal *t)
{
	static const char fence = FENCE;
	struct pollfd room = { .fd = screen_output_fd(t->screen), .events = POLLOUT };

	while (screen_flush(t->screen) == 1)
		ck_assert_int_ge(poll(&room, 1, 5000), 0);
	ck_assert_int_eq(write(t->slave, &fence, 1), 1);
	while (sem_wait(&t->is_fenced) < 0)
		ck_assert_int_eq(errno, EINTR);
	return t->n_bytes;
}

static void terminal_close(struct terminal *t)
{
	screen_close(t->screen);
	fclose(t->in);
	fclose(t->out); // the reader ends with the last of them
	pthread_join(t->reader, NULL);
	sem_destroy(&t->is_fenced);
	close(t->master);
}

// Each screen, and what may lie over it.
static const char *const looks[] = { "o", "2", "3", "4", "5", "?", "o c", "Esc / x", "Esc Esc :", "Esc Tab Tab Enter" };

START_TEST(a_frame_in_which_no_cell_changed_writes_zero_bytes)
{
	static const struct {
		int width, height;
	} sizes[] = { { 120, 36 }, { 200, 50 }, { 80, 24 }, { 40, 12 }, { 20, 5 } };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct console_fixture f;
		struct terminal t;

		console_fixture_init(&f);
		terminal_open(&t, sizes[i].width, sizes[i].height);
		console_fixture_draw(&f, sizes[i].width, sizes[i].height);
		for (size_t look = 0; look < COUNT(looks); look++) {
			console_fixture_keys(&f, looks[look]);
			ck_assert_int_ge(screen_show(t.screen, &f.canvas), look ? 0 : 1);
			ck_assert(bytes_written(&t) > 0 || look > 0);
			for (int frame = 0; frame < 3; frame++) {
				console_draw(f.console, &f.canvas, f.now);
				ck_assert_int_eq(screen_show(t.screen, &f.canvas), 0);
			}
			ck_assert_uint_eq(bytes_written(&t), 0);
		}
		terminal_close(&t);
		console_fixture_finish(&f);
	}
}
END_TEST

START_TEST(a_paused_view_writes_zero_bytes_in_60_s)
{
	struct console_fixture f;
	struct terminal t;

	console_fixture_init(&f);
	terminal_open(&t, 120, 36);
	console_fixture_keys(&f, "p");
	screen_show(t.screen, &f.canvas);
	ck_assert_uint_gt(bytes_written(&t), 0);
	for (int second = 0; second < 60; second++) {
		fleet_fixture_health(&f.fleet, 1, second % 2 ? OBSERVED_DOWN : OBSERVED_UP, REASON_RESET, 0);
		f.now = instant_add(f.now, 1000);
		console_tick(f.console, f.now);
		if (console_is_dirty(f.console)) {
			console_draw(f.console, &f.canvas, f.now);
			screen_show(t.screen, &f.canvas);
		}
	}
	ck_assert_uint_eq(bytes_written(&t), 0);
	console_fixture_keys(&f, "p");
	screen_show(t.screen, &f.canvas);
	ck_assert_uint_gt(bytes_written(&t), 0);
	terminal_close(&t);
	console_fixture_finish(&f);
}
END_TEST

// A second that changes an age touches that age and the clock, not the screen.
START_TEST(a_second_that_passes_touches_few_cells)
{
	struct console_fixture f;
	struct terminal t;
	int n;

	console_fixture_init(&f);
	terminal_open(&t, 120, 36);
	screen_show(t.screen, &f.canvas);
	bytes_written(&t);
	console_fixture_wait(&f, 1000);
	n = screen_show(t.screen, &f.canvas);
	ck_assert_int_gt(n, 0);
	ck_assert_int_lt(n, 40);
	ck_assert_uint_lt(bytes_written(&t), 600);
	terminal_close(&t);
	console_fixture_finish(&f);
}
END_TEST

static void dump(const struct canvas *canvas, struct bytes *out)
{
	bytes_reset(out);
	ck_assert_int_eq(canvas_dump(canvas, true, out), 0);
}

// What the console would draw on a canvas that it has not seen.
static void ck_assert_as_if_all_were_drawn(struct console_fixture *f, int step)
{
	struct canvas anew;
	struct bytes shown, whole;

	bytes_init(&shown, 1 << 20);
	bytes_init(&whole, 1 << 20);
	console_draw(f->console, &f->canvas, f->now);
	dump(&f->canvas, &shown);
	ck_assert_int_eq(canvas_create(f->canvas.width, f->canvas.height, false, &anew), 0);
	console_draw(f->console, &anew, f->now);
	dump(&anew, &whole);
	ck_assert_msg(strcmp(shown.data, whole.data) == 0, "step %d: drawn in part:\n%s\nas a whole:\n%s", step,
		      shown.data, whole.data);
	canvas_destroy(&anew);
	bytes_finish(&shown);
	bytes_finish(&whole);
}

// Something that happens in a fleet, or a key.
static void happen(struct console_fixture *f, uint64_t random)
{
	static const char *const keys[] = { "j", "k", "s",   "S",    "n", "Tab", "5",
					    "o", "2", "Esc", "PgDn", "G", "g",   "p p" };
	uint32_t agent = f->fleet.ids[random % f->fleet.n_agents];
	uint16_t series = (uint16_t)(random / 64 % FIXTURE_SERIES_COUNT);

	switch (random >> 56 & 7) {
	case 0:
	case 1:
	case 2:
		fleet_fixture_probed(&f->fleet, agent, REASON_NONE, 200, (int32_t)(random % 900000) + 50);
		break;
	case 3:
	case 4:
		fleet_fixture_point(&f->fleet, agent, series, 0, (double)(random % 1000) / 10);
		break;
	case 5:
		fleet_fixture_notice(&f->fleet, agent, SEVERITY_INFO, ACTION_INFO, "something happened", "", 0);
		break;
	case 6:
		fleet_fixture_health(&f->fleet, agent, random & 1 ? OBSERVED_DOWN : OBSERVED_UP, REASON_RESET, 0);
		break;
	default:
		console_fixture_keys(f, keys[random / 8 % COUNT(keys)]);
		break;
	}
}

START_TEST(a_frame_that_draws_what_changed_looks_as_if_all_were_drawn)
{
	static const struct {
		int width, height;
	} sizes[] = { { 120, 36 }, { 200, 50 }, { 80, 24 }, { 80, 8 } };
	uint64_t random = 1;

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct console_fixture f;

		console_fixture_init(&f);
		console_fixture_draw(&f, sizes[i].width, sizes[i].height);
		for (int step = 0; step < 400; step++) {
			for (int n = 0; n < 1 + step % 3; n++) {
				random = hash_mix(random + 1);
				happen(&f, random);
			}
			ck_assert_as_if_all_were_drawn(&f, step);
		}
		console_fixture_finish(&f);
	}
}
END_TEST

static struct canvas drawn_anew(struct console_fixture *f, bool keeps_rows)
{
	struct row_cache *rows = f->console->rows;
	struct canvas canvas;

	ck_assert_int_eq(canvas_create(f->canvas.width, f->canvas.height, f->canvas.is_ascii, &canvas), 0);
	f->console->rows = keeps_rows ? rows : NULL;
	console_draw(f->console, &canvas, f->now);
	f->console->rows = rows;
	return canvas;
}

static void ck_assert_as_if_no_row_was_kept(struct console_fixture *f, int step)
{
	struct canvas kept = drawn_anew(f, true), anew = drawn_anew(f, false);
	struct bytes a, b;

	bytes_init(&a, 1 << 16);
	bytes_init(&b, 1 << 16);
	for (int y = 0; y < f->canvas.height; y++) {
		struct canvas left = canvas_part(&kept, 0, y, kept.width, 1);
		struct canvas right = canvas_part(&anew, 0, y, anew.width, 1);

		if (frame_has_same_clusters(&kept, &anew) && frame_row_is_equal(&kept, &anew, y))
			continue;
		dump(&left, &a);
		dump(&right, &b);
		ck_assert_msg(strcmp(a.data, b.data) == 0, "step %d, row %d: as it was kept:\n%s\nmade anew:\n%s", step,
			      y, a.data, b.data);
	}
	bytes_finish(&a);
	bytes_finish(&b);
	canvas_destroy(&kept);
	canvas_destroy(&anew);
}

// Time goes on by little or much, and back at times: the clock is set, a recording is wound.
static void pass_time(struct console_fixture *f, uint32_t random)
{
	static const int64_t steps_ms[] = { 0, 0, 1, 7, 120, 900, 1000, 4999, 15000, 61000, 400000, -700, -30000 };

	f->now = instant_add(f->now, 10);
	f->now.wall_ms += steps_ms[random % COUNT(steps_ms)];
}

static void happen_at_any_time(struct console_fixture *f, struct event_dice *dice)
{
	uint64_t random = hash_mix(dice_roll(dice, UINT32_MAX));
	uint32_t agent = f->fleet.ids[random % f->fleet.n_agents];
	bool is_there = fleet_agent(f->fleet.fleet, agent) != NULL; // what is rolled removes some

	pass_time(f, dice_roll(dice, 1000));
	if (is_there && dice_roll(dice, 3))
		fleet_fixture_point(&f->fleet, agent, (uint16_t)dice_roll(dice, FIXTURE_SERIES_COUNT),
				    FIXTURE_NOW_MS - f->now.wall_ms, (double)dice_roll(dice, 900));
	else if (is_there && dice_roll(dice, 6))
		happen(f, random);
	else
		fleet_fixture_apply(&f->fleet, dice_event(dice, (enum event_type)dice_roll(dice, EVENT_TYPE_COUNT),
							  f->now.wall_ms));
}

START_TEST(rows_that_are_kept_look_as_if_made_anew)
{
	static const struct {
		int width, height;
	} sizes[] = { { 200, 50 }, { 120, 24 }, { 60, 14 } };
	struct event_dice dice = { .state = 7 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct console_fixture f;

		console_fixture_init(&f);
		fleet_fixture_add(&f.fleet, "\u30b5\u30fc\u30d0", "\u00e9dge", "e\u0301"); // wide, and with a mark
		console_fixture_draw(&f, sizes[i].width, sizes[i].height);
		for (int step = 0; step < 1200; step++) {
			happen_at_any_time(&f, &dice);
			ck_assert_as_if_no_row_was_kept(&f, step);
		}
		console_fixture_finish(&f);
	}
	event_dice_finish(&dice);
}
END_TEST

// More points than a cell reads: what it shows of them moves with the time all the same.
START_TEST(a_row_of_many_points_looks_as_if_made_anew)
{
	struct console_fixture f;

	console_fixture_init(&f);
	for (int64_t i = 700; i > 0; i--)
		fleet_fixture_point(&f.fleet, f.fleet.ids[1], FIXTURE_LATENCY,
				    i * 5000 + FIXTURE_NOW_MS - f.now.wall_ms, (double)(i * i % 91));
	console_fixture_draw(&f, 200, 50);
	for (int step = 0; step < 500; step++) {
		f.now = instant_add(f.now, step % 7 * 1013);
		ck_assert_as_if_no_row_was_kept(&f, step);
	}
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_first_value_that_makes_a_column_moves_all_rows)
{
	struct console_fixture f;

	console_fixture_empty(&f);
	for (int i = 0; i < 3; i++)
		fleet_fixture_health(&f.fleet, fleet_fixture_add(&f.fleet, "agent", "", ""), OBSERVED_UP, REASON_NONE,
				     0);
	fleet_fixture_series(&f.fleet);
	console_fixture_draw(&f, 120, 36);
	ck_assert(!console_fixture_shows(&f, "CPU"));
	fleet_fixture_point(&f.fleet, f.fleet.ids[2], FIXTURE_CPU, 0, 12.5);
	ck_assert_as_if_all_were_drawn(&f, 0);
	ck_assert(console_fixture_shows(&f, "CPU"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(one_answer_draws_its_row_and_nothing_else)
{
	struct console_fixture f;
	uint32_t agent;

	console_fixture_init(&f);
	agent = console_fixture_view(&f)->table.ids[3];
	canvas_fill(&f.canvas, 0, 0, 120, 36, '#', STYLE_TEXT); // what is drawn anew is seen
	canvas_sign(&f.canvas, f.console);
	fleet_fixture_probed(&f.fleet, agent, REASON_NONE, 200, 4321);
	ck_assert(console_is_dirty(f.console));
	console_draw(f.console, &f.canvas, f.now);
	ck_assert(!console_is_dirty(f.console));
	ck_assert(console_fixture_shows(&f, fleet_agent(f.fleet.fleet, agent)->agent->name));
	ck_assert(!console_fixture_shows(
		&f, fleet_agent(f.fleet.fleet, console_fixture_view(&f)->table.ids[4])->agent->name));
	console_fixture_finish(&f);
}
END_TEST

SUITE("console frames", a_frame_in_which_no_cell_changed_writes_zero_bytes, a_paused_view_writes_zero_bytes_in_60_s,
      a_second_that_passes_touches_few_cells, a_frame_that_draws_what_changed_looks_as_if_all_were_drawn,
      rows_that_are_kept_look_as_if_made_anew, a_row_of_many_points_looks_as_if_made_anew,
      a_first_value_that_makes_a_column_moves_all_rows, one_answer_draws_its_row_and_nothing_else)
