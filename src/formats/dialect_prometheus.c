// SPDX-License-Identifier: Apache-2.0
/* /-/ready and /-/healthy of Prometheus and its kin: "Prometheus Server is Ready." */
#include <string.h>
#include <strings.h>

#include "formats/dialect.h"

static bool ends_with(const struct answer *answer, const char *tail)
{
	size_t n = strlen(tail);

	return answer->n >= n && strncasecmp(answer->body + answer->n - n, tail, n) == 0;
}

static bool is_good(const struct answer *answer)
{
	return ends_with(answer, " is Ready.") || ends_with(answer, " is Healthy.");
}

static bool is_not_ready(const struct answer *answer)
{
	return ends_with(answer, " is not Ready.") || ends_with(answer, " is not Healthy.");
}

static bool fits(const struct answer *answer)
{
	return !memchr(answer->body, '\n', answer->n) && (is_good(answer) || is_not_ready(answer));
}

static void read_answer(const struct answer *answer, struct judgement *out)
{
	if (is_good(answer))
		judgement_of_word(out, health_word_find("ready", 5), "");
	else if (is_not_ready(answer) || answer_is(answer, "Service Unavailable"))
		judgement_of_word(out, health_word_find("not ready", 9), "");
	else if (answer_is(answer, "OK"))
		judgement_of_word(out, health_word_find("ok", 2), "");
	else
		judgement_set(out, VERDICT_FAIL, REASON_BAD_BODY, "does not say that it is ready");
}

const struct dialect dialect_prometheus = { DIALECT_PROMETHEUS, false, fits, read_answer };
