// SPDX-License-Identifier: Apache-2.0
#include "screen/sgr.h"

#include <string.h>

enum { ESC = 0x1b, SHIFT_OUT = 0x0e, SHIFT_IN = 0x0f };
enum { OTHER = 1 << 15 }; // an attribute that is not known: only a reset takes it back
enum { OF_INK = 1 << 1 | 1 << 2 | 1 << 3, REVERSE = 1 << 7 }; // bold, dim, italic: they change how ink looks

void sgr_filter_init(struct sgr_filter *filter)
{
	*filter = (struct sgr_filter){ 0 };
}

void sgr_filter_forget(struct sgr_filter *filter)
{
	filter->is_real_known = filter->is_charset_known = filter->is_shift_known = false;
}

// ---- what is wanted

// Length of the parameter at `text`, which may be a colour of several: 38;5;n, 38;2;r;g;b.
static size_t parameter_length(const char *text, size_t n)
{
	bool is_colour = n > 4 && (text[0] == '3' || text[0] == '4') && text[1] == '8' && text[2] == ';';
	int n_more = is_colour ? (text[3] == '5' ? 2 : 4) : 0;
	size_t at = 0;

	for (; at < n && (text[at] != ';' || n_more > 0); at++)
		n_more -= text[at] == ';';
	return at;
}

static void take_attribute(struct sgr_look *look, int number, bool is_on)
{
	uint16_t bits = (uint16_t)(1u << number);

	if (!is_on && number == 2)
		bits |= 1u << 1; // 22 takes bold and dim back
	look->attributes = (uint16_t)(is_on ? look->attributes | bits : look->attributes & ~bits);
}

static void take_colour(char colour[SGR_COLOUR_MAX], const char *text, size_t n)
{
	memcpy(colour, text, n);
	colour[n] = '\0';
}

static bool take_parameter(struct sgr_filter *filter, const char *text, size_t n)
{
	struct sgr_look *look = &filter->wanted;
	int number = 0;
	size_t n_digits = 0;

	while (n_digits < n && n_digits < 3 && text[n_digits] >= '0' && text[n_digits] <= '9')
		number = number * 10 + (text[n_digits++] - '0');
	if (n >= SGR_COLOUR_MAX || (n_digits < n && number != 38 && number != 48))
		return false;
	if (number == 0)
		*look = (struct sgr_look){ 0 };
	else if (number <= 9)
		take_attribute(look, number, true);
	else if (number >= 22 && number <= 29)
		take_attribute(look, number - 20, false);
	else if (number == 39 || number == 49)
		*(number == 39 ? look->fg : look->bg) = '\0';
	else if ((number >= 30 && number <= 38) || (number >= 90 && number <= 97))
		take_colour(look->fg, text, n);
	else if ((number >= 40 && number <= 48) || (number >= 100 && number <= 107))
		take_colour(look->bg, text, n);
	else
		return false;
	filter->has_own_colours |= number == 39 || number == 49;
	return true;
}

// The parameters of one SGR sequence. False when there is one that is not known.
static bool take_parameters(struct sgr_filter *filter, const char *text, size_t n)
{
	bool are_known = true;
	size_t at = 0;

	do {
		size_t length = parameter_length(text + at, n - at);

		are_known &= take_parameter(filter, text + at, length);
		at += length + 1;
	} while (at <= n);
	return are_known;
}

// ---- what is said

static void add_parameter(struct strbuf *out, const char *text)
{
	if (out->len > 2)
		strbuf_add_char(out, ';');
	strbuf_add(out, text);
}

static void add_attributes(struct strbuf *out, unsigned bits)
{
	for (int number = 1; number <= 9; number++)
		if (bits & 1u << number)
			add_parameter(out, (const char[]){ (char)('0' + number), '\0' });
}

static void add_colour(struct strbuf *out, const char *real, const char *wanted, const char *own)
{
	if (strcmp(real, wanted) != 0)
		add_parameter(out, *wanted ? wanted : own);
}

// What must be taken back, and cannot be by itself.
static bool needs_reset(const struct sgr_filter *filter)
{
	const struct sgr_look *real = &filter->real, *wanted = &filter->wanted;

	return !filter->is_real_known || (real->attributes & ~wanted->attributes) ||
	       (!filter->has_own_colours && ((*real->fg && !*wanted->fg) || (*real->bg && !*wanted->bg)));
}

static bool is_same(const struct sgr_look *a, const struct sgr_look *b)
{
	return a->attributes == b->attributes && strcmp(a->fg, b->fg) == 0 && strcmp(a->bg, b->bg) == 0;
}

// Whether a blank looks the same in both. The colour of ink shows on it only when the two are reversed.
static bool is_same_on_blanks(const struct sgr_filter *filter)
{
	const struct sgr_look *real = &filter->real, *wanted = &filter->wanted;
	unsigned differing = (unsigned)(real->attributes ^ wanted->attributes);

	return filter->is_real_known && strcmp(real->bg, wanted->bg) == 0 && !(differing & ~(unsigned)OF_INK) &&
	       !(wanted->attributes & REVERSE);
}

