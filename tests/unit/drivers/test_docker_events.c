// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "drivers/docker_events.h"
#include "drivers/docker_targets.h"

#define ID "0123456789ab0000000000000000000000000000000000000000000000000000"
// As the Engine says it, but for the members that nobody looks at.
#define EVENT(action, more, time)                                                                                      \
	"{\"status\":\"" action "\",\"id\":\"" ID "\",\"from\":\"web:1\",\"Type\":\"container\",\"Action\":\"" action  \
	"\",\"Actor\":{\"ID\":\"" ID "\",\"Attributes\":{" more "\"image\":\"web:1\",\"name\":\"web\"}},"              \
	"\"scope\":\"local\",\"time\":1764133200,\"timeNano\":" time "}\n"

struct heard {
	struct docker_event events[64];
	size_t n, n_wanted; // 0: all
};

static bool take(void *ctx, const struct docker_event *event)
{
	struct heard *heard = ctx;

	ck_assert_uint_lt(heard->n, 64);
	heard->events[heard->n++] = *event;
	return heard->n != heard->n_wanted;
}

static void read_whole(const char *text, size_t n, struct heard *heard)
{
	struct docker_events events;

	docker_events_init(&events);
	ck_assert_int_eq(docker_events_read(&events, text, n, take, heard), 0);
	docker_events_finish(&events);
}

START_TEST(the_engines_words_are_understood)
{
	static const struct {
		const char *line;
		enum driver_happening what;
		int64_t exit_code;
		const char *detail, *old_name;
	} table[] = {
		{ EVENT("create", "", "1"), HAPPENED_CREATED, -1, "", "" },
		{ EVENT("start", "", "1"), HAPPENED_STARTED, -1, "", "" },
		{ EVENT("restart", "", "1"), HAPPENED_RESTARTED, -1, "", "" },
		{ EVENT("kill", "\"signal\":\"9\",", "1"), HAPPENED_SIGNALLED, -1, "KILL", "" },
		{ EVENT("kill", "\"signal\":\"SIGHUP\",", "1"), HAPPENED_SIGNALLED, -1, "HUP", "" },
		{ EVENT("kill", "\"signal\":\"34\",", "1"), HAPPENED_SIGNALLED, -1, "34", "" },
		{ EVENT("kill", "", "1"), HAPPENED_SIGNALLED, -1, "", "" },
		{ EVENT("oom", "", "1"), HAPPENED_OUT_OF_MEMORY, -1, "", "" },
		{ EVENT("die", "\"exitCode\":\"137\",", "1"), HAPPENED_ENDED, 137, "", "" },
		{ EVENT("died", "\"containerExitCode\":\"1\",", "1"), HAPPENED_ENDED, 1, "", "" },
		{ EVENT("die", "\"exitCode\":\"-1\",", "1"), HAPPENED_ENDED, -1, "", "" },
		{ EVENT("die", "\"exitCode\":9,", "1"), HAPPENED_ENDED, -1, "", "" },
		{ EVENT("stop", "", "1"), HAPPENED_STOPPED, -1, "", "" },
		{ EVENT("pause", "", "1"), HAPPENED_PAUSED, -1, "", "" },
		{ EVENT("unpause", "", "1"), HAPPENED_RESUMED, -1, "", "" },
		{ EVENT("health_status: unhealthy", "", "1"), HAPPENED_CHECKED, -1, "unhealthy", "" },
		{ EVENT("health_status", "\"health_status\":\"healthy\",", "1"), HAPPENED_CHECKED, -1, "healthy", "" },
		{ EVENT("rename", "\"oldName\":\"/api\",", "1"), HAPPENED_RENAMED, -1, "", "api" },
		{ EVENT("destroy", "", "1"), HAPPENED_REMOVED, -1, "", "" },
		{ EVENT("remove", "", "1"), HAPPENED_REMOVED, -1, "", "" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct heard heard = { .n = 0 };

		read_whole(table[i].line, strlen(table[i].line), &heard);
		ck_assert_msg(heard.n == 1, "%s", table[i].line);
		ck_assert_int_eq(heard.events[0].what, table[i].what);
		ck_assert_int_eq(heard.events[0].exit_code, table[i].exit_code);
		ck_assert_str_eq(heard.events[0].detail, table[i].detail);
		ck_assert_str_eq(heard.events[0].old_name, table[i].old_name);
		ck_assert_str_eq(heard.events[0].name, "web");
		ck_assert_str_eq(heard.events[0].id, ID);
		ck_assert_int_eq(heard.events[0].at_ns, 1);
	}
}
END_TEST

START_TEST(what_tells_nothing_is_passed_over)
{
	static const char *const lines[] = {
		"\n",
		"{}\n",
		"null\n",
		"[1]\n",
		"<html>no</html>\n",
		"{\"Type\":\"container\"}\n",
		EVENT("exec_start: sh", "", "1"),
		EVENT("health_status", "", "1"),
		EVENT("health_status: ", "", "1"),
		"{\"Type\":\"network\",\"Action\":\"destroy\",\"Actor\":{\"ID\":\"1\",\"Attributes\":{\"name\":\"web\"}"
		"}}\n",
		"{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"1\",\"Attributes\":{\"name\":7}}}\n",
		"{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"1\",\"Attributes\":{\"name\":\"/"
		"\"}}}\n",
		"{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":\"\"}\n",
		"{\"Type\":\"container\",\"Action\":\"die\",\n",
	};

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct heard heard = { .n = 0 };

		read_whole(lines[i], strlen(lines[i]), &heard);
		ck_assert_msg(heard.n == 0, "%s", lines[i]);
	}
}
END_TEST

