// SPDX-License-Identifier: Apache-2.0
#include "drivers/docker_memory.h"

#include <stdio.h>
#include <string.h>

static void forget(struct docker_memory *memory, struct docker_known *known)
{
	HASH_DEL(memory->containers, known);
	mem_free(known->name);
	mem_free(known);
}

void docker_memory_finish(struct docker_memory *memory)
{
	while (memory->containers)
		forget(memory, memory->containers);
	mem_free(memory->images);
	*memory = (struct docker_memory){ 0 };
}

static struct docker_known *find(const struct docker_memory *memory, const char *name)
{
	struct docker_known *known = NULL;

	HASH_FIND(hh, memory->containers, name, strlen(name), known);
	return known;
}

static struct docker_known *add(struct docker_memory *memory, const char *name)
{
	struct docker_known *known = mem_calloc(1, sizeof *known);

	if (known)
		known->name = mem_strdup(name);
	if (!known || !known->name) {
		mem_free(known);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, memory->containers, known->name, strlen(known->name), known);
	if (TABLE_ADD_FAILED(known)) {
		mem_free(known->name);
		mem_free(known);
		return NULL;
	}
	return known;
}

void docker_remember(struct docker_memory *memory, const char *name, const struct docker_container *container)
{
	struct docker_known *known = find(memory, name);

	if (!container->exists) {
		if (known)
			forget(memory, known);
		return;
	}
	if (!known)
		known = add(memory, name);
	if (!known)
		return;
	known->is_self_removing = container->is_self_removing;
	known->is_always_restarted = container->is_always_restarted;
	memcpy(known->why_not_copied, container->why_not_copied, sizeof known->why_not_copied);
	memcpy(known->why_not_beside, container->why_not_beside, sizeof known->why_not_beside);
}

void docker_remember_next(struct docker_memory *memory, const char *name, bool has_next)
{
	struct docker_known *known = find(memory, name);

	if (known)
		known->has_next = has_next;
}

const struct docker_known *docker_recall(const struct docker_memory *memory, const char *name)
{
	return find(memory, name);
}

static struct docker_known_image *find_image(const struct docker_memory *memory, const char *lookup)
{
	for (size_t i = 0; i < memory->n_images; i++)
		if (strcmp(memory->images[i].lookup, lookup) == 0)
			return &memory->images[i];
	return NULL;
}

void docker_remember_image(struct docker_memory *memory, const char *lookup, const char *id)
{
	struct docker_known_image *image = find_image(memory, lookup);

	if (!memory->images)
		memory->images = mem_calloc(DOCKER_IMAGES_MAX, sizeof *memory->images);
	if (!memory->images)
		return;
	if (!image) {
		image = &memory->images[memory->at];
		memory->at = (memory->at + 1) % DOCKER_IMAGES_MAX;
		memory->n_images += memory->n_images < DOCKER_IMAGES_MAX;
	}
	snprintf(image->lookup, sizeof image->lookup, "%s", lookup);
	snprintf(image->id, sizeof image->id, "%s", id);
}

const char *docker_recall_image(const struct docker_memory *memory, const char *lookup)
{
	const struct docker_known_image *image = find_image(memory, lookup);

	return image ? image->id : NULL;
}
