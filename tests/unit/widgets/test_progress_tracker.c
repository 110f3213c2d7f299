// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "tests/support/fleet_fixture.h"
#include "tests/support/golden.h"
#include "widgets/progress_tracker.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { N_STEPS = 6, UNKNOWN_STATE = 17 };

// The steps of an upgrade, started 20 s ago.
static void make_upgrade(struct progress_step *steps, struct progress *out)
{
	static const struct progress_step upgrade[N_STEPS] = {
		{ "Backup", "2.1 GiB", "", STEP_COMPLETED, FIXTURE_NOW_MS - 20000, FIXTURE_NOW_MS - 19000 },
		{ "Stop", "", "", STEP_COMPLETED, FIXTURE_NOW_MS - 19000, FIXTURE_NOW_MS - 14000 },
		{ "Upgrade", "14 of 22 done", "", STEP_CURRENT, FIXTURE_NOW_MS - 14000, 0 },
		{ "Migrate", "", "", STEP_PENDING, 0, 0 },
		{ "Start", "", "", STEP_PENDING, 0, 0 },
		{ "Verify", "", "", STEP_PENDING, 0, 0 },
	};

	memcpy(steps, upgrade, sizeof upgrade);
	*out = (struct progress){ 1, "Upgrade to 0.4.3", steps, N_STEPS, 45, FIXTURE_NOW_MS - 20000, 0, 45000 };
}

static void draw_example(const char *name, const struct progress *progress, enum progress_form form, int width,
			 int height, bool is_ascii)
{
	struct canvas canvas;

	ck_assert_int_eq(canvas_create(width, height, is_ascii, &canvas), 0);
	progress_draw(progress, form, false, false, FIXTURE_NOW_MS, &canvas);
	golden_check("progress_tracker", name, &canvas);
	canvas_destroy(&canvas);
}

START_TEST(gives_each_state_a_glyph_a_word_and_a_colour)
{
	static const struct {
		enum step_state state;
		enum glyph glyph;
		const char *word;
		style_t style;
	} cases[] = {
		{ STEP_COMPLETED, GLYPH_DONE, "completed", STYLE_OK },
		{ STEP_CURRENT, GLYPH_CURRENT, "current", STYLE_PRIMARY },
		{ STEP_PENDING, GLYPH_PENDING, "pending", STYLE_MUTED },
		{ STEP_ERROR, GLYPH_ERROR, "error", STYLE_BAD },
		{ STEP_SKIPPED, GLYPH_SKIPPED, "skipped", STYLE_MUTED },
		{ STEP_STATE_COUNT, GLYPH_PENDING, "unrecognised", STYLE_UNKNOWN },
		{ (enum step_state)UNKNOWN_STATE, GLYPH_PENDING, "unrecognised", STYLE_UNKNOWN },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct step_look *look = step_look(cases[i].state);

		ck_assert_int_eq(look->glyph, cases[i].glyph);
		ck_assert_str_eq(look->word, cases[i].word);
		ck_assert_int_eq(look->style, cases[i].style);
		if (cases[i].state < STEP_STATE_COUNT)
			ck_assert_str_eq(look->word, step_state_name(cases[i].state));
	}
}
END_TEST

