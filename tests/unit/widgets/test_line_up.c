// SPDX-License-Identifier: Apache-2.0
/* Columns stand under each other whatever the names are written in. */
#include "tests/support/suite.h"

#include "base/memory.h"
#include "base/strbuf.h"
#include "tests/support/fleet_fixture.h"
#include "widgets/agent_table.h"
#include "widgets/alert_list.h"
#include "widgets/metrics_list.h"
#include "widgets/timeline.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// Narrow, wide, combining, emoji, and each too long for any column.
static const char *const names[] = {
	"plain",
	"日本語エージェント",
	"Ange\u0301line",
	"🚀 rocket",
	"한국어-서비스-이름이-아주-길다-정말로-아주-길다",
	"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e"
	"\u0301"
	"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e"
	"\u0301",
};

enum { N = COUNT(names), WIDTH_MIN = 76, WIDTH_MAX = 200 };

static struct fleet_fixture f;
static struct view view;
static uint32_t ids[N], rows[N];
static uint64_t nos[N];

// The cell where `mark` begins in row y; -1 when it does not stand there.
static int mark_at(const struct canvas *canvas, int y, const char *mark)
{
	for (int x = 0; x < canvas->width; x++) {
		int i = 0;

		while (mark[i] && x + i < canvas->width &&
		       canvas_cell(canvas, x + i, y)->glyph == (unsigned char)mark[i])
			i++;
		if (!mark[i])
			return x;
	}
	return -1;
}

// Draws the widget at many widths: the mark stands in every row and in one column, or, where the column has no room,
// in none.
static void check_column(const struct widget_class *class, const char *mark)
{
	const struct widget widget = { .class = class };

	for (int width = WIDTH_MIN; width <= WIDTH_MAX; width++) {
		int column = -1, n = 0;
		struct canvas canvas;

		ck_assert_int_eq(canvas_create(width, N + 6, false, &canvas), 0);
		widget_draw(&widget, f.fleet, &view, &canvas);
		for (int y = 1; y < canvas.height; y++) { // below the heading
			int x = mark_at(&canvas, y, mark);

			if (x < 0)
				continue;
			if (column >= 0 && x != column)
				ck_abort_msg("%s at %d wide: %s at %d and %d", class->name, width, mark, column, x);
			column = x;
			n++;
		}
		if (n != N && (n || width == WIDTH_MAX))
			ck_abort_msg("%s at %d wide: %s stands in %d rows", class->name, width, mark, n);
		canvas_destroy(&canvas);
	}
}

START_TEST(of_agents)
{
	fleet_fixture_init(&f);
	for (size_t i = 0; i < N; i++) {
		uint32_t id = fleet_fixture_add(&f, names[i], "level 1", "");

		fleet_fixture_health(&f, id, OBSERVED_DEGRADED, REASON_WARN, HOUR_MS);
		fleet_fixture_probed(&f, id, REASON_WARN, 200, 7777000);
	}
	fleet_fixture_view(&f, &view);
	check_column(&agent_table_class, "level 1");
	check_column(&agent_table_class, "7.78s");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(of_alerts)
{
	fleet_fixture_init(&f);
	for (size_t i = 0; i < N; i++)
		ids[i] = fleet_fixture_alert(&f, fleet_fixture_add(&f, names[i], "", ""), SEVERITY_WARNING,
					     ALERT_ACTIVE, "rule", "!!", HOUR_MS);
	fleet_fixture_view(&f, &view);
	view.alerts.ids = ids;
	view.alerts.n_ids = N;
	check_column(&alert_list_class, "!!");
	check_column(&alert_list_class, "1h");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(of_the_timeline)
{
	fleet_fixture_init(&f);
	for (size_t i = 0; i < N; i++) {
		fleet_fixture_action(&f, 0, names[i], names[N - 1 - i], "", HOUR_MS);
		nos[i] = i;
	}
	fleet_fixture_view(&f, &view);
	view.timeline.nos = nos;
	view.timeline.n_items = N;
	check_column(&timeline_class, "1h ago");
	check_column(&timeline_class, "update");
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(of_series)
{
	struct event *event;

	fleet_fixture_init(&f);
	event = event_new(EVENT_SCRAPE, FIXTURE_NOW_MS, fleet_fixture_add(&f, "agent", "", ""));
	event->u.scrape.rows = mem_calloc(N, sizeof *event->u.scrape.rows);
	for (uint32_t i = 0; i < N; i++) {
		event->u.scrape.rows[i] = (struct scrape_row){ mem_strdup(names[i]), "gauge", 77777 };
		rows[i] = i;
	}
	event->u.scrape.n_rows = N;
	fleet_fixture_apply(&f, event);
	fleet_fixture_view(&f, &view);
	view.screen = SCREEN_METRICS;
	view.agent = 1;
	view.metrics.rows = rows;
	view.metrics.n_rows = N;
	check_column(&metrics_list_class, "gauge");
	check_column(&metrics_list_class, "77777");
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("line up", of_agents, of_alerts, of_the_timeline, of_series)
