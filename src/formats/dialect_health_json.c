// SPDX-License-Identifier: Apache-2.0
/* application/health+json: pass, warn, fail, and `checks` as lists by "component:measurement" (`details` in early
 * drafts). Source: draft-inadarei-api-health-check-06.
 */
#include "formats/dialect_json.h"

static bool fits(const struct answer *answer)
{
	static const char *const words[] = { "pass", "warn", "fail", NULL };

	return content_type_has(answer, "health+json") || json_member_is_one_of(answer->json, "status", words);
}

static void read_answer(const struct answer *answer, struct judgement *out)
{
	static const struct json_shape shape = { { "status" }, { "checks", "details" } };

	json_read_shape(answer, &shape, out);
}

const struct dialect dialect_health_json = { DIALECT_HEALTH_JSON, true, fits, read_answer };
