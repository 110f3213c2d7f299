#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Bodies that are for people: is it a web page, and what does its first line say? Used inside formats/ only. */
#include "formats/dialect.h"

enum { EXCERPT_LINE_MAX = 121 }; // displayable bytes and the terminator

bool answer_is_page(const struct answer *answer); // HTML, by its beginning; a type of text/html alone proves nothing
bool answer_is_text(const struct answer *answer); // valid UTF-8 without NUL

// The title of a page or the first line of a text, displayable; "" when there is none.
void answer_excerpt(const struct answer *answer, char out[EXCERPT_LINE_MAX]);
