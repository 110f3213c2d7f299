#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Whole files, read to the end, and written so that nobody ever reads half of one. All return 0 or negative errno. */
#include <stddef.h>
#include <sys/types.h>

struct bytes;

enum file_care {
	FILE_QUICK,   // never waits for the disk: after a power failure it may be the old one, or gone
	FILE_DURABLE, // on the disk when it returns, name and all
};

int file_write_all(int fd, const void *data, size_t n);

int file_read_all(int fd, struct bytes *out); // to the end of it; also -EMSGSIZE, of bytes_add()

// A regular file, whole; anything else in its place, a FIFO too, holds nobody up: -EINVAL.
int file_read(int at, const char *path, struct bytes *out);

/* What an open directory has in it is there after a power failure. 0, also where the file system keeps no directory by
 * request, as some of other machines do; negative errno.
 */
int file_sync_directory(int fd);

// A directory is as durable as its parent knows of it. `path` may be relative to the directory `at`, or AT_FDCWD.
int file_sync_parent(int at, const char *path);

/* Replaces `path` by rename: whoever reads it finds the old one or the new one, also when this fails or is killed.
 * Written beside it under a name with our process id first; a link in that place is not followed.
 */
int file_replace(int at, const char *path, const void *data, size_t n, mode_t mode, enum file_care care);

// Writes a file that must not be there yet: -EEXIST. One that cannot be written whole is taken away again.
int file_write_new(int at, const char *path, const void *data, size_t n, mode_t mode, enum file_care care);
