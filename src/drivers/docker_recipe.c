// SPDX-License-Identifier: Apache-2.0
#include "drivers/docker_recipe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "text/text.h"

#define IMAGE_IS "sha256:"

enum { SECOND = 1000, TEXT_MAX = 480, ID_DIGITS = 64 };

// What a recipe is made from.
struct maker {
	struct driver_recipe *out;
	const char *name;
	char next[DOCKER_NAME_MAX], kept[DOCKER_NAME_MAX];
	char id[DOCKER_SHORT_ID + 1];     // of NAME when it was seen; "" unknown
	const struct driver_sight *sight; // NULL: nothing was seen
	const struct docker_known *known; // NULL
	const struct operation_params *params;
	struct docker_image image; // create, upgrade
	const char *image_id;      // NULL: not known; "": there is none
};

struct row {
	const char *label;
	uint32_t timeout_ms;
	bool is_mutating;
};

static const struct row rows[DOCKER_PRIMITIVES_END - PRIMITIVE_DRIVER] = {
	[DOCKER_CREATE - PRIMITIVE_DRIVER] = { "Create", 120 * SECOND, true },
	[DOCKER_CREATE_NEXT - PRIMITIVE_DRIVER] = { "Create new", 120 * SECOND, true },
	[DOCKER_START - PRIMITIVE_DRIVER] = { "Start", 60 * SECOND, true },
	[DOCKER_STOP - PRIMITIVE_DRIVER] = { "Stop", 90 * SECOND, true },
	[DOCKER_KILL - PRIMITIVE_DRIVER] = { "Kill", 30 * SECOND, true },
	[DOCKER_PAUSE - PRIMITIVE_DRIVER] = { "Pause", 15 * SECOND, true },
	[DOCKER_UNPAUSE - PRIMITIVE_DRIVER] = { "Unpause", 15 * SECOND, true },
	[DOCKER_REMOVE - PRIMITIVE_DRIVER] = { "Remove", 60 * SECOND, true },
	[DOCKER_REMOVE_KEPT - PRIMITIVE_DRIVER] = { "Drop older", 60 * SECOND, true },
	[DOCKER_HOLD - PRIMITIVE_DRIVER] = { "No restart", 15 * SECOND, true },
	[DOCKER_RELEASE - PRIMITIVE_DRIVER] = { "Restart on", 15 * SECOND, true },
	[DOCKER_UNDO_RELEASE - PRIMITIVE_DRIVER] = { "Restart on", 15 * SECOND, true },
	[DOCKER_UNDO_HOLD - PRIMITIVE_DRIVER] = { "No restart", 15 * SECOND, true },
	[DOCKER_KEEP - PRIMITIVE_DRIVER] = { "Keep old", 15 * SECOND, true },
	[DOCKER_PROMOTE - PRIMITIVE_DRIVER] = { "Name new", 15 * SECOND, true },
	[DOCKER_START_NEXT - PRIMITIVE_DRIVER] = { "Start new", 60 * SECOND, true },
	[DOCKER_CHECK_NEXT - PRIMITIVE_DRIVER] = { "Check new", 300 * SECOND, false },
	[DOCKER_START_NEW - PRIMITIVE_DRIVER] = { "Start new", 60 * SECOND, true },
	[DOCKER_ASIDE - PRIMITIVE_DRIVER] = { "Set aside", 15 * SECOND, true },
	[DOCKER_RESTORE - PRIMITIVE_DRIVER] = { "Bring back", 15 * SECOND, true },
	[DOCKER_SHELVE - PRIMITIVE_DRIVER] = { "Keep newer", 15 * SECOND, true },
	[DOCKER_UNDO_ASIDE - PRIMITIVE_DRIVER] = { "Set aside", 15 * SECOND, true },
	[DOCKER_UNDO_STOP - PRIMITIVE_DRIVER] = { "Stop it", 90 * SECOND, true },
	[DOCKER_UNDO_RESTORE - PRIMITIVE_DRIVER] = { "Bring back", 15 * SECOND, true },
	[DOCKER_UNDO_START - PRIMITIVE_DRIVER] = { "Start old", 60 * SECOND, true },
	[DOCKER_UNDO_REMOVE - PRIMITIVE_DRIVER] = { "Remove new", 60 * SECOND, true },
	[DOCKER_UNDO_SHELVE - PRIMITIVE_DRIVER] = { "Keep again", 15 * SECOND, true },
	[DOCKER_UNDO_CREATE - PRIMITIVE_DRIVER] = { "Remove", 60 * SECOND, true },
};

bool docker_step_names(const struct plan_step *step, const char *id)
{
	char digits[DOCKER_SHORT_ID + 1];

	snprintf(digits, sizeof digits, "%s", id);
	return strlen(digits) == DOCKER_SHORT_ID && strstr(step->precondition, digits);
}

