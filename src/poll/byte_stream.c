// SPDX-License-Identifier: Apache-2.0
/* It has a multi handle of its own: a connection that was made with CURLOPT_CONNECT_ONLY lives as long as its handle
 * does, and must not be counted among those that requests share.
 */
#include "poll/byte_stream.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "base/memory.h"
#include "poll/http_internal.h"
#include "text/text.h"

enum { KEEP_IDLE_S = 30, KEEP_AGAIN_S = 10 };

struct stream_watch {
	uv_poll_t poll; // first
	struct byte_stream *stream;
	struct stream_watch *prev, *next; // byte_stream::watches
	int fd, events;
};

struct byte_stream {
	struct http_client *client; // borrowed
	const struct byte_stream_class *class;
	void *ctx;
	CURLM *multi; // owned
	CURL *easy;   // owned
	uv_timer_t timer;
	struct stream_watch *watches;  // while it is being made: libcurl's wishes; then the one of the connection
	struct stream_watch *standing; // of those; NULL: it does not stand
	size_t n_handles;
	uint64_t began_ns;
	int socket_errno; // of socket(2)
	bool is_proxied, is_resolved, is_ready, is_closing;
	void (*closed_cb)(void *ctx);
	void *closed_ctx;
	char error[CURL_ERROR_SIZE];
};

static void handle_gone(struct byte_stream *stream)
{
	void (*closed_cb)(void *ctx) = stream->closed_cb;
	void *closed_ctx = stream->closed_ctx;

	if (--stream->n_handles)
		return;
	mem_free(stream);
	if (closed_cb)
		closed_cb(closed_ctx);
}

static void watch_closed_cb(uv_handle_t *handle)
{
	struct stream_watch *watch = (struct stream_watch *)handle;
	struct byte_stream *stream = watch->stream;

	mem_free(watch);
	handle_gone(stream);
}

static void watch_destroy(struct stream_watch *watch)
{
	struct byte_stream *stream = watch->stream;

	if (stream->standing == watch)
		stream->standing = NULL;
	DL_DELETE(stream->watches, watch);
	uv_close((uv_handle_t *)&watch->poll, watch_closed_cb);
}

static struct stream_watch *watch_of(const struct byte_stream *stream, int fd)
{
	for (struct stream_watch *watch = stream->watches; watch; watch = watch->next)
		if (watch->fd == fd)
			return watch;
	return NULL;
}

static struct stream_watch *watch_create(struct byte_stream *stream, int fd)
{
	struct stream_watch *watch = mem_calloc(1, sizeof *watch);

	if (!watch)
		return NULL;
	watch->stream = stream;
	watch->fd = fd;
	if (uv_poll_init(stream->client->loop, &watch->poll, fd) < 0) {
		mem_free(watch);
		return NULL;
	}
	stream->n_handles++;
	DL_APPEND(stream->watches, watch);
	return watch;
}

// ---- while it is being made

static void finish_libcurl(struct byte_stream *stream)
{
	if (stream->multi && stream->easy)
		curl_multi_remove_handle(stream->multi, stream->easy);
	curl_easy_cleanup(stream->easy);
	if (stream->multi)
		curl_multi_cleanup(stream->multi);
	stream->easy = NULL;
	stream->multi = NULL;
}

