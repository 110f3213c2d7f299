// SPDX-License-Identifier: Apache-2.0
#include "drivers/docker_run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "drivers/docker_logs.h"
#include "text/text.h"

static void go_on(struct driver_run *run);

// ---- the end of it

static void closed_cb(uv_handle_t *handle)
{
	struct driver_run *run = handle->data;
	struct docker_driver *docker = run->docker;

	json_free(run->document);
	json_free(run->old_image);
	mem_free(run);
	docker_driver_handle_closed(docker);
}

void docker_run_cancel(struct driver_run *run)
{
	if (!run || run->is_over)
		return;
	run->is_over = true;
	http_request_cancel(run->transfer);
	run->transfer = NULL;
	DL_DELETE(run->docker->runs, run);
	uv_close((uv_handle_t *)&run->timer, closed_cb);
}

static void finish(struct driver_run *run)
{
	const struct driver_listener listener = run->listener;
	const struct driver_answer answer = run->answer;

	docker_run_cancel(run);
	listener.done(listener.ctx, &answer);
}

static void end(struct driver_run *run, enum driver_outcome outcome, const char *detail)
{
	run->answer.outcome = outcome;
	snprintf(run->answer.detail, sizeof run->answer.detail, "%s", detail);
	(void)text_trim(run->answer.detail);
	finish(run);
}

/* What was to be seen could not be. Before anything was sent nothing has happened; after it, what was answered stands,
 * and how it is now is not known.
 */
static void end_blind(struct driver_run *run, const char *detail)
{
	if (run->is_acted)
		finish(run);
	else
		end(run, DRIVER_REFUSED, detail);
}

void docker_run_say(struct driver_run *run, const char *line)
{
	if (run->listener.output && !run->is_over)
		run->listener.output(run->listener.ctx, line);
}

uint64_t docker_run_left_ms(const struct driver_run *run)
{
	uint64_t now_ms = uv_now(run->docker->loop);

	return run->deadline_ms > now_ms ? run->deadline_ms - now_ms : 0;
}

// ---- requests

static int start(struct driver_run *run, struct http_request *request, const char *path, http_done_cb done)
{
	static const struct http_header json = { "Content-Type", "application/json" };
	const struct docker_driver *docker = run->docker;
	const uint64_t left_ms = docker_run_left_ms(run);
	char url[DOCKER_URL_MAX + DOCKER_PATH_MAX];

	if (left_ms == 0)
		return -ETIME;
	if (docker->api)
		snprintf(url, sizeof url, "%s/v%u.%u%s", docker->base, docker->api / 1000, docker->api % 1000, path);
	else
		snprintf(url, sizeof url, "%s%s", docker->base, path);
	request->url = url;
	request->unix_socket = docker->unix_socket;
	request->tls = docker->tls;
	request->is_patient = true;
	request->timeout_ms = (uint32_t)(request->is_fresh || left_ms < DOCKER_LOOK_MS ? left_ms : DOCKER_LOOK_MS);
	if (request->body) {
		request->headers = &json;
		request->n_headers = 1;
	}
	return http_request_start(docker->client, request, done, run, &run->transfer);
}

// As begin_ask() says it.
static int waits(int r)
{
	return r < 0 ? r : 1;
}

static int start_get(struct driver_run *run, const char *path, http_done_cb done)
{
	struct http_request request = { .limits = { .max_body_bytes = DOCKER_ANSWER_MAX } };

	return start(run, &request, path, done);
}

// What was asked for was seen: 200, and a document. NULL: it was not; the run is over.
static struct json_value *read_document(struct driver_run *run, const struct http_response *response)
{
	struct json_value *document = NULL;
	char text[DRIVER_DETAIL_MAX];

	if (response->reason != REASON_NONE || response->status != 200) {
		// Another Engine may answer next time.
		if (response->reason != REASON_NONE || response->status == 400)
			run->docker->api = 0;
		(void)docker_explain(run->docker, response, text, sizeof text);
	} else if (json_parse(response->body ? response->body : "", response->body_len, &document, NULL) < 0) {
		snprintf(text, sizeof text, "%s: its answer cannot be read", run->docker->place);
	}
	if (!document)
		end_blind(run, text);
	return document;
}

// ---- ASK_VERSION

