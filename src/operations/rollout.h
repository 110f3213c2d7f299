#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The order in which an operation goes over its targets, and when it stops doing so. Pure: it is told what has become
 * of each target and how well it is, asked what is next, and knows no clock but the one it is given (mono_ms).
 *
 * A wave (batch or phase) begins when the one before is settled and `wait_ms` have passed; a target is done when it was
 * up for `min_healthy_ms`, and has failed when it is not within `verify_ms`. Those that were found well go on being
 * watched until the operation is over.
 *
 * It trips when as many targets are bad at once as `max_unavailable` (failed, or found well and down since; those that
 * were not well before do not count, unless the operation brings a new version or configuration), and when
 * one that came up has too many errors or answers too slowly, and goes on doing so. Then what was changed is taken
 * back, newest first; where there is no way back, or nothing was changed, it ends there; and with rolls_back off it
 * waits for a person. A target of which nobody knows what became of it ends the operation: what runs is settled,
 * nothing is begun or taken back.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/operation.h"

// How well a target is. NaN where it is not known.
struct rollout_measure {
	int64_t up_since_ms; // mono, by answers since its steps are through; -1: it is not up
	double error_share;  // 0..1
	double latency_before_ms, latency_ms;
	double latency_floor_ms; // a latency has grown only past so much more; 0: ROLLOUT_LATENCY_FLOOR_MS
};

// What answers in 1 ms may answer in 2; single probes, on a busy machine, in much more than that. And trouble must last
// for ROLLOUT_TROUBLE_MS, or min_healthy_ms where that is longer.
enum {
	ROLLOUT_LATENCY_FLOOR_MS = 10,
	ROLLOUT_PROBE_FLOOR_MS = 100,
	ROLLOUT_TROUBLE_MS = 5000,
	ROLLOUT_WHY_MAX = 200,
};

enum rollout_do {
	ROLLOUT_DO_WAIT,   // until_ms
	ROLLOUT_DO_BEGIN,  // target: it runs now
	ROLLOUT_DO_FINISH, // target: it was well for long enough, and is done now
	ROLLOUT_DO_FAIL,   // target, why: it is not well within its time, and has failed now
	ROLLOUT_DO_TRIP,   // why; told once: it is rolling back, paused, or ends with what runs
	ROLLOUT_DO_UNDO,   // target: it is rolling back now
	ROLLOUT_DO_SKIP,   // target: it will never be begun
	ROLLOUT_DO_END,    // state: it is over; the same again when asked again
};

struct rollout_next {
	enum rollout_do what;
	size_t target;
	int64_t until_ms; // mono; INT64_MAX: until it is told something
	enum operation_state state;
	const char *why; // valid until the next call
};

struct rollout_run;

/* Targets with a refusal are skipped from the start. n_concurrent: 1..OPERATION_CONCURRENT_MAX. 0 or -ENOMEM. The plan
 * is borrowed.
 */
int rollout_create(const struct plan *plan, uint16_t n_concurrent, struct rollout_run **out);
void rollout_destroy(struct rollout_run *run); // NULL is fine

/* What is next. Ask until it says wait or end; what it says is taken as done, and told to nobody else: a target that
 * is to begin counts as running from then on.
 */
struct rollout_next rollout_ask(struct rollout_run *run, int64_t now_ms);

/* What has become of a target. TARGET_VERIFYING: its steps are through, and health decides within the time there is;
 * of one that is rolling back those were the steps of its undo. Who is not judged by health is told TARGET_DONE (or
 * ROLLED_BACK) right away, as is one to undo that has changed nothing. Also for what a journal tells of a past life,
 * before the first question.
 */
void rollout_tell(struct rollout_run *run, size_t target, enum target_state state, int64_t now_ms);
// Also: it has failed before anything was changed. There is nothing to take back of it.
void rollout_tell_unchanged(struct rollout_run *run, size_t target, int64_t now_ms);
void rollout_measured(struct rollout_run *run, size_t target, const struct rollout_measure *measure);

/* What a person wants. 0; -EALREADY it is so; -EPERM it is over or about to be; -ENOTSUP nothing can be taken back.
 * Paused, what runs goes on and nothing is begun or tripped over. After an abort what runs is settled, and whoever is
 * being verified is judged at once: who has not been well for long enough by then was not verified, and has failed.
 */
int rollout_pause(struct rollout_run *run, const char *why);
int rollout_resume(struct rollout_run *run); // after it has tripped: what is bad now is accepted
int rollout_abort(struct rollout_run *run, const char *why);
int rollout_roll_back(struct rollout_run *run, const char *why);

enum operation_state rollout_state(const struct rollout_run *run);
const char *rollout_why(const struct rollout_run *run); // "" nothing
enum target_state rollout_target_state(const struct rollout_run *run, size_t target);
uint16_t rollout_wave(const struct rollout_run *run);
size_t rollout_n_at_once(const struct rollout_run *run); // under way now: running, verifying, rolling back
