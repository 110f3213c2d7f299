// SPDX-License-Identifier: Apache-2.0
/* operations, drivers, and what operates each agent. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/unit/config/config_rows.h"
#include "text/text.h"

static const char full[] =
	"operations:\n"
	"  strategy: canary\n"
	"  batch: 5\n"
	"  wait: 30s\n"
	"  canary: [5, 25, 50, 100]\n"
	"  canary_wait: 2m\n"
	"  min_healthy: 20s\n"
	"  verify: 10m\n"
	"  max_unavailable: 3\n"
	"  max_error_share: 2.5%\n"
	"  max_latency_growth: 0.25\n"
	"  auto_rollback: false\n"
	"  concurrent: 4\n"
	"  production: [live, 'live-*']\n"
	"  read_only: true\n"
	"  read_only_environments: [frozen]\n"
	"  guards:\n"
	"  - {action: restart, environment: dev, guard: reversible}\n"
	"  - {action: [stop, delete], environment: 'live*', refuse: not in the season}\n"
	"  - {environment: lab, refuse: true}\n"
	"  - {guard: reason}\n"
	"drivers:\n"
	"  docker: {url: 'https://Docker.example:2376', tls: {ca: /dev/null}, insecure: true, network: host,\n"
	"    allow_docker_from_discovery: true}\n"
	"  exec:\n"
	"    path: /opt/bin:/bin\n"
	"    environment: [KUBECONFIG, _x9]\n"
	"    allow_exec_from_discovery: true\n"
	"    profiles:\n"
	"    - name: app\n"
	"      create: [appctl, create, '{name}@{version}']\n"
	"      start: [appctl, start, '{name}']\n"
	"      stop: [appctl, stop, '{key}']\n"
	"      force_stop: [/bin/appctl, kill, '{name}']\n"
	"      restart: [appctl, restart, '{env}', '{service}']\n"
	"      suspend: [appctl, pause, '{url_host}']\n"
	"      resume: [appctl, unpause, '{unit}']\n"
	"      upgrade: [appctl, set, '{label:role}={version}', '', 'a b']\n"
	"      rollback: [appctl, undo]\n"
	"      delete: [appctl, rm, '{{literally}}']\n"
	"      observe: [appctl, show, '{name}']\n"
	"      words: [ignored, state, version, previous, instance]\n"
	"      states: {UP: running, lost: gone}\n"
	"      exits: {4: gone, 0: errored}\n"
	"      refused_exits: [5, 6]\n"
	"      timeout: 90s\n"
	"    - {name: systemd, restart: [svc, -t, '{unit}']}\n";

START_TEST(every_key_of_operations_arrives)
{
	static const uint8_t phases[CANARY_PHASES_MAX] = { 5, 25, 50, 100 };
	const struct operations_config *operations;
	struct config config;

	rows_load_well(full, &config);
	operations = &config.operations;
	ck_assert_int_eq((int)operations->rollout.kind, ROLLOUT_CANARY);
	ck_assert_uint_eq(operations->rollout.batch, 5);
	ck_assert_uint_eq(operations->rollout.wait_ms, 30000);
	ck_assert_mem_eq(operations->rollout.canary_percent, phases, sizeof phases);
	ck_assert_uint_eq(operations->canary_wait_ms, 120000);
	ck_assert_uint_eq(operations->rollout.min_healthy_ms, 20000);
	ck_assert_uint_eq(operations->rollout.verify_ms, 600000);
	ck_assert_uint_eq(operations->rollout.max_unavailable, 3);
	ck_assert_double_eq_tol(operations->rollout.max_error_share, 0.025, 1e-12);
	ck_assert_double_eq(operations->rollout.max_latency_growth, 0.25);
	ck_assert(!operations->rollout.rolls_back);
	ck_assert_uint_eq(operations->n_concurrent, 4);
	ck_assert_uint_eq(operations->n_production, 2);
	ck_assert_str_eq(operations->production[1], "live-*");
	ck_assert(operations->is_read_only);
	ck_assert_uint_eq(operations->n_read_only, 1);
	ck_assert_str_eq(operations->read_only[0], "frozen");
	ck_assert_uint_eq(operations->n_guards, 4);
	ck_assert_uint_eq(operations->guards[0].verbs, 1U << VERB_RESTART);
	ck_assert_str_eq(operations->guards[0].environment, "dev");
	ck_assert_int_eq((int)operations->guards[0].guard, GUARD_REVERSIBLE);
	ck_assert(!operations->guards[0].is_refused);
	ck_assert_uint_eq(operations->guards[1].verbs, 1U << VERB_STOP | 1U << VERB_DELETE);
	ck_assert(operations->guards[1].is_refused);
	ck_assert_str_eq(operations->guards[1].why, "not in the season");
	ck_assert(operations->guards[2].is_refused);
	ck_assert_ptr_null(operations->guards[2].why);
	ck_assert_uint_eq(operations->guards[3].verbs, 0);
	ck_assert_ptr_null(operations->guards[3].environment);
	ck_assert_int_eq((int)operations->guards[3].guard, GUARD_REASON);
	config_finish(&config);
}
END_TEST

START_TEST(every_key_of_drivers_arrives)
{
	const struct drivers_config *drivers;
	const struct exec_profile *app;
	struct config config;

	rows_load_well(full, &config);
	drivers = &config.drivers;
	ck_assert_ptr_null(drivers->docker_socket);
	ck_assert_str_eq(drivers->docker_url, "https://docker.example:2376");
	ck_assert_str_eq(drivers->docker_tls.ca_file, "/dev/null");
	ck_assert(drivers->docker_tls.is_insecure);
	ck_assert_str_eq(drivers->docker_network, "host");
	ck_assert(drivers->is_docker_from_discovery);
	ck_assert_str_eq(drivers->exec.path, "/opt/bin:/bin");
	ck_assert_uint_eq(drivers->exec.n_environment, 2);
	ck_assert_str_eq(drivers->exec.environment[1], "_x9");
	ck_assert(drivers->exec.is_allowed_from_discovery);
	ck_assert_uint_eq(drivers->exec.n_profiles, 4); // two of its own, and two of the ready ones
	app = exec_profile_find(&drivers->exec, "app");
	ck_assert_ptr_nonnull(app);
	for (unsigned verb = 0; verb < VERB_COUNT; verb++)
		ck_assert((app->verbs[verb] != NULL) == (verb != VERB_CONFIGURE));
	ck_assert_str_eq(app->verbs[VERB_CREATE][2], "{name}@{version}");
	ck_assert_ptr_null(app->verbs[VERB_CREATE][3]);
	ck_assert_str_eq(app->verbs[VERB_UPGRADE][3], "");
	ck_assert_str_eq(app->verbs[VERB_UPGRADE][4], "a b");
	ck_assert_str_eq(app->verbs[VERB_STOP][2], "{key}");
	ck_assert_str_eq(app->force_stop[0], "/bin/appctl");
	ck_assert_str_eq(app->observe[1], "show");
	ck_assert_uint_eq(app->n_words, 5);
	ck_assert_int_eq((int)app->words[0], EXEC_WORD_IGNORED);
	ck_assert_int_eq((int)app->words[1], EXEC_WORD_STATE);
	ck_assert_int_eq((int)app->words[4], EXEC_WORD_INSTANCE);
	ck_assert_uint_eq(app->n_readings, 4);
	ck_assert_str_eq(app->readings[0].word, "UP");
	ck_assert_int_eq((int)app->readings[0].state, LIFECYCLE_RUNNING);
	ck_assert(app->readings[1].is_gone);
	ck_assert_ptr_null(app->readings[2].word);
	ck_assert_uint_eq(app->readings[2].exit_code, 4);
	ck_assert(app->readings[2].is_gone && !app->readings[3].is_gone);
	ck_assert_int_eq((int)app->readings[3].state, LIFECYCLE_ERRORED);
	ck_assert_uint_eq(app->n_refused_exits, 2);
	ck_assert_uint_eq(app->refused_exits[1], 6);
	ck_assert_uint_eq(app->timeout_ms, 90000);
	app = exec_profile_find(&drivers->exec, "systemd"); // the configuration's own
	ck_assert(app && app->verbs[VERB_RESTART]);
	ck_assert_str_eq(app->verbs[VERB_RESTART][0], "svc");
	ck_assert_ptr_null(app->verbs[VERB_START]);
	ck_assert_ptr_null(app->observe);
	ck_assert_uint_eq(app->n_words, 2);
	ck_assert_str_eq(app->readings[0].word, "active"); // as systemctl has them
	ck_assert_uint_eq(app->timeout_ms, 60000);
	config_finish(&config);
}
END_TEST

START_TEST(some_profiles_are_there_without_being_configured)
{
	static const char *const names[] = { "kubernetes", "nomad", "systemd" };
	static const char *const texts[] = { "", "drivers: {}", "drivers: {exec: {path: /bin}}",
					     "drivers: {exec: {profiles: []}}" };
	struct config config;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		rows_load_well(texts[i], &config);
		ck_assert_uint_eq(config.drivers.exec.n_profiles, 3);
		for (size_t k = 0; k < 3; k++)
			ck_assert_ptr_nonnull(exec_profile_find(&config.drivers.exec, names[k])->verbs[VERB_RESTART]);
		ck_assert_ptr_null(exec_profile_find(&config.drivers.exec, "docker"));
		ck_assert(!config.drivers.exec.is_allowed_from_discovery);
		config_finish(&config);
	}
	config_defaults(&config);
	ck_assert_ptr_nonnull(exec_profile_find(&config.drivers.exec, "systemd"));
}
END_TEST

START_TEST(one_driver_operates_an_agent)
{
	static const struct {
		const char *text, *driver, *control, *target; // NULL: none
	} table[] = {
		{ "agents: [{url: a}]", NULL, NULL, NULL },
		{ "agents: [{url: a, driver: none}]", NULL, NULL, NULL },
		{ "agents: [{url: a, control: /ops}]", "http", "http://a/ops", NULL },
		{ "agents: [{url: a, control: 'https://c:2/ops'}]", "http", "https://c:2/ops", NULL },
		{ "agents: [{url: a, driver: http, control: /ops}]", "http", "http://a/ops", NULL },
		{ "agents: [{url: a, control: none}]", NULL, NULL, NULL },
		{ "agents: [{url: a, docker: web-1}]", "docker", NULL, "web-1" },
		{ "agents: [{url: a, name: web_2, driver: docker}]", "docker", NULL, "web_2" },
		{ "agents: [{url: a, driver: Docker, docker: 3f2a}]", "docker", NULL, "3f2a" },
		{ "agents: [{url: a, driver: docker, docker: x, control: none}]", "docker", NULL, "x" },
		{ "agents: [{url: a, exec: systemd, labels: {unit: a.service}}]", "exec", NULL, "systemd" },
		{ "agents: [{url: a, name: d, exec: kubernetes, labels: {namespace: n}}]", "exec", NULL, "kubernetes" },
		// defaults
		{ "defaults: {control: /c}\nagents: [{url: a}]", "http", "http://a/c", NULL },
		{ "defaults: {control: /c}\nagents: [{url: a, control: none}]", NULL, NULL, NULL },
		{ "defaults: {control: /c}\nagents: [{url: a, driver: none}]", NULL, NULL, NULL },
		{ "defaults: {control: /c}\nagents: [{url: a, docker: d}]", "docker", NULL, "d" },
		{ "defaults: {control: /c}\nagents: [{url: a, driver: http}]", "http", "http://a/c", NULL },
		{ "defaults: {control: none}\nagents: [{url: a}]", NULL, NULL, NULL },
		{ "defaults: {driver: docker}\nagents: [{url: a, name: n}]", "docker", NULL, "n" },
		{ "defaults: {driver: docker}\nagents: [{url: a, docker: d}]", "docker", NULL, "d" },
		{ "defaults: {driver: docker}\nagents: [{url: a, control: /c}]", "http", "http://a/c", NULL },
		{ "defaults: {exec: systemd}\nagents: [{url: a, labels: {unit: u}}]", "exec", NULL, "systemd" },
		{ "defaults: {driver: http, control: /c, exec: nomad}\nagents: [{url: a}]", "http", "http://a/c",
		  NULL },
		{ "defaults: {driver: http, control: /c, exec: nomad}\nagents: [{url: a, name: j, driver: exec}]",
		  "exec", NULL, "nomad" },
		{ "defaults: {driver: none, control: /c}\nagents: [{url: a}]", NULL, NULL, NULL },
		{ "defaults: {driver: none, control: /c}\nagents: [{url: a, driver: http}]", "http", "http://a/c",
		  NULL },
		{ "defaults: {labels: {unit: u}}\nagents: [{url: a, exec: systemd}]", "exec", NULL, "systemd" },
		// the sections may stand in any order
		{ "agents: [{url: a, exec: own}]\ndrivers: {exec: {profiles: [{name: own, stop: [x]}]}}", "exec", NULL,
		  "own" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct config config;

		rows_load_well(table[i].text, &config);
		ck_assert_msg(!config.agents[0]->driver == !table[i].driver, "%s", table[i].text);
		ck_assert_pstr_eq(config.agents[0]->driver, table[i].driver);
		ck_assert_pstr_eq(config.agents[0]->control_url, table[i].control);
		ck_assert_pstr_eq(config.agents[0]->control_target, table[i].target);
		config_finish(&config);
	}
}
END_TEST

START_TEST(mistakes_of_operations_are_explained)
{
	static const struct mistake table[] = {
		{ "operations: []", 1, 13, "a list; expected a mapping" },
		{ "operations: {readonly: true}", 1, 14, "did you mean read_only?" },
		{ "operations: {strategy: big-bang}", 1, 24, "\"big-bang\"; expected rolling, canary or blue-green" },
		{ "operations: {batch: 0}", 1, 21, "expected a whole number from 1 to 10000" },
		{ "operations: {wait: 2d}", 1, 20, "to 1d 0h" },
		{ "operations: {canary: 10}", 1, 22, "\"10\"; expected a list of percentages" },
		{ "operations: {canary: []}", 1, 22, "0 phases; expected 1 to 6" },
		{ "operations: {canary: [1, 2, 3, 4, 5, 6, 100]}", 1, 22, "7 phases; expected 1 to 6" },
		{ "operations: {canary: [10, 50]}", 1, 22, "the last phase is 50; expected 100" },
		{ "operations: {canary: [50, 10, 100]}", 1, 27, "10 after 50; expected more in each phase" },
		{ "operations: {canary: [50, 50, 100]}", 1, 27, "50 after 50" },
		{ "operations: {canary: [0, 100]}", 1, 23, "\"0\"; expected a whole number from 1 to 100" },
		{ "operations: {canary: [50%, 100]}", 1, 23, "expected a whole number" },
		{ "operations: {min_healthy: 2m, verify: 1m}", 1, 13, "min_healthy is longer than verify" },
		{ "operations: {verify: 0}", 1, 22, "expected a duration from 1s" },
		{ "operations: {max_unavailable: none}", 1, 31, "expected a whole number" },
		{ "operations: {max_error_share: 5}", 1, 31,
		  "\"5\"; expected a share such as 5% or 0.05, at most 100%" },
		{ "operations: {max_error_share: 101%}", 1, 31, "at most 100%" },
		{ "operations: {max_error_share: -1%}", 1, 31, "expected a share" },
		{ "operations: {max_error_share: '%'}", 1, 31, "expected a share" },
		{ "operations: {max_error_share: NaN}", 1, 31, "expected a share" },
		{ "operations: {max_error_share: []}", 1, 31, "a list; expected a share" },
		{ "operations: {max_latency_growth: 10001%}", 1, 34, "at most 10000%" },
		{ "operations: {concurrent: 11}", 1, 26, "from 1 to 10" },
		{ "operations: {production: prod}", 1, 26, "\"prod\"; expected a list of production" },
		{ "operations: {production: [[a]]}", 1, 27, "a list; expected text" },
		{ "operations: {read_only: prod}", 1, 25, "expected true or false" },
		{ "operations: {guards: {}}", 1, 22, "a mapping; expected a list of guards" },
		{ "operations: {guards: [{}]}", 1, 23, "neither guard nor refuse; expected either guard or refuse" },
		{ "operations: {guards: [{guard: confirm, refuse: true}]}", 1, 23,
		  "guard and refuse; expected either" },
		{ "operations: {guards: [{guard: ask}]}", 1, 31,
		  "expected view, reversible, confirm, type-name or reason" },
		{ "operations: {guards: [{action: reboot, refuse: x}]}", 1, 32,
		  "\"reboot\"; expected create, start, stop, restart" },
		{ "operations: {guards: [{action: [stop, reboot], refuse: x}]}", 1, 39, "\"reboot\"; expected create" },
		{ "operations: {guards: [{action: [], refuse: x}]}", 1, 32, "no action; expected one" },
		{ "operations: {guards: [{action: {}, refuse: x}]}", 1, 32, "a mapping; expected an action" },
		{ "operations: {guards: [{verb: stop, refuse: x}]}", 1, 24, "unknown key \"verb\"" },
		{ "operations: {guards: [{refuse: [x]}]}", 1, 32, "a list; expected true, or why" },
	};

	rows_expect_mistakes(table, sizeof table / sizeof table[0]);
}
END_TEST

START_TEST(mistakes_of_drivers_are_explained)
{
	static const struct mistake table[] = {
		{ "drivers: {dockr: {}}", 1, 11, "did you mean docker?" },
		{ "drivers: {docker: {socket: docker.sock}}", 1, 28, "expected a path that begins with /" },
		{ "drivers: {docker: {socket: /a, url: 'https://b'}}", 1, 19, "socket and url; expected one of them" },
		{ "drivers: {docker: {url: 'b:2376'}}", 1, 25, "\"b:2376\"; expected a URL such as https://host:2376" },
		{ "drivers: {docker: {url: 'tcp://b:2376'}}", 1, 25, "not the address of a Docker Engine" },
		{ "drivers: {docker: {url: 'https://b:2376/v1'}}", 1, 25,
		  "expected https://host:2376, without a path" },
		{ "drivers: {docker: {url: 'https://a:b@c'}}", 1, 25, "without a password" },
		{ "drivers: {docker: {tls: {ca: /dev/null}}}", 1, 19, "tls without url" },
		{ "drivers: {docker: {insecure: true}}", 1, 19, "tls without url" },
		{ "drivers: {docker: {network: lan}}", 1, 29, "expected none, bridge or host" },
		{ "drivers: {docker: {allow_docker_from_discovery: maybe}}", 1, 49, "expected true or false" },
		{ "drivers: {exec: {path: 'bin:/bin'}}", 1, 24, "expected directories that begin with /" },
		{ "drivers: {exec: {path: '/bin:'}}", 1, 24, "expected directories that begin with /" },
		{ "drivers: {exec: {path: ''}}", 1, 24, "expected directories" },
		{ "drivers: {exec: {environment: HOME}}", 1, 31, "expected a list of environment" },
		{ "drivers: {exec: {environment: [PATH]}}", 1, 32, "PATH is set for every command" },
		{ "drivers: {exec: {environment: ['A=b']}}", 1, 32, "\"A=b\"; expected the name of a variable" },
		{ "drivers: {exec: {environment: [9a]}}", 1, 32, "expected the name of a variable" },
		{ "drivers: {exec: {environment: [{}]}}", 1, 32, "a mapping; expected text" },
		{ "drivers: {exec: {allow_exec_from_discovery: maybe}}", 1, 45, "expected true or false" },
		{ "drivers: {exec: {allow_from_discovery: true}}", 1, 18, "did you mean allow_exec_from_discovery?" },
	};

	rows_expect_mistakes(table, sizeof table / sizeof table[0]);
}
END_TEST

#define PROFILE(text) "drivers:\n exec:\n  profiles:\n  - " text

START_TEST(mistakes_of_profiles_are_explained)
{
	static const struct mistake table[] = {
		{ PROFILE("{restart: [x]}"), 4, 5, "no name; expected one" },
		{ PROFILE("{name: a}"), 4, 5, "no command; expected one such as restart: [program, argument]" },
		{ PROFILE("{name: a, observe: [x]}"), 4, 5, "no command" },
		{ PROFILE("{name: a, restart: systemctl restart x}"), 4, 24, "expected a list of arguments" },
		{ PROFILE("{name: a, restart: []}"), 4, 24, "0 arguments; expected a program" },
		{ PROFILE("{name: a, restart: [[x]]}"), 4, 25, "a list; expected an argument" },
		{ PROFILE("{name: a, restart: ['']}"), 4, 25, "expected a program" },
		{ PROFILE("{name: a, restart: [bin/x]}"), 4, 25, "expected a program: a path from / on" },
		{ PROFILE("{name: a, restart: ['{name}']}"), 4, 25, "\"{name}\"; expected a program" },
		{ PROFILE("{name: a, restart: [x, '{nam}']}"), 4, 28, "{nam}: unknown; expected name, key, env" },
		{ PROFILE("{name: a, restart: [x, '{name']}"), 4, 28, "a brace by itself; expected {{ or }}" },
		{ PROFILE("{name: a, restart: [sh, -c, 'restart {name}']}"), 4, 33,
		  "a blank beside a placeholder; expected each argument by itself" },
		{ PROFILE("{name: a, restart: [x, '{version}']}"), 4, 28,
		  "{version} in restart; expected it in create and upgrade" },
		{ PROFILE("{name: a, rollback: [x, '{version}']}"), 4, 29, "{version} in rollback" },
		{ PROFILE("{name: a, stop: [y], observe: [x, '{version}']}"), 4, 39, "{version} in observe" },
		{ PROFILE("{name: a, restart: [x, \"a\\nb\"]}"), 4, 28, "a control character; expected none" },
		{ PROFILE("{name: a, restart: [x, \"\\e[2J\"]}"), 4, 28, "a control character" },
		{ PROFILE("{name: a, restart: [x, \"\\u202e\"]}"), 4, 28, "a control character" },
		{ PROFILE("{name: a, configure: [x]}"), 4, 15, "unknown key \"configure\"" },
		{ PROFILE("{name: a, stop: [x], words: [version]}"), 4, 33, "no state; expected it among the words" },
		{ PROFILE("{name: a, stop: [x], words: [state, size]}"), 4, 41,
		  "expected state, version, previous, instance or ignored" },
		{ PROFILE("{name: a, stop: [x], words: [state, ignored, ignored, ignored, ignored, ignored, ignored,"
			  " ignored, ignored]}"),
		  4, 33, "9 words; expected at most 8" },
		{ PROFILE("{name: a, stop: [x], states: [x]}"), 4, 34, "a list; expected a mapping (word: state)" },
		{ PROFILE("{name: a, stop: [x], states: {up: fine}}"), 4, 39,
		  "\"fine\"; expected provisioned, deployed, running" },
		{ PROFILE("{name: a, stop: [x], states: {'a b': running}}"), 4, 35, "\"a b\"; expected a word" },
		{ PROFILE("{name: a, stop: [x], states: {up: running, up: stopped}}"), 4, 48, "\"up\" is given again" },
		{ PROFILE("{name: a, stop: [x], exits: {256: gone}}"), 4, 34, "from 0 to 255" },
		{ PROFILE("{name: a, stop: [x], exits: {4: gone, 4: running}}"), 4, 43, "\"4\" is given again" },
		{ PROFILE("{name: a, stop: [x], exits: [4]}"), 4, 33, "expected a mapping (exit code: state)" },
		{ PROFILE("{name: a, stop: [x], refused_exits: [0]}"), 4, 42, "exit code 0 is success" },
		{ PROFILE("{name: a, stop: [x], refused_exits: [x]}"), 4, 42, "from 0 to 255" },
		{ PROFILE("{name: a, stop: [x], refused_exits: 5}"), 4, 41, "expected a list of exit codes" },
		{ PROFILE("{name: a, stop: [x], timeout: 1ms}"), 4, 35, "expected a duration from 100ms" },
		{ PROFILE("{name: a, stop: [x]}\n  - {name: a, stop: [x]}"), 5, 5, "a profile a is there already" },
		{ PROFILE("x"), 4, 5, "expected a mapping" },
	};

	rows_expect_mistakes(table, sizeof table / sizeof table[0]);
}
END_TEST

START_TEST(mistakes_of_agents_are_explained)
{
	static const struct mistake table[] = {
		{ "agents: [{url: a, driver: ssh}]", 1, 27, "\"ssh\"; expected none, http, docker or exec" },
		{ "agents: [{url: a, control: /c, docker: d}]", 1, 10,
		  "control and docker; expected one of control, docker and exec" },
		{ "agents: [{url: a, docker: d, exec: systemd}]", 1, 10, "docker and exec; expected one of" },
		{ "agents: [{url: a, driver: docker, control: /c}]", 1, 44,
		  "control beside driver: docker; expected docker" },
		{ "agents: [{url: a, driver: http, exec: nomad}]", 1, 39,
		  "exec beside driver: http; expected control" },
		{ "agents: [{url: a, driver: none, docker: d}]", 1, 41,
		  "docker beside driver: none; expected no such" },
		{ "agents: [{url: a, driver: http}]", 1, 27, "driver http without control" },
		{ "agents: [{url: a, driver: http, control: none}]", 1, 27, "driver http without control" },
		{ "agents: [{url: a, driver: exec}]", 1, 27, "driver exec without a profile; expected exec: PROFILE" },
		{ "agents: [{url: a, control: 'ftp://x'}]", 1, 28, "not a path or URL; expected http:// or https://" },
		{ "agents: [{url: a, control: [x]}]", 1, 28, "a list; expected a path, a URL or none" },
		{ "agents: [{url: a, docker: 'a b'}]", 1, 27, "\"a b\"; expected the name or id of a container" },
		{ "agents: [{url: a, docker: -x}]", 1, 27, "expected the name or id of a container" },
		{ "agents: [{url: a, docker: ../x}]", 1, 27, "expected the name or id of a container" },
		{ "agents: [{url: a, docker: ''}]", 1, 27, "expected the name or id of a container" },
		{ "agents: [{url: 'a:1', driver: docker}]", 1, 10,
		  "the name a:1 is no container's; expected docker: CONTAINER" },
		{ "agents: [{url: a, exec: sytemd}]", 1, 25,
		  "there is no profile \"sytemd\"; expected systemd, nomad" },
		{ "agents: [{url: a, exec: {}}]", 1, 25, "a mapping; expected the name of a profile" },
		{ "agents: [{url: a, exec: systemd}]", 1, 25, "profile systemd: {unit}: no value; expected one" },
		{ "agents: [{url: a, exec: systemd, labels: {unit: 'a;b'}}]", 1, 25,
		  "profile systemd: {unit}: ; in its value" },
		{ "agents: [{url: a, exec: systemd, labels: {unit: -rf}}]", 1, 25, "expected one that is no option" },
		{ "agents: [{url: a, exec: systemd, labels: {unit: \"a\\nb\"}}]", 1, 25, "{unit}: " },
		{ "agents: [{url: a, name: \"\\e[2J\", exec: nomad}]", 1, 40, "profile nomad: {name}: ^ in its value" },
		{ "agents: [{url: a, name: n\xc3\xa4he, exec: nomad}]", 1, 37, "{name}: \xc3\xa4 in its value" },
		// of the defaults, once
		{ "defaults: {driver: ssh}\nagents: [{url: a}, {url: b}]", 1, 20,
		  "expected none, http, docker or exec" },
		{ "defaults: {exec: sytemd}\nagents: [{url: a}, {url: b}]", 1, 18, "there is no profile \"sytemd\"" },
		{ "defaults: {driver: exec}\nagents: [{url: a}]", 1, 20, "driver exec without a profile" },
		{ "defaults: {driver: http}\nagents: [{url: a}]", 1, 20, "driver http without control" },
		{ "defaults: {control: /c, exec: nomad}", 1, 11, "control and exec; expected one of" },
		{ "defaults: {docker: x}", 1, 12, "unknown key \"docker\"" },
		{ "defaults: {exec: systemd}\nagents: [{url: a}]", 2, 10, "profile systemd: {unit}: no value" },
		{ "defaults: {exec: systemd}\nagents: [{url: a, driver: exec}]", 2, 10, "{unit}: no value" },
	};

	rows_expect_mistakes(table, sizeof table / sizeof table[0]);
}
END_TEST

START_TEST(an_engine_without_tls_is_worth_a_word)
{
	static const char text[] = "drivers: {docker: {url: 'http://b:2375'}}";
	struct config_errors errors;
	struct config config;

	ck_assert_int_eq(rows_load(text, strlen(text), &config, &errors), 0);
	ck_assert_uint_eq(errors.n, 1);
	ck_assert(errors.items[0].is_warning);
	ck_assert_ptr_nonnull(strstr(errors.items[0].text, "expected https"));
	config_finish(&config);
}
END_TEST

START_TEST(all_mistakes_of_operations_are_told_at_once)
{
	static const char text[] = "operations:\n"
				   "  batch: x\n"
				   "  guards:\n"
				   "  - {guard: x}\n"
				   "  - {}\n"
				   "drivers:\n"
				   "  docker: {socket: /a, url: 'https://b'}\n"
				   "  exec:\n"
				   "    profiles:\n"
				   "    - {name: a}\n"
				   "    - {name: b, stop: [y, '{x}']}\n"
				   "agents:\n"
				   "- {url: a, driver: exec}\n"
				   "- {url: b, exec: zzz}\n";
	static const unsigned lines[] = { 2, 4, 5, 7, 10, 11, 13, 14 };

	rows_expect_lines(text, lines, sizeof lines / sizeof lines[0]);
}
END_TEST

START_TEST(without_memory_there_is_no_configuration)
{
	char text[4096];
	struct config_errors errors;
	struct config config;
	int r = -ENOMEM;
	long n;

	snprintf(text, sizeof text,
		 "%sagents:\n- {url: a, docker: d}\n- {url: b, control: /c}\n"
		 "- {url: c, exec: app, labels: {env: e, service: s, unit: u, role: r}}\n",
		 full);
	for (n = 0; n < 5000 && r == -ENOMEM; n++) {
		mem_fail_after(n);
		r = rows_load(text, strlen(text), &config, &errors);
		mem_fail_after(-1);
		ck_assert_msg(r == 0 || r == -ENOMEM, "%ld: %s", n, errors.items[0].text);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_int_gt(n, 60);
	config_finish(&config);
}
END_TEST

START_TEST(only_an_upgrade_is_blue_green)
{
	struct operations_config config = { .rollout.kind = ROLLOUT_BLUE_GREEN };

	for (int verb = 0; verb < VERB_COUNT; verb++)
		ck_assert_int_eq(operations_kind(&config, (enum verb)verb),
				 verb == VERB_UPGRADE ? ROLLOUT_BLUE_GREEN : ROLLOUT_ROLLING);
	config.rollout.kind = ROLLOUT_CANARY;
	for (int verb = 0; verb < VERB_COUNT; verb++)
		ck_assert_int_eq(operations_kind(&config, (enum verb)verb), ROLLOUT_CANARY);
}
END_TEST

SUITE("config of operations", only_an_upgrade_is_blue_green, every_key_of_operations_arrives,
      every_key_of_drivers_arrives, some_profiles_are_there_without_being_configured, one_driver_operates_an_agent,
      mistakes_of_operations_are_explained, mistakes_of_drivers_are_explained, mistakes_of_profiles_are_explained,
      mistakes_of_agents_are_explained, an_engine_without_tls_is_worth_a_word,
      all_mistakes_of_operations_are_told_at_once, without_memory_there_is_no_configuration)
