// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "formats/json_copy.h"

static struct json_value *parse(const char *text)
{
	struct json_value *document = NULL;

	ck_assert_int_eq(json_parse(text, strlen(text), &document, NULL), 0);
	return document;
}

// What a document becomes when it is read and written.
static int copy(const char *text, struct bytes *out)
{
	struct json_value *document = parse(text);
	struct json_writer w;

	json_writer_init(&w, out);
	json_copy(&w, NULL, document);
	json_free(document);
	return w.error;
}

START_TEST(a_copy_says_what_was_read)
{
	static const char *const table[] = {
		"null",
		"true",
		"\"a \\\"b\\\" \\\\ \\u000a\xc3\xa4\"",
		"[]",
		"{}",
		"-1",
		"9007199254740993", // past what a double holds
		"9223372036854775807",
		"0.25",
		"[1,[2,[\"x\",null]],{\"a\":false}]",
		"{\"b\":{\"c\":[{\"d\":\"e\"}],\"f\":null},\"a\":1}",
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct bytes out;

		bytes_init(&out, 1000);
		ck_assert_int_eq(copy(table[i], &out), 0);
		ck_assert_str_eq(out.data, table[i]);
		bytes_finish(&out);
	}
}
END_TEST

START_TEST(a_copy_goes_where_it_is_told_to)
{
	struct json_value *document = parse("{\"a\":[1,2],\"b\":\"c\"}");
	struct json_writer w;
	struct bytes out;

	bytes_init(&out, 1000);
	json_writer_init(&w, &out);
	json_open(&w, NULL, '{');
	json_copy(&w, "x", json_member(document, "a"));
	json_copy(&w, "y", json_member(document, "b"));
	json_copy(&w, "z", json_member(document, "missing"));
	json_close(&w, '}');
	ck_assert_int_eq(w.error, 0);
	ck_assert_str_eq(out.data, "{\"x\":[1,2],\"y\":\"c\",\"z\":null}");
	bytes_finish(&out);
	json_free(document);
}
END_TEST

START_TEST(what_cannot_be_written_is_an_error)
{
	struct bytes out;

	bytes_init(&out, 1000);
	ck_assert_int_eq(copy("[\"a\\u0000b\"]", &out), -EINVAL);
	bytes_finish(&out);
	bytes_init(&out, 4);
	ck_assert_int_eq(copy("[\"too long\"]", &out), -EMSGSIZE);
	bytes_finish(&out);
}
END_TEST

START_TEST(values_are_the_same_whatever_their_order)
{
	static const struct {
		const char *a, *b;
		bool is_same;
	} table[] = {
		{ "{\"a\":1,\"b\":[1]}", "{\"b\":[1],\"a\":1}", true },
		{ "{\"a\":1}", "{\"a\":2}", false },
		{ "{\"a\":1}", "{\"a\":1,\"b\":null}", false },
		{ "[1,2]", "[2,1]", false },
		{ "\"x\"", "\"x\"", true },
		{ "null", "null", true },
		{ "null", "{}", false },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct json_value *a = parse(table[i].a), *b = parse(table[i].b);

		ck_assert_msg(json_same(a, b) == table[i].is_same, "%s and %s", table[i].a, table[i].b);
		ck_assert_msg(json_same(b, a) == table[i].is_same, "%s and %s", table[i].b, table[i].a);
		json_free(a);
		json_free(b);
	}
	ck_assert(json_same(NULL, NULL));
}
END_TEST

SUITE("json copies", a_copy_says_what_was_read, a_copy_goes_where_it_is_told_to, what_cannot_be_written_is_an_error,
      values_are_the_same_whatever_their_order)
