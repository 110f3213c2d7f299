#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Why a probe's outcome is what it is. The names are API: they stand in JSON, in rules and in the man pages. */
#include <stdbool.h>

enum reason {
	REASON_NONE, // answered, and well
	REASON_DNS_NXDOMAIN,
	REASON_DNS_TIMEOUT,
	REASON_CONNECT_REFUSED,
	REASON_CONNECT_TIMEOUT,
	REASON_NO_ROUTE,
	REASON_RESET, // the connection ended before an answer was whole, by RST or an empty reply
	REASON_TLS_EXPIRED,
	REASON_TLS_NAME,
	REASON_TLS_UNTRUSTED,
	REASON_TLS_PROTO,
	REASON_HTTP_STATUS,
	REASON_REDIRECT,
	REASON_AUTH_REQUIRED,
	REASON_TIMEOUT_HEADERS, // connected, and no complete header block in time
	REASON_TIMEOUT_BODY,
	REASON_TOO_LARGE,
	REASON_TOO_MANY_HEADERS,
	REASON_BAD_ENCODING,
	REASON_BAD_TYPE,
	REASON_BAD_BODY,
	REASON_PARSE,
	REASON_NOT_READY,
	REASON_WARN,
	REASON_AGENT_SAYS_DOWN,
	REASON_SLOW, // answered, over the configured slow limit
	REASON_TRUNCATED,
	REASON_PROBER_OVERLOAD, // our fault: no judgement
	REASON_OFFLINE,         // our own network is gone: no judgement
	REASON_COUNT,
};

enum { REASON_DETAIL_MAX = 201 }; // displayable bytes and the terminator

const char *reason_name(enum reason reason); // "connect_refused"; "ok" for REASON_NONE
const char *reason_text(enum reason reason); // "connection refused": for people
bool reason_is_ours(enum reason reason);     // gives no judgement about the agent
