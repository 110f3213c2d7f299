// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "feeds/discovery.h"
#include "tests/support/http_server.h"

#define JSON_ONE "[{\"targets\":[\"127.0.0.1:1\"],\"labels\":{\"env\":\"prod\"}}]"
#define JSON_TWO "[{\"targets\":[\"127.0.0.1:1\",\"127.0.0.1:2\"]}]"
#define YAML_THREE "- targets: ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3']\n"

static struct {
	uv_loop_t loop;
	struct http_client *client;
	struct discovery *discovery;
	char dir[64], path[128];
	size_t n_lists, n_problems, n_agents; // seen; n_agents of the last list
	char source[256], problem[512], env[32];
	bool has_problem, is_empty;
} t;

static void on_list(void *ctx, const char *source, struct agent *const *agents, size_t n)
{
	(void)ctx;
	t.n_lists++;
	t.n_agents = n;
	snprintf(t.source, sizeof t.source, "%s", source);
	snprintf(t.env, sizeof t.env, "%s", n ? agent_label(agents[0], "env") : "");
}

static void on_problem(void *ctx, const struct discovery_problem *problem)
{
	const char *text = problem->text;

	(void)ctx;
	t.n_problems++;
	t.is_empty = problem->is_empty;
	t.has_problem = text != NULL;
	snprintf(t.problem, sizeof t.problem, "%s", text ? text : "");
}

static const struct discovery_callbacks callbacks = { .list = on_list, .problem = on_problem };

