// SPDX-License-Identifier: Apache-2.0
/* opscon hub, as its clients and its service manager see it. */
#include "tests/support/suite.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/e2e/scene.h"
#include "tests/support/hub_caller.h"
#include "tests/unit/wire/frames.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define SOCKET "run/hub.sock"

struct hub {
	struct scene scene;
	pid_t pid;
	int port;
	const char *address; // NULL: 127.0.0.1
};

static const char config[] = "defaults: {interval: %s, timeout: 500ms, fall: 2}\n"
			     "discovery:\n"
			     "  file_sd:\n"
			     "    - files: [targets.json]\n"
			     "hub:\n"
			     "%s";

static void start(struct hub *hub)
{
	char listen[40];
	const char *argv[] = { OPSCON,     "hub",  "--config", "opscon.yml", "--socket", SOCKET,
			       "--listen", listen, "--log",    "hub.log",    NULL };

	snprintf(listen, sizeof listen, "%s:%d", hub->address ? hub->address : "127.0.0.1", hub->port);
	hub->pid = process_start(argv);
	process_await_port(hub->port, SCENE_MS); // which it listens on after the socket
}

static void write_config(const char *interval, const char *section)
{
	char text[2000];

	snprintf(text, sizeof text, config, interval, section);
	scene_write("opscon.yml", text);
}

// On so many simulated agents, probed so often; `section` is what its configuration says of the hub.
static void open_in(struct hub *hub, const char *agents, const char *interval, const char *section)
{
	setenv("XDG_STATE_HOME", strchr(hub->scene.state, '=') + 1, 1);
	scene_simulate(&hub->scene, (const char *[]){ "--agents", agents, NULL });
	write_config(interval, section);
	hub->port = process_free_port();
	start(hub);
}

static void open_hub(struct hub *hub, const char *agents, const char *interval, const char *section)
{
	hub->address = NULL;
	scene_open(&hub->scene);
	open_in(hub, agents, interval, section);
}

static int stop(struct hub *hub, int number)
{
	int status = -1;

	kill(hub->pid, number);
	waitpid(hub->pid, &status, 0);
	hub->pid = 0;
	return status;
}

static void close_hub(struct hub *hub)
{
	process_end(hub->pid);
	scene_close(&hub->scene);
}

static void make_token(const struct hub *hub, const char *name, const char *role, char out[100])
{
	struct process_result result = scene_run(&hub->scene, (const char *[]){ "token", "create", name, "--role", role,
										"--config", "opscon.yml", NULL });

	ck_assert_msg(result.status == 0, "%s", result.err);
	snprintf(out, 100, "%.*s", (int)strcspn(result.out, "\n"), result.out);
	process_result_finish(&result);
}

// A client by the unix socket, told how it stands.
static void join(struct hub_caller *peer)
{
	ck_assert_uint_eq(hub_caller_open(peer, hub_caller_connect_unix(SOCKET), NULL), 101);
	hub_caller_hello(peer, NULL, NULL, WIRE_CHANNELS_ALL);
	hub_caller_wait(peer, peer->n_snapshots == 1);
}

static bool is_even(const struct hub_caller *a, const struct hub_caller *b)
{
	for (int c = 0; c < CHANNEL_COUNT; c++) {
		uint64_t seen_a = a->last[c] > a->welcome.last[c] ? a->last[c] : a->welcome.last[c];
		uint64_t seen_b = b->last[c] > b->welcome.last[c] ? b->last[c] : b->welcome.last[c];

		if (seen_a != seen_b)
			return false;
	}
	return true;
}

// At a moment when both have been told the same, both must show the same.
static void expect_same(struct hub_caller *a, struct hub_caller *b)
{
	char *one, *other;

	for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS;;) {
		ck_assert_int_lt(hub_caller_now_ms(), until_ms);
		while (hub_caller_turn(a, 5) || hub_caller_turn(b, 5))
			;
		if (is_even(a, b))
			break;
	}
	one = hub_caller_dump(a);
	other = hub_caller_dump(b);
	if (strcmp(one, other) != 0) {
		scene_write("/tmp/opscon-dump-a", one);
		scene_write("/tmp/opscon-dump-b", other);
	}
	ck_assert_msg(strcmp(one, other) == 0, "the fleets differ: see /tmp/opscon-dump-a and -b");
	mem_free(one);
	mem_free(other);
}

// The value of one of its own metrics.
static double vital(const char *name)
{
	static char answer[1 << 16];
	char line[100];
	const char *at;

	ck_assert_uint_eq(hub_caller_ask(hub_caller_connect_unix(SOCKET),
					 "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", answer, sizeof answer),
			  200);
	snprintf(line, sizeof line, "\nopscon_hub_%s ", name);
	at = strstr(answer, line);
	ck_assert_msg(at, "%s is not told", name);
	return strtod(at + strlen(line), NULL);
}

// ---- HTTP

struct ask {
	const char *request; // without the empty line; @HOST and @TOKEN stand for what they say
	unsigned status;
	const char *has; // in the answer; NULL: anything
};

static void fill_in(const struct hub *hub, const char *request, const char *token, char *out, size_t size)
{
	struct strbuf filled;

	strbuf_init(&filled, out, size);
	while (*request) {
		if (strncmp(request, "@HOST", 5) == 0) {
			strbuf_addf(&filled, "localhost:%d", hub->port);
			request += 5;
		} else if (strncmp(request, "@TOKEN", 6) == 0) {
			strbuf_add(&filled, token);
			request += 6;
		} else {
			strbuf_add_char(&filled, *request++);
		}
	}
	strbuf_add(&filled, "\r\n\r\n");
	ck_assert(!filled.truncated);
}

