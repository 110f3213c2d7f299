// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "opscon/audit.h"

static const char *const phases[AUDIT_PHASE_COUNT] = {
	[AUDIT_REQUEST] = "request", [AUDIT_DECISION] = "decision", [AUDIT_INTENT] = "intent",
	[AUDIT_RESULT] = "result",   [AUDIT_END] = "end",           [AUDIT_EVENT] = "event",
	[AUDIT_SEGMENT] = "segment",
};

static const char *const actions[AUDIT_ACTION_COUNT] = {
	[AUDIT_CREATE] = "create", [AUDIT_UPDATE] = "update",
	[AUDIT_DELETE] = "delete", [AUDIT_START] = "start",
	[AUDIT_STOP] = "stop",     [AUDIT_RESTART] = "restart",
	[AUDIT_LOGIN] = "login",   [AUDIT_LOGOUT] = "logout",
	[AUDIT_ACCESS] = "access", [AUDIT_MODIFY_CONFIG] = "modify_config",
};

static const char *const levels[AUDIT_LEVEL_COUNT] = {
	[AUDIT_INFO] = "info",
	[AUDIT_WARNING] = "warning",
	[AUDIT_ERROR] = "error",
	[AUDIT_CRITICAL] = "critical",
};

static const char *const results[AUDIT_RESULT_COUNT] = {
	[AUDIT_PENDING] = "pending",
	[AUDIT_SUCCESS] = "success",
	[AUDIT_FAILURE] = "failure",
	[AUDIT_REFUSED] = "refused",
	[AUDIT_INDETERMINATE] = "indeterminate",
};

static int find(const char *const *names, int n, const char *name)
{
	int i = 0;

	while (i < n && strcmp(names[i], name) != 0)
		i++;
	return i;
}

const char *audit_phase_name(enum audit_phase phase)
{
	return phases[phase];
}

const char *audit_action_name(enum audit_action action)
{
	return actions[action];
}

const char *audit_level_name(enum audit_level level)
{
	return levels[level];
}

const char *audit_result_name(enum audit_result result)
{
	return results[result];
}

enum audit_phase audit_phase_from_name(const char *name)
{
	return (enum audit_phase)find(phases, AUDIT_PHASE_COUNT, name);
}

enum audit_action audit_action_from_name(const char *name)
{
	return (enum audit_action)find(actions, AUDIT_ACTION_COUNT, name);
}

enum audit_level audit_level_from_name(const char *name)
{
	return (enum audit_level)find(levels, AUDIT_LEVEL_COUNT, name);
}

enum audit_result audit_result_from_name(const char *name)
{
	return (enum audit_result)find(results, AUDIT_RESULT_COUNT, name);
}
