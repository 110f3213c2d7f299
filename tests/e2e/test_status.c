// SPDX-License-Identifier: Apache-2.0
/* The commands without a terminal, against a simulated fleet over real HTTP. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/process.h"

enum { MANUAL_MAX = 1 << 16 };

static char dir[64], targets[128], config[128];
static pid_t simulator;

static void write_config(const char *more)
{
	FILE *file = fopen(config, "w");

	ck_assert_ptr_nonnull(file);
	fprintf(file,
		"defaults: {interval: 1s, timeout: 500ms, fall: 2}\n"
		"discovery:\n  file_sd:\n    - files: [%s]\n%s",
		targets, more);
	ck_assert_int_eq(fclose(file), 0);
}

static void start_fleet(const char *faults)
{
	snprintf(dir, sizeof dir, "/tmp/opscon-e2e-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(targets, sizeof targets, "%s/targets.json", dir);
	snprintf(config, sizeof config, "%s/opscon.yml", dir);
	simulator = process_start(
		(const char *[]){ OPSCON, "simulate", "--agents", "6", "--targets", targets, "--fault", faults, NULL });
	process_await_file(targets, 10000);
	write_config("");
}

static void stop_fleet(void)
{
	process_stop(simulator);
	unlink(targets);
	unlink(config);
	rmdir(dir);
}

static struct process_result opscon(const char *a, const char *b, const char *c, const char *d)
{
	return process_run((const char *[]){ OPSCON, a, "--no-state", "--config", config, b, c, d, NULL }, NULL);
}

static void expect(const char *a, const char *b, const char *c, const char *d, int status, const char *text)
{
	struct process_result result = opscon(a, b, c, d);

	ck_assert_msg(result.status == status, "exit %d: %s%s", result.status, result.out, result.err);
	ck_assert_msg(strstr(result.out, text) || strstr(result.err, text), "no '%s' in: %s%s", text, result.out,
		      result.err);
	process_result_finish(&result);
}

START_TEST(without_libcurl_nobody_is_judged_and_why_is_said)
{
	char path[96], library[96];
	struct process_result result;
	FILE *file;

	start_fleet("slow=0");
	snprintf(library, sizeof library, "%s/libcurl.so.4", dir);
	snprintf(path, sizeof path, "LD_LIBRARY_PATH=%s", dir);
	file = fopen(library, "w"); // no library
	ck_assert_ptr_nonnull(file);
	fclose(file);
	result = process_run((const char *[]){ OPSCON, "status", "--no-state", "--config", config, NULL },
			     (const char *[]){ path, NULL });
	ck_assert_int_eq(result.status, 8);
	ck_assert_ptr_nonnull(strstr(result.out, "6 unknown"));
	ck_assert_ptr_nonnull(strstr(result.err, "opscon: nobody can be asked: libcurl cannot be loaded: "));
	process_result_finish(&result);
	unlink(library);
	stop_fleet();
}
END_TEST

START_TEST(a_well_fleet_exits_zero)
{
	start_fleet("slow=0");
	expect("status", NULL, NULL, NULL, 0, "up: 6 up, 0 degraded, 0 down, 0 unknown; 6 in all");
	expect("status", "--format", "json", NULL, 0, "\"overall\":\"up\"");
	expect("status", "--tmux", NULL, NULL, 0, "6 up");
	expect("status", "--nagios", NULL, NULL, 0, "OPSCON OK - 6 of 6 up");
	expect("watch", "--until", "healthy", NULL, 0, "6 up, 0 degraded, 0 down, 0 unknown of 6");
	stop_fleet();
}
END_TEST

START_TEST(a_fleet_with_one_down_exits_four_and_says_why)
{
	start_fleet("error500=1");
	expect("status", NULL, NULL, NULL, 4, "http_status");
	expect("status", "--hard", NULL, NULL, 4, "down: 5 up, 0 degraded, 1 down");
	expect("status", "--nagios", NULL, NULL, 2, "OPSCON CRITICAL");
	expect("watch", "--until", "down", "--quiet", 0, "");
	expect("watch", "--timeout", "4s", NULL, 8, "5 up, 0 degraded, 1 down");
	stop_fleet();
}
END_TEST

START_TEST(a_degraded_agent_fails_only_when_it_is_asked_to)
{
	start_fleet("auth401=1");
	expect("status", NULL, NULL, NULL, 3, "auth_required");
	expect("status", "--fail-on", "down", NULL, 0, "5 up, 1 degraded");
	expect("status", "--nagios", NULL, NULL, 1, "OPSCON WARNING");
	stop_fleet();
}
END_TEST

START_TEST(a_selector_narrows_what_is_probed)
{
	start_fleet("slow=0");
	expect("status", "tier=guardian", NULL, NULL, 0, " in all");
	expect("status", "tier=nowhere", NULL, NULL, 8, "0 in all");
	stop_fleet();
}
END_TEST

START_TEST(a_list_that_cannot_be_read_is_no_well_fleet)
{
	static const char refused[] = "  http_sd:\n    - url: http://127.0.0.1:1/sd\n";

	start_fleet("slow=0");
	write_config(refused);
	expect("status", NULL, NULL, NULL, 5, "the fleet may be incomplete: 1 list could not be read");
	expect("status", "--fail-on", "down", NULL, 5, "connection refused");
	expect("status", "--format", "json", NULL, 5,
	       "\"sources_failed\":[{\"source\":\"http_sd:http://127.0.0.1:1/sd\"");
	expect("status", "--nagios", NULL, NULL, 3, "OPSCON UNKNOWN");
	expect("watch", "--timeout", "3s", "-q", 8, "http_sd:http://127.0.0.1:1/sd cannot be read");
	write_config("    - files: [/nonexistent/*.json]\n"); // no file yet: well while others name agents
	expect("status", NULL, NULL, NULL, 0, "6 in all\n");
	stop_fleet();
	start_fleet("reset=1");
	write_config(refused);
	expect("status", NULL, NULL, NULL, 4, "1 list could not be read");
	stop_fleet();
}
END_TEST

START_TEST(a_pattern_that_leaves_nobody_is_a_failure)
{
	start_fleet("slow=0");
	unlink(targets);
	expect("status", NULL, NULL, NULL, 5, "no file matches");
	stop_fleet();
}
END_TEST

START_TEST(urls_need_no_configuration)
{
	struct process_result list, result;
	char *url, *end;

	start_fleet("slow=0");
	list = opscon("status", "--format", "csv", NULL);
	url = strstr(list.out, "http://127.");
	ck_assert_ptr_nonnull(url);
	end = strpbrk(url + 7, "\"/,");
	*end = '\0';
	result = process_run((const char *[]){ OPSCON, "status", "--no-state", "--format", "json", url, NULL },
			     (const char *[]){ "XDG_CONFIG_HOME=/nonexistent", NULL });
	ck_assert_msg(result.status == 0, "%d: %s%s", result.status, result.out, result.err);
	ck_assert_ptr_nonnull(strstr(result.out, "\"state\":\"up\""));
	process_result_finish(&list);
	process_result_finish(&result);
	stop_fleet();
}
END_TEST

START_TEST(wrong_usage_is_explained_and_exits_two)
{
	start_fleet("slow=0");
	expect("status", "--format", "xml", NULL, 2, "expected csv|json");
	expect("status", "--fail-on", "up", NULL, 2, "expected degraded or down");
	expect("status", "--interval", "fast", NULL, 2, "expected a duration");
	expect("status", "a=b", "c=d", NULL, 2, "expected one selector");
	expect("status", "ftp://x:1", NULL, NULL, 2, "ftp");
	expect("status", "http://u:p@127.0.0.1:1", NULL, NULL, 2, "http://127.0.0.1:1: a password in a URL");
	expect("status", "u:secret@:1", NULL, NULL, 2, "opscon: an address: expected");
	expect("watch", "--until", "never", NULL, 2, "expected healthy, degraded or down");
	expect("watch", "--timeout", "0s", NULL, 2, "expected a duration");
	expect("console", NULL, NULL, NULL, 2, "opscon status");
	stop_fleet();
}
END_TEST

START_TEST(a_broken_configuration_is_explained_with_its_line)
{
	start_fleet("slow=0");
	write_config("panels:\n  - {id: x, title: X, expr: 'rate('}\n");
	expect("status", NULL, NULL, NULL, 2, "x");
	write_config("agentss: []\n");
	expect("status", NULL, NULL, NULL, 2, "opscon.yml:5:");
	stop_fleet();
}
END_TEST

START_TEST(without_any_configuration_it_says_what_to_do)
{
	struct process_result result =
		process_run((const char *[]){ OPSCON, "status", NULL },
			    (const char *[]){ "XDG_CONFIG_HOME=/nonexistent", "HOME=/nonexistent", NULL });

	ck_assert_int_eq(result.status, 2);
	ck_assert_ptr_nonnull(strstr(result.err, "opscon demo"));
	ck_assert_ptr_nonnull(strstr(result.err, "/nonexistent/opscon/opscon.yml, /etc/opscon/opscon.yml"));
	process_result_finish(&result);
	result = process_run((const char *[]){ OPSCON, "status", "-x", NULL }, NULL);
	ck_assert_int_eq(result.status, 2);
	ck_assert_int_eq(strncmp(result.err, "opscon status: ", 15), 0);
	process_result_finish(&result);
}
END_TEST

// Of the manual, all before its description; free() it.
static char *synopsis(void)
{
	FILE *file = fopen(TEST_SOURCE_ROOT "/man/opscon.1", "re");
	char *text = calloc(1, MANUAL_MAX), *at;

	ck_assert(file && text && fread(text, 1, MANUAL_MAX - 1, file) > 0);
	fclose(file);
	at = strstr(text, ".Sh DESCRIPTION");
	ck_assert_ptr_nonnull(at);
	*at = '\0';
	return text;
}

START_TEST(every_command_has_help)
{
	static const char *const names[] = { "attach", "audit",    "check-config", "completion", "console",
					     "demo",   "help",     "hub",          "op",         "record",
					     "replay", "simulate", "status",       "token",      "watch" };
	struct process_result result;
	char *manual = synopsis(), line[40];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		result = process_run((const char *[]){ OPSCON, names[i], "--help", NULL }, NULL);
		ck_assert_msg(result.status == 0 && strstr(result.out, "usage:"), "%s: %d %s", names[i], result.status,
			      result.err);
		ck_assert_msg(!strstr(result.out, "\n\n\n"), "%s: %s", names[i], result.out);
		ck_assert_msg(strcmp(names[i], "attach") != 0 ||
				      (!strstr(result.out, "--interval") && !strstr(result.out, "--insecure")),
			      "it polls nobody");
		process_result_finish(&result);
		snprintf(line, sizeof line, "Cm %s\n", names[i]);
		ck_assert_msg(strstr(manual, line), "%s is not in the manual's synopsis", names[i]);
	}
	free(manual);
	result = process_run((const char *[]){ OPSCON, "--help", NULL }, NULL);
	ck_assert_int_eq(result.status, 0);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		ck_assert_ptr_nonnull(strstr(result.out, names[i]));
	process_result_finish(&result);
	result = process_run((const char *[]){ OPSCON, "--version", NULL }, NULL);
	ck_assert_int_eq(strncmp(result.out, "opscon ", 7), 0);
	process_result_finish(&result);
}
END_TEST

// Somebody who has just installed it, and mistypes.
START_TEST(a_stranger_is_told_the_way)
{
	static const struct {
		const char *const words[5];
		int status;
		const char *says;
	} rows[] = {
		{ { "statsu" }, 2, "unknown command 'statsu'; did you mean 'status'?" },
		{ { "help", "atach" }, 2, "unknown command 'atach'; did you mean 'attach'?" },
		{ { "help", "status" }, 0, "usage: opscon status" },
		{ { "help", "help" }, 0, "usage: opscon help" },
		{ { "help" }, 0, "usage: opscon [OPTION ...] " },
		{ { "--theme", "dark", "demo", "--help" }, 0, "usage: opscon demo" },
		{ { "--theme", "dark", "help" }, 2, "opscon help: unknown option '--theme'" },
		{ { "--format", "json", "status" }, 2, "there is no configuration yet" },
		{ { "--versoin" }, 2, "opscon: unknown option '--versoin'; did you mean '--version'?" },
		{ { "--ascii", "--version" }, 0, "opscon " },
		{ { "--once", "a:1" }, 2, "opscon: unknown option '--once'" }, // of others
		{ { "status", "localhost" }, 2, "localhost is a selector here; an address is like http://localhost" },
		{ { "status" }, 2, "there is no configuration yet" },
		{ { "op", "restrat", "x" }, 2, "restrat: did you mean 'restart'?" },
		{ { "op", "list" }, 0, "there was no operation yet" },
		{ { "audit" }, 1, "there is no audit trail yet" },
		{ { "audit", "verfy" }, 2, "verfy: did you mean 'verify'?" },
		{ { "audit", "--result", "ok" }, 2, "expected pending, success, failure, refused, indeterminate" },
		{ { "token", "crate" }, 2, "crate: did you mean 'create'?" },
		{ { "completion", "powershell" }, 2, "expected bash, fish or zsh" },
		{ { "completion", "ksh" }, 2, "ksh: expected bash, fish or zsh" },
		{ { "attach", "--interval", "5s" }, 2, "--interval is for who polls" }, // not: a terminal is missing
		{ { "--theme", "pink", "a:1" }, 2, "expected dark, light or colourblind" },
	};
	char home[] = "/tmp/opscon-e2e-XXXXXX", state[80];

	ck_assert_ptr_nonnull(mkdtemp(home));
	snprintf(state, sizeof state, "XDG_STATE_HOME=%s", home);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *argv[8] = { OPSCON };
		struct process_result result;

		for (size_t k = 0; k < 5 && rows[i].words[k]; k++)
			argv[k + 1] = rows[i].words[k];
		result = process_run(argv, (const char *[]){ state, "XDG_CONFIG_HOME=/nonexistent", NULL });
		ck_assert_msg(result.status == rows[i].status &&
				      (strstr(result.out, rows[i].says) || strstr(result.err, rows[i].says)),
			      "%zu: %d %s%s", i, result.status, result.out, result.err);
		process_result_finish(&result);
	}
	snprintf(state, sizeof state, "%s/opscon", home);
	rmdir(state); // nothing was begun in it
	rmdir(home);
}
END_TEST

START_TEST(the_demo_without_a_terminal_prints_its_status_and_leaves)
{
	struct process_result result = process_run((const char *[]){ OPSCON, "demo", "--no-state", NULL }, NULL);

	ck_assert_msg(result.status == 4, "%d: %s", result.status, result.err);
	ck_assert_ptr_nonnull(strstr(result.err, "DEMO"));
	ck_assert_ptr_nonnull(strstr(result.out, "22 in all"));
	process_result_finish(&result);
}
END_TEST

SUITE("status", without_libcurl_nobody_is_judged_and_why_is_said, a_list_that_cannot_be_read_is_no_well_fleet,
      a_pattern_that_leaves_nobody_is_a_failure, a_well_fleet_exits_zero, a_fleet_with_one_down_exits_four_and_says_why,
      a_degraded_agent_fails_only_when_it_is_asked_to, a_selector_narrows_what_is_probed, urls_need_no_configuration,
      wrong_usage_is_explained_and_exits_two, a_broken_configuration_is_explained_with_its_line,
      without_any_configuration_it_says_what_to_do, every_command_has_help, a_stranger_is_told_the_way,
      the_demo_without_a_terminal_prints_its_status_and_leaves)
