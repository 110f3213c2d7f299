// SPDX-License-Identifier: Apache-2.0
#include "server/tls.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/gnutls.h"

enum { BUFFER_BYTES = 16384, ROUNDS_A_TURN = 8 };

// TLS 1.2 with forward secrecy, or newer.
static const char priorities[] = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA";

// What was read at one end and is not written at the other yet.
struct flow {
	char bytes[BUFFER_BYTES];
	size_t at, n;
	int64_t waits_ms; // mono: since when the other end takes nothing of it; 0: it does, or there is nothing
	bool is_ended;    // nothing more comes
	bool is_told;     // the other end knows
};

// Who the server is. A connection keeps what it began with.
struct identity {
	gnutls_certificate_credentials_t credentials;
	bool has_client_ca;
	size_t n_refs;
};

struct bridge {
	struct tls_server *server;
	struct identity *identity;  // a reference
	struct bridge *prev, *next; // tls_server::bridges
	gnutls_session_t session;
	uv_poll_t outer, inner;
	int outer_fd, inner_fd; // inner -1: the handshake is under way
	void *user;             // until it is handed over
	int64_t deadline_ms;    // mono; INT64_MAX: none
	unsigned n_handles;
	bool is_ready, is_closing;
	bool has_hung_up;    // the client sends nothing more
	bool is_left;        // the server is done with it, and may have said more than was sent on yet
	struct flow in, out; // decrypted, and to be encrypted
};

struct tls_server {
	const struct gnutls *lib;
	struct identity *identity; // a reference: for those who come
	struct tls_options options;
	bool is_stopping;
	struct bridge *bridges; // owned
	size_t n_bridges;       // whose handles are not closed
};

static void identity_unref(const struct gnutls *lib, struct identity *identity)
{
	if (!identity || --identity->n_refs)
		return;
	lib->release(identity->credentials);
	mem_free(identity);
}

static void free_stopped(struct tls_server *server)
{
	void (*closed)(void *ctx) = server->options.closed;
	void *ctx = server->options.ctx;

	if (!server->is_stopping || server->n_bridges)
		return;
	identity_unref(server->lib, server->identity);
	mem_free(server);
	if (closed)
		closed(ctx);
}

// ---- the end of a connection

static void on_closed(uv_handle_t *handle)
{
	struct bridge *bridge = handle->data;
	struct tls_server *server = bridge->server;

	if (--bridge->n_handles)
		return;
	server->lib->deinit(bridge->session);
	identity_unref(server->lib, bridge->identity);
	close(bridge->outer_fd);
	if (bridge->inner_fd >= 0)
		close(bridge->inner_fd);
	mem_free(bridge);
	server->n_bridges--;
	free_stopped(server);
}

static void end(struct bridge *bridge, const char *why)
{
	struct tls_server *server = bridge->server;

	if (bridge->is_closing)
		return;
	bridge->is_closing = true;
	DL_DELETE(server->bridges, bridge);
	if (!bridge->is_ready)
		server->options.failed(server->options.ctx, bridge->user, why);
	uv_poll_stop(&bridge->outer);
	(void)shutdown(bridge->outer_fd, SHUT_RDWR);
	uv_close((uv_handle_t *)&bridge->outer, on_closed);
	if (bridge->inner_fd >= 0) {
		uv_poll_stop(&bridge->inner);
		(void)shutdown(bridge->inner_fd, SHUT_RDWR);
		uv_close((uv_handle_t *)&bridge->inner, on_closed);
	}
}

// ---- time

static void note_waiting(struct flow *flow)
{
	if (!flow->waits_ms)
		flow->waits_ms = clock_now().mono_ms;
}

// The server has let go: what it has said is still sent on while the client takes it, but not for ever.
static void note_left(struct bridge *bridge)
{
	if (bridge->is_left)
		return;
	bridge->is_left = true;
	bridge->deadline_ms = clock_now().mono_ms + bridge->server->options.stall_ms;
	if (bridge->out.n)
		note_waiting(&bridge->out);
}

static int64_t flow_due_ms(const struct flow *flow, bool is_ending, int64_t stall_ms)
{
	if (!flow->waits_ms)
		return INT64_MAX;
	return flow->waits_ms + (is_ending && TLS_LINGER_MS < stall_ms ? TLS_LINGER_MS : stall_ms);
}

