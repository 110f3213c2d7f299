#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A scripted Docker Engine on a socket of its own, and the driver before it: what it is asked, in order, and what it
 * says to that. Anything else fails the test.
 */
#include "drivers/docker.h"
#include "drivers/docker_recipe.h"
#include "opscon/config.h"
#include "poll/http.h"
#include "tests/support/http_server.h"

#define OLD "0123456789ab0000000000000000000000000000000000000000000000000000"
#define NEW "fedcba9876540000000000000000000000000000000000000000000000000000"
#define IMAGE_2 "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define CONTAINER(name, id, state)                                                                                     \
	"{\"Id\":\"" id "\",\"Name\":\"/" name "\",\"State\":{" state                                                  \
	"},\"Image\":\"sha256:1111111111111111\",\"Config\":{\"Image\":\"web:1\"},\"HostConfig\":{\"NetworkMode\":"    \
	"\"none\"}}"
#define STARTED(time) "\"Status\":\"running\",\"StartedAt\":\"2026-01-01T00:00:0" time "Z\""
#define RUNNING CONTAINER("web", OLD, STARTED("1"))
#define EXITED CONTAINER("web", OLD, "\"Status\":\"exited\",\"ExitCode\":3,\"StartedAt\":\"2026-01-01T00:00:01Z\"")
#define CREATED CONTAINER("web", OLD, "\"Status\":\"created\"")
#define PAUSED CONTAINER("web", OLD, "\"Status\":\"paused\"")
#define NEXT                                                                                                           \
	"{\"Id\":\"" NEW "\",\"Name\":\"/web.opscon-new\",\"State\":{\"Status\":\"created\"},\"Config\":{\"Labels\":{" \
	"\"org.opscon.managed\":\"true\"}}}"
#define VERSION "{\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.12\"}"
#define SAYS(text) "{\"message\":\"" text "\"}"
#define INSTANCE "0123456789ab/2026-01-01T00:00:01Z"

#define LOOK "GET /v1.41/containers/web/json"
#define LOOK_NEXT "GET /v1.41/containers/web.opscon-new/json"
#define LOOK_KEPT "GET /v1.41/containers/web.opscon-previous/json"
#define STOP "POST /v1.41/containers/" OLD "/stop?t="
#define START "POST /v1.41/containers/" OLD "/start"
#define LOGS "GET /v1.41/containers/" OLD "/logs?stdout=1&stderr=1&tail=20"

enum { SCRIPT_LINES_MAX = 16 };

// One request that comes, and what is said to it.
struct line {
	const char *request; // how it begins; NULL ends the script
	int status;          // 0: `json` is all that is sent, as it is
	const char *json;    // "" no body
	enum server_then then;
	bool goes_away; // the Engine listens no more after it
};

struct script {
	uv_loop_t loop;
	char dir[64], socket[96];
	struct http_server server;
	struct line lines[SCRIPT_LINES_MAX];
	size_t n_lines, at;
	struct server_rule rule;
	char bytes[8192];
	struct http_client *client;
	struct config config;
	struct driver *driver;
	struct agent agent;
	struct operation_params params;
	struct driver_answer answer;
	bool is_done;
	int n_answers;
	char said[2000];
	struct driver_run *cancelled; // when something is said
};

struct script_step {
	int primitive;
	const char *precondition; // NULL: none
	const char *expected;     // NULL: any
	uint32_t timeout_ms;      // 0: 10 s
};

void script_set_up(struct script *f); // with an answer to GET /version
void script_tear_down(struct script *f);
void script_append(struct script *f, const struct line *lines);
const struct server_rule *script_choose(void *ctx, const char *request); // http_server::choose
int script_begin(struct script *f, const struct script_step *step, struct driver_run **run);
void script_take(struct script *f, const struct script_step *step); // and waits for the answer
// That this was answered, and the whole script gone through.
void script_assert_answer(const struct script *f, enum driver_outcome outcome, const char *detail);
void script_closed_cb(void *ctx); // of the driver: closes the client