static void check_asks(struct hub *hub, const struct ask *asks, size_t n, bool is_unix, const char *token)
{
	static char answer[1 << 18];

	for (size_t i = 0; i < n; i++) {
		int fd = is_unix ? hub_caller_connect_unix(SOCKET) : hub_caller_connect_tcp(hub->port);
		char request[1000];
		unsigned status;

		fill_in(hub, asks[i].request, token, request, sizeof request);
		status = hub_caller_ask(fd, request, answer, sizeof answer);
		ck_assert_msg(status == asks[i].status && (!asks[i].has || strstr(answer, asks[i].has)),
			      "%s: %u instead of %u: %.300s", request, status, asks[i].status, answer);
	}
}

// A token is good at once.
static void check_token(struct hub *hub, const char *token)
{
	char answer[4000], request[300];

	fill_in(hub, "GET /v1/targets HTTP/1.1\r\nHost: @HOST\r\nAuthorization: Bearer @TOKEN", token, request,
		sizeof request);
	ck_assert_uint_eq(hub_caller_ask(hub_caller_connect_tcp(hub->port), request, answer, sizeof answer), 200);
}

START_TEST(serves_what_it_has_to_whom_it_knows)
{
	static const struct ask by_socket[] = {
		{ "GET /healthz HTTP/1.1\r\nHost: x", 200, "ok" },
		{ "HEAD /healthz HTTP/1.1\r\nHost: x", 200, NULL },
		{ "GET /v1/status HTTP/1.1\r\nHost: x", 200, "\"schema_version\":1" },
		{ "GET /v1/targets HTTP/1.1\r\nHost: x", 200, "\"__agent_name__\":\"" },
		{ "GET /metrics HTTP/1.1\r\nHost: x", 200, "opscon_hub_agents{state=\"up\"} " },
		{ "GET /v1/nothing HTTP/1.1\r\nHost: x", 404, NULL },
		{ "GET /../etc/passwd HTTP/1.1\r\nHost: x", 404, NULL },
		{ "POST /v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 5", 405, "Allow: GET, HEAD" },
		{ "DELETE /v1/events HTTP/1.1\r\nHost: x", 405, "Allow: GET\r\n" },
		{ "HEAD /v1/events HTTP/1.1\r\nHost: x", 405, NULL },
		{ "GET /v1/events HTTP/1.1\r\nHost: x", 426, "Sec-WebSocket-Version: 13" },
		{ "GET /v1/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		  "Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13",
		  400, NULL },
		{ "GET /v1/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8",
		  426, NULL },
		{ "GET /v1/status?token=opt_x HTTP/1.1\r\nHost: x", 400, NULL },
		{ "nonsense", 0, NULL },
	};
	static const struct ask by_network[] = {
		{ "GET /healthz HTTP/1.1\r\nHost: @HOST", 200, "ok" },
		{ "GET /healthz HTTP/1.1\r\nHost: evil.example", 421, NULL },
		{ "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: @HOST", 400, NULL },
		{ "GET /healthz HTTP/1.1\r\nHost: @HOST\r\nOrigin: https://evil.example", 403, NULL },
		{ "GET /v1/status HTTP/1.1\r\nHost: @HOST", 401, "WWW-Authenticate: Bearer" },
		{ "GET /v1/status HTTP/1.1\r\nHost: @HOST\r\nAuthorization: Basic b3A6b3A=", 401, NULL },
		{ "GET /v1/status HTTP/1.1\r\nHost: @HOST\r\nAuthorization: Bearer opt_wrong", 401, NULL },
		{ "GET /v1/status HTTP/1.1\r\nHost: @HOST\r\nAuthorization: Bearer @TOKENx", 401, NULL },
		{ "GET /v1/status HTTP/1.1\r\nHost: @HOST\r\nAuthorization: Bearer @TOKEN", 200, "\"agents\":[" },
		{ "GET /metrics HTTP/1.1\r\nHost: @HOST\r\nAuthorization: bearer @TOKEN", 200, NULL },
		{ "GET /v1/events HTTP/1.1\r\nHost: @HOST\r\nAuthorization: Bearer @TOKEN", 426, NULL },
	};
	struct stat status;
	struct hub hub;
	char token[100], ready[2000];

	open_hub(&hub, "6", "1s", "  {}\n");
	make_token(&hub, "scraper", "viewer", token);
	while (hub_caller_ask(hub_caller_connect_unix(SOCKET), "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n", ready,
			      sizeof ready) != 200)
		ck_assert_ptr_nonnull(strstr(ready, "not ready"));
	check_asks(&hub, by_socket, COUNT(by_socket), true, token);
	check_token(&hub, token);
	check_asks(&hub, by_network, COUNT(by_network), false, token);
	ck_assert_int_eq(stat(SOCKET, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0660);
	ck_assert_int_eq(stat("run", &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0700);
	close_hub(&hub);
}
END_TEST

static void make_certificate(const char *name)
{
	char command[500];
	struct process_result result;

	snprintf(
		command, sizeof command,
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
		"-addext subjectAltName=DNS:localhost -keyout %s.key -out %s.pem",
		name, name);
	result = process_run((const char *[]){ "sh", "-c", command, NULL }, NULL);
	ck_assert_msg(result.status == 0, "%s", result.err);
	process_result_finish(&result);
}

// One request over TLS, by a program that is not ours. What is answered; free() it.
static char *ask_by_tls(const struct hub *hub, const char *request, const char *more)
{
	char command[1000];
	struct process_result result;

	snprintf(command, sizeof command,
		 "printf '%s\\r\\n\\r\\n' | timeout 20 openssl s_client -connect localhost:%d -CAfile hub.pem "
		 "-verify_return_error -quiet %s",
		 request, hub->port, more);
	result = process_run((const char *[]){ "sh", "-c", command, NULL }, NULL);
	free(result.err);
	return result.out;
}

static void expect_by_tls(const struct hub *hub, const char *request, const char *more, const char *begins)
{
	char *answer = ask_by_tls(hub, request, more);

	ck_assert_msg(strncmp(answer, begins, strlen(begins)) == 0 && (*begins || !*answer), "%s: %s", more, answer);
	free(answer);
}

START_TEST(beyond_loopback_it_speaks_tls)
{
	static const char section[] = "  tls: {cert: hub.pem, key: hub.key, client_ca: client.pem}\n"
				      "  hosts: [localhost]\n"
				      "  limits: {unauthenticated_time: 500ms}\n";
	static const char close[] = "GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close";
	static const char with_client[] = "-cert client.pem -key client.key";
	char token[100], status[400], upgrade[500];
	struct hub hub = { .address = "0.0.0.0" };

	scene_open(&hub.scene);
	make_certificate("hub");
	make_certificate("client");
	make_certificate("other");
	open_in(&hub, "2", "1s", section);
	make_token(&hub, "ops", "viewer", token);
	expect_by_tls(&hub, close, with_client, "HTTP/1.1 200 OK");
	expect_by_tls(&hub, close, "-tls1_3 -cert client.pem -key client.key", "HTTP/1.1 200 OK");
	expect_by_tls(&hub, close, "-tls1_2 -cert client.pem -key client.key", "HTTP/1.1 200 OK");
	expect_by_tls(&hub, close, "-tls1_1 -cipher DEFAULT@SECLEVEL=0 -cert client.pem -key client.key", "");
	snprintf(status, sizeof status,
		 "GET /v1/status HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\nAuthorization: Bearer %s",
		 token);
	snprintf(upgrade, sizeof upgrade,
		 "GET /v1/events HTTP/1.1\\r\\nHost: localhost\\r\\nAuthorization: Bearer %s\\r\\nUpgrade: "
		 "websocket\\r\\n"
		 "Connection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
		 token);
	// A token alone is not enough where clients have certificates, and neither is one of somebody else.
	expect_by_tls(&hub, status, "", "");
	expect_by_tls(&hub, status, "-cert other.pem -key other.key", "");
	for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS;;) {
		char *answer = ask_by_tls(&hub, status, with_client);
		bool is_in = strncmp(answer, "HTTP/1.1 200 OK", 15) == 0;

		free(answer);
		if (is_in)
			break;
		ck_assert_int_lt(hub_caller_now_ms(), until_ms);
	}
	expect_by_tls(&hub, upgrade, with_client, "HTTP/1.1 101 Switching Protocols");
	ck_assert_int_eq(hub_caller_ask(hub_caller_connect_tcp(hub.port),
					"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", upgrade, sizeof upgrade),
			 0); // nothing is said in the clear
	close_hub(&hub);
}
END_TEST

static void run_shell(const char *command)
{
	struct process_result result = process_run((const char *[]){ "sh", "-c", command, NULL }, NULL);

	ck_assert_msg(result.status == 0, "%s: %s", command, result.err);
	process_result_finish(&result);
}

// How often its log says so.
static size_t n_said(const char *text)
{
	char *log = scene_read("hub.log");
	size_t n = 0;

	for (const char *at = log; (at = strstr(at, text)); at++)
		n++;
	free(log);
	return n;
}

// Reads its configuration again; what its log says of it.
static void reload(struct hub *hub, struct hub_caller *peer, const char *says)
{
	size_t n_before = n_said(says);
	bool is_said = false;

	ck_assert_int_eq(kill(hub->pid, SIGHUP), 0);
	for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS; !is_said;) {
		is_said = n_said(says) > n_before;
		ck_assert_msg(hub_caller_now_ms() < until_ms, "it does not say %s", says);
		hub_caller_turn(peer, 20);
	}
}

