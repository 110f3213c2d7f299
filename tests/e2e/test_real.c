// SPDX-License-Identifier: Apache-2.0
/* The console on real exporters: Prometheus and node_exporter on loopback, found by their bare URLs. */
#include "tests/support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/process.h"
#include "tests/support/pty.h"

static struct {
	char dir[64], node_url[64], prometheus_url[64], node_listen[80];
	int node_port, prometheus_port;
	pid_t node, prometheus;
} real;

static pid_t start_node(void)
{
	pid_t pid = process_start((const char *[]){ "prometheus-node-exporter", real.node_listen, NULL });

	process_await_port(real.node_port, 20000);
	return pid;
}

static void start_prometheus(void)
{
	char config[128], config_option[160], data_option[160], listen_option[80];
	FILE *file;

	snprintf(config, sizeof config, "%s/prometheus.yml", real.dir);
	file = fopen(config, "w");
	ck_assert_ptr_nonnull(file);
	fputs("global: {scrape_interval: 1s}\n", file);
	ck_assert_int_eq(fclose(file), 0);
	snprintf(config_option, sizeof config_option, "--config.file=%s", config);
	snprintf(data_option, sizeof data_option, "--storage.tsdb.path=%s/data", real.dir);
	snprintf(listen_option, sizeof listen_option, "--web.listen-address=127.0.0.1:%d", real.prometheus_port);
	real.prometheus =
		process_start((const char *[]){ "prometheus", config_option, data_option, listen_option, NULL });
	process_await_port(real.prometheus_port, 30000);
}

static void start(void)
{
	snprintf(real.dir, sizeof real.dir, "/tmp/opscon-e2e-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(real.dir));
	real.node_port = process_free_port();
	real.prometheus_port = process_free_port();
	snprintf(real.node_url, sizeof real.node_url, "http://127.0.0.1:%d", real.node_port);
	snprintf(real.prometheus_url, sizeof real.prometheus_url, "http://127.0.0.1:%d", real.prometheus_port);
	snprintf(real.node_listen, sizeof real.node_listen, "--web.listen-address=127.0.0.1:%d", real.node_port);
	real.node = start_node();
	start_prometheus();
}

static void stop(void)
{
	struct process_result result;

	process_stop(real.node);
	process_stop(real.prometheus);
	result = process_run((const char *[]){ "rm", "-r", real.dir, NULL }, NULL);
	process_result_finish(&result);
}

// A number after a key in one-line JSON; NaN is never written, so absence fails the test.
static double number_after(const char *json, const char *key)
{
	const char *at = strstr(json, key);

	ck_assert_msg(at, "%s is not in %s", key, json);
	return strtod(at + strlen(key), NULL);
}

// Used memory as the kernel tells it, in percent.
static double memory_percent(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	double total = 0, available = 0;
	char line[200];

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof line, file)) {
		sscanf(line, "MemTotal: %lf", &total);
		sscanf(line, "MemAvailable: %lf", &available);
	}
	fclose(file);
	ck_assert(total > 0);
	return 100 * (1 - available / total);
}

START_TEST(bare_urls_of_real_exporters_are_up_with_their_own_panels)
{
	struct process_result result;
	double memory;

	start();
	result = process_run((const char *[]){ OPSCON, "status", "--no-state", "--format", "json", real.node_url,
					       real.prometheus_url, NULL },
			     NULL);
	ck_assert_msg(result.status == 0, "%d: %s%s", result.status, result.out, result.err);
	ck_assert_ptr_nonnull(strstr(result.out, "\"overall\":\"up\""));
	memory = number_after(result.out, "\"memory\":");
	ck_assert_msg(memory > memory_percent() - 5 && memory < memory_percent() + 5, "%f, the kernel says %f", memory,
		      memory_percent());
	ck_assert_ptr_nonnull(strstr(result.out, "\"prom_series\":"));
	process_result_finish(&result);
	stop();
}
END_TEST

START_TEST(an_exporter_that_stops_dies_and_comes_back_is_told_each_time)
{
	struct term *t;

	start();
	t = term_start((const char *[]){ OPSCON, "--no-state", "--interval", "500ms", "--timeout", "400ms",
					 real.node_url, real.prometheus_url, NULL },
		       NULL, 120, 36);
	term_wait_for(t, "2 agents", 10000);
	term_wait_for(t, "CPU", 10000);
	kill(real.node, SIGSTOP);
	term_wait_for(t, "no answer in time", 10000);
	kill(real.node, SIGCONT);
	term_wait_gone(t, "1 down", 10000);
	process_stop(real.node);
	term_wait_for(t, "connection refused", 10000);
	real.node = start_node();
	term_wait_gone(t, "1 down", 20000);
	term_send(t, "q");
	ck_assert_int_eq(term_wait_exit(t, 5000), 0);
	term_assert_restored(t);
	term_finish(t);
	stop();
}
END_TEST

SUITE("real", bare_urls_of_real_exporters_are_up_with_their_own_panels,
      an_exporter_that_stops_dies_and_comes_back_is_told_each_time)
