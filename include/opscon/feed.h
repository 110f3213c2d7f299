#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A feed: where a console's events come from, and where its requests go. Live polling, a hub, a recording: one
 * contract. */
#include <stdint.h>

#include "opscon/audit.h"
#include "opscon/event.h"
#include "opscon/operation.h"

enum request_type {
	REQUEST_WATCH,         // agent: send its full scrapes (EVENT_SCRAPE) until REQUEST_UNWATCH
	REQUEST_UNWATCH,       // agent
	REQUEST_PROBE_NOW,     // agent; 0: all
	REQUEST_ALERT_ACK,     // alert, who, text (may be "")
	REQUEST_ALERT_UNACK,   // alert, who
	REQUEST_ALERT_SNOOZE,  // alert, who, until_ms, text
	REQUEST_ALERT_NOTE,    // alert, who, text
	REQUEST_MAINTENANCE,   // agent, who, until_ms (0: ends it), text
	REQUEST_PIN,           // agent, text: a series as exposed, becomes a kept series
	REQUEST_UNPIN,         // text: series id
	REQUEST_SHRINK_ACCEPT, // drop the agents that a discovery source no longer lists
	REQUEST_SHRINK_REFUSE,
	REQUEST_PLAN,            // agents, is_hidden, params, token: comes back as EVENT_PLAN; nothing happens yet.
				 // text: where the asker sits, for others to see ("ops2"), "" not said. What
				 // params->unsaid names is as configured where it is planned
	REQUEST_SUBMIT,          // operation (the plan's no), hash, typed, reason: carry it out. -EAGAIN: a second
				 // person is asked first; the same again once they have agreed. text "now": nobody is
				 // asked, it is carried out or refused
	REQUEST_OPERATION_PAUSE, // operation, as in the next four: before its next target
	REQUEST_OPERATION_RESUME,
	REQUEST_OPERATION_ABORT,    // after the step under way; what is not begun is skipped
	REQUEST_OPERATION_ROLLBACK, // what it has changed is taken back
	REQUEST_PAUSE_ALL,          // every operation
	REQUEST_OBSERVE,            // agent: ask its driver how it stands; comes back as EVENT_LIFECYCLE
	REQUEST_AUDIT_LIST,         // the trail's newest records: EVENT_AUDIT_LIST, and again when there is more, ...
	REQUEST_AUDIT_CLOSE,        // ... until nobody reads it any more
	REQUEST_AUDIT_VERIFY,       // how it is told as EVENT_AUDIT_CHECK; -EBUSY: it runs already
	REQUEST_AUDIT_REOPEN,       // a trail that cannot be written is begun again; how that went comes as a notice
	REQUEST_HISTORY,            // agent: its points as they are kept; come as EVENT_POINTS where they are not here
	REQUEST_LOOK,               // agent (0: the fleet): whom this console looks at, for others to see
	REQUEST_PLAN_KEEP,          // operation (a plan's no): it is still read; its leases go on. No answer
	REQUEST_PLAN_DROP,          // operation (a plan's no; 0: all of the session): not submitted; its leases end
	REQUEST_APPROVE,            // operation (a plan's no), hash, who, text: agree to somebody else's plan;
				    // reason: with which it was shown, "" not said
	REQUEST_DISAPPROVE,         // the same: refuse it
	REQUEST_AUDIT_HASH,         // text: a record's number; its hash comes as EVENT_AUDIT_HEAD
	REQUEST_TYPE_COUNT,
};

const char *request_type_name(enum request_type type);                // "watch" ... "audit_hash"; "?" for anything else
int request_type_from_name(const char *name, enum request_type *out); // 0 or -EINVAL

struct request {
	enum request_type type;
	uint32_t agent, alert;
	int64_t until_ms;       // wall
	const char *who;        // borrowed
	const char *text;       // borrowed
	const uint32_t *agents; // borrowed: of a plan, in the order of the list
	const bool *is_hidden;  // borrowed: which of them the asker's filter does not show; NULL: none
	size_t n_agents;
	const struct operation_params *params; // borrowed
	uint32_t token, operation;
	const char *hash, *typed, *reason; // borrowed
	uint32_t session;                  // whose it is, where several share a feed; 0: this process's own person
	const struct audit_person *person; // borrowed: who that is, for the audit trail; NULL with session 0
};

struct feed;

struct feed_class {
	const char *name; // "direct"
	// 0, or negative errno: -ENOENT unknown target, -EINVAL, -ENOTSUP this feed cannot, -EROFS read-only, -EPERM
	// not allowed, -ESTALE things are not as they were, -EBUSY somebody else is at it, -EAGAIN not yet, -ENOMEM.
	int (*request)(struct feed *feed, const struct request *request);
	void (*stop)(struct feed *feed); // begins to close every handle; the feed is freed when the last is closed
};

// Embedded first in each feed's own struct.
struct feed {
	const struct feed_class *class;
};

// Why it was refused, in words for people; never NULL, static.
const char *request_refusal(enum request_type type, int error);

static inline int feed_request(struct feed *feed, const struct request *request)
{
	return feed->class->request(feed, request);
}
