#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Readers of single values, for tables of fields. `out` is the type named; it stays as it is after a mistake. */
#include "config/reader.h"

// const char *: clean, at most field->max bytes (0: 256), in the arena
void value_text(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// the same, and it parses as a selector
void value_selector(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// const char *: a path, relative ones beside the configuration file
void value_path(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// the same, and it must be readable now
void value_file(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// uint32_t milliseconds, and int64_t
void value_duration32(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void value_duration64(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// uint16_t, uint32_t, size_t
void value_count16(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void value_count32(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void value_count(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// uint64_t bytes: "4 MiB", "64KiB", "1000"
void value_bytes(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
void value_bytes32(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// double
void value_number(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// bool
void value_bool(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// int: which of field->words
void value_choice(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// struct labels, in the arena
void value_labels(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// struct agent_tls, of files that can be read
void value_tls(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// struct value_texts: a list of texts of at most field->max bytes each, ended by NULL, in the arena
struct value_texts {
	const char *const *items;
	size_t n;
};
void value_texts(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// unsigned: one action such as restart, or a list of them, as bits 1 << verb
void value_verbs(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// const yaml_node_t *: the node itself, for later
void value_node(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
// a struct, by field->fields
void value_mapping(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);

// The expression of a panel or a rule (`what`; its name, or NULL when it has none), put to the checks. NULL when the
// node is, or after a mistake was listed.
const char *value_expression(struct reader *reader, const yaml_node_t *node, const char *what, const char *name);

// A path as seen from the configuration's directory, in the arena; NULL notes the want of memory.
const char *value_resolve_path(struct reader *reader, const char *path);