static void version_cb(const struct http_response *response, void *ctx)
{
	struct driver_run *run = ctx;
	char text[DRIVER_DETAIL_MAX];

	run->transfer = NULL;
	if (response->reason == REASON_NONE && response->status == 200)
		run->docker->api = docker_read_api(response->body, response->body_len);
	if (run->docker->api) {
		go_on(run);
		return;
	}
	if (response->reason == REASON_NONE)
		snprintf(text, sizeof text, "%s: no Docker Engine answers there", run->docker->place);
	else
		(void)docker_explain(run->docker, response, text, sizeof text);
	end(run, DRIVER_REFUSED, text);
}

// ---- ASK_CURRENT, ASK_NEXT, ASK_KEPT

// Without a document there is none.
static void take_container(struct driver_run *run, enum docker_role role, struct json_value *document)
{
	const bool is_to_copy = run->request.step->primitive == DOCKER_CREATE_NEXT && !run->is_acted;
	const char *target = run->request.agent->control_target;
	struct docker_container *container = &run->containers[role];
	char name[DOCKER_NAME_MAX];

	*container = (struct docker_container){ .exists = false };
	docker_name(role, target, name);
	if (document &&
	    docker_container_read(document, name, run->docker->api >= DOCKER_API_NETWORKS, container) == -EBADMSG) {
		json_free(document);
		end_blind(run, "its answer about the container cannot be read");
		return;
	}
	if (role == DOCKER_CURRENT) {
		run->is_seen = true;
		docker_remember(&run->docker->memory, target, container);
	}
	if (role == DOCKER_NEXT && run->request.step->primitive == PRIMITIVE_OBSERVE)
		docker_remember_next(&run->docker->memory, target, container->exists);
	if (role == DOCKER_CURRENT && is_to_copy)
		run->document = document;
	else
		json_free(document);
	go_on(run);
}

static void container_cb(const struct http_response *response, void *ctx)
{
	struct driver_run *run = ctx;
	const enum docker_ask ask = run->asks[run->at];
	const enum docker_role role = ask == ASK_CURRENT ? DOCKER_CURRENT : ask == ASK_NEXT ? DOCKER_NEXT : DOCKER_KEPT;
	struct json_value *document;

	run->transfer = NULL;
	if (response->reason == REASON_NONE && response->status == 404) {
		take_container(run, role, NULL);
		return;
	}
	document = read_document(run, response);
	if (document)
		take_container(run, role, document);
}

static int ask_container(struct driver_run *run, enum docker_role role)
{
	char path[DOCKER_PATH_MAX], name[DOCKER_NAME_MAX];

	snprintf(path, sizeof path, "/containers/%s/json", docker_name(role, run->request.agent->control_target, name));
	return start_get(run, path, container_cb);
}

// ---- ASK_IMAGE, ASK_OLD_IMAGE

static void take_image(struct driver_run *run, const char *id)
{
	snprintf(run->image_id, sizeof run->image_id, "%s", id);
	docker_remember_image(&run->docker->memory, run->image.lookup, id);
	go_on(run);
}

static void image_cb(const struct http_response *response, void *ctx)
{
	struct driver_run *run = ctx;
	struct json_value *document;
	char id[DOCKER_ID_MAX];
	int r;

	run->transfer = NULL;
	if (response->reason == REASON_NONE && response->status == 404) {
		take_image(run, "");
		return;
	}
	if (response->reason == REASON_NONE && response->status != 200 &&
	    run->request.step->primitive == PRIMITIVE_OBSERVE) {
		go_on(run); // whatever is wrong with it, the container was seen
		return;
	}
	document = read_document(run, response);
	if (!document)
		return;
	r = docker_read_image_id(document, id);
	json_free(document);
	if (r < 0)
		end_blind(run, "its answer about the image cannot be read");
	else
		take_image(run, id);
}

static int ask_image(struct driver_run *run)
{
	const struct operation_params *params = run->request.params;
	const char *now = params->verb == VERB_UPGRADE ? run->containers[DOCKER_CURRENT].version : "";
	char path[DOCKER_PATH_MAX];

	if (docker_image_of(params->version, now, &run->image) < 0)
		return run->request.step->primitive == PRIMITIVE_OBSERVE ? 0 : -EINVAL;
	snprintf(path, sizeof path, "/images/%s/json", run->image.lookup);
	return waits(start_get(run, path, image_cb));
}

static void old_image_cb(const struct http_response *response, void *ctx)
{
	struct driver_run *run = ctx;

	run->transfer = NULL;
	if (response->reason == REASON_NONE && response->status == 404) {
		docker_run_say(run, "its image is gone: settings that came from it are taken over too");
		if (!run->is_over)
			go_on(run);
		return;
	}
	run->old_image = read_document(run, response);
	if (run->old_image)
		go_on(run);
}