START_TEST(names_the_step_that_matters)
{
	static const struct {
		enum step_state states[4];
		uint16_t n;
		size_t expected;
	} cases[] = {
		{ { STEP_COMPLETED, STEP_CURRENT, STEP_PENDING, STEP_ERROR }, 4, 3 },
		{ { STEP_COMPLETED, STEP_CURRENT, STEP_CURRENT, STEP_PENDING }, 4, 1 },
		{ { STEP_COMPLETED, STEP_SKIPPED, STEP_PENDING, STEP_PENDING }, 4, 2 },
		{ { STEP_COMPLETED, STEP_COMPLETED, STEP_SKIPPED, STEP_COMPLETED }, 4, 3 },
		{ { (enum step_state)UNKNOWN_STATE }, 1, 0 },
		{ { STEP_PENDING }, 0, 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct progress_step steps[4] = { { .label = "" } };
		struct progress progress = { .steps = steps, .n_steps = cases[i].n };

		for (int k = 0; k < 4; k++)
			steps[k].state = cases[i].states[k];
		ck_assert_uint_eq(progress_step_in_focus(&progress), cases[i].expected);
	}
}
END_TEST

START_TEST(tells_elapsed_and_expected_time)
{
	static const struct {
		int64_t started_ms, ended_ms, estimated_ms;
		const char *expected;
		bool is_paused;
	} cases[] = {
		{ 0, 0, 30000, "not started" },
		{ 88000, 0, 0, "12s" },
		{ 88000, 0, 30000, "12s, about 18s left" },
		{ 55000, 0, 30000, "45s, longer than the usual 30s" },
		{ 55000, 85000, 60000, "took 30s" },
		{ 88000, 0, 30000, "12s, paused", true },
		{ 88000, 0, 0, "12s, paused", true },
		{ 55000, 85000, 60000, "took 30s", true },
		{ 0, 0, 30000, "not started", true },
		{ 200000, 0, 0, "0s" }, // started by a clock ahead of ours
	};
	char out[128];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct progress progress = { .started_ms = cases[i].started_ms,
					     .ended_ms = cases[i].ended_ms,
					     .estimated_ms = cases[i].estimated_ms,
					     .is_paused = cases[i].is_paused };

		ck_assert_str_eq(progress_time_text(&progress, 100000, out, sizeof out), cases[i].expected);
	}
}
END_TEST

START_TEST(takes_any_other_orientation_for_vertical)
{
	ck_assert_int_eq(progress_form_from_name(NULL), PROGRESS_HORIZONTAL);
	ck_assert_int_eq(progress_form_from_name("horizontal"), PROGRESS_HORIZONTAL);
	ck_assert_int_eq(progress_form_from_name("vertical"), PROGRESS_VERTICAL);
	ck_assert_int_eq(progress_form_from_name("diagonal"), PROGRESS_VERTICAL);
	ck_assert_int_eq(progress_form_from_name("line"), PROGRESS_LINE);
	ck_assert_int_eq(progress_form_from_name("fitting"), PROGRESS_FITTING);
}
END_TEST

START_TEST(looks_right_in_each_form)
{
	struct progress_step steps[N_STEPS];
	struct progress progress;

	make_upgrade(steps, &progress);
	draw_example("horizontal", &progress, PROGRESS_HORIZONTAL, 100, 3, false);
	draw_example("ascii", &progress, PROGRESS_HORIZONTAL, 100, 3, true);
	draw_example("vertical", &progress, PROGRESS_VERTICAL, 60, 12, false);
	draw_example("dense", &progress, PROGRESS_FITTING, 40, 7, false);
	draw_example("overflow", &progress, PROGRESS_VERTICAL, 40, 4, false);
	draw_example("narrow", &progress, PROGRESS_HORIZONTAL, 30, 1, false);
	draw_example("narrowest", &progress, PROGRESS_FITTING, 12, 1, false);
}
END_TEST

START_TEST(shows_errors_and_ends)
{
	struct progress_step steps[N_STEPS];
	struct progress progress;

	make_upgrade(steps, &progress);
	steps[2].state = STEP_ERROR;
	steps[2].error = "no space left on device";
	steps[2].ended_ms = FIXTURE_NOW_MS - 4000;
	steps[3].state = STEP_SKIPPED;
	steps[4].state = (enum step_state)UNKNOWN_STATE;
	progress.ended_ms = FIXTURE_NOW_MS - 4000;
	draw_example("failed", &progress, PROGRESS_VERTICAL, 60, 7, false);
	draw_example("failed_wide", &progress, PROGRESS_HORIZONTAL, 100, 3, false);
	for (int i = 0; i < N_STEPS; i++)
		steps[i].state = STEP_COMPLETED;
	progress.percent = 250; // no bar runs over
	draw_example("done", &progress, PROGRESS_HORIZONTAL, 100, 3, false);
}
END_TEST

