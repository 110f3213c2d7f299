// SPDX-License-Identifier: Apache-2.0
#include "commands/audit_trail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/chain.h"
#include "audit/files.h"
#include "audit/identity.h"
#include "base/log.h"
#include "base/memory.h"
#include "commands/fleet_options.h"
#include "opscon/broadcaster.h"

enum { CONFIG_HASHED_MAX = 8 << 20, HEAD_EVERY_MS = 5000 };

// ---- what becomes of it

static void notice(struct audit_trail *trail, enum severity severity, enum action_type type, const char *title,
		   const char *text)
{
	struct event *event = event_new(EVENT_NOTICE, clock_now().wall_ms, 0);

	if (!event)
		return;
	event->u.notice.severity = severity;
	event->u.notice.type = type;
	event->u.notice.title = mem_strdup(title);
	event->u.notice.text = mem_strdup(text);
	broadcaster_publish(trail->broadcaster, event);
}

static void set_banner(struct audit_trail *trail, const char *why)
{
	snprintf(trail->banner, sizeof trail->banner, "%s%s", *why ? "nothing is audited: " : "", why);
	if (trail->changed)
		trail->changed(trail->ctx);
}

// While it is broken the banner says so; what was refused meanwhile is told when it ends.
static void tell_refused(struct audit_trail *trail, const struct audit_logger_state *state)
{
	uint64_t n = state->n_refused - trail->n_refused;
	char text[120];

	if (!n || state->status != AUDIT_LOGGER_WELL)
		return;
	trail->n_refused = state->n_refused;
	snprintf(text, sizeof text, "%llu record%s could not be taken", (unsigned long long)n, n == 1 ? "" : "s");
	log_line(LOG_ERROR, "the audit trail is not complete: %s", text);
	notice(trail, SEVERITY_CRITICAL, ACTION_ERROR, "the audit trail is not complete", text);
}

static void follow(struct audit_trail *trail)
{
	const struct audit_logger_state *state = audit_logger_state(trail->logger);

	if (state->status == trail->status) {
		tell_refused(trail, state);
		return;
	}
	if (state->status == AUDIT_LOGGER_BROKEN) {
		log_line(LOG_ERROR, "nothing is audited: %s", state->why);
		notice(trail, SEVERITY_CRITICAL, ACTION_ERROR, "nothing is audited any more", state->why);
		set_banner(trail, state->why);
	} else if (trail->status == AUDIT_LOGGER_BROKEN) {
		notice(trail, SEVERITY_INFO, ACTION_START, "the audit trail is written again", "");
		set_banner(trail, "");
	}
	trail->status = state->status;
	tell_refused(trail, state);
}

static bool owes_head(const struct audit_trail *trail)
{
	return trail->has_witnesses && audit_logger_state(trail->logger)->n_records != trail->n_told;
}

// For those who remember it: whoever takes records away has to fool them, too.
static void tell_head(struct audit_trail *trail)
{
	const struct audit_logger_state *state = audit_logger_state(trail->logger);
	struct instant now = clock_now();
	struct event *event;

	if (!owes_head(trail) || now.mono_ms - trail->told_ms < HEAD_EVERY_MS)
		return;
	trail->told_ms = now.mono_ms;
	event = event_new(EVENT_AUDIT_HEAD, now.wall_ms, 0);
	if (!event)
		return; // told a little later
	trail->n_told = state->n_records;
	event->u.audit_head.seq = state->n_records;
	memcpy(event->u.audit_head.hash, state->head, sizeof event->u.audit_head.hash);
	event->u.audit_head.why = mem_strdup("");
	event->u.audit_head.is_newest = true;
	broadcaster_publish(trail->broadcaster, event);
}

static void rearm(struct audit_trail *trail);

static void on_timer(uv_timer_t *timer)
{
	struct audit_trail *trail = timer->data;

	audit_logger_tick(trail->logger, clock_now());
	tell_head(trail);
	rearm(trail);
}

