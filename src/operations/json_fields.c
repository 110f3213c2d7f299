// SPDX-License-Identifier: Apache-2.0
#include "operations/json_fields.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "formats/json.h"
#include "formats/json_writer.h"
#include "text/text.h"

enum { TEXT_MAX = 1 << 20 };

static const double whole_max = 9007199254740992; // 2^53: up to here a double is exact

// ---- writing

static int64_t whole_of(const struct json_field *field, const void *at)
{
	switch (field->kind) {
	case FIELD_U8:
		return *(const uint8_t *)at;
	case FIELD_U16:
		return *(const uint16_t *)at;
	case FIELD_U32:
		return *(const uint32_t *)at;
	default:
		return *(const int64_t *)at;
	}
}

void json_fields_write(struct json_writer *w, const struct json_field *fields, size_t n, const void *from)
{
	for (size_t i = 0; i < n; i++) {
		const struct json_field *field = &fields[i];
		const void *at = (const char *)from + field->offset;

		switch (field->kind) {
		case FIELD_TEXT:
			json_text(w, field->name, *(const char *const *)at);
			break;
		case FIELD_CHARS:
			json_text(w, field->name, at);
			break;
		case FIELD_DOUBLE:
			json_double(w, field->name, *(const double *)at);
			break;
		case FIELD_BOOL:
			json_bool(w, field->name, *(const bool *)at);
			break;
		case FIELD_WORD:
			json_text(w, field->name, field->words->name(*(const unsigned *)at));
			break;
		default:
			json_int(w, field->name, whole_of(field, at));
		}
	}
}

// ---- reading

static int read_text(const struct json_value *value, const char **out)
{
	struct json_text text = { "", 0 };

	if (json_read_text(value, &text) < 0 && json_kind(value) != JSON_NULL)
		return -EINVAL;
	*out = text_clean_dup(text.bytes, text.n, TEXT_ONE_LINE, TEXT_MAX);
	return *out ? 0 : -ENOMEM;
}

static int read_chars(const struct json_value *value, char *out, size_t size)
{
	struct json_text text;

	if (json_read_text(value, &text) < 0)
		return -EINVAL;
	text_clean(text.bytes, text.n, TEXT_ONE_LINE, out, size, NULL);
	return 0;
}

static int read_whole(const struct json_value *value, const struct json_field *field, void *to)
{
	static const double max[] = {
		[FIELD_U8] = UINT8_MAX, [FIELD_U16] = UINT16_MAX, [FIELD_U32] = UINT32_MAX, [FIELD_I64] = whole_max
	};
	double min = field->kind == FIELD_I64 ? -whole_max : 0, number;

	if (json_read_number(value, &number) < 0 || !(number >= min && number <= max[field->kind]) ||
	    number != trunc(number))
		return -EINVAL;
	switch (field->kind) {
	case FIELD_U8:
		*(uint8_t *)to = (uint8_t)number;
		break;
	case FIELD_U16:
		*(uint16_t *)to = (uint16_t)number;
		break;
	case FIELD_U32:
		*(uint32_t *)to = (uint32_t)number;
		break;
	default:
		*(int64_t *)to = (int64_t)number;
	}
	return 0;
}

static int read_word(const struct json_value *value, const struct json_words *words, unsigned *out)
{
	for (unsigned i = 0; i < words->n; i++) {
		if (json_text_is(value, words->name(i))) {
			*out = i;
			return 0;
		}
	}
	return -EINVAL;
}

int json_field_read(const struct json_value *value, const struct json_field *field, void *to)
{
	switch (field->kind) {
	case FIELD_TEXT:
		return read_text(value, to);
	case FIELD_CHARS:
		return read_chars(value, to, field->size);
	case FIELD_DOUBLE:
		return json_read_number(value, to) < 0 || !isfinite(*(double *)to) ? -EINVAL : 0;
	case FIELD_BOOL:
		return json_read_bool(value, to) < 0 ? -EINVAL : 0;
	case FIELD_WORD:
		return read_word(value, field->words, to);
	default:
		return read_whole(value, field, to);
	}
}

int json_fields_read(const struct json_value *object, const struct json_field *fields, size_t n, void *to)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = json_field_read(json_member(object, fields[i].name), &fields[i], (char *)to + fields[i].offset);
	return r;
}
