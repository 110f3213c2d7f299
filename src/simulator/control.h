#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The control endpoint of a simulated agent, /control, as opscon-agent(7) describes it.
 *
 * It answers whatever the agent's own state is, like a supervisor beside it. What it was asked is remembered, so that a
 * request that comes again with its key is answered as it was and does nothing.
 */
#include "simulator/answer.h"

enum { CONTROL_REQUEST_MAX = 64 * 1024, CONTROL_RECORDS_MAX = 16, CONTROL_KEY_MAX = 128 };

struct control_request {
	const char *method, *url;   // the path
	const char *key, *if_match; // of the headers; NULL: none
	const char *body;           // terminated; may be NULL
	size_t n_body;
};

bool control_is_path(const char *url);

// Does what is asked, and makes the answer. 0 or -ENOMEM.
int control_answer(struct sim_agent *agent, const struct control_request *request, uint64_t now_ms, int64_t wall_ms,
		   struct answer *out);

uint64_t control_run_due(struct simulator *sim, uint64_t now_ms); // what takes a while; when the next is due
void control_finish(struct sim_agent *agent);
