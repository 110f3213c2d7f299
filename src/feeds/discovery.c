// SPDX-License-Identifier: Apache-2.0
#include "feeds/discovery.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "feeds/discovery_internal.h"
#include "feeds/discovery_source.h"

struct discovery {
	uv_loop_t *loop;
	struct http_client *client; // borrowed
	struct discovery_callbacks callbacks;
	struct source *sources; // owned
	size_t n_sources;
	size_t n_open; // handles and jobs still to end before the memory may go
	void (*closed_cb)(void *ctx);
	void *closed_ctx;
	bool is_closing;
};

uv_loop_t *discovery_loop(const struct discovery *discovery)
{
	return discovery->loop;
}

struct http_client *discovery_client(const struct discovery *discovery)
{
	return discovery->client;
}

void source_publish(struct source *source, const char *name, struct agent *const *agents, size_t n)
{
	const struct discovery_callbacks *callbacks = &source->discovery->callbacks;

	if (!source->discovery->is_closing)
		callbacks->list(callbacks->ctx, name, agents, n);
}

void source_problem(struct source *source, const char *name, const char *text)
{
	const struct discovery_callbacks *callbacks = &source->discovery->callbacks;

	source->is_read = true;
	if (source->discovery->is_closing || strcmp(source->problem, text ? text : "") == 0)
		return;
	// One of a pattern's files that is well says nothing of another that is not.
	if (!text && strcmp(source->problem_of, name) != 0)
		return;
	snprintf(source->problem, sizeof source->problem, "%s", text ? text : "");
	snprintf(source->problem_of, sizeof source->problem_of, "%s", name);
	callbacks->problem(callbacks->ctx, name, text);
}

static void one_closed(struct discovery *discovery)
{
	if (--discovery->n_open)
		return;
	if (discovery->closed_cb)
		discovery->closed_cb(discovery->closed_ctx);
	mem_free(discovery->sources);
	mem_free(discovery);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct source *source = handle->data;

	one_closed(source->discovery);
}

void source_job_done(struct source *source)
{
	if (source->is_closing)
		one_closed(source->discovery);
}

static int start_source(struct discovery *discovery, struct source *source)
{
	int r = uv_timer_init(discovery->loop, &source->timer);

	if (r < 0)
		return r;
	source->timer.data = source;
	return source->config->kind == SOURCE_FILE_SD ? file_sd_start(source) : http_sd_start(source);
}

int discovery_create(uv_loop_t *loop, struct http_client *client, const struct discovery_source *sources,
		     size_t n_sources, const struct discovery_callbacks *callbacks, struct discovery **out)
{
	struct discovery *discovery = mem_calloc(1, sizeof *discovery);
	int r = 0;

	*out = NULL;
	if (!discovery)
		return UV_ENOMEM;
	*discovery = (struct discovery){ .loop = loop, .client = client, .callbacks = *callbacks };
	discovery->sources = mem_calloc(n_sources, sizeof *discovery->sources);
	if (!discovery->sources) {
		mem_free(discovery);
		return UV_ENOMEM;
	}
	for (; discovery->n_sources < n_sources && r == 0; discovery->n_sources++) {
		struct source *source = &discovery->sources[discovery->n_sources];

		source->discovery = discovery;
		source->config = &sources[discovery->n_sources];
		r = start_source(discovery, source);
	}
	if (r < 0) {
		discovery_close(discovery, NULL, NULL);
		return r;
	}
	*out = discovery;
	return 0;
}

void discovery_close(struct discovery *discovery, void (*closed_cb)(void *ctx), void *ctx)
{
	if (!discovery)
		return;
	discovery->is_closing = true;
	discovery->closed_cb = closed_cb;
	discovery->closed_ctx = ctx;
	discovery->n_open = 1; // held until every source has begun to close
	for (size_t i = 0; i < discovery->n_sources; i++) {
		struct source *source = &discovery->sources[i];

		source->is_closing = true;
		discovery->n_open += 1u + source->has_watch + (source->job != NULL);
		uv_close((uv_handle_t *)&source->timer, on_handle_closed);
		if (source->has_watch)
			uv_close((uv_handle_t *)&source->watch, on_handle_closed);
		if (source->config->kind == SOURCE_FILE_SD)
			file_sd_finish(source);
		else
			http_sd_finish(source);
	}
	one_closed(discovery);
}

size_t discovery_n_pending(const struct discovery *discovery)
{
	size_t n = 0;

	for (size_t i = 0; i < discovery->n_sources; i++)
		n += !discovery->sources[i].is_read;
	return n;
}
