#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The direct feed: our own polling. It wires discovery, first contact, the prober and the services together on one loop
 * and publishes what they say to a broadcaster; it holds no opinion of its own.
 */
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "agents/shard.h"
#include "opscon/broadcaster.h"
#include "opscon/config.h"
#include "opscon/feed.h"

struct direct_options {
	const struct config *config;     // borrowed; outlives the feed
	const struct selector *selector; // borrowed; outlives the feed. Others are not watched; NULL: all are
	struct shard shard;              // others are not watched either; zeroed: all are
	struct broadcaster *broadcaster; // borrowed; outlives the feed
	struct audit_logger *audit;      // borrowed; outlives the feed. NULL: nothing is audited
	const char *audit_dir;           // borrowed for the call: where that trail is, to be read; NULL: it is not
	const char *audit_key;           // borrowed for the call: path of its key; NULL: in the directory
	const char *state_dir;           // borrowed for the call; NULL: no endpoints are remembered
	const char *holder;              // borrowed for the call; this process, for people. NULL: nothing is operated
	bool is_shared;                  // several people use it: a second one agrees where the configuration says so
	bool keeps_standing;             // what people set outlasts a restart; for the one owner of state_dir alone
	bool is_demo;                    // operations are carried out without a journal
	bool is_once;                    // one probe is the verdict: fall and rise are 1 for every agent
	void (*closed_cb)(void *ctx);    // when the feed has gone after feed->class->stop(); may be NULL
	void *closed_ctx;
};

/* 0 with the feed, whose events come from the loop; negative errno with why: -EINVAL and -ENOSPC for what the
 * configuration asks for and cannot have.
 */
int direct_feed_create(uv_loop_t *loop, const struct direct_options *options, struct feed **out, char *why,
		       size_t why_size);

/* A further list of agents, as a discovery source would give it: the command line's URLs, the demo's fleet. The same
 * source again replaces its list. The agents are borrowed for the call.
 */
void direct_feed_publish(struct feed *feed, const char *source, struct agent *const *agents, size_t n);

// What the program has to say beside what the feed sees (EVENT_NOTICE).
void direct_feed_notice(struct feed *feed, enum severity severity, enum action_type type, const char *title,
			const char *text);

// Operations of before are still being read or taken up; who asks now is not told of all.
bool direct_feed_is_recovering(const struct feed *feed);

// True when every list has been read, every agent's endpoints were looked for, and each of its URLs was probed at least
// once.
bool direct_feed_is_settled(const struct feed *feed);
