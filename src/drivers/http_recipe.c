// SPDX-License-Identifier: Apache-2.0
#include "drivers/http_recipe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "drivers/control_answer.h"
#include "formats/json.h"
#include "formats/json_writer.h"

enum { SECOND = 1000 };

static const struct {
	const char *label, *method, *path, *after;
	uint32_t timeout_ms;
	int undo; // the verb that takes it back; -1: nothing does
} verbs[VERB_COUNT] = {
	[VERB_CREATE] = { "Create", "POST", "create", "it exists", 300 * SECOND, -1 },
	[VERB_START] = { "Start", "POST", "start", "it is running", 60 * SECOND, VERB_STOP },
	[VERB_STOP] = { "Stop", "POST", "stop", "it is stopped", 60 * SECOND, VERB_START },
	[VERB_RESTART] = { "Restart", "POST", "restart", "it is running as another instance", 120 * SECOND, -1 },
	[VERB_SUSPEND] = { "Suspend", "POST", "suspend", "it is suspended", 60 * SECOND, VERB_RESUME },
	[VERB_RESUME] = { "Resume", "POST", "resume", "it is running", 60 * SECOND, VERB_SUSPEND },
	[VERB_UPGRADE] = { "Upgrade", "POST", "upgrade", "it is running the version", 300 * SECOND, VERB_ROLLBACK },
	[VERB_ROLLBACK] = { "Roll back", "POST", "rollback", "it is running the version before", 300 * SECOND, -1 },
	[VERB_DELETE] = { "Delete", "POST", "delete", "it is gone", 120 * SECOND, -1 },
	[VERB_CONFIGURE] = { "Configure", "PATCH", "config", "the configuration is in force", 60 * SECOND, -1 },
};

int http_primitive_verb(uint16_t primitive, enum verb *out)
{
	if (primitive < PRIMITIVE_DRIVER || primitive >= PRIMITIVE_DRIVER + VERB_COUNT)
		return -EINVAL;
	*out = (enum verb)(primitive - PRIMITIVE_DRIVER);
	return 0;
}

const char *http_verb_method(enum verb verb)
{
	return verbs[verb].method;
}

const char *http_verb_path(enum verb verb)
{
	return verbs[verb].path;
}

static bool is_object(const char *text)
{
	struct json_value *document = NULL;
	bool is = json_parse(text, strlen(text), &document, NULL) == 0 && json_kind(document) == JSON_OBJECT;

	json_free(document);
	return is;
}

int http_verb_body(enum verb verb, const struct operation_params *params, struct bytes *out)
{
	struct json_writer w;

	if (verb == VERB_CONFIGURE)
		return is_object(params->patch) ? bytes_add(out, params->patch, strlen(params->patch)) : -EINVAL;
	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	if (verb == params->verb && params->version[0]) // what takes a verb back is told nothing of it
		json_text(&w, "version", params->version);
	if (verb == VERB_STOP && params->is_forced)
		json_bool(&w, "force", true);
	if (params->reason[0])
		json_text(&w, "reason", params->reason);
	json_close(&w, '}');
	return w.error;
}

// Why the verb cannot be asked for with what is known; NULL when it can.
static const char *obstacle(int verb, const struct operation_params *params, const struct driver_sight *sight,
			    bool is_undo)
{
	if (verb < 0)
		return "nothing takes that back";
	if (verb == VERB_UPGRADE && !params->version[0])
		return "no version to upgrade to was given";
	if (verb == VERB_CONFIGURE && !is_object(params->patch))
		return "the patch is no JSON object";
	// An upgrade leaves a version to go back to; without one there must be one already.
	if (verb == VERB_ROLLBACK && !is_undo && sight && !sight->previous[0])
		return "there is no version to go back to";
	return NULL;
}

static void add_step(enum verb verb, const char *url, const struct operation_params *params,
		     const struct driver_sight *sight, struct driver_recipe *out)
{
	bool is_own = verb == params->verb; // and no undo
	char action[CONTROL_URL_MAX + DRIVER_VERSION_MAX + 40], before[DRIVER_INSTANCE_MAX + 40] = "";

	if (sight && sight->instance[0] && is_own)
		snprintf(before, sizeof before, "it is instance %s", sight->instance);
	snprintf(action, sizeof action, "%s %s%s%s", verbs[verb].method, url,
		 is_own && params->version[0] ? ", version " : "", is_own ? params->version : "");
	driver_recipe_add(out, &(struct plan_step){
				       .label = verbs[verb].label,
				       .precondition = before,
				       .action = action,
				       .postcondition = verbs[verb].after,
				       .timeout_ms = verbs[verb].timeout_ms,
				       .primitive = http_primitive(verb),
				       .is_mutating = true,
			       });
}

int http_recipe(const struct driver *driver, const struct agent *agent, const struct operation_params *params,
		const struct driver_sight *sight, bool is_undo, struct driver_recipe *out)
{
	char url[CONTROL_URL_MAX];
	const char *why;
	int verb;

	(void)driver;
	if ((size_t)params->verb >= VERB_COUNT || !agent->control_url)
		return -ENOTSUP;
	verb = is_undo ? verbs[params->verb].undo : (int)params->verb;
	why = obstacle(verb, params, sight, is_undo);
	if (!why && control_url(agent->control_url, verbs[verb].path, url) < 0)
		why = "the address of its control endpoint is too long";
	if (why) {
		snprintf(out->why, sizeof out->why, "%s", why);
		return -ENOTSUP;
	}
	add_step((enum verb)verb, url, params, sight, out);
	return 0;
}
