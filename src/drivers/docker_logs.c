// SPDX-License-Identifier: Apache-2.0
#include "drivers/docker_logs.h"

#include <stdint.h>
#include <string.h>

#include "text/text.h"

enum { HEADER_BYTES = 8, STREAMS = 3 };

struct lines {
	void (*line)(void *ctx, const char *text);
	void *ctx;
	size_t n_skipped, n_seen; // lines before the first that is told; seen
	bool is_counting;
	char text[DOCKER_LOG_LINE_MAX]; // of the line so far, not yet clean
	size_t n;
};

static void end_line(struct lines *lines)
{
	char clean[DOCKER_LOG_LINE_MAX];

	if (lines->n && lines->text[lines->n - 1] == '\r')
		lines->n--;
	if (lines->n && lines->n_seen++ >= lines->n_skipped && !lines->is_counting) {
		text_clean(lines->text, lines->n, TEXT_ONE_LINE, clean, sizeof clean, NULL);
		lines->line(lines->ctx, clean);
	}
	lines->n = 0;
}

static void take(struct lines *lines, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\n')
			end_line(lines);
		else if (lines->n < sizeof lines->text)
			lines->text[lines->n++] = bytes[i];
	}
}

// The payload of a frame at the beginning of bytes[0..n), cut where they end; SIZE_MAX: there is no frame.
static size_t frame_length(const char *bytes, size_t n)
{
	const unsigned char *header = (const unsigned char *)bytes;
	size_t length;

	if (n < HEADER_BYTES || header[0] >= STREAMS || header[1] || header[2] || header[3])
		return SIZE_MAX;
	length = (size_t)header[4] << 24 | (size_t)header[5] << 16 | (size_t)header[6] << 8 | header[7];
	return length < n - HEADER_BYTES ? length : n - HEADER_BYTES;
}

static void read_all(struct lines *lines, const char *bytes, size_t n, bool is_plain)
{
	lines->n_seen = lines->n = 0;
	while (n) {
		size_t length = is_plain ? SIZE_MAX : frame_length(bytes, n);

		if (length == SIZE_MAX) {
			take(lines, bytes, n);
			break;
		}
		take(lines, bytes + HEADER_BYTES, length);
		bytes += HEADER_BYTES + length;
		n -= HEADER_BYTES + length;
	}
	end_line(lines);
}

void docker_logs_read(const char *bytes, size_t n, bool is_plain, void (*line)(void *ctx, const char *text), void *ctx)
{
	struct lines lines = { .line = line, .ctx = ctx, .is_counting = true };

	read_all(&lines, bytes, n, is_plain);
	lines.is_counting = false;
	lines.n_skipped = lines.n_seen > DOCKER_LOG_LINES_MAX ? lines.n_seen - DOCKER_LOG_LINES_MAX : 0;
	read_all(&lines, bytes, n, is_plain);
}
