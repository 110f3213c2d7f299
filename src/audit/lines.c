// SPDX-License-Identifier: Apache-2.0
#include "audit/lines.h"

#include <errno.h>
#include <string.h>

#include "audit/chain.h"
#include "audit/files.h"
#include "base/memory.h"

enum { BUFFER = 4 * AUDIT_LINE_MAX };

int audit_lines_init(struct audit_lines *lines, int fd)
{
	*lines = (struct audit_lines){ .buffer = mem_alloc(BUFFER) };
	if (!lines->buffer)
		return -ENOMEM;
	audit_lines_use(lines, fd);
	return 0;
}

void audit_lines_use(struct audit_lines *lines, int fd)
{
	*lines = (struct audit_lines){ .fd = fd, .buffer = lines->buffer };
}

void audit_lines_finish(struct audit_lines *lines)
{
	mem_free(lines->buffer);
	*lines = (struct audit_lines){ 0 };
}

static int fill(struct audit_lines *lines)
{
	ssize_t n;

	memmove(lines->buffer, lines->buffer + lines->at, lines->len);
	lines->at = 0;
	n = audit_read_at(lines->fd, lines->buffer + lines->len, BUFFER - lines->len,
			  lines->offset + (off_t)lines->len);
	if (n < 0)
		return (int)n;
	lines->is_end = lines->len + (size_t)n < BUFFER;
	lines->len += (size_t)n;
	return 0;
}

int audit_lines_next(struct audit_lines *lines, const char **line, size_t *n)
{
	const char *end = NULL;
	int r;

	lines->offset += (off_t)lines->given;
	lines->given = 0;
	lines->no++;
	if (lines->len)
		end = memchr(lines->buffer + lines->at, '\n', lines->len);
	if (!end && !lines->is_end) {
		r = fill(lines);
		if (r < 0)
			return r;
		end = lines->len ? memchr(lines->buffer, '\n', lines->len) : NULL;
	}
	*line = lines->buffer + lines->at;
	*n = end ? (size_t)(end - *line) : lines->len;
	if (*n >= AUDIT_LINE_MAX)
		return -EMSGSIZE;
	if (!end)
		return *n ? -ENODATA : 0;
	lines->given = *n + 1;
	lines->at += *n + 1;
	lines->len -= *n + 1;
	return 1;
}
