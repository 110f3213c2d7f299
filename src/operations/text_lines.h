#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Lines of clean text that are no wider than they may be: broken between words, and where one word is wider within it.
 * Errors stick. */
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

struct text_lines {
	struct bytes *out; // borrowed
	struct bytes line; // the one being written
	int columns;
	bool is_ascii;
	int error; // 0, or the first of -ENOMEM, -EMSGSIZE
};

void text_lines_init(struct text_lines *lines, struct bytes *out, int columns, bool is_ascii);
void text_lines_finish(struct text_lines *lines);

void text_lines_add(struct text_lines *lines, const char *text);
void text_lines_addf(struct text_lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_lines_cell(struct text_lines *lines, const char *text, int cells); // cut or padded, and a gap of two
size_t text_lines_size(const struct text_lines *lines);                      // bytes of the line so far

// Ends the line. What is too wide goes on below with that indent; spaces at the end are left out.
void text_lines_end(struct text_lines *lines, int indent);
