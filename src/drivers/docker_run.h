#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One step on its way, and what its files share: docker_run.c asks one thing after the other, docker_steps.c says
 * which, docker_decide.c and docker_undo.c what is done about what was seen, docker_answers.c reads what comes back.
 */
#include <uv.h>

#include "base/strbuf.h"
#include "drivers/docker_create.h"
#include "drivers/docker_follow.h"
#include "drivers/docker_recipe.h"
#include "opscon/config.h"
#include "poll/http.h"

enum {
	DOCKER_URL_MAX = 600,
	DOCKER_PATH_MAX = 400,
	DOCKER_ASKS_MAX = 12,
	DOCKER_ANSWER_MAX = 4 << 20,
	DOCKER_LOG_MAX = 256 << 10,
	DOCKER_LOOK_MS = 10000,
	DOCKER_SETTLE_MS = 300, // after a start: what cannot run at all has ended by then
	DOCKER_AGAIN_MS = 250,  // between two looks at one that is to stay up
	DOCKER_STOP_S = 10,
	// Versions of the API as major * 1000 + minor: what is spoken unless the Engine is too old or too new for it.
	DOCKER_API_SPOKEN = 1044,
	DOCKER_API_NETWORKS = 1044, // several networks can be said at once from here on
};

struct docker_driver {
	struct driver driver; // first
	uv_loop_t *loop;      // borrowed, as is the client
	struct http_client *client;
	char base[DOCKER_URL_MAX]; // "http://docker", "https://host:2376"
	char place[120];           // for people: the socket or the URL, or its beginning
	char *unix_socket;         // owned; NULL: TCP
	struct agent_tls tls;      // borrowed of the configuration
	const char *network;       // the same
	bool is_allowed_from_discovery;
	unsigned api; // 0: not agreed on yet
	struct docker_memory memory;
	struct docker_follow follow;
	struct driver_run *runs; // driver_run::prev, next
	uv_timer_t handle;       // of `follow`, and so that closing always ends in the loop
	size_t n_handles;        // not yet closed: it, those of runs, and streams
	void (*closed)(void *ctx);
	void *closed_ctx;
	bool is_closing;
};

// What is asked, one after the other.
enum docker_ask {
	ASK_VERSION,
	ASK_CURRENT, // of the three containers
	ASK_NEXT,
	ASK_KEPT,
	ASK_IMAGE,     // that is wanted
	ASK_OLD_IMAGE, // that the container has
	ASK_ACT,       // the one that changes something, if anything does
	ASK_SETTLE,    // a pause
	ASK_CHECK,     // whether it stays up; else back to ASK_NEXT
	ASK_END,
};

struct driver_run {
	struct docker_driver *docker;
	struct driver_run *prev, *next; // docker_driver::runs
	struct driver_request request;  // borrowed, all of it, until the answer
	struct driver_listener listener;
	bool is_over; // answered or cancelled: the memory goes with the timer
	struct http_transfer *transfer;
	uv_timer_t timer;
	uint64_t deadline_ms; // in loop time
	uint8_t asks[DOCKER_ASKS_MAX];
	size_t n_asks, at; // asks[at] is under way
	struct docker_container containers[DOCKER_ROLE_COUNT];
	bool is_seen;                 // the current one, since the last change
	struct json_value *document;  // owned: of the container to copy
	struct json_value *old_image; // owned
	struct docker_image image;    // that is wanted
	char image_id[DOCKER_ID_MAX]; // of it; "": there is none
	char subject[DOCKER_ID_MAX];  // the container that something was done to
	bool is_acted;                // it was answered, or there was nothing to send
	bool is_contested;            // with an error: whether it is so all the same decides
	bool wants_log;               // of the subject
	bool wants_last_line;         // of its log, in the answer
	char last_line[DRIVER_DETAIL_MAX];
	uint64_t up_since_ms;        // ASK_CHECK: in loop time; 0: it is not up
	struct driver_answer answer; // as it will be
};

static inline struct docker_container *docker_current(struct driver_run *run)
{
	return &run->containers[DOCKER_CURRENT];
}

static inline struct docker_container *docker_next(struct driver_run *run)
{
	return &run->containers[DOCKER_NEXT];
}

static inline struct docker_container *docker_kept(struct driver_run *run)
{
	return &run->containers[DOCKER_KEPT];
}

// A request that changes something.
struct docker_act {
	const char *method;
	char path[DOCKER_PATH_MAX];
	struct bytes body; // empty: none
};

// ---- docker.c

// Bits of the verbs that it may be asked for; 0: none, and why, DRIVER_DETAIL_MAX (may be NULL).
unsigned docker_driver_verbs(const struct docker_driver *docker, const struct agent *agent, char *why);
void docker_driver_handle_closed(struct docker_driver *docker); // the last one frees it

// ---- docker_run.c

// As driver_class::begin and ::cancel.
int docker_run_begin(struct driver *driver, const struct driver_request *request,
		     const struct driver_listener *listener, struct driver_run **out);
void docker_run_cancel(struct driver_run *run);

void docker_run_say(struct driver_run *run, const char *line); // to the listener; the run may be over after it
uint64_t docker_run_left_ms(const struct driver_run *run);

// ---- docker_steps.c

// What has to be seen before the step, and after it: run->asks. -EINVAL: none of ours.
int docker_step_asks(struct driver_run *run);
bool docker_step_is_start(uint16_t primitive);
void docker_step_conclude(struct driver_run *run); // what has come of it, as seen afterwards: run->answer

// ---- docker_decide.c, and docker_undo.c for the way back

/* What is to be done, after all that was asked before it has been seen. 1: `act` is to be sent; 0: nothing, it is so
 * already; -EPERM: it must not be done, and run->answer.detail says why; other negative errno.
 */
int docker_step_decide(struct driver_run *run, struct docker_act *act);
int docker_undo_decide(struct driver_run *run, struct docker_act *act);

int docker_refuse(struct driver_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
int docker_nothing(struct driver_run *run, const char *why);
int docker_act_on(struct driver_run *run, const struct docker_container *subject, struct docker_act *act,
		  const char *what);
int docker_send_rename(struct driver_run *run, const struct docker_container *subject, struct docker_act *act,
		       enum docker_role to);
int docker_send_policy(struct driver_run *run, const struct docker_container *subject, struct docker_act *act,
		       bool is_always);
int docker_send_removal(struct driver_run *run, const struct docker_container *subject, struct docker_act *act);
int docker_send_stop(struct driver_run *run, const struct docker_container *subject, struct docker_act *act);

// ---- docker_answers.c

// What an Engine speaks that says this (GET /version), as DOCKER_API_SPOKEN; 0: it is none.
unsigned docker_read_api(const char *body, size_t n);

// The id of an image (GET /images/REF/json). 0 or -EBADMSG.
int docker_read_image_id(const struct json_value *document, char out[DOCKER_ID_MAX]);

// "HTTP 409: it is in use": what an answer that is none of those wanted says. True when the Engine itself has said it.
bool docker_explain(const struct docker_driver *docker, const struct http_response *response, char *out, size_t size);

// What became of a request that was to change something. *is_contested: it may be so already, and should be looked at.
enum driver_outcome docker_outcome(const struct http_response *response, bool has_said, bool *is_contested);
