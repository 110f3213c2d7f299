// SPDX-License-Identifier: Apache-2.0
/* A bad link between us and an agent that is well: silence, dripping, resets and cuts that begin while connections
 * stand (3 to 7 of the list), and delay that is none of them.
 */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "tests/faults/stage.h"
#include "tests/support/tcp_proxy.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define BODY "{\"status\":\"pass\",\"notes\":[\"long enough to be cut in the middle of it\"]}"

static const struct server_rule rules[] = {
	{ .path = "",
	  .bytes = "HTTP/1.1 200 OK\r\nContent-Type: application/health+json\r\nContent-Length: 71\r\n\r\n" BODY },
};

static void begin(struct stage *s, struct tcp_proxy *proxy)
{
	char url[64];

	ck_assert_uint_eq(sizeof BODY - 1, 71);
	stage_start(s, rules, COUNT(rules));
	tcp_proxy_start(proxy, &s->live.loop, "127.0.0.1", s->server.port);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/health", proxy->port);
	stage_add(s, url, NULL);
	stage_begin(s);
	stage_expect(s, 0, HEALTH_UP, REASON_NONE);
}

static void finish(struct stage *s, struct tcp_proxy *proxy)
{
	tcp_proxy_stop(proxy);
	stage_finish(s);
}

START_TEST(a_link_that_goes_bad_is_told_and_so_is_its_recovery)
{
	static const struct {
		struct proxy_faults faults;
		enum reason reason;
	} rows[] = {
		{ { .is_mute = true }, REASON_TIMEOUT_HEADERS },
		{ { .delay_ms = 2 * STAGE_BAD_TIMEOUT_MS }, REASON_TIMEOUT_HEADERS },
		{ { .drips = true }, REASON_TIMEOUT_HEADERS },
		{ { .cut_after = 30 }, REASON_TRUNCATED },
		{ { .cut_after = 130 }, REASON_TRUNCATED },
		{ { .cut_after = 130, .is_reset = true }, REASON_RESET },
	};
	struct tcp_proxy proxy;
	struct stage s;

	begin(&s, &proxy);
	for (size_t i = 0; i < COUNT(rows); i++) {
		proxy.faults = rows[i].faults;
		stage_expect(&s, 0, HEALTH_DOWN, rows[i].reason);
		proxy.faults = (struct proxy_faults){ 0 };
		stage_expect(&s, 0, HEALTH_UP, REASON_NONE);
	}
	finish(&s, &proxy);
}
END_TEST

START_TEST(delay_and_jitter_are_latency_and_nothing_else)
{
	const struct fleet_agent *agent;
	struct tcp_proxy proxy;
	struct stage s;

	begin(&s, &proxy);
	proxy.faults = (struct proxy_faults){ .delay_ms = 60, .jitter_ms = 60 };
	stage_probe_rounds(&s, 6);
	agent = stage_bad(&s, 0);
	ck_assert_int_eq(agent->state, HEALTH_UP);
	ck_assert_int_ge(agent->probed[PROBE_HEALTH]->timing.total_us, 60000);
	finish(&s, &proxy);
}
END_TEST

// A kept connection that was reset while nothing was asked is no fault of the agent's.
START_TEST(a_reset_between_probes_disturbs_nobody)
{
	struct tcp_proxy proxy;
	struct stage s;
	size_t n;

	begin(&s, &proxy);
	for (int i = 0; i < 4; i++) {
		n = proxy.n_accepted;
		tcp_proxy_reset_all(&proxy);
		stage_probe_rounds(&s, 2);
		ck_assert_uint_gt(proxy.n_accepted, n);
		ck_assert_int_eq(stage_bad(&s, 0)->state, HEALTH_UP);
		ck_assert_uint_eq(stage_bad(&s, 0)->health.consecutive_failures, 0);
	}
	finish(&s, &proxy);
}
END_TEST

SUITE("link", a_link_that_goes_bad_is_told_and_so_is_its_recovery, delay_and_jitter_are_latency_and_nothing_else,
      a_reset_between_probes_disturbs_nobody)
