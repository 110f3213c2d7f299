// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feeds/direct_internal.h"
#include "tests/unit/feeds/live_fleet.h"

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

static bool all_are_up(struct live_fleet *live, const void *arg)
{
	(void)arg;
	return fleet_counts(live->fleet)->by_state[HEALTH_UP] == live->n_agents;
}

static bool is_settled(struct live_fleet *live, const void *arg)
{
	(void)arg;
	return direct_feed_is_settled(live->feed);
}

static bool said(struct live_fleet *live, const void *arg)
{
	return live_said(live, arg) != NULL;
}

START_TEST(every_fault_shows_with_its_reason)
{
	static const struct {
		enum simulator_fault fault;
		enum health_state state;
		enum reason reason;
	} table[] = {
		{ SIMULATOR_FAULT_NONE, HEALTH_UP, REASON_NONE },
		{ SIMULATOR_FAULT_AUTH401, HEALTH_DEGRADED, REASON_AUTH_REQUIRED },
		{ SIMULATOR_FAULT_DEGRADED, HEALTH_DEGRADED, REASON_WARN },
		{ SIMULATOR_FAULT_DRIP, HEALTH_DOWN, REASON_TIMEOUT_BODY },
		{ SIMULATOR_FAULT_ERROR500, HEALTH_DOWN, REASON_HTTP_STATUS },
		{ SIMULATOR_FAULT_HANG, HEALTH_DOWN, REASON_TIMEOUT_HEADERS },
		{ SIMULATOR_FAULT_HTML, HEALTH_DOWN, REASON_BAD_TYPE },
		{ SIMULATOR_FAULT_HUGE, HEALTH_DOWN, REASON_TOO_LARGE },
		{ SIMULATOR_FAULT_RESET, HEALTH_DOWN, REASON_RESET },
	};
	enum { N = sizeof table / sizeof table[0] };
	struct live_fleet live;

	live_start(&live, N);
	live.config.probe.timeout_ms = 1000; // a huge body takes its time under a sanitizer
	for (size_t i = 0; i < N; i++)
		simulator_set_fault(live.simulator, i, table[i].fault);
	live_open(&live, false);
	live_publish(&live, false);
	for (size_t i = 0; i < N; i++) {
		const struct expectation e = { i, table[i].state, table[i].reason };

		live_until(&live, is_so, &e, simulator_fault_name(table[i].fault));
	}
	ck_assert_int_eq(fleet_overall(live.fleet), HEALTH_DOWN);
	live_finish(&live);
}
END_TEST

START_TEST(a_feed_that_cannot_start_says_why)
{
	struct rule_config rule = { .name = "r", .series = "nosuch" };
	struct direct_options options = { 0 };
	struct live_fleet live;
	struct feed *feed;
	char why[256];

	live_start(&live, 1);
	live.config.rules = &rule;
	live.config.n_rules = 1;
	options.config = &live.config;
	options.broadcaster = live.broadcaster;
	ck_assert_int_eq(direct_feed_create(&live.loop, &options, &feed, why, sizeof why), -EINVAL);
	ck_assert_str_eq(why, "rule r: there is no series nosuch");
	live.config.n_rules = 0;
	live_finish(&live);
}
END_TEST

START_TEST(an_agent_that_goes_and_comes_back_is_told_and_alerted)
{
	const struct expectation down = { 0, HEALTH_DOWN, REASON_RESET }, up = { 0, HEALTH_UP, REASON_NONE };
	struct live_fleet live;

	live_start(&live, 1);
	live_open(&live, false);
	live_publish(&live, false);
	live_until(&live, all_are_up, NULL, "the agent to be up");
	simulator_set_fault(live.simulator, 0, SIMULATOR_FAULT_RESET);
	live_until(&live, is_so, &down, "the agent to be down");
	ck_assert_uint_eq(fleet_n_alerts_in(live.fleet, ALERT_ACTIVE), 1);
	ck_assert_str_eq(fleet_alert_at(live.fleet, 0)->rule, "agent_down");
	simulator_set_fault(live.simulator, 0, SIMULATOR_FAULT_NONE);
	live_until(&live, is_so, &up, "the agent to be up again");
	ck_assert_uint_eq(fleet_n_alerts_in(live.fleet, ALERT_ACTIVE), 0);
	ck_assert_uint_eq(fleet_n_alerts_in(live.fleet, ALERT_RESOLVED), 1);
	live_finish(&live);
}
END_TEST

