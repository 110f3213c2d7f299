// SPDX-License-Identifier: Apache-2.0
/* ASP.NET Core: Healthy, Degraded (with 200), Unhealthy, as the whole text or as JSON with `entries` (the UI's writer)
 * or `results` (the documentation's). Source: learn.microsoft.com, Health checks in ASP.NET Core.
 */
#include "formats/dialect_json.h"

static const char *const words[] = { "Healthy", "Degraded", "Unhealthy", NULL };

static bool is_word(const struct answer *answer)
{
	for (const char *const *word = words; *word; word++)
		if (answer_is(answer, *word) && answer->body[0] == (*word)[0])
			return true;
	return false;
}

static bool fits(const struct answer *answer)
{
	return answer->json ? json_member_is_one_of(answer->json, "status", words) : is_word(answer);
}

static void read_answer(const struct answer *answer, struct judgement *out)
{
	static const struct json_shape shape = { { "status" }, { "entries", "results", "checks" } };

	if (answer->json)
		json_read_shape(answer, &shape, out);
	else if (is_word(answer))
		judgement_of_word(out, health_word_find(answer->body, answer->n), "");
	else
		judgement_set(out, VERDICT_FAIL, REASON_BAD_BODY, "neither Healthy, Degraded nor Unhealthy");
}

const struct dialect dialect_aspnet = { DIALECT_ASPNET, false, fits, read_answer };
