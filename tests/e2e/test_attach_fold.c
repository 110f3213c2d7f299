// SPDX-License-Identifier: Apache-2.0
/* The fleet of a console that has lost its hub, and got it back, is that of a console which was never there before:
 * nothing lost, nothing doubled.
 */
#include "tests/support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/strbuf.h"
#include "feeds/websocket_manager.h"
#include "fleet/snapshot.h"
#include "opscon/fleet.h"
#include "tests/e2e/scene.h"

enum { DUMP_MAX = 16 << 20, TICK_MS = 5 };

struct watcher {
	struct broadcaster *broadcaster;
	struct fleet *fleet;
	struct feed *feed;
	size_t n_snapshots; // begun
	bool is_closed;
};

static struct scene s;
static uv_loop_t loop;
static uv_timer_t tick;
static pid_t hub;
static char address[128];

static void start_hub(void)
{
	struct stat found;

	unlink("hub.sock");
	hub = process_start((const char *[]){ OPSCON, "hub", "--config", "opscon.yml", "--socket", address + 5, NULL });
	for (int i = 0; i < 1000 && stat("hub.sock", &found) < 0; i++)
		usleep(10000); // a condition that nothing else tells of
	ck_assert_int_eq(stat("hub.sock", &found), 0);
}

static void on_tick(uv_timer_t *timer)
{
	(void)timer;
}

static void begin(void)
{
	scene_open(&s);
	putenv(s.state);
	snprintf(address, sizeof address, "unix:%s/hub.sock", s.dir);
	scene_simulate(&s, (const char *[]){ "--agents", "8", "--fault", "error500=1", "--fault", "flapping=2", NULL });
	start_hub();
	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&loop);
	uv_timer_init(&loop, &tick);
	uv_timer_start(&tick, on_tick, TICK_MS, TICK_MS);
}

static void end(void)
{
	uv_close((uv_handle_t *)&tick, NULL);
	ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	process_end(hub);
	scene_close(&s);
}

static void on_event(void *ctx, const struct event *event)
{
	struct watcher *watcher = ctx;

	watcher->n_snapshots += event->type == EVENT_SNAPSHOT && !event->u.snapshot.is_end;
	ck_assert_int_eq(fleet_apply(watcher->fleet, event), 0);
}

static void on_closed(void *ctx)
{
	struct watcher *watcher = ctx;

	watcher->is_closed = true;
}

static void watch(struct watcher *watcher)
{
	struct hub_address to;
	char why[256];

	*watcher = (struct watcher){ 0 };
	ck_assert_int_eq(hub_address_parse(address, &to, why, sizeof why), 0);
	ck_assert_int_eq(broadcaster_create(BROADCASTER_BUFFER_DEFAULT, &watcher->broadcaster), 0);
	ck_assert_int_eq(fleet_create(NULL, &watcher->fleet), 0);
	ck_assert_int_gt(broadcaster_subscribe(watcher->broadcaster, ~0u, on_event, watcher), 0);
	ck_assert_int_eq(websocket_manager_create(&loop,
						  &(struct websocket_manager_options){
							  .addresses = &to,
							  .n_addresses = 1,
							  .broadcaster = watcher->broadcaster,
							  .who = "alice",
							  .state = { .base_ms = 100, .cap_ms = 200, .ping_ms = 1000 },
							  .ctx = watcher,
							  .closed_cb = on_closed },
						  &watcher->feed, why, sizeof why),
			 0);
}

static void leave(struct watcher *watcher)
{
	watcher->feed->class->stop(watcher->feed);
	while (!watcher->is_closed)
		uv_run(&loop, UV_RUN_ONCE);
	broadcaster_destroy(watcher->broadcaster);
	fleet_destroy(watcher->fleet);
}

// How the connection is, once it is so.
static void await(const struct watcher *watcher, bool is_live)
{
	uint64_t until_ms = uv_now(&loop) + SCENE_MS;
	struct websocket_manager_summary summary;

	do {
		uv_run(&loop, UV_RUN_ONCE);
		websocket_manager_summary(watcher->feed, &summary);
	} while ((summary.n_live == 1) != is_live && uv_now(&loop) < until_ms);
	ck_assert_msg((summary.n_live == 1) == is_live, "%s", summary.why);
}

static void await_state(const struct watcher *watcher, enum feed_state state)
{
	uint64_t until_ms = uv_now(&loop) + SCENE_MS;
	struct websocket_manager_summary summary;

	do {
		uv_run(&loop, UV_RUN_ONCE);
		websocket_manager_summary(watcher->feed, &summary);
	} while (summary.state != state && uv_now(&loop) < until_ms);
	ck_assert_int_eq(summary.state, state);
}

static void dump(const struct watcher *watcher, struct bytes *out)
{
	bytes_init(out, DUMP_MAX);
	ck_assert_int_eq(fleet_dump(watcher->fleet, FLEET_DUMP_NO_OWN | FLEET_DUMP_NO_FEED, out), 0);
}

