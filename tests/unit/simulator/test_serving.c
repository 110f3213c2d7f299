// SPDX-License-Identifier: Apache-2.0
/* The fleet as a client sees it: libcurl in a worker thread, the simulator on the test's loop. */
#include "tests/support/suite.h"

#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "simulator/internal.h"

struct fetch {
	uv_work_t work;
	CURL *easy; // kept over fetches
	char url[80];
	const char *method; // NULL: GET
	long timeout_ms;
	bool is_done;
	CURLcode code;
	long http_status, n_connects;
	double total_s, first_byte_s;
	size_t n_body;
	char body[32768];
	char content_type[80], error[CURL_ERROR_SIZE];
};

struct bench {
	uv_loop_t loop;
	struct simulator *sim;
	struct fetch fetch;
};

static size_t body_cb(char *data, size_t size, size_t n, void *user)
{
	struct fetch *fetch = user;
	size_t room =
		sizeof fetch->body - 1 - (fetch->n_body < sizeof fetch->body ? fetch->n_body : sizeof fetch->body - 1);
	size_t part = n < room ? n : room;

	(void)size;
	if (part)
		memcpy(fetch->body + fetch->n_body, data, part);
	fetch->n_body += n;
	return n;
}

static void work_cb(uv_work_t *work)
{
	struct fetch *fetch = work->data;
	char *type = NULL;

	curl_easy_setopt(fetch->easy, CURLOPT_URL, fetch->url);
	curl_easy_setopt(fetch->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(fetch->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(fetch->easy, CURLOPT_TIMEOUT_MS, fetch->timeout_ms);
	curl_easy_setopt(fetch->easy, CURLOPT_CUSTOMREQUEST, fetch->method);
	curl_easy_setopt(fetch->easy, CURLOPT_WRITEFUNCTION, body_cb);
	curl_easy_setopt(fetch->easy, CURLOPT_WRITEDATA, fetch);
	curl_easy_setopt(fetch->easy, CURLOPT_ERRORBUFFER, fetch->error);
	fetch->code = curl_easy_perform(fetch->easy);
	curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &fetch->http_status);
	curl_easy_getinfo(fetch->easy, CURLINFO_NUM_CONNECTS, &fetch->n_connects);
	curl_easy_getinfo(fetch->easy, CURLINFO_TOTAL_TIME, &fetch->total_s);
	curl_easy_getinfo(fetch->easy, CURLINFO_STARTTRANSFER_TIME, &fetch->first_byte_s);
	curl_easy_getinfo(fetch->easy, CURLINFO_CONTENT_TYPE, &type);
	snprintf(fetch->content_type, sizeof fetch->content_type, "%s", type ? type : "");
}

static void after_work_cb(uv_work_t *work, int status)
{
	struct fetch *fetch = work->data;

	ck_assert_int_eq(status, 0);
	fetch->body[fetch->n_body < sizeof fetch->body ? fetch->n_body : sizeof fetch->body - 1] = 0;
	fetch->is_done = true;
}

static const struct fetch *fetch(struct bench *b, size_t agent, const char *path, long timeout_ms)
{
	struct fetch *f = &b->fetch;
	struct simulator_target target;

	simulator_target_get(b->sim, agent, &target);
	snprintf(f->url, sizeof f->url, "%s%s", target.url, path);
	f->timeout_ms = timeout_ms;
	f->is_done = false;
	f->n_body = 0;
	f->work.data = f;
	ck_assert_int_eq(uv_queue_work(&b->loop, &f->work, work_cb, after_work_cb), 0);
	while (!f->is_done)
		uv_run(&b->loop, UV_RUN_ONCE);
	return f;
}

static void bench_start(struct bench *b, struct simulator_options options)
{
	memset(b, 0, sizeof *b);
	b->fetch.easy = curl_easy_init();
	ck_assert_ptr_nonnull(b->fetch.easy);
	ck_assert_int_eq(uv_loop_init(&b->loop), 0);
	options.slow_ms = 60;
	options.drip_ms = 20;
	options.up_ms = 200;
	options.down_ms = 100;
	ck_assert_int_eq(simulator_start(&b->loop, &options, &b->sim), 0);
}

static void bench_stop(struct bench *b)
{
	curl_easy_cleanup(b->fetch.easy);
	simulator_stop(b->sim);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&b->loop), 0);
}

