// SPDX-License-Identifier: Apache-2.0
#include "recording/redact.h"

#include <string.h>

const char *redacted_name(enum redacted what)
{
	static const char *const names[REDACTED_COUNT] = {
		[REDACTED_BODIES] = "excerpts of answers",
		[REDACTED_SCRAPES] = "full scrapes",
		[REDACTED_CREDENTIALS] = "credentials and queries in URLs",
		[REDACTED_CONTROLS] = "control targets and what steps send",
		[REDACTED_PATCHES] = "texts of configuration patches",
		[REDACTED_OUTPUTS] = "output of drivers",
		[REDACTED_ADDRESSES] = "where people sit",
	};

	return names[what];
}

/* A URL goes up to the next blank: whatever else may stand in a password or a query, and rather a bracket too much than
 * half of a secret too little.
 */
bool redact_urls(char *text)
{
	bool was_any = false;

	for (char *at = text; (at = strstr(at, "://"));) {
		char *host = at + 3, *user, *query;

		user = memrchr(host, '@', strcspn(host, "/?# \t\n"));
		if (user) {
			memmove(host, user + 1, strlen(user + 1) + 1);
			was_any = true;
		}
		query = host + strcspn(host, "?# \t\n");
		if (*query == '?' || *query == '#') {
			const char *end = query + strcspn(query, " \t\n");

			memmove(query, end, strlen(end) + 1);
			was_any = true;
		}
		at = host; // there may be another one in it
	}
	return was_any;
}

// Where the text stands: whoever made the event gave it memory of its own.
static void take_out(const char *text, uint64_t *n)
{
	if (!text || !*text)
		return;
	*(char *)text = '\0';
	++*n;
}

static void take_urls_out(const char *text, uint64_t n[REDACTED_COUNT])
{
	if (text && strstr(text, "://"))
		n[REDACTED_CREDENTIALS] += redact_urls((char *)text);
}

/* Whoever has an agent is "alice on ops1 pts/3", by itself or in a sentence of why somebody else cannot have it: the
 * name stays, and where they sit goes.
 */
static void take_place_out(const char *text, uint64_t n[REDACTED_COUNT])
{
	static const char *const verbs[] = { " is operating on it", " is about to ", " has had it since",
					     " has it now" };
	char *place = text ? strstr(text, " on ") : NULL, *end = NULL;

	for (size_t i = 0; place && !end && i < sizeof verbs / sizeof verbs[0]; i++)
		end = strstr(place, verbs[i]);
	if (!end || end == place)
		return;
	memmove(place, end, strlen(end) + 1);
	n[REDACTED_ADDRESSES]++;
}

// "there is no container web-1", and "it is not there, by the commands of web".
static void take_missing_out(const char *text, uint64_t n[REDACTED_COUNT])
{
	static const struct {
		const char *words, *kept;
	} rows[] = {
		{ "there is no container ", "there is no container" },
		{ "it is not there, by the commands of ", "it is not there" },
	};

	for (size_t i = 0; text && i < sizeof rows / sizeof rows[0]; i++) {
		char *at = strstr(text, rows[i].words), *end;

		if (!at)
			continue;
		end = at + strlen(rows[i].words);
		end += strcspn(end, " ,;");
		memmove(at + strlen(rows[i].kept), end, strlen(end) + 1);
		n[REDACTED_CONTROLS]++;
	}
}

// "exit code 137; docker: web-1", as what happens to a container is told.
static void take_container_out(const char *text, uint64_t n[REDACTED_COUNT])
{
	static const char told[] = "docker: ";
	const char *at = text ? strstr(text, told) : NULL;
	bool is_whole = at && (at == text || (at - text >= 2 && memcmp(at - 2, "; ", 2) == 0));

	if (is_whole && !strpbrk(at + strlen(told), " :;"))
		take_out(at == text ? at : at - 2, &n[REDACTED_CONTROLS]);
	else
		take_missing_out(text, n);
}

// Why something was not done.
static void take_refusal_out(const char *text, uint64_t n[REDACTED_COUNT])
{
	take_urls_out(text, n);
	take_place_out(text, n);
	take_container_out(text, n);
}

static void take_sitting_out(const char *holder, uint64_t n[REDACTED_COUNT])
{
	take_out(holder ? strstr(holder, " on ") : NULL, &n[REDACTED_ADDRESSES]);
}

static void redact_agent(const struct agent *agent, uint64_t n[REDACTED_COUNT])
{
	take_out(agent->control_url, &n[REDACTED_CONTROLS]);
	take_out(agent->control_target, &n[REDACTED_CONTROLS]);
	take_out(agent->authorization, &n[REDACTED_CREDENTIALS]);
	take_urls_out(agent->url, n);
	take_urls_out(agent->health_url, n);
	take_urls_out(agent->metrics_url, n);
	take_urls_out(agent->key, n);
	take_urls_out(agent->name, n);
	take_urls_out(agent->source, n);
	for (size_t i = 0; i < agent->labels.n; i++)
		take_urls_out(agent->labels.items[i].value, n);
}

static void redact_steps(const struct plan_step *steps, size_t n_steps, uint64_t n[REDACTED_COUNT])
{
	for (size_t i = 0; i < n_steps; i++) {
		take_out(steps[i].action, &n[REDACTED_CONTROLS]);
		take_urls_out(steps[i].label, n);
		take_urls_out(steps[i].precondition, n);
		take_urls_out(steps[i].postcondition, n);
	}
}

static void redact_target(const struct plan_target *target, uint64_t n[REDACTED_COUNT])
{
	const char *const texts[] = { target->key,     target->name,     target->environment, target->service,
				      target->version, target->previous, target->instance };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		take_urls_out(texts[i], n);
	for (size_t i = 0; i < target->n_dependents; i++)
		take_urls_out(target->dependents[i], n);
	take_refusal_out(target->refusal, n);
	redact_steps(target->steps, target->n_steps, n);
	redact_steps(target->undo, target->n_undo, n);
}

