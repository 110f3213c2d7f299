// SPDX-License-Identifier: Apache-2.0
#include "audit/notes.h"

#include <errno.h>
#include <sys/stat.h>

#include "audit/files.h"

void audit_notes_init(struct audit_notes *notes, int fd, const struct audit_key *key)
{
	struct stat status;

	*notes = (struct audit_notes){ .fd = fd, .key = key };
	if (fd >= 0 && fstat(fd, &status) == 0)
		notes->end = status.st_size;
}

int audit_notes_next(struct audit_notes *notes, uint64_t unread, struct audit_checkpoint *out)
{
	off_t left = notes->end - notes->at;
	size_t wanted = left < AUDIT_NOTE_MAX ? (size_t)left : AUDIT_NOTE_MAX, used;
	ssize_t n;
	int r;

	if (left <= 0)
		return 0;
	n = audit_read_at(notes->fd, notes->buffer, wanted, notes->at);
	if (n < 0)
		return (int)n;
	notes->no++;
	r = audit_checkpoint_read(notes->buffer, (size_t)n, NULL, out, &used);
	if (r == 0 && out->n > unread)
		r = audit_checkpoint_read(notes->buffer, (size_t)n, notes->key, out, &used);
	if (r == -ENODATA && n == AUDIT_NOTE_MAX)
		r = -EINVAL; // longer than any note of ours
	notes->at += (off_t)used;
	return r < 0 ? r : 1;
}
