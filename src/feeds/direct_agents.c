// SPDX-License-Identifier: Apache-2.0
/* Who is watched: lists become a registry, the registry's changes reach every part, and endpoints are found where only
 * a base URL is known.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/endpoints.h"
#include "base/memory.h"
#include "feeds/direct_internal.h"
#include "model/agent.h"
#include "poll/admission.h"

static void emit_agent(struct direct_feed *feed, enum event_type type, const struct agent *agent)
{
	struct event *event = event_new(type, clock_now().wall_ms, agent->id);

	if (event && type != EVENT_AGENT_REMOVED)
		event->u.agent = agent_ref(agent);
	event_emit(&feed->sink, event);
}

static bool is_loopback(const char *url)
{
	const char *host = strstr(url, "://");

	host = host ? host + 3 : url;
	return strncmp(host, "127.", 4) == 0 || strncmp(host, "localhost", 9) == 0 || strncmp(host, "[::1]", 5) == 0;
}

// What answered last time is believed until it does not: NULL when nothing is remembered.
static struct agent *recall(struct direct_feed *feed, const struct agent *agent)
{
	const struct endpoint_memo *memo = feed->memory ? endpoint_memory_get(feed->memory, agent->key) : NULL;

	if (!memo || (!memo->health_path && !memo->metrics_path))
		return NULL;
	return endpoint_apply(agent, memo->health_path, memo->metrics_path, memo->dialect);
}

// One probe is the verdict: the health checker gets a description that says so.
static int tell_health(struct direct_feed *feed, const struct agent *agent, struct instant now)
{
	struct agent *copy;
	int r;

	if (!feed->is_once || (!agent->fall && !agent->rise))
		return health_checker_add(feed->health, agent, now);
	copy = agent_copy(agent);
	if (!copy)
		return -ENOMEM;
	copy->fall = copy->rise = 1;
	r = health_checker_add(feed->health, copy, now);
	agent_unref(copy);
	return r;
}

static void begin_contact(struct direct_feed *feed, struct watched *watched)
{
	if (contact_add(feed->contact, watched->agent) < 0)
		return;
	if (!watched->is_contacting && !watched->was_contacted)
		feed->counts.n_discovering++;
	watched->is_contacting = true;
}

// Gives the description to those who act on it.
static int spread(struct direct_feed *feed, struct watched *watched)
{
	const struct agent *agent = watched->agent;
	struct instant now = clock_now();
	int r = tell_health(feed, agent, now);

	if (r == 0)
		r = metric_recorder_add(feed->recorder, agent);
	if (r < 0)
		return r;
	if (agent->is_paused) {
		if (!watched->is_settled) {
			watched->is_settled = true; // there is nothing to wait for
			feed->counts.n_settled++;
		}
		prober_remove(feed->prober, agent->id);
		return 0;
	}
	if (agent->is_discovering) {
		begin_contact(feed, watched);
		return 0;
	}
	return prober_put(feed->prober, agent);
}

// Told once a list, not once an agent: a fleet that is insecure is so as a whole.
static void note_insecure(struct direct_feed *feed, const struct agent *agent, bool was_insecure)
{
	struct insecure_news *news = &feed->insecure;
	size_t n = strlen(news->names);

	if (!agent->tls.is_insecure || was_insecure)
		return;
	if (news->n++ && n + strlen(agent->name) + 6 > sizeof news->names)
		return;
	snprintf(news->names + n, sizeof news->names - n, "%s%.150s", n ? ", " : "", agent->name);
}

static void tell_insecure(struct direct_feed *feed, const char *source)
{
	struct insecure_news *news = &feed->insecure;
	struct event *event = news->n ? event_new(EVENT_ACTION, clock_now().wall_ms, 0) : NULL;
	char title[100];

	if (!event)
		return;
	snprintf(title, sizeof title, "%zu agent%s watched without verifying certificates", news->n,
		 news->n == 1 ? " is" : "s are");
	event->u.action.type = ACTION_ERROR;
	event->u.action.who = mem_strdup(source);
	event->u.action.title = mem_strdup(title);
	event->u.action.text = mem_strdup(news->names);
	event_emit(&feed->sink, event);
	direct_audit_insecure(feed, source, news->n, news->names);
	*news = (struct insecure_news){ 0 };
}

static int add_watched(struct direct_feed *feed, const struct agent *agent)
{
	struct watched *watched = mem_calloc(1, sizeof *watched);
	struct agent *recalled = agent->is_discovering ? recall(feed, agent) : NULL;
	int r;

	if (watched) {
		watched->id = agent->id;
		HASH_ADD(hh, feed->watched, id, sizeof watched->id, watched);
	}
	if (!watched || TABLE_ADD_FAILED(watched)) {
		mem_free(watched);
		agent_unref(recalled);
		return -ENOMEM;
	}
	watched->agent = recalled ? recalled : agent_ref(agent);
	watched->is_remembered = recalled != NULL;
	watched->is_loopback = is_loopback(agent->url);
	feed->counts.n_agents++;
	feed->counts.n_not_loopback += !watched->is_loopback;
	note_insecure(feed, agent, false);
	emit_agent(feed, EVENT_AGENT_ADDED, watched->agent);
	r = spread(feed, watched);
	direct_standing_agent(feed, watched->agent);
	direct_operations_agent(feed, watched->agent, false);
	return r;
}

static int change_watched(struct direct_feed *feed, const struct agent *agent)
{
	struct watched *watched = direct_watched(feed, agent->id);

	if (!watched)
		return 0;
	note_insecure(feed, agent, watched->agent->tls.is_insecure);
	agent_unref(watched->agent);
	watched->agent = agent_ref(agent);
	watched->is_recognised = *agent_label(agent, "service"); // a list that comes again has not the name we gave
	emit_agent(feed, EVENT_AGENT_CHANGED, agent);
	if (watched->is_contacting) {
		contact_remove(feed->contact, agent->id);
		watched->is_contacting = false;
	}
	direct_operations_agent(feed, agent, false);
	return spread(feed, watched);
}

static void watched_free(struct watched *watched)
{
	direct_verdict_forget(watched);
	agent_unref(watched->agent);
	mem_free(watched->vitals);
	mem_free(watched);
}

static void uncount(struct direct_feed *feed, const struct watched *watched)
{
	struct direct_counts *counts = &feed->counts;

	counts->n_agents--;
	counts->n_not_loopback -= !watched->is_loopback;
	counts->n_settled -= watched->is_settled;
	counts->n_answered -= watched->has_answered;
	counts->n_contacted -= watched->was_contacted;
	counts->n_discovering -= watched->was_contacted || watched->is_contacting;
}

static void remove_watched(struct direct_feed *feed, const struct agent *agent)
{
	struct watched *watched = direct_watched(feed, agent->id);

	if (!watched)
		return;
	contact_remove(feed->contact, agent->id);
	prober_remove(feed->prober, agent->id);
	metric_recorder_remove(feed->recorder, agent->id);
	health_checker_remove(feed->health, agent->id, clock_now());
	uncount(feed, watched);
	direct_operations_agent(feed, agent, true);
	emit_agent(feed, EVENT_AGENT_REMOVED, agent);
	HASH_DEL(feed->watched, watched);
	watched_free(watched);
}

static void on_agent(void *ctx, enum registry_change change, const struct agent *agent)
{
	struct direct_feed *feed = ctx;
	int r = 0;

	if (change == REGISTRY_ADDED)
		r = add_watched(feed, agent);
	else if (change == REGISTRY_CHANGED)
		r = change_watched(feed, agent);
	else
		remove_watched(feed, agent);
	if (r < 0)
		direct_notice(feed, SEVERITY_CRITICAL, ACTION_ERROR, "an agent cannot be watched", strerror(-r), false);
}

static void on_registry_notice(void *ctx, const struct registry_notice *notice)
{
	direct_notice(ctx, notice->severity, notice->severity == SEVERITY_INFO ? ACTION_INFO : ACTION_ERROR,
		      notice->title, notice->text, notice->needs_answer);
}

// A description with the fleet's own figures where it has none: whoever reads it need not know the configuration.
static struct agent *complete(const struct direct_feed *feed, const struct agent *agent)
{
	const struct probe_options *probe = &feed->config->probe;
	struct agent *copy = agent_copy(agent);

	if (!copy)
		return NULL;
	copy->interval_ms = copy->interval_ms ? copy->interval_ms : probe->interval_ms;
	copy->timeout_ms = copy->timeout_ms ? copy->timeout_ms : probe->timeout_ms;
	return copy;
}

static void choice_free(struct agent **chosen, size_t n)
{
	for (size_t i = 0; chosen && i < n; i++)
		agent_unref(chosen[i]);
	mem_free(chosen);
}

// Those of a list whom the selector lets through, and who are in our shard. NULL for want of memory.
static struct agent **choose(const struct direct_feed *feed, struct agent *const *agents, size_t n, size_t *n_chosen)
{
	struct agent **chosen = mem_calloc(n, sizeof *chosen);

	*n_chosen = 0;
	for (size_t i = 0; chosen && i < n; i++) {
		if (!selector_matches(feed->selector, agents[i]) || !shard_has(&feed->shard, agents[i]->key))
			continue;
		chosen[*n_chosen] = complete(feed, agents[i]);
		if (!chosen[(*n_chosen)++]) {
			choice_free(chosen, *n_chosen);
			return NULL;
		}
	}
	return chosen;
}

// Descriptors are what bounds a fleet: said once, with what to do about it.
static void keep_within_limits(struct direct_feed *feed)
{
	struct descriptor_budget budget;

	poll_descriptor_budget(feed->counts.n_agents, feed->config->probe.max_in_flight, &budget);
	http_client_set_max_kept(feed->client, (uint32_t)budget.n_kept);
	prober_limit_slow(feed->prober, budget.n_slow);
	if (budget.is_short && !feed->is_short_told)
		direct_notice(feed, SEVERITY_WARNING, ACTION_ERROR, "too few descriptors for this fleet",
			      budget.message, false);
	feed->is_short_told = budget.is_short;
}

// A list that is whole again takes its question back by itself.
static void tell_question_gone(struct direct_feed *feed, const char *source)
{
	struct event *event = event_new(EVENT_ACTION, clock_now().wall_ms, 0);

	if (!event)
		return;
	event->u.action.type = ACTION_INFO;
	event->u.action.is_answer = true;
	event->u.action.who = mem_strdup(source);
	event->u.action.title = mem_strdup("the list is whole again");
	event->u.action.text = mem_strdup("");
	event_emit(&feed->sink, event);
}

// The lasting sign, besides the notice: what is known of the fleet may be old, or not be all.
static void tell_source(struct direct_feed *feed, const struct discovery_problem *problem)
{
	struct event *event = event_new(EVENT_SOURCE, clock_now().wall_ms, 0);

	if (!event)
		return;
	event->u.source.name = mem_strdup(problem->source);
	event->u.source.why = mem_strdup(problem->text ? problem->text : "");
	event->u.source.is_empty = problem->is_empty;
	event->u.source.was_read = problem->was_read;
	if (!event->u.source.name || !event->u.source.why) { // to the fleet, no reason means that all is well
		event_unref(event);
		return;
	}
	event_emit(&feed->sink, event);
}

static void tell_refused(struct direct_feed *feed, const char *source, int r)
{
	const char *why = r == -E2BIG ? "too many agents" : strerror(-r);
	char text[300];

	tell_source(feed, &(struct discovery_problem){ .source = source, .text = why, .was_read = true });
	feed->has_refused = true;
	snprintf(text, sizeof text, "%s: %s; the old list is kept", source, why);
	direct_notice(feed, SEVERITY_CRITICAL, ACTION_ERROR, "a list was refused", text, false);
}

void direct_feed_publish(struct feed *base, const char *source, struct agent *const *agents, size_t n)
{
	struct direct_feed *feed = (struct direct_feed *)base;
	bool had_question = registry_has_question(feed->registry, NULL);
	size_t n_chosen;
	struct agent **chosen = choose(feed, agents, n, &n_chosen);
	int r = chosen ? registry_publish(feed->registry, source, chosen, n_chosen) : -ENOMEM;

	choice_free(chosen, n_chosen);
	keep_within_limits(feed);
	tell_insecure(feed, source);
	if (had_question && !registry_has_question(feed->registry, NULL))
		tell_question_gone(feed, source);
	if (r < 0)
		tell_refused(feed, source, r);
	else if (feed->has_refused)
		tell_source(feed, &(struct discovery_problem){ .source = source });
	direct_rearm(feed);
	direct_progress_tell(feed, clock_now());
}

static void on_list(void *ctx, const char *source, struct agent *const *agents, size_t n)
{
	direct_feed_publish(ctx, source, agents, n);
}

static void on_problem(void *ctx, const struct discovery_problem *problem)
{
	const char *text = problem->text;
	char title[300];

	tell_source(ctx, problem);
	snprintf(title, sizeof title, text ? "%s cannot be read" : "%s is read again", problem->source);
	direct_notice(ctx, text ? SEVERITY_WARNING : SEVERITY_INFO, text ? ACTION_ERROR : ACTION_INFO, title, text,
		      false);
}

// ---- first contact

static void remember(struct direct_feed *feed, const struct contact_result *result)
{
	const struct endpoint_memo memo = {
		.health_path = result->health_path,
		.metrics_path = result->metrics_path,
		.dialect = result->dialect,
	};

	// The root page is what is left when nothing better answers: next time something may.
	if (result->dialect == DIALECT_STATUS)
		return;
	if (feed->memory && (memo.health_path || memo.metrics_path) &&
	    endpoint_memory_set(feed->memory, result->agent->key, &memo) > 0)
		feed->memory_is_dirty = true;
}

// Nothing was found this time: that is a probe which failed, and is told as one.
static void judge_contact(struct direct_feed *feed, struct watched *watched, const struct contact_result *result)
{
	struct sample sample = {
		.agent = result->agent,
		.kind = PROBE_HEALTH,
		.at = clock_now(),
		.reason = result->reason == REASON_NONE ? REASON_BAD_BODY : result->reason,
		.timing = { -1, -1, -1, -1, -1 },
	};

	memcpy(sample.detail, result->detail, sizeof sample.detail);
	watched->retry_at_ms = sample.at.mono_ms + result->retry_ms;
	direct_on_sample(&sample, feed);
}

void direct_on_contact(const struct contact_result *result, void *ctx)
{
	struct direct_feed *feed = ctx;
	struct watched *watched = direct_watched(feed, result->agent->id);
	struct agent *refined;

	if (!watched)
		return;
	if (!watched->was_contacted)
		feed->counts.n_contacted++;
	watched->was_contacted = true;
	if (reason_is_ours(result->reason))
		direct_mute_tell(feed);
	if (!result->is_decided || (!result->health_path && !result->metrics_path)) {
		judge_contact(feed, watched, result);
		return;
	}
	watched->is_contacting = false;
	remember(feed, result);
	refined = endpoint_apply(result->agent, result->health_path, result->metrics_path, result->dialect);
	if (refined)
		registry_refine(feed->registry, refined);
	agent_unref(refined);
	direct_progress_tell(feed, clock_now());
}

void direct_look_again(struct direct_feed *feed, struct watched *watched)
{
	const struct agent *original = registry_agent(feed->registry, watched->id);

	endpoint_memory_forget(feed->memory, watched->agent->key);
	feed->memory_is_dirty = true;
	watched->is_remembered = false;
	if (!original)
		return;
	prober_remove(feed->prober, watched->id);
	agent_unref(watched->agent);
	watched->agent = agent_ref(original);
	begin_contact(feed, watched);
}

// An exporter that nobody labelled is filtered and grouped by what it is.
void direct_recognise(struct direct_feed *feed, struct watched *watched)
{
	const char *kind = metric_recorder_kind(feed->recorder, watched->id);
	struct agent *named;

	watched->is_recognised = true;
	if (!*kind || strcmp(kind, "http") == 0 || strcmp(kind, "process") == 0 ||
	    *agent_label(watched->agent, "service"))
		return;
	named = agent_copy(watched->agent);
	if (named && labels_set(&named->labels, "service", kind) == 0)
		registry_refine(feed->registry, named);
	agent_unref(named);
}

void direct_memory_save(struct direct_feed *feed, struct instant now)
{
	feed->memory_saved_ms = now.mono_ms;
	feed->memory_is_dirty = false; // a disk that refuses is not asked again until there is news
	if (feed->state_dir)
		endpoint_memory_save(feed->memory, feed->state_dir);
}

// ---- start and end

static int start_memory(struct direct_feed *feed, const char *state_dir)
{
	char why[200] = "";

	if (!state_dir)
		return 0;
	feed->state_dir = mem_strdup(state_dir);
	if (!feed->state_dir || endpoint_memory_create(&feed->memory) < 0)
		return -ENOMEM;
	if (endpoint_memory_load(feed->memory, state_dir, why, sizeof why) == -EINVAL)
		direct_notice(feed, SEVERITY_INFO, ACTION_INFO, "remembered endpoints were ignored", why, false);
	return 0;
}

int direct_agents_start(struct direct_feed *feed, const struct direct_options *options)
{
	const struct registry_callbacks registry = { .agent = on_agent, .notice = on_registry_notice, .ctx = feed };
	const struct discovery_callbacks discovery = { .list = on_list, .problem = on_problem, .ctx = feed };
	const struct config *config = feed->config;
	int r = registry_create(&registry, &feed->registry);

	if (r == 0)
		r = start_memory(feed, options->state_dir);
	if (r < 0)
		return r;
	feed->subscription = broadcaster_subscribe(feed->broadcaster,
						   1u << CHANNEL_AGENTS | 1u << CHANNEL_METRICS | 1u << CHANNEL_ALERTS,
						   direct_on_event, feed);
	if (feed->subscription < 0)
		return feed->subscription;
	direct_standing_start(feed, options->keeps_standing);
	if (config->n_agents)
		direct_feed_publish(&feed->feed, "config", config->agents, config->n_agents);
	if (config->n_sources)
		r = discovery_create(feed->loop, feed->client, config->sources, config->n_sources, &discovery,
				     &feed->discovery);
	return r;
}

void direct_agents_finish(struct direct_feed *feed)
{
	struct watched *watched, *next;

	HASH_ITER(hh, feed->watched, watched, next) {
		HASH_DEL(feed->watched, watched);
		watched_free(watched);
	}
	registry_destroy(feed->registry);
	endpoint_memory_destroy(feed->memory);
}
