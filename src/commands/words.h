#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The words that values of options, and first operands, may be, as commands/commands.h wants them: the i-th, and NULL
 * behind the last. They are those that the readers of these values know.
 */
#include <stddef.h>

const char *words_bad_state(size_t i); // what is not well: degraded, down
const char *words_until(size_t i);     // what is waited for
const char *words_table_or_json(size_t i);
const char *words_audit_action(size_t i);
const char *words_audit_level(size_t i);
const char *words_audit_result(size_t i);
const char *words_audit_format(size_t i);
const char *words_audit_verb(size_t i);
const char *words_fault(size_t i); // of the simulator, each with the '=' that a share follows
const char *words_op_verb(size_t i);
const char *words_role(size_t i); // that somebody may have
const char *words_theme(size_t i);
const char *words_token_verb(size_t i);

// The word that is meant by a mistyped one; NULL: none is near enough.
const char *words_meant(const char *word, const char *(*words)(size_t i));
