// SPDX-License-Identifier: Apache-2.0
#include "feeds/record_sink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/log.h"
#include "base/memory.h"
#include "opscon/config.h"

enum { TICK_MS = 1000, END_MS = 5000 };

struct record_sink {
	struct broadcaster *broadcaster; // borrowed
	struct event_sink sink;
	struct recorder *recorder; // owned
	int subscription;
	bool (*is_private)(void *ctx, const struct event *event); // may be NULL
	void *private_ctx;                                        // borrowed
	bool is_subscribing;                                      // what the broadcaster has kept is in the snapshot
	bool keeps_trying, was_behind;
	int error;           // as it was told; 0: it goes on
	int64_t gap_from_ms; // wall, while it stands still
	char dir[RECORDER_PATH_MAX];
	uint64_t n_lost_told;
	uv_timer_t timer;
	uv_async_t wake;
	int n_open; // handles
};

static void tell(struct record_sink *sink, enum severity severity, const char *title, const char *text)
{
	struct event *event = event_new(EVENT_NOTICE, clock_now().wall_ms, 0);

	log_line(severity == SEVERITY_INFO ? LOG_INFO : LOG_WARN, "%s: %s", title, text);
	if (!event)
		return;
	event->channel = CHANNEL_SYSTEM;
	event->u.notice.severity = severity;
	event->u.notice.type = severity == SEVERITY_INFO ? ACTION_INFO : ACTION_ERROR;
	event->u.notice.title = mem_strdup(title);
	event->u.notice.text = mem_strdup(text);
	event_emit(&sink->sink, event);
}

static void stop_listening(struct record_sink *sink)
{
	if (sink->subscription > 0)
		broadcaster_unsubscribe(sink->broadcaster, sink->subscription);
	sink->subscription = 0;
	uv_timer_stop(&sink->timer);
}

/* The lasting sign, besides the notice: it stands on every console until the recording goes on. Until it could be made
 * the change counts as not told.
 */
static bool tell_sign(struct record_sink *sink, int error)
{
	struct event *event = event_new(EVENT_SOURCE, clock_now().wall_ms, 0);
	char name[RECORDER_PATH_MAX + 16];

	if (!event)
		return false;
	snprintf(name, sizeof name, "recording:%s", sink->dir);
	event->u.source.name = mem_strdup(name);
	event->u.source.why = mem_strdup(error ? strerrordesc_np(-error) : "");
	event->u.source.is_recording = true;
	if (!event->u.source.name || !event->u.source.why) { // no reason would mean that all is well
		event_unref(event);
		return false;
	}
	event_emit(&sink->sink, event);
	return true;
}

static void tell_stopped(struct record_sink *sink, const struct recorder_state *state)
{
	char text[RECORDER_PATH_MAX + 200];
	bool is_first = !sink->error;

	if (!tell_sign(sink, state->error))
		return;
	sink->error = state->error;
	snprintf(text, sizeof text, "%s: %s", sink->dir, strerrordesc_np(-state->error));
	if (!is_first) { // the same trouble with another face
		log_line(LOG_WARN, "still nothing is recorded: %s", text);
		return;
	}
	sink->gap_from_ms = state->written_ms ? state->written_ms : clock_now().wall_ms;
	tell(sink, SEVERITY_CRITICAL, state->written_ms ? "the recording has stopped" : "nothing is recorded", text);
}

// In the recording, too: whoever replays it reads of the gap.
static void tell_goes_on(struct record_sink *sink, const struct recorder_state *state)
{
	char from[HUMAN_MAX], to[HUMAN_MAX], text[2 * HUMAN_MAX + 100];

	if (!tell_sign(sink, 0))
		return;
	sink->error = 0;
	sink->was_behind = false;
	snprintf(text, sizeof text, "nothing is in it from %s to %s: %llu events",
		 human_rfc3339(sink->gap_from_ms, from), human_rfc3339(state->begun_ms, to),
		 (unsigned long long)(state->n_lost - sink->n_lost_told));
	sink->n_lost_told = state->n_lost;
	tell(sink, SEVERITY_WARNING, "the recording goes on after a gap", text);
}

static void tell_behind(struct record_sink *sink, const struct recorder_state *state)
{
	char text[100];

	sink->was_behind = state->is_behind;
	snprintf(text, sizeof text, "%llu events are not in it so far",
		 (unsigned long long)(state->n_lost - sink->n_lost_told));
	if (state->is_behind)
		tell(sink, SEVERITY_WARNING, "the recording has a gap: the disk does not keep up", "");
	else
		tell(sink, SEVERITY_INFO, "the recording goes on", text);
	sink->n_lost_told = state->is_behind ? sink->n_lost_told : state->n_lost;
}

static void tell_end(struct record_sink *sink, const struct recorder_state *state)
{
	char text[RECORDER_PATH_MAX + 200];

	stop_listening(sink);
	snprintf(text, sizeof text, "%s: %s", state->path, strerrordesc_np(-state->error));
	tell(sink, SEVERITY_CRITICAL, "the recording has stopped", text);
}

