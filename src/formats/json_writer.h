#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Writes JSON in the order it is told to, so that key order is stable and nothing is held but the text.
 *
 * Commas, quotes and escapes are its business; nesting is the caller's. Text must be clean UTF-8 (text/text.h). Doubles
 * that JSON cannot say (NaN, infinities) become null. Errors stick: check `error` once at the end.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes;

struct json_writer {
	struct bytes *out; // borrowed
	bool needs_comma;
	int error; // 0, or the first of -ENOMEM, -EMSGSIZE
};

void json_writer_init(struct json_writer *w, struct bytes *out);
void json_open(struct json_writer *w, const char *key,
	       char bracket);                         // '{' or '['; key NULL inside an array or at the top
void json_close(struct json_writer *w, char bracket); // '}' or ']'
void json_text(struct json_writer *w, const char *key, const char *value); // NULL value: null
void json_int(struct json_writer *w, const char *key, int64_t value);
void json_double(struct json_writer *w, const char *key, double value);
void json_bool(struct json_writer *w, const char *key, bool value);
void json_null(struct json_writer *w, const char *key);
void json_time(struct json_writer *w, const char *key, int64_t wall_ms); // RFC 3339, UTC; 0: null
void json_newline(struct json_writer *w); // ends a JSON Lines record: the next value starts afresh