static void bench_start_with(struct bench *b, enum simulator_fault fault)
{
	bench_start(b, (struct simulator_options){ .n_agents = 2 });
	simulator_set_fault(b->sim, 1, fault);
}

static size_t count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

START_TEST(a_healthy_agent_serves_its_endpoints)
{
	static const struct {
		const char *path;
		long http_status;
		const char *part;
	} table[] = {
		{ "/health", 200, "\"status\":\"pass\"" },
		{ "/health?verbose", 200, "\"status\":\"pass\"" },
		{ "/ready", 200, "ok" },
		{ "/metrics", 200, "\nhttp_requests_total{" },
		{ "/", 200, "/metrics" },
		{ "/healthz", 404, "not found" },
	};
	struct bench b;

	bench_start(&b, (struct simulator_options){ .n_agents = 4 });
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct fetch *f = fetch(&b, 0, table[i].path, 5000);

		ck_assert_msg(f->code == CURLE_OK, "%s: %s", table[i].path, f->error);
		ck_assert_int_eq(f->http_status, table[i].http_status);
		ck_assert_msg(strstr(f->body, table[i].part) != NULL, "%s: %s", table[i].path, f->body);
	}
	ck_assert_int_eq(fetch(&b, 1, "/actuator/health", 5000)->http_status, 200);
	ck_assert_int_eq(fetch(&b, 3, "/healthz", 5000)->http_status, 200);
	b.fetch.method = "DELETE";
	ck_assert_int_eq(fetch(&b, 0, "/health", 5000)->http_status, 405);
	bench_stop(&b);
}
END_TEST

START_TEST(connections_are_kept_alive)
{
	struct bench b;

	bench_start(&b, (struct simulator_options){ .n_agents = 1 });
	ck_assert_int_eq(fetch(&b, 0, "/health", 5000)->n_connects, 1);
	ck_assert_int_eq(fetch(&b, 0, "/metrics", 5000)->n_connects, 0);
	ck_assert_uint_eq(simulator_connections(b.sim), 1);
	bench_stop(&b);
}
END_TEST

static const struct {
	enum simulator_fault fault;
	long timeout_ms;
	CURLcode code;
	long http_status;
	const char *type, *part;
} wire[] = {
	{ SIMULATOR_FAULT_AUTH401, 5000, CURLE_OK, 401, "application/json", "authentication" },
	{ SIMULATOR_FAULT_DEGRADED, 5000, CURLE_OK, 200, "application/health+json", "\"status\":\"warn\"" },
	{ SIMULATOR_FAULT_ERROR500, 5000, CURLE_OK, 500, "application/json", "error" },
	{ SIMULATOR_FAULT_GARBAGE, 5000, CURLE_UNSUPPORTED_PROTOCOL, 0, "", "" },
	{ SIMULATOR_FAULT_HANG, 100, CURLE_OPERATION_TIMEDOUT, 0, "", "" },
	{ SIMULATOR_FAULT_HTML, 5000, CURLE_OK, 200, "text/html; charset=utf-8", "<title>Sign in" },
	{ SIMULATOR_FAULT_HUGE, 30000, CURLE_OK, 200, "text/plain; version=0.0.4", "simulated_filler_total" },
	{ SIMULATOR_FAULT_RESET, 5000, CURLE_RECV_ERROR, 0, "", "" },
};