START_TEST(takes_no_steps_and_many)
{
	struct progress_step many[20];
	struct progress progress = { .id = 1, .title = "Empty", .steps = many, .n_steps = 0, .started_ms = 1 };

	progress.ended_ms = 61001;
	draw_example("empty", &progress, PROGRESS_FITTING, 50, 3, false);
	draw_example("empty_line", &progress, PROGRESS_LINE, 50, 1, false);
	progress = (struct progress){ .id = 1, .title = "Many", .steps = many, .n_steps = 20, .percent = 85 };
	for (int i = 0; i < 20; i++)
		many[i] = (struct progress_step){ "A step whose label is long",           "", "",
						  i < 16 ? STEP_COMPLETED : STEP_PENDING, 0,  0 };
	draw_example("many", &progress, PROGRESS_HORIZONTAL, 60, 8, false);
	progress.n_steps = 1;
	draw_example("one", &progress, PROGRESS_FITTING, 60, 3, false);
}
END_TEST

static void track(struct fleet_fixture *f, uint32_t id, const char *title)
{
	struct event *event = event_new(EVENT_PROGRESS, FIXTURE_NOW_MS, 0);
	struct progress *progress = &event->u.progress;

	*progress = (struct progress){
		.id = id, .title = mem_strdup(title), .n_steps = 1, .percent = 50, .started_ms = FIXTURE_NOW_MS - 12000
	};
	progress->steps = mem_calloc(1, sizeof *progress->steps);
	progress->steps[0] = (struct progress_step){ mem_strdup("Probe"), mem_strdup(""),         mem_strdup(""),
						     STEP_CURRENT,        FIXTURE_NOW_MS - 12000, 0 };
	fleet_fixture_apply(f, event);
}

START_TEST(draws_the_newest_or_the_one_asked_for)
{
	static const struct progress_tracker_options first = { .id = 1 }, gone = { .id = 9 };
	struct widget widget = { .class = &progress_tracker_class };
	struct fleet_fixture f;
	struct view view;

	fleet_fixture_init(&f);
	fleet_fixture_view(&f, &view);
	golden_draw(&widget, f.fleet, &view, &(struct golden_case){ "nothing", 20, 1, false });
	track(&f, 1, "First contact");
	track(&f, 2, "Second contact");
	golden_draw(&widget, f.fleet, &view, &(struct golden_case){ "newest", 60, 3, false });
	golden_sweep(&widget, f.fleet, &view, 60, 6);
	widget.options = &first;
	golden_draw(&widget, f.fleet, &view, &(struct golden_case){ "by_id", 60, 3, false });
	widget.options = &gone;
	golden_draw(&widget, f.fleet, &view, &(struct golden_case){ "nothing", 20, 1, false });
	fleet_fixture_finish(&f);
}
END_TEST

static bool shows(const struct progress *progress, bool hides_numbers, bool hides_descriptions, const char *text)
{
	struct canvas canvas;
	struct bytes screen;
	bool is_there;

	bytes_init(&screen, 1 << 16);
	ck_assert_int_eq(canvas_create(100, 8, false, &canvas), 0);
	progress_draw(progress, PROGRESS_HORIZONTAL, hides_numbers, hides_descriptions, FIXTURE_NOW_MS, &canvas);
	ck_assert_int_eq(canvas_dump(&canvas, false, &screen), 0);
	is_there = strstr(screen.data, text) != NULL;
	bytes_finish(&screen);
	canvas_destroy(&canvas);
	return is_there;
}

START_TEST(hides_numbers_and_descriptions_when_asked)
{
	struct progress_step steps[N_STEPS];
	struct progress progress;

	make_upgrade(steps, &progress);
	ck_assert(shows(&progress, false, false, "4 Migrate"));
	ck_assert(shows(&progress, true, false, "○ Migrate"));
	ck_assert(!shows(&progress, true, false, "4 Migrate"));
	ck_assert(shows(&progress, false, false, "14 of 22 done"));
	ck_assert(!shows(&progress, false, true, "14 of 22 done"));
	steps[2].state = STEP_ERROR;
	steps[2].error = "disk full";
	ck_assert(shows(&progress, true, true, "disk full")); // an error is no description
}
END_TEST

