// SPDX-License-Identifier: Apache-2.0
#include "formats/json_lex.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "formats/json.h"
#include "text/codepoint.h"

struct lexer {
	const char *text;
	size_t n;
	size_t at;
	size_t n_values;
	int depth;
};

int json_fail(struct json_error *error, const char *reason, size_t offset)
{
	if (error) {
		snprintf(error->reason, sizeof error->reason, "%s", reason);
		error->offset = offset;
	}
	return -EINVAL;
}

// The string after its opening quote. NULL, or what is wrong at lexer->at.
static const char *lex_string(struct lexer *l)
{
	uint32_t ignored;
	uint8_t c;
	int used;

	while (l->at < l->n) {
		c = (uint8_t)l->text[l->at];
		if (c == '"') {
			l->at++;
			return NULL;
		}
		if (c < 0x20)
			return "control character in a string";
		used = 1;
		if (c == '\\')
			used = 2;
		else if (c >= 0x80)
			used = codepoint_decode(l->text + l->at, l->n - l->at, &ignored);
		if (used < 0)
			return "invalid UTF-8";
		l->at += (size_t)used;
	}
	l->at = l->n;
	return "string without an end";
}

static size_t skip_digits(struct lexer *l)
{
	size_t start = l->at;

	while (l->at < l->n && l->text[l->at] >= '0' && l->text[l->at] <= '9')
		l->at++;
	return l->at - start;
}

static bool skip_char(struct lexer *l, const char *any)
{
	if (l->at == l->n || l->text[l->at] == '\0' || !strchr(any, l->text[l->at]))
		return false;
	l->at++;
	return true;
}

static const char *lex_number(struct lexer *l)
{
	static const char why[] = "bad number";

	skip_char(l, "-");
	if (!skip_char(l, "0") && skip_digits(l) == 0)
		return why;
	if (skip_char(l, ".") && skip_digits(l) == 0)
		return why;
	if (skip_char(l, "eE")) {
		skip_char(l, "+-");
		if (skip_digits(l) == 0)
			return why;
	}
	// Also what follows a leading zero.
	return skip_digits(l) ? why : NULL;
}

static const char *lex_word(struct lexer *l)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t n = strlen(words[i]);

		if (l->n - l->at >= n && memcmp(l->text + l->at, words[i], n) == 0) {
			l->at += n;
			return NULL;
		}
	}
	return "not JSON";
}

static const char *lex_token(struct lexer *l)
{
	char c = l->text[l->at];

	switch (c) {
	case ',':
	case ':':
		l->at++;
		return NULL;
	case '{':
	case '[':
		l->at++;
		l->n_values++;
		return ++l->depth > JSON_DEPTH_MAX ? "nested too deep" : NULL;
	case '}':
	case ']':
		l->at++;
		return --l->depth < 0 ? "unexpected end of an array or object" : NULL;
	default:
		break;
	}
	if (++l->n_values > JSON_VALUES_MAX)
		return "too many values";
	if (c == '"') {
		l->at++;
		return lex_string(l);
	}
	return c == '-' || (c >= '0' && c <= '9') ? lex_number(l) : lex_word(l);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int json_lex_check(const char *text, size_t n, struct json_error *error)
{
	struct lexer l = { .text = text, .n = n };
	const char *why;

	while (l.at < n) {
		if (is_space(text[l.at])) {
			l.at++;
			continue;
		}
		why = l.depth == 0 && l.n_values ? "trailing text" : lex_token(&l);
		if (why)
			return json_fail(error, why, l.at);
	}
	return l.n_values ? 0 : json_fail(error, "empty", n);
}
