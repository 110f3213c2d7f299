// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "operations/leases.h"

enum { S = 1000 };

static struct leases *leases;
static struct lease *a, *b;

static void begin(void)
{
	ck_assert_int_eq(leases_create(&leases), 0);
	a = leases_of(leases, "http://a");
	b = leases_of(leases, "http://b");
	ck_assert(a && b && a != b);
}

static void end(void)
{
	leases_destroy(leases);
}

static struct lease_claim claim(uint32_t session, uint32_t no, int64_t until_ms)
{
	static const char *const names[] = { "us", "alice on ops1", "bob on ops2", "carol" };

	return (struct lease_claim){ .session = session, .holder = names[session % 4], .no = no, .until_ms = until_ms };
}

static int take(struct lease *lease, uint32_t session, uint32_t no, int64_t now_ms)
{
	const struct lease_claim wanted = claim(session, no, now_ms + 30 * S);
	size_t busy;

	return leases_take(leases, &lease, 1, &wanted, now_ms, &busy);
}

static int keep(struct lease *lease, uint32_t session, uint64_t epoch, uint32_t no, int64_t now_ms)
{
	const struct lease_claim wanted = claim(session, no, now_ms + 30 * S);

	return leases_keep(leases, lease, epoch, &wanted);
}

static int operate(struct lease *lease, uint32_t session, uint64_t epoch, uint32_t no, int64_t now_ms)
{
	struct lease_claim wanted = claim(session, no, now_ms + 30 * S);

	wanted.is_operating = true;
	return leases_keep(leases, lease, epoch, &wanted);
}

static size_t n_changed(void)
{
	size_t n = 0;

	while (leases_next_changed(leases))
		n++;
	return n;
}

START_TEST(has_one_holder_at_a_time)
{
	begin();
	ck_assert_ptr_eq(leases_of(leases, "http://a"), a);
	ck_assert_uint_eq(a->epoch, 0);
	ck_assert_int_eq(take(a, 1, 7, 0), 0);
	ck_assert_uint_eq(a->epoch, 1);
	ck_assert_str_eq(a->holder, "alice on ops1");
	ck_assert(lease_is_others(a, 2, 0));
	ck_assert(!lease_is_others(a, 1, 0));
	ck_assert_int_eq(take(a, 2, 8, 29 * S), -EBUSY);
	ck_assert_uint_eq(a->session, 1);
	ck_assert_int_eq(take(b, 2, 8, 29 * S), 0);
	end();
}
END_TEST

START_TEST(takes_all_or_none)
{
	const struct lease_claim wanted = claim(2, 8, 40 * S);
	struct lease *both[2];
	size_t busy = 9;

	begin();
	both[0] = a;
	both[1] = b;
	ck_assert_int_eq(take(b, 1, 7, 0), 0);
	ck_assert_int_eq(leases_take(leases, both, 2, &wanted, 10 * S, &busy), -EBUSY);
	ck_assert_uint_eq(busy, 1);
	ck_assert(!a->is_held);
	ck_assert_uint_eq(a->epoch, 0);
	leases_release(leases, b, 7);
	ck_assert_int_eq(leases_take(leases, both, 2, &wanted, 10 * S, &busy), 0);
	ck_assert(a->is_held && b->is_held);
	ck_assert_uint_eq(a->epoch, 1);
	ck_assert_uint_eq(b->epoch, 2);
	end();
}
END_TEST

START_TEST(keeps_its_epoch_while_nobody_else_has_had_it)
{
	begin();
	ck_assert_int_eq(take(a, 1, 7, 0), 0);
	ck_assert_int_eq(take(a, 1, 8, 10 * S), 0); // another plan of the same console
	ck_assert_uint_eq(a->epoch, 1);
	ck_assert_uint_eq(a->claim, 8);
	leases_expire(leases, 40 * S);
	ck_assert(!a->is_held);
	ck_assert_int_eq(keep(a, 1, 1, 8, 100 * S), 0); // only time has passed
	ck_assert(a->is_held);
	ck_assert_uint_eq(a->epoch, 1);
	leases_release(leases, a, 8);
	ck_assert_int_eq(take(a, 1, 9, 200 * S), 0);
	ck_assert_uint_eq(a->epoch, 1);
	end();
}
END_TEST

