// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "drivers/docker_run.h"

static bool is_old(struct driver_run *run, const struct docker_container *container)
{
	return container->exists && docker_step_names(run->request.step, container->id);
}

static bool is_rollback(const struct driver_run *run)
{
	return run->request.params->verb == VERB_ROLLBACK;
}

static const struct docker_container *find_old(struct driver_run *run)
{
	for (size_t i = 0; i < DOCKER_ROLE_COUNT; i++)
		if (is_old(run, &run->containers[i]))
			return &run->containers[i];
	return NULL;
}

static int decide_undo_aside(struct driver_run *run, struct docker_act *act)
{
	if (!find_old(run))
		return docker_refuse(run, "the old container is gone");
	if (!docker_current(run)->exists || is_old(run, docker_current(run)))
		return docker_nothing(run, "it was never replaced");
	if (!docker_next(run)->exists)
		return docker_send_rename(run, docker_current(run), act, DOCKER_NEXT);
	if (is_rollback(run) && !docker_kept(run)->exists)
		return docker_send_rename(run, docker_current(run), act, DOCKER_KEPT);
	return docker_refuse(run, "there is no room for it: three containers have its names");
}

// What has made room and is not the old one. Of an upgrade the kept one may be older still, and is none of ours.
static struct docker_container *find_other(struct driver_run *run)
{
	if (docker_next(run)->exists && !is_old(run, docker_next(run)))
		return docker_next(run);
	if (is_rollback(run) && docker_kept(run)->exists && !is_old(run, docker_kept(run)))
		return docker_kept(run);
	return NULL;
}

static int decide_undo_stop(struct driver_run *run, struct docker_act *act)
{
	const struct docker_container *other = find_other(run);
	char how[DOCKER_WHY_MAX];

	if (!other)
		return docker_nothing(run, "there is none");
	if (other->state == LIFECYCLE_STOPPED || other->state == LIFECYCLE_DEPLOYED) {
		memcpy(run->subject, other->id, sizeof run->subject);
		run->wants_log = other->state == LIFECYCLE_STOPPED && !is_rollback(run);
		docker_container_describe(other, how, sizeof how);
		return docker_nothing(run, how);
	}
	return docker_send_stop(run, other, act);
}

static int decide_undo_restore(struct driver_run *run, struct docker_act *act)
{
	const struct docker_container *old = find_old(run);

	if (!old)
		return docker_refuse(run, "the old container is gone");
	if (old == docker_current(run))
		return docker_nothing(run, "it was never replaced");
	if (docker_current(run)->exists)
		return docker_refuse(run, "another container has its name");
	return docker_send_rename(run, old, act, DOCKER_CURRENT);
}

static int decide_undo_release(struct driver_run *run, struct docker_act *act)
{
	if (!is_old(run, docker_current(run)))
		return docker_refuse(run, "the old container is not back");
	return docker_send_policy(run, docker_current(run), act, true);
}

static int decide_undo_hold(struct driver_run *run, struct docker_act *act)
{
	const struct docker_container *other = find_other(run);

	return other ? docker_send_policy(run, other, act, false) : docker_nothing(run, "there is none");
}

static int decide_undo_start(struct driver_run *run, struct docker_act *act)
{
	if (!is_old(run, docker_current(run)))
		return docker_refuse(run, "the old container is not back");
	return docker_act_on(run, docker_current(run), act, "start");
}

static int decide_undo_remove(struct driver_run *run, struct docker_act *act)
{
	if (!docker_next(run)->exists)
		return docker_nothing(run, "there is none");
	if (is_old(run, docker_next(run)) || !docker_next(run)->is_managed)
		return docker_refuse(run, "it is none that an upgrade has made");
	return docker_send_removal(run, docker_next(run), act);
}

static int decide_undo_shelve(struct driver_run *run, struct docker_act *act)
{
	if (!docker_next(run)->exists || is_old(run, docker_next(run)) || docker_kept(run)->exists)
		return docker_nothing(run, "it was never taken");
	return docker_send_rename(run, docker_next(run), act, DOCKER_KEPT);
}

// What stands before the last number of a text of n bytes: "id-3-" of "id-3-17"; 0: it ends with none.
static size_t before_number(const char *text, size_t n)
{
	size_t n_left = n;

	while (n_left && text[n_left - 1] >= '0' && text[n_left - 1] <= '9')
		n_left--;
	return n_left < n && n_left && text[n_left - 1] == '-' ? n_left : 0;
}

// Keys are OPERATION-TARGET-STEP-ATTEMPT: those of one operation and target differ in the last two numbers.
static bool is_same_operation(const char *a, const char *b)
{
	size_t n = before_number(a, strlen(a));

	n = n ? before_number(a, n - 1) : 0;
	return n && strncmp(a, b, n) == 0;
}

static int decide_undo_create(struct driver_run *run, struct docker_act *act)
{
	const struct docker_container *current = docker_current(run);

	if (!current->exists)
		return docker_nothing(run, "there is none");
	if (!current->is_managed || !is_same_operation(current->operation, run->request.idempotency_key))
		return docker_refuse(run, "it was not made by this operation");
	return docker_send_removal(run, current, act);
}

int docker_undo_decide(struct driver_run *run, struct docker_act *act)
{
	switch (run->request.step->primitive) {
	case DOCKER_UNDO_ASIDE:
		return decide_undo_aside(run, act);
	case DOCKER_UNDO_STOP:
		return decide_undo_stop(run, act);
	case DOCKER_UNDO_RESTORE:
		return decide_undo_restore(run, act);
	case DOCKER_UNDO_RELEASE:
		return decide_undo_release(run, act);
	case DOCKER_UNDO_HOLD:
		return decide_undo_hold(run, act);
	case DOCKER_UNDO_START:
		return decide_undo_start(run, act);
	case DOCKER_UNDO_REMOVE:
		return decide_undo_remove(run, act);
	case DOCKER_UNDO_SHELVE:
		return decide_undo_shelve(run, act);
	case DOCKER_UNDO_CREATE:
		return decide_undo_create(run, act);
	default:
		return -EINVAL;
	}
}
