// SPDX-License-Identifier: Apache-2.0
/* Faults of what comes back: redirects, encodings, bodies, metrics: 12, 13, 19, 20, 22, 23 and 27 to 29 of the list. */
#include "tests/support/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/faults/stage.h"
#include "text/text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define HEALTHY "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"status\":\"pass\"}"
#define METRICS_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"

START_TEST(a_redirect_is_told_and_never_followed)
{
	static const char *const to[] = { "/r/0", "file:///etc/passwd", "http://169.254.169.254/latest/meta-data/",
					  NULL,   "//127.0.0.1:1/",     "gopher://127.0.0.1/" };
	static const struct server_rule landing[] = { { .path = "", .bytes = HEALTHY } };
	static char bytes[COUNT(to)][256], paths[COUNT(to)][16];
	struct server_rule rules[COUNT(to)] = { 0 };
	struct http_server other;
	struct stage s;
	char url[64];

	stage_start(&s, rules, COUNT(rules));
	http_server_start(&other, &s.live.loop, landing, 1);
	http_server_url(&other, "/health", url, sizeof url);
	for (size_t i = 0; i < COUNT(to); i++) {
		snprintf(paths[i], sizeof paths[i], "/r/%zu", i);
		snprintf(bytes[i], sizeof bytes[i], "HTTP/1.1 %d Go\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
			 i % 2 ? 302 : 307, to[i] ? to[i] : url);
		rules[i] = (struct server_rule){ .path = paths[i], .bytes = bytes[i] };
		stage_add(&s, paths[i], NULL);
	}
	stage_begin(&s);
	for (size_t i = 0; i < COUNT(to); i++) {
		stage_expect(&s, i, HEALTH_DOWN, REASON_REDIRECT);
		ck_assert_ptr_nonnull(strstr(stage_bad(&s, i)->health.detail, to[i] ? to[i] : url));
	}
	ck_assert_uint_eq(other.n_accepted, 0);
	http_server_stop(&other);
	stage_finish(&s);
}
END_TEST

enum { BOMB_MAX = 1 << 18 };

// The head of an answer and n zeros after it, compressed.
static size_t make_bomb(char *out, size_t n)
{
	static unsigned char zeros[65536];
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
	z_stream z = { 0 };

	memcpy(out, head, sizeof head - 1);
	ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = (unsigned char *)out + sizeof head - 1;
	z.avail_out = BOMB_MAX - sizeof head;
	while (n) {
		z.next_in = zeros;
		z.avail_in = (unsigned)(n < sizeof zeros ? n : sizeof zeros);
		n -= z.avail_in;
		ck_assert_int_ne(deflate(&z, n ? Z_NO_FLUSH : Z_FINISH), Z_STREAM_ERROR);
	}
	n = BOMB_MAX - z.avail_out;
	deflateEnd(&z);
	return n;
}

