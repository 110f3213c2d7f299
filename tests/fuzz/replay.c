// SPDX-License-Identifier: Apache-2.0
/* Feeds kept inputs to a fuzz target, without libFuzzer: replay FILE|DIRECTORY ... The input that a failure is about is
 * named on stderr.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static char current[4096];
static size_t n_inputs;

static int fail(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return -1;
}

// The last words when the target aborts.
static void say_which(int number)
{
	(void)number;
	if (write(STDERR_FILENO, current, strlen(current)) > 0)
		(void)!write(STDERR_FILENO, "\n", 1);
}

static int replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "re");
	uint8_t *data;
	int r = 0;

	if (!file)
		return fail(path);
	data = malloc(size ? size : 1);
	if (!data || fread(data, 1, size, file) != size)
		r = fail(path);
	fclose(file);
	if (r == 0) {
		snprintf(current, sizeof current, "%s", path);
		LLVMFuzzerTestOneInput(data, size);
		current[0] = '\0';
		n_inputs++;
	}
	free(data);
	return r;
}

static int replay(const char *path);

static int replay_dir(const char *path)
{
	struct dirent **entries;
	char inner[4096];
	int n = scandir(path, &entries, NULL, alphasort), r = 0;

	if (n < 0)
		return fail(path);
	for (int i = 0; i < n; i++) {
		snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && r == 0)
			r = replay(inner);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int replay(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return fail(path);
	return S_ISDIR(status.st_mode) ? replay_dir(path) : replay_file(path, (size_t)status.st_size);
}

int main(int argc, char **argv)
{
	int r = 0;

	signal(SIGABRT, say_which);
	for (int i = 1; i < argc && r == 0; i++)
		r = replay(argv[i]);
	if (r == 0 && n_inputs == 0)
		fprintf(stderr, "no inputs to replay\n");
	return r < 0 || n_inputs == 0;
}
