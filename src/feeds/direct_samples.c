// SPDX-License-Identifier: Apache-2.0
/* From a sample to events: verdict, health, readings, and what the alerts make of them. */
#include <string.h>

#include "base/memory.h"
#include "feeds/direct_internal.h"
#include "text/text.h"

static const enum pace pace_of[] = {
	[HEALTH_PACE_NORMAL] = PACE_NORMAL,
	[HEALTH_PACE_FAST] = PACE_FAST,
	[HEALTH_PACE_BACKOFF] = PACE_BACKOFF,
};

// The beginning of the answer, for the detail screen; a scrape is shown by its own screen.
static char *excerpt_of(const struct sample *sample)
{
	size_t n = sample->body_len < EXCERPT_MAX ? sample->body_len : EXCERPT_MAX;

	if (sample->kind != PROBE_HEALTH || !sample->body)
		return mem_strdup("");
	return text_clean_dup(sample->body, n, TEXT_KEEP_NEWLINES, EXCERPT_MAX);
}

// On the wall clock; 0: not known.
static int64_t next_due_ms(struct direct_feed *feed, const struct sample *sample)
{
	const struct watched *watched = direct_watched(feed, sample->agent->id);
	int64_t due_ms = watched && watched->is_contacting ? watched->retry_at_ms
							   : prober_due_ms(feed->prober, sample->agent->id);

	return due_ms == INT64_MAX ? 0 : sample->at.wall_ms + (due_ms - sample->at.mono_ms);
}

static void emit_probed(struct direct_feed *feed, const struct sample *sample, struct verdict *verdict,
			const struct metric_summary *metrics)
{
	struct event *event = event_new(EVENT_AGENT_PROBED, sample->at.wall_ms, sample->agent->id);
	const struct health *health = health_checker_health(feed->health, sample->agent->id);
	struct event_probed *probed;

	if (!event)
		return;
	probed = &event->u.probed;
	probed->kind = sample->kind;
	probed->http_status = sample->http_status;
	probed->timing = sample->timing;
	probed->wire_bytes = sample->wire_bytes;
	probed->body_bytes = sample->body_bytes;
	probed->next_due_ms = next_due_ms(feed, sample);
	probed->excerpt = excerpt_of(sample);
	probed->reason = verdict ? verdict->reason : sample->reason;
	if (verdict) {
		probed->dialect = verdict->dialect;
		probed->checks = verdict->checks; // handed over
		probed->n_checks = verdict->n_checks;
		verdict->checks = NULL;
		verdict->n_checks = 0;
	}
	if (metrics) {
		probed->n_bad_lines = metrics->n_bad_lines;
		probed->first_bad_line = metrics->first_bad_line;
		if (probed->reason == REASON_NONE)
			probed->reason = metrics->reason;
	}
	if (health)
		probed->health = *health;
	event_emit(&feed->sink, event);
}

// Our own link is the question only where something is asked that is not on this machine.
static void test_link(struct direct_feed *feed, struct instant now)
{
	bool is_offline = feed->counts.n_not_loopback && !prober_has_network("/proc/net/route", "/proc/net/ipv6_route");

	health_checker_link_result(feed->health, is_offline, now);
}

static void judge(struct direct_feed *feed, const struct sample *sample, const struct verdict *verdict)
{
	uint32_t id = sample->agent->id;
	struct health_outcome outcome = health_checker_judge(feed->health, id, verdict, sample, sample->at);

	if (outcome.wants_link_test)
		test_link(feed, sample->at);
	if (direct_watched(feed, id) && !direct_watched(feed, id)->is_contacting)
		prober_set_pace(feed->prober, id, pace_of[outcome.pace]);
}

