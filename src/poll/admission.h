#pragma once
// SPDX-License-Identifier: Apache-2.0
/* How many transfers may be in flight, and who waits for a place.
 *
 * libcurl counts the time a transfer queues for a connection inside its timeout, which would paint healthy agents red
 * when we are congested. So the queue stands here, in front of it: a probe is dispatched, and its clock started, when
 * it is given a place. Places are given in order of arrival.
 *
 * What is in flight for longer than ADMISSION_SLOW_AFTER_MS only waits, and costs a descriptor and little else. Such
 * ones, and those whose last probe ran into a timeout (is_slow), have places of their own, ADMISSION_SLOW_X times as
 * many: so a fleet half of which hangs does not hold up the other half, and is found to hang in good time all the same.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADMISSION_SLOW_AFTER_MS = 250, ADMISSION_SLOW_X = 16 };

enum admission_state { ADMISSION_OUT, ADMISSION_WAITING, ADMISSION_IN };

// Embedded in what asks for a place.
struct admission_ticket {
	struct admission_ticket *prev, *next; // admission::queues, or ::quick
	enum admission_state state;
	bool is_slow;     // set by the owner while the ticket is out; by admission_age() while it is in
	int64_t given_ms; // mono: its place
};

struct admission {
	struct admission_ticket *queues[2]; // waiting, oldest first: [0] ordinary, [1] slow
	struct admission_ticket *quick;     // in, and not slow (yet): oldest first
	size_t limit, slow_limit;
	size_t n_in, n_slow_in, n_waiting;
};

void admission_init(struct admission *admission, size_t limit);       // limit 0 is taken as 1
void admission_limit_slow(struct admission *admission, size_t limit); // where there is not room for so many; at least 1

// True: a place was given. False: the ticket waits until admission_next() returns it. Times are monotonic.
bool admission_enter(struct admission *admission, struct admission_ticket *ticket, int64_t now_ms);

// Who has been in for long becomes slow. Then call admission_next() until it returns NULL.
void admission_age(struct admission *admission, int64_t now_ms);

// Waits even if a place is free, for admission_next() to give: where it is no time to start anything.
void admission_wait(struct admission *admission, struct admission_ticket *ticket);

// Gives the place back, or leaves the queue; fine when out. Then call admission_next() until it returns NULL.
void admission_leave(struct admission *admission, struct admission_ticket *ticket);

// The ticket that has been given a free place, or NULL.
struct admission_ticket *admission_next(struct admission *admission, int64_t now_ms);

struct descriptor_budget {
	uint64_t limit;     // descriptors this process may have open, after the soft limit was raised to the hard one
	size_t n_in_flight; // transfers in flight that fit (each may need a connection and a resolver's pair)
	size_t n_slow;      // of them and beyond: those that only wait
	size_t n_kept;      // connections that may be kept open
	bool is_short;      // fewer than asked for
	char message[200];  // for people: what is too low and what to do; "" when enough
};

/* Raises RLIMIT_NOFILE's soft limit to the hard one and divides what is there among n_agents kept connections and the
 * wanted transfers in flight. 0 or negative errno (then nothing is known and *out asks for little).
 */
int poll_descriptor_budget(size_t n_agents, size_t n_in_flight, struct descriptor_budget *out);

// The division alone, for a given limit.
void poll_descriptor_divide(uint64_t limit, size_t n_agents, size_t n_in_flight, struct descriptor_budget *out);
