#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Finds where something stands in a JSON text that is known to be well-formed, to name the line of a mistake in its
 * meaning. Offsets are bytes from the start.
 */
#include <stddef.h>

// The i-th element of the array that begins at or after `from`; n when there is none.
size_t json_place_element(const char *text, size_t n, size_t from, size_t i);

// The value of a member of the object that begins at `from`; `from` when it has none of that name.
size_t json_place_member(const char *text, size_t n, size_t from, const char *name);

void json_place_line(const char *text, size_t n, size_t offset, unsigned *line, unsigned *column); // both 1-based
