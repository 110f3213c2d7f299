// SPDX-License-Identifier: Apache-2.0
#include "drivers/docker_follow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/human.h"
#include "drivers/docker_run.h"
#include "text/text.h"

enum {
	READ_BYTES = 16 * 1024,
	TURN_BYTES = 256 * 1024,  // of one turn of the loop
	BODY_BYTES_MAX = 1 << 20, // of one reading, when it was packed
	CALL_BYTES_MAX = 2048,
	TEXT_MAX = 400,
	SAME_MAX = 64, // agents of one container
};

static void begin(struct docker_driver *docker);

// ---- what is told of the connection

static void say(struct docker_driver *docker, bool is_trouble, const char *title, const char *text)
{
	const struct driver_watcher *watcher = &docker->follow.watcher;

	if (watcher->said)
		watcher->said(watcher->ctx, is_trouble, title, text);
}

static void say_away(struct docker_driver *docker, uint64_t away_ms)
{
	struct docker_follow *follow = &docker->follow;
	char title[TEXT_MAX], text[TEXT_MAX], duration[HUMAN_MAX];
	const uint64_t now_ms = uv_now(docker->loop);

	human_duration((int64_t)away_ms, duration);
	if (follow->is_told) {
		snprintf(text, sizeof text, "%s: it did not for %s; what it still knows of that time follows",
			 docker->place, duration);
		say(docker, false, "the Docker Engine answers again", text);
		return;
	}
	if (!follow->has_stood || away_ms < DOCKER_AWAY_MS)
		return;
	if (follow->hushed_ms && now_ms - follow->hushed_ms < DOCKER_AWAY_QUIET_MS) {
		follow->n_hushed++;
		return;
	}
	snprintf(title, sizeof title, "the Docker Engine was away for %s", duration);
	if (follow->n_hushed)
		snprintf(text, sizeof text, "%s: and %u times more before", docker->place, follow->n_hushed);
	else
		snprintf(text, sizeof text, "%s: what it still knows of that time follows", docker->place);
	follow->hushed_ms = now_ms;
	follow->n_hushed = 0;
	say(docker, false, title, text);
}

static void say_lost(struct docker_driver *docker, const char *why)
{
	struct docker_follow *follow = &docker->follow;
	char text[TEXT_MAX];

	if (follow->is_told || uv_now(docker->loop) - follow->lost_ms < DOCKER_AWAY_TOLD_MS)
		return;
	follow->is_told = true;
	snprintf(text, sizeof text, "%s; what happens to its containers is not seen", why);
	say(docker, true, "the Docker Engine does not answer", text_trim(text));
}

// ---- the end of a connection

static void stream_closed_cb(void *ctx)
{
	docker_driver_handle_closed(ctx);
}

static void let_go(struct docker_driver *docker)
{
	struct docker_follow *follow = &docker->follow;

	byte_stream_close(follow->stream, stream_closed_cb, docker);
	follow->stream = NULL;
}

static void retry_cb(uv_timer_t *timer)
{
	begin(timer->data);
}

// Up to a quarter less, so that a crowd does not come back as one.
static uint64_t wait_ms(const struct docker_follow *follow, uint64_t random)
{
	const unsigned n = follow->n_failures < 16 ? follow->n_failures : 16;
	const uint64_t wait = (uint64_t)DOCKER_RETRY_MS << n;
	const uint64_t bound = wait < DOCKER_RETRY_MAX_MS ? wait : DOCKER_RETRY_MAX_MS;

	return bound - random % (bound / 4);
}

// The connection is over, or never was. `why` is clean.
static void lose(struct docker_driver *docker, const char *why)
{
	struct docker_follow *follow = &docker->follow;
	const uint64_t now_ms = uv_now(docker->loop);
	uint64_t pause_ms;

	if (follow->part == FOLLOW_STANDING) {
		follow->lost_ms = now_ms;
		if (now_ms - follow->stood_ms >= DOCKER_LASTING_MS)
			follow->n_failures = 0;
	}
	let_go(docker);
	pause_ms = wait_ms(follow, hash_mix(uv_hrtime()));
	follow->n_failures++;
	follow->part = FOLLOW_WAITING;
	(void)uv_timer_start(&docker->handle, retry_cb, pause_ms, 0);
	say_lost(docker, why);
}

static void lose_of(struct docker_driver *docker, const char *why)
{
	char text[TEXT_MAX];

	snprintf(text, sizeof text, "%s: %s", docker->place, why);
	lose(docker, text_trim(text));
}

// ---- what comes in

struct reading {
	struct docker_driver *docker;
	const struct byte_stream *stream; // it is of; only to see whether there is another one by now
};

static bool goes_on(const struct reading *reading)
{
	return reading->docker->follow.stream == reading->stream;
}

