// SPDX-License-Identifier: Apache-2.0
/* The words of operations. */
#include <errno.h>
#include <stddef.h>
#include <strings.h>

#include "opscon/driver.h"
#include "opscon/operation.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NAME(table, value) ((size_t)(value) < COUNT(table) ? (table)[value] : "?")

static int find(const char *const *table, size_t n, const char *word)
{
	for (size_t i = 0; word && i < n; i++)
		if (strcasecmp(table[i], word) == 0)
			return (int)i;
	return -EINVAL;
}

// 0 with the index, or -EINVAL.
static int read_word(const char *const *table, size_t n, const char *word, int *out)
{
	int i = find(table, n, word);

	if (i >= 0)
		*out = i;
	return i < 0 ? i : 0;
}

static const char *const verbs[VERB_COUNT] = {
	[VERB_CREATE] = "create",       [VERB_START] = "start",       [VERB_STOP] = "stop",
	[VERB_RESTART] = "restart",     [VERB_SUSPEND] = "suspend",   [VERB_RESUME] = "resume",
	[VERB_UPGRADE] = "upgrade",     [VERB_ROLLBACK] = "rollback", [VERB_DELETE] = "delete",
	[VERB_CONFIGURE] = "configure",
};

const char *verb_name(enum verb verb)
{
	return NAME(verbs, verb);
}

int verb_from_name(const char *name, enum verb *out)
{
	int i = 0, r = read_word(verbs, COUNT(verbs), name, &i);

	if (r == 0)
		*out = (enum verb)i;
	return r;
}

static const char *const done[VERB_COUNT] = {
	[VERB_CREATE] = "created",       [VERB_START] = "started",        [VERB_STOP] = "stopped",
	[VERB_RESTART] = "restarted",    [VERB_SUSPEND] = "suspended",    [VERB_RESUME] = "resumed",
	[VERB_UPGRADE] = "upgraded",     [VERB_ROLLBACK] = "rolled back", [VERB_DELETE] = "deleted",
	[VERB_CONFIGURE] = "configured",
};

const char *verb_past(enum verb verb)
{
	return NAME(done, verb);
}

static const char *const provisionings[PROVISIONING_COUNT] = {
	[PROVISIONING_PENDING] = "pending",     [PROVISIONING_CREATING] = "creating",
	[PROVISIONING_STARTING] = "starting",   [PROVISIONING_RUNNING] = "running",
	[PROVISIONING_STOPPING] = "stopping",   [PROVISIONING_STOPPED] = "stopped",
	[PROVISIONING_UPGRADING] = "upgrading", [PROVISIONING_FAILED] = "failed",
	[PROVISIONING_DELETING] = "deleting",   [PROVISIONING_DELETED] = "deleted",
};

const char *provisioning_name(enum provisioning status)
{
	return NAME(provisionings, status);
}

int provisioning_from_name(const char *name, enum provisioning *out)
{
	int i = 0, r = read_word(provisionings, COUNT(provisionings), name, &i);

	if (r == 0)
		*out = (enum provisioning)i;
	return r;
}

static const char *const rollout_kinds[ROLLOUT_KIND_COUNT] = {
	[ROLLOUT_ROLLING] = "rolling",
	[ROLLOUT_CANARY] = "canary",
	[ROLLOUT_BLUE_GREEN] = "blue-green",
};

const char *rollout_kind_name(enum rollout_kind kind)
{
	return NAME(rollout_kinds, kind);
}

int rollout_kind_from_name(const char *name, enum rollout_kind *out)
{
	int i = 0, r = read_word(rollout_kinds, COUNT(rollout_kinds), name, &i);

	if (r == 0)
		*out = (enum rollout_kind)i;
	return r;
}

static const char *const rollout_figures[ROLLOUT_FIGURE_COUNT] = {
	[ROLLOUT_FIGURE_KIND] = "kind",
	[ROLLOUT_FIGURE_BATCH] = "batch",
	[ROLLOUT_FIGURE_MAX_UNAVAILABLE] = "max_unavailable",
	[ROLLOUT_FIGURE_WAIT] = "wait_ms",
	[ROLLOUT_FIGURE_MIN_HEALTHY] = "min_healthy_ms",
	[ROLLOUT_FIGURE_VERIFY] = "verify_ms",
	[ROLLOUT_FIGURE_CANARY] = "canary_percent",
	[ROLLOUT_FIGURE_ERROR_SHARE] = "max_error_share",
	[ROLLOUT_FIGURE_LATENCY_GROWTH] = "max_latency_growth",
	[ROLLOUT_FIGURE_ROLLS_BACK] = "rolls_back",
};

const char *rollout_figure_name(enum rollout_figure figure)
{
	return NAME(rollout_figures, figure);
}

static const char *const guards[GUARD_COUNT] = {
	[GUARD_VIEW] = "view",           [GUARD_REVERSIBLE] = "reversible", [GUARD_CONFIRM] = "confirm",
	[GUARD_TYPE_NAME] = "type-name", [GUARD_REASON] = "reason",
};

const char *guard_name(enum guard guard)
{
	return NAME(guards, guard);
}

int guard_from_name(const char *name, enum guard *out)
{
	int i = 0, r = read_word(guards, COUNT(guards), name, &i);

	if (r == 0)
		*out = (enum guard)i;
	return r;
}

static const char *const operation_states[OPERATION_STATE_COUNT] = {
	[OPERATION_QUEUED] = "queued",
	[OPERATION_RUNNING] = "running",
	[OPERATION_PAUSED] = "paused",
	[OPERATION_ROLLING_BACK] = "rolling back",
	[OPERATION_SUCCEEDED] = "succeeded",
	[OPERATION_FAILED] = "failed",
	[OPERATION_ROLLED_BACK] = "rolled back",
	[OPERATION_ABORTED] = "aborted",
	[OPERATION_INDETERMINATE] = "indeterminate",
};

const char *operation_state_name(enum operation_state state)
{
	return NAME(operation_states, state);
}

int operation_state_from_name(const char *name, enum operation_state *out)
{
	int i = 0, r = read_word(operation_states, COUNT(operation_states), name, &i);

	if (r == 0)
		*out = (enum operation_state)i;
	return r;
}

bool operation_is_over(enum operation_state state)
{
	return state >= OPERATION_SUCCEEDED;
}

static const char *const target_states[TARGET_STATE_COUNT] = {
	[TARGET_PENDING] = "pending",
	[TARGET_RUNNING] = "running",
	[TARGET_VERIFYING] = "verifying",
	[TARGET_DONE] = "done",
	[TARGET_FAILED] = "failed",
	[TARGET_SKIPPED] = "skipped",
	[TARGET_ROLLING_BACK] = "rolling back",
	[TARGET_ROLLED_BACK] = "rolled back",
	[TARGET_INDETERMINATE] = "indeterminate",
};

const char *target_state_name(enum target_state state)
{
	return NAME(target_states, state);
}

int target_state_from_name(const char *name, enum target_state *out)
{
	int i = 0, r = read_word(target_states, COUNT(target_states), name, &i);

	if (r == 0)
		*out = (enum target_state)i;
	return r;
}

static const char *const outcomes[] = {
	[DRIVER_DONE] = "done",
	[DRIVER_REFUSED] = "refused",
	[DRIVER_FAILED] = "failed",
	[DRIVER_UNKNOWN] = "unknown",
};

const char *driver_outcome_name(enum driver_outcome outcome)
{
	return NAME(outcomes, outcome);
}
