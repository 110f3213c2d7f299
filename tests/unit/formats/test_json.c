// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "formats/json.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct json_value *parse(const char *text)
{
	struct json_error error = { "", 0 };
	struct json_value *document;

	ck_assert_msg(json_parse(text, strlen(text), &document, &error) == 0, "%s: %s", text, error.reason);
	return document;
}

static void refuses(const char *text, size_t n, const char *reason, size_t offset)
{
	struct json_error error = { "", 0 };
	struct json_value *document;

	ck_assert_int_eq(json_parse(text, n, &document, &error), -EINVAL);
	ck_assert_ptr_null(document);
	ck_assert_msg(strstr(error.reason, reason), "%s: %s", text, error.reason);
	ck_assert_msg(error.offset == offset, "%s: %s at %zu", text, error.reason, error.offset);
	ck_assert_int_eq(json_parse(text, n, &document, NULL), -EINVAL);
}

START_TEST(refuses_what_is_not_strict_json)
{
	static const struct {
		const char *text, *reason;
		size_t offset;
	} rows[] = {
		{ "", "empty", 0 },
		{ "  \n", "empty", 3 },
		{ "{\"a\":1} x", "trailing text", 8 },
		{ "{} {}", "trailing text", 3 },
		{ "1 2", "trailing text", 2 },
		{ "{\"a\":NaN}", "not JSON", 5 },
		{ "[Infinity]", "not JSON", 1 },
		{ "[-Infinity]", "bad number", 2 },
		{ "[TRUE]", "not JSON", 1 },
		{ "[01]", "bad number", 3 },
		{ "[1.]", "bad number", 3 },
		{ "[.5]", "not JSON", 1 },
		{ "[1e]", "bad number", 3 },
		{ "[+1]", "not JSON", 1 },
		{ "[0x10]", "not JSON", 2 },
		{ "['a']", "not JSON", 1 },
		{ "/* */ 1", "not JSON", 0 },
		{ "[1,]", "unexpected", 3 },
		{ "{\"a\":1,}", "", 7 },
		{ "{\"a\" 1}", "", 5 },
		{ "{a:1}", "not JSON", 1 },
		{ "[1 2]", "", 3 },
		{ "[", "unexpected end", 1 },
		{ "{\"a\":", "unexpected end", 5 },
		{ "]", "unexpected", 1 },
		{ "\"abc", "without an end", 4 },
		{ "\"abc\\", "without an end", 5 },
		{ "\"a\nb\"", "control", 2 },
		{ "\"\\q\"", "", 2 },
		{ "\"\\u12\"", "", 5 },
		{ "\"\xff\"", "UTF-8", 1 },
		{ "\"\xc0\xaf\"", "UTF-8", 1 },
		{ "\"\xed\xa0\x80\"", "UTF-8", 1 },
		{ "\"\xe2\x82\"", "UTF-8", 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		refuses(rows[i].text, strlen(rows[i].text), rows[i].reason, rows[i].offset);
	refuses("{\0}", 3, "not JSON", 1);
	refuses("1\0", 2, "trailing", 1);
	refuses("\"a\0b\"", 5, "control", 2);
}
END_TEST

// Fault 28: nesting, counts and size cost nothing.
START_TEST(limits_hold)
{
	enum { N = 100000 };
	char *deep = mem_alloc(N), *many;
	struct json_error error;
	struct json_value *document;
	char edge[2 * JSON_DEPTH_MAX + 1];
	size_t n = 2 * (JSON_VALUES_MAX + 10);

	memset(deep, '[', N);
	refuses(deep, N, "too deep", JSON_DEPTH_MAX + 1);
	mem_free(deep);
	memset(edge, '[', JSON_DEPTH_MAX);
	memset(edge + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	edge[2 * JSON_DEPTH_MAX] = '\0';
	json_free(parse(edge));
	many = mem_alloc(JSON_BYTES_MAX + 1);
	for (size_t i = 0; i < n; i += 2) {
		many[i] = i ? '1' : '[';
		many[i + 1] = i ? ',' : ' ';
	}
	ck_assert_int_eq(json_parse(many, n, &document, &error), -EINVAL);
	ck_assert_str_eq(error.reason, "too many values");
	refuses(many, JSON_BYTES_MAX + 1, "too large", JSON_BYTES_MAX);
	mem_free(many);
}
END_TEST

START_TEST(reads_every_kind_of_value)
{
	struct json_value *d =
		parse("{\"s\":\"a\\u0000b\",\"n\":-1.5e2,\"i\":42,\"t\":true,\"z\":null,\"a\":[1,\"x\"]}");
	struct json_text text;
	double number;
	bool flag = false;

	ck_assert_int_eq(json_kind(d), JSON_OBJECT);
	ck_assert_int_eq(json_read_text(json_member(d, "s"), &text), 0);
	ck_assert_uint_eq(text.n, 3);
	ck_assert_mem_eq(text.bytes, "a\0b", 3);
	ck_assert_int_eq(json_read_number(json_member(d, "n"), &number), 0);
	ck_assert_double_eq(number, -150);
	ck_assert_int_eq(json_read_number(json_member(d, "i"), &number), 0);
	ck_assert_double_eq(number, 42);
	ck_assert_int_eq(json_read_bool(json_member(d, "t"), &flag), 0);
	ck_assert(flag);
	ck_assert_int_eq(json_kind(json_member(d, "z")), JSON_NULL);
	ck_assert_uint_eq(json_array_length(json_member(d, "a")), 2);
	ck_assert(json_text_is(json_array_at(json_member(d, "a"), 1), "X"));
	ck_assert_ptr_null(json_array_at(json_member(d, "a"), 2));
	json_free(d);
}
END_TEST

START_TEST(answers_absent_for_what_is_of_another_kind)
{
	struct json_value *d = parse("[1]");
	const struct json_value *nothing = json_member(json_member(d, "a"), "b");
	struct json_members members;
	struct json_text text;
	double number;
	bool flag;

	ck_assert_ptr_null(nothing);
	ck_assert_int_eq(json_read_text(nothing, &text), -ENOENT);
	ck_assert_int_eq(json_read_number(d, &number), -ENOENT);
	ck_assert_int_eq(json_read_bool(d, &flag), -ENOENT);
	ck_assert(!json_text_is(d, "1"));
	ck_assert_uint_eq(json_array_length(nothing), 0);
	json_members_init(&members, d);
	ck_assert(!json_members_next(&members, &text, &nothing));
	json_free(d);
	json_free(NULL);
}
END_TEST

START_TEST(walks_members_in_order_and_the_last_duplicate_wins)
{
	struct json_value *d = parse("{\"b\":1,\"a\":2,\"b\":3}");
	struct json_members members;
	const struct json_value *value;
	struct json_text name;
	char seen[16] = "";
	double number;

	json_members_init(&members, d);
	while (json_members_next(&members, &name, &value)) {
		ck_assert_int_eq(json_read_number(value, &number), 0);
		snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s%d", name.bytes, (int)number);
	}
	ck_assert_str_eq(seen, "b3a2");
	json_free(d);
}
END_TEST

START_TEST(takes_a_bom_scalars_and_odd_values)
{
	struct json_text text;
	double number;
	struct json_value *d = parse("\xef\xbb\xbf {} \r\n");

	json_free(d);
	refuses("\xef\xbb\xbf{x}", 6, "not JSON", 4);
	d = parse("12");
	ck_assert_int_eq(json_read_number(d, &number), 0);
	ck_assert_double_eq(number, 12);
	json_free(d);
	d = parse("null");
	ck_assert_int_eq(json_kind(d), JSON_NULL);
	json_free(d);
	d = parse("[1e999,\"\\ud800\"]");
	ck_assert_int_eq(json_read_number(json_array_at(d, 0), &number), 0);
	ck_assert(isinf(number));
	ck_assert_int_eq(json_read_text(json_array_at(d, 1), &text), 0);
	ck_assert_uint_eq(text.n, 3);
	ck_assert_mem_eq(text.bytes, "\xef\xbf\xbd", 3);
	json_free(d);
}
END_TEST

SUITE("json", refuses_what_is_not_strict_json, limits_hold, reads_every_kind_of_value,
      answers_absent_for_what_is_of_another_kind, walks_members_in_order_and_the_last_duplicate_wins,
      takes_a_bom_scalars_and_odd_values)
