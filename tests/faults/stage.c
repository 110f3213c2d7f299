// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agents/target.h"
#include "base/memory.h"
#include "tests/support/suite.h"

#if defined(__SANITIZE_ADDRESS__)
enum { TURN_MAX_MS = 1000 }; // a sanitizer's own time is not ours
#else
enum { TURN_MAX_MS = 100 };
#endif

enum { FAULTS_MAX = LIVE_AGENTS_MAX - STAGE_WELL };

static int64_t thread_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void on_turn(uv_prepare_t *prepare)
{
	struct stage *s = prepare->data;
	int64_t now_us = thread_us();

	if (s->turn_began_us && now_us - s->turn_began_us > s->worst_turn_us)
		s->worst_turn_us = now_us - s->turn_began_us;
	s->turn_began_us = now_us;
}

static void note_disturbed(struct stage *s, const struct event *event, const struct health *health)
{
	for (size_t i = 0; i < STAGE_WELL; i++) {
		const struct fleet_agent *agent = live_agent(&s->live, i);
		enum health_state state = health_state(health);

		// Our own loop may have stood still on a busy machine. What a bad agent can do to it is measured by
		// turns.
		if (health->quality == PROBE_SUSPECT && state == HEALTH_UNKNOWN)
			return;
		if (state == HEALTH_UP || (state == HEALTH_UNKNOWN && s->allows_doubt) || s->disturbed[0])
			return;
		if (agent && agent->agent->id == event->agent)
			snprintf(s->disturbed, sizeof s->disturbed, "%s: %s, %s %s", agent->agent->name,
				 health_word(health), reason_name(health->reason), health->detail);
	}
}

static void on_event(void *ctx, const struct event *event)
{
	struct stage *s = ctx;

	if (!s->is_begun)
		return;
	if (event->type == EVENT_AGENT_HEALTH)
		note_disturbed(s, event, &event->u.health);
	else if (event->type == EVENT_AGENT_PROBED)
		note_disturbed(s, event, &event->u.probed.health);
}

void stage_start(struct stage *s, const struct server_rule *rules, size_t n_rules)
{
	*s = (struct stage){ 0 };
	live_start(&s->live, STAGE_WELL);
	s->live.config.probe.timeout_ms = STAGE_WELL_TIMEOUT_MS;
	http_server_start(&s->server, &s->live.loop, rules, n_rules);
	s->subscription = broadcaster_subscribe(s->live.broadcaster, ~0u, on_event, s);
	ck_assert_int_gt(s->subscription, 0);
	uv_prepare_init(&s->live.loop, &s->turn);
	s->turn.data = s;
}

static char *whole_url(const struct stage *s, const char *given)
{
	char url[512];

	if (!given || strstr(given, "://"))
		return mem_strdup(given);
	return mem_strdup(http_server_url(&s->server, given, url, sizeof url));
}

struct agent *stage_add(struct stage *s, const char *health, const char *metrics)
{
	mem_auto char *health_url = whole_url(s, health), *metrics_url = whole_url(s, metrics);
	struct agent *agent;
	char why[200];

	ck_assert_uint_lt(s->live.n_agents, LIVE_AGENTS_MAX);
	ck_assert_msg(target_parse(health_url ? health_url : metrics_url, "test", &agent, why, sizeof why) == 0, "%s",
		      why);
	mem_free((char *)agent->health_url);
	mem_free((char *)agent->metrics_url);
	agent->health_url = mem_strdup(health_url);
	agent->metrics_url = mem_strdup(metrics_url);
	agent->dialect = health_url ? DIALECT_AUTO : DIALECT_METRICS;
	agent->is_discovering = false;
	agent->timeout_ms = STAGE_BAD_TIMEOUT_MS;
	s->live.agents[s->live.n_agents++] = agent;
	return agent;
}

static bool well_are_up(struct live_fleet *live, const void *arg)
{
	(void)arg;
	for (size_t i = 0; i < STAGE_WELL; i++)
		if (!live_agent(live, i) || live_agent(live, i)->state != HEALTH_UP)
			return false;
	return true;
}

void stage_begin(struct stage *s)
{
	live_open(&s->live, false);
	live_publish(&s->live, false);
	uv_prepare_start(&s->turn, on_turn);
	live_until(&s->live, well_are_up, NULL, "the well agents to be up");
	s->is_begun = true;
}

