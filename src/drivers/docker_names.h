#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Names of containers and images, as they stand in URLs. Pure. */
#include <stdbool.h>
#include <stddef.h>

enum {
	DOCKER_NAME_MAX = 160, // with what is put behind it
	DOCKER_TARGET_MAX = 128,
	DOCKER_REFERENCE_MAX = 200,
	DOCKER_ID_MAX = 72,   // "sha256:", 64 digits
	DOCKER_SHORT_ID = 12, // digits that people are shown
};

// The containers of one agent.
enum docker_role {
	DOCKER_CURRENT, // NAME
	DOCKER_NEXT,    // NAME.opscon-new: of an upgrade under way
	DOCKER_KEPT,    // NAME.opscon-previous: stopped, to go back to
	DOCKER_ROLE_COUNT,
};

// A name the Engine takes: [a-zA-Z0-9][a-zA-Z0-9_.-]*, shorter than DOCKER_TARGET_MAX, and not one of our own making.
bool docker_name_is_valid(const char *name);
const char *docker_name(enum docker_role role, const char *name, char out[DOCKER_NAME_MAX]);

/* The image that is meant. `asked` is an image ("nginx:1.27", "registry:5000/web@sha256:...") when there is a colon, a
 * slash or an @ in it, or nothing else to go by; otherwise it is a tag of the image in `now`, which may be "". Versions
 * as they are shown ("nginx:1.27@sha256:0123456789ab", see docker_version()) are taken on both sides.
 * `reference` is the name; `lookup` is what to ask the Engine for: the same, or the id in a shown version.
 * 0, or -EINVAL when it can be no image.
 */
struct docker_image {
	char reference[DOCKER_REFERENCE_MAX], lookup[DOCKER_REFERENCE_MAX];
};
int docker_image_of(const char *asked, const char *now, struct docker_image *out);

// "nginx:1.27@sha256:0123456789ab": the name, and the beginning of the image's id ("sha256:..." in full).
void docker_version(const char *reference, const char *image_id, char *out, size_t size);
// Whether such a version is of that image.
bool docker_version_is(const char *version, const char *image_id);
