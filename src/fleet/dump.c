// SPDX-License-Identifier: Apache-2.0
/* A fleet as text, for comparing two of them: what readers see, and nothing by which two that show the same differ.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>

#include "fleet/dump_internal.h"
#include "fleet/snapshot.h"
#include "services/metrics_aggregator.h"

void dump_put(struct dump *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!d->error)
		d->error = bytes_vaddf(d->out, format, args);
	va_end(args);
}

const char *dump_key(const struct dump *d, uint32_t agent)
{
	const struct fleet_agent *known = agent ? fleet_agent(d->fleet, agent) : NULL;

	return known ? known->agent->key : "-";
}

static const char *or_none(const char *text)
{
	return text ? text : "(none)";
}

// ---- the whole

static void put_counts(struct dump *d, const char *name, const struct fleet_counts *counts)
{
	dump_put(d, "counts %s:", name);
	for (size_t i = 0; i < HEALTH_STATE_COUNT; i++)
		dump_put(d, " %zu", counts->by_state[i]);
	dump_put(d, " paused %zu maintenance %zu total %zu\n", counts->n_paused, counts->n_maintenance, counts->total);
}

static void put_whole(struct dump *d)
{
	const struct fleet_tier *tiers;
	size_t n = fleet_tiers(d->fleet, &tiers);

	dump_put(d, "overall %d since %" PRId64 "\n", fleet_overall(d->fleet), fleet_overall_since_ms(d->fleet));
	put_counts(d, "all", fleet_counts(d->fleet));
	for (size_t i = 0; i < n; i++)
		put_counts(d, tiers[i].name, &tiers[i].counts);
	for (const struct fleet_entry *entry = d->fleet->bad; entry; entry = entry->bad_next)
		dump_put(d, "newly bad %s\n", entry->public.agent->key);
}

static void put_series(struct dump *d)
{
	for (size_t no = 0; no < fleet_n_series_defs(d->fleet); no++) {
		const struct series_def *def = fleet_series_def(d->fleet, (uint16_t)no);

		if (def)
			dump_put(d, "series %s \"%s\" %d %d %a %a %s\n", or_none(def->id), or_none(def->title),
				 def->unit, def->better, def->warn, def->critical, or_none(def->expr));
	}
}

static void put_feed(struct dump *d, unsigned flags)
{
	const struct fleet_feed *feed = fleet_feed(d->fleet);
	const struct timeline_item *question = fleet_question(d->fleet);

	if (!(flags & FLEET_DUMP_NO_FEED))
		dump_put(d,
			 "feed %d since %" PRId64 " answer %" PRId64 " retry %" PRId64 " lag %u flight %u wait %u %s\n",
			 feed->state, feed->since_ms, feed->last_answer_ms, feed->retry_ms, feed->lag_ms,
			 feed->n_in_flight, feed->n_waiting, feed->detail);
	if (question)
		dump_put(d, "question %" PRId64 " %d %d \"%s\" \"%s\"\n", question->at_ms, question->type,
			 question->severity, question->title, question->description);
}

typedef size_t (*sources_look)(const struct fleet *fleet, struct fleet_source *out, size_t n);

static void put_sources(struct dump *d, sources_look look)
{
	size_t n = look(d->fleet, NULL, 0);
	struct fleet_source *sources = mem_calloc(n + 1, sizeof *sources);

	if (!sources) {
		d->error = -ENOMEM;
		return;
	}
	look(d->fleet, sources, n);
	for (size_t i = 0; i < n; i++)
		dump_put(d, "source %s since %" PRId64 " %d: %s\n", sources[i].name, sources[i].since_ms,
			 sources[i].was_read, sources[i].why);
	mem_free(sources);
}

// ---- agents

static void put_description(struct dump *d, const struct agent *agent)
{
	dump_put(d, "agent %s \"%s\" %s health %s metrics %s driver %s %s %s source %s\n", agent->key, agent->name,
		 agent->url, or_none(agent->health_url), or_none(agent->metrics_url), or_none(agent->driver),
		 or_none(agent->control_url), or_none(agent->control_target), or_none(agent->source));
	dump_put(d, " dialect %d discovering %d paused %d insecure %d every %u within %u slow %u fall %u rise %u\n",
		 agent->dialect, agent->is_discovering, agent->is_paused, agent->tls.is_insecure, agent->interval_ms,
		 agent->timeout_ms, agent->slow_ms, agent->fall, agent->rise);
	for (size_t i = 0; i < agent->labels.n; i++)
		dump_put(d, " label %s=%s\n", agent->labels.items[i].name, agent->labels.items[i].value);
}

static void put_health(struct dump *d, const struct health *health)
{
	dump_put(d, " health %d toward %d %u/%u %d %d flaps %d %u overlays %u reason %d \"%s\" status %d fails %u",
		 health->observed, health->toward, health->attempt_n, health->attempt_of, health->freshness,
		 health->quality, health->is_flapping, health->flap_percent, health->overlays, health->reason,
		 health->detail, health->http_status, health->consecutive_failures);
	dump_put(d, " since %" PRId64 " probe %" PRId64 " success %" PRId64 " failure %" PRId64 " recent %" PRIx64 "\n",
		 health->since_ms, health->last_probe_ms, health->last_success_ms, health->last_failure_ms,
		 health->recent);
}

static void put_probed(struct dump *d, const struct event_probed *probed, int64_t at_ms)
{
	const struct probe_timing *timing = &probed->timing;

	if (!at_ms)
		return;
	dump_put(d, " probed %" PRId64 " %d reason %d status %d times %d %d %d %d %d", at_ms, probed->kind,
		 probed->reason, probed->http_status, timing->dns_us, timing->connect_us, timing->tls_us,
		 timing->first_byte_us, timing->total_us);
	dump_put(d, " bytes %" PRIu64 " %" PRIu64 " due %" PRId64 " dialect %d bad lines %zu %zu\n", probed->wire_bytes,
		 probed->body_bytes, probed->next_due_ms, probed->dialect, probed->n_bad_lines, probed->first_bad_line);
	if (probed->excerpt && *probed->excerpt)
		dump_put(d, "  excerpt %s\n", probed->excerpt);
	for (size_t i = 0; i < probed->n_checks; i++)
		dump_put(d, "  check %s %d %s\n", or_none(probed->checks[i].name), probed->checks[i].state,
			 or_none(probed->checks[i].detail));
}

static void put_lifecycle(struct dump *d, const struct agent_lifecycle *life)
{
	const struct operation *operation = life ? fleet_operation(d->fleet, life->operation) : NULL;

	if (life)
		dump_put(d,
			 " life recorded %d %d observed %d %d at %" PRId64
			 " status %d driver %s verbs %x version %s before %s instance %s holder %s operation %s %d\n",
			 life->is_recorded, life->recorded, life->is_observed, life->observed, life->observed_at_ms,
			 life->provisioning, life->driver, life->verbs, life->version, life->previous, life->instance,
			 life->holder, operation ? operation->id : "-", life->is_interrupted);
}

// The newest reading of each series. A gap is nothing to see.
static void put_readings(struct dump *d, uint32_t agent)
{
	uint16_t nos[SERIES_MAX];
	size_t n = fleet_agent_series(d->fleet, agent, nos, SERIES_MAX);

	for (size_t i = 0; i < n && i < SERIES_MAX; i++) {
		const struct series_def *def = fleet_series_def(d->fleet, nos[i]);
		struct metric_point newest;

		if (metrics_newest(d->fleet->points, agent, nos[i], &newest) == 0 && !isnan(newest.value))
			dump_put(d, " reading %s %" PRId64 " %a\n", def ? or_none(def->id) : "(undefined)",
				 newest.at_ms, newest.value);
	}
}

// The items that tell of it among others.
static void put_told(struct dump *d, const struct fleet_entry *entry)
{
	for (size_t kind = 1; kind < TIMELINE_KIND_COUNT; kind++) {
		const struct fleet_item *item = fleet_item(d->fleet, entry->told_in[kind]);

		if (item && item->public.agent != entry->id)
			dump_put(d, " told %" PRId64 " \"%s\"\n", item->public.at_ms, item->public.title);
	}
}

static void put_agents(struct dump *d)
{
	for (size_t i = 0; i < d->fleet->n_agents; i++) {
		const struct fleet_entry *entry = d->fleet->agents[i];
		const struct fleet_agent *agent = &entry->public;
		const struct fleet_lease *lease = fleet_lease(d->fleet, entry->id);

		put_description(d, agent->agent);
		dump_put(d, " state %d since %" PRId64 " alerts %u\n", agent->state, agent->state_since_ms,
			 agent->n_alerts);
		put_health(d, &agent->health);
		put_probed(d, agent->probed[PROBE_HEALTH], agent->probed_at_ms[PROBE_HEALTH]);
		put_probed(d, agent->probed[PROBE_METRICS], agent->probed_at_ms[PROBE_METRICS]);
		put_lifecycle(d, agent->lifecycle);
		if (lease)
			dump_put(d, " lease %" PRIu64 " %s for %s until %" PRId64 "\n", lease->epoch, lease->holder,
				 lease->doing, lease->until_ms);
		put_readings(d, entry->id);
		put_told(d, entry);
	}
}

// ---- the timeline

static void put_timeline(struct dump *d, unsigned flags)
{
	for (size_t i = d->fleet->ring.count; i-- > 0;) {
		const struct fleet_item *item = &d->fleet->items[ring_at(&d->fleet->ring, i)];
		const struct timeline_item *public = &item->public;

		if ((flags & FLEET_DUMP_NO_OWN) && item->public.origin == 0)
			continue;
		dump_put(d, "item %" PRId64 " %d %d %d %s \"%s\" by \"%s\": \"%s\" \"%s\"\n", public->at_ms,
			 public->type, public->severity, public->source, dump_key(d, public->agent), public->agent_name,
			 public->who, public->title, public->description);
	}
}

int fleet_dump(const struct fleet *fleet, unsigned flags, struct bytes *out)
{
	struct dump d = { .fleet = fleet, .out = out };

	put_whole(&d);
	put_series(&d);
	put_feed(&d, flags);
	put_sources(&d, fleet_sources_failed);
	put_sources(&d, fleet_recordings_stopped);
	put_agents(&d);
	dump_alerts(&d);
	dump_work(&d);
	put_timeline(&d, flags);
	return d.error;
}
