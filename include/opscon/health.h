#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What is known of an agent's health: independent axes, never one enum. Badge, word and exit code are pure functions
 * of them. Vocabulary after Nagios (soft/hard, flapping) and Consul; RFC draft-inadarei-api-health-check for checks.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/agent.h"
#include "opscon/reason.h"
#include "opscon/sample.h"
#include "opscon/status.h"

enum observed { OBSERVED_NEVER, OBSERVED_UP, OBSERVED_DEGRADED, OBSERVED_DOWN };
enum freshness { FRESHNESS_FRESH, FRESHNESS_LATE, FRESHNESS_STALE }; // late: > interval + timeout; stale: > 3 intervals
enum probe_quality { PROBE_OK, PROBE_SUSPECT, PROBE_OFFLINE };       // suspect: us; offline: our own network

enum overlay {
	OVERLAY_MAINTENANCE = 1 << 0,
	OVERLAY_ACKNOWLEDGED = 1 << 1,
	OVERLAY_SILENCED = 1 << 2,
	OVERLAY_PAUSED = 1 << 3,
	OVERLAY_DRAINING = 1 << 4,
	OVERLAY_OPERATION = 1 << 5,
};

struct health {
	enum observed observed;         // the hard state
	enum observed toward;           // where a soft run points; equals observed when hard
	uint16_t attempt_n, attempt_of; // n of m results seen toward the flip; 0 of m when hard
	enum freshness freshness;
	enum probe_quality quality;
	bool is_flapping;
	uint8_t flap_percent; // weighted share of changes among the last 20 results
	uint8_t overlays;     // enum overlay
	enum reason reason;   // of the last judged result; says why `observed` or `toward` is not up
	char detail[REASON_DETAIL_MAX];
	int http_status;
	uint32_t consecutive_failures;
	int64_t since_ms;        // wall: when `observed` took its value; 0 never
	int64_t last_probe_ms;   // wall, of the last judged result; 0 never
	int64_t last_success_ms; // wall; 0 never
	int64_t last_failure_ms; // wall; 0 never
	uint64_t recent;         // the last judged results; see health_recent()
};

enum { HEALTH_RECENT = 20 };

// Takes one judged result in (up, degraded or down) and forgets the oldest.
void health_recent_push(struct health *health, enum observed result);
// The last judged results, oldest first; returns how many there are.
size_t health_recent(const struct health *health, enum observed out[HEALTH_RECENT]);

bool health_is_in_maintenance(const struct health *health);
bool health_is_operated(const struct health *health); // somebody is at it: a step of an operation is under way

// The four words of status --format json, rules and filters.
enum health_state { HEALTH_UP, HEALTH_DEGRADED, HEALTH_DOWN, HEALTH_UNKNOWN, HEALTH_STATE_COUNT };

/* Unknown is never healthy and stale is never the last green: never observed, soft and never good before, stale,
 * suspect or offline quality, and paused all give HEALTH_UNKNOWN. A soft run keeps the hard state. Who flaps is never
 * up: degraded while it answers.
 */
enum health_state health_state(const struct health *health);
// The worst of many: down > degraded > (any unknown, or none at all: unknown) > up. Unknown hides no known-bad one.
enum health_state health_overall(const size_t by_state[HEALTH_STATE_COUNT]);
const char *health_state_name(enum health_state state); // "up" "degraded" "down" "unknown"
int health_state_from_name(const char *name, enum health_state *out);

// Not known yet, and nothing is wrong with the asking: the first answers are waited for. HEALTH_UNKNOWN, but calmer.
bool health_is_checking(const struct health *health);

// The badge: one of the fifteen statuses, and the word beside it ("up", "down", "flapping", "stale", "auth refused",
// ...).
enum status health_status(const struct health *health);
const char *health_word(const struct health *health);

/* How long after the last judged result the next one is late, and when nothing is known any more. A hard-down agent is
 * probed up to HEALTH_BACKOFF_X intervals apart and may be silent for as long. With the agent's interval and timeout.
 */
enum { HEALTH_BACKOFF_X = 4 };
bool health_is_backed_off(const struct health *health);
int64_t health_late_after_ms(const struct health *health, uint32_t interval_ms, uint32_t timeout_ms);
int64_t health_stale_after_ms(const struct health *health, uint32_t interval_ms, uint32_t timeout_ms);

// A named check inside an agent's own health answer.
struct health_check {
	const char *name;   // owned by the verdict
	const char *detail; // owned by the verdict; "" when none
	enum health_state state;
};

enum { HEALTH_CHECKS_MAX = 64 };

enum verdict_level { VERDICT_PASS, VERDICT_WARN, VERDICT_FAIL, VERDICT_NONE }; // NONE: our own fault, no judgement

// What one probe says of one agent: transport, status line and body taken together. The body can only make it worse.
struct verdict {
	enum verdict_level level;
	enum reason reason;
	char detail[REASON_DETAIL_MAX];
	enum agent_dialect dialect;  // what the body was understood as
	struct health_check *checks; // owned
	size_t n_checks;
};

/* Judges a sample: the sample's reason, the status, then the body in the agent's dialect. An
 * answer that took longer than the agent's slow limit (or the fleet's, `slow_ms`; 0: none) is VERDICT_WARN with
 * REASON_SLOW instead of a pass. Never fails: what cannot be understood is a reason; short of memory the
 * checks are left out. Free with verdict_finish().
 */
void verdict_read(const struct sample *sample, uint32_t slow_ms, struct verdict *out);

// What a reader of the whole scrape has seen.
struct scrape_counts {
	size_t n_samples, n_bad_lines, first_bad_line;
	bool is_truncated;
};

// The same for a scrape that was read already: what it says of the probe itself is looked for, the rest is known.
void verdict_read_scraped(const struct sample *sample, const struct scrape_counts *counts, uint32_t slow_ms,
			  struct verdict *out);
void verdict_finish(struct verdict *verdict);
