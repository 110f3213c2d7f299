// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "formats/json.h"
#include "model/agent.h"
#include "report/report.h"
#include "tests/support/fleet_fixture.h"
#include "text/text.h"

static struct fleet_fixture f;
static struct bytes out;

static void setup(void)
{
	fleet_fixture_init(&f);
	bytes_init(&out, REPORT_BYTES_MAX);
}

static void teardown(void)
{
	bytes_finish(&out);
	fleet_fixture_finish(&f);
}

static const char *write_with(const char *format, const struct selector *selector)
{
	const struct report report = {
		.fleet = f.fleet,
		.selector = selector,
		.at_ms = FIXTURE_NOW_MS,
		.has_unicode = true,
	};

	bytes_reset(&out);
	ck_assert_int_eq(report_writer_find(format)(&report, &out), 0);
	return out.data ? out.data : "";
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

START_TEST(the_worst_agent_is_the_overall_state_and_nobody_is_unknown)
{
	static const struct {
		size_t up, degraded, down, unknown;
		enum health_state overall;
	} table[] = {
		{ 0, 0, 0, 0, HEALTH_UNKNOWN },  { 3, 0, 0, 0, HEALTH_UP },   { 3, 0, 0, 1, HEALTH_UNKNOWN },
		{ 3, 1, 0, 1, HEALTH_DEGRADED }, { 3, 1, 1, 1, HEALTH_DOWN }, { 0, 0, 1, 9, HEALTH_DOWN },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct fleet_counts counts = {
			.by_state = { [HEALTH_UP] = table[i].up,
				      [HEALTH_DEGRADED] = table[i].degraded,
				      [HEALTH_DOWN] = table[i].down,
				      [HEALTH_UNKNOWN] = table[i].unknown },
			.total = table[i].up + table[i].degraded + table[i].down + table[i].unknown,
		};

		ck_assert_int_eq(health_overall(counts.by_state), table[i].overall);
	}
}
END_TEST

START_TEST(who_is_in_maintenance_is_counted_apart)
{
	static const struct {
		const char *format, *text;
	} table[] = {
		{ "table", "\nup: 1 up, 0 degraded, 0 down, 0 unknown, 1 paused, 1 in maintenance; 3 in all\n" },
		{ "json", "\"down\":0,\"unknown\":0,\"paused\":1,\"maintenance\":1,\"checking\":0}" },
		{ "nagios", "OPSCON OK - 1 of 1 up, 0 degraded, 0 down, 0 unknown; 1 paused; 1 in maintenance | " },
		{ "nagios", " unknown=0;;;0;1 paused=1;;;0;3 maintenance=1;;;0;3\n" },
		{ "prom", "opscon_fleet_agents{state=\"maintenance\"} 1\n" },
		{ "tmux", "● 1 up  1 paused  1 in maintenance\n" },
	};
	struct health health = fleet_fixture_healthy(1000);

	setup();
	health.observed = OBSERVED_DOWN;
	health.overlays = OVERLAY_MAINTENANCE;
	fleet_fixture_health_event(&f, fleet_fixture_add(&f, "down", "", ""), &health);
	ck_assert_str_eq(write_with("tmux", NULL), "nobody to judge  1 in maintenance\n");
	fleet_fixture_add_paused(&f, "old", "");
	fleet_fixture_health(&f, fleet_fixture_add(&f, "a", "", ""), OBSERVED_UP, REASON_NONE, 1000);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_msg(strstr(write_with(table[i].format, NULL), table[i].text), "%s: %s", table[i].format,
			      out.data);
	teardown();
}
END_TEST

START_TEST(who_is_checked_for_the_first_time_is_named_so)
{
	static const struct {
		const char *format, *text;
	} table[] = {
		{ "table", "\nunknown: 0 up, 0 degraded, 0 down, 2 unknown (1 checking); 2 in all\n" },
		{ "json", "\"unknown\":2,\"paused\":0,\"maintenance\":0,\"checking\":1}" },
		{ "nagios", "0 down, 2 unknown (1 checking)" },
		{ "tmux", "○ 2 unknown\n" },
	};
	struct health health = fleet_fixture_healthy(1000);

	setup();
	fleet_fixture_add(&f, "new", "", "");
	ck_assert_str_eq(write_with("tmux", NULL), "○ 1 checking\n");
	ck_assert_ptr_nonnull(strstr(write_with("table", NULL), "1 unknown (checking);"));
	health.freshness = FRESHNESS_STALE;
	fleet_fixture_health_event(&f, fleet_fixture_add(&f, "stale", "", ""), &health);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_msg(strstr(write_with(table[i].format, NULL), table[i].text), "%s: %s", table[i].format,
			      out.data);
	teardown();
}
END_TEST

START_TEST(who_is_paused_is_counted_apart)
{
	static const struct {
		const char *format, *text;
	} table[] = {
		{ "table", "\nup: 1 up, 0 degraded, 0 down, 0 unknown, 1 paused; 2 in all\n" },
		{ "json", "\"overall\":\"up\",\"counts\":{\"up\":1,\"degraded\":0,\"down\":0,\"unknown\":0,\"paused\":"
			  "1,\"maintenance\":0,\"checking\":0}" },
		{ "nagios", "OPSCON OK - 1 of 1 up, 0 degraded, 0 down, 0 unknown; 1 paused | up=1;;;0;1" },
		{ "prom", "opscon_fleet_agents{state=\"paused\"} 1\n" },
		{ "tmux", "● 1 up  1 paused\n" },
	};

	setup();
	fleet_fixture_add_paused(&f, "old", "");
	ck_assert_str_eq(write_with("tmux", NULL), "all paused\n");
	fleet_fixture_health(&f, fleet_fixture_add(&f, "a", "", ""), OBSERVED_UP, REASON_NONE, 1000);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_pstr_ne(strstr(write_with(table[i].format, NULL), table[i].text), NULL);
	teardown();
}
END_TEST

START_TEST(where_a_whole_url_was_given_it_is_shown_whole)
{
	static const char whole[] = "http://blackbox:9115/probe?target=example.org";
	static const char *const formats[] = { "csv", "json", "jsonl", "prom", "table" };
	struct event *event = event_new(EVENT_AGENT_CHANGED, FIXTURE_NOW_MS, 1);
	struct agent *agent;

	setup();
	fleet_fixture_health(&f, fleet_fixture_add(&f, "example.org via blackbox", "", ""), OBSERVED_UP, REASON_NONE,
			     1);
	agent = agent_copy(fleet_agent(f.fleet, 1)->agent);
	mem_free((char *)agent->url);
	mem_free((char *)agent->key);
	agent->url = mem_strdup("http://blackbox:9115");
	agent->key = mem_strdup(whole);
	event->u.agent = agent;
	fleet_fixture_apply(&f, event);
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		ck_assert_ptr_nonnull(strstr(write_with(formats[i], NULL), whole));
	teardown();
}
END_TEST

START_TEST(json_has_the_promised_keys_in_order)
{
	static const char *const keys[] = { "\"schema_version\":1",
					    "\"at\":\"2026-11-23T15:04:05.000Z\"",
					    "\"overall\":\"down\"",
					    "\"agents\":[{\"name\":",
					    "\"url\":",
					    "\"labels\":{",
					    "\"state\":",
					    "\"reason\":",
					    "\"detail\":",
					    "\"http_status\":",
					    "\"latency_ms\":",
					    "\"freshness\":",
					    "\"since\":",
					    "\"metrics\":{" };
	const char *at;

	setup();
	fleet_fixture_platform(&f);
	at = write_with("json", NULL);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		at = strstr(at, keys[i]);
		ck_assert_msg(at, "%s is missing or out of place", keys[i]);
	}
	ck_assert_uint_eq(count_lines(out.data), 1);
	teardown();
}
END_TEST

