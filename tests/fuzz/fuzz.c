// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "text/text.h"

enum { PATH_SIZE = 512 };

void fuzz_expect(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

void fuzz_expect_clean(const char *text, const char *what)
{
	fuzz_expect(text && text_is_clean(text), what);
}

static void expect_labels(const struct labels *labels)
{
	for (size_t i = 0; i < labels->n; i++) {
		fuzz_expect_clean(labels->items[i].name, "the name of a label is clean");
		fuzz_expect_clean(labels->items[i].value, "the value of a label is clean");
		fuzz_expect(i == 0 || strcmp(labels->items[i - 1].name, labels->items[i].name) < 0,
			    "labels are sorted, none twice");
	}
}

static void expect_url(const char *url)
{
	const char *host;

	fuzz_expect_clean(url, "a URL is clean");
	fuzz_expect(strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0, "a URL is of http or https");
	host = strstr(url, "://") + 3;
	fuzz_expect(*host && !strchr(url, ' '), "a URL has a host and no blanks");
	fuzz_expect(!memchr(host, '@', strcspn(host, "/?#")), "a URL has no credentials");
}

void fuzz_expect_agent(const struct agent *agent)
{
	fuzz_expect(agent->refs == 1 && agent->id == 0, "an agent is not shared yet");
	fuzz_expect_clean(agent->key, "a key is clean");
	fuzz_expect_clean(agent->name, "a name is clean");
	fuzz_expect(agent->key[0] && agent->name[0], "an agent has a key and a name");
	expect_url(agent->url);
	if (agent->health_url)
		expect_url(agent->health_url);
	if (agent->metrics_url)
		expect_url(agent->metrics_url);
	for (const char *c = agent->authorization; c && *c; c++)
		fuzz_expect((unsigned char)*c >= 0x20 && *c != 0x7f, "no control character goes into a header");
	fuzz_expect(agent->dialect < DIALECT_COUNT, "a dialect is one of ours");
	expect_labels(&agent->labels);
}

// ---- input

uint8_t fuzz_byte(struct fuzz_input *input)
{
	if (input->n == 0)
		return 0;
	input->n--;
	return *input->at++;
}

char *fuzz_part(struct fuzz_input *input, const char *separator, size_t *n)
{
	const uint8_t *end = memmem(input->at, input->n, separator, strlen(separator));
	size_t len = end ? (size_t)(end - input->at) : input->n;
	size_t used = end ? len + strlen(separator) : len;
	char *part = mem_strndup((const char *)input->at, len);

	fuzz_expect(part != NULL, "there is memory");
	input->at += used;
	input->n -= used;
	if (n)
		*n = len;
	return part;
}

char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = mem_strndup((const char *)data, size);

	fuzz_expect(text != NULL, "there is memory");
	return text;
}

// ---- files

static char dir[PATH_SIZE]; // "" until it is made

static void remove_dir(void)
{
	DIR *files = opendir(dir);
	char path[PATH_SIZE + 300];

	for (struct dirent *entry; files && (entry = readdir(files));) {
		snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		unlink(path);
	}
	if (files)
		closedir(files);
	rmdir(dir);
}

const char *fuzz_dir(void)
{
	const char *parent = getenv("TMPDIR");

	if (dir[0])
		return dir;
	snprintf(dir, sizeof dir, "%s/opscon-fuzz-XXXXXX", parent && *parent ? parent : "/tmp");
	fuzz_expect(mkdtemp(dir) != NULL, "a temporary directory can be made");
	atexit(remove_dir);
	return dir;
}

static FILE *open_file(const char *name, const char *mode)
{
	char path[PATH_SIZE + 300];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", fuzz_dir(), name);
	file = fopen(path, mode);
	fuzz_expect(file != NULL, "the file can be opened");
	return file;
}

void fuzz_write(const char *name, const void *data, size_t n)
{
	FILE *file = open_file(name, "we");

	fuzz_expect(fwrite(data, 1, n, file) == n && fclose(file) == 0, "the file can be written");
}

char *fuzz_read(const char *name, size_t *n)
{
	FILE *file = open_file(name, "re");
	long size = -1;
	char *text;

	fuzz_expect(fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0, "the file can be measured");
	rewind(file);
	text = mem_alloc((size_t)size + 1);
	fuzz_expect(text && fread(text, 1, (size_t)size, file) == (size_t)size, "the file can be read");
	text[size] = '\0';
	fclose(file);
	*n = (size_t)size;
	return text;
}
