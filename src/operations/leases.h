#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Leases: who of several people is about to operate on an agent, or does. One holder an agent at a time.
 *
 * A lease has an **epoch**, which grows with every new holder and never goes back while the process lives. Whoever got
 * it remembers the epoch; as long as it is still that one, nobody else has had the agent in between, even if the time
 * had run out meanwhile: the lease is then simply had again. Once it is another one, whatever its former holder still
 * wants to do comes too late, and is refused. So somebody who was frozen, or whose network was, cannot do anything that
 * was decided before others came by.
 *
 * A holder is a session (a console). It has an agent for a plan that it reads (for some seconds, again and again), and
 * then for the operation that was made of it (as long as that runs, and time passes). Leases are between the sessions
 * of one process; between processes of one machine it is the files of locks.h, which end with their process.
 *
 * Pure: the time is an argument (mono).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"

enum { LEASE_HOLDER_MAX = 96 };

struct leases;

// Of one agent; there for as long as `leases` is. Read only.
struct lease {
	char *key;                     // owned: the agent's
	uint64_t epoch;                // of the last holder; 0: nobody has had it
	uint32_t session;              // of the last holder
	char holder[LEASE_HOLDER_MAX]; // in words; stays as `session` does
	const char *doing;             // a constant: what for; NULL nobody has said
	bool is_held;
	uint32_t claim;                            // is_held: the plan or the operation that it is for
	bool is_operating;                         // is_held: that is an operation, which runs
	int64_t until_ms;                          // is_held: mono
	bool is_changed;                           // since it was last told
	struct lease *prev, *next;                 // leases::held
	struct lease *changed_prev, *changed_next; // leases::changed
	UT_hash_handle hh;
};

// What somebody wants agents for.
struct lease_claim {
	uint32_t session;
	const char *holder; // clean; cut at LEASE_HOLDER_MAX
	const char *doing;  // a constant: "restart"; NULL
	uint32_t no;        // of the plan or the operation: whoever releases it says it again
	bool is_operating;
	int64_t until_ms; // mono
};

int leases_create(struct leases **out);     // 0 or -ENOMEM
void leases_destroy(struct leases *leases); // NULL is fine

struct lease *leases_of(struct leases *leases, const char *key); // made where there is none; NULL: memory

/* All of them or none. 0; -EBUSY: another session has one of them (its index in *busy), or the same one has it for an
 * operation that runs. Whose time ran out has it no more. What the same session had before stays its own, with the same
 * epoch, and is for this claim from now on.
 */
int leases_take(struct leases *leases, struct lease *const *wanted, size_t n, const struct lease_claim *claim,
		int64_t now_ms, size_t *busy);

/* Goes on having it, or has it again when only time has passed. 0; -ESTALE: another epoch, so somebody else has (had)
 * it. It is for this claim from then on, unless an operation has it for another one. The time only grows.
 */
int leases_keep(struct leases *leases, struct lease *lease, uint64_t epoch, const struct lease_claim *claim);

void leases_release(struct leases *leases, struct lease *lease, uint32_t no); // unless it is for something else

// Those whose time has come are nobody's any more.
void leases_expire(struct leases *leases, int64_t now_ms);
int64_t leases_next_ms(const struct leases *leases); // mono: not before then; INT64_MAX: never

// Another session has it now.
bool lease_is_others(const struct lease *lease, uint32_t session, int64_t now_ms);

void leases_touch(struct leases *leases, struct lease *lease); // it is to be told (again)

// One that has another holder, or another end, than when it was last told; NULL: there is none.
struct lease *leases_next_changed(struct leases *leases);
