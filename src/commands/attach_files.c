// SPDX-License-Identifier: Apache-2.0
/* The files that say who we are, and whom to trust. They are looked at before anything is tried: what is wrong with one
 * is a mistake to be mended, and no reason to try again and again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "commands/attach.h"
#include "commands/exit_code.h"
#include "server/certificate.h"

enum { CA_BYTES_MAX = 16 << 20 };

static int complain(const struct attach_file *file, const char *what)
{
	fprintf(stderr, "opscon: %s %s: %s\n", file->where, file->path, what);
	return EXIT_USAGE;
}

// Its descriptor; negative after saying what is wrong.
static int open_file(const struct attach_file *file, struct stat *status)
{
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0 && fstat(fd, status) == 0 && !S_ISDIR(status->st_mode))
		return fd;
	(void)complain(file, strerror(fd < 0 ? errno : EISDIR));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int check_token(const struct attach_file *file, const char *text)
{
	size_t n = strcspn(text, "\r\n");

	if (n == 0)
		return complain(file,
				*text ? "its first line is empty; expected the token, as opscon token create prints it"
				      : "it is empty; expected the token, as opscon token create prints it");
	for (size_t i = 0; i < n; i++)
		if (text[i] <= ' ' || text[i] >= 0x7f)
			return complain(file,
					"its first line is no token: there is a blank or a control character in it");
	return 0;
}

// Whoever reads the token is us. What comes by a pipe is read when it is needed, since it can be read but once.
int attach_check_token_file(const struct attach_file *file)
{
	char what[600];
	struct stat status;
	struct bytes text;
	int fd = open_file(file, &status), r;

	if (fd < 0)
		return EXIT_USAGE;
	if (!S_ISREG(status.st_mode)) {
		close(fd);
		return 0;
	}
	if (status.st_mode & (S_IRWXG | S_IRWXO)) {
		close(fd);
		snprintf(what, sizeof what, "others can read it (mode %04o); expected chmod 600 %s",
			 (unsigned)status.st_mode & 07777, file->path);
		return complain(file, what);
	}
	bytes_init(&text, HUB_TOKEN_MAX);
	r = file_read_all(fd, &text);
	close(fd);
	if (r == -EMSGSIZE) {
		snprintf(what, sizeof what, "it holds more than %d bytes; expected one line, the token", HUB_TOKEN_MAX);
		r = complain(file, what);
	} else {
		r = r < 0 ? complain(file, strerrordesc_np(-r)) : check_token(file, text.len ? text.data : "");
	}
	bytes_finish(&text);
	return r;
}

int attach_check_ca_file(const struct attach_file *file)
{
	char why[LIBRARY_WHY_MAX] = "", what[LIBRARY_WHY_MAX + 100];
	struct stat status;
	struct bytes text;
	int fd = open_file(file, &status), r;

	if (fd < 0)
		return EXIT_USAGE;
	if (S_ISFIFO(status.st_mode)) { // as with the token: it can be read but once
		close(fd);
		return 0;
	}
	bytes_init(&text, CA_BYTES_MAX);
	r = file_read_all(fd, &text);
	close(fd);
	if (r < 0)
		r = complain(file, strerrordesc_np(-r));
	else if (certificate_authorities(text.len ? text.data : "", why) == -EINVAL) {
		snprintf(what, sizeof what, "%s; expected certificates in PEM (-----BEGIN CERTIFICATE-----)", why);
		r = complain(file, what);
	}
	bytes_finish(&text);
	return r;
}
