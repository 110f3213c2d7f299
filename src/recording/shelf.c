// SPDX-License-Identifier: Apache-2.0
#include "recording/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/human.h"
#include "base/memory.h"
#include "base/ofd_lock.h"

enum { BOOT_SHOWN = 8 };

void shelf_name(int64_t at_ms, const char *boot, char out[SHELF_NAME_MAX])
{
	char at[HUMAN_MAX], time[24];
	size_t n = 0;

	human_rfc3339(at_ms, at);
	for (const char *c = at; *c && n + 1 < sizeof time; c++)
		if (*c != '-' && *c != ':')
			time[n++] = *c;
	time[n] = '\0';
	snprintf(out, SHELF_NAME_MAX, "opscon-%s-%.*s.rec", time, BOOT_SHOWN, boot);
}

static bool is_ours(const char *name)
{
	return strlen(name) < SHELF_NAME_MAX && strncmp(name, "opscon-", 7) == 0 && strlen(name) > 11 &&
	       strcmp(name + strlen(name) - 4, ".rec") == 0 && strspn(name + 7, "0123456789T") == 15;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct shelf_file *)a)->name, ((const struct shelf_file *)b)->name);
}

static int add(struct shelf *shelf, size_t *cap, const char *name, const struct stat *st)
{
	size_t grown = *cap ? *cap * 2 : 16;
	struct shelf_file *files;

	if (shelf->n == SHELF_FILES_MAX)
		return -E2BIG;
	if (shelf->n == *cap) {
		files = mem_realloc(shelf->files, grown * sizeof *files);
		if (!files)
			return -ENOMEM;
		shelf->files = files;
		*cap = grown;
	}
	files = shelf->files;
	files[shelf->n] =
		(struct shelf_file){ .n_bytes = (uint64_t)st->st_size,
				     .changed_ms = st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000 };
	memcpy(files[shelf->n++].name, name, strlen(name) + 1); // is_ours() has looked at its length
	return 0;
}

static int read_entries(DIR *dir, struct shelf *shelf)
{
	struct dirent *entry = NULL;
	struct stat st;
	size_t cap = 0;
	int r = 0;

	// cppcheck-suppress readdirCalled ; no other thread has this stream
	while (r == 0 && (errno = 0, entry = readdir(dir)))
		if (is_ours(entry->d_name) && fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			r = add(shelf, &cap, entry->d_name, &st);
	return r == 0 && !entry ? -errno : r;
}

int shelf_read(int dir_fd, struct shelf *out)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	*out = (struct shelf){ 0 };
	if (!dir) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	r = read_entries(dir, out);
	closedir(dir);
	if (out->n)
		qsort(out->files, out->n, sizeof *out->files, compare);
	if (r < 0)
		shelf_finish(out);
	return r;
}

void shelf_finish(struct shelf *shelf)
{
	mem_free(shelf->files);
	*shelf = (struct shelf){ 0 };
}

static bool is_being_written(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	bool is_locked = fd >= 0 && ofd_is_locked(fd, 0) == 1;

	if (fd >= 0)
		close(fd);
	return is_locked;
}

int shelf_trim(int dir_fd, const struct shelf_limits *limits, uint64_t reserved_bytes, int64_t now_ms,
	       size_t *n_removed)
{
	uint64_t total = reserved_bytes;
	struct shelf shelf;
	int r = shelf_read(dir_fd, &shelf);

	if (n_removed)
		*n_removed = 0;
	for (size_t i = 0; r == 0 && i < shelf.n; i++)
		total += shelf.files[i].n_bytes;
	for (size_t i = 0; r == 0 && i < shelf.n; i++) {
		const struct shelf_file *file = &shelf.files[i];
		bool is_old = limits->age_ms && now_ms - file->changed_ms > limits->age_ms;
		bool is_over = limits->n_bytes && total > limits->n_bytes;

		if ((!is_old && !is_over) || is_being_written(dir_fd, file->name))
			continue;
		if (unlinkat(dir_fd, file->name, 0) < 0 && errno != ENOENT)
			r = -errno;
		total -= file->n_bytes;
		if (n_removed)
			*n_removed += r == 0;
	}
	shelf_finish(&shelf);
	return r;
}
