#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The engine: probes every agent when its schedule says so, and hands each outcome on as a sample.
 *
 * One round of an agent is its health probe, then its scrape, one after the other on the same connection, in one place
 * of admission. When the health probe shows that the connection itself is what fails (no name, refused, no
 * route, TLS) and both go to the same origin, the scrape is not tried: it gets a sample with the same reason, so that
 * its gap is known. A scrape that follows has until the agent's next slot (a second at least), and a second after a
 * health probe that hung on the same origin, so that one that hangs does not cost the next health probe. An agent with
 * a metrics_url alone yields PROBE_METRICS samples only; whoever judges health reads
 * them as DIALECT_METRICS: an answered scrape is health. An agent with neither URL is kept and not probed.
 *
 * When the fault is ours a sample carries REASON_PROBER_OVERLOAD, whatever the transport said: the loop stood still
 * (stopped, blocked, suspended) for more than half the agent's interval while the probe was out, the wall clock was
 * stepped under it, or descriptors or memory ran out.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "opscon/agent.h"
#include "opscon/config.h"
#include "opscon/sample.h"
#include "poll/http.h"
#include "poll/schedule.h"

struct prober;

// A sample, borrowed until it returns. It may add, replace, remove and pause agents, the sample's own too.
typedef void (*prober_sample_cb)(const struct sample *sample, void *ctx);

struct prober_stats {
	size_t n_agents, n_in_flight, n_waiting;
	size_t n_slow;        // in flight for long (ADMISSION_SLOW_AFTER_MS): beside the limit
	uint64_t n_polls;     // requests that ended, since start
	uint64_t n_skipped;   // rounds left out: too late, or the one before still ran
	uint64_t n_overload;  // samples without a judgement
	int64_t lag_ms;       // of the loop, last measured
	int64_t lag_worst_ms; // since prober_stats_read() was called before
};

/* The client is borrowed and must outlive the prober; options are copied, zero takes the defaults of config.h. 0 or
 * negative errno.
 */
int prober_create(uv_loop_t *loop, struct http_client *client, const struct probe_options *options,
		  prober_sample_cb sample_cb, void *ctx, struct prober **out);

// Cancels what is in flight, without samples; closed_cb (may be NULL) runs when the last handle is gone. NULL is fine.
void prober_close(struct prober *prober, void (*closed_cb)(void *ctx), void *ctx);

/* Adds an agent, or gives a known id a new description; a reference is taken. What was in flight under the old one is
 * cancelled when its endpoints, credentials or interval differ, and a first round follows. 0 or -ENOMEM.
 */
int prober_put(struct prober *prober, const struct agent *agent);
int prober_remove(struct prober *prober, uint32_t id); // 0 or -ENOENT; no sample comes after it

// How many probes may be out that only wait (admission.h), where descriptors are short.
void prober_limit_slow(struct prober *prober, size_t limit);

int64_t prober_due_ms(const struct prober *prober, uint32_t id);         // mono; INT64_MAX: not scheduled
int prober_set_pace(struct prober *prober, uint32_t id, enum pace pace); // 0 or -ENOENT
int prober_probe_now(struct prober *prober, uint32_t id);                // 0: all. 0, or -ENOENT
void prober_pause(struct prober *prober, bool is_paused);                // the whole fleet; what is in flight ends

// Statistics; the worst lag starts anew.
struct prober_stats prober_stats_read(struct prober *prober);

/* Whether this machine has a way out: a route over another interface than loopback that is up. Reads tables as in
 * /proc/net/route and /proc/net/ipv6_route; a NULL path is left out. A table that cannot be read proves nothing:
 * true. Cheap, no packet is sent.
 */
bool prober_has_network(const char *route_path, const char *ipv6_route_path);
