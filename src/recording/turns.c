// SPDX-License-Identifier: Apache-2.0
#include "recording/turns.h"

#include <string.h>

#include "base/table.h"
#include "recording/records.h"

enum subject { SUBJECT_AGENT, SUBJECT_ALERT, SUBJECT_OPERATION, SUBJECT_FEED };

struct turn {
	uint64_t key;  // subject and number
	int state;     // -1: not known yet
	uint64_t axes; // of health: everything that is shown of it but times and counts
	UT_hash_handle hh;
};

static struct turn *find(struct turns *turns, enum subject subject, uint32_t id)
{
	uint64_t key = (uint64_t)subject << 32 | id;
	struct turn *turn;

	HASH_FIND(hh, turns->by_key, &key, sizeof key, turn);
	if (turn)
		return turn;
	turn = mem_calloc(1, sizeof *turn);
	if (!turn)
		return NULL;
	turn->key = key;
	turn->state = -1;
	HASH_ADD(hh, turns->by_key, key, sizeof turn->key, turn);
	if (TABLE_ADD_FAILED(turn)) {
		mem_free(turn);
		return NULL;
	}
	return turn;
}

static void forget(struct turns *turns, enum subject subject, uint32_t id)
{
	uint64_t key = (uint64_t)subject << 32 | id;
	struct turn *turn;

	HASH_FIND(hh, turns->by_key, &key, sizeof key, turn);
	if (!turn)
		return;
	HASH_DELETE(hh, turns->by_key, turn);
	mem_free(turn);
}

void turns_finish(struct turns *turns)
{
	struct turn *turn, *next;

	HASH_ITER(hh, turns->by_key, turn, next) {
		HASH_DELETE(hh, turns->by_key, turn);
		mem_free(turn);
	}
}

// True when it was another one before; a first one is a turn as well.
static bool turn_to(struct turns *turns, enum subject subject, uint32_t id, int state)
{
	struct turn *turn = find(turns, subject, id);
	bool is_turn = !turn || turn->state != state;

	if (turn)
		turn->state = state;
	return is_turn;
}

static uint64_t axes_of(const struct health *health)
{
	const uint64_t parts[] = { (uint64_t)health->observed,  (uint64_t)health->toward,
				   health->attempt_n,           (uint64_t)health->reason,
				   (uint64_t)health->freshness, (uint64_t)health->quality,
				   health->is_flapping,         health->overlays };

	return hash_mix(hash_stable(parts, sizeof parts) ^ hash_stable(health->detail, strlen(health->detail)));
}

static unsigned health_flags(struct turns *turns, uint32_t agent, const struct health *health)
{
	struct turn *turn = find(turns, SUBJECT_AGENT, agent);
	int state = (int)health_state(health);
	uint64_t axes = axes_of(health);
	unsigned flags = 0;

	if (!turn)
		return RECORD_CHANGE | RECORD_TRANSITION;
	if (turn->axes != axes)
		flags |= RECORD_CHANGE;
	if (turn->state != state)
		flags |= RECORD_CHANGE | RECORD_TRANSITION;
	turn->axes = axes;
	turn->state = state;
	return flags;
}

static unsigned alert_flags(struct turns *turns, const struct alert *alert)
{
	bool is_turn = turn_to(turns, SUBJECT_ALERT, alert->id, (int)alert->state);

	if (alert->state == ALERT_RESOLVED)
		forget(turns, SUBJECT_ALERT, alert->id);
	return RECORD_CHANGE | (is_turn ? RECORD_TRANSITION : 0);
}

static unsigned operation_flags(struct turns *turns, const struct operation *operation)
{
	bool is_turn = turn_to(turns, SUBJECT_OPERATION, operation->no, (int)operation->state);

	if (operation_is_over(operation->state)) // a recorder may see many of them
		forget(turns, SUBJECT_OPERATION, operation->no);
	return RECORD_CHANGE | (is_turn ? RECORD_TRANSITION : 0);
}

// Nothing is known of a new one, and that it is not is no turn.
static void meet(struct turns *turns, uint32_t agent)
{
	struct turn *turn = find(turns, SUBJECT_AGENT, agent);

	if (turn && turn->state < 0)
		turn->state = HEALTH_UNKNOWN;
}

unsigned turns_take(struct turns *turns, const struct event *event)
{
	switch (event->type) {
	case EVENT_AGENT_ADDED:
		meet(turns, event->u.agent->id);
		return RECORD_CHANGE;
	case EVENT_AGENT_HEALTH:
		return RECORD_CHANGE | health_flags(turns, event->agent, &event->u.health);
	case EVENT_AGENT_PROBED:
		return health_flags(turns, event->agent, &event->u.probed.health);
	case EVENT_AGENT_REMOVED:
		forget(turns, SUBJECT_AGENT, event->agent);
		return RECORD_CHANGE;
	case EVENT_ALERT:
		return alert_flags(turns, &event->u.alert);
	case EVENT_OPERATION:
		return operation_flags(turns, event->u.operation);
	case EVENT_FEED:
		return turn_to(turns, SUBJECT_FEED, 0, (int)event->u.feed.state) ? RECORD_CHANGE : 0;
	case EVENT_METRICS:
		return RECORD_METRICS;
	case EVENT_SCRAPE:
	case EVENT_SERIES_DEFINED:
	case EVENT_AUDIT_LIST:
	case EVENT_AUDIT_CHECK:
	case EVENT_AUDIT_HEAD:
	case EVENT_SNAPSHOT:
	case EVENT_TIMELINE:
	case EVENT_POINTS:
		return 0;
	default:
		return RECORD_CHANGE;
	}
}
