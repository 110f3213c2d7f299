// SPDX-License-Identifier: Apache-2.0
#include "drivers/http.h"

#include <errno.h>

#include "base/memory.h"
#include "drivers/http_recipe.h"
#include "drivers/http_run.h"

enum { ALL_VERBS = (1U << VERB_COUNT) - 1 };

static unsigned verbs(const struct driver *driver, const struct agent *agent)
{
	(void)driver;
	return agent->control_url ? ALL_VERBS : 0;
}

void http_driver_handle_closed(struct http_driver *driver)
{
	void (*closed)(void *ctx) = driver->closed;
	void *ctx = driver->closed_ctx;

	if (--driver->n_handles)
		return;
	mem_free(driver);
	if (closed)
		closed(ctx);
}

static void closed_cb(uv_handle_t *handle)
{
	http_driver_handle_closed(handle->data);
}

static void close_driver(struct driver *driver, void (*closed)(void *ctx), void *ctx)
{
	struct http_driver *http = (struct http_driver *)driver;

	if (http->is_closing)
		return;
	http->is_closing = true;
	http->closed = closed;
	http->closed_ctx = ctx;
	while (http->runs)
		http_run_cancel(http->runs);
	uv_close((uv_handle_t *)&http->handle, closed_cb);
}

static const struct driver_class class = {
	.name = "http",
	.verbs = verbs,
	.recipe = http_recipe,
	.begin = http_run_begin,
	.cancel = http_run_cancel,
	.close = close_driver,
};

int http_driver_create(const struct driver_options *options, struct driver **out)
{
	struct http_driver *http = mem_calloc(1, sizeof *http);

	*out = NULL;
	if (!http)
		return -ENOMEM;
	http->driver.class = &class;
	http->loop = options->loop;
	http->client = options->client;
	(void)uv_timer_init(options->loop, &http->handle); // cannot fail
	http->handle.data = http;
	http->n_handles = 1;
	*out = &http->driver;
	return 0;
}
