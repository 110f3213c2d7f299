#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What is asked of POST /containers/create. Pure.
 *
 * A copy has the settings of the container it is made from, and those of the new image where the old one had left
 * them to its image: the Engine tells both mixed, so what the old image says is taken out again.
 */
#include "base/strbuf.h"
#include "drivers/docker_container.h"

// What is stamped on it; all borrowed.
struct docker_stamp {
	const char *image_id, *reference; // made by the id; the name goes into a label
	const char *agent_key, *operation;
};

enum { DOCKER_BODY_MAX = 1 << 20 };

// A new one with nothing but an image, in the network "none", "bridge" or "host". 0; -ENOMEM, -EMSGSIZE.
int docker_create_body(const struct docker_stamp *stamp, const char *network, struct bytes *out);

/* Like `container` (the Engine's answer about it). `old_image` is what it says of the image that one has, or NULL when
 * that is gone: then nothing can be taken out. Volumes without a name go over as well. 0; -ENOMEM, -EMSGSIZE, -EINVAL
 * when a text in it cannot be written.
 */
int docker_copy_body(const struct docker_stamp *stamp, const struct json_value *container,
		     const struct json_value *old_image, struct bytes *out);
