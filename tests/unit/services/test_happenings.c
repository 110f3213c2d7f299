// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "services/happenings.h"

enum { BEGAN_MS = 1000000, WALL_MS = 1764133200 };

static struct happenings h;
static struct instant now;
static char told[8192];  // "agent title: text|"
static char looks[2048]; // "agent@ms "
static size_t n_told;
static struct happening_item last;
static bool forgets; // whoever is told

static void tell(void *ctx, const struct happening_item *item)
{
	size_t n = strlen(told);

	(void)ctx;
	snprintf(told + n, sizeof told - n, "%u %s%s%s|", item->agent, item->title, item->text[0] ? ": " : "",
		 item->text);
	last = *item;
	n_told++;
	if (forgets && item->agent)
		happenings_forget(&h, item->agent);
}

static void look(void *ctx, uint32_t agent)
{
	size_t n = strlen(looks);

	(void)ctx;
	snprintf(looks + n, sizeof looks - n, "%u@%lld ", agent, (long long)(now.mono_ms - BEGAN_MS));
}

static const char *name_of(void *ctx, uint32_t agent)
{
	static char name[16];

	(void)ctx;
	snprintf(name, sizeof name, "web-%u", agent);
	return name;
}

static void set_up(void)
{
	happenings_init(&h, &(struct happenings_sink){ .tell = tell, .look = look, .name = name_of });
	now = (struct instant){ .mono_ms = BEGAN_MS, .wall_ms = (int64_t)WALL_MS * 1000 };
	told[0] = looks[0] = '\0';
	n_told = 0;
	forgets = false;
}

// Time goes on to whatever is due on the way.
static void pass(int64_t ms)
{
	const int64_t end_ms = now.mono_ms + ms;

	while (happenings_deadline(&h) <= end_ms) {
		int64_t at_ms = happenings_deadline(&h);

		now = instant_add(now, at_ms > now.mono_ms ? at_ms - now.mono_ms : 0);
		happenings_tick(&h, now);
		ck_assert_msg(happenings_deadline(&h) > now.mono_ms, "what was due is done");
	}
	now = instant_add(now, end_ms - now.mono_ms);
}

static void happen_to(uint32_t agent, enum driver_happening what, int64_t code, const char *detail)
{
	struct driver_news news = { .agent = agent, .what = what, .at_ms = now.wall_ms - 5, .exit_code = code };

	snprintf(news.detail, sizeof news.detail, "%s", detail);
	ck_assert_int_eq(happenings_take(&h, &news, now), 0);
}

static void happen(enum driver_happening what)
{
	happen_to(1, what, -1, "");
}

static void die(int64_t code)
{
	happen_to(1, HAPPENED_ENDED, code, "");
}

START_TEST(a_death_is_told_within_a_second_with_its_time_and_reason)
{
	int64_t at_ms;

	set_up();
	at_ms = now.wall_ms - 5;
	happen(HAPPENED_OUT_OF_MEMORY);
	die(137);
	pass(HAPPENINGS_END_MS - 1);
	ck_assert_uint_eq(n_told, 0);
	pass(1);
	ck_assert_str_eq(told, "1 died: exit code 137, out of memory|");
	ck_assert_int_eq(last.at_ms, at_ms);
	ck_assert_int_eq(last.severity, SEVERITY_CRITICAL);
	ck_assert_int_eq(last.type, ACTION_ERROR);
	happenings_finish(&h);
}
END_TEST