// Says what differs.
static int say(struct sgr_filter *filter, struct bytes *out)
{
	const struct sgr_look *wanted = &filter->wanted;
	struct sgr_look *real = &filter->real;
	struct strbuf text;
	char memory[128];

	if (!filter->is_spoken || (filter->is_real_known && is_same(real, wanted)))
		return 0;
	strbuf_init(&text, memory, sizeof memory);
	strbuf_add(&text, "\033[");
	if (needs_reset(filter)) {
		*real = (struct sgr_look){ 0 };
		add_parameter(&text, is_same(real, wanted) ? "" : "0"); // alone it need not be said
	}
	add_attributes(&text, wanted->attributes & ~(unsigned)real->attributes);
	add_colour(&text, real->fg, wanted->fg, "39");
	add_colour(&text, real->bg, wanted->bg, "49");
	strbuf_add_char(&text, 'm');
	*real = *wanted;
	filter->is_real_known = true;
	return bytes_add(out, text.data, text.len);
}

// ---- sequences

// Length of the control sequence at `bytes`, which begins with ESC.
static size_t sequence_length(const char *bytes, size_t n)
{
	size_t at = 2;

	if (n < 2 || bytes[1] != '[') {
		at = 1;
		while (at < n && bytes[at] >= 0x20 && bytes[at] <= 0x2f)
			at++;
		return at < n ? at + 1 : n;
	}
	while (at < n && !(bytes[at] >= 0x40 && bytes[at] <= 0x7e))
		at++;
	return at < n ? at + 1 : n;
}

static bool is_numeric(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((text[i] < '0' || text[i] > '9') && text[i] != ';' && text[i] != ':')
			return false;
	return true;
}

static int pass(struct sgr_filter *filter, const char *bytes, size_t n, struct bytes *out)
{
	int err = say(filter, out);

	return err ? err : bytes_add(out, bytes, n);
}

// Blanks between two colours need neither.
static int pass_text(struct sgr_filter *filter, const char *text, size_t n, struct bytes *out)
{
	size_t n_blanks = 0;
	int err = 0;

	while (n_blanks < n && text[n_blanks] == ' ')
		n_blanks++;
	if (n_blanks && is_same_on_blanks(filter))
		err = bytes_add(out, text, n_blanks);
	else
		n_blanks = 0;
	return err || n_blanks == n ? err : pass(filter, text + n_blanks, n - n_blanks, out);
}

static int run_sequence(struct sgr_filter *filter, const char *bytes, size_t n, struct bytes *out)
{
	char last = bytes[n - 1];
	bool is_csi = n > 2 && bytes[1] == '[' && is_numeric(bytes + 2, n - 3);
	int err;

	if (n == 3 && bytes[1] == '(') {
		bool is_usual = last == 'B';

		if (is_usual && filter->is_charset_known)
			return 0;
		filter->is_charset_known = is_usual;
		return bytes_add(out, bytes, n);
	}
	if (is_csi && strchr("ABCDEFGHd", last)) // the cursor moves
		return bytes_add(out, bytes, n);
	if (is_csi && last == 'm') {
		filter->is_spoken = true;
		if (take_parameters(filter, bytes + 2, n - 3))
			return 0;
		err = pass(filter, bytes, n, out);
		filter->wanted.attributes |= OTHER;
		filter->real = filter->wanted;
		return err;
	}
	if (is_csi && strchr("JKX", last) && is_same_on_blanks(filter)) // what is erased is blank
		return bytes_add(out, bytes, n);
	return pass(filter, bytes, n, out);
}

static int run_control(struct sgr_filter *filter, char byte, struct bytes *out)
{
	if (byte == SHIFT_IN && filter->is_shift_known)
		return 0;
	if (byte == SHIFT_IN || byte == SHIFT_OUT)
		filter->is_shift_known = byte == SHIFT_IN;
	if (byte == '\r' || byte == '\b' || byte == SHIFT_IN || byte == SHIFT_OUT)
		return bytes_add(out, &byte, 1);
	return pass(filter, &byte, 1, out);
}

int sgr_filter_run(struct sgr_filter *filter, const char *bytes, size_t n, struct bytes *out)
{
	int err = 0;

	for (size_t at = 0, length; at < n && !err; at += length) {
		unsigned char first = (unsigned char)bytes[at];

		length = 1;
		if (first == ESC) {
			length = sequence_length(bytes + at, n - at);
			err = run_sequence(filter, bytes + at, length, out);
		} else if (first < 0x20) {
			err = run_control(filter, bytes[at], out);
		} else {
			while (at + length < n && (unsigned char)bytes[at + length] >= 0x20)
				length++;
			err = pass_text(filter, bytes + at, length, out);
		}
	}
	return err;
}
