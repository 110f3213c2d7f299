// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/feeds/live_fleet.h"

#include <stdio.h>
#include <string.h>

#include "agents/target.h"
#include "base/memory.h"
#include "feeds/direct.h"
#include "model/agent.h"
#include "tests/support/suite.h"

static void on_event(void *ctx, const struct event *event)
{
	struct live_fleet *live = ctx;

	ck_assert(fleet_apply(live->fleet, event) == 0 || live->may_lack_memory);
}

static void begin_to_hear(struct live_fleet *live)
{
	ck_assert_int_eq(broadcaster_create(BROADCASTER_BUFFER_DEFAULT, &live->broadcaster), 0);
	ck_assert_int_eq(fleet_create(NULL, &live->fleet), 0);
	ck_assert_int_gt(broadcaster_subscribe(live->broadcaster, ~0u, on_event, live), 0);
}

void live_forget(struct live_fleet *live)
{
	broadcaster_destroy(live->broadcaster);
	fleet_destroy(live->fleet);
	begin_to_hear(live);
}

void live_start(struct live_fleet *live, size_t n_agents)
{
	const struct simulator_options options = { .n_agents = n_agents, .seed = 7 };

	*live = (struct live_fleet){ .n_agents = n_agents };
	ck_assert_int_eq(uv_loop_init(&live->loop), 0);
	ck_assert_int_eq(simulator_start(&live->loop, &options, &live->simulator), 0);
	begin_to_hear(live);
	config_defaults(&live->config);
	live->config.probe.interval_ms = LIVE_INTERVAL_MS;
	live->config.probe.timeout_ms = LIVE_TIMEOUT_MS;
	live->config.probe.fall = 2;
	for (size_t i = 0; i < n_agents; i++) {
		struct simulator_target target;
		char why[200];

		simulator_target_get(live->simulator, i, &target);
		ck_assert_int_eq(target_parse(target.url, "test", &live->agents[i], why, sizeof why), 0);
		ck_assert_int_eq(labels_set(&live->agents[i]->labels, "tier", target.tier), 0);
	}
}

static void on_feed_gone(void *ctx)
{
	struct live_fleet *live = ctx;

	live->is_feed_gone = true;
}

void live_open(struct live_fleet *live, bool is_once)
{
	const struct direct_options options = {
		.config = &live->config,
		.broadcaster = live->broadcaster,
		.state_dir = live->state_dir[0] ? live->state_dir : NULL,
		.audit = live->audit,
		.audit_dir = live->audit_dir,
		.holder = live->holder,
		.keeps_standing = live->keeps_standing,
		.is_demo = live->is_demo,
		.is_once = is_once,
		.closed_cb = on_feed_gone,
		.closed_ctx = live,
	};
	char why[200];

	live->is_feed_gone = false;
	ck_assert_msg(direct_feed_create(&live->loop, &options, &live->feed, why, sizeof why) == 0, "%s", why);
}

static struct agent *with_endpoints(const struct agent *bare)
{
	struct agent *agent = agent_copy(bare);
	char url[200];

	snprintf(url, sizeof url, "%s/health", bare->url);
	agent->health_url = mem_strdup(url);
	snprintf(url, sizeof url, "%s/metrics", bare->url);
	agent->metrics_url = mem_strdup(url);
	snprintf(url, sizeof url, "%s/control", bare->url);
	agent->control_url = mem_strdup(url);
	agent->driver = mem_strdup("http");
	agent->is_discovering = false;
	return agent;
}

void live_publish(struct live_fleet *live, bool is_bare)
{
	struct agent *whole[LIVE_AGENTS_MAX];

	if (is_bare) {
		direct_feed_publish(live->feed, "test", live->agents, live->n_agents);
		return;
	}
	for (size_t i = 0; i < live->n_agents; i++)
		whole[i] =
			live->agents[i]->is_discovering ? with_endpoints(live->agents[i]) : agent_ref(live->agents[i]);
	direct_feed_publish(live->feed, "test", whole, live->n_agents);
	for (size_t i = 0; i < live->n_agents; i++)
		agent_unref(whole[i]);
}

static bool is_feed_gone(struct live_fleet *live, const void *arg)
{
	(void)arg;
	return live->is_feed_gone;
}

void live_stop_feed(struct live_fleet *live)
{
	if (!live->feed)
		return;
	live->feed->class->stop(live->feed);
	live->feed = NULL;
	live_until(live, is_feed_gone, NULL, "the feed to end");
}

void live_finish(struct live_fleet *live)
{
	live_stop_feed(live);
	simulator_stop(live->simulator);
	uv_run(&live->loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&live->loop), 0);
	broadcaster_destroy(live->broadcaster);
	fleet_destroy(live->fleet);
	for (size_t i = 0; i < live->n_agents; i++)
		agent_unref(live->agents[i]);
	config_finish(&live->config);
}

static void on_deadline(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

void live_until(struct live_fleet *live, live_condition condition, const void *arg, const char *what)
{
	bool is_late = false;
	uv_timer_t timer;

	uv_timer_init(&live->loop, &timer);
	timer.data = &is_late;
	uv_timer_start(&timer, on_deadline, 10000, 0);
	while (!condition(live, arg) && !is_late)
		uv_run(&live->loop, UV_RUN_ONCE);
	ck_assert_msg(condition(live, arg), "waited in vain for %s", what);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&live->loop, UV_RUN_NOWAIT);
}

const struct fleet_agent *live_agent(struct live_fleet *live, size_t i)
{
	return fleet_agent_by_key(live->fleet, live->agents[i]->key);
}

int live_request(struct live_fleet *live, enum request_type type, uint32_t agent, uint32_t alert, const char *text)
{
	const struct request request = {
		.type = type,
		.agent = agent,
		.alert = alert,
		.who = "ada",
		.text = text,
		.until_ms = clock_now().wall_ms + 60000,
	};

	return feed_request(live->feed, &request);
}

const struct timeline_item *live_said(struct live_fleet *live, const char *title)
{
	for (size_t i = 0; i < fleet_n_timeline(live->fleet); i++)
		if (strstr(fleet_timeline_at(live->fleet, i)->title, title))
			return fleet_timeline_at(live->fleet, i);
	return NULL;
}

bool live_has_said(struct live_fleet *live, const void *title)
{
	return live_said(live, title) != NULL;
}
