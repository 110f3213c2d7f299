// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "poll/prober.h"
#include "tests/support/http_server.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define METRICS "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: 5\r\n\r\nup 1\n"

enum { MAX_SAMPLES = 4096, TEXT_MAX = 64 };

static const struct server_rule rules[] = {
	{ .path = "/health", .bytes = OK },
	{ .path = "/metrics", .bytes = METRICS },
	{ .path = "/slow", .bytes = OK, .delay_ms = 60 },
	{ .path = "/hang", .bytes = "" },
	{ .path = "/reset", .bytes = "", .then = SERVER_RESET },
};

struct seen {
	uint32_t id;
	enum probe_kind kind;
	enum reason reason;
	int status;
	int32_t connect_us, total_us;
	char detail[TEXT_MAX];
	char body[TEXT_MAX];
};

struct fixture {
	uv_loop_t loop;
	struct http_server server;
	struct http_client *client;
	struct prober *prober;
	struct seen seen[MAX_SAMPLES];
	size_t n_seen, n_wanted;
	bool is_enough;
	void (*also)(struct fixture *f, const struct sample *sample);
};

static void sample_cb(const struct sample *sample, void *ctx)
{
	struct fixture *f = ctx;
	struct seen *seen = &f->seen[f->n_seen % MAX_SAMPLES];

	*seen = (struct seen){
		.id = sample->agent->id,
		.kind = sample->kind,
		.reason = sample->reason,
		.status = sample->http_status,
		.connect_us = sample->timing.connect_us,
		.total_us = sample->timing.total_us,
	};
	snprintf(seen->detail, sizeof seen->detail, "%.60s", sample->detail);
	snprintf(seen->body, sizeof seen->body, "%.*s", (int)sample->body_len, sample->body ? sample->body : "");
	f->n_seen++;
	if (f->also)
		f->also(f, sample);
	f->is_enough = f->n_seen >= f->n_wanted;
}

static void set_up(struct fixture *f, const struct probe_options *options)
{
	memset(f, 0, sizeof *f);
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	http_server_start(&f->server, &f->loop, rules, sizeof rules / sizeof rules[0]);
	ck_assert_int_eq(http_client_create(&f->loop, &(struct http_options){ .max_kept = 256 }, &f->client), 0);
	ck_assert_int_eq(prober_create(&f->loop, f->client, options, sample_cb, f, &f->prober), 0);
}

static void tear_down(struct fixture *f)
{
	prober_close(f->prober, NULL, NULL);
	http_client_close(f->client, NULL, NULL);
	http_server_stop(&f->server);
	loop_finish(&f->loop);
}

static void wait_for(struct fixture *f, size_t n_more)
{
	f->n_wanted = f->n_seen + n_more;
	f->is_enough = false;
	loop_run_until(&f->loop, &f->is_enough);
}

static bool is_hung(const char *path)
{
	return path && strcmp(path, "/hang") == 0;
}

// On the server of the test; a NULL path is an endpoint that the agent has not.
static struct agent *new_agent(const struct fixture *f, uint32_t id, const char *health, const char *metrics)
{
	struct agent *agent = mem_calloc(1, sizeof *agent);
	char text[128];

	agent->refs = 1;
	agent->id = id;
	snprintf(text, sizeof text, "agent-%u", id);
	agent->key = mem_strdup(text);
	agent->name = mem_strdup(text);
	if (health)
		agent->health_url = mem_strdup(http_server_url(&f->server, health, text, sizeof text));
	if (metrics)
		agent->metrics_url = mem_strdup(http_server_url(&f->server, metrics, text, sizeof text));
	agent->interval_ms = 60000;
	agent->timeout_ms = is_hung(health) || is_hung(metrics) ? 300 : 5000;
	return agent;
}

static void put(struct fixture *f, struct agent *agent)
{
	ck_assert_int_eq(prober_put(f->prober, agent), 0);
	agent_unref(agent);
}

