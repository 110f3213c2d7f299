// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>

#include "base/memory.h"
#include "feeds/hub_ids.h"
#include "opscon/metric.h"

static struct hub_ids *ids;

static void setup(void)
{
	ck_assert_int_eq(hub_ids_create(&ids), 0);
}

static uint32_t remote_of(uint8_t hub, enum hub_id_kind kind, uint32_t local)
{
	uint32_t remote = 0;

	hub_ids_remote(ids, hub, kind, local, &remote);
	return remote;
}

START_TEST(numbers_of_hubs_do_not_meet)
{
	uint32_t a, b, c;

	setup();
	a = hub_ids_local(ids, 1, HUB_ID_ALERT, 7);
	b = hub_ids_local(ids, 2, HUB_ID_ALERT, 7);
	c = hub_ids_local(ids, 1, HUB_ID_OPERATION, 7);
	ck_assert_uint_eq(a, 1);
	ck_assert_uint_eq(b, 2);
	ck_assert_uint_eq(c, 1); // of another kind
	ck_assert_uint_eq(hub_ids_local(ids, 1, HUB_ID_ALERT, 7), a);
	ck_assert_uint_eq(remote_of(2, HUB_ID_ALERT, b), 7);
	ck_assert_uint_eq(remote_of(1, HUB_ID_ALERT, b), 0); // not that hub's
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_ALERT, b), 2);
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_ALERT, 99), 0);
	ck_assert_uint_eq(hub_ids_local(ids, 1, HUB_ID_ALERT, 0), 0);
	hub_ids_destroy(ids);
}
END_TEST

START_TEST(an_agent_is_its_key_over_a_restart_of_its_hub)
{
	uint32_t cache, memory;

	setup();
	ck_assert_uint_eq(hub_ids_local(ids, 1, HUB_ID_AGENT, 3), 0); // not named yet
	cache = hub_ids_agent(ids, 1, 3, "cache");
	memory = hub_ids_agent(ids, 1, 4, "memory");
	ck_assert_uint_eq(hub_ids_local(ids, 1, HUB_ID_AGENT, 3), cache);
	hub_ids_forget(ids, 1);
	ck_assert_uint_eq(hub_ids_local(ids, 1, HUB_ID_AGENT, 3), 0);
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_AGENT, cache), 1); // it is shown as it was
	ck_assert_uint_eq(hub_ids_agent(ids, 1, 3, "memory"), memory);
	ck_assert_uint_eq(hub_ids_agent(ids, 1, 9, "cache"), cache);
	ck_assert_uint_eq(remote_of(1, HUB_ID_AGENT, cache), 9);
	ck_assert_uint_eq(remote_of(1, HUB_ID_AGENT, memory), 3);
	hub_ids_destroy(ids);
}
END_TEST

START_TEST(no_number_is_given_twice)
{
	uint32_t alert, last = 0;

	setup();
	alert = hub_ids_local(ids, 1, HUB_ID_ALERT, 5);
	hub_ids_forget(ids, 1);
	ck_assert_uint_eq(remote_of(1, HUB_ID_ALERT, alert), 0); // nobody's any more
	ck_assert_uint_gt(hub_ids_local(ids, 1, HUB_ID_ALERT, 5), alert);
	for (uint32_t i = 0; i < HUB_IDS_KEPT + 10; i++)
		last = hub_ids_local(ids, 1, HUB_ID_PROGRESS, i + 1);
	ck_assert_uint_eq(last, HUB_IDS_KEPT + 10);
	ck_assert_uint_eq(remote_of(1, HUB_ID_PROGRESS, 10), 0); // the oldest are forgotten
	ck_assert_uint_eq(remote_of(1, HUB_ID_PROGRESS, 11), 11);
	ck_assert_uint_eq(hub_ids_local(ids, 1, HUB_ID_PROGRESS, 1), last + 1);
	hub_ids_destroy(ids);
}
END_TEST

