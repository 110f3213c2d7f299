#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the files of the simulator share. simulator.c owns everything here and starts and stops the rest.
 *
 * Two kinds of connections: struct http_conn was handed to libmicrohttpd, which owns its descriptor; struct raw_conn is
 * ours, for the faults below HTTP. Both hang on their agent, so that a change of fault can end them.
 */
#include <netinet/in.h>
#include <uv.h>

#include "server/libmicrohttpd.h"
#include "simulator/fault.h"
#include "simulator/life.h"
#include "simulator/model.h"
#include "simulator/roster.h"
#include "simulator/simulator.h"

struct sim_agent {
	struct simulator *sim; // borrowed
	uv_poll_t listener;
	int fd; // -1: none
	enum simulator_fault fault;
	struct roster_entry who;
	struct model model;
	struct life life;
	struct control_record *records; // owned; NULL until it is operated. See control.c
	uint32_t n_records;             // ever; the last CONTROL_RECORDS_MAX of them are kept
	char url[40];
	unsigned n_health;            // health answers since the fault began
	bool is_refusing;             // restarting: down just now
	uint64_t turn_ms;             // restarting: when it goes down or comes back, in loop time
	struct http_conn *http_conns; // http_conn::prev, next
	struct raw_conn *raw_conns;   // raw_conn::prev, next
};

struct simulator {
	uv_loop_t *loop; // borrowed
	uv_timer_t timer;
	uint64_t timer_due_ms; // UINT64_MAX: not armed
	struct MHD_Daemon *daemon;
	uv_poll_t daemon_poll;
	uv_timer_t daemon_timer;
	struct sim_agent *agents;
	size_t n_agents;
	size_t n_handles;            // libuv handles not yet closed
	size_t n_conns;              // of both kinds
	size_t conns_max;            // beyond it answers close their connection
	int spare_fd;                // given up for a moment to refuse a connection when there is no other left
	struct sim_agent *accepting; // whose connection libmicrohttpd is being given
	struct http_conn *delayed;   // http_conn::delayed_prev, delayed_next; earliest first
	struct raw_conn *drips;      // raw_conn::drip_prev, drip_next; earliest first
	uint64_t control_due_ms;     // the earliest life::due_ms
	uint64_t turn_due_ms;        // the earliest sim_agent::turn_ms; UINT64_MAX: none
	bool is_stopping, has_failed;
	void (*failed)(void *ctx, const char *why); // may be NULL
	void *ctx;
	size_t scene;          // of the demo's scenario: the next one
	uint64_t scene_due_ms; // in loop time; UINT64_MAX: there is no scenario
	uint32_t body_kb, slow_ms, drip_ms, up_ms, down_ms, late_ms;
};

// simulator.c
enum { SIMULATOR_FDS_RESERVED = 64 };                           // for everything that is not an agent's
void simulator_wake_at(struct simulator *sim, uint64_t due_ms); // runs the timed work at that loop time at the latest
void simulator_handle_closed(struct simulator *sim);            // after a close callback: frees what was the last
void simulator_heal(struct sim_agent *agent);                   // of what a new process cures
void simulator_set_incident(struct sim_agent *agent);           // in its metrics, when there is one

// listener.c: sockets
int listener_parse(const char *text, struct sockaddr_in *out);                  // 0 or -EINVAL
struct sockaddr_in listener_address(const struct sockaddr_in *first, size_t i); // of the i-th agent
int listener_open_all(struct simulator *sim, const struct sockaddr_in *first);  // 0 or negative errno
void listener_set_refusing(struct sim_agent *agent, bool is_refusing);          // keeps the address either way
void listener_close(struct sim_agent *agent);

// http.c: libmicrohttpd, which starts with the first connection
void http_stop(struct simulator *sim);
int http_take(struct sim_agent *agent, int fd, const struct sockaddr_in *peer); // the descriptor is consumed always
void http_end_all(struct sim_agent *agent);
uint64_t http_resume_due(struct simulator *sim, uint64_t now_ms); // answers what was delayed; when the next is due

// raw.c: faults below HTTP
bool raw_is_for(const struct sim_agent *agent);
int raw_take(struct sim_agent *agent, int fd); // the descriptor is consumed always
void raw_end_all(struct sim_agent *agent);
uint64_t raw_drip_due(struct simulator *sim, uint64_t now_ms); // sends the bytes that are due; when the next is

// scenario.c: the demo's faults, and what happens in it over time
void scenario_deal(enum simulator_fault *faults, size_t n);
void scenario_start(struct simulator *sim, uint64_t now_ms);
uint64_t scenario_run_due(struct simulator *sim, uint64_t now_ms);