static void put_every(struct fixture *f, uint32_t id, const char *health, const char *metrics, uint32_t interval_ms)
{
	struct agent *agent = new_agent(f, id, health, metrics);

	agent->interval_ms = interval_ms;
	put(f, agent);
}

START_TEST(health_and_metrics_ride_one_connection)
{
	static struct fixture f;

	set_up(&f, NULL);
	put_every(&f, 7, "/health", "/metrics", 400);
	wait_for(&f, 6);
	for (size_t i = 0; i < 6; i++) {
		ck_assert_uint_eq(f.seen[i].id, 7);
		ck_assert_int_eq(f.seen[i].kind, i % 2 ? PROBE_METRICS : PROBE_HEALTH);
		ck_assert_int_eq(f.seen[i].reason, REASON_NONE);
		ck_assert_int_eq(f.seen[i].status, 200);
		ck_assert_str_eq(f.seen[i].body, i % 2 ? "up 1\n" : "ok");
		ck_assert_int_eq(f.seen[i].connect_us == 0, i > 0);
	}
	ck_assert_uint_eq(f.server.n_accepted, 1);
	ck_assert_uint_eq(prober_stats_read(f.prober).n_polls, 6);
	tear_down(&f);
}
END_TEST

START_TEST(an_agent_may_have_one_endpoint_or_none)
{
	static struct fixture f;

	set_up(&f, NULL);
	put_every(&f, 1, NULL, "/metrics", 100);
	put(&f, new_agent(&f, 3, NULL, NULL));
	wait_for(&f, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert(f.seen[i].id == 1 && f.seen[i].kind == PROBE_METRICS);
	ck_assert_uint_eq(prober_stats_read(f.prober).n_agents, 2);
	tear_down(&f);
}
END_TEST

START_TEST(a_connection_that_fails_spares_the_scrape)
{
	static struct fixture f;
	struct agent *agent;

	set_up(&f, NULL);
	agent = new_agent(&f, 1, NULL, NULL);
	agent->health_url = mem_strdup("http://127.0.0.1:1/health");
	agent->metrics_url = mem_strdup("http://127.0.0.1:1/metrics");
	put(&f, agent);
	wait_for(&f, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(f.seen[i].kind, i ? PROBE_METRICS : PROBE_HEALTH);
		ck_assert_int_eq(f.seen[i].reason, REASON_CONNECT_REFUSED);
		ck_assert_str_eq(f.seen[i].detail, "");
		ck_assert_int_eq(f.seen[i].connect_us, -1);
	}
	ck_assert_uint_eq(prober_stats_read(f.prober).n_polls, 1);
	agent = new_agent(&f, 2, NULL, "/metrics");
	agent->health_url = mem_strdup("http://127.0.0.1:1/health");
	put(&f, agent);
	wait_for(&f, 2);
	ck_assert_int_eq(f.seen[2].reason, REASON_CONNECT_REFUSED);
	ck_assert_msg(f.seen[3].reason == REASON_NONE, "another origin is another matter");
	tear_down(&f);
}
END_TEST

START_TEST(one_endpoint_that_hangs_leaves_the_other)
{
	static struct fixture f;

	set_up(&f, NULL);
	put(&f, new_agent(&f, 1, "/health", "/hang"));
	wait_for(&f, 2);
	ck_assert_int_eq(f.seen[0].reason, REASON_NONE);
	ck_assert_int_eq(f.seen[1].reason, REASON_TIMEOUT_HEADERS);
	put(&f, new_agent(&f, 2, "/hang", "/metrics"));
	wait_for(&f, 2);
	ck_assert_int_eq(f.seen[2].reason, REASON_TIMEOUT_HEADERS);
	ck_assert_int_eq(f.seen[3].reason, REASON_NONE);
	tear_down(&f);
}
END_TEST

START_TEST(a_scrape_that_hangs_does_not_cost_the_next_health_probe)
{
	static struct fixture f;
	struct agent *agents[2];

	set_up(&f, NULL);
	agents[0] = new_agent(&f, 1, "/health", "/hang");
	agents[0]->interval_ms = 1500;
	agents[0]->timeout_ms = 5000;
	put(&f, agents[0]);
	wait_for(&f, 2);
	ck_assert_int_eq(f.seen[1].reason, REASON_TIMEOUT_HEADERS);
	ck_assert_int_lt(f.seen[1].total_us, 4000000);
	prober_remove(f.prober, 1);
	agents[1] = new_agent(&f, 2, "/hang", "/hang");
	agents[1]->timeout_ms = 3000;
	put(&f, agents[1]);
	wait_for(&f, 2);
	ck_assert_int_eq(f.seen[2].reason, REASON_TIMEOUT_HEADERS);
	ck_assert_int_eq(f.seen[3].reason, REASON_TIMEOUT_HEADERS);
	ck_assert_int_lt(f.seen[3].total_us, 2500000);
	tear_down(&f);
}
END_TEST

// How many of the agents with even ids took longer than that. A busy machine may make it a few.
static size_t count_slow(const struct fixture *f, int32_t limit_us)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_seen; i++)
		n += f->seen[i].id % 2 == 0 && f->seen[i].total_us > limit_us;
	return n;
}