static int ask_old_image(struct driver_run *run)
{
	char path[DOCKER_PATH_MAX];

	if (!run->containers[DOCKER_CURRENT].image_id[0])
		return 0;
	snprintf(path, sizeof path, "/images/%s/json", run->containers[DOCKER_CURRENT].image_id);
	return waits(start_get(run, path, old_image_cb));
}

// ---- ASK_ACT

static void acted_cb(const struct http_response *response, void *ctx)
{
	struct driver_run *run = ctx;
	char text[DRIVER_DETAIL_MAX];
	bool has_said = docker_explain(run->docker, response, text, sizeof text);

	run->transfer = NULL;
	run->is_seen = false;
	run->answer.outcome = docker_outcome(response, has_said, &run->is_contested);
	if (run->answer.outcome == DRIVER_UNKNOWN || !response->is_sent) {
		end(run, run->answer.outcome, text);
		return;
	}
	run->is_acted = true;
	if (run->answer.outcome != DRIVER_DONE)
		memcpy(run->answer.detail, text, sizeof run->answer.detail);
	go_on(run);
}

// 1: it was sent; 0: there was nothing to send; else negative errno.
static int send_act(struct driver_run *run)
{
	struct docker_act act = { .method = NULL };
	struct http_request request = { .is_fresh = true, .limits = { .max_body_bytes = DOCKER_ANSWER_MAX } };
	int r;

	bytes_init(&act.body, DOCKER_BODY_MAX);
	r = docker_step_decide(run, &act);
	if (r > 0) {
		request.method = act.method;
		request.body = act.body.data;
		request.body_len = act.body.len;
		r = start(run, &request, act.path, acted_cb);
		r = r < 0 ? r : 1;
	}
	bytes_finish(&act.body);
	if (r == 0) {
		run->is_acted = true;
		run->answer.outcome = DRIVER_DONE;
	}
	return r;
}

// ---- ASK_SETTLE, ASK_CHECK

static void timer_cb(uv_timer_t *timer)
{
	go_on(timer->data);
}

// A pause; what comes next is the ask after asks[at].
static int rest(struct driver_run *run, uint64_t pause_ms)
{
	uint64_t left_ms = docker_run_left_ms(run);

	return uv_timer_start(&run->timer, timer_cb, pause_ms < left_ms ? pause_ms : left_ms, 0);
}

static bool is_well(const struct docker_container *container)
{
	return container->state == LIFECYCLE_RUNNING &&
	       (!container->health[0] || strcmp(container->health, "healthy") == 0);
}

// 1: it is looked at again; 0: it has stayed up; -EPERM: it has not, and the answer says so.
static int check_next(struct driver_run *run)
{
	const struct docker_container *next = &run->containers[DOCKER_NEXT];
	const bool is_over = next->state != LIFECYCLE_RUNNING || strcmp(next->health, "unhealthy") == 0;
	char how[DOCKER_WHY_MAX];

	if (!is_well(next))
		run->up_since_ms = 0;
	else if (!run->up_since_ms)
		run->up_since_ms = uv_now(run->docker->loop);
	if (run->up_since_ms &&
	    uv_now(run->docker->loop) - run->up_since_ms >= run->request.params->rollout.min_healthy_ms)
		return 0;
	if (next->exists && !is_over && docker_run_left_ms(run) > DOCKER_AGAIN_MS) {
		run->at -= 2; // after the pause it is ASK_NEXT again
		return rest(run, DOCKER_AGAIN_MS) < 0 ? -ETIME : 1;
	}
	docker_container_describe(next, how, sizeof how);
	snprintf(run->answer.detail, sizeof run->answer.detail, "the new one does not stay up: %s%s%s", how,
		 next->health[0] ? ", " : "", next->health);
	memcpy(run->subject, next->id, sizeof run->subject);
	run->wants_log = run->wants_last_line = next->exists;
	return -EPERM;
}

// ---- ASK_END

static void line_cb(void *ctx, const char *line)
{
	struct driver_run *run = ctx;

	snprintf(run->last_line, sizeof run->last_line, "%s", line);
	docker_run_say(run, line);
}

