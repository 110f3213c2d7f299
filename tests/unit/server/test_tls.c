// SPDX-License-Identifier: Apache-2.0
/* What goes wrong before a connection speaks in the clear, and how one ends whose client or server takes nothing; that
 * it carries what is said is for the end-to-end tests of the hub.
 */
#include "tests/support/suite.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "server/certificate.h"
#include "server/gnutls.h"
#include "server/tls.h"
#include "tests/support/process.h"

struct bench {
	uv_loop_t loop;
	struct tls_server *server;
	char dir[64];
	char *cert, *key, *other_key;
	size_t n_ready, n_failed;
	char why[LIBRARY_WHY_MAX];
	bool has_closed, keeps;
	int clear_fd; // of the newest that is ready, if it `keeps` them
};

static void on_ready(void *ctx, void *user, int fd)
{
	struct bench *bench = ctx;

	(void)user;
	bench->n_ready++;
	bench->clear_fd = fd;
	if (!bench->keeps)
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

// ---- a client

struct client {
	const struct gnutls *lib;
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
	int fd; // -1: closed
};

static void client_init(struct client *client, int fd)
{
	char why[LIBRARY_WHY_MAX];

	*client = (struct client){ .lib = gnutls_load(why), .fd = fd };
	ck_assert_ptr_nonnull(client->lib);
	ck_assert_int_ge(client->lib->init(&client->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL), 0);
	ck_assert_int_ge(client->lib->allocate(&client->credentials), 0);
	ck_assert_int_ge(client->lib->set_priority(client->session, "NORMAL", NULL), 0);
	ck_assert_int_ge(client->lib->set_credentials(client->session, GNUTLS_CRD_CERTIFICATE, client->credentials), 0);
	client->lib->set_fds(client->session, fd, fd);
}

static void client_finish(struct client *client)
{
	client->lib->deinit(client->session);
	client->lib->release(client->credentials);
	if (client->fd >= 0)
		close(client->fd);
}

// One whose handshake is done; bench::clear_fd is the server's end of it.
static void join(struct bench *bench, struct client *client)
{
	size_t n = bench->n_ready;
	int r = GNUTLS_E_AGAIN;

	bench->keeps = true;
	client_init(client, connect_to(bench, INT64_MAX));
	while (r < 0 || bench->n_ready == n) {
		uv_run(&bench->loop, UV_RUN_NOWAIT);
		if (r < 0)
			r = client->lib->handshake(client->session);
		ck_assert_msg(r >= 0 || r == GNUTLS_E_AGAIN, "%s", client->lib->describe(r));
	}
}

// The loop takes what it can until it has nothing to do, which a second look tells.
static void settle(struct bench *bench)
{
	for (int i = 0; i < 20; i++)
		uv_run(&bench->loop, UV_RUN_NOWAIT);
}

// The server says so much that nothing of it goes on any more.
static void clog_out(struct bench *bench)
{
	static const char bytes[4096];
	int n_idle = 0;

	while (n_idle < 3) {
		ssize_t n = send(bench->clear_fd, bytes, sizeof bytes, MSG_NOSIGNAL | MSG_DONTWAIT);

		n_idle = n > 0 ? 0 : n_idle + 1;
		settle(bench);
	}
}

// The same the other way round.
static void clog_in(struct bench *bench, struct client *client)
{
	static const char bytes[4096];
	int n_idle = 0;

	while (n_idle < 3) {
		ssize_t n = client->lib->send(client->session, bytes, sizeof bytes);

		n_idle = n > 0 ? 0 : n_idle + 1;
		settle(bench);
	}
}

static size_t count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

// Of the server's two descriptors of a connection; the clear end and the client's are the test's.
static bool is_freed(struct bench *bench, size_t n_before)
{
	settle(bench);
	return count_fds() == n_before - 2;
}

static int64_t now_ms(void)
{
	return clock_now().mono_ms;
}

START_TEST(a_handshake_that_drips_ends_at_its_deadline)
{
	struct bench bench;
	struct client client;
	char hello[4096];
	int ends[2], fd;
	ssize_t n;
	int64_t begin_ms = now_ms();

	begin(&bench);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, NULL), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	client_init(&client, ends[0]);
	ck_assert_int_eq(client.lib->handshake(client.session), GNUTLS_E_AGAIN);
	n = read(ends[1], hello, sizeof hello);
	ck_assert_int_gt(n, 100);
	fd = connect_to(&bench, begin_ms + 5000);
	for (int i = 0; i < 90; i++) { // each byte comes in time, and all together do not
		ck_assert_int_eq(write(fd, hello + i, 1), 1);
		settle(&bench);
		tls_server_sweep(bench.server, begin_ms + 50 * i);
		ck_assert_uint_eq(bench.n_failed, 0);
	}
	tls_server_sweep(bench.server, begin_ms + 5000);
	ck_assert_uint_eq(bench.n_failed, 1);
	ck_assert_str_eq(bench.why, "it took too long");
	client_finish(&client);
	close(ends[1]);
	close(fd);
	tls_server_stop(bench.server);
	finish(&bench);
}
END_TEST