// Mono: when it has to end, if nothing moves until then.
static int64_t due_ms(const struct bridge *bridge)
{
	int64_t stall_ms = bridge->server->options.stall_ms;
	int64_t in_ms = flow_due_ms(&bridge->in, bridge->has_hung_up, stall_ms);
	int64_t out_ms = flow_due_ms(&bridge->out, bridge->is_left, stall_ms);
	int64_t due_ms = in_ms < out_ms ? in_ms : out_ms;

	return bridge->deadline_ms < due_ms ? bridge->deadline_ms : due_ms;
}

// ---- bytes

// So many bytes of what waits have left.
static void advance(struct flow *flow, size_t n)
{
	flow->at += n;
	flow->n -= n;
	flow->waits_ms = 0;
}

static bool is_later(int error)
{
	return error == GNUTLS_E_AGAIN || error == GNUTLS_E_INTERRUPTED;
}

// 1: something moved; 0: not now; negative: the connection is broken.
static int read_outer(struct bridge *bridge)
{
	const struct gnutls *lib = bridge->server->lib;
	struct flow *in = &bridge->in;
	ssize_t n;

	if (in->n || in->is_ended)
		return 0;
	n = lib->recv(bridge->session, in->bytes, sizeof in->bytes);
	if (n > 0) {
		in->n = (size_t)n;
		in->at = 0;
		return 1;
	}
	// Who ends without saying so has ended all the same: every message has its own length.
	if (n == 0 || n == GNUTLS_E_PREMATURE_TERMINATION) {
		in->is_ended = true;
		return 1;
	}
	if (is_later((int)n))
		return 0;
	return lib->is_fatal((int)n) ? -EPROTO : 1;
}

static int write_inner(struct bridge *bridge)
{
	struct flow *in = &bridge->in;
	ssize_t n;

	if (!in->n) {
		if (!in->is_ended || in->is_told)
			return 0;
		in->is_told = true;
		(void)shutdown(bridge->inner_fd, SHUT_WR);
		return 1;
	}
	n = send(bridge->inner_fd, in->bytes + in->at, in->n, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		note_waiting(in);
		return 0;
	}
	if (n < 0) { // nobody is there to hear it; what was said before may still be on its way out
		advance(in, in->n);
		in->is_ended = in->is_told = true;
		note_left(bridge);
		return 1;
	}
	advance(in, (size_t)n);
	return 1;
}

