// SPDX-License-Identifier: Apache-2.0
/* MicroProfile Health: UP or DOWN and a list of checks with name, status and data (`outcome` and `state` before 2.0).
 * Source: MicroProfile Health 4.0, appendix A.
 */
#include "formats/dialect_json.h"

static const struct json_shape shape = { { "status", "outcome" }, { "checks" } };

static bool fits(const struct answer *answer)
{
	static const char *const words[] = { "UP", "DOWN", NULL };
	const char *key = json_first_key(answer->json, shape.status);

	return key && node_kind(node_member(answer->json, "checks")) == JSON_ARRAY &&
	       json_member_is_one_of(answer->json, key, words);
}

static void read_answer(const struct answer *answer, struct judgement *out)
{
	json_read_shape(answer, &shape, out);
}

const struct dialect dialect_microprofile = { DIALECT_MICROPROFILE, true, fits, read_answer };
