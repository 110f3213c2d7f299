// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/fleet_fixture.h"
#include "tests/support/golden.h"
#include "widgets/metrics_panel.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct series_def success = { .no = 40,
					   .id = "ok",
					   .title = "Success rate",
					   .unit = UNIT_PERCENT,
					   .better = BETTER_HIGHER,
					   .warn = 99,
					   .critical = 95,
					   .expr = "" };

// One agent in a live fleet, seen over five minutes.
struct scene {
	struct fleet_fixture f;
	struct view view;
	uint32_t agent;
};

static void scene_init(struct scene *s)
{
	fleet_fixture_init(&s->f);
	fleet_fixture_feed(&s->f, FEED_LIVE, HOUR_MS, SECOND_MS, 0, "");
	fleet_fixture_series(&s->f);
	s->agent = fleet_fixture_add(&s->f, "WowCache", "intelligence", "prod");
	fleet_fixture_view(&s->f, &s->view);
	s->view.range = RANGE_5M;
}

static void define(struct scene *s, uint16_t no, const char *title, enum metric_unit unit, enum metric_better better,
		   const char *expr)
{
	struct event *event = event_new(EVENT_SERIES_DEFINED, FIXTURE_NOW_MS - HOUR_MS, 0);

	event->u.series = (struct series_def){
		no, mem_strdup(title), mem_strdup(title), unit, better, NAN, NAN, mem_strdup(expr), false
	};
	fleet_fixture_apply(&s->f, event);
}

static void read_panel(struct scene *s, uint16_t series, struct metric_point *points, struct panel *out)
{
	panel_read(s->f.fleet, &s->view, s->agent, fleet_series_def(s->f.fleet, series), points, out);
}

START_TEST(knows_three_sizes_and_takes_any_other_for_md)
{
	static const struct {
		const char *name;
		enum panel_size size;
	} cases[] = { { "sm", PANEL_SM },   { "md", PANEL_MD }, { "lg", PANEL_LG },
		      { "huge", PANEL_MD }, { "", PANEL_MD },   { NULL, PANEL_MD } };

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_int_eq(panel_size_from_name(cases[i].name), cases[i].size);
	ck_assert_int_eq(panel_min_width(PANEL_SM), 20);
	ck_assert_int_eq(panel_min_width(PANEL_MD), 28);
	ck_assert_int_eq(panel_min_width(PANEL_LG), 36);
}
END_TEST

