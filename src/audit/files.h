#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What is kept on disk, from below: names, reading, and what went wrong in words. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { AUDIT_TROUBLE_MAX = 240, AUDIT_FILE_NAME_MAX = 32 };

#define AUDIT_CHECKPOINTS "checkpoints"
#define AUDIT_KEY_FILE "key"
#define AUDIT_LOCK_FILE "lock"

// Zeroed: all is well. The text is clean and says which file.
struct audit_trouble {
	int error; // negative errno; 0: none
	char text[AUDIT_TROUBLE_MAX];
};

// Keeps the first trouble only. Returns `error`.
int audit_trouble_set(struct audit_trouble *trouble, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

ssize_t audit_read_at(int fd, char *out, size_t n, off_t at);            // fewer than n only at the end; negative errno
int audit_read_small(int dir_fd, const char *name, char *out, size_t n); // terminated; its length or negative errno

void audit_segment_name(uint32_t number, char out[AUDIT_FILE_NAME_MAX]); // "audit-000001.jsonl"

// The numbers of the segments in a directory, ascending; free with mem_free(). 0 or negative errno.
int audit_segments_list(int dir_fd, uint32_t **numbers, size_t *n);

/* Opens a trail's directory. To write there (`makes`) no link is followed, it is made where it is missing (its parent
 * is there), and closed to others. The descriptor, or negative errno with the trouble told.
 */
int audit_dir_open(const char *path, bool makes, struct audit_trouble *trouble);

struct audit_key;
// The signing key: `path`, or `key` in the directory for NULL. Made with its public half when `may_make` is set and it
// is not there. 0 or negative errno with the trouble told.
int audit_key_open(int dir_fd, const char *path, const char *name, bool may_make, struct audit_key *out,
		   struct audit_trouble *trouble);
