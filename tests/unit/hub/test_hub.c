// SPDX-License-Identifier: Apache-2.0
/* Sessions and who is told what, with a hub and its clients in one process. */
#include "tests/support/suite.h"

#include <errno.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "hub/access_internal.h"
#include "hub/internal.h"
#include "tests/support/event_dice.h"
#include "tests/unit/hub/hub_bench.h"

enum { AGENTS = 300 };

START_TEST(a_notice_to_a_request_is_its_askers_alone)
{
	struct hub_bench bench;
	struct hub_caller *one, *other, *late;

	bench_init(&bench);
	bench_add_agents(&bench, 2);
	bench_open(&bench);
	one = bench_join(&bench);
	other = bench_join(&bench);
	bench.notice = "that takes a moment";
	bench_ask(&bench, one, (struct request){ .type = REQUEST_PROBE_NOW, .agent = 1 }, 0);
	bench_wait(&bench, one->n_by_type[EVENT_NOTICE] == 1);
	bench.notice = NULL;
	late = bench_join(&bench);
	bench_wait(&bench, other->n_by_type[EVENT_PRESENCE] > 0 && late->n_snapshots == 1);
	ck_assert_uint_eq(other->n_by_type[EVENT_NOTICE], 0);
	bench_expect_same(&bench, late); // nobody who comes later sees it either
	bench_expect_same(&bench, other);
	ck_assert_uint_eq(one->n_gaps + other->n_gaps + late->n_gaps, 0);
	bench_close(&bench);
}
END_TEST

static pthread_t looked_up_in;

static int name_elsewhere(void *ctx, int64_t uid, char *out, size_t size)
{
	(void)ctx;
	(void)uid;
	looked_up_in = pthread_self();
	snprintf(out, size, "somebody");
	return 0;
}

// So that no console takes one for another because it is configured otherwise.
START_TEST(it_says_what_its_environments_are)
{
	static const char *const production[] = { "prod*", "live" };
	static struct environment_config environments[] = { { "eu-west", "red" } };
	struct config config = { .environments = environments, .n_environments = 1 };
	struct hub_bench bench;
	struct hub_caller *peer;

	config.operations.production = production;
	config.operations.n_production = 2;
	config.operations.rollout.kind = ROLLOUT_CANARY;
	bench_init(&bench);
	bench.whole = &config;
	bench_open(&bench);
	peer = bench_join(&bench);
	ck_assert_str_eq(peer->environments, "prod*! live! eu-west=red ");
	ck_assert_str_eq(peer->welcome.strategy, "canary");
	bench_close(&bench);
}
END_TEST

// A directory of users can take half a minute to answer.
START_TEST(nobody_waits_for_the_name_of_another)
{
	struct hub_bench bench;
	struct hub_caller *one, *other;

	bench_init(&bench);
	bench_open(&bench);
	looked_up_in = pthread_self();
	bench.hub->access->world.user_name = name_elsewhere;
	one = bench_join(&bench);
	ck_assert_str_eq(one->welcome.you, "somebody");
	ck_assert(!pthread_equal(looked_up_in, pthread_self()));
	looked_up_in = pthread_self();
	other = bench_join(&bench);
	ck_assert_str_eq(other->welcome.you, "somebody");
	ck_assert(pthread_equal(looked_up_in, pthread_self())); // once is enough
	bench_close(&bench);
}
END_TEST

