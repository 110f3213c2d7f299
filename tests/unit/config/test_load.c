// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "opscon/config.h"

static char dir[64], path[96], secret[96];

static void set_up(void)
{
	strcpy(dir, "/tmp/opscon-config-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/opscon.yml", dir);
	snprintf(secret, sizeof secret, "%s/secret", dir);
}

static void tear_down(void)
{
	unlink(path);
	unlink(secret);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void put(const char *name, const char *text, size_t n)
{
	FILE *file = fopen(name, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, n, file), n);
	fclose(file);
}

static int load(const char *text, struct config *config, struct config_errors *errors)
{
	put(path, text, strlen(text));
	return config_load(path, config, errors);
}

START_TEST(every_example_is_without_mistakes)
{
	static const struct {
		const char *name;
		size_t n_agents, n_sources;
	} table[] = { { "opscon.yml", 4, 2 }, { "platform-coe.yml", 14, 0 }, { "platform-coe-planned.yml", 22, 0 } };

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct config_errors errors;
		struct config config;
		char name[512];

		snprintf(name, sizeof name, "%s/examples/%s", TEST_SOURCE_ROOT, table[i].name);
		ck_assert_msg(config_load(name, &config, &errors) == 0, "%s", errors.items[0].text);
		ck_assert_uint_eq(errors.n, 0);
		ck_assert_uint_eq(config.n_agents, table[i].n_agents);
		ck_assert_uint_eq(config.n_sources, table[i].n_sources);
		config_finish(&config);
	}
}
END_TEST

START_TEST(operations_are_slow_and_asked_for_unless_configured)
{
	struct operations_config *operations;
	struct config config;

	config_defaults(&config);
	operations = &config.operations;
	ck_assert_uint_eq(operations_rollout(operations, ROLLOUT_ROLLING).wait_ms, 60000);
	ck_assert_uint_eq(operations_rollout(operations, ROLLOUT_CANARY).wait_ms, 300000);
	ck_assert_int_eq(operations_rollout(operations, ROLLOUT_CANARY).kind, ROLLOUT_CANARY);
	ck_assert_uint_eq(operations->rollout.verify_ms, 300000);
	ck_assert(operations->rollout.rolls_back);
	ck_assert_uint_eq(operations->n_concurrent, 10);
	ck_assert_uint_eq(operations->n_production, 2);
	ck_assert_str_eq(operations->production[0], "prod");
	ck_assert(!operations->is_read_only);
	config_hurry(&config);
	ck_assert_uint_eq(operations_rollout(operations, ROLLOUT_CANARY).wait_ms, 2000);
	ck_assert_uint_eq(operations->rollout.min_healthy_ms, 2000);
	ck_assert_uint_eq(operations->rollout.verify_ms, 15000);
}
END_TEST

START_TEST(an_empty_file_is_all_defaults)
{
	struct config_errors errors;
	struct config config;

	set_up();
	ck_assert_int_eq(load("# nothing yet\n", &config, &errors), 0);
	ck_assert_uint_eq(config.probe.interval_ms, 60000);
	ck_assert_uint_eq(config.probe.timeout_ms, 5000);
	ck_assert_uint_eq(config.probe.connect_timeout_ms, 2000);
	ck_assert_uint_eq(config.probe.slow_ms, 0);
	ck_assert_uint_eq(config.probe.fall, 3);
	ck_assert_uint_eq(config.probe.rise, 2);
	ck_assert_uint_eq(config.probe.max_in_flight, 256);
	ck_assert_uint_eq(config.probe.max_body_bytes, 16 << 20);
	ck_assert_uint_eq(config.probe.max_wire_bytes, 4 << 20);
	ck_assert_uint_eq(config.probe.max_header_bytes, 65536);
	ck_assert_uint_eq(config.probe.max_headers, 200);
	ck_assert_int_eq(config.retention_ms, 3600000);
	ck_assert_ptr_null(config.audit.dir);
	ck_assert_int_eq(config.audit.retention_ms, INT64_C(90) * 86400000);
	ck_assert_uint_eq(config.audit.n_records, 100000);
	ck_assert_uint_eq(config.audit.segment_bytes, 16 << 20);
	ck_assert(!config.audit.has_syslog);
	ck_assert_uint_eq(config.n_points, 10000);
	ck_assert_uint_eq(config.refresh_ms, 1000);
	ck_assert_str_eq(config.theme, "dark");
	ck_assert_str_eq(config.fleet_name, "");
	ck_assert_str_eq(config.path, path);
	ck_assert_uint_eq(config.n_agents, 0);
	config_finish(&config);
	tear_down();
}
END_TEST

