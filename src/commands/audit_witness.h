#pragma once
// SPDX-License-Identifier: Apache-2.0
/* An attached console as a witness of the hubs' audit trails (audit/witness.h): what they say of them is compared with
 * what was seen of them before, and a trail that lost records or is another one is an alarm that stays in sight.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/witness.h"

struct broadcaster;
struct event;
struct feed;

enum { AUDIT_WITNESS_HUBS_MAX = 32 };

struct audit_witness {
	struct witness *witness;         // owned; NULL: it could not be begun
	struct broadcaster *broadcaster; // borrowed
	struct feed *feed;               // borrowed; NULL: nothing can be asked yet
	int sink;                        // of the broadcaster; 0 none
	struct witnessed {
		uint8_t no; // event.origin
		char name[WITNESS_NAME_MAX];
		char key[AUDIT_HASH_HEX + 1];
		bool is_bad, is_untold; // told already
	} hubs[AUDIT_WITNESS_HUBS_MAX];
	size_t n_hubs;
	size_t n_asked;             // questions that wait for an answer
	char banner[300];           // the first alarm; "" none
	char warning[300];          // the last thing that could not be compared; ""
	void (*changed)(void *ctx); // the banner did; may be NULL
	void *ctx;
};

// state_dir NULL: it remembers for as long as the process lasts. Zeroed before; it always can be stopped.
void audit_witness_start(struct audit_witness *witness, const char *state_dir, struct broadcaster *broadcaster);
void audit_witness_stop(struct audit_witness *witness);

// A hub has said how its trail stands; NULL: it will say so later. `name` is how it is called here: its address.
void audit_witness_hear(struct audit_witness *witness, uint8_t no, const char *name, const struct witness_sight *sight);

// A hub has refused what it was asked of its trail: that is not waited for.
void audit_witness_refused(struct audit_witness *witness);