// The line in which they part.
static void show_difference(const char *a, const char *b)
{
	while (*a && *b && strncmp(a, b, strcspn(a, "\n") + 1) == 0) {
		a += strcspn(a, "\n") + 1;
		b += strcspn(b, "\n") + 1;
	}
	fprintf(stderr, "the one: %.*s\nother:   %.*s\n", (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
}

// What is on its way arrives sooner or later: between two events they are the same.
static void await_same(const struct watcher *one, const struct watcher *other)
{
	uint64_t until_ms = uv_now(&loop) + SCENE_MS;
	struct bytes a, b;
	bool is_same;

	do {
		uv_run(&loop, UV_RUN_ONCE);
		dump(one, &a);
		dump(other, &b);
		is_same = strcmp(a.data, b.data) == 0;
		if (!is_same && uv_now(&loop) >= until_ms)
			show_difference(a.data, b.data);
		bytes_finish(&a);
		bytes_finish(&b);
	} while (!is_same && uv_now(&loop) < until_ms);
	ck_assert_msg(is_same, "they are not the same");
}

// Until the hub has something to tell that was not there before.
static void let_things_happen(const struct watcher *watcher, size_t n)
{
	size_t before = fleet_n_timeline(watcher->fleet);
	uint64_t until_ms = uv_now(&loop) + SCENE_MS;

	while (fleet_n_timeline(watcher->fleet) < before + n && uv_now(&loop) < until_ms)
		uv_run(&loop, UV_RUN_ONCE);
}

static void compare_with_a_fresh_one(const struct watcher *watcher)
{
	struct watcher fresh;

	watch(&fresh);
	await(&fresh, true);
	await_same(watcher, &fresh);
	ck_assert_uint_eq(fleet_n_agents(watcher->fleet), 8);
	leave(&fresh);
}

START_TEST(who_followed_is_as_who_came_late)
{
	struct watcher watcher;

	begin();
	watch(&watcher);
	await(&watcher, true);
	let_things_happen(&watcher, 3);
	compare_with_a_fresh_one(&watcher);
	leave(&watcher);
	end();
}
END_TEST

START_TEST(after_a_restart_it_is_as_a_fresh_one)
{
	struct watcher watcher;

	begin();
	watch(&watcher);
	await(&watcher, true);
	let_things_happen(&watcher, 2);
	process_stop(hub); // SIGKILL
	await(&watcher, false);
	start_hub();
	await(&watcher, true);
	compare_with_a_fresh_one(&watcher);
	let_things_happen(&watcher, 2);
	compare_with_a_fresh_one(&watcher);
	ck_assert_uint_ge(watcher.n_snapshots, 2);
	leave(&watcher);
	end();
}
END_TEST

static const struct alert *find_alert(const struct watcher *watcher, enum alert_state state)
{
	for (size_t i = 0; i < fleet_n_alerts(watcher->fleet); i++)
		if (fleet_alert_at(watcher->fleet, i)->state == state)
			return fleet_alert_at(watcher->fleet, i);
	return NULL;
}

static const struct alert *await_alert(const struct watcher *watcher, enum alert_state state)
{
	uint64_t until_ms = uv_now(&loop) + SCENE_MS;

	while (!find_alert(watcher, state) && uv_now(&loop) < until_ms)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert_ptr_nonnull(find_alert(watcher, state));
	return find_alert(watcher, state);
}

static bool is_written(const char *word)
{
	char path[160];
	char *text;
	bool is_there;

	snprintf(path, sizeof path, "%s/opscon/standing.json", s.state + strlen("XDG_STATE_HOME="));
	if (access(path, R_OK) < 0)
		return false;
	text = scene_read(path);
	is_there = strstr(text, word) != NULL;
	free(text);
	return is_there;
}

static void await_written(const char *word)
{
	uint64_t until_ms = uv_now(&loop) + SCENE_MS;

	while (!is_written(word) && uv_now(&loop) < until_ms)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert(is_written(word));
}

START_TEST(a_killed_hub_remembers_what_was_acknowledged)
{
	struct request request = { .type = REQUEST_ALERT_ACK, .who = "alice", .text = "on it" };
	const struct alert *alert;
	struct watcher watcher;
	int64_t since_ms;

	begin();
	watch(&watcher);
	await(&watcher, true);
	alert = await_alert(&watcher, ALERT_ACTIVE);
	since_ms = alert->since_ms;
	request.alert = alert->id;
	request.agent = alert->agent;
	ck_assert_int_eq(feed_request(watcher.feed, &request), 0);
	await_alert(&watcher, ALERT_ACKNOWLEDGED);
	await_written("acknowledged");
	process_stop(hub); // SIGKILL
	await(&watcher, false);
	start_hub();
	await(&watcher, true);
	alert = await_alert(&watcher, ALERT_ACKNOWLEDGED);
	ck_assert_str_eq(alert->note, "on it");
	ck_assert_int_eq(alert->since_ms, since_ms);
	compare_with_a_fresh_one(&watcher);
	leave(&watcher);
	end();
}
END_TEST

START_TEST(after_a_standstill_it_is_as_a_fresh_one)
{
	struct watcher watcher;

	begin();
	watch(&watcher);
	await(&watcher, true);
	let_things_happen(&watcher, 2);
	kill(hub, SIGSTOP);
	await(&watcher, false); // it is stale
	kill(hub, SIGCONT);
	await(&watcher, true);
	compare_with_a_fresh_one(&watcher);
	kill(hub, SIGSTOP);
	await_state(&watcher, FEED_RECONNECTING); // it is given up
	kill(hub, SIGCONT);
	await(&watcher, true);
	compare_with_a_fresh_one(&watcher);
	let_things_happen(&watcher, 2);
	compare_with_a_fresh_one(&watcher);
	ck_assert_uint_eq(watcher.n_snapshots, 1); // it was given what it lacked, and no more
	leave(&watcher);
	end();
}
END_TEST

SUITE("attach fold", who_followed_is_as_who_came_late, after_a_restart_it_is_as_a_fresh_one,
      a_killed_hub_remembers_what_was_acknowledged, after_a_standstill_it_is_as_a_fresh_one)
