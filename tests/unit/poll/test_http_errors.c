// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "poll/http_errors.h"
#include "poll/libcurl.h"

START_TEST(failures_have_their_reasons)
{
	static const struct {
		struct http_failure failure;
		enum reason reason;
	} rows[] = {
		{ { .code = CURLE_OK }, REASON_NONE },
		{ { .code = CURLE_COULDNT_RESOLVE_HOST, .elapsed_ms = 3 }, REASON_DNS_NXDOMAIN },
		{ { .code = CURLE_COULDNT_RESOLVE_HOST, .elapsed_ms = 4000 }, REASON_DNS_TIMEOUT },
		{ { .code = CURLE_COULDNT_RESOLVE_HOST, .os_errno = EMFILE }, REASON_PROBER_OVERLOAD },
		{ { .code = CURLE_COULDNT_RESOLVE_HOST, .text = "getaddrinfo() thread failed to start" },
		  REASON_PROBER_OVERLOAD },
		{ { .code = CURLE_COULDNT_RESOLVE_PROXY, .is_proxied = true }, REASON_OFFLINE },
		{ { .code = CURLE_PROXY, .is_proxied = true }, REASON_OFFLINE },
		{ { .code = CURLE_COULDNT_CONNECT, .os_errno = ECONNREFUSED }, REASON_CONNECT_REFUSED },
		{ { .code = CURLE_COULDNT_CONNECT, .os_errno = ECONNREFUSED, .is_proxied = true }, REASON_OFFLINE },
		{ { .code = CURLE_COULDNT_CONNECT, .os_errno = EHOSTUNREACH }, REASON_NO_ROUTE },
		{ { .code = CURLE_COULDNT_CONNECT, .os_errno = ENETUNREACH }, REASON_NO_ROUTE },
		{ { .code = CURLE_COULDNT_CONNECT, .os_errno = EACCES }, REASON_NO_ROUTE },
		{ { .code = CURLE_COULDNT_CONNECT, .os_errno = ETIMEDOUT }, REASON_CONNECT_TIMEOUT },
		{ { .code = CURLE_COULDNT_CONNECT, .os_errno = EMFILE }, REASON_PROBER_OVERLOAD },
		{ { .code = CURLE_COULDNT_CONNECT, .os_errno = ENOMEM }, REASON_PROBER_OVERLOAD },
		{ { .code = CURLE_COULDNT_CONNECT, .os_errno = EADDRNOTAVAIL, .is_proxied = true },
		  REASON_PROBER_OVERLOAD },
		{ { .code = CURLE_OPERATION_TIMEDOUT }, REASON_DNS_TIMEOUT },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .is_resolved = true }, REASON_CONNECT_TIMEOUT },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .is_resolved = true, .os_errno = ENOMEM },
		  REASON_PROBER_OVERLOAD },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .is_proxied = true }, REASON_OFFLINE },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .is_resolved = true, .is_connected = true },
		  REASON_TIMEOUT_HEADERS },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .is_ready = true, .is_proxied = true }, REASON_TIMEOUT_HEADERS },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .is_ready = true, .has_byte = true }, REASON_TIMEOUT_HEADERS },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .is_ready = true, .has_headers = true }, REASON_TIMEOUT_BODY },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify_result = 10 }, REASON_TLS_EXPIRED },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify_result = 9 }, REASON_TLS_EXPIRED },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify_result = 18 }, REASON_TLS_UNTRUSTED },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify_result = 62 }, REASON_TLS_NAME },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION, .text = "no alternative certificate subject name matches" },
		  REASON_TLS_NAME },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION }, REASON_TLS_UNTRUSTED },
		{ { .code = CURLE_SSL_CACERT_BADFILE }, REASON_TLS_UNTRUSTED },
		{ { .code = CURLE_SSL_CONNECT_ERROR, .text = "wrong version number" }, REASON_TLS_PROTO },
		{ { .code = CURLE_SSL_CONNECT_ERROR, .text = "Connection reset by peer" }, REASON_RESET },
		{ { .code = CURLE_SSL_CERTPROBLEM }, REASON_TLS_PROTO },
		{ { .code = CURLE_RECV_ERROR, .text = "tlsv13 alert certificate required" }, REASON_TLS_PROTO },
		{ { .code = CURLE_RECV_ERROR, .text = "Recv failure: Connection reset by peer" }, REASON_RESET },
		{ { .code = CURLE_RECV_ERROR, .text = "Illegal or missing hexadecimal sequence in chunked-encoding" },
		  REASON_BAD_BODY },
		{ { .code = CURLE_RECV_ERROR, .text = "Too large response headers: 307201 > 307200" },
		  REASON_TOO_MANY_HEADERS },
		{ { .code = CURLE_RECV_ERROR, .proxy_status = 502 }, REASON_NO_ROUTE },
		{ { .code = CURLE_RECV_ERROR, .proxy_status = 407 }, REASON_OFFLINE },
		{ { .code = CURLE_SEND_ERROR }, REASON_RESET },
		{ { .code = CURLE_GOT_NOTHING }, REASON_RESET },
		{ { .code = CURLE_PARTIAL_FILE }, REASON_TRUNCATED },
		{ { .code = CURLE_FILESIZE_EXCEEDED }, REASON_TOO_LARGE },
		{ { .code = CURLE_BAD_CONTENT_ENCODING }, REASON_BAD_ENCODING },
		{ { .code = CURLE_OUT_OF_MEMORY }, REASON_PROBER_OVERLOAD },
		{ { .code = CURLE_OUT_OF_MEMORY, .has_byte = true }, REASON_TOO_MANY_HEADERS },
		{ { .code = CURLE_OUT_OF_MEMORY, .has_byte = true, .has_headers = true }, REASON_PROBER_OVERLOAD },
		{ { .code = CURLE_FAILED_INIT }, REASON_PROBER_OVERLOAD },
		{ { .code = CURLE_UNSUPPORTED_PROTOCOL }, REASON_PARSE },
		{ { .code = CURLE_WEIRD_SERVER_REPLY }, REASON_PARSE },
		{ { .code = CURLE_URL_MALFORMAT }, REASON_PARSE },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct http_failure failure = rows[i].failure;
		enum reason reason;

		if (!failure.text)
			failure.text = "";
		reason = http_failure_reason(&failure);
		ck_assert_msg(reason == rows[i].reason, "row %zu: %s, not %s", i, reason_name(reason),
			      reason_name(rows[i].reason));
	}
}
END_TEST

