// SPDX-License-Identifier: Apache-2.0
#include "console/action_words.h"

#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "text/text.h"

enum { VERSION_SHOWN = 40 }; // bytes of a version on a button; whole it stands in the plan

// The most wanted first.
static const struct action actions[ACTION_COUNT] = {
	{ "restart", VERB_RESTART, false, "restart", "Restart", "", "" },
	{ "start", VERB_START, false, "start", "Start", "", "" },
	{ "stop", VERB_STOP, false, "stop", "Stop", "", "" },
	{ "stop_now", VERB_STOP, true, "stop now, forced", "Stop", " now", "" },
	{ "suspend", VERB_SUSPEND, false, "suspend", "Suspend", "", "" },
	{ "resume", VERB_RESUME, false, "resume", "Resume", "", "" },
	{ "upgrade", VERB_UPGRADE, false, "upgrade to a version", "Upgrade", "", "upgrade to version: " },
	{ "rollback", VERB_ROLLBACK, false, "roll back to the version before", "Roll back", "", "" },
	{ "configure", VERB_CONFIGURE, false, "configure: patch", "Configure", "", "patch, as JSON {...}: " },
	{ "create", VERB_CREATE, false, "create", "Create", "", "create at version: " },
	{ "delete", VERB_DELETE, false, "delete", "Delete", "", "" },
};

const struct action *action_at(size_t i)
{
	return &actions[i];
}

const struct action *action_find(const char *id)
{
	for (size_t i = 0; i < ACTION_COUNT; i++)
		if (strcmp(actions[i].id, id) == 0)
			return &actions[i];
	return NULL;
}

const struct action *action_of(const struct operation_params *params)
{
	const struct action *found = &actions[0];

	for (size_t i = 0; i < ACTION_COUNT; i++)
		if (actions[i].verb == params->verb &&
		    (params->verb != VERB_STOP || actions[i].is_forced == params->is_forced))
			found = &actions[i];
	return found;
}

static void add_agents(struct strbuf *text, size_t n)
{
	strbuf_addf(text, "%zu agent%s", n, n == 1 ? "" : "s");
}

// Who it would happen to: the only one by its name.
static void add_targets(struct strbuf *text, const struct plan *plan)
{
	const char *name = "";
	size_t n = 0;

	for (size_t i = 0; i < plan->n_targets; i++) {
		if (*plan->targets[i].refusal)
			continue;
		name = plan->targets[i].name;
		n++;
	}
	if (n == 1)
		strbuf_addf(text, "%.*s", text_fit(name, VERSION_SHOWN), name);
	else
		add_agents(text, n);
}

char *action_button(const struct plan *plan, char out[ACTION_WORDS_MAX])
{
	const struct action *action = action_of(&plan->params);
	const char *version = plan->params.version;
	struct strbuf text;

	strbuf_init(&text, out, ACTION_WORDS_MAX);
	strbuf_addf(&text, "%s ", action->button);
	add_targets(&text, plan);
	strbuf_add(&text, action->button_end);
	if (version && *version)
		strbuf_addf(&text, " %s %.*s", plan->params.verb == VERB_CREATE ? "at" : "to",
			    text_fit(version, VERSION_SHOWN), version);
	return out;
}

char *action_request_button(enum request_type type, const struct operation *operation, char out[ACTION_WORDS_MAX])
{
	size_t n = operation->plan->n_targets, n_untouched = operation->n_by_state[TARGET_PENDING];
	size_t n_settled =
		n_untouched + operation->n_by_state[TARGET_SKIPPED] + operation->n_by_state[TARGET_ROLLED_BACK];
	struct strbuf text;

	strbuf_init(&text, out, ACTION_WORDS_MAX);
	if (type == REQUEST_OPERATION_RESUME) {
		strbuf_add(&text, "Go on with ");
		add_agents(&text, n - operation->n_by_state[TARGET_DONE] - operation->n_by_state[TARGET_SKIPPED]);
	} else if (type == REQUEST_OPERATION_ABORT) {
		strbuf_add(&text, "Abort, and leave ");
		add_agents(&text, n_untouched);
		strbuf_add(&text, " as they are");
	} else {
		strbuf_add(&text, "Roll back ");
		add_agents(&text, n - n_settled);
	}
	return out;
}
