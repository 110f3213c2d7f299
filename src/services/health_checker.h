#pragma once
// SPDX-License-Identifier: Apache-2.0
/* From verdicts to health: hysteresis, freshness, flapping, overlays, and "is it us?".
 *
 * Pure: verdicts and the time come in, EVENT_AGENT_HEALTH goes out whenever an axis changed (times of the last probe
 * aside). The four states of the portal correspond so: healthy = up, degraded = degraded, unhealthy = down, unknown =
 * unknown.
 *
 * Hysteresis. A first good result is up at once. Otherwise the state flips to the mildest one that the last `fall`
 * results (getting worse) were all at least as bad as, or to the worst among the last `rise` results (getting better).
 * So three failures are down, three warnings are degraded, and failures mixed with warnings are degraded; timeouts
 * count like any failure. Until the first flip the agent is unknown.
 *
 * Freshness counts from the last judged result: late after interval + timeout, stale after 3 intervals, or where the
 * timeout is longer than the interval, after interval + 2 timeouts (health's and metrics'). A hard-down agent is probed
 * up to 4 intervals apart, so for it these are 4 intervals + timeout, and 6 intervals (4 intervals + 2 timeouts).
 *
 * Flapping after Nagios: changes of the hard state among the last 20 results, weighted from 0.8 (oldest) to 1.2
 * (newest); on above 30 %, off at or below 25 %.
 *
 * Mass outage. When more than half of the judged agents, and at least 5, or 100 whatever their share, turn bad inside
 * one interval, alerts are held and a test of our own link is wanted. Offline: those agents go back to what they were
 * before, with quality "offline", and further failures without any answer give no judgement until one of them answers.
 * Well: it is one outage, and told as one. No answer about the link within an interval counts as well. Agents added
 * less than an interval ago count among the judged, so the first few failures of a start are no outage.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "opscon/event.h"
#include "opscon/health.h"

enum {
	HEALTH_INTERVAL_DEFAULT_MS = 60000,
	HEALTH_TIMEOUT_DEFAULT_MS = 5000,
	HEALTH_FALL_DEFAULT = 3,
	HEALTH_RISE_DEFAULT = 2,
	HEALTH_MASS_MIN = 5,   // agents
	HEALTH_MASS_ANY = 100, // nobody reads so many alerts one by one
	HEALTH_MASS_LINGER_MS = 60000,
};

struct health_options { // fleet-wide; an agent's own non-zero value wins; 0: the default above
	uint32_t interval_ms, timeout_ms;
	uint16_t fall, rise;
};

struct health_checker;

// The sink is copied. 0 or -ENOMEM.
int health_checker_create(const struct health_options *options, const struct event_sink *sink,
			  struct health_checker **out);
void health_checker_destroy(struct health_checker *checker);

// Adds an agent, or takes a new description of a known one (its health stays). 0 or -ENOMEM.
int health_checker_add(struct health_checker *checker, const struct agent *agent, struct instant now);
void health_checker_remove(struct health_checker *checker, uint32_t agent, struct instant now); // unknown ids ignored

// How soon the agent should be probed again.
enum health_pace {
	HEALTH_PACE_NORMAL,
	HEALTH_PACE_FAST,    // in transition
	HEALTH_PACE_BACKOFF, // hard down
};

struct health_outcome {
	enum health_pace pace;
	bool wants_link_test;        // test our own link and call health_checker_link_result()
	const struct health *health; // as it stands now, valid until the next call; NULL when the agent is unknown
};

struct health_outcome health_checker_judge(struct health_checker *checker, uint32_t agent,
					   const struct verdict *verdict, const struct sample *sample,
					   struct instant now);

// The outcome of a link test; ignored when none was wanted and we are not offline.
void health_checker_link_result(struct health_checker *checker, bool is_offline, struct instant now);

enum health_outage { OUTAGE_NONE, OUTAGE_TESTING, OUTAGE_GROUPED, OUTAGE_OFFLINE };

// TESTING: hold the alerts. GROUPED: those who turned bad share one. OFFLINE: it is us.
enum health_outage health_checker_outage(const struct health_checker *checker);

/* We have not looked for so long: this process was stopped, or the machine slept. Who is not stale by then has as much
 * more time; for who is, nothing is known any more. Call before health_checker_tick().
 */
void health_checker_slept(struct health_checker *checker, int64_t slept_ms, struct instant now);

// Freshness, maintenance and outages by time. Returns the next deadline (monotonic; INT64_MAX: none).
int64_t health_checker_tick(struct health_checker *checker, struct instant now);
int64_t health_checker_deadline(const struct health_checker *checker);

/* Overlays. Maintenance ends by itself at until_ms (wall; 0: only when cleared). 0 or -ENOENT. */
int health_checker_overlay(struct health_checker *checker, uint32_t agent, enum overlay overlay, bool is_set,
			   int64_t until_ms, struct instant now);

// What outlasts a restart.
struct health_standing {
	enum observed observed;
	int64_t since_ms;             // wall; 0 with OBSERVED_NEVER
	int64_t maintenance_until_ms; // wall; 0: there is none, or it has no end
};

/* Takes up how an agent stood before: when its first hard state is the same, it is so since then. Its maintenance goes
 * on to its end. 0 or -ENOENT.
 */
int health_checker_resume(struct health_checker *checker, uint32_t agent, const struct health_standing *before,
			  struct instant now);

// How it stands; as long as nothing is known of it, as it stood before. False: no such agent.
bool health_checker_standing(const struct health_checker *checker, uint32_t agent, struct health_standing *out,
			     struct instant now);

const struct health *health_checker_health(const struct health_checker *checker, uint32_t agent); // NULL: unknown

struct health_stats {
	size_t total;
	size_t by_state[HEALTH_STATE_COUNT];
	size_t by_freshness[3];    // of those that are probed and were judged, or should have been
	enum health_state overall; // the worst known; unknown when nothing is known
};
void health_checker_stats(const struct health_checker *checker, struct health_stats *out);
