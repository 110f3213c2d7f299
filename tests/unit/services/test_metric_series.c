// SPDX-License-Identifier: Apache-2.0
/* Kept points against plain arrays: what goes in comes out, whatever it is and however it comes. */
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "services/metric_series.h"

enum { SERIES = 4, MODEL_MAX = 3000, RETENTION_MS = 1000 * 1000, KEPT_MAX = 700 };

static const int64_t T0 = 1700000000000;

struct dice {
	uint64_t state;
};

static uint64_t roll64(struct dice *dice)
{
	dice->state += UINT64_C(0x9e3779b97f4a7c15);
	return hash_mix(dice->state);
}

static uint32_t roll(struct dice *dice, uint32_t n)
{
	return (uint32_t)(roll64(dice) % n);
}

static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static double any_double(struct dice *dice)
{
	uint64_t bits = roll64(dice);
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

// ---- the code

START_TEST(any_words_come_back_from_the_stream)
{
	enum { WORDS = 400 };
	static uint8_t bytes[WORDS * METRIC_CODE_MAX];
	static uint64_t words[WORDS];
	struct dice dice = { 1 };

	for (int round = 0; round < 200; round++) {
		struct metric_code put = METRIC_CODE_VALUES, got = METRIC_CODE_VALUES;
		unsigned zeros = roll(&dice, 64);
		uint64_t word = 0;
		uint32_t end = 0, at = 0;

		memset(bytes, 0xff, sizeof bytes); // what was there before does not matter
		for (int i = 0; i < WORDS; i++) {
			words[i] = roll(&dice, 5) ? roll64(&dice) >> roll(&dice, 64) << zeros : word;
			end = metric_value_put(bytes, end, &put, word, words[i]);
			word = words[i];
		}
		word = 0;
		for (int i = 0; i < WORDS; i++) {
			at = metric_value_get(bytes, at, &got, &word);
			ck_assert_uint_eq(word, words[i]);
		}
		ck_assert_uint_eq(at, end);
	}
}
END_TEST

START_TEST(what_repeats_costs_a_bit)
{
	uint8_t bytes[100];
	struct metric_code code = METRIC_CODE_VALUES;
	uint64_t word = bits_of(0.1);
	uint32_t first = metric_value_put(bytes, 0, &code, 0, word);

	ck_assert_uint_le(first, 8 * METRIC_CODE_MAX - 7);
	ck_assert_uint_eq(metric_value_put(bytes, first, &code, word, word), first + 1);
}
END_TEST

START_TEST(one_long_number_does_not_spoil_those_behind_it)
{
	uint8_t bytes[400];
	struct metric_code code = METRIC_CODE_VALUES;
	double before = 0;
	uint32_t at = 0, from = 0;

	for (int i = 0; i < 20; i++) {
		double value = i == 5 ? 0.1 : i % 2 + 10;

		if (i == 10)
			from = at;
		at = metric_value_put(bytes, at, &code, bits_of(before), bits_of(value));
		before = value;
	}
	ck_assert_uint_le(at - from, 10 * 10);
}
END_TEST

START_TEST(times_come_back_whatever_the_steps)
{
	int64_t at_ms[METRIC_ROWS_MAX], now_ms = T0;
	struct metric_times *times = metric_times_new(T0);
	struct metric_times_reader reader;
	struct dice dice = { 2 };

	at_ms[0] = T0;
	for (int i = 1; i < METRIC_ROWS_MAX; i++) {
		now_ms += roll(&dice, 10) ? 9990 + roll(&dice, 20) : (int64_t)(roll64(&dice) >> (24 + roll(&dice, 40)));
		at_ms[i] = now_ms;
		ck_assert_int_eq(metric_times_append(times, now_ms), 0);
	}
	ck_assert_int_eq(metric_times_append(times, now_ms), -ENOSPC);
	metric_times_read(times, 0, &reader);
	for (int i = 0; i < METRIC_ROWS_MAX; i++) {
		struct metric_times_reader other;

		ck_assert_int_eq(reader.at_ms, at_ms[i]);
		metric_times_read(times, (size_t)i, &other);
		ck_assert_int_eq(other.at_ms, at_ms[i]);
		if (i + 1 < METRIC_ROWS_MAX)
			metric_times_next(&reader);
	}
	metric_times_unref(times);
	metric_times_unref(NULL);
}
END_TEST

// ---- what is kept of a value

START_TEST(whole_numbers_and_thousandths_are_exact_and_quotients_have_five_digits)
{
	static const double exact[] = { 0,         1,
					-1,        0.1,
					0.372,     -12.5,
					98.333,    4294967295,
					1e12,      1700000000.123,
					0x1p-1074, 1.7976931348623157e308,
					0x1p1023 };
	struct dice dice = { 3 };

	for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
		ck_assert_uint_eq(bits_of(metric_kept(exact[i])), bits_of(exact[i]));
	ck_assert_uint_eq(bits_of(metric_kept(-0.0)), bits_of(-0.0));
	ck_assert_double_infinite(metric_kept(INFINITY));
	ck_assert_double_infinite(metric_kept(-INFINITY));
	ck_assert_uint_eq(bits_of(metric_kept(-NAN)), bits_of(NAN));
	ck_assert_double_eq_tol(metric_kept(1 / 3.0), 1 / 3.0, 1e-5);
	for (int i = 0; i < 20000; i++) {
		double value = any_double(&dice), kept = metric_kept(value);

		if (isnan(value))
			continue;
		ck_assert_int_eq(isinf(kept) != 0, isinf(value) != 0);
		if (isinf(value))
			continue;
		ck_assert_msg(fabs(kept - value) <= fabs(value) * 0x1p-16, "%.17g is kept as %.17g", value, kept);
		ck_assert_uint_eq(bits_of(metric_kept(kept)), bits_of(kept));
	}
}
END_TEST

// ---- series against arrays

struct model {
	struct metric_point points[MODEL_MAX]; // as kept
	double values[MODEL_MAX];              // as pushed
	size_t n;
};

struct bench {
	struct metric_axes axes;
	struct metric_series series[SERIES];
	struct model models[SERIES];
	struct dice dice;
	int64_t now_ms;
};

static void model_drop(struct model *model, size_t n)
{
	model->n -= n;
	memmove(model->points, model->points + n, model->n * sizeof *model->points);
	memmove(model->values, model->values + n, model->n * sizeof *model->values);
}

static void model_drop_before(struct model *model, int64_t at_ms)
{
	size_t n = 0;

	while (n < model->n && model->points[n].at_ms < at_ms)
		n++;
	model_drop(model, n);
}

static void model_push(struct model *model, int64_t at_ms, double value)
{
	model->points[model->n] = (struct metric_point){ at_ms, metric_kept(value) };
	model->values[model->n++] = value;
	if (model->n > KEPT_MAX)
		model_drop(model, model->n - KEPT_MAX);
	model_drop_before(model, at_ms - RETENTION_MS);
}

static double next_value(struct bench *bench, size_t s)
{
	static const double odd[] = { NAN, -0.0, 0.0, INFINITY, -INFINITY, 0x1p-1074, 1e308, -1e308, 0.1 };

	if (roll(&bench->dice, 40) == 0)
		return odd[roll(&bench->dice, sizeof odd / sizeof odd[0])];
	switch (s) {
	case 0:
		return roll(&bench->dice, 5000) / 1000.0; // a latency
	case 1:
		return roll(&bench->dice, 100) / (9.9 + roll(&bench->dice, 200) / 1000.0); // a rate
	case 2:
		return 1e8 + roll(&bench->dice, 1000000); // memory
	default:
		return roll(&bench->dice, 50) ? 26 : any_double(&bench->dice);
	}
}

static void check_points(struct bench *bench, size_t s)
{
	static struct metric_point points[MODEL_MAX];
	const struct model *model = &bench->models[s];
	size_t n = metric_series_copy(&bench->series[s], 0, points, MODEL_MAX);

	ck_assert_uint_eq(n, model->n);
	ck_assert_uint_eq(metric_series_count(&bench->series[s]), model->n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(points[i].at_ms, model->points[i].at_ms);
		ck_assert_uint_eq(bits_of(points[i].value), bits_of(model->points[i].value));
	}
	if (n)
		ck_assert_int_eq(isnan(metric_series_newest(&bench->series[s])), isnan(points[n - 1].value));
}

static void check_range(struct bench *bench, size_t s)
{
	const struct model *model = &bench->models[s];
	int64_t from_ms = bench->now_ms - roll(&bench->dice, 2 * RETENTION_MS);
	int64_t to_ms = from_ms + roll(&bench->dice, RETENTION_MS);
	struct metric_places places = metric_series_places(&bench->series[s], from_ms, to_ms);
	struct series_summary summary;
	size_t from = 0, to = 0, count = 0;
	double sum = 0, size = 0, max = -INFINITY;
	const struct metric_point *first = NULL, *last = NULL;

	for (size_t i = 0; i < model->n; i++) {
		const struct metric_point *point = &model->points[i];

		from += point->at_ms < from_ms;
		to += point->at_ms <= to_ms;
		if (point->at_ms < from_ms || point->at_ms > to_ms || isnan(point->value))
			continue;
		count++;
		sum += model->values[i];
		size += fabs(model->values[i]);
		max = fmax(max, model->values[i]);
		first = first ? first : point;
		last = point;
	}
	ck_assert_uint_eq(places.to - places.from, to - from);
	if (to > from)
		ck_assert_uint_eq(places.from, from);
	metric_series_summary(&bench->series[s], from_ms, to_ms, &summary);
	ck_assert_uint_eq(summary.count, count);
	if (!count)
		return;
	ck_assert_int_eq(summary.first_ms, first->at_ms);
	ck_assert_int_eq(summary.last_ms, last->at_ms);
	if (isfinite(last->value))
		ck_assert_double_le(fabs(summary.last - last->value), fabs(last->value) * 0x1p-16);
	if (isfinite(max))
		ck_assert_double_le(fabs(summary.max - max), fabs(max) * 0x1p-16);
	if (isfinite(size))
		ck_assert_double_le(fabs(summary.sum - sum), size * 0x1p-16);
}

static void set_back(struct bench *bench)
{
	bench->now_ms -= 1 + roll(&bench->dice, RETENTION_MS);
	for (size_t s = 0; s < SERIES; s++) {
		struct model *model = &bench->models[s];

		metric_series_drop_after(&bench->series[s], bench->now_ms);
		while (model->n && model->points[model->n - 1].at_ms > bench->now_ms)
			model->n--;
	}
}

static void sweep(struct bench *bench)
{
	int64_t at_ms = bench->now_ms - RETENTION_MS + roll(&bench->dice, 100000);

	for (size_t s = 0; s < SERIES; s++) {
		metric_series_drop_before(&bench->series[s], at_ms);
		model_drop_before(&bench->models[s], at_ms);
	}
}

static void push(struct bench *bench, size_t s, bool is_short_of_memory)
{
	double value = next_value(bench, s);
	int r;

	if (is_short_of_memory)
		mem_fail_after(0);
	r = metric_series_push(&bench->series[s], &bench->axes, bench->now_ms, value, KEPT_MAX, RETENTION_MS);
	mem_fail_after(-1);
	ck_assert(r == 0 || (r == -ENOMEM && is_short_of_memory));
	if (r == 0)
		model_push(&bench->models[s], bench->now_ms, value);
}

static void step(struct bench *bench)
{
	uint32_t event = roll(&bench->dice, 400);

	bench->now_ms += event < 390 ? 990 + roll(&bench->dice, 20) : roll(&bench->dice, RETENTION_MS / 4);
	if (event == 0)
		set_back(bench);
	if (event == 1)
		sweep(bench);
	for (size_t s = 0; s < SERIES; s++) {
		if (s == 0) // an answer at another time than the scrape, but for some
			bench->now_ms += roll(&bench->dice, 3);
		if (s == 1)
			bench->now_ms += roll(&bench->dice, 3);
		if (roll(&bench->dice, 100))
			push(bench, s, roll(&bench->dice, 200) == 0);
	}
}

START_TEST(points_are_those_of_an_array_whatever_happens)
{
	static struct bench bench;

	for (uint64_t round = 0; round < 12; round++) {
		memset(&bench, 0, sizeof bench);
		bench.dice.state = round;
		bench.now_ms = T0;
		for (size_t s = 0; s < SERIES; s++)
			metric_series_init(&bench.series[s], (uint16_t)s);
		for (int i = 0; i < 2500; i++) {
			step(&bench);
			if (roll(&bench.dice, 10) == 0)
				check_range(&bench, roll(&bench.dice, SERIES));
			if (roll(&bench.dice, 30) == 0)
				check_points(&bench, roll(&bench.dice, SERIES));
		}
		for (size_t s = 0; s < SERIES; s++) {
			check_points(&bench, s);
			metric_series_finish(&bench.series[s]);
		}
		metric_axes_finish(&bench.axes);
	}
}
END_TEST

// ---- size

static size_t bytes_for(size_t n_series, double (*value)(size_t s, int i))
{
	enum { POINTS = 720 };
	struct metric_axes axes = { 0 };
	struct metric_series series[12];
	size_t bytes = 0;

	for (size_t s = 0; s < n_series; s++)
		metric_series_init(&series[s], (uint16_t)s);
	for (int i = 0; i < POINTS; i++)
		for (size_t s = 0; s < n_series; s++)
			ck_assert_int_eq(metric_series_push(&series[s], &axes, T0 + i * 5000LL + i * 7919 % 13,
							    value(s, i), 10000, 3600000),
					 0);
	for (size_t s = 0; s < n_series; s++) {
		ck_assert_uint_eq(metric_series_count(&series[s]), POINTS);
		bytes += metric_series_memory(&series[s]);
		metric_series_finish(&series[s]);
	}
	metric_axes_finish(&axes);
	return bytes;
}

static double still(size_t s, int i)
{
	(void)i;
	return (double)s;
}

static double latency(size_t s, int i)
{
	return (double)(200 + ((size_t)i * 7919 + s * 31) % 128) / 1000;
}

START_TEST(series_that_are_read_together_share_their_times)
{
	size_t one = bytes_for(1, still), twelve = bytes_for(12, still);

	ck_assert_uint_lt(twelve, one * 12 * 5 / 6);
	ck_assert_uint_lt(twelve, 12 * 720); // under a byte a point, all told
}
END_TEST

START_TEST(thousandths_cost_what_they_vary)
{
	ck_assert_uint_lt(bytes_for(12, latency), 12 * 720 * 5 / 2);
}
END_TEST

static double tenths(size_t s, int i)
{
	return ((double)(((size_t)i * 7919 + s * 31) % 20) - 10) / 10;
}

START_TEST(tenths_cost_what_they_vary)
{
	ck_assert_uint_lt(bytes_for(12, tenths), 12 * 720 * 15 / 8);
}
END_TEST

// Of up to so many decimals, of any size, and what is no number among them.
static double few_decimals(struct dice *dice, uint32_t decimals)
{
	static const double odd[] = { 0.0, -0.0, INFINITY, -INFINITY, NAN, 0.125, 4294967297.0, -4503599627370.495 };
	static const double units[] = { 1, 10, 100, 1000 };
	int64_t number = (int64_t)(roll64(dice) >> (12 + roll(dice, 52)));

	if (roll(dice, 12) == 0)
		return odd[roll(dice, sizeof odd / sizeof odd[0])];
	return (double)(roll(dice, 2) ? number : -number) / units[roll(dice, decimals + 1)];
}

START_TEST(few_decimals_come_back_whatever_is_among_them)
{
	enum { POINTS = 1200 };
	static struct metric_point points[POINTS], got[POINTS];
	struct dice dice = { 5 };

	for (int round = 0; round < 60; round++) {
		struct metric_axes axes = { 0 };
		struct metric_series series;
		uint32_t decimals = 0;

		metric_series_init(&series, 1);
		for (int i = 0; i < POINTS; i++) {
			double value = few_decimals(&dice, decimals);

			if (roll(&dice, 300) == 0)
				decimals = decimals < 3 ? decimals + 1 : 3;
			if (round % 3 == 0 && roll(&dice, 1000) == 0)
				value = 1 / 3.0;
			points[i] = (struct metric_point){ T0 + i * 5000, metric_kept(value) };
			ck_assert_int_eq(
				metric_series_push(&series, &axes, points[i].at_ms, value, POINTS, INT64_MAX / 4), 0);
		}
		ck_assert_uint_eq(metric_series_copy(&series, 0, got, POINTS), POINTS);
		for (int i = 0; i < POINTS; i++)
			ck_assert_msg(bits_of(got[i].value) == bits_of(points[i].value),
				      "round %d, point %d: %.17g is %.17g", round, i, points[i].value, got[i].value);
		ck_assert_uint_le(series.n_chunks, 5 + 8); // full ones, and those that ended for another scale
		metric_series_finish(&series);
		metric_axes_finish(&axes);
	}
}
END_TEST

SUITE("metric_series", any_words_come_back_from_the_stream, what_repeats_costs_a_bit,
      one_long_number_does_not_spoil_those_behind_it, times_come_back_whatever_the_steps,
      whole_numbers_and_thousandths_are_exact_and_quotients_have_five_digits,
      points_are_those_of_an_array_whatever_happens, series_that_are_read_together_share_their_times,
      thousandths_cost_what_they_vary, tenths_cost_what_they_vary, few_decimals_come_back_whatever_is_among_them)
