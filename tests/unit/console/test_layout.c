// SPDX-License-Identifier: Apache-2.0
/* The layout, by its properties over every size. */
#include "tests/support/suite.h"

#include "console/layout.h"

static bool overlap(const struct rect *a, const struct rect *b)
{
	return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

static bool is_pane_of(enum screen_id screen, enum pane pane)
{
	if (screen == SCREEN_OPERATIONS)
		return pane == PANE_TABLE || pane == PANE_DETAIL;
	return screen <= SCREEN_AGENT && pane != PANE_DETAIL;
}

static void check(enum screen_id screen, int width, int height, const struct layout_content *content)
{
	struct layout layout;

	layout_compute(screen, width, height, content, &layout);
	for (int i = 0; i < SLOT_COUNT; i++) {
		const struct rect *rect = &layout.slots[i];

		if (!layout_has(&layout, (enum slot)i))
			continue;
		if (rect->x < 0 || rect->y < 0 || rect->x + rect->width > width || rect->y + rect->height > height)
			ck_abort_msg("slot %d of screen %d is outside at %dx%d", i, screen, width, height);
		for (int j = 0; j < i; j++)
			if (layout_has(&layout, (enum slot)j) && overlap(rect, &layout.slots[j]))
				ck_abort_msg("slots %d and %d of screen %d overlap at %dx%d", i, j, screen, width,
					     height);
	}
	if (screen == SCREEN_OVERVIEW && !layout_has(&layout, SLOT_VERDICT))
		ck_abort_msg("no verdict at %dx%d", width, height);
	if (height >= 5 && (!layout_has(&layout, SLOT_HEADER) || !layout_has(&layout, SLOT_FOOTER)))
		ck_abort_msg("no header or foot on screen %d at %dx%d", screen, width, height);
	if (height >= 2 && !layout_has(&layout, SLOT_MAIN) && !layout_has(&layout, SLOT_PANELS) &&
	    !layout_has(&layout, SLOT_TIMELINE) && !layout_has(&layout, SLOT_DETAIL))
		ck_abort_msg("nothing in the middle of screen %d at %dx%d", screen, width, height);
	if (height >= 2 && !content->is_chart_open && !layout_has(&layout, slot_of_pane(content->focus)) &&
	    is_pane_of(screen, content->focus))
		ck_abort_msg("the focused pane %d is missing at %dx%d", content->focus, width, height);
}

START_TEST(nothing_overlaps_and_nothing_is_outside)
{
	for (int height = 1; height <= 200; height += height < 60 ? 1 : 7)
		for (int width = 1; width <= 500; width += width < 140 ? 3 : 13)
			for (int i = 0; i < 48; i++) {
				const struct layout_content content = { .n_newly_bad = i % 2 ? 40 : 0,
									.n_operations = (size_t)(i % 5),
									.has_progress = i % 4 > 1,
									.focus = (enum pane)(i / 4 % PANE_COUNT),
									.is_chart_open = i / 12 % 2,
									.has_tiers = i >= 24,
									.is_feed_live = i % 3 > 0 };

				for (int screen = 0; screen < SCREEN_COUNT; screen++)
					check((enum screen_id)screen, width, height, &content);
			}
}
END_TEST

START_TEST(what_matters_is_there)
{
	static const struct {
		int width, height;
		bool has[SLOT_COUNT];
	} table[] = {
		{ 80,
		  24,
		  { [SLOT_HEADER] = 1,
		    [SLOT_VERDICT] = 1,
		    [SLOT_COUNTS] = 1,
		    [SLOT_MAIN] = 1,
		    [SLOT_TIMELINE] = 1,
		    [SLOT_FOOTER] = 1 } },
		{ 200,
		  50,
		  { [SLOT_HEADER] = 1,
		    [SLOT_CONNECTION] = 1,
		    [SLOT_VERDICT] = 1,
		    [SLOT_COUNTS] = 1,
		    [SLOT_NEWLY_BAD] = 1,
		    [SLOT_MAIN] = 1,
		    [SLOT_TIMELINE] = 1,
		    [SLOT_PANELS] = 1,
		    [SLOT_FOOTER] = 1 } },
		{ 40,
		  12,
		  { [SLOT_HEADER] = 1, [SLOT_VERDICT] = 1, [SLOT_COUNTS] = 1, [SLOT_MAIN] = 1, [SLOT_FOOTER] = 1 } },
		{ 20, 5, { [SLOT_HEADER] = 1, [SLOT_VERDICT] = 1, [SLOT_MAIN] = 1, [SLOT_FOOTER] = 1 } },
		{ 20, 3, { [SLOT_VERDICT] = 1, [SLOT_MAIN] = 1 } },
		{ 20, 1, { [SLOT_VERDICT] = 1 } },
	};
	const struct layout_content content = { .n_newly_bad = 5, .has_tiers = true };

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct layout layout;

		layout_compute(SCREEN_OVERVIEW, table[i].width, table[i].height, &content, &layout);
		for (int slot = 0; slot < SLOT_COUNT; slot++)
			ck_assert_msg(layout_has(&layout, (enum slot)slot) == table[i].has[slot], "slot %d at %dx%d",
				      slot, table[i].width, table[i].height);
	}
}
END_TEST

START_TEST(an_open_chart_takes_the_room_of_all_panes)
{
	const struct layout_content content = {
		.n_newly_bad = 5, .has_tiers = true, .focus = PANE_PANELS, .is_chart_open = true
	};
	struct layout layout;

	layout_compute(SCREEN_OVERVIEW, 120, 36, &content, &layout);
	ck_assert_int_eq(layout.slots[SLOT_PANELS].width, 120);
	ck_assert_int_eq(layout.slots[SLOT_PANELS].height, 33);
	ck_assert(!layout_has(&layout, SLOT_MAIN));
	ck_assert(layout_has(&layout, SLOT_VERDICT));
}
END_TEST

SUITE("console layout", nothing_overlaps_and_nothing_is_outside, what_matters_is_there,
      an_open_chart_takes_the_room_of_all_panes)