static unsigned ask_by_socket(struct hub_bench *bench, const char *request, char *out, size_t size)
{
	int fd = hub_caller_connect_unix(bench->socket);
	size_t n = 0;

	ck_assert_int_eq(send(fd, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
	for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS;;) {
		ssize_t more;

		ck_assert_int_lt(hub_caller_now_ms(), until_ms);
		bench_turn(bench);
		more = recv(fd, out + n, size - 1 - n, MSG_DONTWAIT);
		if (more == 0)
			break;
		n += more > 0 ? (size_t)more : 0;
	}
	close(fd);
	out[n] = '\0';
	return n > 9 ? (unsigned)strtoul(out + 9, NULL, 10) : 0;
}

// The reason reaches who is one too many, and room is made by who leaves.
START_TEST(too_many_connections_to_the_socket_are_told_why)
{
	static const char request[] = "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	static char answer[65536];
	struct hub_bench bench;
	int fds[3];

	bench_init(&bench);
	bench.config.n_clients_a_user = 2;
	bench.config.n_unauthenticated = 2;
	bench_open(&bench);
	bench_join(&bench); // a client is a connection, too
	for (size_t i = 0; i < 2; i++)
		fds[i] = hub_caller_connect_unix(bench.socket);
	ck_assert_uint_eq(ask_by_socket(&bench, request, answer, sizeof answer), 429);
	ck_assert_msg(strstr(answer, "has 3 connections to the socket, as many as one user may"), "%s", answer);
	ck_assert_ptr_nonnull(strstr(answer, "\r\nRetry-After: 60\r\n"));
	ck_assert_uint_eq(bench.hub->counters.n_turned_away, 1);
	close(fds[0]);
	for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS;
	     ask_by_socket(&bench, request, answer, sizeof answer) != 200;)
		ck_assert_int_lt(hub_caller_now_ms(), until_ms);
	close(fds[1]);
	hub_caller_close(&bench.peers[0]);
	bench_wait(&bench, bench.hub->access->n_peers == 0);
	bench_close(&bench);
}
END_TEST

START_TEST(who_may_not_come_in_by_the_socket_is_told_what_would_let_it)
{
	const struct hub_peer peer = { .who = HUB_WHO_UID, .uid = (int64_t)getuid(), .role = ROLE_NONE };
	static const char request[] = "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	static char answer[65536];
	char seen[100];
	struct hub_bench bench;

	bench_init(&bench);
	bench.config.peers = &peer;
	bench.config.n_peers = 1;
	bench_open(&bench);
	ck_assert_uint_eq(ask_by_socket(&bench, request, answer, sizeof answer), 403);
	snprintf(seen, sizeof seen, "(seen: uid %u, gid %u, ", (unsigned)getuid(), (unsigned)getgid());
	ck_assert_msg(strstr(answer, seen), "%s", answer);
	ck_assert_ptr_nonnull(strstr(answer, "under hub: peers: that fits decides"));
	ck_assert_ptr_null(strstr(answer, "WWW-Authenticate")); // no token would help
	bench_close(&bench);
}
END_TEST

static struct hub_recording recording;
static struct hub_audit audit;

static void tell_recording(void *ctx, struct hub_recording *out)
{
	(void)ctx;
	*out = recording;
}

static void tell_audit(void *ctx, struct hub_audit *out)
{
	(void)ctx;
	*out = audit;
}

// Whoever takes a hub out of service for it would see nothing at all.
START_TEST(one_that_cannot_record_is_ready_and_says_so)
{
	static const struct {
		bool is_on, is_recorded, is_audited;
		const char *body;
	} rows[] = {
		{ false, false, true, "\r\n\r\nok\n" },
		{ true, true, true, "\r\n\r\nok\n" },
		{ true, false, true, "\r\n\r\nok\nnot recorded: the recording cannot be written\n" },
		{ true, false, false,
		  "\r\n\r\nok\nnot recorded: neither the recording nor the audit trail can be written\n" },
		{ true, true, false, "\r\n\r\nok\nnot audited: the audit trail cannot be written\n" },
	};
	static const char request[] = "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	static char answer[65536];
	struct hub_bench bench;

	bench_init(&bench);
	bench_open(&bench);
	bench.hub->recording = tell_recording;
	bench.hub->audit = tell_audit;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		recording = (struct hub_recording){ .is_on = rows[i].is_on, .is_well = rows[i].is_recorded };
		audit = (struct hub_audit){ .is_well = rows[i].is_audited, .why = "" };
		ck_assert_uint_eq(ask_by_socket(&bench, request, answer, sizeof answer), 200);
		ck_assert_str_eq(strstr(answer, "\r\n\r\n"), rows[i].body);
	}
	bench_close(&bench);
}
END_TEST

