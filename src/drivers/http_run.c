// SPDX-License-Identifier: Apache-2.0
#include "drivers/http_run.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "drivers/http_recipe.h"
#include "text/text.h"

struct driver_run {
	struct http_driver *http;
	struct driver_run *prev, *next; // http_driver::runs
	struct driver_request request;  // borrowed, all of it, until the answer
	struct driver_listener listener;
	enum verb verb;                 // unless it only looks
	bool is_over;                   // answered or cancelled: the memory goes with the timer
	struct http_transfer *transfer; // under way; NULL: none
	uv_timer_t timer;               // until the operation is asked for again
	uint64_t deadline_ms;           // in loop time
	uint32_t pause_ms;
	char tag[HTTP_TAG_MAX]; // for If-Match; "" none
	char operation[CONTROL_URL_MAX];
	int percent; // said last
	char message[CONTROL_MESSAGE_MAX];
};

// ---- the end of it

static void closed_cb(uv_handle_t *handle)
{
	struct driver_run *run = handle->data;
	struct http_driver *http = run->http;

	mem_free(run);
	http_driver_handle_closed(http);
}

void http_run_cancel(struct driver_run *run)
{
	if (!run || run->is_over)
		return;
	run->is_over = true;
	http_request_cancel(run->transfer);
	run->transfer = NULL;
	DL_DELETE(run->http->runs, run);
	uv_close((uv_handle_t *)&run->timer, closed_cb);
}

static void finish(struct driver_run *run, struct driver_answer *answer)
{
	struct driver_listener listener = run->listener;

	(void)text_trim(answer->detail);
	http_run_cancel(run);
	listener.done(listener.ctx, answer);
}