START_TEST(what_belongs_together_is_one_item)
{
	static const struct {
		enum driver_happening whats[6]; // to HAPPENED_COUNT
		const char *detail, *told;
		enum action_type type;
		enum severity severity;
	} table[] = {
		{ { HAPPENED_ENDED, HAPPENED_STARTED, HAPPENED_COUNT },
		  "",
		  "1 died and was started again: exit code 3|",
		  ACTION_ERROR,
		  SEVERITY_WARNING },
		{ { HAPPENED_ENDED, HAPPENED_STARTED, HAPPENED_ENDED, HAPPENED_STARTED, HAPPENED_COUNT },
		  "",
		  "1 died and was started again 2 times: exit code 3|",
		  ACTION_ERROR,
		  SEVERITY_WARNING },
		{ { HAPPENED_SIGNALLED, HAPPENED_ENDED, HAPPENED_COUNT },
		  "KILL",
		  "1 died: exit code 3, after a signal from outside: KILL|",
		  ACTION_ERROR,
		  SEVERITY_CRITICAL },
		{ { HAPPENED_SIGNALLED, HAPPENED_ENDED, HAPPENED_COUNT },
		  "", // Podman does not say which
		  "1 died: exit code 3, after a signal from outside|",
		  ACTION_ERROR,
		  SEVERITY_CRITICAL },
		{ { HAPPENED_SIGNALLED, HAPPENED_ENDED, HAPPENED_STOPPED, HAPPENED_COUNT },
		  "TERM",
		  "1 was stopped from outside: exit code 3|",
		  ACTION_STOP,
		  SEVERITY_WARNING },
		{ { HAPPENED_SIGNALLED, HAPPENED_ENDED, HAPPENED_STOPPED, HAPPENED_STARTED, HAPPENED_RESTARTED,
		    HAPPENED_COUNT },
		  "TERM",
		  "1 was restarted from outside: exit code 3|",
		  ACTION_START,
		  SEVERITY_INFO },
		{ { HAPPENED_ENDED, HAPPENED_STOPPED, HAPPENED_STARTED, HAPPENED_COUNT },
		  "",
		  "1 was stopped and started from outside: exit code 3|",
		  ACTION_START,
		  SEVERITY_INFO },
		{ { HAPPENED_SIGNALLED, HAPPENED_ENDED, HAPPENED_REMOVED, HAPPENED_COUNT },
		  "KILL",
		  "1 was removed from outside: exit code 3, after a signal from outside: KILL|",
		  ACTION_DELETE,
		  SEVERITY_WARNING },
		{ { HAPPENED_REMOVED, HAPPENED_CREATED, HAPPENED_STARTED, HAPPENED_COUNT },
		  "",
		  "1 was replaced from outside: another one has its name, and runs|",
		  ACTION_UPDATE,
		  SEVERITY_WARNING },
		{ { HAPPENED_CREATED, HAPPENED_COUNT },
		  "",
		  "1 was created from outside|",
		  ACTION_CREATE,
		  SEVERITY_INFO },
		{ { HAPPENED_CREATED, HAPPENED_COUNT },
		  "api",
		  "1 was created from outside: it was called api before|",
		  ACTION_CREATE,
		  SEVERITY_INFO },
		{ { HAPPENED_CREATED, HAPPENED_STARTED, HAPPENED_COUNT },
		  "",
		  "1 was created and started from outside|",
		  ACTION_CREATE,
		  SEVERITY_INFO },
		{ { HAPPENED_STARTED, HAPPENED_COUNT }, "", "1 was started|", ACTION_START, SEVERITY_INFO },
		{ { HAPPENED_RENAMED, HAPPENED_COUNT },
		  "api",
		  "1 has lost its name from outside: it is called api now|",
		  ACTION_UPDATE,
		  SEVERITY_WARNING },
		{ { HAPPENED_PAUSED, HAPPENED_COUNT },
		  "",
		  "1 was paused from outside|",
		  ACTION_STOP,
		  SEVERITY_WARNING },
		{ { HAPPENED_RESUMED, HAPPENED_COUNT },
		  "",
		  "1 was resumed from outside|",
		  ACTION_START,
		  SEVERITY_INFO },
		{ { HAPPENED_SIGNALLED, HAPPENED_COUNT },
		  "HUP",
		  "1 was sent a signal from outside: HUP|",
		  ACTION_INFO,
		  SEVERITY_INFO },
		{ { HAPPENED_OUT_OF_MEMORY, HAPPENED_COUNT },
		  "",
		  "1 ran out of memory: a process of it was killed|",
		  ACTION_ERROR,
		  SEVERITY_WARNING },
		{ { HAPPENED_CHECKED, HAPPENED_COUNT },
		  "unhealthy",
		  "1 is unhealthy by its own check|",
		  ACTION_ERROR,
		  SEVERITY_WARNING },
		{ { HAPPENED_CHECKED, HAPPENED_COUNT },
		  "healthy",
		  "1 is healthy by its own check|",
		  ACTION_START,
		  SEVERITY_INFO },
		{ { HAPPENED_STOPPED, HAPPENED_COUNT }, "", "1 was stopped from outside|", ACTION_INFO, SEVERITY_INFO },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		set_up();
		for (size_t k = 0; table[i].whats[k] != HAPPENED_COUNT; k++)
			happen_to(1, table[i].whats[k], 3, table[i].detail);
		pass(HAPPENINGS_END_MS);
		ck_assert_str_eq(told, table[i].told);
		ck_assert_int_eq(last.type, table[i].type);
		ck_assert_int_eq(last.severity, table[i].severity);
		happenings_finish(&h);
	}
}
END_TEST