// As every two months, when it was renewed.
START_TEST(a_certificate_that_is_renewed_is_shown_to_who_comes)
{
	static const char section[] = "  tls: {cert: hub.pem, key: hub.key}\n  hosts: [localhost]\n";
	static const char close[] = "GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close";
	struct hub hub = { .address = "0.0.0.0" };
	struct hub_caller peer;

	scene_open(&hub.scene);
	make_certificate("hub");
	make_certificate("new");
	run_shell("cp hub.pem old.pem && cp hub.key old.key");
	open_in(&hub, "2", "1s", section);
	join(&peer);
	expect_by_tls(&hub, close, "", "HTTP/1.1 200 OK");
	scene_write("hub.key", "nonsense");
	reload(&hub, &peer, "the old certificate and key are kept: ");
	run_shell("cp new.key hub.key"); // of another certificate
	reload(&hub, &peer, "the old certificate and key are kept: ");
	ck_assert_uint_eq(n_said("the certificate is read again"), 0);
	expect_by_tls(&hub, close, "", "HTTP/1.1 200 OK");
	run_shell("cp new.pem hub.pem && cp new.key hub.key");
	reload(&hub, &peer, "the certificate is read again: it is valid until 20");
	expect_by_tls(&hub, close, "", "HTTP/1.1 200 OK"); // hub.pem is what is trusted
	run_shell("cp old.pem hub.pem");
	expect_by_tls(&hub, close, "", "");
	ck_assert(!peer.is_closed);
	hub_caller_close(&peer);
	close_hub(&hub);
}
END_TEST

static void await_said(struct hub_caller *peer, const char *text)
{
	for (int64_t until_ms = hub_caller_now_ms() + HUB_CALLER_MS; !n_said(text);) {
		ck_assert_msg(hub_caller_now_ms() < until_ms, "it does not say %s", text);
		hub_caller_turn(peer, 20);
	}
}