static const char full[] =
	"fleet: {name: shop}\n"
	"defaults: {interval: 30s, timeout: 2s500ms, connect_timeout: 1s, slow: 800ms, fall: 4, rise: 1,\n"
	"  labels: {env: prod, team: core}, proxy: 'http://proxy:3128'}\n"
	"limits: {in_flight: 32, body: 8MiB, wire: 1 MiB, header_bytes: 32KiB, headers: 50}\n"
	"agents:\n"
	"- {name: a, id: one, url: 'http://A:1', health: /up, metrics: none, control: 'http://c:2/ops',\n"
	"   dialect: actuator, interval: 10s, timeout: 1s, slow: 2s, fall: 1, rise: 5, paused: yes,\n"
	"   insecure: on, auth: {basic_file: secret}, labels: {env: dev}}\n"
	"- {url: 'b:9100'}\n"
	"- {url: 'c:9100', metrics: /m}\n"
	"discovery:\n"
	"  file_sd: [{files: [x.json, '/abs/*.yml'], refresh: 10s, labels: {from: file}}]\n"
	"  http_sd: [{url: 'https://Inv/targets'}]\n"
	"panels:\n"
	"- {id: cpu, title: CPU, expr: a / b, unit: percent, better: lower, warn: 70, critical: 90.5,\n"
	"   selector: tier=x}\n"
	"- {id: up, expr: up}\n"
	"rules:\n"
	"- {name: hot, series: cpu, above: 90, for: 2m, keep_firing_for: 1m, severity: critical,\n"
	"   summary: Too hot, selector: env=prod}\n"
	"- {name: gone, expr: up, below: 1}\n"
	"environments: [{name: prod, colour: red}, {name: dev}]\n"
	"keys: {q: quit, F5: refresh}\n"
	"ui: {theme: light, ascii: true, mouse: true, utc: true, refresh: 500ms}\n"
	"retention: {time: 2h, points: 500}\n"
	"audit: {dir: trail, key: /etc/key, retention: 30d, records: 5000, segment: 1MiB, syslog: true}\n"
	"state_dir: state\n";

