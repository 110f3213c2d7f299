// SPDX-License-Identifier: Apache-2.0
#include "services/mass_outage.h"

#include "base/table.h"

static bool is_mass(const struct mass_outage *outage)
{
	if (outage->n_members >= HEALTH_MASS_ANY)
		return true;
	return outage->n_members >= HEALTH_MASS_MIN && outage->n_members * 2 > outage->n_agents;
}

bool mass_outage_turned_bad(struct mass_outage *outage, struct mass_member *member, int64_t now_ms)
{
	mass_outage_tick(outage, now_ms);
	mass_outage_leave(outage, member);
	member->at_ms = now_ms;
	member->is_in = true;
	DL_APPEND(outage->members, member);
	outage->n_members++;
	if (!is_mass(outage))
		return false;
	outage->mass_ms = now_ms;
	if (outage->state != OUTAGE_NONE)
		return false;
	outage->state = OUTAGE_TESTING;
	outage->test_at_ms = now_ms;
	return true;
}

void mass_outage_leave(struct mass_outage *outage, struct mass_member *member)
{
	if (!member->is_in)
		return;
	DL_DELETE(outage->members, member);
	outage->n_members--;
	member->is_in = false;
}

bool mass_outage_retest(struct mass_outage *outage, int64_t now_ms)
{
	if (outage->state != OUTAGE_OFFLINE || now_ms < outage->test_at_ms)
		return false;
	outage->test_at_ms = now_ms + outage->interval_ms;
	return true;
}

void mass_outage_tick(struct mass_outage *outage, int64_t now_ms)
{
	if (outage->state == OUTAGE_TESTING && now_ms - outage->test_at_ms > outage->interval_ms)
		outage->state = OUTAGE_GROUPED;
	if (outage->state == OUTAGE_TESTING)
		return; // whom the answer is about stays together
	while (outage->members && now_ms - outage->members->at_ms > outage->interval_ms)
		mass_outage_leave(outage, outage->members);
	if (outage->state == OUTAGE_GROUPED && now_ms - outage->mass_ms > HEALTH_MASS_LINGER_MS)
		outage->state = OUTAGE_NONE;
}

int64_t mass_outage_deadline(const struct mass_outage *outage)
{
	int64_t members_ms = outage->members ? outage->members->at_ms + outage->interval_ms + 1 : INT64_MAX;

	if (outage->state == OUTAGE_TESTING)
		return outage->test_at_ms + outage->interval_ms + 1;
	if (outage->state == OUTAGE_GROUPED && outage->mass_ms + HEALTH_MASS_LINGER_MS + 1 < members_ms)
		return outage->mass_ms + HEALTH_MASS_LINGER_MS + 1;
	return members_ms;
}
