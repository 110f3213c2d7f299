// SPDX-License-Identifier: Apache-2.0
/* Deadlines of the services, the state of the feed itself, and the progress of the first contact with a fleet. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "feeds/direct_internal.h"

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void tell_outage(struct direct_feed *feed, struct instant now)
{
	enum health_outage outage = health_checker_outage(feed->health);

	if (outage == feed->outage)
		return;
	feed->outage = outage;
	alerts_outage(feed->alerts, outage, now);
	direct_state_tell(feed, now);
}

// A deadline that comes this late was slept through, or the machine stood still.
static bool was_asleep(const struct direct_feed *feed, struct instant now)
{
	int64_t half_ms = feed->config->probe.interval_ms / 2;

	return now.mono_ms - feed->armed_ms > (half_ms > DIRECT_ASLEEP_MS ? half_ms : DIRECT_ASLEEP_MS);
}

static void on_deadline(uv_timer_t *timer)
{
	struct direct_feed *feed = timer->data;
	struct instant now = clock_now();

	// Who is stale now is shown so; it is nobody's fault but ours, and the probes that follow will tell.
	feed->is_waking = was_asleep(feed, now);
	if (feed->is_waking)
		health_checker_slept(feed->health, now.mono_ms - feed->armed_ms, now);
	feed->armed_ms = INT64_MAX;
	health_checker_tick(feed->health, now);
	feed->is_waking = false;
	alerts_tick(feed->alerts, now);
	if (feed->engine && now.mono_ms >= provisioning_engine_deadline(feed->engine))
		provisioning_engine_tick(feed->engine, now);
	direct_rearm(feed);
}

void direct_rearm(struct direct_feed *feed)
{
	int64_t next = earlier(health_checker_deadline(feed->health), alerts_deadline(feed->alerts));
	struct instant now;

	if (feed->is_stopping)
		return;
	if (feed->engine)
		next = earlier(next, provisioning_engine_deadline(feed->engine));
	if (next < feed->armed_ms) {
		now = clock_now();
		feed->armed_ms = next;
		// At least a millisecond on, so that a deadline which stays due cannot hold the loop.
		uv_timer_start(&feed->deadline_timer, on_deadline,
			       next > now.mono_ms ? (uint64_t)(next - now.mono_ms) : 1, 0);
	}
	if (health_checker_outage(feed->health) != feed->outage)
		tell_outage(feed, clock_now());
}

void direct_notice(struct direct_feed *feed, enum severity severity, enum action_type type, const char *title,
		   const char *text, bool needs_answer)
{
	struct event *event = event_new(EVENT_NOTICE, clock_now().wall_ms, 0);

	if (!event)
		return;
	event->u.notice.severity = severity;
	event->u.notice.type = type;
	event->u.notice.title = mem_strdup(title);
	event->u.notice.text = mem_strdup(text ? text : "");
	event->u.notice.needs_answer = needs_answer;
	event_emit(&feed->sink, event);
}

void direct_mute_tell(struct direct_feed *feed)
{
	const char *why = http_client_trouble(feed->client);

	if (feed->is_mute == (*why != '\0'))
		return;
	feed->is_mute = *why != '\0';
	if (feed->is_mute)
		direct_notice(feed, SEVERITY_CRITICAL, ACTION_ERROR, "nobody can be asked: libcurl cannot be loaded",
			      why, false);
	else
		direct_notice(feed, SEVERITY_INFO, ACTION_START, "libcurl can be loaded again", "", false);
	direct_state_tell(feed, clock_now());
}

void direct_feed_notice(struct feed *feed, enum severity severity, enum action_type type, const char *title,
			const char *text)
{
	direct_notice((struct direct_feed *)feed, severity, type, title, text, false);
}

// ---- the feed's own state

// The feed is as fresh as the freshest agent, each by its own interval. A failure is news as well: where everybody is
// down, that is what is known, and it is known now.
static enum feed_state judge_state(const struct direct_feed *feed)
{
	struct health_stats stats;

	if (feed->outage == OUTAGE_OFFLINE)
		return FEED_OFFLINE;
	health_checker_stats(feed->health, &stats);
	if (stats.by_freshness[FRESHNESS_FRESH])
		return FEED_LIVE;
	if (stats.by_freshness[FRESHNESS_LATE])
		return FEED_LATE;
	return stats.by_freshness[FRESHNESS_STALE] ? FEED_STALE : FEED_STARTING;
}

void direct_state_tell(struct direct_feed *feed, struct instant now)
{
	struct prober_stats stats = prober_stats_read(feed->prober);
	enum feed_state state = judge_state(feed);
	struct event *event;

	if (state == feed->state && feed->is_mute == feed->is_mute_told && stats.lag_worst_ms < DIRECT_STATE_MS / 2)
		return;
	event = event_new(EVENT_FEED, now.wall_ms, 0);
	if (!event)
		return;
	if (state != feed->state)
		feed->state_since_ms = now.wall_ms;
	feed->state = state;
	feed->is_mute_told = feed->is_mute;
	event->u.feed.state = state;
	event->u.feed.since_ms = feed->state_since_ms;
	event->u.feed.last_answer_ms = feed->last_result_ms;
	event->u.feed.detail = mem_strdup(feed->is_mute           ? "libcurl cannot be loaded"
					  : state == FEED_OFFLINE ? "this machine has no way out"
								  : "");
	event->u.feed.lag_ms = (uint32_t)stats.lag_worst_ms;
	event->u.feed.n_in_flight = (uint32_t)stats.n_in_flight;
	event->u.feed.n_waiting = (uint32_t)stats.n_waiting;
	event_emit(&feed->sink, event);
}

// ---- progress

enum { STEP_LISTS, STEP_ENDPOINTS, STEP_ANSWERS, N_STEPS };

static void fill_step(struct progress_step *step, const char *label, size_t n, size_t of, const char *unit)
{
	char text[80];

	step->label = mem_strdup(label);
	snprintf(text, sizeof text, "%zu of %zu %s", n, of, unit);
	step->description = mem_strdup(text);
	step->error = mem_strdup("");
	step->state = of == 0 ? STEP_SKIPPED : n < of ? STEP_CURRENT : STEP_COMPLETED;
}

// Only the first unfinished step is the current one; the others wait for it.
static void order_steps(struct progress_step *steps)
{
	bool is_before = true;

	for (int i = 0; i < N_STEPS; i++) {
		if (steps[i].state != STEP_CURRENT)
			continue;
		if (!is_before)
			steps[i].state = STEP_PENDING;
		is_before = false;
	}
}

static void note_silent(const struct direct_feed *feed, struct progress_step *step)
{
	size_t n_silent = feed->counts.n_settled - feed->counts.n_answered;
	char text[80];

	if (step->state != STEP_COMPLETED || !n_silent)
		return;
	snprintf(text, sizeof text, "%zu did not answer; they are asked again", n_silent);
	mem_free((char *)step->error);
	step->error = mem_strdup(text);
	step->state = STEP_ERROR;
}

void direct_progress_tell(struct direct_feed *feed, struct instant now)
{
	const struct direct_counts *c = &feed->counts;
	size_t n_sources = feed->config->n_sources;
	size_t n_read = feed->discovery ? n_sources - discovery_n_pending(feed->discovery) : 0;
	uint64_t mark = hash_mix(n_read) ^ hash_mix(c->n_contacted + 1000003) ^ hash_mix(c->n_settled + 2000003) ^
			hash_mix(c->n_agents + 3000003) ^ hash_mix(c->n_answered + 4000003);
	struct event *event;
	struct progress *p;

	if (feed->progress_ended_ms || mark == feed->progress_mark)
		return;
	event = event_new(EVENT_PROGRESS, now.wall_ms, 0);
	if (!event)
		return;
	p = &event->u.progress;
	p->steps = mem_calloc(N_STEPS, sizeof *p->steps);
	if (!p->steps) {
		event_unref(event);
		return;
	}
	feed->progress_mark = mark;
	p->n_steps = N_STEPS;
	p->id = DIRECT_PROGRESS_ID;
	p->title = mem_strdup("First contact");
	p->started_ms = feed->started_ms;
	fill_step(&p->steps[STEP_LISTS], "Read lists", n_read, n_sources, "read");
	fill_step(&p->steps[STEP_ENDPOINTS], "Find endpoints", c->n_contacted, c->n_discovering, "asked");
	fill_step(&p->steps[STEP_ANSWERS], "First answers", c->n_settled, c->n_agents, "probed");
	order_steps(p->steps);
	note_silent(feed, &p->steps[STEP_ANSWERS]);
	p->percent = (uint16_t)(100 * (n_read + c->n_contacted + c->n_settled) /
				(n_sources + c->n_discovering + c->n_agents ? n_sources + c->n_discovering + c->n_agents
									    : 1));
	if (direct_feed_is_settled(&feed->feed) && c->n_agents) {
		feed->progress_ended_ms = now.wall_ms;
		p->ended_ms = now.wall_ms;
	}
	event_emit(&feed->sink, event);
}

static void on_state_timer(uv_timer_t *timer)
{
	struct direct_feed *feed = timer->data;
	struct instant now = clock_now();

	direct_mute_tell(feed);
	direct_trail_tick(feed);
	direct_progress_tell(feed, now);
	direct_state_tell(feed, now);
	if (feed->memory_is_dirty && now.mono_ms - feed->memory_saved_ms >= DIRECT_MEMORY_SAVE_MS)
		direct_memory_save(feed, now);
	direct_standing_tick(feed, now);
}

int direct_state_start(struct direct_feed *feed)
{
	struct instant now = clock_now();

	feed->armed_ms = INT64_MAX;
	feed->started_ms = feed->state_since_ms = now.wall_ms;
	feed->state = FEED_STARTING;
	uv_timer_init(feed->loop, &feed->deadline_timer); // cannot fail
	uv_timer_init(feed->loop, &feed->state_timer);
	feed->deadline_timer.data = feed->state_timer.data = feed;
	return uv_timer_start(&feed->state_timer, on_state_timer, DIRECT_STATE_MS, DIRECT_STATE_MS);
}
