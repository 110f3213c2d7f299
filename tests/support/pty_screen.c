// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pty_internal.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t encode(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static VTermScreenCell get_cell(struct term *t, int row, int col)
{
	VTermScreenCell cell = { 0 };

	vterm_screen_get_cell(t->screen, (VTermPos){ .row = row, .col = col }, &cell);
	return cell;
}

static bool is_right_half(const VTermScreenCell *cell)
{
	return cell->chars[0] == (uint32_t)-1;
}

static size_t add_text(const VTermScreenCell *cell, char *out)
{
	size_t n = 0;

	for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
		n += encode(cell->chars[i], out + n);
	return n;
}

const char *term_row(struct term *t, int row)
{
	size_t n = 0, n_text = 0;

	for (int col = 0; col < t->cols && n + 32 < sizeof t->row; col++) {
		VTermScreenCell cell = get_cell(t, row, col);

		if (is_right_half(&cell))
			continue;
		if (cell.chars[0] == 0) {
			t->row[n++] = ' ';
			continue;
		}
		n += add_text(&cell, t->row + n);
		if (t->row[n - 1] != ' ')
			n_text = n;
	}
	t->row[n_text] = 0;
	return t->row;
}

bool term_has(struct term *t, const char *text)
{
	return term_find(t, text, NULL) >= 0;
}

bool term_has_row(struct term *t, const char *text, const char *then)
{
	for (int row = 0; row < t->rows; row++) {
		const char *at = strstr(term_row(t, row), text);

		if (at && strstr(at + strlen(text), then))
			return true;
	}
	return false;
}

// Cells in front of the byte at `at` of a row.
static int cells_before(struct term *t, int row, size_t at)
{
	char text[32];
	size_t n = 0;
	int col = 0;

	while (col < t->cols && n < at) {
		VTermScreenCell cell = get_cell(t, row, col++);

		if (!is_right_half(&cell))
			n += cell.chars[0] ? add_text(&cell, text) : 1;
	}
	return col;
}

int term_find(struct term *t, const char *text, int *col)
{
	for (int row = 0; row < t->rows; row++) {
		const char *line = term_row(t, row), *at = strstr(line, text);

		if (!at)
			continue;
		if (col)
			*col = cells_before(t, row, (size_t)(at - line));
		return row;
	}
	return -1;
}

char *term_dump(struct term *t)
{
	size_t size = (size_t)t->rows * 4 * ((size_t)t->cols * 4 + 32) + 64;
	char *out = malloc(size);
	size_t n = 0;

	ck_assert_ptr_nonnull(out);
	n += (size_t)snprintf(out + n, size - n, "+--- %dx%d\n", t->cols, t->rows);
	for (int row = 0; row < t->rows && n < size; row++)
		n += (size_t)snprintf(out + n, size - n, "|%s\n", term_row(t, row));
	if (n < size)
		snprintf(out + n, size - n, "+---\n");
	return out;
}

void term_cursor(struct term *t, int *row, int *col)
{
	VTermPos at;

	vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &at);
	*row = at.row;
	*col = at.col;
}

static int colour(const VTermColor *c)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
		return TERM_COLOUR_DEFAULT;
	if (VTERM_COLOR_IS_INDEXED(c))
		return c->indexed.idx;
	return TERM_COLOUR_RGB | c->rgb.red << 16 | c->rgb.green << 8 | c->rgb.blue;
}

struct term_cell term_cell(struct term *t, int row, int col)
{
	VTermScreenCell cell = get_cell(t, row, col);
	struct term_cell out = {
		.width = cell.width,
		.fg = colour(&cell.fg),
		.bg = colour(&cell.bg),
		.is_bold = cell.attrs.bold,
		.is_underlined = cell.attrs.underline != VTERM_UNDERLINE_OFF,
		.is_reversed = cell.attrs.reverse,
		.is_italic = cell.attrs.italic,
	};

	if (!is_right_half(&cell))
		out.text[add_text(&cell, out.text)] = 0;
	return out;
}

static void set_mode(struct term_modes *modes, int mode, bool is_set)
{
	int at = 0;

	if (mode == 25) {
		modes->is_cursor_hidden = !is_set;
		return;
	}
	while (at < modes->n_set && modes->set[at] != mode)
		at++;
	if (is_set && at == modes->n_set && at < TERM_MODES_MAX)
		modes->set[modes->n_set++] = mode;
	else if (!is_set && at < modes->n_set)
		modes->set[at] = modes->set[--modes->n_set];
}

enum { SCAN_TEXT, SCAN_ESCAPE, SCAN_CSI, SCAN_NUMBERS };

static int scan_number(struct term_modes *m, char c)
{
	int max = (int)(sizeof m->numbers / sizeof m->numbers[0]);

	if (c >= '0' && c <= '9') {
		if (m->numbers[m->n_numbers - 1] < 100000)
			m->numbers[m->n_numbers - 1] = m->numbers[m->n_numbers - 1] * 10 + (c - '0');
		return SCAN_NUMBERS;
	}
	if (c == ';' && m->n_numbers < max) {
		m->numbers[m->n_numbers++] = 0;
		return SCAN_NUMBERS;
	}
	for (int i = 0; i < m->n_numbers && (c == 'h' || c == 'l'); i++)
		set_mode(m, m->numbers[i], c == 'h');
	return SCAN_TEXT;
}

void term_modes_feed(struct term_modes *m, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = bytes[i];

		if (c == '\x1b') {
			m->state = SCAN_ESCAPE;
		} else if (m->state == SCAN_ESCAPE) {
			m->state = c == '[' ? SCAN_CSI : SCAN_TEXT;
		} else if (m->state == SCAN_CSI) {
			m->state = c == '?' ? SCAN_NUMBERS : SCAN_TEXT;
			m->n_numbers = 1;
			m->numbers[0] = 0;
		} else if (m->state == SCAN_NUMBERS) {
			m->state = scan_number(m, c);
		}
	}
}

static const struct {
	int mode;
	const char *what;
} wanted_off[] = {
	{ 1, "application cursor keys are on" },
	{ 47, "the alternate screen is shown" },
	{ 1000, "mouse reports are on" },
	{ 1002, "mouse reports are on" },
	{ 1003, "mouse reports are on" },
	{ 1004, "focus reports are on" },
	{ 1006, "mouse reports are on" },
	{ 1047, "the alternate screen is shown" },
	{ 1049, "the alternate screen is shown" },
	{ 2004, "bracketed paste is on" },
	{ 2026, "a synchronized update was left open" },
};

const char *term_modes_unrestored(const struct term_modes *modes)
{
	if (modes->is_cursor_hidden)
		return "the cursor is hidden";
	for (size_t i = 0; i < sizeof wanted_off / sizeof wanted_off[0]; i++)
		for (int k = 0; k < modes->n_set; k++)
			if (modes->set[k] == wanted_off[i].mode)
				return wanted_off[i].what;
	return NULL;
}