START_TEST(an_end_waits_for_the_start_that_belongs_to_it)
{
	set_up();
	die(1);
	pass(HAPPENINGS_END_MS - 10);
	happen(HAPPENED_STARTED);
	pass(HAPPENINGS_SETTLE_MS);
	ck_assert_str_eq(told, "1 died and was started again: exit code 1|");
	die(0);
	pass(HAPPENINGS_END_MS);
	happen(HAPPENED_STARTED);
	pass(HAPPENINGS_END_MS);
	ck_assert_str_eq(told, "1 died and was started again: exit code 1|1 ended: exit code 0|1 was started|");
	happenings_finish(&h);
}
END_TEST

START_TEST(a_restart_that_is_said_before_it_happens_waits_for_it)
{
	set_up();
	happen(HAPPENED_RESTARTED);
	pass(300);
	die(143);
	pass(300);
	happen(HAPPENED_STARTED);
	pass(HAPPENINGS_SETTLE_MS);
	ck_assert_str_eq(told, "1 was restarted from outside: exit code 143|");
	happen(HAPPENED_RESTARTED); // and not for ever
	pass(HAPPENINGS_END_MS);
	ck_assert_str_eq(told, "1 was restarted from outside: exit code 143|1 was restarted from outside|");
	happenings_finish(&h);
}
END_TEST

START_TEST(what_does_not_come_to_rest_is_told_all_the_same)
{
	set_up();
	for (int i = 0; i < 10; i++) {
		happen(i % 2 ? HAPPENED_RESUMED : HAPPENED_PAUSED);
		pass(HAPPENINGS_SETTLE_MS - 40);
	}
	ck_assert_uint_eq(n_told, 1);
	happenings_finish(&h);
}
END_TEST

START_TEST(a_crash_loop_is_a_few_items_and_then_one_a_minute)
{
	set_up();
	for (int i = 0; i < 20; i++) {
		die(137);
		pass(100);
		happen(HAPPENED_STARTED);
		pass(2900);
	}
	ck_assert_uint_eq(n_told, HAPPENINGS_SINGLES);
	told[0] = '\0';
	for (int i = 0; i < 20; i++) {
		die(137);
		pass(100);
		happen(HAPPENED_STARTED);
		pass(2900);
	}
	ck_assert_str_eq(told,
			 "1 died and was started again 16 times in 45 s: exit code 137 the last time; it runs now|");
	// It goes on: nothing is told singly any more, but for an end that nothing follows.
	told[0] = '\0';
	die(1);
	pass(60000);
	ck_assert_str_eq(told,
			 "1 died and was started again 19 times in 60 s: exit code 137 the last time; it runs now|"
			 "1 died: exit code 1|");
	pass(60000);
	// And ends: the next one is told at once.
	told[0] = '\0';
	die(2);
	pass(HAPPENINGS_END_MS);
	ck_assert_str_eq(told, "1 died: exit code 2|");
	happenings_finish(&h);
}
END_TEST

START_TEST(one_too_many_is_told_in_its_own_words)
{
	set_up();
	for (int i = 0; i < HAPPENINGS_SINGLES; i++) {
		happen(HAPPENED_PAUSED);
		pass(1000);
	}
	told[0] = '\0';
	happen(HAPPENED_RESUMED);
	pass(HAPPENINGS_WINDOW_MS);
	ck_assert_str_eq(told, "1 was resumed from outside|");
	happenings_finish(&h);
}
END_TEST