START_TEST(an_engine_of_before_and_odd_times_are_understood)
{
	static const char old[] = "{\"status\":\"start\",\"id\":\"" ID "\",\"time\":7,\"Actor\":{\"ID\":\"" ID "\","
				  "\"Attributes\":{\"name\":\"/web\"}}}\n";
	static const char *const without[] = {
		"0", "-5", "\"1\"", "1.5", "9223372036854775807", "99999999999999999999"
	};
	struct heard heard = { .n = 0 };

	read_whole(old, strlen(old), &heard);
	ck_assert_uint_eq(heard.n, 1);
	ck_assert_int_eq(heard.events[0].what, HAPPENED_STARTED);
	ck_assert_int_eq(heard.events[0].at_ns, 7000000000);
	ck_assert_str_eq(heard.events[0].name, "web");
	for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
		char line[400];

		heard.n = 0;
		snprintf(line, sizeof line,
			 "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"1\",\"Attributes\":"
			 "{\"name\":\"web\"}},\"time\":-1,\"timeNano\":%s}\n",
			 without[i]);
		read_whole(line, strlen(line), &heard);
		ck_assert_msg(heard.n == 1 && heard.events[0].at_ns == 0, "%s", without[i]);
	}
}
END_TEST

START_TEST(what_is_hostile_is_clean_when_it_comes_out)
{
	static const char line[] = "{\"Type\":\"container\",\"Action\":\"health_status: "
				   "\\u001b[2Jbad\",\"Actor\":{\"ID\":\"\\u0000\\u202e\","
				   "\"Attributes\":{\"name\":\"we\\u001bb\"}},\"timeNano\":5}\n";
	struct heard heard = { .n = 0 };

	read_whole(line, strlen(line), &heard);
	ck_assert_uint_eq(heard.n, 1);
	ck_assert_str_eq(heard.events[0].detail, "^[[2Jbad");
	ck_assert_str_eq(heard.events[0].name, "we^[b");
	ck_assert_ptr_nonnull(strstr(heard.events[0].id, "<U+202E>"));
}
END_TEST