// And a certificate beside an address that does not use it.
START_TEST(a_token_file_that_was_mended_is_told)
{
	struct hub hub = { 0 };
	struct hub_caller peer;
	char token[100], *text;

	scene_open(&hub.scene);
	make_certificate("hub");
	open_in(&hub, "2", "1s", "  tls: {cert: hub.pem, key: hub.key}\n  token_file: tokens.json\n");
	make_token(&hub, "ops", "viewer", token);
	join(&peer);
	await_said(&peer, "the certificate of hub: tls: is used by no address");
	text = scene_read("tokens.json");
	scene_write("tokens.json", "nonsense");
	await_said(&peer, "the token file is not read: ");
	ck_assert_uint_eq(n_said("the token file is read again"), 0);
	scene_write("tokens.json", text);
	await_said(&peer, "the token file is read again");
	free(text);
	hub_caller_close(&peer);
	close_hub(&hub);
}
END_TEST

START_TEST(addresses_stay_until_the_next_start)
{
	struct hub_caller peer;
	char section[100];
	struct hub hub = { 0 };

	scene_open(&hub.scene);
	setenv("XDG_STATE_HOME", strchr(hub.scene.state, '=') + 1, 1);
	scene_simulate(&hub.scene, (const char *[]){ "--agents", "2", NULL });
	hub.port = process_free_port();
	snprintf(section, sizeof section, "  listen: ['127.0.0.1:%d']\n  socket: " SOCKET "\n", hub.port);
	write_config("1s", section);
	hub.pid = process_start((const char *[]){ OPSCON, "hub", "--config", "opscon.yml", "--log", "hub.log", NULL });
	process_await_port(hub.port, SCENE_MS);
	join(&peer);
	write_config("1s", "  listen: ['127.0.0.1:1']\n  socket: run/other.sock\n");
	reload(&hub, &peer, "listen is another one now; the hub stays");
	reload(&hub, &peer, "socket is another one now; the hub stays at ");
	hub_caller_close(&peer);
	join(&peer);
	hub_caller_close(&peer);
	close_hub(&hub);
}
END_TEST

// ---- the stream

START_TEST(everyone_sees_the_same_whenever_they_came)
{
	struct hub_caller first, second;
	struct hub hub;

	open_hub(&hub, "6", "1s", "  {}\n");
	join(&first);
	hub_caller_wait(&first, fleet_n_agents(first.fleet) == 6);
	hub_caller_wait(&first, fleet_counts(first.fleet)->by_state[HEALTH_UP] == 6);
	join(&second);
	expect_same(&first, &second);
	ck_assert_str_eq(first.welcome.boot, second.welcome.boot);
	ck_assert_uint_ne(first.welcome.session, second.welcome.session);
	ck_assert_str_eq(first.welcome.role, "admin");
	ck_assert(!first.welcome.is_resumed);
	ck_assert_uint_eq(first.n_gaps + second.n_gaps + first.n_doubled + second.n_doubled, 0);
	// An agent dies: both are told.
	process_stop(hub.scene.simulator);
	hub.scene.simulator = 0;
	hub_caller_wait(&first, fleet_counts(first.fleet)->by_state[HEALTH_DOWN] == 6);
	expect_same(&first, &second);
	hub_caller_close(&first);
	hub_caller_close(&second);
	close_hub(&hub);
}
END_TEST

START_TEST(who_comes_back_is_sent_what_it_lacks)
{
	struct hub_caller gone, back, fresh;
	uint64_t last[CHANNEL_COUNT], too_many[CHANNEL_COUNT];
	struct hub hub;
	char boot[WIRE_BOOT_HEX + 1];

	open_hub(&hub, "6", "1s", "  {}\n");
	join(&gone);
	hub_caller_wait(&gone, fleet_counts(gone.fleet)->by_state[HEALTH_UP] == 6 && gone.last[CHANNEL_AGENTS] > 0 &&
				       gone.last[CHANNEL_METRICS] > 50 && gone.last[CHANNEL_SYSTEM] > 0);
	for (int c = 0; c < CHANNEL_COUNT; c++)
		last[c] = gone.last[c] > gone.welcome.last[c] ? gone.last[c] : gone.welcome.last[c];
	snprintf(boot, sizeof boot, "%s", gone.welcome.boot);
	// Its connection ends, and its fleet goes on with another one.
	ck_assert_uint_eq(hub_caller_open(&back, hub_caller_connect_unix(SOCKET), NULL), 101);
	fleet_destroy(back.fleet);
	back.fleet = gone.fleet;
	gone.fleet = NULL;
	hub_caller_close(&gone);
	hub_caller_hello(&back, boot, last, WIRE_CHANNELS_ALL);
	hub_caller_wait(&back, back.is_welcome && back.n_by_type[EVENT_AGENT_PROBED] > 12);
	ck_assert(back.welcome.is_resumed);
	ck_assert_uint_eq(back.n_by_type[EVENT_SNAPSHOT], 0);
	ck_assert_uint_eq(back.n_gaps + back.n_doubled, 0);
	join(&fresh);
	expect_same(&back, &fresh);
	hub_caller_close(&back);
	// Numbers that never were are nobody's.
	memcpy(too_many, last, sizeof last);
	too_many[CHANNEL_AGENTS] += 1000000;
	ck_assert_uint_eq(hub_caller_open(&back, hub_caller_connect_unix(SOCKET), NULL), 101);
	hub_caller_hello(&back, boot, too_many, WIRE_CHANNELS_ALL);
	hub_caller_wait(&back, back.n_snapshots == 1);
	ck_assert(!back.welcome.is_resumed);
	hub_caller_close(&back);
	hub_caller_close(&fresh);
	close_hub(&hub);
}
END_TEST

