#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Prometheus target groups, as file_sd files and http_sd servers give them:
 *
 *   [{"targets": ["host:port", ...], "labels": {"env": "prod", ...}}, ...]
 *
 * A list is taken whole or not at all: a null group, a wrong type or an address that cannot be one refuses all of it
 * with the place and the reason, and the caller keeps the old list. Labels of the group apply to each of its targets,
 * over those of the source. Names that begin with `__` are for us and no agent shows them:
 *
 *   __scheme__         http (default) or https
 *   __metrics_path__   where metrics are; the usual paths are then not tried
 *   __health_path__    where health is (opscon's own); the same
 *   __param_NAME       NAME=value in the query of the metrics path
 *   __agent_name__     the name shown; else the label `instance`, else host and port (opscon's own)
 *   __agent_id__       the lasting identity; else the address (opscon's own)
 *   __control_path__   where its control endpoint is (opscon's own): a path, never another machine's address
 *   __driver__         what operates it: http, docker, exec; http when there is a control endpoint (opscon's own)
 *   __control_target__ what that driver knows it by: a container's or a profile's name (opscon's own)
 *
 * Other `__` labels (`__meta_...`, `__address__`) are dropped. Source: Prometheus, "Configuration", file_sd_config and
 * http_sd_config.
 */
#include <stddef.h>

#include "opscon/agent.h"

enum {
	TARGET_GROUPS_BYTES_MAX = 16 * 1024 * 1024, // of one file or answer
	TARGETS_MAX = 50000,                        // in one list
	TARGET_LABELS_MAX = 64,                     // of one group
	TARGET_LABEL_BYTES_MAX = 4096,              // of one value
};

struct target_list {
	struct agent **agents; // references, id 0
	size_t n, cap;
};

struct target_error {
	unsigned line, column; // 1-based; 0: not known
	char text[256];        // "group 3: targets is null; expected a list of host:port"
};

/* Parses JSON. `source` names where it came from ("file_sd:PATH") and `extra` (may be NULL) are the source's labels.
 * 0; -EINVAL or -E2BIG with the error filled in and an empty list; -ENOMEM. Free with target_list_finish().
 */
int target_groups_parse_json(const char *text, size_t n, const char *source, const struct labels *extra,
			     struct target_list *out, struct target_error *error);
void target_list_finish(struct target_list *list);

/* One group at a time, for every notation: its labels, then its targets. Texts are as they came (not clean, not
 * terminated). Each returns 0; -EINVAL or -E2BIG with why; -ENOMEM.
 */
struct target_group {
	const char *source;         // borrowed
	const struct labels *extra; // borrowed, may be NULL
	struct labels labels;       // owned: every label of the group as given
};

int target_group_label(struct target_group *group, const char *name, size_t n_name, const char *value, size_t n_value,
		       char *why, size_t why_size);
int target_group_add(const struct target_group *group, const char *address, size_t n, struct target_list *list,
		     char *why, size_t why_size);
void target_group_finish(struct target_group *group);
