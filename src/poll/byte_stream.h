#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A connection that stays, for bytes both ways: over TCP, TLS or a socket in the file system. libcurl makes it, so that
 * names, proxies, authorities and certificates are what they are for every other request; what is said on it is the
 * caller's.
 *
 * Everything happens on the loop's thread. Callbacks run from the loop, never inside a function of this header.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "opscon/agent.h"
#include "opscon/reason.h"

struct byte_stream;
struct http_client;

struct byte_stream_options {
	const char *url;         // "https://host:port": only how and where to connect
	const char *unix_socket; // a full path, whatever the URL says; NULL: none
	struct agent_tls tls;
	uint32_t timeout_ms; // until it stands; 0: the client's for connecting
};

// All three may close the stream.
struct byte_stream_class {
	// Once. REASON_NONE: it stands; else it never will, and the detail is displayable.
	void (*opened)(void *ctx, enum reason reason, const char *detail);
	void (*readable)(void *ctx); // bytes have come, or the end: read until -EAGAIN, TLS keeps more than it shows
	void (*writable)(void *ctx); // there is room again, once for each byte_stream_await_room()
};

/* Begins to connect. The client, which lends its settings, is borrowed and must outlive the stream; the options are for
 * the call. 0, -EINVAL for what is no URL or path, -ENOMEM, -ELIBACC when there is no libcurl; no callback runs then.
 */
int byte_stream_open(struct http_client *client, const struct byte_stream_options *options,
		     const struct byte_stream_class *class, void *ctx, struct byte_stream **out);

// Bytes, at least one; -EAGAIN: none now; -EPIPE: the other side has ended it; -ECONNRESET, -EIO: it is broken.
ssize_t byte_stream_read(struct byte_stream *stream, void *out, size_t n);
ssize_t byte_stream_write(struct byte_stream *stream, const void *bytes, size_t n);
void byte_stream_await_room(struct byte_stream *stream); // after -EAGAIN

// No callback runs after it but closed_cb (may be NULL), from the loop, when the last handle is gone. NULL is fine.
void byte_stream_close(struct byte_stream *stream, void (*closed_cb)(void *ctx), void *ctx);
