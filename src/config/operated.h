#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What operates an agent: an endpoint of its own (control), a container (docker), or commands (exec). One of them, or
 * nothing.
 */
#include "config/reader.h"

// As written, at an agent or under defaults; NULL: not said.
struct operated {
	const yaml_node_t *driver;  // http, docker, exec or none; else the one key of these three that is there
	const yaml_node_t *control; // a path on the agent's address, a URL or none
	const yaml_node_t *docker;  // a container; else the agent's name
	const yaml_node_t *exec;    // a profile
};

enum operated_kind { OPERATED_NONE, OPERATED_HTTP, OPERATED_DOCKER, OPERATED_EXEC, OPERATED_UNSAID, OPERATED_WRONG };

// What holds for agents that do not say otherwise; zeroed: nothing operates them.
struct operated_defaults {
	enum operated_kind kind;
	const yaml_node_t *control;         // NULL: none
	const struct exec_profile *profile; // NULL: none
};

// `node` is that of the defaults. After a mistake nothing operates anybody.
void operated_read_defaults(struct reader *reader, const yaml_node_t *node, const struct operated *said,
			    const struct exec_config *exec, struct operated_defaults *out);

// Sets driver, control_url and control_target of an agent whose other fields are set. `node` is the agent's.
void operated_apply(struct reader *reader, const yaml_node_t *node, const struct operated *own,
		    const struct operated_defaults *defaults, const struct exec_config *exec, struct agent *agent);
