// SPDX-License-Identifier: Apache-2.0
/* Spring Boot Actuator: UP, DOWN, OUT_OF_SERVICE, UNKNOWN and custom words; `components` since 2.2, `details` before.
 * Source: docs.spring.io, Production-ready Features, Health Information.
 */
#include "formats/dialect_json.h"

static bool fits(const struct answer *answer)
{
	static const char *const words[] = { "UP", "DOWN", "OUT_OF_SERVICE", "UNKNOWN", NULL };

	return content_type_has(answer, "vnd.spring-boot.actuator") ||
	       json_member_is_one_of(answer->json, "status", words);
}

static void read_answer(const struct answer *answer, struct judgement *out)
{
	static const struct json_shape shape = { { "status" }, { "components", "details" } };

	json_read_shape(answer, &shape, out);
}

const struct dialect dialect_actuator = { DIALECT_ACTUATOR, true, fits, read_answer };
