// SPDX-License-Identifier: Apache-2.0
#include "formats/dialect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// In the order of detection: what says most about itself first.
static const struct dialect *const dialects[] = {
	&dialect_metrics, &dialect_kubernetes,   &dialect_prometheus, &dialect_consul, &dialect_health_json,
	&dialect_aspnet,  &dialect_microprofile, &dialect_actuator,   &dialect_simple,
};

const struct dialect *dialect_find(enum agent_dialect id)
{
	for (size_t i = 0; i < COUNT(dialects); i++)
		if (dialects[i]->id == id)
			return dialects[i];
	return NULL;
}

const struct dialect *dialect_detect(const struct answer *answer)
{
	for (size_t i = 0; i < COUNT(dialects); i++)
		if ((answer->json || !dialects[i]->is_json) && dialects[i]->fits(answer))
			return dialects[i];
	return NULL;
}

#define GOOD VERDICT_PASS, REASON_NONE, HEALTH_UP
#define WARNED VERDICT_WARN, REASON_WARN, HEALTH_DEGRADED
#define BAD VERDICT_FAIL, REASON_AGENT_SAYS_DOWN, HEALTH_DOWN
#define UNREADY VERDICT_FAIL, REASON_NOT_READY, HEALTH_DOWN
#define UNSURE VERDICT_WARN, REASON_WARN, HEALTH_UNKNOWN

// Sorted by word.
static const struct health_word words[] = {
	{ "active", GOOD },
	{ "alive", GOOD },
	{ "available", GOOD },
	{ "critical", BAD },
	{ "dead", BAD },
	{ "degraded", WARNED },
	{ "down", BAD },
	{ "draining", UNREADY },
	{ "error", BAD },
	{ "fail", BAD },
	{ "failed", BAD },
	{ "failing", BAD },
	{ "failure", BAD },
	{ "false", BAD },
	{ "fatal", BAD },
	{ "good", GOOD },
	{ "green", GOOD },
	{ "healthy", GOOD },
	{ "initializing", UNREADY },
	{ "live", GOOD },
	{ "maintenance", WARNED },
	{ "no", BAD },
	{ "not ready", UNREADY },
	{ "not_ready", UNREADY },
	{ "not_serving", UNREADY },
	{ "notready", UNREADY },
	{ "offline", BAD },
	{ "ok", GOOD },
	{ "online", GOOD },
	{ "operational", GOOD },
	{ "out_of_service", UNREADY },
	{ "pass", GOOD },
	{ "passed", GOOD },
	{ "passing", GOOD },
	{ "pending", UNREADY },
	{ "pong", GOOD },
	{ "ready", GOOD },
	{ "red", BAD },
	{ "running", GOOD },
	{ "serving", GOOD },
	{ "starting", UNREADY },
	{ "stopped", BAD },
	{ "stopping", UNREADY },
	{ "success", GOOD },
	{ "true", GOOD },
	{ "unavailable", BAD },
	{ "unhealthy", BAD },
	{ "unknown", UNSURE },
	{ "up", GOOD },
	{ "warn", WARNED },
	{ "warning", WARNED },
	{ "yellow", WARNED },
	{ "yes", GOOD },
};

static int compare_word(const void *key, const void *item)
{
	return strcasecmp(key, ((const struct health_word *)item)->word);
}

const struct health_word *health_word_find(const char *word, size_t n)
{
	char key[20];

	if (n == 0 || n >= sizeof key || memchr(word, '\0', n))
		return NULL;
	memcpy(key, word, n);
	key[n] = '\0';
	return bsearch(key, words, COUNT(words), sizeof words[0], compare_word);
}

// By hand: strcasestr() prepares for long texts, and this is asked of every answer several times.
bool content_type_has(const struct answer *answer, const char *part)
{
	size_t n = strlen(part);

	for (const char *at = answer->content_type; *at; at++)
		if ((*at | 0x20) == (*part | 0x20) && strncasecmp(at, part, n) == 0)
			return true;
	return false;
}

bool answer_is(const struct answer *answer, const char *word)
{
	return answer->n == strlen(word) && strncasecmp(answer->body, word, answer->n) == 0;
}

void judgement_set(struct judgement *out, enum verdict_level level, enum reason reason, const char *detail)
{
	out->level = level;
	out->reason = reason;
	text_clean(detail, strlen(detail), TEXT_ONE_LINE, out->detail, sizeof out->detail, NULL);
}

void judgement_of_word(struct judgement *out, const struct health_word *word, const char *fallback)
{
	const struct check_list *checks = &out->checks;
	size_t n_more = checks->n_by_state[HEALTH_DOWN] > 1 ? checks->n_by_state[HEALTH_DOWN] - 1 : 0;
	const char *why = checks->first_bad[0] ? checks->first_bad : fallback;
	char detail[2 * REASON_DETAIL_MAX];

	if (word->level == VERDICT_PASS && checks->first_bad[0]) {
		// It says so and so of itself at once: the better half of that is not believed.
		snprintf(detail, sizeof detail, "says %s, but %s", word->word, why);
		judgement_set(out, VERDICT_WARN, REASON_WARN, detail);
		return;
	}
	if (word->level == VERDICT_WARN && !*why)
		why = checks->first_doubt;
	if (!*why || word->level == VERDICT_PASS)
		snprintf(detail, sizeof detail, "says %s", word->word);
	else if (n_more && why == checks->first_bad)
		snprintf(detail, sizeof detail, "%.*s (and %zu more)", REASON_DETAIL_MAX - 24, why, n_more);
	else
		snprintf(detail, sizeof detail, "%s", why);
	judgement_set(out, word->level, word->reason, detail);
}

void judgement_of_checks(struct judgement *out)
{
	static const struct health_word critical = { "critical", BAD };
	static const struct health_word warning = { "warning", WARNED };
	static const struct health_word passing = { "passing", GOOD };
	const size_t *n = out->checks.n_by_state;

	if (n[HEALTH_DOWN])
		judgement_of_word(out, &critical, "");
	else if (n[HEALTH_DEGRADED] || n[HEALTH_UNKNOWN])
		judgement_of_word(out, &warning, "");
	else
		judgement_of_word(out, &passing, "");
}
