#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What was seen by the way when a container was looked at, for the recipe that is asked for next: a plan refuses what
 * could not be done. What is not known is no reason; each step looks again.
 */
#include "base/table.h"
#include "drivers/docker_container.h"

enum { DOCKER_IMAGES_MAX = 256 };

struct docker_known {
	char *name; // owned
	bool is_self_removing, is_always_restarted;
	bool has_next; // what an upgrade that did not come to its end has left in the new one's place
	char why_not_copied[DOCKER_WHY_MAX], why_not_beside[DOCKER_WHY_MAX];
	UT_hash_handle hh; // docker_memory::containers, by name
};

struct docker_known_image {
	char lookup[DOCKER_REFERENCE_MAX];
	char id[DOCKER_ID_MAX]; // "": there is none
};

struct docker_memory { // zeroed memory is an empty one
	struct docker_known *containers;
	struct docker_known_image *images; // DOCKER_IMAGES_MAX, owned; NULL before the first
	size_t n_images, at;               // the oldest is overwritten
};

void docker_memory_finish(struct docker_memory *memory);

// What cannot be kept for want of memory is not known.
void docker_remember(struct docker_memory *memory, const char *name, const struct docker_container *container);
void docker_remember_next(struct docker_memory *memory, const char *name, bool has_next);
void docker_remember_image(struct docker_memory *memory, const char *lookup, const char *id);

const struct docker_known *docker_recall(const struct docker_memory *memory, const char *name); // NULL: nothing
const char *docker_recall_image(const struct docker_memory *memory, const char *lookup);        // NULL; "": none
