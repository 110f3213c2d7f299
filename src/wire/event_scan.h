#pragma once
// SPDX-License-Identifier: Apache-2.0
// An event inside a message, as event_json_read() has it. Used inside wire/ only.
#include "opscon/event.h"
#include "wire/fields.h"

int event_scan(struct wire_scan *scan, const struct json_node *object, struct event **out);