// For who is told no other way, as where something between lets no WebSocket through.
START_TEST(its_status_says_what_its_hello_says_of_it)
{
	static const char *const production[] = { "live-*" };
	static struct environment_config environments[] = { { .name = "eu", .colour = "red" } };
	static const char request[] = "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	static char answer[65536];
	struct config whole;
	struct hub_bench bench;

	config_defaults(&whole);
	whole.operations.production = production;
	whole.operations.n_production = 1;
	whole.environments = environments;
	whole.n_environments = 1;
	bench_init(&bench);
	bench.whole = &whole;
	bench_open(&bench);
	ck_assert_uint_eq(ask_by_socket(&bench, request, answer, sizeof answer), 200);
	ck_assert_msg(strstr(answer, "\"hub\":{\"fleet\":"), "%s", answer);
	ck_assert_ptr_nonnull(strstr(answer, "\"demo\":false,\"read_only\":false,\"strategy\":\"rolling\","
					     "\"environments\":[{\"name\":\"live-*\",\"colour\":\"\","
					     "\"is_production\":true},{\"name\":\"eu\",\"colour\":\"red\","
					     "\"is_production\":false}]}}\n"));
	bench_close(&bench);
}
END_TEST

// Each time it is told everything anew.
START_TEST(who_subscribes_without_end_goes)
{
	struct hub_bench bench;
	struct hub_caller *one;

	bench_init(&bench);
	bench.config.n_requests_a_minute = 20;
	bench_add_agents(&bench, 3);
	bench_open(&bench);
	one = bench_join(&bench);
	for (int i = 0; i < 60; i++) {
		hub_caller_send(one, "{\"type\":\"unsubscribe\",\"channels\":[\"metrics\"]}");
		hub_caller_send(one, "{\"type\":\"subscribe\",\"channels\":[\"metrics\"]}");
	}
	bench_wait(&bench, one->is_closed);
	ck_assert_int_eq(one->error, WIRE_ERROR_LIMIT);
	ck_assert_uint_le(bench.hub->counters.n_snapshots, 22);
	bench_close(&bench);
}
END_TEST

// A second person is asked about it, and has to find it.
START_TEST(plans_of_others_push_none_out)
{
	struct event_dice dice = { .state = 5 };
	struct hub_bench bench;

	bench_init(&bench);
	bench_open(&bench);
	for (uint32_t no = 1; no <= 2 * HUB_PLANS; no++) {
		struct plan *plan = dice_plan(&dice, no, 1764100000000);

		hub_remember_plan(bench.hub, plan, no == 1 ? 7 : 9);
		plan_unref(plan);
	}
	ck_assert_ptr_nonnull(hub_find_plan(bench.hub, 1));
	ck_assert_ptr_null(hub_find_plan(bench.hub, 2));
	ck_assert_ptr_nonnull(hub_find_plan(bench.hub, 2 * HUB_PLANS));
	event_dice_finish(&dice);
	bench_close(&bench);
}
END_TEST

static void tell_approval(struct hub_bench *bench, const struct plan *plan, bool is_unasked)
{
	struct event *event = event_new(EVENT_APPROVAL, 1764100000000, 0);

	event->u.approval.plan = plan->no;
	event->u.approval.state = APPROVAL_WANTED;
	event->u.approval.asker = mem_strdup("alice");
	event->u.approval.by = mem_strdup("");
	event->u.approval.what = mem_strdup("restart");
	event->u.approval.reason = mem_strdup("it leaks");
	event->u.approval.is_unasked = is_unasked;
	event->u.approval.whole = plan_ref(plan);
	bench_publish(bench, event);
}

START_TEST(who_has_to_agree_hears_of_it_once_it_is_confirmed)
{
	struct event_dice dice = { .state = 5 };
	const uint32_t agents[] = { 1 };
	struct hub_bench bench;
	struct hub_caller *one, *other;
	size_t n_one, n_other;
	struct plan *plan;

	bench_init(&bench);
	bench_add_agents(&bench, 2);
	bench_open(&bench);
	one = bench_join(&bench);
	other = bench_join(&bench);
	plan = dice_plan(&dice, 3, 1764100000000);
	bench_ask(&bench, one,
		  (struct request){ .type = REQUEST_PLAN, .agents = agents, .n_agents = 1, .params = &plan->params },
		  0);
	plan->token = bench.asked[0].token;
	tell_approval(&bench, plan, true);
	bench_wait(&bench, one->n_by_type[EVENT_APPROVAL] == 1);
	ck_assert_uint_eq(other->n_by_type[EVENT_APPROVAL], 0);
	tell_approval(&bench, plan, false);
	bench_wait(&bench, one->n_by_type[EVENT_APPROVAL] == 2 && other->n_by_type[EVENT_APPROVAL] == 1);
	plan->token++; // of nobody who is there
	tell_approval(&bench, plan, true);
	n_one = one->n_by_type[EVENT_AGENT_HEALTH];
	n_other = other->n_by_type[EVENT_AGENT_HEALTH];
	bench_health(&bench, 1, OBSERVED_DOWN);
	bench_wait(&bench,
		   one->n_by_type[EVENT_AGENT_HEALTH] > n_one && other->n_by_type[EVENT_AGENT_HEALTH] > n_other);
	ck_assert_uint_eq(one->n_by_type[EVENT_APPROVAL], 2);
	ck_assert_uint_eq(other->n_by_type[EVENT_APPROVAL], 1);
	plan_unref(plan);
	event_dice_finish(&dice);
	bench_close(&bench);
}
END_TEST