START_TEST(hung_agents_do_not_hold_up_the_others)
{
	static struct fixture f;
	size_t n_well = 0;

	set_up(&f, &(struct probe_options){ .max_in_flight = 20 });
	for (uint32_t id = 1; id <= 100; id++)
		put_every(&f, id, id % 2 ? "/hang" : "/health", NULL, 800);
	wait_for(&f, 150);
	for (size_t i = 0; i < f.n_seen; i++) {
		enum reason wanted = f.seen[i].id % 2 ? REASON_TIMEOUT_HEADERS : REASON_NONE;

		ck_assert(f.seen[i].reason == wanted || f.seen[i].reason == REASON_PROBER_OVERLOAD);
		n_well += f.seen[i].id % 2 == 0;
	}
	ck_assert_uint_ge(n_well, 50);
	ck_assert_uint_le(count_slow(&f, 200000), n_well / 10);
	tear_down(&f);
}
END_TEST

static size_t most_in_flight, most_slow;

static void watch_limit(struct fixture *f, const struct sample *sample)
{
	struct prober_stats stats = prober_stats_read(f->prober);

	(void)sample;
	// On a machine that stands still some are in flight for so long that others may go beside them.
	if (http_client_in_flight(f->client) > most_in_flight + stats.n_slow)
		most_in_flight = http_client_in_flight(f->client) - stats.n_slow;
	if (stats.n_slow > most_slow)
		most_slow = stats.n_slow;
	ck_assert_uint_le(stats.n_in_flight - stats.n_slow, 4);
}

START_TEST(the_limit_is_kept_and_waiting_costs_no_time)
{
	static struct fixture f;

	set_up(&f, &(struct probe_options){ .max_in_flight = 4 });
	f.also = watch_limit;
	for (uint32_t id = 2; id <= 48; id += 2)
		put_every(&f, id, "/slow", NULL, 50); // a first round within 50 ms: most of them wait
	wait_for(&f, 24);
	ck_assert_uint_le(most_in_flight, 4);
	if (!most_slow)
		ck_assert_uint_le(count_slow(&f, 250000), 4); // the last ones waited for longer than that
	tear_down(&f);
}
END_TEST

START_TEST(an_agent_removed_in_flight_is_silent)
{
	static struct fixture f;
	uint32_t n_in_flight = 0;

	set_up(&f, NULL);
	put_every(&f, 1, "/hang", NULL, 30);
	put_every(&f, 2, "/health", NULL, 30);
	while (!n_in_flight || f.server.n_requests < 3) {
		uv_run(&f.loop, UV_RUN_ONCE);
		n_in_flight = (uint32_t)prober_stats_read(f.prober).n_in_flight;
	}
	ck_assert_int_eq(prober_remove(f.prober, 1), 0);
	ck_assert_int_eq(prober_remove(f.prober, 1), -ENOENT);
	wait_for(&f, 20);
	for (size_t i = 0; i < f.n_seen; i++)
		ck_assert_uint_eq(f.seen[i].id, 2);
	tear_down(&f);
}
END_TEST