START_TEST(colours_a_trend_by_what_is_better)
{
	static const struct {
		enum trend trend;
		enum metric_better better;
		style_t style;
	} cases[] = {
		{ TREND_UP, BETTER_HIGHER, STYLE_OK },         { TREND_DOWN, BETTER_HIGHER, STYLE_BAD },
		{ TREND_UP, BETTER_LOWER, STYLE_BAD },         { TREND_DOWN, BETTER_LOWER, STYLE_OK },
		{ TREND_UP, BETTER_NEITHER, STYLE_MUTED },     { TREND_DOWN, BETTER_NEITHER, STYLE_MUTED },
		{ TREND_NEUTRAL, BETTER_HIGHER, STYLE_MUTED }, { TREND_NEUTRAL, BETTER_LOWER, STYLE_MUTED },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_int_eq(style_of_trend(cases[i].trend, cases[i].better), cases[i].style);
}
END_TEST

START_TEST(takes_small_changes_for_neutral)
{
	ck_assert_int_eq(trend_of(4, 100), TREND_NEUTRAL);
	ck_assert_int_eq(trend_of(5, 100), TREND_UP);
	ck_assert_int_eq(trend_of(-5, 100), TREND_DOWN);
	ck_assert_int_eq(trend_of(-5, -100), TREND_DOWN);
	ck_assert_int_eq(trend_of(0.1, 0), TREND_UP);
	ck_assert_int_eq(trend_of(0, 0), TREND_NEUTRAL);
	ck_assert_int_eq(trend_of(NAN, 1), TREND_NEUTRAL);
	ck_assert_int_eq(trend_of(INFINITY, 1), TREND_NEUTRAL);
}
END_TEST

START_TEST(reads_thresholds_from_the_side_that_is_bad)
{
	static const struct series_def busy = { .better = BETTER_LOWER, .warn = 80, .critical = 95 };
	static const struct series_def none = { .warn = NAN, .critical = NAN };

	ck_assert_int_eq(panel_level_of(79.9, &busy), PANEL_LEVEL_OK);
	ck_assert_int_eq(panel_level_of(80, &busy), PANEL_LEVEL_WARN);
	ck_assert_int_eq(panel_level_of(95, &busy), PANEL_LEVEL_CRITICAL);
	ck_assert_int_eq(panel_level_of(99, &success), PANEL_LEVEL_OK);
	ck_assert_int_eq(panel_level_of(98.9, &success), PANEL_LEVEL_WARN);
	ck_assert_int_eq(panel_level_of(90, &success), PANEL_LEVEL_CRITICAL);
	ck_assert_int_eq(panel_level_of(NAN, &success), PANEL_LEVEL_OK);
	ck_assert_int_eq(panel_level_of(1e9, &none), PANEL_LEVEL_OK);
}
END_TEST

// The portal drew a drop in success as neutral, and a faster answer with an arrow up.
START_TEST(shows_a_drop_for_what_it_is)
{
	struct scene s;
	struct metric_point points[PANEL_POINTS_MAX];
	struct panel panel;

	scene_init(&s);
	define(&s, 7, "Success", UNIT_PERCENT, BETTER_HIGHER, "");
	fleet_fixture_point(&s.f, s.agent, 7, 5000, 99);
	fleet_fixture_point(&s.f, s.agent, 7, 0, 80);
	read_panel(&s, 7, points, &panel);
	ck_assert_str_eq(panel.delta, "-19.0%");
	ck_assert_int_eq(panel.trend, TREND_DOWN);
	ck_assert_int_eq(style_of_trend(panel.trend, panel.better), STYLE_BAD);
	ck_assert_int_eq(panel.keep, SPARKLINE_MIN);

	fleet_fixture_point(&s.f, s.agent, FIXTURE_LATENCY, 5000, 40);
	fleet_fixture_point(&s.f, s.agent, FIXTURE_LATENCY, 0, 30);
	read_panel(&s, FIXTURE_LATENCY, points, &panel);
	ck_assert_str_eq(panel.delta, "-10ms");
	ck_assert_int_eq(panel.trend, TREND_DOWN);
	ck_assert_int_eq(style_of_trend(panel.trend, panel.better), STYLE_OK);
	fleet_fixture_finish(&s.f);
}
END_TEST

START_TEST(compares_with_the_mean_before)
{
	struct scene s;
	struct metric_point points[PANEL_POINTS_MAX];
	struct panel panel;

	scene_init(&s);
	fleet_fixture_point(&s.f, s.agent, FIXTURE_RATE, 600000, 9000); // before the range: counts for nothing
	fleet_fixture_point(&s.f, s.agent, FIXTURE_RATE, 15000, 10);
	fleet_fixture_point(&s.f, s.agent, FIXTURE_RATE, 10000, 20);
	fleet_fixture_point(&s.f, s.agent, FIXTURE_RATE, 5000, 30);
	fleet_fixture_point(&s.f, s.agent, FIXTURE_RATE, 0, 50);
	read_panel(&s, FIXTURE_RATE, points, &panel);
	ck_assert_str_eq(panel.delta, "+30/s");
	ck_assert_uint_eq(panel.n_points, 4);
	fleet_fixture_finish(&s.f);
}
END_TEST

START_TEST(gives_no_delta_from_one_value)
{
	struct scene s;
	struct metric_point points[PANEL_POINTS_MAX];
	struct panel panel;

	scene_init(&s);
	fleet_fixture_point(&s.f, s.agent, FIXTURE_RATE, 0, 50);
	read_panel(&s, FIXTURE_RATE, points, &panel);
	ck_assert_str_eq(panel.delta, "");
	ck_assert_str_eq(panel.value.number, "50");
	fleet_fixture_finish(&s.f);
}
END_TEST

START_TEST(never_shows_a_gap_as_the_last_value)
{
	struct scene s;
	struct metric_point points[PANEL_POINTS_MAX];
	struct panel panel;

	scene_init(&s);
	fleet_fixture_point(&s.f, s.agent, FIXTURE_CPU, 10000, 50);
	fleet_fixture_point(&s.f, s.agent, FIXTURE_CPU, 5000, 60);
	fleet_fixture_point(&s.f, s.agent, FIXTURE_CPU, 0, NAN);
	read_panel(&s, FIXTURE_CPU, points, &panel);
	ck_assert_int_eq(panel.provenance.state, PROVENANCE_UNAVAILABLE);
	ck_assert_str_eq(panel.value.number, "");
	ck_assert_str_eq(panel.delta, "");
	fleet_fixture_finish(&s.f);
}
END_TEST

START_TEST(shows_the_agent_of_the_screen)
{
	struct scene s;

	scene_init(&s);
	s.view.selected = 3;
	s.view.agent = 9;
	ck_assert_uint_eq(panels_agent(&s.view), 3);
	s.view.screen = SCREEN_AGENT;
	ck_assert_uint_eq(panels_agent(&s.view), 9);
	s.view.screen = SCREEN_METRICS;
	ck_assert_uint_eq(panels_agent(&s.view), 9);
	fleet_fixture_finish(&s.f);
}
END_TEST

static void draw_example(const char *name, const struct panel *panel, int width, int height, bool is_ascii)
{
	struct canvas canvas;

	ck_assert_int_eq(canvas_create(width, height, is_ascii, &canvas), 0);
	panel_draw(panel, &canvas);
	golden_check("metrics_panel", name, &canvas);
	canvas_destroy(&canvas);
}

START_TEST(looks_right_whatever_it_is_given)
{
	static struct metric_point wave[] = { { 0, 1 },    { 1000, 4 }, { 2000, 2 }, { 3000, NAN },
					      { 4000, 3 }, { 5000, 9 }, { 6000, 7 } };
	static struct metric_point flat[] = { { 0, 5 }, { 1000, 5 }, { 2000, 5 }, { 3000, 5 }, { 4000, 5 } };
	struct panel panel = { .label = "Requests",
			       .value = { "999M", "/s" },
			       .delta = "+12/s",
			       .trend = TREND_UP,
			       .better = BETTER_HIGHER,
			       .points = wave,
			       .n_points = COUNT(wave),
			       .from_ms = 0,
			       .to_ms = 6999 };

	draw_example("md", &panel, 28, 4, false);
	draw_example("ascii", &panel, 28, 4, true);
	draw_example("line", &panel, 60, 1, false);
	panel.is_selected = true;
	panel.level = PANEL_LEVEL_CRITICAL;
	draw_example("selected_critical", &panel, 36, 6, false);
	panel.label = "A label that is far too long for it";
	draw_example("narrow", &panel, 12, 3, false);
	panel = (struct panel){ .label = "", .points = flat, .n_points = 1, .from_ms = 0, .to_ms = 4999 };
	draw_example("empty", &panel, 20, 3, false);
	panel = (struct panel){ .label = "Flat",
				.value = { "-5.25", "" },
				.points = flat,
				.n_points = COUNT(flat),
				.from_ms = 0,
				.to_ms = 4999 };
	draw_example("flat", &panel, 20, 3, false);
	panel.provenance = (struct provenance){ PROVENANCE_STALE, 1, "stale since 15:01:10" };
	draw_example("stale", &panel, 28, 4, false);
	draw_example("stale_line", &panel, 60, 1, false);
	panel = (struct panel){ .label = "HTTP p95",
				.provenance = { PROVENANCE_UNAVAILABLE, 0,
						"scrape failed since 15:01:10: connection refused" } };
	draw_example("unavailable", &panel, 28, 4, false);
	draw_example("unavailable_line", &panel, 40, 1, false);
	panel.points = flat;
	panel.n_points = COUNT(flat);
	panel.from_ms = 0;
	panel.to_ms = 9999;
	draw_example("before_the_silence", &panel, 40, 4, false);
}
END_TEST

static bool shows_glyph(const struct canvas *canvas, uint32_t glyph, style_t *style)
{
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++) {
			const struct cell *cell = canvas_cell(canvas, x, y);

			*style = cell->style;
			if (cell->glyph == glyph)
				return true;
		}
	return false;
}