START_TEST(a_client_that_takes_nothing_ends)
{
	struct bench bench;
	struct client client;
	size_t n_fds;

	begin(&bench);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, NULL), 0);
	join(&bench, &client);
	tls_server_sweep(bench.server, INT64_MAX / 2); // who has nothing to take may stay
	n_fds = count_fds();
	ck_assert(!is_freed(&bench, n_fds));
	clog_out(&bench);
	tls_server_sweep(bench.server, now_ms() + TLS_STALL_MS / 2);
	ck_assert(!is_freed(&bench, n_fds));
	tls_server_sweep(bench.server, now_ms() + TLS_STALL_MS);
	ck_assert(is_freed(&bench, n_fds));
	ck_assert_uint_eq(bench.n_failed, 0); // it had begun
	close(bench.clear_fd);
	client_finish(&client);
	tls_server_stop(bench.server);
	finish(&bench);
}
END_TEST

START_TEST(a_client_that_takes_some_has_its_time_anew)
{
	struct bench bench;
	struct client client;
	char bytes[65536];
	int64_t late_ms;
	size_t n_fds;

	begin(&bench);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, NULL), 0);
	join(&bench, &client);
	n_fds = count_fds();
	clog_out(&bench);
	late_ms = now_ms() + TLS_STALL_MS;
	while (now_ms() + TLS_STALL_MS <= late_ms)
		settle(&bench);
	while (client.lib->recv(client.session, bytes, sizeof bytes) > 0)
		;
	clog_out(&bench);
	tls_server_sweep(bench.server, late_ms);
	ck_assert(!is_freed(&bench, n_fds));
	close(bench.clear_fd);
	client_finish(&client);
	tls_server_stop(bench.server);
	finish(&bench);
}
END_TEST

START_TEST(what_the_server_has_left_has_a_little_time)
{
	struct bench bench;
	struct client client;
	size_t n_fds;

	begin(&bench);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, NULL), 0);
	join(&bench, &client);
	clog_out(&bench);
	n_fds = count_fds() - 1;
	close(bench.clear_fd);
	settle(&bench);
	tls_server_sweep(bench.server, now_ms());
	ck_assert(!is_freed(&bench, n_fds));
	tls_server_sweep(bench.server, now_ms() + TLS_LINGER_MS);
	ck_assert(is_freed(&bench, n_fds));
	client_finish(&client);
	tls_server_stop(bench.server);
	finish(&bench);
}
END_TEST

// All that the client is sent, to its end.
static size_t drain(struct bench *bench, struct client *client, char *last)
{
	char bytes[65536];
	size_t n_all = 0;

	for (;;) {
		ssize_t n = client->lib->recv(client->session, bytes, sizeof bytes);

		settle(bench);
		if (n > 0) {
			*last = bytes[n - 1];
			n_all += (size_t)n;
		} else if (n != GNUTLS_E_AGAIN) {
			return n_all;
		}
	}
}

