// SPDX-License-Identifier: Apache-2.0
#include "config/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/target.h"
#include "base/memory.h"
#include "config/values.h"

enum { SECRET_MAX = 8192 };

void secret_refuse(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	(void)out;
	reader_mistake(
		reader, node,
		"%s: a secret in the configuration; expected it in a file of its own: auth: {bearer_file: PATH} or "
		"{basic_file: PATH}",
		field->name);
}

// Reads the first line. 0 with the length; -EINVAL after a mistake was listed.
static int read_line(struct reader *reader, const yaml_node_t *node, const char *path, char text[SECRET_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	ssize_t n = -1;

	if (fd >= 0 && fstat(fd, &status) == 0) {
		if (!S_ISREG(status.st_mode))
			errno = EINVAL;
		else
			n = read(fd, text, SECRET_MAX - 1);
	}
	if (n < 0) {
		int r = errno;

		if (fd >= 0)
			close(fd);
		reader_mistake(reader, node, "the file of the secret: %s; expected a file that can be read",
			       strerrordesc_np(r));
		return -EINVAL;
	}
	close(fd);
	if (status.st_mode & (S_IROTH | S_IWOTH))
		reader_warn(reader, node, "others may read or change the file of the secret; expected mode 0600");
	text[n] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f) {
			reader_mistake(reader, node,
				       "a control character in the file of the secret; expected one line of text");
			return -EINVAL;
		}
	}
	if (text[0])
		return 0;
	reader_mistake(reader, node, "the file of the secret begins with an empty line; expected the secret there");
	return -EINVAL;
}

static char *bearer(const char *token)
{
	char *text = mem_alloc(strlen(token) + sizeof "Bearer ");

	if (text)
		sprintf(text, "Bearer %s", token);
	return text;
}

void secret_auth(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct paths {
		const char *bearer, *basic;
	} paths = { 0 };
	static const struct field fields[] = {
		{ .name = "bearer_file", .read = value_path, .offset = offsetof(struct paths, bearer) },
		{ .name = "basic_file", .read = value_path, .offset = offsetof(struct paths, basic) },
		{ .name = "bearer", .read = secret_refuse },
		{ .name = "basic", .read = secret_refuse },
		{ .name = "token", .read = secret_refuse },
		{ .name = "password", .read = secret_refuse },
		{ .name = NULL },
	};
	char text[SECRET_MAX], **authorization = out;
	bool had_mistakes = reader->has_mistakes;

	(void)field;
	reader->has_mistakes = false;
	if (!reader_mapping(reader, node, fields, &paths) || reader->has_mistakes) {
		reader->has_mistakes = true;
		return;
	}
	reader->has_mistakes = had_mistakes;
	if (!paths.bearer == !paths.basic) {
		reader_mistake(reader, node, "expected either bearer_file or basic_file");
		return;
	}
	if (read_line(reader, node, paths.bearer ? paths.bearer : paths.basic, text) < 0)
		return;
	if (paths.basic && !strchr(text, ':')) {
		reader_mistake(reader, node, "no colon in the file of the secret; expected user:password");
		return;
	}
	*authorization = paths.bearer ? bearer(text) : target_basic_authorization(text);
	reader->is_out_of_memory |= !*authorization;
}
