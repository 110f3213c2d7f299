#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Target groups in YAML: the same contract as target_groups_parse_json(), for file_sd files named .yml or .yaml. */
#include "agents/target_groups.h"

int target_groups_parse_yaml(const char *text, size_t n, const char *source, const struct labels *extra,
			     struct target_list *out, struct target_error *error);