START_TEST(draws_the_trend_only_beside_a_delta)
{
	static const struct {
		enum trend trend;
		enum metric_better better;
		uint32_t glyph;
		style_t style;
	} cases[] = {
		{ TREND_UP, BETTER_HIGHER, 0x2191, STYLE_OK },
		{ TREND_DOWN, BETTER_HIGHER, 0x2193, STYLE_BAD },
		{ TREND_UP, BETTER_LOWER, 0x2191, STYLE_BAD },
		{ TREND_DOWN, BETTER_LOWER, 0x2193, STYLE_OK },
		{ TREND_NEUTRAL, BETTER_HIGHER, 0x2192, STYLE_MUTED },
		{ TREND_UP, BETTER_NEITHER, 0x2191, STYLE_MUTED },
	};
	static const int heights[] = { 1, 3, 4, 6 };

	for (size_t i = 0; i < COUNT(cases) * COUNT(heights) * 2; i++) {
		bool has_delta = i % 2, is_there;
		size_t row = i / 2 % COUNT(cases);
		struct panel panel = { .label = "Requests",
				       .value = { "42", "" },
				       .trend = cases[row].trend,
				       .better = cases[row].better,
				       .to_ms = 1 };
		struct canvas canvas;
		style_t style;

		snprintf(panel.delta, sizeof panel.delta, "%s", has_delta ? "+5" : "");
		ck_assert_int_eq(canvas_create(60, heights[i / 2 / COUNT(cases)], false, &canvas), 0);
		panel_draw(&panel, &canvas);
		is_there = shows_glyph(&canvas, cases[row].glyph, &style);
		ck_assert_msg(is_there == has_delta, "row %zu, height %d", row, canvas.height);
		if (is_there)
			ck_assert_int_eq(style, cases[row].style);
		canvas_destroy(&canvas);
	}
}
END_TEST

