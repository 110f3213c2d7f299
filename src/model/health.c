// SPDX-License-Identifier: Apache-2.0
/* One calm vocabulary for the badge. What hides the agent's state from us comes first (paused, work in progress that
 * is seen, not seen), then what we know. The words, in that order: paused, working, draining, maintenance, we are
 * offline, not judged, unknown, stale, checking, flapping, down, unreachable, auth refused, slow, degraded, up.
 */
#include "opscon/health.h"

struct face {
	enum status status;
	const char *word;
};

static bool has(const struct health *health, enum overlay overlay)
{
	return (health->overlays & overlay) != 0;
}

enum health_state health_state(const struct health *health)
{
	bool is_known =
		health->quality == PROBE_OK && health->freshness != FRESHNESS_STALE && !has(health, OVERLAY_PAUSED);

	if (!is_known)
		return HEALTH_UNKNOWN;
	switch (health->observed) {
	case OBSERVED_UP:
		return health->is_flapping ? HEALTH_DEGRADED : HEALTH_UP;
	case OBSERVED_DEGRADED:
		return HEALTH_DEGRADED;
	case OBSERVED_DOWN:
		return HEALTH_DOWN;
	case OBSERVED_NEVER:
		break;
	}
	return HEALTH_UNKNOWN;
}

bool health_is_checking(const struct health *health)
{
	return health->observed == OBSERVED_NEVER && health->quality == PROBE_OK &&
	       health->freshness != FRESHNESS_STALE && !has(health, OVERLAY_PAUSED);
}

// No answer at all, as against an answer that is bad.
static bool is_unreachable(enum reason reason)
{
	switch (reason) {
	case REASON_DNS_NXDOMAIN:
	case REASON_DNS_TIMEOUT:
	case REASON_CONNECT_REFUSED:
	case REASON_CONNECT_TIMEOUT:
	case REASON_NO_ROUTE:
		return true;
	default:
		return false;
	}
}

static struct face face_of_unseen(const struct health *health)
{
	if (health->quality == PROBE_OFFLINE)
		return (struct face){ STATUS_UNKNOWN, "we are offline" };
	if (health->quality != PROBE_OK)
		return (struct face){ STATUS_UNKNOWN, "not judged" };
	if (health_is_checking(health))
		return (struct face){ STATUS_PENDING, "checking" };
	if (health->freshness == FRESHNESS_STALE && (health->last_probe_ms || health->attempt_n))
		return (struct face){ STATUS_UNKNOWN, "stale" };
	return (struct face){ STATUS_UNKNOWN, "unknown" };
}

static struct face face_of_seen(const struct health *health, enum health_state state)
{
	if (health->is_flapping) // on the colour of the state, so that a badge never says other than the counts
		return (struct face){ state == HEALTH_DOWN ? STATUS_CRITICAL : STATUS_WARNING, "flapping" };
	if (state == HEALTH_UP)
		return (struct face){ STATUS_HEALTHY, "up" };
	if (state == HEALTH_DOWN && is_unreachable(health->reason))
		return (struct face){ STATUS_OFFLINE, "unreachable" };
	if (state == HEALTH_DOWN)
		return (struct face){ STATUS_CRITICAL, "down" };
	if (health->reason == REASON_AUTH_REQUIRED)
		return (struct face){ STATUS_WARNING, "auth refused" };
	return (struct face){ STATUS_DEGRADED, health->reason == REASON_SLOW ? "slow" : "degraded" };
}

static struct face face_of(const struct health *health)
{
	enum health_state state = health_state(health);

	if (has(health, OVERLAY_PAUSED))
		return (struct face){ STATUS_STOPPED, "paused" };
	if (has(health, OVERLAY_OPERATION) && health->freshness == FRESHNESS_STALE)
		return face_of_unseen(health); // nor do we see the work
	if (has(health, OVERLAY_OPERATION))
		return (struct face){ STATUS_WORKING, "working" };
	if (has(health, OVERLAY_DRAINING))
		return (struct face){ STATUS_PENDING, "draining" };
	if (has(health, OVERLAY_MAINTENANCE))
		return (struct face){ STATUS_INFO, "maintenance" };
	return state == HEALTH_UNKNOWN ? face_of_unseen(health) : face_of_seen(health, state);
}

enum status health_status(const struct health *health)
{
	return face_of(health).status;
}

const char *health_word(const struct health *health)
{
	return face_of(health).word;
}

bool health_is_in_maintenance(const struct health *health)
{
	return has(health, OVERLAY_MAINTENANCE);
}

bool health_is_operated(const struct health *health)
{
	return has(health, OVERLAY_OPERATION);
}

// Two bits a result, the newest lowest; OBSERVED_NEVER, which is 0, is where there is none.
enum { RECENT_BITS = 2, RECENT_MASK = 3 };

void health_recent_push(struct health *health, enum observed result)
{
	health->recent = (health->recent << RECENT_BITS | result) & ((UINT64_C(1) << RECENT_BITS * HEALTH_RECENT) - 1);
}

size_t health_recent(const struct health *health, enum observed out[HEALTH_RECENT])
{
	size_t n = 0;

	for (int age = HEALTH_RECENT - 1; age >= 0; age--) {
		enum observed result = (enum observed)(health->recent >> RECENT_BITS * age & RECENT_MASK);

		if (result != OBSERVED_NEVER)
			out[n++] = result;
	}
	return n;
}

bool health_is_backed_off(const struct health *health)
{
	return health->quality == PROBE_OK && !health->attempt_n && health->observed == OBSERVED_DOWN;
}

int64_t health_late_after_ms(const struct health *health, uint32_t interval_ms, uint32_t timeout_ms)
{
	return (health_is_backed_off(health) ? HEALTH_BACKOFF_X : 1) * (int64_t)interval_ms + timeout_ms;
}

// An agent that lets health and then metrics run into a long timeout has still been heard from.
int64_t health_stale_after_ms(const struct health *health, uint32_t interval_ms, uint32_t timeout_ms)
{
	int64_t after = (health_is_backed_off(health) ? HEALTH_BACKOFF_X + 2 : 3) * (int64_t)interval_ms;
	int64_t least = health_late_after_ms(health, interval_ms, timeout_ms) + timeout_ms;

	return after > least ? after : least;
}

enum health_state health_overall(const size_t by_state[HEALTH_STATE_COUNT])
{
	if (by_state[HEALTH_DOWN])
		return HEALTH_DOWN;
	if (by_state[HEALTH_DEGRADED])
		return HEALTH_DEGRADED;
	return by_state[HEALTH_UNKNOWN] || !by_state[HEALTH_UP] ? HEALTH_UNKNOWN : HEALTH_UP;
}