static void explain(const struct byte_stream *stream, CURLcode code, enum reason *reason, char *detail, size_t size)
{
	struct http_failure failure = {
		.code = code,
		.os_errno = stream->socket_errno,
		.is_proxied = stream->is_proxied,
		.is_resolved = stream->is_resolved,
		.is_ready = stream->is_ready,
		.elapsed_ms = (int64_t)((uv_hrtime() - stream->began_ns) / 1000000),
		.text = stream->error,
	};
	curl_off_t connect_us = 0;
	long os_errno = 0;

	curl_easy_getinfo(stream->easy, CURLINFO_CONNECT_TIME_T, &connect_us);
	curl_easy_getinfo(stream->easy, CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
	curl_easy_getinfo(stream->easy, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_status);
	curl_easy_getinfo(stream->easy, CURLINFO_OS_ERRNO, &os_errno);
	failure.is_connected = connect_us > 0;
	if (!failure.os_errno)
		failure.os_errno = (int)os_errno;
	*reason = http_failure_reason(&failure);
	http_failure_detail(&failure, *reason, detail, size);
}

static void standing_cb(uv_poll_t *poll, int status, int events)
{
	struct stream_watch *watch = (struct stream_watch *)poll;
	struct byte_stream *stream = watch->stream;

	if (events & UV_WRITABLE && !stream->is_closing) {
		watch->events = UV_READABLE;
		uv_poll_start(poll, UV_READABLE, standing_cb);
		stream->class->writable(stream->ctx);
	}
	if ((status < 0 || events & UV_READABLE) && !stream->is_closing)
		stream->class->readable(stream->ctx);
}

static int begin_standing(struct byte_stream *stream)
{
	curl_socket_t fd = CURL_SOCKET_BAD;
	struct stream_watch *watch;

	while (stream->watches)
		watch_destroy(stream->watches);
	uv_timer_stop(&stream->timer);
	if (curl_easy_getinfo(stream->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD)
		return -EIO;
	watch = watch_create(stream, fd);
	if (!watch)
		return -ENOMEM;
	stream->standing = watch;
	watch->events = UV_READABLE;
	return uv_poll_start(&watch->poll, UV_READABLE, standing_cb);
}

static void opened(struct byte_stream *stream, CURLcode code)
{
	char detail[REASON_DETAIL_MAX] = "";
	enum reason reason = REASON_NONE;

	if (code != CURLE_OK)
		explain(stream, code, &reason, detail, sizeof detail);
	else if (begin_standing(stream) < 0)
		reason = REASON_PROBER_OVERLOAD;
	stream->class->opened(stream->ctx, reason, detail);
}

static void reap(struct byte_stream *stream)
{
	CURLMsg *message;
	int n_left;

	while (!stream->is_closing && (message = curl_multi_info_read(stream->multi, &n_left)))
		if (message->msg == CURLMSG_DONE)
			opened(stream, message->data.result);
}

static void making_cb(uv_poll_t *poll, int status, int events)
{
	struct stream_watch *watch = (struct stream_watch *)poll;
	struct byte_stream *stream = watch->stream;
	int n_running, mask = status < 0 ? CURL_CSELECT_ERR : 0;

	if (events & UV_READABLE)
		mask |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		mask |= CURL_CSELECT_OUT;
	curl_multi_socket_action(stream->multi, watch->fd, mask, &n_running);
	reap(stream);
}

static int socket_cb(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct byte_stream *stream = ctx;
	struct stream_watch *watch = watch_of(stream, fd);
	int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);

	(void)easy;
	(void)socket_ctx;
	if (stream->standing || stream->is_closing)
		return 0;
	if (what == CURL_POLL_REMOVE) {
		if (watch)
			watch_destroy(watch);
		return 0;
	}
	if (!watch)
		watch = watch_create(stream, fd);
	if (!watch) {
		stream->socket_errno = ENOMEM; // it will not be heard of, and runs into its timeout
		return 0;
	}
	if (watch->events != events)
		uv_poll_start(&watch->poll, events, making_cb);
	watch->events = events;
	return 0;
}

static void timer_fired_cb(uv_timer_t *timer)
{
	struct byte_stream *stream = timer->data;
	int n_running;

	curl_multi_socket_action(stream->multi, CURL_SOCKET_TIMEOUT, 0, &n_running);
	reap(stream);
}

static int timer_cb(CURLM *multi, long timeout_ms, void *ctx)
{
	struct byte_stream *stream = ctx;

	(void)multi;
	if (stream->is_closing || stream->standing || timeout_ms < 0)
		uv_timer_stop(&stream->timer);
	else
		uv_timer_start(&stream->timer, timer_fired_cb, (uint64_t)timeout_ms, 0);
	return 0;
}

static curl_socket_t open_cb(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct byte_stream *stream = ctx;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	struct stream_watch *stale = fd >= 0 ? watch_of(stream, fd) : NULL;

	(void)purpose;
	stream->is_resolved = true;
	if (stale) // the number of a socket that failed is given out again, and epoll has forgotten it
		watch_destroy(stale);
	if (fd < 0)
		stream->socket_errno = errno;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int close_cb(void *ctx, curl_socket_t fd)
{
	struct stream_watch *watch = watch_of(ctx, fd);

	if (watch) // it goes first: a descriptor closed under epoll would come back as somebody else's
		watch_destroy(watch);
	return close(fd);
}

static int ready_cb(void *ctx, char *peer_ip, char *local_ip, int peer_port, int local_port)
{
	struct byte_stream *stream = ctx;

	(void)peer_ip;
	(void)local_ip;
	(void)peer_port;
	(void)local_port;
	stream->is_ready = true;
	return CURL_PREREQFUNC_OK;
}

// ---- options

static CURLcode set_callbacks(struct byte_stream *stream)
{
	CURL *easy = stream->easy;
	CURLcode code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, stream->error);

	code |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, ready_cb);
	code |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, stream);
	code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_cb);
	code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, stream);
	code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_cb);
	code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, stream);
	return code;
}

static CURLcode set_way(struct byte_stream *stream, const struct byte_stream_options *options)
{
	const char *proxy = options->unix_socket ? NULL : stream->client->options.proxy;
	CURL *easy = stream->easy;
	CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, options->url);

	stream->is_proxied = proxy != NULL;
	code |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	code |= curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, options->unix_socket);
	code |= curl_easy_setopt(easy, CURLOPT_PROXY, proxy ? proxy : "");
	code |= curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	code |= curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L); // it has to pass on what is no HTTP
	code |= curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	code |= curl_easy_setopt(easy, CURLOPT_USERAGENT, stream->client->options.user_agent);
	return code;
}

