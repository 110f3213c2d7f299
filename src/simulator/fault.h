#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The ways in which a simulated agent can misbehave, by name.
 *
 * Each acts on every endpoint of the agent but /control unless it says otherwise. hang, reset, drip and garbage act
 * below HTTP, on the accepted connection.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum simulator_fault {
	SIMULATOR_FAULT_NONE,
	SIMULATOR_FAULT_AUTH401,      // 401 with WWW-Authenticate: Bearer
	SIMULATOR_FAULT_CONTROL_HANG, // /control: a change is not made, and not answered
	SIMULATOR_FAULT_CONTROL_LATE, // the same: made at once, answered too late
	SIMULATOR_FAULT_CONTROL_LOST, // the same: made, and the connection ends without an answer
	SIMULATOR_FAULT_DEGRADED,     // health warns in the agent's dialect, latency and errors rise in the metrics
	SIMULATOR_FAULT_DRIP,         // headers at once, then one byte of body a second
	SIMULATOR_FAULT_ERROR500,     // 500 with a JSON error
	SIMULATOR_FAULT_FLAPPING,     // health: three answers 503, two well, and again; metrics stay well
	SIMULATOR_FAULT_GARBAGE,      // bytes that are not HTTP, then the end
	SIMULATOR_FAULT_HANG,         // the connection is accepted, and then nothing
	SIMULATOR_FAULT_HTML,         // 200 with an HTML login page
	SIMULATOR_FAULT_HUGE,         // a body of 50 MB
	SIMULATOR_FAULT_RESET,        // RST instead of an answer
	SIMULATOR_FAULT_RESTARTING,   // refused for some seconds, back with counters from zero, and again
	SIMULATOR_FAULT_SLOW,         // everything is well but late
	SIMULATOR_FAULT_COUNT,
};

const char *simulator_fault_name(enum simulator_fault fault);               // "slow"; "none"
const char *simulator_fault_text(enum simulator_fault fault);               // a line of help
bool simulator_fault_is_cured(enum simulator_fault fault);                  // by a restart
int simulator_fault_from_name(const char *name, enum simulator_fault *out); // 0 or -EINVAL

// How many agents get a fault: a number of them, or a share of the fleet.
struct simulator_share {
	enum simulator_fault fault;
	double share;   // 0..1; used when is_count is false
	uint32_t count; // used when is_count is true
	bool is_count;
};

// "slow=0.1" or "slow=10%" is a share, "slow=3" a count (so "slow=1" is one agent). 0, -EINVAL, -ERANGE.
int simulator_share_parse(const char *text, struct simulator_share *out);

/* Deals the faults out to n agents, a different subset for each seed and always the same for one seed; no agent gets
 * two, and a share above zero gets at least one. out[0..n) is overwritten. 0; -E2BIG when there are more faults
 * than agents; -ENOMEM.
 */
int simulator_faults_deal(const struct simulator_share *shares, size_t n_shares, uint64_t seed,
			  enum simulator_fault *out, size_t n);
