// SPDX-License-Identifier: Apache-2.0
/* Agents that are operated and do not answer as they should: it is looked at what became of it, nothing is done twice,
 * and nothing is called done that is not.
 */
#include "tests/support/suite.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/e2e/scene.h"

enum { ARGS = 24 };

static const char hurried[] = "defaults: {interval: 1s, timeout: 500ms, fall: 2}\n"
			      "discovery: {file_sd: [{files: [targets.json]}]}\n"
			      "operations: {wait: 200ms, min_healthy: 1s, verify: 8s, max_latency_growth: 10000%}\n";

static void open_scene(struct scene *s, const char *const simulate[])
{
	scene_open(s);
	scene_simulate(s, simulate);
	scene_write("opscon.yml", hurried);
}

#define OPEN(s, ...) open_scene(s, (const char *const[]){ __VA_ARGS__, NULL })

static void fill(const char *args[ARGS], const char *const more[])
{
	int n = 0;

	for (; *more; more++)
		args[n++] = *more;
	args[n++] = "--config";
	args[n++] = "opscon.yml";
	args[n] = NULL;
}

// Runs to the end, without a terminal; every part must be in what it says.
static void expect(const struct scene *s, int status, const char *const more[], const char *const parts[])
{
	const char *args[ARGS];
	struct process_result result;

	fill(args, more);
	result = scene_run(s, args);
	ck_assert_msg(result.status == status, "%d: %s%s", result.status, result.out, result.err);
	for (; *parts; parts++)
		ck_assert_msg(strstr(result.out, *parts) || strstr(result.err, *parts), "%s is not in: %s%s", *parts,
			      result.out, result.err);
	process_result_finish(&result);
}

#define ARGUMENTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct term *start(const struct scene *s, const char *const more[])
{
	const char *args[ARGS];

	fill(args, more);
	return scene_start(s, args, NULL, 100, 50);
}

START_TEST(a_reply_that_is_lost_is_looked_for)
{
	struct scene s;

	OPEN(&s, "--agents", "2", "--fault", "control_lost=2");
	expect(&s, 0, ARGUMENTS("op", "restart", "name=WowVisionPrime", "--yes", "--reason", "r"),
	       ARGUMENTS("WowVisionPrime: done", ": succeeded after "));
	expect(&s, 0, ARGUMENTS("op", "upgrade", "name=WowAgentFactory", "--version", "2.0", "--yes", "--reason", "r"),
	       ARGUMENTS("WowAgentFactory: done"));
	expect(&s, 0, ARGUMENTS("op", "restart", "name=WowAgentFactory", "--dry-run"), ARGUMENTS("prod  2.0"));
	scene_close(&s);
}
END_TEST

START_TEST(an_answer_that_is_late_is_looked_for)
{
	struct scene s;

	OPEN(&s, "--agents", "1", "--fault", "control_late=1");
	expect(&s, 0, ARGUMENTS("op", "restart", "name=WowVisionPrime", "--yes", "--reason", "r"),
	       ARGUMENTS("WowVisionPrime: done", ": succeeded after 3")); // half a minute is waited for it
	scene_close(&s);
}
END_TEST

// Another operator at the same agent: 127.0.0.1 and the port of the list.
static void restart_behind_its_back(void)
{
	static const char request[] = "POST /control/restart HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
				      "Connection: close\r\n\r\n";
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char *list = scene_read("targets.json"), answer[2000] = "";
	const char *port = strstr(list, "127.0.0.1:");
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_ptr_nonnull(port);
	address.sin_port = htons((uint16_t)strtoul(port + strlen("127.0.0.1:"), NULL, 10));
	free(list);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(send(fd, request, sizeof request - 1, 0), sizeof request - 1);
	ck_assert_int_gt(recv(fd, answer, sizeof answer - 1, MSG_WAITALL), 0);
	ck_assert_ptr_nonnull(strstr(answer, "202 Accepted"));
	close(fd);
}

START_TEST(who_has_become_another_one_is_left_alone)
{
	struct scene s;
	struct term *t;

	OPEN(&s, "--agents", "1");
	t = start(&s, ARGUMENTS("op", "stop", "name=WowVisionPrime"));
	term_wait_for(t, "type \"wow-vision-prime\" to go on:", SCENE_MS);
	restart_behind_its_back();
	term_send(t, "text:wow-vision-prime");
	term_send(t, "Enter");
	term_wait_for(t, "it was replaced since", SCENE_MS);
	term_wait_for(t, "of 1", SCENE_MS);
	ck_assert_int_ne(term_wait_exit(t, SCENE_MS), 0);
	term_finish(t);
	expect(&s, 0, ARGUMENTS("watch", "--timeout", "20s"), ARGUMENTS("")); // it runs
	scene_close(&s);
}
END_TEST

START_TEST(there_is_one_way_back_and_no_second)
{
	struct scene s;

	OPEN(&s, "--agents", "2");
	expect(&s, 0, ARGUMENTS("op", "rollback", "name=WowVisionPrime", "--yes", "--reason", "r"),
	       ARGUMENTS(": done"));
	expect(&s, 6, ARGUMENTS("op", "rollback", "name=WowVisionPrime", "--yes", "--reason", "r"),
	       ARGUMENTS("there is no version to go back to"));
	scene_close(&s);
}
END_TEST

START_TEST(who_is_in_error_is_restarted_and_recovers)
{
	struct scene s;

	OPEN(&s, "--agents", "4", "--fault", "error500=1", "--fault", "hang=1", "--fault", "reset=1");
	expect(&s, 4, ARGUMENTS("status"), ARGUMENTS("1 up, 0 degraded, 3 down"));
	expect(&s, 0,
	       ARGUMENTS("op", "restart", "name=~Wow*", "--batch", "4", "--max-unavailable", "4", "--yes", "--reason",
			 "r"),
	       ARGUMENTS(": succeeded after ", "4 done of 4"));
	expect(&s, 0, ARGUMENTS("status"), ARGUMENTS("up: 4 up"));
	scene_close(&s);
}
END_TEST

SUITE("e2e lost", a_reply_that_is_lost_is_looked_for, an_answer_that_is_late_is_looked_for,
      who_has_become_another_one_is_left_alone, there_is_one_way_back_and_no_second,
      who_is_in_error_is_restarted_and_recovers)
