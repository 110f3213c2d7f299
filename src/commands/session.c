// SPDX-License-Identifier: Apache-2.0
#include "commands/session.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "audit/identity.h"
#include "base/log.h"
#include "commands/exit_code.h"
#include "feeds/direct.h"
#include "feeds/recording.h"
#include "feeds/websocket_manager.h"

enum { TRIM_MS = 60000 };

/* What a peak has left free, as when a fleet of hundreds went down at once, all was told anew or many came for a
 * snapshot, goes back to the system: else this process would be as large as its largest moment for good.
 */
static void on_trim(uv_timer_t *timer)
{
	(void)timer;
	(void)malloc_trim(0);
}

static void on_event(void *ctx, const struct event *event)
{
	struct session *session = ctx;

	if (!session->is_private || !session->is_private(session->private_ctx, event))
		fleet_apply(session->fleet, event);
}

static int fail(const char *what, int error)
{
	fprintf(stderr, "opscon: %s: %s\n", what, strerror(-error));
	return EXIT_OURS;
}

// This process, for whoever finds that an agent is being operated on: "alice, pid 4711".
static const char *holder_words(char *out, size_t size)
{
	struct audit_identity who;

	audit_identity_here(&who);
	snprintf(out, size, "%s, pid %lld", who.user, (long long)who.pid);
	return out;
}

static int start_feed(struct session *session, const struct fleet_options *options, unsigned flags)
{
	char audit_dir[1200];
	bool has_dir = audit_trail_dir(options, flags & SESSION_DEMO, audit_dir, sizeof audit_dir) == 0;
	char holder[200];
	const struct direct_options direct = {
		.config = &options->config,
		.selector = options->selector,
		.shard = options->shard,
		.broadcaster = session->broadcaster,
		.state_dir = options->state_dir[0] ? options->state_dir : NULL,
		.audit = session->trail.logger,
		.audit_dir = has_dir ? audit_dir : NULL,
		.audit_key = options->config.audit.key,
		.holder = flags & SESSION_AUDITED ? holder_words(holder, sizeof holder) : NULL,
		.is_shared = flags & SESSION_SHARED,
		.keeps_standing = (flags & SESSION_SHARED) && !(flags & SESSION_DEMO),
		.is_demo = flags & SESSION_DEMO,
		.is_once = flags & SESSION_ONCE,
	};
	char why[256];
	int r = direct_feed_create(&session->loop, &direct, &session->feed, why, sizeof why);

	if (r < 0) {
		fprintf(stderr, "opscon: %s\n", why);
		return r == -EINVAL || r == -ENOSPC ? EXIT_USAGE : EXIT_OURS;
	}
	if (options->n_urls)
		direct_feed_publish(session->feed, "command line", options->urls, options->n_urls);
	return 0;
}

// All but the feed. 0 or an exit code.
static int open_session(struct session *session, const struct fleet_options *options)
{
	const struct fleet_limits limits = { .n_points = options->config.n_points,
					     .retention_ms = options->config.retention_ms };
	int r;

	*session = (struct session){ 0 };
	r = uv_loop_init(&session->loop);
	if (r < 0)
		return fail("cannot start the event loop", r);
	session->has_loop = true;
	(void)uv_timer_init(&session->loop, &session->trim); // cannot fail, as its start
	(void)uv_timer_start(&session->trim, on_trim, TRIM_MS, TRIM_MS);
	uv_unref((uv_handle_t *)&session->trim);
	r = broadcaster_create(BROADCASTER_BUFFER_DEFAULT, &session->broadcaster);
	if (r == 0)
		r = fleet_create(&limits, &session->fleet);
	if (r == 0)
		session->subscription = broadcaster_subscribe(session->broadcaster, ~0u, on_event, session);
	if (r < 0 || session->subscription < 0)
		return fail("cannot set up the fleet", r < 0 ? r : session->subscription);
	return 0;
}

int session_start(struct session *session, const struct fleet_options *options, unsigned flags)
{
	int r = open_session(session, options);

	if (r)
		return r;
	session->trail.has_witnesses = flags & SESSION_SHARED;
	if (flags & SESSION_AUDITED)
		audit_trail_start(&session->trail, &session->loop, options, session->broadcaster, flags & SESSION_DEMO);
	return start_feed(session, options, flags);
}

int session_attach(struct session *session, const struct fleet_options *options,
		   const struct websocket_manager_options *attach)
{
	struct websocket_manager_options own = *attach;
	int r = open_session(session, options);
	char why[256] = "";

	if (r)
		return r;
	session->is_attached = true;
	own.broadcaster = session->broadcaster;
	r = websocket_manager_create(&session->loop, &own, &session->feed, why, sizeof why);
	if (r < 0)
		fprintf(stderr, "opscon: %s\n", *why ? why : strerror(-r));
	return r < 0 ? EXIT_OURS : 0;
}

bool session_is_settled(const struct session *session)
{
	struct websocket_manager_summary summary;

	if (!session->is_attached)
		return direct_feed_is_settled(session->feed);
	websocket_manager_summary(session->feed, &summary);
	return summary.n_tried == summary.n_hubs;
}

int session_replay(struct session *session, const struct fleet_options *options, struct tape *tape)
{
	int r = open_session(session, options);
	const struct recording_feed_options feed = { .tape = tape,
						     .broadcaster = session->broadcaster,
						     .retention_ms = options->config.retention_ms };

	if (r) {
		tape_close(tape);
		return r;
	}
	r = recording_feed_create(&session->loop, &feed, &session->feed);
	session->is_replay = r == 0;
	return r < 0 ? fail("cannot play the recording", r) : 0;
}

struct instant session_now(const struct session *session)
{
	struct instant now = clock_now();

	if (session->is_replay && session->feed)
		now.wall_ms = recording_feed_now_ms(session->feed);
	return now;
}

void session_stop(struct session *session)
{
	if (session->feed)
		session->feed->class->stop(session->feed);
	session->feed = NULL;
	audit_trail_stop(&session->trail);
	if (session->has_loop) {
		uv_close((uv_handle_t *)&session->trim, NULL);
		uv_run(&session->loop, UV_RUN_DEFAULT);
		if (uv_loop_close(&session->loop) < 0)
			log_line(LOG_ERROR, "a handle was left open");
	}
	broadcaster_destroy(session->broadcaster);
	fleet_destroy(session->fleet);
	*session = (struct session){ 0 };
}
