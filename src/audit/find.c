// SPDX-License-Identifier: Apache-2.0
#include "audit/find.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "audit/lines.h"
#include "base/memory.h"

enum { OLDER = 1 };

/* Looks through one segment. 0; OLDER: what it has is newer. A new one may have nothing yet, and whether it is the
 * newest is then for the one before it to say.
 */
static int look(struct audit_lines *lines, uint64_t seq, bool *is_newest, struct audit_hash *out)
{
	struct audit_link link;
	bool has_older = false;
	const char *line;
	size_t n;
	int r;

	while ((r = audit_lines_next(lines, &line, &n)) > 0) {
		if (audit_link_read(line, n, &link) < 0)
			continue;
		if (link.seq == seq) {
			audit_hash_of(line, n, out);
			return 0;
		}
		if (link.seq > seq) {
			*is_newest = false;
			return has_older ? -EBADMSG : OLDER;
		}
		has_older = true;
	}
	if (r < 0 && r != -ENODATA)
		return r;
	if (*is_newest)
		return has_older ? -ENODATA : OLDER;
	return -EBADMSG;
}

static int look_in(int dir_fd, uint32_t number, uint64_t seq, bool *is_newest, struct audit_hash *out,
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
		r = look(&lines, seq, is_newest, out);
		audit_lines_finish(&lines);
	}
	close(fd);
	if (r < 0 && r != -EBADMSG && r != -ENODATA && r != -ENOMEM)
		audit_trouble_set(trouble, r, "%s cannot be read: %s", name, strerrordesc_np(-r));
	return r;
}

// The newest first: what is asked for was the newest not long ago.
int audit_find_hash(const char *dir, uint64_t seq, struct audit_hash *out, struct audit_trouble *trouble)
{
	int dir_fd = audit_dir_open(dir, false, trouble), r;
	bool is_newest = true;
	uint32_t *numbers;
	size_t n;

	if (dir_fd < 0)
		return dir_fd;
	r = audit_segments_list(dir_fd, &numbers, &n);
	if (r == 0) {
		r = OLDER;
		for (size_t i = n; i-- > 0 && r == OLDER;)
			r = look_in(dir_fd, numbers[i], seq, &is_newest, out, trouble);
		mem_free(numbers);
	}
	close(dir_fd);
	return r == OLDER ? -ENOENT : r;
}