START_TEST(a_sum_says_of_what)
{
	set_up();
	for (int i = 0; i < 8; i++) {
		happen_to(1, HAPPENED_CHECKED, -1, i % 2 ? "healthy" : "unhealthy");
		pass(1000);
	}
	told[0] = '\0';
	pass(HAPPENINGS_WINDOW_MS);
	ck_assert_ptr_nonnull(strstr(told, "1 was healthy or unhealthy by its own check 3 times in "));
	ck_assert_ptr_nonnull(strstr(told, ": now it is healthy|"));
	happenings_finish(&h);
	set_up();
	for (int i = 0; i < 8; i++) {
		happen(i % 2 ? HAPPENED_RESUMED : HAPPENED_PAUSED);
		pass(1000);
	}
	told[0] = '\0';
	pass(HAPPENINGS_WINDOW_MS);
	ck_assert_str_eq(told, "1 was paused from outside once and was resumed 2 times in 55 s: it runs now|");
	ck_assert_int_eq(last.type, ACTION_START);
	ck_assert_int_eq(last.severity, SEVERITY_WARNING);
	happenings_finish(&h);
	set_up();
	for (int i = 0; i < 8; i++) {
		die(0);
		happen(HAPPENED_STOPPED);
		pass(1000);
	}
	told[0] = '\0';
	pass(HAPPENINGS_WINDOW_MS);
	ck_assert_ptr_nonnull(strstr(told, "1 was stopped from outside 3 times in "));
	happenings_finish(&h);
}
END_TEST

// As `docker rm -f` is told of.
static void remove_by_force(void)
{
	happen_to(1, HAPPENED_SIGNALLED, -1, "KILL");
	die(137);
	happen(HAPPENED_REMOVED);
}

static void pause_and_resume(int n)
{
	for (int i = 0; i < n; i++) {
		happen(HAPPENED_PAUSED);
		pass(1300);
		happen(HAPPENED_RESUMED);
		pass(1300);
	}
}

START_TEST(who_is_removed_after_many_others_is_told_at_once)
{
	set_up();
	pause_and_resume(3);
	ck_assert_uint_eq(n_told, HAPPENINGS_SINGLES);
	told[0] = '\0';
	remove_by_force();
	pass(HAPPENINGS_END_MS);
	ck_assert_str_eq(told, "1 was resumed from outside once, died once and was removed in 2 s: exit code 137, "
			       "after a signal from outside: KILL; it is gone|");
	ck_assert_int_eq(last.type, ACTION_DELETE);
	ck_assert_int_eq(last.severity, SEVERITY_WARNING);
	// All is said: neither the end of the minute tells it again, nor is what comes then held back.
	told[0] = '\0';
	pass(HAPPENINGS_WINDOW_MS);
	ck_assert_str_eq(told, "");
	happen(HAPPENED_CREATED);
	pass(1000);
	ck_assert_str_eq(told, "1 was created from outside|");
	happenings_finish(&h);
}
END_TEST

START_TEST(a_removal_alone_past_the_limit_has_its_own_words)
{
	set_up();
	pause_and_resume(2);
	happen(HAPPENED_PAUSED);
	pass(1000);
	told[0] = '\0';
	remove_by_force();
	pass(HAPPENINGS_END_MS);
	ck_assert_str_eq(told, "1 was removed from outside: exit code 137, after a signal from outside: KILL|");
	happenings_finish(&h);
}
END_TEST

START_TEST(a_death_that_no_start_follows_is_told_at_once)
{
	set_up();
	pause_and_resume(3);
	told[0] = '\0';
	die(3);
	pass(HAPPENINGS_END_MS);
	ck_assert_str_eq(told,
			 "1 was resumed from outside once and died once in 2 s: exit code 3; it does not run now|");
	ck_assert_int_eq(last.type, ACTION_ERROR);
	ck_assert_int_eq(last.severity, SEVERITY_CRITICAL);
	told[0] = '\0';
	happen(HAPPENED_STARTED);
	pass(2000);
	happen_to(1, HAPPENED_OUT_OF_MEMORY, -1, "");
	die(137);
	happen(HAPPENED_STARTED);
	pass(HAPPENINGS_END_MS);
	ck_assert_str_eq(told, "1 died once, was started 2 times and ran out of memory once in 2 s: exit code 137, "
			       "out of memory; it runs now|");
	happenings_finish(&h);
}
END_TEST

START_TEST(who_dies_slowly_again_and_again_is_told_ever_more_rarely)
{
	size_t n_first;

	set_up();
	for (int i = 0; i < 20; i++) { // with a restart policy that waits
		die(1);
		pass(2000);
		happen(HAPPENED_STARTED);
		pass(1000);
	}
	n_first = n_told;
	ck_assert_uint_le(n_first, HAPPENINGS_SINGLES + 7);
	for (int i = 0; i < 100; i++) {
		die(1);
		pass(2000);
		happen(HAPPENED_STARTED);
		pass(1000);
	}
	ck_assert_uint_le(n_told - n_first, 11); // two a minute
	told[0] = '\0';
	die(9); // for good
	pass(HAPPENINGS_WINDOW_MS);
	ck_assert_ptr_nonnull(strstr(told, "exit code 9 the last time; it does not run now|"));
	happenings_finish(&h);
}
END_TEST

