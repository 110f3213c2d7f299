// SPDX-License-Identifier: Apache-2.0
#include "widgets/detail_axes.h"

#include <stdio.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "widgets/state_face.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *observed_word(enum observed observed)
{
	static const char *const words[] = {
		[OBSERVED_NEVER] = "never seen",
		[OBSERVED_UP] = "up",
		[OBSERVED_DEGRADED] = "degraded",
		[OBSERVED_DOWN] = "down",
	};

	return (size_t)observed < COUNT(words) ? words[observed] : "?";
}

static style_t observed_style(enum observed observed)
{
	return state_style(state_of_observed(observed));
}

// "14m ago (14:50:05)"
static void add_when(struct strbuf *out, int64_t at_ms, const struct view *view)
{
	char age[HUMAN_MAX], time[HUMAN_MAX];

	if (at_ms <= 0) {
		strbuf_add(out, "never");
		return;
	}
	strbuf_addf(out, "%s", human_short_age(view->now.wall_ms - at_ms, age));
	strbuf_addf(out, "%s (%s)", view->now.wall_ms - at_ms < 1000 ? "" : " ago",
		    human_time_of_day(at_ms, view->utc_offset_s, time));
}

static style_t observed_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const struct health *health = &agent->health;

	char age[HUMAN_MAX], time[HUMAN_MAX];

	strbuf_add(out, observed_word(health->observed));
	if (health->since_ms > 0)
		strbuf_addf(out, " for %s, since %s", human_duration(view->now.wall_ms - health->since_ms, age),
			    human_time_of_day(health->since_ms, view->utc_offset_s, time));
	return observed_style(health->observed);
}

static const char *attempt_word(enum observed toward)
{
	if (toward == OBSERVED_UP)
		return "recovering";
	return toward == OBSERVED_DOWN ? "failing" : "degrading";
}

static style_t attempt_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const struct health *health = &agent->health;

	(void)view;
	if (health->attempt_n == 0) {
		strbuf_add(out, health->observed == OBSERVED_NEVER ? "nothing judged yet" : "settled (hard)");
		return STYLE_TEXT;
	}
	strbuf_addf(out, "%s %u of %u (soft)", attempt_word(health->toward), health->attempt_n, health->attempt_of);
	return STYLE_WARN;
}

static style_t reason_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const struct health *health = &agent->health;

	(void)view;
	if (health->reason == REASON_NONE)
		return STYLE_TEXT;
	strbuf_addf(out, "%s (%s)", reason_text(health->reason), reason_name(health->reason));
	if (*health->detail)
		strbuf_addf(out, ": %s", health->detail);
	return observed_style(health->toward);
}

static style_t answer_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const struct event_probed *probed = fleet_agent_judged(agent);

	(void)view;
	if (!probed)
		return STYLE_TEXT;
	if (!probed->http_status) {
		strbuf_add(out, "none");
		return STYLE_BAD;
	}
	strbuf_addf(out, "HTTP %d, read as %s, %llu bytes", probed->http_status, dialect_name(probed->dialect),
		    (unsigned long long)probed->body_bytes);
	return STYLE_TEXT;
}

// Of the metrics. A bad line costs that line alone, so it is said here; where the scrape is what health is judged by,
// everything else of it was said before.
static style_t scrape_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const struct event_probed *probed = agent->probed[PROBE_METRICS];
	bool is_good = probed->reason == REASON_NONE && !probed->n_bad_lines;

	(void)view;
	if (!agent->probed_at_ms[PROBE_METRICS] || (is_good && !agent->agent->health_url))
		return STYLE_TEXT;
	if (probed->http_status)
		strbuf_addf(out, "HTTP %d, %llu bytes", probed->http_status, (unsigned long long)probed->body_bytes);
	if (probed->reason != REASON_NONE)
		strbuf_addf(out, "%s%s", out->len ? ", " : "", reason_text(probed->reason));
	if (probed->n_bad_lines)
		strbuf_addf(out, ", %zu bad line%s, the first is line %zu", probed->n_bad_lines,
			    probed->n_bad_lines == 1 ? "" : "s", probed->first_bad_line);
	return is_good ? STYLE_TEXT : STYLE_WARN;
}

static style_t freshness_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	static const char *const words[] = { "fresh", "late", "stale" };
	static const style_t styles[] = { STYLE_TEXT, STYLE_WARN, STYLE_BAD };
	const struct health *health = &agent->health;
	const struct event_probed *probed = fleet_agent_judged(agent);
	int64_t due_ms = probed ? probed->next_due_ms : 0;
	char wait[HUMAN_MAX];

	if (health->last_probe_ms <= 0) {
		strbuf_add(out, "not probed yet");
		return STYLE_UNKNOWN;
	}
	strbuf_addf(out, "%s, last probe ", words[health->freshness % COUNT(words)]);
	add_when(out, health->last_probe_ms, view);
	if (due_ms > view->now.wall_ms)
		strbuf_addf(out, ", next in %s", human_duration(due_ms - view->now.wall_ms + 999, wait));
	return styles[health->freshness % COUNT(styles)];
}

