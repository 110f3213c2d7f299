// SPDX-License-Identifier: Apache-2.0
#include "drivers/exec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/memory.h"
#include "drivers/exec_run.h"
#include "opscon/config.h"
#include "text/text.h"

// ---- which commands an agent has

const struct exec_profile *exec_profile_of(const struct exec_driver *driver, const struct agent *agent, char *why,
					   size_t why_size)
{
	const char *name = agent->control_target ? agent->control_target : "";
	const struct exec_profile *profile = exec_profile_find(driver->config, name);

	if (!agent->driver || strcmp(agent->driver, "exec") != 0) {
		snprintf(why, why_size, "no command operates it");
		return NULL;
	}
	if (agent_is_discovered(agent) && !driver->config->is_allowed_from_discovery) {
		snprintf(why, why_size,
			 "a list from elsewhere asks for a command; drivers.exec.allow_exec_from_discovery is not set");
		return NULL;
	}
	if (!profile)
		snprintf(why, why_size, "there is no profile %.*s", text_fit(name, 64), name);
	return profile;
}

static unsigned verbs(const struct driver *driver, const struct agent *agent)
{
	char why[DRIVER_DETAIL_MAX];
	const struct exec_profile *profile =
		exec_profile_of((const struct exec_driver *)driver, agent, why, sizeof why);
	unsigned bits = 0;

	for (unsigned verb = 0; profile && verb < VERB_COUNT; verb++)
		bits |= profile->verbs[verb] ? 1U << verb : 0;
	if (profile && profile->force_stop)
		bits |= 1U << VERB_STOP;
	return bits;
}

// ---- what a verb comes to

// The command that takes a verb back; VERB_COUNT: there is none.
static enum verb opposite(enum verb verb)
{
	switch (verb) {
	case VERB_UPGRADE:
		return VERB_ROLLBACK;
	case VERB_START:
		return VERB_STOP;
	case VERB_STOP:
		return VERB_START;
	case VERB_SUSPEND:
		return VERB_RESUME;
	case VERB_RESUME:
		return VERB_SUSPEND;
	default:
		return VERB_COUNT;
	}
}

static const char *label_of(unsigned command, char out[32])
{
	const char *name = command == EXEC_FORCE_STOP ? "stop by force" : verb_name((enum verb)command);

	snprintf(out, 32, "%s", name);
	out[0] = (char)(out[0] >= 'a' && out[0] <= 'z' ? out[0] - 'a' + 'A' : out[0]);
	return out;
}

static const char *precondition(const struct driver_sight *sight, char *out, size_t size)
{
	out[0] = '\0';
	if (sight && sight->exists && *sight->instance)
		snprintf(out, size, "it is %s, instance %s", lifecycle_name(sight->state), sight->instance);
	else if (sight && sight->exists)
		snprintf(out, size, "it is %s", lifecycle_name(sight->state));
	return text_trim(out);
}

static void add_step(const struct exec_profile *profile, unsigned number, const struct command *command,
		     const struct driver_sight *sight, struct driver_recipe *out)
{
	char label[32], before[160], action[512];
	const struct plan_step step = {
		.label = label_of(number, label),
		.precondition = precondition(sight, before, sizeof before),
		.action = action,
		.postcondition = "exit code 0",
		.timeout_ms = profile->timeout_ms,
		.primitive = (uint16_t)(PRIMITIVE_DRIVER + number),
		.is_mutating = true,
	};

	command_describe(command, action, sizeof action);
	driver_recipe_add(out, &step);
}

