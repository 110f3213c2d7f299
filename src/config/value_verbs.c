// SPDX-License-Identifier: Apache-2.0
#include "config/values.h"

static unsigned verb_bit(struct reader *reader, const yaml_node_t *node)
{
	const char *text = reader_scalar(reader, node, "an action such as restart");
	char quote[QUOTE_MAX];
	enum verb verb;

	if (!text)
		return 0;
	if (verb_from_name(text, &verb) == 0)
		return 1U << verb;
	reader_mistake(
		reader, node,
		"%s; expected create, start, stop, restart, suspend, resume, upgrade, rollback, delete or configure",
		reader_quote(node, quote));
	return 0;
}

void value_verbs(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	unsigned verbs = 0;
	size_t n;

	(void)field;
	if (node->type != YAML_SEQUENCE_NODE) {
		*(unsigned *)out = verb_bit(reader, node);
		return;
	}
	n = reader_count(reader, node, "actions");
	if (n == 0)
		reader_mistake(reader, node, "no action; expected one, or nothing at all for every one");
	for (size_t i = 0; i < n; i++)
		verbs |= verb_bit(reader, reader_node(reader, node->data.sequence.items.start[i]));
	*(unsigned *)out = verbs;
}