static void remove_itself(struct fixture *f, const struct sample *sample)
{
	ck_assert_int_eq(prober_remove(f->prober, sample->agent->id), 0);
	ck_assert_ptr_nonnull(sample->agent->name);
}

static void replace_itself(struct fixture *f, const struct sample *sample)
{
	if (f->n_seen == 1)
		put(f, new_agent(f, sample->agent->id, "/metrics", NULL));
}

static void close_prober(struct fixture *f, const struct sample *sample)
{
	(void)sample;
	prober_close(f->prober, NULL, NULL);
	f->prober = NULL;
}

START_TEST(the_callback_may_change_everything)
{
	static struct fixture f;

	set_up(&f, NULL);
	f.also = remove_itself;
	for (uint32_t id = 1; id <= 3; id++)
		put_every(&f, id, "/health", "/metrics", 20);
	wait_for(&f, 3);
	ck_assert_uint_eq(prober_stats_read(f.prober).n_agents, 0);
	f.n_seen = 0;
	f.also = replace_itself;
	put_every(&f, 4, "/health", "/metrics", 20);
	wait_for(&f, 2);
	ck_assert_msg(f.seen[1].kind == PROBE_HEALTH && f.seen[1].body[0] == 'u', "the new description rules");
	f.also = close_prober;
	put_every(&f, 5, "/health", "/metrics", 20);
	wait_for(&f, 1);
	tear_down(&f);
}
END_TEST

START_TEST(a_new_name_does_not_disturb_a_probe)
{
	static struct fixture f;
	struct agent *agent;

	set_up(&f, NULL);
	put(&f, new_agent(&f, 1, "/slow", NULL));
	while (!f.server.n_requests)
		uv_run(&f.loop, UV_RUN_ONCE);
	agent = new_agent(&f, 1, "/slow", NULL);
	mem_free((char *)agent->name);
	agent->name = mem_strdup("renamed");
	put(&f, agent);
	wait_for(&f, 1);
	ck_assert_uint_eq(f.server.n_requests, 1);
	agent = new_agent(&f, 1, "/slow", NULL);
	agent->is_paused = true;
	put(&f, agent);
	ck_assert_int_eq(prober_probe_now(f.prober, 1), 0);
	tear_down(&f);
}
END_TEST

START_TEST(probing_can_be_hurried_paced_and_paused)
{
	static struct fixture f;
	bool is_over = false;

	set_up(&f, NULL);
	put(&f, new_agent(&f, 1, "/health", NULL));
	put(&f, new_agent(&f, 2, "/health", NULL));
	wait_for(&f, 2);
	ck_assert_int_eq(prober_probe_now(f.prober, 2), 0);
	wait_for(&f, 1);
	ck_assert_uint_eq(f.seen[2].id, 2);
	ck_assert_int_eq(prober_probe_now(f.prober, 0), 0);
	wait_for(&f, 2);
	ck_assert_int_eq(prober_probe_now(f.prober, 9), -ENOENT);
	ck_assert_int_eq(prober_set_pace(f.prober, 9, PACE_FAST), -ENOENT);
	ck_assert_int_eq(prober_set_pace(f.prober, 1, PACE_FAST), 0);
	wait_for(&f, 1);
	ck_assert_uint_eq(f.seen[5].id, 1);
	prober_pause(f.prober, true);
	prober_pause(f.prober, true);
	prober_probe_now(f.prober, 0);
	for (int i = 0; i < 3 && !is_over; i++)
		uv_run(&f.loop, UV_RUN_NOWAIT);
	ck_assert_uint_eq(f.n_seen, 6);
	prober_pause(f.prober, false);
	wait_for(&f, 2);
	tear_down(&f);
}
END_TEST