// Each decoded byte is counted as it comes: what a bomb would grow to is never there.
START_TEST(bombs_and_stacked_and_cut_encodings_are_refused)
{
	static char bomb[BOMB_MAX], cut[BOMB_MAX];
	const struct stage_fault faults[] = {
		{ { .bytes = bomb, .n_bytes = make_bomb(bomb, 100u << 20), .then = SERVER_CLOSE },
		  HEALTH_DOWN,
		  REASON_TOO_LARGE },
		{ { .bytes = OK_HEAD
		    "Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip\r\nContent-Length: 2\r\n\r\nok" },
		  HEALTH_DOWN,
		  REASON_BAD_ENCODING },
		{ { .bytes = OK_HEAD "Content-Encoding: br\r\nContent-Length: 2\r\n\r\nok" },
		  HEALTH_DOWN,
		  REASON_BAD_ENCODING },
		{ { .bytes = cut, .n_bytes = make_bomb(cut, 100000) - 20, .then = SERVER_CLOSE },
		  HEALTH_DOWN,
		  REASON_TRUNCATED },
		{ { .bytes = OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 17\r\n\r\n{\"status\":\"pass\"}" },
		  HEALTH_DOWN,
		  REASON_BAD_ENCODING },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

static bool metrics_failed(struct live_fleet *live, const void *arg)
{
	const struct fleet_agent *agent = live_agent(live, STAGE_WELL);

	return agent->probed_at_ms[PROBE_METRICS] && agent->probed[PROBE_METRICS]->reason == *(const enum reason *)arg;
}

START_TEST(health_that_answers_is_up_without_its_metrics)
{
	static const struct server_rule rules[] = { { .path = "/health", .bytes = HEALTHY },
						    { .path = "/metrics", .bytes = "" } };
	static const enum reason expected = REASON_TIMEOUT_HEADERS;
	struct stage s;

	stage_start(&s, rules, COUNT(rules));
	stage_add(&s, "/health", "/metrics");
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_UP, REASON_NONE);
	live_until(&s.live, metrics_failed, &expected, "the scrape to fail");
	stage_probe_rounds(&s, 3);
	ck_assert_int_eq(stage_bad(&s, 0)->state, HEALTH_UP);
	ck_assert_uint_eq(fleet_n_alerts(s.live.fleet), 0);
	stage_finish(&s);
}
END_TEST

// On the wire, and when it is health itself.
START_TEST(fifty_megabytes_of_metrics_are_too_large)
{
	static char block[1 << 16];
	static const enum reason expected = REASON_TOO_LARGE;
	const struct server_rule rules[] = {
		{ .path = "/health", .bytes = HEALTHY },
		{ .path = "/metrics",
		  .bytes = METRICS_HEAD "Content-Length: 52428800\r\n\r\n",
		  .filler = block,
		  .n_filler = sizeof block,
		  .then = SERVER_FLOOD },
	};
	struct stage s;
	size_t n = 0;

	while (n + 40 < sizeof block)
		n += (size_t)snprintf(block + n, sizeof block - n, "a_metric{number=\"%zu\"} 1\n", n);
	memset(block + n, '\n', sizeof block - n);
	stage_start(&s, rules, COUNT(rules));
	s.live.config.probe.max_wire_bytes = 4 << 20;
	stage_add(&s, "/health", "/metrics")->timeout_ms = 5000;
	stage_add(&s, NULL, "/metrics")->timeout_ms = 5000;
	stage_begin(&s);
	live_until(&s.live, metrics_failed, &expected, "the scrape to be refused");
	ck_assert_int_eq(stage_bad(&s, 0)->state, HEALTH_UP);
	stage_expect(&s, 1, HEALTH_DOWN, REASON_TOO_LARGE);
	stage_finish(&s);
}
END_TEST

// One scrape with every kind of bad line between two good ones.
static size_t bad_lines(char *out, size_t size)
{
	static const char bytes[] = "nul{a=\"\0\"} 1\nutf8{a=\"\xff\xfe\"} 1\nlong{a=\"\xc0\xaf\"} 1\n"
				    "surrogate{a=\"\xed\xa0\x80\"} 1\n";
	size_t n = (size_t)snprintf(out, size, "process_open_fds 7\nmany{");

	for (int i = 0; i < 10000; i++)
		n += (size_t)snprintf(out + n, size - n, "l%d=\"v\",", i);
	n += (size_t)snprintf(out + n, size - n, "} 1\nbig{a=\"");
	memset(out + n, 'x', 1 << 20);
	n += 1 << 20;
	n += (size_t)snprintf(out + n, size - n, "\"} 1\n");
	memcpy(out + n, bytes, sizeof bytes - 1);
	n += sizeof bytes - 1;
	n += (size_t)snprintf(out + n, size - n, "process_max_fds 9\n");
	return n;
}

static bool has_scraped(struct live_fleet *live, const void *arg)
{
	return live_agent(live, STAGE_WELL)->probed[PROBE_METRICS]->n_bad_lines == *(const size_t *)arg;
}

static bool has_rows(struct live_fleet *live, const void *arg)
{
	(void)arg;
	return fleet_scrape(live->fleet, live_agent(live, STAGE_WELL)->agent->id, NULL) != NULL;
}

START_TEST(ten_thousand_labels_and_a_megabyte_cost_their_lines)
{
	enum { SIZE = 2 << 20 };
	static const size_t n_bad = 6;
	char *bytes = malloc(SIZE), *body = malloc(SIZE);
	struct server_rule rules[] = { { .path = "/health", .bytes = HEALTHY },
				       { .path = "/metrics", .bytes = bytes } };
	const struct scrape *scrape;
	struct stage s;
	size_t n, n_body;

	ck_assert(bytes && body);
	n_body = bad_lines(body, SIZE);
	n = (size_t)snprintf(bytes, SIZE, METRICS_HEAD "Content-Length: %zu\r\n\r\n", n_body);
	memcpy(bytes + n, body, n_body);
	rules[1].n_bytes = n + n_body;
	stage_start(&s, rules, COUNT(rules));
	stage_add(&s, "/health", "/metrics")->timeout_ms = 5000;
	stage_begin(&s);
	live_until(&s.live, has_scraped, &n_bad, "the bad lines to be counted");
	ck_assert_uint_eq(stage_bad(&s, 0)->probed[PROBE_METRICS]->first_bad_line, 2);
	ck_assert_int_eq(live_request(&s.live, REQUEST_WATCH, stage_bad(&s, 0)->agent->id, 0, NULL), 0);
	live_until(&s.live, has_rows, NULL, "the full scrape");
	scrape = fleet_scrape(s.live.fleet, stage_bad(&s, 0)->agent->id, NULL);
	ck_assert_uint_eq(scrape->n_rows, 2);
	stage_finish(&s);
	free(bytes);
	free(body);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_shown_as_such)
{
	static const char nasty[] = "HTTP/1.1 500 No\r\nContent-Type: text/plain\r\n\r\n"
				    "a\0b\xff\xfe\xc0\xaf\xed\xa0\x80\xe2\x80\xae\xc2\x9b"
				    "31m\x1b]52;c;AAAA\7";
	static const struct server_rule rules[] = { { "/health", nasty, sizeof nasty - 1, SERVER_CLOSE } };
	const struct event_probed *probed;
	struct stage s;

	stage_start(&s, rules, COUNT(rules));
	stage_add(&s, "/health", NULL);
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_DOWN, REASON_HTTP_STATUS);
	probed = stage_bad(&s, 0)->probed[PROBE_HEALTH];
	ck_assert(text_is_clean(probed->excerpt));
	ck_assert(text_is_clean(stage_bad(&s, 0)->health.detail));
	ck_assert_ptr_nonnull(strstr(probed->excerpt, "<U+202E>"));
	ck_assert_ptr_nonnull(strstr(probed->excerpt, "\xef\xbf\xbd"));
	stage_finish(&s);
}
END_TEST

// Half of a scrape is not taken for a whole one.
START_TEST(openmetrics_without_its_end_is_truncated)
{
	static const char *const bodies[] = { "# TYPE a gauge\na 1\n", "# TYPE a gauge\na 1\n# EOF\n" };
	static char bytes[COUNT(bodies)][256];
	struct server_rule rules[COUNT(bodies)];
	struct stage s;

	for (size_t i = 0; i < COUNT(bodies); i++) {
		snprintf(bytes[i], sizeof bytes[i],
			 "HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0\r\n"
			 "Content-Length: %zu\r\n\r\n%s",
			 strlen(bodies[i]), bodies[i]);
		rules[i] = (struct server_rule){ .path = i ? "/whole/metrics" : "/half/metrics", .bytes = bytes[i] };
	}
	stage_start(&s, rules, COUNT(rules));
	for (size_t i = 0; i < COUNT(bodies); i++)
		stage_add(&s, NULL, rules[i].path);
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_DEGRADED, REASON_TRUNCATED);
	stage_expect(&s, 1, HEALTH_UP, REASON_NONE);
	stage_finish(&s);
}
END_TEST

