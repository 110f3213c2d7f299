// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "config/values.h"
#include "text/text.h"

void value_choice(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	char list[160], quote[QUOTE_MAX];
	struct strbuf words;
	const char *text;

	strbuf_init(&words, list, sizeof list);
	for (size_t i = 0; field->words[i]; i++)
		strbuf_addf(&words, "%s%s", !i ? "" : field->words[i + 1] ? ", " : " or ", field->words[i]);
	text = reader_scalar(reader, node, list);
	for (int i = 0; text && field->words[i]; i++) {
		if (strcasecmp(text, field->words[i]) == 0) {
			*(int *)out = i;
			return;
		}
	}
	if (text)
		reader_mistake(reader, node, "%s; expected %s", reader_quote(node, quote), list);
}

struct texts {
	const struct field *field;
	const char **items;
	size_t n;
};

static void read_text(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	struct texts *texts = ctx;
	const char *text = NULL;

	(void)i;
	value_text(reader, node, texts->field, &text);
	if (text)
		texts->items[texts->n++] = text;
}

void value_texts(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	size_t n = reader_count(reader, node, field->name);
	struct texts texts = { .field = field, .items = reader_alloc(reader, (n + 1) * sizeof(const char *)) };

	if (texts.items && n)
		reader_each(reader, node, read_text, &texts);
	*(struct value_texts *)out = (struct value_texts){ texts.items, texts.n };
}

enum { LABELS_MAX = 64 };

// Puts a label where the order wants it; a name that is there already is a mistake.
static void insert_label(struct reader *reader, const yaml_node_t *key, struct labels *labels, struct label label)
{
	char quote[QUOTE_MAX];
	size_t at = labels->n;

	if (labels_get(labels, label.name)) {
		reader_mistake(reader, key, "%s is given again; expected it once", reader_quote(key, quote));
		return;
	}
	for (; at > 0 && strcmp(labels->items[at - 1].name, label.name) > 0; at--)
		labels->items[at] = labels->items[at - 1];
	labels->items[at] = label;
	labels->n++;
}

void value_labels(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	const struct field name_limit = { .max = 128 }, value_limit = { .max = TEXT_FIELD_MAX };
	struct labels labels = { 0 };
	char quote[QUOTE_MAX];
	size_t n;

	(void)field;
	if (reader_is_nothing(node))
		return;
	if (node->type != YAML_MAPPING_NODE) {
		reader_mistake(reader, node, "%s; expected a mapping (name: value)", reader_quote(node, quote));
		return;
	}
	n = (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
	if (n > LABELS_MAX) {
		reader_mistake(reader, node, "%zu entries; expected at most %d", n, LABELS_MAX);
		return;
	}
	labels.items = reader_alloc(reader, (n + 1) * sizeof *labels.items);
	for (size_t i = 0; labels.items && i < n; i++) {
		const yaml_node_pair_t *pair = &node->data.mapping.pairs.start[i];
		const yaml_node_t *key = reader_node(reader, pair->key);
		struct label label = { 0 };

		value_text(reader, key, &name_limit, &label.name);
		value_text(reader, reader_node(reader, pair->value), &value_limit, &label.value);
		if (label.name && label.value)
			insert_label(reader, key, &labels, label);
	}
	*(struct labels *)out = labels;
}
