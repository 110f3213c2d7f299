#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The head of an answer, looked at for one question: is it plain enough for http_answer to read the next one itself?
 *
 * Plain is HTTP/1.1 as nearly everybody speaks it: a final status, one header a line ended by CR LF, a body whose
 * length is told exactly once (Content-Length or chunked, nothing at all with 204 and 304), no redirect, and no 408: on
 * a kept connection that may be no answer at all, but a farewell that crossed the question. Whatever is
 * not plain is left to libcurl, which knows what to make of it. Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_HEAD_TYPE_MAX = 256 };

struct http_head {
	bool is_plain; // so far
	bool is_whole; // the empty line has come
	bool has_status, has_length, is_chunked, has_location;
	bool is_closing; // the peer will close the connection behind the body
	int status;
	uint64_t length;                       // with has_length
	char content_type[HTTP_HEAD_TYPE_MAX]; // raw; "" when none, cut when longer
};

void http_head_start(struct http_head *head);

// The next line of the head with its end; lines after the empty one (trailers) are ignored.
void http_head_line(struct http_head *head, const char *line, size_t n);