// Tells everybody whose container `name` is; who listens may end it all.
static void tell(struct reading *reading, const char *name, struct driver_news *news)
{
	struct docker_follow *follow = &reading->docker->follow;
	uint32_t agents[SAME_MAX];
	size_t n = 0;

	for (const struct docker_attended *at = docker_targets_of(&follow->targets, name); at && n < SAME_MAX;
	     at = at->next)
		agents[n++] = at->agent;
	for (size_t i = 0; i < n && goes_on(reading); i++) {
		news->agent = agents[i];
		follow->watcher.happened(follow->watcher.ctx, news);
	}
}

static bool take_event(void *ctx, const struct docker_event *event)
{
	struct reading *reading = ctx;
	struct driver_news news = {
		.what = event->what,
		.at_ms = event->at_ns / 1000000,
		.exit_code = event->exit_code,
	};

	if (!docker_seen_is_new(&reading->docker->follow.seen, event))
		return true;
	memcpy(news.detail, event->detail, sizeof news.detail);
	if (event->what != HAPPENED_RENAMED) {
		tell(reading, event->name, &news);
		return goes_on(reading);
	}
	memcpy(news.detail, event->name, sizeof event->name);
	tell(reading, event->old_name, &news);
	news.what = HAPPENED_CREATED;
	// Podman does not say what.
	snprintf(news.detail, sizeof news.detail, "%s", event->old_name[0] ? event->old_name : "something else");
	if (goes_on(reading))
		tell(reading, event->name, &news);
	return goes_on(reading);
}

static void stand(struct docker_driver *docker)
{
	struct docker_follow *follow = &docker->follow;
	const uint64_t now_ms = uv_now(docker->loop);

	(void)uv_timer_stop(&docker->handle);
	follow->part = FOLLOW_STANDING;
	follow->stood_ms = now_ms;
	say_away(docker, now_ms - follow->lost_ms);
	follow->has_stood = true;
	follow->is_told = false;
}

static void refused(struct docker_driver *docker)
{
	const struct docker_follow *follow = &docker->follow;
	const struct http_response response = {
		.status = follow->answer.head.status,
		.body = follow->intake.body.data,
		.body_len = follow->intake.body.len,
	};
	char text[DRIVER_DETAIL_MAX];

	(void)docker_explain(docker, &response, text, sizeof text);
	lose_of(docker, text);
}

// What has come of the body, if it is one of events.
static void take_body(struct reading *reading)
{
	struct docker_follow *follow = &reading->docker->follow;
	const struct bytes *body = &follow->intake.body;

	// Short of memory a line is lost, as one is that is too long.
	(void)docker_events_read(&follow->events, body->data, body->len, take_event, reading);
	if (goes_on(reading))
		bytes_reset(&follow->intake.body);
}

static void take(struct reading *reading, const char *bytes, size_t n)
{
	struct docker_driver *docker = reading->docker;
	struct docker_follow *follow = &docker->follow;
	size_t n_used;
	const enum http_answer_state state = http_answer_take(&follow->answer, &follow->intake, bytes, n, &n_used);

	if ((state == ANSWER_MORE || state == ANSWER_DONE) && follow->part == FOLLOW_CALLING &&
	    follow->answer.head.is_whole && follow->answer.head.status == 200)
		stand(docker);
	if (goes_on(reading) && follow->part == FOLLOW_STANDING)
		take_body(reading);
	if (!goes_on(reading) || state == ANSWER_MORE)
		return;
	if (state == ANSWER_DONE && follow->part == FOLLOW_CALLING)
		refused(docker);
	else if (state == ANSWER_DONE)
		lose_of(docker, "it has ended the list of events");
	else
		lose_of(docker,
			state == ANSWER_REFUSED ? "its events go past all bounds" : "what it says is not understood");
}

static void readable_cb(void *ctx);

static void again_cb(uv_timer_t *timer)
{
	readable_cb(timer->data);
}

static void readable_cb(void *ctx)
{
	struct docker_driver *docker = ctx;
	struct reading reading = { docker, docker->follow.stream };
	char bytes[READ_BYTES];
	size_t n_taken = 0;

	while (reading.stream && goes_on(&reading)) {
		ssize_t n = byte_stream_read(docker->follow.stream, bytes, sizeof bytes);

		if (n == -EAGAIN)
			return;
		if (n < 0) {
			lose_of(docker, n == -EPIPE ? "the connection was closed" : "the connection broke");
			return;
		}
		take(&reading, bytes, (size_t)n);
		n_taken += (size_t)n;
		if (n_taken >= TURN_BYTES && goes_on(&reading) && docker->follow.part == FOLLOW_STANDING) {
			(void)uv_timer_start(&docker->handle, again_cb, 0, 0);
			return;
		}
	}
}

// ---- what goes out

