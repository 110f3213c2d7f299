// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agents/command_template.h"
#include "opscon/config.h"
#include "services/metric_expr.h"
#include "tests/fuzz/fuzz.h"

static size_t check_errors(const struct config_errors *errors)
{
	size_t n_mistakes = 0;

	fuzz_expect(errors->n <= CONFIG_ERRORS_MAX, "mistakes are within their limit");
	fuzz_expect(errors->n == CONFIG_ERRORS_MAX || errors->n_more == 0, "there are more only of a full list");
	for (size_t i = 0; i < errors->n; i++) {
		const struct config_error *error = &errors->items[i];

		fuzz_expect(error->path[0] && error->text[0], "a mistake says where and what");
		fuzz_expect_clean(error->text, "a mistake is clean");
		fuzz_expect(i == 0 || errors->items[i - 1].line <= error->line,
			    "mistakes are in the order of the file");
		n_mistakes += !error->is_warning;
	}
	return n_mistakes;
}

static void check_lists(const struct config *config)
{
	for (size_t i = 0; i < config->n_agents; i++) {
		fuzz_expect_agent(config->agents[i]);
		for (size_t j = 0; j < i && i < 100; j++)
			fuzz_expect(strcmp(config->agents[i]->key, config->agents[j]->key) != 0, "a key stands once");
	}
	for (size_t i = 0; i < config->n_sources; i++)
		fuzz_expect(config->sources[i].path && config->sources[i].path[0], "a source is somewhere");
	for (size_t i = 0; i < config->n_panels; i++) {
		fuzz_expect_clean(config->panels[i].id, "a panel has an id");
		fuzz_expect_clean(config->panels[i].title, "a panel has a title");
		fuzz_expect_clean(config->panels[i].expr, "a panel has an expression");
	}
	for (size_t i = 0; i < config->n_rules; i++) {
		fuzz_expect_clean(config->rules[i].name, "a rule has a name");
		fuzz_expect(!config->rules[i].series != !config->rules[i].expr, "a rule looks at one thing");
	}
	for (size_t i = 0; i < config->n_keys; i++)
		fuzz_expect(config->keys[i].key && config->keys[i].command, "a key has a command");
}

static void check_selector(const char *text)
{
	struct selector *selector = NULL;
	char why[160];

	if (!text)
		return;
	fuzz_expect(selector_parse(text, &selector, why, sizeof why) == 0, "a selector that was accepted parses");
	selector_free(selector);
}

static void check_command(const char *const *command)
{
	char why[160];

	if (!command)
		return;
	fuzz_expect(command[0] && command[0][0], "a command has a program");
	for (; *command; command++)
		fuzz_expect(command_argument_check(*command, NULL, NULL, why, sizeof why) == 0, "an argument is one");
}

static void check_drivers(const struct config *config)
{
	for (size_t i = 0; i < config->drivers.exec.n_profiles; i++) {
		const struct exec_profile *profile = &config->drivers.exec.profiles[i];

		fuzz_expect(exec_profile_find(&config->drivers.exec, profile->name) == profile,
			    "a profile stands once");
		fuzz_expect(profile->timeout_ms > 0 && profile->n_words > 0, "a profile has no zero in it");
		check_command(profile->observe);
		check_command(profile->force_stop);
		for (size_t verb = 0; verb < VERB_COUNT; verb++)
			check_command(profile->verbs[verb]);
	}
	for (size_t i = 0; i < config->n_agents; i++) {
		const struct agent *agent = config->agents[i];
		const char *driver = agent->driver ? agent->driver : "";

		fuzz_expect(!agent->control_url == (strcmp(driver, "http") != 0), "an endpoint is for http alone");
		fuzz_expect(!agent->control_target == (strcmp(driver, "docker") != 0 && strcmp(driver, "exec") != 0),
			    "a target is for the others");
		fuzz_expect(strcmp(driver, "exec") != 0 ||
				    exec_profile_find(&config->drivers.exec, agent->control_target),
			    "its profile is there");
	}
}

static void check_operations(const struct operations_config *operations)
{
	const uint8_t *percent = operations->rollout.canary_percent;
	unsigned last = 0;

	for (size_t i = 0; i < CANARY_PHASES_MAX && percent[i]; i++) {
		fuzz_expect(percent[i] > last, "phases ascend");
		last = percent[i];
	}
	fuzz_expect(last == 100, "phases end with all");
	fuzz_expect(operations->rollout.batch > 0 && operations->rollout.max_unavailable > 0 &&
			    operations->rollout.verify_ms > 0 && operations->n_concurrent > 0 &&
			    operations->n_concurrent <= OPERATION_CONCURRENT_MAX,
		    "a rollout has no zero in it");
	fuzz_expect(operations->rollout.max_error_share >= 0 && operations->rollout.max_error_share <= 1,
		    "a share is one");
	for (size_t i = 0; i < operations->n_guards; i++)
		fuzz_expect(operations->guards[i].guard < GUARD_COUNT &&
				    (operations->guards[i].is_refused || !operations->guards[i].why),
			    "a rule is one");
}

static void check_config(const struct config *config)
{
	const struct probe_options *probe = &config->probe;

	fuzz_expect_clean(config->fleet_name, "the fleet's name is clean");
	fuzz_expect_clean(config->theme, "the theme is clean");
	fuzz_expect(probe->interval_ms > 0 && probe->timeout_ms > 0 && probe->fall > 0 && probe->rise > 0,
		    "probing has no zero in it");
	fuzz_expect(probe->max_in_flight > 0 && probe->max_body_bytes > 0 && probe->max_headers > 0,
		    "no limit lets nothing through");
	fuzz_expect(config->n_points > 0 && config->retention_ms > 0 && config->refresh_ms > 0, "something is kept");
	check_lists(config);
	check_drivers(config);
	check_operations(&config->operations);
	for (size_t i = 0; i < config->n_panels; i++)
		check_selector(config->panels[i].selector);
	for (size_t i = 0; i < config->n_rules; i++)
		check_selector(config->rules[i].selector);
}

// A file without a directory: what a fuzzed configuration names beside itself is not there.
static const char *config_path(const uint8_t *data, size_t size)
{
	static char path[64];
	static int fd;

	if (!path[0]) {
		fd = memfd_create("opscon.yml", MFD_CLOEXEC);
		fuzz_expect(fd >= 0, "a file in memory can be made");
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	}
	fuzz_expect(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size, "it can be written");
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config_checks checks = { .expression = metric_expr_check_cb };
	static struct config_errors errors;
	struct config config;
	int r = config_load_checked(config_path(data, size), &checks, &config, &errors);
	size_t n_mistakes = check_errors(&errors);

	fuzz_expect(r == 0 || r == -EINVAL, "a file is taken or refused");
	fuzz_expect((r == -EINVAL) == (n_mistakes > 0), "it is refused for its mistakes, and for nothing else");
	if (r == 0) {
		check_config(&config);
		config_finish(&config);
	}
	return 0;
}
