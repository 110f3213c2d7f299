// SPDX-License-Identifier: Apache-2.0
/* Certificates as they go wrong, served by `openssl s_server`. Where that is missing there is nothing to test with. */
#include "tests/support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "poll/http.h"
#include "tests/support/http_server.h"

struct peer {
	char folder[64];
	pid_t pid;
	FILE *out;
	int port;
};

static bool has_openssl(void)
{
	return system("openssl version >/dev/null 2>&1") == 0;
}

// One key, and the certificates that a test needs, made by a shell script in a folder of its own.
static void make_certificates(struct peer *peer)
{
	static const char script[] =
		"cd %s && exec >/dev/null 2>&1 && "
		"new='openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2' && "
		"$new -keyout self.key -out self.pem -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 && "
		"$new -keyout other.key -out other.pem -subj /CN=elsewhere -addext subjectAltName=DNS:elsewhere && "
		"openssl req -new -key self.key -subj /CN=127.0.0.1 -out old.csr && touch index && "
		"printf "
		"'[ca]\\ndefault_ca=c\\n[c]\\ndatabase=index\\nnew_certs_dir=.\\ndefault_md=sha256\\nrand_serial=yes\\n"
		"policy=p\\n[p]\\ncommonName=supplied\\n' >ca.conf && "
		"openssl ca -batch -config ca.conf -selfsign -keyfile self.key -in old.csr -out old.pem -notext "
		"-startdate 20200101000000Z -enddate 20210101000000Z && cp self.key old.key";
	char command[2048];

	snprintf(peer->folder, sizeof peer->folder, "/tmp/opscon-tls-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(peer->folder));
	snprintf(command, sizeof command, script, peer->folder);
	ck_assert_int_eq(system(command), 0);
}

// On peer->port, or where that is 0 on any.
static void serve(struct peer *peer, const char *certificate, const char *extra)
{
	char command[512], line[256];
	int out[2];

	snprintf(command, sizeof command,
		 "cd %s && exec openssl s_server -accept 127.0.0.1:%d -www -cert %s.pem -key %s.key %s 2>&1",
		 peer->folder, peer->port, certificate, certificate, extra);
	ck_assert_int_eq(pipe(out), 0);
	peer->pid = fork();
	if (peer->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that fails must not leave it behind
		dup2(out[1], STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	peer->out = fdopen(out[0], "r");
	while (fgets(line, sizeof line, peer->out) && strncmp(line, "ACCEPT", 6) != 0)
		;
	if (!peer->port) // it tells the port only when it chose one
		ck_assert_int_eq(sscanf(line, "ACCEPT 127.0.0.1:%d", &peer->port), 1);
	ck_assert_int_gt(peer->port, 0);
}

static void pause_serving(struct peer *peer)
{
	kill(peer->pid, SIGKILL);
	waitpid(peer->pid, NULL, 0);
	fclose(peer->out);
}

static void stop(struct peer *peer)
{
	pause_serving(peer);
	peer->port = 0;
}

static void clean_up(const struct peer *peer)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", peer->folder);
	ck_assert_int_eq(system(command), 0);
}

struct outcome {
	bool is_done;
	enum reason reason;
	int status;
	int32_t tls_us;
	char detail[REASON_DETAIL_MAX];
};

static void done_cb(const struct http_response *response, void *ctx)
{
	struct outcome *outcome = ctx;

	outcome->is_done = true;
	outcome->reason = response->reason;
	outcome->status = response->status;
	outcome->tls_us = response->timing.tls_us;
	memcpy(outcome->detail, response->detail, sizeof outcome->detail);
}

static struct outcome fetch_with(uv_loop_t *loop, struct http_client *client, const char *url,
				 const struct agent_tls *tls)
{
	struct http_request request = { .url = url, .tls = *tls, .timeout_ms = 3000 };
	struct outcome outcome = { 0 };
	struct http_transfer *transfer;

	ck_assert_int_eq(http_request_start(client, &request, done_cb, &outcome, &transfer), 0);
	loop_run_until(loop, &outcome.is_done);
	return outcome;
}

static struct http_client *open_client(uv_loop_t *loop)
{
	struct http_client *client;

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(uv_loop_init(loop), 0);
	ck_assert_int_eq(http_client_create(loop, NULL, &client), 0);
	return client;
}

static struct outcome fetch(const char *url, const struct agent_tls *tls)
{
	struct outcome outcome;
	uv_loop_t loop;
	struct http_client *client = open_client(&loop);

	outcome = fetch_with(&loop, client, url, tls);
	http_client_close(client, NULL, NULL);
	loop_finish(&loop);
	return outcome;
}

START_TEST(certificates_have_their_reasons)
{
	static const struct {
		const char *certificate, *ca, *extra, *scheme;
		bool is_insecure;
		enum reason reason;
	} rows[] = {
		{ "self", NULL, "", "https", false, REASON_TLS_UNTRUSTED },
		{ "self", "self", "", "https", false, REASON_NONE },
		{ "self", NULL, "", "https", true, REASON_NONE },
		{ "other", "other", "", "https", false, REASON_TLS_NAME },
		{ "other", NULL, "", "https", true, REASON_NONE },
		{ "old", "old", "", "https", false, REASON_TLS_EXPIRED },
		{ "old", NULL, "", "https", true, REASON_NONE },
		{ "self", "self", "-tls1_1 -cipher ALL:@SECLEVEL=0", "https", false, REASON_TLS_PROTO },
		{ "self", "missing", "", "https", false, REASON_TLS_UNTRUSTED },
		{ "self", "self", "-Verify 1 -tls1_3", "https", false, REASON_TLS_PROTO },
	};
	struct peer peer = { 0 };

	if (!has_openssl()) {
		suite_skip("no openssl command to serve certificates with");
		return;
	}
	make_certificates(&peer);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct agent_tls tls = { .is_insecure = rows[i].is_insecure };
		struct outcome outcome;
		char url[64], ca[128];

		serve(&peer, rows[i].certificate, rows[i].extra);
		snprintf(url, sizeof url, "%s://127.0.0.1:%d/", rows[i].scheme, peer.port);
		snprintf(ca, sizeof ca, "%s/%s.pem", peer.folder, rows[i].ca ? rows[i].ca : "");
		if (rows[i].ca)
			tls.ca_file = ca;
		outcome = fetch(url, &tls);
		stop(&peer);
		ck_assert_msg(outcome.reason == rows[i].reason, "row %zu: %s (%s)", i, reason_name(outcome.reason),
			      outcome.detail);
		ck_assert_int_eq(outcome.status, rows[i].reason == REASON_NONE ? 200 : 0);
		if (rows[i].reason == REASON_NONE)
			ck_assert_int_gt(outcome.tls_us, 0);
	}
	clean_up(&peer);
}
END_TEST

START_TEST(a_client_certificate_is_shown)
{
	struct peer peer = { 0 };
	char url[64], cert[128], key[128];
	struct outcome outcome;

	if (!has_openssl()) {
		suite_skip("no openssl command to serve certificates with");
		return;
	}
	make_certificates(&peer);
	serve(&peer, "self", "-Verify 1 -CAfile other.pem");
	snprintf(url, sizeof url, "https://127.0.0.1:%d/", peer.port);
	snprintf(cert, sizeof cert, "%s/other.pem", peer.folder);
	snprintf(key, sizeof key, "%s/other.key", peer.folder);
	outcome = fetch(url, &(struct agent_tls){ .is_insecure = true, .cert_file = cert, .key_file = key });
	ck_assert_msg(outcome.status == 200, "%s", outcome.detail);
	snprintf(key, sizeof key, "%s/self.key", peer.folder);
	outcome = fetch(url, &(struct agent_tls){ .is_insecure = true, .cert_file = cert, .key_file = key });
	ck_assert_int_eq(outcome.reason, REASON_TLS_PROTO);
	stop(&peer);
	clean_up(&peer);
}
END_TEST

// One client throughout: what it keeps of a session must not let another certificate pass.
START_TEST(a_certificate_that_changes_is_looked_at_anew)
{
	static const struct {
		const char *certificate;
		enum reason reason;
	} rows[] = { { "self", REASON_NONE },
		     { "other", REASON_TLS_UNTRUSTED },
		     { "old", REASON_TLS_UNTRUSTED },
		     { "self", REASON_NONE } };
	struct peer peer = { 0 };
	struct http_client *client;
	char url[64], ca[128];
	uv_loop_t loop;

	if (!has_openssl()) {
		suite_skip("no openssl command to serve certificates with");
		return;
	}
	make_certificates(&peer);
	snprintf(ca, sizeof ca, "%s/self.pem", peer.folder);
	client = open_client(&loop);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct outcome outcome;

		serve(&peer, rows[i].certificate, "");
		snprintf(url, sizeof url, "https://127.0.0.1:%d/", peer.port);
		outcome = fetch_with(&loop, client, url, &(struct agent_tls){ .ca_file = ca });
		ck_assert_msg(outcome.reason == rows[i].reason, "row %zu: %s (%s)", i, reason_name(outcome.reason),
			      outcome.detail);
		pause_serving(&peer);
	}
	http_client_close(client, NULL, NULL);
	loop_finish(&loop);
	clean_up(&peer);
}
END_TEST

SUITE("http_tls", certificates_have_their_reasons, a_client_certificate_is_shown,
      a_certificate_that_changes_is_looked_at_anew)
