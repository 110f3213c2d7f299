#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A hub within the test: its loop, a fleet whose events the test makes, a feed that does as it is told, and clients by
 * a unix socket whose turns alternate with the loop's.
 */
#include <uv.h>

#include "hub/hub.h"
#include "opscon/broadcaster.h"
#include "tests/support/hub_caller.h"

enum { BENCH_PEERS_MAX = 8, BENCH_ASKED_MAX = 64 };

struct hub_bench {
	uv_loop_t loop;
	struct broadcaster *broadcaster;
	struct fleet *fleet;
	struct hub *hub;
	bool has_closed;
	char dir[64], socket[96];
	struct hub_config config;   // as it was given; change it before bench_open()
	const struct config *whole; // NULL: clients are told nothing of it

	struct feed feed; // answers with `result`
	int result;
	const char *notice; // emitted by each request; NULL: none
	struct {
		enum request_type type;
		uint32_t agent, session, operation, token;
		char who[64];
	} asked[BENCH_ASKED_MAX];
	size_t n_asked;

	struct hub_caller peers[BENCH_PEERS_MAX];
	size_t n_peers;
};

void bench_init(struct hub_bench *bench); // with the configuration's defaults
void bench_open(struct hub_bench *bench);
void bench_close(struct hub_bench *bench);

void bench_add_agents(struct hub_bench *bench, uint32_t n); // numbered from 1
void bench_health(struct hub_bench *bench, uint32_t agent, enum observed observed);
void bench_publish(struct hub_bench *bench, struct event *event);

struct hub_caller *bench_connect(struct hub_bench *bench); // upgraded
struct hub_caller *bench_join(struct hub_bench *bench);    // and told how it stands

void bench_turn(struct hub_bench *bench);     // the loop's, once
void bench_turn_all(struct hub_bench *bench); // and every client's
#define bench_wait(bench, condition)                                                                                   \
	do {                                                                                                           \
		for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS; !(condition);) {                          \
			ck_assert_msg(hub_caller_now_ms() < until_ms, "waited in vain for %s", #condition);            \
			bench_turn_all(bench);                                                                         \
		}                                                                                                      \
	} while (0)

// Asks and waits for the answer, which must have that error.
void bench_ask(struct hub_bench *bench, struct hub_caller *peer, struct request request, int error);
// Whether the last events of all channels have come.
bool bench_is_even(const struct hub_bench *bench, const struct hub_caller *peer);
void bench_fill(struct hub_bench *bench, size_t n); // publishes what is no state, and so fills queues

void bench_expect_same(struct hub_bench *bench, const struct hub_caller *peer); // as the hub's own fleet
