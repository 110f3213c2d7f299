#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A journal's bytes as a story. Pure. */
#include "operations/journal_line.h"
#include "operations/journal_read.h"

struct bytes;

struct journal_scan {
	struct journal_chain chain; // after the last line that is trusted
	size_t n_trusted;           // bytes up to there
};

// Fills *story, which is zeroed but for its id; `scan` may be NULL. The bytes change for moments; NULL: there are
// none.
void journal_scan(char *data, size_t n, uint32_t no, struct journal_story *story, struct journal_scan *scan);

// Notes what is wrong, the first time; returns `error`.
int journal_story_fail(struct journal_story *story, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

// All of an open file; to be finished in any case. 0; -EFBIG past JOURNAL_BYTES_MAX; other negative errno.
int journal_read_bytes(int fd, struct bytes *out);

int journal_read_at(int dir_fd, const char *id, uint32_t no, struct journal_story *out); // of a valid id