START_TEST(a_stream_comes_in_any_pieces)
{
	static const char stream[] = EVENT("die", "\"exitCode\":\"1\",", "5") "\r\n" EVENT("start", "", "6") "{\"cut";

	for (size_t n_piece = 1; n_piece < sizeof stream; n_piece++) {
		struct heard heard = { .n = 0 };
		struct docker_events events;

		docker_events_init(&events);
		for (size_t at = 0; at < sizeof stream - 1; at += n_piece) {
			size_t n = sizeof stream - 1 - at;
			char *piece = malloc(n_piece);

			n = n < n_piece ? n : n_piece;
			memcpy(piece, stream + at, n);
			ck_assert_int_eq(docker_events_read(&events, piece, n, take, &heard), 0);
			free(piece);
		}
		ck_assert_uint_eq(heard.n, 2);
		ck_assert_int_eq(heard.events[0].exit_code, 1);
		ck_assert_int_eq(heard.events[1].at_ns, 6);
		docker_events_finish(&events);
	}
}
END_TEST

START_TEST(a_line_without_end_is_left_out_and_bounded)
{
	static const char start[] = EVENT("start", "", "6");
	struct heard heard = { .n = 0 };
	struct docker_events events;
	char piece[4096];

	memset(piece, 'x', sizeof piece);
	docker_events_init(&events);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(docker_events_read(&events, piece, sizeof piece, take, &heard), 0);
	ck_assert_uint_le(events.line.cap, 2 * DOCKER_EVENT_LINE_MAX);
	ck_assert_int_eq(docker_events_read(&events, "\n", 1, take, &heard), 0);
	ck_assert_int_eq(docker_events_read(&events, start, sizeof start - 1, take, &heard), 0);
	ck_assert_uint_eq(heard.n, 1);
	// What one connection has left begins no line of the next.
	ck_assert_int_eq(docker_events_read(&events, "{\"Type\":", 8, take, &heard), 0);
	docker_events_reset(&events);
	ck_assert_int_eq(docker_events_read(&events, start, sizeof start - 1, take, &heard), 0);
	ck_assert_uint_eq(heard.n, 2);
	docker_events_finish(&events);
}
END_TEST

START_TEST(who_has_had_enough_is_told_no_more)
{
	static const char stream[] = EVENT("start", "", "5") EVENT("start", "", "6") EVENT("start", "", "7");
	struct heard heard = { .n_wanted = 2 };

	read_whole(stream, sizeof stream - 1, &heard);
	ck_assert_uint_eq(heard.n, 2);
}
END_TEST

START_TEST(a_line_is_lost_for_want_of_memory_and_no_more)
{
	static const char line[] = EVENT("start", "", "5");
	struct heard heard = { .n = 0 };
	struct docker_events events;
	int r = -ENOMEM;

	for (long i = 0; r < 0 || heard.n == 0; i++) {
		docker_events_init(&events);
		mem_fail_after(i);
		r = docker_events_read(&events, line, sizeof line - 1, take, &heard);
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
		if (r < 0) {
			ck_assert_int_eq(docker_events_read(&events, line, sizeof line - 1, take, &heard), 0);
			ck_assert_uint_eq(heard.n, 1);
			heard.n = 0;
		}
		docker_events_finish(&events);
		ck_assert_int_lt(i, 1000);
	}
}
END_TEST

static struct docker_event event_at(int64_t at_ns, enum driver_happening what)
{
	return (struct docker_event){ .what = what, .at_ns = at_ns, .id = ID, .name = "web" };
}

static void assert_path(const struct docker_seen *seen, const char *since)
{
	char path[DOCKER_EVENTS_PATH_MAX], beginning[80];

	docker_events_path(seen, path);
	snprintf(beginning, sizeof beginning, "/events?since=%s&filters=%%7B%%22type%%22:%%5B%%22container%%22%%5D,",
		 since);
	ck_assert_msg(strncmp(path, beginning, strlen(beginning)) == 0, "%s", path);
	ck_assert_ptr_nonnull(strstr(path, "%22die%22,"));
	ck_assert_msg(strcmp(strstr(path, ",%22health_status"), ",%22health_status%22%5D%7D") == 0, "%s", path);
}

