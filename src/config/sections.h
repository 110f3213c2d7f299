#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The sections of opscon.yml: each reads its part of the document into the draft. They are put together in config.c. */
#include "config/operated.h"
#include "config/reader.h"

struct draft {
	struct config *config;
	struct labels labels; // defaults.labels, for every agent of the file
	struct operated_defaults operated;
};

// All take the draft as `out` (their fields have offset 0).
void section_fleet(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_defaults(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_drivers(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_operations(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_attach(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_hub(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_limits(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_agents(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_discovery(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_panels(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_rules(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_environments(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_keys(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_ui(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_retention(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_audit(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void section_state_dir(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