START_TEST(every_key_arrives)
{
	struct config_errors errors;
	const struct agent *a;
	struct config config;

	set_up();
	put(secret, "me:it\n", 6);
	chmod(secret, 0600);
	ck_assert_msg(load(full, &config, &errors) == 0, "%u: %s", errors.items[0].line, errors.items[0].text);
	ck_assert_uint_eq(errors.n, 0);
	ck_assert_str_eq(config.fleet_name, "shop");
	ck_assert_uint_eq(config.probe.timeout_ms, 2500);
	ck_assert_uint_eq(config.probe.slow_ms, 800);
	ck_assert_str_eq(config.probe.proxy, "http://proxy:3128");
	ck_assert_uint_eq(config.probe.max_body_bytes, 8 << 20);
	ck_assert_uint_eq(config.probe.max_wire_bytes, 1 << 20);
	ck_assert_uint_eq(config.probe.max_header_bytes, 32768);
	a = config.agents[0];
	ck_assert_str_eq(a->name, "a");
	ck_assert_str_eq(a->key, "one");
	ck_assert_str_eq(a->url, "http://a:1");
	ck_assert_str_eq(a->health_url, "http://a:1/up");
	ck_assert_ptr_null(a->metrics_url);
	ck_assert_str_eq(a->control_url, "http://c:2/ops");
	ck_assert_str_eq(a->driver, "http");
	ck_assert_str_eq(a->authorization, "Basic bWU6aXQ=");
	ck_assert_int_eq((int)a->dialect, DIALECT_ACTUATOR);
	ck_assert(a->is_paused && a->tls.is_insecure && !a->is_discovering);
	ck_assert_uint_eq(a->interval_ms, 10000);
	ck_assert_uint_eq(a->fall, 1);
	ck_assert_str_eq(agent_label(a, "env"), "dev");
	ck_assert_str_eq(agent_label(a, "team"), "core");
	ck_assert(config.agents[1]->is_discovering);
	ck_assert_str_eq(config.agents[1]->key, "http://b:9100");
	ck_assert_uint_eq(config.agents[1]->interval_ms, 0);
	ck_assert_int_eq((int)config.agents[2]->dialect, DIALECT_METRICS);
	ck_assert_uint_eq(config.n_sources, 3);
	ck_assert_ptr_nonnull(strstr(config.sources[0].path, "/x.json"));
	ck_assert_str_eq(config.sources[1].path, "/abs/*.yml");
	ck_assert_str_eq(labels_get(&config.sources[1].labels, "from"), "file");
	ck_assert_int_eq((int)config.sources[2].kind, SOURCE_HTTP_SD);
	ck_assert_str_eq(config.sources[2].path, "https://inv/targets");
	ck_assert_uint_eq(config.sources[2].refresh_ms, 60000);
	ck_assert_int_eq((int)config.panels[0].unit, UNIT_PERCENT);
	ck_assert_double_eq(config.panels[0].critical, 90.5);
	ck_assert_str_eq(config.panels[1].title, "up");
	ck_assert(isnan(config.panels[1].warn));
	ck_assert_int_eq((int)config.rules[0].severity, SEVERITY_CRITICAL);
	ck_assert_int_eq((int)config.rules[0].comparison, COMPARE_GT);
	ck_assert_int_eq(config.rules[0].for_ms, 120000);
	ck_assert_int_eq((int)config.rules[1].comparison, COMPARE_LT);
	ck_assert_int_eq((int)config.rules[1].severity, SEVERITY_WARNING);
	ck_assert_str_eq(config.environments[1].colour, "grey");
	ck_assert_str_eq(config.keys[0].command, "refresh");
	ck_assert_str_eq(config.theme, "light");
	ck_assert(config.is_ascii && config.has_mouse && config.is_utc);
	ck_assert_ptr_nonnull(strstr(config.audit.dir, dir));
	ck_assert_ptr_nonnull(strstr(config.audit.dir, "/trail"));
	ck_assert_str_eq(config.audit.key, "/etc/key");
	ck_assert_int_eq(config.audit.retention_ms, INT64_C(30) * 86400000);
	ck_assert_uint_eq(config.audit.n_records, 5000);
	ck_assert_uint_eq(config.audit.segment_bytes, 1 << 20);
	ck_assert(config.audit.has_syslog);
	ck_assert_ptr_nonnull(strstr(config.state_dir, dir));
	config_finish(&config);
	tear_down();
}
END_TEST

