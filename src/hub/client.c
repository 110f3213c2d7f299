// SPDX-License-Identifier: Apache-2.0
/* A client's life and its socket. It ends in one place, hub_client_end(), and never inside a call of its websocket: who
 * finds something wrong there closes, and what is left is done when the call has come back.
 */
#include "hub/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "fleet/snapshot.h"

enum { READ_BYTES = 16384, READS_A_TURN = 4, WRITES_A_TURN = 4, PARTS = 64, FLUSH_MS = 3 };

static void on_poll(uv_poll_t *poll, int status, int events);
static int take(struct hub_client *client);

// What the socket is watched for: a client whose own output waits is not read from.
static void watch(struct hub_client *client)
{
	int events = websocket_pending(client->ws) < HUB_UNREAD_MAX ? UV_READABLE : 0;

	events |= client->is_polling_out ? UV_WRITABLE : 0;
	if (events == client->watched)
		return;
	client->watched = events;
	(void)uv_poll_start(&client->poll, events, on_poll);
}

void hub_client_touch(struct hub_client *client)
{
	struct hub *hub = client->hub;

	// One whose socket is full is woken by the socket.
	if (client->is_dirty || client->is_polling_out || client->state == CLIENT_GONE)
		return;
	client->is_dirty = true;
	DL_APPEND2(hub->dirty, client, dirty_prev, dirty_next);
}

static void untouch(struct hub_client *client)
{
	if (!client->is_dirty)
		return;
	client->is_dirty = false;
	DL_DELETE2(client->hub->dirty, client, dirty_prev, dirty_next);
}

// ---- writing

static void note_blocked(struct hub_client *client, int64_t now_ms)
{
	client->is_behind = client->is_polling_out = true;
	if (!client->stuck_ms)
		client->stuck_ms = now_ms;
}

static void note_idle(struct hub_client *client)
{
	client->stuck_ms = 0;
	client->is_behind = client->is_polling_out = false;
}

// Sends what there is, for one turn. 0; -EAGAIN: there is more; other negative errno: the connection is broken.
static int flush(struct hub_client *client)
{
	int64_t now_ms = hub_now().mono_ms;
	int n_turns = client->state == CLIENT_SNAPSHOT ? 1 : WRITES_A_TURN;

	for (int i = 0; i < n_turns; i++) {
		struct iovec parts[PARTS];
		struct msghdr message = { .msg_iov = parts };
		ssize_t n;

		hub_client_fill(client);
		message.msg_iovlen = websocket_output(client->ws, parts, PARTS);
		if (message.msg_iovlen == 0) {
			note_idle(client);
			return hub_client_waits(client) ? -EAGAIN : 0;
		}
		n = sendmsg(client->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			note_blocked(client, now_ms);
			return 0;
		}
		if (n < 0)
			return -errno;
		websocket_written(client->ws, (size_t)n);
		client->hub->counters.n_bytes_out += (uint64_t)n;
		client->stuck_ms = 0;
	}
	return -EAGAIN;
}

/* A thousand agents that are found at once are more than a queue holds, and its client is not slow for it: what its
 * socket takes is sent in the middle of it all. What goes wrong then shows again in its next turn.
 */
bool hub_client_drain(struct hub_client *client)
{
	size_t n = client->outbox.n_bytes;

	if (client->is_polling_out)
		return false;
	client->is_draining = true;
	(void)flush(client);
	client->is_draining = false;
	watch(client);
	return client->outbox.n_bytes < n;
}

/* Who leaves says so and closes at once; what was still on the way to it makes an error of that here, which comes
 * before its words are read. They are read all the same.
 */
static void end_broken(struct hub_client *client)
{
	(void)take(client);
	hub_client_end(client);
}

static void go_on(struct hub_client *client)
{
	int r = flush(client);

	if (r == -EAGAIN) {
		hub_client_touch(client); // its next turn comes after everybody else's
	} else if (r < 0) {
		end_broken(client);
		return;
	} else if (websocket_is_over(client->ws)) {
		hub_client_end(client);
		return;
	}
	watch(client);
}