// ---- JSON

static size_t json_answer(char *out, size_t size, const char *body, size_t n)
{
	size_t n_head = (size_t)snprintf(out, size, OK_HEAD "Content-Length: %zu\r\n\r\n", n);

	ck_assert_uint_lt(n_head + n, size);
	memcpy(out + n_head, body, n);
	return n_head + n;
}

static size_t deep_json(char *out, size_t n)
{
	memset(out, '[', n);
	return n;
}

static size_t wide_json(char *out, size_t size, int n_keys)
{
	size_t n = (size_t)snprintf(out, size, "{\"status\":\"pass\"");

	for (int i = 0; i < n_keys; i++)
		n += (size_t)snprintf(out + n, size - n, ",\"%d\":1", i);
	return n + (size_t)snprintf(out + n, size - n, "}");
}

START_TEST(json_without_bounds_is_bounded)
{
	enum { SIZE = 12 << 20, KEYS = 1000000 };
	char *body = malloc(SIZE), *deep = malloc(SIZE), *wide = malloc(SIZE), *fitting = malloc(SIZE);
	struct server_rule rules[] = { { .path = "/deep", .bytes = deep },
				       { .path = "/wide", .bytes = wide },
				       { .path = "/fitting", .bytes = fitting } };
	struct stage s;

	ck_assert(body && deep && wide && fitting);
	rules[0].n_bytes = json_answer(deep, SIZE, body, deep_json(body, 100000));
	rules[1].n_bytes = json_answer(wide, SIZE, body, wide_json(body, SIZE, KEYS));
	rules[2].n_bytes = json_answer(fitting, SIZE, body, wide_json(body, SIZE, KEYS / 20));
	stage_start(&s, rules, COUNT(rules));
	for (size_t i = 0; i < COUNT(rules); i++)
		stage_add(&s, rules[i].path, NULL)->timeout_ms = 5000;
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_DOWN, REASON_PARSE);
	stage_expect(&s, 1, HEALTH_DOWN, REASON_TOO_LARGE);
	stage_expect(&s, 2, HEALTH_UP, REASON_NONE);
	stage_finish(&s);
	free(body);
	free(fitting);
	free(deep);
	free(wide);
}
END_TEST

