// SPDX-License-Identifier: Apache-2.0
/* How the fleet stands, kept over a restart: since when, what is acknowledged, snoozed and in maintenance. What the
 * services know is the truth; of before there is only what no agent has taken up yet.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "feeds/direct_internal.h"
#include "formats/json_writer.h"

enum {
	SAVE_STATE_MS = 30 * 1000,      // after a change of state; what a person did is saved at once
	SAVE_ALIVE_MS = 5 * 60 * 1000,  // so that the file says when the fleet was last looked at
	FLEET_ALERT_MS = 5 * 60 * 1000, // an outage that comes so late after the start is another one
};

struct standing_save {
	uv_work_t work; // first
	struct direct_feed *feed;
	struct bytes text;
	int result;
};

// ---- taking up

/* An agent's alert that is snoozed waits for as long: it is let go when the agent is known to be well. Of the fleet's
 * nobody says so, and an outage of later is not to be silent for that.
 */
static void resume_alerts(struct direct_feed *feed, uint32_t id, const struct standing_agent *before, int64_t now_ms)
{
	int64_t trust_ms = id ? STANDING_TRUST_MS : FLEET_ALERT_MS;

	for (size_t i = 0; i < before->n_alerts; i++) {
		const struct alert *alert = &before->alerts[i];
		int64_t until_ms = now_ms + trust_ms;

		if (id && alert->snoozed_until_ms > until_ms)
			until_ms = alert->snoozed_until_ms;
		(void)alerts_resume(feed->alerts, id, alert, until_ms); // for want of memory it is a new one
	}
}

void direct_standing_agent(struct direct_feed *feed, const struct agent *agent)
{
	struct standing_agent *before = standing_get(&feed->standing.before, agent->key);
	struct watched *watched = direct_watched(feed, agent->id);
	struct instant now = clock_now();

	if (!before)
		return;
	standing_age(before, now.wall_ms); // its list may have come hours after the file was read
	if (watched)
		watched->stood_ms = before->seen_ms;
	(void)health_checker_resume(feed->health, agent->id, &before->health, now);
	if (alerts_agent(feed->alerts, agent, now) == 0) // it may not have heard of it yet
		resume_alerts(feed, agent->id, before, now.wall_ms);
	standing_forget(&feed->standing.before, before);
}

static size_t add_count(char *out, size_t size, size_t at, size_t n, const char *what)
{
	if (!n || at >= size)
		return at;
	return at + (size_t)snprintf(out + at, size - at, "%s%zu %s", at ? ", " : "", n, what);
}

static void tell_taken_up(struct direct_feed *feed)
{
	struct standing_counts counts;
	char text[200] = "";
	size_t at;

	standing_count(&feed->standing.before, &counts);
	at = add_count(text, sizeof text, 0, counts.n_acknowledged, "acknowledged");
	at = add_count(text, sizeof text, at, counts.n_snoozed, "snoozed");
	at = add_count(text, sizeof text, at, counts.n_noted, "with a note");
	at = add_count(text, sizeof text, at, counts.n_maintained, "in maintenance");
	if (at)
		direct_notice(feed, SEVERITY_INFO, ACTION_INFO, "what was set before the restart is taken up", text,
			      false);
}

// A person may still read in it what the next save would write over.
static void tell_lost(struct direct_feed *feed, const char *why)
{
	static const char lost[] = "what was acknowledged, snoozed and in maintenance before the restart is lost";
	int r = standing_set_aside(feed->state_dir);
	char kept[80] = "";

	if (r == 0)
		snprintf(kept, sizeof kept, "; the file is kept as standing.json.bad");
	else if (r != -ENOENT && r != -EINVAL)
		snprintf(kept, sizeof kept, "; the file is not kept: %s", strerrordesc_np(-r));
	log_line(LOG_WARN, "%s: %s%s", lost, why, kept);
	direct_notice(feed, SEVERITY_WARNING, ACTION_ERROR, lost, why, false);
}

void direct_standing_start(struct direct_feed *feed, bool is_kept)
{
	struct direct_standing *standing = &feed->standing;
	struct standing_agent *fleet;
	struct instant now = clock_now();
	char why[STANDING_WHY_MAX];
	int r;

	standing->is_kept = is_kept && feed->state_dir;
	standing->saved_ms = now.mono_ms;
	if (!standing->is_kept)
		return;
	r = standing_load(&standing->before, feed->state_dir, now.wall_ms, why);
	if (r < 0)
		tell_lost(feed, r == -EINVAL ? why : strerrordesc_np(-r));
	tell_taken_up(feed);
	fleet = standing_get(&standing->before, "");
	if (fleet) {
		resume_alerts(feed, 0, fleet, now.wall_ms);
		standing_forget(&standing->before, fleet);
	}
}

// ---- saving

struct collected {
	struct alert alerts[STANDING_ALERTS_MAX]; // texts borrowed
	size_t n;
};

static void collect(void *ctx, const struct alert *alert)
{
	struct collected *collected = ctx;

	if (collected->n < STANDING_ALERTS_MAX)
		collected->alerts[collected->n++] = *alert;
}

