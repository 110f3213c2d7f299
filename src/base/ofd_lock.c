// SPDX-License-Identifier: Apache-2.0
#include "base/ofd_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static struct flock byte_at(off_t at, short type)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1 };
}

int ofd_lock(int fd, off_t at)
{
	struct flock lock = byte_at(at, F_WRLCK);

	if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return 0;
	return errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
}

void ofd_unlock(int fd, off_t at)
{
	struct flock lock = byte_at(at, F_UNLCK);

	fcntl(fd, F_OFD_SETLK, &lock);
}

int ofd_is_locked(int fd, off_t at)
{
	struct flock lock = byte_at(at, F_WRLCK);

	if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
		return -errno;
	return lock.l_type != F_UNLCK;
}

int ofd_is_at(int fd, int dir_fd, const char *name)
{
	struct stat there, ours;

	if (fstat(fd, &ours) < 0)
		return -errno;
	if (fstatat(dir_fd, name, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	return there.st_ino == ours.st_ino && there.st_dev == ours.st_dev;
}
