// SPDX-License-Identifier: Apache-2.0
#include "operations/text_lines.h"

#include <stdarg.h>
#include <string.h>

#include "text/text.h"

enum { GAP = 2, LINE_MAX_BYTES = 1 << 20 };

void text_lines_init(struct text_lines *lines, struct bytes *out, int columns, bool is_ascii)
{
	*lines = (struct text_lines){ .out = out, .columns = columns, .is_ascii = is_ascii };
	bytes_init(&lines->line, LINE_MAX_BYTES);
}

void text_lines_finish(struct text_lines *lines)
{
	bytes_finish(&lines->line);
}

static void keep(struct text_lines *lines, int error)
{
	if (lines->error == 0)
		lines->error = error;
}

void text_lines_add(struct text_lines *lines, const char *text)
{
	keep(lines, bytes_add(&lines->line, text, strlen(text)));
}

void text_lines_addf(struct text_lines *lines, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	keep(lines, bytes_vaddf(&lines->line, format, args));
	va_end(args);
}

size_t text_lines_size(const struct text_lines *lines)
{
	return lines->line.len;
}

void text_lines_cell(struct text_lines *lines, const char *text, int cells)
{
	int used = text_width(text);

	if (used > cells) {
		size_t n = text_prefix(text, cells - 1, &used);

		text_lines_addf(lines, "%.*s%s", (int)n, text, lines->is_ascii ? "~" : "…");
		used++;
	} else {
		text_lines_add(lines, text);
	}
	text_lines_addf(lines, "%*s", cells - used + GAP, "");
}

// Writes one line of output: `n` bytes of text behind an indent, without the spaces at its end.
static void put(struct text_lines *lines, int indent, const char *text, size_t n)
{
	while (n > 0 && text[n - 1] == ' ')
		n--;
	if (n > 0)
		keep(lines, bytes_addf(lines->out, "%*s%.*s\n", indent, "", (int)n, text));
	else
		keep(lines, bytes_add(lines->out, "\n", 1));
}

// How much of the text is for a line of so many cells: up to a space where there is one, a cluster at least.
static size_t take(const char *text, int cells)
{
	size_t n = text_prefix(text, cells, NULL), at = n;
	struct text_cluster cluster;
	const char *next = text;

	if (!text[n])
		return n;
	while (at > 0 && text[at] != ' ')
		at--;
	if (at > 0 && text[strspn(text, " ")] && at > strspn(text, " "))
		return at;
	if (n > 0)
		return n;
	text_next(&next, &cluster);
	return (size_t)(next - text);
}

void text_lines_end(struct text_lines *lines, int indent)
{
	const char *text = lines->line.data ? lines->line.data : "";
	size_t n = take(text, lines->columns);

	put(lines, 0, text, n);
	for (text += n + strspn(text + n, " "); *text; text += n + strspn(text + n, " ")) {
		n = take(text, lines->columns - indent);
		put(lines, indent, text, n);
	}
	bytes_reset(&lines->line);
}