START_TEST(fences_who_comes_too_late)
{
	begin();
	ck_assert_int_eq(take(a, 1, 7, 0), 0);
	ck_assert_int_eq(take(a, 2, 8, 30 * S), 0); // its time had run out, and nobody had looked
	ck_assert_uint_eq(a->epoch, 2);
	ck_assert_int_eq(keep(a, 1, 1, 7, 31 * S), -ESTALE);
	leases_release(leases, a, 7); // of before: it is not ours any more
	ck_assert(a->is_held);
	leases_release(leases, a, 8);
	ck_assert_int_eq(keep(a, 1, 1, 7, 31 * S), -ESTALE); // nor after that: bob may have changed it
	ck_assert_str_eq(a->holder, "bob on ops2");
	ck_assert_int_eq(take(a, 1, 9, 32 * S), 0);
	ck_assert_uint_eq(a->epoch, 3);
	ck_assert_int_eq(keep(a, 2, 2, 8, 33 * S), -ESTALE);
	end();
}
END_TEST

START_TEST(belongs_to_an_operation_until_that_is_over)
{
	begin();
	ck_assert_int_eq(take(a, 1, 7, 0), 0);
	ck_assert_int_eq(operate(a, 1, 1, 7, 5 * S), 0);
	ck_assert(a->is_operating);
	ck_assert_int_eq(take(a, 1, 8, 6 * S), -EBUSY);  // of the same console too
	ck_assert_int_eq(take(a, 1, 8, 60 * S), -EBUSY); // however late it is
	ck_assert_int_eq(keep(a, 1, 1, 6, 7 * S), 0);    // a plan that is still open
	ck_assert(a->is_operating);
	ck_assert_uint_eq(a->claim, 7);
	ck_assert_int_eq(a->until_ms, 37 * S);
	leases_release(leases, a, 6);
	ck_assert(a->is_held);
	leases_release(leases, a, 7);
	ck_assert(!a->is_held && !a->is_operating);
	end();
}
END_TEST

START_TEST(never_shortens_what_is_kept)
{
	begin();
	ck_assert_int_eq(take(a, 1, 7, 10 * S), 0);
	ck_assert_int_eq(keep(a, 1, 1, 7, 5 * S), 0);
	ck_assert_int_eq(a->until_ms, 40 * S);
	end();
}
END_TEST

START_TEST(ends_when_its_time_has_come)
{
	begin();
	ck_assert_int_eq(leases_next_ms(leases), INT64_MAX);
	ck_assert_int_eq(take(a, 1, 7, 0), 0);
	ck_assert_int_eq(take(b, 1, 7, 10 * S), 0);
	ck_assert_int_eq(leases_next_ms(leases), 30 * S);
	leases_expire(leases, 30 * S - 1);
	ck_assert(a->is_held);
	leases_expire(leases, 30 * S);
	ck_assert(!a->is_held && b->is_held);
	ck_assert_int_eq(leases_next_ms(leases), 40 * S);
	leases_expire(leases, 41 * S);
	ck_assert(!b->is_held);
	ck_assert_int_eq(leases_next_ms(leases), INT64_MAX);
	end();
}
END_TEST

START_TEST(says_what_has_changed_once)
{
	begin();
	ck_assert_ptr_null(leases_next_changed(leases));
	take(a, 1, 7, 0);
	take(b, 1, 7, 0);
	ck_assert_ptr_eq(leases_next_changed(leases), a);
	ck_assert_ptr_eq(leases_next_changed(leases), b);
	ck_assert_uint_eq(n_changed(), 0);
	keep(a, 1, 1, 7, 0); // the same end
	ck_assert_uint_eq(n_changed(), 0);
	keep(a, 1, 1, 7, 10 * S);
	ck_assert_uint_eq(n_changed(), 1);
	operate(a, 1, 1, 7, 11 * S);
	ck_assert_uint_eq(n_changed(), 1);
	operate(a, 1, 1, 7, 20 * S); // of an operation no end is told
	ck_assert_uint_eq(n_changed(), 0);
	leases_release(leases, a, 7);
	leases_touch(leases, a);
	ck_assert_uint_eq(n_changed(), 1);
	end();
}
END_TEST

START_TEST(cuts_long_words_whole)
{
	char words[200];
	struct lease_claim wanted = { .session = 1, .no = 7, .until_ms = 30 * S, .holder = words };
	size_t busy;

	begin();
	memset(words, 'x', sizeof words);
	memcpy(words + LEASE_HOLDER_MAX - 2, "\xc3\xa9", 2);
	words[199] = '\0';
	ck_assert_int_eq(leases_take(leases, &a, 1, &wanted, 0, &busy), 0);
	ck_assert_uint_eq(strlen(a->holder), LEASE_HOLDER_MAX - 2);
	end();
}
END_TEST

