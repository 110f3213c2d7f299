// SPDX-License-Identifier: Apache-2.0
#include "feeds/hub_state.h"

#include <stdio.h>
#include <string.h>

enum { GONE_PINGS = 2, SLEPT_MS = 1000 };

static void set_why(struct hub_state *s, const char *why)
{
	snprintf(s->why, sizeof s->why, "%s", why);
}

static void enter(struct hub_state *s, enum hub_phase phase, struct instant now)
{
	s->phase = phase;
	s->began = s->now = now;
}

void hub_state_init(struct hub_state *s, const struct hub_state_options *options, struct instant now)
{
	*s = (struct hub_state){ .options = *options, .since = now, .retry_ms = now.mono_ms };
	if (!s->options.ping_ms)
		s->options.ping_ms = HUB_STATE_PING_MS;
	if (!s->options.connect_ms)
		s->options.connect_ms = HUB_STATE_CONNECT_MS;
	backoff_init(&s->backoff, options->base_ms, options->cap_ms);
	enter(s, HUB_WAITING, now);
}

static bool stands(const struct hub_state *s)
{
	return s->phase == HUB_READING || s->phase == HUB_LIVE;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

// ---- silence

// Of a ping as long as usual it is `ms`.
static int64_t part(const struct hub_state *s, int64_t ms)
{
	return ms * s->options.ping_ms / HUB_STATE_PING_MS;
}

static int64_t ping_due_ms(const struct hub_state *s)
{
	int64_t regular = s->pinged_ms + s->options.ping_ms;

	return s->is_asked ? regular : earlier(regular, s->heard_ms + part(s, HUB_STATE_QUIET_MS));
}

// Since when an answer is waited for: while something else comes nobody does.
static int64_t waits_ms(const struct hub_state *s)
{
	return later(later(s->asked_ms, s->heard_ms + part(s, HUB_STATE_QUIET_MS)), s->listens_ms);
}

static int64_t slowest_ms(const struct hub_state *s)
{
	return later(s->slowest.now_ms, s->slowest.before_ms);
}

static int64_t silent_at_ms(const struct hub_state *s, int64_t limit_ms)
{
	return s->is_asked ? waits_ms(s) + part(s, limit_ms) + slowest_ms(s) : INT64_MAX;
}

static int64_t late_at_ms(const struct hub_state *s)
{
	return silent_at_ms(s, HUB_STATE_LATE_MS);
}

static int64_t stale_at_ms(const struct hub_state *s)
{
	return silent_at_ms(s, HUB_STATE_STALE_MS);
}

static int64_t gone_at_ms(const struct hub_state *s)
{
	return later(s->heard_ms, s->listens_ms) + (int64_t)GONE_PINGS * s->options.ping_ms;
}

// An answer has taken so long. Of one that was called stale it was no answer any more.
static void note_answer(struct hub_state *s, int64_t took_ms, struct instant now)
{
	int64_t stale_ms = part(s, HUB_STATE_STALE_MS), lately_ms = part(s, HUB_STATE_LATELY_MS);

	if (took_ms < 0 || took_ms >= stale_ms + slowest_ms(s))
		return;
	if (now.mono_ms - s->slowest.since_ms >= lately_ms) {
		s->slowest.before_ms = now.mono_ms - s->slowest.since_ms < 2 * lately_ms ? s->slowest.now_ms : 0;
		s->slowest.now_ms = 0;
		s->slowest.since_ms = now.mono_ms;
	}
	s->slowest.now_ms = later(s->slowest.now_ms, earlier(took_ms, stale_ms));
}

// ---- what is to be done

int64_t hub_state_due_ms(const struct hub_state *s)
{
	int64_t poll_ms = s->trouble == HUB_BLOCKED && !stands(s) ? s->poll_ms : INT64_MAX, due;

	if (s->phase == HUB_WAITING)
		return earlier(s->retry_ms, poll_ms);
	if (s->phase == HUB_CONNECTING)
		return earlier(s->began.mono_ms + s->options.connect_ms, poll_ms);
	due = earlier(ping_due_ms(s), gone_at_ms(s));
	if (late_at_ms(s) > s->now.mono_ms)
		return earlier(due, late_at_ms(s));
	return stale_at_ms(s) > s->now.mono_ms ? earlier(due, stale_at_ms(s)) : due;
}

// The question comes much later than was asked for: what the hub has said meanwhile was not read.
static bool has_slept(const struct hub_state *s, struct instant now)
{
	return stands(s) && now.mono_ms - hub_state_due_ms(s) > SLEPT_MS;
}

enum hub_act hub_state_tick(struct hub_state *s, struct instant now)
{
	if (has_slept(s, now))
		s->listens_ms = now.mono_ms;
	s->now = now;
	if (s->phase == HUB_WAITING && now.mono_ms >= s->retry_ms) {
		enter(s, HUB_CONNECTING, now);
		return HUB_ACT_CONNECT;
	}
	if (s->phase == HUB_CONNECTING && now.mono_ms >= s->began.mono_ms + s->options.connect_ms)
		return HUB_ACT_DROP;
	if (stands(s) && now.mono_ms >= gone_at_ms(s))
		return HUB_ACT_DROP;
	if (stands(s) && now.mono_ms >= ping_due_ms(s)) {
		if (!s->is_asked)
			s->asked_ms = now.mono_ms;
		s->is_asked = true;
		s->pinged_ms = now.mono_ms;
		return HUB_ACT_PING;
	}
	if (s->trouble == HUB_BLOCKED && !stands(s) && now.mono_ms >= s->poll_ms) {
		s->poll_ms = now.mono_ms + HUB_STATE_POLL_MS;
		return HUB_ACT_POLL;
	}
	return HUB_ACT_NONE;
}

static void settle(struct hub_state *s, struct instant now)
{
	enter(s, HUB_LIVE, now);
	s->trouble = HUB_WELL;
	s->since = now;
	s->is_known = true;
	s->is_polled = false;
	set_why(s, "");
}

void hub_state_greeted(struct hub_state *s, struct instant now)
{
	s->greeted_ms = now.mono_ms;
	s->now = now;
}

void hub_state_hello(struct hub_state *s, bool is_resumed, struct instant now)
{
	if (s->greeted_ms)
		note_answer(s, now.mono_ms - s->greeted_ms, now);
	s->greeted_ms = 0;
	s->is_ending = s->is_asked = false;
	s->heard_ms = s->pinged_ms = s->listens_ms = now.mono_ms; // the next ping in its own time
	enter(s, HUB_READING, now);
	if (is_resumed)
		settle(s, now);
}

void hub_state_whole(struct hub_state *s, struct instant now)
{
	if (s->phase == HUB_READING)
		settle(s, now);
}

void hub_state_heard(struct hub_state *s, struct instant now)
{
	if (s->is_asked)
		note_answer(s, now.mono_ms - waits_ms(s), now);
	s->heard_ms = now.mono_ms;
	s->now = now;
}

void hub_state_answered(struct hub_state *s, struct instant now)
{
	if (s->is_asked)
		note_answer(s, now.mono_ms - later(s->asked_ms, s->listens_ms), now);
	s->is_asked = false;
	s->now = now;
}

void hub_state_ending(struct hub_state *s)
{
	s->is_ending = true;
}

void hub_state_polled(struct hub_state *s, bool is_read, struct instant now)
{
	s->now = now;
	if (s->is_polled == is_read)
		return;
	s->is_polled = is_read;
	s->is_known |= is_read;
	s->since = now;
}

// What is shown is as old as what was heard last, not as our giving up.
static struct instant last_heard(const struct hub_state *s, struct instant now)
{
	return instant_add(now, s->heard_ms - now.mono_ms);
}

void hub_state_lost(struct hub_state *s, enum hub_trouble trouble, const char *why, uint64_t random, struct instant now)
{
	int64_t stood_ms = stands(s) ? now.mono_ms - s->began.mono_ms : 0;
	uint32_t wait_ms;

	if (s->is_ending)
		s->backoff.n_failures = 0;
	s->is_ending = false;
	wait_ms = backoff_next_ms(&s->backoff, stood_ms, random);
	if (s->phase == HUB_LIVE)
		s->since = last_heard(s, now);
	else if (!s->is_known && (trouble == HUB_REFUSED) != (s->trouble == HUB_REFUSED))
		s->since = now;
	if (trouble != HUB_BLOCKED)
		s->is_polled = false;
	else if (s->trouble != HUB_BLOCKED)
		s->poll_ms = now.mono_ms;
	s->trouble = trouble;
	set_why(s, why);
	s->retry_ms = now.mono_ms + wait_ms;
	enter(s, HUB_WAITING, now);
}

void hub_state_retry(struct hub_state *s, struct instant now)
{
	s->now = now;
	if (s->phase == HUB_WAITING)
		s->retry_ms = now.mono_ms;
}

void hub_state_anew(struct hub_state *s, struct instant now)
{
	bool was_just_now = s->anew_ms && now.mono_ms - s->anew_ms < HUB_STATE_ANEW_MS;

	s->anew_ms = now.mono_ms;
	if (!was_just_now)
		hub_state_retry(s, now);
}

static enum feed_state away(const struct hub_state *s)
{
	switch (s->trouble) {
	case HUB_REFUSED:
		return FEED_REFUSED;
	case HUB_BLOCKED:
		return s->is_polled ? FEED_LATE : FEED_RECONNECTING;
	case HUB_LOST:
		return FEED_RECONNECTING;
	case HUB_WELL:
		break;
	}
	return s->is_known ? FEED_RECONNECTING : FEED_STARTING;
}

bool hub_state_is_stale(const struct hub_state *s)
{
	return stands(s) && s->now.mono_ms >= stale_at_ms(s);
}

void hub_state_show(const struct hub_state *s, struct hub_feed *out)
{
	*out = (struct hub_feed){ .state = FEED_LIVE, .since_ms = s->since.wall_ms, .detail = "" };
	if (s->phase == HUB_LIVE && s->now.mono_ms < late_at_ms(s))
		return;
	if (s->phase == HUB_LIVE) {
		out->state = hub_state_is_stale(s) ? FEED_STALE : FEED_LATE;
		out->since_ms = last_heard(s, s->now).wall_ms;
		out->detail = "the hub does not answer";
		return;
	}
	out->state = away(s);
	out->detail = s->why;
	if (s->phase == HUB_WAITING && out->state != FEED_STARTING)
		out->retry_ms = s->now.wall_ms + (s->retry_ms - s->now.mono_ms);
}
