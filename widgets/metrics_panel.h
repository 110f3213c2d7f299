#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A metrics panel: one number of one agent, where it is going and how it got there (components.md 1.2).
 *
 * The delta compares the last value with the mean of the values before it in the view's range: "above its usual" is
 * told from the second value on and does not hang on one chance point at the window's edge. A change of less than 5 %
 * of that mean is neutral; on a mean of 0 any change counts. The arrow shows the direction, the colour whether that is
 * good: by what the series says is better, never by the sign alone. Where neither is better the arrow is grey.
 */
#include "opscon/widget.h"
#include "widgets/metric_text.h"
#include "widgets/provenance.h"
#include "widgets/sparkline.h"

enum panel_size {
	PANEL_LINE, // one row: what is left when there is no room
	PANEL_SM,   // 20 x 3 cells, one row of sparkline
	PANEL_MD,   // 28 x 4, two
	PANEL_LG,   // 36 x 6, four
	PANEL_SIZE_COUNT,
};

enum panel_size panel_size_from_name(const char *name); // "sm" "md" "lg"; anything else and NULL: PANEL_MD
int panel_min_width(enum panel_size size);
int panel_height(enum panel_size size);

enum trend { TREND_NEUTRAL, TREND_UP, TREND_DOWN };

enum trend trend_of(double delta, double baseline);
style_t style_of_trend(enum trend trend, enum metric_better better);

enum panel_level { PANEL_LEVEL_OK, PANEL_LEVEL_WARN, PANEL_LEVEL_CRITICAL };

enum panel_level panel_level_of(double value, const struct series_def *def); // NaN values and thresholds: OK

enum { PANEL_POINTS_MAX = 10000 }; // the newest ones win

struct panel {
	const char *label;            // borrowed
	struct metric_text value;     // number "": there is none
	char delta[HUMAN_MAX];        // "+12%"; "": no chip
	enum trend trend;             // of the delta
	enum metric_better better;    // gives the trend its colour
	enum panel_level level;       // gives the value its colour
	bool is_selected;             // the cursor is on it
	struct provenance provenance; // not live: said in the panel
	struct metric_point *points;  // borrowed, oldest first
	size_t n_points;              // fewer than two values: no sparkline
	int64_t from_ms, to_ms;       // the window of the sparkline
	enum sparkline_keep keep;     // the worse end: minimum where more is better
};

// Fills a panel from the fleet, the points into the caller's memory (PANEL_POINTS_MAX).
void panel_read(const struct fleet *fleet, const struct view *view, uint32_t agent, const struct series_def *def,
		struct metric_point *points, struct panel *out);

// Draws it over the whole canvas, in the size that fits its height.
void panel_draw(const struct panel *panel, struct canvas *canvas);

// Whose numbers the panels show: the agent of the agent and metrics screens, else the one under the cursor. 0 none.
uint32_t panels_agent(const struct view *view);

// The widget: one panel; without options that of view.focused_series.
struct metrics_panel_options {
	const char *size; // "sm" "md" "lg": it draws no larger than that; NULL: what fits
	uint16_t series;
};

extern const struct widget_class metrics_panel_class;
