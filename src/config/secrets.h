#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Secrets stand in files of their own, never in opscon.yml: a configuration is shown, mailed and put under version
 * control. A file that others may read is worth a warning.
 */
#include "config/reader.h"

// `auth:` of an agent: {bearer_file: PATH} or {basic_file: PATH} (a line "user:password"). out is a char **: the value
// of the Authorization header, from mem_*; the caller frees it.
void secret_auth(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);

// For keys that would hold a secret: says where it belongs. Never repeats the value.
void secret_refuse(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
