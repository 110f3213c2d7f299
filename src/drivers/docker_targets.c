// SPDX-License-Identifier: Apache-2.0
#include "drivers/docker_targets.h"

#include <errno.h>
#include <string.h>

static struct docker_target *find(const struct docker_targets *targets, const char *name)
{
	struct docker_target *target = NULL;

	HASH_FIND(hh, targets->targets, name, strlen(name), target);
	return target;
}

static void let_go(struct docker_targets *targets, struct docker_target *target)
{
	if (target->attended)
		return;
	HASH_DEL(targets->targets, target);
	mem_free(target->name);
	mem_free(target);
}

static void take_out(struct docker_targets *targets, struct docker_attended *attended)
{
	struct docker_target *target = attended->target;

	HASH_DEL(targets->attended, attended);
	DL_DELETE(target->attended, attended);
	mem_free(attended);
	let_go(targets, target);
}

static struct docker_target *find_or_add(struct docker_targets *targets, const char *name)
{
	struct docker_target *target = find(targets, name);

	if (target)
		return target;
	target = mem_calloc(1, sizeof *target);
	if (!target)
		return NULL;
	target->name = mem_strdup(name);
	if (target->name)
		HASH_ADD_KEYPTR(hh, targets->targets, target->name, strlen(target->name), target);
	if (!target->name || TABLE_ADD_FAILED(target)) {
		mem_free(target->name);
		mem_free(target);
		return NULL;
	}
	return target;
}

static int add(struct docker_targets *targets, uint32_t agent, const char *name)
{
	struct docker_attended *attended = mem_calloc(1, sizeof *attended);

	if (!attended)
		return -ENOMEM;
	attended->agent = agent;
	attended->target = find_or_add(targets, name);
	if (attended->target)
		HASH_ADD(hh, targets->attended, agent, sizeof attended->agent, attended);
	if (!attended->target || TABLE_ADD_FAILED(attended)) {
		if (attended->target)
			let_go(targets, attended->target);
		mem_free(attended);
		return -ENOMEM;
	}
	DL_APPEND(attended->target->attended, attended);
	return 0;
}

int docker_targets_put(struct docker_targets *targets, uint32_t agent, const char *name)
{
	struct docker_attended *attended;

	HASH_FIND(hh, targets->attended, &agent, sizeof agent, attended);
	if (attended && name && strcmp(attended->target->name, name) == 0)
		return 0;
	if (attended)
		take_out(targets, attended);
	return name ? add(targets, agent, name) : 0;
}

const struct docker_attended *docker_targets_of(const struct docker_targets *targets, const char *name)
{
	const struct docker_target *target = find(targets, name);

	return target ? target->attended : NULL;
}

void docker_targets_finish(struct docker_targets *targets)
{
	while (targets->attended)
		take_out(targets, targets->attended);
}
