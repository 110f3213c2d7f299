// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>

#include "opscon/alert.h"
#include "opscon/event.h"
#include "opscon/feed.h"
#include "opscon/progress.h"

START_TEST(fifteen_statuses_in_five_groups)
{
	static const struct {
		const char *name;
		enum status_group group;
	} table[] = {
		{ "healthy", STATUS_GROUP_GREEN },   { "success", STATUS_GROUP_GREEN },
		{ "online", STATUS_GROUP_GREEN },    { "active", STATUS_GROUP_GREEN },
		{ "degraded", STATUS_GROUP_YELLOW }, { "warning", STATUS_GROUP_YELLOW },
		{ "working", STATUS_GROUP_YELLOW },  { "pending", STATUS_GROUP_YELLOW },
		{ "critical", STATUS_GROUP_RED },    { "error", STATUS_GROUP_RED },
		{ "failed", STATUS_GROUP_RED },      { "offline", STATUS_GROUP_RED },
		{ "info", STATUS_GROUP_BLUE },       { "unknown", STATUS_GROUP_GREY },
		{ "stopped", STATUS_GROUP_GREY },
	};

	ck_assert_uint_eq(sizeof table / sizeof table[0], STATUS_COUNT);
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		enum status status = status_from_name(table[i].name);

		ck_assert_str_eq(status_name(status), table[i].name);
		ck_assert_int_eq(status_group(status), table[i].group);
	}
}
END_TEST

START_TEST(status_words_match_in_any_case_and_others_are_unrecognised)
{
	ck_assert_int_eq(status_from_name("HeaLTHy"), STATUS_HEALTHY);
	ck_assert_int_eq(status_from_name("bogus"), STATUS_UNRECOGNISED);
	ck_assert_int_eq(status_from_name(""), STATUS_UNRECOGNISED);
	ck_assert_int_eq(status_from_name(NULL), STATUS_UNRECOGNISED);
	ck_assert_str_eq(status_name(STATUS_UNRECOGNISED), "unrecognised");
	ck_assert_int_eq(status_group(STATUS_UNRECOGNISED), STATUS_GROUP_GREY);
}
END_TEST

START_TEST(every_enumeration_has_a_word_for_every_value)
{
	enum agent_dialect dialect;
	enum metric_unit unit;
	enum severity severity;
	enum health_state state;
	enum request_type request;

	for (int i = 0; i < REASON_COUNT; i++) {
		ck_assert_str_ne(reason_name((enum reason)i), "?");
		ck_assert_str_ne(reason_text((enum reason)i), "?");
	}
	for (int i = 0; i < EVENT_TYPE_COUNT; i++)
		ck_assert_str_ne(event_type_name((enum event_type)i), "?");
	for (int i = 0; i < REQUEST_TYPE_COUNT; i++) {
		ck_assert_int_eq(request_type_from_name(request_type_name((enum request_type)i), &request), 0);
		ck_assert_int_eq(request, i);
	}
	ck_assert_int_lt(request_type_from_name("no such request", &request), 0);
	for (int i = 0; i < APPROVAL_STATE_COUNT; i++)
		ck_assert_str_ne(approval_state_name((enum approval_state)i), "?");
	for (int i = 0; i < CHANNEL_COUNT; i++)
		ck_assert_str_ne(channel_name((enum channel)i), "?");
	for (int i = 0; i < ALERT_STATE_COUNT; i++)
		ck_assert_str_ne(alert_state_name((enum alert_state)i), "?");
	for (int i = 0; i <= FEED_REFUSED; i++)
		ck_assert_str_ne(feed_state_name((enum feed_state)i), "?");
	for (int i = 0; i < DIALECT_COUNT; i++) {
		ck_assert_int_eq(dialect_from_name(dialect_name((enum agent_dialect)i), &dialect), 0);
		ck_assert_int_eq(dialect, i);
	}
	for (int i = 0; i < UNIT_COUNT; i++) {
		ck_assert_int_eq(metric_unit_from_name(metric_unit_name((enum metric_unit)i), &unit), 0);
		ck_assert_int_eq(unit, i);
	}
	for (int i = 0; i < SEVERITY_COUNT; i++) {
		ck_assert_int_eq(severity_from_name(severity_name((enum severity)i), &severity), 0);
		ck_assert_int_eq(severity, i);
	}
	for (int i = 0; i < HEALTH_STATE_COUNT; i++) {
		ck_assert_int_eq(health_state_from_name(health_state_name((enum health_state)i), &state), 0);
		ck_assert_int_eq(state, i);
	}
}
END_TEST

