// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "simulator/model.h"

static const int64_t noon = 1763899200000; // 2025-11-23T12:00:00Z
static const int64_t minute_ms = 60000;

static void assert_grown(const struct model_numbers *before, const struct model_numbers *after)
{
	for (int i = 0; i < MODEL_CELLS; i++)
		ck_assert_uint_ge(after->requests[i], before->requests[i]);
	for (int m = 0; m < MODEL_METHODS; m++) {
		ck_assert(after->duration_s[m] >= before->duration_s[m]);
		for (int b = 0; b < MODEL_BUCKETS; b++)
			ck_assert_uint_ge(after->buckets[m][b], before->buckets[m][b]);
	}
	ck_assert(after->cpu_s >= before->cpu_s);
	ck_assert_uint_ge(after->tasks_completed, before->tasks_completed);
	ck_assert_uint_ge(after->tasks_failed, before->tasks_failed);
}

START_TEST(counters_never_fall_within_a_life)
{
	for (uint64_t index = 0; index < 8; index++) {
		struct model_numbers before, after;
		struct model model;
		int n_lives = 1;

		model_init(&model, 7, index);
		model_read(&model, noon, &before);
		// A fine step finds a wrong slope, a coarse one a wrong day.
		for (int64_t t = noon; t < noon + 12 * 86400000LL; t += t < noon + minute_ms ? 50 : 7 * minute_ms) {
			model_read(&model, t, &after);
			if (after.start_ms == before.start_ms)
				assert_grown(&before, &after);
			else
				n_lives++;
			before = after;
		}
		ck_assert_int_ge(n_lives, 2); // a life is 9 days at most
		ck_assert_int_le(n_lives, 5);
	}
}
END_TEST

START_TEST(a_restart_sets_counters_to_zero)
{
	struct model_numbers numbers;
	struct model model;

	model_init(&model, 1, 0);
	model_read(&model, noon, &numbers);
	ck_assert_uint_gt(numbers.requests[MODEL_GET_200], 1000);
	model_restart(&model, noon);
	model_read(&model, noon, &numbers);
	ck_assert_int_eq(numbers.start_ms, noon);
	for (int i = 0; i < MODEL_CELLS; i++)
		ck_assert_uint_eq(numbers.requests[i], 0);
	model_read(&model, noon + minute_ms, &numbers);
	ck_assert_int_eq(numbers.start_ms, noon);
	ck_assert_uint_gt(numbers.requests[MODEL_GET_200], 0);
}
END_TEST

START_TEST(histograms_agree_with_the_requests)
{
	for (uint64_t index = 0; index < 50; index++) {
		struct model_numbers n;
		struct model model;
		uint64_t gets, posts;

		model_init(&model, 3, index);
		model_set_incident(&model, index % 2, noon - minute_ms);
		model_read(&model, noon, &n);
		gets = n.requests[MODEL_GET_200] + n.requests[MODEL_GET_404] + n.requests[MODEL_GET_500];
		posts = n.requests[MODEL_POST_201] + n.requests[MODEL_POST_503];
		ck_assert_uint_eq(n.buckets[0][MODEL_BUCKETS - 1], gets);
		ck_assert_uint_eq(n.buckets[1][MODEL_BUCKETS - 1], posts);
		for (int b = 1; b < MODEL_BUCKETS; b++) {
			ck_assert_uint_ge(n.buckets[0][b], n.buckets[0][b - 1]);
			ck_assert_uint_ge(n.buckets[1][b], n.buckets[1][b - 1]);
		}
	}
}
END_TEST

START_TEST(same_seed_same_numbers)
{
	struct model a, b, other_seed, other_index;
	struct model_numbers of_a, of_b, of_seed, of_index;

	model_init(&a, 5, 2);
	model_init(&b, 5, 2);
	model_init(&other_seed, 6, 2);
	model_init(&other_index, 5, 3);
	model_read(&a, noon + 1, &of_a); // being asked at another time before changes nothing
	model_read(&a, noon, &of_a);
	model_read(&b, noon, &of_b);
	model_read(&other_seed, noon, &of_seed);
	model_read(&other_index, noon, &of_index);
	ck_assert_int_eq(memcmp(&of_a, &of_b, sizeof of_a), 0);
	ck_assert_uint_ne(of_a.requests[MODEL_GET_200], of_seed.requests[MODEL_GET_200]);
	ck_assert_uint_ne(of_a.requests[MODEL_GET_200], of_index.requests[MODEL_GET_200]);
}
END_TEST

