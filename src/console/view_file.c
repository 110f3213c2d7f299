// SPDX-License-Identifier: Apache-2.0
#include "console/view_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/strbuf.h"
#include "console/agent_order.h"
#include "text/text.h"

enum { PATH_SIZE = 1024, FILE_MAX = 4 * 1024 * 1024 };

static const char *const kinds[CONTEXT_KINDS] = {
	[PICK_AGENTS] = "agent", [PICK_TIERS] = "tier",       [PICK_ENVIRONMENTS] = "env",
	[PICK_LABELS] = "label", [PICK_SERVICES] = "service",
};

static int read_sort(const char *value, struct view_memory *memory)
{
	for (int column = 0; column < COLUMN_COUNT; column++)
		if (strcmp(agent_column_name((enum agent_column)column), value) == 0)
			memory->sort = (enum agent_column)column;
	return 0;
}

static int take(const char *name, const char *value, struct view_memory *memory)
{
	for (int kind = 0; kind < CONTEXT_KINDS; kind++)
		if (strcmp(name, kinds[kind]) == 0)
			return context_add(memory->context, (enum picker_kind)kind, value);
	if (strcmp(name, "range") == 0)
		time_range_from_name(value, &memory->context->range);
	else if (strcmp(name, "sort") == 0)
		read_sort(value, memory);
	else if (strcmp(name, "descending") == 0)
		memory->is_descending = strcmp(value, "yes") == 0;
	else if (strcmp(name, "times") == 0) {
		memory->is_utc = strcmp(value, "utc") == 0;
		memory->is_absolute = memory->is_utc || strcmp(value, "local") == 0;
	} else if (strcmp(name, "theme") == 0)
		text_clean(value, strlen(value), TEXT_ONE_LINE, memory->theme, sizeof memory->theme, NULL);
	return 0;
}

static int read_lines(FILE *file, struct view_memory *memory)
{
	char line[TEXT_FIELD_MAX + 64], value[TEXT_FIELD_MAX]; // what is written fits a line again
	int r = 0;

	while (r == 0 && fgets(line, sizeof line, file)) {
		size_t n = strcspn(line, "\n"), n_name = strcspn(line, " \n");

		if (n_name == n)
			continue;
		line[n_name] = '\0';
		// By itself: in the whole line a mark at its beginning would have the space as its base.
		text_clean(line + n_name + 1, n - n_name - 1, TEXT_ONE_LINE, value, sizeof value, NULL);
		r = take(line, value, memory);
	}
	return r == 0 && ferror(file) ? -EIO : r;
}

int view_file_load(const char *dir, struct view_memory *memory)
{
	char path[PATH_SIZE];
	FILE *file;
	int r;

	snprintf(path, sizeof path, "%s/view", dir);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	r = read_lines(file, memory);
	fclose(file);
	return r;
}

static int put_all(const struct view_memory *memory, struct bytes *out)
{
	int r = bytes_addf(out, "range %s\nsort %s\ndescending %s\ntimes %s\n", time_range_name(memory->context->range),
			   agent_column_name(memory->sort), memory->is_descending ? "yes" : "no",
			   memory->is_utc        ? "utc"
			   : memory->is_absolute ? "local"
						 : "ago");

	if (r == 0 && memory->theme[0])
		r = bytes_addf(out, "theme %s\n", memory->theme);
	for (int kind = 0; kind < CONTEXT_KINDS; kind++)
		for (size_t i = 0; i < memory->context->sets[kind].n && r == 0; i++)
			r = bytes_addf(out, "%s %s\n", kinds[kind], memory->context->sets[kind].items[i]);
	return r;
}

int view_file_save(const char *dir, const struct view_memory *memory)
{
	char path[PATH_SIZE];
	struct bytes text;
	int r;

	snprintf(path, sizeof path, "%s/view", dir);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	bytes_init(&text, FILE_MAX);
	r = put_all(memory, &text);
	if (r == 0)
		r = file_replace(AT_FDCWD, path, text.data, text.len, 0600, FILE_QUICK); // keys do not wait for a disk
	bytes_finish(&text);
	return r;
}
