// SPDX-License-Identifier: Apache-2.0
#include "poll/http_intake.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/number.h"

enum {
	INFLATE_CHUNK = 16 * 1024,
	KEEP_BYTES = 256 * 1024, // a body's buffer kept for the next answer
	GZIP_WINDOW = 15 + 16,   // inflateInit2(): the largest window, gzip only
};

void http_intake_init(struct http_intake *intake)
{
	*intake = (struct http_intake){ 0 };
}

void http_intake_start(struct http_intake *intake, const struct http_limits *limits)
{
	intake->limits = *limits;
	bytes_reset(&intake->body);
	intake->body.max = (size_t)limits->max_body_bytes;
	intake->wire_bytes = 0;
	intake->n_headers = intake->header_bytes = 0;
	intake->status = 0;
	intake->n_codings = 0;
	intake->has_headers = intake->is_inflating = false;
	intake->reason = REASON_NONE;
	intake->why[0] = '\0';
}

void http_intake_finish(struct http_intake *intake)
{
	bytes_finish(&intake->body);
	if (intake->has_inflater)
		(void)inflateEnd(&intake->inflater);
	intake->has_inflater = false;
}

void http_intake_trim(struct http_intake *intake)
{
	if (intake->body.cap > KEEP_BYTES)
		bytes_finish(&intake->body);
}

static bool refuse(struct http_intake *intake, enum reason reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool refuse(struct http_intake *intake, enum reason reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(intake->why, sizeof intake->why, format, args);
	va_end(args);
	intake->reason = reason;
	return false;
}

// The next element of a comma-separated list, trimmed; false at the end.
static bool next_element(const char **at, const char *end, const char **element, size_t *n)
{
	const char *stop;

	while (*at < end && (**at == ',' || isspace((unsigned char)**at)))
		(*at)++;
	if (*at == end)
		return false;
	stop = memchr(*at, ',', (size_t)(end - *at));
	if (!stop)
		stop = end;
	*element = *at;
	*at = stop;
	while (isspace((unsigned char)stop[-1]))
		stop--;
	*n = (size_t)(stop - *element);
	return true;
}

static bool equals(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(text, word, n) == 0;
}

static bool take_content_encoding(struct http_intake *intake, const char *at, const char *end)
{
	const char *coding;
	size_t n;

	while (next_element(&at, end, &coding, &n)) {
		if (equals(coding, n, "identity"))
			continue;
		if (!equals(coding, n, "gzip") && !equals(coding, n, "x-gzip"))
			return refuse(intake, REASON_BAD_ENCODING, "content encoding %.*s", (int)(n < 40 ? n : 40),
				      coding);
		if (++intake->n_codings > 1)
			return refuse(intake, REASON_BAD_ENCODING, "more than one content encoding");
	}
	return true;
}

static bool take_transfer_encoding(struct http_intake *intake, const char *at, const char *end)
{
	const char *coding;
	size_t n;

	while (next_element(&at, end, &coding, &n))
		if (!equals(coding, n, "chunked") && !equals(coding, n, "identity"))
			return refuse(intake, REASON_BAD_ENCODING, "transfer encoding %.*s", (int)(n < 40 ? n : 40),
				      coding);
	return true;
}

static bool take_status_line(struct http_intake *intake, const char *line, size_t n)
{
	const char *space = memchr(line, ' ', n);
	uint64_t status = 0;

	if (space && (size_t)(line + n - space) >= 4)
		(void)number_parse_u64(space + 1, 3, 999, &status);
	intake->status = (int)status;
	intake->n_codings = 0;
	return true;
}

static bool take_line(struct http_intake *intake, const char *line, size_t n)
{
	static const struct {
		const char *name;
		bool (*take)(struct http_intake *intake, const char *at, const char *end);
	} watched[] = {
		{ "Content-Encoding", take_content_encoding },
		{ "Transfer-Encoding", take_transfer_encoding },
	};
	const char *colon;

	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0)
		return take_status_line(intake, line, n);
	if (line[0] == '\r' || line[0] == '\n') {
		intake->has_headers |= intake->status >= 200;
		return true;
	}
	intake->n_headers++;
	if (intake->n_headers > intake->limits.max_headers)
		return refuse(intake, REASON_TOO_MANY_HEADERS, "more than %u headers", intake->limits.max_headers);
	colon = memchr(line, ':', n);
	for (size_t i = 0; colon && i < sizeof watched / sizeof watched[0]; i++)
		if (equals(line, (size_t)(colon - line), watched[i].name))
			return watched[i].take(intake, colon + 1, line + n);
	return true;
}

