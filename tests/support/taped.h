#pragma once
// SPDX-License-Identifier: Apache-2.0
// The two readers of JSON must take and refuse the same, and read the same.
#include <stddef.h>

// NULL when json_tape_read() and json_parse() are of one mind about text[0..n), or what they differ in.
const char *taped_differs(const char *text, size_t n);