START_TEST(who_is_removed_again_and_again_is_told_once_a_second)
{
	set_up();
	for (int i = 0; i < 40; i++) {
		happen(HAPPENED_REMOVED);
		pass(200);
		happen(HAPPENED_CREATED);
		pass(200);
	}
	ck_assert_uint_le(n_told, HAPPENINGS_SINGLES + 17);
	happen(HAPPENED_REMOVED);
	told[0] = '\0';
	pass(HAPPENINGS_GONE_MS + HAPPENINGS_END_MS);
	ck_assert_ptr_nonnull(strstr(told, "it is gone|"));
	happenings_finish(&h);
}
END_TEST

START_TEST(of_a_crowd_a_few_are_told_and_the_others_counted)
{
	set_up();
	for (uint32_t i = 1; i <= 100; i++)
		happen_to(i, HAPPENED_ENDED, 143, "");
	pass(HAPPENINGS_END_MS);
	ck_assert_uint_eq(n_told, HAPPENINGS_CROWD);
	for (uint32_t i = 1; i <= 100; i++)
		happen_to(i, HAPPENED_STARTED, -1, "");
	pass(HAPPENINGS_CROWD_MS);
	ck_assert_uint_eq(n_told, 2 * HAPPENINGS_CROWD + 1);
	ck_assert_uint_eq(last.agent, 0);
	ck_assert_ptr_nonnull(strstr(told, "|0 92 more agents: 92 died and 92 were started: web-"));
	ck_assert_int_eq(last.type, ACTION_ERROR);
	ck_assert_int_eq(last.severity, SEVERITY_CRITICAL); // as of each singly
	ck_assert_ptr_nonnull(strstr(told, ", ...|"));
	told[0] = '\0';
	happen_to(1, HAPPENED_PAUSED, -1, "");
	pass(1000);
	ck_assert_str_eq(told, "1 was paused from outside|");
	happenings_finish(&h);
}
END_TEST

// Who is in the crowd: those behind the first eight.
static void crowd(const enum driver_happening *what, size_t n, int64_t code)
{
	for (uint32_t i = 1; i <= HAPPENINGS_CROWD; i++)
		happen_to(i, HAPPENED_PAUSED, -1, "");
	pass(2 * HAPPENINGS_SETTLE_MS);
	for (size_t i = 0; i < n; i++)
		happen_to(HAPPENINGS_CROWD + 1 + (uint32_t)i, what[i], code,
			  what[i] == HAPPENED_CHECKED ? "healthy" : "");
	pass(HAPPENINGS_CROWD_MS + 1000);
}

