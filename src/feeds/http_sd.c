// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "feeds/discovery_internal.h"
#include "feeds/discovery_source.h"
#include "poll/http.h"

static void name_source(const struct source *source, char *out, size_t size)
{
	snprintf(out, size, "http_sd:%s", source->config->path);
}

static void take_list(struct source *source, const char *name, const struct http_response *response)
{
	struct target_list list = { 0 };
	struct target_error error = { 0 };
	char text[400];
	int r = target_groups_parse_json(response->body ? response->body : "", response->body_len, name,
					 &source->config->labels, &list, &error);

	if (r == 0) {
		source_problem(source, name, NULL); // first: the list may be refused, which is a problem again
		source_publish(source, name, list.agents, list.n);
	} else {
		snprintf(text, sizeof text, "%s:%u:%u: %s", source->config->path, error.line, error.column,
			 r == -ENOMEM ? strerror(ENOMEM) : error.text);
		source_problem(source, name, text);
	}
	target_list_finish(&list);
}

static void on_done(const struct http_response *response, void *ctx)
{
	struct source *source = ctx;
	char name[1024], text[400];

	source->transfer = NULL;
	name_source(source, name, sizeof name);
	if (response->reason != REASON_NONE)
		snprintf(text, sizeof text, "%s: %s%s%s", source->config->path, reason_text(response->reason),
			 response->detail[0] ? ": " : "", response->detail);
	else if (response->status != 200)
		snprintf(text, sizeof text, "%s: HTTP %d, expected 200", source->config->path, response->status);
	else
		text[0] = '\0';
	if (text[0])
		source_problem(source, name, text);
	else
		take_list(source, name, response);
	source->is_read = true;
}

static void on_timer(uv_timer_t *timer)
{
	struct source *source = timer->data;
	const struct http_request request = { .url = source->config->path, .accept = "application/json" };
	char name[1024];
	int r;

	if (source->transfer)
		return; // the last one is still out, bounded by its timeout
	r = http_request_start(discovery_client(source->discovery), &request, on_done, source, &source->transfer);
	if (r < 0) {
		name_source(source, name, sizeof name);
		source_problem(source, name, strerror(-r));
	}
}

int http_sd_start(struct source *source)
{
	uint64_t refresh_ms = source->config->refresh_ms ? source->config->refresh_ms : HTTP_SD_REFRESH_MS;

	return uv_timer_start(&source->timer, on_timer, 0, refresh_ms);
}

void http_sd_finish(struct source *source)
{
	http_request_cancel(source->transfer);
	source->transfer = NULL;
}
