// SPDX-License-Identifier: Apache-2.0
#include "wire/shared_text.h"

#include <string.h>

#include "base/memory.h"

struct shared_text *shared_text_new(const char *text, size_t n)
{
	struct shared_text *shared = mem_alloc(sizeof *shared + n + 1);

	if (!shared)
		return NULL;
	shared->refs = 1;
	shared->n = n;
	if (n)
		memcpy(shared->text, text, n);
	shared->text[n] = '\0';
	return shared;
}

struct shared_text *shared_text_ref(struct shared_text *text)
{
	text->refs++;
	return text;
}

void shared_text_unref(struct shared_text *text)
{
	if (text && --text->refs == 0)
		mem_free(text);
}