START_TEST(a_hub_that_was_killed_begins_anew)
{
	struct hub_caller peer, back, fresh;
	struct process_result second;
	uint64_t last[CHANNEL_COUNT];
	struct hub hub;
	char boot[WIRE_BOOT_HEX + 1];

	open_hub(&hub, "6", "1s", "  {}\n");
	join(&peer);
	hub_caller_wait(&peer, fleet_counts(peer.fleet)->by_state[HEALTH_UP] == 6);
	memcpy(last, peer.last, sizeof last);
	snprintf(boot, sizeof boot, "%s", peer.welcome.boot);
	// A second one does not take the first one's socket away.
	second = scene_run(&hub.scene,
			   (const char *[]){ "hub", "--config", "opscon.yml", "--no-state", "--socket", SOCKET, NULL });
	ck_assert_int_eq(second.status, 1);
	ck_assert_ptr_nonnull(strstr(second.err, "another hub answers there"));
	process_result_finish(&second);
	stop(&hub, SIGKILL);
	hub_caller_wait(&peer, peer.is_closed);
	hub_caller_close(&peer);
	start(&hub);
	ck_assert_uint_eq(hub_caller_open(&back, hub_caller_connect_unix(SOCKET), NULL), 101);
	hub_caller_hello(&back, boot, last, WIRE_CHANNELS_ALL);
	hub_caller_wait(&back, back.n_snapshots == 1);
	ck_assert(!back.welcome.is_resumed);
	ck_assert_str_ne(back.welcome.boot, boot);
	hub_caller_wait(&back, fleet_counts(back.fleet)->by_state[HEALTH_UP] == 6);
	join(&fresh);
	expect_same(&back, &fresh);
	hub_caller_close(&back);
	hub_caller_close(&fresh);
	close_hub(&hub);
}
END_TEST

START_TEST(channels_are_told_to_who_subscribed)
{
	struct hub_caller peer;
	struct hub hub;

	open_hub(&hub, "6", "1s", "  {}\n");
	ck_assert_uint_eq(hub_caller_open(&peer, hub_caller_connect_unix(SOCKET), NULL), 101);
	hub_caller_hello(&peer, NULL, NULL, 1 << CHANNEL_AGENTS);
	hub_caller_wait(&peer, peer.n_snapshots == 1 && fleet_n_agents(peer.fleet) == 6);
	ck_assert_uint_eq(peer.n_by_type[EVENT_AGENT_PROBED] + peer.n_by_type[EVENT_FEED], 0);
	hub_caller_send(&peer, "{\"type\":\"subscribe\",\"channels\":[\"metrics\"]}");
	hub_caller_wait(&peer, peer.n_snapshots == 2 && peer.n_by_type[EVENT_AGENT_PROBED] > 12);
	ck_assert_uint_eq(peer.n_resyncs, 1);
	ck_assert_uint_eq(peer.n_by_type[EVENT_FEED], 0);
	hub_caller_send(&peer, "{\"type\":\"ping\",\"id\":4}");
	hub_caller_wait(&peer, peer.n_pongs == 1);
	ck_assert_uint_eq(peer.n_gaps + peer.n_doubled, 0);
	hub_caller_close(&peer);
	close_hub(&hub);
}
END_TEST

// ---- requests

static void ask(struct hub_caller *peer, struct request request, int error)
{
	static uint64_t id;
	uint64_t mine = ++id;

	hub_caller_request(peer, mine, &request);
	hub_caller_wait(peer, peer->answered == mine);
	ck_assert_msg(peer->answer.error == error, "%s: %d %s instead of %d", request_type_name(request.type),
		      peer->answer.error, peer->answer.why, error);
}

static void check_plans(struct hub_caller *one, struct hub_caller *other)
{
	const uint32_t ids[] = { fleet_agent_at(one->fleet, 0)->agent->id, fleet_agent_at(one->fleet, 1)->agent->id };
	const struct operation_params params = {
		.verb = VERB_RESTART,
		.version = "",
		.patch = "",
		.reason = "",
		.rollout = { .batch = 1,
			     .max_unavailable = 1,
			     .verify_ms = 60000,
			     .canary_percent = { 100 },
			     .max_error_share = 0.05,
			     .max_latency_growth = 0.5 },
	};
	struct request request = { .type = REQUEST_PLAN, .n_agents = 1, .params = &params, .token = 7 };

	request.agents = &ids[0];
	ask(one, request, 0);
	request.agents = &ids[1];
	ask(other, request, 0);
	hub_caller_wait(one, one->n_by_type[EVENT_PLAN] == 1);
	hub_caller_wait(other, other->n_by_type[EVENT_PLAN] == 1);
	ck_assert_uint_eq(one->newest[EVENT_PLAN]->u.plan->token, 7);
	ck_assert_uint_eq(other->newest[EVENT_PLAN]->u.plan->token, 7);
	ck_assert_uint_eq(one->newest[EVENT_PLAN]->u.plan->targets[0].agent, ids[0]);
	ck_assert_uint_eq(other->newest[EVENT_PLAN]->u.plan->targets[0].agent, ids[1]);
}

