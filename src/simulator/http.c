// SPDX-License-Identifier: Apache-2.0
#include "simulator/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/table.h"
#include "simulator/control.h"

enum { CONN_MEMORY_BYTES = 8192, CONNS_MAX = 1 << 20 };

struct http_conn {
	struct sim_agent *agent;
	struct MHD_Connection *mhd;
	struct http_conn *prev, *next; // sim_agent::http_conns
	struct http_conn *delayed_prev, *delayed_next;
	bool is_delayed;
	uint64_t due_ms;
	// Of the request that is being answered:
	bool is_held;       // once
	bool is_too_long;   // what came with it
	struct bytes body;  // of one to /control
	struct answer late; // waits to be sent
};

static struct http_conn *conn_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void conn_started(struct simulator *sim, struct MHD_Connection *mhd, void **context)
{
	struct http_conn *conn = sim->accepting ? mem_calloc(1, sizeof *conn) : NULL;

	*context = conn;
	if (!conn)
		return; // the first request on it is refused
	conn->agent = sim->accepting;
	conn->mhd = mhd;
	bytes_init(&conn->body, CONTROL_REQUEST_MAX);
	DL_APPEND(conn->agent->http_conns, conn);
	sim->n_conns++;
}

// The next request on the connection starts anew.
static void conn_reset(struct http_conn *conn)
{
	if (conn->late.response)
		MHD_destroy_response(conn->late.response);
	conn->late = (struct answer){ 0 };
	bytes_reset(&conn->body);
	conn->is_held = conn->is_too_long = false;
}

static void conn_closed(struct simulator *sim, struct http_conn *conn)
{
	if (!conn)
		return;
	if (conn->is_delayed)
		DL_DELETE2(sim->delayed, conn, delayed_prev, delayed_next);
	DL_DELETE(conn->agent->http_conns, conn);
	sim->n_conns--;
	conn_reset(conn);
	bytes_finish(&conn->body);
	mem_free(conn);
}

static void notify_cb(void *data, struct MHD_Connection *mhd, void **context, enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		conn_started(data, mhd, context);
	else
		conn_closed(data, *context);
}

// Holds the answer back for a while; the handler is called again then.
static void delay(struct http_conn *conn, uint32_t ms)
{
	struct simulator *sim = conn->agent->sim;
	struct http_conn *at = sim->delayed ? sim->delayed->delayed_prev : NULL; // the latest

	conn->is_delayed = conn->is_held = true;
	conn->due_ms = uv_now(sim->loop) + ms;
	while (at && at->due_ms > conn->due_ms)
		at = at == sim->delayed ? NULL : at->delayed_prev;
	if (at)
		DL_APPEND_ELEM2(sim->delayed, at, conn, delayed_prev, delayed_next);
	else
		DL_PREPEND2(sim->delayed, conn, delayed_prev, delayed_next);
	MHD_suspend_connection(conn->mhd);
	simulator_wake_at(sim, conn->due_ms);
}

static enum MHD_Result queue(struct http_conn *conn, struct answer *answer)
{
	struct simulator *sim = conn->agent->sim;
	enum MHD_Result r;

	if (sim->n_conns > sim->conns_max)
		(void)MHD_add_response_header(answer->response, "Connection", "close");
	r = MHD_queue_response(conn->mhd, answer->http_status, answer->response);
	MHD_destroy_response(answer->response);
	answer->response = NULL;
	return r;
}

static int control(struct http_conn *conn, const char *method, const char *url, struct answer *out)
{
	const struct control_request request = {
		.method = method,
		.url = url,
		.key = MHD_lookup_connection_value(conn->mhd, MHD_HEADER_KIND, "Idempotency-Key"),
		.if_match = MHD_lookup_connection_value(conn->mhd, MHD_HEADER_KIND, "If-Match"),
		.body = conn->body.data,
		.n_body = conn->body.len,
	};

	return control_answer(conn->agent, &request, uv_now(conn->agent->sim->loop), clock_now().wall_ms, out);
}

// A request to /control, and what the faults of that make of it. MHD_NO ends the connection.
static enum MHD_Result reply_control(struct http_conn *conn, const char *method, const char *url)
{
	enum simulator_fault fault = conn->agent->fault;
	bool is_change = strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
	struct answer answer = { 0 };

	if (conn->late.response)
		return queue(conn, &conn->late);
	if (conn->is_held || conn->is_too_long)
		return MHD_NO;
	if (is_change && fault == SIMULATOR_FAULT_CONTROL_HANG) {
		delay(conn, conn->agent->sim->late_ms);
		return MHD_YES;
	}
	if (control(conn, method, url, &answer) < 0)
		return MHD_NO;
	if (is_change && fault == SIMULATOR_FAULT_CONTROL_LOST) {
		MHD_destroy_response(answer.response);
		return MHD_NO;
	}
	if (is_change && fault == SIMULATOR_FAULT_CONTROL_LATE) {
		conn->late = answer;
		delay(conn, conn->agent->sim->late_ms);
		return MHD_YES;
	}
	return queue(conn, &answer);
}

static enum MHD_Result reply(struct http_conn *conn, const char *method, const char *url)
{
	struct answer answer = { 0 };

	if (raw_is_for(conn->agent)) // it came for /control, and nothing else of it answers
		return MHD_NO;
	if (answer_make(conn->agent, method, url, clock_now().wall_ms, &answer) < 0)
		return MHD_NO;
	return queue(conn, &answer);
}

static void take_body(struct http_conn *conn, const char *upload, size_t n)
{
	conn->is_too_long |= bytes_add(&conn->body, upload, n) < 0;
}