// What is kept of a step is its answer: why it does not stay up is mostly the last it said.
static void add_last_line(struct driver_run *run)
{
	char *detail = run->answer.detail;
	const size_t n = strlen(detail);

	if (!run->wants_last_line || !run->last_line[0])
		return;
	snprintf(detail + n, sizeof run->answer.detail - n, "; its log ends: %s", run->last_line);
	(void)text_trim(detail);
}

static void log_cb(const struct http_response *response, void *ctx)
{
	struct driver_run *run = ctx;
	bool is_tty = false;

	run->transfer = NULL;
	for (size_t i = 0; i < DOCKER_ROLE_COUNT; i++)
		if (strcmp(run->containers[i].id, run->subject) == 0)
			is_tty = run->containers[i].is_tty;
	if (response->reason == REASON_NONE && response->status == 200 && response->body)
		docker_logs_read(response->body, response->body_len, is_tty, line_cb, run);
	if (run->is_over) // the listener may have had enough
		return;
	add_last_line(run);
	finish(run);
}

// Its last words, when somebody listens; whether or not they come, the answer is known.
static void end_with_log(struct driver_run *run)
{
	struct http_request request = { .limits = { .max_body_bytes = DOCKER_LOG_MAX } };
	char path[DOCKER_PATH_MAX];

	snprintf(path, sizeof path, "/containers/%s/logs?stdout=1&stderr=1&tail=20", run->subject);
	if (!run->wants_log || !run->listener.output || start(run, &request, path, log_cb) < 0)
		finish(run);
}

// ---- one thing after the other

// 1: an answer or a pause is waited for; 0: nothing is; negative errno: it cannot be asked.
static int begin_ask(struct driver_run *run)
{
	switch ((enum docker_ask)run->asks[run->at]) {
	case ASK_VERSION:
		return waits(start_get(run, "/version", version_cb));
	case ASK_CURRENT:
		return waits(ask_container(run, DOCKER_CURRENT));
	case ASK_NEXT:
		return waits(ask_container(run, DOCKER_NEXT));
	case ASK_KEPT:
		return waits(ask_container(run, DOCKER_KEPT));
	case ASK_IMAGE:
		return ask_image(run);
	case ASK_OLD_IMAGE:
		return ask_old_image(run);
	case ASK_ACT:
		return send_act(run);
	case ASK_SETTLE:
		return run->answer.outcome == DRIVER_DONE ? waits(rest(run, DOCKER_SETTLE_MS)) : 0;
	case ASK_CHECK:
		return check_next(run);
	case ASK_END:
		break;
	}
	return 0;
}

static void end_unasked(struct driver_run *run, int error)
{
	const bool is_check = run->asks[run->at] == ASK_CHECK;
	char text[DRIVER_DETAIL_MAX];

	if (error == -EPERM) { // what was seen forbids it, and the answer says why
		run->answer.outcome = is_check ? DRIVER_FAILED : DRIVER_REFUSED;
		end_with_log(run);
		return;
	}
	if (error == -ETIME)
		snprintf(text, sizeof text, "%s: no answer within %u s", run->docker->place,
			 run->request.step->timeout_ms / 1000);
	else
		snprintf(text, sizeof text, "it cannot be asked: %s", strerror(-error));
	end_blind(run, text);
}

static void go_on(struct driver_run *run)
{
	int r = 0;

	while (r == 0) {
		run->at++;
		if (run->asks[run->at] == ASK_END) {
			docker_step_conclude(run);
			end_with_log(run);
			return;
		}
		r = begin_ask(run);
	}
	if (r < 0)
		end_unasked(run, r);
}

int docker_run_begin(struct driver *driver, const struct driver_request *request,
		     const struct driver_listener *listener, struct driver_run **out)
{
	struct docker_driver *docker = (struct docker_driver *)driver;
	struct driver_run *run;
	int r;

	*out = NULL;
	if (docker->is_closing || !docker_driver_verbs(docker, request->agent, NULL))
		return -EINVAL;
	run = mem_calloc(1, sizeof *run);
	if (!run)
		return -ENOMEM;
	*run = (struct driver_run){ .docker = docker, .request = *request, .listener = *listener };
	run->deadline_ms = uv_now(docker->loop) + request->step->timeout_ms;
	(void)uv_timer_init(docker->loop, &run->timer); // cannot fail
	run->timer.data = run;
	docker->n_handles++;
	DL_APPEND(docker->runs, run);
	r = docker_step_asks(run);
	if (r == 0)
		r = begin_ask(run); // the first one is always waited for
	if (r < 0) {
		docker_run_cancel(run);
		return r;
	}
	*out = run;
	return 0;
}
