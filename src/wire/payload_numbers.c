// SPDX-License-Identifier: Apache-2.0
/* Series, readings, scrapes and points. Whatever comes in numbers is a flat list: `[series, value, series, value]`. */
#include <errno.h>

#include "base/memory.h"
#include "wire/payloads.h"
#include "wire/words.h"

enum { SCRAPED_MAX = 64 << 10 };

static const struct wire_field series_fields[] = {
	{ "no", WIRE_KIND_U16, WIRE_AT(struct series_def, no), .is_needed = true },
	{ "id", WIRE_KIND_TEXT, WIRE_AT(struct series_def, id) },
	{ "title", WIRE_KIND_TEXT, WIRE_AT(struct series_def, title) },
	{ "unit", WIRE_KIND_WORD, WIRE_AT(struct series_def, unit), .words = &wire_units },
	{ "better", WIRE_KIND_WORD, WIRE_AT(struct series_def, better), .words = &wire_better },
	{ "warn", WIRE_KIND_DOUBLE, WIRE_AT(struct series_def, warn) },
	{ "critical", WIRE_KIND_DOUBLE, WIRE_AT(struct series_def, critical) },
	{ "expr", WIRE_KIND_TEXT, WIRE_AT(struct series_def, expr) },
	{ "is_dropped", WIRE_KIND_BOOL, WIRE_AT(struct series_def, is_dropped) },
};

static void write_series(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	wire_fields_write(w, series_fields, WIRE_COUNT(series_fields), &event->u.series);
}

static int read_series(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	struct series_def *def = &event->u.series;
	int r = wire_fields_read(scan, data, series_fields, WIRE_COUNT(series_fields), def);

	return r < 0 ? r : wire_map_series(scan, def->no, *def->id ? def->id : NULL, &def->no);
}

const struct wire_payload wire_payload_series = { write_series, read_series, false };

// ---- lists of pairs

static int pairs_begin(struct wire_scan *scan, const struct json_node *data, const char *name, size_t max,
		       struct node_walk *walk, size_t *n)
{
	const struct json_node *array = node_member(data, name);
	struct node_walk count;

	*n = 0;
	if (node_kind(array) != JSON_NULL && node_kind(array) != JSON_ARRAY)
		return wire_bad(scan, name, "expected a list");
	node_walk_array(&count, array);
	while (*n <= 2 * max && node_walk_next(&count, NULL))
		++*n;
	if (*n > 2 * max)
		return wire_bad(scan, name, "too many");
	if (*n % 2)
		return wire_bad(scan, name, "expected pairs");
	*n /= 2;
	node_walk_array(walk, array);
	return 0;
}

static int read_series_no(struct wire_scan *scan, const struct json_node *value, uint16_t *out)
{
	static const struct wire_field field = { "series", WIRE_KIND_U16, 0 };
	int r = wire_field_read(scan, value, &field, out);

	return r < 0 ? r : wire_map_series(scan, *out, NULL, out);
}

// ---- readings

static void write_metrics(struct json_writer *w, const struct event *event, unsigned flags)
{
	(void)flags;
	json_open(w, "readings", '[');
	for (size_t i = 0; i < event->u.metrics.n; i++) {
		json_int(w, NULL, event->u.metrics.items[i].series);
		wire_write_double(w, NULL, event->u.metrics.items[i].value);
	}
	json_close(w, ']');
}

// A series that has no number here is left out, the others stand.
static int read_reading(struct wire_scan *scan, struct node_walk *walk, struct event *event)
{
	struct metric_reading reading = { 0 };
	int r = read_series_no(scan, node_walk_next(walk, NULL), &reading.series);

	if (r == 0)
		r = wire_read_double(scan, node_walk_next(walk, NULL), "readings", &reading.value);
	if (r == 0 && !scan->is_no_one)
		event->u.metrics.items[event->u.metrics.n++] = reading;
	scan->is_no_one = false;
	return r;
}

static int read_metrics(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	struct node_walk walk;
	bool is_no_one = scan->is_no_one;
	size_t n;
	int r = pairs_begin(scan, data, "readings", EVENT_JSON_READINGS_MAX, &walk, &n);

	if (r == 0 && n) {
		event->u.metrics.items = mem_calloc(n, sizeof *event->u.metrics.items);
		r = event->u.metrics.items ? 0 : -ENOMEM;
	}
	for (size_t i = 0; r == 0 && i < n; i++)
		r = read_reading(scan, &walk, event);
	scan->is_no_one = is_no_one;
	return r;
}

const struct wire_payload wire_payload_metrics = { write_metrics, read_metrics, true };

// ---- points