START_TEST(secrets_come_from_files_alone)
{
	static const struct {
		const char *text, *secret;
		mode_t mode;
		int r;
		const char *what; // NULL: nothing is said
	} table[] = {
		{ "agents: [{url: a, auth: {bearer_file: secret}}]", "t0ken\nmore", 0600, 0, NULL },
		{ "agents: [{url: a, auth: {bearer_file: secret}}]", "t0ken", 0644, 0, "others may read" },
		{ "agents: [{url: a, auth: {bearer_file: secret}}]", "", 0600, -EINVAL, "an empty line" },
		{ "agents: [{url: a, auth: {bearer_file: secret}}]", "a\x1b", 0600, -EINVAL, "a control character" },
		{ "agents: [{url: a, auth: {basic_file: secret}}]", "nobody", 0600, -EINVAL, "no colon" },
		{ "agents: [{url: a, auth: {basic_file: none}}]", "x", 0600, -EINVAL, "No such file" },
		{ "agents: [{url: a, auth: {basic_file: .}}]", "x", 0600, -EINVAL, "Invalid argument" },
		{ "agents: [{url: a, auth: {}}]", "x", 0600, -EINVAL, "either bearer_file or basic_file" },
		{ "agents: [{url: a, auth: {bearer: hunter2}}]", "x", 0600, -EINVAL, "a file of its own" },
		{ "agents: [{url: a, authorization: hunter2}]", "x", 0600, -EINVAL, "a file of its own" },
		{ "agents: [{url: 'http://me:hunter2@a'}]", "x", 0600, -EINVAL, "a password in a URL" },
		{ "defaults: {proxy: 'http://me:hunter2@a'}", "x", 0600, -EINVAL, "a password" },
	};

	set_up();
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct config_errors errors;
		struct config config;

		put(secret, table[i].secret, strlen(table[i].secret));
		chmod(secret, table[i].mode);
		ck_assert_msg(load(table[i].text, &config, &errors) == table[i].r, "%zu", i);
		ck_assert_uint_eq(errors.n, table[i].what ? 1 : 0);
		if (table[i].what) {
			ck_assert_msg(strstr(errors.items[0].text, table[i].what) != NULL, "%s", errors.items[0].text);
			ck_assert_int_eq(errors.items[0].is_warning, table[i].r == 0);
			ck_assert_ptr_null(strstr(errors.items[0].text, "hunter2"));
		}
		if (table[i].r == 0) {
			ck_assert_str_eq(config.agents[0]->authorization, "Bearer t0ken");
			config_finish(&config);
		}
	}
	tear_down();
}
END_TEST

START_TEST(a_file_that_cannot_be_read_says_why)
{
	struct config_errors errors;
	struct config config;

	set_up();
	ck_assert_int_eq(config_load("/nowhere/opscon.yml", &config, &errors), -ENOENT);
	ck_assert_uint_eq(errors.n, 1);
	ck_assert_int_eq(config_load(dir, &config, &errors), -EINVAL);
	ck_assert_ptr_nonnull(strstr(errors.items[0].text, "not a regular file"));
	put(path, "", 0);
	ck_assert_int_eq(truncate(path, 9 << 20), 0);
	ck_assert_int_eq(config_load(path, &config, &errors), -EINVAL);
	ck_assert_ptr_nonnull(strstr(errors.items[0].text, "too large"));
	tear_down();
}
END_TEST

static int check(void *ctx, const char *expr, char *why, size_t why_size)
{
	++*(int *)ctx;
	snprintf(why, why_size, "column 1: expected better");
	return strncmp(expr, "bad", 3) == 0 ? -EINVAL : 0;
}

START_TEST(expressions_are_checked_where_they_stand)
{
	static const char text[] =
		"panels:\n- {id: a, expr: good}\n- id: b\n  expr: bad one\n"
		"rules:\n- {name: r, series: a, above: 1}\n- {name: s, above: 1,\n   expr: bad two}\n";
	struct config_errors errors;
	struct config config;
	int n = 0;
	const struct config_checks checks = { .expression = check, .ctx = &n };

	set_up();
	put(path, text, strlen(text));
	ck_assert_int_eq(config_load_checked(path, &checks, &config, &errors), -EINVAL);
	ck_assert_int_eq(n, 3);
	ck_assert_uint_eq(errors.n, 2);
	ck_assert_uint_eq(errors.items[0].line, 4);
	ck_assert_uint_eq(errors.items[0].column, 9);
	ck_assert_str_eq(errors.items[0].text, "the expression of panel b: column 1: expected better");
	ck_assert_uint_eq(errors.items[1].line, 8);
	tear_down();
}
END_TEST

