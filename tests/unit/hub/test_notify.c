// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hub/notify.h"

// A service manager's socket; `name` as in $NOTIFY_SOCKET.
static int listen_as(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, name, strlen(name));
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
			 0);
	return fd;
}

static void expect(int fd, const char *told)
{
	char text[200] = "";
	ssize_t n = recv(fd, text, sizeof text - 1, 0);

	ck_assert_int_eq(n, (int)strlen(told));
	ck_assert_str_eq(text, told);
}

START_TEST(tells_a_service_manager_by_path_and_by_name)
{
	char path[100], name[100];
	int fd;

	snprintf(path, sizeof path, "/tmp/opscon-notify-%d", (int)getpid());
	fd = listen_as(path);
	ck_assert_int_eq(notify_send(path, "READY=1\nSTATUS=serving"), 0);
	expect(fd, "READY=1\nSTATUS=serving");
	close(fd);
	unlink(path);
	ck_assert_int_eq(notify_send(path, "READY=1"), -ENOENT);
	snprintf(name, sizeof name, "@opscon-notify-%d", (int)getpid());
	fd = listen_as(name);
	ck_assert_int_eq(notify_send(name, "WATCHDOG=1"), 0);
	expect(fd, "WATCHDOG=1");
	close(fd);
	ck_assert_int_eq(notify_send(name, "WATCHDOG=1"), -ECONNREFUSED);
}
END_TEST

START_TEST(tells_nobody_where_there_is_none)
{
	char path[200];

	memset(path, 'x', sizeof path);
	path[0] = '/';
	path[sizeof path - 1] = '\0';
	ck_assert_int_eq(notify_send(NULL, "READY=1"), 0);
	ck_assert_int_eq(notify_send("", "READY=1"), 0);
	ck_assert_int_eq(notify_send("relative", "READY=1"), -EINVAL);
	ck_assert_int_eq(notify_send(path, "READY=1"), -EINVAL);
}
END_TEST

START_TEST(a_watchdog_is_fed_twice_as_often_as_it_waits)
{
	ck_assert_uint_eq(notify_watchdog_ms("20000000", NULL, 7), 10000);
	ck_assert_uint_eq(notify_watchdog_ms("20000000", "7", 7), 10000);
	ck_assert_uint_eq(notify_watchdog_ms("1", NULL, 7), 1);
	ck_assert_uint_eq(notify_watchdog_ms(NULL, NULL, 7), 0);
	ck_assert_uint_eq(notify_watchdog_ms("0", NULL, 7), 0);
	ck_assert_uint_eq(notify_watchdog_ms("20s", NULL, 7), 0);
	ck_assert_uint_eq(notify_watchdog_ms("20000000", "8", 7), 0); // another process is meant
	ck_assert_uint_eq(notify_watchdog_ms("20000000", "x", 7), 0);
}
END_TEST

SUITE("notify", tells_a_service_manager_by_path_and_by_name, tells_nobody_where_there_is_none,
      a_watchdog_is_fed_twice_as_often_as_it_waits)
