// SPDX-License-Identifier: Apache-2.0
#include "services/metrics_aggregator.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "services/metric_series.h"

struct agent_metrics {
	uint32_t agent;
	uint32_t n, cap;
	struct metric_series *series; // owned, ascending by number
	struct metric_axes axes;
	int64_t swept_ms;
	uint64_t version;  // metrics_aggregator::n_changes
	UT_hash_handle hh; // metrics_aggregator::agents
};

struct metrics_aggregator {
	struct metrics_limits limits;
	struct agent_metrics *agents; // owned
	struct agent_metrics *sweep;  // whose turn it is; NULL: the first one's
	size_t n_series;
	uint64_t n_changes; // ever, of any agent
};

int metrics_aggregator_create(const struct metrics_limits *limits, struct metrics_aggregator **out)
{
	struct metrics_aggregator *metrics = mem_calloc(1, sizeof *metrics);

	if (!metrics)
		return -ENOMEM;
	if (limits)
		metrics->limits = *limits;
	if (!metrics->limits.retention_ms)
		metrics->limits.retention_ms = METRICS_RETENTION_DEFAULT_MS;
	if (!metrics->limits.n_points)
		metrics->limits.n_points = METRICS_POINTS_DEFAULT;
	*out = metrics;
	return 0;
}

static void free_agent(struct metrics_aggregator *metrics, struct agent_metrics *agent)
{
	for (uint32_t i = 0; i < agent->n; i++)
		metric_series_finish(&agent->series[i]);
	metrics->n_series -= agent->n;
	if (metrics->sweep == agent)
		metrics->sweep = agent->hh.next;
	HASH_DEL(metrics->agents, agent);
	metric_axes_finish(&agent->axes);
	mem_free(agent->series);
	mem_free(agent);
}

void metrics_aggregator_destroy(struct metrics_aggregator *metrics)
{
	struct agent_metrics *agent, *next;

	if (!metrics)
		return;
	HASH_ITER(hh, metrics->agents, agent, next)
		free_agent(metrics, agent);
	mem_free(metrics);
}

static struct agent_metrics *agent_of(const struct metrics_aggregator *metrics, uint32_t id)
{
	struct agent_metrics *agent;

	HASH_FIND(hh, metrics->agents, &id, sizeof id, agent);
	return agent;
}

static struct agent_metrics *add_agent(struct metrics_aggregator *metrics, uint32_t id)
{
	struct agent_metrics *agent = mem_calloc(1, sizeof *agent);

	if (!agent)
		return NULL;
	agent->agent = id;
	HASH_ADD(hh, metrics->agents, agent, sizeof agent->agent, agent);
	if (TABLE_ADD_FAILED(agent)) {
		mem_free(agent);
		return NULL;
	}
	return agent;
}

