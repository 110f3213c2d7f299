#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One process: started, read from, held to its time limit, gone.
 *
 * It has /dev/null for its input, a session and process group of its own, / as its directory, the environment given,
 * no other descriptor than its output, and the default for every signal.
 */
#include <uv.h>

#include "drivers/exec_output.h"

struct exec_child;

struct exec_result {
	int error;       // negative errno: it never ran
	bool is_expired; // ended by us, at its time limit or by exec_child_end()
	int exit_code;   // 0..255, when `signal` is 0
	int signal;      // that ended it
};

struct exec_command {
	char **argv, **environment; // borrowed for the call; ended by NULL. argv[0] is looked up in PATH of environment
	uint32_t timeout_ms;        // SIGTERM to its group then, SIGKILL two seconds later
	struct exec_output *output; // borrowed until `done`
	void (*done)(void *ctx, const struct exec_result *result); // from the loop, once, when nothing is left of it
	void *ctx;                                                 // borrowed
};

// 0; -ENOMEM: `done` does not come. A command that cannot be run is told by `done`.
int exec_child_start(uv_loop_t *loop, const struct exec_command *command, struct exec_child **out);
void exec_child_end(struct exec_child *child); // as if its time were over
