// SPDX-License-Identifier: Apache-2.0
/* What people set, and since when things are as they are, is there again after a restart. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "feeds/direct_internal.h"
#include "formats/json_writer.h"
#include "services/standing.h"
#include "simulator/simulator.h"
#include "tests/unit/feeds/live_fleet.h"

static void begin(struct live_fleet *live)
{
	live_start(live, 2);
	live->keeps_standing = true;
	snprintf(live->state_dir, sizeof live->state_dir, "/tmp/opscon-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(live->state_dir));
	live_open(live, false);
	live_publish(live, false);
}

// A file as a hub of before has left it.
static void leave(struct live_fleet *live, const struct standing_agent *agent)
{
	struct json_writer writer;
	struct bytes text;

	bytes_init(&text, STANDING_FILE_MAX);
	standing_begin(&writer, &text);
	standing_add(&writer, agent);
	standing_end(&writer);
	ck_assert_int_eq(writer.error, 0);
	ck_assert_int_eq(standing_save(live->state_dir, &text), 0);
	bytes_finish(&text);
}

static void end(struct live_fleet *live)
{
	static const char *const names[] = { "standing.json", "endpoints.json" };
	char path[128];

	live_finish(live);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", live->state_dir, names[i]);
		unlink(path);
	}
	rmdir(live->state_dir);
}

// A hub that is started again knows nobody and nothing.
static void restart(struct live_fleet *live)
{
	live_stop_feed(live);
	live_forget(live);
	live_open(live, false);
	live_publish(live, false);
}

static bool is_down(struct live_fleet *live, const void *arg)
{
	const struct fleet_agent *agent = live_agent(live, 0);

	(void)arg;
	return agent && agent->health.observed == OBSERVED_DOWN && fleet_n_alerts(live->fleet);
}

static bool is_up(struct live_fleet *live, const void *arg)
{
	const struct fleet_agent *agent = live_agent(live, 1);

	(void)arg;
	return agent && agent->health.observed == OBSERVED_UP;
}

static void break_first(struct live_fleet *live)
{
	simulator_set_fault(live->simulator, 0, SIMULATOR_FAULT_RESET);
	live_until(live, is_up, NULL, "the second agent to be up");
	live_until(live, is_down, NULL, "the first agent to be down");
}

// The newest file says so of the first agent.
static bool is_written(struct live_fleet *live, const void *arg)
{
	struct standing standing;
	char why[STANDING_WHY_MAX];
	const struct standing_agent *agent;
	bool is_so;

	(void)arg;
	ck_assert_int_eq(standing_load(&standing, live->state_dir, clock_now().wall_ms, why), 0);
	agent = standing_get(&standing, live->agents[0]->key);
	is_so = agent && agent->n_alerts && agent->alerts[0].state == ALERT_ACKNOWLEDGED;
	standing_finish(&standing);
	return is_so;
}

static void acknowledge(struct live_fleet *live)
{
	const struct alert *alert = fleet_alert_at(live->fleet, 0);

	ck_assert_int_eq(live_request(live, REQUEST_ALERT_ACK, live_agent(live, 0)->agent->id, alert->id, "on it"), 0);
}

START_TEST(a_restart_forgets_nothing_that_people_set)
{
	struct live_fleet live;
	int64_t down_ms, up_ms, alert_ms;

	begin(&live);
	break_first(&live);
	acknowledge(&live);
	ck_assert_int_eq(live_request(&live, REQUEST_MAINTENANCE, live_agent(&live, 1)->agent->id, 0, "upgrade"), 0);
	down_ms = live_agent(&live, 0)->health.since_ms;
	up_ms = live_agent(&live, 1)->health.since_ms;
	alert_ms = fleet_alert_at(live.fleet, 0)->since_ms;
	restart(&live);
	ck_assert_ptr_nonnull(live_said(&live, "what was set before the restart is taken up"));
	ck_assert_str_eq(live_said(&live, "what was set before the restart is taken up")->description,
			 "1 acknowledged, 1 in maintenance");
	live_until(&live, is_down, NULL, "the first agent to be down again");
	live_until(&live, is_up, NULL, "the second agent to be up again");
	ck_assert_int_eq(live_agent(&live, 0)->health.since_ms, down_ms);
	ck_assert_int_eq(live_agent(&live, 1)->health.since_ms, up_ms);
	ck_assert_uint_eq(fleet_n_alerts(live.fleet), 1);
	ck_assert_int_eq(fleet_alert_at(live.fleet, 0)->state, ALERT_ACKNOWLEDGED);
	ck_assert_int_eq(fleet_alert_at(live.fleet, 0)->since_ms, alert_ms);
	ck_assert_str_eq(fleet_alert_at(live.fleet, 0)->by, "ada");
	ck_assert_str_eq(fleet_alert_at(live.fleet, 0)->note, "on it");
	ck_assert(live_agent(&live, 0)->health.overlays & OVERLAY_ACKNOWLEDGED);
	ck_assert(live_agent(&live, 1)->health.overlays & OVERLAY_MAINTENANCE);
	end(&live);
}
END_TEST

// It is on the disk before the hub ends, for one that is killed.
START_TEST(what_a_person_set_is_written_at_once)
{
	struct live_fleet live;

	begin(&live);
	break_first(&live);
	acknowledge(&live);
	live_until(&live, is_written, NULL, "the acknowledgement to be on the disk");
	end(&live);
}
END_TEST

// Restarted twice before the list of agents has come: nobody is forgotten for that.
START_TEST(whose_list_has_not_come_is_kept_for_later)
{
	struct live_fleet live;

	begin(&live);
	break_first(&live);
	acknowledge(&live);
	live_stop_feed(&live);
	live_open(&live, false);
	live_stop_feed(&live);
	ck_assert(is_written(&live, NULL));
	end(&live);
}
END_TEST

START_TEST(what_cannot_be_kept_is_said)
{
	struct live_fleet live;
	char path[128];

	begin(&live);
	break_first(&live);
	live_stop_feed(&live);
	snprintf(path, sizeof path, "%s/standing.json", live.state_dir);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0); // nothing can be renamed over it
	restart(&live);
	ck_assert_ptr_nonnull(
		live_said(&live, "what was acknowledged, snoozed and in maintenance before the restart is lost"));
	live_until(&live, is_down, NULL, "the first agent to be down again");
	acknowledge(&live);
	live_until(&live, live_has_said, "what is acknowledged, snoozed and in maintenance would be lost in a restart",
		   "that to be told");
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(live_request(&live, REQUEST_ALERT_NOTE, live_agent(&live, 0)->agent->id,
				      fleet_alert_at(live.fleet, 0)->id, "disk"),
			 0);
	live_until(&live, is_written, NULL, "it to be kept again");
	end(&live);
}
END_TEST

static void read_text(const struct live_fleet *live, const char *name, char out[1024])
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", live->state_dir, name);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s is not there", path);
	out[fread(out, 1, 1023, file)] = '\0';
	fclose(file);
	unlink(path);
}

START_TEST(a_file_that_is_ignored_is_kept_beside_and_logged)
{
	static const char bad[] = "{\"version\":1,\"agents\":[{\"key\":7}]}";
	struct live_fleet live;
	struct bytes text;
	char path[128], said[1024];

	begin(&live);
	live_stop_feed(&live);
	bytes_init(&text, sizeof bad);
	ck_assert_int_eq(bytes_add(&text, bad, sizeof bad - 1), 0);
	ck_assert_int_eq(standing_save(live.state_dir, &text), 0);
	bytes_finish(&text);
	snprintf(path, sizeof path, "%s/log", live.state_dir);
	ck_assert_int_eq(log_open(path), 0);
	restart(&live);
	log_close();
	ck_assert_ptr_nonnull(
		live_said(&live, "what was acknowledged, snoozed and in maintenance before the restart is lost"));
	live_stop_feed(&live); // it writes a new one
	read_text(&live, "log", said);
	ck_assert_msg(strstr(said, "is lost: standing.json: an agent is not as it was written; the file is kept as "
				   "standing.json.bad\n"),
		      "%s", said);
	read_text(&live, "standing.json.bad", said);
	ck_assert_str_eq(said, bad);
	read_text(&live, "standing.json", said);
	ck_assert_str_ne(said, bad);
	end(&live);
}
END_TEST

static bool has_failed(struct live_fleet *live, const void *arg)
{
	const struct direct_standing *standing = &((struct direct_feed *)live->feed)->standing;

	(void)arg;
	return standing->is_failing && !standing->is_saving && !standing->is_urgent;
}

// The disk may have room again a moment later.
START_TEST(what_could_not_be_kept_is_tried_again_by_itself)
{
	struct live_fleet live;
	char path[128];

	begin(&live);
	break_first(&live);
	snprintf(path, sizeof path, "%s/standing.json", live.state_dir);
	unlink(path);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	acknowledge(&live);
	live_until(&live, has_failed, NULL, "it to fail");
	ck_assert_int_eq(rmdir(path), 0);
	direct_standing_tick((struct direct_feed *)live.feed, instant_add(clock_now(), 30 * 1000));
	live_until(&live, is_written, NULL, "it to be kept");
	end(&live);
}
END_TEST

START_TEST(who_does_not_own_the_directory_keeps_nothing)
{
	struct live_fleet live;
	char path[128];

	begin(&live);
	live_stop_feed(&live);
	snprintf(path, sizeof path, "%s/standing.json", live.state_dir);
	ck_assert_int_eq(unlink(path), 0);
	live.keeps_standing = false;
	live_open(&live, false);
	live_publish(&live, false);
	break_first(&live);
	acknowledge(&live);
	live_stop_feed(&live);
	ck_assert_int_eq(access(path, F_OK), -1);
	end(&live);
}
END_TEST

static void count(void *ctx, const struct alert *alert)
{
	ck_assert_int_eq(alert->state, ALERT_SNOOZED);
	++*(size_t *)ctx;
}

static size_t n_of_fleet(struct live_fleet *live, struct instant now)
{
	size_t n = 0;

	alerts_each(((struct direct_feed *)live->feed)->alerts, 0, now, count, &n);
	return n;
}

// Who snoozed an outage until tomorrow has not silenced that of tonight.
START_TEST(a_snoozed_outage_is_taken_up_by_no_other_one)
{
	struct instant now = clock_now();
	struct alert outage = { .rule = "fleet_outage",
				.state = ALERT_SNOOZED,
				.since_ms = now.wall_ms,
				.snoozed_until_ms = now.wall_ms + 24 * STANDING_TRUST_MS,
				.by = "ada",
				.note = "" };
	const struct standing_agent fleet = { .key = "", .seen_ms = now.wall_ms, .alerts = &outage, .n_alerts = 1 };
	struct live_fleet live;

	begin(&live);
	live_stop_feed(&live);
	leave(&live, &fleet);
	live_open(&live, false);
	ck_assert_uint_eq(n_of_fleet(&live, now), 1);
	ck_assert_uint_eq(n_of_fleet(&live, instant_add(now, STANDING_TRUST_MS)), 0);
	end(&live);
}
END_TEST

// As the first agent was left, so long ago.
static void leave_first(struct live_fleet *live, int64_t ago_ms)
{
	int64_t seen_ms = clock_now().wall_ms - ago_ms;
	struct alert down = {
		.rule = "agent_down", .state = ALERT_ACKNOWLEDGED, .since_ms = seen_ms, .by = "ada", .note = ""
	};
	const struct standing_agent agent = { .key = live->agents[0]->key,
					      .seen_ms = seen_ms,
					      .health = { .observed = OBSERVED_DOWN, .since_ms = seen_ms },
					      .alerts = &down,
					      .n_alerts = 1 };

	leave(live, &agent);
}

// Nobody has looked at it meanwhile, so that one start after the other makes it no younger.
START_TEST(who_was_not_looked_at_is_as_old_as_before)
{
	const int64_t ago_ms = STANDING_TRUST_MS - 60 * 1000;
	struct standing standing;
	struct live_fleet live;
	char why[STANDING_WHY_MAX];
	int64_t now_ms = clock_now().wall_ms;

	begin(&live);
	live_stop_feed(&live);
	leave_first(&live, ago_ms);
	live_open(&live, false);
	live_publish(&live, false);
	live_stop_feed(&live); // before anybody was asked
	ck_assert_int_eq(standing_load(&standing, live.state_dir, now_ms, why), 0);
	ck_assert_ptr_nonnull(standing_get(&standing, live.agents[0]->key));
	ck_assert_uint_eq(standing_get(&standing, live.agents[0]->key)->n_alerts, 1);
	standing_finish(&standing);
	ck_assert_int_eq(standing_load(&standing, live.state_dir, now_ms + 10 * 60 * 1000, why), 0);
	ck_assert_ptr_null(standing_get(&standing, live.agents[0]->key));
	standing_finish(&standing);
	end(&live);
}
END_TEST

START_TEST(whose_list_comes_too_late_is_another_one)
{
	struct standing_agent *before;
	struct direct_feed *feed;
	struct live_fleet live;
	size_t n = 0;

	begin(&live);
	live_stop_feed(&live);
	leave_first(&live, 0);
	live_open(&live, false);
	feed = (struct direct_feed *)live.feed;
	before = standing_get(&feed->standing.before, live.agents[0]->key);
	ck_assert_ptr_nonnull(before);
	before->seen_ms -= STANDING_TRUST_MS + 1000; // as if that time had gone by until now
	live_publish(&live, false);
	alerts_each(feed->alerts, live_agent(&live, 0)->agent->id, clock_now(), count, &n);
	ck_assert_uint_eq(n, 0);
	end(&live);
}
END_TEST

SUITE("direct standing", a_restart_forgets_nothing_that_people_set, what_a_person_set_is_written_at_once,
      whose_list_has_not_come_is_kept_for_later, what_cannot_be_kept_is_said,
      a_file_that_is_ignored_is_kept_beside_and_logged, what_could_not_be_kept_is_tried_again_by_itself,
      who_does_not_own_the_directory_keeps_nothing, a_snoozed_outage_is_taken_up_by_no_other_one,
      who_was_not_looked_at_is_as_old_as_before, whose_list_comes_too_late_is_another_one)