static void spin(uv_idle_t *idle)
{
	(void)idle; // keeps the loop from waiting
}

// Those whose turn it is: who is told news, or who is told how it stands, while there is time for that.
static struct hub_client *give_turns(struct hub_client *todo, bool is_news, int64_t until_ms)
{
	struct hub_client *rest = NULL, *client;

	while ((client = todo)) {
		DL_DELETE2(todo, client, dirty_prev, dirty_next);
		if ((client->state != CLIENT_SNAPSHOT) != is_news || (!is_news && hub_now().mono_ms >= until_ms)) {
			DL_APPEND2(rest, client, dirty_prev, dirty_next);
			continue;
		}
		client->is_dirty = false;
		go_on(client);
	}
	return rest;
}

/* Everybody who has something to be sent. Snapshots are made when there is time: hundreds that come at once, after the
 * hub has been away, must not hold up the polling or the news.
 */
void hub_clients_flush(struct hub *hub)
{
	int64_t until_ms = hub_now().mono_ms + FLUSH_MS;
	struct hub_client *todo = hub->dirty;

	hub->dirty = NULL;
	todo = give_turns(todo, true, until_ms);
	todo = give_turns(todo, false, until_ms);
	DL_CONCAT2(todo, hub->dirty, dirty_prev, dirty_next); // who had no turn is first the next time
	hub->dirty = todo;
	if (hub->dirty && !uv_is_active((uv_handle_t *)&hub->idle))
		uv_idle_start(&hub->idle, spin);
	else if (!hub->dirty)
		uv_idle_stop(&hub->idle);
}

// ---- reading

// It has closed, or broken a rule: nothing more is queued for it.
static void note_closing(struct hub_client *client, int error)
{
	if (client->state == CLIENT_CLOSING || !websocket_is_closing(client->ws))
		return;
	if (error)
		snprintf(client->end_reason, sizeof client->end_reason, "it broke a rule of WebSocket (%u)",
			 websocket_sent_code(client->ws));
	hub_client_queue_finish(client);
	client->state = CLIENT_CLOSING;
	client->deadline_ms = hub_now().mono_ms + HUB_CLOSE_MS;
}

// 0; -EPIPE: it has ended.
static int take(struct hub_client *client)
{
	char bytes[READ_BYTES];

	for (int i = 0; i < READS_A_TURN; i++) {
		ssize_t n = recv(client->fd, bytes, sizeof bytes, MSG_DONTWAIT);
		int r;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n <= 0)
			return -EPIPE;
		client->heard_ms = client->moved_ms = hub_now().mono_ms;
		r = websocket_take(client->ws, bytes, (size_t)n);
		if (r == -ENOMEM)
			return -EPIPE;
		note_closing(client, r);
		if (websocket_pending(client->ws) >= HUB_UNREAD_MAX)
			return 0;
	}
	return 0;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct hub_client *client = poll->data;

	if (status < 0) {
		end_broken(client);
		return;
	}
	if (events & UV_READABLE && take(client) < 0) {
		hub_client_end(client);
		return;
	}
	if (events & UV_WRITABLE)
		client->is_polling_out = false;
	hub_client_touch(client);
}

static void on_message(void *ctx, const char *bytes, size_t n, bool is_text)
{
	struct hub_client *client = ctx;

	client->hub->counters.n_messages_in++;
	if (client->state == CLIENT_CLOSING || client->state == CLIENT_GONE)
		return;
	if (is_text)
		hub_client_message(client, bytes, n);
	else
		hub_client_close(client, WIRE_ERROR_PROTOCOL, "a binary message");
}

// ---- the end

