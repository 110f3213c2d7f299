// SPDX-License-Identifier: Apache-2.0
/* A resolver that hangs: getaddrinfo(3) of this program, which libcurl's threads call, waits until it is let go. */
#include "tests/support/suite.h"

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>

#include "poll/http.h"
#include "poll/http_internal.h"
#include "tests/support/http_server.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool hangs = true;
static int n_lookups, n_ended;

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
						       const struct addrinfo *hints, struct addrinfo **out)
{
	(void)name;
	(void)service;
	(void)hints;
	*out = NULL;
	pthread_mutex_lock(&lock);
	n_lookups++;
	while (hangs)
		pthread_cond_wait(&changed, &lock);
	n_ended++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return EAI_NONAME;
}

static void let_go(void)
{
	pthread_mutex_lock(&lock);
	hangs = false;
	pthread_cond_broadcast(&changed);
	while (n_ended < n_lookups)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static const struct server_rule rules[] = { { .path = "", .bytes = "HTTP/1.1 204 No\r\n\r\n" } };

struct outcome {
	bool is_done;
	enum reason reason;
	int32_t total_us;
	char detail[REASON_DETAIL_MAX];
};

struct fixture {
	uv_loop_t loop;
	struct http_server server;
	struct http_client *client;
};

static void set_up(struct fixture *f)
{
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	http_server_start(&f->server, &f->loop, rules, 1);
	ck_assert_int_eq(http_client_create(&f->loop, NULL, &f->client), 0);
}

static void tear_down(struct fixture *f)
{
	http_client_close(f->client, NULL, NULL);
	http_server_stop(&f->server);
	loop_finish(&f->loop);
}

static void done_cb(const struct http_response *response, void *ctx)
{
	struct outcome *outcome = ctx;

	*outcome = (struct outcome){ true, response->reason, response->timing.total_us, "" };
	snprintf(outcome->detail, sizeof outcome->detail, "%s", response->detail);
}

static void start(struct fixture *f, const char *url, uint32_t timeout_ms, struct outcome *outcome)
{
	struct http_request request = { .url = url, .timeout_ms = timeout_ms };
	struct http_transfer *transfer;

	*outcome = (struct outcome){ 0 };
	ck_assert_int_eq(http_request_start(f->client, &request, done_cb, outcome, &transfer), 0);
}

START_TEST(a_lookup_that_hangs_stalls_nobody)
{
	struct fixture f;
	struct outcome hung, well;
	char url[64];

	set_up(&f);
	start(&f, "http://agent.example/health", 150, &hung);
	for (int i = 0; i < 20; i++) {
		start(&f, http_server_url(&f.server, "/", url, sizeof url), 5000, &well);
		loop_run_until(&f.loop, &well.is_done);
		ck_assert_int_eq(well.reason, REASON_NONE);
		ck_assert_int_lt(well.total_us, 1000000);
	}
	loop_run_until(&f.loop, &hung.is_done);
	ck_assert_int_eq(hung.reason, REASON_DNS_TIMEOUT);
	ck_assert_str_eq(hung.detail, "the name was not resolved in time");
	ck_assert_int_lt(hung.total_us, 2000000);
	tear_down(&f);
	let_go();
}
END_TEST

START_TEST(lookups_that_hang_do_not_pile_up)
{
	static struct outcome hung[HTTP_STALLED_MAX];
	struct fixture f;
	struct outcome refused, well;
	char url[64];

	set_up(&f);
	for (int i = 0; i < HTTP_STALLED_MAX; i++) {
		snprintf(url, sizeof url, "http://agent-%d.example/", i);
		start(&f, url, 100, &hung[i]);
	}
	for (int i = 0; i < HTTP_STALLED_MAX; i++)
		loop_run_until(&f.loop, &hung[i].is_done);
	start(&f, "http://one-more.example/", 1000, &refused);
	loop_run_until(&f.loop, &refused.is_done);
	ck_assert_int_eq(refused.reason, REASON_DNS_TIMEOUT);
	ck_assert_str_eq(refused.detail, "not looked up: too many lookups hang");
	start(&f, http_server_url(&f.server, "/", url, sizeof url), 5000, &well);
	loop_run_until(&f.loop, &well.is_done);
	ck_assert_msg(well.reason == REASON_NONE, "an address needs no lookup");
	tear_down(&f);
	let_go();
}
END_TEST

START_TEST(a_name_that_is_not_there_is_told_at_once)
{
	struct fixture f;
	struct outcome outcome;

	set_up(&f);
	hangs = false;
	start(&f, "http://nobody.example/", 1000, &outcome);
	loop_run_until(&f.loop, &outcome.is_done);
	ck_assert_int_eq(outcome.reason, REASON_DNS_NXDOMAIN);
	tear_down(&f);
}
END_TEST

START_TEST(addresses_are_told_from_names)
{
	static const struct {
		const char *url;
		bool is_literal;
	} rows[] = {
		{ "http://10.0.0.1:9100/metrics", true },
		{ "http://[::1]/", true },
		{ "http://user:p@127.0.0.1/x", true },
		{ "http://10.example/", false },
		{ "http://a/", false },
		{ "http://", false },
		{ "127.0.0.1", true },
		{ "http://a@b.example:80", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_msg(http_url_has_literal(rows[i].url) == rows[i].is_literal, "%s", rows[i].url);
}
END_TEST

SUITE("http_dns", a_lookup_that_hangs_stalls_nobody, lookups_that_hang_do_not_pile_up,
      a_name_that_is_not_there_is_told_at_once, addresses_are_told_from_names)
