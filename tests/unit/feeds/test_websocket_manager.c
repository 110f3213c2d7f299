// SPDX-License-Identifier: Apache-2.0
/* The feed of hubs against a hub that is scripted, and misbehaves in every way. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "feeds/websocket_manager.h"
#include "model/agent.h"
#include "tests/support/http_server.h"
#include "tests/support/ws_server.h"
#include "wire/message.h"

enum { HEARD_MAX = 64, TEXT_MAX = 8192, SAYS_MAX = 16 };

static const char boot_a[] = "0123456789abcdef0123456789abcdef", boot_b[] = "ffffffffffffffffffffffffffffffff";

struct heard {
	enum event_type type;
	uint32_t agent;
	uint8_t origin;
	uint64_t session;
	char text[200];
};

static struct scene {
	uv_loop_t loop;
	uv_timer_t tick; // what the server has heard is no event here
	struct ws_server server;
	struct broadcaster *broadcaster;
	struct feed *feed;
	struct heard heard[HEARD_MAX]; // what is no EVENT_FEED
	size_t n_heard;
	enum feed_state state; // of the connection
	char detail[320];
	int64_t retry_ms;
	size_t n_states[FEED_REFUSED + 1];
	enum request_type refused;
	int refused_error;
	char refused_why[320];
	size_t n_refused;
	struct {
		enum request_type type;
		uint32_t about;
		int error;
	} answered; // the last
	struct hub_greeting greeting;
	struct wire_limits limits;
	size_t n_limited, wanted_limited;
	char fleet[128];
	bool is_closed, is_done;
	// What is waited for:
	enum feed_state wanted_state;
	size_t wanted_heard, wanted_refused, wanted_messages;
	char says[SAYS_MAX][TEXT_MAX];
	const char *welcome[SAYS_MAX + 1];
	size_t n_says;
} s;

static void check(void)
{
	s.is_done = s.state == s.wanted_state && s.n_heard >= s.wanted_heard && s.n_refused >= s.wanted_refused &&
		    s.server.n_messages >= s.wanted_messages && s.n_limited >= s.wanted_limited;
}

static void on_event(void *ctx, const struct event *event)
{
	(void)ctx;
	if (event->type == EVENT_FEED && event->u.feed.is_link) {
		s.state = event->u.feed.state;
		s.n_states[s.state]++;
		s.retry_ms = event->u.feed.retry_ms;
		snprintf(s.detail, sizeof s.detail, "%s", event->u.feed.detail);
	} else if (s.n_heard < HEARD_MAX) {
		struct heard *heard = &s.heard[s.n_heard++];

		*heard = (struct heard){ event->type, event->agent, event->origin, 0, "" };
		if (event->type == EVENT_AGENT_ADDED)
			snprintf(heard->text, sizeof heard->text, "%s", event->u.agent->key);
		if (event->type == EVENT_NOTICE)
			snprintf(heard->text, sizeof heard->text, "%s", event->u.notice.title);
	}
	check();
}

static void on_refused(void *ctx, enum request_type type, int error, const char *why)
{
	(void)ctx;
	s.refused = type;
	s.refused_error = error;
	snprintf(s.refused_why, sizeof s.refused_why, "%s", why);
	s.n_refused++;
	check();
}

static void on_answered(void *ctx, enum request_type type, uint32_t about, int error)
{
	(void)ctx;
	s.answered.type = type;
	s.answered.about = about;
	s.answered.error = error;
}

static void on_greeted(void *ctx, const struct hub_greeting *greeting)
{
	(void)ctx;
	s.greeting = *greeting;
	snprintf(s.fleet, sizeof s.fleet, "%s", greeting->fleet);
}

static void on_limited(void *ctx, uint8_t hub, const struct wire_limits *limits)
{
	(void)ctx;
	ck_assert_uint_eq(hub, 1);
	s.limits = *limits;
	s.n_limited++;
	check();
}

static void on_closed(void *ctx)
{
	(void)ctx;
	s.is_closed = true;
}

static void on_tick(uv_timer_t *timer)
{
	(void)timer;
	check();
}

static void begin(void)
{
	memset(&s, 0, sizeof s);
	uv_loop_init(&s.loop);
	uv_timer_init(&s.loop, &s.tick);
	uv_timer_start(&s.tick, on_tick, 5, 5);
	uv_unref((uv_handle_t *)&s.tick);
	ws_server_start(&s.server, &s.loop);
	ck_assert_int_eq(broadcaster_create(BROADCASTER_BUFFER_DEFAULT, &s.broadcaster), 0);
	ck_assert_int_gt(broadcaster_subscribe(s.broadcaster, ~0u, on_event, NULL), 0);
}

static void attach(const char *token_file, const struct hub_state_options *state)
{
	struct hub_address address;
	char text[64], why[256] = "";

	snprintf(text, sizeof text, "ws://127.0.0.1:%d", s.server.port);
	ck_assert_int_eq(hub_address_parse(text, &address, why, sizeof why), 0);
	ck_assert_int_eq(websocket_manager_create(&s.loop,
						  &(struct websocket_manager_options){ .addresses = &address,
										       .n_addresses = 1,
										       .broadcaster = s.broadcaster,
										       .token_file = token_file,
										       .who = "alice",
										       .host = "ops1",
										       .tty = "pts/3",
										       .state = *state,
										       .greeted = on_greeted,
										       .limited = on_limited,
										       .answered = on_answered,
										       .refused = on_refused,
										       .closed_cb = on_closed },
						  &s.feed, why, sizeof why),
			 0);
}

static const struct hub_state_options quick = { .base_ms = 20, .cap_ms = 50, .ping_ms = 200, .connect_ms = 500 };

static void wait_for(enum feed_state state)
{
	s.wanted_state = state;
	check();
	if (!s.is_done)
		loop_run_until(&s.loop, &s.is_done);
}

static void finish(void)
{
	s.feed->class->stop(s.feed);
	ws_server_stop(&s.server);
	uv_close((uv_handle_t *)&s.tick, NULL);
	if (!s.is_closed)
		loop_run_until(&s.loop, &s.is_closed);
	loop_finish(&s.loop);
	broadcaster_destroy(s.broadcaster);
}

// ---- what the hub says

static void says(const struct bytes *text)
{
	ck_assert_uint_lt(s.n_says, SAYS_MAX);
	ck_assert_uint_lt(text->len, TEXT_MAX);
	memcpy(s.says[s.n_says], text->data, text->len + 1);
	s.welcome[s.n_says] = s.says[s.n_says];
	s.welcome[++s.n_says] = NULL;
	s.server.welcome = s.welcome;
}

static void says_nothing(void)
{
	s.n_says = 0;
	s.welcome[0] = NULL;
}

static void says_hello(const char *boot, bool is_resumed, unsigned protocol)
{
	static struct wire_environment environments[] = { { .name = "prod", .is_production = true },
							  { .name = "eu-west", .colour = "red" } };
	struct wire_welcome welcome = { .protocol = protocol,
					.version = "0.2.0",
					.fleet = "Platform CoE",
					.session = 7,
					.you = "alice",
					.role = "operator",
					.is_demo = true,
					.is_resumed = is_resumed,
					.at_ms = 1795446245000,
					.strategy = "canary",
					.environments = environments,
					.n_environments = 2 };
	struct bytes text;

	snprintf(welcome.boot, sizeof welcome.boot, "%s", boot);
	bytes_init(&text, TEXT_MAX);
	ck_assert_int_eq(wire_welcome_write(&welcome, &text), 0);
	says(&text);
	bytes_finish(&text);
}

// Takes the event over.
static void write_event(struct event *event, uint64_t seq, uint64_t prev, struct bytes *text)
{
	char prefix[WIRE_PREFIX_MAX];
	size_t n = wire_event_prefix(event->channel, seq, prev, prefix);

	bytes_init(text, TEXT_MAX);
	ck_assert_int_eq(bytes_add(text, prefix, n), 0);
	ck_assert_int_eq(event_json_write(event, 0, text), 0);
	ck_assert_int_eq(bytes_add(text, WIRE_EVENT_END, strlen(WIRE_EVENT_END)), 0);
	event_unref(event);
}

static void says_event(struct event *event, uint64_t seq, uint64_t prev)
{
	struct bytes text;

	write_event(event, seq, prev, &text);
	says(&text);
	bytes_finish(&text);
}

static void say_event_now(struct event *event, uint64_t seq, uint64_t prev)
{
	struct bytes text;

	write_event(event, seq, prev, &text);
	ws_server_say(&s.server, text.data);
	bytes_finish(&text);
}

static struct event *mark(bool is_end)
{
	struct event *event = event_new(EVENT_SNAPSHOT, 1, 0);

	event->channel = CHANNEL_SYSTEM;
	event->u.snapshot.is_end = is_end;
	return event;
}

static struct event *added(uint32_t id, const char *key)
{
	struct event *event = event_new(EVENT_AGENT_ADDED, 1, id);
	struct agent *agent = mem_calloc(1, sizeof *agent);

	agent->refs = 1;
	agent->id = id;
	agent->key = mem_strdup(key);
	agent->name = mem_strdup(key);
	agent->url = mem_strdup("http://127.0.0.1:9");
	agent->source = mem_strdup("config");
	event->u.agent = agent;
	event->is_restated = true;
	return event;
}

static struct event *notice(const char *title)
{
	struct event *event = event_new(EVENT_NOTICE, 1, 0);

	event->channel = CHANNEL_SYSTEM;
	event->u.notice.title = mem_strdup(title);
	event->u.notice.text = mem_strdup("");
	return event;
}

static struct event *removed(uint32_t id)
{
	return event_new(EVENT_AGENT_REMOVED, 1, id);
}

static void says_all(const char *boot)
{
	says_nothing();
	says_hello(boot, false, WIRE_PROTOCOL);
	says_event(mark(false), 0, 0);
	says_event(added(41, "cache"), 0, 0);
	says_event(added(42, "memory"), 0, 0);
	says_event(mark(true), 0, 0);
}

static size_t n_heard(enum event_type type)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n_heard; i++)
		n += s.heard[i].type == type;
	return n;
}

static bool was_said(const char *text)
{
	return strstr(s.server.said, text) != NULL;
}

// ---- when all is well

// A hub that tells of its two agents, and all of that is read.
static void begin_live(const struct hub_state_options *state)
{
	begin();
	says_all(boot_a);
	attach(NULL, state);
	s.wanted_heard = 4;
	wait_for(FEED_LIVE);
}

START_TEST(a_fleet_is_told_and_followed)
{
	begin_live(&quick);
	ck_assert_uint_eq(n_heard(EVENT_AGENT_ADDED), 2);
	ck_assert_uint_eq(s.heard[1].agent, 1); // our number, not 41
	ck_assert_str_eq(s.heard[1].text, "cache");
	ck_assert_uint_eq(s.heard[1].origin, 1);
	ck_assert_str_eq(s.fleet, "Platform CoE");
	ck_assert(s.greeting.is_demo);
	ck_assert_int_eq(s.greeting.strategy, ROLLOUT_CANARY);
	ck_assert_uint_eq(s.greeting.hubs, 1U << 1);
	ck_assert_uint_eq(s.greeting.n_environments, 2);
	ck_assert(s.greeting.environments[0].is_production);
	ck_assert_str_eq(s.greeting.environments[1].colour, "red");
	ck_assert_uint_eq(s.greeting.environments[1].hub, 1);
	ck_assert(was_said("\"who\":\"alice\""));
	ck_assert(was_said("\"tty\":\"pts/3\""));
	ck_assert_ptr_null(strstr(s.server.last_request, "Authorization"));
	say_event_now(removed(41), 1, 0);
	s.wanted_heard = 5;
	wait_for(FEED_LIVE);
	ck_assert_int_eq(s.heard[4].type, EVENT_AGENT_REMOVED);
	ck_assert_uint_eq(s.heard[4].agent, 1);
	finish();
}
END_TEST

START_TEST(the_token_is_sent_and_read_anew)
{
	char path[] = "/tmp/opscon-token-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	fputs("opscon_secret\n", file);
	fclose(file);
	begin();
	says_all(boot_a);
	attach(path, &quick);
	wait_for(FEED_LIVE);
	ck_assert_ptr_nonnull(strstr(s.server.last_request, "Authorization: Bearer opscon_secret\r\n"));
	file = fopen(path, "w");
	fputs("opscon_rotated", file);
	fclose(file);
	ws_server_drop_all(&s.server);
	wait_for(FEED_RECONNECTING);
	wait_for(FEED_LIVE);
	ck_assert_ptr_nonnull(strstr(s.server.last_request, "Authorization: Bearer opscon_rotated\r\n"));
	finish();
	unlink(path);
}
END_TEST

START_TEST(only_what_is_missing_is_asked_for)
{
	begin_live(&quick);
	say_event_now(notice("one"), 5, 0);
	say_event_now(notice("two"), 9, 5); // conflated: the numbers jump, prev does not lie
	s.wanted_heard = 6;
	wait_for(FEED_LIVE);
	says_nothing();
	says_hello(boot_a, true, WIRE_PROTOCOL);
	says_event(notice("two"), 9, 0); // again: it is not taken twice
	says_event(notice("three"), 10, 9);
	s.server.n_said = 0;
	ws_server_drop_all(&s.server);
	wait_for(FEED_RECONNECTING);
	s.wanted_heard = 7;
	wait_for(FEED_LIVE);
	ck_assert(was_said("\"boot\":\"0123456789abcdef0123456789abcdef\""));
	ck_assert(was_said("\"last\":{\"system\":9}"));
	ck_assert_uint_eq(n_heard(EVENT_NOTICE), 3);
	ck_assert_uint_eq(n_heard(EVENT_SNAPSHOT), 2); // no further one
	finish();
}
END_TEST

START_TEST(a_restarted_hub_keeps_the_numbers_of_agents)
{
	begin_live(&quick);
	says_nothing();
	says_hello(boot_b, false, WIRE_PROTOCOL);
	says_event(mark(false), 0, 0);
	says_event(added(41, "memory"), 0, 0); // the same number, another agent
	says_event(added(1, "cache"), 0, 0);
	says_event(mark(true), 0, 0);
	ws_server_drop_all(&s.server);
	s.wanted_heard = 8;
	wait_for(FEED_LIVE);
	ck_assert_str_eq(s.heard[5].text, "memory");
	ck_assert_uint_eq(s.heard[5].agent, 2);
	ck_assert_str_eq(s.heard[6].text, "cache");
	ck_assert_uint_eq(s.heard[6].agent, 1);
	finish();
}
END_TEST

// ---- gaps

START_TEST(a_gap_is_noticed_and_all_is_told_anew)
{
	begin_live(&quick);
	say_event_now(notice("one"), 1, 0);
	s.server.n_said = 0;
	s.server.said[0] = '\0';
	say_event_now(notice("three"), 3, 2); // two did not come
	s.wanted_heard = 9;
	wait_for(FEED_LIVE);
	ck_assert_uint_eq(s.server.n_upgraded, 2);
	ck_assert(!was_said("\"boot\"")); // a snapshot is wanted
	ck_assert_uint_eq(n_heard(EVENT_NOTICE), 1);
	ck_assert_uint_eq(n_heard(EVENT_SNAPSHOT), 4);
	finish();
}
END_TEST

START_TEST(after_a_resync_it_is_not_resumed_by_old_numbers)
{
	begin_live(&quick);
	say_event_now(notice("one"), 1, 0);
	ws_server_say(&s.server, "{\"type\":\"resync\",\"why\":\"too slow\"}");
	say_event_now(mark(false), 0, 0);
	say_event_now(mark(true), 0, 0);
	s.wanted_heard = 7;
	wait_for(FEED_LIVE);
	s.server.n_said = 0;
	s.server.said[0] = '\0';
	ws_server_drop_all(&s.server);
	wait_for(FEED_RECONNECTING);
	s.wanted_heard = 11;
	wait_for(FEED_LIVE);
	ck_assert(!was_said("\"boot\""));
	finish();
}
END_TEST

// ---- when it does not work

START_TEST(refusals_say_why)
{
	static const struct {
		const char *answer, *detail;
		enum feed_state state;
	} rows[] = {
		{ "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "401 no token was given: --token-file FILE",
		  FEED_REFUSED },
		{ "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n\r\nfrom elsewhere",
		  "403 denied: from elsewhere", FEED_REFUSED },
		{ "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
		  "{\"status\":401,\"error\":\"not known here\"}",
		  "401 no token was given: --token-file FILE", FEED_REFUSED },
		{ "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nContent-Length: 38\r\n\r\n"
		  "{\"status\":429,\"error\":\"48 are enough\"}",
		  "429 too many: 48 are enough", FEED_REFUSED },
		{ "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 99\r\n\r\n", "426 it speaks another version",
		  FEED_REFUSED },
		{ "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html>\x1b[2J</html>",
		  "polling (no WebSocket): 502 Bad Gateway", FEED_RECONNECTING },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "polling (no WebSocket): 200 OK",
		  FEED_RECONNECTING },
		{ "SSH-2.0-OpenSSH_9.2\r\n\r\n", "polling (no WebSocket): what came was no answer of HTTP",
		  FEED_RECONNECTING },
		{ "\x15\x03\x01\x02\x02\x16", "it speaks TLS; expected wss://", FEED_RECONNECTING },
		{ "", "polling (no WebSocket): closed instead of an answer; a port that speaks TLS is wss://",
		  FEED_RECONNECTING },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin();
		s.server.refusal = rows[i].answer;
		attach(NULL, &(struct hub_state_options){ .base_ms = 60000 });
		wait_for(rows[i].state);
		ck_assert_msg(strncmp(s.detail, rows[i].detail, strlen(rows[i].detail)) == 0, "%s: %s", rows[i].answer,
			      s.detail);
		ck_assert_int_gt(s.retry_ms, 0);
		ck_assert_uint_eq(s.n_states[FEED_LIVE], 0);
		finish();
	}
}
END_TEST

START_TEST(a_token_that_is_not_known_and_one_that_is_not_there_are_told_apart)
{
	static const struct {
		const char *file, *detail;
	} rows[] = {
		{ "/proc/self/comm", "401 it wants a token that it knows: not known here" },
		{ "/no/such/token", "401 it wants a token, and the token file cannot be read" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin();
		s.server.refusal =
			"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
			"{\"status\":401,\"error\":\"not known here\"}";
		attach(rows[i].file, &(struct hub_state_options){ .base_ms = 60000 });
		wait_for(FEED_REFUSED);
		ck_assert_str_eq(s.detail, rows[i].detail);
		finish();
	}
}
END_TEST

START_TEST(a_refused_one_is_let_in_when_things_have_changed)
{
	begin();
	says_all(boot_a);
	s.server.refusal = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
	attach(NULL, &quick);
	wait_for(FEED_REFUSED);
	s.server.refusal = NULL;
	wait_for(FEED_LIVE);
	finish();
}
END_TEST

START_TEST(an_answer_to_another_key_is_none)
{
	begin();
	says_all(boot_a);
	s.server.has_wrong_accept = true;
	attach(NULL, &(struct hub_state_options){ .base_ms = 60000 });
	wait_for(FEED_RECONNECTING);
	ck_assert_ptr_nonnull(strstr(s.detail, "its answer is no WebSocket's"));
	ck_assert_uint_eq(s.server.n_messages, 0); // nothing was said to it
	finish();
}
END_TEST

START_TEST(nobody_there_is_told_and_tried_again)
{
	begin();
	says_all(boot_a);
	ws_server_stop(&s.server);
	while (uv_loop_alive(&s.loop))
		uv_run(&s.loop, UV_RUN_ONCE);
	attach(NULL, &quick);
	wait_for(FEED_RECONNECTING);
	ck_assert_ptr_nonnull(strstr(s.detail, "connection refused"));
	finish();
}
END_TEST

START_TEST(a_mute_one_is_left_in_time)
{
	begin();
	s.server.is_mute = true;
	attach(NULL, &(struct hub_state_options){ .base_ms = 60000, .connect_ms = 100 });
	wait_for(FEED_RECONNECTING);
	ck_assert_str_eq(s.detail, "no answer in time");
	finish();
}
END_TEST

START_TEST(one_that_falls_silent_is_late_then_stale_and_then_gone)
{
	struct websocket_manager_summary summary;

	begin_live(&(struct hub_state_options){ .base_ms = 60000, .ping_ms = 600 });
	ws_server_hold_all(&s.server);
	wait_for(FEED_STALE);
	ck_assert_uint_le(s.n_states[FEED_LATE], 1);
	ck_assert_str_eq(s.detail, "the hub does not answer");
	websocket_manager_summary(s.feed, &summary);
	ck_assert_uint_eq(summary.n_live, 0);
	ck_assert_ptr_nonnull(strstr(summary.why, ": it does not answer"));
	// Whatever it would do by the time that it goes on, nobody expects any more.
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_PAUSE_ALL }), -ENOTCONN);
	wait_for(FEED_RECONNECTING);
	ck_assert_str_eq(s.detail, "it does not answer any more");
	finish();
}
END_TEST

START_TEST(one_that_is_heard_again_is_live_at_once)
{
	begin_live(&(struct hub_state_options){ .base_ms = 60000, .ping_ms = 2000 });
	ws_server_hold_all(&s.server);
	wait_for(FEED_STALE);
	ws_server_say(&s.server, "{\"type\":\"resync\",\"why\":\"it was away\"}");
	wait_for(FEED_LIVE);
	ck_assert_uint_eq(s.server.n_upgraded, 1); // on the same connection
	finish();
}
END_TEST

// The way may be dead though nobody has said so: who wants to know does not wait until it is given up.
START_TEST(a_silent_one_is_called_anew_when_somebody_asks)
{
	begin_live(&(struct hub_state_options){ .base_ms = 60000, .ping_ms = 2000 });
	ws_server_hold_all(&s.server);
	wait_for(FEED_STALE);
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_PROBE_NOW }), -ENOTCONN);
	wait_for(FEED_LIVE);
	ck_assert_uint_eq(s.server.n_upgraded, 2);
	ck_assert_uint_ge(s.n_states[FEED_RECONNECTING], 1);
	finish();
}
END_TEST

START_TEST(a_quiet_one_stays)
{
	uint64_t began_ms;

	begin_live(&(struct hub_state_options){ .base_ms = 60000, .ping_ms = 200 });
	began_ms = uv_now(&s.loop);
	while (uv_now(&s.loop) < began_ms + 400) // ten pings
		uv_run(&s.loop, UV_RUN_ONCE);
	wait_for(FEED_LIVE);
	ck_assert_uint_eq(s.server.n_upgraded, 1);
	finish();
}
END_TEST

START_TEST(what_it_says_when_it_closes_is_told)
{
	static const struct {
		const char *message;
		uint16_t code;
		const char *reason, *detail;
		enum feed_state state;
	} rows[] = {
		{ NULL, 1001, "", "the hub has ended", FEED_RECONNECTING },
		{ NULL, 1008, "expired", "expired", FEED_REFUSED },
		{ NULL, 1011, "out of memory", "out of memory", FEED_RECONNECTING },
		{ "{\"type\":\"error\",\"code\":\"version\",\"why\":\"2 to 3\"}", 1002, "", "version: 2 to 3",
		  FEED_REFUSED },
		{ "{\"type\":\"error\",\"code\":\"auth\",\"why\":\"the token was revoked\"}", 1008, "x",
		  "not let in: the token was revoked", FEED_REFUSED },
		{ "{\"type\":\"error\",\"code\":\"shutdown\",\"why\":\"the hub ends\"}", 1001, "x", "the hub ends",
		  FEED_RECONNECTING },
		{ "{\"type\":\"error\",\"code\":\"slow\",\"why\":\"it took nothing\"}", 1008, "", "it took nothing",
		  FEED_RECONNECTING },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin();
		says_all(boot_a);
		attach(NULL, &(struct hub_state_options){ .base_ms = 60000 });
		wait_for(FEED_LIVE);
		if (rows[i].message)
			ws_server_say(&s.server, rows[i].message);
		ws_server_close_all(&s.server, rows[i].code, rows[i].reason);
		wait_for(rows[i].state);
		ck_assert_str_eq(s.detail, rows[i].detail);
		finish();
	}
}
END_TEST

START_TEST(a_hub_that_says_goodbye_is_tried_again_soon)
{
	enum { FAILURES = 9 }; // the next wait would be half a second at most

	begin();
	says_all(boot_a);
	attach(NULL, &(struct hub_state_options){ .base_ms = 1 });
	for (int i = 0; i < FAILURES; i++) {
		wait_for(FEED_LIVE);
		ws_server_drop_all(&s.server);
		wait_for(FEED_RECONNECTING);
	}
	wait_for(FEED_LIVE);
	ws_server_say(&s.server, "{\"type\":\"error\",\"code\":\"shutdown\",\"why\":\"the hub ends\"}");
	ws_server_close_all(&s.server, 1001, "");
	wait_for(FEED_RECONNECTING);
	ck_assert_str_eq(s.detail, "the hub ends");
	ck_assert_int_le(s.retry_ms, clock_now().wall_ms + 1);
	finish();
}
END_TEST

START_TEST(a_newer_protocol_is_refused)
{
	begin();
	says_hello(boot_a, false, WIRE_PROTOCOL + 1);
	attach(NULL, &(struct hub_state_options){ .base_ms = 60000 });
	wait_for(FEED_REFUSED);
	ck_assert_ptr_nonnull(strstr(s.detail, "version: it speaks protocol 2"));
	finish();
}
END_TEST

START_TEST(what_is_no_message_ends_the_connection)
{
	static const char *const messages[] = { "nonsense", "[]", "{\"type\":\"event\"}",
						"{\"type\":\"hello\",\"protocol\":\"x\"}" };

	for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
		begin();
		says_all(boot_a);
		attach(NULL, &(struct hub_state_options){ .base_ms = 60000 });
		wait_for(FEED_LIVE);
		ws_server_say(&s.server, messages[i]);
		wait_for(FEED_RECONNECTING);
		ck_assert_msg(strstr(s.detail, "not understood"), "%s: %s", messages[i], s.detail);
		finish();
	}
}
END_TEST

START_TEST(what_is_not_known_yet_is_passed_over)
{
	begin_live(&quick);
	ws_server_say(&s.server, "{\"type\":\"weather\",\"sun\":true}");
	say_event_now(notice("still here"), 1, 0);
	s.wanted_heard = 5;
	wait_for(FEED_LIVE);
	ck_assert_uint_eq(s.server.n_upgraded, 1);
	finish();
}
END_TEST

START_TEST(limits_are_of_the_connection)
{
	begin_live(&quick);
	ck_assert_uint_eq(s.n_limited, 1); // none
	ck_assert_uint_eq(s.limits.n, 0);
	ws_server_say(&s.server, "{\"type\":\"limits\",\"scopes\":[\"allow env=dev\"]}");
	s.wanted_limited = 2;
	wait_for(FEED_LIVE);
	ck_assert_uint_eq(s.limits.n, 1);
	ck_assert_str_eq(s.limits.scopes[0], "allow env=dev");
	ws_server_drop_all(&s.server);
	s.wanted_limited = 3; // it has others when it is back
	wait_for(FEED_LIVE);
	ck_assert_uint_eq(s.limits.n, 0);
	finish();
}
END_TEST

START_TEST(who_talks_before_hello_is_none)
{
	static const char *const words[] = { "{\"type\":\"pong\",\"id\":1}", NULL };

	begin();
	s.server.welcome = words;
	attach(NULL, &(struct hub_state_options){ .base_ms = 60000 });
	wait_for(FEED_RECONNECTING);
	ck_assert_str_eq(s.detail, "it talks before it has said hello");
	finish();
}
END_TEST

// What it says cannot be true, so that nothing of it is believed, and all is asked for anew.
START_TEST(who_contradicts_itself_is_asked_anew)
{
	for (int i = 0; i < 2; i++) {
		begin_live(&(struct hub_state_options){ .base_ms = 60000 });
		if (i == 0)
			say_event_now(mark(true), 0, 0); // which has not begun
		else
			ws_server_say(&s.server, s.says[0]); // hello
		while (s.server.n_upgraded < 2)
			uv_run(&s.loop, UV_RUN_ONCE);
		s.wanted_heard = 8;
		wait_for(FEED_LIVE);
		ck_assert_uint_eq(s.n_heard, 8);   // told twice, and the end of nothing was not
		ck_assert(!was_said("\"boot\":")); // nothing is resumed
		finish();
	}
}
END_TEST

START_TEST(frames_that_are_none_end_the_connection)
{
	static const struct {
		unsigned char bytes[12];
		size_t n;
	} rows[] = {
		{ { 0xf1, 0x01, 'x' }, 3 },                                                  // reserved bits
		{ { 0x81, 0x81, 1, 2, 3, 4, 'x' }, 7 },                                      // masked by a server
		{ { 0x81, 0x02, 0xc3, 0x28 }, 4 },                                           // no UTF-8
		{ { 0x81, 0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'x' }, 11 }, // huge
		{ { 0x83, 0x00 }, 2 },                                                       // an opcode that is none
		{ { 0x89, 0x7e, 0x00, 0x80 }, 4 },                                           // a long ping
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		begin();
		says_all(boot_a);
		attach(NULL, &(struct hub_state_options){ .base_ms = 60000 });
		wait_for(FEED_LIVE);
		ws_server_say_raw(&s.server, rows[i].bytes, rows[i].n);
		wait_for(FEED_RECONNECTING);
		ck_assert_msg(strstr(s.detail, "no WebSocket") || strstr(s.detail, "over any bound"), "%zu: %s", i,
			      s.detail);
		finish();
	}
}
END_TEST

START_TEST(cut_in_the_middle_of_a_frame_it_is_not_half_read)
{
	static const unsigned char half[] = { 0x81, 0x20, '{', '"', 't' };

	begin_live(&(struct hub_state_options){ .base_ms = 60000 });
	ws_server_say_raw(&s.server, half, sizeof half);
	ws_server_finish_all(&s.server);
	wait_for(FEED_RECONNECTING);
	ck_assert_str_eq(s.detail, "the connection was closed");
	ck_assert_uint_eq(s.n_heard, 4);
	finish();
}
END_TEST

// ---- requests

START_TEST(requests_speak_the_hubs_numbers)
{
	begin_live(&quick);
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_PROBE_NOW, .agent = 2 }), 0);
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_PROBE_NOW, .agent = 77 }), -ENOENT);
	s.wanted_messages = 2;
	wait_for(FEED_LIVE);
	ck_assert(was_said("\"request\":{"));
	ck_assert(was_said("probe_now") || was_said("probe now") || was_said("probe-now"));
	ck_assert(was_said("\"agent\":42"));
	ws_server_say(&s.server, "{\"type\":\"answer\",\"id\":1,\"error\":\"EPERM\",\"why\":\"a viewer only looks\"}");
	s.wanted_refused = 1;
	wait_for(FEED_LIVE);
	ck_assert_int_eq(s.refused, REQUEST_PROBE_NOW);
	ck_assert_int_eq(s.refused_error, -EPERM);
	ck_assert_str_eq(s.refused_why, "a viewer only looks");
	ck_assert_int_eq(s.answered.type, REQUEST_PROBE_NOW);
	ck_assert_uint_eq(s.answered.about, 2); // as it was asked for
	ck_assert_int_eq(s.answered.error, -EPERM);
	finish();
}
END_TEST

START_TEST(nothing_is_asked_of_a_hub_that_is_away)
{
	begin();
	attach(NULL, &quick);
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_PROBE_NOW }), -ENOTCONN);
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_LOOK }), -ENOTCONN);
	// What is wanted as long as it is on screen is asked for when it is back.
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_WATCH, .agent = 1 }), 0);
	says_all(boot_a);
	s.wanted_messages = 2;
	wait_for(FEED_LIVE);
	ck_assert(was_said("\"agent\":41"));
	finish();
}
END_TEST

START_TEST(asking_for_probes_tries_the_hub_at_once)
{
	begin_live(&(struct hub_state_options){ .base_ms = 60000 });
	ws_server_drop_all(&s.server);
	wait_for(FEED_RECONNECTING);
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_PROBE_NOW }), -ENOTCONN);
	wait_for(FEED_LIVE);
	ck_assert_uint_eq(s.server.n_upgraded, 2);
	finish();
}
END_TEST

START_TEST(what_became_of_a_request_is_not_known_when_the_hub_is_lost)
{
	begin_live(&(struct hub_state_options){ .base_ms = 60000 });
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_PAUSE_ALL }), 0);
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_HISTORY, .agent = 1 }), 0);
	s.wanted_messages = 3;
	wait_for(FEED_LIVE);
	ws_server_drop_all(&s.server);
	s.wanted_refused = 1;
	wait_for(FEED_RECONNECTING);
	ck_assert_uint_eq(s.n_refused, 1); // a look is nothing to worry about
	ck_assert_int_eq(s.refused, REQUEST_PAUSE_ALL);
	ck_assert_ptr_nonnull(strstr(s.refused_why, "may have been done"));
	ck_assert_int_eq(s.answered.type, REQUEST_HISTORY); // that too is over
	ck_assert_int_eq(s.answered.error, -ENOTCONN);
	finish();
}
END_TEST

START_TEST(a_plan_that_is_lost_has_changed_nothing)
{
	const uint32_t agents[] = { 1 };
	const struct operation_params params = { .verb = VERB_RESTART, .version = "", .patch = "", .reason = "" };

	begin_live(&(struct hub_state_options){ .base_ms = 60000 });
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_PROBE_NOW }), 0);
	ck_assert_int_eq(
		feed_request(
			s.feed,
			&(struct request){ .type = REQUEST_PLAN, .agents = agents, .n_agents = 1, .params = &params }),
		0);
	s.wanted_messages = 3;
	wait_for(FEED_LIVE);
	ws_server_drop_all(&s.server);
	s.wanted_refused = 1;
	wait_for(FEED_RECONNECTING);
	ck_assert_uint_eq(s.n_refused, 1);
	ck_assert_int_eq(s.refused, REQUEST_PLAN); // it is waited for
	ck_assert_ptr_null(strstr(s.refused_why, "may have been done"));
	finish();
}
END_TEST

// ---- several hubs

static struct ws_server second;
static const char *second_says[8];
static char second_texts[8][TEXT_MAX];

// What is scripted so far is what the second hub says.
static void give_to_second(void)
{
	for (size_t i = 0; i <= s.n_says && i < 7; i++) {
		memcpy(second_texts[i], s.says[i], TEXT_MAX);
		second_says[i] = s.welcome[i] ? second_texts[i] : NULL;
	}
}

// Once the first has told all: so it is the one that is heard of what both have.
static void let_second_speak(void)
{
	s.wanted_heard = 4;
	wait_for(FEED_LIVE);
	while (second.n_messages == 0)
		uv_run(&s.loop, UV_RUN_ONCE);
	for (size_t i = 0; second_says[i]; i++)
		ws_server_say(&second, second_says[i]);
	second.welcome = second_says; // from then on at once
}

static void attach_both(const struct hub_state_options *state)
{
	struct hub_address addresses[2];
	char text[64], why[256] = "";

	snprintf(text, sizeof text, "ws://127.0.0.1:%d", s.server.port);
	ck_assert_int_eq(hub_address_parse(text, &addresses[0], why, sizeof why), 0);
	snprintf(text, sizeof text, "ws://localhost:%d", second.port);
	ck_assert_int_eq(hub_address_parse(text, &addresses[1], why, sizeof why), 0);
	ck_assert_int_eq(websocket_manager_create(&s.loop,
						  &(struct websocket_manager_options){ .addresses = addresses,
										       .n_addresses = 2,
										       .broadcaster = s.broadcaster,
										       .who = "alice",
										       .state = *state,
										       .greeted = on_greeted,
										       .refused = on_refused,
										       .closed_cb = on_closed },
						  &s.feed, why, sizeof why),
			 0);
}

static void begin_both(void)
{
	begin();
	ws_server_start(&second, &s.loop);
	says_hello(boot_b, false, WIRE_PROTOCOL);
	says_event(mark(false), 0, 0);
	says_event(added(41, "memory"), 0, 0); // the first hub has it too, as 42
	says_event(added(7, "search"), 0, 0);
	says_event(mark(true), 0, 0);
	give_to_second();
	says_all(boot_a);
}

static uint32_t id_of(const char *key)
{
	for (size_t i = 0; i < s.n_heard; i++)
		if (s.heard[i].type == EVENT_AGENT_ADDED && strcmp(s.heard[i].text, key) == 0)
			return s.heard[i].agent;
	return 0;
}

static void finish_both(void)
{
	ws_server_stop(&second);
	finish();
}

START_TEST(several_hubs_are_one_fleet_and_requests_find_theirs)
{
	uint32_t across[2];

	begin_both();
	attach_both(&quick);
	let_second_speak();
	s.wanted_heard = 7; // each agent once
	wait_for(FEED_LIVE);
	while (second.n_messages == 0 || s.server.n_messages == 0)
		uv_run(&s.loop, UV_RUN_ONCE);
	ck_assert_uint_eq(n_heard(EVENT_AGENT_ADDED), 3);
	ck_assert_str_eq(s.fleet, "Platform CoE");
	across[0] = id_of("cache");
	across[1] = id_of("search");
	ck_assert_uint_ne(across[0], across[1]);
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_PROBE_NOW, .agent = across[1] }), 0);
	while (second.n_messages < 2)
		uv_run(&s.loop, UV_RUN_ONCE);
	ck_assert_ptr_nonnull(strstr(second.said, "\"agent\":7"));
	ck_assert_int_eq(
		feed_request(s.feed, &(struct request){ .type = REQUEST_PLAN, .agents = across, .n_agents = 2 }),
		-EXDEV);
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_PAUSE_ALL }), 0); // to both
	while (second.n_messages < 3 || s.server.n_messages < 2)
		uv_run(&s.loop, UV_RUN_ONCE);
	finish_both();
}
END_TEST

START_TEST(a_hub_that_is_lost_leaves_its_agents_to_another)
{
	size_t n;

	begin_both();
	attach_both(&(struct hub_state_options){ .base_ms = 60000, .ping_ms = 2000 });
	let_second_speak();
	s.wanted_heard = 7;
	wait_for(FEED_LIVE);
	n = s.n_heard;
	s.server.refusal = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
	ws_server_drop_all(&s.server);
	s.wanted_heard = n + 4; // told anew: what was not listened to before
	wait_for(FEED_LIVE);    // of the second
	ck_assert_str_eq(s.heard[n + 1].text, "memory");
	ck_assert_uint_eq(s.heard[n + 1].agent, id_of("memory"));
	ck_assert_uint_eq(s.heard[n + 1].origin, 2);
	finish_both();
}
END_TEST

START_TEST(which_hub_it_is_stands_before_why)
{
	begin_both();
	second.refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
	attach_both(&(struct hub_state_options){ .base_ms = 60000 });
	wait_for(FEED_REFUSED);
	ck_assert_str_eq(s.detail, "localhost: 403 denied");
	finish_both();
}
END_TEST

// ---- the fallback

START_TEST(where_websocket_is_blocked_its_status_is_polled)
{
	static const char status[] =
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
		"{\"schema_version\":1,\"at\":\"2026-11-23T15:04:05.000Z\",\"overall\":\"down\",\"agents\":["
		"{\"name\":\"cache\",\"url\":\"http://c/health\",\"labels\":{\"tier\":\"data\"},\"state\":\"up\","
		"\"reason\":\"ok\",\"freshness\":\"fresh\",\"since\":\"2026-11-23T15:00:00.000Z\",\"latency_ms\":1.5,"
		"\"last_probe\":\"2026-11-23T15:04:04.000Z\",\"metrics\":{\"cpu\":12.5,\"latency\":1.5}},"
		"{\"name\":\"memory\",\"url\":\"http://m/health\",\"labels\":{},\"state\":\"down\","
		"\"reason\":\"connect_refused\",\"freshness\":\"fresh\",\"metrics\":{\"cpu\":null}}],"
		"\"hub\":{\"fleet\":\"Bank\",\"demo\":true,\"strategy\":\"canary\",\"environments\":["
		"{\"name\":\"live\",\"is_production\":true},{\"name\":\"eu\",\"colour\":\"red\"}]}}";

	begin();
	s.server.refusal = "HTTP/1.1 502 Bad Gateway\r\n\r\n";
	s.server.status = status;
	attach(NULL, &quick);
	s.wanted_heard = 10;
	wait_for(FEED_LATE);
	ck_assert_str_eq(s.detail, "polling (no WebSocket): 502 Bad Gateway");
	ck_assert_uint_eq(n_heard(EVENT_AGENT_ADDED), 2);
	ck_assert_uint_eq(n_heard(EVENT_AGENT_HEALTH), 2);
	ck_assert_uint_eq(n_heard(EVENT_AGENT_PROBED), 1); // the other was never asked
	ck_assert_uint_eq(n_heard(EVENT_SERIES_DEFINED), 2);
	// What it says of itself, as in its hello: nobody must take its production for something milder.
	ck_assert_str_eq(s.fleet, "Bank");
	ck_assert(s.greeting.is_demo && !s.greeting.is_read_only);
	ck_assert_int_eq(s.greeting.strategy, ROLLOUT_CANARY);
	ck_assert_uint_eq(s.greeting.hubs, 1U << 1);
	ck_assert_uint_eq(s.greeting.n_environments, 2);
	ck_assert_str_eq(s.greeting.environments[0].name, "live");
	ck_assert(s.greeting.environments[0].is_production);
	ck_assert_str_eq(s.greeting.environments[1].colour, "red");
	ck_assert_int_eq(feed_request(s.feed, &(struct request){ .type = REQUEST_PAUSE_ALL }), -ENOTCONN);
	says_all(boot_a);
	s.server.refusal = NULL; // the way is free
	wait_for(FEED_LIVE);
	ck_assert_str_eq(s.fleet, "Platform CoE");
	ck_assert_str_eq(s.greeting.environments[0].name, "prod");
	finish();
}
END_TEST

START_TEST(a_status_that_is_none_is_not_shown)
{
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>log in</html>",
		"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"schema_version\":2,\"agents\":[]}",
		"HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n{}",
	};

	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		begin();
		s.server.refusal = "HTTP/1.1 502 Bad Gateway\r\n\r\n";
		s.server.status = answers[i];
		attach(NULL, &(struct hub_state_options){ .base_ms = 60000 });
		wait_for(FEED_RECONNECTING);
		while (s.server.n_status == 0 || s.server.clients)
			uv_run(&s.loop, UV_RUN_ONCE);
		ck_assert_int_eq(s.state, FEED_RECONNECTING);
		ck_assert_uint_eq(s.n_heard, 0);
		finish();
	}
}
END_TEST

START_TEST(hubs_of_one_host_are_told_apart)
{
	static const char *const texts[] = { "ws://127.0.0.1:1", "ws://127.0.0.1:2", "unix:/nowhere/hub.sock" };
	struct hub_address addresses[3];
	char why[256];

	begin();
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(hub_address_parse(texts[i], &addresses[i], why, sizeof why), 0);
	ck_assert_int_eq(websocket_manager_create(&s.loop,
						  &(struct websocket_manager_options){ .addresses = addresses,
										       .n_addresses = 3,
										       .broadcaster = s.broadcaster,
										       .greeted = on_greeted,
										       .closed_cb = on_closed },
						  &s.feed, why, sizeof why),
			 0);
	while (!s.greeting.n_names)
		uv_run(&s.loop, UV_RUN_ONCE);
	ck_assert_uint_eq(s.greeting.n_names, 3);
	ck_assert_str_eq(s.greeting.names[0], "127.0.0.1:1");
	ck_assert_str_eq(s.greeting.names[1], "127.0.0.1:2");
	ck_assert_str_eq(s.greeting.names[2], "hub.sock");
	ck_assert_str_eq(s.greeting.hub, "3 hubs");
	finish();
}
END_TEST

START_TEST(it_wants_a_hub_at_least)
{
	char why[256];

	begin();
	ck_assert_int_eq(websocket_manager_create(&s.loop,
						  &(struct websocket_manager_options){ .broadcaster = s.broadcaster },
						  &s.feed, why, sizeof why),
			 -EINVAL);
	for (long n = 0; n < 4; n++) {
		struct hub_address address = { .text = "x" };

		mem_fail_once(n);
		ck_assert_int_eq(
			websocket_manager_create(&s.loop,
						 &(struct websocket_manager_options){ .addresses = &address,
										      .n_addresses = 1,
										      .broadcaster = s.broadcaster },
						 &s.feed, why, sizeof why),
			-ENOMEM);
		mem_fail_after(-1);
	}
	ws_server_stop(&s.server);
	uv_close((uv_handle_t *)&s.tick, NULL);
	loop_finish(&s.loop);
	broadcaster_destroy(s.broadcaster);
}
END_TEST

SUITE("websocket_manager", a_fleet_is_told_and_followed, the_token_is_sent_and_read_anew,
      only_what_is_missing_is_asked_for, a_restarted_hub_keeps_the_numbers_of_agents,
      a_gap_is_noticed_and_all_is_told_anew, after_a_resync_it_is_not_resumed_by_old_numbers, refusals_say_why,
      a_token_that_is_not_known_and_one_that_is_not_there_are_told_apart,
      a_refused_one_is_let_in_when_things_have_changed, an_answer_to_another_key_is_none,
      nobody_there_is_told_and_tried_again, a_mute_one_is_left_in_time,
      one_that_falls_silent_is_late_then_stale_and_then_gone, one_that_is_heard_again_is_live_at_once,
      a_silent_one_is_called_anew_when_somebody_asks, a_quiet_one_stays, what_it_says_when_it_closes_is_told,
      a_hub_that_says_goodbye_is_tried_again_soon, a_newer_protocol_is_refused, what_is_no_message_ends_the_connection,
      what_is_not_known_yet_is_passed_over, limits_are_of_the_connection, who_talks_before_hello_is_none,
      who_contradicts_itself_is_asked_anew, frames_that_are_none_end_the_connection,
      cut_in_the_middle_of_a_frame_it_is_not_half_read, requests_speak_the_hubs_numbers,
      nothing_is_asked_of_a_hub_that_is_away, asking_for_probes_tries_the_hub_at_once,
      what_became_of_a_request_is_not_known_when_the_hub_is_lost, a_plan_that_is_lost_has_changed_nothing,
      several_hubs_are_one_fleet_and_requests_find_theirs, a_hub_that_is_lost_leaves_its_agents_to_another,
      which_hub_it_is_stands_before_why, where_websocket_is_blocked_its_status_is_polled,
      a_status_that_is_none_is_not_shown, hubs_of_one_host_are_told_apart, it_wants_a_hub_at_least)
