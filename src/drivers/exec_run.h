#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One step on its way: make sure that it is the target that was meant, then run its command. What exec.c and its run
 * share.
 */
#include <uv.h>

#include "agents/command_template.h"
#include "opscon/driver.h"
#include "opscon/exec_profile.h"

enum { EXEC_LOOK_MS = 10000 }; // for `observe` before a command

struct exec_driver {
	struct driver driver;             // first
	uv_loop_t *loop;                  // borrowed
	const struct exec_config *config; // borrowed
	char **environment;               // owned, ended by NULL
	struct driver_run *runs;          // driver_run::prev, next
	uv_timer_t handle;                // so that closing always ends in the loop
	size_t n_handles;                 // not yet closed, it and those of runs
	void (*closed)(void *ctx);
	void *closed_ctx;
	bool is_closing;
};

// A step names its command by its number: that of the verb that it is for, or a stop that is not graceful.
enum { EXEC_FORCE_STOP = VERB_COUNT };

static inline const char *const *exec_template(const struct exec_profile *profile, unsigned command)
{
	if (command == EXEC_FORCE_STOP)
		return profile->force_stop;
	return command < VERB_COUNT ? profile->verbs[command] : NULL;
}

// What {version} stands for.
static inline const char *exec_version(unsigned command, const struct operation_params *params)
{
	return command == VERB_CREATE || command == VERB_UPGRADE ? params->version : "";
}

// The profile of an agent; NULL with why.
const struct exec_profile *exec_profile_of(const struct exec_driver *driver, const struct agent *agent, char *why,
					   size_t why_size);

// As driver_class::begin and ::cancel.
int exec_run_begin(struct driver *driver, const struct driver_request *request, const struct driver_listener *listener,
		   struct driver_run **out);
void exec_run_cancel(struct driver_run *run);

void exec_run_end_all(struct exec_driver *driver);          // without answers
void exec_driver_handle_closed(struct exec_driver *driver); // the last one frees it
