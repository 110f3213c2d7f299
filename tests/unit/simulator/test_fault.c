// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "simulator/fault.h"

START_TEST(every_fault_has_a_name_that_reads_back)
{
	static const char *const wanted[] = {
		"slow", "hang",     "reset",      "error500", "auth401",      "html",         "garbage",      "huge",
		"drip", "flapping", "restarting", "degraded", "control_hang", "control_late", "control_lost",
	};
	enum simulator_fault fault;

	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		ck_assert_int_eq(simulator_fault_from_name(wanted[i], &fault), 0);
		ck_assert_str_eq(simulator_fault_name(fault), wanted[i]);
		ck_assert_uint_gt(strlen(simulator_fault_text(fault)), 3);
	}
	ck_assert_uint_eq(sizeof wanted / sizeof wanted[0] + 1, SIMULATOR_FAULT_COUNT);
	ck_assert_int_eq(simulator_fault_from_name("slower", &fault), -EINVAL);
	ck_assert_str_eq(simulator_fault_name(SIMULATOR_FAULT_COUNT), "?");
	ck_assert_str_eq(simulator_fault_text(SIMULATOR_FAULT_COUNT), "?");
	ck_assert(!simulator_fault_is_cured(SIMULATOR_FAULT_COUNT));
}
END_TEST

START_TEST(shares_read_as_fraction_percentage_or_count)
{
	static const struct {
		const char *text;
		int result;
		bool is_count;
		uint32_t count;
		double share;
	} table[] = {
		{ "slow=0.25", 0, false, 0, 0.25 },
		{ "slow=25%", 0, false, 0, 0.25 },
		{ "slow=0.5%", 0, false, 0, 0.005 },
		{ "slow=1.0", 0, false, 0, 1 },
		{ "slow=3", 0, true, 3, 0 },
		{ "slow=0", 0, true, 0, 0 },
		{ "slow=1.5", -ERANGE, false, 0, 1.5 },
		{ "slow=101%", -ERANGE, false, 0, 1.01 },
		{ "slow=-0.1", -ERANGE, false, 0, -0.1 },
		{ "slow=", -EINVAL, true, 0, 0 },
		{ "slow=%", -EINVAL, false, 0, 0 },
		{ "slow=-1", -EINVAL, true, 0, 0 },
		{ "slow=a.b", -EINVAL, false, 0, 0 },
		{ "slow", -EINVAL, false, 0, 0 },
		{ "slowly=1", -EINVAL, false, 0, 0 },
		{ "a-name-that-is-longer-than-any-fault=1", -EINVAL, false, 0, 0 },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct simulator_share share;

		ck_assert_msg(simulator_share_parse(table[i].text, &share) == table[i].result, "%s", table[i].text);
		ck_assert_msg(share.is_count == table[i].is_count, "%s", table[i].text);
		ck_assert_uint_eq(share.count, table[i].count);
		ck_assert_double_eq_tol(share.share, table[i].share, 1e-9);
	}
}
END_TEST

static size_t count(const enum simulator_fault *faults, size_t n, enum simulator_fault fault)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += faults[i] == fault;
	return found;
}

START_TEST(faults_are_dealt_once_each_and_by_seed)
{
	static const struct simulator_share shares[] = {
		{ .fault = SIMULATOR_FAULT_SLOW, .share = 0.1 },
		{ .fault = SIMULATOR_FAULT_HANG, .is_count = true, .count = 7 },
		{ .fault = SIMULATOR_FAULT_HTML, .share = 0.0001 },
	};
	enum simulator_fault a[200], b[200], c[200];

	ck_assert_int_eq(simulator_faults_deal(shares, 3, 1, a, 200), 0);
	ck_assert_int_eq(simulator_faults_deal(shares, 3, 1, b, 200), 0);
	ck_assert_int_eq(simulator_faults_deal(shares, 3, 2, c, 200), 0);
	ck_assert_uint_eq(count(a, 200, SIMULATOR_FAULT_SLOW), 20);
	ck_assert_uint_eq(count(a, 200, SIMULATOR_FAULT_HANG), 7);
	ck_assert_uint_eq(count(a, 200, SIMULATOR_FAULT_HTML), 1);
	ck_assert_uint_eq(count(a, 200, SIMULATOR_FAULT_NONE), 172);
	ck_assert_int_eq(memcmp(a, b, sizeof a), 0);
	ck_assert_int_ne(memcmp(a, c, sizeof a), 0);
}
END_TEST

START_TEST(more_faults_than_agents_are_refused)
{
	static const struct simulator_share shares[] = {
		{ .fault = SIMULATOR_FAULT_SLOW, .share = 0.6 },
		{ .fault = SIMULATOR_FAULT_HANG, .share = 0.6 },
	};
	enum simulator_fault faults[10];

	ck_assert_int_eq(simulator_faults_deal(shares, 2, 1, faults, 10), -E2BIG);
	mem_fail_after(0);
	ck_assert_int_eq(simulator_faults_deal(shares, 1, 1, faults, 10), -ENOMEM);
	mem_fail_after(-1);
}
END_TEST

SUITE("simulator/fault", every_fault_has_a_name_that_reads_back, shares_read_as_fraction_percentage_or_count,
      faults_are_dealt_once_each_and_by_seed, more_faults_than_agents_are_refused)