START_TEST(a_crowd_says_what_has_happened_to_how_many)
{
	static const struct {
		enum driver_happening what[5];
		size_t n;
		int64_t code;
		const char *title;
		enum action_type type;
		enum severity severity;
	} rows[] = {
		{ { HAPPENED_PAUSED }, 1, -1, "1 more agent was paused from outside", ACTION_STOP, SEVERITY_WARNING },
		{ { HAPPENED_PAUSED, HAPPENED_PAUSED, HAPPENED_PAUSED },
		  3,
		  -1,
		  "3 more agents were paused from outside",
		  ACTION_STOP,
		  SEVERITY_WARNING },
		{ { HAPPENED_REMOVED, HAPPENED_PAUSED, HAPPENED_REMOVED, HAPPENED_PAUSED, HAPPENED_PAUSED },
		  5,
		  -1,
		  "5 more agents: 2 were removed from outside and 3 were paused",
		  ACTION_DELETE,
		  SEVERITY_WARNING },
		{ { HAPPENED_PAUSED, HAPPENED_ENDED, HAPPENED_CREATED, HAPPENED_CHECKED },
		  4,
		  1,
		  "4 more agents: 1 died, 1 was paused from outside, 1 was created and 1 is healthy by its own check",
		  ACTION_ERROR,
		  SEVERITY_CRITICAL },
		{ { HAPPENED_ENDED, HAPPENED_ENDED }, 2, 0, "2 more agents ended", ACTION_STOP, SEVERITY_WARNING },
		{ { HAPPENED_CREATED, HAPPENED_STARTED },
		  2,
		  -1,
		  "2 more agents: 1 was created from outside and 1 was started",
		  ACTION_CREATE,
		  SEVERITY_INFO },
		{ { HAPPENED_OUT_OF_MEMORY, HAPPENED_RENAMED, HAPPENED_SIGNALLED, HAPPENED_RESUMED },
		  4,
		  -1,
		  "4 more agents: 1 ran out of memory, 1 has lost its name from outside, 1 was sent a signal and 1 was "
		  "resumed",
		  ACTION_ERROR,
		  SEVERITY_WARNING },
		{ { HAPPENED_RESTARTED, HAPPENED_RESTARTED },
		  2,
		  -1,
		  "2 more agents were restarted from outside",
		  ACTION_START,
		  SEVERITY_INFO },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_up();
		crowd(rows[i].what, rows[i].n, rows[i].code);
		ck_assert_uint_eq(last.agent, 0);
		ck_assert_ptr_nonnull(strstr(told, "|0 "));
		ck_assert_msg(strncmp(strstr(told, "|0 ") + 3, rows[i].title, strlen(rows[i].title)) == 0, "%s is: %s",
			      rows[i].title, told);
		ck_assert_int_eq(strstr(told, "|0 ")[3 + strlen(rows[i].title)], ':'); // names follow
		ck_assert_int_eq(last.type, rows[i].type);
		ck_assert_int_eq(last.severity, rows[i].severity);
		happenings_finish(&h);
	}
}
END_TEST

// What has happened to one again and again is one of them.
START_TEST(an_agent_of_a_crowd_counts_once_for_each_kind)
{
	static const enum driver_happening paused[] = { HAPPENED_PAUSED, HAPPENED_PAUSED };

	set_up();
	for (uint32_t i = 1; i <= HAPPENINGS_CROWD; i++)
		happen_to(i, HAPPENED_PAUSED, -1, "");
	pass(2 * HAPPENINGS_SETTLE_MS);
	happen_to(HAPPENINGS_CROWD + 1, HAPPENED_PAUSED, -1, "");
	happen_to(HAPPENINGS_CROWD + 2, HAPPENED_PAUSED, -1, "");
	for (int n = 0; n < 2; n++) {
		pass(400);
		happen_to(HAPPENINGS_CROWD + 1, HAPPENED_RESUMED, -1, "");
		pass(400);
		happen_to(HAPPENINGS_CROWD + 1, HAPPENED_PAUSED, -1, "");
	}
	pass(HAPPENINGS_CROWD_MS + 1000);
	ck_assert_ptr_nonnull(
		strstr(told, "|0 2 more agents: 2 were paused from outside and 1 was resumed: web-9, web-10|"));
	told[0] = '\0'; // and is another one of the next crowd
	pass(HAPPENINGS_WINDOW_MS);
	crowd(paused, 2, -1);
	ck_assert_ptr_nonnull(strstr(told, "|0 2 more agents were paused from outside: web-9, web-10|"));
	happenings_finish(&h);
}
END_TEST

START_TEST(a_check_that_says_the_same_again_is_no_news)
{
	set_up();
	for (int i = 0; i < 5; i++) {
		happen_to(1, HAPPENED_CHECKED, -1, "healthy");
		pass(5000);
	}
	ck_assert_uint_eq(n_told, 1);
	ck_assert_str_eq(looks, "1@0 1@1000 ");
	happenings_finish(&h);
}
END_TEST

START_TEST(each_is_looked_at_at_once_and_when_it_has_come_to_rest)
{
	set_up();
	die(1);
	pass(0);
	ck_assert_str_eq(looks, "1@0 ");
	pass(5000);
	ck_assert_str_eq(looks, "1@0 1@1000 ");
	looks[0] = '\0';
	for (int i = 0; i < 50; i++) {
		happen(HAPPENED_STARTED);
		pass(100);
	}
	pass(5000);
	ck_assert_str_eq(looks, "1@5000 1@6000 1@7000 1@8000 1@9000 1@10000 ");
	happenings_finish(&h);
}
END_TEST

