// SPDX-License-Identifier: Apache-2.0
/* The simulated fleet and the check of a configuration: options, files, mistakes, exit codes. */
#include "tests/support/suite.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/scene.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// A fleet that serves until it is told to end, as a person would run it.
static struct term *serve(struct scene *s, const char *const more[])
{
	const char *args[16] = { "simulate" };
	int n = 1;

	for (; *more; more++)
		args[n++] = *more;
	return scene_start(s, args, NULL, 100, 40);
}

static void end(struct term *t, int signal)
{
	term_signal(t, signal);
	ck_assert_int_eq(term_wait_exit(t, SCENE_MS), 0);
	term_finish(t);
}

static void expect_status(struct scene *s, const char *url, int status, const char *text)
{
	struct process_result result = scene_run(
		s, (const char *[]){ "status", "--no-state", "--timeout", "2s", "--format", "json", url, NULL });

	ck_assert_msg(result.status == status && strstr(result.out, text), "%s: %d %s%s", url, result.status,
		      result.out, result.err);
	process_result_finish(&result);
}

START_TEST(the_urls_it_prints_answer)
{
	char first[64], third[64];
	struct scene s;
	struct term *t;
	int port = process_free_port();
	char listen[40];

	scene_open(&s);
	snprintf(listen, sizeof listen, "127.9.0.1:%d", port);
	t = serve(&s, (const char *[]){ "--agents", "3", "--listen", listen, "--seed", "7", "--body-kb", "64", NULL });
	snprintf(first, sizeof first, "http://127.9.0.1:%d", port);
	snprintf(third, sizeof third, "http://127.9.0.3:%d", port);
	term_wait_for(t, third, SCENE_MS);
	term_wait_for(t, first, SCENE_MS);
	expect_status(&s, first, 0, "\"overall\":\"up\"");
	expect_status(&s, third, 0, "\"overall\":\"up\"");
	end(t, SIGTERM);
	scene_close(&s);
}
END_TEST

START_TEST(the_list_it_writes_is_a_file_sd_list)
{
	struct process_result result;
	struct scene s;
	struct term *t;
	char *list;

	scene_open(&s);
	t = serve(&s, (const char *[]){ "--demo", "--targets", "targets.json", NULL });
	term_wait_for(t, "targets.json", SCENE_MS);
	list = scene_read("targets.json");
	ck_assert_ptr_nonnull(strstr(list, "\"__agent_name__\": \"WowVisionPrime\""));
	free(list);
	scene_write("opscon.yml", "discovery:\n  file_sd:\n    - files: [targets.json]\n");
	result = scene_run(&s, (const char *[]){ "status", "--config", "opscon.yml", "--no-state", "--timeout", "1s",
						 "--format", "csv", "name=WowDesigner", NULL });
	ck_assert_msg(result.status == 4 && strstr(result.out, "bad_type"), "%d %s%s", result.status, result.out,
		      result.err);
	process_result_finish(&result);
	end(t, SIGINT);
	scene_close(&s);
}
END_TEST

START_TEST(each_fault_is_what_it_says)
{
	static const struct {
		const char *fault, *reason;
		int status;
	} faults[] = {
		{ "error500=100%", "\"reason\":\"http_status\"", 4 },
		{ "auth401=1", "\"reason\":\"auth_required\"", 3 },
		{ "html=1.0", "\"reason\":\"bad_type\"", 4 },
		{ "reset=1", "\"reason\":\"reset\"", 4 },
		{ "hang=1", "\"reason\":\"timeout_headers\"", 4 },
		{ "degraded=1", "\"reason\":\"warn\"", 3 },
		{ "huge=1", "\"reason\":\"too_large\"", 4 },
	};
	struct scene s;
	struct term *t;
	char url[64], listen[40];

	scene_open(&s);
	for (size_t i = 0; i < COUNT(faults); i++) {
		int port = process_free_port();

		snprintf(listen, sizeof listen, "127.0.0.1:%d", port);
		snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
		t = serve(&s,
			  (const char *[]){ "--agents", "1", "--listen", listen, "--fault", faults[i].fault, NULL });
		term_wait_for(t, url, SCENE_MS);
		snprintf(url, sizeof url, "http://127.0.0.1:%d/health", port);
		expect_status(&s, url, faults[i].status, faults[i].reason);
		end(t, SIGTERM);
	}
	scene_close(&s);
}
END_TEST

