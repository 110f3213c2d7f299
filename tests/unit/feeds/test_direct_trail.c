// SPDX-License-Identifier: Apache-2.0
/* The audit trail as the direct feed hands it to whoever reads it. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/identity.h"
#include "tests/unit/feeds/live_fleet.h"

static struct live_fleet live;
static char root[64], dir[96];
static uv_async_t woken;

static void on_woken(uv_async_t *async)
{
	(void)async;
	audit_logger_dispatch(live.audit);
}

static void wake(void *ctx)
{
	uv_async_send(ctx);
}

static void set_up(void)
{
	struct audit_identity who;
	struct audit_logger_options options = { .who = &who, .dir = dir, .segment_bytes = 1 << 20, .wake = wake };

	snprintf(root, sizeof root, "/tmp/opscon-trail-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(dir, sizeof dir, "%s/audit", root);
	live_start(&live, 1);
	ck_assert_int_eq(uv_async_init(&live.loop, &woken, on_woken), 0);
	options.ctx = &woken;
	audit_identity_here(&who);
	ck_assert_int_eq(audit_logger_create(&options, clock_now(), &live.audit), 0);
	live.audit_dir = dir;
	live_open(&live, false);
	live_publish(&live, false);
}

static void tear_down(void)
{
	char command[160];

	live_stop_feed(&live);
	ck_assert_int_eq(audit_logger_destroy(live.audit), 0);
	uv_close((uv_handle_t *)&woken, NULL);
	live_finish(&live);
	snprintf(command, sizeof command, "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
}

static bool is_open(struct live_fleet *l, const void *arg)
{
	(void)arg;
	return audit_logger_state(l->audit)->status == AUDIT_LOGGER_WELL;
}

static int ask(enum request_type type)
{
	return live_request(&live, type, 0, 0, NULL);
}

static bool lists(struct live_fleet *l, const void *n)
{
	const struct audit_list *list = fleet_audit_list(l->fleet);

	return list && list->n >= *(const size_t *)n;
}

static bool is_checked(struct live_fleet *l, const void *arg)
{
	enum audit_check_state state = fleet_audit_check(l->fleet)->state;

	(void)arg;
	return state != AUDIT_CHECK_NEVER && state != AUDIT_CHECK_RUNNING;
}

static bool is_watched(struct live_fleet *l, const void *arg)
{
	(void)arg;
	return fleet_n_agents(l->fleet) == 1;
}

START_TEST(a_page_comes_and_another_when_there_is_more)
{
	const size_t one = 1, two = 2;

	set_up();
	live_until(&live, is_watched, NULL, "the agent");
	ck_assert_ptr_null(fleet_audit_list(live.fleet));
	ck_assert_int_eq(live_request(&live, REQUEST_PIN, 1, 0, "up"), 0);
	ck_assert_int_eq(ask(REQUEST_AUDIT_LIST), 0);
	live_until(&live, lists, &one, "a record");
	ck_assert_str_eq(fleet_audit_list(live.fleet)->entries[0].request, "pin");
	ck_assert_str_eq(fleet_audit_list(live.fleet)->dir, dir);
	ck_assert_str_eq(fleet_audit_list(live.fleet)->why, "");
	ck_assert_int_eq(live_request(&live, REQUEST_UNPIN, 0, 0, "up"), 0);
	live_until(&live, lists, &two, "another"); // nobody asked again
	ck_assert_str_eq(fleet_audit_list(live.fleet)->entries[0].request, "unpin");
	ck_assert_int_eq(ask(REQUEST_AUDIT_CLOSE), 0);
	tear_down();
}
END_TEST

START_TEST(it_is_verified_while_it_is_written)
{
	const size_t one = 1;

	set_up();
	live_until(&live, is_watched, NULL, "the agent");
	ck_assert_int_eq(fleet_audit_check(live.fleet)->state, AUDIT_CHECK_NEVER);
	ck_assert_int_eq(live_request(&live, REQUEST_PIN, 1, 0, "up"), 0);
	ck_assert_int_eq(ask(REQUEST_AUDIT_LIST), 0);
	live_until(&live, lists, &one, "a record");
	ck_assert_int_eq(ask(REQUEST_AUDIT_VERIFY), 0);
	ck_assert_int_eq(fleet_audit_check(live.fleet)->state, AUDIT_CHECK_RUNNING);
	ck_assert_int_eq(ask(REQUEST_AUDIT_VERIFY), -EBUSY);
	live_until(&live, is_checked, NULL, "a verdict");
	ck_assert_uint_ge(fleet_audit_check(live.fleet)->n_checked, 2);
	ck_assert_int_gt(fleet_audit_check(live.fleet)->at_ms, 0);
	// Whether a checkpoint has been written yet is a matter of time.
	ck_assert(fleet_audit_check(live.fleet)->state == AUDIT_CHECK_SOUND ||
		  fleet_audit_check(live.fleet)->state == AUDIT_CHECK_UNSIGNED);
	tear_down();
}
END_TEST

START_TEST(what_was_changed_is_found_with_its_place)
{
	const size_t one = 1;
	char path[160];
	FILE *file;

	set_up();
	live_until(&live, is_watched, NULL, "the agent");
	ck_assert_int_eq(live_request(&live, REQUEST_PIN, 1, 0, "up"), 0);
	ck_assert_int_eq(ask(REQUEST_AUDIT_LIST), 0);
	live_until(&live, lists, &one, "a record");
	snprintf(path, sizeof path, "%s/audit-000001.jsonl", dir);
	file = fopen(path, "r+");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fseek(file, 5, SEEK_SET), 0);
	fputc('#', file);
	fclose(file);
	ck_assert_int_eq(ask(REQUEST_AUDIT_VERIFY), 0);
	live_until(&live, is_checked, NULL, "a verdict");
	ck_assert_int_eq(fleet_audit_check(live.fleet)->state, AUDIT_CHECK_BAD);
	ck_assert_ptr_nonnull(strstr(fleet_audit_check(live.fleet)->why, "audit-000001.jsonl line 1"));
	tear_down();
}
END_TEST

START_TEST(a_trail_that_is_gone_is_said)
{
	const size_t none = 0;
	char command[160];

	set_up();
	live_until(&live, is_watched, NULL, "the agent");
	live_until(&live, is_open, NULL, "the trail"); // its thread makes it
	snprintf(command, sizeof command, "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(ask(REQUEST_AUDIT_LIST), 0);
	live_until(&live, lists, &none, "an empty page");
	ck_assert_ptr_nonnull(strstr(fleet_audit_list(live.fleet)->why, "No such file"));
	ck_assert_int_eq(ask(REQUEST_AUDIT_VERIFY), 0);
	live_until(&live, is_checked, NULL, "a verdict");
	ck_assert_int_eq(fleet_audit_check(live.fleet)->state, AUDIT_CHECK_FAILED);
	tear_down();
}
END_TEST

static struct {
	uint64_t seq;
	char hash[PLAN_HASH_HEX + 1], why[80];
	size_t n;
} head;

static void note_head(void *ctx, const struct event *event)
{
	(void)ctx;
	if (event->type != EVENT_AUDIT_HEAD)
		return;
	head.seq = event->u.audit_head.seq;
	memcpy(head.hash, event->u.audit_head.hash, sizeof head.hash);
	snprintf(head.why, sizeof head.why, "%s", event->u.audit_head.why);
	head.n++;
}

static bool has_head(struct live_fleet *l, const void *n)
{
	(void)l;
	return head.n == *(const size_t *)n;
}

START_TEST(a_records_hash_is_found_by_its_number)
{
	const size_t one = 1, two = 2;
	char number[32];
	int sink;

	set_up();
	memset(&head, 0, sizeof head);
	sink = broadcaster_subscribe(live.broadcaster, 1U << CHANNEL_METRICS, note_head, NULL);
	live_until(&live, is_watched, NULL, "the agent");
	ck_assert_int_eq(live_request(&live, REQUEST_PIN, 1, 0, "up"), 0);
	ck_assert_int_eq(ask(REQUEST_AUDIT_LIST), 0);
	live_until(&live, lists, &one, "a record");
	snprintf(number, sizeof number, "%llu", (unsigned long long)audit_logger_state(live.audit)->n_records);
	ck_assert_int_eq(live_request(&live, REQUEST_AUDIT_HASH, 0, 0, number), 0);
	live_until(&live, has_head, &one, "its hash");
	ck_assert_str_eq(head.hash, audit_logger_state(live.audit)->head);
	ck_assert_str_eq(head.why, "");
	ck_assert_int_eq(live_request(&live, REQUEST_AUDIT_HASH, 0, 0, "4711"), 0);
	live_until(&live, has_head, &two, "that there is none");
	ck_assert_uint_eq(head.seq, 4711);
	ck_assert_str_eq(head.hash, "");
	ck_assert_str_eq(head.why, "it does not stand there yet");
	ck_assert_int_eq(live_request(&live, REQUEST_AUDIT_HASH, 0, 0, "one"), -EINVAL);
	ck_assert_int_eq(live_request(&live, REQUEST_AUDIT_HASH, 0, 0, "1x"), -EINVAL);
	for (int i = 0; i < 64; i++) {
		snprintf(number, sizeof number, "%d", 100 + i);
		ck_assert_int_eq(live_request(&live, REQUEST_AUDIT_HASH, 0, 0, number), 0);
	}
	ck_assert_int_eq(live_request(&live, REQUEST_AUDIT_HASH, 0, 0, "100"), 0);    // that one is on its way
	ck_assert_int_eq(live_request(&live, REQUEST_AUDIT_HASH, 0, 0, "1"), -EBUSY); // they end with the feed
	broadcaster_unsubscribe(live.broadcaster, sink);
	tear_down();
}
END_TEST

// The feed ends once they have.
START_TEST(jobs_under_way_do_not_outlive_the_feed)
{
	set_up();
	ck_assert_int_eq(ask(REQUEST_AUDIT_LIST), 0);
	ck_assert_int_eq(ask(REQUEST_AUDIT_LIST), 0); // one at a time
	ck_assert_int_eq(ask(REQUEST_AUDIT_VERIFY), 0);
	tear_down();
}
END_TEST

START_TEST(without_a_trail_there_is_none_to_read)
{
	live_start(&live, 1);
	live_open(&live, false);
	ck_assert_int_eq(ask(REQUEST_AUDIT_LIST), -ENOTSUP);
	ck_assert_int_eq(ask(REQUEST_AUDIT_VERIFY), -ENOTSUP);
	ck_assert_int_eq(ask(REQUEST_AUDIT_CLOSE), 0);
	ck_assert_int_eq(live_request(&live, REQUEST_AUDIT_HASH, 0, 0, "1"), -ENOTSUP);
	live_stop_feed(&live);
	live_finish(&live);
}
END_TEST

SUITE("direct trail", a_page_comes_and_another_when_there_is_more, it_is_verified_while_it_is_written,
      what_was_changed_is_found_with_its_place, a_trail_that_is_gone_is_said, a_records_hash_is_found_by_its_number,
      jobs_under_way_do_not_outlive_the_feed, without_a_trail_there_is_none_to_read)