START_TEST(requests_are_of_who_came_in)
{
	struct hub_bench bench;
	struct hub_caller *one, *other;

	bench_init(&bench);
	bench_add_agents(&bench, 2);
	bench_open(&bench);
	one = bench_join(&bench);
	other = bench_join(&bench);
	bench_ask(&bench, one, (struct request){ .type = REQUEST_PROBE_NOW, .agent = 1, .who = "somebody else" }, 0);
	bench_ask(&bench, other, (struct request){ .type = REQUEST_PROBE_NOW, .agent = 2 }, 0);
	ck_assert_uint_eq(bench.n_asked, 2);
	ck_assert_str_eq(bench.asked[0].who, one->welcome.you);
	ck_assert_str_ne(bench.asked[0].who, "somebody else");
	ck_assert_uint_eq(bench.asked[0].session, one->welcome.session);
	ck_assert_uint_eq(bench.asked[1].session, other->welcome.session);
	bench.result = -ESTALE;
	bench_ask(&bench, one, (struct request){ .type = REQUEST_PROBE_NOW, .agent = 1 }, -ESTALE);
	ck_assert_str_ne(one->answer.why, "");
	bench_close(&bench);
}
END_TEST

static size_t n_asked(const struct hub_bench *bench, enum request_type type)
{
	size_t n = 0;

	for (size_t i = 0; i < bench->n_asked; i++)
		n += bench->asked[i].type == type;
	return n;
}

// What somebody may do nothing to is known to their console before they try.
START_TEST(limits_are_told_and_told_again_when_they_change)
{
	struct hub_role role = { .who = HUB_WHO_USER,
				 .name = getpwuid(getuid())->pw_name,
				 .role = ROLE_ADMIN,
				 .allow = "env=dev",
				 .deny = "tier=data" };
	struct hub_bench bench;
	struct hub_caller *peer;
	char why[HUB_WHY_MAX];

	bench_init(&bench);
	bench.config.roles = &role;
	bench.config.n_roles = 1;
	bench_open(&bench);
	peer = bench_join(&bench);
	bench_wait(&bench, peer->n_limits == 1);
	ck_assert_uint_eq(peer->limits.n, 2);
	ck_assert_str_eq(peer->limits.scopes[0], "allow env=dev");
	ck_assert_str_eq(peer->limits.scopes[1], "deny tier=data");
	role.allow = role.deny = NULL;
	role.role = ROLE_OPERATOR;
	ck_assert_int_eq(hub_reload(bench.hub, &bench.config, why), 0);
	bench_wait(&bench, peer->n_limits == 2);
	ck_assert_uint_eq(peer->limits.n, 0);
	bench_close(&bench);
}
END_TEST