START_TEST(each_asker_gets_its_own_answers)
{
	struct hub_caller one, other;
	struct hub hub;
	uint32_t agent;

	open_hub(&hub, "6", "1s", "  {}\n");
	join(&one);
	join(&other);
	hub_caller_wait(&one, fleet_counts(one.fleet)->by_state[HEALTH_UP] == 6 && one.n_by_type[EVENT_METRICS] > 20);
	hub_caller_wait(&other, fleet_counts(other.fleet)->by_state[HEALTH_UP] == 6);
	agent = fleet_agent_at(one.fleet, 0)->agent->id;
	ask(&one, (struct request){ .type = REQUEST_WATCH, .agent = agent }, 0);
	ask(&one, (struct request){ .type = REQUEST_WATCH, .agent = agent }, 0);
	hub_caller_wait(&one, one.n_by_type[EVENT_SCRAPE] > 0);
	ask(&one, (struct request){ .type = REQUEST_UNWATCH, .agent = agent }, 0);
	ask(&one, (struct request){ .type = REQUEST_UNWATCH, .agent = agent }, -ENOENT);
	ask(&one, (struct request){ .type = REQUEST_WATCH, .agent = 4711 }, -ENOENT);
	ask(&one, (struct request){ .type = REQUEST_HISTORY, .agent = agent }, 0);
	hub_caller_wait(&one, one.n_by_type[EVENT_POINTS] > 3);
	check_plans(&one, &other);
	ask(&one, (struct request){ .type = REQUEST_AUDIT_LIST }, 0);
	hub_caller_wait(&one, one.n_by_type[EVENT_AUDIT_LIST] > 0);
	ask(&one, (struct request){ .type = REQUEST_AUDIT_CLOSE }, 0);
	// The other one was told nothing of all this, but for who is there and whom they look at.
	ask(&one, (struct request){ .type = REQUEST_LOOK, .agent = agent }, 0);
	hub_caller_wait(&other, other.newest[EVENT_PRESENCE] && other.newest[EVENT_PRESENCE]->agent == agent);
	ck_assert_uint_eq(other.newest[EVENT_PRESENCE]->u.presence.session, one.welcome.session);
	ck_assert_str_eq(other.newest[EVENT_PRESENCE]->u.presence.origin, "ops1 pts/3");
	ck_assert_uint_eq(
		other.n_by_type[EVENT_SCRAPE] + other.n_by_type[EVENT_POINTS] + other.n_by_type[EVENT_AUDIT_LIST], 0);
	ck_assert_uint_eq(one.n_gaps + other.n_gaps + one.n_doubled + other.n_doubled, 0);
	hub_caller_close(&one);
	hub_caller_wait(&other, other.newest[EVENT_PRESENCE]->u.presence.is_gone);
	hub_caller_close(&other);
	close_hub(&hub);
}
END_TEST

// Of twenty answers the first one to come within a few milliseconds: the kernel does not wait for more before it sends.
static void expect_quick(struct hub_caller *peer)
{
	int64_t least_ms = INT64_MAX;

	for (size_t i = 0; i < 20; i++) {
		int64_t began_ms = hub_caller_now_ms(), took_ms;
		size_t n = peer->n_pongs;

		hub_caller_send(peer, "{\"type\":\"ping\",\"id\":1}");
		hub_caller_wait(peer, peer->n_pongs > n);
		took_ms = hub_caller_now_ms() - began_ms;
		least_ms = took_ms < least_ms ? took_ms : least_ms;
	}
	ck_assert_int_lt(least_ms, 20);
}

START_TEST(a_viewer_looks_and_a_revoked_token_ends_its_session)
{
	struct process_result revoked;
	struct hub_caller peer;
	struct hub hub;
	char token[100];

	open_hub(&hub, "6", "1s", "  {}\n");
	make_token(&hub, "eve", "viewer", token);
	check_token(&hub, token);
	ck_assert_uint_eq(hub_caller_open(&peer, hub_caller_connect_tcp(hub.port), token), 101);
	hub_caller_hello(&peer, NULL, NULL, WIRE_CHANNELS_ALL);
	hub_caller_wait(&peer, peer.n_snapshots == 1 && fleet_n_agents(peer.fleet) == 6);
	expect_quick(&peer);
	ck_assert_str_eq(peer.welcome.you, "eve");
	ck_assert_str_eq(peer.welcome.role, "viewer");
	ask(&peer, (struct request){ .type = REQUEST_PROBE_NOW, .agent = fleet_agent_at(peer.fleet, 0)->agent->id },
	    -EPERM);
	ck_assert_str_ne(peer.answer.why, "");
	ask(&peer, (struct request){ .type = REQUEST_LOOK, .agent = fleet_agent_at(peer.fleet, 0)->agent->id }, 0);
	revoked = scene_run(&hub.scene, (const char *[]){ "token", "revoke", "eve", "--config", "opscon.yml", NULL });
	ck_assert_msg(revoked.status == 0, "%s", revoked.err);
	process_result_finish(&revoked);
	kill(hub.pid, SIGHUP);
	hub_caller_wait(&peer, peer.is_closed);
	ck_assert_int_eq(peer.error, WIRE_ERROR_AUTH);
	ck_assert_uint_eq(websocket_close_code(peer.ws), WEBSOCKET_POLICY);
	hub_caller_close(&peer);
	close_hub(&hub);
}
END_TEST

// ---- what it does not put up with

static void expect_end(struct hub_caller *peer, enum wire_error_code error, uint16_t code)
{
	hub_caller_wait(peer, peer->is_closed);
	ck_assert_msg(peer->error == error && websocket_close_code(peer->ws) == code, "%d %s, %u instead of %d, %u",
		      peer->error, peer->error_why, websocket_close_code(peer->ws), error, code);
	hub_caller_close(peer);
}

static void open_peer(struct hub_caller *peer)
{
	ck_assert_uint_eq(hub_caller_open(peer, hub_caller_connect_unix(SOCKET), NULL), 101);
}