START_TEST(survives_want_of_memory)
{
	struct leases *out = NULL;

	begin();
	for (long n = 0; n < 2; n++) {
		mem_fail_after(n);
		ck_assert_ptr_null(leases_of(leases, "http://c"));
		mem_fail_after(-1);
	}
	mem_fail_after(0);
	ck_assert_int_eq(leases_create(&out), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_ptr_null(out);
	ck_assert_ptr_nonnull(leases_of(leases, "http://c"));
	leases_destroy(NULL);
	end();
	ck_assert_int_eq(leases_create(&leases), 0); // the first one needs a table as well
	mem_fail_after(2);
	ck_assert_ptr_null(leases_of(leases, "http://a"));
	mem_fail_after(-1);
	end();
}
END_TEST

// ---- whatever happens

enum { N_SESSIONS = 5, N_AGENTS = 4, N_TURNS = 40000 };

static uint64_t seed = 88172645463325252;

static unsigned draw(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

// What each session believes to have: the epoch, and until when by its own reckoning.
static struct belief {
	uint64_t epoch; // 0: nothing
	int64_t until_ms;
	uint32_t no;
} beliefs[N_SESSIONS][N_AGENTS];

// Who believes rightly, by the epoch, may act; who does so within their time must be the only one.
static void check_one(const struct lease *lease, size_t agent, int64_t now_ms)
{
	unsigned n_right = 0, n_timely = 0;

	for (size_t s = 0; s < N_SESSIONS; s++) {
		const struct belief *belief = &beliefs[s][agent];

		n_right += belief->epoch && belief->epoch == lease->epoch;
		n_timely += belief->epoch && now_ms < belief->until_ms;
		if (belief->epoch && now_ms < belief->until_ms)
			ck_assert_uint_eq(belief->epoch, lease->epoch); // nobody is fenced within their time
	}
	ck_assert_uint_le(n_right, 1);
	ck_assert_uint_le(n_timely, 1);
}

static void turn(struct lease *lease, size_t agent, uint32_t session, int64_t now_ms)
{
	static uint32_t last_no;
	struct belief *own = &beliefs[session][agent];
	uint32_t no = ++last_no;
	int r;

	switch (draw(5)) {
	case 0:
	case 1:
		r = take(lease, session, no, now_ms);
		if (r == 0)
			*own = (struct belief){ lease->epoch, now_ms + 30 * S, no };
		else
			ck_assert_int_eq(r, -EBUSY);
		break;
	case 2:
		if (!own->epoch)
			break;
		r = keep(lease, session, own->epoch, own->no, now_ms);
		ck_assert_int_eq(r, lease->epoch == own->epoch ? 0 : -ESTALE);
		if (r == 0)
			own->until_ms = lease->until_ms;
		break;
	case 3:
		if (own->epoch && operate(lease, session, own->epoch, own->no, now_ms) == 0)
			own->until_ms = lease->until_ms;
		break;
	default:
		leases_release(leases, lease, own->no);
		if (!lease->is_held)
			own->until_ms = now_ms;
	}
}

START_TEST(never_has_two_holders_and_its_epochs_ascend)
{
	struct lease *all[N_AGENTS];
	uint64_t before[N_AGENTS] = { 0 };
	int64_t now_ms = 0;
	char key[32];

	begin();
	for (size_t i = 0; i < N_AGENTS; i++) {
		snprintf(key, sizeof key, "http://%zu", i);
		all[i] = leases_of(leases, key);
	}
	for (long n = 0; n < N_TURNS; n++) {
		size_t agent = draw(N_AGENTS);

		now_ms += draw(20) ? draw(3 * S) : draw(90 * S); // now and then everything stands still
		if (draw(3))
			leases_expire(leases, now_ms);
		turn(all[agent], agent, draw(N_SESSIONS), now_ms);
		for (size_t i = 0; i < N_AGENTS; i++) {
			ck_assert_uint_ge(all[i]->epoch, before[i]);
			ck_assert_uint_le(all[i]->epoch, before[i] + 1);
			before[i] = all[i]->epoch;
			check_one(all[i], i, now_ms);
		}
	}
	for (size_t i = 0; i < N_AGENTS; i++)
		ck_assert_uint_gt(all[i]->epoch, 200); // they did change hands
	end();
}
END_TEST

SUITE("leases", has_one_holder_at_a_time, takes_all_or_none, keeps_its_epoch_while_nobody_else_has_had_it,
      fences_who_comes_too_late, belongs_to_an_operation_until_that_is_over, never_shortens_what_is_kept,
      ends_when_its_time_has_come, says_what_has_changed_once, cuts_long_words_whole, survives_want_of_memory,
      never_has_two_holders_and_its_epochs_ascend)
