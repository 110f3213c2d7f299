#pragma once
// SPDX-License-Identifier: Apache-2.0
// A request inside a message, as request_json_read() has it. Used inside wire/ only.
#include "wire/fields.h"
#include "wire/request_json.h"

int request_scan(struct wire_scan *scan, const struct json_node *object, struct request_text *out);