START_TEST(all_together_are_looked_at_at_a_pace)
{
	set_up();
	for (uint32_t i = 1; i <= 10; i++)
		happen_to(i, HAPPENED_PAUSED, -1, "");
	pass(9 * HAPPENINGS_PACE_MS);
	ck_assert_uint_eq(strlen(looks) > 0, 1);
	for (uint32_t i = 1; i <= 10; i++) {
		char word[16];

		snprintf(word, sizeof word, "%u@", i);
		ck_assert_ptr_nonnull(strstr(looks, word));
	}
	happenings_finish(&h);
}
END_TEST

START_TEST(times_are_never_ahead_of_ours)
{
	struct driver_news news = { .agent = 1, .what = HAPPENED_STARTED, .exit_code = -1 };

	set_up();
	for (int i = 0; i < 2; i++) {
		int64_t at_ms = now.wall_ms;

		news.at_ms = i ? INT64_MAX / 1000000 : 0;
		ck_assert_int_eq(happenings_take(&h, &news, now), 0);
		pass(1000);
		ck_assert_int_eq(last.at_ms, at_ms);
	}
	happenings_finish(&h);
}
END_TEST

START_TEST(who_is_gone_is_forgotten)
{
	set_up();
	die(1);
	happen_to(2, HAPPENED_STARTED, -1, "");
	happenings_forget(&h, 1);
	happenings_forget(&h, 1);
	pass(HAPPENINGS_WINDOW_MS);
	ck_assert_str_eq(told, "2 was started|");
	forgets = true; // in the middle of it
	die(1);
	pass(HAPPENINGS_WINDOW_MS);
	for (int i = 0; i < 6; i++) {
		forgets = false;
		die(1);
		pass(1000);
		forgets = i == 5;
	}
	pass(HAPPENINGS_WINDOW_MS);
	ck_assert_int_eq(happenings_deadline(&h), DEADLINE_NEVER);
	happenings_finish(&h);
}
END_TEST

START_TEST(want_of_memory_is_said_and_nothing_is_left)
{
	const struct driver_news news = { .agent = 1, .what = HAPPENED_STARTED, .exit_code = -1 };
	int r = -ENOMEM;

	for (long i = 0; r < 0; i++) {
		set_up();
		mem_fail_after(i);
		r = happenings_take(&h, &news, now);
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
		pass(1000);
		ck_assert_uint_eq(n_told, r == 0);
		happenings_finish(&h);
	}
}
END_TEST

START_TEST(one_of_them_is_said_in_words)
{
	static const struct {
		struct driver_news news;
		const char *words;
	} table[] = {
		{ { .what = HAPPENED_ENDED, .exit_code = 137 }, "it ended: exit code 137" },
		{ { .what = HAPPENED_ENDED, .exit_code = -1 }, "it ended" },
		{ { .what = HAPPENED_OUT_OF_MEMORY }, "it ran out of memory" },
		{ { .what = HAPPENED_CHECKED, .detail = "unhealthy" }, "its own health check: unhealthy" },
		{ { .what = HAPPENED_REMOVED }, "it was removed" },
	};
	char words[80];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		happening_words(&table[i].news, words, sizeof words);
		ck_assert_str_eq(words, table[i].words);
	}
}
END_TEST

SUITE("happenings", a_death_is_told_within_a_second_with_its_time_and_reason, what_belongs_together_is_one_item,
      a_restart_that_is_said_before_it_happens_waits_for_it, an_end_waits_for_the_start_that_belongs_to_it,
      what_does_not_come_to_rest_is_told_all_the_same, a_crash_loop_is_a_few_items_and_then_one_a_minute,
      one_too_many_is_told_in_its_own_words, a_sum_says_of_what, who_is_removed_after_many_others_is_told_at_once,
      a_removal_alone_past_the_limit_has_its_own_words, a_death_that_no_start_follows_is_told_at_once,
      who_dies_slowly_again_and_again_is_told_ever_more_rarely, who_is_removed_again_and_again_is_told_once_a_second,
      of_a_crowd_a_few_are_told_and_the_others_counted, a_crowd_says_what_has_happened_to_how_many,
      an_agent_of_a_crowd_counts_once_for_each_kind, a_check_that_says_the_same_again_is_no_news,
      each_is_looked_at_at_once_and_when_it_has_come_to_rest, all_together_are_looked_at_at_a_pace,
      times_are_never_ahead_of_ours, who_is_gone_is_forgotten, want_of_memory_is_said_and_nothing_is_left,
      one_of_them_is_said_in_words)
