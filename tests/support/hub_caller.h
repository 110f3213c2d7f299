#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A client of a hub for tests: its socket is blocking, what it is told is folded into a fleet and counted. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/fleet.h"
#include "wire/message.h"
#include "wire/websocket.h"

enum { HUB_CALLER_MS = 20000 }; // of one wait: only ever used up by a test that fails

struct hub_caller {
	int fd; // -1: closed
	struct websocket *ws;
	struct event_reader reader;
	struct fleet *fleet;
	unsigned http_status; // of its upgrade; 0: not answered yet
	char key[32];
	char http[16384]; // the answer's head and what came with it
	size_t n_http;

	char environments[512]; // as the hub said hello: "prod! eu=red "
	struct wire_welcome welcome;
	bool is_welcome, is_closed; // closed: the connection has come to its end
	size_t n_snapshots, n_resyncs, n_gaps, n_doubled, n_pongs, n_answers;
	size_t n_by_type[EVENT_TYPE_COUNT];
	struct event *newest[EVENT_TYPE_COUNT]; // references
	uint64_t last[CHANNEL_COUNT];           // seq of what was seen
	uint64_t answered;                      // id of the newest answer
	struct wire_answer answer;
	struct wire_limits limits;
	size_t n_limits;            // how often they were told
	enum wire_error_code error; // WIRE_ERROR_COUNT: none came
	char error_why[WIRE_WHY_MAX];
	char resync_why[WIRE_WHY_MAX];
};

int hub_caller_connect_unix(const char *path); // a descriptor; fails the test
int hub_caller_connect_tcp(int port);

// One request of HTTP and its whole answer, on a connection that is consumed. Returns the status.
unsigned hub_caller_ask(int fd, const char *request, char *out, size_t size);

// The same in two steps, for who runs the hub in between: sends the request; then whether it was answered.
void hub_caller_begin(struct hub_caller *peer, int fd, const char *token);
bool hub_caller_answered(struct hub_caller *peer);

// Upgrades a connection, which becomes its own; `token` NULL: none. Returns the HTTP status.
unsigned hub_caller_open(struct hub_caller *peer, int fd, const char *token);
void hub_caller_hello(struct hub_caller *peer, const char *boot, const uint64_t last[CHANNEL_COUNT], unsigned channels);
void hub_caller_request(struct hub_caller *peer, uint64_t id, const struct request *request);
void hub_caller_send(struct hub_caller *peer, const char *text);
void hub_caller_write(struct hub_caller *peer, const void *bytes, size_t n); // as they are
void hub_caller_close(struct hub_caller *peer);                              // frees it

// Reads what has come, for at most so long; false: nothing did.
bool hub_caller_turn(struct hub_caller *peer, int timeout_ms);

int64_t hub_caller_now_ms(void);
#define hub_caller_wait(peer, condition)                                                                               \
	do {                                                                                                           \
		for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS; !(condition);) {                          \
			ck_assert_msg(hub_caller_now_ms() < until_ms, "waited in vain for %s", #condition);            \
			(void)hub_caller_turn((peer), 50);                                                             \
		}                                                                                                      \
	} while (0)

// What its fleet shows, as text. Free with mem_free().
char *hub_caller_dump(const struct hub_caller *peer);
