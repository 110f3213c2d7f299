// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/files.h"
#include "audit/key.h"
#include "base/file.h"

enum { PATH_BYTES = 1100 };

// The public half stands beside it, for whoever verifies.
static int put_public(int at, const char *path, const struct audit_key *key)
{
	char text[AUDIT_KEY_TEXT_MAX], old[AUDIT_KEY_TEXT_MAX], public[PATH_BYTES];

	snprintf(public, sizeof public, "%s.pub", path);
	audit_key_format_public(key, text);
	if (audit_read_small(at, public, old, sizeof old) > 0 && strcmp(old, text) == 0)
		return 0;
	return file_replace(at, public, text, strlen(text), 0644, FILE_DURABLE);
}

static int make(int at, const char *path, const char *name, struct audit_key *out)
{
	char text[AUDIT_KEY_TEXT_MAX];
	int r = audit_key_make(name, out);

	if (r < 0)
		return r;
	audit_key_format_private(out, text);
	r = file_replace(at, path, text, strlen(text), 0600, FILE_DURABLE);
	explicit_bzero(text, sizeof text);
	return r;
}

static int load(int at, const char *path, struct audit_key *out, struct audit_trouble *trouble)
{
	char text[AUDIT_KEY_TEXT_MAX];
	struct stat status;
	int r;

	if (fstatat(at, path, &status, 0) < 0)
		return -errno;
	if (status.st_mode & 077)
		return audit_trouble_set(trouble, -EPERM, "%s can be read by others", path);
	r = audit_read_small(at, path, text, sizeof text);
	if (r >= 0)
		r = audit_key_parse(text, (size_t)r, out) < 0 || !out->can_sign ? -EINVAL : 0;
	explicit_bzero(text, sizeof text);
	return r == -EINVAL ? audit_trouble_set(trouble, r, "%s is no signing key", path) : r;
}

int audit_key_open(int dir_fd, const char *path, const char *name, bool may_make, struct audit_key *out,
		   struct audit_trouble *trouble)
{
	int at = path ? AT_FDCWD : dir_fd, r;

	path = path ? path : AUDIT_KEY_FILE;
	if (strlen(path) > PATH_BYTES - 16)
		return audit_trouble_set(trouble, -ENAMETOOLONG, "the key's path is too long");
	r = load(at, path, out, trouble);
	if (r == -ENOENT && !may_make)
		return audit_trouble_set(trouble, r, "the key %s is gone, and the trail's checkpoints need it", path);
	if (r == -ENOENT)
		r = make(at, path, name, out);
	if (r == 0)
		r = put_public(at, path, out);
	if (r < 0)
		audit_trouble_set(trouble, r, "the key %s: %s", path, strerrordesc_np(-r));
	return r;
}