START_TEST(one_hub_is_heard_of_an_agent_that_several_have)
{
	uint32_t id;
	uint8_t heir;

	setup();
	id = hub_ids_agent(ids, 1, 3, "cache");
	ck_assert_uint_eq(hub_ids_agent(ids, 2, 8, "cache"), id);
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_AGENT, id), 1);
	ck_assert_uint_eq(remote_of(2, HUB_ID_AGENT, id), 8);
	ck_assert_uint_eq(hub_ids_pass_on(ids, 1, 0), 0); // to nobody
	ck_assert_uint_eq(hub_ids_pass_on(ids, 1, 1u << 2 | 1u << 3), 1u << 2);
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_AGENT, id), 2);
	ck_assert(!hub_ids_agent_gone(ids, 1, id, &heir)); // it was not heard
	ck_assert_uint_eq(heir, 2);
	ck_assert(hub_ids_agent_gone(ids, 2, id, &heir));
	ck_assert_uint_eq(heir, 0);
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_AGENT, id), 0);
	ck_assert_uint_eq(hub_ids_agent(ids, 1, 77, "cache"), id); // the same one again
	ck_assert(!hub_ids_agent_gone(ids, 1, 12345, &heir));
	hub_ids_destroy(ids);
}
END_TEST

START_TEST(who_is_not_named_again_goes_to_another_hub_or_nowhere)
{
	uint32_t shared, alone;

	setup();
	shared = hub_ids_agent(ids, 1, 1, "shared");
	hub_ids_agent(ids, 2, 1, "shared");
	alone = hub_ids_agent(ids, 1, 2, "alone");
	hub_ids_forget(ids, 1);
	ck_assert_uint_eq(hub_ids_settle(ids, 1), 1u << 2);
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_AGENT, shared), 2);
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_AGENT, alone), 0);
	hub_ids_destroy(ids);
}
END_TEST

// The same start of it tells all anew, as after something was lost, and has one less by then.
START_TEST(who_is_left_out_by_who_tells_anew_is_no_more_its_own)
{
	uint32_t shared, stays;

	setup();
	hub_ids_begin(ids, 1);
	shared = hub_ids_agent(ids, 1, 1, "shared");
	stays = hub_ids_agent(ids, 1, 2, "stays");
	hub_ids_agent(ids, 2, 7, "shared");
	ck_assert_uint_eq(hub_ids_settle(ids, 1), 0);
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_AGENT, shared), 1);
	hub_ids_begin(ids, 1);
	ck_assert_uint_eq(hub_ids_agent(ids, 1, 2, "stays"), stays);
	ck_assert_uint_eq(hub_ids_settle(ids, 1), 1u << 2);
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_AGENT, shared), 2);
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_AGENT, stays), 1);
	ck_assert_uint_eq(hub_ids_local(ids, 1, HUB_ID_AGENT, 1), 0);
	hub_ids_destroy(ids);
}
END_TEST

// A hub gives none twice: what it says of the second one is not believed, and the first stays whole.
START_TEST(a_number_of_a_hub_is_one_agents_until_it_is_gone)
{
	uint32_t first;

	setup();
	first = hub_ids_agent(ids, 1, 2, "first");
	ck_assert_uint_eq(hub_ids_agent(ids, 1, 2, "second"), 0);
	ck_assert_uint_eq(hub_ids_local(ids, 1, HUB_ID_AGENT, 2), first);
	ck_assert_uint_eq(hub_ids_owner(ids, HUB_ID_AGENT, first), 1);
	ck_assert_uint_eq(hub_ids_agent(ids, 1, 3, "first"), first); // it came back with another one
	ck_assert_uint_eq(remote_of(1, HUB_ID_AGENT, first), 3);
	ck_assert(hub_ids_agent_gone(ids, 1, first, NULL));
	ck_assert_uint_gt(hub_ids_agent(ids, 1, 3, "second"), first);
	hub_ids_destroy(ids);
}
END_TEST

START_TEST(many_agents_come_and_go)
{
	char key[32];

	setup();
	for (uint32_t i = 1; i <= 12000; i++) {
		uint32_t id;

		snprintf(key, sizeof key, "pod-%u", i);
		id = hub_ids_agent(ids, 1, i, key);
		ck_assert_uint_eq(id, i);
		ck_assert(hub_ids_agent_gone(ids, 1, id, NULL));
	}
	ck_assert_uint_eq(hub_ids_agent(ids, 1, 1, "pod-12000"), 12000); // kept
	ck_assert_uint_gt(hub_ids_agent(ids, 1, 2, "pod-1"), 12000);     // long forgotten
	hub_ids_destroy(ids);
}
END_TEST