static int recipe(const struct driver *driver, const struct agent *agent, const struct operation_params *params,
		  const struct driver_sight *sight, bool is_undo, struct driver_recipe *out)
{
	const struct exec_profile *profile =
		exec_profile_of((const struct exec_driver *)driver, agent, out->why, sizeof out->why);
	unsigned number = is_undo ? opposite(params->verb) : params->verb;
	const char *const *arguments;
	struct command command;
	char label[32];

	if (!profile)
		return -ENOTSUP;
	if (is_undo && number == VERB_COUNT) {
		snprintf(out->why, sizeof out->why, "nothing takes back to %s", verb_name(params->verb));
		return -ENOTSUP;
	}
	if (number == VERB_STOP && params->is_forced && !is_undo)
		number = EXEC_FORCE_STOP;
	arguments = exec_template(profile, number);
	if (!arguments) {
		snprintf(out->why, sizeof out->why, "profile %.*s has no command for it: %s",
			 text_fit(profile->name, 64), profile->name, label_of(number, label));
		return -ENOTSUP;
	}
	if (command_fill(arguments, agent, exec_version(number, params), &command, out->why, sizeof out->why) < 0)
		return -ENOTSUP;
	add_step(profile, number, &command, is_undo ? NULL : sight, out);
	return 0;
}

// ---- the end

void exec_driver_handle_closed(struct exec_driver *driver)
{
	void (*closed)(void *ctx) = driver->closed;
	void *ctx = driver->closed_ctx;

	if (--driver->n_handles)
		return;
	for (char **item = driver->environment; *item; item++)
		mem_free(*item);
	mem_free(driver->environment);
	mem_free(driver);
	if (closed)
		closed(ctx);
}

static void on_closed(uv_handle_t *handle)
{
	exec_driver_handle_closed(handle->data);
}

static void close_driver(struct driver *driver, void (*closed)(void *ctx), void *ctx)
{
	struct exec_driver *exec = (struct exec_driver *)driver;

	if (exec->is_closing)
		return;
	exec->is_closing = true;
	exec->closed = closed;
	exec->closed_ctx = ctx;
	exec_run_end_all(exec);
	uv_close((uv_handle_t *)&exec->handle, on_closed);
}

// ---- the beginning

static char *variable(const char *name, const char *value)
{
	size_t n = strlen(name) + strlen(value) + 2;
	char *text = mem_alloc(n);

	if (text)
		snprintf(text, n, "%s=%s", name, value);
	return text;
}

static bool add_variable(char **environment, const char *name, const char *value)
{
	while (*environment)
		environment++;
	*environment = variable(name, value);
	return *environment;
}

// Whatever commands are given of ours; NULL for want of memory.
static char **make_environment(const struct exec_config *config)
{
	const char *home = getenv("HOME");
	char **environment = mem_calloc(config->n_environment + 4, sizeof *environment);
	bool is_whole;

	if (!environment)
		return NULL;
	is_whole = add_variable(environment, "PATH", config->path ? config->path : EXEC_PATH_DEFAULT) &&
		   add_variable(environment, "LANG", "C") && add_variable(environment, "HOME", home ? home : "/");
	for (size_t i = 0; i < config->n_environment && is_whole; i++) {
		const char *value = getenv(config->environment[i]);

		if (value)
			is_whole = add_variable(environment, config->environment[i], value);
	}
	if (is_whole)
		return environment;
	for (char **item = environment; *item; item++)
		mem_free(*item);
	mem_free(environment);
	return NULL;
}

static const struct driver_class class = {
	.name = "exec",
	.verbs = verbs,
	.recipe = recipe,
	.begin = exec_run_begin,
	.cancel = exec_run_cancel,
	.close = close_driver,
};

int exec_driver_create(const struct driver_options *options, struct driver **out)
{
	static const struct exec_config none;
	struct exec_driver *exec = mem_calloc(1, sizeof *exec);

	*out = NULL;
	if (!exec)
		return -ENOMEM;
	exec->driver.class = &class;
	exec->loop = options->loop;
	exec->config = options->config ? &options->config->drivers.exec : &none;
	exec->environment = make_environment(exec->config);
	if (!exec->environment) {
		mem_free(exec);
		return -ENOMEM;
	}
	uv_timer_init(options->loop, &exec->handle);
	exec->handle.data = exec;
	exec->n_handles = 1;
	*out = &exec->driver;
	return 0;
}
