// SPDX-License-Identifier: Apache-2.0
#include "formats/json_writer.h"

#include <math.h>
#include <string.h>

#include "base/human.h"
#include "base/number.h"
#include "base/strbuf.h"

void json_writer_init(struct json_writer *w, struct bytes *out)
{
	*w = (struct json_writer){ .out = out };
}

static void put(struct json_writer *w, const char *text, size_t n)
{
	if (!w->error)
		w->error = bytes_add(w->out, text, n);
}

static void put_string(struct json_writer *w, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	const char *from = text;

	put(w, "\"", 1);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		put(w, from, (size_t)(text - from));
		from = text + 1;
		if (c == '"' || c == '\\')
			put(w, (char[]){ '\\', (char)c }, 2);
		else
			put(w, escape, sizeof escape);
	}
	put(w, from, (size_t)(text - from));
	put(w, "\"", 1);
}

// What stands before any value: a comma where one is due, and the key.
static void begin(struct json_writer *w, const char *key)
{
	if (w->needs_comma)
		put(w, ",", 1);
	w->needs_comma = true;
	if (key) {
		put_string(w, key);
		put(w, ":", 1);
	}
}

void json_open(struct json_writer *w, const char *key, char bracket)
{
	begin(w, key);
	put(w, &bracket, 1);
	w->needs_comma = false;
}

void json_close(struct json_writer *w, char bracket)
{
	put(w, &bracket, 1);
	w->needs_comma = true;
}

void json_text(struct json_writer *w, const char *key, const char *value)
{
	begin(w, key);
	if (value)
		put_string(w, value);
	else
		put(w, "null", 4);
}

void json_int(struct json_writer *w, const char *key, int64_t value)
{
	char digits[20]; // of the least, sign included
	size_t at = sizeof digits;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	begin(w, key);
	do
		digits[--at] = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		digits[--at] = '-';
	put(w, digits + at, sizeof digits - at);
}

void json_double(struct json_writer *w, const char *key, double value)
{
	char number[40];

	if (!isfinite(value)) {
		json_null(w, key);
		return;
	}
	begin(w, key);
	put(w, number, number_format(value, number, sizeof number));
}

void json_bool(struct json_writer *w, const char *key, bool value)
{
	begin(w, key);
	put(w, value ? "true" : "false", value ? 4 : 5);
}

void json_null(struct json_writer *w, const char *key)
{
	begin(w, key);
	put(w, "null", 4);
}

void json_time(struct json_writer *w, const char *key, int64_t wall_ms)
{
	char text[HUMAN_MAX];

	json_text(w, key, wall_ms ? human_rfc3339(wall_ms, text) : NULL);
}

void json_newline(struct json_writer *w)
{
	put(w, "\n", 1);
	w->needs_comma = false;
}
