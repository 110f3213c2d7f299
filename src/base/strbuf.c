// SPDX-License-Identifier: Apache-2.0
#include "base/strbuf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

void strbuf_init(struct strbuf *s, char *memory, size_t size)
{
	*s = (struct strbuf){ .data = memory, .size = size };
	memory[0] = '\0';
}

void strbuf_reset(struct strbuf *s)
{
	s->len = 0;
	s->truncated = false;
	s->data[0] = '\0';
}

void strbuf_add_bytes(struct strbuf *s, const char *text, size_t bytes)
{
	size_t room = s->size - 1 - s->len;

	if (bytes > room) {
		bytes = room;
		s->truncated = true;
	}
	memcpy(s->data + s->len, text, bytes);
	s->len += bytes;
	s->data[s->len] = '\0';
}

void strbuf_add(struct strbuf *s, const char *text)
{
	strbuf_add_bytes(s, text, strlen(text));
}

void strbuf_add_char(struct strbuf *s, char c)
{
	strbuf_add_bytes(s, &c, 1);
}

void strbuf_addf(struct strbuf *s, const char *format, ...)
{
	size_t room = s->size - s->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(s->data + s->len, room, format, args);
	va_end(args);
	if (n < 0) {
		s->data[s->len] = '\0';
		return;
	}
	if ((size_t)n >= room) {
		s->truncated = true;
		s->len = s->size - 1;
		return;
	}
	s->len += (size_t)n;
}

void bytes_init(struct bytes *b, size_t max)
{
	*b = (struct bytes){ .max = max };
}

void bytes_finish(struct bytes *b)
{
	mem_free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}

void bytes_reset(struct bytes *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

static int bytes_reserve(struct bytes *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 64;
	char *data;

	if (n > b->max - b->len)
		return -EMSGSIZE;
	if (b->cap > b->len + n)
		return 0;
	while (cap <= b->len + n)
		cap *= 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	data = mem_realloc(b->data, cap);
	if (!data)
		return -ENOMEM;
	b->data = data;
	b->cap = cap;
	return 0;
}

int bytes_add(struct bytes *b, const void *data, size_t n)
{
	int r = bytes_reserve(b, n);

	if (r < 0)
		return r;
	if (n)
		memcpy(b->data + b->len, data, n);
	b->len += n;
	b->data[b->len] = '\0';
	return 0;
}

int bytes_vaddf(struct bytes *b, const char *format, va_list args)
{
	va_list again;
	int n, r;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		return -EINVAL;
	r = bytes_reserve(b, (size_t)n);
	if (r < 0)
		return r;
	vsnprintf(b->data + b->len, (size_t)n + 1, format, args);
	b->len += (size_t)n;
	return 0;
}

int bytes_addf(struct bytes *b, const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = bytes_vaddf(b, format, args);
	va_end(args);
	return r;
}
