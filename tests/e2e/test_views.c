// SPDX-License-Identifier: Apache-2.0
/* What is looked at: filters, the picked context, order and range, the timeline, the metrics; and what is remembered.
 */
#include "tests/support/suite.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/scene.h"

static const char *const one_down[] = { "--agents", "6", "--fault", "error500=1", NULL };

START_TEST(a_filter_narrows_the_table_while_it_is_typed)
{
	struct scene s;
	struct term *t;

	scene_open(&s);
	scene_simulate(&s, one_down);
	t = scene_console(&s, NULL, 120, 36);
	term_wait_for(t, "1 of 6 agents down", SCENE_MS);
	term_send(t, "/");
	term_send(t, "text:WowEv");
	term_wait_row(t, "Agents \"WowEv\" ─", "1 of 6 ─", SCENE_MS);
	term_send(t, "Esc");
	term_wait_row(t, "Agents ─", " 6 ─", SCENE_MS);
	term_send(t, "/");
	term_send(t, "text:tier=creation");
	term_send(t, "Enter");
	term_wait_row(t, "Agents \"tier=creation\" ─", "2 of 6 ─", SCENE_MS);
	term_send(t, "Esc");
	term_wait_row(t, "Agents ─", " 6 ─", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(what_is_picked_filters_every_panel_and_says_how_to_clear_it)
{
	struct scene s;
	struct term *t;

	scene_open(&s);
	scene_simulate(&s, one_down);
	t = scene_console(&s, NULL, 120, 36);
	term_wait_for(t, "is down: bad HTTP", SCENE_MS);
	term_send(t, "c Tab");
	term_wait_for(t, "─ Tiers ─", SCENE_MS);
	term_send(t, "text:guard");
	term_wait_for(t, "0 of 4 selected", SCENE_MS);
	term_send(t, "space");
	term_wait_for(t, "1 of 4 selected", SCENE_MS);
	term_send(t, "Enter");
	term_wait_row(t, "only tier guardian", "(C clears)", SCENE_MS);
	term_wait_for(t, "1 of 1 agent up", SCENE_MS);
	term_wait_row(t, "Agents ─", " 1 ─", SCENE_MS);
	term_wait_gone(t, "Newly bad", SCENE_MS);
	term_wait_gone(t, "is down: bad HTTP", SCENE_MS);
	term_send(t, "A");
	term_wait_for(t, "No alert passes the filter.", SCENE_MS);
	term_send(t, "5");
	term_wait_for(t, "Timeline ─", SCENE_MS);
	term_wait_gone(t, "is down", SCENE_MS);
	term_wait_row(t, "only tier guardian", "(C clears)", SCENE_MS);
	term_send(t, "C");
	term_wait_for(t, "is down: bad HTTP", SCENE_MS);
	term_wait_gone(t, "only tier", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(order_range_palette_and_help_are_a_key_away)
{
	struct scene s;
	struct term *t;

	scene_open(&s);
	scene_simulate(&s, one_down);
	t = scene_console(&s, NULL, 120, 40);
	term_wait_for(t, "1 of 6 agents down", SCENE_MS);
	term_wait_row(t, "STATE▲", "NAME", SCENE_MS);
	term_send(t, "s");
	term_wait_for(t, "NAME▲", SCENE_MS);
	term_wait_row(t, "▌", "WowAgentFactory", SCENE_MS);
	term_send(t, "S");
	term_wait_for(t, "NAME▼", SCENE_MS);
	term_wait_row(t, "▌", "WowVisionPrime", SCENE_MS);
	term_wait_row(t, "Metrics WowVisionPrime", " of 1h", SCENE_MS);
	term_send(t, "t");
	term_wait_row(t, "│▌ ◉ 1h", "│", SCENE_MS);
	term_send(t, "Down Enter");
	term_wait_row(t, "Metrics WowVisionPrime", " of 24h", SCENE_MS);
	term_send(t, ":");
	term_wait_for(t, "─ Commands ─", SCENE_MS);
	term_send(t, "text:sort lat");
	term_wait_for(t, "│▌ sort latency", SCENE_MS);
	term_send(t, "Enter");
	term_wait_for(t, "▼LATENCY", SCENE_MS);
	term_send(t, "?");
	term_wait_for(t, "acknowledge the alert", SCENE_MS);
	for (size_t i = 0; i < 4; i++)
		term_wait_for(t, ((const char *[]){ "Moving", "Looking", "Acting", "The program" })[i], SCENE_MS);
	term_send(t, "Esc");
	term_wait_for(t, "▼LATENCY", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

static void export_as(struct term *t, const char *format, const char *extension, const char *text)
{
	char pattern[64];
	glob_t found;
	char *file;

	term_send(t, "x");
	term_wait_for(t, "─ Export the timeline as ─", SCENE_MS);
	term_send(t, format);
	term_wait_for(t, "1 of 3  ", SCENE_MS);
	term_send(t, "Enter");
	term_wait_row(t, "items to ./opscon-timeline-", extension, SCENE_MS);
	snprintf(pattern, sizeof pattern, "opscon-timeline-*%s", extension);
	ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
	ck_assert_uint_eq(found.gl_pathc, 1);
	file = scene_read(found.gl_pathv[0]);
	ck_assert_msg(strstr(file, text), "no %s in %s", text, file);
	ck_assert_int_eq(unlink(found.gl_pathv[0]), 0);
	free(file);
	globfree(&found);
}

START_TEST(the_timeline_unfolds_and_is_exported_for_the_post_mortem)
{
	struct scene s;
	struct term *t;

	scene_open(&s);
	scene_simulate(&s, one_down);
	t = scene_console(&s, NULL, 120, 36);
	term_wait_for(t, "agents down", SCENE_MS);
	term_send(t, "5");
	term_wait_for(t, "is down: bad HTTP", SCENE_MS);
	term_send(t, "G e");
	term_wait_for(t, ", info", SCENE_MS);
	term_send(t, "u"); // times of day instead of ages
	term_wait_gone(t, "Just now", SCENE_MS);
	export_as(t, "text:json", ".json", "\"schema_version\"");
	export_as(t, "text:csv", ".csv", "is down");
	export_as(t, "text:mark", ".md", "is down");
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(the_view_is_remembered_and_cleared_with_a_word_when_its_agent_is_gone)
{
	struct scene s;
	struct term *t;

	scene_open(&s);
	scene_simulate(&s, one_down);
	t = scene_console(&s, NULL, 120, 36);
	term_wait_for(t, "1 of 6 agents down", SCENE_MS);
	term_send(t, "s c");
	term_wait_for(t, "─ Agents ─", SCENE_MS);
	term_send(t, "text:WowMem");
	term_wait_for(t, "│▌ ☐ WowMemory", SCENE_MS);
	term_send(t, "space Enter");
	term_wait_row(t, "only WowMemory", "(C clears)", SCENE_MS);
	scene_quit(t);
	t = scene_console(&s, NULL, 120, 36);
	term_wait_row(t, "only WowMemory", "(C clears)", SCENE_MS);
	term_wait_row(t, "Agents ─", " 1 ─", SCENE_MS);
	term_wait_for(t, "NAME▲", SCENE_MS);
	scene_quit(t);
	scene_simulate(&s, (const char *[]){ "--agents", "3", NULL }); // without WowMemory
	t = scene_console(&s, NULL, 120, 36);
	term_wait_for(t, "1 remembered agent is gone: taken out of the context", SCENE_MS);
	term_wait_for(t, "3 of 3 agents up", SCENE_MS);
	term_wait_gone(t, "only WowMemory", SCENE_MS);
	scene_quit(t);
	scene_close(&s);
}
END_TEST

START_TEST(a_series_is_found_pinned_and_unpinned)
{
	struct scene s;
	struct term *t;

	scene_open(&s);
	scene_simulate(&s, (const char *[]){ "--agents", "1", NULL });
	t = scene_console(&s, NULL, 120, 40);
	term_wait_for(t, "1 of 1 agent up", SCENE_MS);
	term_send(t, "M");
	term_wait_for(t, "http_requests_total", SCENE_MS);
	term_send(t, "/");
	term_send(t, "text:heap_alloc");
	term_send(t, "Enter");
	term_wait_row(t, "\"heap_alloc\" ─", "1 of ", SCENE_MS);
	for (int i = 0; i < 2; i++) {
		term_send(t, "+");
		term_wait_for(t, "go_memstats_heap_allo…", SCENE_MS);
		term_send(t, "+");
		term_wait_for(t, "is no panel any more", SCENE_MS);
		term_wait_gone(t, "go_memstats_heap_allo…", SCENE_MS);
	}
	scene_quit(t);
	scene_close(&s);
}
END_TEST

SUITE("views", a_filter_narrows_the_table_while_it_is_typed,
      what_is_picked_filters_every_panel_and_says_how_to_clear_it, order_range_palette_and_help_are_a_key_away,
      the_timeline_unfolds_and_is_exported_for_the_post_mortem,
      the_view_is_remembered_and_cleared_with_a_word_when_its_agent_is_gone, a_series_is_found_pinned_and_unpinned)
