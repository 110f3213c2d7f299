// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "audit/list.h"
#include "audit/record.h"
#include "base/memory.h"
#include "tests/unit/audit/trail.h"

static struct trail trail;

static void put_full_record(void)
{
	const struct audit_field before[] = { { "state", audit_text("active") }, { "held", audit_truth(false) } };
	const struct audit_field after[] = { { "state", audit_text("ack\033[2J") }, { "held", audit_truth(true) } };
	const struct audit_field details[] = {
		{ "request", audit_text("acknowledge") },
		{ "alert", audit_number(-12) },
		{ "token", audit_secret() },
	};
	const struct audit_record record = {
		.phase = AUDIT_EVENT,
		.action = AUDIT_UPDATE,
		.level = AUDIT_WARNING,
		.result = AUDIT_REFUSED,
		.resource_kind = "alert",
		.resource_id = "agent_down",
		.reason = "two\nlines",
		.error = "not allowed",
		.correlation = "op-7",
		.before = { before, 2 },
		.after = { after, 2 },
		.details = { details, 3 },
	};

	ck_assert_int_eq(trail_put(&trail, &record), 0);
}

static int read_list(struct audit_list *list, size_t limit)
{
	struct audit_trouble trouble = { 0 };
	int r = audit_list_read(trail.dir, limit, list, &trouble);

	ck_assert_int_eq(r, trouble.error);
	return r;
}

START_TEST(a_record_is_told_in_words)
{
	struct audit_list list;
	const struct audit_entry *entry;

	trail_init(&trail);
	ck_assert_int_eq(trail_open(&trail), 0);
	put_full_record();
	trail_close(&trail);
	ck_assert_int_eq(read_list(&list, 10), 0);
	ck_assert_uint_eq(list.n, 1); // the segment's own line is none
	entry = &list.entries[0];
	ck_assert_uint_eq(entry->seq, 2);
	ck_assert_int_eq(entry->at_ms / 1000 - TRAIL_NOW < 10, 1);
	ck_assert_int_ge(entry->at_ms / 1000, TRAIL_NOW);
	ck_assert_str_eq(entry->phase, "event");
	ck_assert_str_eq(entry->action, "update");
	ck_assert_str_eq(entry->level, "warning");
	ck_assert_str_eq(entry->result, "refused");
	ck_assert_str_eq(entry->request, "acknowledge");
	ck_assert_str_eq(entry->resource, "alert/agent_down");
	ck_assert_str_eq(entry->error, "not allowed");
	ck_assert_str_eq(entry->correlation, "op-7");
	ck_assert_str_eq(entry->before, "state: active; held: no");
	ck_assert_str_eq(entry->after, "state: ack^[[2J; held: yes");
	ck_assert_str_eq(entry->details, "alert: -12; token: (secret)");
	ck_assert_ptr_null(strchr(entry->reason, '\n'));
	ck_assert_ptr_nonnull(strstr(entry->reason, "two"));
	audit_list_finish(&list);
	trail_finish(&trail);
}
END_TEST

START_TEST(the_newest_come_first_and_no_more_than_asked_for)
{
	struct audit_list list;

	trail_init(&trail);
	trail.options.segment_bytes = 8000;
	trail_fill(&trail, 60);
	ck_assert_int_eq(read_list(&list, 20), 0);
	ck_assert_uint_eq(list.n, 20);
	for (size_t i = 0; i + 1 < list.n; i++)
		ck_assert_uint_gt(list.entries[i].seq, list.entries[i + 1].seq);
	audit_list_finish(&list);
	ck_assert_int_eq(read_list(&list, AUDIT_LIST_MAX), 0);
	ck_assert_uint_eq(list.n, 60);
	audit_list_finish(&list);
	trail_finish(&trail);
}
END_TEST

START_TEST(what_is_no_record_is_counted_and_what_is_not_there_is_said)
{
	static const char bare[] = "{\"details\":{\"a\":[1]}}\n{\"seq\":-1,\"at\":\"2026\",\"who\":7,\"details\":[]}\n"
				   "nothing\n";
	struct audit_list list;

	trail_init(&trail);
	ck_assert_int_eq(read_list(&list, 10), -ENOENT);
	ck_assert_uint_eq(list.n, 0);
	trail_fill(&trail, 1);
	trail_write(&trail, "audit-000009.jsonl", bare, sizeof bare - 1);
	ck_assert_int_eq(read_list(&list, 2), 0);
	ck_assert_uint_eq(list.n, 2);
	ck_assert_uint_eq(list.n_unreadable, 1);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(list.entries[i].seq, 0);
		ck_assert_int_eq(list.entries[i].at_ms, 0);
		ck_assert_str_eq(list.entries[i].user, "");
	}
	ck_assert_str_eq(list.entries[0].details, "");
	ck_assert_str_eq(list.entries[1].details, "a: "); // no list is written by us
	audit_list_finish(&list);
	trail_finish(&trail);
}
END_TEST

START_TEST(want_of_memory_is_said)
{
	struct audit_list list;
	long n = 0;
	int r;

	trail_init(&trail);
	ck_assert_int_eq(trail_open(&trail), 0);
	put_full_record();
	trail_close(&trail);
	do {
		mem_fail_after(n++);
		r = read_list(&list, 10);
		mem_fail_after(-1);
		ck_assert_msg(r == 0 || r == -ENOMEM, "%ld: %d", n, r);
	} while (r < 0);
	ck_assert_int_gt(n, 5);
	audit_list_finish(&list);
	trail_finish(&trail);
}
END_TEST

SUITE("audit list", a_record_is_told_in_words, the_newest_come_first_and_no_more_than_asked_for,
      what_is_no_record_is_counted_and_what_is_not_there_is_said, want_of_memory_is_said)
