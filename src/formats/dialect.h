#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Health dialects: what agents say about themselves in the body of an answer. One file a dialect, one table of them
 * all (dialect.c). Used inside formats/ only; everyone else calls verdict_read().
 */
#include <stdbool.h>
#include <stddef.h>

#include "formats/check_list.h"
#include "opscon/health.h"

struct json_node;

// An answer as dialects see it. All borrowed.
struct answer {
	const char *body; // without a byte order mark and blanks at both ends
	size_t n;
	const char *content_type;           // "" when there was none
	const struct json_node *json;       // NULL when the body is no JSON
	const struct scrape_counts *counts; // NULL when the body was not read as a scrape yet
};

// What the body says, whatever the status line said.
struct judgement {
	enum verdict_level level;
	enum reason reason;
	char detail[REASON_DETAIL_MAX]; // displayable
	struct check_list checks;
};

struct dialect {
	enum agent_dialect id;
	bool is_json;                              // reads answer->json, which then is not NULL
	bool (*fits)(const struct answer *answer); // by content type and shape
	void (*read)(const struct answer *answer, struct judgement *out);
};

extern const struct dialect dialect_actuator, dialect_aspnet, dialect_consul, dialect_health_json, dialect_kubernetes,
	dialect_metrics, dialect_microprofile, dialect_prometheus, dialect_simple;

const struct dialect *dialect_find(enum agent_dialect id);         // NULL for auto and status
const struct dialect *dialect_detect(const struct answer *answer); // NULL when none fits

// A word of health, any case: "UP", "passing", "not ready".
struct health_word {
	const char *word;
	enum verdict_level level;
	enum reason reason;
	enum health_state state; // of a check that says so
};

const struct health_word *health_word_find(const char *word, size_t n); // NULL when it is none

bool content_type_has(const struct answer *answer, const char *part); // any case
bool answer_is(const struct answer *answer, const char *word);        // the whole body, any case

void judgement_set(struct judgement *out, enum verdict_level level, enum reason reason, const char *detail);

// What the word says, with the first bad check or else the fallback (may be "") as detail.
void judgement_of_word(struct judgement *out, const struct health_word *word, const char *fallback);

// For answers without a verdict of their own: the worst of the checks.
void judgement_of_checks(struct judgement *out);
