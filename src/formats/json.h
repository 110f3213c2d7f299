#pragma once
// SPDX-License-Identifier: Apache-2.0
/* JSON from outside, read strictly (RFC 8259) by one wrapper over json-c, which knows no strict mode of its own worth
 * the name: exact literals and numbers, no controls in strings, no comments, no trailing commas or text, valid UTF-8.
 *
 * A byte order mark at the start is skipped. Of duplicate keys the last one wins, in the place of the first. A lone
 * surrogate escape reads as U+FFFD. Integers past 64 bits saturate; other numbers too great are infinite, as in
 * number_parse().
 *
 * Values belong to the document they came from. All readers take NULL for "absent" and answer as they do for a value
 * of another kind, so a path is walked without a test at each step.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_DEPTH_MAX = 32, JSON_BYTES_MAX = 16 << 20, JSON_VALUES_MAX = 2000000, JSON_REASON_MAX = 64 };

struct json_value; // a document, or a part of one

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_error {
	char reason[JSON_REASON_MAX]; // "trailing text"; our own words, safe to show
	size_t offset;                // bytes from the start
};

// Not terminated where it matters: a string may hold NUL. Not displayable either; see text_clean().
struct json_text {
	const char *bytes; // borrowed from the document
	size_t n;
};

struct json_members {
	const struct json_value *object;
	const void *at; // the next one
};

/* Reads one document that is all of text[0..n). 0; -EINVAL with *error (may be NULL) filled, which covers the limits
 * above; -ENOMEM. Free with json_free(), which takes NULL.
 */
int json_parse(const char *text, size_t n, struct json_value **out, struct json_error *error);
void json_free(struct json_value *document);

enum json_kind json_kind(const struct json_value *value);

// 0 and *out set, or -ENOENT when the value is absent or of another kind.
int json_read_bool(const struct json_value *value, bool *out);
int json_read_number(const struct json_value *value, double *out);
int json_read_int(const struct json_value *value, int64_t *out); // of a number without point and exponent
int json_read_text(const struct json_value *value, struct json_text *out);

// Compares a string value with a word in any ASCII case; false for every other kind.
bool json_text_is(const struct json_value *value, const char *word);

// Whether two values say the same; members may stand in any order. What is absent is null.
bool json_same(const struct json_value *a, const struct json_value *b);

const struct json_value *json_member(const struct json_value *object, const char *name); // NULL when absent
size_t json_array_length(const struct json_value *array);                                // 0 when it is none
const struct json_value *json_array_at(const struct json_value *array, size_t i);        // NULL past the end

// Walks the members of an object in the order written; of any other kind there are none.
void json_members_init(struct json_members *members, const struct json_value *object);
bool json_members_next(struct json_members *members, struct json_text *name, const struct json_value **value);