START_TEST(each_fault_is_what_arrives)
{
	struct bench b;

	bench_start_with(&b, SIMULATOR_FAULT_NONE);
	for (size_t i = 0; i < sizeof wire / sizeof wire[0]; i++) {
		const struct fetch *f;

		simulator_set_fault(b.sim, 1, wire[i].fault);
		f = fetch(&b, 1, "/health", wire[i].timeout_ms);
		ck_assert_msg(f->code == wire[i].code, "%s: %d %s", simulator_fault_name(wire[i].fault), f->code,
			      f->error);
		ck_assert_int_eq(f->http_status, wire[i].http_status);
		ck_assert_str_eq(f->content_type, wire[i].type);
		ck_assert_ptr_nonnull(strstr(f->body, wire[i].part));
		ck_assert(wire[i].fault != SIMULATOR_FAULT_HUGE || f->n_body >= 50000000);
		ck_assert_int_eq(fetch(&b, 0, "/health", 5000)->http_status, 200); // the other one is unaffected
	}
	simulator_set_fault(b.sim, 1, SIMULATOR_FAULT_NONE);
	ck_assert_int_eq(fetch(&b, 1, "/health", 5000)->http_status, 200);
	bench_stop(&b);
}
END_TEST

START_TEST(slow_is_well_but_late)
{
	struct bench b;
	const struct fetch *f;

	bench_start_with(&b, SIMULATOR_FAULT_SLOW);
	for (int i = 0; i < 2; i++) { // the second on the kept connection
		f = fetch(&b, 1, "/health", 10000);
		ck_assert_int_eq(f->http_status, 200);
		ck_assert_double_ge(f->first_byte_s, 0.055);
		ck_assert_double_lt(f->first_byte_s, 5);
	}
	ck_assert_int_eq(fetch(&b, 1, "/health", 20)->code, CURLE_OPERATION_TIMEDOUT); // gone before its answer
	ck_assert_int_eq(fetch(&b, 1, "/health", 10000)->http_status, 200);
	fetch(&b, 1, "/health", 20);
	bench_stop(&b); // with an answer still owed
}
END_TEST

START_TEST(drip_sends_a_byte_at_a_time)
{
	struct bench b;
	const struct fetch *f;

	bench_start_with(&b, SIMULATOR_FAULT_DRIP);
	f = fetch(&b, 1, "/metrics", 300);
	ck_assert_int_eq(f->code, CURLE_OPERATION_TIMEDOUT);
	ck_assert_int_eq(f->http_status, 200);
	ck_assert_uint_ge(f->n_body, 2);
	ck_assert_uint_le(f->n_body, 16);
	while (simulator_connections(b.sim)) // it notices that the client is gone
		uv_run(&b.loop, UV_RUN_ONCE);
	fetch(&b, 1, "/metrics", 100);
	bench_stop(&b);
}
END_TEST

START_TEST(flapping_changes_every_few_health_answers)
{
	static const long wanted[] = { 200, 200, 503, 503, 503, 200, 200, 503 };
	struct bench b;

	bench_start_with(&b, SIMULATOR_FAULT_FLAPPING);
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		ck_assert_int_eq(fetch(&b, 1, "/health", 5000)->http_status, wanted[i]);
		ck_assert_int_eq(fetch(&b, 1, "/metrics", 5000)->http_status, 200);
	}
	ck_assert_int_eq(fetch(&b, 1, "/ready", 5000)->http_status, 503);
	bench_stop(&b);
}
END_TEST

static double start_time(const struct fetch *f)
{
	const char *at = strstr(f->body, "\nprocess_start_time_seconds ");

	return at ? atof(at + strlen("\nprocess_start_time_seconds ")) : 0;
}

START_TEST(restarting_refuses_and_comes_back_from_zero)
{
	double first_start, second_start;
	struct bench b;

	bench_start_with(&b, SIMULATOR_FAULT_NONE);
	first_start = start_time(fetch(&b, 1, "/metrics", 5000));
	simulator_set_fault(b.sim, 1, SIMULATOR_FAULT_RESTARTING);
	while (fetch(&b, 1, "/metrics", 5000)->code != CURLE_COULDNT_CONNECT)
		ck_assert_int_ne(b.fetch.code, CURLE_OPERATION_TIMEDOUT);
	ck_assert_int_eq(fetch(&b, 0, "/metrics", 5000)->http_status, 200);
	while (fetch(&b, 1, "/metrics", 5000)->code != CURLE_OK)
		ck_assert_int_ne(b.fetch.code, CURLE_OPERATION_TIMEDOUT);
	second_start = start_time(&b.fetch);
	ck_assert_double_gt(second_start, first_start + 60); // natural lives are days
	while (fetch(&b, 1, "/metrics", 5000)->code != CURLE_COULDNT_CONNECT)
		;
	simulator_set_fault(b.sim, 1, SIMULATOR_FAULT_NONE);
	ck_assert_int_eq(fetch(&b, 1, "/metrics", 5000)->http_status, 200);
	bench_stop(&b);
}
END_TEST

