#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The audit trail's words, and a record before it is written: who did what to which thing, why, and how it went.
 *
 * A record borrows everything it points to. Texts may be any bytes: they are cleaned and cut when the record is
 * encoded. A secret has no bytes here at all, so none can be written.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Why a record's hash is not to be had, as EVENT_AUDIT_HEAD says it and a witness understands it; other words mean that
// it could not be read just now.
#define AUDIT_HEAD_GONE "there is no such record" // all that is kept is newer
#define AUDIT_HEAD_CUT "it is missing among the records that are there"

enum audit_phase {
	AUDIT_REQUEST,  // somebody asked
	AUDIT_DECISION, // it was allowed, or refused
	AUDIT_INTENT,   // it is about to be done
	AUDIT_RESULT,   // one step has gone well or not
	AUDIT_END,      // all of it is over
	AUDIT_EVENT,    // a single fact
	AUDIT_SEGMENT,  // the first line of a segment
	AUDIT_PHASE_COUNT,
};

enum audit_action {
	AUDIT_CREATE,
	AUDIT_UPDATE,
	AUDIT_DELETE,
	AUDIT_START,
	AUDIT_STOP,
	AUDIT_RESTART,
	AUDIT_LOGIN,
	AUDIT_LOGOUT,
	AUDIT_ACCESS,
	AUDIT_MODIFY_CONFIG,
	AUDIT_ACTION_COUNT,
};

enum audit_level { AUDIT_INFO, AUDIT_WARNING, AUDIT_ERROR, AUDIT_CRITICAL, AUDIT_LEVEL_COUNT };

enum audit_result {
	AUDIT_PENDING,
	AUDIT_SUCCESS,
	AUDIT_FAILURE,
	AUDIT_REFUSED,
	AUDIT_INDETERMINATE,
	AUDIT_RESULT_COUNT
};

// The words of the file and of the command line; the readers answer with the _COUNT of the enumeration for no word.
const char *audit_phase_name(enum audit_phase phase);
const char *audit_action_name(enum audit_action action);
const char *audit_level_name(enum audit_level level);
const char *audit_result_name(enum audit_result result);
enum audit_phase audit_phase_from_name(const char *name);
enum audit_action audit_action_from_name(const char *name);
enum audit_level audit_level_from_name(const char *name);
enum audit_result audit_result_from_name(const char *name);

enum audit_kind { AUDIT_NOTHING, AUDIT_TEXT, AUDIT_NUMBER, AUDIT_TRUTH, AUDIT_SECRET };

struct audit_value {
	enum audit_kind kind;
	union {
		const char *text; // borrowed
		int64_t number;
		bool truth;
	} u;
};

static inline struct audit_value audit_text(const char *text)
{
	return (struct audit_value){ .kind = AUDIT_TEXT, .u.text = text ? text : "" };
}

static inline struct audit_value audit_number(int64_t number)
{
	return (struct audit_value){ .kind = AUDIT_NUMBER, .u.number = number };
}

static inline struct audit_value audit_truth(bool truth)
{
	return (struct audit_value){ .kind = AUDIT_TRUTH, .u.truth = truth };
}

// That there is a secret, or that it was changed; never which.
static inline struct audit_value audit_secret(void)
{
	return (struct audit_value){ .kind = AUDIT_SECRET };
}

struct audit_field {
	const char *name; // borrowed
	struct audit_value value;
};

enum { AUDIT_FIELDS_MAX = 16 }; // in one of before, after and details; more are counted, not written

struct audit_fields {
	const struct audit_field *items; // borrowed
	size_t n;
};

// Who this process acts for, as found once at the start. All texts are clean.
struct audit_identity {
	char user[128];      // the login name, across sudo and su
	int64_t login_uid;   // of the login session; -1: not known
	int64_t uid;         // of the process
	int64_t sudo_uid;    // -1: not under sudo
	char sudo_user[128]; // "" not under sudo
	char origin[128];    // "ssh 192.0.2.7 port 50022"; "local"
	char tty[64];        // "" not known
	int64_t pid;
	char host[128];
	char session[33]; // drawn for this process
};

// Somebody who is not at this process but came in through it: a hub's session. Texts are clean.
struct audit_person {
	const char *user;   // the name of a token, or of a user of this machine
	const char *origin; // "192.0.2.7 port 50022 (token)", "unix socket, pid 4711"
	const char *role;   // "operator"; NULL or "": none
	uint32_t session;   // the hub's number of it; 0: none (yet)
	int64_t uid;        // of a user of this machine; -1: not known
};

struct audit_record {
	const struct audit_person *by; // borrowed; NULL: whom this process acts for
	enum audit_phase phase;
	enum audit_action action;
	enum audit_level level;
	enum audit_result result;
	const char *resource_kind; // "agent", "alert", "console" ...
	const char *resource_id;   // immutable; NULL or "": none
	const char *reason;        // why somebody did it; NULL or "": not said
	const char *error;         // what went wrong; NULL or "": nothing
	const char *correlation;   // the same in every record of one operation; NULL or "": none
	struct audit_fields before, after, details;
};
