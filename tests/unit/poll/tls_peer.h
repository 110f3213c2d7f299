#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A peer that speaks TLS, `openssl s_server`, with certificates as they go wrong: self.pem for 127.0.0.1, other.pem for
 * another name, old.pem long expired, each with its key.
 */
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct tls_peer {
	char folder[64];
	pid_t pid;
	FILE *out;
	int port;
};

bool tls_peer_is_there(void);                 // where openssl is missing there is nothing to test with
void tls_peer_prepare(struct tls_peer *peer); // its folder
void tls_peer_finish(const struct tls_peer *peer);

// On peer->port, or where that is 0 on any.
void tls_peer_serve(struct tls_peer *peer, const char *certificate, const char *extra);
void tls_peer_pause(struct tls_peer *peer); // the port is kept for the next
void tls_peer_stop(struct tls_peer *peer);
