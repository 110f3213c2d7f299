#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A struct as the members of a JSON object, by a table that is read in both directions. */
#include <stddef.h>

struct json_value;
struct json_writer;

enum json_field_kind {
	FIELD_TEXT,  // const char *, owned by the struct when it was read; NULL stands as null, which reads as ""
	FIELD_CHARS, // char[size]
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_I64, // within 2^53
	FIELD_DOUBLE,
	FIELD_BOOL,
	FIELD_WORD, // an enumeration
};

struct json_words {
	const char *(*name)(unsigned value);
	unsigned n;
};

struct json_field {
	const char *name;
	enum json_field_kind kind;
	size_t offset;
	size_t size;                    // FIELD_CHARS
	const struct json_words *words; // FIELD_WORD
};

void json_fields_write(struct json_writer *w, const struct json_field *fields, size_t n, const void *from);

/* Reads a value, or all the members of a table. Texts are cleaned; one that is missing is "". Every other field must be
 * there. 0; -EINVAL; -ENOMEM. Texts that were read stay in *to, whose owner frees them in either case.
 */
int json_field_read(const struct json_value *value, const struct json_field *field, void *to);
int json_fields_read(const struct json_value *object, const struct json_field *fields, size_t n, void *to);
