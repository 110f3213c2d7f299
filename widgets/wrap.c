// SPDX-License-Identifier: Apache-2.0
#include "widgets/wrap.h"

#include <string.h>

#include "text/text.h"

bool wrap_next(const char **text, int width, const char **line, size_t *n_bytes)
{
	const char *start = *text;
	size_t paragraph = strcspn(start, "\n"), n = text_prefix(start, width < 1 ? 1 : width, NULL);

	if (!*start)
		return false;
	if (n == 0) // a wide character in one cell
		n = text_prefix(start, 2, NULL);
	if (n >= paragraph) {
		n = paragraph;
	} else if (start[n] != ' ') {
		size_t at_space = n;

		while (at_space > 0 && start[at_space - 1] != ' ')
			at_space--;
		n = at_space > 1 ? at_space - 1 : n;
	}
	*line = start;
	*n_bytes = n;
	*text = start + n + (start[n] == ' ' || start[n] == '\n');
	return true;
}

int wrap_count(const char *text, int width, int max)
{
	const char *line;
	size_t n_bytes;
	int n = 0;

	while (n < max && wrap_next(&text, width, &line, &n_bytes))
		n++;
	return n;
}

int wrap_draw(struct canvas *canvas, int x, int y, int width, int height, style_t style, const char *text)
{
	const char *line, *rest = text;
	size_t n_bytes;
	int n = 0;

	while (n < height && wrap_next(&rest, width, &line, &n_bytes)) {
		if (++n == height && *rest)
			canvas_text(canvas, x, y + n - 1, width, style, line);
		else
			canvas_textf(canvas, x, y + n - 1, width, style, "%.*s", (int)n_bytes, line);
	}
	return n;
}
