// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "formats/json_writer.h"
#include "services/standing.h"

enum { MINUTE_MS = 60 * 1000 };
static const int64_t now_ms = 1700000000000;

static void write_all(struct bytes *text, const struct standing_agent *agents, size_t n)
{
	struct json_writer writer;

	bytes_init(text, STANDING_FILE_MAX);
	standing_begin(&writer, text);
	for (size_t i = 0; i < n; i++)
		standing_add(&writer, &agents[i]);
	standing_end(&writer);
	ck_assert_int_eq(writer.error, 0);
}

// What one agent is after `away_ms` without a hub. False: nothing of it is left.
static bool after(const struct standing_agent *agent, int64_t away_ms, struct standing *standing)
{
	struct bytes text;
	char why[STANDING_WHY_MAX];

	write_all(&text, agent, 1);
	ck_assert_int_eq(standing_parse(standing, text.data, text.len, now_ms + away_ms, why), 0);
	bytes_finish(&text);
	return standing_get(standing, agent->key) != NULL;
}

static struct standing_agent down_since(int64_t since_ms)
{
	return (struct standing_agent){ .key = "http://web:1",
					.seen_ms = now_ms,
					.health = { .observed = OBSERVED_DOWN, .since_ms = since_ms } };
}

START_TEST(everything_of_an_agent_comes_back)
{
	struct alert alerts[] = {
		{ .rule = "agent_down",
		  .state = ALERT_ACKNOWLEDGED,
		  .since_ms = now_ms - 5,
		  .by = "ann",
		  .note = "disk \"/\"" },
		{ .rule = "hot",
		  .state = ALERT_SNOOZED,
		  .since_ms = 1,
		  .snoozed_until_ms = now_ms + 9,
		  .by = "bo",
		  .note = "" },
	};
	struct standing_agent agent = down_since(now_ms - 7000);
	const struct standing_agent *read;
	struct standing standing;

	agent.health.maintenance_until_ms = now_ms + MINUTE_MS;
	agent.alerts = alerts;
	agent.n_alerts = 2;
	ck_assert(after(&agent, 0, &standing));
	read = standing_get(&standing, "http://web:1");
	ck_assert_int_eq(read->health.observed, OBSERVED_DOWN);
	ck_assert_int_eq(read->health.since_ms, now_ms - 7000);
	ck_assert_int_eq(read->health.maintenance_until_ms, now_ms + MINUTE_MS);
	ck_assert_uint_eq(read->n_alerts, 2);
	ck_assert_str_eq(read->alerts[0].rule, "agent_down");
	ck_assert_int_eq(read->alerts[0].state, ALERT_ACKNOWLEDGED);
	ck_assert_int_eq(read->alerts[0].since_ms, now_ms - 5);
	ck_assert_str_eq(read->alerts[0].by, "ann");
	ck_assert_str_eq(read->alerts[0].note, "disk \"/\"");
	ck_assert_int_eq(read->alerts[1].state, ALERT_SNOOZED);
	ck_assert_int_eq(read->alerts[1].snoozed_until_ms, now_ms + 9);
	standing_finish(&standing);
}
END_TEST

START_TEST(who_was_away_for_long_takes_nothing_for_the_same)
{
	struct alert alert = {
		.rule = "agent_down", .state = ALERT_ACKNOWLEDGED, .since_ms = 5, .by = "ann", .note = ""
	};
	struct standing_agent agent = down_since(now_ms - 7000);
	struct standing standing;

	agent.alerts = &alert;
	agent.n_alerts = 1;
	ck_assert(after(&agent, STANDING_TRUST_MS, &standing));
	ck_assert_uint_eq(standing_get(&standing, agent.key)->n_alerts, 1);
	standing_finish(&standing);
	ck_assert(!after(&agent, STANDING_TRUST_MS + 1, &standing));
	standing_finish(&standing);
}
END_TEST

START_TEST(what_has_an_end_of_its_own_holds_until_then)
{
	struct alert alert = { .rule = "agent_down", .state = ALERT_SNOOZED, .since_ms = 5, .by = "ann", .note = "" };
	struct standing_agent agent = down_since(now_ms - 7000);
	struct standing standing;

	alert.snoozed_until_ms = agent.health.maintenance_until_ms = now_ms + 2 * STANDING_TRUST_MS;
	agent.alerts = &alert;
	agent.n_alerts = 1;
	ck_assert(after(&agent, STANDING_TRUST_MS + MINUTE_MS, &standing));
	ck_assert_int_eq(standing_get(&standing, agent.key)->health.observed, OBSERVED_NEVER);
	ck_assert_int_ne(standing_get(&standing, agent.key)->health.maintenance_until_ms, 0);
	ck_assert_int_eq(standing_get(&standing, agent.key)->alerts[0].state, ALERT_SNOOZED);
	standing_finish(&standing);
	ck_assert(!after(&agent, 2 * STANDING_TRUST_MS + MINUTE_MS, &standing));
	standing_finish(&standing);
}
END_TEST

