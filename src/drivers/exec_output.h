#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What a command prints, taken apart into lines as it comes. Pure.
 *
 * Lines are clean text without their end; empty ones are left out, and of one that was written over (\r) the last
 * writing counts. A line is cut after EXEC_LINE_MAX bytes. The first EXEC_OUTPUT_MAX bytes of both streams together are
 * passed on, the rest is counted; the last line is known whatever its place.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/driver.h"

enum { EXEC_OUTPUT_MAX = 64 * 1024, EXEC_LINE_MAX = 1024, EXEC_HEAD_MAX = 2048 };
enum exec_stream { EXEC_STDOUT, EXEC_STDERR, EXEC_STREAM_COUNT };

struct exec_output {
	void (*line)(void *ctx, const char *line); // may be NULL
	void *ctx;                                 // borrowed
	uint64_t n_bytes;                          // of both streams so far
	struct {
		char text[EXEC_LINE_MAX]; // the line under way
		size_t n;
		char last[EXEC_LINE_MAX]; // the last one that was not empty, not clean
		size_t n_last;
	} streams[EXEC_STREAM_COUNT];
	char head[EXEC_HEAD_MAX + 1]; // how stdout begins, as it came; terminated
	size_t n_head;
};

void exec_output_init(struct exec_output *output, void (*line)(void *ctx, const char *line), void *ctx);
void exec_output_add(struct exec_output *output, enum exec_stream stream, const char *data, size_t n);
void exec_output_end(struct exec_output *output); // lines that have no end yet, and how much was left out

// The last line: what was said of an error, else what was said at all; "" nothing. Clean.
void exec_output_last(const struct exec_output *output, char out[DRIVER_DETAIL_MAX]);
