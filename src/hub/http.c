// SPDX-License-Identifier: Apache-2.0
/* libmicrohttpd on our loop: its epoll descriptor is watched, its timeouts are kept. It is given connections that were
 * accepted here, so that what comes in is counted and known before a byte of it is read.
 */
#include "hub/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"

enum { CONN_MEMORY_BYTES = 16384, CONNS_MAX = 1 << 17, REQUEST_S = 30 };

void hub_conn_slot_end(struct hub *hub, bool *has_slot, uint32_t slot)
{
	if (*has_slot)
		access_knock_end(hub->access, slot);
	*has_slot = false;
}

void hub_conn_free(struct hub_conn *conn)
{
	hub_conn_slot_end(conn->http->hub, &conn->has_slot, conn->slot);
	if (conn->is_counted)
		access_peer_goes(conn->http->hub->access, conn->cred.uid);
	if (conn->has_identity)
		access_identity_finish(&conn->identity);
	mem_free(conn->target);
	mem_free(conn);
}

static struct hub_conn *conn_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void on_connection(void *ctx, struct MHD_Connection *mhd, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct hub_http *http = ctx;
	struct hub *hub = http->hub;
	struct hub_conn *conn = code == MHD_CONNECTION_NOTIFY_STARTED ? hub->accepting : *context;

	if (!conn)
		return;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = conn;
		conn->mhd = mhd;
		hub->accepting = NULL;
		DL_APPEND(hub->conns, conn);
	} else {
		DL_DELETE(hub->conns, conn);
		hub_conn_free(conn);
	}
}

// Called with the first line of each request.
static void *on_target(void *ctx, const char *target, struct MHD_Connection *mhd)
{
	struct hub_conn *conn = conn_of(mhd);

	(void)ctx;
	if (conn) {
		mem_free(conn->target);
		conn->target = mem_strdup(target);
	}
	return NULL;
}

// Nothing that is served takes a body: the answer comes with the head, and a body is not waited for.
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *mhd, const char *url, const char *method,
				  const char *version, const char *upload, size_t *n_upload, void **request)
{
	struct hub_conn *conn = conn_of(mhd);

	(void)ctx;
	(void)upload;
	(void)n_upload;
	if (!conn || !conn->target || *request)
		return MHD_NO;
	*request = conn;
	return hub_route(conn, url, method, version);
}

static void run(struct hub_http *http);

static void on_timer(uv_timer_t *timer)
{
	run(timer->data);
}

static void run(struct hub_http *http)
{
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	(void)MHD_run(http->mhd);
	if (MHD_get_timeout(http->mhd, &timeout_ms) == MHD_YES)
		uv_timer_start(&http->timer, on_timer, timeout_ms, 0);
	else
		uv_timer_stop(&http->timer);
}

void hub_http_run(struct hub_http *http)
{
	if (http->is_started)
		run(http);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	run(poll->data);
}

static struct MHD_Daemon *start_daemon(struct hub_http *http)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_UPGRADE, 0, NULL, NULL, on_request,
				http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_URI_LOG_CALLBACK,
				on_target, http, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNS_MAX,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)REQUEST_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				(size_t)CONN_MEMORY_BYTES, MHD_OPTION_END);
}

static void on_closed(uv_handle_t *handle)
{
	struct hub_http *http = handle->data;

	hub_handle_closed(http->hub);
}

int hub_http_start(struct hub_http *http, struct hub *hub, char why[HUB_WHY_MAX])
{
	const union MHD_DaemonInfo *info;
	int r;

	http->hub = hub;
	http->mhd = start_daemon(http);
	if (!http->mhd) {
		snprintf(why, HUB_WHY_MAX, "HTTP does not start");
		return -EINVAL;
	}
	info = MHD_get_daemon_info(http->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	r = info ? uv_poll_init(hub->loop, &http->poll, info->epoll_fd) : -ENOSYS;
	if (r < 0) {
		MHD_stop_daemon(http->mhd);
		http->mhd = NULL;
		snprintf(why, HUB_WHY_MAX, "HTTP does not start: %s", strerrordesc_np(-r));
		return r;
	}
	(void)uv_timer_init(hub->loop, &http->timer); // cannot fail
	http->poll.data = http->timer.data = http;
	http->is_started = true;
	hub_handle_opened(hub);
	hub_handle_opened(hub);
	return uv_poll_start(&http->poll, UV_READABLE, on_poll);
}

void hub_http_stop(struct hub_http *http)
{
	if (!http->is_started)
		return;
	http->is_started = false;
	uv_poll_stop(&http->poll);
	MHD_stop_daemon(http->mhd);
	http->mhd = NULL;
	uv_close((uv_handle_t *)&http->poll, on_closed);
	uv_close((uv_handle_t *)&http->timer, on_closed);
}

int hub_http_take(struct hub_conn *conn)
{
	struct hub_http *http = conn->http;
	struct hub *hub = http->hub;
	enum MHD_Result r;

	hub->accepting = conn;
	r = MHD_add_connection(http->mhd, conn->fd, (const struct sockaddr *)&conn->from,
			       conn->n_from); // closes the descriptor if it fails
	if (hub->accepting == conn)           // it did not begin
		hub_conn_free(conn);
	hub->accepting = NULL;
	if (r != MHD_YES)
		return -ENOMEM;
	run(http);
	return 0;
}

void hub_http_sweep(struct hub *hub, int64_t now_ms)
{
	for (struct hub_conn *conn = hub->conns; conn; conn = conn->next) {
		if (conn->is_upgraded || now_ms < conn->deadline_ms)
			continue;
		conn->deadline_ms = INT64_MAX;
		(void)shutdown(conn->fd, SHUT_RDWR); // libmicrohttpd sees the end, and closes
	}
}
