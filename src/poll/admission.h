#pragma once
// SPDX-License-Identifier: Apache-2.0
/* How many transfers may be in flight, and who waits for a place.
 *
 * libcurl counts the time a transfer queues for a connection inside its timeout, which would paint healthy agents red
 * when we are congested. So the queue stands here, in front of it: a probe is dispatched, and its clock started, when
 * it is given a place. Places are given in order of arrival. Those marked is_slow (their last probe ran into a timeout)
 * may fill at most half of the places, so that a fleet half of which hangs does not hold up the other half.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum admission_state { ADMISSION_OUT, ADMISSION_WAITING, ADMISSION_IN };

// Embedded in what asks for a place.
struct admission_ticket {
	struct admission_ticket *prev, *next; // admission::queues
	enum admission_state state;
	bool is_slow; // set by the owner while the ticket is out
};

struct admission {
	struct admission_ticket *queues[2]; // waiting, oldest first: [0] ordinary, [1] slow
	size_t limit;
	size_t n_in, n_slow_in, n_waiting;
};

void admission_init(struct admission *admission, size_t limit); // limit 0 is taken as 1

// True: a place was given. False: the ticket waits until admission_next() returns it.
bool admission_enter(struct admission *admission, struct admission_ticket *ticket);

// Waits even if a place is free, for admission_next() to give: where it is no time to start anything.
void admission_wait(struct admission *admission, struct admission_ticket *ticket);

// Gives the place back, or leaves the queue; fine when out. Then call admission_next() until it returns NULL.
void admission_leave(struct admission *admission, struct admission_ticket *ticket);

// The ticket that has been given a free place, or NULL.
struct admission_ticket *admission_next(struct admission *admission);

struct descriptor_budget {
	uint64_t limit;     // descriptors this process may have open, after the soft limit was raised to the hard one
	size_t n_in_flight; // transfers in flight that fit (each may need a connection and a resolver's pair)
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
