// SPDX-License-Identifier: Apache-2.0
#include "console/layout.h"

#include "widgets/metrics_grid.h"

enum {
	WIDE = 110,            // from here on two columns
	WIDE_ROWS = 12,        // and only with this many rows
	CONNECTION_FROM = 120, // from here on the connection stands beside the verdict, with half of the line
};

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int clamp(int value, int low, int high)
{
	return value < low ? low : least(value, high);
}

// Cuts rows off the top (or the bottom) of what is left and gives them to a slot.
static void take_top(struct rect *left, int rows, struct rect *slot)
{
	rows = clamp(rows, 0, left->height);
	*slot = (struct rect){ left->x, left->y, left->width, rows };
	left->y += rows;
	left->height -= rows;
}

static void take_bottom(struct rect *left, int rows, struct rect *slot)
{
	rows = clamp(rows, 0, left->height);
	left->height -= rows;
	*slot = (struct rect){ left->x, left->y + left->height, left->width, rows };
}

// Cuts a right column off, with a cell between.
static struct rect take_right(struct rect *left, int width)
{
	struct rect right = { left->x + left->width - width, left->y, width, left->height };

	left->width -= width + 1;
	return right;
}

static bool is_wide(const struct rect *body)
{
	return body->width >= WIDE && body->height >= WIDE_ROWS;
}

// What is on every screen: header, foot, and where it is told how the fleet is, the verdict. Returns the rest.
static struct rect frame(struct layout *out, int width, int height, bool has_verdict, bool has_connection)
{
	struct rect body = { 0, 0, width, height };

	if (height >= (has_verdict ? 4 : 3))
		take_top(&body, 1, &out->slots[SLOT_HEADER]);
	if (height >= 5)
		take_bottom(&body, 1, &out->slots[SLOT_FOOTER]);
	if (has_verdict)
		take_top(&body, 1, &out->slots[SLOT_VERDICT]);
	if (has_connection && width >= CONNECTION_FROM && out->slots[SLOT_VERDICT].height)
		out->slots[SLOT_CONNECTION] = take_right(&out->slots[SLOT_VERDICT], width / 2);
	return body;
}

static int newly_bad_rows(const struct layout_content *content, int most)
{
	int n = content->n_newly_bad > 99 ? 99 : (int)content->n_newly_bad;

	n += content->has_hub_away; // which is said in a line above them
	return n ? least(n, most) + 1 : 0;
}

// The timeline can use any room; the panels have half of it, or what they need.
static void panels_above_timeline(struct layout *out, struct rect right, const struct layout_content *content)
{
	take_top(&right, metrics_grid_rows(content->n_panels, right.width, right.height / 2), &out->slots[SLOT_PANELS]);
	out->slots[SLOT_TIMELINE] = right;
}

static void overview_wide(struct layout *out, struct rect body, const struct layout_content *content)
{
	struct rect right = take_right(&body, clamp(body.width * 2 / 5, 46, 100));

	if (body.height >= 18)
		take_top(&body, newly_bad_rows(content, body.height / 5), &out->slots[SLOT_NEWLY_BAD]);
	out->slots[SLOT_MAIN] = body;
	if (content->has_progress && right.height >= 20)
		take_top(&right, 4, &out->slots[SLOT_PROGRESS]);
	panels_above_timeline(out, right, content);
}

static void overview_narrow(struct layout *out, struct rect body, const struct layout_content *content)
{
	int rows = body.height;

	if (content->has_progress && rows >= 30)
		take_top(&body, 4, &out->slots[SLOT_PROGRESS]);
	if (rows >= 26) // below that the table says it: problems stand first
		take_top(&body, newly_bad_rows(content, clamp(rows / 6, 2, 6)), &out->slots[SLOT_NEWLY_BAD]);
	if (rows >= 28)
		take_bottom(&body, rows / 4, &out->slots[SLOT_PANELS]);
	if (rows >= 9)
		take_bottom(&body, clamp(rows * 3 / 10, 3, 20), &out->slots[SLOT_TIMELINE]);
	out->slots[SLOT_MAIN] = body;
}

static void overview(struct layout *out, int width, int height, const struct layout_content *content)
{
	struct rect body = frame(out, width, height, true, !content->is_feed_live);

	if (body.height >= 6)
		take_top(&body, body.height >= 18 && content->has_tiers ? 2 : 1, &out->slots[SLOT_COUNTS]);
	if (is_wide(&body))
		overview_wide(out, body, content);
	else
		overview_narrow(out, body, content);
}

