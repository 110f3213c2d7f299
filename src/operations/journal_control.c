// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "text/text.h"

static const char nobody[] = "the command line";

static int path_of(const char *dir, const char *id, char out[JOURNAL_CONTROL_PATH_MAX])
{
	int n = snprintf(out, JOURNAL_CONTROL_PATH_MAX, "%s/%s.control", dir, id);

	return n < JOURNAL_CONTROL_PATH_MAX ? 0 : -ENAMETOOLONG;
}

int journal_control_put(const char *dir, const char *id, enum journal_control what, const char *who)
{
	char path[JOURNAL_CONTROL_PATH_MAX], text[JOURNAL_SAYS_MAX + 32];
	int r = path_of(dir, id, path);

	if (r < 0)
		return r;
	snprintf(text, sizeof text, "%s %.*s\n", journal_control_name(what), text_fit(who, JOURNAL_SAYS_MAX - 1), who);
	return file_replace(AT_FDCWD, path, text, strlen(text), 0600, FILE_QUICK);
}

static void read_word(char *text, struct journal_word *out)
{
	size_t n = strcspn(text, " \t\r\n");
	char *who = text + n + (text[n] != '\0');

	out->what = JOURNAL_CONTROL_COUNT;
	text[n] = '\0';
	journal_control_from_name(text, &out->what);
	who[strcspn(who, "\r\n")] = '\0';
	who = *who ? who : (char *)nobody;
	text_clean(who, strlen(who), TEXT_ONE_LINE, out->who, sizeof out->who, NULL);
}

int journal_control_take(const char *dir, const char *id, struct journal_word *out)
{
	char path[JOURNAL_CONTROL_PATH_MAX], text[JOURNAL_SAYS_MAX + 32];
	ssize_t n;
	int fd;

	if (path_of(dir, id, path) < 0)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	if (unlink(path) < 0)
		return 0;
	read_word(text, out);
	return 1;
}