static void rearm(struct audit_trail *trail)
{
	int64_t at_ms = audit_logger_deadline(trail->logger), now_ms = clock_now().mono_ms;

	// What was too soon after the one before is owed until it is told: no further record may come.
	if (owes_head(trail) && trail->told_ms + HEAD_EVERY_MS < at_ms)
		at_ms = trail->told_ms + HEAD_EVERY_MS;
	if (at_ms == INT64_MAX)
		uv_timer_stop(&trail->timer);
	else
		uv_timer_start(&trail->timer, on_timer, at_ms > now_ms ? (uint64_t)(at_ms - now_ms) : 1, 0);
}

static void on_wake(uv_async_t *wake)
{
	struct audit_trail *trail = wake->data;

	audit_logger_dispatch(trail->logger);
	follow(trail);
	tell_head(trail);
	rearm(trail);
}

static void wake_loop(void *ctx)
{
	struct audit_trail *trail = ctx;

	uv_async_send(&trail->wake);
}

const char *audit_trail_why(const struct audit_trail *trail)
{
	return trail->logger ? audit_logger_state(trail->logger)->why : "";
}

// ---- single facts

static void record_session(struct audit_trail *trail, enum audit_action action, bool is_demo)
{
	const struct audit_field details[] = {
		{ "version", audit_text(OPSCON_VERSION) },
		{ "fleet", audit_text(is_demo ? "demo" : "configured") },
	};
	const struct audit_record record = {
		.phase = AUDIT_EVENT,
		.action = action,
		.result = AUDIT_SUCCESS,
		.resource_kind = "console",
		.details = { details, action == AUDIT_LOGIN ? 2 : 0 },
	};

	audit_logger_append(trail->logger, &record, clock_now(), NULL, NULL, NULL);
}

// The hash of the file as it is now: what was in force can be found again.
static struct audit_value hash_file(const char *path, char hex[AUDIT_HASH_HEX + 1])
{
	char *text = mem_alloc(CONFIG_HASHED_MAX);
	int n = text ? audit_read_small(AT_FDCWD, path, text, CONFIG_HASHED_MAX) : -ENOMEM;
	struct audit_hash hash;

	if (n >= 0) {
		audit_hash_of(text, (size_t)n, &hash);
		audit_hash_hex(&hash, hex);
	}
	mem_free(text);
	return audit_text(n < 0 ? "" : hex);
}

static void record_config(struct audit_trail *trail, const struct fleet_options *options)
{
	const struct config *config = &options->config;
	char hex[AUDIT_HASH_HEX + 1];
	const struct audit_field after[] = {
		{ "sha256", config->path ? hash_file(config->path, hex) : audit_text("") },
		{ "agents", audit_number((int64_t)config->n_agents) },
		{ "urls", audit_number((int64_t)options->n_urls) },
		{ "rules", audit_number((int64_t)config->n_rules) },
	};
	const struct audit_record record = {
		.phase = AUDIT_EVENT,
		.action = AUDIT_MODIFY_CONFIG,
		.result = AUDIT_SUCCESS,
		.resource_kind = "configuration",
		.resource_id = config->path,
		.reason = config->path ? "loaded" : "none: defaults",
		.after = { after, sizeof after / sizeof after[0] },
	};

	audit_logger_append(trail->logger, &record, clock_now(), NULL, NULL, NULL);
}

// ---- lifetime

