// SPDX-License-Identifier: Apache-2.0
#include "feeds/recording.h"

#include <errno.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feeds/replay_history.h"
#include "feeds/replay_player.h"

struct recording_feed {
	struct feed feed;
	struct tape *tape; // owned
	struct replay_player player;
	struct event_sink sink;
	int64_t retention_ms;
	uv_timer_t timer;
	bool is_stopping;
	void (*closed_cb)(void *ctx);
	void *closed_ctx;
};

static void on_timer(uv_timer_t *timer);

static void arm(struct recording_feed *feed)
{
	int64_t next_ms = replay_player_next_ms(&feed->player), now_ms = clock_now().mono_ms;

	if (feed->is_stopping)
		return;
	if (next_ms == INT64_MAX)
		uv_timer_stop(&feed->timer);
	else
		uv_timer_start(&feed->timer, on_timer, next_ms > now_ms ? (uint64_t)(next_ms - now_ms) : 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct recording_feed *feed = timer->data;

	replay_player_advance(&feed->player, clock_now().mono_ms);
	arm(feed);
}

static void on_moved(void *ctx)
{
	arm(ctx);
}

static int request(struct feed *base, const struct request *request)
{
	struct recording_feed *feed = (struct recording_feed *)base;

	switch (request->type) {
	case REQUEST_WATCH: // there is what was recorded, and no more
	case REQUEST_UNWATCH:
	case REQUEST_LOOK:
	case REQUEST_AUDIT_CLOSE:
		return 0;
	case REQUEST_HISTORY:
		return replay_history(feed->tape, &feed->player, request->agent, feed->retention_ms, &feed->sink);
	default:
		return -EROFS;
	}
}

static void on_closed(uv_handle_t *handle)
{
	struct recording_feed *feed = handle->data;
	void (*closed_cb)(void *ctx) = feed->closed_cb;
	void *ctx = feed->closed_ctx;

	replay_player_finish(&feed->player);
	tape_close(feed->tape);
	mem_free(feed);
	if (closed_cb)
		closed_cb(ctx);
}

static void stop(struct feed *base)
{
	struct recording_feed *feed = (struct recording_feed *)base;

	if (feed->is_stopping)
		return;
	feed->is_stopping = true;
	uv_close((uv_handle_t *)&feed->timer, on_closed);
}

static const struct feed_class recording_class = {
	.name = "recording",
	.request = request,
	.stop = stop,
};

int recording_feed_create(uv_loop_t *loop, const struct recording_feed_options *options, struct feed **out)
{
	struct recording_feed *feed = mem_calloc(1, sizeof *feed);
	int r = -ENOMEM;

	*out = NULL;
	if (feed) {
		feed->sink = broadcaster_sink(options->broadcaster);
		r = replay_player_init(&feed->player, options->tape, &feed->sink, clock_now().mono_ms);
	}
	if (r < 0) {
		mem_free(feed);
		tape_close(options->tape);
		return r;
	}
	(void)uv_timer_init(loop, &feed->timer); // it cannot fail
	feed->feed.class = &recording_class;
	feed->tape = options->tape;
	feed->retention_ms = options->retention_ms ? options->retention_ms : 3600 * INT64_C(1000);
	feed->closed_cb = options->closed_cb;
	feed->closed_ctx = options->closed_ctx;
	feed->timer.data = feed;
	feed->player.moved = on_moved;
	feed->player.ctx = feed;
	arm(feed);
	*out = &feed->feed;
	return 0;
}

struct replay *recording_feed_replay(struct feed *feed)
{
	return &((struct recording_feed *)feed)->player.replay;
}

int64_t recording_feed_now_ms(const struct feed *base)
{
	const struct recording_feed *feed = (const struct recording_feed *)base;

	return replay_player_now_ms(&feed->player, clock_now().mono_ms);
}

void recording_feed_set_speed(struct feed *feed, double speed)
{
	replay_player_set_speed(&((struct recording_feed *)feed)->player, speed);
}
