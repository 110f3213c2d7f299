#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A directory of recordings: files named for when they begin and for the run that wrote them, so that their names in
 * order are the recording in order. The oldest go, whole, when there is too much of them or they are too old; never one
 * that somebody writes. Files of other names are nobody's business here.
 */
#include <stddef.h>
#include <stdint.h>

enum { SHELF_NAME_MAX = 64, SHELF_FILES_MAX = 100000 };

struct shelf_file {
	char name[SHELF_NAME_MAX];
	uint64_t n_bytes;
	int64_t changed_ms; // wall: its last write
};

struct shelf {
	struct shelf_file *files; // owned, the oldest first
	size_t n;
};

// "opscon-20261126T020304.567Z-1a2b3c4d.rec"
void shelf_name(int64_t at_ms, const char *boot, char out[SHELF_NAME_MAX]);

int shelf_read(int dir_fd, struct shelf *out); // 0 or negative errno; finish it then
void shelf_finish(struct shelf *shelf);

struct shelf_limits {
	uint64_t n_bytes; // all files together; 0 without end
	int64_t age_ms;   // since a file's last write; 0 for ever
};

// Leaves room for `reserved_bytes` within the limit. 0 or the first error; *n_removed may be NULL.
int shelf_trim(int dir_fd, const struct shelf_limits *limits, uint64_t reserved_bytes, int64_t now_ms,
	       size_t *n_removed);
