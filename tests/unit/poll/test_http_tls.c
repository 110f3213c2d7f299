// SPDX-License-Identifier: Apache-2.0
/* Certificates as they go wrong, served by `openssl s_server`. Where that is missing there is nothing to test with. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "poll/http.h"
#include "tests/support/http_server.h"
#include "tests/unit/poll/tls_peer.h"

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
	struct tls_peer peer = { 0 };

	if (!tls_peer_is_there()) {
		suite_skip("no openssl command to serve certificates with");
		return;
	}
	tls_peer_prepare(&peer);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct agent_tls tls = { .is_insecure = rows[i].is_insecure };
		struct outcome outcome;
		char url[64], ca[128];

		tls_peer_serve(&peer, rows[i].certificate, rows[i].extra);
		snprintf(url, sizeof url, "%s://127.0.0.1:%d/", rows[i].scheme, peer.port);
		snprintf(ca, sizeof ca, "%s/%s.pem", peer.folder, rows[i].ca ? rows[i].ca : "");
		if (rows[i].ca)
			tls.ca_file = ca;
		outcome = fetch(url, &tls);
		tls_peer_stop(&peer);
		ck_assert_msg(outcome.reason == rows[i].reason, "row %zu: %s (%s)", i, reason_name(outcome.reason),
			      outcome.detail);
		ck_assert_int_eq(outcome.status, rows[i].reason == REASON_NONE ? 200 : 0);
		if (rows[i].reason == REASON_NONE)
			ck_assert_int_gt(outcome.tls_us, 0);
	}
	tls_peer_finish(&peer);
}
END_TEST

START_TEST(a_client_certificate_is_shown)
{
	struct tls_peer peer = { 0 };
	char url[64], cert[128], key[128];
	struct outcome outcome;

	if (!tls_peer_is_there()) {
		suite_skip("no openssl command to serve certificates with");
		return;
	}
	tls_peer_prepare(&peer);
	tls_peer_serve(&peer, "self", "-Verify 1 -CAfile other.pem");
	snprintf(url, sizeof url, "https://127.0.0.1:%d/", peer.port);
	snprintf(cert, sizeof cert, "%s/other.pem", peer.folder);
	snprintf(key, sizeof key, "%s/other.key", peer.folder);
	outcome = fetch(url, &(struct agent_tls){ .is_insecure = true, .cert_file = cert, .key_file = key });
	ck_assert_msg(outcome.status == 200, "%s", outcome.detail);
	snprintf(key, sizeof key, "%s/self.key", peer.folder);
	outcome = fetch(url, &(struct agent_tls){ .is_insecure = true, .cert_file = cert, .key_file = key });
	ck_assert_int_eq(outcome.reason, REASON_TLS_PROTO);
	tls_peer_stop(&peer);
	tls_peer_finish(&peer);
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
	struct tls_peer peer = { 0 };
	struct http_client *client;
	char url[64], ca[128];
	uv_loop_t loop;

	if (!tls_peer_is_there()) {
		suite_skip("no openssl command to serve certificates with");
		return;
	}
	tls_peer_prepare(&peer);
	snprintf(ca, sizeof ca, "%s/self.pem", peer.folder);
	client = open_client(&loop);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct outcome outcome;

		tls_peer_serve(&peer, rows[i].certificate, "");
		snprintf(url, sizeof url, "https://127.0.0.1:%d/", peer.port);
		outcome = fetch_with(&loop, client, url, &(struct agent_tls){ .ca_file = ca });
		ck_assert_msg(outcome.reason == rows[i].reason, "row %zu: %s (%s)", i, reason_name(outcome.reason),
			      outcome.detail);
		tls_peer_pause(&peer);
	}
	http_client_close(client, NULL, NULL);
	loop_finish(&loop);
	tls_peer_finish(&peer);
}
END_TEST

SUITE("http_tls", certificates_have_their_reasons, a_client_certificate_is_shown,
      a_certificate_that_changes_is_looked_at_anew)