START_TEST(json_lines_have_a_line_an_agent)
{
	setup();
	fleet_fixture_platform(&f);
	write_with("jsonl", NULL);
	ck_assert_uint_eq(count_lines(out.data), fleet_n_agents(f.fleet));
	ck_assert_int_eq(strncmp(out.data, "{\"name\":", 8), 0);
	ck_assert_ptr_nonnull(strstr(out.data, "}\n{\"name\":"));
	teardown();
}
END_TEST

START_TEST(csv_quotes_and_defuses_formulas)
{
	setup();
	fleet_fixture_add(&f, "=cmd|'/c calc'!A1", "a\"b", "prod");
	fleet_fixture_add(&f, "plain, with comma", "", "");
	write_with("csv", NULL);
	ck_assert_ptr_nonnull(strstr(out.data, "\r\n\"'=cmd|'/c calc'!A1\","));
	ck_assert_ptr_nonnull(strstr(out.data, ",\"a\"\"b\","));
	ck_assert_ptr_nonnull(strstr(out.data, "\r\n\"plain, with comma\","));
	ck_assert_uint_eq(count_lines(out.data), 3);
	teardown();
}
END_TEST

START_TEST(prometheus_text_escapes_labels_and_marks_one_state)
{
	setup();
	fleet_fixture_health(&f, fleet_fixture_add(&f, "we\\ird \"one\"", "", ""), OBSERVED_DOWN, REASON_RESET, 1000);
	write_with("prom", NULL);
	ck_assert_ptr_nonnull(strstr(out.data, "# TYPE opscon_agent_state gauge\n"));
	ck_assert_ptr_nonnull(strstr(out.data, "opscon_fleet_agents{state=\"down\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(out.data, "{agent=\"we\\\\ird \\\"one\\\"\","));
	ck_assert_ptr_nonnull(strstr(out.data, "state=\"down\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(out.data, "state=\"up\"} 0\n"));
	teardown();
}
END_TEST

START_TEST(nagios_gets_one_line_with_performance_data)
{
	setup();
	fleet_fixture_health(&f, fleet_fixture_add(&f, "a|b", "", ""), OBSERVED_DOWN, REASON_CONNECT_REFUSED, 1000);
	write_with("nagios", NULL);
	ck_assert_str_eq(
		out.data,
		"OPSCON CRITICAL - 0 of 1 up, 0 degraded, 1 down, 0 unknown: a/b (connection refused)"
		" | up=0;;;0;1 degraded=0;;;0;1 down=1;;;0;1 unknown=0;;;0;1 paused=0;;;0;1 maintenance=0;;;0;1\n");
	teardown();
}
END_TEST

START_TEST(many_bad_agents_are_named_and_then_counted)
{
	setup();
	for (int i = 0; i < 8; i++)
		fleet_fixture_health(&f, fleet_fixture_add(&f, "WowX", "", ""), OBSERVED_DEGRADED, REASON_WARN, 1000);
	write_with("nagios", NULL);
	ck_assert_ptr_nonnull(strstr(out.data, "OPSCON WARNING"));
	ck_assert_ptr_nonnull(strstr(out.data, " and 3 more |"));
	teardown();
}
END_TEST

START_TEST(a_tmux_line_has_sixty_cells_at_most_and_no_format_in_it)
{
	char line[512];

	setup();
	fleet_fixture_health(
		&f,
		fleet_fixture_add(&f, "#(reboot)日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語", "", ""),
		OBSERVED_DOWN, REASON_RESET, 1000);
	snprintf(line, sizeof line, "%s", write_with("tmux", NULL));
	line[strcspn(line, "\n")] = '\0';
	ck_assert_int_le(text_width(line), REPORT_TMUX_CELLS + 1); // the doubled # is one cell in tmux
	ck_assert_ptr_nonnull(strstr(line, "1 down"));
	ck_assert_ptr_nonnull(strstr(line, "##(reboot)"));
	teardown();
}
END_TEST

START_TEST(an_empty_fleet_is_told_in_every_format)
{
	static const char *const formats[] = { "csv", "json", "jsonl", "nagios", "prom", "table", "tmux" };

	setup();
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		write_with(formats[i], NULL);
	ck_assert_ptr_nonnull(strstr(write_with("tmux", NULL), "no agents"));
	ck_assert_ptr_nonnull(strstr(write_with("nagios", NULL), "OPSCON UNKNOWN"));
	ck_assert(report_writer_find("xml") == NULL);
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		ck_assert_ptr_nonnull(strstr(report_formats(), formats[i]));
	teardown();
}
END_TEST

START_TEST(table_columns_line_up_with_wide_and_long_names)
{
	int column = -1;

	setup();
	fleet_fixture_health(&f, fleet_fixture_add(&f, "日本語", "guardian", ""), OBSERVED_UP, REASON_NONE, 61000);
	fleet_fixture_health(&f, fleet_fixture_add(&f, "a-name-that-is-much-longer-than-the-column-may-be", "x", ""),
			     OBSERVED_DOWN, REASON_CONNECT_REFUSED, 1000);
	write_with("table", NULL);
	for (char *rest = NULL, *line = strtok_r(out.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		const char *tier = strstr(line, "TIER");

		tier = tier ? tier : strstr(line, "guardian");
		if (!tier)
			continue;
		char before[256];

		snprintf(before, sizeof before, "%.*s", (int)(tier - line), line);
		ck_assert(column < 0 || column == text_width(before));
		column = text_width(before);
	}
	ck_assert_int_gt(column, 0);
	ck_assert_ptr_nonnull(strstr(write_with("table", NULL), "a-name-that-is-much-longer-than…"));
	ck_assert_ptr_nonnull(strstr(out.data, "connect_refused"));
	teardown();
}
END_TEST

START_TEST(a_selector_narrows_every_figure)
{
	struct selector *selector;
	char why[100];

	setup();
	fleet_fixture_health(&f, fleet_fixture_add(&f, "one", "guardian", ""), OBSERVED_UP, REASON_NONE, 1000);
	fleet_fixture_health(&f, fleet_fixture_add(&f, "two", "scale", ""), OBSERVED_DOWN, REASON_RESET, 1000);
	ck_assert_int_eq(selector_parse("tier=guardian", &selector, why, sizeof why), 0);
	write_with("json", selector);
	ck_assert_ptr_nonnull(strstr(out.data, "\"overall\":\"up\""));
	ck_assert_ptr_null(strstr(out.data, "\"two\""));
	selector_free(selector);
	teardown();
}
END_TEST

START_TEST(want_of_memory_is_an_error_in_every_format)
{
	static const char *const formats[] = { "csv", "json", "jsonl", "nagios", "prom", "table", "tmux" };

	setup();
	fleet_fixture_platform(&f);
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		const struct report report = { .fleet = f.fleet, .at_ms = FIXTURE_NOW_MS };
		struct bytes none;

		bytes_init(&none, REPORT_BYTES_MAX);
		mem_fail_after(0);
		ck_assert_int_eq(report_writer_find(formats[i])(&report, &none), -ENOMEM);
		mem_fail_after(-1);
		bytes_finish(&none);
	}
	teardown();
}
END_TEST

START_TEST(a_list_that_could_not_be_read_leaves_the_fleet_unknown)
{
	static const struct {
		const char *format, *text;
	} rows[] = {
		{ "json", "\"overall\":\"unknown\"" },
		{ "json", "\"sources_failed\":[{\"source\":\"http_sd:http://sd\",\"why\":\"connection refused\"}]," },
		{ "nagios", "OPSCON UNKNOWN - 1 of 1 up, 0 degraded, 0 down, 0 unknown; 1 list could not be read |" },
		{ "tmux", "● 1 up  ▲ 1 list unread\n" },
		{ "prom", "opscon_sources_failed 1\n" },
		{ "table",
		  "unknown: 1 up, 0 degraded, 0 down, 0 unknown; 1 in all; incomplete: 1 list could not be read" },
	};

	setup();
	fleet_fixture_health(&f, fleet_fixture_add(&f, "one", "", ""), OBSERVED_UP, REASON_NONE, HOUR_MS);
	ck_assert_ptr_nonnull(strstr(write_with("json", NULL), "\"sources_failed\":[],\"recordings_stopped\":[]}"));
	fleet_fixture_source(&f, "http_sd:http://sd", "connection refused", 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_msg(strstr(write_with(rows[i].format, NULL), rows[i].text), "%s", out.data);
	fleet_fixture_health(&f, fleet_fixture_add(&f, "two", "", ""), OBSERVED_DOWN, REASON_RESET, HOUR_MS);
	ck_assert_ptr_nonnull(strstr(write_with("nagios", NULL), "OPSCON CRITICAL"));
	teardown();
}
END_TEST

START_TEST(a_recording_that_stands_still_is_said_and_changes_nothing_else)
{
	setup();
	fleet_fixture_health(&f, fleet_fixture_add(&f, "one", "", ""), OBSERVED_UP, REASON_NONE, HOUR_MS);
	fleet_fixture_source(&f, "recording:/rec", "No space left on device", 0);
	ck_assert_ptr_nonnull(strstr(write_with("json", NULL), "\"overall\":\"up\""));
	ck_assert_ptr_nonnull(strstr(write_with("json", NULL),
				     "\"sources_failed\":[],\"recordings_stopped\":[{\"recording\":\"recording:/rec\","
				     "\"why\":\"No space left on device\"}]}"));
	ck_assert_ptr_nonnull(strstr(write_with("prom", NULL), "opscon_recordings_stopped 1\n"));
	teardown();
}
END_TEST

static const struct report_hub lost[] = { { "unix:/b.sock", "the connection was closed" } };

START_TEST(a_hub_that_is_away_leaves_nothing_up)
{
	static const struct {
		const char *format, *text;
	} table[] = {
		{ "table", "\nunknown: 1 up, 0 degraded, 0 down, 0 unknown; 1 in all; incomplete: 1 of 2 hubs away\n" },
		{ "json", "\"overall\":\"unknown\"" },
		{ "json", "\"hubs_away\":[{\"hub\":\"unix:/b.sock\",\"why\":\"the connection was closed\"}]}" },
		{ "nagios", "OPSCON UNKNOWN - 1 of 1 up, 0 degraded, 0 down, 0 unknown; 1 of 2 hubs away | " },
		{ "prom", "opscon_hubs_away 1\n" },
		{ "tmux", "● 1 up  ▲ 1 hub away\n" },
	};
	struct report report = { .at_ms = FIXTURE_NOW_MS, .away = lost, .n_away = 1, .n_hubs = 2, .has_unicode = true };
	struct fleet_counts counts;

	setup();
	report.fleet = f.fleet;
	fleet_fixture_health(&f, fleet_fixture_add(&f, "a", "", ""), OBSERVED_UP, REASON_NONE, 1000);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		bytes_reset(&out);
		ck_assert_int_eq(report_writer_find(table[i].format)(&report, &out), 0);
		ck_assert_msg(strstr(out.data, table[i].text), "%s: %s", table[i].format, out.data);
	}
	fleet_fixture_health(&f, fleet_fixture_add(&f, "b", "", ""), OBSERVED_DOWN, REASON_RESET, 1000);
	report_count(&report, &counts);
	ck_assert_int_eq(report_overall(&report, &counts), HEALTH_DOWN);
	teardown();
}
END_TEST

SUITE("report", where_a_whole_url_was_given_it_is_shown_whole, a_list_that_could_not_be_read_leaves_the_fleet_unknown,
      a_hub_that_is_away_leaves_nothing_up, a_recording_that_stands_still_is_said_and_changes_nothing_else,
      who_is_checked_for_the_first_time_is_named_so, who_is_paused_is_counted_apart,
      who_is_in_maintenance_is_counted_apart, the_worst_agent_is_the_overall_state_and_nobody_is_unknown,
      json_has_the_promised_keys_in_order, json_lines_have_a_line_an_agent, csv_quotes_and_defuses_formulas,
      prometheus_text_escapes_labels_and_marks_one_state, nagios_gets_one_line_with_performance_data,
      many_bad_agents_are_named_and_then_counted, a_tmux_line_has_sixty_cells_at_most_and_no_format_in_it,
      an_empty_fleet_is_told_in_every_format, table_columns_line_up_with_wide_and_long_names,
      a_selector_narrows_every_figure, want_of_memory_is_an_error_in_every_format)