static void writable_cb(void *ctx)
{
	struct docker_driver *docker = ctx;
	struct docker_follow *follow = &docker->follow;
	ssize_t n = 0;

	while (n >= 0 && follow->n_sent < follow->call.len) {
		n = byte_stream_write(follow->stream, follow->call.data + follow->n_sent,
				      follow->call.len - follow->n_sent);
		follow->n_sent += n > 0 ? (size_t)n : 0;
	}
	if (n == -EAGAIN)
		byte_stream_await_room(follow->stream);
}

static void opened_cb(void *ctx, enum reason reason, const char *detail)
{
	struct docker_driver *docker = ctx;
	char text[TEXT_MAX];

	if (reason == REASON_NONE) {
		writable_cb(docker);
		return;
	}
	snprintf(text, sizeof text, "%s%s%s", reason_text(reason), *detail ? ": " : "", detail);
	lose_of(docker, text);
}

static void silent_cb(uv_timer_t *timer)
{
	lose_of(timer->data, "no answer");
}

// "https://host:2376/prefix": the host, and what stands before every path.
static int write_call(struct docker_driver *docker)
{
	const char *host = strstr(docker->base, "://") + 3;
	const size_t n_host = strcspn(host, "/");
	struct bytes *out = &docker->follow.call;
	char path[DOCKER_EVENTS_PATH_MAX];

	docker_events_path(&docker->follow.seen, path);
	bytes_reset(out);
	docker->follow.n_sent = 0;
	return bytes_addf(out,
			  "GET %s%s HTTP/1.1\r\nHost: %.*s\r\nUser-Agent: opscon/" OPSCON_VERSION
			  "\r\nAccept: application/json\r\n\r\n",
			  host + n_host, path, (int)n_host, host);
}

static int dial(struct docker_driver *docker)
{
	static const struct byte_stream_class class = { opened_cb, readable_cb, writable_cb };
	static const struct http_limits limits = { BODY_BYTES_MAX, UINT64_MAX, 64 << 10, 200 };
	struct docker_follow *follow = &docker->follow;
	const struct byte_stream_options options = { .url = docker->base,
						     .unix_socket = docker->unix_socket,
						     .tls = docker->tls };
	int r = write_call(docker);

	if (r == 0)
		r = byte_stream_open(docker->client, &options, &class, docker, &follow->stream);
	if (r < 0)
		return r;
	docker->n_handles++;
	http_intake_start(&follow->intake, &limits);
	http_answer_start(&follow->answer);
	docker_events_reset(&follow->events);
	return uv_timer_start(&docker->handle, silent_cb, DOCKER_LOOK_MS, 0);
}

static void begin(struct docker_driver *docker)
{
	int r;

	docker->follow.part = FOLLOW_CALLING;
	r = dial(docker);
	if (r < 0)
		lose_of(docker, strerror(-r));
}

// ---- for whom

void docker_attend(struct driver *driver, const struct agent *agent, bool is_gone, struct instant now)
{
	struct docker_driver *docker = (struct docker_driver *)driver;
	struct docker_follow *follow = &docker->follow;
	const bool is_ours = !is_gone && docker_driver_verbs(docker, agent, NULL);

	if (!follow->watcher.happened || docker->is_closing)
		return;
	// Short of memory it is not listened for; with its next description it may be.
	(void)docker_targets_put(&follow->targets, agent->id, is_ours ? agent->control_target : NULL);
	if (follow->targets.attended && follow->part == FOLLOW_OFF) {
		docker_seen_begin(&follow->seen, now.wall_ms);
		follow->lost_ms = uv_now(docker->loop);
		begin(docker);
	} else if (!follow->targets.attended && follow->part != FOLLOW_OFF) {
		docker_follow_stop(docker);
	}
}

void docker_follow_init(struct docker_driver *docker, const struct driver_watcher *watcher)
{
	struct docker_follow *follow = &docker->follow;

	if (watcher)
		follow->watcher = *watcher;
	docker_events_init(&follow->events);
	bytes_init(&follow->call, CALL_BYTES_MAX);
	http_answer_init(&follow->answer);
	http_intake_init(&follow->intake);
}

void docker_follow_stop(struct docker_driver *docker)
{
	struct docker_follow *follow = &docker->follow;

	let_go(docker);
	(void)uv_timer_stop(&docker->handle);
	follow->part = FOLLOW_OFF;
	follow->has_stood = follow->is_told = false;
	follow->n_failures = follow->n_hushed = 0;
}

void docker_follow_finish(struct docker_driver *docker)
{
	struct docker_follow *follow = &docker->follow;

	docker_targets_finish(&follow->targets);
	docker_events_finish(&follow->events);
	bytes_finish(&follow->call);
	http_answer_finish(&follow->answer);
	http_intake_finish(&follow->intake);
}
