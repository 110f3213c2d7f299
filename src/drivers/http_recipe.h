#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What each verb is over HTTP: one request, and how long it may take. Pure. */
#include "base/strbuf.h"
#include "opscon/driver.h"

// The number of a verb's step.
static inline uint16_t http_primitive(enum verb verb)
{
	return (uint16_t)(PRIMITIVE_DRIVER + (int)verb);
}

int http_primitive_verb(uint16_t primitive, enum verb *out); // 0; -EINVAL: none of ours

const char *http_verb_method(enum verb verb); // "POST", "PATCH"
const char *http_verb_path(enum verb verb);   // below the control endpoint: "restart", "config"

/* The body of a verb's request: {"version":"1.5.0"}, {"force":true}, {"reason":...}, the patch as it is. 0; -EINVAL
 * when the patch is no JSON object; -ENOMEM; -EMSGSIZE.
 */
int http_verb_body(enum verb verb, const struct operation_params *params, struct bytes *out);

// As driver_class::recipe.
int http_recipe(const struct driver *driver, const struct agent *agent, const struct operation_params *params,
		const struct driver_sight *sight, bool is_undo, struct driver_recipe *out);
