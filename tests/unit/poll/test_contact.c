// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "poll/contact.h"
#include "tests/support/http_server.h"

#define REPLY(status, type, length, body)                                                                              \
	"HTTP/1.1 " status "\r\nContent-Type: " type "\r\nContent-Length: " length "\r\n\r\n" body
#define HEALTH REPLY("200 OK", "application/json", "15", "{\"status\":\"UP\"}")
#define METRICS REPLY("200 OK", "text/plain; version=0.0.4", "5", "up 1\n")
#define LOGIN REPLY("200 OK", "text/html", "13", "<html></html>")
#define MISSING REPLY("404 Not Found", "text/plain", "0", "")

// Every agent has a base of its own on the one server, and asks what is not listed here as "missing".
static const struct server_rule rules[] = {
	{ .path = "/both/health", .bytes = HEALTH },
	{ .path = "/both/metrics", .bytes = METRICS },
	{ .path = "/exporter/metrics", .bytes = METRICS },
	{ .path = "/hang/health", .bytes = "" },
	{ .path = "/hang/metrics", .bytes = METRICS },
	{ .path = "/dead/health", .bytes = "" },
	{ .path = "/dead/metrics", .bytes = "" },
	{ .path = "/reset/health", .bytes = "", .then = SERVER_RESET },
	{ .path = "/reset/healthz", .bytes = HEALTH },
	{ .path = "/reset/metrics", .bytes = METRICS },
	{ .path = "/page/health", .bytes = LOGIN },
	{ .path = "", .bytes = MISSING }, // any other
};

struct fixture {
	uv_loop_t loop;
	struct http_server server;
	struct http_client *client;
	struct contact *contact;
	struct contact_result results[64];
	uint32_t ids[64];
	size_t n_results, n_wanted;
	bool is_enough;
};

static void result_cb(const struct contact_result *result, void *ctx)
{
	struct fixture *f = ctx;

	f->ids[f->n_results] = result->agent->id;
	f->results[f->n_results++] = *result;
	f->is_enough = f->n_results >= f->n_wanted;
}

static void set_up(struct fixture *f, uint32_t max_in_flight)
{
	const struct contact_options options = {
		.timeout_ms = 100,
		.max_in_flight = max_in_flight,
		.retry_min_ms = 40,
		.retry_max_ms = 80,
	};

	memset(f, 0, sizeof *f);
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	http_server_start(&f->server, &f->loop, rules, sizeof rules / sizeof rules[0]);
	ck_assert_int_eq(http_client_create(&f->loop, NULL, &f->client), 0);
	ck_assert_int_eq(contact_create(&f->loop, f->client, &options, result_cb, f, &f->contact), 0);
}

static void tear_down(struct fixture *f)
{
	contact_close(f->contact, NULL, NULL);
	http_client_close(f->client, NULL, NULL);
	http_server_stop(&f->server);
	loop_finish(&f->loop);
}

static void add_every(struct fixture *f, uint32_t id, const char *url, uint32_t interval_ms)
{
	struct agent *agent = mem_calloc(1, sizeof *agent);

	agent->refs = 1;
	agent->id = id;
	agent->interval_ms = interval_ms;
	agent->url = mem_strdup(url);
	agent->is_discovering = true;
	ck_assert_int_eq(contact_add(f->contact, agent), 0);
	ck_assert_int_eq(contact_add(f->contact, agent), -EEXIST);
	agent_unref(agent);
}

static void add(struct fixture *f, uint32_t id, const char *url)
{
	add_every(f, id, url, 0);
}

static void add_base(struct fixture *f, uint32_t id, const char *base)
{
	char url[128];

	add(f, id, http_server_url(&f->server, base, url, sizeof url));
}

static void wait_for(struct fixture *f, size_t n_more)
{
	f->n_wanted = f->n_results + n_more;
	f->is_enough = false;
	loop_run_until(&f->loop, &f->is_enough);
}

START_TEST(endpoints_are_found)
{
	static const struct {
		const char *base, *health, *metrics;
		enum agent_dialect dialect;
		uint32_t n_requests; // 0: as many as it takes
	} rows[] = {
		{ "/both", "/health", "/metrics", DIALECT_AUTO, 2 },
		{ "/both/", "/health", "/metrics", DIALECT_AUTO, 2 },
		{ "/exporter", NULL, "/metrics", DIALECT_METRICS, 0 },
		{ "/hang", NULL, "/metrics", DIALECT_METRICS, 0 },
		{ "/reset", "/healthz", "/metrics", DIALECT_AUTO, 3 },
	};
	static struct fixture f;

	set_up(&f, 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct contact_result *result = &f.results[i];

		add_base(&f, (uint32_t)i + 1, rows[i].base);
		wait_for(&f, 1);
		ck_assert_msg(result->is_decided, "%s: %s", rows[i].base, result->detail);
		ck_assert_pstr_eq(result->health_path, rows[i].health);
		ck_assert_pstr_eq(result->metrics_path, rows[i].metrics);
		ck_assert_int_eq(result->dialect, rows[i].dialect);
		ck_assert_uint_eq(result->n_tries, 1);
		if (rows[i].n_requests)
			ck_assert_uint_eq(result->n_requests, rows[i].n_requests);
	}
	ck_assert_uint_eq(contact_pending(f.contact), 0);
	tear_down(&f);
}
END_TEST

