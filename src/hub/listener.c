// SPDX-License-Identifier: Apache-2.0
#include "hub/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"

enum { BACKLOG = 512, ACCEPTS_A_TURN = 64, SEND_BUFFER = 256 << 10, USER_TIMEOUT_MS = 60000 };

// ---- connections

static void set_options(int fd)
{
	int on = 1, buffer = SEND_BUFFER, patience_ms = USER_TIMEOUT_MS;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
	// Else the kernel would hold megabytes for each client that does not read.
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
}

static void read_cred(struct hub_conn *conn)
{
	struct ucred cred = { .pid = 0, .uid = (uid_t)-1, .gid = (gid_t)-1 };
	socklen_t n = sizeof cred, n_groups = sizeof conn->groups;
	bool lacks_groups;

	(void)getsockopt(conn->fd, SOL_SOCKET, SO_PEERCRED, &cred, &n);
	lacks_groups = getsockopt(conn->fd, SOL_SOCKET, SO_PEERGROUPS, conn->groups, &n_groups) < 0;
	if (lacks_groups)
		n_groups = 0; // more than there is room for
	conn->cred = (struct access_cred){ .pid = cred.pid,
					   .uid = (int64_t)cred.uid,
					   .gid = (int64_t)cred.gid,
					   .groups = conn->groups,
					   .n_groups = n_groups / sizeof conn->groups[0],
					   .lacks_groups = lacks_groups };
}

// ---- names

struct lookup {
	uv_work_t work;
	struct hub *hub;
	struct hub_conn *conn; // owned
	struct access_world world;
	int64_t uid;
	char name[ACCESS_NAME_MAX];
	bool has_name;
};

static void look_up(uv_work_t *work)
{
	struct lookup *lookup = work->data;

	lookup->has_name = access_look_up(&lookup->world, lookup->uid, lookup->name) == 0;
}

static void on_looked_up(uv_work_t *work, int status)
{
	struct lookup *lookup = work->data;
	struct hub *hub = lookup->hub;
	struct hub_conn *conn = lookup->conn;

	(void)status; // it is never cancelled
	(void)access_learn(hub->access, lookup->uid, lookup->has_name ? lookup->name : NULL, hub_now());
	if (hub->is_stopping || hub->is_ended) {
		close(conn->fd);
		hub_conn_free(conn);
	} else {
		(void)hub_http_take(conn);
	}
	mem_free(lookup);
	hub_handle_closed(hub);
}

/* Whoever comes by the socket has a name, for which a directory on the network may have to be asked: meanwhile the loop
 * goes on. false: nobody has to be asked, or nobody can be.
 */
static bool wait_for_name(struct hub_conn *conn)
{
	struct hub *hub = conn->http->hub;
	struct lookup *lookup;

	if (!access_wants_name(hub->access, &conn->cred, hub_now()))
		return false;
	lookup = mem_calloc(1, sizeof *lookup);
	if (!lookup)
		return false;
	lookup->work.data = lookup;
	lookup->hub = hub;
	lookup->conn = conn;
	lookup->world = *access_world(hub->access);
	lookup->uid = conn->cred.uid;
	if (uv_queue_work(hub->loop, &lookup->work, look_up, on_looked_up) < 0) {
		mem_free(lookup);
		return false;
	}
	hub_handle_opened(hub);
	return true;
}

static void take(struct hub_listener *listener, int fd, const struct sockaddr_storage *from, socklen_t n)
{
	struct hub *hub = listener->hub;
	const struct sockaddr *address = (const struct sockaddr *)from;
	struct hub_conn *conn = mem_calloc(1, sizeof *conn);
	socklen_t n_at = sizeof conn->at;
	char why[ACCESS_WHY_MAX];

	if (!conn || access_knock(hub->access, listener->is_unix ? NULL : address, hub_now(), &conn->slot,
				  &conn->deadline_ms) < 0) {
		hub->counters.n_turned_away++;
		mem_free(conn);
		close(fd);
		return;
	}
	conn->http = &hub->http;
	conn->fd = fd;
	conn->is_unix = listener->is_unix;
	conn->has_slot = conn->is_first = true;
	conn->from = *from;
	conn->n_from = n;
	(void)getsockname(fd, (struct sockaddr *)&conn->at, &n_at);
	if (!listener->is_unix) {
		set_options(fd);
	} else {
		read_cred(conn);
		conn->is_counted = access_peer_comes(hub->access, &conn->cred, hub_now(), why) == 0;
		if (!conn->is_counted) {
			hub_turn_away(hub, fd, why);
			hub_conn_free(conn);
			return;
		}
	}
	if (listener->is_tls)
		tls_server_take(hub->tls, fd, conn, conn->deadline_ms);
	else if (!listener->is_unix || !wait_for_name(conn))
		(void)hub_http_take(conn);
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct hub_listener *listener = poll->data;

	(void)status;
	(void)events;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_storage from = { .ss_family = AF_UNIX };
		socklen_t n = sizeof from;
		int fd = accept4(listener->fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			take(listener, fd, &from, n < sizeof(sa_family_t) ? sizeof(sa_family_t) : n);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			log_line(LOG_WARN, "the hub cannot take a connection: %s", strerror(errno));
			listener->is_paused = true;
			uv_poll_stop(&listener->poll);
			return;
		} else if (errno == EAGAIN) {
			return;
		}
	}
}

