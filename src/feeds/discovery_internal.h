#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the kinds of discovery need of their owner. */
#include <uv.h>

struct discovery;
struct http_client;

uv_loop_t *discovery_loop(const struct discovery *discovery);
struct http_client *discovery_client(const struct discovery *discovery);
