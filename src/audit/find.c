// SPDX-License-Identifier: Apache-2.0
#include "audit/find.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "audit/lines.h"
#include "base/memory.h"

// Looks through one segment. 0; -ENOENT: it is not in this one, and *first is the number that it begins with.
static int look(struct audit_lines *lines, uint64_t seq, uint64_t *first, struct audit_hash *out)
{
	struct audit_link link;
	const char *line;
	size_t n;
	int r;

	*first = 0;
	while ((r = audit_lines_next(lines, &line, &n)) > 0) {
		if (audit_link_read(line, n, &link) < 0)
			continue;
		*first = *first ? *first : link.seq;
		if (link.seq == seq) {
			audit_hash_of(line, n, out);
			return 0;
		}
		if (link.seq > seq)
			return -ENOENT;
	}
	return r == 0 || r == -ENODATA ? -ENOENT : r;
}

static int look_in(int dir_fd, uint32_t number, uint64_t seq, uint64_t *first, struct audit_hash *out,
		   struct audit_trouble *trouble)
{
	char name[AUDIT_FILE_NAME_MAX];
	struct audit_lines lines;
	int fd, r;

	audit_segment_name(number, name);
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return audit_trouble_set(trouble, -errno, "%s cannot be read: %s", name, strerrordesc_np(errno));
	r = audit_lines_init(&lines, fd);
	if (r == 0) {
		r = look(&lines, seq, first, out);
		audit_lines_finish(&lines);
	}
	close(fd);
	if (r < 0 && r != -ENOENT && r != -ENOMEM)
		audit_trouble_set(trouble, r, "%s cannot be read: %s", name, strerrordesc_np(-r));
	return r;
}

// The newest first: what is asked for was the newest not long ago.
int audit_find_hash(const char *dir, uint64_t seq, struct audit_hash *out, struct audit_trouble *trouble)
{
	int dir_fd = audit_dir_open(dir, false, trouble), r;
	uint64_t first = UINT64_MAX;
	uint32_t *numbers;
	size_t n;

	if (dir_fd < 0)
		return dir_fd;
	r = audit_segments_list(dir_fd, &numbers, &n);
	if (r == 0) {
		r = -ENOENT;
		for (size_t i = n; i-- > 0 && r == -ENOENT && first > seq;)
			r = look_in(dir_fd, numbers[i], seq, &first, out, trouble);
		mem_free(numbers);
	}
	close(dir_fd);
	return r;
}