void hub_listen_resume(struct hub *hub)
{
	struct hub_listener *listener;

	DL_FOREACH(hub->listeners, listener) {
		if (listener->is_paused && uv_poll_start(&listener->poll, UV_READABLE, on_connection) == 0)
			listener->is_paused = false;
	}
}

// ---- listening

static int begin(struct hub *hub, int fd, bool is_tls, const char *path)
{
	struct hub_listener *listener = mem_calloc(1, sizeof *listener);
	struct stat status;
	int r = -ENOMEM;

	if (listener)
		listener->path = mem_strdup(path);
	if (listener && (!path || listener->path))
		r = uv_poll_init(hub->loop, &listener->poll, fd);
	if (r < 0) {
		if (listener)
			mem_free(listener->path);
		mem_free(listener);
		close(fd);
		return r;
	}
	listener->hub = hub;
	listener->fd = fd;
	listener->is_tls = is_tls;
	listener->is_unix = path != NULL;
	if (path && stat(path, &status) == 0) {
		listener->dev = status.st_dev;
		listener->ino = status.st_ino;
	}
	listener->poll.data = listener;
	hub_handle_opened(hub);
	DL_APPEND(hub->listeners, listener);
	return uv_poll_start(&listener->poll, UV_READABLE, on_connection);
}

static int open_tcp(struct hub *hub, const struct hub_listen *listen_at)
{
	struct sockaddr_in six_less = { .sin_family = AF_INET, .sin_port = htons(listen_at->port) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(listen_at->port) };
	struct sockaddr *address = listen_at->is_ipv6 ? (struct sockaddr *)&six : (struct sockaddr *)&six_less;
	socklen_t n = listen_at->is_ipv6 ? sizeof six : sizeof six_less;
	int on = 1, fd;

	if (inet_pton(address->sa_family, listen_at->host,
		      listen_at->is_ipv6 ? (void *)&six.sin6_addr : (void *)&six_less.sin_addr) != 1)
		return -EINVAL;
	fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (listen_at->is_ipv6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, address, n) < 0 || listen(fd, BACKLOG) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return begin(hub, fd, !listen_at->is_loopback, NULL);
}

// Whether somebody answers there.
static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool answers = fd >= 0 && (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 ||
				   errno == EAGAIN || errno == EACCES);

	if (fd >= 0)
		close(fd);
	return answers;
}

// The socket's directory, made for us alone where there is none; one of somebody else's is left as it is.
static int make_parent(const char *path)
{
	char copy[sizeof((struct sockaddr_un *)NULL)->sun_path];
	const char *parent;

	snprintf(copy, sizeof copy, "%s", path);
	parent = dirname(copy);
	return mkdir(parent, 0700) == 0 || errno == EEXIST ? 0 : -errno;
}

// What a hub that is gone has left is replaced; anything else is not ours to remove.
static int clear_way(const struct sockaddr_un *address)
{
	struct stat status;

	if (lstat(address->sun_path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	if (is_served(address))
		return -EADDRINUSE;
	return unlink(address->sun_path) == 0 || errno == ENOENT ? 0 : -errno;
}

// Its mode is right from the beginning: it is bound in an umask of its own.
static int open_unix(struct hub *hub, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t before;
	int fd, r;

	if (strlen(path) >= sizeof address.sun_path)
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	r = make_parent(path);
	if (r == 0)
		r = clear_way(&address);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	before = umask(0117);
	r = bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
	umask(before);
	if (r == 0 && listen(fd, BACKLOG) < 0) {
		r = -errno;
		unlink(path);
	}
	if (r < 0) {
		close(fd);
		return r;
	}
	r = begin(hub, fd, false, path);
	if (r < 0)
		unlink(path);
	return r;
}

static int fail(const char *address, int error, char why[HUB_WHY_MAX])
{
	snprintf(why, HUB_WHY_MAX, "cannot listen on %s: %s", address,
		 error == -EEXIST ? "it is there, and no socket" : strerrordesc_np(-error));
	return error;
}

// The socket first: whoever finds a port open finds all of it.
int hub_listen_all(struct hub *hub, const struct hub_config *config, char why[HUB_WHY_MAX])
{
	int r = hub->socket ? open_unix(hub, hub->socket) : 0;

	if (r == -EADDRINUSE)
		snprintf(why, HUB_WHY_MAX, "cannot listen on %s: another hub answers there", hub->socket);
	else if (r < 0)
		return fail(hub->socket, r, why);
	for (size_t i = 0; r == 0 && i < config->n_listens; i++) {
		r = open_tcp(hub, &config->listens[i]);
		if (r < 0)
			return fail(config->listens[i].text, r, why);
	}
	return r;
}

static void on_closed(uv_handle_t *handle)
{
	struct hub_listener *listener = handle->data;
	struct hub *hub = listener->hub;

	mem_free(listener->path);
	mem_free(listener);
	hub_handle_closed(hub);
}

void hub_listen_end(struct hub *hub)
{
	while (hub->listeners) {
		struct hub_listener *listener = hub->listeners;
		struct stat status;

		DL_DELETE(hub->listeners, listener);
		// Another hub may have taken its place meanwhile.
		if (listener->path && lstat(listener->path, &status) == 0 && status.st_dev == listener->dev &&
		    status.st_ino == listener->ino)
			unlink(listener->path);
		uv_poll_stop(&listener->poll);
		close(listener->fd);
		uv_close((uv_handle_t *)&listener->poll, on_closed);
	}
}
