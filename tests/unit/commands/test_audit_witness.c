// SPDX-License-Identifier: Apache-2.0
/* An attached console as a witness: what it asks, and what it raises. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "commands/audit_witness.h"
#include "opscon/audit.h"
#include "opscon/broadcaster.h"
#include "opscon/feed.h"

static struct audit_witness witness;
static struct broadcaster *broadcaster;
static char dir[64], asked[32], said[300];
static size_t n_asked, n_said, n_changes;

static int on_request(struct feed *feed, const struct request *request)
{
	(void)feed;
	ck_assert_int_eq(request->type, REQUEST_AUDIT_HASH);
	snprintf(asked, sizeof asked, "%s", request->text);
	n_asked++;
	return 0;
}

static const struct feed_class class = { .name = "fake", .request = on_request };
static struct feed feed = { .class = &class };

static void on_event(void *ctx, const struct event *event)
{
	(void)ctx;
	if (event->type != EVENT_NOTICE)
		return;
	n_said++;
	snprintf(said, sizeof said, "%d %s: %s", event->u.notice.severity, event->u.notice.title, event->u.notice.text);
}

static void on_changed(void *ctx)
{
	(void)ctx;
	n_changes++;
}

static void start(const char *state_dir)
{
	audit_witness_start(&witness, state_dir, broadcaster);
	witness.feed = &feed;
	witness.changed = on_changed;
}

static void begin(void)
{
	strcpy(dir, "/tmp/opscon-witness-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(broadcaster_create(100, &broadcaster), 0);
	ck_assert_int_gt(broadcaster_subscribe(broadcaster, ~0U, on_event, NULL), 0);
	n_asked = n_said = n_changes = 0;
	start(dir);
}

static void end(void)
{
	char command[128];

	audit_witness_stop(&witness);
	broadcaster_destroy(broadcaster);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *hash(char fill)
{
	static char hex[4][AUDIT_HASH_HEX + 1];
	static unsigned next;
	char *out = hex[next++ % 4];

	memset(out, fill, AUDIT_HASH_HEX);
	return out;
}

static void greet(uint8_t no, const char *name, uint64_t n, char fill)
{
	audit_witness_hear(&witness, no, name,
			   &(struct witness_sight){ .n = n, .head = hash(fill), .key = "", .at_ms = 1000 });
}

static void tell_why(uint8_t origin, uint64_t seq, const char *text, const char *why, bool is_newest)
{
	struct event *event = event_new(EVENT_AUDIT_HEAD, 2000, 0);

	event->origin = origin;
	event->u.audit_head.seq = seq;
	snprintf(event->u.audit_head.hash, sizeof event->u.audit_head.hash, "%s", text);
	event->u.audit_head.why = mem_strdup(why);
	event->u.audit_head.is_newest = is_newest;
	broadcaster_publish(broadcaster, event);
}

static void tell(uint8_t origin, uint64_t seq, const char *text, bool is_newest)
{
	tell_why(origin, seq, text, "", is_newest);
}

START_TEST(a_trail_that_grows_is_followed_in_silence)
{
	begin();
	greet(1, "ws://a", 10, 'a');
	tell(1, 20, hash('b'), true);
	ck_assert_str_eq(asked, "10");
	tell(1, 10, hash('a'), false);
	tell(2, 1, hash('f'), true); // of a hub that has not said what it is
	audit_witness_stop(&witness);
	start(dir); // another day
	greet(1, "ws://a", 20, 'b');
	ck_assert_uint_eq(n_asked, 1);
	ck_assert_uint_eq(n_said, 0);
	ck_assert_str_eq(witness.banner, "");
	end();
}
END_TEST

START_TEST(a_trail_that_is_another_is_an_alarm_that_stays)
{
	begin();
	greet(1, "ws://a", 10, 'a');
	greet(1, "ws://a", 20, 'b'); // it came back with more
	tell(1, 10, hash('c'), false);
	ck_assert_uint_eq(n_said, 1);
	ck_assert_ptr_nonnull(
		strstr(said, "the audit trail of a hub was tampered with: ws://a: its audit trail is not"));
	ck_assert_int_eq(said[0], '0' + SEVERITY_CRITICAL);
	ck_assert_ptr_nonnull(strstr(witness.banner, "audit: ws://a"));
	ck_assert_uint_eq(n_changes, 1);
	greet(1, "ws://a", 21, 'b'); // again and again: it is said once
	tell(1, 10, hash('c'), false);
	ck_assert_uint_eq(n_said, 1);
	greet(2, "ws://b", 10, 'a');
	greet(2, "ws://b", 9, 'a'); // another one, too; the first stays in sight
	ck_assert_uint_eq(n_said, 2);
	ck_assert_ptr_nonnull(strstr(said, "ws://b: records of its audit trail are missing"));
	ck_assert_ptr_nonnull(strstr(witness.banner, "ws://a"));
	end();
}
END_TEST

START_TEST(what_a_hub_says_later_counts_as_well)
{
	begin();
	audit_witness_hear(&witness, 1, "ws://a", NULL);
	tell(1, 10, hash('a'), true);
	tell(1, 9, hash('b'), true);
	ck_assert_uint_eq(n_said, 1);
	end();
}
END_TEST

START_TEST(what_cannot_be_compared_is_said)
{
	begin();
	greet(1, "ws://a", 10, 'a');
	greet(1, "ws://a", 9000, 'b');
	tell_why(1, 10, "", AUDIT_HEAD_GONE, false);
	ck_assert_int_eq(said[0], '0' + SEVERITY_WARNING);
	ck_assert_ptr_nonnull(strstr(said, "cannot be compared"));
	ck_assert_str_eq(witness.banner, "");
	end();
}
END_TEST

START_TEST(what_is_not_told_is_said_once_and_not_forgotten)
{
	begin();
	greet(1, "ws://a", 10, 'a');
	for (uint64_t n = 20; n < 23; n++) {
		tell(1, n, hash('b'), true);
		ck_assert_str_eq(asked, "10");
		tell_why(1, 10, "", "it cannot be read", false);
	}
	ck_assert_uint_eq(n_said, 1);
	ck_assert_ptr_nonnull(
		strstr(said, "cannot be compared: ws://a: record 10 of its audit trail is not told: it cannot"));
	tell(1, 23, hash('b'), true);
	tell(1, 10, hash('a'), false); // it could, at last
	tell(1, 24, hash('b'), true);
	ck_assert_str_eq(asked, "23");
	tell_why(1, 23, "", NULL, false);
	ck_assert_uint_eq(n_said, 2);
	end();
}
END_TEST

// A second console of the same user, which the hub tells another story.
START_TEST(another_trail_told_to_another_console_is_an_alarm)
{
	struct audit_witness second = { 0 };
	const struct witness_sight sight = { .n = 20, .head = hash('c'), .key = "", .at_ms = 1000 };

	begin();
	greet(1, "ws://a", 10, 'a');
	audit_witness_start(&second, dir, broadcaster);
	audit_witness_hear(&second, 1, "ws://a", &sight);
	ck_assert_uint_eq(n_asked, 0); // it has no feed
	tell(1, 10, hash('a'), false);
	greet(1, "ws://a", 20, 'b');
	tell(1, 10, hash('a'), false);
	ck_assert_str_eq(asked, "20");
	ck_assert_uint_eq(n_said, 0);
	tell(1, 20, hash('b'), false);
	ck_assert_uint_eq(n_said, 1);
	ck_assert_ptr_nonnull(strstr(witness.banner, "not the one that another console here was told of"));
	audit_witness_stop(&second);
	end();
}
END_TEST

START_TEST(without_a_place_to_remember_it_remembers_for_now)
{
	begin();
	audit_witness_stop(&witness);
	start(NULL);
	greet(1, "ws://a", 10, 'a');
	greet(1, "ws://a", 9, 'a');
	ck_assert_uint_eq(n_said, 1);
	for (uint8_t no = 2; no < AUDIT_WITNESS_HUBS_MAX + 5; no++)
		greet(no, "ws://b", 10, 'a');
	ck_assert_uint_eq(witness.n_hubs, AUDIT_WITNESS_HUBS_MAX);
	end();
}
END_TEST

START_TEST(a_file_that_is_none_of_ours_is_an_alarm_and_no_more)
{
	char path[96];
	FILE *file;

	begin();
	audit_witness_stop(&witness);
	snprintf(path, sizeof path, "%s/witness", dir);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs("hello\n", file);
	fclose(file);
	start(dir);
	ck_assert_ptr_nonnull(strstr(said, "are not compared with what was seen: line 1"));
	greet(1, "ws://a", 10, 'a');
	tell(1, 20, hash('b'), true);
	ck_assert_uint_eq(n_asked, 0);
	end();
}
END_TEST

START_TEST(what_a_hub_refuses_is_not_waited_for)
{
	begin();
	greet(1, "ws://a", 10, 'a');
	tell(1, 20, hash('b'), true);
	ck_assert_uint_eq(witness.n_asked, 1);
	audit_witness_refused(&witness);
	ck_assert_uint_eq(witness.n_asked, 0);
	audit_witness_refused(&witness); // what nobody has asked
	ck_assert_uint_eq(witness.n_asked, 0);
	ck_assert_uint_eq(n_said, 0);
	end();
}
END_TEST

SUITE("audit witness", a_trail_that_grows_is_followed_in_silence, what_a_hub_refuses_is_not_waited_for,
      a_trail_that_is_another_is_an_alarm_that_stays, what_a_hub_says_later_counts_as_well,
      what_cannot_be_compared_is_said, what_is_not_told_is_said_once_and_not_forgotten,
      another_trail_told_to_another_console_is_an_alarm, without_a_place_to_remember_it_remembers_for_now,
      a_file_that_is_none_of_ours_is_an_alarm_and_no_more)
