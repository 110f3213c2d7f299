#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What an agent's control endpoints say, read strictly: opscon-agent(7), CONTROL ENDPOINT. Pure.
 *
 * A member of another type than documented, or a word that is none of the documented ones, refuses the whole answer:
 * what is half understood is not acted upon. Members of other names are ignored. All texts come out clean.
 */
#include <stdbool.h>
#include <stddef.h>

#include "opscon/driver.h"

enum {
	CONTROL_BODY_MAX = 64 * 1024,
	CONTROL_WHY_MAX = 120,
	CONTROL_MESSAGE_MAX = 160,
	CONTROL_URL_MAX = 2048 + 16,
};

struct control_state {
	struct driver_sight sight;
	bool has_verbs;
	unsigned verbs; // bit = 1 << verb; words that are no verb are ignored
};

// 0; -EINVAL with why ("state is a number; expected a string"); -ENOMEM.
int control_read_state(const char *body, size_t n, struct control_state *out, char why[CONTROL_WHY_MAX]);

enum control_status { CONTROL_RUNNING, CONTROL_SUCCEEDED, CONTROL_FAILED };

struct control_operation {
	enum control_status status;
	int percent;                                                   // 0..100; -1 not said
	char message[CONTROL_MESSAGE_MAX], error[CONTROL_MESSAGE_MAX]; // "" none
	bool has_state;                                                // member "agent"
	struct control_state state;
};

// The same.
int control_read_operation(const char *body, size_t n, struct control_operation *out, char why[CONTROL_WHY_MAX]);

/* What an answer that is no success says, for people: of JSON the member "detail", "error", "message" or "title", else
 * the first line of a text that is no HTML; "" when it says nothing. True when it says {"status":"failed"}: that what
 * was asked for was tried, and has failed.
 */
bool control_read_problem(const char *body, size_t n, char out[CONTROL_MESSAGE_MAX]);

/* The address below an agent's control endpoint: "http://host/control" and "start" are "http://host/control/start"; a
 * query stays at the end. 0 or -EINVAL (too long).
 */
int control_url(const char *base, const char *name, char out[CONTROL_URL_MAX]);

// Where an answer's Location leads: a path on the endpoint's own origin, or a URL there. 0; -EINVAL for any other.
int control_follow(const char *base, const char *location, char out[CONTROL_URL_MAX]);
