// SPDX-License-Identifier: Apache-2.0
#include "audit/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "text/text.h"

int audit_trouble_set(struct audit_trouble *trouble, int error, const char *format, ...)
{
	char text[AUDIT_TROUBLE_MAX];
	va_list args;

	if (trouble->error)
		return error;
	trouble->error = error;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	text_clean(text, strlen(text), TEXT_ONE_LINE, trouble->text, sizeof trouble->text, NULL);
	return error;
}

ssize_t audit_read_at(int fd, char *out, size_t n, off_t at)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = pread(fd, out + have, n - have, at + (off_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

int audit_read_small(int dir_fd, const char *name, char *out, size_t n)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t r;

	out[0] = '\0';
	if (fd < 0)
		return -errno;
	r = audit_read_at(fd, out, n - 1, 0);
	close(fd);
	out[r < 0 ? 0 : r] = '\0';
	return (int)r;
}

// ---- segments

void audit_segment_name(uint32_t number, char out[AUDIT_FILE_NAME_MAX])
{
	snprintf(out, AUDIT_FILE_NAME_MAX, "audit-%06u.jsonl", number);
}

// 0 for what is no segment's name.
static uint32_t segment_number(const char *name)
{
	char again[AUDIT_FILE_NAME_MAX];
	unsigned number;

	if (sscanf(name, "audit-%9u.jsonl", &number) != 1)
		return 0;
	audit_segment_name(number, again);
	return strcmp(name, again) == 0 ? number : 0;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int add_number(uint32_t **numbers, size_t *n, uint32_t number)
{
	uint32_t *grown;

	if ((*n & (*n - 1)) == 0) { // 0 and the powers of two: full
		grown = mem_realloc(*numbers, (*n ? 2 * *n : 1) * sizeof **numbers);
		if (!grown)
			return -ENOMEM;
		*numbers = grown;
	}
	(*numbers)[(*n)++] = number;
	return 0;
}

static int read_numbers(DIR *folder, uint32_t **numbers, size_t *n)
{
	const struct dirent *entry;
	int r = 0;

	// cppcheck-suppress readdirCalled ; no other thread has this stream
	while (r == 0 && (errno = 0, entry = readdir(folder))) {
		uint32_t number = segment_number(entry->d_name);

		if (number)
			r = add_number(numbers, n, number);
	}
	return r ? r : -errno;
}

int audit_segments_list(int dir_fd, uint32_t **numbers, size_t *n)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	DIR *folder;

	*numbers = NULL;
	*n = 0;
	if (fd < 0)
		return -errno;
	folder = fdopendir(fd);
	if (!folder) {
		r = -errno;
		close(fd);
		return r;
	}
	r = read_numbers(folder, numbers, n);
	closedir(folder);
	if (r < 0) {
		mem_free(*numbers);
		*numbers = NULL;
		*n = 0;
	} else if (*n) {
		qsort(*numbers, *n, sizeof **numbers, by_number);
	}
	return r;
}

// ---- the directory

static int check_owner(int fd, const char *path, struct audit_trouble *trouble)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return audit_trouble_set(trouble, -errno, "%s: %s", path, strerrordesc_np(errno));
	if (status.st_uid != geteuid())
		return audit_trouble_set(trouble, -EPERM, "%s belongs to somebody else", path);
	if ((status.st_mode & 077) && fchmod(fd, 0700) < 0)
		return audit_trouble_set(trouble, -errno, "%s is open to others, and cannot be closed: %s", path,
					 strerrordesc_np(errno));
	return 0;
}

int audit_dir_open(const char *path, bool makes, struct audit_trouble *trouble)
{
	bool is_new = makes && mkdir(path, 0700) == 0;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (makes ? O_NOFOLLOW : 0)), r = 0;

	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return audit_trouble_set(trouble, -ENOTDIR, "%s is a link, or no directory", path);
	if (fd < 0)
		return audit_trouble_set(trouble, -errno, "%s: %s", path, strerrordesc_np(errno));
	if (makes)
		r = check_owner(fd, path, trouble);
	if (r == 0 && is_new)
		r = file_sync_parent(AT_FDCWD, path);
	if (r < 0) {
		audit_trouble_set(trouble, r, "%s: %s", path, strerrordesc_np(-r));
		close(fd);
	}
	return r < 0 ? r : fd;
}
