// SPDX-License-Identifier: Apache-2.0
#include "poll/http_errors.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "text/text.h"

enum {
	// X509_V_ERR_* of openssl/x509_vfy.h, which numbers them for good
	VERIFY_NOT_YET_VALID = 9,
	VERIFY_EXPIRED = 10,
	VERIFY_HOSTNAME = 62,
	VERIFY_IP_ADDRESS = 64,
	// A resolver that answers "no" does so at once; one that gives up has waited.
	RESOLVER_GAVE_UP_MS = 1500,
};

bool http_errno_is_ours(int os_errno)
{
	switch (os_errno) {
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOBUFS:
	case EADDRNOTAVAIL:
		return true;
	default:
		return false;
	}
}

static bool says(const struct http_failure *failure, const char *words)
{
	return strstr(failure->text, words) != NULL;
}

static enum reason reason_of_lookup(const struct http_failure *failure)
{
	if (says(failure, "thread failed to start") || http_errno_is_ours(failure->os_errno))
		return REASON_PROBER_OVERLOAD;
	return failure->elapsed_ms >= RESOLVER_GAVE_UP_MS ? REASON_DNS_TIMEOUT : REASON_DNS_NXDOMAIN;
}

static enum reason reason_of_connect(const struct http_failure *failure)
{
	if (http_errno_is_ours(failure->os_errno))
		return REASON_PROBER_OVERLOAD;
	if (failure->is_proxied)
		return REASON_OFFLINE; // it is our way out that does not answer
	switch (failure->os_errno) {
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
	case EACCES:
	case EPERM:
	case EAFNOSUPPORT:
		return REASON_NO_ROUTE;
	case ETIMEDOUT:
		return REASON_CONNECT_TIMEOUT;
	default:
		return REASON_CONNECT_REFUSED;
	}
}

static enum reason reason_of_timeout(const struct http_failure *failure)
{
	if (failure->has_headers)
		return REASON_TIMEOUT_BODY;
	if (failure->is_ready || (failure->is_connected && !failure->is_proxied))
		return REASON_TIMEOUT_HEADERS;
	if (failure->is_proxied)
		return REASON_OFFLINE;
	return failure->is_resolved ? REASON_CONNECT_TIMEOUT : REASON_DNS_TIMEOUT;
}

static enum reason reason_of_certificate(const struct http_failure *failure)
{
	// libcurl compares the name itself, when the chain has passed; the verify result is stale then.
	if (says(failure, "subject name"))
		return REASON_TLS_NAME;
	switch (failure->verify_result) {
	case VERIFY_NOT_YET_VALID:
	case VERIFY_EXPIRED:
		return REASON_TLS_EXPIRED;
	case VERIFY_HOSTNAME:
	case VERIFY_IP_ADDRESS:
		return REASON_TLS_NAME;
	default:
		return REASON_TLS_UNTRUSTED;
	}
}

static enum reason reason_of_stream(const struct http_failure *failure)
{
	if (failure->proxy_status)
		return failure->proxy_status == 407 ? REASON_OFFLINE : REASON_NO_ROUTE;
	if (says(failure, "chunk"))
		return REASON_BAD_BODY;
	if (says(failure, "response headers"))
		return REASON_TOO_MANY_HEADERS;
	// Under TLS 1.3 a refused client certificate shows at the first read.
	if (says(failure, "alert"))
		return REASON_TLS_PROTO;
	return REASON_RESET;
}

enum reason http_failure_reason(const struct http_failure *failure)
{
	switch (failure->code) {
	case CURLE_OK:
		return REASON_NONE;
	case CURLE_COULDNT_RESOLVE_HOST:
		return reason_of_lookup(failure);
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_PROXY:
		return REASON_OFFLINE;
	case CURLE_COULDNT_CONNECT:
	case CURLE_INTERFACE_FAILED:
		return reason_of_connect(failure);
	case CURLE_OPERATION_TIMEDOUT:
		if (http_errno_is_ours(failure->os_errno))
			return REASON_PROBER_OVERLOAD;
		return reason_of_timeout(failure);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return reason_of_certificate(failure);
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CRL_BADFILE:
		return REASON_TLS_UNTRUSTED;
	case CURLE_SSL_CONNECT_ERROR:
		return says(failure, "reset by peer") ? REASON_RESET : REASON_TLS_PROTO;
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CLIENTCERT:
	case CURLE_USE_SSL_FAILED:
		return REASON_TLS_PROTO;
	case CURLE_GOT_NOTHING:
		return REASON_RESET;
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return reason_of_stream(failure);
	case CURLE_PARTIAL_FILE:
		return REASON_TRUNCATED;
	case CURLE_FILESIZE_EXCEEDED:
		return REASON_TOO_LARGE;
	case CURLE_BAD_CONTENT_ENCODING:
		return REASON_BAD_ENCODING;
	case CURLE_OUT_OF_MEMORY:
		// libcurl says the same when a single header line passes its own bound.
		return failure->has_byte && !failure->has_headers ? REASON_TOO_MANY_HEADERS : REASON_PROBER_OVERLOAD;
	case CURLE_FAILED_INIT:
	case CURLE_NO_CONNECTION_AVAILABLE:
	case CURLE_ABORTED_BY_CALLBACK:
		return REASON_PROBER_OVERLOAD;
	default: // an answer that is not HTTP, or a URL that is none
		return REASON_PARSE;
	}
}

// Fixed words for faults that libcurl tells with counters in them; NULL where its own words are steady.
static const char *steady_words(const struct http_failure *failure, enum reason reason)
{
	switch (reason) {
	case REASON_DNS_TIMEOUT:
		return "the name was not resolved in time";
	case REASON_CONNECT_TIMEOUT:
		return "no connection in time";
	case REASON_TIMEOUT_HEADERS:
		return failure->is_ready ? "connected, but no answer in time" : "connected, but no TLS in time";
	case REASON_TIMEOUT_BODY:
		return "the answer began but was not whole in time";
	case REASON_TRUNCATED:
		return "closed before the announced end";
	case REASON_TOO_MANY_HEADERS:
		return "a header line past any bound";
	default:
		break;
	}
	if (failure->is_proxied && reason == REASON_OFFLINE)
		return "the proxy does not answer";
	if (failure->code == CURLE_COULDNT_CONNECT && failure->os_errno)
		return strerror(failure->os_errno);
	if (failure->code == CURLE_GOT_NOTHING)
		return "closed without an answer";
	return NULL;
}

void http_failure_detail(const struct http_failure *failure, enum reason reason, char *out, size_t size)
{
	const char *words = steady_words(failure, reason);

	if (!words)
		words = failure->text[0] ? failure->text : curl_easy_strerror(failure->code);
	if (strcasecmp(words, reason_text(reason)) == 0)
		words = ""; // the reason says it already
	text_clean(words, strlen(words), TEXT_ONE_LINE, out, size, NULL);
}
