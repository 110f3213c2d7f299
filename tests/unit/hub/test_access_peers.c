// SPDX-License-Identifier: Apache-2.0
/* Who comes by the unix socket: how many may, and what one who may not is told. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "hub/access_internal.h"
#include "tests/unit/hub/access_bench.h"

enum { DAY_MS = 86400000 };

// No token would help it, and the file that lets it in is not one that it knows.
START_TEST(a_refused_peer_is_told_as_whom_it_was_seen)
{
	struct access_identity identity;
	struct access_bench b;

	access_bench_init(&b);
	ck_assert_int_eq(access_bench_open(&b), 0);
	ck_assert_int_eq(access_bench_peer(&b, 1001, 1001, &identity), -EACCES);
	ck_assert_str_eq(b.why,
			 "bob is not among the peers of the hub's configuration (seen: uid 1001, gid 1001, 2 more "
			 "groups); the first rule under hub: peers: that fits decides, like {uid: 1001, role: viewer}");
	ck_assert_ptr_null(strstr(access_bench_last(&b)->error, "seen"));
	mem_fail_after(0);
	ck_assert_int_eq(access_bench_peer(&b, BENCH_HUB_UID, 100, &identity), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_str_eq(b.why, "not enough memory");
	access_bench_finish(&b);
}
END_TEST

START_TEST(an_admin_who_has_none_is_let_in_beyond_the_limit)
{
	static const struct hub_peer peers[] = {
		{ .who = HUB_WHO_USER, .name = "alice", .uid = -1, .role = ROLE_VIEWER },
		{ .who = HUB_WHO_USER, .name = "bob", .uid = -1, .role = ROLE_ADMIN }
	};
	struct access_identity alice, bob;
	struct access_bench b;

	access_bench_init(&b);
	b.config.peers = peers;
	b.config.n_peers = 2;
	b.config.n_clients = b.config.n_clients_a_user = 2;
	ck_assert_int_eq(access_bench_open(&b), 0);
	ck_assert_int_eq(access_bench_peer(&b, 1000, 1000, &alice), 0);
	ck_assert_int_eq(access_bench_peer(&b, 1001, 1001, &bob), 0);
	ck_assert_int_eq(access_begin(b.access, &alice, NULL, b.now, b.why), 0);
	ck_assert_int_eq(access_begin(b.access, &alice, NULL, b.now, b.why), 0);
	ck_assert_int_eq(access_begin(b.access, &alice, NULL, b.now, b.why), -EAGAIN);
	ck_assert_int_eq(access_begin(b.access, &bob, NULL, b.now, b.why), 0);
	ck_assert_int_eq(access_begin(b.access, &bob, NULL, b.now, b.why), -EAGAIN); // it is one place
	access_end(b.access, &bob, "", b.now);
	ck_assert_int_eq(access_begin(b.access, &bob, NULL, b.now, b.why), 0);
	access_identity_finish(&alice);
	access_identity_finish(&bob);
	access_bench_finish(&b);
}
END_TEST

// ---- connections over the unix socket

static int come(struct access_bench *b, int64_t uid)
{
	const struct access_cred cred = { .pid = 4711, .uid = uid, .gid = uid };

	return access_peer_comes(b->access, &cred, b->now, b->why);
}

START_TEST(connections_of_peers_are_counted_by_user_and_in_all)
{
	struct access_counts counts;
	struct access_bench b;

	access_bench_init(&b);
	b.config.n_clients = 3;
	b.config.n_clients_a_user = 1;
	b.config.n_unauthenticated = 2;
	ck_assert_int_eq(access_bench_open(&b), 0);
	for (int i = 0; i < 2; i++) // a client, and half of what may be nobody's
		ck_assert_int_eq(come(&b, 1000), 0);
	ck_assert_int_eq(come(&b, 1000), -EAGAIN);
	ck_assert_str_eq(b.why, "uid 1000 has 2 connections to the socket, as many as one user may");
	ck_assert_str_eq(access_bench_last(&b)->error, b.why);
	ck_assert_str_eq(access_bench_last(&b)->origin, "unix socket, pid 4711");
	ck_assert_int_eq(come(&b, 1001), 0);
	ck_assert_int_eq(come(&b, 1001), 0);
	ck_assert_int_eq(come(&b, 1002), 0);
	ck_assert_int_eq(come(&b, 1002), -EAGAIN);
	ck_assert_str_eq(b.why, "there are 5 connections to the socket, as many as there may be");
	ck_assert_int_eq(come(&b, 0), -EAGAIN); // who is no admin here
	ck_assert_int_eq(come(&b, BENCH_HUB_UID), 0);
	ck_assert_int_eq(come(&b, BENCH_HUB_UID), -EAGAIN);
	access_counts(b.access, &counts);
	ck_assert_uint_eq(counts.n_peers, 6);
	access_peer_goes(b.access, BENCH_HUB_UID);
	access_peer_goes(b.access, BENCH_HUB_UID); // twice
	access_peer_goes(b.access, 4000);          // who never came
	access_peer_goes(b.access, 1000);
	ck_assert_int_eq(come(&b, 1002), 0);
	access_counts(b.access, &counts);
	ck_assert_uint_eq(counts.n_peers, 5);
	access_bench_finish(&b);
}
END_TEST

START_TEST(who_is_connected_is_not_forgotten)
{
	struct access_counts counts;
	struct access_bench b;

	access_bench_init(&b);
	b.config.n_clients_a_user = 1;
	b.config.n_unauthenticated = 1;
	ck_assert_int_eq(access_bench_open(&b), 0);
	mem_fail_after(0);
	ck_assert_int_eq(come(&b, 1000), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_int_eq(come(&b, 1000), 0);
	ck_assert_int_eq(come(&b, 1000), 0);
	access_bench_pass(&b, DAY_MS);
	ck_assert_int_eq(come(&b, 1000), -EAGAIN);
	access_peer_goes(b.access, 1000);
	access_peer_goes(b.access, 1000);
	access_bench_pass(&b, DAY_MS);
	ck_assert_int_eq(come(&b, 1001), 0); // and who was is
	access_counts(b.access, &counts);
	ck_assert_uint_eq(counts.n_peers, 1);
	ck_assert_uint_eq(HASH_COUNT(b.access->users), 1);
	access_bench_finish(&b);
}
END_TEST

SUITE("hub/access peers", a_refused_peer_is_told_as_whom_it_was_seen, an_admin_who_has_none_is_let_in_beyond_the_limit,
      connections_of_peers_are_counted_by_user_and_in_all, who_is_connected_is_not_forgotten)
