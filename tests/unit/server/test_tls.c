// SPDX-License-Identifier: Apache-2.0
/* What goes wrong before a connection speaks in the clear; that it does then is for the end-to-end tests of the hub. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "server/tls.h"
#include "tests/support/process.h"

struct bench {
	uv_loop_t loop;
	struct tls_server *server;
	char dir[64];
	char *cert, *key, *other_key;
	size_t n_ready, n_failed;
	char why[LIBRARY_WHY_MAX];
	bool has_closed;
};

static void on_ready(void *ctx, void *user, int fd)
{
	struct bench *bench = ctx;

	(void)user;
	bench->n_ready++;
	close(fd);
}

static void on_failed(void *ctx, void *user, const char *why)
{
	struct bench *bench = ctx;

	ck_assert_ptr_eq(user, bench);
	bench->n_failed++;
	snprintf(bench->why, sizeof bench->why, "%s", why);
}

static void on_closed(void *ctx)
{
	struct bench *bench = ctx;

	bench->has_closed = true;
}

static char *read_file(const char *dir, const char *name)
{
	char path[128], *text = calloc(1, 8192);
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_gt(fread(text, 1, 8191, file), 100);
	fclose(file);
	return text;
}

static int create(struct bench *bench, const char *cert, const char *key, const char *ca)
{
	const struct tls_options options = { .loop = &bench->loop,
					     .cert = cert,
					     .key = key,
					     .client_ca = ca,
					     .ready = on_ready,
					     .failed = on_failed,
					     .closed = on_closed,
					     .ctx = bench };

	bench->why[0] = '\0';
	return tls_server_create(&options, &bench->server, bench->why);
}

static void begin(struct bench *bench)
{
	char command[400];
	struct process_result result;

	*bench = (struct bench){ .dir = "/tmp/opscon-tls-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(bench->dir));
	snprintf(command, sizeof command,
		 "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
		 "-subj /CN=localhost -keyout key -out cert && openssl ecparam -name prime256v1 -genkey -out other",
		 bench->dir);
	result = process_run((const char *[]){ "sh", "-c", command, NULL }, NULL);
	ck_assert_msg(result.status == 0, "%s", result.err);
	process_result_finish(&result);
	bench->cert = read_file(bench->dir, "cert");
	bench->key = read_file(bench->dir, "key");
	bench->other_key = read_file(bench->dir, "other");
	ck_assert_int_eq(uv_loop_init(&bench->loop), 0);
}

static void finish(struct bench *bench)
{
	struct process_result result = process_run((const char *[]){ "rm", "-r", bench->dir, NULL }, NULL);

	process_result_finish(&result);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&bench->loop), 0);
	free(bench->cert);
	free(bench->key);
	free(bench->other_key);
}

// A connection to it; the other end.
static int connect_to(struct bench *bench, int64_t deadline_ms)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	tls_server_take(bench->server, ends[0], bench, deadline_ms);
	return ends[1];
}

START_TEST(a_certificate_and_its_key_must_fit)
{
	struct bench bench;

	begin(&bench);
	ck_assert_int_eq(create(&bench, "no certificate", bench.key, NULL), -EINVAL);
	ck_assert_str_ne(bench.why, "");
	ck_assert_int_eq(create(&bench, bench.cert, "", NULL), -EINVAL);
	ck_assert_int_eq(create(&bench, bench.cert, bench.other_key, NULL), -EINVAL);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, "nobody"), -EINVAL);
	mem_fail_after(0);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, NULL), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, bench.cert), 0);
	tls_server_stop(bench.server);
	ck_assert(bench.has_closed);
	tls_server_stop(NULL);
	finish(&bench);
}
END_TEST

START_TEST(what_is_no_tls_ends)
{
	static const char *const words[] = { "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\xff\xff nonsense",
					     "SSH-2.0-x\r\n" };
	struct bench bench;

	begin(&bench);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, NULL), 0);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		int fd = connect_to(&bench, INT64_MAX);

		ck_assert_int_gt(write(fd, words[i], strlen(words[i])), 0);
		shutdown(fd, SHUT_WR);
		while (bench.n_failed == i)
			uv_run(&bench.loop, UV_RUN_ONCE);
		ck_assert_str_ne(bench.why, "");
		close(fd);
	}
	ck_assert_uint_eq(bench.n_ready, 0);
	tls_server_stop(bench.server);
	finish(&bench);
	ck_assert(bench.has_closed);
}
END_TEST

START_TEST(who_says_nothing_runs_out_of_time)
{
	struct bench bench;
	int64_t now_ms = clock_now().mono_ms;
	int first, second;

	begin(&bench);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, NULL), 0);
	first = connect_to(&bench, now_ms + 1000);
	second = connect_to(&bench, now_ms + 2000);
	tls_server_sweep(bench.server, now_ms + 999);
	ck_assert_uint_eq(bench.n_failed, 0);
	tls_server_sweep(bench.server, now_ms + 1000);
	ck_assert_uint_eq(bench.n_failed, 1);
	uv_run(&bench.loop, UV_RUN_NOWAIT);
	tls_server_sweep(bench.server, now_ms + 5000);
	ck_assert_uint_eq(bench.n_failed, 2);
	close(first);
	close(second);
	tls_server_stop(bench.server);
	finish(&bench);
}
END_TEST

START_TEST(whoever_is_there_ends_with_it)
{
	struct bench bench;
	int fds[5];

	begin(&bench);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, NULL), 0);
	for (size_t i = 0; i < 4; i++)
		fds[i] = connect_to(&bench, INT64_MAX);
	mem_fail_after(0);
	fds[4] = connect_to(&bench, INT64_MAX);
	mem_fail_after(-1);
	ck_assert_uint_eq(bench.n_failed, 1);
	uv_run(&bench.loop, UV_RUN_NOWAIT);
	tls_server_stop(bench.server);
	ck_assert_uint_eq(bench.n_failed, 5);
	ck_assert(!bench.has_closed);
	finish(&bench);
	ck_assert(bench.has_closed);
	for (size_t i = 0; i < 5; i++)
		close(fds[i]);
}
END_TEST

SUITE("tls", a_certificate_and_its_key_must_fit, what_is_no_tls_ends, who_says_nothing_runs_out_of_time,
      whoever_is_there_ends_with_it)
