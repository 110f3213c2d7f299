// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"

int file_write_all(int fd, const void *data, size_t n)
{
	const char *from = data;

	while (n) {
		ssize_t written = write(fd, from, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written < 0 ? -errno : -EIO;
		from += written;
		n -= (size_t)written;
	}
	return 0;
}

int file_read_all(int fd, struct bytes *out)
{
	char block[16384];
	ssize_t n;

	while ((n = read(fd, block, sizeof block)) != 0) {
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		r = n < 0 ? -errno : bytes_add(out, block, (size_t)n);
		if (r < 0)
			return r;
	}
	return 0;
}

int file_read(int at, const char *path, struct bytes *out)
{
	int fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), r;
	struct stat status;

	if (fd < 0)
		return -errno;
	r = fstat(fd, &status) < 0 ? -errno : S_ISREG(status.st_mode) ? file_read_all(fd, out) : -EINVAL;
	close(fd);
	return r;
}

int file_sync_directory(int fd)
{
	return fsync(fd) < 0 && errno != EINVAL ? -errno : 0;
}

int file_sync_parent(int at, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX] = ".";
	size_t n = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
	int fd, r;

	if (n >= sizeof parent)
		return -ENAMETOOLONG;
	if (n) {
		memcpy(parent, path, n);
		parent[n] = '\0';
	}
	fd = openat(at, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = file_sync_directory(fd);
	close(fd);
	return r;
}

int file_write_new(int at, const char *path, const void *data, size_t n, mode_t mode, enum file_care care)
{
	int fd = openat(at, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode), r;

	if (fd < 0)
		return -errno;
	r = file_write_all(fd, data, n);
	if (r == 0 && care == FILE_DURABLE && fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r < 0)
		unlinkat(at, path, 0);
	return r;
}

int file_replace(int at, const char *path, const void *data, size_t n, mode_t mode, enum file_care care)
{
	char beside[PATH_MAX];
	int r;

	if ((size_t)snprintf(beside, sizeof beside, "%s.%ld.new", path, (long)getpid()) >= sizeof beside)
		return -ENAMETOOLONG;
	unlinkat(at, beside, 0); // of one that had our number and was killed here
	r = file_write_new(at, beside, data, n, mode, care);
	if (r < 0)
		return r;
	if (renameat(at, beside, at, path) < 0) {
		r = -errno;
		unlinkat(at, beside, 0);
		return r;
	}
	return care == FILE_DURABLE ? file_sync_parent(at, path) : 0;
}
