#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The driver "http": the agent's own control endpoints, as opscon-agent(7) describes them.
 *
 * agent::control_url is asked what state the agent is in, and told what to do; what takes long is answered with the
 * address of an operation, which is asked until it is over. Whatever changes something goes out once, on a connection
 * of its own; an answer that does not come is DRIVER_UNKNOWN.
 */
#include "drivers/table.h"

// 0 or negative errno; *out is NULL then. Closed by its class's close.
int http_driver_create(const struct driver_options *options, struct driver **out);