static int read_inner(struct bridge *bridge)
{
	struct flow *out = &bridge->out;
	ssize_t n;

	if (out->n || out->is_ended)
		return 0;
	n = recv(bridge->inner_fd, out->bytes, sizeof out->bytes, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	out->at = 0;
	out->n = n > 0 ? (size_t)n : 0;
	if (n <= 0) {
		out->is_ended = true;
		note_left(bridge);
	}
	return 1;
}

static int write_outer(struct bridge *bridge)
{
	const struct gnutls *lib = bridge->server->lib;
	struct flow *out = &bridge->out;
	ssize_t n;

	if (!out->n)
		return 0;
	n = lib->send(bridge->session, out->bytes + out->at,
		      out->n); // the same again after GNUTLS_E_AGAIN, as it must be
	if (n < 0 && is_later((int)n)) {
		note_waiting(out);
		return 0;
	}
	if (n < 0)
		return -EPIPE;
	advance(out, (size_t)n);
	return 1;
}

// ---- turns

static void on_poll(uv_poll_t *poll, int status, int events);

/* The end of either side is seen also while the other takes nothing of what it has said. It stays to be seen, so it is
 * looked for until it was.
 */
static void watch(struct bridge *bridge)
{
	const struct gnutls *lib = bridge->server->lib;
	int outer = 0, inner = 0;

	if (!bridge->is_ready) {
		(void)uv_poll_start(&bridge->outer, lib->direction(bridge->session) ? UV_WRITABLE : UV_READABLE,
				    on_poll);
		return;
	}
	outer |= !bridge->in.n && !bridge->in.is_ended ? UV_READABLE : 0;
	outer |= bridge->out.n ? UV_WRITABLE : 0;
	outer |= !bridge->has_hung_up ? UV_DISCONNECT : 0;
	inner |= bridge->in.n ? UV_WRITABLE : 0;
	inner |= !bridge->out.n && !bridge->out.is_ended ? UV_READABLE : 0;
	inner |= !bridge->is_left ? UV_DISCONNECT : 0;
	if (outer)
		(void)uv_poll_start(&bridge->outer, outer, on_poll);
	else
		(void)uv_poll_stop(&bridge->outer);
	if (inner)
		(void)uv_poll_start(&bridge->inner, inner, on_poll);
	else
		(void)uv_poll_stop(&bridge->inner);
}

static void move(struct bridge *bridge)
{
	static int (*const steps[])(struct bridge *) = { read_outer, write_inner, read_inner, write_outer };
	bool moves = true;

	for (int i = 0; moves && i < ROUNDS_A_TURN; i++) {
		moves = false;
		for (size_t j = 0; j < sizeof steps / sizeof steps[0]; j++) {
			int r = steps[j](bridge);

			if (r < 0) {
				end(bridge, "");
				return;
			}
			moves |= r > 0;
		}
	}
	if (bridge->out.is_ended && !bridge->out.n) {
		(void)bridge->server->lib->bye(bridge->session, GNUTLS_SHUT_WR); // if it can be said at once
		end(bridge, "");
		return;
	}
	watch(bridge);
	// What GnuTLS has decrypted already wakes nobody.
	if (!bridge->in.n && bridge->server->lib->pending(bridge->session))
		(void)uv_poll_start(&bridge->outer, UV_READABLE | UV_WRITABLE, on_poll);
}

// The clear end, once it is known whom it is with.
static int open_inner(struct bridge *bridge)
{
	struct tls_server *server = bridge->server;
	int ends[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	r = uv_poll_init(server->options.loop, &bridge->inner, ends[0]);
	if (r < 0) {
		close(ends[0]);
		close(ends[1]);
		return r;
	}
	bridge->inner.data = bridge;
	bridge->inner_fd = ends[0];
	bridge->n_handles++;
	bridge->is_ready = true;
	bridge->deadline_ms = INT64_MAX;
	server->options.ready(server->options.ctx, bridge->user, ends[1]);
	return 0;
}

static void shake_hands(struct bridge *bridge)
{
	const struct gnutls *lib = bridge->server->lib;
	unsigned status = 0;
	int r = lib->handshake(bridge->session);

	if (r < 0 && (is_later(r) || !lib->is_fatal(r))) {
		watch(bridge);
		return;
	}
	if (r < 0) {
		end(bridge, lib->describe(r));
		return;
	}
	if (bridge->identity->has_client_ca && (lib->verify(bridge->session, &status) < 0 || status)) {
		end(bridge, "a certificate that none of the authorities vouches for");
		return;
	}
	r = open_inner(bridge);
	if (r < 0)
		end(bridge, strerrordesc_np(-r));
	else
		move(bridge);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct bridge *bridge = poll->data;

	// A server that closes with something unread is an error here, too: what it has said before is sent on.
	if (poll == &bridge->inner && (status < 0 || events & UV_DISCONNECT))
		note_left(bridge);
	else if (events & UV_DISCONNECT)
		bridge->has_hung_up = true;
	if (status < 0 && poll == &bridge->outer)
		end(bridge, strerrordesc_np(-status));
	else if (bridge->is_ready)
		move(bridge);
	else
		shake_hands(bridge);
}

// ---- the server

static int begin(struct bridge *bridge)
{
	struct tls_server *server = bridge->server;
	const struct gnutls *lib = server->lib;

	if (lib->init(&bridge->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
		return -ENOMEM;
	if (lib->set_priority(bridge->session, priorities, NULL) < 0 ||
	    lib->set_credentials(bridge->session, GNUTLS_CRD_CERTIFICATE, server->identity->credentials) < 0 ||
	    uv_poll_init(server->options.loop, &bridge->outer, bridge->outer_fd) < 0) {
		lib->deinit(bridge->session);
		return -ENOMEM;
	}
	bridge->identity = server->identity;
	bridge->identity->n_refs++;
	lib->request_certificate(bridge->session,
				 bridge->identity->has_client_ca ? GNUTLS_CERT_REQUIRE : GNUTLS_CERT_IGNORE);
	lib->set_fds(bridge->session, bridge->outer_fd, bridge->outer_fd);
	return 0;
}

void tls_server_take(struct tls_server *server, int fd, void *user, int64_t deadline_ms)
{
	struct bridge *bridge = mem_calloc(1, sizeof *bridge);

	if (bridge) {
		bridge->server = server;
		bridge->outer_fd = fd;
		bridge->inner_fd = -1;
		bridge->user = user;
		bridge->deadline_ms = deadline_ms;
	}
	if (!bridge || begin(bridge) < 0) {
		mem_free(bridge);
		close(fd);
		server->options.failed(server->options.ctx, user, "out of memory");
		return;
	}
	bridge->outer.data = bridge;
	bridge->n_handles = 1;
	server->n_bridges++;
	DL_APPEND(server->bridges, bridge);
	shake_hands(bridge);
}

void tls_server_sweep(struct tls_server *server, int64_t now_ms)
{
	for (struct bridge *bridge = server->bridges, *next; bridge; bridge = next) {
		next = bridge->next;
		if (now_ms < due_ms(bridge))
			continue;
		if (bridge->is_ready)
			log_line(LOG_INFO, "a connection over TLS ends: %s",
				 bridge->is_left ? "it does not take the end of what it was told"
						 : "it has taken nothing for too long");
		end(bridge, "it took too long");
	}
}

void tls_server_stop(struct tls_server *server)
{
	if (!server)
		return;
	server->is_stopping = true;
	while (server->bridges)
		end(server->bridges, "the server ends");
	free_stopped(server);
}

// ---- who it is

static int read_pem(const struct gnutls *lib, gnutls_certificate_credentials_t credentials,
		    const struct tls_options *options)
{
	const gnutls_datum_t cert = { (unsigned char *)options->cert, (unsigned)strlen(options->cert) };
	const gnutls_datum_t key = { (unsigned char *)options->key, (unsigned)strlen(options->key) };
	const gnutls_datum_t ca = { (unsigned char *)options->client_ca,
				    options->client_ca ? (unsigned)strlen(options->client_ca) : 0 };
	int r = lib->set_key(credentials, &cert, &key, GNUTLS_X509_FMT_PEM);

	if (r >= 0 && options->client_ca) {
		r = lib->set_trust(credentials, &ca, GNUTLS_X509_FMT_PEM);
		if (r == 0)
			r = GNUTLS_E_NO_CERTIFICATE_FOUND;
	}
	return r;
}

static int read_identity(const struct gnutls *lib, const struct tls_options *options, struct identity **out,
			 char why[LIBRARY_WHY_MAX])
{
	struct identity *identity = mem_calloc(1, sizeof *identity);
	int r;

	if (!identity)
		return -ENOMEM;
	if (lib->allocate(&identity->credentials) < 0) {
		mem_free(identity);
		return -ENOMEM;
	}
	identity->n_refs = 1;
	identity->has_client_ca = options->client_ca != NULL;
	r = read_pem(lib, identity->credentials, options);
	if (r < 0) {
		snprintf(why, LIBRARY_WHY_MAX, "the certificate and its key cannot be used: %s", lib->describe(r));
		identity_unref(lib, identity);
		return -EINVAL;
	}
	*out = identity;
	return 0;
}

int tls_server_renew(struct tls_server *server, const char *cert, const char *key, const char *client_ca,
		     char why[LIBRARY_WHY_MAX])
{
	const struct tls_options options = { .cert = cert, .key = key, .client_ca = client_ca };
	struct identity *identity;
	int r = read_identity(server->lib, &options, &identity, why);

	if (r < 0)
		return r;
	identity_unref(server->lib, server->identity);
	server->identity = identity;
	return 0;
}

int tls_server_create(const struct tls_options *options, struct tls_server **out, char why[LIBRARY_WHY_MAX])
{
	const struct gnutls *lib = gnutls_load(why);
	struct tls_server *server;
	int r;

	if (!lib)
		return -ELIBACC;
	server = mem_calloc(1, sizeof *server);
	if (!server)
		return -ENOMEM;
	server->lib = lib;
	server->options = *options;
	if (!server->options.stall_ms)
		server->options.stall_ms = TLS_STALL_MS;
	r = read_identity(lib, options, &server->identity, why);
	if (r < 0) {
		mem_free(server);
		return r;
	}
	*out = server;
	return 0;
}
