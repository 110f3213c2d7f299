// SPDX-License-Identifier: Apache-2.0
/* Fault 42, a full pipe, where the pipe is the terminal: a frozen link, a reader that was stopped. Nobody reads what
 * the console draws; it polls on, heeds keys and signals, and once there is room shows what is so then.
 */
#include "tests/support/suite.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/scene.h"
#include "tests/support/http_server.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char well[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
			   "{\"status\":\"UP\"}";
static const char ill[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

enum { COLS = 120, ROWS = 36, N_OFTEN_FALL = 2 };

struct stuck {
	struct scene scene;
	struct term *t;
	uv_loop_t loop;
	struct http_server often, seldom; // asked every second, and every hour
	struct server_rule rules[1];      // of `often`
	size_t n_clogged;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Serves until the screen has the text.
static void await_shown(struct stuck *s, const char *text)
{
	int64_t deadline_ms = now_ms() + SCENE_MS;

	while (!term_await(s->t, text, true, 10) && now_ms() < deadline_ms)
		uv_run(&s->loop, UV_RUN_NOWAIT);
	term_wait_for(s->t, text, 10);
}

// Serves, and does not look at the terminal.
static void await_requests(struct stuck *s, const size_t *n_requests, size_t n)
{
	int64_t deadline_ms = now_ms() + SCENE_MS;

	while (*n_requests < n && now_ms() < deadline_ms) {
		uv_run(&s->loop, UV_RUN_NOWAIT);
		poll(NULL, 0, 5);
	}
	ck_assert_uint_ge(*n_requests, n);
}

static void await_polls(struct stuck *s, size_t n)
{
	await_requests(s, &s->often.n_requests, s->often.n_requests + n);
}

static void begin(struct stuck *s)
{
	static const struct server_rule always[] = { { .path = "", .bytes = well } };
	char config[512];

	*s = (struct stuck){ .rules = { { .path = "", .bytes = well } } };
	scene_open(&s->scene);
	uv_loop_init(&s->loop);
	http_server_start(&s->often, &s->loop, s->rules, 1);
	http_server_start(&s->seldom, &s->loop, always, 1);
	snprintf(config, sizeof config,
		 "defaults: {timeout: 500ms, fall: %d}\n"
		 "agents:\n"
		 "  - {name: often, url: 'http://127.0.0.1:%d', health: /health, interval: 1s}\n"
		 "  - {name: seldom, url: 'http://127.0.0.1:%d', health: /health, interval: 1h}\n",
		 N_OFTEN_FALL, s->often.port, s->seldom.port);
	scene_write("opscon.yml", config);
	s->t = scene_console(&s->scene, (const char *[]){ "--no-state", NULL }, COLS, ROWS);
	await_shown(s, "often");
	await_requests(s, &s->seldom.n_requests, 1);
	await_shown(s, "live");
}

// With keys: both agents, in whatever order they stand.
static void probe_seldom(struct stuck *s)
{
	size_t n = s->seldom.n_requests;

	term_send_bytes(s->t, "rjrkr", 5);
	await_requests(s, &s->seldom.n_requests, n + 1);
}

// No room is left, and a frame waits for it.
static void hold_up(struct stuck *s)
{
	s->n_clogged = term_clog(s->t);
	term_send_bytes(s->t, "\x0c", 1); // the whole screen again
	probe_seldom(s);                  // tells that it was heard
}

static void end(struct stuck *s)
{
	term_finish(s->t);
	http_server_stop(&s->often);
	http_server_stop(&s->seldom);
	loop_finish(&s->loop);
	scene_close(&s->scene);
}

static void quit(struct stuck *s)
{
	term_send(s->t, "q");
	ck_assert_int_eq(term_wait_exit(s->t, SCENE_MS), 0);
	term_assert_restored(s->t);
	end(s);
}

START_TEST(polling_and_keys_go_on_while_no_byte_is_taken)
{
	struct stuck s;

	begin(&s);
	hold_up(&s);
	await_polls(&s, 4);
	probe_seldom(&s);
	quit(&s);
}
END_TEST

// The screen as it is when nothing moves on it.
static char *still(struct stuck *s)
{
	term_send(s->t, "p");
	await_shown(s, "paused");
	term_listen(s->t, 100);
	return term_dump(s->t);
}

START_TEST(what_is_newest_is_drawn_once_there_is_room)
{
	struct stuck s;
	char *drained, *fresh;
	uint64_t n_before, n_whole;

	begin(&s);
	n_before = term_bytes_received(s.t);
	term_send_bytes(s.t, "\x0c", 1);
	term_listen(s.t, 200);
	n_whole = term_bytes_received(s.t) - n_before;
	n_before += n_whole;
	hold_up(&s);
	s.rules[0].bytes = ill;
	for (int i = 0; i < 40; i++) // each asks for all of it
		term_send_bytes(s.t, "\x0cj\x0ck", 4);
	await_polls(&s, N_OFTEN_FALL + 2);
	await_shown(&s, "DOWN");
	term_listen(s.t, 200);
	ck_assert_uint_lt(term_bytes_received(s.t) - n_before - s.n_clogged, 4 * n_whole);
	drained = still(&s);
	n_before = term_bytes_received(s.t);
	term_send_bytes(s.t, "\x0c", 1);
	while (term_bytes_received(s.t) - n_before < n_whole / 2)
		ck_assert_uint_gt(term_listen(s.t, 500), 0);
	term_listen(s.t, 100);
	fresh = term_dump(s.t);
	ck_assert_str_eq(drained, fresh);
	free(drained);
	free(fresh);
	quit(&s);
}
END_TEST

START_TEST(every_way_out_of_a_stuck_terminal_takes_less_than_a_second)
{
	static const struct {
		int signal; // 0: a key
		bool is_hung_up;
	} ways[] = { { SIGTERM, false }, { SIGHUP, false },  { SIGINT, false },
		     { 0, false },       { SIGSEGV, false }, { 0, true } };

	for (size_t i = 0; i < COUNT(ways); i++) {
		struct stuck s;
		int64_t began_ms;
		int status;

		begin(&s);
		hold_up(&s);
		began_ms = now_ms();
		if (ways[i].is_hung_up)
			term_hang_up(s.t);
		else if (ways[i].signal)
			term_signal(s.t, ways[i].signal);
		else
			term_send_bytes(s.t, "q", 1);
		status = term_wait_exit_unread(s.t, SCENE_MS);
		ck_assert_int_lt(now_ms() - began_ms, 1500); // one, and what a busy machine adds
		ck_assert_int_eq(status, ways[i].signal == SIGSEGV ? -1 - SIGSEGV : 0);
		if (!ways[i].is_hung_up)
			term_assert_restored(s.t);
		end(&s);
	}
}
END_TEST

START_TEST(it_steps_aside_from_a_stuck_terminal_and_comes_back)
{
	struct stuck s;
	int64_t deadline_ms;

	begin(&s);
	hold_up(&s);
	deadline_ms = now_ms() + SCENE_MS;
	term_signal(s.t, SIGTSTP);
	while (process_state(term_pid(s.t)) != 'T' && now_ms() < deadline_ms)
		poll(NULL, 0, 5);
	ck_assert_int_eq(process_state(term_pid(s.t)), 'T');
	term_listen(s.t, 50);
	term_assert_restored(s.t);
	s.rules[0].bytes = ill;
	term_signal(s.t, SIGCONT);
	await_polls(&s, N_OFTEN_FALL + 1);
	await_shown(&s, "DOWN");
	quit(&s);
}
END_TEST

START_TEST(waiting_for_room_costs_nothing)
{
	struct stuck s;
	long before_ms;

	begin(&s);
	hold_up(&s);
	before_ms = process_cpu_ms(term_pid(s.t));
	await_polls(&s, 3);
	ck_assert_int_lt(process_cpu_ms(term_pid(s.t)) - before_ms, 500); // of three seconds
	quit(&s);
}
END_TEST

SUITE("stuck", polling_and_keys_go_on_while_no_byte_is_taken, what_is_newest_is_drawn_once_there_is_room,
      every_way_out_of_a_stuck_terminal_takes_less_than_a_second, it_steps_aside_from_a_stuck_terminal_and_comes_back,
      waiting_for_room_costs_nothing)