START_TEST(stays_inside_any_canvas)
{
	struct scene s;
	static const struct metrics_panel_options small = { .size = "sm", .series = FIXTURE_CPU };
	struct widget widget = { .class = &metrics_panel_class };

	scene_init(&s);
	fleet_fixture_wave(&s.f, s.agent, FIXTURE_CPU, 30, 10, 90);
	golden_sweep(&widget, s.f.fleet, &s.view, 40, 7);
	widget.options = &small;
	golden_draw(&widget, s.f.fleet, &s.view, &(struct golden_case){ "widget_sm", 60, 8, false });
	fleet_fixture_finish(&s.f);
}
END_TEST

static const struct {
	int64_t age_ms;
	enum feed_state feed;
	enum provenance_state state;
	const char *text;
} ages[] = {
	{ 2000, FEED_LIVE, PROVENANCE_LIVE, "live" },
	{ 8000, FEED_LIVE, PROVENANCE_LATE, "late" }, // the interval is 5 s, the timeout 2 s
	{ 2000, FEED_LATE, PROVENANCE_LATE, "late" },
	{ 20000, FEED_LIVE, PROVENANCE_STALE, "stale since 15:03:45" },
	{ 2000, FEED_RECONNECTING, PROVENANCE_STALE, "stale since 15:04:03" },
	{ 2000, FEED_OFFLINE, PROVENANCE_STALE, "stale since 15:04:03" },
};

