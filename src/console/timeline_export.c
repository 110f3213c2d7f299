// SPDX-License-Identifier: Apache-2.0
#include "console/timeline_export.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/human.h"
#include "formats/cells.h"
#include "formats/json_writer.h"

enum { EXPORT_MAX_BYTES = 64 * 1024 * 1024, FIELDS = 7 };

static const char *const names[FIELDS] = { "at", "type", "severity", "agent", "who", "title", "description" };

const char *export_format_name(enum export_format format)
{
	static const char *const formats[] = { "JSON", "CSV", "Markdown" };

	return formats[format];
}

typedef int (*put_cb)(struct bytes *out, const char *text);

static int put_json_item(struct bytes *out, const char *const fields[FIELDS], bool is_first)
{
	int r = bytes_addf(out, "%s", is_first ? "\n" : ",\n");
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	for (int i = 0; i < FIELDS; i++)
		json_text(&w, names[i], fields[i]);
	json_close(&w, '}');
	return r ? r : w.error;
}

static int put_line(struct bytes *out, const char *const fields[FIELDS], put_cb put, const char *between,
		    const char *start, const char *end)
{
	int r = bytes_add(out, start, strlen(start));

	for (int i = 0; i < FIELDS && r == 0; i++) {
		if (i)
			r = bytes_add(out, between, strlen(between));
		if (r == 0)
			r = put(out, fields[i]);
	}
	return r == 0 ? bytes_add(out, end, strlen(end)) : r;
}

static int put_item(struct bytes *out, enum export_format format, const char *const fields[FIELDS], bool is_first)
{
	if (format == EXPORT_JSON)
		return put_json_item(out, fields, is_first);
	if (format == EXPORT_CSV)
		return put_line(out, fields, cells_put_csv, ",", "", "\r\n");
	return put_line(out, fields, cells_put_markdown, " | ", "| ", " |\n");
}

static int put_head(struct bytes *out, enum export_format format)
{
	if (format == EXPORT_JSON)
		return bytes_addf(out, "{\"schema_version\":1,\"items\":[");
	if (format == EXPORT_CSV)
		return put_line(out, names, cells_put_csv, ",", "", "\r\n");
	return bytes_addf(out, "| at | type | severity | agent | who | title | description |\n"
			       "|---|---|---|---|---|---|---|\n");
}

int timeline_export(const struct timeline_filter *filter, enum export_format format, struct bytes *out)
{
	int r = put_head(out, format);
	bool is_first = true;

	for (size_t i = filter->n; i-- > 0 && r == 0;) {
		const struct timeline_item *item = timeline_filter_at(filter, i);
		char at[HUMAN_MAX];

		if (!item)
			continue;
		const char *const fields[FIELDS] = { human_rfc3339(item->at_ms, at),
						     action_type_name(item->type),
						     severity_name(item->severity),
						     item->agent_name,
						     item->who,
						     item->title,
						     item->description };

		r = put_item(out, format, fields, is_first);
		is_first = false;
	}
	if (r == 0 && format == EXPORT_JSON)
		r = bytes_addf(out, "%s]}\n", is_first ? "" : "\n");
	return r;
}

// "20261123-150405": what every file system takes.
static void stamp(int64_t wall_ms, char *out)
{
	char text[HUMAN_MAX];
	size_t n = 0;

	human_rfc3339(wall_ms, text);
	for (const char *c = text; *c && *c != '.'; c++) {
		if (*c >= '0' && *c <= '9')
			out[n++] = *c;
		else if (*c == 'T')
			out[n++] = '-';
	}
	out[n] = '\0';
}

int timeline_export_file(const struct timeline_filter *filter, enum export_format format, int64_t now_wall_ms,
			 const char *fallback_dir, char *path, size_t size)
{
	static const char *const extensions[] = { "json", "csv", "md" };
	const char *dirs[] = { ".", fallback_dir };
	char when[HUMAN_MAX];
	struct bytes text;
	int r;

	stamp(now_wall_ms, when);
	bytes_init(&text, EXPORT_MAX_BYTES);
	r = timeline_export(filter, format, &text);
	for (size_t i = 0; i < 2 && r == 0 && dirs[i]; i++) {
		snprintf(path, size, "%s/opscon-timeline-%s.%s", dirs[i], when, extensions[format]);
		r = file_write_new(AT_FDCWD, path, text.data, text.len, 0600, FILE_QUICK);
		if (r == 0 || i == 1 || !dirs[1])
			break;
		r = 0;
	}
	bytes_finish(&text);
	return r;
}
