// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "opscon/feed.h"

static const char *const names[REQUEST_TYPE_COUNT] = {
	[REQUEST_WATCH] = "watch",
	[REQUEST_UNWATCH] = "unwatch",
	[REQUEST_PROBE_NOW] = "probe_now",
	[REQUEST_ALERT_ACK] = "alert_ack",
	[REQUEST_ALERT_UNACK] = "alert_unack",
	[REQUEST_ALERT_SNOOZE] = "alert_snooze",
	[REQUEST_ALERT_NOTE] = "alert_note",
	[REQUEST_MAINTENANCE] = "maintenance",
	[REQUEST_PIN] = "pin",
	[REQUEST_UNPIN] = "unpin",
	[REQUEST_SHRINK_ACCEPT] = "shrink_accept",
	[REQUEST_SHRINK_REFUSE] = "shrink_refuse",
	[REQUEST_PLAN] = "plan",
	[REQUEST_SUBMIT] = "submit",
	[REQUEST_OPERATION_PAUSE] = "operation_pause",
	[REQUEST_OPERATION_RESUME] = "operation_resume",
	[REQUEST_OPERATION_ABORT] = "operation_abort",
	[REQUEST_OPERATION_ROLLBACK] = "operation_rollback",
	[REQUEST_PAUSE_ALL] = "pause_all",
	[REQUEST_OBSERVE] = "observe",
	[REQUEST_AUDIT_LIST] = "audit_list",
	[REQUEST_AUDIT_CLOSE] = "audit_close",
	[REQUEST_AUDIT_VERIFY] = "audit_verify",
	[REQUEST_AUDIT_REOPEN] = "audit_reopen",
	[REQUEST_HISTORY] = "history",
	[REQUEST_LOOK] = "look",
	[REQUEST_PLAN_KEEP] = "plan_keep",
	[REQUEST_PLAN_DROP] = "plan_drop",
	[REQUEST_APPROVE] = "approve",
	[REQUEST_DISAPPROVE] = "disapprove",
	[REQUEST_AUDIT_HASH] = "audit_hash",
};

const char *request_type_name(enum request_type type)
{
	return (size_t)type < REQUEST_TYPE_COUNT ? names[type] : "?";
}

int request_type_from_name(const char *name, enum request_type *out)
{
	for (int i = 0; i < REQUEST_TYPE_COUNT; i++)
		if (strcmp(names[i], name) == 0) {
			*out = (enum request_type)i;
			return 0;
		}
	return -EINVAL;
}
