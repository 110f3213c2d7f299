// SPDX-License-Identifier: Apache-2.0
#include "simulator/model.h"

#include <math.h>
#include <stddef.h>

#include "base/hash.h"

static const double day_s = 86400.0;
static const double swell_s = 600.0; // minutes of more, minutes of less: what one sees move

const char *const model_bucket_names[MODEL_BUCKETS] = {
	"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf",
};

// Shares of requests at or below each bucket's bound: a population that is answered quickly, and one that is not.
static const double quick_shares[MODEL_BUCKETS] = {
	0.08, 0.27, 0.62, 0.86, 0.965, 0.995, 0.999, 0.9998, 1, 1, 1, 1,
};
static const double late_shares[MODEL_BUCKETS] = {
	0, 0, 0.005, 0.02, 0.09, 0.36, 0.68, 0.89, 0.975, 0.995, 0.9995, 1,
};
static const double quick_mean_s = 0.031, late_mean_s = 0.52;

static uint64_t random_bits(const struct model *m, uint64_t salt, uint64_t n)
{
	return hash_mix(hash_mix(m->key ^ hash_mix(salt)) + n);
}

static double random_unit(const struct model *m, uint64_t salt, uint64_t n)
{
	return (double)(random_bits(m, salt, n) >> 11) * 0x1p-53;
}

// Smooth noise in [0, 1]: a cubic step between one hashed value a period. Its slope is at most 1.5 a period.
static double noise(const struct model *m, uint64_t salt, double t, double period_s)
{
	double at = t / period_s, k = floor(at), f = at - k;
	double a = random_unit(m, salt, (uint64_t)k), b = random_unit(m, salt, (uint64_t)k + 1);

	return a + (b - a) * f * f * (3 - 2 * f);
}

static double wave_integral(double t, double period_s, double phase)
{
	double turn = 2 * M_PI / period_s;

	return -cos(turn * t + phase) / turn;
}

// Requests that a stream of one a second has seen by t: the integral of a load that is never below 0.1.
static double stream_integral(const struct model *m, uint64_t salt, double t)
{
	double day_phase = 2 * M_PI * random_unit(m, 1, 0) * 0.15; // one timezone, more or less
	double swell_phase = 2 * M_PI * random_unit(m, 2, salt);

	return t + 0.35 * wave_integral(t, day_s, day_phase) + 0.2 * wave_integral(t, swell_s, swell_phase) +
	       0.2 * (4 / 1.5) * noise(m, salt * 2 + 11, t, 4) + 0.15 * (60 / 1.5) * noise(m, salt * 2 + 12, t, 60);
}

static double stream_count(const struct model *m, uint64_t salt, double rate, int64_t from_ms, int64_t to_ms)
{
	double from = (double)from_ms / 1000, to = (double)to_ms / 1000;

	return rate * (stream_integral(m, salt, to) - stream_integral(m, salt, from));
}

void model_init(struct model *model, uint64_t seed, uint64_t index)
{
	*model = (struct model){ .key = hash_mix(hash_mix(seed) + index) };
	model->requests_a_s = 2 * pow(20, random_unit(model, 3, 0)); // 2 to 40
	model->life_ms = (int64_t)((3 + 6 * random_unit(model, 4, 0)) * day_s * 1000);
	model->life_offset_ms = (int64_t)((double)model->life_ms * random_unit(model, 5, 0));
}

static int64_t start_of_life(const struct model *m, int64_t wall_ms)
{
	int64_t age = (wall_ms + m->life_offset_ms) % m->life_ms;
	int64_t start = wall_ms - age;

	return start < m->forced_start_ms ? m->forced_start_ms : start;
}

// Milliseconds of incidents since the start of this life.
static int64_t incident_ms(const struct model *m, int64_t start_ms, int64_t wall_ms)
{
	int64_t total = m->incident_life_ms == start_ms ? m->incident_total_ms : 0;
	int64_t since = m->incident_since_ms > start_ms ? m->incident_since_ms : start_ms;

	if (m->is_incident && wall_ms > since)
		total += wall_ms - since;
	return total;
}

void model_restart(struct model *model, int64_t wall_ms)
{
	model->forced_start_ms = wall_ms;
}

void model_set_incident(struct model *model, bool is_incident, int64_t wall_ms)
{
	int64_t start = start_of_life(model, wall_ms);

	model->incident_total_ms = incident_ms(model, start, wall_ms);
	model->incident_life_ms = start;
	model->incident_since_ms = wall_ms;
	model->is_incident = is_incident;
}