START_TEST(wrong_options_are_explained)
{
	static const struct {
		const char *args[8];
		int status;
		const char *error;
	} table[] = {
		{ { "--agents", "0" }, 2, "--agents: '0' is not a number from 1 to " },
		{ { "--agents", "many" }, 2, "--agents: 'many' is not a number from 1 to " },
		{ { "--seed", "-1" }, 2, "--seed: '-1' is not a number from 0 to " },
		{ { "--body-kb", "99999999" }, 2, "--body-kb: '99999999' is not a number from 0 to " },
		{ { "--fault", "slow" }, 2, "--fault: 'slow' is not KIND=SHARE" },
		{ { "--fault", "gone=1" }, 2, "--fault: 'gone=1' is not KIND=SHARE" },
		{ { "--fault", "slow=150%" }, 2, "--fault: 'slow=150%' is not KIND=SHARE" },
		{ { "--agents", "2", "--fault", "slow=3" }, 2, "there are more faults than the 2 agents" },
		{ { "--demo", "--fault", "slow=1" }, 2, "possible with --demo" },
		{ { "--listen", "10.1.2.3" }, 2, "an address of loopback" },
		{ { "--nonesuch" }, 2, "nonesuch" },
		{ { "surplus" }, 2, "argument: 'surplus' is not expected" },
		{ { "--targets", "no/such/directory/list.json" }, 1, "No such file or directory" },
	};
	struct process_result result;
	struct scene s;

	scene_open(&s);
	for (size_t i = 0; i < COUNT(table); i++) {
		const char *args[12] = { "simulate" };

		for (int k = 0; k < 8; k++)
			args[1 + k] = table[i].args[k];
		result = scene_run(&s, args);
		ck_assert_msg(result.status == table[i].status && strstr(result.err, table[i].error), "%zu: %d, %s", i,
			      result.status, result.err);
		process_result_finish(&result);
	}
	scene_close(&s);
}
END_TEST

START_TEST(a_port_in_use_is_said)
{
	struct process_result result;
	struct scene s;
	struct term *t;
	char listen[40];

	scene_open(&s);
	snprintf(listen, sizeof listen, "127.0.0.1:%d", process_free_port());
	t = serve(&s, (const char *[]){ "--agents", "1", "--listen", listen, NULL });
	term_wait_for(t, listen, SCENE_MS);
	result = scene_run(&s, (const char *[]){ "simulate", "--agents", "2", "--listen", listen, NULL });
	ck_assert_int_eq(result.status, 1);
	ck_assert_ptr_nonnull(strstr(result.err, "cannot listen for 2 agents from 127.0.0.1:"));
	process_result_finish(&result);
	end(t, SIGTERM);
	scene_close(&s);
}
END_TEST

static void check_config(struct scene *s, const char *file, int status, const char *text)
{
	struct process_result result = scene_run(s, (const char *[]){ "check-config", file, NULL });

	ck_assert_msg(result.status == status && (strstr(result.out, text) || strstr(result.err, text)), "%s: %d, %s%s",
		      file, result.status, result.out, result.err);
	process_result_finish(&result);
}

START_TEST(the_examples_are_well)
{
	struct scene s;

	scene_open(&s);
	check_config(&s, TEST_SOURCE_ROOT "/examples/opscon.yml", 0, "opscon.yml: well: 4 agents, 2 discovery sources");
	check_config(&s, TEST_SOURCE_ROOT "/examples/platform-coe.yml", 0, "platform-coe.yml: well: 14 agents, ");
	check_config(&s, TEST_SOURCE_ROOT "/examples/platform-coe-planned.yml", 0, "well: 22 agents, ");
	scene_close(&s);
}
END_TEST