bool docker_step_names_image(const struct plan_step *step, const char *image_id)
{
	return strncmp(image_id, IMAGE_IS, strlen(IMAGE_IS)) == 0 && strlen(image_id) == strlen(IMAGE_IS) + ID_DIGITS &&
	       strstr(step->precondition, image_id);
}

bool docker_step_has_image(const struct plan_step *step)
{
	return strstr(step->precondition, IMAGE_IS) != NULL;
}

unsigned docker_verbs(const struct agent *agent)
{
	const unsigned all = (1U << VERB_COUNT) - 1;

	if (!agent->control_target || !docker_name_is_valid(agent->control_target))
		return 0;
	return all & ~(1U << VERB_CONFIGURE);
}

// ---- steps

static void add(struct maker *maker, enum docker_primitive primitive, const char *precondition, const char *after,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

static void add(struct maker *maker, enum docker_primitive primitive, const char *precondition, const char *after,
		const char *format, ...)
{
	const struct row *row = &rows[primitive - PRIMITIVE_DRIVER];
	char action[TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(action, sizeof action, format, args);
	va_end(args);
	driver_recipe_add(maker->out, &(struct plan_step){
					      .label = row->label,
					      .precondition = precondition,
					      .action = text_trim(action),
					      .postcondition = after,
					      .timeout_ms = row->timeout_ms,
					      .primitive = (uint16_t)primitive,
					      .is_mutating = row->is_mutating,
				      });
}

// "it is instance ...", for steps that act on the container that was seen.
static const char *as_seen(const struct maker *maker, char out[TEXT_MAX])
{
	out[0] = '\0';
	if (maker->sight && maker->sight->instance[0])
		snprintf(out, TEXT_MAX, "it is instance %s", maker->sight->instance);
	return out;
}

static void add_stop(struct maker *maker, bool is_forced)
{
	char before[TEXT_MAX];

	if (is_forced)
		add(maker, DOCKER_KILL, as_seen(maker, before), "it is stopped", "POST /containers/%s/kill",
		    maker->name);
	else
		add(maker, DOCKER_STOP, as_seen(maker, before), "it is stopped",
		    "POST /containers/%s/stop, killed after 10 s or its own stop timeout", maker->name);
}

static void add_start(struct maker *maker, enum docker_primitive primitive, const char *before)
{
	add(maker, primitive, before, "it is running", "POST /containers/%s/start", maker->name);
}

static void add_rename(struct maker *maker, enum docker_primitive primitive, const char *before, const char *from,
		       const char *to)
{
	add(maker, primitive, before, "", "POST /containers/%s/rename?name=%s", from, to);
}

// Who is always restarted is started with the Engine though it was stopped: one that is kept must not be.
static void add_policy(struct maker *maker, enum docker_primitive primitive, const char *before, const char *name,
		       const char *policy)
{
	if (maker->known && maker->known->is_always_restarted)
		add(maker, primitive, before, "", "POST /containers/%s/update, restart policy %s", name, policy);
}

static const char *image_before(const struct maker *maker, char out[TEXT_MAX])
{
	out[0] = '\0';
	if (maker->image_id && maker->image_id[0])
		snprintf(out, TEXT_MAX, "%s is %s", maker->image.reference, maker->image_id);
	return out;
}

static void add_create(struct maker *maker)
{
	char before[TEXT_MAX];

	add(maker, DOCKER_CREATE, image_before(maker, before), "it exists, not started",
	    "POST /containers/create?name=%s, image %s", maker->name, maker->image.reference);
}

static void add_create_next(struct maker *maker)
{
	char before[TEXT_MAX], image[TEXT_MAX], seen[TEXT_MAX];

	image_before(maker, image);
	as_seen(maker, seen);
	snprintf(before, sizeof before, "%.*s%s%.*s", (int)sizeof before / 2 - 2, seen, seen[0] && image[0] ? ", " : "",
		 (int)sizeof before / 2 - 2, image);
	add(maker, DOCKER_CREATE_NEXT, before, "a second one exists, not started",
	    "POST /containers/create?name=%s, image %s, settings of %s", maker->next, maker->image.reference,
	    maker->name);
}

static void add_upgrade(struct maker *maker)
{
	const bool is_beside = maker->params->rollout.kind == ROLLOUT_BLUE_GREEN;
	char before[TEXT_MAX];

	add_create_next(maker);
	if (is_beside) {
		add(maker, DOCKER_START_NEXT, "", "both are running", "POST /containers/%s/start", maker->next);
		add(maker, DOCKER_CHECK_NEXT, "", "it stays up, and healthy if it checks itself",
		    "GET /containers/%s/json", maker->next);
	}
	add_stop(maker, false);
	if (!maker->sight || maker->sight->previous[0])
		add(maker, DOCKER_REMOVE_KEPT, "", "", "DELETE /containers/%s", maker->kept);
	add_policy(maker, DOCKER_HOLD, as_seen(maker, before), maker->name, "no");
	add_rename(maker, DOCKER_KEEP, as_seen(maker, before), maker->name, maker->kept);
	add_rename(maker, DOCKER_PROMOTE, "", maker->next, maker->name);
	if (!is_beside)
		add_start(maker, DOCKER_START_NEW, "");
}

static void add_rollback(struct maker *maker)
{
	char before[TEXT_MAX], kept[TEXT_MAX] = "";

	if (maker->sight)
		snprintf(kept, sizeof kept, "the one kept is %s", maker->sight->previous);
	add_stop(maker, false);
	add_policy(maker, DOCKER_HOLD, as_seen(maker, before), maker->name, "no");
	add_rename(maker, DOCKER_ASIDE, as_seen(maker, before), maker->name, maker->next);
	add_rename(maker, DOCKER_RESTORE, kept, maker->kept, maker->name);
	add_policy(maker, DOCKER_RELEASE, "", maker->name, "always");
	add_rename(maker, DOCKER_SHELVE, "", maker->next, maker->kept);
	add_start(maker, DOCKER_START_NEW, "");
}

static void add_delete(struct maker *maker)
{
	char before[TEXT_MAX];

	add_stop(maker, maker->params->is_forced);
	add(maker, DOCKER_REMOVE, as_seen(maker, before), "it is gone; image and volumes stay", "DELETE /containers/%s",
	    maker->name);
	if (!maker->sight || maker->sight->previous[0])
		add(maker, DOCKER_REMOVE_KEPT, "", "", "DELETE /containers/%s", maker->kept);
}

static int add_verb(struct maker *maker, enum verb verb)
{
	char before[TEXT_MAX];

	as_seen(maker, before);
	switch (verb) {
	case VERB_CREATE:
		add_create(maker);
		return 0;
	case VERB_START:
		add_start(maker, DOCKER_START, before);
		return 0;
	case VERB_STOP:
		add_stop(maker, maker->params->verb == VERB_STOP && maker->params->is_forced);
		return 0;
	case VERB_RESTART:
		add_stop(maker, false);
		add_start(maker, DOCKER_START, before);
		return 0;
	case VERB_SUSPEND:
		add(maker, DOCKER_PAUSE, before, "it is paused", "POST /containers/%s/pause", maker->name);
		return 0;
	case VERB_RESUME:
		add(maker, DOCKER_UNPAUSE, before, "it is running", "POST /containers/%s/unpause", maker->name);
		return 0;
	case VERB_UPGRADE:
		add_upgrade(maker);
		return 0;
	case VERB_ROLLBACK:
		add_rollback(maker);
		return 0;
	case VERB_DELETE:
		add_delete(maker);
		return 0;
	case VERB_CONFIGURE:
	case VERB_COUNT:
		break;
	}
	return -ENOTSUP;
}

// ---- the way back

// Of an upgrade and a rollback: only when it is known which one is the old one.
static int add_way_back(struct maker *maker)
{
	const bool is_upgrade = maker->params->verb == VERB_UPGRADE;
	const bool is_beside = is_upgrade && maker->params->rollout.kind == ROLLOUT_BLUE_GREEN;
	char old[TEXT_MAX];

	if (!maker->id[0])
		return -ENOTSUP;
	snprintf(old, sizeof old, "the old one is %s", maker->id);
	add(maker, DOCKER_UNDO_ASIDE, old, "", "POST /containers/%s/rename?name=%s, unless it is the old one",
	    maker->name, maker->next);
	if (!is_beside)
		add(maker, DOCKER_UNDO_STOP, old, "", "POST /containers/%s/stop", maker->next);
	add(maker, DOCKER_UNDO_RESTORE, old, "", "POST /containers/%s/rename?name=%s", maker->kept, maker->name);
	add_policy(maker, DOCKER_UNDO_RELEASE, old, maker->name, "always");
	if (maker->sight->state != LIFECYCLE_STOPPED && maker->sight->state != LIFECYCLE_DEPLOYED)
		add_start(maker, DOCKER_UNDO_START, old);
	if (is_beside)
		add(maker, DOCKER_UNDO_STOP, old, "", "POST /containers/%s/stop", maker->next);
	if (is_upgrade) {
		add(maker, DOCKER_UNDO_REMOVE, old, "", "DELETE /containers/%s", maker->next);
		return 0;
	}
	add_policy(maker, DOCKER_UNDO_HOLD, old, maker->next, "no");
	add_rename(maker, DOCKER_UNDO_SHELVE, old, maker->next, maker->kept);
	return 0;
}

static int add_undo(struct maker *maker)
{
	switch (maker->params->verb) {
	case VERB_CREATE:
		add(maker, DOCKER_UNDO_CREATE, "this operation has made it", "it is gone", "DELETE /containers/%s",
		    maker->name);
		return 0;
	case VERB_START:
	case VERB_STOP:
	case VERB_SUSPEND:
	case VERB_RESUME:
		maker->sight = NULL; // what is taken back has changed the instance
		return add_verb(maker, maker->params->verb == VERB_START     ? VERB_STOP
				       : maker->params->verb == VERB_STOP    ? VERB_START
				       : maker->params->verb == VERB_SUSPEND ? VERB_RESUME
									     : VERB_SUSPEND);
	case VERB_UPGRADE:
	case VERB_ROLLBACK:
		return add_way_back(maker);
	default:
		return -ENOTSUP;
	}
}

// ---- what cannot be done

static int refuse(struct maker *maker, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int refuse(struct maker *maker, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(maker->out->why, sizeof maker->out->why, format, args);
	va_end(args);
	(void)text_trim(maker->out->why);
	return -ENOTSUP;
}

static int check_image(struct maker *maker, const struct docker_memory *memory)
{
	const struct operation_params *params = maker->params;
	const char *now = params->verb == VERB_UPGRADE && maker->sight ? maker->sight->version : "";

	if (!params->version[0])
		return refuse(maker, "no image was named");
	if (docker_image_of(params->version, now, &maker->image) < 0)
		return refuse(maker, "%.100s is no image", params->version);
	maker->image_id = docker_recall_image(memory, maker->image.lookup);
	if (maker->image_id && !maker->image_id[0])
		return refuse(maker, "there is no image %.100s: pull it first", maker->image.reference);
	if (maker->image_id && docker_version_is(now, maker->image_id))
		return refuse(maker, "it has that image already");
	return 0;
}

static int check_upgrade(struct maker *maker)
{
	const struct docker_known *known = maker->known;

	if (!known)
		return 0;
	if (known->why_not_copied[0])
		return refuse(maker, "it cannot be replaced: %s", known->why_not_copied);
	if (maker->params->rollout.kind == ROLLOUT_BLUE_GREEN && known->why_not_beside[0])
		return refuse(maker, "no second one can run beside it: %s", known->why_not_beside);
	return 0;
}

static int check(struct maker *maker, const struct docker_memory *memory)
{
	const enum verb verb = maker->params->verb;
	int r = 0;

	if (maker->sight && maker->sight->exists == (verb == VERB_CREATE))
		return refuse(maker, "there is %s container %s", maker->sight->exists ? "already a" : "no",
			      maker->name);
	if (verb == VERB_CREATE || verb == VERB_UPGRADE)
		r = check_image(maker, memory);
	if (r == 0 && verb == VERB_UPGRADE)
		r = check_upgrade(maker);
	if (r == 0 && (verb == VERB_UPGRADE || verb == VERB_ROLLBACK) && maker->known && maker->known->has_next)
		r = refuse(maker, "there is a container %s already: remove it first", maker->next);
	if (r == 0 && (verb == VERB_RESTART || verb == VERB_ROLLBACK) && maker->known && maker->known->is_self_removing)
		r = refuse(maker, "it removes itself when it stops");
	if (r == 0 && verb == VERB_ROLLBACK && maker->sight && !maker->sight->previous[0])
		r = refuse(maker, "there is no container %s to go back to", maker->kept);
	return r;
}

int docker_recipe(const struct docker_memory *memory, const struct agent *agent, const struct operation_params *params,
		  const struct driver_sight *sight, bool is_undo, struct driver_recipe *out)
{
	struct maker maker = { .out = out, .name = agent->control_target, .sight = sight, .params = params };
	int r;

	out->why[0] = '\0';
	if ((size_t)params->verb >= VERB_COUNT || !(docker_verbs(agent) & 1U << params->verb))
		return refuse(&maker, "%s",
			      docker_verbs(agent) ? "a container has no such thing" : "no container is named for it");
	docker_name(DOCKER_NEXT, maker.name, maker.next);
	docker_name(DOCKER_KEPT, maker.name, maker.kept);
	maker.known = docker_recall(memory, maker.name);
	if (sight && sight->exists && strlen(sight->instance) >= DOCKER_SHORT_ID)
		memcpy(maker.id, sight->instance, DOCKER_SHORT_ID);
	r = check(&maker, memory);
	if (r < 0)
		return r;
	return is_undo ? add_undo(&maker) : add_verb(&maker, params->verb);
}
