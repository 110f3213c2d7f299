// SPDX-License-Identifier: Apache-2.0
/* libcurl's descriptors and its timer on the loop.
 *
 * libcurl asks to stop watching a connection at the end of every transfer and to watch it again at the next. Doing so
 * costs two epoll_ctl(2) a poll, so a connection of ours stays registered for reading while it is kept. When something
 * arrives on it meanwhile (the peer closes it, as a rule) it is taken out, and libcurl finds out when it wants to use
 * it. Only a connection that is known to stand is kept so: libcurl 7.88 closes one that never stood behind our back.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "poll/http_internal.h"

void http_handle_gone(struct http_client *client)
{
	void (*closed_cb)(void *ctx) = client->closed_cb;
	void *closed_ctx = client->closed_ctx;

	if (--client->n_handles)
		return;
	mem_free(client->watches);
	mem_free((char *)client->options.proxy);
	mem_free((char *)client->options.ca_file);
	mem_free((char *)client->options.user_agent);
	bytes_finish(&client->lanes.request);
	mem_free(client->lanes.received);
	mem_free(client);
	if (closed_cb)
		closed_cb(closed_ctx);
}

static struct http_watch *watch_of(const struct http_client *client, curl_socket_t fd)
{
	return fd >= 0 && (size_t)fd < client->n_watches ? client->watches[fd] : NULL;
}

static int reserve(struct http_client *client, size_t fd)
{
	size_t n = client->n_watches ? client->n_watches : 64;
	struct http_watch **watches;

	if (fd < client->n_watches)
		return 0;
	while (n <= fd)
		n *= 2;
	watches = mem_realloc(client->watches, n * sizeof(struct http_watch *));
	if (!watches)
		return -ENOMEM;
	for (size_t i = client->n_watches; i < n; i++)
		watches[i] = NULL;
	client->watches = watches;
	client->n_watches = n;
	return 0;
}

static struct http_watch *watch_create(struct http_client *client, curl_socket_t fd)
{
	struct http_watch *watch;

	if (reserve(client, (size_t)fd) < 0)
		return NULL;
	watch = mem_calloc(1, sizeof *watch);
	if (!watch)
		return NULL;
	*watch = (struct http_watch){ .client = client, .fd = fd };
	if (uv_poll_init(client->loop, &watch->poll, fd) < 0) {
		mem_free(watch);
		return NULL;
	}
	client->n_handles++;
	client->watches[fd] = watch;
	return watch;
}

static void watch_closed_cb(uv_handle_t *handle)
{
	struct http_watch *watch = (struct http_watch *)handle;
	struct http_client *client = watch->client;

	mem_free(watch);
	http_handle_gone(client);
}

static void watch_destroy(struct http_watch *watch)
{
	watch->client->watches[watch->fd] = NULL;
	uv_close((uv_handle_t *)&watch->poll, watch_closed_cb);
}

void http_sockets_finish(struct http_client *client)
{
	for (size_t i = 0; i < client->n_watches; i++)
		if (client->watches[i])
			watch_destroy(client->watches[i]);
}

static void poll_cb(uv_poll_t *poll, int status, int events)
{
	struct http_watch *watch = (struct http_watch *)poll;
	struct http_client *client = watch->client;
	int n_running, mask = 0;

	if (watch->is_idle) {
		uv_poll_stop(poll);
		watch->events = 0;
		return;
	}
	if (status < 0)
		mask = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		mask |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		mask |= CURL_CSELECT_OUT;
	curl_multi_socket_action(client->multi, watch->fd, mask, &n_running);
	http_client_reap(client);
}

static void watch_for(struct http_watch *watch, int events)
{
	if (watch->events == events)
		return;
	watch->events = events;
	uv_poll_start(&watch->poll, events, poll_cb);
}

static void watch_rest(struct http_watch *watch)
{
	if (!watch->is_standing) {
		watch_destroy(watch);
		return;
	}
	watch->is_idle = true;
	if (watch->events & UV_WRITABLE)
		watch_for(watch, UV_READABLE); // writable is always true: it would spin
}

// A transfer that has got past connecting wants its connection watched.
static void note_transfer(struct http_watch *watch, CURL *easy)
{
	struct http_transfer *transfer = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
	watch->transfer = transfer;
	if (!transfer)
		return;
	watch->is_standing |= transfer->is_ready;
	transfer->fd = watch->fd;
}

void http_socket_forget(struct http_transfer *transfer)
{
	struct http_watch *watch = watch_of(transfer->client, transfer->fd);

	if (watch && watch->transfer == transfer)
		watch->transfer = NULL;
	transfer->fd = -1;
}

/* Nobody will hear of this descriptor: the transfer runs into its timeout, which is our fault. To tell libcurl is no
 * way out: it would declare all of its transfers dead, drive none of them to its end, and keep pointers to them.
 */