const struct fleet_agent *stage_bad(struct stage *s, size_t i)
{
	return live_agent(&s->live, STAGE_WELL + i);
}

struct expectation {
	size_t agent;
	enum health_state state;
	enum reason reason;
};

static bool is_so(struct live_fleet *live, const void *arg)
{
	const struct expectation *e = arg;
	const struct fleet_agent *agent = live_agent(live, e->agent);

	return agent && agent->state == e->state && agent->health.reason == e->reason;
}

static void on_late(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

void stage_expect(struct stage *s, size_t i, enum health_state state, enum reason reason)
{
	const struct expectation e = { STAGE_WELL + i, state, reason };
	const struct fleet_agent *agent;
	bool is_late = false;
	uv_timer_t timer;

	uv_timer_init(&s->live.loop, &timer);
	timer.data = &is_late;
	uv_timer_start(&timer, on_late, 10000, 0);
	while (!is_late && !is_so(&s->live, &e))
		uv_run(&s->live.loop, UV_RUN_ONCE);
	agent = stage_bad(s, i);
	ck_assert_msg(is_so(&s->live, &e), "agent %zu is %s for %s (%s), not %s for %s", i,
		      health_state_name(agent->state), reason_name(agent->health.reason), agent->health.detail,
		      health_state_name(state), reason_name(reason));
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&s->live.loop, UV_RUN_NOWAIT);
}

struct rounds {
	int64_t after_ms[STAGE_WELL];
};

static bool all_probed_after(struct live_fleet *live, const void *arg)
{
	const struct rounds *rounds = arg;

	for (size_t i = 0; i < STAGE_WELL; i++)
		if (live_agent(live, i)->probed_at_ms[PROBE_HEALTH] == rounds->after_ms[i])
			return false;
	return true;
}

void stage_probe_rounds(struct stage *s, int n)
{
	while (n-- > 0) {
		struct rounds rounds;

		for (size_t i = 0; i < STAGE_WELL; i++)
			rounds.after_ms[i] = live_agent(&s->live, i)->probed_at_ms[PROBE_HEALTH];
		live_until(&s->live, all_probed_after, &rounds, "another round of probes");
	}
}

void stage_assert_undisturbed(const struct stage *s)
{
	const struct fleet *fleet = s->live.fleet;

	ck_assert_msg(!s->disturbed[0], "a well agent was disturbed: %s", s->disturbed);
	for (size_t i = 0; i < fleet_n_alerts(fleet); i++)
		for (size_t k = 0; k < STAGE_WELL; k++)
			ck_assert_str_ne(fleet_alert_at(fleet, i)->agent
						 ? fleet_agent(fleet, fleet_alert_at(fleet, i)->agent)->agent->key
						 : "",
					 s->live.agents[k]->key);
}

void stage_finish(struct stage *s)
{
	stage_assert_undisturbed(s);
	ck_assert_msg(s->worst_turn_us < (int64_t)TURN_MAX_MS * 1000, "a turn of the loop took %" PRId64 " us",
		      s->worst_turn_us);
	s->is_begun = false;
	broadcaster_unsubscribe(s->live.broadcaster, s->subscription);
	uv_close((uv_handle_t *)&s->turn, NULL);
	live_stop_feed(&s->live);
	http_server_stop(&s->server);
	live_finish(&s->live);
}

void stage_play(const struct stage_fault *faults, size_t n)
{
	static char paths[FAULTS_MAX][16];
	struct server_rule rules[FAULTS_MAX];
	struct stage s;

	ck_assert_uint_le(n, FAULTS_MAX);
	for (size_t i = 0; i < n; i++) {
		snprintf(paths[i], sizeof paths[i], "/fault-%zu", i);
		rules[i] = faults[i].rule;
		rules[i].path = paths[i];
	}
	stage_start(&s, rules, n);
	for (size_t i = 0; i < n; i++)
		stage_add(&s, paths[i], NULL);
	stage_begin(&s);
	for (size_t i = 0; i < n; i++)
		stage_expect(&s, i, faults[i].state, faults[i].reason);
	stage_finish(&s);
}