static style_t quality_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	(void)view;
	if (agent->health.quality == PROBE_OK) {
		strbuf_add(out, "ok");
		return STYLE_TEXT;
	}
	strbuf_add(out, agent->health.quality == PROBE_OFFLINE ? "our own network is gone: no judgement"
							       : "suspect, for reasons of our own: no judgement");
	return STYLE_WARN;
}

static style_t flapping_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const struct health *health = &agent->health;

	(void)view;
	strbuf_addf(out, "%s, %u %% of the last results changed", health->is_flapping ? "flapping" : "steady",
		    health->flap_percent);
	return health->is_flapping ? STYLE_WARN : STYLE_TEXT;
}

static style_t overlays_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	static const char *const words[] = { "maintenance", "acknowledged", "silenced",
					     "paused",      "draining",     "operation in progress" };

	(void)view;
	for (size_t i = 0; i < COUNT(words); i++)
		if (agent->health.overlays & 1u << i)
			strbuf_addf(out, "%s%s", out->len ? ", " : "", words[i]);
	return STYLE_INFO;
}

static style_t failures_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const struct health *health = &agent->health;

	if (health->consecutive_failures == 0 && health->last_failure_ms <= 0)
		return STYLE_TEXT;
	if (health->consecutive_failures > 0) {
		strbuf_addf(out, "%u in a row, last success ", health->consecutive_failures);
		add_when(out, health->last_success_ms, view);
	} else {
		strbuf_add(out, "last one ");
		add_when(out, health->last_failure_ms, view);
	}
	return STYLE_TEXT;
}

// ---- its life

static bool is_contradicted(const struct agent_lifecycle *life)
{
	return life->is_recorded && life->is_observed && life->recorded != life->observed;
}

// "running, seen 12s ago (15:03:53)"; what contradicts our own record is said, not hidden.
static style_t lifecycle_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const struct agent_lifecycle *life = agent->lifecycle;

	if (!life)
		return STYLE_TEXT;
	if (life->is_observed) {
		strbuf_add(out, lifecycle_name(life->observed));
		if (is_contradicted(life))
			strbuf_addf(out, ", though we left it %s", lifecycle_name(life->recorded));
		strbuf_add(out, ", seen ");
		add_when(out, life->observed_at_ms, view);
	} else if (life->is_recorded) {
		strbuf_addf(out, "%s as we left it, not seen yet", lifecycle_name(life->recorded));
	} else if (*life->driver) {
		strbuf_add(out, "not seen yet");
	}
	return is_contradicted(life) ? STYLE_WARN : STYLE_TEXT;
}

static style_t driver_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const struct agent_lifecycle *life = agent->lifecycle;

	(void)view;
	if (life)
		strbuf_add(out, *life->driver ? life->driver : "none: nothing can be done to it");
	return life && *life->driver ? STYLE_TEXT : STYLE_FAINT;
}

// Nothing was done to it that anybody remembers, and nothing is said.
static style_t provisioning_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const struct agent_lifecycle *life = agent->lifecycle;

	(void)view;
	if (!life || !life->is_recorded)
		return STYLE_TEXT;
	strbuf_add(out, provisioning_name(life->provisioning));
	return life->provisioning == PROVISIONING_FAILED ? STYLE_BAD : STYLE_TEXT;
}

static style_t version_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const struct agent_lifecycle *life = agent->lifecycle;

	(void)view;
	if (!life || !*life->version)
		return STYLE_TEXT;
	strbuf_addf(out, "%s", life->version);
	if (*life->previous)
		strbuf_addf(out, ", before it %s", life->previous);
	return STYLE_TEXT;
}

static style_t holder_axis(const struct fleet_agent *agent, const struct view *view, struct strbuf *out)
{
	const char *key = view->operations.key;

	if (!agent->lifecycle || !*agent->lifecycle->holder)
		return STYLE_TEXT;
	strbuf_addf(out, "%s%s", agent->lifecycle->holder, agent->lifecycle->is_interrupted ? ", interrupted" : "");
	if (agent->lifecycle->operation && key && *key)
		strbuf_addf(out, " (%s shows it)", key);
	return STYLE_PRIMARY;
}

size_t detail_axes(const struct fleet_agent *agent, const struct view *view, struct axis out[AXES_MAX])
{
	static const struct {
		const char *label;
		style_t (*write)(const struct fleet_agent *agent, const struct view *view, struct strbuf *out);
	} axes[] = {
		{ "reason", reason_axis },       { "observed", observed_axis },
		{ "attempts", attempt_axis },    { "answer", answer_axis },
		{ "scrape", scrape_axis },       { "failures", failures_axis },
		{ "freshness", freshness_axis }, { "our probe", quality_axis },
		{ "changes", flapping_axis },    { "overlays", overlays_axis },
		{ "lifecycle", lifecycle_axis }, { "version", version_axis },
		{ "driver", driver_axis },       { "provisioning", provisioning_axis },
		{ "operated by", holder_axis },
	};
	size_t n = 0;

	for (size_t i = 0; i < COUNT(axes); i++) {
		struct strbuf text;

		strbuf_init(&text, out[n].text, sizeof out[n].text);
		out[n].label = axes[i].label;
		out[n].style = axes[i].write(agent, view, &text);
		n += text.len > 0;
	}
	return n;
}