// The portal's trackers had their states written in and never moved.
START_TEST(moves_with_the_events)
{
	static const struct {
		enum step_state states[2];
		uint16_t percent;
		const char *expected;
	} cases[] = {
		{ { STEP_CURRENT, STEP_PENDING }, 10, "1/2 ▶ Probe 10% 12s" },
		{ { STEP_COMPLETED, STEP_CURRENT }, 60, "2/2 ▶ Verify 60% 12s" },
		{ { STEP_ERROR, STEP_PENDING }, 60, "1/2 ✕ Probe 60% 12s" },
		{ { STEP_ERROR, STEP_SKIPPED }, 60, "1/2 ✕ Probe 60% 12s" },
		{ { STEP_COMPLETED, STEP_COMPLETED }, 100, "2/2 ✓ Verify 100% 12s" },
	};
	const struct widget widget = { .class = &progress_tracker_class };
	struct fleet_fixture f;
	struct canvas canvas;
	struct view view;

	fleet_fixture_init(&f);
	fleet_fixture_view(&f, &view);
	ck_assert_int_eq(canvas_create(40, 1, false, &canvas), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct event *event = event_new(EVENT_PROGRESS, FIXTURE_NOW_MS, 0);
		struct progress *progress = &event->u.progress;
		char row[128] = "";

		*progress = (struct progress){ 1, mem_strdup("x"), NULL, 2, cases[i].percent, FIXTURE_NOW_MS - 12000, 0,
					       0 };
		progress->steps = mem_calloc(2, sizeof *progress->steps);
		for (int k = 0; k < 2; k++)
			progress->steps[k] = (struct progress_step){ mem_strdup(k ? "Verify" : "Probe"),
								     mem_strdup(""),
								     mem_strdup(""),
								     cases[i].states[k],
								     0,
								     0 };
		fleet_fixture_apply(&f, event);
		canvas_clear(&canvas, STYLE_TEXT);
		widget_draw(&widget, f.fleet, &view, &canvas);
		for (int x = 0; x < 24; x++)
			canvas_cell_text(&canvas, canvas_cell(&canvas, x, 0), row + strlen(row),
					 sizeof row - strlen(row));
		ck_assert_msg(strncmp(row, cases[i].expected, strlen(cases[i].expected)) == 0, "%s", row);
	}
	canvas_destroy(&canvas);
	fleet_fixture_finish(&f);
}
END_TEST

// Nobody says how it goes on: its clock stands, and it says of when that is.
START_TEST(of_a_hub_that_is_away_it_is_as_of_then)
{
	const struct widget widget = { .class = &progress_tracker_class };
	struct event *event = event_new(EVENT_PROGRESS, FIXTURE_NOW_MS, 0), *link;
	struct progress_step steps[N_STEPS];
	struct fleet_fixture f;
	struct view view;

	make_upgrade(steps, &event->u.progress);
	event->u.progress.title = mem_strdup("upgrade of wow-integration to 0.4.3");
	event->u.progress.steps = mem_calloc(N_STEPS, sizeof *steps);
	for (int i = 0; i < N_STEPS; i++) {
		event->u.progress.steps[i] = steps[i];
		event->u.progress.steps[i].label = mem_strdup(steps[i].label);
		event->u.progress.steps[i].description = mem_strdup(steps[i].description);
		event->u.progress.steps[i].error = mem_strdup(steps[i].error);
	}
	event->origin = 1;
	fleet_fixture_init(&f);
	fleet_fixture_view(&f, &view);
	fleet_fixture_apply(&f, event);
	link = event_new(EVENT_FEED, FIXTURE_NOW_MS, 0);
	link->channel = CHANNEL_SYSTEM;
	link->origin = 1;
	link->u.feed.is_link = true;
	link->u.feed.state = FEED_RECONNECTING;
	link->u.feed.since_ms = FIXTURE_NOW_MS;
	link->u.feed.detail = mem_strdup("");
	fleet_fixture_apply(&f, link);
	view.now.wall_ms += HOUR_MS;
	golden_draw(&widget, f.fleet, &view, &(struct golden_case){ "away", 100, 4, false });
	golden_draw(&widget, f.fleet, &view, &(struct golden_case){ "away_narrow", 40, 8, true });
	golden_draw(&widget, f.fleet, &view, &(struct golden_case){ "away_line", 40, 1, false });
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("progress_tracker", of_a_hub_that_is_away_it_is_as_of_then, hides_numbers_and_descriptions_when_asked,
      moves_with_the_events, gives_each_state_a_glyph_a_word_and_a_colour, names_the_step_that_matters,
      tells_elapsed_and_expected_time, takes_any_other_orientation_for_vertical, looks_right_in_each_form,
      shows_errors_and_ends, takes_no_steps_and_many, draws_the_newest_or_the_one_asked_for)
