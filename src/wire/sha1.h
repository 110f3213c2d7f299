#pragma once
// SPDX-License-Identifier: Apache-2.0
/* SHA-1 (RFC 3174), for the one place that still asks for it: the handshake of WebSocket, which proves by it that the
 * other side speaks WebSocket, and nothing else. Nothing is kept secret or safe by it.
 */
#include <stddef.h>
#include <stdint.h>

enum { SHA1_BYTES = 20 };

void sha1(const void *data, size_t n, uint8_t out[SHA1_BYTES]);
