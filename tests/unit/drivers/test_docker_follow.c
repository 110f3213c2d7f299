// SPDX-License-Identifier: Apache-2.0
/* Following a scripted Engine's events: what is told of them, and of connections that end. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "drivers/docker_run.h"
#include "drivers/table.h"
#include "tests/support/http_server.h"

#define ID "0123456789ab0000000000000000000000000000000000000000000000000000"
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
#define REFUSAL "HTTP/1.1 403 Forbidden\r\nContent-Length: 26\r\n\r\n{\"message\":\"not for you\"}\r\n"

enum { DUE_MS = 10000 };

static uv_loop_t loop;
static char dir[64], socket_path[96];
static struct http_server server;
static struct http_client *client;
static struct config config;
static struct driver_table *drivers;
static struct docker_driver *docker;
static char heard[2048], said[2048], asked[2048];
static bool is_woken;
static const char *answer; // to whoever asks
static enum server_then then;
static struct server_rule rule;
static const char *filler;
static size_t n_filler;
static struct agent web = { .id = 1, .key = "k", .name = "web", .driver = "docker", .control_target = "web" };
static const struct instant noon = { .mono_ms = 1, .wall_ms = 1764133200000 };
static enum { GOES_ON, DROPS_AGENT, CLOSES } reaction;

static const struct server_rule *choose(void *ctx, const char *request)
{
	size_t n = strlen(asked);

	(void)ctx;
	snprintf(asked + n, sizeof asked - n, "%.*s|", (int)strcspn(request, "&"), request);
	rule = (struct server_rule){
		.path = "", .bytes = answer, .then = then, .filler = filler, .n_filler = n_filler
	};
	is_woken = true;
	return &rule;
}

static void happened(void *ctx, const struct driver_news *news)
{
	size_t n = strlen(heard);

	(void)ctx;
	snprintf(heard + n, sizeof heard - n, "%u %d %lld %s@%lld|", news->agent, (int)news->what,
		 (long long)news->exit_code, news->detail, (long long)(news->at_ms - noon.wall_ms));
	is_woken = true;
	if (reaction == DROPS_AGENT)
		driver_table_attend(drivers, &web, true, noon);
	if (reaction == CLOSES) {
		driver_table_close(drivers, NULL, NULL);
		drivers = NULL;
	}
}

static void say(void *ctx, bool is_trouble, const char *title, const char *text)
{
	size_t n = strlen(said);

	(void)ctx;
	snprintf(said + n, sizeof said - n, "%s%s: %s|", is_trouble ? "!" : "", title, text);
	is_woken = true;
}

static void make_drivers(void)
{
	const struct driver_watcher watcher = { .happened = happened, .said = say };
	const struct driver_options options = {
		.loop = &loop, .client = client, .config = &config, .watcher = &watcher
	};

	ck_assert_int_eq(driver_table_create(&options, &drivers), 0);
	docker = (struct docker_driver *)driver_table_find(drivers, "docker");
}

static void set_up(void)
{
	strcpy(dir, "/tmp/opscon-follow-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(socket_path, sizeof socket_path, "%s/sock", dir);
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	http_server_start_at(&server, &loop, socket_path, NULL, 0);
	server.choose = choose;
	config = (struct config){ .drivers.docker_socket = socket_path };
	ck_assert_int_eq(http_client_create(&loop, NULL, &client), 0);
	make_drivers();
	heard[0] = said[0] = asked[0] = '\0';
	answer = HEAD;
	then = SERVER_KEEP;
	reaction = GOES_ON;
}

static void closed_cb(void *ctx)
{
	*(bool *)ctx = true;
}

static void tear_down(void)
{
	bool is_closed = !drivers;

	driver_table_close(drivers, closed_cb, &is_closed);
	loop_run_until(&loop, &is_closed);
	http_client_close(client, NULL, NULL);
	http_server_stop(&server);
	loop_finish(&loop);
	unlink(socket_path);
	ck_assert_int_eq(rmdir(dir), 0);
}

// Till something is asked, heard or said.
static void wake(void)
{
	is_woken = false;
	loop_run_until(&loop, &is_woken);
}

static void until_standing(void)
{
	while (docker->follow.part != FOLLOW_STANDING)
		uv_run(&loop, UV_RUN_ONCE);
}

static void until_waiting(void)
{
	while (docker->follow.part != FOLLOW_WAITING)
		uv_run(&loop, UV_RUN_ONCE);
}

static void attend(void)
{
	driver_table_attend(drivers, &web, false, noon);
	until_standing();
}

// As a chunk of the answer.
static void emit(const char *action, const char *more, const char *name, int ms)
{
	char line[600], chunk[700];

	snprintf(line, sizeof line,
		 "{\"Type\":\"container\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"" ID
		 "\",\"Attributes\":{%s\"name\":\"%s\"}},\"timeNano\":%lld}\n",
		 action, more, name, (long long)(noon.wall_ms + ms) * 1000000);
	snprintf(chunk, sizeof chunk, "%zx\r\n%s\r\n", strlen(line), line);
	http_server_say(&server, chunk);
}

START_TEST(nobody_is_asked_before_there_is_a_container)
{
	static const struct agent others[] = {
		{ .id = 2, .key = "k", .name = "a", .driver = "http", .control_target = "http://127.0.0.1:1/control" },
		{ .id = 3, .key = "k", .name = "b", .driver = "docker", .control_target = "no such/name" },
		{ .id = 4, .key = "k", .name = "c" },
	};

	set_up();
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		driver_table_attend(drivers, &others[i], false, noon);
	uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert_int_eq(docker->follow.part, FOLLOW_OFF);
	attend();
	ck_assert_str_eq(asked, "GET /events?since=1764133200.000000000|");
	tear_down();
}
END_TEST

START_TEST(what_happens_is_told_to_everybody_whose_container_it_is)
{
	const struct agent twin = { .id = 5, .key = "t", .name = "twin", .driver = "docker", .control_target = "web" };

	set_up();
	attend();
	driver_table_attend(drivers, &twin, false, noon);
	emit("die", "\"exitCode\":\"137\",", "other", 100);
	emit("exec_start: sh", "", "web", 150);
	emit("die", "\"exitCode\":\"137\",", "web", 200);
	wake();
	ck_assert_str_eq(heard, "1 5 137 @200|5 5 137 @200|");
	driver_table_attend(drivers, &twin, true, noon);
	emit("rename", "\"oldName\":\"/web\",", "api", 300);
	wake();
	emit("rename", "\"oldName\":\"/api\",", "web", 400);
	wake();
	ck_assert_str_eq(heard, "1 5 137 @200|5 5 137 @200|1 10 -1 api@300|1 0 -1 api@400|");
	heard[0] = '\0';
	emit("rename", "", "web", 500);
	wake();
	ck_assert_str_eq(heard, "1 0 -1 something else@500|");
	ck_assert_str_eq(said, "");
	tear_down();
}
END_TEST

START_TEST(a_connection_that_ends_goes_on_where_it_was)
{
	set_up();
	attend();
	emit("die", "\"exitCode\":\"1\",", "web", 2500);
	wake();
	heard[0] = '\0';
	http_server_drop_all(&server);
	wake();
	until_standing();
	ck_assert_str_eq(asked, "GET /events?since=1764133200.000000000|GET /events?since=1764133201.500000000|");
	// The Engine says it again, as it was asked for.
	emit("die", "\"exitCode\":\"1\",", "web", 2500);
	emit("start", "", "web", 2500);
	wake();
	ck_assert_str_eq(heard, "1 1 -1 @2500|");
	ck_assert_str_eq(said, ""); // it was no absence
	tear_down();
}
END_TEST

START_TEST(an_absence_is_told_when_it_is_over)
{
	set_up();
	attend();
	unlink(socket_path);
	http_server_stop(&server);
	until_waiting();
	docker->follow.lost_ms -= 1500;
	ck_assert_str_eq(said, "");
	http_server_start_at(&server, &loop, socket_path, NULL, 0);
	server.choose = choose;
	wake();
	until_standing();
	ck_assert_msg(strncmp(said, "the Docker Engine was away for ", 31) == 0, "%s", said);
	ck_assert_ptr_nonnull(strstr(said, "/sock: what it still knows of that time follows|"));
	// Another one so soon is not worth a word.
	said[0] = '\0';
	docker->follow.n_failures = 0;
	http_server_drop_all(&server);
	until_waiting();
	docker->follow.lost_ms -= 1500;
	until_standing();
	ck_assert_str_eq(said, "");
	docker->follow.hushed_ms -= DOCKER_AWAY_QUIET_MS;
	docker->follow.n_failures = 0;
	http_server_drop_all(&server);
	until_waiting();
	docker->follow.lost_ms -= 1500;
	until_standing();
	ck_assert_ptr_nonnull(strstr(said, "/sock: and 1 times more before|"));
	tear_down();
}
END_TEST

START_TEST(one_that_does_not_answer_is_told_once_and_then_that_it_does)
{
	set_up();
	unlink(socket_path);
	http_server_stop(&server);
	driver_table_attend(drivers, &web, false, noon);
	until_waiting();
	ck_assert_str_eq(said, "");
	docker->follow.lost_ms -= DOCKER_AWAY_TOLD_MS;
	wake();
	ck_assert_msg(strncmp(said, "!the Docker Engine does not answer: /tmp/opscon-follow-", 53) == 0, "%s", said);
	ck_assert_ptr_nonnull(strstr(said, "; what happens to its containers is not seen|"));
	while (docker->follow.n_failures < 2)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert_ptr_eq(strchr(said, '|'), said + strlen(said) - 1);
	said[0] = '\0';
	http_server_start_at(&server, &loop, socket_path, NULL, 0);
	server.choose = choose;
	wake();
	until_standing();
	ck_assert_msg(strncmp(said, "the Docker Engine answers again: ", 33) == 0, "%s", said);
	ck_assert_ptr_nonnull(strstr(said, "/sock: it did not for "));
	tear_down();
}
END_TEST

START_TEST(what_is_no_list_of_events_is_refused)
{
	static const struct {
		const char *answer, *why;
		enum server_then then;
	} table[] = {
		{ REFUSAL, "/sock: HTTP 403: not for you; what", SERVER_KEEP },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", NULL, SERVER_KEEP },
		{ "HTTP/1.0 200 OK\r\n\r\n", "/sock: what it says is not understood; what", SERVER_KEEP },
		{ "SSH-2.0-OpenSSH_9.2\r\n", "/sock: what it says is not understood; what", SERVER_KEEP },
		{ "HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
		  "/sock: what it says is not understood; what", SERVER_KEEP },
		{ "HTTP/1.1 200 OK\r\n", "/sock: the connection was closed; what", SERVER_CLOSE },
		{ "", "/sock: the connection ", SERVER_RESET },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		set_up();
		answer = table[i].answer;
		then = table[i].then;
		driver_table_attend(drivers, &web, false, noon);
		docker->follow.lost_ms -= DOCKER_AWAY_TOLD_MS;
		until_waiting();
		ck_assert_msg(!table[i].why || strstr(said, table[i].why), "%s: %s", table[i].answer, said);
		ck_assert_str_eq(heard, "");
		tear_down();
	}
}
END_TEST

// An answer is not waited for without end, and it is not asked again without a pause.
START_TEST(pauses_grow_and_have_their_bound)
{
	uint64_t before_ms;

	set_up();
	answer = REFUSAL;
	driver_table_attend(drivers, &web, false, noon);
	until_waiting();
	ck_assert_uint_ge(uv_timer_get_due_in(&docker->handle), DOCKER_RETRY_MS / 2);
	ck_assert_uint_le(uv_timer_get_due_in(&docker->handle), DOCKER_RETRY_MS);
	before_ms = uv_timer_get_due_in(&docker->handle);
	wake();
	until_waiting();
	ck_assert_uint_gt(uv_timer_get_due_in(&docker->handle), before_ms);
	docker->follow.n_failures = 40;
	wake();
	until_waiting();
	ck_assert_uint_ge(uv_timer_get_due_in(&docker->handle), DOCKER_RETRY_MAX_MS / 2);
	ck_assert_uint_le(uv_timer_get_due_in(&docker->handle), DOCKER_RETRY_MAX_MS);
	tear_down();
}
END_TEST

START_TEST(a_flood_is_read_in_turns_and_is_bounded)
{
	enum { LINE_BYTES = 0x1000, FLOOD_BYTES = 2 << 20 };
	static char flood[LINE_BYTES + 16];
	size_t n = (size_t)sprintf(flood, "%x\r\n", LINE_BYTES);

	memset(flood + n, 'x', LINE_BYTES);
	memcpy(flood + n + LINE_BYTES - 1, "\n\r\n", 3);
	set_up();
	then = SERVER_FLOOD;
	filler = flood;
	n_filler = n + LINE_BYTES + 2;
	driver_table_attend(drivers, &web, false, noon);
	until_standing();
	while (docker->follow.part == FOLLOW_STANDING && docker->follow.intake.wire_bytes < FLOOD_BYTES)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert_int_eq(docker->follow.part, FOLLOW_STANDING);
	ck_assert_uint_le(docker->follow.intake.body.cap, 64 << 10);
	filler = NULL;
	tear_down();
}
END_TEST

START_TEST(who_listens_may_end_it_in_the_middle)
{
	set_up();
	attend();
	reaction = DROPS_AGENT;
	emit("die", "", "web", 1);
	wake();
	ck_assert_int_eq(docker->follow.part, FOLLOW_OFF);
	reaction = GOES_ON;
	attend(); // it begins anew, with what happens from now on
	ck_assert_ptr_nonnull(strstr(asked, "|GET /events?since=1764133200.000000000|"));
	reaction = CLOSES;
	emit("die", "", "web", 2);
	wake();
	tear_down();
}
END_TEST

START_TEST(an_agent_that_is_another_one_now_is_told_of_that)
{
	struct agent moved = web;

	set_up();
	attend();
	moved.control_target = "api";
	driver_table_attend(drivers, &moved, false, noon);
	emit("start", "", "web", 1);
	emit("start", "", "api", 2);
	wake();
	ck_assert_str_eq(heard, "1 1 -1 @2|");
	moved.driver = "exec";
	driver_table_attend(drivers, &moved, false, noon);
	ck_assert_int_eq(docker->follow.part, FOLLOW_OFF);
	tear_down();
}
END_TEST

START_TEST(a_list_from_elsewhere_listens_to_no_container)
{
	struct agent listed = web;

	listed.source = "file_sd:/etc/targets.json";
	set_up();
	driver_table_attend(drivers, &listed, false, noon);
	ck_assert_int_eq(docker->follow.part, FOLLOW_OFF);
	tear_down();
}
END_TEST

// Its time is not waited for here.
START_TEST(an_answer_that_does_not_begin_is_not_waited_for_without_end)
{
	set_up();
	answer = "";
	driver_table_attend(drivers, &web, false, noon);
	wake();
	ck_assert_int_eq(docker->follow.part, FOLLOW_CALLING);
	ck_assert_uint_gt(uv_timer_get_due_in(&docker->handle), DOCKER_LOOK_MS / 2);
	ck_assert_uint_le(uv_timer_get_due_in(&docker->handle), DOCKER_LOOK_MS);
	docker->follow.lost_ms -= DOCKER_AWAY_TOLD_MS;
	docker->handle.timer_cb(&docker->handle);
	ck_assert_int_eq(docker->follow.part, FOLLOW_WAITING);
	ck_assert_ptr_nonnull(strstr(said, "/sock: no answer; what happens to its containers is not seen|"));
	tear_down();
}
END_TEST

START_TEST(an_engine_elsewhere_is_asked_where_it_is)
{
	char url[80], host[40];
	bool is_closed = false;

	set_up();
	driver_table_close(drivers, closed_cb, &is_closed);
	loop_run_until(&loop, &is_closed);
	http_server_stop(&server);
	uv_run(&loop, UV_RUN_NOWAIT);
	http_server_start(&server, &loop, NULL, 0);
	server.choose = choose;
	snprintf(host, sizeof host, "\r\nHost: 127.0.0.1:%d\r\n", server.port);
	config.drivers.docker_socket = NULL;
	config.drivers.docker_url = http_server_url(&server, "/behind/", url, sizeof url);
	make_drivers();
	attend();
	ck_assert_str_eq(asked, "GET /behind/events?since=1764133200.000000000|");
	ck_assert_ptr_nonnull(strstr(server.last_request, host));
	ck_assert_ptr_nonnull(strstr(server.last_request, "\r\nUser-Agent: opscon/"));
	tear_down();
}
END_TEST

START_TEST(closing_does_not_wait_for_an_engine_that_is_silent)
{
	uint64_t began_ms;

	set_up();
	answer = "";
	driver_table_attend(drivers, &web, false, noon);
	wake();
	began_ms = uv_hrtime() / 1000000;
	tear_down();
	ck_assert_uint_lt(uv_hrtime() / 1000000 - began_ms, DUE_MS / 2);
}
END_TEST

SUITE("docker follow", nobody_is_asked_before_there_is_a_container,
      what_happens_is_told_to_everybody_whose_container_it_is, a_connection_that_ends_goes_on_where_it_was,
      an_absence_is_told_when_it_is_over, one_that_does_not_answer_is_told_once_and_then_that_it_does,
      what_is_no_list_of_events_is_refused, pauses_grow_and_have_their_bound, a_flood_is_read_in_turns_and_is_bounded,
      who_listens_may_end_it_in_the_middle, an_agent_that_is_another_one_now_is_told_of_that,
      a_list_from_elsewhere_listens_to_no_container, an_answer_that_does_not_begin_is_not_waited_for_without_end,
      an_engine_elsewhere_is_asked_where_it_is, closing_does_not_wait_for_an_engine_that_is_silent)