START_TEST(unknown_words_are_refused_and_wild_values_have_a_word)
{
	enum agent_dialect dialect;
	enum metric_unit unit;
	enum severity severity;
	enum health_state state;
	enum time_range range;

	ck_assert_int_eq(dialect_from_name("x", &dialect), -EINVAL);
	ck_assert_int_eq(metric_unit_from_name("x", &unit), -EINVAL);
	ck_assert_int_eq(severity_from_name(NULL, &severity), -EINVAL);
	ck_assert_int_eq(health_state_from_name("", &state), -EINVAL);
	ck_assert_int_eq(time_range_from_name("2h", &range), -EINVAL);
	ck_assert_str_eq(reason_name(REASON_COUNT), "?");
	ck_assert_str_eq(reason_text(REASON_COUNT), "?");
	ck_assert_str_eq(time_range_name(RANGE_COUNT), "?");
	ck_assert_int_eq(time_range_ms(RANGE_COUNT), 3600000);
}
END_TEST

START_TEST(seven_action_types_and_five_step_states)
{
	static const char *const actions[] = { "create", "start", "update", "delete", "error", "stop", "info" };
	static const char *const steps[] = { "pending", "current", "completed", "error", "skipped" };

	ck_assert_int_eq(ACTION_TYPE_COUNT, 7);
	ck_assert_int_eq(STEP_STATE_COUNT, 5);
	for (int i = 0; i < 7; i++) {
		ck_assert_str_eq(action_type_name((enum action_type)i), actions[i]);
		ck_assert_int_eq(action_type_from_name(actions[i]), i);
	}
	for (int i = 0; i < 5; i++)
		ck_assert_str_eq(step_state_name((enum step_state)i), steps[i]);
	ck_assert_int_eq(action_type_from_name("dance"), ACTION_TYPE_COUNT);
}
END_TEST

START_TEST(six_time_ranges)
{
	static const struct {
		const char *name;
		int64_t minutes;
	} table[] = { { "5m", 5 }, { "15m", 15 }, { "1h", 60 }, { "24h", 1440 }, { "7d", 10080 }, { "30d", 43200 } };
	enum time_range range;

	ck_assert_int_eq(RANGE_COUNT, 6);
	for (int i = 0; i < RANGE_COUNT; i++) {
		ck_assert_int_eq(time_range_from_name(table[i].name, &range), 0);
		ck_assert_str_eq(time_range_name(range), table[i].name);
		ck_assert_int_eq(time_range_ms(range), table[i].minutes * 60000);
	}
}
END_TEST

START_TEST(only_our_own_faults_give_no_judgement)
{
	for (int i = 0; i < REASON_COUNT; i++)
		ck_assert_int_eq(reason_is_ours((enum reason)i), i == REASON_PROBER_OVERLOAD || i == REASON_OFFLINE);
}
END_TEST

SUITE("names", fifteen_statuses_in_five_groups, status_words_match_in_any_case_and_others_are_unrecognised,
      every_enumeration_has_a_word_for_every_value, unknown_words_are_refused_and_wild_values_have_a_word,
      seven_action_types_and_five_step_states, six_time_ranges, only_our_own_faults_give_no_judgement)
