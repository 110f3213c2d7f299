// SPDX-License-Identifier: Apache-2.0
/* ui, environments, keys, audit, state_dir: how the console looks and where it keeps things. */
#include <string.h>

#include "config/sections.h"
#include "config/values.h"

// A theme nobody knows is not worth refusing to start for: dark is shown and a word is said.
static void value_theme(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const char *const themes[] = { "dark", "light", "colourblind" };
	const char *text = NULL;
	char quote[QUOTE_MAX];

	value_text(reader, node, field, &text);
	for (size_t i = 0; text && i < sizeof themes / sizeof themes[0]; i++) {
		if (strcmp(text, themes[i]) == 0) {
			*(const char **)out = themes[i];
			return;
		}
	}
	if (text)
		reader_warn(reader, node, "unknown theme %s, dark is used; expected dark, light or colourblind",
			    reader_quote(node, quote));
}

void section_ui(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ .name = "theme", .read = value_theme, .offset = offsetof(struct config, theme) },
		{ .name = "ascii", .read = value_bool, .offset = offsetof(struct config, is_ascii) },
		{ .name = "mouse", .read = value_bool, .offset = offsetof(struct config, has_mouse) },
		{ .name = "utc", .read = value_bool, .offset = offsetof(struct config, is_utc) },
		{ "refresh", value_duration32, offsetof(struct config, refresh_ms), .min = 100, .max = 60000 },
		{ .name = NULL },
	};
	struct draft *draft = out;

	(void)field;
	reader_mapping(reader, node, fields, draft->config);
}

static const char *const colours[] = { "red", "yellow", "green", "blue", "grey", NULL };

static void read_environment(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	struct written {
		const char *name;
		int colour;
	} written = { .colour = 4 };
	static const struct field fields[] = {
		{ "name", value_text, offsetof(struct written, name), .max = 64, .is_required = true },
		{ "colour", value_choice, offsetof(struct written, colour), .words = colours },
		{ .name = NULL },
	};
	struct config *config = ctx;

	(void)i;
	if (!reader_mapping(reader, node, fields, &written) || !written.name)
		return;
	for (size_t k = 0; k < config->n_environments; k++)
		if (strcmp(config->environments[k].name, written.name) == 0)
			reader_mistake(reader, node, "an environment %s is there already; expected it once",
				       written.name);
	config->environments[config->n_environments++] =
		(struct environment_config){ .name = written.name, .colour = colours[written.colour] };
}

void section_environments(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct draft *draft = out;
	size_t n = reader_count(reader, node, "environments");

	(void)field;
	draft->config->environments = n ? reader_alloc(reader, n * sizeof *draft->config->environments) : NULL;
	if (draft->config->environments)
		reader_each(reader, node, read_environment, draft->config);
}

// What only the console can say of a key, at its command; it runs without it.
static void check_key(struct reader *reader, const yaml_node_t *node, const struct key_config *config)
{
	const struct config_checks *checks = reader->checks;
	const yaml_node_pair_t *at = node->data.mapping.pairs.start;
	char why[160] = "";

	if (!checks->key || checks->key(checks->ctx, config, why, sizeof why) >= 0)
		return;
	for (; at < node->data.mapping.pairs.top; at++) {
		const yaml_node_t *key = reader_node(reader, at->key), *value = reader_node(reader, at->value);

		if (key->type != YAML_SCALAR_NODE || strcmp((const char *)key->data.scalar.value, config->key) != 0)
			continue;
		reader_warn(reader, value, "key %.40s: %s", config->key, why);
		return;
	}
}

void section_keys(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct draft *draft = out;
	struct labels pairs = { 0 };

	// The shape is that of labels: free names, each once.
	value_labels(reader, node, field, &pairs);
	draft->config->keys = pairs.n ? reader_alloc(reader, pairs.n * sizeof *draft->config->keys) : NULL;
	for (size_t i = 0; draft->config->keys && i < pairs.n; i++) {
		struct key_config *key = &draft->config->keys[draft->config->n_keys++];

		*key = (struct key_config){ .key = pairs.items[i].name, .command = pairs.items[i].value };
		check_key(reader, node, key);
	}
}

void section_audit(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ .name = "dir", .read = value_path, .offset = offsetof(struct audit_config, dir) },
		{ .name = "key", .read = value_path, .offset = offsetof(struct audit_config, key) },
		{ "retention", value_duration64, offsetof(struct audit_config, retention_ms), .min = 3600000 },
		{ "records", value_count, offsetof(struct audit_config, n_records), .min = 1000, .max = 100000000 },
		{ "segment", value_bytes, offsetof(struct audit_config, segment_bytes), .min = 128 << 10,
		  .max = 1 << 30 },
		{ .name = "syslog", .read = value_bool, .offset = offsetof(struct audit_config, has_syslog) },
		{ .name = NULL },
	};
	struct draft *draft = out;

	(void)field;
	reader_mapping(reader, node, fields, &draft->config->audit);
}

void section_state_dir(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct draft *draft = out;

	value_path(reader, node, field, &draft->config->state_dir);
}
