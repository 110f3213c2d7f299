// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "drivers/docker_run.h"
#include "text/text.h"

// ---- what is done about it

int docker_refuse(struct driver_run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(run->answer.detail, sizeof run->answer.detail, format, args);
	va_end(args);
	(void)text_trim(run->answer.detail);
	return -EPERM;
}

int docker_nothing(struct driver_run *run, const char *why)
{
	snprintf(run->answer.detail, sizeof run->answer.detail, "%s", why);
	return 0;
}

int docker_act_on(struct driver_run *run, const struct docker_container *subject, struct docker_act *act,
		  const char *what)
{
	act->method = "POST";
	snprintf(act->path, sizeof act->path, "/containers/%s/%s", subject->id, what);
	memcpy(run->subject, subject->id, sizeof run->subject);
	return 1;
}

int docker_send_rename(struct driver_run *run, const struct docker_container *subject, struct docker_act *act,
		       enum docker_role to)
{
	char what[DOCKER_NAME_MAX + 16], name[DOCKER_NAME_MAX];

	snprintf(what, sizeof what, "rename?name=%s", docker_name(to, run->request.agent->control_target, name));
	return docker_act_on(run, subject, act, what);
}

int docker_send_removal(struct driver_run *run, const struct docker_container *subject, struct docker_act *act)
{
	act->method = "DELETE";
	snprintf(act->path, sizeof act->path, "/containers/%s", subject->id);
	memcpy(run->subject, subject->id, sizeof run->subject);
	return 1;
}

// Whether the Engine starts it by itself, come what may.
int docker_send_policy(struct driver_run *run, const struct docker_container *subject, struct docker_act *act,
		       bool is_always)
{
	int r;

	if (subject->is_always_restarted == is_always)
		return docker_nothing(run, "it was so already");
	r = bytes_addf(&act->body, "{\"RestartPolicy\":{\"Name\":\"%s\"}}", is_always ? "always" : "no");
	return r < 0 ? r : docker_act_on(run, subject, act, "update");
}

// It is told how long it has, which is less than the step has.
int docker_send_stop(struct driver_run *run, const struct docker_container *subject, struct docker_act *act)
{
	const int64_t most_s = (int64_t)docker_run_left_ms(run) / 1500;
	int64_t wait_s = subject->stop_timeout_s > 0 ? subject->stop_timeout_s : DOCKER_STOP_S;
	char what[40];

	if (wait_s > most_s)
		wait_s = most_s > 0 ? most_s : 1;
	snprintf(what, sizeof what, "stop?t=%lld", (long long)wait_s);
	return docker_act_on(run, subject, act, what);
}

// The container that the plan was made for.
static int check_current(struct driver_run *run)
{
	const char *expected = run->request.expected_instance;
	const struct docker_container *current = docker_current(run);

	if (!current->exists)
		return docker_refuse(run, "there is no container %s", run->request.agent->control_target);
	if (expected && expected[0] && strcmp(expected, current->instance) != 0)
		return docker_refuse(run, "it is another one now: instance %.60s instead of %.60s", current->instance,
				     expected);
	return 0;
}

static int check_image(struct driver_run *run)
{
	const struct plan_step *step = run->request.step;

	if (!run->image_id[0])
		return docker_refuse(run, "there is no image %.120s: pull it first", run->image.reference);
	if (docker_step_has_image(step) && !docker_step_names_image(step, run->image_id))
		return docker_refuse(run, "%.80s is another image now: %.24s", run->image.reference, run->image_id);
	return 0;
}

static int check_slot(struct driver_run *run, enum docker_role role)
{
	char name[DOCKER_NAME_MAX];

	if (!run->containers[role].exists)
		return 0;
	return docker_refuse(run, "there is a container %s already: remove it first",
			     docker_name(role, run->request.agent->control_target, name));
}

static int decide_create(struct driver_run *run, struct docker_act *act, enum docker_role role)
{
	const struct agent *agent = run->request.agent;
	const struct docker_stamp stamp = {
		.image_id = run->image_id,
		.reference = run->image.reference,
		.agent_key = agent->key,
		.operation = run->request.idempotency_key,
	};
	char name[DOCKER_NAME_MAX];
	int r = check_slot(run, role);

	if (r == 0)
		r = check_image(run);
	if (r < 0)
		return r;
	act->method = "POST";
	snprintf(act->path, sizeof act->path, "/containers/create?name=%s",
		 docker_name(role, agent->control_target, name));
	if (role == DOCKER_CURRENT)
		r = docker_create_body(&stamp, run->docker->network, &act->body);
	else
		r = docker_copy_body(&stamp, run->document, run->old_image, &act->body);
	return r < 0 ? r : 1;
}

static int decide_create_next(struct driver_run *run, struct docker_act *act)
{
	const struct docker_container *current = docker_current(run);
	const bool is_beside = run->request.params->rollout.kind == ROLLOUT_BLUE_GREEN;
	int r = check_current(run);

	if (r < 0)
		return r;
	if (current->why_not_copied[0])
		return docker_refuse(run, "it cannot be replaced: %s", current->why_not_copied);
	if (is_beside && current->why_not_beside[0])
		return docker_refuse(run, "no second one can run beside it: %s", current->why_not_beside);
	return decide_create(run, act, DOCKER_NEXT);
}

