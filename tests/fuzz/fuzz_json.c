// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <math.h>
#include <string.h>

#include "agents/json_place.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "formats/json.h"
#include "formats/json_writer.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/taped.h"
#include "text/text.h"

enum { WRITTEN_MAX = 64 << 20 };

struct walk {
	struct json_writer writer;
	size_t n_values;
};

// Every value is visited, and written once more from what was read; names and texts as they would be shown.
static void visit(struct walk *walk, const char *key, const struct json_value *value, int depth);

static void visit_text(struct walk *walk, const char *key, const struct json_value *value)
{
	struct json_text text;
	char *clean;

	fuzz_expect(json_read_text(value, &text) == 0 && text.bytes[text.n] == '\0', "a string can be read");
	clean = text_clean_dup(text.bytes, text.n, TEXT_ONE_LINE, TEXT_FIELD_MAX);
	fuzz_expect_clean(clean, "a string can be cleaned");
	json_text(&walk->writer, key, clean);
	mem_free(clean);
}

static void visit_array(struct walk *walk, const char *key, const struct json_value *value, int depth)
{
	size_t n = json_array_length(value);

	json_open(&walk->writer, key, '[');
	for (size_t i = 0; i < n; i++)
		visit(walk, NULL, json_array_at(value, i), depth + 1);
	fuzz_expect(!json_array_at(value, n), "an array has an end");
	json_close(&walk->writer, ']');
}

static void visit_object(struct walk *walk, const char *key, const struct json_value *value, int depth)
{
	struct json_members members;
	struct json_text name;
	const struct json_value *member;

	json_open(&walk->writer, key, '{');
	json_members_init(&members, value);
	while (json_members_next(&members, &name, &member)) {
		char *clean = text_clean_dup(name.bytes, name.n, TEXT_ONE_LINE, TEXT_FIELD_MAX);

		fuzz_expect_clean(clean, "a name can be cleaned");
		fuzz_expect(json_member(value, name.bytes) == member, "a member is found by its name");
		visit(walk, clean, member, depth + 1);
		mem_free(clean);
	}
	json_close(&walk->writer, '}');
}

static void visit(struct walk *walk, const char *key, const struct json_value *value, int depth)
{
	double number = 0;
	bool is_true = false;

	fuzz_expect(depth <= JSON_DEPTH_MAX, "nesting is within its limit");
	fuzz_expect(++walk->n_values <= JSON_VALUES_MAX, "values are within their limit");
	switch (json_kind(value)) {
	case JSON_NULL:
		json_null(&walk->writer, key);
		break;
	case JSON_BOOL:
		fuzz_expect(json_read_bool(value, &is_true) == 0, "a boolean can be read");
		json_bool(&walk->writer, key, is_true);
		break;
	case JSON_NUMBER:
		fuzz_expect(json_read_number(value, &number) == 0 && !isnan(number), "a number is one");
		json_double(&walk->writer, key, number);
		break;
	case JSON_STRING:
		visit_text(walk, key, value);
		break;
	case JSON_ARRAY:
		visit_array(walk, key, value, depth);
		break;
	case JSON_OBJECT:
		visit_object(walk, key, value, depth);
		break;
	}
}

static void check_written(const struct bytes *text, const struct json_value *original)
{
	struct json_value *again;
	struct json_error error;

	fuzz_expect(json_parse(text->data, text->len, &again, &error) == 0, "what is written can be read");
	fuzz_expect(json_kind(again) == json_kind(original) || json_kind(again) == JSON_NULL,
		    "and is of the same kind");
	fuzz_expect(json_array_length(again) == json_array_length(original), "and of the same length");
	json_free(again);
}

// The character that a value of the kind begins with.
static bool begins(enum json_kind kind, char c)
{
	switch (kind) {
	case JSON_NULL:
		return c == 'n';
	case JSON_BOOL:
		return c == 't' || c == 'f';
	case JSON_NUMBER:
		return c == '-' || (c >= '0' && c <= '9');
	case JSON_STRING:
		return c == '"';
	case JSON_ARRAY:
		return c == '[';
	case JSON_OBJECT:
		break;
	}
	return c == '{';
}

static void check_places(const char *text, size_t n, const struct json_value *value)
{
	size_t length = json_array_length(value), at;
	unsigned line, column;

	for (size_t i = 0; i < length && i < 64; i++) {
		at = json_place_element(text, n, 0, i);
		fuzz_expect(at < n && begins(json_kind(json_array_at(value, i)), text[at]),
			    "an element is where it is said");
		fuzz_expect(json_place_member(text, n, at, "targets") <= n, "a member is in the text");
		json_place_line(text, n, at, &line, &column);
		fuzz_expect(line >= 1 && column >= 1 && line + column <= n + 2, "a line is in the text");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct json_value *value;
	struct json_error error = { "", 0 };
	struct walk walk = { .n_values = 0 };
	struct bytes out;
	const char *differs = taped_differs(text, size);
	int r = json_parse(text, size, &value, &error);

	fuzz_expect(differs == NULL, differs ? differs : "");
	if (r < 0) {
		fuzz_expect(r == -EINVAL && !value, "what is refused is refused as such");
		fuzz_expect_clean(error.reason, "the reason is clean");
		fuzz_expect(error.reason[0] && error.offset <= size, "what is refused has a reason and a place");
		return 0;
	}
	bytes_init(&out, WRITTEN_MAX);
	json_writer_init(&walk.writer, &out);
	visit(&walk, NULL, value, 0);
	fuzz_expect(walk.writer.error == 0, "what was read can be written");
	check_written(&out, value);
	check_places(text, size, value);
	bytes_finish(&out);
	json_free(value);
	return 0;
}
