#pragma once
// SPDX-License-Identifier: Apache-2.0
#include "base/strbuf.h"
#include "formats/json_writer.h"
#include "opscon/operation.h"

enum { PLAN_SCHEMA_VERSION = 1 };

// The plan for programs: one object with a schema_version; see opscon(1). 0, -ENOMEM, -EMSGSIZE.
int plan_json(const struct plan *plan, struct bytes *out);

// The same as a member of an object that is being written, NULL at the top; without schema_version.
void plan_json_write(const struct plan *plan, const char *key, struct json_writer *w);
