// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "formats/json_tape.h"
#include "tests/support/taped.h"

static void same_as(const char *text, size_t n)
{
	const char *what = taped_differs(text, n);

	ck_assert_msg(what == NULL, "%s is not the same in %.200s", what, text);
}

static const char *const texts[] = {
	"",
	"1",
	"-",
	"0",
	"-0",
	"01",
	"1.",
	".5",
	"1.5e+3",
	"1e",
	"1e+",
	"-1e-2",
	"9223372036854775807",
	"true",
	"tru",
	"truex",
	"null",
	"nul",
	"false",
	"NaN",
	"[]",
	"{}",
	"[",
	"{",
	"]",
	"[]]",
	"[1,]",
	"[,1]",
	"[1 2]",
	"[1,2]",
	"{\"a\":1,}",
	"{\"a\"}",
	"{\"a\" 1}",
	"{a:1}",
	"{\"a\":}",
	"{,}",
	"{\"a\":1 \"b\":2}",
	"{\"a\":{\"b\":[1,{\"c\":null},\"d\"]},\"e\":false}",
	" { \"a\" : [ 1 , 2 ] , \"b\" : { } } ",
	"\"\\u0041\\n\\\"\\\\\\/\\b\\f\\r\\t\"",
	"\"\\q\"",
	"\"\\u12\"",
	"\"\\u123g\"",
	"\"\\",
	"\"\\u",
	"\"\\ud83d\\ude00\"",
	"\"\\ud800\"",
	"\"\\ud800\\ud800\\udc00\"",
	"\"\\udc00\"",
	"\"\\ud800\\u0041\"",
	"\"\\ud800x\"",
	"\"\\u0000\"",
	"{\"a\\u0000b\":1,\"a\":2}",
	"{\"\":1}",
	"{\"\\u0061\":1,\"a\":2}",
	"{\"b\":1,\"a\":2,\"b\":{\"x\":[3]},\"a\":4,\"b\":5}",
	"\"\xc3\xa9\"",
	"\"\xff\"",
	"\"\xe2\x82\"",
	"\"a\tb\"",
	"\"abc",
	"{} {}",
	"1 2",
	"{\"a\":1}x",
	"[\"a\",\"b\"",
	"[[[[[[]]]]]]",
	"\"\x7f\"",
	"{\"a\":[{}]}",
	"[1,[2,[3]]]",
	"+1",
	"'a'",
	"// x\n1",
	"[1e999,-1e999]",
	"{\"a\":1.0,\"b\":1E5}",
};

START_TEST(both_readers_are_of_one_mind)
{
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		same_as(texts[i], strlen(texts[i]));
	same_as("\"a\0b\"", 5);
	same_as("[1]\0", 4);
}
END_TEST

START_TEST(both_are_of_one_mind_about_harmed_texts)
{
	static const char bytes[] = "{}[]\",:\\u0aef1.-+eE tnf\xc3\xa9\xff\n";
	uint64_t state = 1;
	char text[256];

	for (int i = 0; i < 60000; i++) {
		const char *from = texts[hash_mix(state++) % (sizeof texts / sizeof texts[0])];
		size_t n = strlen(from);

		memcpy(text, from, n);
		for (uint64_t harms = 1 + hash_mix(state++) % 3; harms && n; harms--) {
			size_t at = hash_mix(state++) % n;

			text[at] = bytes[hash_mix(state++) % (sizeof bytes - 1)];
			n -= hash_mix(state++) % 8 == 0;
		}
		same_as(text, n);
	}
}
END_TEST

START_TEST(nesting_is_bounded)
{
	char text[3 * JSON_DEPTH_MAX];

	for (size_t depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		same_as(text, 2 * depth);
	}
}
END_TEST

// So many names that they are sorted, so many nodes that they move.
START_TEST(large_objects_are_read_the_same)
{
	static char text[1 << 16];
	size_t n = 0;

	text[n++] = '{';
	for (int i = 0; i < 1500; i++)
		n += (size_t)sprintf(text + n, "%s\"m%d\":{\"a\\n\":[%d,\"\\u00e9\"]}", i ? "," : "", i * 7 % 1000, i);
	text[n++] = '}';
	same_as(text, n);
}
END_TEST

START_TEST(an_answer_of_the_usual_size_takes_no_memory)
{
	static const char text[] = "{\"status\":\"UP\",\"components\":{\"db\":{\"status\":\"UP\"}}}";
	unsigned long before = mem_n_allocated();
	struct json_tape tape;

	ck_assert_int_eq(json_tape_read(&tape, text, sizeof text - 1), 0);
	json_tape_finish(&tape);
	ck_assert_uint_eq(mem_n_allocated(), before);
}
END_TEST

START_TEST(want_of_memory_is_said)
{
	static char text[1 << 16];
	struct json_tape tape;
	size_t n = 0;
	int r = -ENOMEM;

	text[n++] = '{';
	for (int i = 0; i < 100; i++)
		n += (size_t)sprintf(text + n, "%s\"m%d\\n\":[1]", i ? "," : "", i);
	text[n++] = '}';
	for (long after = 0; r < 0; after++) {
		ck_assert_int_lt(after, 10);
		mem_fail_after(after);
		r = json_tape_read(&tape, text, n);
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
		json_tape_finish(&tape);
		ck_assert(after > 0 || r < 0);
	}
}
END_TEST

SUITE("json_tape", both_readers_are_of_one_mind, both_are_of_one_mind_about_harmed_texts, nesting_is_bounded,
      large_objects_are_read_the_same, an_answer_of_the_usual_size_takes_no_memory, want_of_memory_is_said)