// Place of a series number, or where it belongs.
static uint32_t place_of(const struct agent_metrics *agent, uint16_t no)
{
	uint32_t low = 0;
	uint32_t high = agent->n;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (agent->series[middle].no < no)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct metric_series *series_in(const struct agent_metrics *agent, uint16_t no)
{
	uint32_t place = place_of(agent, no);

	return place < agent->n && agent->series[place].no == no ? &agent->series[place] : NULL;
}

static struct metric_series *series_of(const struct metrics_aggregator *metrics, uint32_t id, uint16_t no)
{
	const struct agent_metrics *agent = agent_of(metrics, id);

	return agent ? series_in(agent, no) : NULL;
}

static void has_changed(struct metrics_aggregator *metrics, struct agent_metrics *agent)
{
	agent->version = ++metrics->n_changes;
}

static struct metric_series *add_series(struct metrics_aggregator *metrics, struct agent_metrics *agent, uint16_t no)
{
	uint32_t place = place_of(agent, no);
	struct metric_series *series;

	if (agent->n == agent->cap) {
		uint32_t cap = agent->cap + 2; // there are a dozen, for long
		struct metric_series *grown = mem_realloc(agent->series, cap * sizeof *grown);

		if (!grown)
			return NULL;
		agent->series = grown;
		agent->cap = cap;
	}
	series = &agent->series[place];
	memmove(series + 1, series, (agent->n - place) * sizeof *series);
	metric_series_init(series, no);
	agent->n++;
	metrics->n_series++;
	return series;
}

static void remove_series(struct metrics_aggregator *metrics, struct agent_metrics *agent, uint32_t place)
{
	struct metric_series *series = &agent->series[place];

	has_changed(metrics, agent);
	metric_series_finish(series);
	metrics->n_series--;
	agent->n--;
	memmove(series, series + 1, (agent->n - place) * sizeof *series);
}

int metrics_record(struct metrics_aggregator *metrics, uint32_t agent_id, uint16_t no, int64_t at_ms, double value)
{
	struct agent_metrics *agent = agent_of(metrics, agent_id);
	struct metric_series *series;

	if (!agent)
		agent = add_agent(metrics, agent_id);
	if (!agent)
		return -ENOMEM;
	series = series_in(agent, no);
	if (!series)
		series = add_series(metrics, agent, no);
	if (!series)
		return -ENOMEM;
	has_changed(metrics, agent);
	if (series->n_points && at_ms < series->newest_ms - METRICS_JITTER_MS)
		metric_series_drop_after(series, at_ms);
	if (series->n_points && at_ms < series->newest_ms)
		at_ms = series->newest_ms;
	return metric_series_push(series, &agent->axes, at_ms, value, metrics->limits.n_points,
				  metrics->limits.retention_ms);
}

int metrics_replace(struct metrics_aggregator *metrics, uint32_t agent_id, uint16_t no,
		    const struct metric_point *points, size_t n)
{
	struct agent_metrics *agent = agent_of(metrics, agent_id);
	struct metric_series *series = agent ? series_in(agent, no) : NULL;
	int r = 0;

	if (series) {
		has_changed(metrics, agent);
		metric_series_finish(series);
		metric_series_init(series, no);
	}
	for (size_t i = 0; i < n; i++)
		if (metrics_record(metrics, agent_id, no, points[i].at_ms, points[i].value) < 0)
			r = -ENOMEM;
	return r;
}

void metrics_forget_agent(struct metrics_aggregator *metrics, uint32_t id)
{
	struct agent_metrics *agent = agent_of(metrics, id);

	if (agent)
		free_agent(metrics, agent);
}

void metrics_forget_series(struct metrics_aggregator *metrics, uint16_t no)
{
	struct agent_metrics *agent, *next;

	HASH_ITER(hh, metrics->agents, agent, next) {
		uint32_t place = place_of(agent, no);

		if (place < agent->n && agent->series[place].no == no)
			remove_series(metrics, agent, place);
		if (!agent->n)
			free_agent(metrics, agent);
	}
}

static void sweep_agent(struct metrics_aggregator *metrics, struct agent_metrics *agent, int64_t now_ms)
{
	has_changed(metrics, agent);
	for (uint32_t i = agent->n; i > 0; i--) {
		struct metric_series *series = &agent->series[i - 1];

		metric_series_drop_before(series, now_ms - metrics->limits.retention_ms);
		if (!series->n_points)
			remove_series(metrics, agent, i - 1);
	}
	if (!agent->n)
		free_agent(metrics, agent);
}

static size_t count_points(const struct metrics_aggregator *metrics)
{
	struct agent_metrics *agent, *next;
	size_t n = 0;

	HASH_ITER(hh, metrics->agents, agent, next)
		for (uint32_t i = 0; i < agent->n; i++)
			n += metric_series_count(&agent->series[i]);
	return n;
}

size_t metrics_cleanup(struct metrics_aggregator *metrics, int64_t now_ms)
{
	struct agent_metrics *agent, *next;
	size_t before = count_points(metrics);

	HASH_ITER(hh, metrics->agents, agent, next)
		sweep_agent(metrics, agent, now_ms);
	return before - count_points(metrics);
}

void metrics_sweep(struct metrics_aggregator *metrics, int64_t now_ms)
{
	for (size_t i = 0; i < METRICS_SWEEP_AGENTS; i++) {
		struct agent_metrics *agent = metrics->sweep ? metrics->sweep : metrics->agents;

		if (!agent)
			return;
		metrics->sweep = agent->hh.next;
		if (now_ms >= agent->swept_ms && now_ms - agent->swept_ms < METRICS_SWEEP_MS)
			continue;
		agent->swept_ms = now_ms; // a clock that was set back sweeps once for nothing
		sweep_agent(metrics, agent, now_ms);
	}
}

int metrics_summary(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t no, int64_t from_ms,
		    int64_t to_ms, struct series_summary *out)
{
	const struct metric_series *series = series_of(metrics, agent, no);

	*out = (struct series_summary){ 0 };
	if (!series)
		return -ENOENT;
	metric_series_summary(series, from_ms, to_ms, out);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

// Between the two nearest ranks, as Prometheus' quantile_over_time() has it.
static double quantile(const double *sorted, size_t n, double q)
{
	double rank = q * (double)(n - 1);
	size_t low = (size_t)rank;
	size_t high = low + 1 < n ? low + 1 : low;

	if (sorted[low] == sorted[high]) // infinities, too
		return sorted[low];
	return sorted[low] + (sorted[high] - sorted[low]) * (rank - (double)low);
}

static void percentiles_of(double *values, size_t n, struct series_summary *out)
{
	if (!n)
		return;
	qsort(values, n, sizeof *values, by_value);
	out->p50 = quantile(values, n, 0.5);
	out->p95 = quantile(values, n, 0.95);
	out->p99 = quantile(values, n, 0.99);
}

int metrics_percentiles(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t no, int64_t from_ms,
			int64_t to_ms, struct series_summary *inout)
{
	const struct metric_series *series = series_of(metrics, agent, no);
	struct metric_places places;
	struct metric_point *points;
	double *values;
	size_t n, n_values = 0;

	if (!series)
		return -ENOENT;
	places = metric_series_places(series, from_ms, to_ms);
	n = places.to - places.from;
	points = mem_alloc((n + 1) * sizeof *points);
	values = mem_alloc((n + 1) * sizeof *values);
	if (points && values) {
		n = metric_series_copy(series, places.from, points, n);
		for (size_t i = 0; i < n; i++)
			if (!isnan(points[i].value))
				values[n_values++] = points[i].value;
		percentiles_of(values, n_values, inout);
	}
	n = points && values;
	mem_free(points);
	mem_free(values);
	return n ? 0 : -ENOMEM;
}

int metrics_window_summary(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t no,
			   enum metrics_window window, int64_t now_ms, struct series_summary *out)
{
	const struct metric_series *series = series_of(metrics, agent, no);

	if (!series || window != WINDOW_1D || metrics->limits.retention_ms >= metrics_window_ms(window))
		return metrics_summary(metrics, agent, no, now_ms - metrics_window_ms(window), now_ms, out);
	metric_series_day(series, now_ms, out);
	return 0;
}

size_t metrics_range(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t no, int64_t from_ms,
		     int64_t to_ms, struct metric_point *out, size_t n)
{
	const struct metric_series *series = series_of(metrics, agent, no);
	struct metric_places places;

	if (!series)
		return 0;
	places = metric_series_places(series, from_ms, to_ms);
	if (places.to - places.from > n)
		places.from = places.to - n;
	return metric_series_copy(series, places.from, out, places.to - places.from);
}

size_t metrics_latest(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t no, struct metric_point *out,
		      size_t n)
{
	const struct metric_series *series = series_of(metrics, agent, no);
	size_t n_kept;

	if (!series)
		return 0;
	n_kept = metric_series_count(series);
	if (n > n_kept)
		n = n_kept;
	n = metric_series_copy(series, n_kept - n, out, n);
	for (size_t i = 0; i < n / 2; i++) {
		struct metric_point older = out[i];

		out[i] = out[n - 1 - i];
		out[n - 1 - i] = older;
	}
	return n;
}

int metrics_newest(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t no, struct metric_point *out)
{
	const struct metric_series *series = series_of(metrics, agent, no);

	if (!series || !metric_series_count(series))
		return -ENOENT;
	*out = (struct metric_point){ series->newest_ms, metric_series_newest(series) };
	return 0;
}

double metrics_last(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t no)
{
	const struct metric_series *series = series_of(metrics, agent, no);

	return series ? metric_series_newest(series) : NAN;
}

size_t metrics_series(const struct metrics_aggregator *metrics, uint32_t id, uint16_t *nos, size_t n)
{
	const struct agent_metrics *agent = agent_of(metrics, id);

	for (uint32_t i = 0; agent && i < agent->n && i < n; i++)
		nos[i] = agent->series[i].no;
	return agent ? agent->n : 0;
}

uint64_t metrics_version(const struct metrics_aggregator *metrics, uint32_t id)
{
	const struct agent_metrics *agent = agent_of(metrics, id);

	return agent ? agent->version : 0;
}

void metrics_stats(const struct metrics_aggregator *metrics, struct metrics_stats *out)
{
	struct agent_metrics *agent, *next;

	*out = (struct metrics_stats){
		.n_agents = HASH_COUNT(metrics->agents),
		.n_series = metrics->n_series,
		.n_points = count_points(metrics),
		.memory_bytes = sizeof *metrics,
		.retention_ms = metrics->limits.retention_ms,
		.points_max = metrics->limits.n_points,
	};
	HASH_ITER(hh, metrics->agents, agent, next) {
		out->memory_bytes += sizeof *agent + (agent->cap - agent->n) * sizeof(struct metric_series) +
				     metric_axes_memory(&agent->axes);
		for (uint32_t i = 0; i < agent->n; i++)
			out->memory_bytes += metric_series_memory(&agent->series[i]);
	}
}

size_t metrics_count(const struct metrics_aggregator *metrics, uint32_t agent, uint16_t no)
{
	const struct metric_series *series = series_of(metrics, agent, no);

	return series ? metric_series_count(series) : 0;
}
