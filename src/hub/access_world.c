// SPDX-License-Identifier: Apache-2.0
/* Names of users and groups as the C library knows them. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "hub/access.h"
#include "text/text.h"

enum { ENTRY_BYTES = 16384, GROUP_BYTES = 1 << 20 };

static int user_uid(void *ctx, const char *name, int64_t *out)
{
	struct passwd entry, *found = NULL;
	char room[ENTRY_BYTES];

	(void)ctx;
	if (getpwnam_r(name, &entry, room, sizeof room, &found) != 0 || !found)
		return -ENOENT;
	*out = found->pw_uid;
	return 0;
}

// A group's entry holds all its members.
static int group_gid(void *ctx, const char *name, int64_t *out)
{
	struct group entry, *found = NULL;
	char *room = mem_alloc(GROUP_BYTES);
	int r = -ENOENT;

	(void)ctx;
	if (!room)
		return -ENOMEM;
	if (getgrnam_r(name, &entry, room, GROUP_BYTES, &found) == 0 && found) {
		*out = found->gr_gid;
		r = 0;
	}
	mem_free(room);
	return r;
}

static int user_name(void *ctx, int64_t uid, char *out, size_t size)
{
	struct passwd entry, *found = NULL;
	char room[ENTRY_BYTES];

	(void)ctx;
	if (getpwuid_r((uid_t)uid, &entry, room, sizeof room, &found) != 0 || !found)
		return -ENOENT;
	text_clean(found->pw_name, strlen(found->pw_name), TEXT_ONE_LINE, out, size, NULL);
	return 0;
}

void access_world_here(struct access_world *out)
{
	*out = (struct access_world){
		.uid = geteuid(), .user_uid = user_uid, .group_gid = group_gid, .user_name = user_name
	};
}