START_TEST(a_change_of_fault_ends_kept_connections)
{
	struct bench b;

	bench_start_with(&b, SIMULATOR_FAULT_NONE);
	fetch(&b, 1, "/health", 5000);
	simulator_set_fault(b.sim, 1, SIMULATOR_FAULT_HANG);
	while (simulator_connections(b.sim))
		uv_run(&b.loop, UV_RUN_ONCE);
	ck_assert_int_eq(fetch(&b, 1, "/health", 50)->code, CURLE_OPERATION_TIMEDOUT);
	simulator_set_fault(b.sim, 1, SIMULATOR_FAULT_HANG); // no change
	bench_stop(&b);
}
END_TEST

START_TEST(stopping_leaves_no_descriptor)
{
	struct bench b;
	size_t n_before;

	bench_start_with(&b, SIMULATOR_FAULT_HANG); // starts the worker threads and libcurl
	fetch(&b, 1, "/health", 50);
	bench_stop(&b);
	n_before = count_fds();
	bench_start_with(&b, SIMULATOR_FAULT_HANG);
	fetch(&b, 0, "/health", 5000);
	fetch(&b, 1, "/health", 50);
	bench_stop(&b);
	ck_assert_uint_eq(count_fds(), n_before);
}
END_TEST

// Of this process, so that a busy machine does not count.
static double cpu_s(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

START_TEST(a_thousand_agents_start_within_a_second)
{
	double before = cpu_s();
	struct bench b;

	ck_assert_uint_ge(simulator_raise_limits(1000), 1064);
	bench_start(&b, (struct simulator_options){ .n_agents = 1000 });
	ck_assert_double_lt(cpu_s() - before, 1);
	ck_assert_uint_eq(simulator_count(b.sim), 1000);
	ck_assert_int_eq(fetch(&b, 0, "/ready", 5000)->http_status, 200);
	ck_assert_int_eq(fetch(&b, 999, "/ready", 5000)->http_status, 200);
	bench_stop(&b);
}
END_TEST

START_TEST(addresses_differ_and_stay_on_loopback)
{
	struct sockaddr_in first, got;

	ck_assert_int_eq(listener_parse("127.0.0.250:80", &first), 0);
	ck_assert_uint_eq(ntohs(first.sin_port), 80);
	for (size_t i = 0; i < 100000; i++) {
		struct sockaddr_in next = listener_address(&first, i + 1);

		got = listener_address(&first, i);
		ck_assert_uint_eq(ntohl(got.sin_addr.s_addr) >> 24, 127);
		ck_assert_uint_lt(ntohl(got.sin_addr.s_addr), ntohl(next.sin_addr.s_addr));
	}
	got = listener_address(&first, 0);
	ck_assert_uint_eq(ntohl(got.sin_addr.s_addr), 0x7f0000fa);
	got = listener_address(&first, 5);
	ck_assert_uint_eq(ntohl(got.sin_addr.s_addr), 0x7f000101); // after 127.0.0.254
}
END_TEST

START_TEST(impossible_options_are_refused)
{
	static const struct simulator_share all[] = { { .fault = SIMULATOR_FAULT_SLOW, .is_count = true, .count = 3 } };
	static const struct {
		struct simulator_options options;
		int result;
	} table[] = {
		{ { .n_agents = 0 }, -EINVAL },
		{ { .n_agents = SIMULATOR_AGENTS_MAX + 1 }, -EINVAL },
		{ { .n_agents = 1, .listen = "0.0.0.0" }, -EINVAL },
		{ { .n_agents = 1, .listen = "192.168.1.1:80" }, -EINVAL },
		{ { .n_agents = 1, .listen = "localhost" }, -EINVAL },
		{ { .n_agents = 1, .listen = "127.0.0.1:65536" }, -EINVAL },
		{ { .n_agents = 1, .listen = "127.0.0.1:" }, -EINVAL },
		{ { .n_agents = 1, .listen = "127.0.0.1.127.0.0.1" }, -EINVAL },
		{ { .n_agents = 2, .shares = all, .n_shares = 1 }, -E2BIG },
	};
	struct simulator *sim = NULL;
	uv_loop_t loop;

	ck_assert_int_eq(uv_loop_init(&loop), 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_int_eq(simulator_start(&loop, &table[i].options, &sim), table[i].result);
	ck_assert_ptr_null(sim);
	simulator_stop(NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

START_TEST(a_taken_port_is_an_error)
{
	struct simulator *second = NULL;
	struct simulator_target target;
	struct bench b;

	bench_start(&b, (struct simulator_options){ .n_agents = 3 });
	simulator_target_get(b.sim, 2, &target);
	ck_assert_int_eq(
		simulator_start(&b.loop,
				&(struct simulator_options){ .n_agents = 2, .listen = target.url + strlen("http://") },
				&second),
		-EADDRINUSE);
	bench_stop(&b);
}
END_TEST

static void lower_limit(rlim_t n)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = n;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(short_of_descriptors_answers_close_their_connection)
{
	struct bench b;

	lower_limit(66);
	bench_start(&b, (struct simulator_options){ .n_agents = 1 });
	ck_assert_int_eq(fetch(&b, 0, "/health", 5000)->n_connects, 1);
	ck_assert_int_eq(fetch(&b, 0, "/health", 5000)->n_connects, 1);
	bench_stop(&b);
}
END_TEST

START_TEST(out_of_descriptors_the_peer_is_told)
{
	int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), taken[256];
	struct sockaddr_in address;
	struct bench b;
	size_t n = 0;
	char byte;

	lower_limit(256);
	bench_start(&b, (struct simulator_options){ .n_agents = 1 });
	fetch(&b, 0, "/health", 5000);
	ck_assert_int_eq(listener_parse(b.sim->agents[0].url + strlen("http://"), &address), 0);
	(void)connect(client, (struct sockaddr *)&address, sizeof address);
	while ((taken[n] = open("/dev/null", O_RDONLY)) >= 0)
		n++;
	ck_assert_int_eq(errno, EMFILE);
	while (recv(client, &byte, 1, 0) < 0 && errno == EAGAIN)
		uv_run(&b.loop, UV_RUN_NOWAIT);
	while (n)
		close(taken[--n]);
	ck_assert_int_eq(fetch(&b, 0, "/health", 5000)->http_status, 200);
	close(client);
	bench_stop(&b);
}
END_TEST

START_TEST(targets_are_a_file_sd_list)
{
	char path[] = "/tmp/opscon-targets-XXXXXX";
	struct json_object *list, *group, *labels;
	struct simulator_target target;
	int fd = mkstemp(path);
	struct bench b;

	close(fd);
	bench_start(&b, (struct simulator_options){ .n_agents = 30 });
	ck_assert_int_eq(simulator_write_targets(b.sim, path), 0);
	list = json_object_from_file(path);
	ck_assert_ptr_nonnull(list);
	ck_assert_uint_eq(json_object_array_length(list), 30);
	for (size_t i = 0; i < 30; i++) {
		simulator_target_get(b.sim, i, &target);
		group = json_object_array_get_idx(list, i);
		ck_assert_str_eq(
			json_object_get_string(json_object_array_get_idx(json_object_object_get(group, "targets"), 0)),
			target.url + strlen("http://"));
		labels = json_object_object_get(group, "labels");
		ck_assert_str_eq(json_object_get_string(json_object_object_get(labels, "name")), target.name);
		ck_assert_str_eq(json_object_get_string(json_object_object_get(labels, "tier")), target.tier);
		ck_assert_str_eq(json_object_get_string(json_object_object_get(labels, "env")), target.env);
		ck_assert_str_eq(json_object_get_string(json_object_object_get(labels, "service")), target.service);
		ck_assert_str_eq(json_object_get_string(json_object_object_get(labels, "version")), target.version);
	}
	json_object_put(list);
	unlink(path);
	ck_assert_int_eq(simulator_write_targets(b.sim, "/nonexistent/targets.json"), -ENOENT);
	ck_assert_int_eq(simulator_write_targets(b.sim, "/tmp"), -EISDIR); // the rename fails: nothing is left behind
	bench_stop(&b);
}
END_TEST

static size_t count_faulty(const struct simulator *sim)
{
	struct simulator_target target;
	size_t n = 0;

	for (size_t i = 0; i < simulator_count(sim); i++) {
		simulator_target_get(sim, i, &target);
		n += target.fault != SIMULATOR_FAULT_NONE;
	}
	return n;
}

START_TEST(the_demo_has_seven_faults_and_one_bad_spell_at_a_time)
{
	struct bench b;
	size_t n_faulty;

	bench_start(&b, (struct simulator_options){ .n_agents = SIMULATOR_DEMO_AGENTS, .is_demo = true });
	ck_assert_uint_eq(count_faulty(b.sim), 7);
	ck_assert_uint_ge(b.sim->scene_due_ms, uv_now(&b.loop) + 19000);
	for (int round = 0; round < 12; round++) {
		uint64_t due_ms = b.sim->scene_due_ms;

		ck_assert_uint_eq(scenario_run_due(b.sim, due_ms - 1), due_ms);
		ck_assert_uint_gt(scenario_run_due(b.sim, due_ms), due_ms + 10000);
		n_faulty = count_faulty(b.sim);
		ck_assert_uint_eq(n_faulty, round % 2 ? 7 : 8);
	}
	ck_assert_int_eq(fetch(&b, 0, "/health", 5000)->http_status, 200);
	bench_stop(&b);
}
END_TEST

START_TEST(want_of_memory_ends_the_request_not_the_fleet)
{
	struct bench b;

	bench_start(&b, (struct simulator_options){ .n_agents = 2 });
	simulator_set_fault(b.sim, 1, SIMULATOR_FAULT_HANG);
	for (long n = 0; n < 2; n++) {
		mem_fail_after(n); // the connection, then the answer
		ck_assert_int_ne(fetch(&b, 0, "/health", 5000)->code, CURLE_OK);
	}
	mem_fail_after(0);
	ck_assert_int_ne(fetch(&b, 1, "/health", 5000)->code, CURLE_OK);
	mem_fail_after(-1);
	ck_assert_int_eq(fetch(&b, 0, "/health", 5000)->http_status, 200);
	bench_stop(&b);
}
END_TEST

START_TEST(a_start_without_memory_leaves_nothing)
{
	struct simulator_options options = { .n_agents = 3 };
	struct simulator *sim = NULL;
	uv_loop_t loop;
	int r = -ENOMEM;

	ck_assert_int_eq(uv_loop_init(&loop), 0);
	for (long n = 0; n < 3; n++) {
		mem_fail_after(n);
		r = simulator_start(&loop, &options, &sim);
		mem_fail_after(-1);
		ck_assert_int_eq(r, -ENOMEM);
		uv_run(&loop, UV_RUN_DEFAULT);
	}
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

SUITE("simulator/serving", a_healthy_agent_serves_its_endpoints, connections_are_kept_alive, each_fault_is_what_arrives,
      slow_is_well_but_late, drip_sends_a_byte_at_a_time, flapping_changes_every_few_health_answers,
      restarting_refuses_and_comes_back_from_zero, a_change_of_fault_ends_kept_connections,
      stopping_leaves_no_descriptor, a_thousand_agents_start_within_a_second, addresses_differ_and_stay_on_loopback,
      impossible_options_are_refused, a_taken_port_is_an_error, short_of_descriptors_answers_close_their_connection,
      out_of_descriptors_the_peer_is_told, targets_are_a_file_sd_list,
      the_demo_has_seven_faults_and_one_bad_spell_at_a_time, want_of_memory_ends_the_request_not_the_fleet,
      a_start_without_memory_leaves_nothing)