#define JSON(text) OK_HEAD "\r\n" text

START_TEST(odd_json_has_its_verdict)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = JSON("{\"status\":\"pass\",\"status\":\"fail\"}"), .then = SERVER_CLOSE },
		  HEALTH_DOWN,
		  REASON_AGENT_SAYS_DOWN },
		{ { .bytes = JSON("{\"status\":\"fail\",\"status\":\"pass\"}"), .then = SERVER_CLOSE },
		  HEALTH_UP,
		  REASON_NONE },
		{ { .bytes = JSON("{\"status\":\"pass\",\"output\":\"\\ud800\"}"), .then = SERVER_CLOSE },
		  HEALTH_UP,
		  REASON_NONE },
		{ { .bytes = JSON("{\"status\":\"pass\",\"n\":1e999}"), .then = SERVER_CLOSE },
		  HEALTH_UP,
		  REASON_NONE },
		{ { .bytes = JSON("{\"status\":\"pass\"} junk"), .then = SERVER_CLOSE }, HEALTH_DOWN, REASON_PARSE },
		{ { .bytes = JSON("\xef\xbb\xbf{\"status\":\"pass\"}"), .then = SERVER_CLOSE },
		  HEALTH_UP,
		  REASON_NONE },
		{ { .bytes = JSON("{\"status\":\"pass\",}"), .then = SERVER_CLOSE }, HEALTH_DOWN, REASON_PARSE },
		{ { .bytes = JSON("{\"status\":\"pa"), .then = SERVER_CLOSE }, HEALTH_DOWN, REASON_PARSE },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

START_TEST(the_worse_of_status_and_body_counts)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = JSON("{\"status\":\"fail\"}"), .then = SERVER_CLOSE },
		  HEALTH_DOWN,
		  REASON_AGENT_SAYS_DOWN },
		{ { .bytes = "HTTP/1.1 503 No\r\nContent-Type: application/health+json\r\nContent-Length: 17\r\n\r\n"
			     "{\"status\":\"pass\"}" },
		  HEALTH_DOWN,
		  REASON_HTTP_STATUS },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

SUITE("answers", a_redirect_is_told_and_never_followed, bombs_and_stacked_and_cut_encodings_are_refused,
      health_that_answers_is_up_without_its_metrics, fifty_megabytes_of_metrics_are_too_large,
      ten_thousand_labels_and_a_megabyte_cost_their_lines, bytes_that_are_no_text_are_shown_as_such,
      openmetrics_without_its_end_is_truncated, json_without_bounds_is_bounded, odd_json_has_its_verdict,
      the_worse_of_status_and_body_counts)
