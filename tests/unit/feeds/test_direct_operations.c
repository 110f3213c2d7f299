// SPDX-License-Identifier: Apache-2.0
/* Operations through the direct feed: real agents, their control endpoints, journal and audit trail on one loop. */
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/identity.h"
#include "feeds/direct_internal.h"
#include "model/agent.h"
#include "tests/unit/feeds/live_fleet.h"

static struct live_fleet live;
static uv_async_t audit_wake;
static char audit_dir[128];

// ---- a fleet that can be operated

static void wake(void *ctx)
{
	(void)ctx;
	uv_async_send(&audit_wake);
}

static void on_wake(uv_async_t *handle)
{
	(void)handle;
	audit_logger_dispatch(live.audit);
}

static void set_up(size_t n_agents, bool is_demo)
{
	live_start(&live, n_agents);
	config_hurry(&live.config);
	live.config.operations.rollout.min_healthy_ms = 200;
	live.config.operations.rollout.wait_ms = 100;
	live.config.operations.n_production = 0;
	live.holder = "ada, pid 1";
	live.is_demo = is_demo;
}

static void audit(void)
{
	struct audit_identity who;
	struct audit_logger_options options = { .who = &who, .dir = audit_dir, .segment_bytes = 1 << 20, .wake = wake };

	strcpy(live.state_dir, "/tmp/opscon-feed-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(live.state_dir));
	snprintf(audit_dir, sizeof audit_dir, "%s/audit", live.state_dir);
	audit_identity_here(&who);
	ck_assert_int_eq(uv_async_init(&live.loop, &audit_wake, on_wake), 0);
	ck_assert_int_eq(audit_logger_create(&options, clock_now(), &live.audit), 0);
}

static void tear_down(void)
{
	char command[128];

	live_stop_feed(&live);
	if (live.audit) {
		uv_close((uv_handle_t *)&audit_wake, NULL);
		ck_assert_int_eq(audit_logger_destroy(live.audit), 0);
		live.audit = NULL;
		snprintf(command, sizeof command, "rm -rf %s", live.state_dir);
		ck_assert_int_eq(system(command), 0);
	}
	live_finish(&live);
}

static bool all_are_up(struct live_fleet *l, const void *arg)
{
	(void)arg;
	return fleet_counts(l->fleet)->by_state[HEALTH_UP] == l->n_agents;
}

static void watch(void)
{
	live_open(&live, false);
	live_publish(&live, false);
	live_until(&live, all_are_up, NULL, "everybody to be up");
}

// ---- asking

static bool has_plan(struct live_fleet *l, const void *arg)
{
	return fleet_plan(l->fleet, *(const uint32_t *)arg) != NULL;
}

static const struct plan *plan(enum verb verb, size_t n)
{
	static uint32_t token;
	uint32_t ids[LIVE_AGENTS_MAX];
	struct operation_params params = { .verb = verb, .version = "", .patch = "", .reason = "" };
	struct request request = {
		.type = REQUEST_PLAN, .who = "ada", .agents = ids, .n_agents = n, .params = &params
	};

	for (size_t i = 0; i < n; i++)
		ids[i] = live_agent(&live, i)->agent->id;
	params.rollout = live.config.operations.rollout;
	request.token = ++token;
	ck_assert_int_eq(feed_request(live.feed, &request), 0);
	live_until(&live, has_plan, &token, "a plan");
	return fleet_plan(live.fleet, token);
}

static int submit(const struct plan *plan)
{
	const struct request request = {
		.type = REQUEST_SUBMIT,
		.who = "ada",
		.operation = plan->no,
		.hash = plan->hash,
		.typed = plan->typed,
		.reason = "it is slow",
	};

	return feed_request(live.feed, &request);
}

static bool is_over(struct live_fleet *l, const void *arg)
{
	(void)arg;
	return fleet_n_operations(l->fleet) > 0 && fleet_n_operations_open(l->fleet) == 0;
}

static bool is_operated(struct live_fleet *l, const void *arg)
{
	(void)arg;
	return live_agent(l, 0)->health.overlays & OVERLAY_OPERATION;
}

static void check_done(size_t n)
{
	const struct operation *operation;

	live_until(&live, is_operated, NULL, "the badge to say so");
	live_until(&live, is_over, NULL, "its end");
	operation = fleet_operation_at(live.fleet, 0);
	ck_assert_msg(operation->state == OPERATION_SUCCEEDED, "%s: %s", operation_state_name(operation->state),
		      operation->why);
	ck_assert_uint_eq(operation->n_by_state[TARGET_DONE], n);
	ck_assert(!is_operated(&live, NULL));
	ck_assert_int_eq(live_agent(&live, 0)->lifecycle->recorded, LIFECYCLE_RUNNING);
}

START_TEST(restarts_agents_in_the_demo)
{
	set_up(2, true);
	watch();
	ck_assert_uint_ne(live_agent(&live, 0)->lifecycle->verbs & (1u << VERB_RESTART), 0);
	ck_assert_int_eq(submit(plan(VERB_RESTART, 2)), 0);
	check_done(2);
	tear_down();
}
END_TEST

static size_t count_files(const char *folder)
{
	char command[256];
	FILE *pipe;
	size_t n = 0;
	int c;

	snprintf(command, sizeof command, "ls %s/%s", live.state_dir, folder);
	pipe = popen(command, "re");
	ck_assert_ptr_nonnull(pipe);
	while ((c = fgetc(pipe)) != EOF)
		n += c == '\n';
	pclose(pipe);
	return n;
}

START_TEST(restarts_agents_on_record)
{
	set_up(1, false);
	audit();
	watch();
	ck_assert_int_eq(submit(plan(VERB_RESTART, 1)), 0);
	check_done(1);
	ck_assert_uint_eq(count_files("operations"), 1);
	ck_assert_uint_eq(count_files("locks"), 1);
	tear_down();
}
END_TEST

static bool has_seen(struct live_fleet *l, const void *arg)
{
	const struct agent_lifecycle *life = live_agent(l, *(const size_t *)arg)->lifecycle;

	return life && life->is_observed;
}

START_TEST(observes_an_agent)
{
	size_t first = 0;

	set_up(1, true);
	watch();
	ck_assert_int_eq(live_request(&live, REQUEST_OBSERVE, live_agent(&live, 0)->agent->id, 0, NULL), 0);
	live_until(&live, has_seen, &first, "how it stands");
	ck_assert_int_eq(live_agent(&live, 0)->lifecycle->observed, LIFECYCLE_RUNNING);
	ck_assert_str_ne(live_agent(&live, 0)->lifecycle->instance, "");
	ck_assert_int_eq(live_request(&live, REQUEST_OBSERVE, 4711, 0, NULL), -ENOENT);
	tear_down();
}
END_TEST

START_TEST(operates_nothing_where_nobody_is_named)
{
	set_up(1, false);
	live.holder = NULL;
	watch();
	ck_assert_ptr_null(live_agent(&live, 0)->lifecycle);
	ck_assert_int_eq(live_request(&live, REQUEST_OBSERVE, 1, 0, NULL), -ENOTSUP);
	tear_down();
}
END_TEST

START_TEST(operates_nothing_without_a_record)
{
	set_up(1, false);
	watch();
	ck_assert_int_eq(submit(plan(VERB_RESTART, 1)), -ENOTSUP);
	ck_assert_ptr_nonnull(live_said(&live, "refused"));
	tear_down();
}
END_TEST

START_TEST(names_dependents_and_the_last_healthy_one)
{
	const struct plan *made;

	set_up(4, true);
	ck_assert_int_eq(labels_set(&live.agents[0]->labels, "service", "db"), 0);
	ck_assert_int_eq(labels_set(&live.agents[1]->labels, "service", "web"), 0);
	ck_assert_int_eq(labels_set(&live.agents[2]->labels, "service", "web"), 0);
	for (size_t i = 1; i < 4; i++) {
		char names[200];

		snprintf(names, sizeof names, "%s , other", live.agents[0]->name);
		ck_assert_int_eq(labels_set(&live.agents[i]->labels, "depends_on", names), 0);
	}
	watch();
	made = plan(VERB_RESTART, 4);
	ck_assert_uint_eq(made->targets[0].n_dependents, 3);
	ck_assert_uint_eq(made->targets[1].n_dependents, 0);
	ck_assert(made->targets[0].is_last_healthy);
	ck_assert(!made->targets[1].is_last_healthy && !made->targets[2].is_last_healthy);
	ck_assert(!made->targets[3].is_last_healthy); // of no service
	live.n_agents = 2;                            // the list is read anew, and one of the two is gone
	live_publish(&live, false);
	live_until(&live, all_are_up, NULL, "the others to go");
	made = plan(VERB_RESTART, 2);
	ck_assert_uint_eq(made->targets[0].n_dependents, 1);
	ck_assert(made->targets[1].is_last_healthy);
	live.n_agents = 4;
	tear_down();
}
END_TEST

static bool has_vitals(struct live_fleet *l, const void *arg)
{
	const struct direct_feed *feed = (const struct direct_feed *)l->feed;
	struct engine_vitals *vitals = (struct engine_vitals *)arg;
	uint32_t id = live_agent(l, 0)->agent->id;

	direct_vitals_get(direct_watched((struct direct_feed *)feed, id), 0, vitals);
	return !isnan(vitals->error_share) && !isnan(vitals->probe_ms) && !isnan(vitals->p95_ms);
}

START_TEST(knows_errors_and_latencies_by_several_readings)
{
	struct direct_feed *feed;
	struct engine_vitals vitals, none;

	set_up(1, true);
	watch();
	feed = (struct direct_feed *)live.feed;
	live_until(&live, has_vitals, &vitals, "enough readings");
	ck_assert_uint_ge(vitals.no, 3);
	ck_assert(vitals.error_share >= 0 && vitals.error_share <= 1 && vitals.probe_ms > 0 && vitals.p95_ms > 0);
	ck_assert(vitals.probe_high_ms >= vitals.probe_ms && vitals.p95_high_ms >= vitals.p95_ms);
	direct_vitals_get(direct_watched(feed, live_agent(&live, 0)->agent->id), vitals.no, &none);
	ck_assert(isnan(none.error_share) && isnan(none.probe_ms) && isnan(none.p95_ms)); // none since
	direct_vitals_get(NULL, 0, &none);
	ck_assert(isnan(none.probe_ms) && none.no == 0);
	tear_down();
}
END_TEST

START_TEST(ends_with_an_operation_under_way)
{
	set_up(2, false);
	audit();
	watch();
	ck_assert_int_eq(submit(plan(VERB_RESTART, 2)), 0);
	live_until(&live, is_operated, NULL, "it to begin");
	tear_down();
}
END_TEST

SUITE("direct feed: operations", restarts_agents_in_the_demo, restarts_agents_on_record, observes_an_agent,
      operates_nothing_where_nobody_is_named, operates_nothing_without_a_record,
      names_dependents_and_the_last_healthy_one, knows_errors_and_latencies_by_several_readings,
      ends_with_an_operation_under_way)
