#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A fleet of agents over real HTTP on loopback: the demo, the end-to-end tests and the benchmarks poll it.
 *
 * Every agent has an address of its own in 127.0.0.0/8 and a listening socket there; all share one port, so nothing is
 * reachable from outside the machine. Accepted connections go to one libmicrohttpd daemon that runs from the libuv
 * loop through its epoll descriptor; there are no threads. An agent serves /health (in one of eight dialects), /ready
 * and /metrics, and /control, at which it can be operated: see life.h.
 *
 * The fleet costs one descriptor an agent and one a connection. When less than a twentieth of the process's limit is
 * left, answers carry `Connection: close`; call simulator_raise_limits() first to have as many as the system allows.
 */
#include <uv.h>

#include "simulator/fault.h"

struct simulator;

enum { SIMULATOR_DEMO_AGENTS = 22, SIMULATOR_AGENTS_MAX = 100000 };

struct simulator_options {
	size_t n_agents;                      // 1..SIMULATOR_AGENTS_MAX
	const char *listen;                   // "127.x.y.z[:port]" of the first agent; NULL: "127.0.0.1:0", any port
	uint64_t seed;                        // of load curves, noise and the choice of faulty agents
	const struct simulator_share *shares; // borrowed during the call
	size_t n_shares;
	uint32_t body_kb; // about this many KiB a metrics body; 0: 3 to 6
	bool is_demo;     // the demo's own faults, and a slow scenario over time
	uint32_t slow_ms; // 0: 1500; the delay of `slow`
	uint32_t drip_ms; // 0: 1000; between the bytes of `drip`
	uint32_t up_ms;   // 0: 25000; of a `restarting` agent
	uint32_t down_ms; // 0: 7000; the same
	uint32_t boot_ms; // 0: 1500; how long a start takes
	uint32_t pull_ms; // 0: 1000; how long it takes to get another version
	uint32_t late_ms; // 0: 45000; the delay of `control_late`, and the end of `control_hang`
	void (*failed)(void *ctx, const char *why); // once, from the loop, when nobody can be answered; may be NULL
	void *ctx;                                  // borrowed
};

// One agent as a discovery would find it. The texts are borrowed from the simulator.
struct simulator_target {
	const char *url; // "http://127.0.0.1:34567"
	const char *name, *tier, *env, *service, *version;
	enum simulator_fault fault;
};

/* Starts listening. 0; -EINVAL for options out of range or an address that is not 127.x.y.z; -E2BIG for more faults
 * than agents; -EADDRINUSE; -EMFILE; -ENOMEM. On failure nothing is left but, perhaps, handles that close in the loop's
 * next run.
 */
int simulator_start(uv_loop_t *loop, const struct simulator_options *options, struct simulator **out);

// Ends all connections and listeners. Memory goes when the loop has run the last close callback. NULL is fine.
void simulator_stop(struct simulator *simulator);

size_t simulator_count(const struct simulator *simulator);
void simulator_target_get(const struct simulator *simulator, size_t i, struct simulator_target *out);
size_t simulator_connections(const struct simulator *simulator); // open now

// Changes an agent's fault (SIMULATOR_FAULT_NONE heals it); its open connections end, so that it acts at once.
void simulator_set_fault(struct simulator *simulator, size_t i, enum simulator_fault fault);

// Writes a file_sd list: [{"targets":["127.0.0.1:34567"],"labels":{...}}], by rename. Prometheus can read it
// too: what is opscon's own in it begins with "__". 0 or negative errno.
int simulator_write_targets(const struct simulator *simulator, const char *path);

// Raises RLIMIT_NOFILE for n agents as far as is allowed. The limit that holds now; compare with 2 * n + 64.
uint64_t simulator_raise_limits(size_t n_agents);