START_TEST(what_a_session_asked_for_ends_with_it)
{
	struct hub_bench bench;
	struct hub_caller *one, *other;

	bench_init(&bench);
	bench_add_agents(&bench, 3);
	bench_open(&bench);
	one = bench_join(&bench);
	other = bench_join(&bench);
	bench_ask(&bench, one, (struct request){ .type = REQUEST_WATCH, .agent = 1 }, 0);
	bench_ask(&bench, one, (struct request){ .type = REQUEST_WATCH, .agent = 2 }, 0);
	bench_ask(&bench, one, (struct request){ .type = REQUEST_WATCH, .agent = 2 }, 0); // once is enough
	bench_ask(&bench, other, (struct request){ .type = REQUEST_WATCH, .agent = 2 }, 0);
	ck_assert_uint_eq(n_asked(&bench, REQUEST_WATCH), 3);
	bench_ask(&bench, one, (struct request){ .type = REQUEST_AUDIT_LIST }, 0);
	bench_ask(&bench, other, (struct request){ .type = REQUEST_AUDIT_LIST }, 0);
	bench_ask(&bench, other, (struct request){ .type = REQUEST_AUDIT_CLOSE }, 0); // one still reads
	ck_assert_uint_eq(n_asked(&bench, REQUEST_AUDIT_CLOSE), 0);
	hub_caller_close(one);
	bench_wait(&bench, other->newest[EVENT_PRESENCE]->u.presence.is_gone);
	ck_assert_uint_eq(n_asked(&bench, REQUEST_UNWATCH), 2);
	ck_assert_uint_eq(n_asked(&bench, REQUEST_AUDIT_CLOSE), 1);
	ck_assert_uint_eq(n_asked(&bench, REQUEST_PLAN_DROP), 1);
	ck_assert_int_eq(bench.asked[bench.n_asked - 1].type, REQUEST_PLAN_DROP);
	ck_assert_uint_eq(bench.asked[bench.n_asked - 1].operation, 0);
	bench_close(&bench);
}
END_TEST

static void publish_scrape(struct hub_bench *bench, uint32_t agent)
{
	bench_publish(bench, event_new(EVENT_SCRAPE, 1764100000000, agent));
}

START_TEST(scrapes_go_to_who_watches)
{
	struct hub_bench bench;
	struct hub_caller *one, *other;

	bench_init(&bench);
	bench_add_agents(&bench, 3);
	bench_open(&bench);
	one = bench_join(&bench);
	other = bench_join(&bench);
	bench_ask(&bench, one, (struct request){ .type = REQUEST_WATCH, .agent = 1 }, 0);
	bench_ask(&bench, other, (struct request){ .type = REQUEST_WATCH, .agent = 2 }, 0);
	publish_scrape(&bench, 1);
	publish_scrape(&bench, 2);
	publish_scrape(&bench, 1);
	publish_scrape(&bench, 3);
	bench_health(&bench, 3, OBSERVED_UP);
	bench_wait(&bench, one->n_by_type[EVENT_AGENT_HEALTH] && one->last[CHANNEL_AGENTS] &&
				   other->last[CHANNEL_AGENTS] && one->n_by_type[EVENT_SCRAPE] == 2);
	ck_assert_uint_eq(other->n_by_type[EVENT_SCRAPE], 1);
	ck_assert_uint_eq(one->n_gaps + other->n_gaps, 0); // those of others are no gaps
	bench_close(&bench);
}
END_TEST

START_TEST(an_event_lost_for_want_of_memory_is_made_good)
{
	struct hub_bench bench;
	struct hub_caller *peer;

	bench_init(&bench);
	bench_add_agents(&bench, 20);
	bench_open(&bench);
	peer = bench_join(&bench);
	bench_health(&bench, 1, OBSERVED_UP);
	bench_wait(&bench, bench_is_even(&bench, peer));
	for (long n = 0; n < 12 && !peer->is_closed; n++) {
		struct event *event = event_new(EVENT_AGENT_HEALTH, 1764100001000 + n, 1 + (uint32_t)n);

		event->u.health.observed = OBSERVED_DOWN;
		event->u.health.toward = event->u.health.observed;
		mem_fail_once(n);
		bench_publish(&bench, event);
		mem_fail_after(-1);
		bench_wait(&bench, peer->is_closed || bench_is_even(&bench, peer) || peer->n_resyncs);
	}
	// It was resynchronised, more than once, and so told to come again; who comes sees what the hub sees.
	peer = bench_join(&bench);
	bench_expect_same(&bench, peer);
	bench_close(&bench);
}
END_TEST

START_TEST(whom_one_looks_at_is_told_twice_a_second_at_most)
{
	struct hub_bench bench;
	struct hub_caller *one, *other;
	size_t before;

	bench_init(&bench);
	bench_add_agents(&bench, 30);
	bench_open(&bench);
	one = bench_join(&bench);
	other = bench_join(&bench);
	bench_wait(&bench, one->n_by_type[EVENT_PRESENCE] && other->n_by_type[EVENT_PRESENCE]);
	before = other->n_by_type[EVENT_PRESENCE];
	for (uint32_t agent = 1; agent <= 30; agent++)
		bench_ask(&bench, one, (struct request){ .type = REQUEST_LOOK, .agent = agent }, 0);
	bench_ask(&bench, one, (struct request){ .type = REQUEST_LOOK, .agent = 31 }, -ENOENT);
	bench_wait(&bench, other->newest[EVENT_PRESENCE]->agent == 30);
	ck_assert_uint_le(other->n_by_type[EVENT_PRESENCE] - before, 4);
	bench_close(&bench);
}
END_TEST

