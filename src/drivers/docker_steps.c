// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drivers/docker_run.h"

// ---- what has to be seen

enum {
	SEES_NEXT = 1 << 0,
	SEES_KEPT = 1 << 1,
	SEES_IMAGE = 1 << 2,
	SEES_OLD_IMAGE = 1 << 3,
	STARTS = 1 << 4,
	CHECKS = 1 << 5,
};

static const uint8_t needs[DOCKER_PRIMITIVES_END - PRIMITIVE_DRIVER] = {
	[DOCKER_CREATE - PRIMITIVE_DRIVER] = SEES_IMAGE,
	[DOCKER_CREATE_NEXT - PRIMITIVE_DRIVER] = SEES_NEXT | SEES_IMAGE | SEES_OLD_IMAGE,
	[DOCKER_START - PRIMITIVE_DRIVER] = STARTS,
	[DOCKER_REMOVE_KEPT - PRIMITIVE_DRIVER] = SEES_KEPT,
	[DOCKER_KEEP - PRIMITIVE_DRIVER] = SEES_NEXT,
	[DOCKER_PROMOTE - PRIMITIVE_DRIVER] = SEES_NEXT,
	[DOCKER_START_NEXT - PRIMITIVE_DRIVER] = SEES_NEXT | STARTS,
	[DOCKER_CHECK_NEXT - PRIMITIVE_DRIVER] = CHECKS,
	[DOCKER_START_NEW - PRIMITIVE_DRIVER] = STARTS,
	[DOCKER_ASIDE - PRIMITIVE_DRIVER] = SEES_KEPT,
	[DOCKER_RESTORE - PRIMITIVE_DRIVER] = SEES_NEXT | SEES_KEPT,
	[DOCKER_SHELVE - PRIMITIVE_DRIVER] = SEES_NEXT | SEES_KEPT,
	[DOCKER_UNDO_ASIDE - PRIMITIVE_DRIVER] = SEES_NEXT | SEES_KEPT,
	[DOCKER_UNDO_STOP - PRIMITIVE_DRIVER] = SEES_NEXT | SEES_KEPT,
	[DOCKER_UNDO_RESTORE - PRIMITIVE_DRIVER] = SEES_NEXT | SEES_KEPT,
	[DOCKER_UNDO_START - PRIMITIVE_DRIVER] = STARTS,
	[DOCKER_UNDO_HOLD - PRIMITIVE_DRIVER] = SEES_NEXT | SEES_KEPT,
	[DOCKER_UNDO_REMOVE - PRIMITIVE_DRIVER] = SEES_NEXT,
	[DOCKER_UNDO_SHELVE - PRIMITIVE_DRIVER] = SEES_NEXT | SEES_KEPT,
};

static unsigned needs_of(uint16_t primitive)
{
	return primitive >= PRIMITIVE_DRIVER && primitive < DOCKER_PRIMITIVES_END ? needs[primitive - PRIMITIVE_DRIVER]
										  : 0;
}

bool docker_step_is_start(uint16_t primitive)
{
	return needs_of(primitive) & STARTS;
}

static void want(struct driver_run *run, enum docker_ask ask)
{
	run->asks[run->n_asks++] = (uint8_t)ask;
}

static bool names_image(const struct operation_params *params)
{
	return params && (params->verb == VERB_CREATE || params->verb == VERB_UPGRADE) && params->version[0];
}

// The place of the new one has to be free.
static bool needs_room(const struct operation_params *params)
{
	return params && (params->verb == VERB_UPGRADE || params->verb == VERB_ROLLBACK);
}

int docker_step_asks(struct driver_run *run)
{
	const uint16_t primitive = run->request.step->primitive;
	const unsigned sees = needs_of(primitive);
	const bool is_look = primitive == PRIMITIVE_OBSERVE;

	if (!is_look && (primitive < PRIMITIVE_DRIVER || primitive >= DOCKER_PRIMITIVES_END))
		return -EINVAL;
	if (!run->docker->api)
		want(run, ASK_VERSION);
	if (!is_look) {
		want(run, ASK_CURRENT);
		if (sees & (SEES_NEXT | CHECKS))
			want(run, ASK_NEXT);
		if (sees & SEES_KEPT)
			want(run, ASK_KEPT);
		if (sees & SEES_IMAGE)
			want(run, ASK_IMAGE);
		if (sees & SEES_OLD_IMAGE)
			want(run, ASK_OLD_IMAGE);
		want(run, sees & CHECKS ? ASK_CHECK : ASK_ACT);
		if (sees & STARTS)
			want(run, ASK_SETTLE);
	}
	want(run, ASK_CURRENT);
	if (primitive == DOCKER_START_NEXT || primitive == DOCKER_UNDO_STOP ||
	    (is_look && needs_room(run->request.params)))
		want(run, ASK_NEXT);
	want(run, ASK_KEPT);
	if (is_look && names_image(run->request.params))
		want(run, ASK_IMAGE);
	want(run, ASK_END);
	return 0;
}

// ---- what has come of it

static const struct docker_container *find_subject(const struct driver_run *run)
{
	for (size_t i = 0; i < DOCKER_ROLE_COUNT; i++)
		if (run->containers[i].exists && strcmp(run->containers[i].id, run->subject) == 0)
			return &run->containers[i];
	return NULL;
}

// Whether the subject is what the step was for; false where that cannot be seen of one container.
static bool is_so(uint16_t primitive, const struct docker_container *subject)
{
	if (docker_step_is_start(primitive) || primitive == DOCKER_UNPAUSE)
		return subject->state == LIFECYCLE_RUNNING;
	if (primitive == DOCKER_STOP || primitive == DOCKER_KILL || primitive == DOCKER_UNDO_STOP)
		return subject->state == LIFECYCLE_STOPPED || subject->state == LIFECYCLE_DEPLOYED;
	return primitive == DOCKER_PAUSE && subject->state == LIFECYCLE_SUSPENDED;
}

static void conclude_start(struct driver_run *run, const struct docker_container *subject)
{
	char how[DOCKER_WHY_MAX];

	if (run->answer.outcome == DRIVER_DONE) {
		docker_container_describe(subject, how, sizeof how);
		snprintf(run->answer.detail, sizeof run->answer.detail, "it does not stay up: %s", how);
		run->answer.outcome = DRIVER_FAILED;
		run->wants_last_line = true;
	} else if (subject->error[0]) { // a 4xx, and yet it was tried
		run->answer.outcome = DRIVER_FAILED;
	}
	run->wants_log = run->answer.outcome == DRIVER_FAILED;
}

void docker_step_conclude(struct driver_run *run)
{
	const uint16_t primitive = run->request.step->primitive;
	const struct docker_container *subject = run->is_acted && run->is_seen ? find_subject(run) : NULL;

	if (subject && run->is_contested && is_so(primitive, subject)) {
		run->answer.outcome = DRIVER_DONE;
		docker_nothing(run, "it was so already");
	} else if (subject && docker_step_is_start(primitive) && !is_so(primitive, subject)) {
		conclude_start(run, subject);
	}
	run->answer.has_sight = run->is_seen;
	if (run->is_seen)
		docker_container_sight(docker_current(run), docker_kept(run), &run->answer.sight);
}
