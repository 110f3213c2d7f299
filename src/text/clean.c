// SPDX-License-Identifier: Apache-2.0
/* Cleaning goes by units: one decoded code point becomes one unit of output, written whole or not at all. A unit that
 * does not fit takes the cluster it belongs to back out with it, so a cut never shows half a character or half an
 * escape.
 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "text/codepoint.h"
#include "text/text.h"

enum { UNIT_MAX = 16, GROWTH_MAX = 8, TAB_CELLS = 8, DOTTED_CIRCLE = 0x25cc };

struct cleaner {
	char *out;
	size_t size;    // of out, terminator included
	size_t len;     // written
	size_t cluster; // where the last cluster starts
	unsigned flags;
	int column;  // cells since the last newline, for tabs
	int n_marks; // on the last base; -1 when there is no base to carry one
	bool is_cut;
};

static bool put(struct cleaner *c, const char *bytes, size_t n, int cells)
{
	if (n >= c->size - c->len) {
		c->is_cut = true;
		return false;
	}
	memcpy(c->out + c->len, bytes, n);
	c->cluster = c->len;
	c->len += n;
	c->column += cells;
	c->n_marks = 0;
	return true;
}

static bool put_codepoint(struct cleaner *c, uint32_t codepoint)
{
	char unit[5];
	size_t n = text_encode(codepoint, unit);

	return put(c, unit, n, codepoint_width(codepoint));
}

static bool put_hidden(struct cleaner *c, uint32_t codepoint)
{
	char unit[UNIT_MAX];
	int n = snprintf(unit, sizeof unit, "<U+%04X>", (unsigned)codepoint);

	return put(c, unit, (size_t)n, n);
}

static bool put_mark(struct cleaner *c, uint32_t codepoint)
{
	char unit[5];
	size_t n = text_encode(codepoint, unit);

	// Unicode's own way to show a mark that has nothing to stand on.
	if (c->n_marks < 0 && !put_codepoint(c, DOTTED_CIRCLE))
		return false;
	if (c->n_marks == TEXT_MARKS_MAX)
		return true;
	if (n >= c->size - c->len) {
		c->len = c->cluster;
		c->is_cut = true;
		return false;
	}
	memcpy(c->out + c->len, unit, n);
	c->len += n;
	c->n_marks++;
	return true;
}

static bool put_tab(struct cleaner *c)
{
	int cells = TAB_CELLS - c->column % TAB_CELLS;

	for (int i = 0; i < cells; i++)
		if (!put(c, " ", 1, 1))
			return false;
	return true;
}

static bool put_newline(struct cleaner *c)
{
	if (!(c->flags & TEXT_KEEP_NEWLINES))
		return put(c, " ", 1, 1);
	if (!put(c, "\n", 1, 0))
		return false;
	c->column = 0;
	c->n_marks = -1;
	return true;
}

static bool put_control(struct cleaner *c, uint32_t codepoint)
{
	char unit[2] = { '^', (char)(codepoint ^ 0x40) };

	if (codepoint == '\t')
		return put_tab(c);
	if (codepoint == '\n')
		return put_newline(c);
	return put(c, unit, 2, 2);
}

static bool put_unit(struct cleaner *c, uint32_t codepoint)
{
	switch (codepoint_kind(codepoint)) {
	case CODEPOINT_CONTROL:
		return put_control(c, codepoint);
	case CODEPOINT_HIDDEN:
		return put_hidden(c, codepoint);
	case CODEPOINT_MARK:
		return put_mark(c, codepoint);
	case CODEPOINT_SHOWN:
		break;
	}
	return put_codepoint(c, codepoint);
}

static bool is_plain(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

// Length of the run of printable ASCII at the start: nearly always all there is.
static size_t plain_run(const char *in, size_t n)
{
	size_t i = 0;

	while (i < n && is_plain((uint8_t)in[i]))
		i++;
	return i;
}

static size_t put_plain(struct cleaner *c, const char *in, size_t n)
{
	size_t run = plain_run(in, n), room = c->size - 1 - c->len;

	if (run > room)
		run = room;
	if (run == 0)
		return 0;
	memcpy(c->out + c->len, in, run);
	c->len += run;
	c->cluster = c->len - 1;
	c->column += (int)run;
	c->n_marks = 0;
	return run;
}

size_t text_clean(const char *in, size_t n, unsigned flags, char *out, size_t size, bool *is_cut)
{
	struct cleaner c = { .out = out, .size = size, .flags = flags, .n_marks = -1, .is_cut = size == 0 && n };
	uint32_t codepoint;
	int used;

	for (size_t at = 0; size && at < n;) {
		at += put_plain(&c, in + at, n - at);
		if (at == n)
			break;
		used = codepoint_decode(in + at, n - at, &codepoint);
		// CR LF is one line end; a CR alone is a control like any other.
		if (codepoint == '\r' && at + 1 < n && in[at + 1] == '\n') {
			at++;
			continue;
		}
		if (!put_unit(&c, codepoint))
			break;
		at += (size_t)(used < 0 ? -used : used);
	}
	if (size)
		out[c.len] = '\0';
	if (is_cut)
		*is_cut = c.is_cut;
	return c.len;
}

char *text_clean_dup(const char *in, size_t n, unsigned flags, size_t max_bytes)
{
	size_t room, len;
	char *out, *fitted;

	if (n <= max_bytes && plain_run(in, n) == n)
		return mem_strndup(n ? in : "", n);
	room = n > max_bytes / GROWTH_MAX ? max_bytes : GROWTH_MAX * n;
	out = mem_alloc(room + 1);
	if (!out)
		return NULL;
	len = text_clean(in, n, flags, out, room + 1, NULL);
	fitted = mem_realloc(out, len + 1);
	return fitted ? fitted : out;
}

bool text_is_clean(const char *text)
{
	size_t n = strlen(text), at = plain_run(text, n);
	int n_marks = at ? 0 : -1, used;
	uint32_t codepoint;

	for (; at < n; at += (size_t)used) {
		used = codepoint_decode(text + at, n - at, &codepoint);
		if (used < 0)
			return false;
		switch (codepoint_kind(codepoint)) {
		case CODEPOINT_SHOWN:
			n_marks = 0;
			break;
		case CODEPOINT_MARK:
			if (n_marks < 0 || ++n_marks > TEXT_MARKS_MAX)
				return false;
			break;
		case CODEPOINT_HIDDEN:
		case CODEPOINT_CONTROL:
			return false;
		}
	}
	return true;
}
