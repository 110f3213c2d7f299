#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What each verb is with containers: its steps, and those that take them back. Pure.
 *
 * A plan is confirmed by its words, so a step is held to them: where an image is named by its id in a precondition, or
 * a container by its short id, it must be that one when the step is taken. See docker_step_names().
 */
#include "drivers/docker_memory.h"
#include "opscon/driver.h"

enum docker_primitive {
	DOCKER_CREATE = PRIMITIVE_DRIVER, // NAME, which is not there
	DOCKER_CREATE_NEXT,               // like NAME, of another image
	DOCKER_START,
	DOCKER_STOP,
	DOCKER_KILL,
	DOCKER_PAUSE,
	DOCKER_UNPAUSE,
	DOCKER_REMOVE,
	DOCKER_REMOVE_KEPT,
	DOCKER_HOLD,       // NAME, so that nothing but us starts it
	DOCKER_KEEP,       // NAME becomes the kept one
	DOCKER_PROMOTE,    // the next one becomes NAME
	DOCKER_START_NEXT, // beside NAME
	DOCKER_CHECK_NEXT, // stays it up
	DOCKER_START_NEW,  // NAME, which is another one now
	DOCKER_ASIDE,      // rollback: NAME becomes the next one
	DOCKER_RESTORE,    // rollback: the kept one becomes NAME
	DOCKER_RELEASE,    // rollback: NAME is started by the Engine again
	DOCKER_SHELVE,     // rollback: the next one becomes the kept one
	// The way back, from wherever it has come to. The old one is named in the precondition.
	DOCKER_UNDO_ASIDE, // NAME makes room, unless it is the old one
	DOCKER_UNDO_STOP,  // what has made room
	DOCKER_UNDO_RESTORE,
	DOCKER_UNDO_RELEASE, // the old one is started by the Engine again
	DOCKER_UNDO_START,
	DOCKER_UNDO_HOLD,   // what has made room: of a rollback
	DOCKER_UNDO_REMOVE, // what has made room: of an upgrade
	DOCKER_UNDO_SHELVE, // kept again: of a rollback
	DOCKER_UNDO_CREATE, // NAME, if this operation has made it
	DOCKER_PRIMITIVES_END,
};

// Bits of the verbs there are; 0 when the agent names no container.
unsigned docker_verbs(const struct agent *agent);

// As driver_class::recipe.
int docker_recipe(const struct docker_memory *memory, const struct agent *agent, const struct operation_params *params,
		  const struct driver_sight *sight, bool is_undo, struct driver_recipe *out);

// Whether the step's precondition names that container, by its short id, or that image, by its whole id.
bool docker_step_names(const struct plan_step *step, const char *id);
bool docker_step_names_image(const struct plan_step *step, const char *image_id);
// Whether it names any image at all: it was known when the plan was made.
bool docker_step_has_image(const struct plan_step *step);