START_TEST(who_breaks_the_protocol_is_told_and_let_go)
{
	static const char hello[] = "{\"type\":\"hello\",\"protocol\":1,\"client\":\"t\"}";
	static const char *const firsts[] = {
		"",
		"x",
		"[]",
		"{}",
		"{\"type\":\"request\",\"id\":1,\"request\":{\"type\":\"watch\",\"agent\":1}}",
		"{\"type\":\"ping\",\"id\":1}",
		"{\"type\":\"hello\"",
		"{\"type\":\"hello\",\"protocol\":\"1\"}",
		"{\"type\":\"welcome\"}",
	};
	const struct frame bad_frames[] = { WHOLE(3, "x"), PART(OP_PING, ""), { OP_TEXT, true, 4, "x", 1 } };
	static char large[300 << 10];
	struct hub_caller peer;
	struct bytes bytes;
	struct hub hub;

	open_hub(&hub, "2", "1s", "  {}\n");
	for (size_t i = 0; i < COUNT(firsts); i++) {
		open_peer(&peer);
		hub_caller_send(&peer, firsts[i]);
		expect_end(&peer, WIRE_ERROR_PROTOCOL, WEBSOCKET_PROTOCOL);
	}
	open_peer(&peer);
	hub_caller_send(&peer, "{\"type\":\"hello\",\"protocol\":0,\"client\":\"t\"}");
	hub_caller_wait(&peer, peer.is_closed);
	ck_assert(peer.error == WIRE_ERROR_VERSION || peer.error == WIRE_ERROR_PROTOCOL);
	hub_caller_close(&peer);
	open_peer(&peer);
	hub_caller_send(&peer, hello);
	hub_caller_send(&peer, hello);
	expect_end(&peer, WIRE_ERROR_PROTOCOL, WEBSOCKET_PROTOCOL);
	memset(large, ' ', sizeof large - 1);
	open_peer(&peer);
	hub_caller_send(&peer, large);
	expect_end(&peer, WIRE_ERROR_COUNT, WEBSOCKET_TOO_BIG);
	for (size_t i = 0; i < COUNT(bad_frames); i++) {
		open_peer(&peer);
		bytes_init(&bytes, 100);
		frame_write(&bytes, &bad_frames[i], true);
		hub_caller_write(&peer, bytes.data, bytes.len);
		bytes_finish(&bytes);
		expect_end(&peer, WIRE_ERROR_COUNT, WEBSOCKET_PROTOCOL);
	}
	open_peer(&peer);
	hub_caller_write(&peer, "\x81\x02hi", 4); // not masked
	expect_end(&peer, WIRE_ERROR_COUNT, WEBSOCKET_PROTOCOL);
	ck_assert_int_eq((int)vital("clients"), 0);
	close_hub(&hub);
}
END_TEST

START_TEST(a_request_of_a_newer_kind_is_answered)
{
	struct hub_caller peer;
	struct hub hub;

	open_hub(&hub, "2", "1s", "  {}\n");
	join(&peer);
	hub_caller_send(&peer, "{\"type\":\"request\",\"id\":9,\"request\":{\"type\":\"teleport\",\"agent\":1}}");
	hub_caller_wait(&peer, peer.answered == 9);
	ck_assert_int_eq(peer.answer.error, -ENOTSUP);
	hub_caller_send(&peer, "{\"type\":\"sing\",\"song\":\"x\"}"); // passed over
	hub_caller_send(&peer, "{\"type\":\"ping\",\"id\":1}");
	hub_caller_wait(&peer, peer.n_pongs == 1);
	hub_caller_close(&peer);
	close_hub(&hub);
}
END_TEST

// Fault 52: connections that never say who they are.
START_TEST(nobody_stays_who_does_not_say_hello)
{
	struct hub_caller silent;
	struct hub hub;
	int fds[12];
	size_t n_refused = 0;

	open_hub(&hub, "2", "1s", "  limits: {unauthenticated: 8, unauthenticated_time: 300ms}\n");
	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = hub_caller_connect_tcp(hub.port);
	// Those past the limit are closed at once, the others when their time is over.
	for (size_t i = 0; i < COUNT(fds); i++) {
		char byte;

		ck_assert_int_eq(recv(fds[i], &byte, 1, 0) > 0, 0);
		close(fds[i]);
	}
	n_refused = (size_t)vital("turned_away_total");
	ck_assert_uint_ge(n_refused, 4);
	open_peer(&silent);
	expect_end(&silent, WIRE_ERROR_AUTH, WEBSOCKET_POLICY);
	close_hub(&hub);
}
END_TEST

// Fault 51: a client that never reads costs nobody else anything, and ends.
START_TEST(one_that_never_reads_is_let_go)
{
	struct hub_caller slow, quick;
	struct hub hub;
	int small = 4096, fd;
	uint64_t seen;

	open_hub(&hub, "300", "1s", "  limits: {queue: 64KiB, requests_per_minute: 60000}\n");
	// Little is told to it, so that it is quick however busy the machine is.
	ck_assert_uint_eq(hub_caller_open(&quick, hub_caller_connect_unix(SOCKET), NULL), 101);
	hub_caller_hello(&quick, NULL, NULL, 1 << CHANNEL_AGENTS | 1 << CHANNEL_SYSTEM);
	hub_caller_wait(&quick, fleet_n_agents(quick.fleet) == 300);
	fd = hub_caller_connect_unix(SOCKET);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	ck_assert_uint_eq(hub_caller_open(&slow, fd, NULL), 101);
	hub_caller_hello(&slow, NULL, NULL, WIRE_CHANNELS_ALL);
	hub_caller_wait(&quick, vital("disconnected_slow_total") == 1);
	seen = quick.last[CHANNEL_SYSTEM];
	hub_caller_wait(&quick, quick.last[CHANNEL_SYSTEM] > seen);
	ck_assert_uint_eq(quick.n_gaps + quick.n_doubled + quick.n_resyncs, 0);
	ck_assert(vital("resyncs_total") >= 3);
	ck_assert(vital("dropped_total") > 0);
	hub_caller_wait(&quick, vital("clients") == 1);
	hub_caller_close(&slow);
	hub_caller_close(&quick);
	close_hub(&hub);
}
END_TEST

// ---- the service manager

static int notify_socket(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = SCENE_MS / 1000 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, name, strlen(name));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return fd;
}

static void await_word(int fd, const char *word)
{
	char text[300];
	ssize_t n;

	do {
		n = recv(fd, text, sizeof text - 1, 0);
		ck_assert_msg(n > 0, "%s is not told", word);
		text[n] = '\0';
	} while (!strstr(text, word));
}

