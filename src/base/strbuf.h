#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Two string builders that know their limit from birth.
 *
 * `struct strbuf` writes into the caller's memory and cuts what does not fit, remembering that it did; the text is
 * always terminated. `struct bytes` grows on the heap up to a maximum and refuses what would pass it.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct strbuf {
	char *data;     // borrowed
	size_t size;    // of data, terminator included; at least 1
	size_t len;     // without the terminator
	bool truncated; // something did not fit
};

void strbuf_init(struct strbuf *s, char *memory, size_t size);
void strbuf_reset(struct strbuf *s);
void strbuf_add(struct strbuf *s, const char *text);
void strbuf_add_bytes(struct strbuf *s, const char *text, size_t bytes);
void strbuf_add_char(struct strbuf *s, char c);
void strbuf_addf(struct strbuf *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct bytes {
	char *data; // owned; terminated by a NUL that len does not count; NULL while empty
	size_t len;
	size_t cap;
	size_t max; // len never passes this
};

void bytes_init(struct bytes *b, size_t max);
void bytes_finish(struct bytes *b);
void bytes_reset(struct bytes *b); // empties, keeps the memory

// 0, -EMSGSIZE when the maximum would be passed, -ENOMEM. On error nothing was added.
int bytes_add(struct bytes *b, const void *data, size_t n);
int bytes_addf(struct bytes *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
int bytes_vaddf(struct bytes *b, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
