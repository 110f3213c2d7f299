#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The outcome of one probe, as poll/ hands it to the services. Everything borrowed lives until the callback returns. */
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "opscon/agent.h"
#include "opscon/reason.h"

enum probe_kind { PROBE_HEALTH, PROBE_METRICS };

// Microseconds since the probe was dispatched to the end of each phase; 0 where the phase did not happen (a kept
// connection has no dns, connect or tls) and -1 where the probe ended before it.
struct probe_timing {
	int32_t dns_us, connect_us, tls_us, first_byte_us, total_us;
};

struct sample {
	const struct agent *agent; // borrowed
	enum probe_kind kind;
	struct instant at;  // when the probe ended
	enum reason reason; // of the transport; REASON_NONE: an HTTP answer came whole, whatever its status
	char detail[REASON_DETAIL_MAX];
	int http_status; // 0: none
	struct probe_timing timing;
	uint64_t wire_bytes, body_bytes;
	const char *content_type; // borrowed, may be NULL
	const char *body;         // borrowed, not terminated; NULL when there is none
	size_t body_len;
};