// The place of its recordings is not there when it begins, as a disk that is not mounted yet.
START_TEST(what_cannot_be_recorded_is_said_until_it_can)
{
	static char status[1 << 16];
	struct hub hub = { .address = NULL };
	struct process_result info;
	struct hub_caller peer;

	scene_open(&hub.scene);
	scene_write("disk", "no directory");
	open_in(&hub, "2", "1s", "  record: {dir: disk/recordings}\n");
	join(&peer);
	hub_caller_wait(&peer, fleet_recordings_stopped(peer.fleet, NULL, 0) == 1);
	ck_assert(vital("recording_well") < 0.5);
	ck_assert_uint_eq(hub_caller_ask(hub_caller_connect_unix(SOCKET),
					 "GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n", status, sizeof status),
			  200);
	ck_assert_ptr_nonnull(strstr(status, "disk/recordings\",\"why\":\"Not a directory\"}"));
	ck_assert_int_eq(unlink("disk"), 0);
	ck_assert_int_eq(mkdir("disk", 0700), 0);
	hub_caller_wait(&peer, fleet_recordings_stopped(peer.fleet, NULL, 0) == 0);
	ck_assert(vital("recording_well") > 0.5);
	ck_assert(vital("recording_lost_total") > 0.5);
	hub_caller_close(&peer);
	ck_assert_int_eq(stop(&hub, SIGTERM), 0);
	info = scene_run(&hub.scene, (const char *[]){ "record", "--info", "disk/recordings", NULL });
	ck_assert_msg(info.status == 0 && strstr(info.out, "closed"), "%s%s", info.out, info.err);
	process_result_finish(&info);
	close_hub(&hub);
}
END_TEST

START_TEST(of_two_hubs_one_has_a_directory)
{
	struct hub hub;
	char holder[60];

	open_hub(&hub, "2", "1s", "  record: {dir: recordings}\n");
	snprintf(holder, sizeof holder, ": pid %ld", (long)hub.pid);
	for (int i = 0; i < 3; i++) {
		static const char *const more[] = { NULL, "--no-state", "--demo" }; // which shares the one of state
		struct process_result second =
			scene_run(&hub.scene, (const char *[]){ "hub", "--config", "opscon.yml", "--socket",
								"other.sock", more[i], NULL });

		ck_assert_msg(
			second.status == 2 && strstr(second.err, holder) &&
				strstr(second.err, i ? "another process records into it" : "has the state directory"),
			"%d %s", second.status, second.err);
		process_result_finish(&second);
	}
	ck_assert_int_ne(access("other.sock", F_OK), 0);
	stop(&hub, SIGKILL);
	start(&hub); // nothing is stale
	close_hub(&hub);
}
END_TEST

START_TEST(a_service_manager_and_clients_are_told_how_it_goes)
{
	char path[128];
	struct hub_caller peer;
	struct hub hub;
	int notify, status;

	snprintf(path, sizeof path, "/tmp/opscon-hub-notify-%d", (int)getpid());
	notify = notify_socket(path);
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "200000", 1);
	open_hub(&hub, "2", "1s", "  {}\n");
	await_word(notify, "READY=1");
	await_word(notify, "WATCHDOG=1");
	await_word(notify, "WATCHDOG=1");
	join(&peer);
	kill(hub.pid, SIGHUP);
	await_word(notify, "RELOADING=1");
	await_word(notify, "READY=1");
	kill(hub.pid, SIGTERM);
	await_word(notify, "STOPPING=1");
	expect_end(&peer, WIRE_ERROR_SHUTDOWN, WEBSOCKET_GOING_AWAY);
	ck_assert_int_eq(waitpid(hub.pid, &status, 0), hub.pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	ck_assert_int_eq(access(SOCKET, F_OK), -1);
	hub.pid = 0;
	close(notify);
	unlink(path);
	close_hub(&hub);
}
END_TEST

START_TEST(what_it_cannot_listen_on_is_said)
{
	static const struct {
		const char *args[8];
		int status;
		const char *says;
	} rows[] = {
		{ { "hub", "--demo", "--listen", "localhost", NULL }, 2, "expected an address and a port" },
		{ { "hub", "--demo", "--listen", "0.0.0.0:8430", "--socket", SOCKET, NULL }, 2, "needs TLS" },
		{ { "hub", "--demo", "--socket", "targets.json", NULL }, 1, "it is there, and no socket" },
		{ { "hub", "--demo", "--socket", "no/such/place/hub.sock", NULL }, 1, "No such file or directory" },
		{ { "hub", "--demo", "http://127.0.0.1:1", NULL }, 2, "leave out URLs" },
		{ { "hub", "--demo", "--fast", NULL }, 2, "--fast" },
	};
	struct scene scene;

	scene_open(&scene);
	scene_write("targets.json", "[]");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct process_result result = scene_run(&scene, rows[i].args);

		ck_assert_msg(result.status == rows[i].status && strstr(result.err, rows[i].says), "%s: %d %s",
			      rows[i].says, result.status, result.err);
		process_result_finish(&result);
	}
	scene_close(&scene);
}
END_TEST

SUITE("hub", serves_what_it_has_to_whom_it_knows, beyond_loopback_it_speaks_tls,
      a_certificate_that_is_renewed_is_shown_to_who_comes, a_token_file_that_was_mended_is_told,
      addresses_stay_until_the_next_start, everyone_sees_the_same_whenever_they_came,
      who_comes_back_is_sent_what_it_lacks, a_hub_that_was_killed_begins_anew, channels_are_told_to_who_subscribed,
      each_asker_gets_its_own_answers, a_viewer_looks_and_a_revoked_token_ends_its_session,
      who_breaks_the_protocol_is_told_and_let_go, a_request_of_a_newer_kind_is_answered,
      nobody_stays_who_does_not_say_hello, one_that_never_reads_is_let_go, what_cannot_be_recorded_is_said_until_it_can,
      of_two_hubs_one_has_a_directory, a_service_manager_and_clients_are_told_how_it_goes,
      what_it_cannot_listen_on_is_said)