static void setup(void)
{
	memset(&t, 0, sizeof t);
	ck_assert_int_eq(uv_loop_init(&t.loop), 0);
	ck_assert_int_eq(http_client_create(&t.loop, &(struct http_options){ .timeout_ms = 500 }, &t.client), 0);
	snprintf(t.dir, sizeof t.dir, "/tmp/opscon-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(t.dir));
	snprintf(t.path, sizeof t.path, "%s/targets.json", t.dir);
}

static void begin(const struct discovery_source *source)
{
	ck_assert_int_eq(discovery_create(&t.loop, t.client, source, 1, &callbacks, &t.discovery), 0);
}

static void teardown(void)
{
	unlink(t.path);
	rmdir(t.dir);
	discovery_close(t.discovery, NULL, NULL);
	uv_run(&t.loop, UV_RUN_NOWAIT);
	http_client_close(t.client, NULL, NULL);
	loop_finish(&t.loop);
}

// Replaces the file as a careful writer does: a new one, renamed over it.
static void write_file(const char *path, const char *text)
{
	char next[256];
	FILE *file;

	snprintf(next, sizeof next, "%s.new", path);
	file = fopen(next, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(rename(next, path), 0);
}

static void on_deadline(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

static void until(const size_t *counter, size_t at_least)
{
	bool is_late = false;
	uv_timer_t timer;

	uv_timer_init(&t.loop, &timer);
	timer.data = &is_late;
	uv_timer_start(&timer, on_deadline, 10000, 0);
	while (*counter < at_least && !is_late)
		uv_run(&t.loop, UV_RUN_ONCE);
	ck_assert_uint_ge(*counter, at_least);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&t.loop, UV_RUN_NOWAIT);
}

START_TEST(a_file_is_read_and_read_again_when_it_is_replaced)
{
	const struct discovery_source source = { .kind = SOURCE_FILE_SD, .path = t.path };

	setup();
	write_file(t.path, JSON_ONE);
	begin(&source);
	ck_assert_uint_eq(discovery_n_pending(t.discovery), 1);
	until(&t.n_lists, 1);
	ck_assert_uint_eq(t.n_agents, 1);
	ck_assert_str_eq(t.env, "prod");
	ck_assert_ptr_nonnull(strstr(t.source, "file_sd:/tmp/opscon-test-"));
	write_file(t.path, JSON_TWO);
	until(&t.n_lists, 2);
	ck_assert_uint_eq(t.n_agents, 2);
	ck_assert_uint_eq(discovery_n_pending(t.discovery), 0);
	teardown();
}
END_TEST

START_TEST(half_a_file_is_not_applied_and_is_told_once)
{
	const struct discovery_source source = { .kind = SOURCE_FILE_SD, .path = t.path, .refresh_ms = 30 };

	setup();
	write_file(t.path, JSON_TWO);
	begin(&source);
	until(&t.n_lists, 1);
	write_file(t.path, "[{\"targets\":[\"127.0.0.1:1\"");
	until(&t.n_problems, 1);
	ck_assert_ptr_nonnull(strstr(t.problem, "the old list is kept"));
	ck_assert_ptr_nonnull(strstr(t.problem, "targets.json:1:"));
	ck_assert_uint_eq(t.n_lists, 1);
	write_file(t.path, JSON_ONE);
	until(&t.n_lists, 2);
	until(&t.n_problems, 2);
	ck_assert(!t.has_problem);
	teardown();
}
END_TEST

START_TEST(a_file_that_is_gone_is_an_empty_list)
{
	const struct discovery_source source = { .kind = SOURCE_FILE_SD, .path = t.path, .refresh_ms = 30 };

	setup();
	write_file(t.path, JSON_TWO);
	begin(&source);
	until(&t.n_lists, 1);
	unlink(t.path);
	until(&t.n_lists, 2);
	ck_assert_uint_eq(t.n_agents, 0);
	teardown();
}
END_TEST

START_TEST(a_glob_finds_yaml_and_files_that_come_later)
{
	struct discovery_source source = { .kind = SOURCE_FILE_SD };
	char glob[128], yaml[128];

	setup();
	snprintf(glob, sizeof glob, "%s/*.y*ml", t.dir);
	snprintf(yaml, sizeof yaml, "%s/later.yml", t.dir);
	source.path = glob;
	begin(&source);
	until(&t.n_problems, 1);
	ck_assert_str_eq(t.problem, "no file matches");
	ck_assert(t.is_empty);
	write_file(yaml, YAML_THREE);
	until(&t.n_lists, 1);
	ck_assert_uint_eq(t.n_agents, 3);
	unlink(yaml);
	teardown();
}
END_TEST

START_TEST(a_file_that_is_well_does_not_excuse_another)
{
	struct discovery_source source = { .kind = SOURCE_FILE_SD, .refresh_ms = 30 };
	char glob[128], good[128];

	setup();
	snprintf(glob, sizeof glob, "%s/*.json", t.dir);
	snprintf(good, sizeof good, "%s/zz.json", t.dir);
	source.path = glob;
	write_file(t.path, "[{\"targets\":");
	write_file(good, JSON_ONE);
	begin(&source);
	until(&t.n_lists, 1);
	ck_assert_uint_eq(t.n_problems, 1);
	ck_assert(t.has_problem);
	write_file(t.path, JSON_TWO);
	until(&t.n_problems, 2);
	ck_assert(!t.has_problem);
	unlink(good);
	teardown();
}
END_TEST

// Else what files of a pattern have ever been called would be remembered for good.
START_TEST(a_file_of_a_pattern_that_is_gone_is_forgotten)
{
	struct discovery_source source = { .kind = SOURCE_FILE_SD, .refresh_ms = 30 };
	char glob[128], other[128];

	setup();
	snprintf(glob, sizeof glob, "%s/*.json", t.dir);
	snprintf(other, sizeof other, "%s/other.json", t.dir);
	source.path = glob;
	write_file(t.path, JSON_ONE);
	write_file(other, JSON_TWO);
	begin(&source);
	until(&t.n_lists, 2);
	unlink(other);
	until(&t.n_lists, 3);
	ck_assert_uint_eq(t.n_agents, 0);
	write_file(other, "{");
	until(&t.n_problems, 1);
	ck_assert_ptr_nonnull(strstr(t.problem, "its agents are not known"));
	unlink(other);
	until(&t.n_problems, 2);
	ck_assert(!t.has_problem);
	teardown();
}
END_TEST

START_TEST(each_broken_file_is_told_once)
{
	struct discovery_source source = { .kind = SOURCE_FILE_SD, .refresh_ms = 30 };
	char glob[128], other[128], good[128];

	setup();
	snprintf(glob, sizeof glob, "%s/*.json", t.dir);
	snprintf(other, sizeof other, "%s/other.json", t.dir);
	snprintf(good, sizeof good, "%s/zz.json", t.dir);
	source.path = glob;
	ck_assert_int_eq(mkdir(t.path, 0700), 0); // read anew each time, unlike a file that stays as it is
	ck_assert_int_eq(mkdir(other, 0700), 0);
	write_file(good, JSON_ONE);
	begin(&source);
	until(&t.n_lists, 1);
	ck_assert_uint_eq(t.n_problems, 2);
	ck_assert_ptr_nonnull(strstr(t.problem, "; its agents are not known"));
	write_file(good, JSON_TWO);
	until(&t.n_lists, 2);
	ck_assert_uint_eq(t.n_problems, 2);
	rmdir(t.path);
	rmdir(other);
	until(&t.n_problems, 4);
	ck_assert(!t.has_problem);
	unlink(good);
	teardown();
}
END_TEST

START_TEST(a_directory_or_a_fifo_is_no_list_and_does_not_hold_us)
{
	struct discovery_source source = { .kind = SOURCE_FILE_SD };

	setup();
	source.path = t.dir;
	begin(&source);
	until(&t.n_problems, 1);
	ck_assert_uint_eq(t.n_lists, 0);
	teardown();
}
END_TEST

START_TEST(http_sd_keeps_the_old_list_on_error)
{
	static const struct server_rule good[] = {
		{ .path = "/sd",
		  .bytes = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 44\r\n\r\n" JSON_TWO
			   "  " },
	};
	static const struct server_rule bad[] = {
		{ .path = "/sd", .bytes = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" },
	};
	static const struct server_rule html[] = {
		{ .path = "/sd",
		  .bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>" },
	};
	struct discovery_source source = { .kind = SOURCE_HTTP_SD, .refresh_ms = 40 };
	struct http_server server;
	char url[128];

	setup();
	http_server_start(&server, &t.loop, good, 1);
	source.path = http_server_url(&server, "/sd", url, sizeof url);
	begin(&source);
	until(&t.n_lists, 1);
	ck_assert_uint_eq(t.n_agents, 2);
	server.rules = bad;
	until(&t.n_problems, 1);
	ck_assert_ptr_nonnull(strstr(t.problem, "HTTP 500, expected 200; the old list is kept"));
	server.rules = html;
	until(&t.n_problems, 2);
	ck_assert_ptr_nonnull(strstr(t.problem, "the old list is kept"));
	server.rules = good;
	until(&t.n_problems, 3);
	ck_assert(!t.has_problem);
	http_server_stop(&server);
	until(&t.n_problems, 4);
	ck_assert_ptr_nonnull(strstr(t.problem, "connection refused"));
	teardown();
}
END_TEST

SUITE("discovery", a_file_is_read_and_read_again_when_it_is_replaced, half_a_file_is_not_applied_and_is_told_once,
      a_file_that_is_gone_is_an_empty_list, a_glob_finds_yaml_and_files_that_come_later,
      a_file_that_is_well_does_not_excuse_another, a_file_of_a_pattern_that_is_gone_is_forgotten,
      each_broken_file_is_told_once, a_directory_or_a_fifo_is_no_list_and_does_not_hold_us,
      http_sd_keeps_the_old_list_on_error)
