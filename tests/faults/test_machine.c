// SPDX-License-Identifier: Apache-2.0
/* Faults of the machine we run on: descriptors, clocks, the thread pool: 21, 32, 38 and 45 of the list. The clock of
 * this program can be put forward and back.
 */
#include "tests/support/suite.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "formats/prom_recall.h"
#include "tests/faults/stage.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

static struct {
	time_t wall_s, boot_s;
} shift;

__attribute__((visibility("default"))) int clock_gettime(clockid_t id, struct timespec *out)
{
	int r = (int)syscall(SYS_clock_gettime, id, out);

	if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
		out->tv_sec += shift.wall_s;
	if (id == CLOCK_BOOTTIME)
		out->tv_sec += shift.boot_s;
	return r;
}

static const struct server_rule closing[] = {
	{ .path = "", .bytes = HEAD "Connection: close\r\n\r\n{\"status\":\"pass\"}", .then = SERVER_CLOSE },
};

START_TEST(without_descriptors_nobody_is_blamed)
{
	struct rlimit files, none;
	struct stage s;

	stage_start(&s, closing, 1);
	stage_add(&s, "/health", NULL); // needs a new connection for each probe
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_UP, REASON_NONE);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	none = (struct rlimit){ 3, files.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	stage_expect(&s, 0, HEALTH_UNKNOWN, REASON_NONE);
	ck_assert_int_eq(stage_bad(&s, 0)->health.quality, PROBE_SUSPECT);
	ck_assert_int_eq(stage_bad(&s, 0)->probed[PROBE_HEALTH]->reason, REASON_PROBER_OVERLOAD);
	ck_assert_uint_eq(fleet_n_alerts(s.live.fleet), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	stage_expect(&s, 0, HEALTH_UP, REASON_NONE);
	stage_finish(&s);
}
END_TEST

// ---- clocks

static void expect_all_up(struct stage *s)
{
	stage_probe_rounds(s, 3);
	for (size_t i = 0; i < STAGE_WELL; i++) {
		ck_assert_int_eq(live_agent(&s->live, i)->state, HEALTH_UP);
		ck_assert_int_eq(live_agent(&s->live, i)->health.freshness, FRESHNESS_FRESH);
	}
	ck_assert_uint_eq(fleet_n_alerts_in(s->live.fleet, ALERT_ACTIVE), 0);
	stage_assert_undisturbed(s);
}

START_TEST(an_hour_forth_and_back_disturbs_nobody)
{
	static const time_t hours[] = { 1, 0, -1, 0 };
	struct stage s;

	stage_start(&s, NULL, 0);
	s.allows_doubt = true;
	stage_begin(&s);
	for (size_t i = 0; i < COUNT(hours); i++) {
		shift.wall_s = 3600 * hours[i];
		expect_all_up(&s);
	}
	stage_finish(&s);
}
END_TEST

START_TEST(after_eight_hours_of_sleep_everybody_is_asked_anew)
{
	struct stage s;

	stage_start(&s, NULL, 0);
	s.allows_doubt = true;
	stage_begin(&s);
	shift.wall_s = shift.boot_s = 8 * 3600;
	stage_probe_rounds(&s, 1);
	expect_all_up(&s);
	ck_assert_int_eq(fleet_feed(s.live.fleet)->state, FEED_LIVE);
	stage_finish(&s);
}
END_TEST

// ---- the thread pool

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool hangs = true;

static void hang(uv_work_t *work)
{
	(void)work;
	pthread_mutex_lock(&lock);
	while (hangs)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void let_go(void)
{
	pthread_mutex_lock(&lock);
	hangs = false;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

START_TEST(a_pool_of_hung_threads_stalls_nobody)
{
	static const struct server_rule rules[] = { { .path = "",
						      .bytes = HEAD "Content-Length: 17\r\n\r\n"
								    "{\"status\":\"pass\"}" } };
	uv_work_t work[8];
	struct stage s;
	char url[64];

	stage_start(&s, rules, 1);
	for (size_t i = 0; i < COUNT(work); i++)
		ck_assert_int_eq(uv_queue_work(&s.live.loop, &work[i], hang, NULL), 0);
	snprintf(url, sizeof url, "http://localhost:%d/health", s.server.port); // a name to be looked up
	stage_add(&s, url, NULL)->timeout_ms = 3000;
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_UP, REASON_NONE);
	stage_probe_rounds(&s, 3);
	let_go();
	stage_finish(&s);
}
END_TEST

// ---- memory

enum { SERIES = 50000, SERIES_BYTES = 11, SCRAPES = 20 };

static void number_series(char *body, unsigned from)
{
	char line[SERIES_BYTES + 1];

	for (unsigned i = 0; i < SERIES; i++) {
		snprintf(line, sizeof line, "s%07u 1\n", from + i);
		memcpy(body + (size_t)i * SERIES_BYTES, line, SERIES_BYTES);
	}
}

START_TEST(a_million_new_series_leave_memory_as_it_was)
{
	static char bytes[SERIES * SERIES_BYTES + 200];
	struct server_rule rules[] = { { .path = "/metrics", .bytes = bytes } };
	size_t n_head, n_seen = 0, before = 0, n_defs = 0;
	struct stage s;

	n_head = (size_t)snprintf(bytes, sizeof bytes, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
				  SERIES * SERIES_BYTES);
	number_series(bytes + n_head, 0);
	rules[0].n_bytes = n_head + SERIES * SERIES_BYTES;
	stage_start(&s, rules, 1);
	stage_add(&s, NULL, "/metrics")->timeout_ms = 5000;
	stage_begin(&s);
	while (n_seen < SCRAPES) {
		size_t n = s.server.n_requests;

		uv_run(&s.live.loop, UV_RUN_ONCE);
		if (s.server.n_requests == n)
			continue;
		number_series(bytes + n_head,
			      (unsigned)++n_seen * SERIES); // before its first byte is on its way, or after
		if (n_seen == SCRAPES / 2) {
			before = mallinfo2().uordblks;
			n_defs = fleet_n_series_defs(s.live.fleet);
		}
	}
	stage_expect(&s, 0, HEALTH_UP, REASON_NONE);
	ck_assert_uint_eq(fleet_n_series_defs(s.live.fleet), n_defs);
	// What was seen before is remembered within a bound, and a million series would not fit in it.
	ck_assert_uint_lt(mallinfo2().uordblks, before + PROM_RECALL_BYTES_MAX + (2 << 20));
	stage_finish(&s);
}
END_TEST

SUITE("machine", without_descriptors_nobody_is_blamed, an_hour_forth_and_back_disturbs_nobody,
      after_eight_hours_of_sleep_everybody_is_asked_anew, a_pool_of_hung_threads_stalls_nobody,
      a_million_new_series_leave_memory_as_it_was)