// The last word is the reason for it.
START_TEST(what_the_server_said_last_comes_though_it_left_something_unread)
{
	struct bench bench;
	struct client client;
	char last = '\0';

	begin(&bench);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, NULL), 0);
	join(&bench, &client);
	ck_assert_int_eq(client.lib->send(client.session, "hello", 5), 5);
	clog_out(&bench);
	ck_assert_int_eq(client.lib->send(client.session, "hello", 5), 5);
	settle(&bench);
	ck_assert_int_gt(recv(bench.clear_fd, &last, 1, MSG_PEEK), 0);
	close(bench.clear_fd);
	settle(&bench);
	ck_assert_int_eq(client.lib->send(client.session, "hello", 5), 5); // nobody hears it
	ck_assert_uint_gt(drain(&bench, &client, &last), 65536);
	ck_assert_int_eq(last, '\0');
	client_finish(&client);
	tls_server_stop(bench.server);
	finish(&bench);
}
END_TEST

START_TEST(a_server_that_takes_nothing_ends)
{
	struct bench bench;
	struct client client;
	size_t n_fds;

	begin(&bench);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, NULL), 0);
	join(&bench, &client);
	n_fds = count_fds();
	clog_in(&bench, &client);
	tls_server_sweep(bench.server, now_ms() + TLS_LINGER_MS);
	ck_assert(!is_freed(&bench, n_fds));
	tls_server_sweep(bench.server, now_ms() + TLS_STALL_MS);
	ck_assert(is_freed(&bench, n_fds));
	client_finish(&client);
	close(bench.clear_fd);
	join(&bench, &client); // and one whose client has gone meanwhile, which nobody reads
	clog_in(&bench, &client);
	n_fds = count_fds() - 1;
	close(client.fd);
	client.fd = -1;
	settle(&bench);
	tls_server_sweep(bench.server, now_ms());
	ck_assert(!is_freed(&bench, n_fds));
	tls_server_sweep(bench.server, now_ms() + TLS_LINGER_MS);
	ck_assert(is_freed(&bench, n_fds));
	close(bench.clear_fd);
	client_finish(&client);
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

START_TEST(another_certificate_is_for_those_who_come)
{
	char why[LIBRARY_WHY_MAX] = "";
	struct certificate certificate;
	struct bench bench;
	int before, after;

	begin(&bench);
	ck_assert_int_eq(create(&bench, bench.cert, bench.key, NULL), 0);
	before = connect_to(&bench, INT64_MAX); // in the middle of its handshake
	ck_assert_int_eq(tls_server_renew(bench.server, bench.cert, bench.other_key, NULL, why), -EINVAL);
	ck_assert_str_ne(why, "");
	ck_assert_int_eq(tls_server_renew(bench.server, "nonsense", bench.key, NULL, why), -EINVAL);
	mem_fail_after(0);
	ck_assert_int_eq(tls_server_renew(bench.server, bench.cert, bench.key, NULL, why), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_int_eq(tls_server_renew(bench.server, bench.cert, bench.key, bench.cert, why), 0);
	ck_assert_int_eq(tls_server_renew(bench.server, bench.cert, bench.key, NULL, why), 0);
	after = connect_to(&bench, INT64_MAX);
	ck_assert_uint_eq(bench.n_failed, 0);
	ck_assert_int_eq(certificate_read(bench.cert, &certificate, why), 0);
	ck_assert_int_gt(certificate.until_ms, clock_now().wall_ms);
	ck_assert_int_le(certificate.from_ms, clock_now().wall_ms);
	ck_assert_int_eq(certificate_read(bench.key, &certificate, why), -EINVAL);
	close(before);
	close(after);
	tls_server_stop(bench.server);
	finish(&bench);
	ck_assert(bench.has_closed);
}
END_TEST

SUITE("tls", a_certificate_and_its_key_must_fit, another_certificate_is_for_those_who_come, what_is_no_tls_ends,
      who_says_nothing_runs_out_of_time, a_handshake_that_drips_ends_at_its_deadline, a_client_that_takes_nothing_ends,
      a_client_that_takes_some_has_its_time_anew, what_the_server_has_left_has_a_little_time,
      what_the_server_said_last_comes_though_it_left_something_unread, a_server_that_takes_nothing_ends,
      whoever_is_there_ends_with_it)
