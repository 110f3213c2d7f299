#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What json-c lets pass and RFC 8259 does not, refused before json-c sees it: raw controls in strings, NaN and
 * Infinity, loose numbers, bytes that are no UTF-8; and nesting or counts that would cost memory. Used inside formats/
 * only.
 */
#include <stddef.h>

struct json_error;

// Checks every token of text[0..n), not how they follow each other. 0, or -EINVAL with *error filled.
int json_lex_check(const char *text, size_t n, struct json_error *error);

int json_fail(struct json_error *error, const char *reason, size_t offset); // -EINVAL; error may be NULL