static void end(struct driver_run *run, enum driver_outcome outcome, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void end(struct driver_run *run, enum driver_outcome outcome, const char *format, ...)
{
	struct driver_answer answer = { .outcome = outcome };
	va_list args;

	va_start(args, format);
	vsnprintf(answer.detail, sizeof answer.detail, format, args);
	va_end(args);
	finish(run, &answer);
}

static void end_with_sight(struct driver_run *run, const struct driver_sight *sight, const char *detail)
{
	struct driver_answer answer = { .outcome = DRIVER_DONE, .has_sight = true, .sight = *sight };

	snprintf(answer.detail, sizeof answer.detail, "%s", detail);
	finish(run, &answer);
}

// A line of what goes on. False when the listener has cancelled the run in answer to it.
static bool say(struct driver_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool say(struct driver_run *run, const char *format, ...)
{
	char line[CONTROL_URL_MAX + 80];
	va_list args;

	if (!run->listener.output)
		return true;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	run->listener.output(run->listener.ctx, text_trim(line));
	return !run->is_over;
}

// "HTTP 409: it is stopping", or why there is no whole answer. True when the agent says that it has failed.
static bool explain(const struct http_response *response, char *out, size_t size)
{
	char said[CONTROL_MESSAGE_MAX];
	bool is_failed = false;

	if (response->reason != REASON_NONE) {
		snprintf(out, size, "%s%s%.*s", reason_text(response->reason), response->detail[0] ? ": " : "",
			 text_fit(response->detail, (int)size - 60), response->detail);
	} else {
		is_failed = control_read_problem(response->body, response->body_len, said);
		snprintf(out, size, "HTTP %d%s%.*s", response->status, said[0] ? ": " : "",
			 text_fit(said, (int)size - 20), said);
	}
	(void)text_trim(out);
	return is_failed;
}

// ---- requests

static uint32_t time_left(const struct driver_run *run)
{
	uint64_t now_ms = uv_now(run->http->loop);

	return run->deadline_ms > now_ms ? (uint32_t)(run->deadline_ms - now_ms) : 0;
}

static int start(struct driver_run *run, struct http_request *request, http_done_cb done)
{
	const struct agent *agent = run->request.agent;

	request->accept = "application/json";
	request->authorization = agent->authorization;
	request->tls = agent->tls;
	request->limits.max_body_bytes = request->limits.max_wire_bytes = CONTROL_BODY_MAX;
	request->is_fresh = true; // a look as well: it must not go with the probes' connections
	request->is_patient = true;
	return http_request_start(run->http->client, request, done, run, &run->transfer);
}

static int start_get(struct driver_run *run, const char *url, http_done_cb done)
{
	uint32_t left_ms = time_left(run);
	struct http_request request = { .url = url, .timeout_ms = left_ms < HTTP_LOOK_MS ? left_ms + 1 : HTTP_LOOK_MS };

	return start(run, &request, done);
}

// ---- 3. its operation, until it is over

static void operation_cb(const struct http_response *response, void *ctx);

static void pause_cb(uv_timer_t *timer)
{
	struct driver_run *run = timer->data;
	int r = time_left(run) ? start_get(run, run->operation, operation_cb) : -ETIME;

	if (r == -ETIME)
		end(run, DRIVER_UNKNOWN, "its operation is not over after %u s", run->request.step->timeout_ms / 1000);
	else if (r < 0)
		end(run, DRIVER_UNKNOWN, "its operation cannot be followed: %s", strerror(-r));
}

static void ask_later(struct driver_run *run)
{
	uint32_t left_ms = time_left(run), pause_ms = run->pause_ms;

	uv_timer_start(&run->timer, pause_cb, pause_ms < left_ms ? pause_ms : left_ms, 0);
	run->pause_ms = pause_ms * 2 < HTTP_PAUSE_MAX_MS ? pause_ms * 2 : HTTP_PAUSE_MAX_MS;
}

// What is new is said once.
static bool tell_progress(struct driver_run *run, const struct control_operation *operation)
{
	const char *message = operation->message;

	if (operation->percent == run->percent && strcmp(message, run->message) == 0)
		return true;
	run->percent = operation->percent;
	memcpy(run->message, message, sizeof run->message);
	if (operation->percent < 0)
		return !message[0] || say(run, "%s", message);
	return say(run, "%d %%%s%s", operation->percent, message[0] ? ": " : "", message);
}

static void take_operation(struct driver_run *run, const struct http_response *response)
{
	struct control_operation operation;
	char why[CONTROL_WHY_MAX];
	int r = control_read_operation(response->body, response->body_len, &operation, why);

	if (r < 0) {
		end(run, DRIVER_UNKNOWN, "its operation cannot be read: %s", r == -ENOMEM ? strerror(ENOMEM) : why);
		return;
	}
	if (!tell_progress(run, &operation))
		return;
	if (operation.status == CONTROL_RUNNING)
		ask_later(run);
	else if (operation.status == CONTROL_FAILED)
		end(run, DRIVER_FAILED, "%s", operation.error[0] ? operation.error : "it says that it has failed");
	else if (operation.has_state)
		end_with_sight(run, &operation.state.sight, operation.message);
	else
		end(run, DRIVER_DONE, "%s", operation.message);
}

// Looking changes nothing, so it may fail and be done again: an agent that restarts is away for a while.
static void operation_cb(const struct http_response *response, void *ctx)
{
	struct driver_run *run = ctx;
	char text[DRIVER_DETAIL_MAX];

	run->transfer = NULL;
	if (response->reason == REASON_NONE && response->status == 200) {
		take_operation(run, response);
		return;
	}
	(void)explain(response, text, sizeof text);
	if (response->reason != REASON_NONE || response->status >= 500 || response->status == 429) {
		if (strcmp(text, run->message) != 0) {
			snprintf(run->message, sizeof run->message, "%.*s", text_fit(text, CONTROL_MESSAGE_MAX - 1),
				 text);
			if (!say(run, "its operation does not answer: %s", text))
				return;
		}
		ask_later(run);
	} else {
		end(run, DRIVER_UNKNOWN, "its operation cannot be followed: %s", text);
	}
}

static void follow(struct driver_run *run, const struct http_response *response)
{
	if (!response->location ||
	    control_follow(run->request.agent->control_url, response->location, run->operation) < 0)
		end(run, DRIVER_UNKNOWN, "it has accepted, and names no operation of its own to follow");
	else if (say(run, "accepted: %s", run->operation))
		ask_later(run);
}

// ---- 2. the one request that changes something

static void take_success(struct driver_run *run, const struct http_response *response)
{
	struct control_state state;
	char why[CONTROL_WHY_MAX];

	if (response->body_len == 0)
		end(run, DRIVER_DONE, "%s", "");
	else if (control_read_state(response->body, response->body_len, &state, why) == 0)
		end_with_sight(run, &state.sight, "");
	else // a login page says 200 as well
		end(run, DRIVER_UNKNOWN, "its answer cannot be read: %s", why);
}

static enum driver_outcome outcome_of(const struct http_response *response, bool says_failed)
{
	if (!response->is_sent)
		return DRIVER_REFUSED;
	if (response->reason != REASON_NONE)
		return DRIVER_UNKNOWN;
	if ((response->status >= 400 && response->status < 500) || response->status == 501)
		return DRIVER_REFUSED;
	return response->status >= 500 && says_failed ? DRIVER_FAILED : DRIVER_UNKNOWN;
}

static void asked_cb(const struct http_response *response, void *ctx)
{
	struct driver_run *run = ctx;
	const bool is_whole = response->reason == REASON_NONE;
	char text[DRIVER_DETAIL_MAX];
	bool says_failed;

	run->transfer = NULL;
	if (is_whole && response->status == 202) {
		follow(run, response);
	} else if (is_whole && (response->status == 200 || response->status == 201 || response->status == 204)) {
		take_success(run, response);
	} else if (is_whole && response->status == 412) {
		end(run, DRIVER_REFUSED, "it is another one now than when it was looked at");
	} else {
		says_failed = explain(response, text, sizeof text);
		end(run, outcome_of(response, says_failed), "%s", text);
	}
}

static int ask(struct driver_run *run, const char *url, const struct bytes *body)
{
	const bool is_patch = run->verb == VERB_CONFIGURE;
	const uint32_t left_ms = time_left(run);
	const struct http_header headers[] = {
		{ "Content-Type", is_patch ? "application/merge-patch+json" : "application/json" },
		{ "Idempotency-Key", run->request.idempotency_key },
		{ "If-Match", run->tag },
	};
	struct http_request request = {
		.method = http_verb_method(run->verb),
		.url = url,
		.headers = headers,
		.n_headers = run->tag[0] ? 3 : 2,
		.body = body->data,
		.body_len = body->len,
		.timeout_ms = left_ms < HTTP_ANSWER_MS ? left_ms + 1 : HTTP_ANSWER_MS,
	};

	return start(run, &request, asked_cb);
}

static void send_request(struct driver_run *run)
{
	char url[CONTROL_URL_MAX];
	struct bytes body;
	int r;

	bytes_init(&body, CONTROL_BODY_MAX);
	r = control_url(run->request.agent->control_url, http_verb_path(run->verb), url);
	if (r == 0)
		r = http_verb_body(run->verb, run->request.params, &body);
	if (r == 0 && !say(run, "%s %s", http_verb_method(run->verb), url)) {
		bytes_finish(&body);
		return;
	}
	if (r == 0)
		r = ask(run, url, &body);
	bytes_finish(&body);
	if (r < 0)
		end(run, DRIVER_REFUSED, "it cannot be asked: %s", strerror(-r));
}

// ---- 1. what it is now

// Why it is not to be asked at all; "" when it is.
static void check(const struct driver_run *run, const struct control_state *state, char *why, size_t size)
{
	const char *expected = run->request.expected_instance;

	why[0] = '\0';
	if (!state->sight.exists && run->verb != VERB_CREATE)
		snprintf(why, size, "it is gone");
	else if (expected[0] && strcmp(expected, state->sight.instance) != 0)
		snprintf(why, size, "it is another one now: instance %.60s instead of %.60s",
			 state->sight.instance[0] ? state->sight.instance : "unknown", expected);
	else if (state->has_verbs && !(state->verbs & 1U << run->verb))
		snprintf(why, size, "it does not offer to %s", verb_name(run->verb));
}

static void take_look(struct driver_run *run, const struct control_state *state, const char *tag)
{
	char why[DRIVER_DETAIL_MAX];

	if (run->request.step->primitive == PRIMITIVE_OBSERVE) {
		end_with_sight(run, &state->sight, "");
		return;
	}
	check(run, state, why, sizeof why);
	if (why[0]) {
		end(run, DRIVER_REFUSED, "%s", why);
		return;
	}
	// A weak tag says that the agent is much the same, which is not enough.
	if (tag && tag[0] == '"' && strlen(tag) < sizeof run->tag)
		memcpy(run->tag, tag, strlen(tag) + 1);
	send_request(run);
}

// Nothing has been sent yet that changes anything, so whatever is wrong here is DRIVER_REFUSED.
static void looked_cb(const struct http_response *response, void *ctx)
{
	struct driver_run *run = ctx;
	struct control_state state = { .sight = { .exists = false, .state = LIFECYCLE_REVOKED } };
	const bool is_whole = response->reason == REASON_NONE;
	char text[DRIVER_DETAIL_MAX], why[CONTROL_WHY_MAX] = "";
	int r;

	run->transfer = NULL;
	if (is_whole && response->status == 410) {
		take_look(run, &state, NULL);
	} else if (is_whole && response->status == 200) {
		r = control_read_state(response->body, response->body_len, &state, why);
		if (r < 0)
			end(run, DRIVER_REFUSED, "its state cannot be read: %s", r == -ENOMEM ? strerror(ENOMEM) : why);
		else
			take_look(run, &state, response->etag);
	} else {
		(void)explain(response, text, sizeof text);
		end(run, DRIVER_REFUSED, "its state cannot be asked for: %s", text);
	}
}

int http_run_begin(struct driver *driver, const struct driver_request *request, const struct driver_listener *listener,
		   struct driver_run **out)
{
	struct http_driver *http = (struct http_driver *)driver;
	bool is_look = request->step->primitive == PRIMITIVE_OBSERVE;
	enum verb verb = VERB_START;
	struct driver_run *run;
	int r;

	*out = NULL;
	if (http->is_closing || !request->agent->control_url)
		return -EINVAL;
	if (!is_look && http_primitive_verb(request->step->primitive, &verb) < 0)
		return -EINVAL;
	run = mem_calloc(1, sizeof *run);
	if (!run)
		return -ENOMEM;
	*run = (struct driver_run){ .http = http, .request = *request, .listener = *listener, .verb = verb };
	run->percent = -1;
	run->pause_ms = HTTP_PAUSE_MIN_MS;
	run->deadline_ms = uv_now(http->loop) + request->step->timeout_ms;
	(void)uv_timer_init(http->loop, &run->timer); // cannot fail
	run->timer.data = run;
	http->n_handles++;
	DL_APPEND(http->runs, run);
	r = start_get(run, request->agent->control_url, looked_cb);
	if (r < 0) {
		http_run_cancel(run);
		return r;
	}
	*out = run;
	return 0;
}
