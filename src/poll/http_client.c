// SPDX-License-Identifier: Apache-2.0
#include "poll/http.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "base/memory.h"
#include "poll/http_internal.h"
#include "text/text.h"

static const struct http_limits default_limits = {
	.max_body_bytes = 16 << 20,
	.max_wire_bytes = 4 << 20,
	.max_header_bytes = 64 << 10,
	.max_headers = 200,
};

enum {
	DEFAULT_CONNECT_TIMEOUT_MS = 2000,
	DEFAULT_TIMEOUT_MS = 5000,
	DEFAULT_MAX_KEPT = 64,
	DEFAULT_LOW_SPEED_S = 20,
};

static uint32_t number_or(uint32_t value, uint32_t fallback)
{
	return value ? value : fallback;
}

static uint64_t size_or(uint64_t value, uint64_t fallback)
{
	return value ? value : fallback;
}

static int copy_options(struct http_options *to, const struct http_options *from)
{
	*to = *from;
	to->limits.max_body_bytes = size_or(from->limits.max_body_bytes, default_limits.max_body_bytes);
	to->limits.max_wire_bytes = size_or(from->limits.max_wire_bytes, default_limits.max_wire_bytes);
	to->limits.max_header_bytes = number_or(from->limits.max_header_bytes, default_limits.max_header_bytes);
	to->limits.max_headers = number_or(from->limits.max_headers, default_limits.max_headers);
	to->connect_timeout_ms = number_or(from->connect_timeout_ms, DEFAULT_CONNECT_TIMEOUT_MS);
	to->timeout_ms = number_or(from->timeout_ms, DEFAULT_TIMEOUT_MS);
	to->low_speed_s = number_or(from->low_speed_s, DEFAULT_LOW_SPEED_S);
	to->max_kept = number_or(from->max_kept, DEFAULT_MAX_KEPT);
	to->proxy = mem_strdup(from->proxy);
	to->ca_file = mem_strdup(from->ca_file);
	to->user_agent = mem_strdup(from->user_agent ? from->user_agent : "opscon/" OPSCON_VERSION);
	return (to->proxy || !from->proxy) && (to->ca_file || !from->ca_file) && to->user_agent ? 0 : -ENOMEM;
}

// Where libcurl was built to look for authorities: it forgets that once an agent's own has been set.
static int read_default_ca(struct http_client *client)
{
	CURL *easy = curl_easy_init();
	char *file = NULL, *path = NULL;

	if (!easy)
		return -ENOMEM;
	curl_easy_getinfo(easy, CURLINFO_CAINFO, &file);
	curl_easy_getinfo(easy, CURLINFO_CAPATH, &path);
	client->default_ca_file = file;
	client->default_ca_path = path;
	curl_easy_cleanup(easy);
	return 0;
}

static void free_transfers(struct http_client *client)
{
	while (client->idle) {
		struct http_transfer *transfer = client->idle;

		LL_DELETE(client->idle, transfer);
		http_transfer_free(transfer);
	}
}

static void end_libcurl(struct http_client *client)
{
	if (!client->has_libcurl)
		return;
	if (client->multi)
		curl_multi_cleanup(client->multi); // closes the connections, and thereby their watches
	curl_global_cleanup();
	client->multi = NULL;
	client->has_libcurl = false;
}

static void timer_closed_cb(uv_handle_t *handle)
{
	struct http_client *client = handle->data;

	// Here, and not in http_client_close(): that may have been called from a callback that libcurl's stack waits
	// for.
	free_transfers(client);
	end_libcurl(client);
	http_sockets_finish(client);
	http_handle_gone(client);
}

void http_client_close(struct http_client *client, void (*closed_cb)(void *ctx), void *ctx)
{
	if (!client || client->is_closing)
		return;
	client->is_closing = true;
	client->closed_cb = closed_cb;
	client->closed_ctx = ctx;
	while (client->active)
		http_request_cancel(client->active);
	http_lanes_close(client);
	uv_close((uv_handle_t *)&client->timer, timer_closed_cb);
}

int http_client_create(uv_loop_t *loop, const struct http_options *options, struct http_client **out)
{
	static const struct http_options defaults = { 0 };
	struct http_client *client = mem_calloc(1, sizeof *client);
	int r, r_lanes;

	*out = NULL;
	if (!client)
		return -ENOMEM;
	client->loop = loop;
	ring_init(&client->stalled_ring, HTTP_STALLED_MAX);
	r = uv_timer_init(loop, &client->timer);
	client->timer.data = client;
	client->n_handles = 1;
	r_lanes = http_lanes_init(client);
	if (r == 0)
		r = r_lanes;
	if (r == 0)
		r = copy_options(&client->options, options ? options : &defaults);
	if (r < 0) {
		http_client_close(client, NULL, NULL);
		return r;
	}
	*out = client;
	return 0;
}

// Tried with every request: whoever installs it need not start us again. Said once.
static int load(struct http_client *client)
{
	bool is_known = client->trouble[0];
	char why[LIBRARY_WHY_MAX];
	int r = libcurl_load(why);

	text_clean(why, strlen(why), TEXT_ONE_LINE, client->trouble, sizeof client->trouble, NULL);
	if (r < 0 && !is_known)
		log_line(LOG_ERROR, "libcurl cannot be loaded: %s", client->trouble);
	return r;
}

const char *http_client_trouble(const struct http_client *client)
{
	return client->trouble;
}

int http_client_begin(struct http_client *client)
{
	int r = client->multi ? 0 : load(client);

	if (r < 0 || client->multi)
		return r;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return -ENOMEM;
	client->has_libcurl = true;
	client->multi = curl_multi_init();
	if (!client->multi)
		r = -ENOMEM;
	if (r == 0)
		r = read_default_ca(client);
	if (r == 0)
		r = http_sockets_init(client);
	if (r < 0) {
		end_libcurl(client);
		return r;
	}
	curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	http_client_set_max_kept(client, client->options.max_kept);
	return 0;
}

void http_client_set_max_kept(struct http_client *client, uint32_t max_kept)
{
	client->options.max_kept = max_kept;
	http_lanes_trim(client);
	if (client->multi)
		curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)max_kept);
}

size_t http_client_in_flight(const struct http_client *client)
{
	return client->n_active;
}

void http_client_reap(struct http_client *client)
{
	CURLMsg *message;
	int n_left;

	while (!client->is_closing && (message = curl_multi_info_read(client->multi, &n_left))) {
		struct http_transfer *transfer = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
		http_transfer_finish(transfer, message->data.result);
	}
}