static void redact_plan(const struct plan *plan, uint64_t n[REDACTED_COUNT])
{
	if (!plan)
		return;
	take_out(plan->params.patch, &n[REDACTED_PATCHES]);
	take_urls_out(plan->params.version, n);
	take_urls_out(plan->params.reason, n);
	take_urls_out(plan->typed, n);
	take_refusal_out(plan->refusal, n);
	for (size_t i = 0; i < plan->n_targets; i++)
		redact_target(&plan->targets[i], n);
}

static void redact_operation(const struct operation *operation, uint64_t n[REDACTED_COUNT])
{
	redact_plan(operation->plan, n);
	take_out(operation->output, &n[REDACTED_OUTPUTS]);
	take_refusal_out(operation->why, n);
	for (size_t i = 0; i < operation->plan->n_targets; i++) {
		take_refusal_out(operation->targets[i].error, n);
		take_urls_out(operation->targets[i].version, n);
	}
}

static void redact_progress(const struct progress *progress, uint64_t n[REDACTED_COUNT])
{
	take_urls_out(progress->title, n);
	for (size_t i = 0; i < progress->n_steps; i++) {
		take_urls_out(progress->steps[i].label, n);
		take_urls_out(progress->steps[i].description, n);
		take_refusal_out(progress->steps[i].error, n);
	}
}

static void redact_lifecycle(const struct agent_lifecycle *lifecycle, uint64_t n[REDACTED_COUNT])
{
	take_urls_out(lifecycle->version, n);
	take_urls_out(lifecycle->previous, n);
	take_urls_out(lifecycle->instance, n);
	take_sitting_out(lifecycle->holder, n);
}

static void redact_probed(struct event_probed *probed, uint64_t n[REDACTED_COUNT])
{
	take_out(probed->excerpt, &n[REDACTED_BODIES]);
	for (size_t i = 0; i < probed->n_checks; i++)
		take_out(probed->checks[i].detail, &n[REDACTED_BODIES]);
	take_urls_out(probed->health.detail, n);
}

// What people and services say.
static void redact_texts(struct event *event, uint64_t n[REDACTED_COUNT])
{
	switch (event->type) {
	case EVENT_ALERT:
		take_urls_out(event->u.alert.rule, n);
		take_urls_out(event->u.alert.summary, n);
		take_urls_out(event->u.alert.note, n);
		break;
	case EVENT_ACTION:
		take_urls_out(event->u.action.title, n);
		take_urls_out(event->u.action.text, n);
		break;
	case EVENT_NOTICE:
		take_refusal_out(event->u.notice.title, n);
		take_refusal_out(event->u.notice.text, n);
		break;
	case EVENT_TIMELINE:
		take_urls_out(event->u.timeline.agent_name, n);
		take_refusal_out(event->u.timeline.title, n);
		take_refusal_out(event->u.timeline.description, n);
		break;
	case EVENT_SOURCE:
		take_urls_out(event->u.source.name, n);
		take_urls_out(event->u.source.why, n);
		break;
	case EVENT_FEED:
		take_urls_out(event->u.feed.detail, n);
		break;
	case EVENT_SERIES_DEFINED:
		take_urls_out(event->u.series.id, n);
		take_urls_out(event->u.series.title, n);
		take_urls_out(event->u.series.expr, n);
		break;
	case EVENT_AUDIT_HEAD:
		take_refusal_out(event->u.audit_head.why, n);
		break;
	default:
		break;
	}
}

// Who is there, and who has or wants what.
static void redact_people(struct event *event, uint64_t n[REDACTED_COUNT])
{
	switch (event->type) {
	case EVENT_APPROVAL:
		redact_plan(event->u.approval.whole, n);
		take_sitting_out(event->u.approval.asker, n);
		take_sitting_out(event->u.approval.by, n);
		take_urls_out(event->u.approval.what, n);
		take_urls_out(event->u.approval.reason, n);
		break;
	case EVENT_LEASE:
		take_sitting_out(event->u.lease.holder, n);
		take_urls_out(event->u.lease.doing, n);
		break;
	default: // EVENT_PRESENCE
		take_out(event->u.presence.origin, &n[REDACTED_ADDRESSES]);
		take_urls_out(event->u.presence.doing, n);
		break;
	}
}

bool redact_event(struct event *event, uint64_t n[REDACTED_COUNT])
{
	switch (event->type) {
	case EVENT_AGENT_ADDED:
	case EVENT_AGENT_CHANGED:
		redact_agent(event->u.agent, n);
		break;
	case EVENT_AGENT_HEALTH:
		take_urls_out(event->u.health.detail, n);
		break;
	case EVENT_AGENT_PROBED:
		redact_probed(&event->u.probed, n);
		break;
	case EVENT_OPERATION:
		redact_operation(event->u.operation, n);
		break;
	case EVENT_PROGRESS:
		redact_progress(&event->u.progress, n);
		break;
	case EVENT_LIFECYCLE:
		redact_lifecycle(&event->u.lifecycle, n);
		break;
	case EVENT_APPROVAL:
	case EVENT_LEASE:
	case EVENT_PRESENCE:
		redact_people(event, n);
		break;
	case EVENT_SCRAPE:
		n[REDACTED_SCRAPES]++;
		return false;
	case EVENT_PLAN:
	case EVENT_AUDIT_LIST:
	case EVENT_AUDIT_CHECK:
		return false;
	default:
		redact_texts(event, n);
		break;
	}
	return true;
}