START_TEST(each_mistake_of_a_configuration_has_its_line)
{
	static const struct {
		const char *text, *finding;
	} table[] = {
		{ "agents:\n  - nmae: x\n", "broken.yml:2:" },
		{ "agents:\n  - name: x\n    url: ftp://x\n", "broken.yml:3:" },
		{ "defaults: {interval: soon}\n", "broken.yml:1:" },
		{ "agents: [\n", "broken.yml:" },
		{ "panels:\n  - {id: x, title: X, expr: 'rate('}\n", "broken.yml:2:" },
		{ "rules:\n  - {name: r, series: cpv, above: 1}\n",
		  "broken.yml:2:23: no series \"cpv\"; expected that of a panel or one of cpu, " },
		{ "rules:\n  - {name: r, series: cpu, op: '=>', value: 1}\n", "broken.yml:2:" },
		{ "keys: {C-w: ack}\n", "warning: key C-w: is a reflex" },
		{ "keys: {F9: explode}\n", "warning: key F9: there is no command" },
		{ "keys: {Hyper: ack}\n", "warning: key Hyper: there is no such key" },
	};
	struct scene s;

	scene_open(&s);
	for (size_t i = 0; i < COUNT(table); i++) {
		scene_write("broken.yml", table[i].text);
		check_config(&s, "broken.yml", strstr(table[i].finding, "warning") ? 0 : 2, table[i].finding);
	}
	scene_write("bare.yml", "fleet: {name: shop}\n");
	check_config(&s, "bare.yml", 0, "nothing is watched yet");
	check_config(&s, "nowhere.yml", 2, "nowhere.yml");
	check_config(&s, "--nonesuch", 2, "unknown option '--nonesuch'");
	scene_close(&s);
}
END_TEST

START_TEST(whoever_loads_a_configuration_refuses_what_it_cannot_have)
{
	static const char *const commands[] = { "status", "watch", "check-config" };
	struct scene s;

	scene_open(&s);
	scene_write("broken.yml",
		    "agents: [{url: 'http://127.0.0.1:1'}]\nrules: [{name: r, series: nosuch, above: 1}]\n");
	for (size_t i = 0; i < COUNT(commands); i++) {
		struct process_result result =
			scene_run(&s, (const char *[]){ commands[i], "--config", "broken.yml", NULL });

		ck_assert_int_eq(result.status, 2);
		ck_assert_ptr_nonnull(
			strstr(i == 2 ? result.out : result.err, "broken.yml:2:27: no series \"nosuch\""));
		process_result_finish(&result);
	}
	scene_close(&s);
}
END_TEST

START_TEST(without_a_name_it_is_the_configuration_of_the_console)
{
	static const char *const args[] = { OPSCON, "check-config", NULL };
	struct process_result result;
	char env[96];
	struct scene s;

	scene_open(&s);
	snprintf(env, sizeof env, "XDG_CONFIG_HOME=%s", s.dir);
	result = process_run(args, (const char *[]){ env, NULL });
	ck_assert_int_eq(result.status, 2);
	ck_assert_ptr_nonnull(strstr(result.err, "no configuration (looked at /"));
	ck_assert_ptr_nonnull(strstr(result.err, "/opscon/opscon.yml, /etc/opscon/opscon.yml)"));
	process_result_finish(&result);
	result = process_run((const char *[]){ "mkdir", "opscon", NULL }, NULL);
	process_result_finish(&result);
	scene_write("opscon/opscon.yml", "agents: [{name: x, url: 'http://127.0.0.1:1'}]\n");
	result = process_run(args, (const char *[]){ env, NULL });
	ck_assert_msg(result.status == 0 && strstr(result.out, "well: 1 agent, "), "%s%s", result.out, result.err);
	process_result_finish(&result);
	result = scene_run(&s, (const char *[]){ "check-config", "--config", "opscon/opscon.yml", "more", NULL });
	ck_assert_int_eq(result.status, 2);
	process_result_finish(&result);
	scene_close(&s);
}
END_TEST

SUITE("simulate", the_urls_it_prints_answer, the_list_it_writes_is_a_file_sd_list, each_fault_is_what_it_says,
      whoever_loads_a_configuration_refuses_what_it_cannot_have, wrong_options_are_explained, a_port_in_use_is_said,
      the_examples_are_well, each_mistake_of_a_configuration_has_its_line,
      without_a_name_it_is_the_configuration_of_the_console)