/* `[at_ms, value, ms, value, ...]`: each time but the first as what lies between it and the one before. Of more than
 * any reader takes the newest.
 */
static void write_points(struct json_writer *w, const struct event *event, unsigned flags)
{
	size_t n = event->u.points.n, first = n > EVENT_JSON_POINTS_MAX ? n - EVENT_JSON_POINTS_MAX : 0;
	int64_t before_ms = 0;

	(void)flags;
	json_int(w, "series", event->u.points.series);
	json_open(w, "points", '[');
	for (size_t i = first; i < n; i++) {
		const struct metric_point *point = &event->u.points.items[i];

		json_int(w, NULL, point->at_ms - before_ms);
		wire_write_double(w, NULL, point->value);
		before_ms = point->at_ms;
	}
	json_close(w, ']');
}

static int read_point(struct wire_scan *scan, struct node_walk *walk, const struct metric_point *before,
		      struct metric_point *out)
{
	if (wire_read_ms(node_walk_next(walk, NULL), before ? before->at_ms : 0, &out->at_ms) < 0)
		return wire_bad(scan, "points", "expected milliseconds");
	if (before && out->at_ms < before->at_ms)
		return wire_bad(scan, "points", "expected the oldest first");
	return wire_read_double(scan, node_walk_next(walk, NULL), "points", &out->value);
}

static int read_points(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	struct metric_point *items;
	struct node_walk walk;
	size_t n = 0;
	int r = read_series_no(scan, node_member(data, "series"), &event->u.points.series);

	if (r == 0)
		r = pairs_begin(scan, data, "points", EVENT_JSON_POINTS_MAX, &walk, &n);
	if (r < 0 || !n)
		return r;
	items = event->u.points.items = mem_calloc(n, sizeof *items);
	if (!items)
		return -ENOMEM;
	event->u.points.n = n;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = read_point(scan, &walk, i ? &items[i - 1] : NULL, &items[i]);
	return r;
}

const struct wire_payload wire_payload_points = { write_points, read_points, true };

// ---- scrapes

static const struct wire_field scrape_fields[] = {
	{ "n_bad_lines", WIRE_KIND_SIZE, WIRE_AT(struct scrape, n_bad_lines) },
	{ "first_bad_line", WIRE_KIND_SIZE, WIRE_AT(struct scrape, first_bad_line) },
	{ "is_truncated", WIRE_KIND_BOOL, WIRE_AT(struct scrape, is_truncated) },
};

// Each row is `[series, type, value]`.
static void write_scrape(struct json_writer *w, const struct event *event, unsigned flags)
{
	const struct scrape *scrape = &event->u.scrape;

	(void)flags;
	wire_fields_write(w, scrape_fields, WIRE_COUNT(scrape_fields), scrape);
	json_open(w, "rows", '[');
	for (size_t i = 0; i < scrape->n_rows; i++) {
		json_open(w, NULL, '[');
		json_text(w, NULL, scrape->rows[i].series);
		json_text(w, NULL, scrape->rows[i].type);
		wire_write_double(w, NULL, scrape->rows[i].value);
		json_close(w, ']');
	}
	json_close(w, ']');
}

static int read_row(struct wire_scan *scan, const struct json_node *row, struct scrape_row *out)
{
	static const struct wire_field field = { "rows", WIRE_KIND_TEXT, 0, .size = SCRAPED_MAX };
	struct node_walk walk;
	unsigned type = 0;
	int r;

	node_walk_array(&walk, row);
	r = wire_field_read(scan, node_walk_next(&walk, NULL), &field, &out->series);
	if (r == 0)
		r = wire_read_word(scan, node_walk_next(&walk, NULL), "rows", &wire_scrape_types, &type);
	if (r < 0)
		return r;
	out->type = wire_scrape_types.name(type); // a constant
	return wire_read_double(scan, node_walk_next(&walk, NULL), "rows", &out->value);
}

static int read_scrape(struct wire_scan *scan, const struct json_node *data, struct event *event)
{
	struct scrape *scrape = &event->u.scrape;
	struct node_walk walk;
	int r = wire_fields_read(scan, data, scrape_fields, WIRE_COUNT(scrape_fields), scrape);

	if (r == 0)
		r = wire_array_begin(scan, data, "rows", EVENT_JSON_ROWS_MAX, sizeof *scrape->rows, &walk,
				     &scrape->rows, &scrape->n_rows);
	for (size_t i = 0; r == 0 && i < scrape->n_rows; i++)
		r = read_row(scan, node_walk_next(&walk, NULL), &scrape->rows[i]);
	return r;
}

const struct wire_payload wire_payload_scrape = { write_scrape, read_scrape, true };
