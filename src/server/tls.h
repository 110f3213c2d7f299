#pragma once
// SPDX-License-Identifier: Apache-2.0
/* TLS in front of a server that speaks in the clear: each connection is decrypted into a socket pair, of which the
 * server gets the other end when the handshake is done.
 *
 * libmicrohttpd can do TLS, but hands an upgraded connection on four bytes at a time (0.9.75: what is left of its
 * memory then is an emergency buffer), and keeps it until the other side closes. GnuTLS is what it brings along.
 */
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/library.h"

struct tls_server;

/* A connection holds two descriptors and its buffers, so none stays for nothing: one whose client, or whose server,
 * takes nothing of what waits for it for TLS_STALL_MS ends; after the server has closed its end, or the client its own,
 * what is left has only TLS_LINGER_MS without progress, and TLS_STALL_MS in all.
 */
enum { TLS_STALL_MS = 60000, TLS_LINGER_MS = 5000 };

struct tls_options {
	uv_loop_t *loop;        // borrowed
	const char *cert, *key; // PEM, borrowed for the call
	const char *client_ca;  // PEM: clients must have a certificate of it; NULL: none is asked for
	uint32_t stall_ms;      // 0: TLS_STALL_MS
	// The handshake is done: `fd` speaks in the clear and is the callee's, as is what `user` stands for.
	void (*ready)(void *ctx, void *user, int fd);
	void (*failed)(void *ctx, void *user, const char *why); // it has ended before; `why` is borrowed
	void (*closed)(void *ctx);                              // the server has gone after tls_server_stop()
	void *ctx;                                              // borrowed
};

// 0; -ELIBACC, -EINVAL with why: no GnuTLS, or the certificate and its key do not fit; -ENOMEM.
int tls_server_create(const struct tls_options *options, struct tls_server **out, char why[LIBRARY_WHY_MAX]);

// Another certificate, key and authority for those who come from now on. As above, and on error all is as before.
int tls_server_renew(struct tls_server *server, const char *cert, const char *key, const char *client_ca,
		     char why[LIBRARY_WHY_MAX]);

// Consumes the descriptor, which does not block. By the deadline (mono) its handshake is done, or it ends.
void tls_server_take(struct tls_server *server, int fd, void *user, int64_t deadline_ms);

void tls_server_sweep(struct tls_server *server, int64_t now_ms); // ends what is over its time; every second or so
void tls_server_stop(struct tls_server *server);                  // ends all; NULL is fine
