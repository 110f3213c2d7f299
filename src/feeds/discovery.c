// SPDX-License-Identifier: Apache-2.0
#include "feeds/discovery.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "feeds/discovery_internal.h"
#include "feeds/discovery_source.h"
#include "text/text.h"

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

// NULL for want of memory.
static struct source_list *list_of(struct source *source, const char *name)
{
	struct source_list *lists;

	for (size_t i = 0; i < source->n_lists; i++)
		if (strcmp(source->lists[i].name, name) == 0)
			return &source->lists[i];
	lists = mem_realloc(source->lists, (source->n_lists + 1) * sizeof *lists);
	if (!lists)
		return NULL;
	source->lists = lists;
	lists[source->n_lists] = (struct source_list){ .name = mem_strdup(name) };
	return lists[source->n_lists].name ? &lists[source->n_lists++] : NULL;
}

static void finish_lists(struct source *source)
{
	for (size_t i = 0; i < source->n_lists; i++) {
		mem_free(source->lists[i].name);
		mem_free(source->lists[i].problem);
	}
	mem_free(source->lists);
}

void source_publish(struct source *source, const char *name, struct agent *const *agents, size_t n)
{
	const struct discovery_callbacks *callbacks = &source->discovery->callbacks;
	struct source_list *list = list_of(source, name);

	if (list)
		list->was_read = true;
	if (!source->discovery->is_closing)
		callbacks->list(callbacks->ctx, name, agents, n);
}

static void tell(struct source *source, const char *name, const char *text, bool is_empty)
{
	const struct discovery_callbacks *callbacks = &source->discovery->callbacks;
	struct source_list *list = list_of(source, name);
	const char *fate = is_empty                 ? ""
			   : list && list->was_read ? "; the old list is kept"
						    : "; its agents are not known";
	char whole[500] = "", clean[500];

	source->is_read = true;
	if (source->discovery->is_closing || !list || strcmp(list->problem ? list->problem : "", text ? text : "") == 0)
		return;
	mem_free(list->problem);
	list->problem = text ? mem_strdup(text) : NULL;
	if (text)
		snprintf(whole, sizeof whole, "%s%s", text, fate);
	text_clean(whole, text ? strlen(whole) : 0, TEXT_ONE_LINE, clean, sizeof clean,
		   NULL); // a file's name is anything
	callbacks->problem(callbacks->ctx, &(struct discovery_problem){ .source = name,
									.text = text ? clean : NULL,
									.is_empty = is_empty,
									.was_read = list->was_read });
}

void source_problem(struct source *source, const char *name, const char *text)
{
	tell(source, name, text, false);
}

void source_finds_nothing(struct source *source, const char *name)
{
	tell(source, name, "no file matches", true);
}

void source_forget(struct source *source, const char *name)
{
	for (size_t i = 0; i < source->n_lists; i++) {
		struct source_list *list = &source->lists[i];

		if (strcmp(list->name, name) != 0)
			continue;
		mem_free(list->name);
		mem_free(list->problem);
		*list = source->lists[--source->n_lists];
		return;
	}
}

static void one_closed(struct discovery *discovery)
{
	if (--discovery->n_open)
		return;
	if (discovery->closed_cb)
		discovery->closed_cb(discovery->closed_ctx);
	for (size_t i = 0; i < discovery->n_sources; i++)
		finish_lists(&discovery->sources[i]);
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