START_TEST(a_bare_url_finds_its_endpoints_and_they_are_remembered)
{
	struct live_fleet live;
	char path[128];

	live_start(&live, 8); // one of each dialect
	snprintf(live.state_dir, sizeof live.state_dir, "/tmp/opscon-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(live.state_dir));
	live_open(&live, false);
	live_publish(&live, true);
	live_until(&live, all_are_up, NULL, "every bare URL to be up");
	live_until(&live, is_settled, NULL, "the first contact to end");
	for (size_t i = 0; i < live.n_agents; i++) {
		ck_assert_ptr_nonnull(live_agent(&live, i)->agent->health_url);
		ck_assert_ptr_nonnull(live_agent(&live, i)->agent->metrics_url);
	}
	live_stop_feed(&live);
	snprintf(path, sizeof path, "%s/endpoints.json", live.state_dir);
	ck_assert_int_eq(access(path, R_OK), 0);
	unlink(path);
	rmdir(live.state_dir);
	live_finish(&live);
}
END_TEST

static bool has_health_path(struct live_fleet *live, const void *arg)
{
	const struct fleet_agent *agent = live_agent(live, 0);

	return agent && agent->agent->health_url && strstr(agent->agent->health_url, arg);
}

START_TEST(a_remembered_endpoint_that_is_gone_is_looked_for_again)
{
	struct live_fleet live;
	char path[128];
	FILE *file;

	live_start(&live, 1);
	snprintf(live.state_dir, sizeof live.state_dir, "/tmp/opscon-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(live.state_dir));
	live_open(&live, false);
	live_publish(&live, true);
	live_until(&live, has_health_path, "/health", "the endpoint to be found");
	live_stop_feed(&live);
	snprintf(path, sizeof path, "%s/endpoints.json", live.state_dir);
	file = fopen(path, "r+");
	ck_assert_ptr_nonnull(file);
	{
		char text[4096];
		size_t n = fread(text, 1, sizeof text - 1, file);
		char *health;

		text[n] = '\0';
		health = strstr(text, "/health");
		ck_assert_ptr_nonnull(health);
		memcpy(health, "/wrongg", 7);
		rewind(file);
		ck_assert_uint_eq(fwrite(text, 1, n, file), n);
	}
	fclose(file);
	fleet_destroy(live.fleet);
	ck_assert_int_eq(fleet_create(NULL, &live.fleet), 0);
	live_open(&live, false);
	live_publish(&live, true);
	ck_assert(has_health_path(&live, "/wrongg"));
	live_until(&live, has_health_path, "/health", "the endpoint to be found anew");
	live_until(&live, all_are_up, NULL, "the agent to be up");
	live_stop_feed(&live);
	unlink(path);
	rmdir(live.state_dir);
	live_finish(&live);
}
END_TEST

START_TEST(a_bare_url_where_nothing_listens_is_down_for_the_right_reason)
{
	const struct expectation down = { 0, HEALTH_DOWN, REASON_CONNECT_REFUSED };
	struct live_fleet live;

	live_start(&live, 1);
	simulator_stop(live.simulator);
	live.simulator = NULL;
	live_open(&live, true);
	live_publish(&live, true);
	live_until(&live, is_so, &down, "the agent to be down");
	live_until(&live, is_settled, NULL, "the first contact to end");
	live_finish(&live);
}
END_TEST

static bool has_metrics(struct live_fleet *live, const void *arg)
{
	uint16_t nos[8];

	(void)arg;
	return live_agent(live, 0) && fleet_agent_series(live->fleet, live_agent(live, 0)->agent->id, nos, 8) >= 3;
}

static bool has_scrape(struct live_fleet *live, const void *arg)
{
	const struct scrape *scrape = fleet_scrape(live->fleet, live_agent(live, 0)->agent->id, NULL);

	(void)arg;
	return scrape && scrape->n_rows > 10;
}

START_TEST(what_a_person_asks_is_done_and_carries_the_name)
{
	const struct expectation down = { 0, HEALTH_DOWN, REASON_RESET };
	const struct alert *alert;
	struct live_fleet live;
	uint32_t id;

	live_start(&live, 2);
	live_open(&live, false);
	live_publish(&live, false);
	live_until(&live, has_metrics, NULL, "readings");
	id = live_agent(&live, 0)->agent->id;
	ck_assert_int_eq(live_request(&live, REQUEST_WATCH, id, 0, NULL), 0);
	live_until(&live, has_scrape, NULL, "the full scrape");
	ck_assert_int_eq(live_request(&live, REQUEST_PIN, id, 0, "process_open_fds"), 0);
	live_until(&live, said, "pinned process_open_fds", "the pin to be told");
	ck_assert_int_eq(live_request(&live, REQUEST_UNPIN, 0, 0, "process_open_fds"), 0);
	ck_assert_int_eq(live_request(&live, REQUEST_UNWATCH, id, 0, NULL), 0);
	ck_assert_int_eq(live_request(&live, REQUEST_PROBE_NOW, 0, 0, NULL), 0);
	simulator_set_fault(live.simulator, 0, SIMULATOR_FAULT_RESET);
	live_until(&live, is_so, &down, "the agent to be down");
	alert = fleet_alert_at(live.fleet, 0);
	ck_assert_int_eq(live_request(&live, REQUEST_ALERT_ACK, id, alert->id, "on it"), 0);
	ck_assert_int_eq(fleet_alert_at(live.fleet, 0)->state, ALERT_ACKNOWLEDGED);
	ck_assert_str_eq(fleet_alert_at(live.fleet, 0)->by, "ada");
	ck_assert(live_agent(&live, 0)->health.overlays & OVERLAY_ACKNOWLEDGED);
	ck_assert_int_eq(live_request(&live, REQUEST_ALERT_UNACK, id, alert->id, NULL), 0);
	ck_assert(!(live_agent(&live, 0)->health.overlays & OVERLAY_ACKNOWLEDGED));
	ck_assert_int_eq(live_request(&live, REQUEST_ALERT_SNOOZE, id, alert->id, ""), 0);
	ck_assert_int_eq(fleet_alert_at(live.fleet, 0)->state, ALERT_SNOOZED);
	ck_assert_int_eq(live_request(&live, REQUEST_ALERT_NOTE, id, alert->id, "disk"), 0);
	ck_assert_str_eq(fleet_alert_at(live.fleet, 0)->note, "disk");
	ck_assert_int_eq(live_request(&live, REQUEST_MAINTENANCE, id, 0, "upgrade"), 0);
	ck_assert(live_agent(&live, 0)->health.overlays & OVERLAY_MAINTENANCE);
	ck_assert_ptr_nonnull(live_said(&live, "put into maintenance"));
	ck_assert_str_eq(live_said(&live, "put into maintenance")->who, "ada");
	live_finish(&live);
}
END_TEST

START_TEST(a_request_about_nobody_is_refused)
{
	const struct request past = { .type = REQUEST_MAINTENANCE, .agent = 1, .until_ms = 1 };
	struct live_fleet live;

	live_start(&live, 1);
	live_open(&live, false);
	live_publish(&live, false);
	ck_assert_int_eq(live_request(&live, REQUEST_WATCH, 999, 0, NULL), -ENOENT);
	ck_assert_int_eq(live_request(&live, REQUEST_PROBE_NOW, 999, 0, NULL), -ENOENT);
	ck_assert_int_eq(live_request(&live, REQUEST_ALERT_ACK, 0, 999, NULL), -ENOENT);
	ck_assert_int_eq(live_request(&live, REQUEST_MAINTENANCE, 999, 0, NULL), -ENOENT);
	ck_assert_int_eq(live_request(&live, REQUEST_PIN, 1, 0, NULL), -EINVAL);
	ck_assert_int_eq(live_request(&live, REQUEST_SHRINK_ACCEPT, 0, 0, NULL), -ENOENT);
	ck_assert_int_eq(feed_request(live.feed, &past), -EINVAL);
	live_finish(&live);
}
END_TEST

START_TEST(a_list_that_shrinks_by_half_asks_before_it_drops)
{
	struct live_fleet live;
	size_t n;

	live_start(&live, 12);
	live_open(&live, false);
	live_publish(&live, true);
	n = live.n_agents;
	live.n_agents = 2;
	live_publish(&live, true);
	ck_assert_uint_eq(fleet_n_agents(live.fleet), 12);
	ck_assert_ptr_nonnull(fleet_question(live.fleet));
	ck_assert_int_eq(live_request(&live, REQUEST_SHRINK_ACCEPT, 0, 0, NULL), 0);
	ck_assert_uint_eq(fleet_n_agents(live.fleet), 2);
	ck_assert_ptr_null(fleet_question(live.fleet));
	live.n_agents = n;
	live_publish(&live, true);
	ck_assert_uint_eq(fleet_n_agents(live.fleet), 12);
	live.n_agents = 3;
	live_publish(&live, true);
	ck_assert_ptr_nonnull(fleet_question(live.fleet));
	live.n_agents = n;
	live_publish(&live, true);
	ck_assert_ptr_null(fleet_question(live.fleet));
	live_finish(&live);
}
END_TEST

START_TEST(agents_that_are_not_listed_any_more_are_gone)
{
	struct live_fleet live;

	live_start(&live, 3);
	live_open(&live, false);
	live_publish(&live, false);
	live_until(&live, all_are_up, NULL, "everybody to be up");
	live.n_agents = 2;
	live_publish(&live, false);
	ck_assert_uint_eq(fleet_n_agents(live.fleet), 2);
	live.n_agents = 3;
	ck_assert_ptr_null(live_agent(&live, 2));
	live_finish(&live);
}
END_TEST

START_TEST(only_what_the_selector_lets_through_is_watched)
{
	struct direct_options options = { 0 };
	struct selector *selector;
	struct live_fleet live;
	char why[200];

	live_start(&live, 6);
	ck_assert_int_eq(selector_parse("tier=guardian", &selector, why, sizeof why), 0);
	options.config = &live.config;
	options.broadcaster = live.broadcaster;
	options.selector = selector;
	ck_assert_int_eq(direct_feed_create(&live.loop, &options, &live.feed, why, sizeof why), 0);
	direct_feed_publish(live.feed, "test", live.agents, live.n_agents);
	ck_assert_uint_gt(fleet_n_agents(live.fleet), 0);
	ck_assert_uint_lt(fleet_n_agents(live.fleet), 6);
	live.feed->class->stop(live.feed);
	live.feed = NULL;
	uv_run(&live.loop, UV_RUN_NOWAIT);
	live_finish(&live);
	selector_free(selector);
}
END_TEST

static bool progress_is_over(struct live_fleet *live, const void *arg)
{
	(void)arg;
	return fleet_n_progress(live->fleet) && fleet_progress_at(live->fleet, 0)->ended_ms;
}

START_TEST(the_first_contact_is_told_step_by_step)
{
	const struct progress *progress;
	struct live_fleet live;

	live_start(&live, 4);
	simulator_set_fault(live.simulator, 3, SIMULATOR_FAULT_HANG);
	live_open(&live, false);
	live_publish(&live, true);
	ck_assert_uint_eq(fleet_n_progress(live.fleet), 1);
	ck_assert_int_eq(fleet_progress_at(live.fleet, 0)->steps[1].state, STEP_CURRENT);
	live_until(&live, progress_is_over, NULL, "the first contact to end");
	progress = fleet_progress_at(live.fleet, 0);
	ck_assert_uint_eq(progress->n_steps, 3);
	ck_assert_int_eq(progress->steps[0].state, STEP_SKIPPED);
	ck_assert_int_eq(progress->steps[1].state, STEP_COMPLETED);
	ck_assert_int_eq(progress->steps[2].state, STEP_ERROR);
	ck_assert_str_eq(progress->steps[2].error, "1 did not answer; they are asked again");
	ck_assert_uint_eq(progress->percent, 100);
	live_finish(&live);
}
END_TEST

static bool feed_is(struct live_fleet *live, const void *arg)
{
	return fleet_feed(live->fleet)->state == *(const enum feed_state *)arg;
}

START_TEST(who_is_not_verified_is_told_once_by_name)
{
	const struct timeline_item *item;
	struct live_fleet live;
	size_t n;

	live_start(&live, 3);
	live.agents[0]->tls.is_insecure = live.agents[2]->tls.is_insecure = true;
	live_open(&live, false);
	live_publish(&live, false);
	item = live_said(&live, "2 agents are watched without verifying certificates");
	ck_assert_ptr_nonnull(item);
	ck_assert_int_eq(item->source, EVENT_ACTION); // on the audit channel, with a name on it
	ck_assert_str_eq(item->who, "test");
	ck_assert_ptr_nonnull(strstr(item->description, live.agents[2]->name));
	n = fleet_n_timeline(live.fleet);
	live_publish(&live, false);
	ck_assert_uint_eq(fleet_n_timeline(live.fleet), n);
	live_finish(&live);
}
END_TEST

START_TEST(a_description_has_the_figures_it_is_probed_by)
{
	struct live_fleet live;

	live_start(&live, 2);
	live.agents[1]->interval_ms = 1000;
	live_open(&live, true);
	live_publish(&live, false);
	ck_assert_uint_eq(live_agent(&live, 0)->agent->interval_ms, LIVE_INTERVAL_MS);
	ck_assert_uint_eq(live_agent(&live, 0)->agent->timeout_ms, LIVE_TIMEOUT_MS);
	ck_assert_uint_eq(live_agent(&live, 1)->agent->interval_ms, 1000);
	live_finish(&live);
}
END_TEST

START_TEST(the_feed_is_live_while_there_are_results_and_stale_when_there_are_none)
{
	static const enum feed_state live_state = FEED_LIVE, stale = FEED_STALE;
	static const struct expectation down = { 0, HEALTH_DOWN, REASON_TIMEOUT_HEADERS };
	struct live_fleet live;

	live_start(&live, 1);
	simulator_set_fault(live.simulator, 0, SIMULATOR_FAULT_HANG);
	live_open(&live, false);
	live_publish(&live, false);
	ck_assert_int_eq(fleet_feed(live.fleet)->state, FEED_STARTING);
	live_until(&live, is_so, &down, "the agent to be down");
	live_until(&live, feed_is, &live_state, "the feed to be live: that it is down is known now");
	ck_assert_int_gt(live_agent(&live, 0)->probed[PROBE_HEALTH]->next_due_ms,
			 live_agent(&live, 0)->health.last_probe_ms);
	prober_pause(((struct direct_feed *)live.feed)->prober, true);
	live_until(&live, feed_is, &stale, "the feed to be stale");
	live_finish(&live);
}
END_TEST

START_TEST(a_configuration_that_cannot_be_computed_is_refused_with_why)
{
	static struct panel_config panel = { .id = "x", .title = "X", .expr = "rate(", .warn = 0, .critical = 0 };
	struct direct_options options = { 0 };
	struct feed *feed = NULL;
	struct live_fleet live;
	char why[200] = "";

	live_start(&live, 1);
	live.config.panels = &panel;
	live.config.n_panels = 1;
	options.config = &live.config;
	options.broadcaster = live.broadcaster;
	ck_assert_int_eq(direct_feed_create(&live.loop, &options, &feed, why, sizeof why), -EINVAL);
	ck_assert_ptr_null(feed);
	ck_assert_str_ne(why, "");
	live.config.panels = NULL;
	live.config.n_panels = 0;
	live_finish(&live);
}
END_TEST

START_TEST(paused_agents_are_known_and_not_probed)
{
	struct live_fleet live;

	live_start(&live, 2);
	live.agents[0]->is_paused = true;
	live_open(&live, false);
	live_publish(&live, false);
	live_until(&live, is_settled, NULL, "the first contact to end");
	ck_assert_int_eq(live_agent(&live, 0)->state, HEALTH_UNKNOWN);
	ck_assert_str_eq(health_word(&live_agent(&live, 0)->health), "paused");
	ck_assert_int_eq(live_agent(&live, 0)->probed_at_ms[PROBE_HEALTH], 0);
	live_finish(&live);
}
END_TEST

START_TEST(a_whole_fleet_that_fails_at_once_is_one_alert)
{
	struct live_fleet live;

	live_start(&live, 10);
	live_open(&live, false);
	live_publish(&live, false);
	live_until(&live, all_are_up, NULL, "everybody to be up");
	for (size_t i = 0; i < 10; i++)
		simulator_set_fault(live.simulator, i, SIMULATOR_FAULT_RESET);
	for (size_t i = 0; i < 10; i++) {
		const struct expectation down = { i, HEALTH_DOWN, REASON_RESET };

		live_until(&live, is_so, &down, "everybody to be down");
	}
	ck_assert_uint_eq(fleet_n_alerts_in(live.fleet, ALERT_ACTIVE), 1);
	ck_assert_uint_eq(fleet_alert_at(live.fleet, 0)->agent, 0);
	ck_assert_str_eq(fleet_alert_at(live.fleet, 0)->rule, "fleet_outage");
	live_finish(&live);
}
END_TEST

SUITE("direct", every_fault_shows_with_its_reason, a_feed_that_cannot_start_says_why,
      an_agent_that_goes_and_comes_back_is_told_and_alerted, a_bare_url_finds_its_endpoints_and_they_are_remembered,
      a_remembered_endpoint_that_is_gone_is_looked_for_again,
      a_bare_url_where_nothing_listens_is_down_for_the_right_reason, what_a_person_asks_is_done_and_carries_the_name,
      a_request_about_nobody_is_refused, a_list_that_shrinks_by_half_asks_before_it_drops,
      agents_that_are_not_listed_any_more_are_gone, only_what_the_selector_lets_through_is_watched,
      the_first_contact_is_told_step_by_step, who_is_not_verified_is_told_once_by_name,
      a_description_has_the_figures_it_is_probed_by,
      the_feed_is_live_while_there_are_results_and_stale_when_there_are_none,
      a_configuration_that_cannot_be_computed_is_refused_with_why, paused_agents_are_known_and_not_probed,
      a_whole_fleet_that_fails_at_once_is_one_alert)