START_TEST(what_is_asked_for_again_is_not_told_again)
{
	struct docker_event one = event_at(1764133200123456789, HAPPENED_ENDED),
			    two = event_at(1764133200123456789, HAPPENED_STARTED),
			    three = event_at(1764133200123456790, HAPPENED_ENDED),
			    timeless = event_at(0, HAPPENED_ENDED);
	struct docker_seen seen;

	docker_seen_begin(&seen, 1764133000500);
	assert_path(&seen, "1764133000.500000000");
	ck_assert(docker_seen_is_new(&seen, &one));
	assert_path(&seen, "1764133199.123456789");
	ck_assert(docker_seen_is_new(&seen, &two));
	ck_assert(docker_seen_is_new(&seen, &three));
	ck_assert(!docker_seen_is_new(&seen, &one));
	ck_assert(!docker_seen_is_new(&seen, &three));
	two.id[0] = 'f';
	ck_assert(docker_seen_is_new(&seen, &two));
	ck_assert(docker_seen_is_new(&seen, &timeless));
	ck_assert(docker_seen_is_new(&seen, &timeless));
	assert_path(&seen, "1764133199.123456789");
	// As many as an Engine keeps, and more.
	for (int i = 0; i < DOCKER_SEEN_MAX; i++)
		ck_assert(docker_seen_is_new(&seen, &(struct docker_event){ .at_ns = 5000 + i, .id = ID }));
	for (int i = 0; i < DOCKER_SEEN_MAX; i++)
		ck_assert(!docker_seen_is_new(&seen, &(struct docker_event){ .at_ns = 5000 + i, .id = ID }));
	ck_assert(docker_seen_is_new(&seen, &one));
}
END_TEST

static size_t count(const struct docker_targets *targets, const char *name, uint32_t agent)
{
	size_t n = 0;

	for (const struct docker_attended *at = docker_targets_of(targets, name); at; at = at->next)
		n += at->agent == agent || agent == 0;
	return n;
}

START_TEST(whose_container_it_is_is_known)
{
	struct docker_targets targets = { NULL };

	ck_assert_int_eq(docker_targets_put(&targets, 1, "web"), 0);
	ck_assert_int_eq(docker_targets_put(&targets, 2, "web"), 0);
	ck_assert_int_eq(docker_targets_put(&targets, 3, "api"), 0);
	ck_assert_int_eq(docker_targets_put(&targets, 1, "web"), 0);
	ck_assert_int_eq(docker_targets_put(&targets, 9, NULL), 0);
	ck_assert_uint_eq(count(&targets, "web", 0), 2);
	ck_assert_uint_eq(count(&targets, "api", 3), 1);
	ck_assert_ptr_null(docker_targets_of(&targets, "we"));
	ck_assert_int_eq(docker_targets_put(&targets, 3, "web"), 0); // it has moved
	ck_assert_ptr_null(docker_targets_of(&targets, "api"));
	ck_assert_uint_eq(count(&targets, "web", 3), 1);
	for (uint32_t i = 1; i <= 3; i++)
		ck_assert_int_eq(docker_targets_put(&targets, i, NULL), 0);
	ck_assert_ptr_null(targets.attended);
	ck_assert_ptr_null(targets.targets);
	for (long i = 0, r = -ENOMEM; r < 0; i++) {
		docker_targets_finish(&targets);
		mem_fail_after(i);
		r = docker_targets_put(&targets, 1, "web");
		mem_fail_after(-1);
		ck_assert_uint_eq(count(&targets, "web", 0), r == 0);
	}
	docker_targets_finish(&targets);
}
END_TEST

SUITE("docker events", the_engines_words_are_understood, what_tells_nothing_is_passed_over,
      an_engine_of_before_and_odd_times_are_understood, what_is_hostile_is_clean_when_it_comes_out,
      a_stream_comes_in_any_pieces, a_line_without_end_is_left_out_and_bounded, who_has_had_enough_is_told_no_more,
      a_line_is_lost_for_want_of_memory_and_no_more, what_is_asked_for_again_is_not_told_again,
      whose_container_it_is_is_known)
