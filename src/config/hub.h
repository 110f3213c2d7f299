#pragma once
// SPDX-License-Identifier: Apache-2.0
// Parts of the section `hub`, for its table. All take the struct hub_config as `out`.
#include "config/reader.h"

/* Puts what is named to who knows this machine, where somebody does, and lists what is said. True: it is well, or
 * nobody is asked.
 */
bool hub_ask(struct reader *reader, const yaml_node_t *node, const struct hub_config *hub, enum hub_thing thing,
	     const char *name);

// Where it listens; TLS has been read before.
void hub_listens(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void hub_origins(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void hub_hosts(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);

void hub_peers(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void hub_roles(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void hub_approvals(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
