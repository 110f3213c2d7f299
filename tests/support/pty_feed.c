// SPDX-License-Identifier: Apache-2.0
/* What goes from the program into libvterm 0.1.4, which scrolls by as many lines as it is told: with more than the
 * screen has, as a frame for a screen that has just become smaller may ask, it writes outside its memory.
 */
#include "tests/support/pty_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_scroll(const struct term_held *held)
{
	size_t n_digits = strspn(held->bytes + 2, "0123456789");

	return n_digits > 0 && 2 + n_digits + 1 == held->n && strchr("LMST", held->bytes[held->n - 1]);
}

static void release(struct term *t)
{
	struct term_held *held = &t->held;
	char less[32];

	held->bytes[held->n] = '\0';
	if (held->n > 3 && is_scroll(held) && strtol(held->bytes + 2, NULL, 10) > t->rows) {
		int n = snprintf(less, sizeof less, "\x1b[%d%c", t->rows, held->bytes[held->n - 1]);

		vterm_input_write(t->vt, less, (size_t)n);
	} else {
		vterm_input_write(t->vt, held->bytes, held->n);
	}
	held->n = 0;
}

static void hold(struct term *t, char c)
{
	struct term_held *held = &t->held;

	held->bytes[held->n++] = c;
	if (held->n == 1)
		return;
	if ((held->n == 2 && c != '[') || (held->n > 2 && c >= 0x40 && c <= 0x7e) || held->n == sizeof held->bytes - 1)
		release(t);
}

void term_feed(struct term *t, const char *bytes, size_t n)
{
	size_t plain = 0;

	for (size_t i = 0; i < n; i++) {
		if (!t->held.n && bytes[i] != '\x1b')
			continue;
		if (!t->held.n)
			vterm_input_write(t->vt, bytes + plain, i - plain);
		hold(t, bytes[i]);
		plain = i + 1;
	}
	if (plain < n)
		vterm_input_write(t->vt, bytes + plain, n - plain);
}
