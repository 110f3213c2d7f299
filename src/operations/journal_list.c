// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/files.h"
#include "base/memory.h"
#include "base/ofd_lock.h"
#include "operations/journal_id.h"
#include "operations/journal_read.h"
#include "operations/journal_scan.h"

static int newest_first(const void *a, const void *b)
{
	return strcmp(b, a);
}

static int add_name(struct journal_names *names, const char *name)
{
	char id[OPERATION_ID_MAX];

	if (!journal_id_of(name, id))
		return 0;
	if ((names->n & (names->n - 1)) == 0) { // 0 and the powers of two: full
		void *grown = mem_realloc(names->ids, (names->n ? 2 * names->n : 1) * sizeof *names->ids);

		if (!grown)
			return -ENOMEM;
		names->ids = grown;
	}
	memcpy(names->ids[names->n++], id, sizeof id);
	return 0;
}

static int read_names(DIR *folder, struct journal_names *names)
{
	const struct dirent *entry;
	int r = 0;

	// cppcheck-suppress readdirCalled ; no other thread has this stream
	while (r == 0 && (errno = 0, entry = readdir(folder)))
		r = add_name(names, entry->d_name);
	return r ? r : -errno;
}

static int read_stories(int dir_fd, const struct journal_names *names, size_t limit, uint32_t first_no,
			struct journal_list *out)
{
	size_t n = names->n < limit ? names->n : limit;

	out->n_left_out = names->n - n;
	out->stories = mem_calloc(n, sizeof *out->stories);
	if (n && !out->stories)
		return -ENOMEM;
	for (; out->n < n; out->n++)
		if (journal_read_at(dir_fd, names->ids[out->n], first_no + (uint32_t)out->n, &out->stories[out->n]) ==
		    -ENOMEM)
			return -ENOMEM;
	return 0;
}

int journal_names_read(const char *dir, struct journal_names *out)
{
	int r;

	*out = (struct journal_names){ .folder = opendir(dir) };
	if (!out->folder)
		return errno == ENOENT ? 0 : -errno;
	r = read_names(out->folder, out);
	if (r < 0)
		journal_names_finish(out);
	else if (out->n)
		qsort(out->ids, out->n, sizeof *out->ids, newest_first);
	return r;
}

void journal_names_finish(struct journal_names *names)
{
	if (names->folder)
		closedir(names->folder);
	mem_free(names->ids);
	*names = (struct journal_names){ 0 };
}

int journal_list(const char *dir, size_t limit, uint32_t first_no, struct journal_list *out)
{
	struct journal_names names;
	int r = journal_names_read(dir, &names);

	*out = (struct journal_list){ 0 };
	if (r == 0 && names.n)
		r = read_stories(dirfd(names.folder), &names, limit, first_no, out);
	journal_names_finish(&names);
	if (r < 0)
		journal_list_finish(out);
	return r;
}

void journal_list_finish(struct journal_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		journal_story_finish(&list->stories[i]);
	mem_free(list->stories);
	*list = (struct journal_list){ 0 };
}

// ---- what is old

static bool is_done_with(const struct journal_story *story)
{
	return story->operation ? !story->error && operation_is_over(story->operation->state)
				: story->error == -ENODATA;
}

// 1: it is gone; 0: it was gone already, or somebody holds it, and keeps it.
static int remove_one(int dir_fd, const char *id)
{
	char name[JOURNAL_NAME_MAX];
	int fd, r;

	journal_name(id, name);
	fd = openat(dir_fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = ofd_lock(fd, 0);
	if (r == 0)
		r = ofd_is_at(fd, dir_fd, name);
	if (r == 1)
		r = unlinkat(dir_fd, name, 0) < 0 ? -errno : 1;
	close(fd);
	return r == -EBUSY ? 0 : r;
}

int journal_prune(const char *dir, const struct journal_list *list, size_t keep, int64_t before_ms, size_t *n_removed)
{
	struct audit_trouble trouble = { 0 };
	int dir_fd, first = 0;
	size_t n = 0, n_over = 0;

	if (n_removed)
		*n_removed = 0;
	if (!list->n)
		return 0;
	dir_fd = audit_dir_open(dir, false, &trouble);
	if (dir_fd < 0)
		return dir_fd;
	for (size_t i = 0; i < list->n; i++) {
		const struct journal_story *story = &list->stories[i];
		int r = 0;

		if (is_done_with(story) && (n_over++ >= keep || story->at_ms < before_ms))
			r = remove_one(dir_fd, story->id);
		n += r == 1;
		first = first ? first : r < 0 ? r : 0;
	}
	close(dir_fd);
	if (n_removed)
		*n_removed = n;
	return first;
}
