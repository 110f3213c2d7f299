// SPDX-License-Identifier: Apache-2.0
// Who may what, by the table of model/role.c and the scopes. What is none of its requests nobody may.
#include <errno.h>
#include <stdio.h>

#include "hub/access_internal.h"
#include "opscon/role_need.h"

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
	struct role_need need = role_for_request(type, about->verb);

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
