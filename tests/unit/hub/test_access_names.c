// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "tests/unit/hub/access_bench.h"

START_TEST(a_name_is_learned_once_and_again_after_a_reload)
{
	const struct access_cred cred = { .uid = 4711, .gid = 50 };
	struct access_identity identity;
	struct access_bench b;

	access_bench_init(&b);
	b.config.peers =
		&(const struct hub_peer){ .who = HUB_WHO_GROUP, .name = "ops", .uid = -1, .role = ROLE_VIEWER };
	b.config.n_peers = 1;
	ck_assert_int_eq(access_bench_open(&b), 0);
	ck_assert(access_wants_name(b.access, &cred, b.now));
	ck_assert_int_eq(access_learn(b.access, 4711, NULL, b.now), 0); // the directory is away
	ck_assert(!access_wants_name(b.access, &cred, b.now));
	ck_assert_int_eq(access_bench_peer(&b, 4711, 50, &identity), 0);
	ck_assert_str_eq(identity.name, "uid 4711");
	access_identity_finish(&identity);
	access_bench_pass(&b, 60000);
	ck_assert(access_wants_name(b.access, &cred, b.now));
	ck_assert_int_eq(access_learn(b.access, 4711, "carol", b.now), 0);
	access_bench_pass(&b, 3600000);
	ck_assert(!access_wants_name(b.access, &cred, b.now));
	ck_assert_int_eq(access_reload(b.access, &b.config, b.now, b.why), 0);
	ck_assert(access_wants_name(b.access, &cred, b.now));
	ck_assert_int_eq(access_bench_peer(&b, 4711, 50, &identity), 0); // until then it is the one that was known
	ck_assert_str_eq(identity.name, "carol");
	access_identity_finish(&identity);
	for (int64_t uid = 5000; uid < 6500; uid++) // there is an end to what is kept
		ck_assert_int_eq(access_learn(b.access, uid, "somebody", b.now), 0);
	ck_assert(access_wants_name(b.access, &cred, b.now));
	access_bench_finish(&b);
}
END_TEST

SUITE("hub/access_names", a_name_is_learned_once_and_again_after_a_reload)