// Nothing goes to who subscribed to what people do, as long as they do nothing: the pings alone show who is there.
START_TEST(who_answers_no_ping_is_idle)
{
	struct hub_bench bench;
	struct hub_caller *here, *away;

	bench_init(&bench);
	bench.config.idle_ms = 1200;
	bench.config.sweep_ms = 100;
	bench_open(&bench);
	away = bench_connect(&bench);
	hub_caller_hello(away, NULL, NULL, 1 << CHANNEL_AUDIT);
	bench_wait(&bench, away->n_snapshots == 1);
	here = bench_connect(&bench);
	hub_caller_hello(here, NULL, NULL, 1 << CHANNEL_AUDIT);
	bench_wait(&bench, here->n_snapshots == 1);
	for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS; hub_n_clients(bench.hub) == 2;) {
		ck_assert_int_lt(hub_caller_now_ms(), until_ms);
		bench_turn(&bench);
		(void)hub_caller_turn(here, 1);
	}
	ck_assert_int_eq(here->error, WIRE_ERROR_COUNT);
	bench_wait(&bench, away->is_closed);
	ck_assert_int_eq(away->error, WIRE_ERROR_IDLE);
	ck_assert_uint_eq(websocket_close_code(away->ws), WEBSOCKET_GOING_AWAY);
	hub_caller_send(here, "{\"type\":\"ping\",\"id\":1}");
	bench_wait(&bench, here->n_pongs == 1);
	bench_close(&bench);
}
END_TEST

START_TEST(everyone_is_told_that_it_ends)
{
	struct hub_bench bench;
	struct hub_caller *one, *fresh;

	bench_init(&bench);
	bench_add_agents(&bench, 3);
	bench_open(&bench);
	one = bench_join(&bench);
	fresh = bench_connect(&bench); // has not said hello
	hub_stop(bench.hub, 5000);
	bench_wait(&bench, one->is_closed && fresh->is_closed && bench.has_closed);
	ck_assert_int_eq(one->error, WIRE_ERROR_SHUTDOWN);
	ck_assert_int_eq(fresh->error, WIRE_ERROR_SHUTDOWN);
	ck_assert_uint_eq(websocket_close_code(one->ws), WEBSOCKET_GOING_AWAY);
	bench.hub = NULL;
	bench_close(&bench);
}
END_TEST

START_TEST(one_that_does_not_answer_does_not_hold_up_the_end)
{
	struct hub_bench bench;
	struct hub_caller *slow;
	int64_t began_ms;

	bench_init(&bench);
	bench_add_agents(&bench, AGENTS);
	bench_open(&bench);
	slow = bench_join(&bench);
	bench_fill(&bench, 3000);
	began_ms = hub_caller_now_ms();
	hub_stop(bench.hub, 300);
	while (!bench.has_closed) {
		ck_assert_int_lt(hub_caller_now_ms() - began_ms, HUB_CALLER_MS);
		bench_turn(&bench);
	}
	ck_assert(!slow->is_closed);
	bench.hub = NULL;
	bench_close(&bench);
}
END_TEST