START_TEST(a_snooze_that_ended_meanwhile_leaves_the_alert_active)
{
	struct alert alert = {
		.rule = "r", .state = ALERT_SNOOZED, .since_ms = 5, .snoozed_until_ms = now_ms, .by = "a", .note = "n"
	};
	struct standing_agent agent = down_since(now_ms - 7000);
	struct standing_counts counts;
	struct standing standing;

	agent.alerts = &alert;
	agent.n_alerts = 1;
	agent.health.maintenance_until_ms = now_ms + MINUTE_MS;
	ck_assert(after(&agent, 1000, &standing));
	ck_assert_int_eq(standing_get(&standing, agent.key)->alerts[0].state, ALERT_ACTIVE);
	ck_assert_int_eq(standing_get(&standing, agent.key)->alerts[0].snoozed_until_ms, 0);
	standing_count(&standing, &counts);
	ck_assert_uint_eq(counts.n_snoozed, 0);
	ck_assert_uint_eq(counts.n_noted, 1);
	ck_assert_uint_eq(counts.n_maintained, 1);
	standing_finish(&standing);
}
END_TEST

// The clock was set back while nobody was there: nothing is from the future.
START_TEST(what_is_of_the_future_is_of_now)
{
	struct alert alert = { .rule = "r", .state = ALERT_ACTIVE, .since_ms = now_ms, .by = "", .note = "" };
	struct standing_agent agent = down_since(now_ms);
	struct standing standing;

	agent.alerts = &alert;
	agent.n_alerts = 1;
	ck_assert(after(&agent, -MINUTE_MS, &standing));
	ck_assert_int_eq(standing_get(&standing, agent.key)->health.since_ms, now_ms - MINUTE_MS);
	ck_assert_int_eq(standing_get(&standing, agent.key)->alerts[0].since_ms, now_ms - MINUTE_MS);
	ck_assert_int_eq(standing_get(&standing, agent.key)->seen_ms, now_ms - MINUTE_MS);
	standing_finish(&standing);
}
END_TEST

START_TEST(of_whom_nothing_is_known_nothing_is_written)
{
	const struct standing_agent nobody = { .key = "http://web:1", .seen_ms = now_ms };
	struct bytes text;

	write_all(&text, &nobody, 1);
	ck_assert_str_eq(text.data, "{\"version\":1,\"agents\":[]}");
	bytes_finish(&text);
}
END_TEST

#define AGENT(fields) "{\"version\":1,\"agents\":[{\"key\":\"k\",\"seen_ms\":1700000000000" fields "}]}"
#define ALERTS(fields) AGENT(",\"alerts\":[{" fields "}]")

static const struct {
	const char *text, *why;
} mistakes[] = {
	{ "", "standing.json: " },
	{ "{\"version\":1,\"agents\":[]", "standing.json: " }, // torn
	{ "{\"version\":2,\"agents\":[]}", "standing.json: expected version 1" },
	{ "{\"version\":1}", "standing.json: expected a list of at most 20000 agents" },
	{ "{\"version\":1,\"agents\":[{\"seen_ms\":1}]}", "standing.json: an agent is not as it was written" },
	{ AGENT(",\"state\":\"down\""), "standing.json: an agent is not as it was written" }, // since when?
	{ AGENT(",\"state\":\"tired\",\"since_ms\":5"), "standing.json: an agent is not as it was written" },
	{ AGENT(",\"state\":\"down\",\"since_ms\":-5"), "standing.json: an agent is not as it was written" },
	{ AGENT(",\"maintenance_until_ms\":\"soon\""), "standing.json: an agent is not as it was written" },
	{ AGENT(",\"alerts\":{}"), "standing.json: an agent is not as it was written" },
	{ ALERTS("\"rule\":\"r\",\"state\":\"resolved\",\"since_ms\":5"),
	  "standing.json: an agent is not as it was written" },
	{ ALERTS("\"state\":\"active\",\"since_ms\":5"), "standing.json: an agent is not as it was written" },
	{ ALERTS("\"rule\":\"r\",\"state\":\"active\",\"since_ms\":0"),
	  "standing.json: an agent is not as it was written" },
	{ ALERTS("\"rule\":\"r\",\"state\":\"active\",\"since_ms\":5,\"by\":7"),
	  "standing.json: an agent is not as it was written" },
};