static int decide_stop(struct driver_run *run, struct docker_act *act)
{
	const struct operation_params *params = run->request.params;
	const bool comes_back = params && (params->verb == VERB_RESTART || params->verb == VERB_UPGRADE ||
					   params->verb == VERB_ROLLBACK);
	int r = check_current(run);

	if (r < 0)
		return r;
	if (comes_back && docker_current(run)->is_self_removing)
		return docker_refuse(run, "it removes itself when it stops");
	if (run->request.step->primitive == DOCKER_KILL)
		return docker_act_on(run, docker_current(run), act, "kill");
	return docker_send_stop(run, docker_current(run), act);
}

static int decide_current(struct driver_run *run, struct docker_act *act, const char *what)
{
	int r = check_current(run);

	return r < 0 ? r : docker_act_on(run, docker_current(run), act, what);
}

static int decide_remove(struct driver_run *run, struct docker_act *act)
{
	int r = check_current(run);

	return r < 0 ? r : docker_send_removal(run, docker_current(run), act);
}

static int decide_remove_kept(struct driver_run *run, struct docker_act *act)
{
	return docker_kept(run)->exists ? docker_send_removal(run, docker_kept(run), act)
					: docker_nothing(run, "there is none");
}

// The new one must be there to take the place of the one that leaves it.
static int decide_keep(struct driver_run *run, struct docker_act *act)
{
	int r = check_current(run);

	if (r < 0)
		return r;
	if (!docker_next(run)->exists)
		return docker_refuse(run, "the new container is gone");
	return docker_send_rename(run, docker_current(run), act, DOCKER_KEPT);
}

static int decide_promote(struct driver_run *run, struct docker_act *act)
{
	if (!docker_next(run)->exists || !docker_next(run)->is_managed)
		return docker_refuse(run, "the new container is gone");
	return docker_send_rename(run, docker_next(run), act, DOCKER_CURRENT);
}

static int decide_start_next(struct driver_run *run, struct docker_act *act)
{
	if (!docker_next(run)->exists || !docker_next(run)->is_managed)
		return docker_refuse(run, "the new container is gone");
	return docker_act_on(run, docker_next(run), act, "start");
}

static int decide_start_new(struct driver_run *run, struct docker_act *act)
{
	if (!docker_current(run)->exists)
		return docker_refuse(run, "the new container is gone");
	return docker_act_on(run, docker_current(run), act, "start");
}

static int decide_hold(struct driver_run *run, struct docker_act *act)
{
	int r = check_current(run);

	return r < 0 ? r : docker_send_policy(run, docker_current(run), act, false);
}

static int decide_release(struct driver_run *run, struct docker_act *act)
{
	if (!docker_current(run)->exists)
		return docker_refuse(run, "the container to go back to is gone");
	return docker_send_policy(run, docker_current(run), act, true);
}

// ---- a rollback

static int decide_aside(struct driver_run *run, struct docker_act *act)
{
	int r = check_current(run);

	if (r < 0)
		return r;
	if (!docker_kept(run)->exists)
		return docker_refuse(run, "the container to go back to is gone");
	return docker_send_rename(run, docker_current(run), act, DOCKER_NEXT);
}

static int decide_restore(struct driver_run *run, struct docker_act *act)
{
	const struct plan_step *step = run->request.step;

	if (!docker_kept(run)->exists)
		return docker_refuse(run, "the container to go back to is gone");
	if (step->precondition[0] && !strstr(step->precondition, docker_kept(run)->version))
		return docker_refuse(run, "the container to go back to is another one now: %.100s",
				     docker_kept(run)->version);
	return docker_send_rename(run, docker_kept(run), act, DOCKER_CURRENT);
}

static int decide_shelve(struct driver_run *run, struct docker_act *act)
{
	if (!docker_next(run)->exists)
		return docker_nothing(run, "there is none");
	return docker_send_rename(run, docker_next(run), act, DOCKER_KEPT);
}

int docker_step_decide(struct driver_run *run, struct docker_act *act)
{
	switch (run->request.step->primitive) {
	case DOCKER_CREATE:
		return decide_create(run, act, DOCKER_CURRENT);
	case DOCKER_CREATE_NEXT:
		return decide_create_next(run, act);
	case DOCKER_START:
		return decide_current(run, act, "start");
	case DOCKER_STOP:
	case DOCKER_KILL:
		return decide_stop(run, act);
	case DOCKER_PAUSE:
		return decide_current(run, act, "pause");
	case DOCKER_UNPAUSE:
		return decide_current(run, act, "unpause");
	case DOCKER_REMOVE:
		return decide_remove(run, act);
	case DOCKER_REMOVE_KEPT:
		return decide_remove_kept(run, act);
	case DOCKER_HOLD:
		return decide_hold(run, act);
	case DOCKER_RELEASE:
		return decide_release(run, act);
	case DOCKER_KEEP:
		return decide_keep(run, act);
	case DOCKER_PROMOTE:
		return decide_promote(run, act);
	case DOCKER_START_NEXT:
		return decide_start_next(run, act);
	case DOCKER_START_NEW:
		return decide_start_new(run, act);
	case DOCKER_ASIDE:
		return decide_aside(run, act);
	case DOCKER_RESTORE:
		return decide_restore(run, act);
	case DOCKER_SHELVE:
		return decide_shelve(run, act);
	default:
		return docker_undo_decide(run, act);
	}
}