START_TEST(says_how_old_a_value_is)
{
	for (size_t i = 0; i < COUNT(ages); i++) {
		struct provenance provenance;
		struct scene s;

		scene_init(&s);
		fleet_fixture_feed(&s.f, ages[i].feed, MINUTE_MS, SECOND_MS, 0, "");
		fleet_fixture_point(&s.f, s.agent, FIXTURE_CPU, ages[i].age_ms, 50);
		provenance_read(s.f.fleet, &s.view, s.agent, fleet_series_def(s.f.fleet, FIXTURE_CPU), &provenance);
		ck_assert_int_eq(provenance.state, ages[i].state);
		ck_assert_str_eq(provenance.text, ages[i].text);
		fleet_fixture_finish(&s.f);
	}
}
END_TEST

static void link_is(struct scene *s, uint8_t hub, enum feed_state state)
{
	struct event *event = event_new(EVENT_FEED, FIXTURE_NOW_MS, 0);

	event->channel = CHANNEL_SYSTEM;
	event->origin = hub;
	event->u.feed.is_link = true;
	event->u.feed.state = state;
	event->u.feed.detail = mem_strdup("");
	fleet_fixture_apply(&s->f, event);
}

// Hub 1 has it.
START_TEST(is_as_fresh_as_the_hub_of_its_agent)
{
	struct provenance provenance;
	struct event *event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, 0);
	const struct series_def *cpu;
	struct scene s;

	scene_init(&s);
	event->origin = 1;
	event->u.agent = agent_ref(fleet_agent(s.f.fleet, s.agent)->agent);
	event->agent = s.agent;
	fleet_fixture_apply(&s.f, event);
	link_is(&s, 1, FEED_LIVE);
	link_is(&s, 2, FEED_STALE);
	fleet_fixture_point(&s.f, s.agent, FIXTURE_CPU, 2000, 50);
	cpu = fleet_series_def(s.f.fleet, FIXTURE_CPU);
	ck_assert_int_eq(fleet_feed(s.f.fleet)->state, FEED_STALE); // one of them is
	provenance_read(s.f.fleet, &s.view, s.agent, cpu, &provenance);
	ck_assert_str_eq(provenance.text, "live");
	link_is(&s, 1, FEED_STALE);
	link_is(&s, 2, FEED_LIVE);
	provenance_read(s.f.fleet, &s.view, s.agent, cpu, &provenance);
	ck_assert_str_eq(provenance.text, "stale since 15:04:03");
	fleet_fixture_finish(&s.f);
}
END_TEST

// A hard-down agent is probed up to four intervals apart, and between two probes nothing is late.
START_TEST(judges_age_by_the_agents_present_pace)
{
	static const struct {
		int64_t age_ms;
		uint16_t attempt_n;
		enum provenance_state state;
	} cases[] = {
		{ 8000, 0, PROVENANCE_LIVE },   { 22000, 0, PROVENANCE_LIVE },  { 22001, 0, PROVENANCE_LATE },
		{ 30000, 0, PROVENANCE_LATE },  { 30001, 0, PROVENANCE_STALE }, { 8000, 1, PROVENANCE_LATE },
		{ 15001, 1, PROVENANCE_STALE },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct health health = fleet_fixture_healthy(MINUTE_MS);
		struct provenance provenance;
		struct scene s;

		scene_init(&s);
		health.observed = OBSERVED_DOWN;
		health.attempt_n = cases[i].attempt_n;
		fleet_fixture_health_event(&s.f, s.agent, &health);
		fleet_fixture_point(&s.f, s.agent, FIXTURE_CPU, cases[i].age_ms, 50);
		provenance_read(s.f.fleet, &s.view, s.agent, fleet_series_def(s.f.fleet, FIXTURE_CPU), &provenance);
		ck_assert_int_eq(provenance.state, cases[i].state);
		fleet_fixture_finish(&s.f);
	}
}
END_TEST

static void replace_agent(struct scene *s, bool has_metrics, bool is_discovering, bool is_paused)
{
	struct event *event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, s->agent);
	struct agent *changed = mem_calloc(1, sizeof *changed);

	changed->id = s->agent;
	changed->refs = 1;
	changed->key = mem_strdup("WowCache");
	changed->name = mem_strdup("WowCache");
	changed->url = mem_strdup("http://cache");
	changed->source = mem_strdup("config");
	changed->metrics_url = has_metrics ? mem_strdup("http://cache/metrics") : NULL;
	changed->is_discovering = is_discovering;
	changed->is_paused = is_paused;
	event->u.agent = changed;
	fleet_fixture_apply(&s->f, event);
}

