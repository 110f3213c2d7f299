// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feeds/hub_address.h"

START_TEST(addresses_say_where_and_how)
{
	static const struct {
		const char *text, *url, *name, *socket;
		bool is_tls, is_loopback;
	} rows[] = {
		{ "unix:/run/opscon/hub.sock", "http://localhost", "local", "/run/opscon/hub.sock", false, true },
		{ "unix:/tmp/two.sock", "http://localhost", "two.sock", "/tmp/two.sock", false, true },
		{ "ws://127.0.0.1:7440", "http://127.0.0.1:7440", "127.0.0.1", "", false, true },
		{ "WS://localhost:7440/", "http://localhost:7440", "localhost", "", false, true },
		{ "ws://[::1]:7440", "http://[::1]:7440", "[::1]", "", false, true },
		{ "ws://127.example:80", "http://127.example:80", "127.example", "", false, false },
		{ "wss://hub.example", "https://hub.example", "hub.example", "", true, false },
		{ "wss://hub.example:7440/ops//", "https://hub.example:7440/ops", "hub.example", "", true, false },
	};
	struct hub_address address;
	char why[128];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ck_assert_int_eq(hub_address_parse(rows[i].text, &address, why, sizeof why), 0);
		ck_assert_str_eq(address.text, rows[i].text);
		ck_assert_str_eq(address.url, rows[i].url);
		ck_assert_str_eq(address.name, rows[i].name);
		ck_assert_str_eq(address.socket, rows[i].socket);
		ck_assert_int_eq(address.is_tls, rows[i].is_tls);
		ck_assert_int_eq(address.is_loopback, rows[i].is_loopback);
	}
}
END_TEST

START_TEST(what_is_no_address_is_refused_with_why)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "expected unix:" },
		{ "hub.example:7440", "expected unix:" },
		{ "http://hub.example", "that of a hub begins with ws://" },
		{ "HTTPS://hub.example", "that of a hub begins with wss://" },
		{ "unix:hub.sock", "full path" },
		{ "unix:", "full path" },
		{ "unix:/run/", "full path" },
		{ "ws://", "expected ws://" },
		{ "ws:///events", "expected ws://" },
		{ "ws://host:0", "expected ws://" },
		{ "ws://host:65536", "expected ws://" },
		{ "ws://host:", "expected ws://" },
		{ "ws://host:80x", "expected ws://" },
		{ "ws://[::1", "expected ws://" },
		{ "ws://ho st", "blank" },
		{ "ws://h\xc3\xb6st", "expected ws://" },
		{ "ws://host\r\nX: y", "control" },
		{ "wss://alice:secret@host", "secret" },
		{ "wss://host/?token=abc", "secret" },
		{ "wss://host/#abc", "secret" },
	};
	struct hub_address address;
	char why[128], longest[1200];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ck_assert_int_eq(hub_address_parse(rows[i].text, &address, why, sizeof why), -EINVAL);
		ck_assert_msg(strstr(why, rows[i].why), "%s: %s", rows[i].text, why);
	}
	snprintf(longest, sizeof longest, "ws://%01000d", 0);
	ck_assert_int_eq(hub_address_parse(longest, &address, why, sizeof why), -EINVAL);
	snprintf(longest, sizeof longest, "unix:/%0120d", 0);
	ck_assert_int_eq(hub_address_parse(longest, &address, why, sizeof why), -EINVAL);
}
END_TEST

START_TEST(of_a_relative_path_the_whole_one_is_told)
{
	char dir[] = "/tmp/opscon-address-XXXXXX", was[512], expected[128], why[160];
	struct hub_address address;

	ck_assert_ptr_nonnull(getcwd(was, sizeof was));
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
	snprintf(expected, sizeof expected, "expected the full path of a socket: unix:%s/run/opscon/hub.sock", dir);
	ck_assert_int_eq(hub_address_parse("unix:run/opscon/hub.sock", &address, why, sizeof why), -EINVAL);
	ck_assert_str_eq(why, expected);
	ck_assert_int_eq(hub_address_parse("unix:./run/opscon/hub.sock", &address, why, sizeof why), -EINVAL);
	ck_assert_str_eq(why, expected);
	ck_assert_int_eq(hub_address_parse("unix:run/", &address, why, sizeof why), -EINVAL);
	ck_assert_str_eq(why, "expected the full path of a socket: unix:/run/opscon/hub.sock");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(hub_address_parse("unix:run/hub.sock", &address, why, sizeof why), -EINVAL);
	ck_assert_str_eq(why, "expected the full path of a socket: unix:/run/hub.sock");
	ck_assert_int_eq(chdir(was), 0);
	rmdir(dir);
}
END_TEST

START_TEST(the_usual_socket_is_the_users_when_there_is_one)
{
	char dir[] = "/tmp/opscon-address-XXXXXX", path[64];
	struct hub_address address;
	FILE *file;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	hub_address_default(dir, &address);
	ck_assert_str_eq(address.socket, "/run/opscon/hub.sock");
	hub_address_default(NULL, &address);
	ck_assert_str_eq(address.socket, "/run/opscon/hub.sock");
	snprintf(path, sizeof path, "%s/opscon", dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/opscon/hub.sock", dir);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	hub_address_default(dir, &address);
	ck_assert_str_eq(address.socket, path);
	unlink(path);
	snprintf(path, sizeof path, "%s/opscon", dir);
	rmdir(path);
	rmdir(dir);
}
END_TEST

SUITE("hub_address", addresses_say_where_and_how, what_is_no_address_is_refused_with_why,
      of_a_relative_path_the_whole_one_is_told, the_usual_socket_is_the_users_when_there_is_one)
