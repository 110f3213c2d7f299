// SPDX-License-Identifier: Apache-2.0
#include "agents/endpoint_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/target.h"
#include "base/file.h"
#include "base/memory.h"
#include "formats/json.h"
#include "text/text.h"

static const char file_name[] = "endpoints.json";

void endpoint_file_begin(struct json_writer *writer, struct bytes *out)
{
	json_writer_init(writer, out);
	json_open(writer, NULL, '{');
	json_int(writer, "version", 1);
	json_open(writer, "endpoints", '[');
}

void endpoint_file_add(struct json_writer *writer, const char *key, const struct endpoint_memo *memo)
{
	json_open(writer, NULL, '{');
	json_text(writer, "key", key);
	json_text(writer, "health", memo->health_path);
	json_text(writer, "metrics", memo->metrics_path);
	json_text(writer, "dialect", dialect_name(memo->dialect));
	json_close(writer, '}');
}

void endpoint_file_end(struct json_writer *writer)
{
	json_close(writer, ']');
	json_close(writer, '}');
}

// ---- writing

int endpoint_file_write(const char *dir, const struct bytes *text)
{
	int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (dir_fd < 0)
		return -errno;
	r = file_replace(dir_fd, file_name, text->data, text->len, 0600, FILE_DURABLE);
	close(dir_fd);
	return r;
}

// ---- reading

static int read_file(const char *dir, struct bytes *out)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, file_name) >= sizeof path)
		return -ENAMETOOLONG;
	return file_read(AT_FDCWD, path, out);
}

// A path, or a URL of its own, as we wrote it; new memory. 0, -EINVAL, -ENOMEM. An absent one is NULL.
static int read_path(const struct json_value *value, const char **out)
{
	struct json_text text;
	bool is_path;

	*out = NULL;
	if (!value || json_kind(value) == JSON_NULL)
		return 0;
	if (json_read_text(value, &text) < 0 || text.n == 0 || text.n > TARGET_URL_MAX)
		return -EINVAL;
	is_path = text.bytes[0] == '/' || strncmp(text.bytes, "http", 4) == 0;
	*out = is_path ? mem_strndup(text.bytes, text.n) : NULL;
	if (!*out)
		return is_path ? -ENOMEM : -EINVAL;
	return text_is_clean(*out) && strlen(*out) == text.n ? 0 : -EINVAL;
}

static int read_item(const struct json_value *value, struct endpoint_memory *memory)
{
	struct endpoint_memo memo = { 0 };
	struct json_text key, dialect;
	mem_auto char *key_copy = NULL, *word = NULL;
	int r;

	if (json_read_text(json_member(value, "key"), &key) < 0 ||
	    json_read_text(json_member(value, "dialect"), &dialect) < 0 || key.n == 0 || key.n > TARGET_URL_MAX)
		return -EINVAL;
	key_copy = mem_strndup(key.bytes, key.n);
	word = mem_strndup(dialect.bytes, dialect.n);
	if (!key_copy || !word)
		return -ENOMEM;
	if (strlen(key_copy) != key.n)
		return -EINVAL; // a NUL inside: what is left of it would be another agent's key, or none
	r = dialect_from_name(word, &memo.dialect);
	if (r == 0)
		r = read_path(json_member(value, "health"), &memo.health_path);
	if (r == 0)
		r = read_path(json_member(value, "metrics"), &memo.metrics_path);
	if (r == 0)
		r = endpoint_memory_set(memory, key_copy, &memo);
	mem_free((char *)memo.health_path);
	mem_free((char *)memo.metrics_path);
	return r < 0 ? r : 0;
}

static int refuse(char *why, size_t why_size, const char *what)
{
	snprintf(why, why_size, "%s: %s; what had answered is found anew", file_name, what);
	return -EINVAL;
}

static int read_document(const struct json_value *document, struct endpoint_memory *memory, char *why, size_t why_size)
{
	const struct json_value *items = json_member(document, "endpoints");
	double version = 0;
	int r = 0;

	if (json_read_number(json_member(document, "version"), &version) < 0 || version < 1 || version >= 2)
		return refuse(why, why_size, "expected version 1");
	if (!items || json_kind(items) != JSON_ARRAY)
		return refuse(why, why_size, "expected a list of endpoints");
	for (size_t i = 0, n = json_array_length(items); r == 0 && i < n; i++)
		r = read_item(json_array_at(items, i), memory);
	return r == -EINVAL ? refuse(why, why_size, "an entry is not as it was written") : r;
}

int endpoint_file_read(const char *dir, struct endpoint_memory *memory, char *why, size_t why_size)
{
	struct json_value *document = NULL;
	struct json_error error = { 0 };
	struct bytes text;
	int r;

	why[0] = '\0';
	bytes_init(&text, ENDPOINT_FILE_MAX);
	r = read_file(dir, &text);
	if (r == 0)
		r = json_parse(text.data ? text.data : "", text.len, &document, &error);
	if (r == 0)
		r = read_document(document, memory, why, why_size);
	else if (r == -EMSGSIZE)
		r = refuse(why, why_size, "larger than 16 MiB");
	else if (r == -EINVAL)
		r = refuse(why, why_size, error.reason[0] ? error.reason : "not a regular file");
	json_free(document);
	bytes_finish(&text);
	return r == -ENOENT ? 0 : r;
}
