// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "agents/endpoints.h"
#include "agents/target.h"
#include "base/memory.h"

// What a server answers at a path; everything else gets its `other` status.
struct served {
	const char *path;
	struct endpoint_answer answer;
};

static struct endpoint_decision search(const struct served *served, size_t n, struct endpoint_answer other,
				       size_t *n_tries)
{
	const struct endpoint_path *path;
	struct endpoint_search state;

	*n_tries = 0;
	endpoint_search_init(&state, true, true);
	while ((path = endpoint_search_next(&state)) && ++*n_tries < 100) {
		const struct endpoint_answer *answer = &other;

		ck_assert(!endpoint_search_decision(&state).is_final);
		for (size_t i = 0; i < n; i++)
			if (strcmp(served[i].path, path->path) == 0)
				answer = &served[i].answer;
		endpoint_search_answer(&state, answer);
	}
	return endpoint_search_decision(&state);
}

static const struct endpoint_answer not_found = { 404, "text/plain", false };
static const struct endpoint_answer page = { 200, "text/html; charset=utf-8", false };
static const struct endpoint_answer json = { 200, "application/json", true };
static const struct endpoint_answer metrics = { 200, "text/plain; version=0.0.4", true };

START_TEST(servers_are_recognised_by_what_they_serve)
{
	static const struct endpoint_answer ready = { 200, "text/plain", true }, refused = { 401, NULL, false },
					    unwell = { 503, "application/json", true },
					    proxy = { 503, "text/plain", false }, broken = { 500, "text/plain", false };
	const struct {
		const char *name;
		struct served served[3];
		struct endpoint_answer other;
		const char *health, *metrics;
		enum agent_dialect dialect;
	} table[] = {
		{ "a service", { { "/health", json }, { "/metrics", metrics } }, not_found, "/health", "/metrics", 0 },
		{ "prometheus",
		  { { "/-/ready", ready }, { "/metrics", metrics } },
		  not_found,
		  "/-/ready",
		  "/metrics",
		  0 },
		{ "an exporter with a page for every path",
		  { { "/metrics", metrics } },
		  page,
		  NULL,
		  "/metrics",
		  DIALECT_METRICS },
		{ "spring",
		  { { "/actuator/health", json }, { "/actuator/prometheus", metrics } },
		  not_found,
		  "/actuator/health",
		  "/actuator/prometheus",
		  0 },
		{ "a web site", { { "/", page } }, page, "/", NULL, DIALECT_STATUS },
		{ "a bare server", { { "/", page } }, not_found, "/", NULL, DIALECT_STATUS },
		{ "nothing at all", { { NULL, not_found } }, not_found, NULL, NULL, 0 },
		{ "an unwell service", { { "/health", unwell } }, not_found, "/health", NULL, 0 },
		{ "a proxy without a service", { { NULL, not_found } }, proxy, "/health", NULL, 0 },
		{ "a locked server", { { NULL, not_found } }, refused, "/health", "/metrics", 0 },
		{ "open metrics, locked health",
		  { { "/metrics", metrics } },
		  refused,
		  NULL,
		  "/metrics",
		  DIALECT_METRICS },
		{ "a broken server", { { "/healthz", ready } }, broken, "/healthz", NULL, 0 },
		{ "metrics that are none", { { "/metrics", { 200, "text/plain", false } } }, not_found, NULL, NULL, 0 },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		size_t n_tries, n = 0;
		struct endpoint_decision decision;

		while (n < 3 && table[i].served[n].path)
			n++;
		decision = search(table[i].served, n, table[i].other, &n_tries);
		ck_assert_msg(decision.is_final, "%s", table[i].name);
		ck_assert_pstr_eq(decision.health_path, table[i].health);
		ck_assert_pstr_eq(decision.metrics_path, table[i].metrics);
		ck_assert_int_eq((int)decision.dialect, (int)table[i].dialect);
		ck_assert_uint_le(n_tries, ENDPOINTS_MAX);
	}
}
END_TEST

START_TEST(a_well_known_service_takes_two_tries)
{
	const struct served served[] = { { "/health", json }, { "/metrics", metrics } };
	size_t n_tries;

	search(served, 2, not_found, &n_tries);
	ck_assert_uint_eq(n_tries, 2);
}
END_TEST

START_TEST(silence_decides_nothing)
{
	struct endpoint_search state;
	struct endpoint_answer silence = { 0 };

	endpoint_search_init(&state, true, false);
	for (int i = 0; i < 3; i++) {
		ck_assert_str_eq(endpoint_search_next(&state)->path, "/health");
		endpoint_search_answer(&state, &silence);
	}
	ck_assert_uint_eq(state.n_unanswered, 3);
	endpoint_search_answer(&state, &json);
	ck_assert_uint_eq(state.n_unanswered, 0);
	ck_assert_ptr_null(endpoint_search_next(&state));
	endpoint_search_answer(&state, &json);
	ck_assert_str_eq(endpoint_search_decision(&state).health_path, "/health");
}
END_TEST

START_TEST(the_usual_paths_are_all_there_once)
{
	static const char *const usual[] = {
		"/health",      "/healthz", "/-/ready", "/-/healthy",          "/readyz", "/livez", "/actuator/health",
		"/health/live", "/status",  "/metrics", "/actuator/prometheus"
	};
	const struct endpoint_path *paths;
	size_t n = endpoint_table(&paths);

	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		size_t n_found = 0;

		for (size_t k = 0; k < n; k++)
			n_found += strcmp(paths[k].path, usual[i]) == 0;
		ck_assert_uint_eq(n_found, 1);
	}
	ck_assert_int_eq((int)paths[n - 1].kind, ENDPOINT_ROOT);
}
END_TEST

START_TEST(what_was_found_is_filled_in)
{
	struct agent *agent, *found = NULL;
	char why[80];

	ck_assert_int_eq(target_parse("x:1", "config", &agent, why, sizeof why), 0);
	agent->id = 7;
	for (long n = 0; n < 50 && !found; n++) {
		mem_fail_after(n);
		found = endpoint_apply(agent, "/health", "http://x:2/metrics", DIALECT_ACTUATOR);
		mem_fail_after(-1);
	}
	ck_assert_uint_eq(found->id, 7);
	ck_assert_str_eq(found->health_url, "http://x:1/health");
	ck_assert_str_eq(found->metrics_url, "http://x:2/metrics");
	ck_assert_int_eq((int)found->dialect, DIALECT_ACTUATOR);
	ck_assert(!found->is_discovering);
	agent_unref(agent);
	agent = endpoint_apply(found, "/other", NULL, DIALECT_STATUS);
	ck_assert_str_eq(agent->health_url, "http://x:1/health");
	ck_assert_int_eq((int)agent->dialect, DIALECT_ACTUATOR);
	agent_unref(agent);
	agent_unref(found);
}
END_TEST

SUITE("endpoints", servers_are_recognised_by_what_they_serve, a_well_known_service_takes_two_tries,
      silence_decides_nothing, the_usual_paths_are_all_there_once, what_was_found_is_filled_in)
