// SPDX-License-Identifier: Apache-2.0
/* What is greyed because the hub would refuse it: by our role, which our presence tells, and by the agents that our
 * rights are limited to.
 */
#include <stdio.h>
#include <string.h>

#include "console/state.h"
#include "opscon/role_need.h"
#include "text/text.h"

// ---- scopes

static void forget(struct hub_limits *limits)
{
	for (size_t i = 0; i < limits->n; i++)
		selector_free(limits->scopes[i].selector);
	limits->n = 0;
}

void console_forget_limits(struct console *console)
{
	for (size_t i = 0; i < FLEET_HUBS_MAX; i++)
		forget(&console->limits[i]);
}

void console_set_limits(struct console *console, uint8_t hub, const char *const *scopes, size_t n)
{
	static const char deny[] = "deny ", allow[] = "allow ";
	struct hub_limits *limits;
	char why[8];

	if (hub == 0 || hub > FLEET_HUBS_MAX)
		return;
	limits = &console->limits[hub - 1];
	forget(limits);
	for (size_t i = 0; i < n && limits->n < HUB_SCOPES_MAX; i++) {
		bool is_deny = strncmp(scopes[i], deny, sizeof deny - 1) == 0;
		bool is_allow = strncmp(scopes[i], allow, sizeof allow - 1) == 0;
		const char *text = scopes[i] + (is_deny ? sizeof deny : sizeof allow) - 1;

		limits->scopes[limits->n].is_deny = is_deny;
		if ((is_deny || is_allow) &&
		    selector_parse(text, &limits->scopes[limits->n].selector, why, sizeof why) == 0)
			limits->n++;
	}
	console_refresh_actions(console);
	console->is_dirty = true;
}

static bool is_in_scope(const struct console *console, const struct fleet_agent *agent)
{
	uint8_t hub = fleet_origin(console->fleet, agent->agent->id);
	const struct hub_limits *limits = hub && hub <= FLEET_HUBS_MAX ? &console->limits[hub - 1] : NULL;

	for (size_t i = 0; limits && i < limits->n; i++)
		if (selector_matches(limits->scopes[i].selector, agent->agent) == limits->scopes[i].is_deny)
			return false;
	return true;
}

// ---- the fleet as a whole: what any of the hubs would let us do

static enum role best_role(const struct console *console, bool *is_limited)
{
	enum role best = ROLE_NONE, role;

	*is_limited = true;
	for (size_t i = 0; i < fleet_n_presence(console->fleet); i++) {
		const struct fleet_presence *own = fleet_presence_at(console->fleet, i);

		if (!own->is_own || role_from_name(own->role, &role) < 0)
			continue;
		best = role > best ? role : best;
		*is_limited &= own->origin && own->origin <= FLEET_HUBS_MAX && console->limits[own->origin - 1].n;
	}
	return best;
}

// ----

const char *console_not_allowed(const struct console *console, const struct request *request, enum verb verb,
				const char *what, char out[NOT_ALLOWED_MAX])
{
	const struct fleet_agent *agent = request->agent ? fleet_agent(console->fleet, request->agent) : NULL;
	struct role_need need = role_for_request(request->type, verb);
	bool is_limited = false;
	enum role role;

	out[0] = '\0';
	if (request->agent && role_from_name(fleet_role(console->fleet, request->agent), &role) < 0)
		return out; // nobody has said
	if (!request->agent && (role = best_role(console, &is_limited)) == ROLE_NONE)
		return out;
	if (role < need.role)
		snprintf(out, NOT_ALLOWED_MAX, "your role %s does not allow to %.100s", role_name(role), what);
	else if (need.is_scoped && agent && !is_in_scope(console, agent))
		snprintf(out, NOT_ALLOWED_MAX, "agent outside your scope");
	else if (need.is_scoped && is_limited)
		snprintf(out, NOT_ALLOWED_MAX, "the whole fleet is outside your scope");
	return out;
}

