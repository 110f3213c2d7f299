// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "poll/prober.h"

#define TITLE "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
#define ANY "00000000000000000000000000000000"

static void write_table(char *path, const char *text)
{
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(routes_tell_whether_there_is_a_way_out)
{
	static const struct {
		const char *ipv4, *ipv6;
		bool is_online;
	} rows[] = {
		{ TITLE, "", false },
		{ TITLE "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n", "", true },
		{ TITLE "eth0\t00000000\t010200C0\t0002\t0\t0\t0\t00000000\t0\t0\t0\n", "", false },
		{ TITLE "lo\t0000007F\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n", "", false },
		{ TITLE, ANY " 00 " ANY " 00 fd000000000000000000000000000001 00000400 1 0 00000003 eth0\n", true },
		{ TITLE, ANY " 00 " ANY " 00 " ANY " ffffffff 1 0 00200200 lo\n", false },
		{ TITLE, "fe800000000000000000000000000000 40 " ANY " 00 " ANY " 00000100 2 0 00000001 eth0\n", false },
		{ TITLE, "ff000000000000000000000000000000 08 " ANY " 00 " ANY " 00000100 3 0 00000001 eth0\n", false },
		{ "", "garbage\n", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char ipv4[] = "/tmp/opscon-route-XXXXXX", ipv6[] = "/tmp/opscon-route6-XXXXXX";

		write_table(ipv4, rows[i].ipv4);
		write_table(ipv6, rows[i].ipv6);
		ck_assert_msg(prober_has_network(ipv4, ipv6) == rows[i].is_online, "row %zu", i);
		unlink(ipv4);
		unlink(ipv6);
	}
}
END_TEST

START_TEST(an_unreadable_table_proves_nothing)
{
	ck_assert(prober_has_network("/nonexistent/route", NULL));
	ck_assert(!prober_has_network(NULL, NULL));
}
END_TEST

SUITE("network", routes_tell_whether_there_is_a_way_out, an_unreadable_table_proves_nothing)