START_TEST(details_are_steady_and_displayable)
{
	static const struct {
		struct http_failure failure;
		enum reason reason;
		const char *detail;
	} rows[] = {
		{ { .code = CURLE_COULDNT_CONNECT, .os_errno = ECONNREFUSED, .text = "after 3 ms" },
		  REASON_CONNECT_REFUSED,
		  "" },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .text = "after 5001 ms" },
		  REASON_DNS_TIMEOUT,
		  "the name was not resolved in time" },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .text = "x" }, REASON_CONNECT_TIMEOUT, "no connection in time" },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .is_ready = true, .text = "x" },
		  REASON_TIMEOUT_HEADERS,
		  "connected, but no answer in time" },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .is_connected = true, .text = "x" },
		  REASON_TIMEOUT_HEADERS,
		  "connected, but no TLS in time" },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .text = "x" },
		  REASON_TIMEOUT_BODY,
		  "the answer began but was not whole in time" },
		{ { .code = CURLE_PARTIAL_FILE, .text = "with 17 bytes" },
		  REASON_TRUNCATED,
		  "closed before the announced end" },
		{ { .code = CURLE_OUT_OF_MEMORY, .text = "" },
		  REASON_TOO_MANY_HEADERS,
		  "a header line past any bound" },
		{ { .code = CURLE_PROXY, .is_proxied = true, .text = "x" },
		  REASON_OFFLINE,
		  "the proxy does not answer" },
		{ { .code = CURLE_GOT_NOTHING, .text = "Empty reply" }, REASON_RESET, "closed without an answer" },
		{ { .code = CURLE_SSL_CONNECT_ERROR, .text = "bad\x1b[2J" }, REASON_TLS_PROTO, "bad^[[2J" },
		{ { .code = CURLE_SSL_CONNECT_ERROR, .text = "" }, REASON_TLS_PROTO, "SSL connect error" },
	};
	char why[LIBRARY_WHY_MAX];

	ck_assert_int_eq(libcurl_load(why), 0); // some words are its own
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char detail[REASON_DETAIL_MAX];

		http_failure_detail(&rows[i].failure, rows[i].reason, detail, sizeof detail);
		ck_assert_str_eq(detail, rows[i].detail);
	}
}
END_TEST

SUITE("http_errors", failures_have_their_reasons, details_are_steady_and_displayable)