// Called first with the headers, then again until there is an answer; a body is read where it is to /control.
static enum MHD_Result access_cb(void *data, struct MHD_Connection *mhd, const char *url, const char *method,
				 const char *version, const char *upload, size_t *upload_bytes, void **request)
{
	struct http_conn *conn = conn_of(mhd);
	bool is_control = control_is_path(url);

	(void)data;
	(void)version;
	if (!conn)
		return MHD_NO;
	if (!*request) {
		*request = conn;
		conn_reset(conn);
		if (!is_control && (conn->agent->fault == SIMULATOR_FAULT_SLOW || life_is_slow(&conn->agent->life)))
			delay(conn, conn->agent->sim->slow_ms);
		return MHD_YES;
	}
	if (*upload_bytes) {
		if (is_control)
			take_body(conn, upload, *upload_bytes);
		*upload_bytes = 0;
		return MHD_YES;
	}
	return is_control ? reply_control(conn, method, url) : reply(conn, method, url);
}

static void pump(struct simulator *sim);

static void daemon_timer_cb(uv_timer_t *timer)
{
	pump(timer->data);
}

static void daemon_poll_cb(uv_poll_t *handle, int status, int events)
{
	(void)status;
	(void)events;
	pump(handle->data);
}

static void pump(struct simulator *sim)
{
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	(void)MHD_run(sim->daemon);
	if (MHD_get_timeout(sim->daemon, &timeout_ms) == MHD_YES)
		uv_timer_start(&sim->daemon_timer, daemon_timer_cb, timeout_ms, 0);
	else
		uv_timer_stop(&sim->daemon_timer);
}

static void closed_cb(uv_handle_t *handle)
{
	simulator_handle_closed(handle->data);
}

static int start_handles(struct simulator *sim, int epoll_fd)
{
	int r = uv_poll_init(sim->loop, &sim->daemon_poll, epoll_fd);

	if (r < 0)
		return r;
	(void)uv_timer_init(sim->loop, &sim->daemon_timer); // cannot fail
	sim->daemon_poll.data = sim;
	sim->daemon_timer.data = sim;
	sim->n_handles += 2;
	return uv_poll_start(&sim->daemon_poll, UV_READABLE, daemon_poll_cb);
}

static void fail(struct simulator *sim, const char *why)
{
	if (sim->has_failed)
		return;
	sim->has_failed = true;
	log_line(LOG_ERROR, "libmicrohttpd cannot be loaded: %s", why);
	if (sim->failed)
		sim->failed(sim->ctx, why);
}

static int http_start(struct simulator *sim)
{
	const union MHD_DaemonInfo *info;
	size_t n_before = sim->n_handles;
	char why[LIBRARY_WHY_MAX];
	int r = libmicrohttpd_load(why);

	if (r < 0) {
		fail(sim, why);
		return r;
	}
	sim->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
				       NULL, access_cb, sim, MHD_OPTION_NOTIFY_CONNECTION, notify_cb, sim,
				       MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNS_MAX,
				       MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONN_MEMORY_BYTES, MHD_OPTION_END);
	if (!sim->daemon)
		return -ENOMEM;
	info = MHD_get_daemon_info(sim->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	r = info ? start_handles(sim, info->epoll_fd) : -ENOSYS;
	if (r < 0 && sim->n_handles == n_before) {
		MHD_stop_daemon(sim->daemon);
		sim->daemon = NULL;
	}
	return r;
}

void http_stop(struct simulator *sim)
{
	if (!sim->daemon)
		return;
	uv_poll_stop(&sim->daemon_poll);
	http_resume_due(sim, UINT64_MAX);
	MHD_stop_daemon(sim->daemon);
	sim->daemon = NULL;
	uv_close((uv_handle_t *)&sim->daemon_poll, closed_cb);
	uv_close((uv_handle_t *)&sim->daemon_timer, closed_cb);
}

int http_take(struct sim_agent *agent, int fd, const struct sockaddr_in *peer)
{
	struct simulator *sim = agent->sim;
	int err = sim->daemon ? 0 : http_start(sim);
	enum MHD_Result r;

	if (err < 0) {
		close(fd);
		return err;
	}
	sim->accepting = agent;
	r = MHD_add_connection(sim->daemon, fd, (const struct sockaddr *)peer, sizeof *peer); // closes fd if it fails
	sim->accepting = NULL;
	return r == MHD_YES ? 0 : -ENOMEM;
}

// What is suspended sees nothing: it is resumed at the next turn.
static void hurry(struct http_conn *conn)
{
	struct simulator *sim = conn->agent->sim;

	DL_DELETE2(sim->delayed, conn, delayed_prev, delayed_next);
	conn->due_ms = 0;
	DL_PREPEND2(sim->delayed, conn, delayed_prev, delayed_next);
	simulator_wake_at(sim, 0);
}

void http_end_all(struct sim_agent *agent)
{
	struct http_conn *conn;

	DL_FOREACH(agent->http_conns, conn) {
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(conn->mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

		if (info)
			shutdown(info->connect_fd, SHUT_RDWR); // libmicrohttpd sees the end, and closes
		if (conn->is_delayed)
			hurry(conn);
	}
}

// Resuming does not make the epoll descriptor readable when the loop is ours, so the daemon is run at once.
uint64_t http_resume_due(struct simulator *sim, uint64_t now_ms)
{
	bool is_any = false;

	for (; sim->delayed && sim->delayed->due_ms <= now_ms; is_any = true) {
		struct http_conn *conn = sim->delayed;

		DL_DELETE2(sim->delayed, conn, delayed_prev, delayed_next);
		conn->is_delayed = false;
		MHD_resume_connection(conn->mhd);
	}
	if (is_any)
		pump(sim);
	return sim->delayed ? sim->delayed->due_ms : UINT64_MAX;
}
