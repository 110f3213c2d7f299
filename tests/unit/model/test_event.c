// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include "base/memory.h"
#include "opscon/event.h"

START_TEST(every_type_has_its_channel)
{
	static const enum channel table[EVENT_TYPE_COUNT] = {
		[EVENT_AGENT_ADDED] = CHANNEL_AGENTS,   [EVENT_AGENT_CHANGED] = CHANNEL_AGENTS,
		[EVENT_AGENT_REMOVED] = CHANNEL_AGENTS, [EVENT_AGENT_HEALTH] = CHANNEL_AGENTS,
		[EVENT_AGENT_PROBED] = CHANNEL_METRICS, [EVENT_SERIES_DEFINED] = CHANNEL_METRICS,
		[EVENT_METRICS] = CHANNEL_METRICS,      [EVENT_SCRAPE] = CHANNEL_METRICS,
		[EVENT_ALERT] = CHANNEL_ALERTS,         [EVENT_PROGRESS] = CHANNEL_OPERATIONS,
		[EVENT_LIFECYCLE] = CHANNEL_OPERATIONS, [EVENT_PLAN] = CHANNEL_OPERATIONS,
		[EVENT_OPERATION] = CHANNEL_OPERATIONS, [EVENT_ACTION] = CHANNEL_AUDIT,
		[EVENT_NOTICE] = CHANNEL_SYSTEM,        [EVENT_FEED] = CHANNEL_SYSTEM,
		[EVENT_SOURCE] = CHANNEL_SYSTEM,        [EVENT_AUDIT_LIST] = CHANNEL_METRICS,
		[EVENT_AUDIT_CHECK] = CHANNEL_METRICS,  [EVENT_SNAPSHOT] = CHANNEL_SYSTEM,
		[EVENT_TIMELINE] = CHANNEL_SYSTEM,      [EVENT_POINTS] = CHANNEL_METRICS,
		[EVENT_PRESENCE] = CHANNEL_SYSTEM,      [EVENT_LEASE] = CHANNEL_OPERATIONS,
		[EVENT_APPROVAL] = CHANNEL_OPERATIONS,  [EVENT_AUDIT_HEAD] = CHANNEL_METRICS,
	};

	for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
		struct event *event = event_new((enum event_type)i, 7, 3);

		ck_assert_int_eq(event->channel, table[i]);
		ck_assert_int_eq(event->at_ms, 7);
		ck_assert_uint_eq(event->agent, 3);
		event_unref(event);
	}
}
END_TEST

START_TEST(an_event_frees_what_it_owns)
{
	// Run under AddressSanitizer and valgrind, this is the test that nothing is left behind.
	struct event *alert = event_new(EVENT_ALERT, 0, 1);
	struct event *scrape = event_new(EVENT_SCRAPE, 0, 1);
	struct event *progress = event_new(EVENT_PROGRESS, 0, 0);
	struct event *probed = event_new(EVENT_AGENT_PROBED, 0, 1);

	alert->u.alert.rule = mem_strdup("r");
	alert->u.alert.note = mem_strdup("n");
	scrape->u.scrape.rows = mem_calloc(1, sizeof(struct scrape_row));
	scrape->u.scrape.rows[0].series = mem_strdup("up");
	scrape->u.scrape.rows[0].type = "gauge";
	scrape->u.scrape.n_rows = 1;
	progress->u.progress.steps = mem_calloc(1, sizeof(struct progress_step));
	progress->u.progress.steps[0].label = mem_strdup("l");
	progress->u.progress.n_steps = 1;
	probed->u.probed.checks = mem_calloc(1, sizeof(struct health_check));
	probed->u.probed.checks[0].name = mem_strdup("db");
	probed->u.probed.n_checks = 1;
	ck_assert_ptr_eq(event_ref(alert), alert);
	event_unref(alert);
	event_unref(alert);
	event_unref(scrape);
	event_unref(progress);
	event_unref(probed);
	event_unref(NULL);
}
END_TEST

START_TEST(no_memory_no_event)
{
	mem_fail_after(0);
	ck_assert_ptr_null(event_new(EVENT_FEED, 0, 0));
	mem_fail_after(-1);
}
END_TEST

SUITE("event", every_type_has_its_channel, an_event_frees_what_it_owns, no_memory_no_event)
