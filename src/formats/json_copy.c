// SPDX-License-Identifier: Apache-2.0
#include "formats/json_copy.h"

#include <errno.h>
#include <string.h>

static void copy_text(struct json_writer *w, const char *key, const struct json_value *value)
{
	struct json_text text;

	if (json_read_text(value, &text) < 0 || memchr(text.bytes, '\0', text.n)) {
		w->error = w->error ? w->error : -EINVAL;
		return;
	}
	json_text(w, key, text.bytes);
}

static void copy_number(struct json_writer *w, const char *key, const struct json_value *value)
{
	double number = 0;
	int64_t integer;

	if (json_read_int(value, &integer) == 0) {
		json_int(w, key, integer);
		return;
	}
	(void)json_read_number(value, &number);
	json_double(w, key, number);
}

static void copy_members(struct json_writer *w, const char *key, const struct json_value *object)
{
	struct json_members members;
	const struct json_value *value;
	struct json_text name;

	json_open(w, key, '{');
	json_members_init(&members, object);
	while (json_members_next(&members, &name, &value))
		json_copy(w, name.bytes, value);
	json_close(w, '}');
}

// As deep as documents are read: JSON_DEPTH_MAX.
void json_copy(struct json_writer *w, const char *key, const struct json_value *value)
{
	bool flag = false;

	switch (json_kind(value)) {
	case JSON_NULL:
		json_null(w, key);
		break;
	case JSON_BOOL:
		(void)json_read_bool(value, &flag);
		json_bool(w, key, flag);
		break;
	case JSON_NUMBER:
		copy_number(w, key, value);
		break;
	case JSON_STRING:
		copy_text(w, key, value);
		break;
	case JSON_ARRAY:
		json_open(w, key, '[');
		for (size_t i = 0; i < json_array_length(value); i++)
			json_copy(w, NULL, json_array_at(value, i));
		json_close(w, ']');
		break;
	case JSON_OBJECT:
		copy_members(w, key, value);
		break;
	}
}