static void note_deaf(CURL *easy)
{
	struct http_transfer *transfer = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
	if (transfer)
		transfer->socket_errno = ENOMEM;
}

static int socket_cb(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct http_client *client = ctx;
	struct http_watch *watch = watch_of(client, fd);

	(void)socket_ctx;
	if (what == CURL_POLL_REMOVE) {
		if (watch)
			watch_rest(watch);
		return 0;
	}
	if (!watch)
		watch = watch_create(client, fd);
	if (!watch) {
		note_deaf(easy);
		return 0;
	}
	watch->is_idle = false;
	note_transfer(watch, easy);
	watch_for(watch, (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0));
	return 0;
}

static void timer_fired_cb(uv_timer_t *timer)
{
	struct http_client *client = timer->data;
	int n_running;

	curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &n_running);
	http_client_reap(client);
}

static int timer_cb(CURLM *multi, long timeout_ms, void *ctx)
{
	struct http_client *client = ctx;

	(void)multi;
	if (client->is_closing)
		return 0;
	if (timeout_ms < 0)
		uv_timer_stop(&client->timer);
	else
		uv_timer_start(&client->timer, timer_fired_cb, (uint64_t)timeout_ms, 0);
	return 0;
}

/* A socket that failed to connect was closed and its number is given out again at once: libcurl sees no change and asks
 * for nothing, while epoll has forgotten the number.
 */
static void watch_again(struct http_client *client, curl_socket_t fd)
{
	struct http_watch *stale = watch_of(client, fd), *watch;

	if (!stale)
		return;
	watch_destroy(stale);
	watch = watch_create(client, fd);
	if (watch && stale->events)
		watch_for(watch, stale->events);
}

curl_socket_t http_socket_open_cb(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct http_transfer *transfer = ctx;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

	(void)purpose;
	transfer->is_resolved = true;
	if (fd < 0) {
		transfer->socket_errno = errno;
		return CURL_SOCKET_BAD;
	}
	transfer->client->n_sockets++;
	watch_again(transfer->client, fd);
	return fd;
}

int http_socket_close(struct http_client *client, int fd)
{
	client->n_sockets--;
	return close(fd);
}

// libcurl is done with the connection before it says so of the transfer: whether it can be kept is seen then.
static bool park(struct http_transfer *transfer, int fd)
{
	if (!transfer || !transfer->is_active || !transfer->is_ready || !transfer->wants_lane || transfer->fd != fd)
		return false;
	if (transfer->parked_fd >= 0) // the kept one that died under it
		http_socket_close(transfer->client, transfer->parked_fd);
	transfer->fd = -1;
	transfer->parked_fd = fd;
	return true;
}

int http_socket_close_cb(void *ctx, curl_socket_t fd)
{
	struct http_watch *watch = watch_of(ctx, fd);
	struct http_transfer *transfer = watch ? watch->transfer : NULL;

	// The watch goes first: a descriptor closed under epoll would come back as somebody else's.
	if (watch)
		watch_destroy(watch);
	return park(transfer, fd) ? 0 : http_socket_close(ctx, fd);
}

int http_sockets_init(struct http_client *client)
{
	CURLM *multi = client->multi;
	bool is_set = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_cb) == CURLM_OK;

	is_set &= curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, client) == CURLM_OK;
	is_set &= curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_cb) == CURLM_OK;
	is_set &= curl_multi_setopt(multi, CURLMOPT_TIMERDATA, client) == CURLM_OK;
	return is_set ? 0 : -EINVAL;
}
