#pragma once
// SPDX-License-Identifier: Apache-2.0
// Bytes that are encoded once and sent to many: immutable, counted, never copied.
#include <stddef.h>
#include <stdint.h>

struct shared_text {
	uint32_t refs;
	size_t n;
	char text[]; // n bytes and a NUL
};

struct shared_text *shared_text_new(const char *text, size_t n); // with one reference; NULL for want of memory
struct shared_text *shared_text_ref(struct shared_text *text);
void shared_text_unref(struct shared_text *text); // NULL is fine
