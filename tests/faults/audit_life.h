#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A life of an audit trail, for tests that let something fail in it: it mends a torn end, makes a few segments, drops
 * one.
 */
#include "tests/unit/audit/trail.h"

enum { LIFE_RECORDS = 30, LIFE_SEGMENT_BYTES = 4000 };

struct life {
	struct trail trail;
	int n_durable; // records whose sync went well
};

void life_prepare(struct life *life);          // what there is before: a trail that ends in the middle of a line
int life_live(struct life *life, int told_fd); // a byte goes there for each record that is durable; -1: nobody is told

// After a restart, and with a good disk again. `broken`: as audit_store_options have it.
void life_assert_mends(struct life *life, const char *broken);

int life_read_all(const struct trail *trail); // verifies, queries, exports; 0 or the first error
