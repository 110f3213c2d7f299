// SPDX-License-Identifier: Apache-2.0
#include "formats/json_tape.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "text/codepoint.h"
#include "text/text.h"

enum { PAIRS_MAX = 16 }; // members that are compared with each other; more are sorted

struct reader {
	struct json_tape *tape;
	const char *start, *at, *end;
	int depth;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void skip_space(struct reader *r)
{
	while (r->at < r->end && is_space(*r->at))
		r->at++;
}

static bool take(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

// ---- strings

// To the closing quote, which is passed. False when it is no string.
static bool scan_string(struct reader *r, bool *has_escape)
{
	uint32_t ignored;
	int used;

	*has_escape = false;
	while (r->at < r->end) {
		uint8_t c = (uint8_t)*r->at;

		if (c == '"') {
			r->at++;
			return true;
		}
		if (c < 0x20)
			return false;
		used = 1;
		if (c == '\\') {
			*has_escape = true;
			used = 2;
		} else if (c >= 0x80) {
			used = codepoint_decode(r->at, (size_t)(r->end - r->at), &ignored);
		}
		if (used < 0 || used > r->end - r->at)
			return false;
		r->at += used;
	}
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Four hex digits at p; negative when they are none.
static int32_t hex_unit(const char *p, const char *end)
{
	int32_t unit = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static bool is_high(int32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(int32_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

// What follows \u. A surrogate without its other half stands for itself alone. NULL when it is no escape.
static const char *unescape_unit(const char *p, const char *end, uint32_t *out)
{
	int32_t unit = hex_unit(p, end), low;

	if (unit < 0)
		return NULL;
	p += 4;
	*out = (uint32_t)unit;
	if (is_high(unit) && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
		low = hex_unit(p + 2, end);
		if (is_low(low)) {
			*out = 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
			return p + 6;
		}
	}
	return p;
}

static char escaped_char(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case '"':
	case '\\':
	case '/':
		return c;
	default:
		return '\0';
	}
}

// Writes the string p..end without escapes, which is never longer. Its length, or -EINVAL.
static int unescape(const char *p, const char *end, char *out)
{
	char *to = out;
	char unit[5];
	uint32_t codepoint;
	size_t n;

	while (p < end) {
		if (*p != '\\') {
			*to++ = *p++;
			continue;
		}
		p++;
		if (*p != 'u') {
			*to = escaped_char(*p++);
			if (!*to++)
				return -EINVAL;
			continue;
		}
		p = unescape_unit(p + 1, end, &codepoint);
		if (!p)
			return -EINVAL;
		n = text_encode(codepoint, unit);
		memcpy(to, unit, n);
		to += n;
	}
	return (int)(to - out);
}

// The string after its opening quote.
static int read_string(struct reader *r, const char **bytes, uint32_t *n)
{
	struct json_tape *tape = r->tape;
	const char *start = r->at;
	bool has_escape;
	int length;

	if (!scan_string(r, &has_escape))
		return -EINVAL;
	*bytes = start;
	*n = (uint32_t)(r->at - 1 - start);
	if (!has_escape)
		return 0;
	if (!tape->unescaped)
		tape->unescaped = mem_alloc((size_t)(r->end - r->start));
	if (!tape->unescaped)
		return -ENOMEM;
	length = unescape(start, start + *n, tape->unescaped + tape->n_unescaped);
	if (length < 0)
		return length;
	*bytes = tape->unescaped + tape->n_unescaped;
	*n = (uint32_t)length;
	tape->n_unescaped += (size_t)length;
	return 0;
}

// ---- values

static size_t skip_digits(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return (size_t)(r->at - start);
}

static int read_number(struct reader *r, struct json_node *node)
{
	const char *start = r->at;

	take(r, '-');
	if (!take(r, '0') && skip_digits(r) == 0)
		return -EINVAL;
	if (take(r, '.') && skip_digits(r) == 0)
		return -EINVAL;
	if (take(r, 'e') || take(r, 'E')) {
		if (!take(r, '+'))
			take(r, '-');
		if (skip_digits(r) == 0)
			return -EINVAL;
	}
	node->kind = JSON_NUMBER;
	node->bytes = start;
	node->n = (uint32_t)(r->at - start);
	return 0;
}

static int read_word(struct reader *r, struct json_node *node)
{
	static const struct {
		const char *word;
		enum json_kind kind;
		bool is_true;
	} words[] = { { "true", JSON_BOOL, true }, { "false", JSON_BOOL, false }, { "null", JSON_NULL, false } };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t n = strlen(words[i].word);

		if ((size_t)(r->end - r->at) < n || memcmp(r->at, words[i].word, n) != 0)
			continue;
		r->at += n;
		node->kind = (uint8_t)words[i].kind;
		node->is_true = words[i].is_true;
		return 0;
	}
	return -EINVAL;
}

static int add_node(struct json_tape *tape, size_t *out)
{
	size_t cap = tape->cap * 2;
	struct json_node *nodes;

	if (tape->n == JSON_VALUES_MAX)
		return -EINVAL;
	if (tape->n == tape->cap) {
		nodes = mem_realloc(tape->nodes == tape->first ? NULL : tape->nodes, cap * sizeof *nodes);
		if (!nodes)
			return -ENOMEM;
		if (tape->nodes == tape->first)
			memcpy(nodes, tape->first, sizeof tape->first);
		tape->nodes = nodes;
		tape->cap = cap;
	}
	*out = tape->n++;
	tape->nodes[*out] = (struct json_node){ .size = 1 };
	return 0;
}

static bool is_same_name(const struct json_node *a, const struct json_node *b)
{
	return a->n_name == b->n_name && memcmp(a->name, b->name, a->n_name) == 0;
}

static void override(struct json_node *first, struct json_node *last)
{
	first->stand_in = (uint32_t)(last - first);
	last->is_overridden = true;
}

static int by_name(const void *a, const void *b)
{
	const struct json_node *x = *(struct json_node *const *)a, *y = *(struct json_node *const *)b;
	uint32_t n = x->n_name < y->n_name ? x->n_name : y->n_name;
	int order = memcmp(x->name, y->name, n);

	if (order)
		return order;
	if (x->n_name != y->n_name)
		return x->n_name < y->n_name ? -1 : 1;
	return x < y ? -1 : 1;
}

static int settle_sorted(struct json_node *object, size_t n)
{
	struct json_node **members = mem_alloc(n * sizeof(struct json_node *)), *at = object + 1, *first;

	if (!members)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++, at += at->size)
		members[i] = at;
	qsort(members, n, sizeof members[0], by_name);
	first = members[0];
	for (size_t i = 1; i < n; i++)
		if (is_same_name(first, members[i]))
			override(first, members[i]);
		else
			first = members[i];
	mem_free(members);
	return 0;
}

// Of members of one name the last one's value is taken in the first one's place.
static int settle_names(struct json_node *object, size_t n)
{
	const struct json_node *end = object + object->size;

	if (n > PAIRS_MAX)
		return settle_sorted(object, n);
	for (struct json_node *a = object + 1; a < end; a += a->size)
		for (struct json_node *b = a + a->size; b < end && !a->is_overridden; b += b->size)
			if (is_same_name(a, b))
				override(a, b);
	return 0;
}

static int read_value(struct reader *r, size_t *out);

static int read_array(struct reader *r, size_t no)
{
	size_t element;
	int result;

	skip_space(r);
	if (!take(r, ']')) {
		do {
			result = read_value(r, &element);
			if (result < 0)
				return result;
			skip_space(r);
		} while (take(r, ','));
		if (!take(r, ']'))
			return -EINVAL;
	}
	r->tape->nodes[no].size = (uint32_t)(r->tape->n - no);
	return 0;
}

// "name": value
static int read_member(struct reader *r)
{
	const char *name, *nul;
	uint32_t n;
	size_t no;
	int result;

	skip_space(r);
	result = take(r, '"') ? read_string(r, &name, &n) : -EINVAL;
	if (result < 0)
		return result;
	nul = memchr(name, '\0', n);
	skip_space(r);
	result = take(r, ':') ? read_value(r, &no) : -EINVAL;
	if (result < 0)
		return result;
	r->tape->nodes[no].name = name;
	r->tape->nodes[no].n_name = nul ? (uint32_t)(nul - name) : n;
	return 0;
}

static int read_object(struct reader *r, size_t no)
{
	size_t n = 0;
	int result;

	skip_space(r);
	if (!take(r, '}')) {
		do {
			result = read_member(r);
			if (result < 0)
				return result;
			n++;
			skip_space(r);
		} while (take(r, ','));
		if (!take(r, '}'))
			return -EINVAL;
	}
	r->tape->nodes[no].size = (uint32_t)(r->tape->n - no);
	return n > 1 ? settle_names(&r->tape->nodes[no], n) : 0;
}

// The nodes may move while what is inside is read.
static int read_inside(struct reader *r, size_t no, enum json_kind kind)
{
	int result;

	r->tape->nodes[no].kind = (uint8_t)kind;
	r->at++;
	if (++r->depth > JSON_DEPTH_MAX)
		return -EINVAL;
	result = kind == JSON_ARRAY ? read_array(r, no) : read_object(r, no);
	r->depth--;
	return result;
}

static int read_value(struct reader *r, size_t *out) // NOLINT(misc-no-recursion): JSON_DEPTH_MAX deep
{
	int result;
	struct json_node *node;

	skip_space(r);
	result = r->at < r->end ? add_node(r->tape, out) : -EINVAL;
	if (result < 0)
		return result;
	node = &r->tape->nodes[*out];
	switch (*r->at) {
	case '{':
		return read_inside(r, *out, JSON_OBJECT);
	case '[':
		return read_inside(r, *out, JSON_ARRAY);
	case '"':
		r->at++;
		node->kind = JSON_STRING;
		return read_string(r, &node->bytes, &node->n);
	case '-':
		return read_number(r, node);
	default:
		return *r->at >= '0' && *r->at <= '9' ? read_number(r, node) : read_word(r, node);
	}
}

int json_tape_read(struct json_tape *tape, const char *text, size_t n)
{
	struct reader r = { .tape = tape, .start = text, .at = text, .end = text + n };
	size_t no;
	int result;

	tape->nodes = tape->first;
	tape->cap = JSON_TAPE_FIRST;
	tape->n = tape->n_unescaped = 0;
	tape->unescaped = NULL;
	if (n > JSON_BYTES_MAX)
		return -EINVAL;
	result = read_value(&r, &no);
	return result == 0 && r.at < r.end ? -EINVAL : result;
}

void json_tape_finish(struct json_tape *tape)
{
	if (tape->nodes != tape->first)
		mem_free(tape->nodes);
	mem_free(tape->unescaped);
	tape->nodes = tape->first;
	tape->unescaped = NULL;
	tape->n = 0;
}

// ---- reading

enum json_kind node_kind(const struct json_node *node)
{
	return node ? (enum json_kind)node->kind : JSON_NULL;
}

int node_read_bool(const struct json_node *node, bool *out)
{
	if (node_kind(node) != JSON_BOOL)
		return -ENOENT;
	*out = node->is_true;
	return 0;
}

int node_read_number(const struct json_node *node, double *out)
{
	if (node_kind(node) != JSON_NUMBER)
		return -ENOENT;
	if (number_parse(node->bytes, node->n, out) < 0) // too long to be of use
		*out = node->bytes[0] == '-' ? -(double)INFINITY : (double)INFINITY;
	return 0;
}

int node_read_text(const struct json_node *node, struct json_text *out)
{
	if (node_kind(node) != JSON_STRING)
		return -ENOENT;
	*out = (struct json_text){ node->bytes, node->n };
	return 0;
}

static const struct json_node *taken(const struct json_node *node)
{
	return node + node->stand_in;
}

const struct json_node *node_member(const struct json_node *object, const char *name)
{
	size_t n = strlen(name);

	if (node_kind(object) != JSON_OBJECT)
		return NULL;
	for (const struct json_node *at = object + 1; at < object + object->size; at += at->size)
		if (at->n_name == n && memcmp(at->name, name, n) == 0)
			return taken(at);
	return NULL;
}

static void walk_inside(struct node_walk *walk, const struct json_node *node, enum json_kind kind)
{
	*walk = (struct node_walk){ 0 };
	if (node_kind(node) == kind && node) {
		walk->at = node + 1;
		walk->end = node + node->size;
	}
}

void node_walk_members(struct node_walk *walk, const struct json_node *object)
{
	walk_inside(walk, object, JSON_OBJECT);
}

void node_walk_array(struct node_walk *walk, const struct json_node *array)
{
	walk_inside(walk, array, JSON_ARRAY);
}

const struct json_node *node_walk_next(struct node_walk *walk, struct json_text *name)
{
	const struct json_node *node;

	while (walk->at < walk->end && walk->at->is_overridden)
		walk->at += walk->at->size;
	if (walk->at == walk->end)
		return NULL;
	node = walk->at;
	walk->at += node->size;
	if (name)
		*name = (struct json_text){ node->name, node->n_name };
	return taken(node);
}