void hub_client_close(struct hub_client *client, enum wire_error_code code, const char *why)
{
	static const uint16_t codes[WIRE_ERROR_COUNT] = {
		[WIRE_ERROR_PROTOCOL] = WEBSOCKET_PROTOCOL, [WIRE_ERROR_VERSION] = WEBSOCKET_POLICY,
		[WIRE_ERROR_AUTH] = WEBSOCKET_POLICY,       [WIRE_ERROR_DENIED] = WEBSOCKET_POLICY,
		[WIRE_ERROR_LIMIT] = WEBSOCKET_POLICY,      [WIRE_ERROR_SLOW] = WEBSOCKET_POLICY,
		[WIRE_ERROR_IDLE] = WEBSOCKET_GOING_AWAY,   [WIRE_ERROR_SHUTDOWN] = WEBSOCKET_GOING_AWAY,
		[WIRE_ERROR_INTERNAL] = WEBSOCKET_INTERNAL,
	};
	struct bytes message;

	if (client->state == CLIENT_CLOSING || client->state == CLIENT_GONE)
		return;
	snprintf(client->end_reason, sizeof client->end_reason, "%s: %s", wire_error_name(code), why);
	hub_client_queue_finish(client);
	bytes_init(&message, WIRE_WHY_MAX * 8);
	if (wire_error_write(code, why, &message) == 0)
		(void)hub_client_send(client, &message);
	bytes_finish(&message);
	(void)websocket_close(client->ws, codes[code], why);
	client->state = CLIENT_CLOSING;
	client->deadline_ms = hub_now().mono_ms + HUB_CLOSE_MS;
	hub_client_touch(client);
}

static void on_closed(uv_handle_t *handle)
{
	struct hub_client *client = handle->data;
	struct hub *hub = client->hub;

	websocket_destroy(client->ws);
	access_identity_finish(&client->identity);
	mem_free(client);
	hub_handle_closed(hub);
}

static const char *end_reason(const struct hub_client *client)
{
	if (client->end_reason[0])
		return client->end_reason;
	return websocket_close_code(client->ws) == WEBSOCKET_ABNORMAL ? "the connection broke" : "it has left";
}

void hub_client_end(struct hub_client *client)
{
	struct hub *hub = client->hub;

	if (client->state == CLIENT_GONE)
		return;
	client->state = CLIENT_GONE;
	untouch(client);
	hub_client_queue_finish(client);
	DL_DELETE(hub->clients, client);
	hub_conn_slot_end(hub, &client->has_slot, client->slot);
	if (client->has_session) {
		struct instant now = hub_now();

		hub->n_clients--;
		hub_client_leave(client);
		access_end(hub->access, &client->identity, end_reason(client), now);
		log_line(LOG_INFO, "session %u, %s, %s: ended: %s", client->session, client->identity.name,
			 client->identity.origin, end_reason(client));
		if (hub->n_clients == 0)
			hub->cold_at_ms = now.mono_ms + HUB_KEPT_WARM_MS;
	}
	uv_poll_stop(&client->poll);
	uv_close((uv_handle_t *)&client->poll, on_closed);
	(void)MHD_upgrade_action(client->upgraded, MHD_UPGRADE_ACTION_CLOSE);
	hub_http_run(client->http);
}

// ---- the clock

static bool is_idle(const struct hub_client *client, int64_t now_ms)
{
	return now_ms - client->moved_ms >= client->hub->config.idle_ms;
}

static void ping(struct hub_client *client, int64_t now_ms)
{
	int64_t patience_ms =
		client->hub->config.idle_ms / 2 < HUB_PING_MS ? client->hub->config.idle_ms / 2 : HUB_PING_MS;

	if (now_ms - client->heard_ms < patience_ms || now_ms - client->pinged_ms < patience_ms)
		return;
	client->pinged_ms = now_ms;
	(void)websocket_ping(client->ws);
	hub_client_touch(client);
}

