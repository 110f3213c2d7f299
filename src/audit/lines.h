#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Reads a file line by line through one buffer: however long the file is, memory stays as it was. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct audit_lines {
	int fd;         // borrowed
	char *buffer;   // owned
	size_t at, len; // what is left of it
	off_t offset;   // in the file, of the line given last
	uint64_t no;    // of that line, from 1
	size_t given;   // its bytes, newline included
	bool is_end;
};

int audit_lines_init(struct audit_lines *lines, int fd); // from the start. 0 or -ENOMEM
void audit_lines_use(struct audit_lines *lines, int fd); // another file, from its start
void audit_lines_finish(struct audit_lines *lines);

// 1 with the next line, borrowed until the next call, n without the newline; 0 at the end; -ENODATA: what is left has
// no newline (*line and *n give it); -EMSGSIZE: longer than a line may be; other negative errno.
int audit_lines_next(struct audit_lines *lines, const char **line, size_t *n);
