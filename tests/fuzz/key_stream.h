#pragma once
// SPDX-License-Identifier: Apache-2.0
// Bytes to keys, as the terminal hands them over, with what must hold of every key.
#include "screen/key_parser.h"
#include "tests/fuzz/fuzz.h"

struct key_stream {
	struct key_parser parser;
	struct fuzz_input input;
	size_t chunk; // bytes read at a time
};

void key_stream_init(struct key_stream *stream, const uint8_t *data, size_t size, size_t chunk);
void key_stream_finish(struct key_stream *stream);

// The next key, checked; false when the bytes are used up and nothing waits. A paste's text lives until the next call.
bool key_stream_next(struct key_stream *stream, struct key *out);
