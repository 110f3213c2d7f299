#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the files of the prober share; nobody else includes this. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/table.h"
#include "poll/admission.h"
#include "poll/loop_lag.h"
#include "poll/prober.h"

// An agent that is probed.
struct probed {
	struct schedule_entry entry;    // first: what the schedule hands out
	struct admission_ticket ticket; // in, or waiting: a round is under way
	UT_hash_handle hh;              // prober::agents, by id
	uint32_t id;
	const struct agent *agent; // a reference
	struct prober *prober;
	struct http_transfer *transfer; // borrowed; NULL between requests
	struct instant started;         // the request that is out
	enum probe_kind kind;
	uint32_t generation; // counts what makes a round void
	bool has_hung;       // this round's health probe, on the connection that the scrape would ride
	bool is_delivering;  // its sample is with the callback: free later
	bool is_removed;
};

struct prober {
	uv_loop_t *loop;
	struct http_client *client;
	uv_timer_t timer, beat;
	struct probe_options options;
	prober_sample_cb sample_cb;
	void *ctx;
	struct schedule schedule;
	struct admission admission;
	struct loop_lag lag;
	struct probed *agents; // owned
	uint64_t n_polls, n_skipped, n_overload;
	int64_t armed_ms; // when the timer is set for; INT64_MAX: not
	int n_handles;
	bool is_paused, is_closing, is_pumping;
	void (*closed_cb)(void *ctx);
	void *closed_ctx;
};

// prober_round.c
void probed_round(struct probed *probed);  // due: begins a round, or leaves it out when one is under way
void probed_cancel(struct probed *probed); // ends a round without a sample
void probed_free(struct probed *probed);
void prober_pump(struct prober *prober); // gives free places to who waits

// prober.c
void prober_arm(struct prober *prober); // sets the timer for what is due next
