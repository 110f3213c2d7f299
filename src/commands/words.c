// SPDX-License-Identifier: Apache-2.0
#include "commands/words.h"

#include <stdio.h>

#include "audit/export.h"
#include "config/suggest.h"
#include "operations/journal_record.h"
#include "opscon/audit.h"
#include "opscon/health.h"
#include "opscon/operation.h"
#include "opscon/role.h"
#include "screen/theme.h"
#include "simulator/simulator.h"

enum { WORDS_MAX = 64 };

static const char *at(const char *const *words, size_t n, size_t i)
{
	return i < n ? words[i] : NULL;
}

const char *words_bad_state(size_t i)
{
	return i < 2 ? health_state_name(i ? HEALTH_DOWN : HEALTH_DEGRADED) : NULL;
}

const char *words_until(size_t i)
{
	return i ? words_bad_state(i - 1) : "healthy";
}

const char *words_table_or_json(size_t i)
{
	static const char *const words[] = { "table", "json" };

	return at(words, 2, i);
}

const char *words_audit_action(size_t i)
{
	return i < AUDIT_ACTION_COUNT ? audit_action_name((enum audit_action)i) : NULL;
}

const char *words_audit_level(size_t i)
{
	return i < AUDIT_LEVEL_COUNT ? audit_level_name((enum audit_level)i) : NULL;
}

const char *words_audit_result(size_t i)
{
	return i < AUDIT_RESULT_COUNT ? audit_result_name((enum audit_result)i) : NULL;
}

const char *words_audit_format(size_t i)
{
	return i < AUDIT_FORMAT_COUNT ? audit_format_name((enum audit_format)i) : NULL;
}

const char *words_audit_verb(size_t i)
{
	static const char *const words[] = { "list", "verify" };

	return at(words, 2, i);
}

const char *words_fault(size_t i)
{
	static char words[SIMULATOR_FAULT_COUNT][24];
	size_t fault = SIMULATOR_FAULT_NONE + 1 + i;

	if (fault >= SIMULATOR_FAULT_COUNT)
		return NULL;
	snprintf(words[fault], sizeof words[fault], "%s=", simulator_fault_name((enum simulator_fault)fault));
	return words[fault];
}

// What is only asked of an operation that is there comes first; resume and rollback are verbs as well.
const char *words_op_verb(size_t i)
{
	static const char *const own[] = { "list", "show", "pause", "abort" };
	enum { OWN = sizeof own / sizeof own[0] };

	if (i < OWN)
		return own[i];
	return i - OWN < VERB_COUNT ? verb_name((enum verb)(i - OWN)) : NULL;
}

const char *words_role(size_t i)
{
	size_t role = ROLE_NONE + 1 + i;

	return role < ROLE_COUNT ? role_name((enum role)role) : NULL;
}

const char *words_theme(size_t i)
{
	return i < THEME_COUNT ? theme_name((enum theme_id)i) : NULL;
}

const char *words_token_verb(size_t i)
{
	static const char *const words[] = { "create", "list", "revoke" };

	return at(words, 3, i);
}

const char *words_meant(const char *word, const char *(*words)(size_t i))
{
	const char *known[WORDS_MAX];
	size_t n = 0;

	while (n < WORDS_MAX && words(n)) {
		known[n] = words(n);
		n++;
	}
	return suggest(word, known, n);
}
