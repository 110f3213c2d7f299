#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What libcurl says of a failed transfer, as one of our reasons. Pure, so that the table can be tested row by row. */
#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/reason.h"

struct http_failure {
	CURLcode code;
	int os_errno;       // of socket(2) or connect(2); 0 unknown
	long verify_result; // OpenSSL's X509_V_ERR_*
	long proxy_status;  // the proxy's answer to CONNECT; 0 none
	bool is_proxied;
	bool is_resolved;   // an address was known
	bool is_connected;  // TCP stood
	bool is_ready;      // TLS, too: the request could be sent
	bool has_byte;      // of the answer
	bool has_headers;   // the header block was complete
	int64_t elapsed_ms; // until the failure
	const char *text;   // libcurl's own words, "" when none; raw
};

enum reason http_failure_reason(const struct http_failure *failure);

/* What is shown beside the reason: displayable, and the same for the same fault each time (libcurl's own words carry
 * counters), so that a lasting fault is one event and not one a probe.
 */
void http_failure_detail(const struct http_failure *failure, enum reason reason, char *out, size_t size);

// Errors that are ours: no descriptor, memory, buffer or local port to be had.
bool http_errno_is_ours(int os_errno);
