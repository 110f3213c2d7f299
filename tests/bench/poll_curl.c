// SPDX-License-Identifier: Apache-2.0
/* Polling as libcurl's own example for libuv does it: a new easy handle a poll, a context a socket, one timer. Only the
 * connection cache is as large as the fleet, so that connections are kept. poll_curl PORT TARGETS INTERVAL_MS SECONDS
 * PATH
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "tests/bench/pace.h"

struct naive {
	struct pace_options options;
	struct rounds rounds;
	struct window window;
	uv_loop_t loop;
	uv_timer_t curl_timer, pace_timer;
	CURLM *multi;
	uint64_t n_bytes;
};

struct socket_context {
	uv_poll_t poll;
	curl_socket_t fd;
	struct naive *naive;
};

static size_t write_cb(char *data, size_t size, size_t n, void *ctx)
{
	struct naive *naive = ctx;

	(void)data;
	naive->n_bytes += size * n;
	return size * n;
}

static void add_poll(struct naive *naive, size_t i)
{
	CURL *easy = curl_easy_init();
	char url[PACE_URL_MAX];

	pace_url(&naive->options, i, url);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write_cb);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, naive);
	curl_multi_add_handle(naive->multi, easy);
}

static void reap(struct naive *naive)
{
	CURLMsg *message;
	int n_left;

	while ((message = curl_multi_info_read(naive->multi, &n_left))) {
		CURL *easy = message->easy_handle;

		naive->window.n_polls++;
		naive->window.n_answered++; // an upper bound: the first round is over by then
		naive->window.n_failed += message->data.result != CURLE_OK;
		curl_multi_remove_handle(naive->multi, easy);
		curl_easy_cleanup(easy);
	}
}

static void poll_cb(uv_poll_t *poll, int status, int events)
{
	struct socket_context *context = poll->data;
	int flags = 0, n_running;

	(void)status;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	curl_multi_socket_action(context->naive->multi, context->fd, flags, &n_running);
	reap(context->naive);
}

static void curl_timer_cb(uv_timer_t *timer)
{
	struct naive *naive = timer->data;
	int n_running;

	curl_multi_socket_action(naive->multi, CURL_SOCKET_TIMEOUT, 0, &n_running);
	reap(naive);
}

static int set_timer(CURLM *multi, long timeout_ms, void *ctx)
{
	struct naive *naive = ctx;

	(void)multi;
	if (timeout_ms < 0)
		uv_timer_stop(&naive->curl_timer);
	else
		uv_timer_start(&naive->curl_timer, curl_timer_cb, timeout_ms ? (uint64_t)timeout_ms : 1, 0);
	return 0;
}

static void close_cb(uv_handle_t *handle)
{
	free(handle->data);
}

static int set_socket(CURL *easy, curl_socket_t fd, int action, void *ctx, void *socket_ctx)
{
	struct naive *naive = ctx;
	struct socket_context *context = socket_ctx;
	int events = 0;

	(void)easy;
	if (action == CURL_POLL_REMOVE) {
		if (!context)
			return 0;
		uv_poll_stop(&context->poll);
		uv_close((uv_handle_t *)&context->poll, close_cb);
		curl_multi_assign(naive->multi, fd, NULL);
		return 0;
	}
	if (!context) {
		context = malloc(sizeof *context);
		context->fd = fd;
		context->naive = naive;
		uv_poll_init_socket(&naive->loop, &context->poll, fd);
		context->poll.data = context;
		curl_multi_assign(naive->multi, fd, context);
	}
	if (action != CURL_POLL_IN)
		events |= UV_WRITABLE;
	if (action != CURL_POLL_OUT)
		events |= UV_READABLE;
	uv_poll_start(&context->poll, events, poll_cb);
	return 0;
}

static void pace_timer_cb(uv_timer_t *timer)
{
	struct naive *naive = timer->data;
	int64_t wait_ms;
	ptrdiff_t i;

	if (window_is_over(&naive->window)) {
		fflush(stdout);
		_Exit(0); // what is still in flight is nobody's any more
	}
	while ((i = rounds_take(&naive->rounds, pace_now_ms())) >= 0)
		add_poll(naive, (size_t)i);
	wait_ms = rounds_due_ms(&naive->rounds) - pace_now_ms();
	uv_timer_start(timer, pace_timer_cb, wait_ms > 0 ? (uint64_t)wait_ms : 0, 0);
}

int main(int argc, char **argv)
{
	static struct naive naive;

	naive.options = pace_options_read(argc, argv);
	curl_global_init(CURL_GLOBAL_ALL);
	uv_loop_init(&naive.loop);
	uv_timer_init(&naive.loop, &naive.curl_timer);
	uv_timer_init(&naive.loop, &naive.pace_timer);
	naive.curl_timer.data = naive.pace_timer.data = &naive;
	naive.multi = curl_multi_init();
	curl_multi_setopt(naive.multi, CURLMOPT_SOCKETFUNCTION, set_socket);
	curl_multi_setopt(naive.multi, CURLMOPT_SOCKETDATA, &naive);
	curl_multi_setopt(naive.multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(naive.multi, CURLMOPT_TIMERDATA, &naive);
	curl_multi_setopt(naive.multi, CURLMOPT_MAXCONNECTS, (long)naive.options.n);
	rounds_start(&naive.rounds, &naive.options, pace_now_ms());
	window_start(&naive.window, &naive.options);
	uv_timer_start(&naive.pace_timer, pace_timer_cb, 0, 0);
	return uv_run(&naive.loop, UV_RUN_DEFAULT);
}
