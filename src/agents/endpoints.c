// SPDX-License-Identifier: Apache-2.0
#include "agents/endpoints.h"

#include <string.h>
#include <strings.h>

#include "agents/target.h"
#include "base/memory.h"
#include "model/agent.h"

/* The ones met most often come first; metrics early, so that an exporter shows something soon. /-/ready stands before
 * /-/healthy because the latter never says no.
 */
static const struct endpoint_path paths[] = {
	{ "/health", ENDPOINT_HEALTH },
	{ "/metrics", ENDPOINT_METRICS },
	{ "/healthz", ENDPOINT_HEALTH },
	{ "/-/ready", ENDPOINT_HEALTH },
	{ "/-/healthy", ENDPOINT_HEALTH },
	{ "/readyz", ENDPOINT_HEALTH },
	{ "/livez", ENDPOINT_HEALTH },
	{ "/ready", ENDPOINT_HEALTH },
	{ "/actuator/health", ENDPOINT_HEALTH },
	{ "/actuator/prometheus", ENDPOINT_METRICS },
	{ "/q/health", ENDPOINT_HEALTH },
	{ "/q/metrics", ENDPOINT_METRICS },
	{ "/health/ready", ENDPOINT_HEALTH },
	{ "/health/live", ENDPOINT_HEALTH },
	{ "/api/health", ENDPOINT_HEALTH },
	{ "/status", ENDPOINT_HEALTH },
	{ "/ping", ENDPOINT_HEALTH },
	{ "/nginx_status", ENDPOINT_HEALTH },
	{ "/stub_status", ENDPOINT_HEALTH },
	{ "/prometheus", ENDPOINT_METRICS },
	{ "/", ENDPOINT_ROOT }, // last: see endpoint_search_next()
};

enum { N_PATHS = sizeof paths / sizeof paths[0], ROOT = N_PATHS - 1 };

_Static_assert(sizeof paths / sizeof paths[0] <= (size_t)ENDPOINTS_MAX, "a search has a place for every path");

size_t endpoint_table(const struct endpoint_path **out)
{
	*out = paths;
	return N_PATHS;
}

void endpoint_search_init(struct endpoint_search *search, bool wants_health, bool wants_metrics)
{
	*search = (struct endpoint_search){
		.found = { -1, -1 },
		.second_best = { -1, -1 },
		.is_wanted = { wants_health, wants_metrics },
	};
}

static bool is_nothing_found(const struct endpoint_search *search)
{
	return search->found[ENDPOINT_HEALTH] < 0 && search->found[ENDPOINT_METRICS] < 0 &&
	       search->second_best[ENDPOINT_HEALTH] < 0 && search->second_best[ENDPOINT_METRICS] < 0;
}

// Place of the next path, or N_PATHS.
static size_t next_place(const struct endpoint_search *search)
{
	for (size_t i = 0; i < ROOT; i++)
		if (!search->status[i] && search->is_wanted[paths[i].kind] && search->found[paths[i].kind] < 0)
			return i;
	if (search->is_wanted[ENDPOINT_HEALTH] && !search->status[ROOT] && is_nothing_found(search))
		return ROOT;
	return N_PATHS;
}

const struct endpoint_path *endpoint_search_next(const struct endpoint_search *search)
{
	size_t place = next_place(search);

	return place < N_PATHS ? &paths[place] : NULL;
}

enum judgement { JUDGED_NO, JUDGED_SECOND_BEST, JUDGED_FOUND };

static enum judgement judge(enum endpoint_kind kind, const struct endpoint_answer *answer)
{
	bool is_good = answer->http_status >= 200 && answer->http_status < 300;
	bool is_html = answer->content_type && strcasestr(answer->content_type, "html");

	if (kind == ENDPOINT_ROOT)
		return is_good ? JUDGED_FOUND : JUDGED_NO;
	if (answer->http_status == 401 || answer->http_status == 403)
		return JUDGED_SECOND_BEST;
	if (kind == ENDPOINT_METRICS)
		return is_good && answer->is_understood ? JUDGED_FOUND : JUDGED_NO;
	if (is_html)
		return JUDGED_NO;
	if (is_good)
		return JUDGED_FOUND;
	// An agent that says it is unwell is found; a proxy that says so for every path is not, but it may be all there
	// is.
	if (answer->http_status == 429 || answer->http_status == 500 || answer->http_status == 503)
		return answer->is_understood ? JUDGED_FOUND : JUDGED_SECOND_BEST;
	return JUDGED_NO;
}

void endpoint_search_answer(struct endpoint_search *search, const struct endpoint_answer *answer)
{
	size_t place = next_place(search);
	enum endpoint_kind kind;
	enum judgement judgement;

	if (place == N_PATHS)
		return;
	if (answer->http_status <= 0) {
		search->n_unanswered++;
		return;
	}
	search->n_unanswered = 0;
	search->status[place] = (uint16_t)answer->http_status;
	judgement = judge(paths[place].kind, answer);
	kind = paths[place].kind == ENDPOINT_ROOT ? ENDPOINT_HEALTH : paths[place].kind;
	if (judgement == JUDGED_FOUND)
		search->found[kind] = (int16_t)place;
	else if (judgement == JUDGED_SECOND_BEST && search->second_best[kind] < 0)
		search->second_best[kind] = (int16_t)place;
}

static const char *path_at(int place)
{
	return place < 0 ? NULL : paths[place].path;
}

struct endpoint_decision endpoint_search_decision(const struct endpoint_search *search)
{
	struct endpoint_decision decision = { .is_final = next_place(search) == N_PATHS };
	int health = search->found[ENDPOINT_HEALTH], metrics = search->found[ENDPOINT_METRICS];

	// What wants credentials counts only when nothing is open.
	if (decision.is_final && health < 0 && metrics < 0) {
		health = search->second_best[ENDPOINT_HEALTH];
		metrics = search->second_best[ENDPOINT_METRICS];
	}
	decision.health_path = path_at(health);
	decision.metrics_path = path_at(metrics);
	if (health == ROOT)
		decision.dialect = DIALECT_STATUS;
	else if (decision.is_final && health < 0 && metrics >= 0 && search->is_wanted[ENDPOINT_HEALTH])
		decision.dialect = DIALECT_METRICS;
	return decision;
}

// Fills in an endpoint's URL unless it is known. False for want of memory.
static bool fill_url(const char **url, const char *base, const char *path)
{
	char why[64];
	char *whole = NULL;

	if (*url || !path)
		return true;
	if (target_resolve(base, path, &whole, why, sizeof why) < 0)
		return false;
	*url = whole;
	return true;
}

struct agent *endpoint_apply(const struct agent *agent, const char *health_path, const char *metrics_path,
			     enum agent_dialect dialect)
{
	struct agent *copy = agent_copy(agent);

	if (!copy)
		return NULL;
	if (!fill_url(&copy->health_url, agent->url, health_path) ||
	    !fill_url(&copy->metrics_url, agent->url, metrics_path)) {
		agent_unref(copy);
		return NULL;
	}
	if (copy->dialect == DIALECT_AUTO)
		copy->dialect = dialect;
	copy->is_discovering = false;
	return copy;
}