START_TEST(the_paths_of_a_host_are_asked_on_one_connection)
{
	static struct fixture f;

	set_up(&f, 0);
	add_base(&f, 1, "/exporter");
	wait_for(&f, 1);
	ck_assert_uint_gt(f.results[0].n_requests, 5);
	ck_assert_uint_eq(f.server.n_accepted, 1);
	tear_down(&f);
}
END_TEST

START_TEST(what_does_not_answer_is_asked_again_later)
{
	static struct fixture f;

	set_up(&f, 0);
	add(&f, 1, "http://127.0.0.1:1");
	wait_for(&f, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct contact_result *result = &f.results[i];

		ck_assert(!result->is_decided);
		ck_assert_int_eq(result->reason, REASON_CONNECT_REFUSED);
		ck_assert_uint_eq(result->n_requests, 1);
		ck_assert_uint_eq(result->n_tries, i + 1);
		ck_assert(result->retry_ms >= 30 && result->retry_ms <= (i ? 80 : 40));
	}
	ck_assert_uint_eq(contact_pending(f.contact), 1);
	tear_down(&f);
}
END_TEST

START_TEST(a_host_is_asked_no_less_often_than_its_interval)
{
	static struct fixture f;

	set_up(&f, 0);
	add_every(&f, 1, "http://127.0.0.1:1", 50);
	wait_for(&f, 5);
	for (size_t i = 0; i < 5; i++)
		ck_assert_int_le(f.results[i].retry_ms, 50);
	tear_down(&f);
}
END_TEST

START_TEST(a_host_that_hangs_is_left_alone_after_two)
{
	static struct fixture f;

	set_up(&f, 0);
	add_base(&f, 1, "/dead");
	wait_for(&f, 1);
	ck_assert_int_eq(f.results[0].reason, REASON_TIMEOUT_HEADERS);
	ck_assert_uint_eq(f.results[0].n_requests, 2);
	tear_down(&f);
}
END_TEST

START_TEST(a_host_with_nothing_to_watch_is_told_so)
{
	static struct fixture f;

	set_up(&f, 0);
	add_base(&f, 1, "/page");
	wait_for(&f, 1);
	ck_assert(!f.results[0].is_decided);
	ck_assert_int_eq(f.results[0].reason, REASON_BAD_TYPE);
	ck_assert_ptr_nonnull(strstr(f.results[0].detail, "none of the usual paths"));
	tear_down(&f);
}
END_TEST

START_TEST(only_so_many_hosts_are_asked_at_a_time)
{
	static struct fixture f;

	set_up(&f, 2);
	for (uint32_t id = 1; id <= 12; id++)
		add_base(&f, id, "/both");
	f.n_wanted = 12;
	while (!f.is_enough) {
		uv_run(&f.loop, UV_RUN_NOWAIT);
		ck_assert_uint_le(http_client_in_flight(f.client), 2);
	}
	ck_assert_uint_eq(contact_pending(f.contact), 0);
	tear_down(&f);
}
END_TEST

START_TEST(a_removed_agent_is_silent)
{
	static struct fixture f;

	set_up(&f, 1);
	add_base(&f, 1, "/dead");
	add_base(&f, 2, "/both");
	while (!f.server.n_requests)
		uv_run(&f.loop, UV_RUN_ONCE);
	ck_assert_int_eq(contact_remove(f.contact, 1), 0);
	ck_assert_int_eq(contact_remove(f.contact, 1), -ENOENT);
	wait_for(&f, 1);
	ck_assert_uint_eq(f.ids[0], 2);
	tear_down(&f);
}
END_TEST

START_TEST(closing_while_asking_leaves_nothing)
{
	static struct fixture f;

	set_up(&f, 2);
	for (uint32_t id = 1; id <= 4; id++)
		add_base(&f, id, "/dead");
	while (!f.server.n_requests)
		uv_run(&f.loop, UV_RUN_ONCE);
	tear_down(&f);
	ck_assert_uint_eq(f.n_results, 0);
	contact_close(NULL, NULL, NULL);
}
END_TEST

START_TEST(a_url_that_cannot_be_sent_is_told)
{
	static struct fixture f;

	set_up(&f, 0);
	add(&f, 1, "http://127.0.0.1\r\nX: y");
	wait_for(&f, 1);
	ck_assert_int_eq(f.results[0].reason, REASON_PARSE);
	tear_down(&f);
}
END_TEST

SUITE("contact", endpoints_are_found, the_paths_of_a_host_are_asked_on_one_connection,
      what_does_not_answer_is_asked_again_later, a_host_is_asked_no_less_often_than_its_interval,
      a_host_that_hangs_is_left_alone_after_two, a_host_with_nothing_to_watch_is_told_so,
      only_so_many_hosts_are_asked_at_a_time, a_removed_agent_is_silent, closing_while_asking_leaves_nothing,
      a_url_that_cannot_be_sent_is_told)
