// SPDX-License-Identifier: Apache-2.0
/* The table of who may what. It names every request and every verb, without a default: one that is added does not
 * compile until somebody has said who may ask for it. The hub decides by it, and a console knows by it what to grey.
 */
#include "opscon/role_need.h"

static enum role at_least(enum role role, enum role least)
{
	return role < least ? least : role;
}

struct role_need role_for_request(enum request_type type, enum verb verb)
{
	switch (type) {
	case REQUEST_WATCH:
	case REQUEST_UNWATCH:
	case REQUEST_HISTORY:
	case REQUEST_LOOK:
	case REQUEST_AUDIT_LIST:
	case REQUEST_AUDIT_CLOSE:
	case REQUEST_AUDIT_HASH:
	case REQUEST_PLAN_DROP: // of one's own, which the engine looks at: what was planned is given up
		return (struct role_need){ ROLE_VIEWER, false };
	case REQUEST_AUDIT_VERIFY:
	case REQUEST_PLAN_KEEP:
		return (struct role_need){ ROLE_OPERATOR, false };
	case REQUEST_PROBE_NOW:
	case REQUEST_OBSERVE:
	case REQUEST_ALERT_ACK:
	case REQUEST_ALERT_UNACK:
	case REQUEST_ALERT_SNOOZE:
	case REQUEST_ALERT_NOTE:
	case REQUEST_MAINTENANCE:
	case REQUEST_PIN:
	case REQUEST_UNPIN:
	case REQUEST_OPERATION_PAUSE:
	case REQUEST_OPERATION_ABORT:
	case REQUEST_PAUSE_ALL:
		return (struct role_need){ ROLE_OPERATOR, true };
	case REQUEST_PLAN:
	case REQUEST_SUBMIT:
	case REQUEST_APPROVE:
	case REQUEST_DISAPPROVE:
	case REQUEST_OPERATION_RESUME: // goes on with what it does
		return (struct role_need){ role_for_verb(verb), true };
	case REQUEST_OPERATION_ROLLBACK:
		return (struct role_need){ at_least(role_for_verb(verb), ROLE_DEPLOYER), true };
	case REQUEST_SHRINK_ACCEPT:
	case REQUEST_SHRINK_REFUSE:
	case REQUEST_AUDIT_REOPEN:
		return (struct role_need){ ROLE_ADMIN, true };
	case REQUEST_TYPE_COUNT:
		break;
	}
	return (struct role_need){ ROLE_COUNT, true };
}
