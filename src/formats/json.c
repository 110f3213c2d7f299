// SPDX-License-Identifier: Apache-2.0
#include "formats/json.h"

#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <json-c/linkhash.h>
#include <string.h>
#include <strings.h>

#include "formats/json_lex.h"

static const char bom[] = "\xef\xbb\xbf";

// json-c has no const; nothing here changes what it is given.
static struct json_object *object_of(const struct json_value *value)
{
	return (struct json_object *)(uintptr_t)value;
}

static const struct json_value *value_of(const struct json_object *object)
{
	return (const struct json_value *)object;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Feeds the whole text; the tokens in it are known to be good, so what is left to fail is their order.
static int tokenise(struct json_tokener *tokener, const char *text, size_t n, struct json_object **out,
		    struct json_error *error)
{
	enum json_tokener_error e;
	size_t end;

	*out = json_tokener_parse_ex(tokener, text, (int)n);
	end = json_tokener_get_parse_end(tokener);
	// A number ends where something else begins, and at the top level nothing does.
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		*out = json_tokener_parse_ex(tokener, "", 1);
	e = json_tokener_get_error(tokener);
	if (e == json_tokener_success && end == n)
		return *out || text[0] == 'n' ? 0 : -ENOMEM;
	json_object_put(*out);
	*out = NULL;
	if (e == json_tokener_continue || e == json_tokener_error_parse_eof)
		return json_fail(error, "unexpected end", n);
	return json_fail(error, json_tokener_error_desc(e), end);
}

static int parse_trimmed(const char *text, size_t n, struct json_object **out, struct json_error *error)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	int r;

	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	r = tokenise(tokener, text, n, out, error);
	json_tokener_free(tokener);
	return r;
}

int json_parse(const char *text, size_t n, struct json_value **out, struct json_error *error)
{
	struct json_object *object = NULL;
	size_t skipped = 0;
	int r;

	*out = NULL;
	if (n > JSON_BYTES_MAX)
		return json_fail(error, "too large", JSON_BYTES_MAX);
	if (n >= sizeof bom - 1 && memcmp(text, bom, sizeof bom - 1) == 0)
		skipped = sizeof bom - 1;
	while (skipped < n && is_blank(text[skipped]))
		skipped++;
	while (n > skipped && is_blank(text[n - 1]))
		n--;
	r = json_lex_check(text + skipped, n - skipped, error);
	if (r == 0)
		r = parse_trimmed(text + skipped, n - skipped, &object, error);
	if (r == -EINVAL && error)
		error->offset += skipped;
	*out = (struct json_value *)object;
	return r;
}

void json_free(struct json_value *document)
{
	json_object_put(object_of(document));
}

enum json_kind json_kind(const struct json_value *value)
{
	switch (json_object_get_type(object_of(value))) {
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_double:
	case json_type_int:
		return JSON_NUMBER;
	case json_type_string:
		return JSON_STRING;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_null:
		break;
	}
	return JSON_NULL;
}

int json_read_bool(const struct json_value *value, bool *out)
{
	if (json_kind(value) != JSON_BOOL)
		return -ENOENT;
	*out = json_object_get_boolean(object_of(value));
	return 0;
}

int json_read_number(const struct json_value *value, double *out)
{
	if (json_kind(value) != JSON_NUMBER)
		return -ENOENT;
	*out = json_object_get_double(object_of(value));
	return 0;
}

int json_read_int(const struct json_value *value, int64_t *out)
{
	if (json_object_get_type(object_of(value)) != json_type_int)
		return -ENOENT;
	*out = json_object_get_int64(object_of(value));
	return 0;
}

int json_read_text(const struct json_value *value, struct json_text *out)
{
	if (json_kind(value) != JSON_STRING)
		return -ENOENT;
	out->bytes = json_object_get_string(object_of(value));
	out->n = (size_t)json_object_get_string_len(object_of(value));
	return 0;
}

bool json_text_is(const struct json_value *value, const char *word)
{
	struct json_text text;

	return json_read_text(value, &text) == 0 && text.n == strlen(word) &&
	       strncasecmp(text.bytes, word, text.n) == 0;
}

bool json_same(const struct json_value *a, const struct json_value *b)
{
	return json_object_equal(object_of(a), object_of(b));
}

const struct json_value *json_member(const struct json_value *object, const char *name)
{
	struct json_object *found = NULL;

	if (json_kind(object) == JSON_OBJECT)
		json_object_object_get_ex(object_of(object), name, &found);
	return value_of(found);
}

size_t json_array_length(const struct json_value *array)
{
	return json_kind(array) == JSON_ARRAY ? json_object_array_length(object_of(array)) : 0;
}

const struct json_value *json_array_at(const struct json_value *array, size_t i)
{
	return i < json_array_length(array) ? value_of(json_object_array_get_idx(object_of(array), i)) : NULL;
}

void json_members_init(struct json_members *members, const struct json_value *object)
{
	bool is_object = json_kind(object) == JSON_OBJECT;

	members->object = object;
	members->at = is_object ? lh_table_head(json_object_get_object(object_of(object))) : NULL;
}

bool json_members_next(struct json_members *members, struct json_text *name, const struct json_value **value)
{
	const struct lh_entry *entry = members->at;

	if (!entry)
		return false;
	name->bytes = lh_entry_k(entry);
	name->n = strlen(name->bytes);
	*value = value_of(lh_entry_v(entry));
	members->at = lh_entry_next(entry);
	return true;
}
