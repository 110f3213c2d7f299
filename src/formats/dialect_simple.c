// SPDX-License-Identifier: Apache-2.0
/* What everybody writes by hand: {"status":"ok"}, {"health":"true"} (etcd), {"healthy":true}, or one word of text. */
#include "formats/dialect_json.h"

// Members that mean health whatever they hold, and those that mean it only when they hold a word of it.
static const char *const sure_keys[SHAPE_KEYS_MAX] = { "status", "health", "healthy" };
static const struct json_shape shape = {
	{ "status", "health", "healthy", "state", "ok", "ready", "alive", "up" },
	{ "checks", "components", "dependencies", "services", "details" },
};

// "OK", "ready.", "pong!"
static const struct health_word *text_word(const struct answer *answer)
{
	size_t n = answer->n;

	if (n && (answer->body[n - 1] == '.' || answer->body[n - 1] == '!'))
		n--;
	return health_word_find(answer->body, n);
}

static bool fits(const struct answer *answer)
{
	const char *key;

	if (!answer->json)
		return text_word(answer) != NULL;
	if (json_first_key(answer->json, sure_keys))
		return true;
	key = json_first_key(answer->json, shape.status);
	return key && json_health_word(node_member(answer->json, key));
}

static void read_answer(const struct answer *answer, struct judgement *out)
{
	if (node_kind(answer->json) == JSON_OBJECT)
		json_read_shape(answer, &shape, out);
	else if (text_word(answer))
		judgement_of_word(out, text_word(answer), "");
	else
		judgement_set(out, VERDICT_FAIL, REASON_BAD_BODY, "no word of health in the answer");
}

const struct dialect dialect_simple = { DIALECT_SIMPLE, false, fits, read_answer };