static int set_options(struct byte_stream *stream, const struct byte_stream_options *options)
{
	uint32_t timeout_ms = options->timeout_ms ? options->timeout_ms : stream->client->options.connect_timeout_ms;
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_QUICK_EXIT, 1 }, // do not wait for a resolver that hangs
		{ CURLOPT_CONNECT_ONLY, 1 },
		{ CURLOPT_FRESH_CONNECT, 1 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_TCP_NODELAY, 1 },
		{ CURLOPT_TCP_KEEPALIVE, 1 }, // a peer that has lost its power says no farewell
		{ CURLOPT_TCP_KEEPIDLE, KEEP_IDLE_S },
		{ CURLOPT_TCP_KEEPINTVL, KEEP_AGAIN_S },
		{ CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms },
	};
	CURLcode code = set_callbacks(stream);

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		code |= curl_easy_setopt(stream->easy, numbers[i].option, numbers[i].value);
	code |= set_way(stream, options);
	code |= http_options_tls(stream->client, stream->easy, &options->tls);
	return code == CURLE_OK ? 0 : -ENOMEM;
}

static int begin(struct byte_stream *stream, const struct byte_stream_options *options)
{
	int r;

	stream->multi = curl_multi_init();
	stream->easy = stream->multi ? curl_easy_init() : NULL;
	if (!stream->easy)
		return -ENOMEM;
	r = set_options(stream, options);
	if (r < 0)
		return r;
	if (curl_multi_setopt(stream->multi, CURLMOPT_SOCKETFUNCTION, socket_cb) != CURLM_OK ||
	    curl_multi_setopt(stream->multi, CURLMOPT_SOCKETDATA, stream) != CURLM_OK ||
	    curl_multi_setopt(stream->multi, CURLMOPT_TIMERFUNCTION, timer_cb) != CURLM_OK ||
	    curl_multi_setopt(stream->multi, CURLMOPT_TIMERDATA, stream) != CURLM_OK)
		return -EINVAL;
	return curl_multi_add_handle(stream->multi, stream->easy) == CURLM_OK ? 0 : -ENOMEM;
}

int byte_stream_open(struct http_client *client, const struct byte_stream_options *options,
		     const struct byte_stream_class *class, void *ctx, struct byte_stream **out)
{
	const struct http_request like = { .url = options->url, .unix_socket = options->unix_socket };
	struct byte_stream *stream;
	int r;

	*out = NULL;
	if (client->is_closing || !http_request_is_sane(&like))
		return -EINVAL;
	r = http_client_begin(client);
	if (r < 0)
		return r;
	stream = mem_calloc(1, sizeof *stream);
	if (!stream)
		return -ENOMEM;
	*stream = (struct byte_stream){ .client = client, .class = class, .ctx = ctx, .began_ns = uv_hrtime() };
	uv_timer_init(client->loop, &stream->timer);
	stream->timer.data = stream;
	stream->n_handles = 1;
	r = begin(stream, options);
	if (r < 0) {
		byte_stream_close(stream, NULL, NULL);
		return r;
	}
	*out = stream;
	return 0;
}

// ---- once it stands

static ssize_t result_of(CURLcode code, size_t n)
{
	switch (code) {
	case CURLE_OK:
		return n ? (ssize_t)n : -EPIPE;
	case CURLE_AGAIN:
		return -EAGAIN;
	case CURLE_GOT_NOTHING:
	case CURLE_UNSUPPORTED_PROTOCOL: // libcurl has seen it dead, and knows the connection no more
		return -EPIPE;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		return -ECONNRESET;
	default:
		return -EIO;
	}
}

ssize_t byte_stream_read(struct byte_stream *stream, void *out, size_t n)
{
	size_t n_read = 0;
	CURLcode code;

	if (!stream->standing)
		return -EAGAIN;
	code = curl_easy_recv(stream->easy, out, n, &n_read);
	return result_of(code, n_read);
}

ssize_t byte_stream_write(struct byte_stream *stream, const void *bytes, size_t n)
{
	size_t n_written = 0;
	CURLcode code;

	if (!stream->standing)
		return -EAGAIN;
	code = curl_easy_send(stream->easy, bytes, n, &n_written);
	return code == CURLE_OK && n_written == 0 ? -EAGAIN : result_of(code, n_written);
}

void byte_stream_await_room(struct byte_stream *stream)
{
	struct stream_watch *watch = stream->standing;

	if (!watch || watch->events & UV_WRITABLE)
		return;
	watch->events = UV_READABLE | UV_WRITABLE;
	uv_poll_start(&watch->poll, watch->events, standing_cb);
}

static void timer_closed_cb(uv_handle_t *handle)
{
	struct byte_stream *stream = handle->data;

	// Here, and not in byte_stream_close(): that may have been called from a callback below libcurl's own frames.
	finish_libcurl(stream);
	while (stream->watches)
		watch_destroy(stream->watches);
	handle_gone(stream);
}

void byte_stream_close(struct byte_stream *stream, void (*closed_cb)(void *ctx), void *ctx)
{
	if (!stream || stream->is_closing)
		return;
	stream->is_closing = true;
	stream->closed_cb = closed_cb;
	stream->closed_ctx = ctx;
	for (struct stream_watch *watch = stream->watches; watch; watch = watch->next)
		uv_poll_stop(&watch->poll);
	uv_close((uv_handle_t *)&stream->timer, timer_closed_cb);
}
