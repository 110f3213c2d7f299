// SPDX-License-Identifier: Apache-2.0
/* Reading clean text: clusters, widths, prefixes and search. Text that is not clean is read without harm: a bad byte
 * or a control counts one cell.
 */
#include <limits.h>
#include <string.h>

#include "text/codepoint.h"
#include "text/text.h"

enum { CODEPOINT_BYTES = 4 };

// A terminated string has no length at hand, and the terminator is no continuation byte: so four is always safe to say
// as long as what lies past it is never read, which codepoint_decode() guarantees.
static int decode_z(const char *text, uint32_t *out)
{
	int used = codepoint_decode(text, CODEPOINT_BYTES, out);

	return used < 0 ? -used : used;
}

static bool is_ascii(char c)
{
	return (unsigned char)c < 0x80;
}

bool text_next(const char **text, struct text_cluster *out)
{
	const char *at = *text, *end;
	uint32_t mark;
	int used;

	if (*at == '\0')
		return false;
	if (is_ascii(at[0]) && is_ascii(at[1])) {
		*out = (struct text_cluster){ at, 1, 1, (uint8_t)at[0], true };
		*text = at + 1;
		return true;
	}
	end = at + decode_z(at, &out->codepoint);
	out->bytes = at;
	out->is_single = true;
	out->width = (uint8_t)codepoint_width(out->codepoint);
	for (int n = 0; n < TEXT_MARKS_MAX && !is_ascii(*end); n++) {
		used = decode_z(end, &mark);
		if (codepoint_kind(mark) != CODEPOINT_MARK)
			break;
		out->is_single = false;
		end += used;
	}
	out->n_bytes = (uint8_t)(end - at);
	*text = end;
	return true;
}

// Past the ASCII that begins a text, but for what a mark may follow: at most `cells` of it, each of one cell.
static const char *skip_ascii(const char *text, int cells)
{
	for (; cells > 0 && *text && is_ascii(text[0]) && is_ascii(text[1]); cells--)
		text++;
	return text;
}

int text_width(const char *text)
{
	const char *start = text;
	struct text_cluster cluster;
	int width;

	text = skip_ascii(text, INT_MAX);
	width = (int)(text - start);
	while (text_next(&text, &cluster))
		width += cluster.width;
	return width;
}

size_t text_prefix(const char *text, int cells, int *used)
{
	const char *at = skip_ascii(text, cells), *end = at;
	struct text_cluster cluster;
	int width = (int)(at - text);

	while (text_next(&at, &cluster) && width + cluster.width <= cells) {
		width += cluster.width;
		end = at;
	}
	if (used)
		*used = width;
	return (size_t)(end - text);
}

int text_fit(const char *text, int max_bytes)
{
	const char *at = text, *end = text;
	struct text_cluster cluster;

	while (text_next(&at, &cluster) && at - text <= max_bytes)
		end = at;
	return (int)(end - text);
}

char *text_trim(char *text)
{
	size_t n = strlen(text), at = n;
	uint32_t ignored;

	while (at && n - at < CODEPOINT_BYTES && !is_ascii(text[at - 1])) {
		at--;
		if ((text[at] & 0xc0) == 0xc0) { // a first byte
			if (codepoint_decode(text + at, n - at, &ignored) < 0)
				text[at] = '\0';
			break;
		}
	}
	return text;
}

// The next codepoint in the form by which texts are compared. Most are ASCII, and lists of 10,000 are sorted by them.
static inline int decode_folded(const char *text, uint32_t *out)
{
	int used;

	if (is_ascii(*text)) {
		*out = (uint32_t)(*text >= 'A' && *text <= 'Z' ? *text + ('a' - 'A') : *text);
		return 1;
	}
	used = decode_z(text, out);
	*out = codepoint_fold(*out);
	return used;
}

static bool starts_with(const char *text, const char *needle)
{
	uint32_t a, b;

	while (*needle) {
		if (*text == '\0')
			return false;
		text += decode_folded(text, &a);
		needle += decode_folded(needle, &b);
		if (a != b)
			return false;
	}
	return true;
}

const char *text_find(const char *text, const char *needle)
{
	uint32_t first, codepoint;
	int used;

	if (*needle == '\0')
		return text;
	decode_folded(needle, &first);
	for (; *text; text += used) {
		used = decode_folded(text, &codepoint);
		if (codepoint == first && starts_with(text, needle))
			return text;
	}
	return NULL;
}

uint32_t text_fold(uint32_t codepoint)
{
	return codepoint_fold(codepoint);
}

int text_compare(const char *a, const char *b)
{
	uint32_t left, right;

	do {
		a += decode_folded(a, &left);
		b += decode_folded(b, &right);
	} while (left == right && left != 0);
	return left < right ? -1 : left > right;
}
