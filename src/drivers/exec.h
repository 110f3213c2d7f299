#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The driver "exec": commands of the configuration, run as they stand there. See opscon.yml(5), drivers.exec.
 *
 * agent::control_target names the profile. A command runs without a shell, with /dev/null for its input, in a session
 * of its own, in /, with the environment that is configured and no descriptor but its output, of which 64 KiB are
 * passed on. It has not happened when it could not be started or exits with a code that the profile names for that
 * (DRIVER_REFUSED); it has failed with any other code but 0; and nobody knows what a command has done that was killed,
 * be it by us for its time limit (SIGTERM to its process group, SIGKILL after two seconds) or by somebody else
 * (DRIVER_UNKNOWN). A command whose run is cancelled goes on to its end or its time limit; closing the driver ends it.
 */
#include "drivers/table.h"

// 0 or negative errno; *out is NULL then. Closed by its class's close.
int exec_driver_create(const struct driver_options *options, struct driver **out);
