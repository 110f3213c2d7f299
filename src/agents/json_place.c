// SPDX-License-Identifier: Apache-2.0
#include "agents/json_place.h"

#include <stdbool.h>
#include <string.h>

static size_t skip_spaces(const char *text, size_t n, size_t at)
{
	while (at < n && memchr(" \t\r\n", text[at], 4))
		at++;
	return at;
}

static size_t skip_string(const char *text, size_t n, size_t at)
{
	for (at++; at < n && text[at] != '"'; at++)
		at += text[at] == '\\';
	return at < n ? at + 1 : n;
}

// Behind the value that begins at `at`.
static size_t skip_value(const char *text, size_t n, size_t at)
{
	size_t depth = 0;

	while (at < n) {
		if (text[at] == '"') {
			at = skip_string(text, n, at);
		} else if (memchr("[{", text[at], 2)) {
			depth++;
			at++;
		} else if (memchr("]}", text[at], 2)) {
			if (depth == 0)
				return at;
			depth--;
			at++;
		} else if (depth == 0 && memchr(",: \t\r\n", text[at], 6)) {
			return at;
		} else {
			at++;
			if (depth || (at < n && !memchr(",:]} \t\r\n", text[at], 8)))
				continue;
		}
		if (depth == 0)
			return at;
	}
	return n;
}

size_t json_place_element(const char *text, size_t n, size_t from, size_t i)
{
	size_t at = from;

	while (at < n && text[at] != '[')
		at++;
	at = at < n ? skip_spaces(text, n, at + 1) : n;
	while (i-- && at < n) {
		at = skip_spaces(text, n, skip_value(text, n, at));
		if (at < n && text[at] == ',')
			at = skip_spaces(text, n, at + 1);
	}
	return at;
}

size_t json_place_member(const char *text, size_t n, size_t from, const char *name)
{
	size_t n_name = strlen(name), at = skip_spaces(text, n, from);

	if (at >= n || text[at] != '{')
		return from;
	at = skip_spaces(text, n, at + 1);
	while (at < n && text[at] == '"') {
		size_t key = at + 1;
		bool is_it = key + n_name < n && memcmp(text + key, name, n_name) == 0 && text[key + n_name] == '"';

		at = skip_spaces(text, n, skip_string(text, n, at));
		at = skip_spaces(text, n, at + 1); // the colon
		if (is_it)
			return at;
		at = skip_spaces(text, n, skip_value(text, n, at));
		at = skip_spaces(text, n, at + 1); // a comma, or the end
	}
	return from;
}

void json_place_line(const char *text, size_t n, size_t offset, unsigned *line, unsigned *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < offset && i < n; i++) {
		++*column;
		if (text[i] == '\n') {
			++*line;
			*column = 1;
		}
	}
}