int audit_trail_dir(const struct fleet_options *options, bool is_demo, char *out, size_t size)
{
	const char *dir = options->config.audit.dir;
	int n;

	if (!dir && !options->state_dir[0])
		return -ENOENT;
	if (dir)
		n = snprintf(out, size, "%s%s", dir, is_demo ? "-demo" : "");
	else
		n = snprintf(out, size, "%s/audit%s", options->state_dir, is_demo ? "-demo" : "");
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int audit_trail_open(const struct fleet_options *options, bool is_demo, void (*wake)(void *ctx), void *ctx,
		     struct audit_logger **out)
{
	const struct audit_config *config = &options->config.audit;
	struct audit_identity who;
	char dir[1200];
	struct audit_logger_options logger = {
		.who = &who,
		.dir = dir,
		.key = config->key,
		.segment_bytes = config->segment_bytes,
		.n_records = config->n_records,
		.retention_ms = config->retention_ms,
		.syslog = config->has_syslog ? "/dev/log" : NULL,
		.wake = wake,
		.ctx = ctx,
	};
	int r = audit_trail_dir(options, is_demo, dir, sizeof dir);

	*out = NULL;
	if (r < 0)
		return r;
	if (options->state_dir[0])
		mkdir(options->state_dir, 0700); // where it cannot be made the logger says so
	audit_identity_here(&who);
	return audit_logger_create(&logger, clock_now(), out);
}

// ---- one record

static void nobody_wakes(void *ctx)
{
	(void)ctx;
}

static void on_once(void *ctx, uint64_t ticket, int error)
{
	(void)ticket;
	*(int *)ctx = error;
}

int audit_trail_once(const struct fleet_options *options, const struct audit_record *record)
{
	int written = -ETIMEDOUT, r;
	struct audit_logger *logger;

	r = audit_trail_open(options, false, nobody_wakes, NULL, &logger);
	if (r < 0)
		return r;
	r = audit_logger_append(logger, record, clock_now(), on_once, &written, NULL);
	if (audit_logger_destroy(logger) < 0)
		return -ETIMEDOUT;
	return r < 0 ? r : written;
}

void audit_trail_put(const struct fleet_options *options, const struct audit_record *records, size_t n)
{
	struct audit_logger *logger = NULL;
	int r = options->has_state ? audit_trail_open(options, false, nobody_wakes, NULL, &logger) : 0;

	for (size_t i = 0; logger && r == 0 && i < n; i++)
		r = audit_logger_append(logger, &records[i], clock_now(), NULL, NULL, NULL);
	if (logger && audit_logger_destroy(logger) < 0)
		r = -ETIMEDOUT;
	if (r < 0)
		fprintf(stderr, "opscon: nothing is audited: %s\n", strerrordesc_np(-r));
}

void audit_trail_start(struct audit_trail *trail, uv_loop_t *loop, const struct fleet_options *options,
		       struct broadcaster *broadcaster, bool is_demo)
{
	int r;

	trail->broadcaster = broadcaster;
	if (!options->has_state) {
		notice(trail, SEVERITY_INFO, ACTION_INFO, "nothing is audited", "as --no-state asks");
		return;
	}
	r = uv_async_init(loop, &trail->wake, on_wake);
	if (r == 0) {
		uv_timer_init(loop, &trail->timer);
		trail->wake.data = trail->timer.data = trail;
		trail->has_handles = true;
		r = audit_trail_open(options, is_demo, wake_loop, trail, &trail->logger);
	}
	if (r < 0) {
		const char *why = r == -ENOENT ? "there is no state directory" : strerrordesc_np(-r);

		notice(trail, SEVERITY_CRITICAL, ACTION_ERROR, "nothing is audited", why);
		set_banner(trail, why);
		return;
	}
	record_session(trail, AUDIT_LOGIN, is_demo);
	record_config(trail, options);
}

void audit_trail_stop(struct audit_trail *trail)
{
	if (trail->logger) {
		record_session(trail, AUDIT_LOGOUT, false);
		if (audit_logger_destroy(trail->logger) < 0)
			log_line(LOG_ERROR, "the audit trail does not answer in time: its end is not written");
		trail->logger = NULL;
	}
	if (trail->has_handles) {
		uv_close((uv_handle_t *)&trail->wake, NULL);
		uv_close((uv_handle_t *)&trail->timer, NULL);
		trail->has_handles = false;
	}
}