static void agent(struct layout *out, int width, int height, const struct layout_content *content)
{
	struct rect body = frame(out, width, height, false, false);

	if (is_wide(&body)) {
		panels_above_timeline(out, take_right(&body, body.width / 2), content);
	} else {
		int rows = body.height;

		if (rows >= 24)
			take_bottom(&body, rows / 4, &out->slots[SLOT_TIMELINE]);
		if (rows >= 16)
			take_bottom(&body, clamp(rows / 4, 4, 20), &out->slots[SLOT_PANELS]);
	}
	out->slots[SLOT_MAIN] = body;
}

static void metrics(struct layout *out, int width, int height)
{
	struct rect body = frame(out, width, height, false, false);

	if (is_wide(&body))
		out->slots[SLOT_PANELS] = take_right(&body, body.width * 2 / 5);
	else if (body.height >= 18)
		take_bottom(&body, body.height / 3, &out->slots[SLOT_PANELS]);
	out->slots[SLOT_MAIN] = body;
}

// The list as long as it is, but never more than it needs or two fifths of the rows; beside it or below, the one under
// the cursor.
static void operations(struct layout *out, int width, int height, const struct layout_content *content)
{
	struct rect body = frame(out, width, height, false, false);
	int wanted = content->n_operations > 99 ? 99 : (int)content->n_operations + 2;

	if (is_wide(&body))
		out->slots[SLOT_DETAIL] = take_right(&body, body.width - clamp(body.width * 2 / 5, 46, 110) - 1);
	else if (body.height >= 12)
		take_bottom(&body, body.height - clamp(wanted, 3, body.height * 2 / 5), &out->slots[SLOT_DETAIL]);
	out->slots[SLOT_MAIN] = body;
}

// The pane that has the keys is always there.
static void show_focused(struct layout *out, enum screen_id screen, const struct layout_content *content)
{
	enum slot wanted = slot_of_pane(content->focus);
	enum slot giver = wanted == SLOT_PANELS && layout_has(out, SLOT_TIMELINE) ? SLOT_TIMELINE : SLOT_MAIN;
	bool has_panes = screen == SCREEN_OVERVIEW || screen == SCREEN_AGENT || screen == SCREEN_METRICS ||
			 screen == SCREEN_OPERATIONS;

	if (!has_panes || layout_has(out, wanted) || !layout_has(out, giver))
		return;
	out->slots[wanted] = out->slots[giver];
	out->slots[giver] = (struct rect){ 0 };
}

// A chart takes the room of all panes.
static void show_chart(struct layout *out, int width, int height)
{
	int top = height, bottom = 0;

	for (int slot = SLOT_COUNTS; slot < SLOT_FOOTER; slot++) {
		struct rect *rect = &out->slots[slot];

		if (!layout_has(out, (enum slot)slot))
			continue;
		top = least(top, rect->y);
		bottom = rect->y + rect->height > bottom ? rect->y + rect->height : bottom;
		*rect = (struct rect){ 0 };
	}
	if (bottom > top)
		out->slots[SLOT_PANELS] = (struct rect){ 0, top, width, bottom - top };
}

void layout_compute(enum screen_id screen, int width, int height, const struct layout_content *content,
		    struct layout *out)
{
	*out = (struct layout){ 0 };
	switch (screen) {
	case SCREEN_OVERVIEW:
		overview(out, width, height, content);
		break;
	case SCREEN_AGENT:
		agent(out, width, height, content);
		break;
	case SCREEN_METRICS:
		metrics(out, width, height);
		break;
	case SCREEN_ALERTS:
		out->slots[SLOT_MAIN] = frame(out, width, height, true, !content->is_feed_live);
		break;
	case SCREEN_OPERATIONS:
		operations(out, width, height, content);
		break;
	case SCREEN_TIMELINE:
	case SCREEN_AUDIT:
	case SCREEN_HELP:
	case SCREEN_COUNT:
		out->slots[SLOT_MAIN] = frame(out, width, height, false, false);
		break;
	}
	show_focused(out, screen, content);
	if (content->is_chart_open && layout_has(out, SLOT_PANELS))
		show_chart(out, width, height);
}

bool layout_has(const struct layout *layout, enum slot slot)
{
	return layout->slots[slot].width > 0 && layout->slots[slot].height > 0;
}

enum slot slot_of_pane(enum pane pane)
{
	switch (pane) {
	case PANE_TIMELINE:
		return SLOT_TIMELINE;
	case PANE_PANELS:
		return SLOT_PANELS;
	case PANE_DETAIL:
		return SLOT_DETAIL;
	case PANE_TABLE:
	case PANE_COUNT:
		break;
	}
	return SLOT_MAIN;
}
