#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The driver "docker": containers by the Docker Engine API (and what speaks it, Podman for one).
 *
 * agent::control_target is the container's name; where the Engine is asked is configuration (struct drivers_config).
 * A container is looked at by name, and what is done to it is done by the id that was seen then: one that has been
 * replaced meanwhile is left alone. An upgrade makes a second container with the settings of the first and another
 * image, and keeps the first one, stopped, as NAME.opscon-previous, which is what a rollback goes back to. Images are
 * never pulled, and volumes never removed. See opscon.yml(5).
 *
 * Each change is one request on a connection of its own. 304 says that it was so already, any other 4xx that nothing
 * has happened, 5xx with the daemon's own message that it has failed. Without an answer it is DRIVER_UNKNOWN.
 *
 * What happens to the containers of its agents otherwise is told to its watcher, as the Engine tells it: see
 * docker_follow.h.
 */
#include "drivers/table.h"

// 0 or negative errno; *out is NULL then. Closed by its class's close.
int docker_driver_create(const struct driver_options *options, struct driver **out);