bool http_intake_header(struct http_intake *intake, const char *line, size_t n)
{
	if (n > intake->limits.max_header_bytes - intake->header_bytes)
		return refuse(intake, REASON_TOO_MANY_HEADERS, "more than %u bytes of headers",
			      intake->limits.max_header_bytes);
	intake->header_bytes += (uint32_t)n;
	return n == 0 || take_line(intake, line, n);
}

static bool keep(struct http_intake *intake, const void *data, size_t n)
{
	switch (bytes_add(&intake->body, data, n)) {
	case 0:
		return true;
	case -EMSGSIZE:
		return refuse(intake, REASON_TOO_LARGE, "more than %llu bytes of body",
			      (unsigned long long)intake->limits.max_body_bytes);
	default:
		return refuse(intake, REASON_PROBER_OVERLOAD, "out of memory");
	}
}

static void *inflater_alloc(void *opaque, unsigned n, unsigned size)
{
	(void)opaque;
	return mem_calloc(n, size);
}

static void inflater_free(void *opaque, void *memory)
{
	(void)opaque;
	mem_free(memory);
}

static bool start_member(struct http_intake *intake)
{
	if (intake->has_inflater) {
		intake->is_inflating = inflateReset(&intake->inflater) == Z_OK;
		return intake->is_inflating;
	}
	intake->inflater = (z_stream){ .zalloc = inflater_alloc, .zfree = inflater_free };
	if (inflateInit2(&intake->inflater, GZIP_WINDOW) != Z_OK)
		return refuse(intake, REASON_PROBER_OVERLOAD, "out of memory");
	intake->has_inflater = intake->is_inflating = true;
	return true;
}

// Decodes what it can of the input; every chunk is counted before the next is made.
static bool inflate_input(struct http_intake *intake)
{
	unsigned char chunk[INFLATE_CHUNK];
	z_stream *z = &intake->inflater;
	int r;

	do {
		z->next_out = chunk;
		z->avail_out = sizeof chunk;
		r = inflate(z, Z_NO_FLUSH);
		if (r == Z_MEM_ERROR)
			return refuse(intake, REASON_PROBER_OVERLOAD, "out of memory");
		if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
			return refuse(intake, REASON_BAD_ENCODING, "broken gzip: %s", z->msg ? z->msg : "no stream");
		if (!keep(intake, chunk, sizeof chunk - z->avail_out))
			return false;
	} while (r == Z_OK && (z->avail_in || z->avail_out == 0));
	intake->is_inflating = r != Z_STREAM_END;
	return true;
}

static bool take_gzip(struct http_intake *intake, const char *data, size_t n)
{
	z_stream *z = &intake->inflater;

	// Several members may follow each other (RFC 1952, 2.2).
	do {
		if (!intake->is_inflating && !start_member(intake))
			return false;
		z->next_in = (unsigned char *)data; // zlib only reads it
		z->avail_in = (unsigned)n;
		if (!inflate_input(intake))
			return false;
		data += n - z->avail_in;
		n = z->avail_in;
	} while (n > 0);
	return true;
}

bool http_intake_body(struct http_intake *intake, const char *data, size_t n)
{
	intake->wire_bytes += n;
	if (intake->wire_bytes > intake->limits.max_wire_bytes)
		return refuse(intake, REASON_TOO_LARGE, "more than %llu bytes on the wire",
			      (unsigned long long)intake->limits.max_wire_bytes);
	if (n == 0)
		return true;
	return intake->n_codings ? take_gzip(intake, data, n) : keep(intake, data, n);
}

bool http_intake_end(struct http_intake *intake)
{
	if (intake->reason != REASON_NONE)
		return false;
	if (!intake->has_headers) // libcurl takes a block without its empty line for a whole one
		return refuse(intake, REASON_TRUNCATED, "the headers end early");
	if (intake->is_inflating)
		return refuse(intake, REASON_TRUNCATED, "the gzip stream ends early");
	return true;
}
