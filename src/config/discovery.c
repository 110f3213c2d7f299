// SPDX-License-Identifier: Apache-2.0
/* discovery: files and servers that list agents. */
#include <errno.h>
#include <string.h>

#include "agents/target.h"
#include "base/memory.h"
#include "config/sections.h"
#include "config/values.h"

enum { REFRESH_MIN_MS = 1000, REFRESH_DEFAULT_MS = 60000, REFRESH_FILE_DEFAULT_MS = 300000, REFRESH_MAX_MS = 86400000 };

struct discovery {
	const yaml_node_t *file_sd, *http_sd;
};

struct written {
	const yaml_node_t *files, *url;
	struct discovery_source source;
};

static void add(struct reader *reader, struct config *config, const struct discovery_source *source)
{
	struct discovery_source *sources = reader_alloc(reader, (config->n_sources + 1) * sizeof *sources);

	if (!sources)
		return;
	if (config->n_sources)
		memcpy(sources, config->sources, config->n_sources * sizeof *sources);
	sources[config->n_sources++] = *source;
	config->sources = sources;
}

static bool is_list_file(const char *path)
{
	static const char *const ends[] = { ".json", ".yml", ".yaml" };
	size_t n = strlen(path);

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (n > strlen(ends[i]) && strcmp(path + n - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

struct files {
	struct config *config;
	const struct discovery_source *source;
};

static void read_file(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	const struct field none = { 0 };
	struct files *files = ctx;
	struct discovery_source source = *files->source;
	char quote[QUOTE_MAX];

	(void)i;
	value_path(reader, node, &none, &source.path);
	if (!source.path)
		return;
	if (is_list_file(source.path))
		add(reader, files->config, &source);
	else
		reader_mistake(reader, node, "%s; expected a file or pattern that ends in .json, .yml or .yaml",
			       reader_quote(node, quote));
}

static void read_file_sd(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	static const struct field fields[] = {
		{ "files", value_node, offsetof(struct written, files), .is_required = true },
		{ "refresh", value_duration32, offsetof(struct written, source.refresh_ms), .min = REFRESH_MIN_MS,
		  .max = REFRESH_MAX_MS },
		{ .name = "labels", .read = value_labels, .offset = offsetof(struct written, source.labels) },
		{ .name = NULL },
	};
	struct written written = { .source = { .kind = SOURCE_FILE_SD, .refresh_ms = REFRESH_FILE_DEFAULT_MS } };
	struct files files = { ctx, &written.source };

	(void)i;
	if (!reader_mapping(reader, node, fields, &written) || !written.files)
		return;
	if (reader_count(reader, written.files, "files"))
		reader_each(reader, written.files, read_file, &files);
	else if (written.files->type == YAML_SEQUENCE_NODE)
		reader_mistake(reader, written.files, "no files; expected a list of them");
}

static void read_http_sd(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	static const struct field fields[] = {
		{ "url", value_node, offsetof(struct written, url), .is_required = true },
		{ "refresh", value_duration32, offsetof(struct written, source.refresh_ms), .min = REFRESH_MIN_MS,
		  .max = REFRESH_MAX_MS },
		{ .name = "labels", .read = value_labels, .offset = offsetof(struct written, source.labels) },
		{ .name = NULL },
	};
	struct written written = { .source = { .kind = SOURCE_HTTP_SD, .refresh_ms = REFRESH_DEFAULT_MS } };
	const char *text;
	char why[120], *url = NULL;
	int r;

	(void)i;
	if (!reader_mapping(reader, node, fields, &written) || !written.url)
		return;
	text = reader_scalar(reader, written.url, "a URL");
	if (!text)
		return;
	if (!strstr(text, "://")) {
		reader_mistake(reader, written.url, "not a URL; expected http:// or https://");
		return;
	}
	r = target_resolve("", text, &url, why, sizeof why);
	if (r == -EINVAL)
		reader_mistake(reader, written.url, "not a URL; %s", why);
	if (r == 0)
		written.source.path = arena_strdup(reader->arena, url);
	mem_free(url);
	reader->is_out_of_memory |= r == -ENOMEM || (r == 0 && !written.source.path);
	if (written.source.path)
		add(reader, ctx, &written.source);
}

void section_discovery(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ .name = "file_sd", .read = value_node, .offset = offsetof(struct discovery, file_sd) },
		{ .name = "http_sd", .read = value_node, .offset = offsetof(struct discovery, http_sd) },
		{ .name = NULL },
	};
	struct draft *draft = out;
	struct discovery discovery = { 0 };

	(void)field;
	reader_mapping(reader, node, fields, &discovery);
	if (discovery.file_sd && reader_count(reader, discovery.file_sd, "file_sd sources"))
		reader_each(reader, discovery.file_sd, read_file_sd, draft->config);
	if (discovery.http_sd && reader_count(reader, discovery.http_sd, "http_sd sources"))
		reader_each(reader, discovery.http_sd, read_http_sd, draft->config);
}