void hub_client_tick(struct hub_client *client, struct instant now)
{
	if ((client->state == CLIENT_NEW || client->state == CLIENT_CLOSING) && now.mono_ms >= client->deadline_ms) {
		if (client->state == CLIENT_NEW)
			hub_client_close(client, WIRE_ERROR_AUTH, "it did not say hello in time");
		else
			hub_client_end(client);
	} else if (client->stuck_ms && now.mono_ms - client->stuck_ms >= HUB_STUCK_MS) {
		snprintf(client->end_reason, sizeof client->end_reason, "slow: it has taken nothing for %d s",
			 HUB_STUCK_MS / 1000);
		client->hub->counters.n_disconnected_slow++;
		access_refused(client->hub->access, &client->identity, "stream", client->end_reason, now);
		hub_client_end(client); // nothing would come through any more
	} else if (client->state == CLIENT_SNAPSHOT || client->state == CLIENT_LIVE) {
		ping(client, now.mono_ms);
		hub_presence_tick(client, now.mono_ms);
		if (now.mono_ms >= client->hub->swept_ms && is_idle(client, now.mono_ms))
			hub_client_close(client, WIRE_ERROR_IDLE, "nothing came or went for too long");
	}
}

struct hub_client *hub_client_find(struct hub *hub, uint32_t session)
{
	struct hub_client *client;

	DL_FOREACH(hub->clients, client) {
		if (client->has_session && client->session == session)
			return client;
	}
	return NULL;
}

// ---- the beginning

static int open_socket(struct hub_client *client, const char *extra, size_t n_extra)
{
	static const struct websocket_class class = { .message = on_message };
	const struct websocket_options options = {
		.role = WEBSOCKET_SERVER,
		.message_bytes_max = client->hub->config.message_bytes,
		.class = &class,
		.ctx = client,
	};
	int flags = fcntl(client->fd, F_GETFL), r = websocket_create(&options, &client->ws);

	if (r < 0)
		return r;
	(void)fcntl(client->fd, F_SETFL, flags | O_NONBLOCK);
	r = uv_poll_init(client->hub->loop, &client->poll, client->fd);
	if (r < 0) {
		websocket_destroy(client->ws);
		return r;
	}
	client->poll.data = client;
	hub_handle_opened(client->hub);
	DL_APPEND(client->hub->clients, client);
	if (n_extra && websocket_take(client->ws, extra, n_extra) == -ENOMEM)
		hub_client_close(client, WIRE_ERROR_INTERNAL, "out of memory");
	watch(client);
	hub_client_touch(client);
	return 0;
}

// libmicrohttpd lets the kernel wait for more before it sends: for what is told as it happens that is 40 ms too late.
static void send_at_once(const struct hub_conn *conn)
{
	int on = 1, off = 0;

	if (conn->is_unix)
		return;
	(void)setsockopt(conn->fd, IPPROTO_TCP, TCP_CORK, &off,
			 sizeof off); // with TLS this is not the client's descriptor
	(void)setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int hub_client_create(struct hub *hub, struct hub_conn *conn, int fd, struct MHD_UpgradeResponseHandle *upgraded,
		      const char *extra, size_t n_extra)
{
	struct hub_client *client = hub->is_stopping ? NULL : mem_calloc(1, sizeof *client);
	struct instant now = hub_now();
	int r;

	conn->is_upgraded = true;
	if (!client)
		return -ENOMEM;
	client->hub = hub;
	client->http = conn->http;
	client->fd = fd;
	client->upgraded = upgraded;
	client->identity = conn->identity;
	client->slot = conn->slot;
	client->has_slot = conn->has_slot;
	client->heard_ms = client->moved_ms = client->pinged_ms = now.mono_ms;
	client->deadline_ms = now.mono_ms + hub->config.unauthenticated_ms;
	outbox_init(&client->outbox, hub->config.queue_bytes);
	r = open_socket(client, extra, n_extra);
	if (r < 0) {
		mem_free(client);
		return r;
	}
	send_at_once(conn);
	conn->has_slot = conn->has_identity = false; // they went over
	return 0;
}
