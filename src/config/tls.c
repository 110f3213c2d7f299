// SPDX-License-Identifier: Apache-2.0
#include "config/values.h"

static const struct field tls_fields[] = {
	{ .name = "ca", .read = value_file, .offset = offsetof(struct agent_tls, ca_file) },
	{ .name = "cert", .read = value_file, .offset = offsetof(struct agent_tls, cert_file) },
	{ .name = "key", .read = value_file, .offset = offsetof(struct agent_tls, key_file) },
	{ .name = NULL },
};

void value_tls(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct agent_tls *tls = out;

	(void)field;
	if (!reader_mapping(reader, node, tls_fields, tls))
		return;
	if (!tls->cert_file != !tls->key_file && !reader->has_mistakes)
		reader_mistake(reader, node, "%s without %s; expected cert and key together",
			       tls->cert_file ? "cert" : "key", tls->cert_file ? "key" : "cert");
}
