// SPDX-License-Identifier: Apache-2.0
/* attach: which hubs `opscon attach` goes to by itself, and as whom. */
#include "config/sections.h"
#include "config/values.h"

struct attach {
	struct value_texts hubs;
	struct attach_config config;
};

void section_attach(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ .name = "hubs", .read = value_texts, .offset = offsetof(struct attach, hubs), .max = 256 },
		{ .name = "token_file", .read = value_path, .offset = offsetof(struct attach, config.token_file) },
		{ .name = "ca", .read = value_file, .offset = offsetof(struct attach, config.ca_file) },
		{ .name = NULL },
	};
	struct draft *draft = out;
	struct attach attach = { .config = draft->config->attach };

	(void)field;
	reader_mapping(reader, node, fields, &attach);
	attach.config.hubs = attach.hubs.items;
	attach.config.n_hubs = attach.hubs.n;
	draft->config->attach = attach.config;
}
