#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the Engine says of a container (GET /containers/NAME/json), as far as the driver needs it. Pure.
 *
 * Texts are clean. Nothing of it is trusted: a member that is missing or of another kind is as if it said nothing.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/docker_names.h"
#include "formats/json.h"
#include "opscon/driver.h"

enum { DOCKER_WHY_MAX = 120, DOCKER_TIME_MAX = 40, DOCKER_KEY_MAX = 128 };

#define DOCKER_LABEL "org.opscon."
#define DOCKER_LABEL_MANAGED DOCKER_LABEL "managed"     // "true": made by this driver
#define DOCKER_LABEL_OPERATION DOCKER_LABEL "operation" // the idempotency key of the step that made it
#define DOCKER_LABEL_AGENT DOCKER_LABEL "agent"         // the agent's key
#define DOCKER_LABEL_IMAGE DOCKER_LABEL "image"         // the image by name: it was made by its id

struct docker_container {
	bool exists;
	char id[DOCKER_ID_MAX];
	enum lifecycle state;
	bool is_restarting;               // it ends again and again
	char status[24];                  // "exited"
	char health[24];                  // "healthy"; "" it has no check of its own
	char version[DRIVER_VERSION_MAX]; // see docker_version()
	char image_id[DOCKER_ID_MAX];
	char instance[DRIVER_INSTANCE_MAX]; // short id, and when it was started last
	int64_t exit_code;
	bool is_out_of_memory;
	char error[DRIVER_DETAIL_MAX];       // why it could not be started last
	int64_t stop_timeout_s;              // what it asks for between asking it to end and killing it; 0: not said
	bool is_tty;                         // its log has no frames
	bool is_managed;                     // made by this driver
	char operation[DOCKER_KEY_MAX];      // by which step; "" none
	bool is_always_restarted;            // also when it was stopped, with the Engine's next start
	bool is_self_removing;               // gone as soon as it stops
	char why_not_copied[DOCKER_WHY_MAX]; // what a second one cannot take over: "it has links"; "" nothing
	char why_not_beside[DOCKER_WHY_MAX]; // why no second one can run beside it: "it publishes 80/tcp"; "" it can
};

// Podman tells what it puts into each container itself, this word among it, together with what was asked for.
bool docker_is_podman(const struct json_value *environment);

/* 0; -ENOENT: the answer is about another one (the Engine takes the beginning of an id for a name as well), and
 * *out says that there is none; -EBADMSG: it cannot be told from it which one it is.
 */
int docker_container_read(const struct json_value *document, const char *name, bool can_have_networks,
			  struct docker_container *out);

// "exited, code 137, out of memory": how it stands, for people.
void docker_container_describe(const struct docker_container *container, char *out, size_t size);

// What a driver sees of it; `kept` is the one to go back to and may be NULL.
void docker_container_sight(const struct docker_container *container, const struct docker_container *kept,
			    struct driver_sight *out);