// A stream of requests: what share of all it is, how it is answered, and what an incident adds, in shares of all.
static const struct {
	enum model_cell cell;
	int method;
	double share, incident_share;
	bool is_late;
} streams[] = {
	{ MODEL_GET_200, 0, 0.66, 0, false },     { MODEL_GET_200, 0, 0.045, 0.35, true },
	{ MODEL_GET_404, 0, 0.02, 0, false },     { MODEL_GET_500, 0, 0.0015, 0.05, true },
	{ MODEL_POST_201, 1, 0.25, 0, false },    { MODEL_POST_201, 1, 0.022, 0.15, true },
	{ MODEL_POST_503, 1, 0.001, 0.03, true },
};

enum { N_STREAMS = sizeof streams / sizeof streams[0] };

// Rounding each term keeps buckets whole, ascending and never falling; rounded down, the few requests after a restart
// would all be among the slowest.
static void add_buckets(uint64_t buckets[MODEL_BUCKETS], uint64_t n, bool is_late)
{
	const double *shares = is_late ? late_shares : quick_shares;

	for (size_t i = 0; i < MODEL_BUCKETS; i++)
		buckets[i] += (uint64_t)((double)n * shares[i] + 0.5);
}

static void read_requests(const struct model *m, int64_t wall_ms, struct model_numbers *out)
{
	double incident = (double)incident_ms(m, out->start_ms, wall_ms) / 1000 * m->requests_a_s;

	for (size_t i = 0; i < N_STREAMS; i++) {
		double count = stream_count(m, i, m->requests_a_s * streams[i].share, out->start_ms, wall_ms);
		uint64_t n = (uint64_t)fmax(count + incident * streams[i].incident_share, 0);

		out->requests[streams[i].cell] += n;
		add_buckets(out->buckets[streams[i].method], n, streams[i].is_late);
		out->duration_s[streams[i].method] += (double)n * (streams[i].is_late ? late_mean_s : quick_mean_s);
	}
}

// The rise of a saw-tooth in [0, 1): memory between two collections.
static double saw(const struct model *m, uint64_t salt, double t, double period_s)
{
	double at = t / (period_s * (0.7 + 0.6 * random_unit(m, salt, 0))) + random_unit(m, salt, 1);

	return at - floor(at);
}

static void read_gauges(const struct model *m, int64_t wall_ms, struct model_numbers *out)
{
	double t = (double)wall_ms / 1000, mib = 1048576, base = 60 + 200 * random_unit(m, 20, 0);
	double busy = m->requests_a_s * out->load * (m->is_incident ? 4 : 1);

	out->heap_bytes = (uint64_t)(mib * base * (0.35 + 0.3 * saw(m, 21, t, 180)));
	out->resident_bytes = (uint64_t)(mib * base * (0.8 + 0.25 * saw(m, 22, t, 2400) + 0.05 * noise(m, 23, t, 30)));
	out->virtual_bytes = (uint64_t)(mib * base * 6);
	out->in_flight = (uint64_t)(busy * 0.06 * (0.5 + noise(m, 24, t, 7)));
	out->open_fds = 18 + out->in_flight + (uint64_t)(12 * noise(m, 25, t, 45));
	out->goroutines = 24 + 2 * out->in_flight + (uint64_t)(10 * noise(m, 26, t, 20));
	out->queue_depth = (uint64_t)(busy * 0.5 * noise(m, 27, t, 25) * (m->is_incident ? 6 : 1));
}

void model_read(const struct model *model, int64_t wall_ms, struct model_numbers *out)
{
	double uptime_s;

	*out = (struct model_numbers){ .start_ms = start_of_life(model, wall_ms) };
	out->load = stream_count(model, 0, 1, wall_ms - 5000, wall_ms) / 5;
	read_requests(model, wall_ms, out);
	read_gauges(model, wall_ms, out);
	uptime_s = (double)(wall_ms - out->start_ms) / 1000;
	out->cpu_s = 0.4 + 0.004 * uptime_s + 0.004 * (double)(out->requests[MODEL_GET_200]) +
		     0.009 * (double)out->requests[MODEL_POST_201];
	out->tasks_completed = out->requests[MODEL_POST_201] * 3;
	out->tasks_failed = out->requests[MODEL_POST_503] + out->requests[MODEL_GET_500] / 2;
}

double model_read_task(const struct model *model, int64_t wall_ms, uint64_t salt, uint64_t buckets[MODEL_BUCKETS])
{
	int64_t start = start_of_life(model, wall_ms);
	double rate = model->requests_a_s * (0.01 + 0.1 * random_unit(model, 30, salt));
	uint64_t quick = (uint64_t)fmax(stream_count(model, 100 + salt * 2, rate, start, wall_ms), 0);
	uint64_t late = (uint64_t)fmax(stream_count(model, 101 + salt * 2, rate * 0.08, start, wall_ms), 0);

	for (size_t i = 0; i < MODEL_BUCKETS; i++)
		buckets[i] = 0;
	add_buckets(buckets, quick, false);
	add_buckets(buckets, late, true);
	return (double)quick * quick_mean_s + (double)late * late_mean_s;
}