START_TEST(a_file_with_a_mistake_is_ignored_whole)
{
	struct standing standing;
	char why[STANDING_WHY_MAX];

	for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
		const char *text = mistakes[i].text;

		ck_assert_msg(standing_parse(&standing, text, strlen(text), now_ms, why) == -EINVAL, "%s", text);
		ck_assert_msg(strncmp(why, mistakes[i].why, strlen(mistakes[i].why)) == 0, "%s: %s", text, why);
		ck_assert_ptr_null(standing.agents);
	}
}
END_TEST

START_TEST(two_of_one_key_are_a_mistake)
{
	static const char text[] =
		"{\"version\":1,\"agents\":[{\"key\":\"k\",\"seen_ms\":1700000000000,\"state\":\"up\","
		"\"since_ms\":5},{\"key\":\"k\",\"seen_ms\":1700000000000,\"state\":\"up\",\"since_ms\":5}]}";
	struct standing standing;
	char why[STANDING_WHY_MAX];

	ck_assert_int_eq(standing_parse(&standing, text, strlen(text), now_ms, why), -EINVAL);
	ck_assert_ptr_null(standing.agents);
}
END_TEST

START_TEST(the_file_is_replaced_whole_and_read_again)
{
	char dir[] = "/tmp/opscon-test-XXXXXX", why[STANDING_WHY_MAX], path[64];
	struct standing_agent agent = down_since(now_ms - 7000);
	struct standing standing;
	struct stat status;
	struct bytes text;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/standing.json", dir);
	ck_assert_int_eq(standing_load(&standing, dir, now_ms, why), 0);
	ck_assert_ptr_null(standing.agents);
	write_all(&text, &agent, 1);
	ck_assert_int_eq(standing_save(dir, &text), 0);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
	ck_assert_int_eq(standing_load(&standing, dir, now_ms, why), 0);
	ck_assert_ptr_nonnull(standing_get(&standing, agent.key));
	standing_finish(&standing);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(standing_load(&standing, dir, now_ms, why), -EINVAL);
	ck_assert_str_eq(why, "standing.json: not a regular file");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rmdir(dir), 0);
	ck_assert_int_eq(standing_save(dir, &text), -ENOENT);
	ck_assert_int_eq(standing_load(&standing, dir, now_ms, why), 0);
	bytes_finish(&text);
}
END_TEST

START_TEST(a_file_that_is_too_large_is_not_read)
{
	char dir[] = "/tmp/opscon-test-XXXXXX", why[STANDING_WHY_MAX], path[64];
	struct standing standing;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/standing.json", dir);
	fclose(fopen(path, "w"));
	ck_assert_int_eq(truncate(path, STANDING_FILE_MAX + 1), 0);
	ck_assert_int_eq(standing_load(&standing, dir, now_ms, why), -EINVAL);
	ck_assert_str_eq(why, "standing.json: larger than 16 MiB");
	unlink(path);
	rmdir(dir);
}
END_TEST

START_TEST(without_memory_nothing_is_half_read)
{
	static const char text[] =
		ALERTS("\"rule\":\"r\",\"state\":\"active\",\"since_ms\":5,\"by\":\"a\",\"note\":\"n\"");
	struct standing standing;
	char why[STANDING_WHY_MAX];
	int r = -ENOMEM;

	for (int i = 0; r == -ENOMEM && i < 1000; i++) {
		mem_fail_after(i);
		r = standing_parse(&standing, text, strlen(text), now_ms, why);
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
		ck_assert((r == 0) == (standing.agents != NULL));
	}
	ck_assert_int_eq(r, 0);
	standing_finish(&standing);
}
END_TEST

SUITE("standing", everything_of_an_agent_comes_back, who_was_away_for_long_takes_nothing_for_the_same,
      what_has_an_end_of_its_own_holds_until_then, a_snooze_that_ended_meanwhile_leaves_the_alert_active,
      what_is_of_the_future_is_of_now, of_whom_nothing_is_known_nothing_is_written,
      a_file_with_a_mistake_is_ignored_whole, two_of_one_key_are_a_mistake, the_file_is_replaced_whole_and_read_again,
      a_file_that_is_too_large_is_not_read, without_memory_nothing_is_half_read)
