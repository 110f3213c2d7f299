#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A directory that one process has to itself: a file in it that is locked as long as somebody has it, and that says
 * who.
 *
 * The lock belongs to the open file and ends with its process, however that ends, so that none is ever stale. The file
 * stays; what stands in it means nothing when it is not locked.
 */

enum { DIR_LOCK_WORDS_MAX = 160 };

// Zeroed: not held.
struct dir_lock {
	int fd_plus_one; // so that zero is none
};

/* `words` for people, printable ASCII, "pid 4711, alice"; cut where they are too long, and left out on a full disk. 0;
 * -EBUSY with the words of who has it (this process counts as another when it has it already); other negative errno:
 * the file cannot be opened. A file system without locks keeps nobody out: 0.
 */
int dir_lock_take(int dir_fd, const char *name, const char *words, struct dir_lock *out,
		  char holder[DIR_LOCK_WORDS_MAX]);
void dir_lock_release(struct dir_lock *lock);
