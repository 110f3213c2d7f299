// SPDX-License-Identifier: Apache-2.0
#include "drivers/docker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "drivers/docker_run.h"
#include "text/text.h"

#define DEFAULT_SOCKET "/var/run/docker.sock"

// Whoever can change a list that others keep could else have any container of the host stopped, or deleted.
unsigned docker_driver_verbs(const struct docker_driver *docker, const struct agent *agent, char *why)
{
	if (!agent_is_discovered(agent) || docker->is_allowed_from_discovery)
		return docker_verbs(agent);
	if (why)
		snprintf(why, DRIVER_DETAIL_MAX,
			 "a list from elsewhere names the container; drivers.docker.allow_docker_from_discovery is not "
			 "set");
	return 0;
}

static unsigned verbs(const struct driver *driver, const struct agent *agent)
{
	return docker_driver_verbs((const struct docker_driver *)driver, agent, NULL);
}

static int recipe(const struct driver *driver, const struct agent *agent, const struct operation_params *params,
		  const struct driver_sight *sight, bool is_undo, struct driver_recipe *out)
{
	const struct docker_driver *docker = (const struct docker_driver *)driver;

	out->why[0] = '\0';
	if (!docker_driver_verbs(docker, agent, out->why) && out->why[0])
		return -ENOTSUP;
	return docker_recipe(&docker->memory, agent, params, sight, is_undo, out);
}

void docker_driver_handle_closed(struct docker_driver *docker)
{
	void (*closed)(void *ctx) = docker->closed;
	void *ctx = docker->closed_ctx;

	if (--docker->n_handles)
		return;
	docker_memory_finish(&docker->memory);
	docker_follow_finish(docker);
	mem_free(docker->unix_socket);
	mem_free(docker);
	if (closed)
		closed(ctx);
}

static void closed_cb(uv_handle_t *handle)
{
	docker_driver_handle_closed(handle->data);
}

static void close_driver(struct driver *driver, void (*closed)(void *ctx), void *ctx)
{
	struct docker_driver *docker = (struct docker_driver *)driver;

	if (docker->is_closing)
		return;
	docker->is_closing = true;
	docker->closed = closed;
	docker->closed_ctx = ctx;
	while (docker->runs)
		docker_run_cancel(docker->runs);
	docker_follow_stop(docker);
	uv_close((uv_handle_t *)&docker->handle, closed_cb);
}

static const struct driver_class class = {
	.name = "docker",
	.verbs = verbs,
	.recipe = recipe,
	.begin = docker_run_begin,
	.cancel = docker_run_cancel,
	.attend = docker_attend,
	.close = close_driver,
};

static int set_place(struct docker_driver *docker, const struct drivers_config *config)
{
	const char *url = config ? config->docker_url : NULL;
	const char *path = config && config->docker_socket ? config->docker_socket : DEFAULT_SOCKET;
	size_t n;

	snprintf(docker->place, sizeof docker->place, "%.*s", text_fit(url ? url : path, sizeof docker->place - 1),
		 url ? url : path);
	if (!url) {
		memcpy(docker->base, "http://docker", sizeof "http://docker");
		docker->unix_socket = mem_strdup(path);
		return docker->unix_socket ? 0 : -ENOMEM;
	}
	docker->tls = config->docker_tls;
	for (n = strlen(url); n > 0 && url[n - 1] == '/';)
		n--;
	if (n == 0 || n >= sizeof docker->base)
		return -EINVAL;
	memcpy(docker->base, url, n); // zeroed memory ends it
	return 0;
}

int docker_driver_create(const struct driver_options *options, struct driver **out)
{
	const struct drivers_config *config = options->config ? &options->config->drivers : NULL;
	struct docker_driver *docker = mem_calloc(1, sizeof *docker);
	int r;

	*out = NULL;
	if (!docker)
		return -ENOMEM;
	docker->driver.class = &class;
	docker->loop = options->loop;
	docker->client = options->client;
	docker->network = config && config->docker_network ? config->docker_network : "none";
	docker->is_allowed_from_discovery = config && config->is_docker_from_discovery;
	r = set_place(docker, config);
	if (r < 0) {
		mem_free(docker->unix_socket);
		mem_free(docker);
		return r;
	}
	(void)uv_timer_init(options->loop, &docker->handle); // cannot fail
	docker->handle.data = docker;
	docker->n_handles = 1;
	docker_follow_init(docker, options->watcher);
	*out = &docker->driver;
	return 0;
}
