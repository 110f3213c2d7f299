// SPDX-License-Identifier: Apache-2.0
/* The table of who may what. It names every request and every verb, without a default: one that is added does not
 * compile until somebody has said who may ask for it. What is none of them nobody may.
 */
#include <errno.h>
#include <stdio.h>

#include "hub/access_internal.h"

// What is asked of somebody: a role, and whether the scopes count.
struct need {
	enum role role; // ROLE_COUNT: nobody
	bool is_scoped;
};

static enum role at_least(enum role role, enum role least)
{
	return role < least ? least : role;
}

static struct need need_of(enum request_type type, enum verb verb)
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
		return (struct need){ ROLE_VIEWER, false };
	case REQUEST_AUDIT_VERIFY:
	case REQUEST_PLAN_KEEP:
		return (struct need){ ROLE_OPERATOR, false };
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
		return (struct need){ ROLE_OPERATOR, true };
	case REQUEST_PLAN:
	case REQUEST_SUBMIT:
	case REQUEST_APPROVE:
	case REQUEST_DISAPPROVE:
	case REQUEST_OPERATION_RESUME: // goes on with what it does
		return (struct need){ role_for_verb(verb), true };
	case REQUEST_OPERATION_ROLLBACK:
		return (struct need){ at_least(role_for_verb(verb), ROLE_DEPLOYER), true };
	case REQUEST_SHRINK_ACCEPT:
	case REQUEST_SHRINK_REFUSE:
	case REQUEST_AUDIT_REOPEN:
		return (struct need){ ROLE_ADMIN, true };
	case REQUEST_TYPE_COUNT:
		break;
	}
	return (struct need){ ROLE_COUNT, true };
}

static bool has_verb(enum request_type type)
{
	return type == REQUEST_PLAN || type == REQUEST_SUBMIT || type == REQUEST_APPROVE ||
	       type == REQUEST_DISAPPROVE || type == REQUEST_OPERATION_RESUME || type == REQUEST_OPERATION_ROLLBACK;
}

static int refuse_role(const struct access_identity *identity, enum request_type type, enum verb verb, enum role needed,
		       char why[ACCESS_WHY_MAX])
{
	char what[64];

	if (has_verb(type) && (size_t)verb < VERB_COUNT)
		snprintf(what, sizeof what, "%s (%s)", request_type_name(type), verb_name(verb));
	else
		snprintf(what, sizeof what, "%s", request_type_name(type));
	if (needed == ROLE_COUNT)
		snprintf(why, ACCESS_WHY_MAX, "%s is not allowed to anybody", what);
	else
		snprintf(why, ACCESS_WHY_MAX, "%s is not allowed to %s; expected %s", what, role_words(identity->role),
			 role_name(needed));
	return -EPERM;
}

// Deny wins, and every allow must be satisfied. The fleet as a whole is inside no limits.
static int judge_scopes(const struct access_identity *identity, const struct access_about *about,
			char why[ACCESS_WHY_MAX])
{
	if (!identity->n_scopes)
		return 0;
	if (about->n_agents == 0 || about->n_gone) {
		snprintf(why, ACCESS_WHY_MAX, "%s may do this to some agents only, and %s", identity->name,
			 about->n_gone ? "one of these is not known any more" : "it is about the whole fleet");
		return -EPERM;
	}
	for (size_t i = 0; i < about->n_agents; i++)
		for (size_t k = 0; k < identity->n_scopes; k++) {
			const struct access_scope *scope = &identity->scopes[k];

			if (selector_matches(scope->selector, about->agents[i]) != scope->is_deny)
				continue;
			snprintf(why, ACCESS_WHY_MAX, "%.80s is not among the agents of %.60s (%s %.40s)",
				 about->agents[i]->name, identity->name, scope->is_deny ? "deny" : "allow",
				 scope->text);
			return -EPERM;
		}
	return 0;
}

int access_decide(const struct access_identity *identity, enum request_type type, const struct access_about *about,
		  char why[ACCESS_WHY_MAX])
{
	struct need need = need_of(type, about->verb);

	why[0] = '\0';
	// Of what is gone nobody knows the verb; that it is gone is said to who may operate anything.
	if (about->is_missing && has_verb(type) && need.role == ROLE_COUNT)
		need.role = ROLE_OPERATOR;
	if (identity->role <= ROLE_NONE || identity->role >= ROLE_COUNT || identity->role < need.role)
		return refuse_role(identity, type, about->verb, need.role, why);
	if (about->is_missing && need.is_scoped) {
		snprintf(why, ACCESS_WHY_MAX, "what it is about is not there any more");
		return -ENOENT;
	}
	return need.is_scoped ? judge_scopes(identity, about, why) : 0;
}
