#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A journal's file, as the thread that writes has it: what it holds, whose lock is on it, and what went wrong. */
#include "audit/files.h"
#include "base/strbuf.h"
#include "operations/journal_id.h"
#include "operations/journal_line.h"
#include "operations/journal_read.h"

struct journal_file {
	char *dir, *path; // owned
	char id[OPERATION_ID_MAX], name[JOURNAL_NAME_MAX];
	int dir_fd, fd; // -1: not open; the directory's until its entry is on the disk
	struct journal_chain chain;
	struct bytes pending;         // lines that are not written yet
	uint64_t written;             // bytes of the file
	bool is_new, is_dirty;        // new: not on the disk yet; dirty: written, and not synced
	struct audit_trouble trouble; // final
	void (*after_record)(void *ctx);
	void *after_ctx;
};

int journal_file_init(struct journal_file *file, const char *dir, const char *id); // a valid id. 0 or -ENOMEM
void journal_file_close(struct journal_file *file);  // writes what is pending; the lock goes
void journal_file_finish(struct journal_file *file); // frees its memory, closed or not

/* All return 0 or negative errno, which is final and told in the file's trouble. A new file that cannot be written down
 * with its first records is removed.
 */
int journal_file_create(struct journal_file *file);
int journal_file_add(struct journal_file *file, const char *body, size_t n); // a line's body
int journal_file_sync(struct journal_file *file);                            // writes what is pending as well

// Goes on with one that is there: see journal_resume(). The story is to be finished in any case.
int journal_file_resume(struct journal_file *file, const char *holder, int64_t at_ms, uint32_t no,
			struct journal_story *story);
