#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The audit logger on a session's loop: it is woken here, its deadlines are kept, and what becomes of it is told. */
#include <stdbool.h>
#include <uv.h>

#include "services/audit_logger.h"

struct broadcaster;
struct fleet_options;

struct audit_trail {
	struct audit_logger *logger;     // owned; NULL: nothing is recorded
	struct broadcaster *broadcaster; // borrowed
	uv_async_t wake;
	uv_timer_t timer;
	bool has_handles;
	enum audit_logger_status status; // as told last
	uint64_t n_refused;              // records that were refused, as told
	bool has_witnesses;              // others watch it grow: they are told, now and then
	uint64_t n_told;                 // records, as they were told
	int64_t told_ms;                 // mono
	char banner[300];                // what is wrong, for every screen; "" nothing
	void (*changed)(void *ctx);      // the banner did; may be NULL
	void *ctx;
};

// Begins the trail, and puts the login and the configuration on record. Zeroed before; it always can be stopped.
void audit_trail_start(struct audit_trail *trail, uv_loop_t *loop, const struct fleet_options *options,
		       struct broadcaster *broadcaster, bool is_demo);
void audit_trail_stop(struct audit_trail *trail); // records the logout; the handles close with the loop's next run

// Puts something on record without a loop, and says on stderr when it cannot.
void audit_trail_put(const struct fleet_options *options, const struct audit_record *records, size_t n);

const char *audit_trail_why(const struct audit_trail *trail); // why it cannot be written, borrowed; "" it can

// Where a fleet's trail is kept: as configured, else `audit` in the state directory (`audit-demo` for the demo).
// 0, -ENOENT when there is no state directory, -ENAMETOOLONG.
int audit_trail_dir(const struct fleet_options *options, bool is_demo, char *out, size_t size);

// A logger of that trail, on nobody's loop; `wake` as in audit_logger_options. 0 or negative errno.
int audit_trail_open(const struct fleet_options *options, bool is_demo, void (*wake)(void *ctx), void *ctx,
		     struct audit_logger **out);

// For a command that does one thing: the record is on the disk when it returns 0; else negative errno, as above or
// -ETIMEDOUT.
int audit_trail_once(const struct fleet_options *options, const struct audit_record *record);