START_TEST(load_follows_the_day)
{
	struct model model;
	double lowest = 10, highest = 0;

	model_init(&model, 1, 1);
	for (int64_t t = noon; t < noon + 86400000; t += 5 * minute_ms) {
		struct model_numbers n;

		model_read(&model, t, &n);
		lowest = n.load < lowest ? n.load : lowest;
		highest = n.load > highest ? n.load : highest;
	}
	ck_assert(lowest > 0.05 && lowest < 0.6);
	ck_assert(highest > 1.4 && highest < 2);
}
END_TEST

static uint64_t failures(const struct model_numbers *n)
{
	return n->requests[MODEL_GET_500] + n->requests[MODEL_POST_503];
}

// Requests of a minute that took more than half a second.
static uint64_t slow_ones(const struct model_numbers *a, const struct model_numbers *b)
{
	return (b->buckets[0][11] - b->buckets[0][6]) - (a->buckets[0][11] - a->buckets[0][6]);
}

START_TEST(an_incident_adds_errors_and_slow_answers_and_leaves_them_counted)
{
	struct model_numbers before, begin, during, end;
	struct model model;

	model_init(&model, 1, 4);
	model_restart(&model, noon - 10 * minute_ms);
	model_read(&model, noon - minute_ms, &before);
	model_read(&model, noon, &begin);
	model_set_incident(&model, true, noon);
	model_read(&model, noon + minute_ms, &during);
	ck_assert_uint_gt(failures(&during) - failures(&begin), 5 * (failures(&begin) - failures(&before)) + 5);
	ck_assert_uint_gt(slow_ones(&begin, &during), 2 * slow_ones(&before, &begin));
	model_set_incident(&model, false, noon + minute_ms);
	model_read(&model, noon + minute_ms, &end);
	for (int i = 0; i < MODEL_CELLS; i++)
		ck_assert_uint_eq(end.requests[i], during.requests[i]);
	model_set_incident(&model, true, noon + 2 * minute_ms);
	model_read(&model, noon + 3 * minute_ms, &during);
	assert_grown(&end, &during);
	model_restart(&model, noon + 4 * minute_ms);
	model_set_incident(&model, false, noon + 4 * minute_ms);
	model_read(&model, noon + 4 * minute_ms, &end);
	ck_assert_uint_eq(failures(&end), 0);
}
END_TEST

START_TEST(memory_rises_and_falls_within_bounds)
{
	struct model model;
	struct model_numbers n;
	uint64_t last = 0;
	int n_falls = 0;

	model_init(&model, 2, 2);
	for (int64_t t = noon; t < noon + 6 * 3600000; t += minute_ms) {
		model_read(&model, t, &n);
		ck_assert_uint_gt(n.resident_bytes, 40ULL << 20);
		ck_assert_uint_lt(n.resident_bytes, 400ULL << 20);
		ck_assert_uint_lt(n.heap_bytes, n.resident_bytes);
		ck_assert_uint_lt(n.resident_bytes, n.virtual_bytes);
		ck_assert_uint_ge(n.open_fds, 18);
		ck_assert_uint_ge(n.goroutines, 24);
		n_falls += n.resident_bytes + (8 << 20) < last;
		last = n.resident_bytes;
	}
	ck_assert_int_ge(n_falls, 3);
	ck_assert_int_le(n_falls, 20);
}
END_TEST

START_TEST(tasks_have_histograms_of_their_own)
{
	uint64_t first[MODEL_BUCKETS], later[MODEL_BUCKETS], other[MODEL_BUCKETS];
	struct model model;
	double sum;

	model_init(&model, 1, 1);
	sum = model_read_task(&model, noon, 0, first);
	ck_assert(sum > 0);
	ck_assert(model_read_task(&model, noon + minute_ms, 0, later) > sum);
	model_read_task(&model, noon, 1, other);
	for (int b = 0; b < MODEL_BUCKETS; b++) {
		ck_assert_uint_ge(later[b], first[b]);
		ck_assert(b == 0 || first[b] >= first[b - 1]);
	}
	ck_assert_uint_ne(first[MODEL_BUCKETS - 1], other[MODEL_BUCKETS - 1]);
}
END_TEST

SUITE("simulator/model", counters_never_fall_within_a_life, a_restart_sets_counters_to_zero,
      histograms_agree_with_the_requests, same_seed_same_numbers, load_follows_the_day,
      an_incident_adds_errors_and_slow_answers_and_leaves_them_counted, memory_rises_and_falls_within_bounds,
      tasks_have_histograms_of_their_own)
