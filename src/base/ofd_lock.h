#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Locks on a byte of a file that belong to the open file and end with it: with the process, however that ends. Another
 * opening of the same file is another holder, in the same process too.
 */
#include <sys/types.h>

int ofd_lock(int fd, off_t at); // 0; -EBUSY: somebody else has it; other negative errno. `fd` is open for writing
void ofd_unlock(int fd, off_t at);
int ofd_is_locked(int fd, off_t at); // by somebody else: 1, 0 or negative errno
// Whether the name is still that of the open file, and not removed or replaced. 1, 0 or negative errno.
int ofd_is_at(int fd, int dir_fd, const char *name);
