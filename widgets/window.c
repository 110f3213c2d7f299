// SPDX-License-Identifier: Apache-2.0
#include "widgets/window.h"

#include <stdio.h>

static const struct {
	int64_t ms;
	const char *name;
} spans[] = {
	{ INT64_C(15000), "15s" },    { INT64_C(30000), "30s" },    { INT64_C(60000), "1m" },
	{ INT64_C(120000), "2m" },    { INT64_C(300000), "5m" },    { INT64_C(900000), "15m" },
	{ INT64_C(1800000), "30m" },  { INT64_C(3600000), "1h" },   { INT64_C(10800000), "3h" },
	{ INT64_C(21600000), "6h" },  { INT64_C(43200000), "12h" }, { INT64_C(86400000), "1d" },
	{ INT64_C(259200000), "3d" }, { INT64_C(604800000), "7d" },
};

enum { N_SPANS = sizeof spans / sizeof spans[0] };

static int span_for(int64_t known_ms)
{
	int i = 0;

	while (i < N_SPANS && spans[i].ms < known_ms)
		i++;
	return i;
}

int64_t window_span_ms(int64_t first_ms, int64_t now_ms, enum time_range range)
{
	int64_t range_ms = time_range_ms(range);
	int span = first_ms > 0 ? span_for(now_ms - first_ms) : N_SPANS;

	return span < N_SPANS && spans[span].ms < range_ms ? spans[span].ms : range_ms;
}

int64_t window_lasts_ms(int64_t first_ms, int64_t now_ms, enum time_range range)
{
	int span = first_ms > 0 ? span_for(now_ms - first_ms) : N_SPANS;

	return span < N_SPANS && spans[span].ms < time_range_ms(range) ? first_ms + spans[span].ms + 1 - now_ms
								       : INT64_MAX;
}

int64_t window_within_ms(int64_t known_ms, int64_t *lasts_ms)
{
	int next = span_for(known_ms + 1); // of those that are longer
	int span = next > 0 ? next - 1 : 0;

	*lasts_ms = span + 1 < N_SPANS ? spans[span + 1].ms - known_ms : INT64_MAX;
	return spans[span].ms;
}

static int64_t first_point_ms(const struct fleet *fleet, const struct view *view, uint32_t agent, uint16_t series)
{
	struct series_summary summary;
	int64_t now_ms = view->now.wall_ms;

	if (fleet_totals(fleet, agent, series, now_ms - time_range_ms(view->range), now_ms, &summary) < 0)
		return 0;
	return summary.count ? summary.first_ms : 0;
}

int64_t window_of_series(const struct fleet *fleet, const struct view *view, uint32_t agent, uint16_t series)
{
	return window_span_ms(first_point_ms(fleet, view, agent, series), view->now.wall_ms, view->range);
}

char *window_words(const struct fleet *fleet, const struct view *view, uint32_t agent, char out[64])
{
	uint16_t series;
	int64_t first_ms = 0;
	int span;

	if (fleet_agent_series(fleet, agent, &series, 1))
		first_ms = first_point_ms(fleet, view, agent, series);
	span = first_ms ? span_for(view->now.wall_ms - first_ms) : N_SPANS;
	if (span < N_SPANS && spans[span].ms < time_range_ms(view->range))
		snprintf(out, 64, "last %s of %s", spans[span].name, time_range_name(view->range));
	else
		snprintf(out, 64, "last %s", time_range_name(view->range));
	return out;
}
