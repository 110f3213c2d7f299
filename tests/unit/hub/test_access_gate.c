// SPDX-License-Identifier: Apache-2.0
/* Who gets as far as being asked who they are. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/hub/access_bench.h"

static const char *const hosts[] = { "ops.example.net", "hub.example.net:8430", "[2001:db8::1]:8430" };
static const char *const origins[] = { "https://ops.example.net", "http://localhost:3000" };

static void begin(struct access_bench *b)
{
	access_bench_init(b);
	b->config.hosts = hosts;
	b->config.n_hosts = 3;
	b->config.origins = origins;
	b->config.n_origins = 2;
	ck_assert_int_eq(access_bench_open(b), 0);
}

START_TEST(host_must_be_this_hub)
{
	static const struct {
		const char *host, *at;
		int status;
	} table[] = {
		{ "127.0.0.1:8430", "127.0.0.1", 0 },
		{ "localhost:8430", "127.0.0.1", 0 },
		{ "LOCALHOST:8430", "127.0.0.1", 0 },
		{ "[::1]:8430", "::1", 0 },
		{ "localhost:8430", "::1", 0 },
		{ "10.0.0.5:8430", "10.0.0.5", 0 },
		{ "10.0.0.5:8430", "::ffff:10.0.0.5", 0 },
		{ "ops.example.net", "10.0.0.5", 0 },
		{ "Ops.Example.net:443", "10.0.0.5", 0 },
		{ "hub.example.net:8430", "10.0.0.5", 0 },
		{ "[2001:db8::1]:8430", "10.0.0.5", 0 },
		{ "localhost:8430", "10.0.0.5", 421 },  // a page on that machine, not here
		{ "localhost:8431", "127.0.0.1", 421 }, // another port
		{ "localhost", "127.0.0.1", 421 },      // port 80
		{ "127.0.0.1:8430", "10.0.0.5", 421 },  // another address of ours
		{ "10.0.0.6:8430", "10.0.0.5", 421 },
		{ "evil.example.com:8430", "127.0.0.1", 421 }, // DNS rebinding
		{ "hub.example.net", "127.0.0.1", 421 },       // with its port only
		{ "hub.example.net:80", "127.0.0.1", 421 },
		{ "ops.example.net.", "127.0.0.1", 421 },
		{ "xops.example.net", "127.0.0.1", 421 },
		{ "2130706433:8430", "127.0.0.1", 421 }, // 127.0.0.1 as some read it
		{ "127.1:8430", "127.0.0.1", 421 },
		{ "0.0.0.0:8430", "127.0.0.1", 421 },
		{ "127.0.0.1/8:8430", "127.0.0.1", 421 },
		{ NULL, "127.0.0.1", 400 },
		{ "", "127.0.0.1", 400 },
		{ "localhost:08430", "127.0.0.1", 400 },
		{ ":8430", "127.0.0.1", 400 },
		{ "localhost:", "127.0.0.1", 400 },
		{ "localhost:0", "127.0.0.1", 400 },
		{ "localhost:99999", "127.0.0.1", 400 },
		{ "localhost:84 30", "127.0.0.1", 400 },
		{ "a b:8430", "127.0.0.1", 400 },
		{ "[::1", "127.0.0.1", 400 },
		{ "[::1]x:8430", "127.0.0.1", 400 },
		{ "ops.example.net, localhost:8430", "127.0.0.1", 400 },
	};
	struct access_bench b;

	begin(&b);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct access_http http = {
			.target = "/v1/events",
			.host = table[i].host,
			.from = access_bench_from("192.0.2.7", 50022),
			.at = access_bench_from(table[i].at, 8430),
		};
		size_t n = b.n_records;
		int status = access_gate(b.access, &http, b.now, b.why);

		ck_assert_msg(status == table[i].status, "%s at %s: %d %s", table[i].host, table[i].at, status, b.why);
		ck_assert_msg((status == 0) == (b.why[0] == '\0'), "%s", b.why);
		ck_assert_uint_eq(b.n_records - n, status != 0);
		access_bench_pass(&b, 60000);
	}
	access_bench_finish(&b);
}
END_TEST

START_TEST(origin_must_be_listed_to_the_letter)
{
	static const struct {
		const char *origin;
		int status;
	} table[] = {
		{ NULL, 0 }, // no browser
		{ "https://ops.example.net", 0 },
		{ "http://localhost:3000", 0 },
		{ "http://ops.example.net", 403 },
		{ "https://ops.example.net:443", 403 },
		{ "https://ops.example.net/", 403 },
		{ "https://ops.example.net.evil.com", 403 },
		{ "https://OPS.example.net", 403 },
		{ "https://ops.example.net https://evil.com", 403 },
		{ "http://localhost", 403 },
		{ "null", 403 },
		{ "", 403 },
		{ "file://", 403 },
	};
	struct access_bench b;

	begin(&b);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		for (int is_tcp = 0; is_tcp < 2; is_tcp++) {
			const struct access_http http = {
				.target = "/v1/events",
				.host = "localhost:8430",
				.origin = table[i].origin,
				.from = is_tcp ? access_bench_from("127.0.0.1", 50022) : NULL,
				.at = is_tcp ? access_bench_from("127.0.0.1", 8430) : NULL,
			};
			int status = access_gate(b.access, &http, b.now, b.why);

			ck_assert_msg(status == table[i].status, "%s: %d %s", table[i].origin, status, b.why);
			access_bench_pass(&b, 60000);
		}
	access_bench_finish(&b);
}
END_TEST

START_TEST(a_socket_in_the_file_system_has_no_host)
{
	const struct access_http http = { .target = "/v1/events", .host = "whatever:1" }, none = { .target = "/" };
	struct access_bench b;

	begin(&b);
	ck_assert_int_eq(access_gate(b.access, &http, b.now, b.why), 0);
	ck_assert_int_eq(access_gate(b.access, &none, b.now, b.why), 0);
	access_bench_finish(&b);
}
END_TEST

START_TEST(a_token_never_stands_in_the_url)
{
	static const char *const bad[] = { "/v1/events?token=x",   "/v1/events?a=1&access_token=x",
					   "/v1/events?TOKEN=x",   "/v1/opt_abc",
					   "/v1/events?x=opt_abc", "/?Authorization=Bearer",
					   "/v1/events;bearer=x" };
	static const char *const fine[] = { "/v1/events", "/v1/status?name=tokens", "/v1/status?mytoken=1", "/" };
	struct access_bench b;

	begin(&b);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const struct access_http http = { .target = bad[i] };

		ck_assert_msg(access_gate(b.access, &http, b.now, b.why) == 400, "%s", bad[i]);
		ck_assert_ptr_nonnull(strstr(b.why, "a token in the URL"));
		ck_assert_msg(!strstr(access_bench_last(&b)->details, "opt_abc"), "it is not put on record");
	}
	for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
		const struct access_http http = { .target = fine[i] };

		ck_assert_msg(access_gate(b.access, &http, b.now, b.why) == 0, "%s: %s", fine[i], b.why);
	}
	access_bench_finish(&b);
}
END_TEST

START_TEST(a_header_that_stands_twice_is_refused)
{
	const struct access_http http = { .target = "/v1/events", .has_several = true };
	struct access_bench b;

	begin(&b);
	ck_assert_int_eq(access_gate(b.access, &http, b.now, b.why), 400);
	ck_assert_str_eq(access_bench_last(&b)->origin, "unix socket");
	access_bench_finish(&b);
}
END_TEST

START_TEST(a_refusal_says_who_what_and_why_on_record)
{
	const struct access_http http = {
		.target = "/v1/events",
		.host = "localhost:8430",
		.origin = "https://evil.example.com",
		.from = access_bench_from("192.0.2.7", 50022),
		.at = access_bench_from("127.0.0.1", 8430),
	};
	const struct bench_record *last;
	struct access_bench b;

	begin(&b);
	ck_assert_int_eq(access_gate(b.access, &http, b.now, b.why), 403);
	last = access_bench_last(&b);
	ck_assert_str_eq(last->origin, "192.0.2.7 port 50022");
	ck_assert_str_eq(last->details, "what=https://evil.example.com;");
	ck_assert_ptr_nonnull(strstr(last->error, "Origin"));
	ck_assert_int_eq(last->result, AUDIT_REFUSED);
	access_stranger(b.access, access_bench_from("192.0.2.8", 7), "TLS", "no client certificate", b.now);
	last = access_bench_last(&b);
	ck_assert_str_eq(last->origin, "192.0.2.8 port 7");
	ck_assert_str_eq(last->error, "no client certificate");
	access_bench_finish(&b);
}
END_TEST

// ---- connections of nobody

START_TEST(so_many_connections_may_be_nobodys)
{
	char address[32];
	uint32_t slots[64], more;
	int64_t deadline;
	struct access_counts counts;
	struct access_bench b;

	begin(&b);
	for (int i = 0; i < 64; i++) {
		snprintf(address, sizeof address, "192.0.2.%d", i + 1);
		ck_assert_int_eq(access_knock(b.access, access_bench_from(address, 1), b.now, &slots[i], &deadline), 0);
		ck_assert_int_eq(deadline, b.now.mono_ms + 10000);
	}
	for (int i = 0; i < 936; i++)
		ck_assert_int_eq(access_knock(b.access, access_bench_from("192.0.2.99", 1), b.now, &more, &deadline),
				 -EAGAIN);
	access_counts(b.access, &counts);
	ck_assert_uint_eq(counts.n_unauthenticated, 64);
	ck_assert_uint_eq(counts.n_refused, 936);
	ck_assert_uint_eq(b.n_records, 30); // a flood is counted
	access_knock_end(b.access, more);   // of one that had no place
	access_knock_end(b.access, slots[7]);
	access_knock_end(b.access, slots[7]); // twice
	ck_assert_int_eq(access_knock(b.access, access_bench_from("192.0.2.99", 1), b.now, &more, &deadline), 0);
	ck_assert_uint_eq(more, slots[7]);
	access_bench_finish(&b);
}
END_TEST

START_TEST(one_place_cannot_keep_all_others_out)
{
	uint32_t slot;
	int64_t deadline;
	struct access_bench b;

	begin(&b);
	for (int i = 0; i < 32; i++)
		ck_assert_int_eq(access_knock(b.access, access_bench_from("2001:db8::1", 1), b.now, &slot, &deadline),
				 0);
	ck_assert_int_eq(access_knock(b.access, access_bench_from("2001:db8::2", 1), b.now, &slot, &deadline), -EAGAIN);
	ck_assert_ptr_nonnull(strstr(access_bench_last(&b)->error, "from there"));
	ck_assert_int_eq(access_knock(b.access, access_bench_from("2001:db8:0:1::2", 1), b.now, &slot, &deadline), 0);
	ck_assert_int_eq(access_knock(b.access, NULL, b.now, &slot, &deadline), 0);
	access_bench_finish(&b);
}
END_TEST

START_TEST(a_flood_is_told_as_a_number_when_it_is_over)
{
	uint32_t slot;
	int64_t deadline;
	struct access_bench b;

	access_bench_init(&b);
	b.config.n_unauthenticated = 1;
	ck_assert_int_eq(access_bench_open(&b), 0);
	ck_assert_int_eq(access_knock(b.access, access_bench_from("192.0.2.1", 1), b.now, &slot, &deadline), 0);
	for (int i = 0; i < 500; i++)
		ck_assert_int_eq(access_knock(b.access, access_bench_from("192.0.2.2", 1), b.now, &slot, &deadline),
				 -EAGAIN);
	ck_assert_uint_eq(b.n_records, 30);
	access_bench_pass(&b, 30000);
	ck_assert_int_eq(access_refresh(b.access, b.now, b.why), 0);
	ck_assert_uint_eq(b.n_records, 30);
	access_bench_pass(&b, 30000);
	ck_assert_int_eq(access_refresh(b.access, b.now, b.why), 0);
	ck_assert_uint_eq(b.n_records, 31);
	ck_assert_str_eq(access_bench_last(&b)->details, "not recorded before=470;");
	ck_assert_int_eq(access_refresh(b.access, b.now, b.why), 0);
	ck_assert_uint_eq(b.n_records, 31);
	access_bench_finish(&b);
}
END_TEST

SUITE("hub/access_gate", host_must_be_this_hub, origin_must_be_listed_to_the_letter,
      a_socket_in_the_file_system_has_no_host, a_token_never_stands_in_the_url, a_header_that_stands_twice_is_refused,
      a_refusal_says_who_what_and_why_on_record, so_many_connections_may_be_nobodys,
      one_place_cannot_keep_all_others_out, a_flood_is_told_as_a_number_when_it_is_over)
