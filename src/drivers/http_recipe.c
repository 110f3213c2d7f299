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

// Whether the verb can be asked for with what is known.
static bool is_possible(enum verb verb, const struct operation_params *params, const struct driver_sight *sight,
			bool is_undo)
{
	if (verb == VERB_UPGRADE && !params->version[0])
		return false;
	if (verb == VERB_CONFIGURE && !is_object(params->patch))
		return false;
	// An upgrade leaves a version to go back to; without one there must be one already.
	return verb != VERB_ROLLBACK || is_undo || !sight || sight->previous[0];
}

int http_recipe(const struct driver *driver, const struct agent *agent, const struct operation_params *params,
		const struct driver_sight *sight, bool is_undo, struct driver_recipe *out)
{
	int undo = (size_t)params->verb < VERB_COUNT ? verbs[params->verb].undo : -1;
	enum verb verb = is_undo ? (enum verb)undo : params->verb;
	char url[CONTROL_URL_MAX], action[CONTROL_URL_MAX + 300], before[DRIVER_INSTANCE_MAX + 40] = "";

	(void)driver;
	if ((size_t)params->verb >= VERB_COUNT || (is_undo && undo < 0) || !agent->control_url ||
	    !is_possible(verb, params, sight, is_undo))
		return -ENOTSUP;
	if (control_url(agent->control_url, verbs[verb].path, url) < 0)
		return -ENOTSUP;
	if (sight && sight->instance[0] && !is_undo)
		snprintf(before, sizeof before, "it is instance %s", sight->instance);
	snprintf(action, sizeof action, "%s %s%s%s", verbs[verb].method, url,
		 verb == params->verb && params->version[0] ? ", version " : "",
		 verb == params->verb ? params->version : "");
	driver_recipe_add(out, &(struct plan_step){
				       .label = verbs[verb].label,
				       .precondition = before,
				       .action = action,
				       .postcondition = verbs[verb].after,
				       .timeout_ms = verbs[verb].timeout_ms,
				       .primitive = http_primitive(verb),
				       .is_mutating = true,
			       });
	return 0;
}
