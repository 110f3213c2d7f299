// SPDX-License-Identifier: Apache-2.0
#include "tests/support/taped.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "formats/json_tape.h"

static const double EXACT_MAX = 1e15; // beyond, json-c has integers that saturate

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *value_differs(const struct json_node *node, const struct json_value *value);

static bool is_same_text(struct json_text a, struct json_text b)
{
	return a.n == b.n && memcmp(a.bytes, b.bytes, a.n) == 0;
}

static const char *members_differ(const struct json_node *node, const struct json_value *value)
{
	const struct json_value *member;
	const struct json_node *other;
	struct json_text name, other_name;
	struct json_members members;
	struct node_walk walk;
	const char *what;

	json_members_init(&members, value);
	node_walk_members(&walk, node);
	while (json_members_next(&members, &name, &member)) {
		other = node_walk_next(&walk, &other_name);
		if (!other || !is_same_text(name, other_name))
			return "the names of an object";
		if (node_member(node, name.bytes) != other)
			return "finding a member";
		what = value_differs(other, member);
		if (what)
			return what;
	}
	return node_walk_next(&walk, NULL) ? "the members of an object" : NULL;
}

static const char *elements_differ(const struct json_node *node, const struct json_value *value)
{
	const struct json_node *element;
	struct node_walk walk;
	const char *what;
	size_t n = 0;

	for (node_walk_array(&walk, node); (element = node_walk_next(&walk, NULL)); n++) {
		what = n < json_array_length(value) ? value_differs(element, json_array_at(value, n)) : "an array";
		if (what)
			return what;
	}
	return n == json_array_length(value) ? NULL : "the length of an array";
}

static const char *value_differs(const struct json_node *node, const struct json_value *value)
{
	struct json_text a, b;
	bool is_a, is_b;
	double x, y;

	if (node_kind(node) != json_kind(value))
		return "the kind";
	if (node_read_text(node, &a) == 0 && (json_read_text(value, &b) < 0 || !is_same_text(a, b)))
		return "a string";
	if (node_read_bool(node, &is_a) == 0 && (json_read_bool(value, &is_b) < 0 || is_a != is_b))
		return "a boolean";
	if (node_read_number(node, &x) == 0 && (json_read_number(value, &y) < 0 || isnan(x) || isnan(y)))
		return "a number";
	if (node_kind(node) == JSON_NUMBER && (fabs(x) < EXACT_MAX || fabs(y) < EXACT_MAX) && x != y)
		return "the value of a number";
	if (node_kind(node) == JSON_OBJECT)
		return members_differ(node, value);
	return node_kind(node) == JSON_ARRAY ? elements_differ(node, value) : NULL;
}

static const char *tape_differs(const char *text, size_t n, int r, const struct json_value *value)
{
	struct json_tape tape;
	int r_tape = json_tape_read(&tape, text, n);
	const char *what = r_tape == 0 ? "what is refused" : NULL;

	if (r == 0)
		what = r_tape < 0 ? "what is taken" : value_differs(tape.nodes, value);
	json_tape_finish(&tape);
	return what;
}

const char *taped_differs(const char *text, size_t n)
{
	struct json_value *value;
	const char *what;
	int r;

	while (n && is_blank(*text)) {
		text++;
		n--;
	}
	while (n && is_blank(text[n - 1]))
		n--;
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return NULL; // who calls the other one has taken it off
	r = json_parse(text, n, &value, NULL);
	what = r == -ENOMEM ? NULL : tape_differs(text, n, r, value);
	json_free(value);
	return what;
}
