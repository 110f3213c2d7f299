#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The audit trail as it is shown: its newest records as texts, and what is known of the chain they stand in.
 *
 * Texts are clean, one line, never NULL, and owned by the list as one block.
 */
#include <stddef.h>
#include <stdint.h>

enum { AUDIT_LIST_MAX = 500 }; // records in one list

struct audit_entry {
	uint64_t seq;
	int64_t at_ms;     // wall; 0: it does not say
	const char *phase; // words of opscon-audit(7), "" where the record has none
	const char *action, *level, *result;
	const char *request;  // what was asked in more words: "acknowledge"
	const char *user;     // who
	const char *origin;   // and from where
	const char *resource; // "agent/http://127.0.0.1:9100", or the kind alone
	const char *reason, *error, *correlation;
	const char *before, *after, *details; // "state: active; maintenance: false"
};

struct audit_list {
	struct audit_entry *entries; // owned, newest first
	size_t n;
	char *texts;         // owned: where the entries point
	size_t n_unreadable; // lines that are no records
	const char *why;     // owned: it could not be read; "" or NULL: it was
	const char *dir;     // owned: where the trail is
	uint64_t n_signed;   // records that the newest checkpoint covers, as far as this process knows; 0 none
};

void audit_list_finish(struct audit_list *list);

enum audit_check_state {
	AUDIT_CHECK_NEVER, // nobody has verified it
	AUDIT_CHECK_RUNNING,
	AUDIT_CHECK_SOUND,    // every record that is kept up to n_checked is what was written
	AUDIT_CHECK_UNSIGNED, // the chain holds, but nothing vouches for some of it: why
	AUDIT_CHECK_BAD,      // something is missing or not what was written: why
	AUDIT_CHECK_FAILED,   // it could not be verified: why
	AUDIT_CHECK_STATE_COUNT,
};

const char *audit_check_state_name(enum audit_check_state state); // "not verified" "verifying" "sound" ...

struct audit_check {
	enum audit_check_state state;
	uint64_t n_checked, n_signed; // records, by their numbers; while it runs, how far it has come
	uint64_t n_records;           // there were when it began; 0 not known
	int64_t at_ms;                // wall: when it ended; 0 it runs
	const char *why;              // owned; "" or NULL nothing
};
