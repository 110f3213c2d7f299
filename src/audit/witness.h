#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A witness of other people's trails: it remembers, for each hub, how many records its audit trail had and the hash of
 * the newest, and compares when it hears of the trail again. So nobody takes records away, or writes the past anew,
 * unseen by those who were there: not even who owns the hub's disk and its key.
 *
 *   witness_heard()   the trail has n records, and that is the newest's hash
 *   -> WITNESS_ASK    it has grown: is the record that was seen last still what it was?
 *   witness_told()    the hub's answer
 *   -> WITNESS_GOOD   and from then on what was heard is what is remembered
 *
 * After a bad finding what was seen is kept as it was, so that the finding stays until a person takes the hub's line
 * out of the file. The file is one line a hub: number, hash, key, wall time in seconds, and the hub's name.
 *
 * Several consoles of a user have one file. Each writes it under a lock (`.lock` beside it) and reads it before: what
 * another one has put there stays until the hub has said here, too, that it is of the same trail, and then the larger
 * number is kept. When it is not, the hub shows two trails to two people: a fork.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/chain.h"

enum { WITNESS_HUBS_MAX = 256, WITNESS_NAME_MAX = 256, WITNESS_WHY_MAX = 240 };

struct witness;

enum witness_finding {
	WITNESS_GOOD,
	WITNESS_ASK,     // ask for the hash of a record, and tell it
	WITNESS_LOST,    // the hub no longer keeps the record that was seen: that cannot be told; from here on anew
	WITNESS_UNTOLD,  // it could not say, now: what was seen stays, and is asked for again
	WITNESS_SHRUNK,  // it has fewer records than it had
	WITNESS_FORKED,  // the record is another one now
	WITNESS_REKEYED, // it is signed by another key
};

/* Reads the file; one that is not there is empty. 0; negative errno with why, and *out is NULL: -EINVAL for what is no
 * file of ours (it is left as it is), -ENOMEM, what the disk says. `path` is copied; NULL: there
 * is no file.
 */
int witness_open(const char *path, struct witness **out, char why[WITNESS_WHY_MAX]);
void witness_close(struct witness *witness); // NULL is fine

// What a hub says of its trail. Hex texts, of any case; `key` "" where it does not say.
struct witness_sight {
	uint64_t n; // records
	const char *head, *key;
	int64_t at_ms; // wall
};

/* With WITNESS_ASK *ask is the record's number; a bad finding has why, in words for people. A trail of which nothing is
 * known yet, or one that is empty and was, is good. 0 records after some are too few. Text that is no hash is forked.
 */
enum witness_finding witness_heard(struct witness *witness, const char *hub, const struct witness_sight *sight,
				   uint64_t *ask, char why[WITNESS_WHY_MAX]);

struct witness_answer {
	uint64_t seq;
	const char *hash;    // hexadecimal; "": it does not say
	const char *why_not; // then: AUDIT_HEAD_GONE, AUDIT_HEAD_CUT, or any words
};

// An answer to something else than was asked is WITNESS_ASK again: wait.
enum witness_finding witness_told(struct witness *witness, const char *hub, const struct witness_answer *answer,
				  char why[WITNESS_WHY_MAX]);

// Whether another console has seen something of the hub's trail that has to be compared: ask for that record, and tell
// it. To be asked after witness_save().
bool witness_doubts(struct witness *witness, const char *hub, uint64_t *ask);

// Writes the file when there is anything new. 0; -EAGAIN: another console writes it just now, try again; negative
// errno.
int witness_save(struct witness *witness);