// What has become of it is told once each time.
static void tell_state(struct record_sink *sink)
{
	const struct recorder_state *state = recorder_look(sink->recorder);

	if (state->error && !sink->keeps_trying) {
		if (sink->subscription)
			tell_end(sink, state);
	} else if (state->error) {
		if (state->error != sink->error)
			tell_stopped(sink, state);
	} else if (sink->error) {
		tell_goes_on(sink, state);
	} else if (state->is_behind != sink->was_behind) {
		tell_behind(sink, state);
	}
}

static void on_tick(uv_timer_t *timer)
{
	struct record_sink *sink = timer->data;

	recorder_wake(sink->recorder, clock_now());
	recorder_tick(sink->recorder, clock_now());
	tell_state(sink);
}

static void on_wake(uv_async_t *async)
{
	struct record_sink *sink = async->data;

	if (!sink->recorder)
		return;
	recorder_take_in(sink->recorder);
	tell_state(sink);
}

static void wake(void *ctx)
{
	uv_async_send(&((struct record_sink *)ctx)->wake);
}

static void on_event(void *ctx, const struct event *event)
{
	struct record_sink *sink = ctx;

	if (sink->is_subscribing || recorder_wake(sink->recorder, clock_now())) // it is in the snapshot
		return;
	if (!(sink->is_private && sink->is_private(sink->private_ctx, event)))
		recorder_take(sink->recorder, event, clock_now());
}

static void on_closed(uv_handle_t *handle)
{
	struct record_sink *sink = handle->data;

	if (--sink->n_open == 0)
		mem_free(sink);
}

static void close_handles(struct record_sink *sink)
{
	uv_close((uv_handle_t *)&sink->timer, on_closed);
	uv_close((uv_handle_t *)&sink->wake, on_closed);
}

static int open_handles(uv_loop_t *loop, struct record_sink *sink)
{
	int r = uv_async_init(loop, &sink->wake, on_wake);

	if (r < 0)
		return r;
	uv_timer_init(loop, &sink->timer);
	sink->wake.data = sink->timer.data = sink;
	sink->n_open = 2;
	return 0;
}

static int subscribe(struct record_sink *sink)
{
	sink->is_subscribing = true;
	sink->subscription = broadcaster_subscribe(sink->broadcaster, ~0u, on_event, sink);
	sink->is_subscribing = false;
	return sink->subscription < 0 ? sink->subscription : 0;
}

int recorder_attach(uv_loop_t *loop, struct broadcaster *broadcaster, const struct fleet *fleet,
		    const struct recorder_options *options, struct record_sink **out, char *why, size_t why_size)
{
	struct record_sink *sink = mem_calloc(1, sizeof *sink);
	struct recorder_options own = *options;
	int r = sink ? open_handles(loop, sink) : -ENOMEM;

	*out = NULL;
	if (r < 0) {
		mem_free(sink);
		snprintf(why, why_size, "%s", strerrordesc_np(-r));
		return r;
	}
	sink->broadcaster = broadcaster;
	sink->sink = broadcaster_sink(broadcaster);
	sink->keeps_trying = own.keeps_trying;
	snprintf(sink->dir, sizeof sink->dir, "%s", own.dir ? own.dir : "");
	own.fleet = fleet;
	own.wake = wake;
	own.ctx = sink;
	r = recorder_create(&own, clock_now(), &sink->recorder, why, why_size);
	if (r == 0) {
		r = subscribe(sink);
		if (r < 0) {
			snprintf(why, why_size, "%s", strerrordesc_np(-r));
			recorder_detach(sink, NULL);
			return r;
		}
		uv_timer_start(&sink->timer, on_tick, TICK_MS, TICK_MS);
		*out = sink;
		tell_state(sink); // it may not have a file yet
	} else {
		close_handles(sink);
	}
	return r;
}

struct recorder_options recorder_of_hub(const struct hub_record_config *config, const char *fleet_name,
					const char *boot, bool is_demo)
{
	return (struct recorder_options){
		.dir = config->dir,
		.keeps_trying = true,
		.fleet_name = fleet_name,
		.boot = boot,
		.is_demo = is_demo,
		.limits = { .all = { .n_bytes = config->max_bytes, .age_ms = config->max_age_ms },
			    .zstd_level = config->zstd_level },
	};
}

void record_sink_leave_out(struct record_sink *sink, bool (*is_private)(void *ctx, const struct event *event),
			   void *ctx)
{
	sink->is_private = is_private;
	sink->private_ctx = ctx;
}

const struct recorder_state *record_sink_look(const struct record_sink *sink)
{
	return recorder_look(sink->recorder);
}

int recorder_detach(struct record_sink *sink, struct recorder_state *out)
{
	int r;

	if (!sink)
		return 0;
	stop_listening(sink);
	r = recorder_destroy(sink->recorder, clock_now(), END_MS, out);
	sink->recorder = NULL;
	close_handles(sink); // also where the thread was left behind: it wakes nobody any more
	return r;
}