static void stand_still(uv_timer_t *timer)
{
	struct timespec wait = { .tv_nsec = 400 * 1000000L };

	uv_close((uv_handle_t *)timer, NULL);
	nanosleep(&wait, NULL); // the fault itself: a loop that is blocked
}

START_TEST(a_loop_that_stood_still_gives_no_judgement)
{
	static struct fixture f;
	uv_timer_t timer;

	set_up(&f, NULL);
	put_every(&f, 1, "/hang", NULL, 200);
	while (!f.server.n_requests)
		uv_run(&f.loop, UV_RUN_ONCE);
	uv_timer_init(&f.loop, &timer);
	uv_timer_start(&timer, stand_still, 200, 0);
	wait_for(&f, 1);
	ck_assert_int_eq(f.seen[0].reason, REASON_PROBER_OVERLOAD);
	ck_assert_str_eq(f.seen[0].detail, "our own loop stood still meanwhile");
	ck_assert_uint_eq(prober_stats_read(f.prober).n_overload, 1);
	tear_down(&f);
}
END_TEST

START_TEST(what_cannot_be_sent_is_a_sample_too)
{
	static struct fixture f;
	struct agent *agent;

	set_up(&f, NULL);
	agent = new_agent(&f, 1, "/health", "/metrics");
	agent->authorization = mem_strdup("a\r\nb: c");
	put(&f, agent);
	wait_for(&f, 2);
	ck_assert_int_eq(f.seen[0].reason, REASON_PARSE);
	ck_assert_int_eq(f.seen[1].kind, PROBE_METRICS);
	ck_assert_uint_eq(prober_stats_read(f.prober).n_in_flight, 0);
	tear_down(&f);
}
END_TEST

START_TEST(closing_with_probes_in_flight_leaves_nothing)
{
	static struct fixture f;

	set_up(&f, &(struct probe_options){ .max_in_flight = 8 });
	for (uint32_t id = 1; id <= 30; id++)
		put_every(&f, id, "/hang", "/metrics", 20);
	while (f.server.n_requests < 4 || !prober_stats_read(f.prober).n_waiting)
		uv_run(&f.loop, UV_RUN_ONCE);
	tear_down(&f);
	ck_assert_uint_eq(f.n_seen, 0);
	prober_close(NULL, NULL, NULL);
}
END_TEST

START_TEST(without_memory_an_agent_is_not_added)
{
	static struct fixture f;
	struct agent *agent;

	set_up(&f, NULL);
	agent = new_agent(&f, 1, "/health", NULL);
	for (int n = 0; n < 12; n++) {
		int r;

		mem_fail_after(n);
		r = prober_put(f.prober, agent);
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
		ck_assert_uint_eq(prober_stats_read(f.prober).n_agents, r == 0);
		if (r == 0)
			break;
	}
	agent_unref(agent);
	wait_for(&f, prober_stats_read(f.prober).n_agents);
	tear_down(&f);
}
END_TEST

SUITE("prober", health_and_metrics_ride_one_connection, an_agent_may_have_one_endpoint_or_none,
      a_connection_that_fails_spares_the_scrape, one_endpoint_that_hangs_leaves_the_other,
      a_scrape_that_hangs_does_not_cost_the_next_health_probe, hung_agents_do_not_hold_up_the_others,
      the_limit_is_kept_and_waiting_costs_no_time, an_agent_removed_in_flight_is_silent,
      the_callback_may_change_everything, a_new_name_does_not_disturb_a_probe, probing_can_be_hurried_paced_and_paused,
      a_loop_that_stood_still_gives_no_judgement, what_cannot_be_sent_is_a_sample_too,
      closing_with_probes_in_flight_leaves_nothing, without_memory_an_agent_is_not_added)