const char *console_plan_not_allowed(const struct console *console, enum request_type type, const struct plan *plan,
				     const char *what, char out[NOT_ALLOWED_MAX])
{
	out[0] = '\0';
	for (size_t i = 0; i < plan->n_targets && !*out; i++)
		console_not_allowed(console, &(struct request){ .type = type, .agent = plan->targets[i].agent },
				    plan->params.verb, what, out);
	return out;
}

// ---- commands

static const struct {
	enum command command;
	enum request_type type;
	const char *what; // "your role viewer does not allow to ..."
} asks[] = {
	{ COMMAND_ABORT, REQUEST_OPERATION_ABORT, "abort" },
	{ COMMAND_ACK, REQUEST_ALERT_ACK, "acknowledge" },
	{ COMMAND_ANSWER, REQUEST_SHRINK_REFUSE, "answer" },
	{ COMMAND_HOLD, REQUEST_OPERATION_PAUSE, "pause it" },
	{ COMMAND_MAINTENANCE, REQUEST_MAINTENANCE, "begin or end maintenance" },
	{ COMMAND_NOTE, REQUEST_ALERT_NOTE, "write notes" },
	{ COMMAND_PAUSE_ALL, REQUEST_PAUSE_ALL, "pause all" },
	{ COMMAND_PIN, REQUEST_PIN, "pin" },
	{ COMMAND_PROBE, REQUEST_PROBE_NOW, "probe" },
	{ COMMAND_REOPEN_AUDIT, REQUEST_AUDIT_REOPEN, "reopen the audit trail" },
	{ COMMAND_ROLL_BACK, REQUEST_OPERATION_ROLLBACK, "roll back" },
	{ COMMAND_SNOOZE, REQUEST_ALERT_SNOOZE, "snooze" },
};

static const char *about_operation(const struct console *console, enum request_type type, const char *what,
				   char out[NOT_ALLOWED_MAX])
{
	const struct operation *operation = console->view.screen == SCREEN_OPERATIONS
						    ? fleet_operation(console->fleet, console->view.operations.no)
						    : NULL;

	if (operation && type == REQUEST_OPERATION_PAUSE && operation->state == OPERATION_PAUSED) {
		type = REQUEST_OPERATION_RESUME;
		what = "go on with it";
	}
	return operation ? console_plan_not_allowed(console, type, operation->plan, what, out) : out;
}

static const char *about_alert(const struct console *console, enum request_type type, const char *what,
			       char out[NOT_ALLOWED_MAX])
{
	const struct alert *alert = fleet_alert(console->fleet, console_alert_here(console));

	return alert ? console_not_allowed(console, &(struct request){ .type = type, .agent = alert->agent },
					   VERB_COUNT, what, out)
		     : out;
}

const char *console_command_not_allowed(const struct console *console, enum command command, char out[NOT_ALLOWED_MAX])
{
	const struct view *view = &console->view;
	const char *what = "";
	struct request request = { .type = REQUEST_TYPE_COUNT };

	out[0] = '\0';
	for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++)
		if (asks[i].command == command) {
			request.type = asks[i].type;
			what = asks[i].what;
		}
	switch (request.type) {
	case REQUEST_TYPE_COUNT:
		return out; // it asks for nothing
	case REQUEST_OPERATION_ABORT:
	case REQUEST_OPERATION_PAUSE:
	case REQUEST_OPERATION_ROLLBACK:
		return about_operation(console, request.type, what, out);
	case REQUEST_ALERT_ACK:
	case REQUEST_ALERT_NOTE:
	case REQUEST_ALERT_SNOOZE:
		return about_alert(console, request.type, what, out);
	case REQUEST_SHRINK_REFUSE:
		if (!fleet_question(console->fleet))
			return out;
		break;
	case REQUEST_MAINTENANCE:
	case REQUEST_PIN:
	case REQUEST_PROBE_NOW:
		request.agent = view->screen == SCREEN_OVERVIEW ? view->selected : view->agent;
		break;
	default:
		break;
	}
	return console_not_allowed(console, &request, VERB_COUNT, what, out);
}
