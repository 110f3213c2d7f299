// SPDX-License-Identifier: Apache-2.0
#include "formats/answer_text.h"

#include <string.h>
#include <strings.h>

#include "text/codepoint.h"
#include "text/text.h"

enum { TITLE_WITHIN = 4096 }; // bytes from the start in which a title is looked for

static bool starts_with(const char *at, const char *end, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(end - at) >= n && strncasecmp(at, text, n) == 0;
}

bool answer_is_page(const struct answer *answer)
{
	const char *at = answer->body, *end = at + answer->n;

	if (answer->n == 0 || *at != '<')
		return false;
	return content_type_has(answer, "html") || starts_with(at, end, "<!doctype html") ||
	       starts_with(at, end, "<html");
}

bool answer_is_text(const struct answer *answer)
{
	uint32_t codepoint;
	int used;

	for (size_t at = 0; at < answer->n; at += (size_t)used) {
		used = codepoint_decode(answer->body + at, answer->n - at, &codepoint);
		if (used < 0 || codepoint == 0)
			return false;
	}
	return true;
}

// The first place where `text` stands in any case; end when it is nowhere.
static const char *find(const char *at, const char *end, const char *text)
{
	while (at < end && !starts_with(at, end, text))
		at++;
	return at;
}

static const char *find_title(const struct answer *answer, size_t *n)
{
	const char *end = answer->body + (answer->n < TITLE_WITHIN ? answer->n : TITLE_WITHIN);
	const char *title = find(answer->body, end, "<title>");

	*n = 0;
	if (title == end)
		return end;
	title += strlen("<title>");
	*n = (size_t)(find(title, end, "</") - title);
	return title;
}

void answer_excerpt(const struct answer *answer, char out[EXCERPT_LINE_MAX])
{
	const char *text = answer->body, *line_end;
	size_t n = answer->n;

	if (n && *text == '<') {
		text = find_title(answer, &n);
	} else if (n) {
		line_end = memchr(text, '\n', n);
		n = line_end ? (size_t)(line_end - text) : n;
	}
	while (n && (*text == ' ' || *text == '\n' || *text == '\t' || *text == '\r')) {
		text++;
		n--;
	}
	while (n && (text[n - 1] == '\r' || text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	text_clean(text, n, TEXT_ONE_LINE, out, EXCERPT_LINE_MAX, NULL);
}
