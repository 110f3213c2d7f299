#pragma once
// SPDX-License-Identifier: Apache-2.0
/* WebSocket frames for tests, written and read by rules of their own (RFC 6455, 5.2), not by what is tested. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

enum { OP_CONTINUATION = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

struct frame {
	uint8_t opcode;
	bool is_last; // FIN
	uint8_t rsv;  // three bits
	const char *payload;
	size_t n;
};

#define WHOLE(opcode, text)                                                                                            \
	{                                                                                                              \
		opcode, true, 0, text, sizeof(text) - 1                                                                \
	}
#define PART(opcode, text)                                                                                             \
	{                                                                                                              \
		opcode, false, 0, text, sizeof(text) - 1                                                               \
	}
#define LAST(text)                                                                                                     \
	{                                                                                                              \
		OP_CONTINUATION, true, 0, text, sizeof(text) - 1                                                       \
	}

void frame_write(struct bytes *out, const struct frame *frame, bool is_masked);

// One frame that stands at *at, which moves past it; false: it is not whole. The payload is unmasked in place.
bool frame_read(char *bytes, size_t n, size_t *at, struct frame *out, bool *is_masked);

/* Frames as a line of text: "text:Hello pong:x close:1000:bye "; texts of more than 40 bytes as "text:[70000]", binary
 * always so. Every frame must be whole.
 */
void frames_tell(char *bytes, size_t n, bool expects_mask, struct bytes *out);