static int check_key(void *ctx, const struct key_config *key, char *why, size_t why_size)
{
	(void)ctx;
	snprintf(why, why_size, "not %s", key->command);
	return strcmp(key->command, "good") == 0 ? 0 : -EINVAL;
}

START_TEST(keys_are_checked_where_they_stand)
{
	static const struct config_checks checks = { .key = check_key };
	static const char text[] = "keys:\n  F5: good\n  F6: bad\n";
	struct config_errors errors;
	struct config config;

	set_up();
	put(path, text, strlen(text));
	ck_assert_int_eq(config_load_checked(path, &checks, &config, &errors), 0);
	ck_assert_uint_eq(errors.n, 1);
	ck_assert_uint_eq(errors.items[0].line, 3);
	ck_assert_uint_eq(errors.items[0].column, 7);
	ck_assert(errors.items[0].is_warning);
	ck_assert_str_eq(errors.items[0].text, "key F6: not bad");
	config_finish(&config);
	tear_down();
}
END_TEST

START_TEST(a_timeout_nobody_asked_for_follows_the_interval)
{
	struct config_errors errors;
	struct config config;

	set_up();
	ck_assert_int_eq(load("defaults: {interval: 3s}\nagents:\n- {url: a, interval: 2s}\n- {url: b}\n"
			      "- {url: c, interval: 10s}\n- {url: d, interval: 2s, timeout: 1s}\n",
			      &config, &errors),
			 0);
	ck_assert_uint_eq(errors.n, 0);
	ck_assert_uint_eq(config.probe.timeout_ms, 3000);
	ck_assert_uint_eq(config.agents[0]->timeout_ms, 2000);
	ck_assert_uint_eq(config.agents[1]->timeout_ms, 0);
	ck_assert_uint_eq(config.agents[2]->timeout_ms, 0);
	ck_assert_uint_eq(config.agents[3]->timeout_ms, 1000);
	config_finish(&config);
	tear_down();
}
END_TEST

START_TEST(every_kind_of_mistake_is_told_at_once)
{
	static const char text[] = "agents:\n- {url: 'ftp://x'}\npanels:\n- {expr: bad}\n- {id: '+', expr: bad}\n"
				   "rules:\n- {expr: bad}\nkeys:\n  F6: bad\n";
	static const unsigned lines[] = { 2, 4, 4, 5, 5, 7, 7, 7, 9 };
	struct config_errors errors;
	struct config config;
	int n = 0;
	const struct config_checks checks = { .expression = check, .key = check_key, .ctx = &n };

	set_up();
	put(path, text, strlen(text));
	ck_assert_int_eq(config_load_checked(path, &checks, &config, &errors), -EINVAL);
	ck_assert_uint_eq(errors.n, sizeof lines / sizeof lines[0]);
	for (size_t i = 0; i < errors.n; i++)
		ck_assert_uint_eq(errors.items[i].line, lines[i]);
	tear_down();
}
END_TEST

START_TEST(without_memory_there_is_no_configuration)
{
	struct config_errors errors;
	struct config config;
	int r = -ENOMEM;
	long n;

	set_up();
	put(secret, "me:it\n", 6);
	put(path, full, strlen(full));
	for (n = 0; n < 2000 && r == -ENOMEM; n++) {
		mem_fail_after(n);
		r = config_load(path, &config, &errors);
		mem_fail_after(-1);
		ck_assert_msg(r == 0 || r == -ENOMEM, "%ld: %s", n, errors.items[0].text);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_int_gt(n, 60);
	config_finish(&config);
	tear_down();
}
END_TEST

SUITE("config", every_example_is_without_mistakes, operations_are_slow_and_asked_for_unless_configured,
      an_empty_file_is_all_defaults, every_key_arrives, secrets_come_from_files_alone,
      a_file_that_cannot_be_read_says_why, expressions_are_checked_where_they_stand, keys_are_checked_where_they_stand,
      every_kind_of_mistake_is_told_at_once, a_timeout_nobody_asked_for_follows_the_interval,
      without_memory_there_is_no_configuration)
