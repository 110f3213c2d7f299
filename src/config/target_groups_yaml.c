// SPDX-License-Identifier: Apache-2.0
#include "config/target_groups_yaml.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "config/reader.h"

struct pass {
	const char *source;
	const struct labels *extra;
	struct target_list *list;
	struct target_group group;
	size_t n_groups;
	int error; // the first
};

struct written {
	const yaml_node_t *targets, *labels;
};

static void read_node(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	(void)reader;
	(void)field;
	*(const yaml_node_t **)out = node;
}

static void note(struct reader *reader, struct pass *pass, const yaml_node_t *node, int r, const char *why)
{
	if (r == -ENOMEM)
		reader->is_out_of_memory = true;
	else if (r < 0)
		reader_mistake(reader, node, "group %zu: %s", pass->n_groups, why);
	if (r < 0 && pass->error == 0)
		pass->error = r;
}

static void read_label(struct reader *reader, struct pass *pass, const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = reader_node(reader, pair->key), *value = reader_node(reader, pair->value);
	char why[160];

	if (!reader_scalar(reader, key, "a label name") || value->type != YAML_SCALAR_NODE) {
		note(reader, pass, value, -EINVAL, "expected labels (name: value)");
		return;
	}
	note(reader, pass, key,
	     target_group_label(&pass->group, (const char *)key->data.scalar.value, key->data.scalar.length,
				(const char *)value->data.scalar.value, value->data.scalar.length, why, sizeof why),
	     why);
}

static void read_labels(struct reader *reader, struct pass *pass, const yaml_node_t *node)
{
	if (reader_is_nothing(node))
		return;
	if (node->type != YAML_MAPPING_NODE) {
		note(reader, pass, node, -EINVAL, "expected labels (name: value)");
		return;
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top && pass->error == 0; pair++)
		read_label(reader, pass, pair);
}

static void read_targets(struct reader *reader, struct pass *pass, const yaml_node_t *node)
{
	char why[160];

	if (node->type != YAML_SEQUENCE_NODE) {
		note(reader, pass, node, -EINVAL, "expected a list of host:port in targets");
		return;
	}
	for (yaml_node_item_t *item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top && pass->error == 0; item++) {
		const yaml_node_t *target = reader_node(reader, *item);
		const char *text = reader_scalar(reader, target, "host:port");

		if (text)
			note(reader, pass, target,
			     target_group_add(&pass->group, text, strlen(text), pass->list, why, sizeof why), why);
	}
}

static void read_group(struct reader *reader, struct pass *pass, const yaml_node_t *node)
{
	static const struct field fields[] = {
		{ "targets", read_node, offsetof(struct written, targets), .is_required = true },
		{ .name = "labels", .read = read_node, .offset = offsetof(struct written, labels) },
		{ .name = NULL },
	};
	struct written written = { 0 };

	pass->n_groups++;
	pass->group = (struct target_group){ .source = pass->source, .extra = pass->extra };
	if (reader_mapping(reader, node, fields, &written) && written.labels)
		read_labels(reader, pass, written.labels);
	if (written.targets && pass->error == 0)
		read_targets(reader, pass, written.targets);
	target_group_finish(&pass->group);
}

static void read_groups(struct reader *reader, struct pass *pass)
{
	const yaml_node_t *root = reader_root(reader);

	// An empty file is half a file more often than an empty fleet; that is written [].
	if (!root || root->type != YAML_SEQUENCE_NODE) {
		reader_mistake(reader, root, "expected a list of target groups (- targets: [host:port])");
		return;
	}
	for (yaml_node_item_t *item = root->data.sequence.items.start;
	     item < root->data.sequence.items.top && !reader->has_mistakes && !reader->is_out_of_memory; item++)
		read_group(reader, pass, reader_node(reader, *item));
}

static void copy_first(const struct config_errors *errors, struct target_error *error)
{
	if (errors->n == 0)
		return;
	error->line = errors->items[0].line;
	error->column = errors->items[0].column;
	snprintf(error->text, sizeof error->text, "%s", errors->items[0].text);
}

int target_groups_parse_yaml(const char *text, size_t n, const char *source, const struct labels *extra,
			     struct target_list *out, struct target_error *error)
{
	struct config_errors *errors = mem_calloc(1, sizeof *errors);
	struct pass pass = { .source = source, .extra = extra, .list = out };
	struct reader reader;
	int r;

	*out = (struct target_list){ 0 };
	*error = (struct target_error){ 0 };
	if (n > TARGET_GROUPS_BYTES_MAX) {
		snprintf(error->text, sizeof error->text, "expected at most %d MiB", TARGET_GROUPS_BYTES_MAX >> 20);
		mem_free(errors);
		return -EINVAL;
	}
	if (!errors)
		return -ENOMEM;
	r = reader_init(&reader, source, text, n, NULL, errors);
	if (r == 0)
		read_groups(&reader, &pass);
	if (reader.is_out_of_memory)
		r = -ENOMEM;
	else if (reader.has_mistakes)
		r = pass.error ? pass.error : -EINVAL;
	copy_first(errors, error);
	reader_finish(&reader);
	mem_free(errors);
	if (r < 0)
		target_list_finish(out);
	return r;
}