START_TEST(series_keep_their_numbers_where_they_can)
{
	setup();
	ck_assert_int_eq(hub_ids_series(ids, 1, 0, "latency"), 0);
	ck_assert_int_eq(hub_ids_series(ids, 1, 5, "cpu"), 5);
	ck_assert_int_eq(hub_ids_series(ids, 2, 0, "latency"), 0);
	ck_assert_int_eq(hub_ids_series(ids, 2, 3, "cpu"), 5);    // the same series
	ck_assert_int_eq(hub_ids_series(ids, 2, 5, "disk"), 255); // its number is taken
	ck_assert_int_eq(hub_ids_series_local(ids, 2, 3), 5);
	ck_assert_int_eq(hub_ids_series_local(ids, 2, 4), -ENOENT);
	ck_assert_int_eq(hub_ids_series_is(ids, 2, 3, "cpu"), 5);
	ck_assert_int_eq(hub_ids_series_is(ids, 2, 3, "disk"), -ENOENT);
	ck_assert(!hub_ids_series_drop(ids, 1, 5)); // the other hub has it
	ck_assert(hub_ids_series_drop(ids, 2, 3));
	ck_assert_int_eq(hub_ids_series(ids, 1, 5, "memory"), 5);
	hub_ids_forget(ids, 1);
	ck_assert_int_eq(hub_ids_series_local(ids, 1, 5), -ENOENT);
	ck_assert_int_eq(hub_ids_series(ids, 1, 5, "net"), 5);
	ck_assert_int_eq(hub_ids_series(ids, 1, 5, "load"), 5); // another one under its number
	ck_assert_int_eq(hub_ids_series(ids, 1, SERIES_MAX, "far"), -ENOSPC);
	ck_assert_int_eq(hub_ids_series_local(ids, 1, SERIES_MAX), -ENOENT);
	hub_ids_destroy(ids);
}
END_TEST

START_TEST(there_are_so_many_series_and_no_more)
{
	char id[16];

	setup();
	for (uint16_t i = 0; i < SERIES_MAX; i++) {
		snprintf(id, sizeof id, "s%u", i);
		ck_assert_int_eq(hub_ids_series(ids, 1, i, id), i);
	}
	ck_assert_int_eq(hub_ids_series(ids, 2, 0, "one more"), -ENOSPC);
	ck_assert_int_eq(hub_ids_series(ids, 2, 0, "s9"), 9);
	hub_ids_destroy(ids);
}
END_TEST

START_TEST(short_of_memory_nothing_is_half_known)
{
	for (long n = 0; n < 40; n++) {
		setup();
		hub_ids_agent(ids, 1, 1, "first");
		mem_fail_once(n);
		(void)hub_ids_agent(ids, 1, 2, "second");
		(void)hub_ids_local(ids, 1, HUB_ID_ALERT, 4);
		(void)hub_ids_series(ids, 1, 4, "cpu");
		mem_fail_after(-1);
		ck_assert_uint_ne(hub_ids_agent(ids, 1, 2, "second"), 0);
		ck_assert_uint_eq(remote_of(1, HUB_ID_AGENT, hub_ids_local(ids, 1, HUB_ID_AGENT, 2)), 2);
		ck_assert_uint_ne(hub_ids_local(ids, 1, HUB_ID_ALERT, 4), 0);
		ck_assert_int_eq(hub_ids_series(ids, 1, 4, "cpu"), 4);
		hub_ids_destroy(ids);
	}
	mem_fail_once(0);
	ck_assert_int_eq(hub_ids_create(&ids), -ENOMEM);
	hub_ids_destroy(NULL);
}
END_TEST

SUITE("hub_ids", numbers_of_hubs_do_not_meet, an_agent_is_its_key_over_a_restart_of_its_hub, no_number_is_given_twice,
      one_hub_is_heard_of_an_agent_that_several_have, who_is_not_named_again_goes_to_another_hub_or_nowhere,
      who_is_left_out_by_who_tells_anew_is_no_more_its_own, a_number_of_a_hub_is_one_agents_until_it_is_gone,
      many_agents_come_and_go, series_keep_their_numbers_where_they_can, there_are_so_many_series_and_no_more,
      short_of_memory_nothing_is_half_known)