// For the progress of the first contact and the state of the feed.
static void count_sample(struct direct_feed *feed, struct watched *watched, const struct sample *sample)
{
	// Where health did not answer, a scrape adds nothing to the verdict: nobody waits for it.
	bool is_last = sample->kind == PROBE_METRICS || !watched->agent->metrics_url || watched->is_contacting ||
		       sample->reason != REASON_NONE;

	if (!reason_is_ours(sample->reason))
		feed->last_result_ms = sample->at.wall_ms;
	if (sample->http_status) {
		feed->counts.n_answered += !watched->has_answered;
		watched->has_answered = true;
	}
	if (is_last && !watched->is_settled) {
		watched->is_settled = true;
		feed->counts.n_settled++;
		if (direct_feed_is_settled(&feed->feed))
			direct_progress_tell(feed, sample->at);
	}
	if (feed->state != FEED_LIVE)
		direct_state_tell(feed, sample->at);
}

// A remembered path that is not there any more: look for the endpoints anew.
static bool is_wrong_memory(const struct watched *watched, const struct sample *sample)
{
	return watched->is_remembered && (sample->http_status == 404 || sample->http_status == 405);
}

static void read_scraped(const struct direct_feed *feed, const struct sample *sample,
			 const struct metric_summary *metrics, struct verdict *out)
{
	const struct scrape_counts counts = {
		.n_samples = metrics->n_samples,
		.n_bad_lines = metrics->n_bad_lines,
		.first_bad_line = metrics->first_bad_line,
		.is_truncated = metrics->is_truncated,
	};
	bool was_read = counts.n_samples || counts.n_bad_lines; // not where the status spoke against it

	verdict_read_scraped(sample, was_read ? &counts : NULL, feed->config->probe.slow_ms, out);
}

void direct_on_sample(const struct sample *sample, void *ctx)
{
	struct direct_feed *feed = ctx;
	struct watched *watched = direct_watched(feed, sample->agent->id);
	bool is_health = sample->kind == PROBE_HEALTH || !sample->agent->health_url;
	struct metric_summary metrics = { 0 };
	struct verdict verdict = { 0 };

	if (!watched || feed->is_stopping)
		return;
	if (reason_is_ours(sample->reason))
		direct_mute_tell(feed);
	if (is_wrong_memory(watched, sample)) {
		direct_look_again(feed, watched);
		return;
	}
	if (sample->http_status == 200)
		watched->is_remembered = false;
	// The recorder reads a scrape first: what it has seen of it is half of a verdict.
	if (sample->kind == PROBE_METRICS)
		metric_recorder_scrape(feed->recorder, sample, &metrics);
	if (is_health) {
		if (sample->kind == PROBE_METRICS)
			read_scraped(feed, sample, &metrics, &verdict);
		else
			direct_verdict(feed, watched, sample, &verdict);
		judge(feed, sample, &verdict);
		metric_recorder_latency(feed->recorder, sample);
	}
	emit_probed(feed, sample, is_health ? &verdict : NULL, sample->kind == PROBE_METRICS ? &metrics : NULL);
	verdict_finish(&verdict);
	count_sample(feed, watched, sample);
	if (sample->kind == PROBE_METRICS && metrics.n_samples && !watched->is_recognised)
		direct_recognise(feed, watched); // may replace the description: nothing of the sample is used after it
	direct_rearm(feed);
}

// Acknowledging every alert of an agent shows on the agent.
static void follow_alert(struct direct_feed *feed, uint32_t agent, struct instant now)
{
	static const enum overlay overlays[] = { OVERLAY_ACKNOWLEDGED, OVERLAY_SILENCED };
	unsigned wanted = alerts_overlays(feed->alerts, agent);
	const struct health *health = health_checker_health(feed->health, agent);

	for (size_t i = 0; health && i < sizeof overlays / sizeof overlays[0]; i++) {
		bool is_set = wanted & overlays[i];

		if (is_set != ((health->overlays & overlays[i]) != 0))
			health_checker_overlay(feed->health, agent, overlays[i], is_set, 0, now);
	}
}

void direct_on_event(void *ctx, const struct event *event)
{
	struct direct_feed *feed = ctx;
	struct instant now = clock_now();

	if (event->type == EVENT_METRICS)
		direct_vitals_note(feed, event);
	direct_standing_note(feed, event);
	if (event->type == EVENT_ALERT && event->agent)
		follow_alert(feed, event->agent, now);
	else if (!feed->is_waking)
		alerts_observe(feed->alerts, event, now);
}
