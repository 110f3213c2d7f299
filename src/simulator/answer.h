#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What an agent says to one request, its fault taken into account. */
#include <microhttpd.h>

#include "base/strbuf.h"
#include "simulator/internal.h"

struct answer {
	struct MHD_Response *response; // the caller destroys it
	unsigned http_status;
};

/* The body goes to the response, which frees it. 0 or -ENOMEM.
 */
int answer_set_body(struct answer *out, unsigned http_status, const char *content_type, struct bytes *body);

// `url` is the path without its query. Counts health answers. 0 or -ENOMEM.
int answer_make(struct sim_agent *agent, const char *method, const char *url, int64_t wall_ms, struct answer *out);