static void write_fleet(struct direct_feed *feed, struct json_writer *writer, struct instant now)
{
	struct collected collected = { .n = 0 };
	struct standing_agent fleet = { .key = "", .seen_ms = now.wall_ms, .alerts = collected.alerts };

	alerts_each(feed->alerts, 0, now, collect, &collected);
	fleet.n_alerts = collected.n;
	standing_add(writer, &fleet);
}

// One that was not looked at since the start is as old as it was then: many starts make nothing younger.
static void write_agent(struct direct_feed *feed, struct json_writer *writer, const struct watched *watched,
			struct instant now)
{
	const struct health *health = health_checker_health(feed->health, watched->id);
	struct collected collected = { .n = 0 };
	struct standing_agent agent = { .key = watched->agent->key,
					.seen_ms = now.wall_ms,
					.alerts = collected.alerts };

	if (!health || !health_checker_standing(feed->health, watched->id, &agent.health, now))
		return;
	if (!health->last_probe_ms && watched->stood_ms)
		agent.seen_ms = watched->stood_ms;
	alerts_each(feed->alerts, watched->id, now, collect, &collected);
	agent.n_alerts = collected.n;
	standing_add(writer, &agent);
}

static int write_text(struct direct_feed *feed, struct bytes *text, struct instant now)
{
	struct json_writer writer;
	size_t n = 1;

	bytes_init(text, STANDING_FILE_MAX);
	standing_begin(&writer, text);
	write_fleet(feed, &writer, now);
	for (const struct watched *one = feed->watched; one && n < STANDING_AGENTS_MAX; one = one->hh.next, n++)
		write_agent(feed, &writer, one, now);
	// Whose list has not come yet.
	for (const struct standing_agent *one = feed->standing.before.agents; one && n < STANDING_AGENTS_MAX; n++) {
		standing_add(&writer, one);
		one = one->hh.next;
	}
	standing_end(&writer);
	return writer.error;
}

// Told once, until it works again, and tried again like a change: what a person did may not be in the file yet.
static void tell_result(struct direct_feed *feed, int r)
{
	struct direct_standing *standing = &feed->standing;

	if (r < 0 && !standing->is_failing)
		direct_notice(feed, SEVERITY_WARNING, ACTION_ERROR,
			      "what is acknowledged, snoozed and in maintenance would be lost in a restart",
			      strerrordesc_np(-r), false);
	standing->is_failing = r < 0;
	standing->is_changed |= r < 0;
}

static void save_now(struct direct_feed *feed)
{
	struct bytes text;
	int r = write_text(feed, &text, clock_now());

	if (r == 0)
		r = standing_save(feed->state_dir, &text);
	if (r < 0)
		log_line(LOG_ERROR, "how the fleet stands is not kept: %s", strerrordesc_np(-r));
	bytes_finish(&text);
}

static void on_work(uv_work_t *work)
{
	struct standing_save *save = (struct standing_save *)work;

	save->result = standing_save(save->feed->state_dir, &save->text);
}

static void on_worked(uv_work_t *work, int status)
{
	struct standing_save *save = (struct standing_save *)work;
	struct direct_feed *feed = save->feed;
	int r = status < 0 ? status : save->result;

	bytes_finish(&save->text);
	mem_free(save);
	feed->standing.is_saving = false;
	if (!feed->is_stopping) {
		tell_result(feed, r);
		return;
	}
	save_now(feed); // it waited for this one, which wrote the same file
	direct_part_closed(feed);
}

static void begin_save(struct direct_feed *feed, struct instant now)
{
	struct direct_standing *standing = &feed->standing;
	struct standing_save *save = mem_calloc(1, sizeof *save);
	int r = save ? write_text(feed, &save->text, now) : -ENOMEM;

	standing->saved_ms = now.mono_ms;
	standing->is_changed = standing->is_urgent = false;
	if (r == 0) {
		save->feed = feed;
		r = uv_queue_work(feed->loop, &save->work, on_work, on_worked);
	}
	if (r == 0) {
		standing->is_saving = true;
		return;
	}
	if (save)
		bytes_finish(&save->text);
	mem_free(save);
	tell_result(feed, r);
}

void direct_standing_note(struct direct_feed *feed, const struct event *event)
{
	feed->standing.is_changed |= event->type == EVENT_AGENT_HEALTH || event->type == EVENT_ALERT;
}

void direct_standing_asked(struct direct_feed *feed)
{
	feed->standing.is_urgent = true;
}

void direct_standing_tick(struct direct_feed *feed, struct instant now)
{
	const struct direct_standing *standing = &feed->standing;
	int64_t age_ms = now.mono_ms - standing->saved_ms;

	if (!standing->is_kept || standing->is_saving)
		return;
	if (standing->is_urgent || age_ms >= (standing->is_changed ? SAVE_STATE_MS : SAVE_ALIVE_MS))
		begin_save(feed, now);
}

void direct_standing_stop(struct direct_feed *feed)
{
	if (feed->standing.is_kept && !feed->standing.is_saving)
		save_now(feed);
}

void direct_standing_finish(struct direct_feed *feed)
{
	standing_finish(&feed->standing.before);
}