START_TEST(a_hub_that_cannot_be_made_leaves_nothing)
{
	struct hub_bench bench;
	const struct hub_listen listens[] = { { .text = "0.0.0.0:1", .host = "0.0.0.0", .port = 1, .is_any = true } };

	bench_init(&bench);
	for (long n = 0; n < 40; n++) {
		const struct hub_options options = { .config = &bench.config,
						     .socket = bench.socket,
						     .token_file = "/nonexistent/tokens.json",
						     .broadcaster = bench.broadcaster,
						     .fleet = bench.fleet,
						     .feed = &bench.feed };
		char why[HUB_WHY_MAX] = "";
		struct hub *hub = NULL;

		mem_fail_once(n);
		if (hub_create(&bench.loop, &options, &hub, why) == 0)
			hub_stop(hub, 0);
		mem_fail_after(-1);
		uv_run(&bench.loop, UV_RUN_DEFAULT);
		ck_assert_int_eq(access(bench.socket, 0), -1);
	}
	bench.config.listens = listens;
	bench.config.n_listens = 1;
	{
		const struct hub_options options = { .config = &bench.config,
						     .broadcaster = bench.broadcaster,
						     .fleet = bench.fleet,
						     .feed = &bench.feed,
						     .token_file = "/nonexistent/tokens.json" };
		char why[HUB_WHY_MAX] = "";
		struct hub *hub = NULL;

		ck_assert_int_eq(hub_create(&bench.loop, &options, &hub, why), -EINVAL);
		ck_assert_ptr_nonnull(strstr(why, "needs TLS"));
		uv_run(&bench.loop, UV_RUN_DEFAULT);
	}
	bench_close(&bench);
}
END_TEST

static bool is_listed(const struct hub_bench *bench, uint32_t session)
{
	for (size_t i = 0; i < fleet_n_presence(bench->fleet); i++)
		if (fleet_presence_at(bench->fleet, i)->session == session)
			return true;
	return false;
}

// Each allocation of its leaving fails once.
START_TEST(nobody_stays_on_the_list_who_has_gone)
{
	struct hub_bench bench;
	bool has_failed = true;
	long n = 0;

	bench_init(&bench);
	bench_add_agents(&bench, 2);
	bench_open(&bench);
	for (; has_failed; n++) {
		unsigned long failed = mem_n_failed();
		struct hub_caller *peer = bench_join(&bench);
		uint32_t session = peer->welcome.session;

		ck_assert_int_lt(n, 200);
		bench_wait(&bench, is_listed(&bench, session));
		hub_caller_close(peer);
		bench.n_peers = 0;
		mem_fail_once(n);
		while (bench.hub->n_clients > 0)
			bench_turn(&bench);
		mem_fail_once(-1);
		has_failed = mem_n_failed() != failed;
		bench_wait(&bench, !is_listed(&bench, session));
		ck_assert_uint_eq(fleet_n_presence(bench.fleet), 0);
	}
	ck_assert_int_gt(n, 3);
	bench_close(&bench);
}
END_TEST

START_TEST(who_is_here_is_on_the_list_in_the_end)
{
	struct hub_bench bench;
	struct hub_caller *peer;

	bench_init(&bench);
	bench_add_agents(&bench, 2);
	bench_open(&bench);
	peer = bench_join(&bench);
	bench_wait(&bench, is_listed(&bench, peer->welcome.session));
	hub_presence_end(bench.hub, peer->welcome.session); // as if it had been lost on the way
	ck_assert(!is_listed(&bench, peer->welcome.session));
	bench_wait(&bench, is_listed(&bench, peer->welcome.session));
	mem_fail_after(0);
	bench.hub->clients->looks_next = 2;
	hub_presence_tell(bench.hub->clients);
	mem_fail_after(-1);
	bench_wait(&bench, fleet_presence_at(bench.fleet, 0)->agent == 2);
	bench_close(&bench);
}
END_TEST

SUITE("hub", nobody_stays_on_the_list_who_has_gone, who_is_here_is_on_the_list_in_the_end,
      who_has_to_agree_hears_of_it_once_it_is_confirmed, it_says_what_its_environments_are,
      a_notice_to_a_request_is_its_askers_alone, nobody_waits_for_the_name_of_another,
      too_many_connections_to_the_socket_are_told_why, who_may_not_come_in_by_the_socket_is_told_what_would_let_it,
      one_that_cannot_record_is_ready_and_says_so, its_status_says_what_its_hello_says_of_it,
      who_subscribes_without_end_goes, plans_of_others_push_none_out, requests_are_of_who_came_in,
      limits_are_told_and_told_again_when_they_change, what_a_session_asked_for_ends_with_it, scrapes_go_to_who_watches,
      an_event_lost_for_want_of_memory_is_made_good, whom_one_looks_at_is_told_twice_a_second_at_most,
      who_answers_no_ping_is_idle, everyone_is_told_that_it_ends, one_that_does_not_answer_does_not_hold_up_the_end,
      a_hub_that_cannot_be_made_leaves_nothing)