static void scraped(struct scene *s, enum reason reason)
{
	struct event *event = event_new(EVENT_AGENT_PROBED, FIXTURE_NOW_MS - 1000, s->agent);

	event->u.probed.kind = PROBE_METRICS;
	event->u.probed.reason = reason;
	event->u.probed.excerpt = mem_strdup("");
	event->u.probed.health = fleet_fixture_healthy(HOUR_MS);
	fleet_fixture_apply(&s->f, event);
}

static const char *why(struct scene *s, uint16_t series)
{
	static struct provenance provenance;

	if (series == SERIES_MAX)
		provenance_read_agent(s->f.fleet, &s->view, s->agent, &provenance);
	else
		provenance_read(s->f.fleet, &s->view, s->agent, fleet_series_def(s->f.fleet, series), &provenance);
	ck_assert_int_eq(provenance.state, PROVENANCE_UNAVAILABLE);
	return provenance.text;
}

START_TEST(says_why_there_is_no_value)
{
	struct scene s;

	scene_init(&s);
	define(&s, 8, "Rate", UNIT_PER_SECOND, BETTER_NEITHER, "rate(http_requests_total)");
	define(&s, 9, "Gauge", UNIT_NONE, BETTER_NEITHER, "go_goroutines");
	replace_agent(&s, false, false, false);
	ck_assert_str_eq(why(&s, 8), "no metrics endpoint");
	ck_assert_str_eq(why(&s, SERIES_MAX), "no metrics endpoint");
	replace_agent(&s, false, true, false);
	ck_assert_str_eq(why(&s, 8), "looking for a metrics endpoint");
	replace_agent(&s, true, false, true);
	ck_assert_str_eq(why(&s, 8), "paused: not probed");
	replace_agent(&s, true, false, false);
	ck_assert_str_eq(why(&s, 8), "waiting for the first scrape");
	ck_assert_str_eq(why(&s, FIXTURE_LATENCY), "waiting for the first probe");
	scraped(&s, REASON_NONE);
	ck_assert_str_eq(why(&s, 8), "waiting for a second scrape");
	ck_assert_str_eq(why(&s, 9), "not in the last scrape");
	for (int i = 3; i > 0; i--)
		fleet_fixture_point(&s.f, s.agent, 8, i * 5000, NAN);
	ck_assert_str_eq(why(&s, 8), "nothing to count in the last scrapes");
	ck_assert_str_eq(why(&s, SERIES_MAX), "nothing here that a panel names");
	scraped(&s, REASON_CONNECT_REFUSED);
	ck_assert_str_eq(why(&s, 9), "scrape failed: connection refused");
	fleet_fixture_point(&s.f, s.agent, 9, 65000, 3);
	fleet_fixture_point(&s.f, s.agent, 9, 5000, NAN);
	ck_assert_str_eq(why(&s, 9), "scrape failed since 15:03:00: connection refused");
	s.agent = 999;
	ck_assert_str_eq(why(&s, 9), "agent is gone");
	ck_assert_str_eq(why(&s, SERIES_MAX), "agent is gone");
	fleet_fixture_finish(&s.f);
}
END_TEST

SUITE("metrics_panel", is_as_fresh_as_the_hub_of_its_agent, knows_three_sizes_and_takes_any_other_for_md,
      colours_a_trend_by_what_is_better, takes_small_changes_for_neutral, reads_thresholds_from_the_side_that_is_bad,
      shows_a_drop_for_what_it_is, compares_with_the_mean_before, gives_no_delta_from_one_value,
      never_shows_a_gap_as_the_last_value, shows_the_agent_of_the_screen, looks_right_whatever_it_is_given,
      draws_the_trend_only_beside_a_delta, stays_inside_any_canvas, says_how_old_a_value_is,
      judges_age_by_the_agents_present_pace, says_why_there_is_no_value)
