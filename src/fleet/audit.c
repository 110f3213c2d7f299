// SPDX-License-Identifier: Apache-2.0
/* The audit trail as somebody reads it: the page that was asked for last, and how far it was verified. */
#include "fleet/fleet.h"

int fleet_audit_listed(struct fleet *fleet, const struct event *event)
{
	event_unref(fleet->audit_list);
	fleet->audit_list = fleet_keep(event);
	fleet_notify(fleet, FLEET_AUDIT, 0);
	return 0;
}

int fleet_audit_checked(struct fleet *fleet, const struct event *event)
{
	event_unref(fleet->audit_check);
	fleet->audit_check = fleet_keep(event);
	fleet_notify(fleet, FLEET_AUDIT, 0);
	return 0;
}

const struct audit_list *fleet_audit_list(const struct fleet *fleet)
{
	return fleet->audit_list ? &fleet->audit_list->u.audit_list : NULL;
}

const struct audit_check *fleet_audit_check(const struct fleet *fleet)
{
	static const struct audit_check never = { .state = AUDIT_CHECK_NEVER };

	return fleet->audit_check ? &fleet->audit_check->u.audit_check : &never;
}

void fleet_audit_finish(struct fleet *fleet)
{
	event_unref(fleet->audit_list);
	event_unref(fleet->audit_check);
}
